"""A foreign client of Precinto, written from the protocol files and the documents alone.

One node signs a statement and submits it over mutual TLS; a subscribed node of the other side receives it. Envelope,
body, record and receipt are verified with code that shares nothing with the gateway, and the delivery is settled.
Prints one JSON object; exit status 0 only if everything held. Nodes are configured as `precinto keys dev` writes them.

    python precinto_client.py --sender nodes/A.toml --receiver nodes/B.toml [--gateway HOST:PORT] [--proto DIR]
"""

import argparse, base64, hashlib, importlib, json, os, queue, sys, tempfile, time, tomllib, uuid
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import grpc
import grpc_tools
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from grpc_tools import protoc

PAYLOAD_TYPE = "application/vnd.precinto.statement.v1+protobuf"
NOTICE_TYPE = "application/vnd.precinto.system-notice.v1+protobuf"
DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
HOUR_MS, DEADLINE_S = 3_600_000, 10


class Refuted(Exception):
    """Something that was claimed does not hold."""


def require(holds, claim):
    if not holds:
        raise Refuted(claim)


def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()
def side_of(identity): return identity.removeprefix("spiffe://").split("/")[0]
def agency_of(identity): return "/".join(identity.removeprefix("spiffe://").split("/agency/")).split("/node/")[0]
def commit_inner(inner): return sha256(b"precinto/pt/v1\0", inner)


def load_protocol(proto):
    """Generates stubs into a temporary folder and gathers all messages, enums and stubs in one namespace."""
    out = tempfile.TemporaryDirectory(prefix="precinto-stubs-")
    files = sorted(str(file) for file in Path(proto).rglob("*.proto"))
    well_known = Path(grpc_tools.__file__).parent / "_proto"
    arguments = [f"-I{proto}", f"-I{well_known}", f"--python_out={out.name}", f"--grpc_python_out={out.name}"]
    require(protoc.main(["protoc", *arguments, *files]) == 0, "the protocol files compile")
    sys.path.insert(0, out.name)
    pb = SimpleNamespace(folder=out)
    for file in files:
        name = os.path.relpath(file, proto).removesuffix(".proto").replace(os.sep, ".")
        for module in (f"{name}_pb2", f"{name}_pb2_grpc"):
            vars(pb).update({k: v for k, v in vars(importlib.import_module(module)).items() if k[0].isupper()})
    return pb


def load_node(path, gateway):
    config = tomllib.loads(Path(path).read_text())
    read = lambda name: (Path(path).parent / name).read_bytes()
    signing_chain = x509.load_pem_x509_certificates(read(config["signing"]["certificate"]))
    log = config.get("log") or read(config["log_file"]).decode().strip()
    return SimpleNamespace(
        **{name: config[name] for name in ("identity", "server_name")},
        gateway=gateway or config["gateway"],
        log=log,
        tls=(read(config["tls"]["key"]), read(config["tls"]["certificate"])),
        key=serialization.load_pem_private_key(read(config["signing"]["key"]), None),
        chain=[c.public_bytes(serialization.Encoding.DER) for c in signing_chain],
        sides={
            side["domain"]: SimpleNamespace(
                pem=b"".join(map(read, side["roots"])),
                roots=[c for root in side["roots"] for c in x509.load_pem_x509_certificates(read(root))],
                crls=[x509.load_pem_x509_crl(read(crl)) for crl in side["crls"]],
            )
            for side in config["side"]
        },
    )


def connect(node):
    our_roots = node.sides[side_of(node.identity)].pem  # only our own side vouches for our gateway
    credentials = grpc.ssl_channel_credentials(our_roots, *node.tls)
    options = [("grpc.ssl_target_name_override", node.server_name), ("grpc.max_receive_message_length", 1 << 20)]
    return grpc.secure_channel(node.gateway, credentials, options)


