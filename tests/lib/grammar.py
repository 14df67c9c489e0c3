"""
Our verdicts against the RFCs' own grammars, written down a second time as regular expressions.

SPF: RFC 7208 sections 12 and 7.1, with the ranges that its comments state and what 6 and 7.2 add. DMARC: RFC 9989
sections 4.8 and 4.10.1. DKIM keys: RFC 6376 sections 3.2 and 3.6.1, RFC 8301 section 3, RFC 8463 section 4. MTA-STS:
RFC 8461 section 3.1. TLS-RPT: RFC 8460 section 3. A regular expression tries all
ways to read a record, and a parser commits itself to one: on thousands of records both must come to the same.
"""

import random
import re

import oracle
import spf_records

SEED = 5234
COUNT = 20000

# --- SPF -------------------------------------------------------------------------------------------

LITERAL = r"[\x21-\x24\x26-\x7e]"


def macro_expand(letters):
    # 7.3: the number must not be zero.
    return r"(?:%%\{[%s](?:0*[1-9][0-9]*)?[rR]?[-.+,/_=]*\}|%%%%|%%_|%%-)" % (letters + letters.upper())


EXPAND = macro_expand("slodiphv")
TOPLABEL = r"(?:[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9])"
DOMAIN = r"(?:%s|%s)*(?:\.%s\.?|%s)" % (EXPAND, LITERAL, TOPLABEL, EXPAND)
# What is said of expansion (c, r and t in 7.2, zero in 7.3) does not bind the value of an unknown modifier.
VALUE = r"(?:%s|%s)*" % (macro_expand("slodiphvcrt").replace("0*[1-9][0-9]*", "[0-9]+"), LITERAL)
CIDR4 = r"/(?:[0-9]|[12][0-9]|3[0-2])"
CIDR6 = r"/(?:[0-9]|[1-9][0-9]|1[01][0-9]|12[0-8])"
DUAL = r"(?:%s)?(?:/%s)?" % (CIDR4, CIDR6)
QNUM = r"(?:[0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"
IP4 = r"%s(?:\.%s){3}" % (QNUM, QNUM)
H16 = r"[0-9a-fA-F]{1,4}"


def ip6():
    """RFC 3986's rules for RFC 4291's text, one for each place that "::" may be at."""
    low = r"(?:%s:%s|%s)" % (H16, H16, IP4)
    ways = [r"(?:%s:){6}%s" % (H16, low)]
    for before in range(8):
        head = r"(?:%s(?::%s){0,%d})?" % (H16, H16, before - 1) if before > 0 else ""
        if before <= 5:
            ways.append(head + r"::(?:%s:){%d}%s" % (H16, 5 - before, low))
        elif before == 6:
            ways.append(head + "::" + H16)
        else:
            ways.append(head + "::")
    return "(?:%s)" % "|".join(ways)


MECHANISM = "|".join([
    "all",
    "(?:include|exists):" + DOMAIN,
    "(?:a|mx)(?::%s)?%s" % (DOMAIN, DUAL),
    "ptr(?::%s)?" % DOMAIN,
    "ip4:%s(?:%s)?" % (IP4, CIDR4),
    "ip6:%s(?:%s)?" % (ip6(), CIDR6),
])
TERM = re.compile(
    r"[-+?~]?(?:%s)|(?P<known>redirect|exp)=%s|(?!(?:redirect|exp)=)[A-Za-z][A-Za-z0-9._-]*=%s"
    % (MECHANISM, DOMAIN, VALUE), re.IGNORECASE)


def spf(text):
    known = []
    # No rule has a space within a term: so the record is one of terms if each of them is one.
    for term in text[len("v=spf1"):].split(" "):
        found = TERM.fullmatch(term)
        if term and not found:
            return "INVALID"
        if found and found["known"]:
            known.append(found["known"].lower())
    return "PRESENT" if len(known) == len(set(known)) else "INVALID"


# --- URIs ------------------------------------------------------------------------------------------

PCHAR = r"(?:[A-Za-z0-9._~$&'()*+=:@-]|%[0-9A-Fa-f]{2})"
HOST = r"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~$&'()*+=-]|%[0-9A-Fa-f]{2})*)"
USER = r"(?:[A-Za-z0-9._~$&'()*+=:-]|%[0-9A-Fa-f]{2})*@"
# Without commas, exclamation points and semicolons, which must be encoded here.
URI = (r"[A-Za-z][A-Za-z0-9+.-]*:(?://(?:%s)?%s(?::[0-9]*)?(?:/%s*)*|/(?:%s+(?:/%s*)*)?|%s+(?:/%s*)*|)"
       r"(?:\?(?:%s|[/?])*)?(?:#(?:%s|[/?])*)?") % ((USER, HOST) + (PCHAR,) * 7)

# --- DMARC -----------------------------------------------------------------------------------------

