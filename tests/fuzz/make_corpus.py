"""
Writes seeds for the fuzz targets: the records of tests/lib/odd-records and a
few names. usage: make_corpus.py SOURCE-FOLDER CORPUS-FOLDER
"""

import hashlib
import os
import shlex
import sys

PREFIXES = {
    "_dmarc": (3, "dmarc"),
    "_mta-sts": (5, "policies"),
    "_smtp": (6, "policies"),
    "default": (7, "policies"),
    "s1": (4, "dkim"),
}
NAMES = """
example.jp www.example.jp example.co.jp _dmarc.example.co.jp _mta-sts.example.jp
_smtp._tls.example.ne.jp default._bimi.example.jp s1._domainkey.mail.example.jp
s1._domainkey.example.co.uk city.ota.lg.jp x.city.yokohama.jp city.yokohama.jp
pref.aichi.jp foo.chuo.tokyo.jp xn--q9jyb4c.jp xn--1lqs71d.jp example.com jp co.jp
_dmarc.co.jp _dmarc.jp example.invalid _dmarc._dmarc.example.jp a.b.c.d.e.f.g.example.jp
""".split()


def write(folder, data):
    os.makedirs(folder, exist_ok=True)
    name = hashlib.sha1(data).hexdigest()[:16]
    with open(os.path.join(folder, name), "wb") as out:
        out.write(data)


def octets(text):
    """A record argument: quoted strings in zone file form, or bare text."""
    if not text.startswith('"'):
        return text.encode()
    out = bytearray()
    i = 0
    quoted = False
    while i < len(text):
        if text[i] == '"':
            quoted = not quoted
        elif text[i] == "\\" and text[i + 1].isdigit():
            out.append(int(text[i + 1 : i + 4]))
            i += 3
        elif text[i] == "\\":
            i += 1
            out.append(ord(text[i]))
        elif quoted:
            out.append(ord(text[i]))
        i += 1
    return bytes(out)


def rdata(record):
    parts = [record[i : i + 255] for i in range(0, len(record), 255)] or [b""]
    return b"".join(bytes([len(part)]) + part for part in parts)


def framed(data):
    return len(data).to_bytes(2, "big") + data


def wire(name):
    labels = [label for label in name.split(".") if label]
    return b"".join(bytes([len(l)]) + l.encode() for l in labels) + b"\0"


def mx(text):
    preference, name = text.split()
    return int(preference).to_bytes(2, "big") + wire(name)


def take_line(corpus, arguments):
    words = shlex.split(arguments)
    flags = rcode = 0
    soa = b""
    while words[0].startswith("--"):
        word = words.pop(0)
        if word == "--nxdomain":
            rcode = 3
        elif word == "--rcode":
            rcode = int(words.pop(0))
        elif word == "--truncated":
            flags |= 1
        elif word == "--cname":
            flags |= 2
        elif word == "--soa":
            flags |= 4
            soa = framed(wire(words.pop(0)))
    name, rtype, *records = words
    mechanism, folder = PREFIXES.get(name.split(".")[0], (2, "spf"))
    if rtype == "MX":
        data = b"".join(framed(mx(record)) for record in records)
        mechanism = 1
    else:
        data = b"".join(framed(rdata(octets(record))) for record in records)
        for record in records:
            write(os.path.join(corpus, folder), octets(record))
    write(os.path.join(corpus, "answer"), bytes([mechanism, flags, rcode]) + soa + data)


def main():
    source, corpus = sys.argv[1:]
    with open(os.path.join(source, "tests/lib/odd-records"), encoding="utf-8") as table:
        for line in table:
            if not line.startswith("#"):
                take_line(corpus, line.rstrip("\n").split("\t")[3])
    for name in NAMES:
        for first in (0, 1, 3):
            write(os.path.join(corpus, "name"), bytes([first]) + wire(name))
    text = "registry jp\ntype CO\ntype GEOGRAPHIC REGIONAL\nlabel CO ja x\n" \
        "suffix co.jp CO\nunder tokyo.jp GEOGRAPHIC\nname pref.aichi.jp GEOGRAPHIC\n" \
        "deeper city lg.jp\ndefault CO\ndefault-idn CO\n# comment\n"
    write(os.path.join(corpus, "registry"), text.encode())
    for line in text.splitlines():
        write(os.path.join(corpus, "registry"), ("registry jp\ntype CO\n" + line).encode())


main()