def pae(payload):
    """DSSE pre-authentication encoding: what is signed."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign_notice(pb, node, recipient, text):
    """A signed test notice with a body, as a request to submit it."""
    message_id, key_id, created = uuid.uuid4().bytes, sha256(node.chain[0]), time.time_ns() // 1_000_000
    content = pb.SystemNoticeContent(text=pb.Text(language="en", text=text)).SerializeToString()
    inner = dict(message_id=message_id, sender_key_id=key_id, salt=os.urandom(32), media_type=NOTICE_TYPE)
    inner = pb.Inner(**inner, content=content).SerializeToString()
    body = pb.Body(clear=inner).SerializeToString()
    statement = pb.Statement(
        message_id=message_id,
        type=pb.MESSAGE_TYPE_SYSTEM_NOTICE,
        sender=node.identity,
        log_origin=node.log.split("+")[0],
        required_signers=[pb.SignerRef(key_id=key_id, role=pb.SIGNER_ROLE_NODE, alg=1)],
        recipients=[pb.RecipientRef(kind=pb.RECIPIENT_KIND_AGENCY, name=recipient)],
        created_ms=created,
        expires_ms=created + HOUR_MS,
        sender_seq=created,
        status=pb.MESSAGE_STATUS_TEST,
        handling=pb.Handling(tlp=pb.TLP_GREEN),
        body=pb.BodyRef(digest=sha256(body), size=len(body), plaintext_commitment=commit_inner(inner)),
        languages=["en"],
        payload_protection=pb.PAYLOAD_PROTECTION_CLEAR,
        notice_kind=pb.NOTICE_KIND_MAINTENANCE,
    )
    payload = statement.SerializeToString(deterministic=True)
    signatures = [pb.Signature(key_id=key_id, alg=1, sig=node.key.sign(pae(payload)))]
    envelope = pb.Envelope(payload_type=PAYLOAD_TYPE, payload=payload, signatures=signatures)
    return pb.SubmitRequest(envelope=envelope.SerializeToString(), body=body, certificates=node.chain)


def verify_certificate(der, node, at_ms):
    """A signing certificate, issued by a root of its own side, valid then, not revoked; gives its identity and key."""
    certificate = x509.load_der_x509_certificate(der)
    extension = lambda kind: certificate.extensions.get_extension_for_class(kind).value
    [identity] = extension(x509.SubjectAlternativeName).get_values_for_type(x509.UniformResourceIdentifier)
    side = node.sides[side_of(identity)]
    [root] = [root for root in side.roots if root.subject == certificate.issuer]  # of the signer's own side
    certificate.verify_directly_issued_by(root)
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    require(certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc, "the certificate is valid")
    require(extension(x509.KeyUsage).digital_signature, "the certificate's key is for signatures")
    require(DOCUMENT_SIGNING in extension(x509.ExtendedKeyUsage), "the certificate is for signing documents")
    [crl] = [c for c in side.crls if c.issuer == root.subject]
    require(crl.is_signature_valid(root.public_key()), "the revocation list is the root's")
    require(crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is None, "not revoked")
    return identity, certificate.public_key()


def verify_envelope(pb, envelope, certificates, node, at_ms):
    """Who signed what: every required signer, nobody else, over exactly these bytes; gives the statement."""
    require(envelope.payload_type == PAYLOAD_TYPE, "the payload is a statement")
    statement = pb.Statement.FromString(envelope.payload)
    required = {signer.key_id: signer for signer in statement.required_signers}
    given = {signature.key_id: signature for signature in envelope.signatures}
    require(given.keys() == required.keys() and len(given) == len(envelope.signatures), "exactly the required signers")
    for key_id, signature in given.items():
        identity, key = verify_certificate(certificates[key_id], node, at_ms)
        require(signature.alg == required[key_id].alg == 1 and isinstance(key, ed25519.Ed25519PublicKey), "Ed25519")
        if required[key_id].role == pb.SIGNER_ROLE_NODE:
            require(identity == statement.sender, "the sender has signed")
        key.verify(signature.sig, pae(envelope.payload))
    return statement


def verify_body(pb, statement, body):
    require((statement.body.digest, statement.body.size) == (sha256(body), len(body)), "the body is the one signed for")
    clear = pb.Body.FromString(body).clear
    require(statement.body.plaintext_commitment == commit_inner(clear), "the commitment opens")
    inner = pb.Inner.FromString(clear)
    [node_key] = [s.key_id for s in statement.required_signers if s.role == pb.SIGNER_ROLE_NODE]
    require((inner.message_id, inner.sender_key_id) == (statement.message_id, node_key), "the body is of this message")
    return inner.content


def verify_checkpoint(note, vkey):
    """The log's signature over origin, size and root; gives size and root."""
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    require(key[0] == 1 and sha256(name.encode(), b"\n", key)[:4].hex() == key_id, "the verifier key is whole")
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, value = line.split(" ")
        value = base64.b64decode(value)
        if dash == "\u2014" and signer == name and value[:4].hex() == key_id:
            ed25519.Ed25519PublicKey.from_public_bytes(key[1:]).verify(value[4:], text.encode())
            origin, size, root = text.splitlines()
            require(origin == name, "the checkpoint is this log's")
            return int(size), base64.b64decode(root)
    raise Refuted("the log has signed the checkpoint")