VERSION = re.compile(r"[vV][ \t]*=[ \t]*DMARC1(?=[ \t]*(?:;|$))")
# A tag without a value, or with one that does not print, is there and not valid (4.10.1).
TAG = re.compile(r"[ \t]*([A-Za-z]+)[ \t]*=[ \t]*(.*?)[ \t]*", re.DOTALL)
REPORT = re.compile(r"%s(?:![0-9]+[kmgtKMGT]?)?" % URI)
POLICIES = ("none", "quarantine", "reject")


def dmarc(text):
    start = VERSION.match(text)
    if not start:
        return "ABSENT"
    tags = {}
    # 4.8: what is no tag is passed over; of a tag that is there twice, the first holds.
    for part in text[start.end():].split(";"):
        found = TAG.fullmatch(part)
        if found:
            tags.setdefault(found[1].lower(), found[2].lower() if found[1].lower() != "rua" else found[2])
    policies = [tags[name] in POLICIES for name in ("sp", "np") if name in tags]
    if tags.get("p") in POLICIES and all(policies):
        return "PRESENT"
    reports = [REPORT.fullmatch(uri.strip(" \t")) for uri in tags.get("rua", "").split(",")]
    return "PRESENT" if any(reports) else "INVALID"


# --- DKIM ------------------------------------------------------------------------------------------

FWS = r"(?:[ \t]*(?:\r\n)?[ \t]+)?"
SPEC = r"%s([A-Za-z][A-Za-z0-9_]*)%s=%s((?:[\x21-\x3a\x3c-\x7e]|[ \t]|\r\n[ \t])*?)%s" % ((FWS,) * 4)
LIST = re.compile(r"%s(?:;%s)*(?:;%s)?" % (SPEC, SPEC, FWS))
ONE = re.compile(SPEC)
RSA_1024 = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDidLPG2kTOqHkcgl2Pxqoi+T+H3pUTHL8JCmqrj+8kULm6YX8Xl0gPXalm4JlVAySBFolmTJ1d"
    "HNQIQacH4gWrXjfsLNN4zSK2T1krWtSKnjbSiuQCjj5gI0IECERlaXWlmiCxEWrCO574RWbZDHtl2gDbSexqxbYisdzLyn8LrwIDAQAB")
RSA_512 = ("MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMtd4yucxvp45ZjathBoPGQKlrUUULEv9HJKlkEHULYfJpD8c1F0juVhcVoa/45auAFMzXTHfdf1"
           "5sVhnBzR978CAwEAAQ==")
ED25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
WORKING = {"rsa": {RSA_1024}, "ed25519": {ED25519}}


def dkim(text):
    if not LIST.fullmatch(text):
        return "UNKNOWN"
    # Within a value, a record is cut where the list is.
    found = [ONE.fullmatch(part) for part in text.split(";") if part.strip(" \t\r\n")]
    names = [one[1] for one in found]
    tags = {one[1]: one[2] for one in found}
    if len(names) != len(tags) or ("v" in tags and (names[0] != "v" or tags["v"] != "DKIM1")):
        return "UNKNOWN"

    def listed(name, *values):
        return name not in tags or any(value.strip() in values for value in tags[name].split(":"))

    key = re.sub(r"[ \t\r\n]", "", tags.get("p", ""))
    works = key in WORKING.get(tags.get("k", "rsa"), ()) and listed("h", "sha256") and listed("s", "*", "email")
    return "PRESENT" if works else "UNKNOWN"


# --- MTA-STS and TLS-RPT ---------------------------------------------------------------------------

def fields(version, name, value):
    """Version and fields, of which at least one is needed; one of that name is no extension."""
    extension = r"(?!%s=)[A-Za-z0-9][A-Za-z0-9_.-]{0,31}=[\x21-\x3a\x3c\x3e-\x7e]+" % name
    return re.compile(r"%s(?=.*;[ \t]*%s=)(?:[ \t]*;[ \t]*(?:%s=%s|%s))+(?:[ \t]*;[ \t]*)?"
                      % (version, name, name, value, extension))


STS = fields("v=STSv1", "id", "[A-Za-z0-9]{1,32}")
RPT = fields("v=TLSRPTv1", "rua", r"(?:[^; \t](?:[^;]*[^; \t])?)?")
RUA = re.compile(r";[ \t]*rua=([^;]*)")


def sts(text):
    if not re.match(r"v=STSv1[ \t]*;", text):
        return "ABSENT"
    return "PRESENT" if STS.fullmatch(text) else "INVALID"


def rpt(text):
    if not re.match(r"v=TLSRPTv1[ \t]*;", text):
        return "ABSENT"
    # Reports go to those that are URIs.
    lists = [[re.fullmatch(URI, uri.strip(" \t")) for uri in found.split(",")] for found in RUA.findall(text)]
    return "PRESENT" if RPT.fullmatch(text) and any(map(any, lists)) else "INVALID"


# --- Records ---------------------------------------------------------------------------------------

