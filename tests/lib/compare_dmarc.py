"""
Our reading of plain DMARC records against libopendmarc's.

Plain means: v first and p second, tags once each, as RFC 7489 and RFC 9989
both have it. libopendmarc departs from both RFCs elsewhere. Values are right
and wrong, from a seed; a line of dmarc-disagreements must say why a record is
read differently, and one that explains nothing is an error.
"""

import ctypes
import ctypes.util
import random
import re

import oracle

SEED = 7489
COUNT = 4000

LIBRARY = ctypes.util.find_library("opendmarc")
if LIBRARY is None:
    oracle.skip("libopendmarc is not installed")

POLICIES = ["none", "quarantine", "reject", "None", "REJECT", "Quarantine"]
BAD_POLICIES = ["", "monitor", "rejectt", "no", "none none", "0", "block"]
URIS = [
    "mailto:dmarc@example.jp",
    "mailto:a@example.jp,mailto:b@example.org",
    "mailto:dmarc@example.jp!10m",
    "mailto:dmarc+x@rua.example.jp , mailto:y@example.com",
]
OPTIONS = {
    "sp": (POLICIES, BAD_POLICIES),
    "adkim": (["r", "s", "S", "R"], []),
    "aspf": (["r", "s", "S", "R"], []),
    "rua": (URIS, []),
    "ruf": (URIS, []),
    "pct": (["0", "1", "50", "100"], []),
    "fo": (["0", "1", "d", "s", "1:d:s", "0:d"], []),
    "ri": (["86400", "3600"], []),
    "rf": (["afrf"], []),
    "x": (["y"], []),
}


def tag(rng, name, value):
    equals = rng.choice(["=", "=", "=", "=", " =", "= ", " = "])
    return name + equals + value


def record(rng):
    bad = rng.random() < 0.1
    parts = [tag(rng, "v", "DMARC1"), tag(rng, "p", rng.choice(BAD_POLICIES if bad else POLICIES))]
    names = rng.sample(sorted(OPTIONS), rng.choice([0, 1, 2, 3, 4, 6]))
    for name in names:
        good, wrong = OPTIONS[name]
        values = wrong if wrong and rng.random() < 0.1 else good
        parts.append(tag(rng, name, rng.choice(values)))
    return rng.choice(["; ", ";", " ; "]).join(parts) + rng.choice(["", ";", "; "])


class OpenDMARC:
    """p, sp, adkim, aspf and pct as libopendmarc reads them."""

    def __init__(self):
        self.lib = ctypes.CDLL(LIBRARY)
        self.lib.opendmarc_policy_connect_init.restype = ctypes.c_void_p
        for name in ("parse_dmarc", "connect_shutdown", "fetch_p", "fetch_sp",
                     "fetch_adkim", "fetch_aspf", "fetch_pct"):
            getattr(self.lib, "opendmarc_policy_" + name).argtypes = None
        self.lib.opendmarc_policy_connect_shutdown.restype = ctypes.c_void_p

    def read(self, text):
        lib = self.lib
        context = ctypes.c_void_p(lib.opendmarc_policy_connect_init(b"192.0.2.1", 4))
        status = lib.opendmarc_policy_parse_dmarc(context, b"example.jp", text.encode())
        found = [status == 0]
        for name in ("p", "sp", "adkim", "aspf", "pct"):
            value = ctypes.c_int(0)
            getattr(lib, "opendmarc_policy_fetch_" + name)(context, ctypes.byref(value))
            found.append(value.value)
        lib.opendmarc_policy_connect_shutdown(context)
        return found


def theirs(reader, text):
    okay, policy, sub, adkim, aspf, pct = reader.read(text)
    if not okay:
        return ("invalid",)
    names = {ord("n"): 1, ord("q"): 2, ord("r"): 3}
    strict = ord("s") in (adkim, aspf)
    return (names.get(policy, 0), names.get(sub, names.get(policy, 0)), 2 if strict else 1,
            3 if pct < 100 else 1)


def ours(found):
    slots = bytes.fromhex(found[1])[::-1]
    if found[0] != "PRESENT" or slots[1] != 1:
        return ("invalid",)
    return (slots[0], slots[2], slots[5], slots[4])


def main():
    rng = random.Random(SEED)
    texts = sorted({record(rng) for _ in range(COUNT)})
    rules = [line.split("\t") for line in oracle.table("dmarc-disagreements")]
    used = [0] * len(rules)
    reader = OpenDMARC()
    unexplained = []
    different = 0
    verdicts = oracle.verdicts(("DMARC", [text.encode()]) for text in texts)
    for text, found in zip(texts, verdicts):
        our, their = ours(found), theirs(reader, text)
        if our == their:
            continue
        different += 1
        for i, (pattern, _why) in enumerate(rules):
            if re.search(pattern, text):
                used[i] += 1
                break
        else:
            unexplained.append("ours %s, theirs %s: %s" % (our, their, text))
    tap = oracle.Tap()
    tap.result(
        not unexplained,
        "libopendmarc agrees on %d of %d records, %d disagreements are explained"
        % (len(texts) - different, len(texts), different - len(unexplained)),
        *unexplained[:40]
    )
    for rule, count in zip(rules, used):
        tap.result(count > 0, "%s explains %d" % (rule[0], count))
    tap.end()


main()
