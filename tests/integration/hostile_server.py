#!/usr/bin/env python3
"""An authoritative server that answers as a hostile one would.

  hostile_server.py ADDRESS PORT

The label before .or.jp says how, whatever stands before it; "fuzz-N" changes octets of a good answer, from
seed N. The same question gets the same answer each time, so that two resolvers can be compared. On UDP,
what is longer than 1232 octets is cut. Serves until SIGTERM.
"""
import random
import socket
import struct
import sys
import threading

TXT, MX, CNAME, SOA, DNAME, NS, RRSIG = 16, 15, 5, 6, 39, 2, 46
QUESTION = b"\xc0\x0c"  # a pointer to the question's name


def rr(rrtype, rdata, owner=QUESTION, ttl=300, rrclass=1):
    return owner + struct.pack("!HHIH", rrtype, rrclass, ttl, len(rdata)) + rdata


def text(data):
    """Character-strings of at most 255 octets."""
    data = data if isinstance(data, bytes) else data.encode()
    parts = [data[i:i + 255] for i in range(0, len(data), 255)] or [b""]
    return b"".join(bytes([len(part)]) + part for part in parts)


def name(dotted):
    labels = [label for label in dotted.split(".") if label]
    return b"".join(bytes([len(x)]) + x.encode() for x in labels) + b"\0"


def soa(owner=name("or.jp"), rdata=None):
    good = name("ns.or.jp") + name("mail.or.jp") + struct.pack("!5I", 1, 3600, 600, 86400, 300)
    return rr(SOA, good if rdata is None else rdata, owner)


GOOD = {TXT: text("v=spf1 mx ip4:192.0.2.0/24 include:example.co.jp -all"), MX: b"\0\x0a" + name("mx.good.or.jp")}
DMARC = "v=DMARC1; p=reject; rua=mailto:a@example.co.jp"


class Answer:
    """What is said: RRs, the rcode, octets behind them, and the number of answers if that is a lie."""

    def __init__(self, *rrs, authority=(), rcode=0, count=None, rubbish=b""):
        self.rrs, self.authority, self.rcode, self.rubbish = rrs, authority, rcode, rubbish
        self.count = len(rrs) if count is None else count

    def counts(self):
        return struct.pack("!3H", self.count, len(self.authority), 0)

    def body(self):
        return b"".join(self.rrs) + b"".join(self.authority) + self.rubbish


def record(rrtype, data):
    """One RR of the type that was asked for; an MX where TXT is not meant."""
    return rr(TXT, data) if rrtype == TXT else rr(MX, b"\0\x0a" + name("mx.or.jp"))


