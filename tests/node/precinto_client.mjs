// A foreign client of Precinto for Node.js, written from the protocol files and proto/README.md alone.
//
// One node signs a statement and submits it over mutual TLS; a subscribed node of the other side receives it. Envelope,
// body, record and receipt are verified with code that shares nothing with the gateway: gRPC from @grpc/grpc-js,
// signatures and hashes from node:crypto. Prints one JSON object; exit status 0 only if everything held.
//
//   node precinto_client.mjs --sender nodes/A.toml --receiver nodes/B.toml [--gateway HOST:PORT] [--proto DIR]
//   node precinto_client.mjs --verify < receipts.jsonl    # each {log, envelope, receipt: {proof, record}}, bytes in base64

import { createHash, createPublicKey, randomBytes, sign, verify } from "node:crypto";
import { readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { Refuted, require, same, sideOf, the, verifyCertificate } from "./certificates.mjs";
import { loadNode } from "./settings.mjs";

const PAYLOAD_TYPE = "application/vnd.precinto.statement.v1+protobuf";
const NOTICE_TYPE = "application/vnd.precinto.system-notice.v1+protobuf";
const ED25519_SPKI = Buffer.from("302a300506032b6570032100", "hex"); // what stands before the 32 bytes (RFC 8410)
const HOUR_MS = 3_600_000, DEADLINE_MS = 10_000;

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const agencyOf = (identity) => identity.slice("spiffe://".length).replace("/agency/", "/").split("/node/")[0];
const commitInner = (inner) => sha256("precinto/pt/v1\0", inner);

// Strict base64: what Node.js would silently skip is refused.
function unbase64(text = "") {
  const bytes = Buffer.from(text, "base64");
  require(bytes.toString("base64") === text, "base64 in its one spelling");
  return bytes;
}

function loadProtocol(proto) {
  const files = readdirSync(proto, { recursive: true }).filter((name) => name.endsWith(".proto"));
  const options = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true, includeDirs: [proto] };
  const definition = loadSync(files, options);
  const message = (name) => definition[`precinto.v1.${name}`];
  return {
    encode: (name, fields) => message(name).serialize(fields),
    decode: (name, bytes) => message(name).deserialize(bytes),
    services: grpc.loadPackageDefinition(definition).precinto.v1,
  };
}

function connect(pb, node) {
  const ourRoots = node.sides.get(sideOf(node.identity)).pem; // only our own side vouches for our gateway
  const credentials = grpc.credentials.createSsl(ourRoots, ...node.tls);
  const options = { "grpc.ssl_target_name_override": node.serverName, "grpc.max_receive_message_length": 1 << 20 };
  const open = (service) => new pb.services[service](node.gateway, credentials, options);
  const stubs = Object.fromEntries(["SubmissionService", "SubscriptionService", "LogService"].map((s) => [s, open(s)]));
  const call = (service, method, request) => new Promise((done, failed) => {
    const deadline = Date.now() + DEADLINE_MS;
    stubs[service][method](request, { deadline }, (error, response) => (error ? failed(error) : done(response)));
  });
  return { stubs, call, close: () => Object.values(stubs).forEach((stub) => stub.close()) };
}