URIS = """
mailto:a@example.jp https://example.jp/r https://[2001:db8::1]:443/r?a=b#c mailto:a%2cb@example.jp x: /r a@example.jp
mailto:a@example.jp!10m mailto:a!b@example.jp mailto:50%@example.jp https://example.jp:port/ <mailto:a@example.jp>
mailto:a@[192.0.2.1] https://u:p@example.jp:1/a//b? ftp://example.jp https:///r 1x:y mailto:a@example.jp#b#c
""".split()


def words(rng, values):
    return rng.choice([",", " , ", ", "]).join(rng.choice(values) for _ in range(rng.choice([1, 1, 1, 2, 3])))


def dmarc_record(rng):
    policies = ["none", "reject", "Quarantine", "", "monitor", "none none"]
    parts = [rng.choice(["v=DMARC1"] * 8 + ["v = DMARC1", "V=DMARC1", "v=dmarc1", "v=DMARC1 x", " v=DMARC1", "v=DMARC10"])]
    for _ in range(rng.randrange(6)):
        name = rng.choice(["p", "p", "p", "sp", "np", "rua", "rua", "ruf", "t", "adkim", "x", "x-y", "", "P"])
        value = words(rng, URIS) if name in ("rua", "ruf") else rng.choice(policies)
        parts.append(name + rng.choice(["=", "=", "=", " = ", ""]) + value)
    return rng.choice(["; ", ";", " ;\t", ";;"]).join(parts) + rng.choice(["", ";", "; ", " "])


def dkim_record(rng):
    key = rng.choice([RSA_1024, RSA_1024, RSA_1024, ED25519, RSA_512, "", "AAAA"])
    if rng.random() < 0.3:
        key = key[:60] + rng.choice([" ", "\t ", "\r\n\t", "\r\n"]) + key[60:]
    parts = [rng.choice(["v=DKIM1"] * 6 + ["v = DKIM1 ", "v=DKIM2", "V=DKIM1", "v=dkim1", "p="])] if rng.random() < 0.7 else []
    parts.append("p=" + key)
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        parts.insert(rng.choice([len(parts), len(parts), 1, 0]), rng.choice([
            "k=rsa", "k=ed25519" if key == ED25519 else " k = rsa", "k=RSA", "h=sha256", "h=sha1:sha256", "h=sha1", "s=email",
            "s=*", "s=x: email", "s=tls", "t=y", "t=s:y", "n=a note", "g=*", "x_1=a=b", "x-1=a", "x", "1x=a", "x=", "x=\x7f"]))
    return rng.choice(["; ", ";", " ;\t", ";\r\n "]).join(parts) + rng.choice(["", "", ";", "; ", ";;", " "])


def fields_record(version, name, values):
    def record(rng):
        start = [version] * 8 + [version + "0", " " + version, version.lower(), version.replace("=", " = ")]
        parts = [rng.choice(start)]
        for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
            parts.append(rng.choice([
                name + "=" + values(rng), name + "=" + values(rng), name + " = " + values(rng), name.upper() + "=1",
                "x-1_.y=a<b", "x=a=b", "x=a b", "=1", "x=", "x" * rng.choice([32, 33]) + "=1", "", name]))
        return rng.choice([";", "; ", " ;\t"]).join(parts) + rng.choice(["", ";", "; ", " "])
    return record


def sts_id(rng):
    return rng.choice(["1", "20260101T000000", "a" * 32])


def uris(rng):
    good = [uri for uri in URIS if re.fullmatch(URI, uri)]
    return words(rng, good)


def made(record):
    rng = random.Random(SEED)
    texts = set()
    for _ in range(COUNT):
        text = record(rng)
        if rng.random() < 0.1:
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice("%=;:,! @\t#[]\"\x7f") + text[at:]
        texts.add(text)
    return sorted(texts)


def main():
    tap = oracle.Tap()
    for mechanism, judge, texts in (
            ("SPF", spf, spf_records.records(SEED, COUNT)),
            ("DMARC", dmarc, made(dmarc_record)),
            ("DKIM", dkim, made(dkim_record)),
            ("MTA_STS", sts, made(fields_record("v=STSv1", "id", sts_id))),
            ("TLS_RPT", rpt, made(fields_record("v=TLSRPTv1", "rua", uris)))):
        ours = [found[0] for found in oracle.verdicts((mechanism, [text.encode()]) for text in texts)]
        theirs = [judge(text) for text in texts]
        different = ["ours %s, by the grammar %s: %r" % found for found in zip(ours, theirs, texts) if found[0] != found[1]]
        tap.result(not different, "%s: %d records, %s" % (mechanism, len(texts), ", ".join(
            "%s %d" % (word, theirs.count(word)) for word in sorted(set(theirs)))), *different[:40])
        tap.result(min(theirs.count(word) for word in set(theirs)) > len(texts) // 50, "%s: each outcome often" % mechanism)
    tap.end()


main()
