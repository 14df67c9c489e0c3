"""A sender that was written from doc/protocol.md and proto/senderwatch.proto alone: the page's values come out, the
collector acknowledges what it delivers, and stores it."""

import hashlib
import hmac
import os
import re
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

CONTENT_TYPE = b"protobuf:senderwatch.Frame"
ACCEPT, START, STOP, READY, FINISH = 1, 2, 3, 4, 5
MX, SPF = 1, 2
PRESENT, ABSENT = 1, 2
KEY = bytes(range(32))
count = failed = 0


def ok(description, passed):
    global count, failed
    count += 1
    failed += not passed
    print("ok" if passed else "not ok", count, "-", description)


# --- Pseudonyms


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.lower().split(".")) + b"\0"


def subject(name):
    mac = hmac.new(KEY, wire(name), hashlib.sha256).digest()
    return mac[:16], mac[16:]


def siphash(key, data):
    mask = (1 << 64) - 1
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def rotate(value, bits):
        return (value << bits | value >> (64 - bits)) & mask

    def rounds(number):
        for _ in range(number):
            for a, b, c, d, s, t in ((0, 1, 2, 3, 13, 16), (2, 1, 0, 3, 17, 21)):
                v[a] = (v[a] + v[b]) & mask
                v[c] = (v[c] + v[d]) & mask
                v[b] = rotate(v[b], s) ^ v[a]
                v[d] = rotate(v[d], t) ^ v[c]
                v[a] = rotate(v[a], 32)

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 255])
    for (word,) in struct.iter_unpack("<Q", padded):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 255
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def digest(name, mechanism, records):
    key = bytearray(subject(name)[1])
    key[15] ^= mechanism
    total = sum(siphash(bytes(key), struct.pack(">H", len(record)) + record) for record in records)
    return struct.pack(">Q", total % (1 << 64))


# --- Messages, by the rules of protobuf's encoding


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def frame(instance, sequence, day, observations):
    group = field(1, b"co.jp") + field(2, b"jp") + field(3, b"CO")
    batch = field(1, instance) + field(2, sequence) + field(3, hmac.new(KEY, b"\xfe", hashlib.sha256).digest()[:8])
    batch += field(4, b"resolver-py") + field(5, b"protocol.py") + field(6, day) + field(7, group)
    for name, mechanism, outcome, record_digest in observations:
        message = field(1, subject(name)[0]) + field(2, 0) + field(3, mechanism) + field(4, outcome)
        batch += field(8, message + field(5, record_digest) + field(8, day) + field(9, 1))
    return field(1, batch)


# --- Frame Streams


def control(kind, with_type=True):
    body = struct.pack(">I", kind)
    if with_type:
        body += struct.pack(">II", 1, len(CONTENT_TYPE)) + CONTENT_TYPE
    return struct.pack(">II", 0, len(body)) + body


def read_control(stream):
    length = struct.unpack(">II", stream.read(8))[1]
    return struct.unpack(">I", stream.read(length)[:4])[0]


def answers(path):
    """The socket's file is there a moment before it is listened on."""
    with socket.socket(socket.AF_UNIX) as sock:
        return sock.connect_ex(path) == 0


def deliver(path, frames):
    """True if the collector says that all of it is stored."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(20)
        sock.connect(path)
        stream = sock.makefile("rb")
        sock.sendall(control(READY))
        if read_control(stream) != ACCEPT:
            return False
        sock.sendall(control(START))
        for data in frames:
            sock.sendall(struct.pack(">I", len(data)) + data)
        sock.sendall(control(STOP, False))
        return read_control(stream) == FINISH


def page_values():
    with open(os.path.join(os.environ.get("srcdir", "."), "doc/protocol.md"), encoding="utf-8") as page:
        return re.findall(r"^\| (?:key id|subject|digest) \|.*\| `([0-9a-f]+)` \|$", page.read(), re.M)


def main():
    txt = b"\x0bv=spf1 -all"
    mx = [struct.pack(">H", 10) + wire("MX1.example.co.jp"), struct.pack(">H", 16705) + wire("mx2.example.net")]
    values = [
        hmac.new(KEY, b"\xfe", hashlib.sha256).digest()[:8],
        subject("example.co.jp")[0],
        subject("xn--wgv71a119e.jp")[0],
        digest("example.co.jp", SPF, [txt]),
        digest("example.co.jp", MX, mx[:1]),
        digest("example.co.jp", MX, mx),
    ]
    ok("SipHash gives its paper's value", siphash(bytes(range(16)), bytes(range(15))) == 0xA129CA6149BE45E5)
    ok("what the page says comes out", page_values() == [value.hex() for value in values])
    with tempfile.TemporaryDirectory(prefix="senderwatch-test.") as work:
        path, database = os.path.join(work, "collector.sock"), os.path.join(work, "test.db")
        collector = subprocess.Popen(
            [os.path.join(os.environ.get("builddir", "."), "collector/senderwatchd"), "-c", "/dev/null"]
            + ["-o", "listen=" + path, "-o", "database=" + database],
            stderr=subprocess.DEVNULL,
        )
        try:
            end = time.monotonic() + 20
            while not answers(path) and time.monotonic() < end:
                time.sleep(0.05)
            today = int(time.time()) // 86400
            seen = [
                ("example.co.jp", SPF, PRESENT, values[3]),
                ("example.co.jp", MX, PRESENT, values[5]),
                ("other.co.jp", SPF, ABSENT, b""),
            ]
            batch = frame(bytes(range(16)), 1, today, seen)
            ok("the collector acknowledges a batch", deliver(path, [batch]))
            ok("and the same once more", deliver(path, [batch]))
            ok("and several in one stream", deliver(path, [frame(bytes(range(16)), n, today, seen) for n in (2, 3)]))
            try:
                broken = deliver(path, [b"\xff" * 40])
            except (OSError, struct.error):
                broken = False
            ok("but not what is no batch", not broken)
        finally:
            collector.terminate()
        ok("the collector ends in good order", collector.wait(20) == 0)
        with sqlite3.connect(database) as store:
            rows = store.execute("SELECT DISTINCT hex(pseudonym) FROM subject ORDER BY 1").fetchall()
            wanted = sorted(subject(name)[0].hex().upper() for name in ("example.co.jp", "other.co.jp"))
            ok("both domains are stored under their pseudonyms", [row[0] for row in rows] == wanted)
            (number,) = struct.unpack(">q", values[3])
            runs = store.execute("SELECT count(*) FROM run WHERE outcome = 1 AND digest = ?", (number,)).fetchone()
            ok("with the record's digest", runs == (1,))
            senders = store.execute("SELECT resolver, software, batches, last_sequence, hex(key_id) FROM sender")
            ok("each batch once", senders.fetchall() == [("resolver-py", "protocol.py", 3, 3, values[0].hex().upper())])
    print(f"1..{count}")
    sys.exit(failed > 0)


main()
