#!/usr/bin/env python3
"""An agency's own program at its node's local API: sends by one agent, takes deliveries from another, over unix sockets.

It has stubs from proto/ alone, and neither keys nor certificates: the node signs and verifies. What it believes without asking
anybody is the receipt, by the log's verifier key. See precinto_client.py for the packages it needs.
"""
import argparse
import json
import queue
import time
import uuid
from pathlib import Path

import grpc
from precinto_client import (HOUR_MS, NOTICE_TYPE, Refuted, agency_of, load_node, load_protocol, pae, require, sha256,
                             sign_notice, verify_receipt)

DEADLINE_S = 60


def call(pb, socket):
    """The API on a unix socket: the kernel says who may open it, so there is no TLS."""
    channel = grpc.insecure_channel(f"unix:{socket}", options=[("grpc.default_authority", "localhost")])
    return pb.NodeServiceStub(channel)


def until_logged(pb, api, message_id):
    """The state of a message once the log holds it."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        state = api.GetMessage(pb.GetMessageRequest(message_id=message_id)).state
        require(state.fate != pb.MESSAGE_FATE_REFUSED, f"it is taken: {state}")
        if state.fate == pb.MESSAGE_FATE_LOGGED:
            return state
        time.sleep(0.05)
    raise Refuted("the log holds it in time")


class Taker:
    """One stream of deliveries."""

    def __init__(self, pb, api):
        self.pb, self.said = pb, queue.SimpleQueue()
        self.said.put(pb.TakeDeliveriesRequest())
        self.stream = api.TakeDeliveries(iter(self.said.get, None), timeout=DEADLINE_S)

    def next(self):
        return next(self.stream)

    def settle(self, index):
        self.said.put(self.pb.TakeDeliveriesRequest(index=index))

    def end(self):
        self.said.put(None)
        self.stream.cancel()


def taker(pb, api):
    """A stream and its first delivery; the agent may not have noticed yet that the stream before has ended."""
    end = time.monotonic() + DEADLINE_S
    while True:
        one = Taker(pb, api)
        try:
            return one, one.next()
        except grpc.RpcError as error:
            busy = error.code() in (grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.RESOURCE_EXHAUSTED)
            if not busy or time.monotonic() > end:
                raise
            time.sleep(0.05)


def refused(call, *arguments):
    try:
        call(*arguments)
    except grpc.RpcError as error:
        return error.code().name
    return None


def run(pb, sender, receiver, sending, taking):
    text = f"Exchange test by a program of the agency, {uuid.uuid4()}"
    statement = pb.Statement(
        type=pb.MESSAGE_TYPE_SYSTEM_NOTICE,
        recipients=[pb.RecipientRef(kind=pb.RECIPIENT_KIND_AGENCY, name=agency_of(receiver.identity))],
        expires_ms=time.time_ns() // 1_000_000 + HOUR_MS,
        status=pb.MESSAGE_STATUS_TEST,
        notice_kind=pb.NOTICE_KIND_MAINTENANCE,
    )
    content = pb.SystemNoticeContent(text=pb.Text(language="en", text=text)).SerializeToString()
    drafted = pb.SendRequest(statement=statement, media_type=NOTICE_TYPE, content=content)
    first = sending.Send(drafted, timeout=DEADLINE_S).state
    require(first.fate == pb.MESSAGE_FATE_QUEUED, "queued before the answer")
    signed = pb.SendRequest(signed=sign_notice(pb, sender, agency_of(receiver.identity), text))
    second, again = (sending.Send(signed, timeout=DEADLINE_S).state for _ in range(2))
    require(second.message_id == again.message_id, "the same message is sent once")
    logged = [until_logged(pb, sending, one.message_id) for one in (first, second)]

    # Taken once each, in order; one that goes without a word has not taken it.
    hasty, delivery = taker(pb, taking)
    hasty.end()
    steady, once_more = taker(pb, taking)
    require(once_more.delivery.index == delivery.delivery.index, "what was not settled comes again")
    taken = [once_more]
    steady.settle(once_more.delivery.index)
    taken.append(steady.next())
    steady.settle(taken[1].delivery.index)
    for one, state in zip(taken, logged):
        said = json.loads(one.json)
        require(uuid.UUID(said["message_id"]).bytes == state.message_id, "in the order in which it was said")
        require(text in one.json, "the JSON says what the message says")
        index, time_ms = verify_receipt(pb, one.delivery.receipt, receiver.log, one.delivery.envelope)
        require((index, time_ms) == (one.delivery.index, one.delivery.time_ms), "it is proven to be in the log")
        require(state.receipt.record == one.delivery.receipt.record, "the sender's receipt is about the same entry")
        envelope = pb.Envelope.FromString(one.delivery.envelope)
        require(pb.StatementRecord.FromString(state.receipt.record).statement_id == sha256(pae(envelope.payload)), "ours")

    # What is wrong is said at once, and nothing is queued.
    broken = pb.SendRequest(statement=pb.Statement(type=pb.MESSAGE_TYPE_ALERT))
    foreign = pb.SendRequest(signed=sign_notice(pb, receiver, agency_of(sender.identity), text))
    codes = [refused(sending.Send, one) for one in (broken, foreign, pb.SendRequest())]
    require(all(codes), f"refused: {codes}")
    steady.end()
    status = taking.GetNodeStatus(pb.GetNodeStatusRequest())
    require(status.node == receiver.identity and status.line_up, "the node says how it is doing")
    require(sending.GetNodeStatus(pb.GetNodeStatusRequest()).outbox_waiting == 0, "nothing waits")
    return {"ok": True, "indexes": [one.delivery.index for one in taken], "refused": codes}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--sender", "--receiver", "--sender-socket", "--receiver-socket"):
        parser.add_argument(name, required=True, metavar="FILE")
    parser.add_argument("--proto", default=Path(__file__).parents[2] / "proto", help="the folder of the protocol files")
    given = parser.parse_args()
    pb = load_protocol(given.proto)
    nodes = [load_node(path, None) for path in (given.sender, given.receiver)]
    apis = [call(pb, socket) for socket in (given.sender_socket, given.receiver_socket)]
    print(json.dumps(run(pb, *nodes, *apis)))


if __name__ == "__main__":
    main()