// DSSE pre-authentication encoding: what is signed. Lengths are of bytes.
function pae(payload) {
  const head = `DSSEv1 ${Buffer.byteLength(PAYLOAD_TYPE)} ${PAYLOAD_TYPE} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

// UUIDv7 (RFC 9562): 48 bits of milliseconds, then chance.
function newMessageId(nowMs) {
  const id = randomBytes(16);
  id.writeUIntBE(nowMs, 0, 6);
  id[6] = 0x70 | (id[6] & 0x0f);
  id[8] = 0x80 | (id[8] & 0x3f);
  return id;
}

// A signed test notice with a body, as a request to submit it.
function signNotice(pb, node, recipient, text) {
  const created = Date.now();
  const [messageId, keyId] = [newMessageId(created), sha256(node.chain[0])];
  const content = pb.encode("SystemNoticeContent", { text: { language: "en", text } });
  const salt = randomBytes(32);
  const inner = pb.encode("Inner", { message_id: messageId, sender_key_id: keyId, salt, media_type: NOTICE_TYPE, content });
  const body = pb.encode("Body", { clear: inner });
  const payload = pb.encode("Statement", {
    message_id: messageId,
    type: "MESSAGE_TYPE_SYSTEM_NOTICE",
    sender: node.identity,
    log_origin: node.log.split("+")[0],
    required_signers: [{ key_id: keyId, role: "SIGNER_ROLE_NODE", alg: 1 }],
    recipients: [{ kind: "RECIPIENT_KIND_AGENCY", name: recipient }],
    created_ms: created,
    expires_ms: created + HOUR_MS,
    sender_seq: created, // a real node counts from 1, on disk
    status: "MESSAGE_STATUS_TEST",
    handling: { tlp: "TLP_GREEN" },
    body: { digest: sha256(body), size: body.length, plaintext_commitment: commitInner(inner) },
    languages: ["en"],
    payload_protection: "PAYLOAD_PROTECTION_CLEAR",
    notice_kind: "NOTICE_KIND_MAINTENANCE",
  });
  const signatures = [{ key_id: keyId, alg: 1, sig: sign(null, pae(payload), node.key) }];
  const envelope = pb.encode("Envelope", { payload_type: PAYLOAD_TYPE, payload, signatures });
  return { envelope, body, certificates: node.chain };
}

// Who signed what: every required signer, nobody else, over exactly these bytes; gives the statement.
function verifyEnvelope(pb, envelope, certificates, node, atMs) {
  require(envelope.payload_type === PAYLOAD_TYPE, "the payload is a statement");
  const statement = pb.decode("Statement", envelope.payload);
  const [given, required] = [envelope.signatures, statement.required_signers].map(
    (all) => new Map(all.map((one) => [one.key_id.toString("hex"), one])));
  const counts = [envelope.signatures.length, required.size, statement.required_signers.length];
  require(given.size > 0 && counts.every((count) => count === given.size), "as many signatures as required");
  for (const [keyId, signature] of given) {
    require(required.has(keyId) && certificates.has(keyId), "a required signer, whose certificate is at hand");
    const { identity, key } = verifyCertificate(certificates.get(keyId), node, atMs);
    const { alg, role } = required.get(keyId);
    require(signature.alg === 1 && alg === 1 && key.asymmetricKeyType === "ed25519", "Ed25519");
    require(role !== "SIGNER_ROLE_NODE" || identity === statement.sender, "the sender has signed");
    require(verify(null, pae(envelope.payload), key, signature.sig), "the signature holds");
  }
  return statement;
}

function verifyBody(pb, statement, body) {
  const { digest, size, plaintext_commitment: commitment } = statement.body;
  require(same(digest, sha256(body)) && size === body.length, "the body is the one signed for");
  const { clear } = pb.decode("Body", body);
  require(same(commitment, commitInner(clear)), "the commitment opens");
  const inner = pb.decode("Inner", clear);
  const node = the(statement.required_signers.filter(({ role }) => role === "SIGNER_ROLE_NODE"), "node that signed");
  require(same(inner.message_id, statement.message_id) && same(inner.sender_key_id, node.key_id), "of this message");
  return inner.content;
}

// The log's signature over origin, size and root; gives size and root.
function verifyCheckpoint(note, vkey) {
  const [name, keyId, ...rest] = vkey.split("+");
  const key = unbase64(rest.join("+")); // the key's own base64 may hold a plus
  require(key.length === 33 && key[0] === 1 && sha256(name, "\n", key).toString("hex", 0, 4) === keyId, "the key is whole");
  const publicKey = createPublicKey({ key: Buffer.concat([ED25519_SPKI, key.subarray(1)]), format: "der", type: "spki" });
  const cut = note.lastIndexOf("\n\n") + 1;
  const [text, signatures] = [note.slice(0, cut), note.slice(cut + 1)];
  require(cut > 0 && signatures.endsWith("\n"), "the note has a text and signatures");
  const own = signatures.slice(0, -1).split("\n").map((line) => line.split(" ")).filter(([dash, signer, value]) =>
    dash === "\u2014" && signer === name && unbase64(value).toString("hex", 0, 4) === keyId);
  const [, , value, ...more] = the(own, "signature of the log");
  const holds = verify(null, Buffer.from(text), publicKey, unbase64(value).subarray(4));
  require(holds && more.length === 0, "the log has signed the checkpoint");
  const [origin, size, root, ...end] = text.split("\n");
  require(origin === name && end.join() === "", "the checkpoint is this log's");
  return { size: count(size), root: unbase64(root) };
}

function count(text) {
  require(/^(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)), "a number in its one spelling");
  return Number(text);
}

// RFC 9162, 2.1.3.2. Halves, no shifts: those of JavaScript end at 32 bits.
function verifyInclusion(leaf, index, size, path, root) {
  require(index < size, "the entry is in the tree");
  const half = (n) => Math.floor(n / 2);
  let [first, last, reached] = [index, size - 1, sha256("\0", leaf)];
  for (const sibling of path) {
    require(last > 0 && sibling.length === 32, "the path is no longer than the tree is high");
    if (first % 2 === 1 || first === last) {
      reached = sha256("\u0001", sibling, reached);
      while (first > 0 && first % 2 === 0) [first, last] = [half(first), half(last)];
    } else reached = sha256("\u0001", reached, sibling);
    [first, last] = [half(first), half(last)];
  }
  require(last === 0 && same(reached, root), "the path leads to the signed root");
}

// The log holds a record of exactly this envelope; gives the entry's index and time.
function verifyReceipt(pb, receipt, vkey, envelope) {
  const cut = receipt.proof.indexOf("\n\n");
  const [head, extraLine, indexLine, ...path] = receipt.proof.slice(0, Math.max(cut, 0)).split("\n");
  const form = head === "c2sp.org/tlog-proof@v1" && extraLine?.startsWith("extra ") && indexLine?.startsWith("index ");
  require(form, "the form of a receipt");
  const [extra, index] = [unbase64(extraLine.slice(6)), count(indexLine.slice(6))];
  require(extra.length === 82 && extra[0] === 1 && extra[1] === 1, "the leaf is a statement's");
  const [leaf, salt] = [extra.subarray(0, 50), extra.subarray(50)];
  require(same(leaf.subarray(42), Buffer.alloc(8)), "what is reserved is zero");
  const commitment = sha256("precinto/rec/v1\0", leaf.subarray(1, 2), salt, receipt.record);
  require(same(leaf.subarray(10, 42), commitment), "the leaf is the record's");
  const record = pb.decode("StatementRecord", receipt.record);
  require(same(record.envelope_digest, sha256(envelope)), "the record is of this envelope");
  const { payload } = pb.decode("Envelope", envelope);
  require(same(record.statement_id, sha256(pae(payload))), "the record is of this statement");
  const { size, root } = verifyCheckpoint(receipt.proof.slice(cut + 2), vkey);
  verifyInclusion(leaf, index, size, path.map(unbase64), root);
  return { index, timeMs: Number(leaf.readBigUInt64BE(2)) };
}

function isRefuted(check) {
  try {
    check();
    return false;
  } catch (error) {
    if (error instanceof Refuted) return true;
    throw error;
  }
}

function altered(bytes) {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] ^= 1;
  return copy;
}

async function verifyDelivery(pb, delivery, node, door) {
  const envelope = pb.decode("Envelope", delivery.envelope);
  const { items } = await door.call("LogService", "GetCertificates", { digests: envelope.signatures.map((s) => s.key_id) });
  const certificates = new Map(items.map(({ content }) => [sha256(content).toString("hex"), content]));
  const statement = verifyEnvelope(pb, envelope, certificates, node, delivery.time_ms);
  const content = verifyBody(pb, statement, delivery.body);
  const { index, timeMs } = verifyReceipt(pb, delivery.receipt, node.log, delivery.envelope);
  require(index === delivery.index && timeMs === delivery.time_ms, "the receipt is for this entry");
  const verifyOther = (fields) => verifyEnvelope(pb, { ...envelope, ...fields }, certificates, node, timeMs);
  const refused = { // it holds as it is, and not when anything is altered
    payload: isRefuted(() => verifyOther({ payload: altered(envelope.payload) })),
    unsigned: isRefuted(() => verifyOther({ signatures: [] })),
    body: isRefuted(() => verifyBody(pb, statement, altered(delivery.body))),
  };
  require(Object.values(refused).every(Boolean), `every alteration is noticed: ${JSON.stringify(refused)}`);
  return { statement, said: pb.decode("SystemNoticeContent", content).text.text };
}

// The next message of a stream that has this field.
async function heard(stream, field) {
  for (;;) {
    const { value, done } = await stream.next();
    require(!done, `the stream goes on until ${field}`);
    if (value[field]) return value[field];
  }
}

async function exchange(pb, sender, receiver) {
  const text = `Exchange test by a foreign client, ${randomBytes(8).toString("hex")}`;
  const [inbound, outbound] = [connect(pb, receiver), connect(pb, sender)];
  const name = `node-${randomBytes(6).toString("hex")}`;
  await inbound.call("SubscriptionService", "CreateSubscription", { name, start: "START_POSITION_NOW" });
  const subscription = inbound.stubs.SubscriptionService.Subscribe({ deadline: Date.now() + 6 * DEADLINE_MS });
  const stream = subscription[Symbol.asyncIterator]();
  subscription.write({ init: { subscription: name, credit: 8, with_proofs: true } });
  await heard(stream, "caught_up"); // a new subscription from now on is caught up at once
  const request = signNotice(pb, sender, agencyOf(receiver.identity), text);
  const first = await outbound.call("SubmissionService", "Submit", request);
  const again = await outbound.call("SubmissionService", "Submit", request);
  const { index } = verifyReceipt(pb, first.receipt, sender.log, request.envelope);
  const equal = again.receipt.proof === first.receipt.proof && same(again.receipt.record, first.receipt.record);
  require(again.duplicate && equal, "a repeat gets the first receipt, byte for byte");
  const delivery = await heard(stream, "delivery");
  require(delivery.index === index, "what is delivered is what was submitted");
  const { statement, said } = await verifyDelivery(pb, delivery, receiver, inbound);
  require(statement.sender === sender.identity && said === text, "it says what was written");
  subscription.write({ ack: { index } });
  let settled = 0;
  const end = Date.now() + DEADLINE_MS;
  for (; settled <= index && Date.now() < end; await pause(50)) // the gateway writes cursors a few times a second
    settled = (await inbound.call("SubscriptionService", "GetSubscription", { name })).subscription.settled;
  require(settled > index, "what was acknowledged is settled");
  subscription.end();
  await inbound.call("SubscriptionService", "DeleteSubscription", { name });
  [inbound, outbound].forEach((door) => door.close());
  const receipt = { proof: first.receipt.proof, record: first.receipt.record.toString("base64") };
  return { ok: true, index, settled, log: sender.log, envelope: request.envelope.toString("base64"), receipt };
}

// Judges receipts, one JSON object a line.
async function judge(pb) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { log, envelope, receipt } = JSON.parse(line);
    const given = { proof: receipt.proof, record: Buffer.from(receipt.record, "base64") };
    try {
      console.log(JSON.stringify({ ok: true, ...verifyReceipt(pb, given, log, Buffer.from(envelope, "base64")) }));
    } catch (error) {
      console.log(JSON.stringify({ ok: false, refuted: error instanceof Refuted, why: error.message }));
    }
  }
}

const text = { type: "string" };
const options = { sender: text, receiver: text, gateway: text, proto: text, verify: { type: "boolean" } };
const { values: given } = parseArgs({ options });
const pb = loadProtocol(given.proto ?? fileURLToPath(new URL("../../proto", import.meta.url)));
if (given.verify) await judge(pb);
else {
  const nodes = [given.sender, given.receiver].map((path) => loadNode(path, given.gateway));
  console.log(JSON.stringify(await exchange(pb, ...nodes)));
}