def hostile(kind, rrtype, below):
    """The answer of that kind."""
    long_tags = "v=DMARC1; p=none" + "; tag%d=value" % 1 * 3000
    tables = {
        "good": lambda: Answer(rr(rrtype, GOOD[rrtype])),
        "huge": lambda: Answer(rr(TXT, text(b"v=spf1 " + b"a:x.example " * 5300))),
        "largest": lambda: Answer(rr(TXT, text(b"v=spf1 " + b"A" * 65000))),
        "binary": lambda: Answer(rr(TXT, text(bytes(range(256)) * 4))),
        "nulinside": lambda: Answer(rr(TXT, text(b"v=spf1 \0 -all\xff"))),
        "manytxt": lambda: Answer(*[rr(TXT, text("v=spf1 -all %d" % i)) for i in range(2000)]),
        "justmany": lambda: Answer(*[rr(TXT, text("number %d" % i)) for i in range(256)]),
        "twice": lambda: Answer(*[rr(TXT, text("v=spf1 -all"))] * 3),
        "manymx": lambda: Answer(*[rr(MX, struct.pack("!H", i) + name("mx%d.or.jp" % i)) for i in range(900)]),
        "empty": lambda: Answer(rr(rrtype, b"")),
        "emptystring": lambda: Answer(rr(TXT, b"\0")),
        "emptystrings": lambda: Answer(rr(TXT, b"\0" * 60000)),
        "overrun": lambda: Answer(rr(TXT, b"\xffv=spf1 -all")),
        "onebyte": lambda: Answer(rr(rrtype, b"\x05")),
        "loopname": lambda: Answer(rr(MX, b"\0\x0a\xc0\x2b")),
        "forward": lambda: Answer(rr(MX, b"\0\x0a\xff\xff")),
        "toolong": lambda: Answer(rr(MX, b"\0\x0a" + (b"\x3f" + b"a" * 63) * 5 + b"\0")),
        "badlabel": lambda: Answer(rr(MX, b"\0\x0a\x41abc\0")),
        "nullmx": lambda: Answer(rr(MX, b"\0\0\0"), rr(MX, b"\0\x0a" + name("mx.or.jp"))),
        "selfcname": lambda: Answer(rr(CNAME, QUESTION)),
        "chain": lambda: Answer(rr(CNAME, name("chain%d.chain.or.jp" % (len(below) % 40 + 1)))),
        "dname": lambda: Answer(rr(DNAME, name("deep.dname.or.jp"), name("dname.or.jp")),
                                 rr(CNAME, below + b"\4deep" + name("dname.or.jp"))),
        "cnameandtxt": lambda: Answer(rr(CNAME, name("good.or.jp")), rr(TXT, GOOD[TXT])),
        "otherowner": lambda: Answer(rr(TXT, GOOD[TXT], name("good.or.jp"))),
        "otherclass": lambda: Answer(rr(TXT, GOOD[TXT], rrclass=3)),
        "ttl": lambda: Answer(rr(TXT, GOOD[TXT], ttl=0xffffffff)),
        "lie": lambda: Answer(rr(rrtype, GOOD[rrtype]), count=4000),
        "none": lambda: Answer(rr(rrtype, GOOD[rrtype]), count=0),
        "rubbish": lambda: Answer(rr(rrtype, GOOD[rrtype]), rubbish=b"\xff" * 400),
        "nxdata": lambda: Answer(rr(rrtype, GOOD[rrtype]), authority=[soa()], rcode=3),
        "nxdomain": lambda: Answer(authority=[soa()], rcode=3),
        "nodata": lambda: Answer(authority=[soa()]),
        "badsoa": lambda: Answer(authority=[soa(rdata=b"\0")]),
        "wrongsoa": lambda: Answer(authority=[soa(owner=name("example.com"))]),
        "rootsoa": lambda: Answer(authority=[soa(owner=b"\0")], rcode=3),
        "nothing": Answer,
        "sigs": lambda: Answer(rr(TXT, GOOD[TXT]), *[rr(RRSIG, bytes(range(40))) for _ in range(300)]),
        "longdmarc": lambda: Answer(record(rrtype, text(long_tags))),
        "unknownrr": lambda: Answer(rr(65280, b"x" * 1000), rr(rrtype, GOOD[rrtype])),
        "dkim": lambda: Answer(record(rrtype, text("v=DKIM1; k=rsa; p=" + "QUJD" * 15000))),
        "dkimnull": lambda: Answer(record(rrtype, text(b"v=DKIM1; k=\0; p=\xff\xfe"))),
        "servfail": lambda: Answer(rcode=2),
        "notauth": lambda: Answer(rcode=9),
        "notype": lambda: Answer(rr(NS, name("ns.or.jp"))),
    }
    return tables.get(kind, lambda: Answer(record(rrtype, text(DMARC))))()


def change(octets, seed):
    """Some octets of an answer become others."""
    octets, dice = bytearray(octets), random.Random(seed)
    for _ in range(dice.randint(1, 6)):
        octets[dice.randrange(len(octets))] = dice.choice((0, 0xff, 0xc0, dice.randrange(256)))
    # No pointers to the message's id, which is another one each time.
    for i in range(len(octets) - 1):
        if octets[i] == 0xc0 and octets[i + 1] < 12:
            octets[i + 1] = 12
    return bytes(octets)


def read_question(query):
    """The question's octets, its labels in lower case, and the type."""
    labels, at = [], 12
    while query[at] != 0:
        labels.append(query[at + 1:at + 1 + query[at]].lower())
        at += query[at] + 1
    return query[12:at + 5], labels, struct.unpack("!H", query[at + 1:at + 3])[0]


def respond(query, limit):
    question, labels, rrtype = read_question(query)
    kind = labels[-3].decode("latin-1") if len(labels) > 2 else ""
    below = b"".join(bytes([len(label)]) + label for label in labels[:-3])
    if rrtype not in (TXT, MX):
        answer = Answer(authority=[soa()])
    elif kind.startswith("fuzz-"):
        answer = Answer(rr(rrtype, GOOD[rrtype]), rr(rrtype, GOOD[rrtype][:-1] + b"\0"), authority=[soa()])
    else:
        answer = hostile(kind, rrtype, below)
    body = answer.body()
    if kind.startswith("fuzz-"):
        body = change(body, repr((kind, below, rrtype)))
    if 12 + len(question) + len(body) > limit:
        return query[:2] + struct.pack("!HH6x", 0x8600, 1) + question
    flags = 0x8400 | answer.rcode
    return query[:2] + struct.pack("!HH", flags, 1) + answer.counts() + question + body


def serve_tcp(listener):
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=serve_peer, args=(peer,), daemon=True).start()


def serve_peer(peer):
    with peer, peer.makefile("rb") as stream:
        while True:
            length = stream.read(2)
            if len(length) < 2:
                return
            answer = respond(stream.read(struct.unpack("!H", length)[0]), 65535)
            peer.sendall(struct.pack("!H", len(answer)) + answer)


def main():
    address = (sys.argv[1], int(sys.argv[2]))
    listener = socket.create_server(address)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(address)
    threading.Thread(target=serve_tcp, args=(listener,), daemon=True).start()
    while True:
        query, peer = udp.recvfrom(65535)
        udp.sendto(respond(query, 1232), peer)


main()
