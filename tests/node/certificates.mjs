// What node:crypto leaves to its user of X.509: which root may vouch for whom, what a key is for, and revocation lists.

import { verify, X509Certificate } from "node:crypto";

const DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36"; // RFC 9336
const KEY_USAGE = "551d0f"; // 2.5.29.15
const LIST_HASHES = { "2a8648ce3d040302": "sha256", "2a8648ce3d040303": "sha384", "2b6570": null }; // ECDSA, ECDSA, Ed25519

// Something that was claimed does not hold.
export class Refuted extends Error {}
export function require(holds, claim) {
  if (!holds) throw new Refuted(claim);
}
export function the(all, what) {
  require(all.length === 1, `exactly one ${what}`);
  return all[0];
}

export const same = (left, right) => Buffer.compare(left, right) === 0;
export const sideOf = (identity) => identity.slice("spiffe://".length).split("/")[0];

// The elements of DER, one after another: tag, contents, and all bytes.
function der(bytes) {
  const elements = [];
  for (let at = 0; at < bytes.length; ) {
    const long = bytes[at + 1] & 0x80 ? bytes[at + 1] & 0x7f : 0;
    require(long <= 4 && at + 2 + long <= bytes.length, "DER says its lengths");
    const start = at + 2 + long;
    const end = start + (long ? bytes.readUIntBE(at + 2, long) : bytes[at + 1]);
    require(end <= bytes.length, "DER is whole");
    elements.push({ tag: bytes[at], value: bytes.subarray(start, end), raw: bytes.subarray(at, end) });
    at = end;
  }
  return elements;
}

function inside(certificate) {
  const [, serial, , , , subject, , ...rest] = der(der(der(certificate.raw)[0].value)[0].value);
  const extensions = rest.filter(({ tag }) => tag === 0xa3).flatMap(({ value }) => der(der(value)[0].value));
  const extension = (oid) => extensions.map(({ value }) => der(value)).find(([id]) => id.value.toString("hex") === oid);
  return { serial: serial.value, subject: subject.raw, usage: extension(KEY_USAGE)?.at(-1).value };
}

// The root's revocation list: signed by it, not yet due for renewal; gives the serial numbers.
function revokedBy(root, lists) {
  const { subject } = inside(root);
  const parsed = lists.map((list) => der(der(list)[0].value)).map(([tbs, algorithm, signature]) => {
    const [version, , issuer, , next, revoked] = der(tbs.value);
    return { tbs, algorithm, signature, version, issuer, next, revoked };
  });
  const list = the(parsed.filter(({ issuer }) => same(issuer.raw, subject)), "list of this root");
  const hash = LIST_HASHES[der(list.algorithm.value)[0].value.toString("hex")];
  const holds = hash !== undefined && verify(hash, list.tbs.raw, root.publicKey, list.signature.value.subarray(1));
  require(holds, "the revocation list is the root's");
  const [year, ...rest] = (list.next.tag === 0x17 ? "20" : "").concat(list.next.value).match(/^\d{4}|\d\d/g);
  require(Date.now() < Date.UTC(year, rest[0] - 1, ...rest.slice(1)), "the revocation list is fresh");
  return list.revoked?.tag === 0x30 ? der(list.revoked.value).map(({ value }) => der(value)[0].value) : [];
}

// A signing certificate, issued by a root of its own side, valid then, not revoked; gives its identity and key.
export function verifyCertificate(bytes, node, atMs) {
  const certificate = new X509Certificate(bytes);
  const identity = certificate.subjectAltName?.match(/^URI:(spiffe:\/\/[a-z0-9./-]+)$/)?.[1];
  const side = identity && node.sides.get(sideOf(identity));
  require(side, "one name, of a side that is known");
  const issued = (root) => certificate.checkIssued(root) && certificate.verify(root.publicKey);
  const root = the(side.roots.filter(issued), "root of the signer's own side that issued it");
  require(Date.parse(certificate.validFrom) <= atMs && atMs <= Date.parse(certificate.validTo), "the certificate is valid");
  const { serial, usage } = inside(certificate);
  require(!certificate.ca && usage && der(usage)[0].value[1] & 0x80, "the certificate's key is for signatures");
  const purposes = certificate.keyUsage; // the extended ones, whatever Node.js calls them
  require(purposes?.includes(DOCUMENT_SIGNING), "the certificate is for signing documents");
  require(!revokedBy(root, side.lists).some((one) => same(one, serial)), "not revoked");
  return { identity, key: certificate.publicKey };
}