def verify_inclusion(leaf, index, size, path, root):
    require(0 <= index < size, "the entry is in the tree")
    first, last, reached = index, size - 1, sha256(b"\0", leaf)
    for sibling in path:
        require(last > 0 and len(sibling) == 32, "the path is no longer than the tree is high")
        if first & 1 or first == last:
            reached = sha256(b"\1", sibling, reached)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            reached = sha256(b"\1", reached, sibling)
        first, last = first >> 1, last >> 1
    require(last == 0 and reached == root, "the path leads to the signed root")


def verify_receipt(pb, receipt, vkey, envelope):
    """The log holds a record of exactly this envelope; gives the entry's index and time."""
    proof, note = receipt.proof.split("\n\n", 1)
    head, extra, index, *path = proof.split("\n")
    require((head, extra[:6], index[:6]) == ("c2sp.org/tlog-proof@v1", "extra ", "index "), "the form")
    extra, index = base64.b64decode(extra[6:], validate=True), int(index[6:])
    leaf, salt = extra[:50], extra[50:]
    require(len(extra) == 82 and leaf[:2] == b"\1\1" and leaf[42:] == bytes(8), "the leaf is a statement's")
    require(leaf[10:42] == sha256(b"precinto/rec/v1\0", leaf[1:2], salt, receipt.record), "the leaf is the record's")
    record = pb.StatementRecord.FromString(receipt.record)
    require(record.envelope_digest == sha256(envelope), "the record is of this envelope")
    require(record.statement_id == sha256(pae(pb.Envelope.FromString(envelope).payload)), "the record is of this statement")
    size, root = verify_checkpoint(note, vkey)
    verify_inclusion(leaf, index, size, [base64.b64decode(line) for line in path], root)
    return index, int.from_bytes(leaf[2:10])


def subscribe(pb, stub, name):
    stub.CreateSubscription(pb.CreateSubscriptionRequest(name=name, start=pb.START_POSITION_NOW), timeout=DEADLINE_S)
    requests = queue.SimpleQueue()
    requests.put(pb.SubscribeRequest(init=pb.Init(subscription=name, credit=8, with_proofs=True)))
    return requests, stub.Subscribe(iter(requests.get, None), timeout=6 * DEADLINE_S)


def verify_delivery(pb, delivery, node, stub):
    envelope = pb.Envelope.FromString(delivery.envelope)
    wanted = pb.GetCertificatesRequest(digests=[one.key_id for one in envelope.signatures])
    certificates = {sha256(item.content): item.content for item in stub.GetCertificates(wanted).items}
    statement = verify_envelope(pb, envelope, certificates, node, delivery.time_ms)
    content = verify_body(pb, statement, delivery.body)
    proven = verify_receipt(pb, delivery.receipt, node.log, delivery.envelope)
    require(proven == (delivery.index, delivery.time_ms), "the receipt is for this entry")
    return statement, pb.SystemNoticeContent.FromString(content).text.text


def is_refuted(verify, *arguments):
    try:
        verify(*arguments)
    except (Refuted, InvalidSignature):
        return True


def altered(message, field):
    """A copy with one bit of a bytes field flipped."""
    *start, last = getattr(message, field)
    copy = type(message).FromString(message.SerializeToString())
    setattr(copy, field, bytes([*start, last ^ 1]))
    return copy


def run(pb, sender, receiver):
    text = f"Exchange test by a foreign client, {uuid.uuid4()}"
    with connect(receiver) as inbound, connect(sender) as outbound:
        subscriptions, name = pb.SubscriptionServiceStub(inbound), f"python-{uuid.uuid4().hex[:12]}"
        requests, heard = subscribe(pb, subscriptions, name)
        require(next(heard).HasField("caught_up"), "a new subscription from now on is caught up at once")
        request = sign_notice(pb, sender, agency_of(receiver.identity), text)
        submit = pb.SubmissionServiceStub(outbound).Submit
        first, again = (submit(request, timeout=DEADLINE_S) for _ in range(2))
        index, _ = verify_receipt(pb, first.receipt, sender.log, request.envelope)
        require(again.duplicate and again.receipt == first.receipt, "a repeat gets the first receipt, byte for byte")
        delivery = next(message.delivery for message in heard if message.HasField("delivery"))
        require(delivery.index == index, "what is delivered is what was submitted")
        statement, said = verify_delivery(pb, delivery, receiver, pb.LogServiceStub(inbound))
        require((statement.sender, said) == (sender.identity, text), "it says what was written")
        requests.put(pb.SubscribeRequest(ack=pb.Ack(index=index)))
        settled, deadline = 0, time.monotonic() + DEADLINE_S
        while settled <= index and time.monotonic() < deadline:  # the gateway writes cursors a few times a second
            time.sleep(0.05)
            settled = subscriptions.GetSubscription(pb.GetSubscriptionRequest(name=name)).subscription.settled
        require(settled > index, "what was acknowledged is settled")
        requests.put(None)
        subscriptions.DeleteSubscription(pb.DeleteSubscriptionRequest(name=name), timeout=DEADLINE_S)
    certificates, envelope = {sha256(der): der for der in sender.chain}, pb.Envelope.FromString(request.envelope)
    verify = lambda altered: verify_envelope(pb, altered, certificates, receiver, delivery.time_ms)
    refused = {  # the envelope holds as it is (verify_delivery), and not when anything is altered
        "record": is_refuted(verify_receipt, pb, altered(first.receipt, "record"), sender.log, request.envelope),
        "payload": is_refuted(verify, altered(envelope, "payload")),
        "body": is_refuted(verify_body, pb, statement, altered(delivery, "body").body),
        "unsigned": is_refuted(verify, pb.Envelope(payload_type=PAYLOAD_TYPE, payload=envelope.payload)),
    }
    require(all(refused.values()), f"every alteration is noticed: {refused}")
    return {"ok": True, "index": index, "message_id": str(uuid.UUID(bytes=statement.message_id)), "settled": settled}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, help in (("--sender", "the node that signs and submits"), ("--receiver", "the node that subscribes")):
        parser.add_argument(name, required=True, metavar="FILE", help=f"configuration of {help}")
    parser.add_argument("--gateway", metavar="HOST:PORT", help="its address, if not the one of the configurations")
    parser.add_argument("--proto", default=Path(__file__).parents[2] / "proto", help="the folder of the protocol files")
    given = parser.parse_args()
    nodes = [load_node(path, given.gateway) for path in (given.sender, given.receiver)]
    print(json.dumps(run(load_protocol(given.proto), *nodes)))


if __name__ == "__main__":
    main()
