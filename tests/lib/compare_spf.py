"""
Our verdicts on SPF records against those of Mail::SPF and pyspf.

The records are the OpenSPF suites' and thousands that are made up, the same ones in every run.
Where another parser disagrees, a line of spf-disagreements must say why and
cite the section that decides; a line that explains nothing is an error.
"""

import gzip
import os
import re
import subprocess

import oracle
import spf_records

SUITES = [
    "/usr/share/doc/python3-spf/rfc7208-tests.yml.gz",
    "/usr/share/doc/python3-spf/rfc4408-tests.yml.gz",
]
SEED = 7208
COUNT = 8000

try:
    import spf
    import yaml
except ImportError:
    oracle.skip("python3-spf or python3-yaml is not installed")

def suite_records():
    """Every string of the suites' zones that is one of our records."""
    todo = []
    for path in SUITES:
        if os.path.exists(path):
            with gzip.open(path, "rt", encoding="utf-8") as suite:
                todo += [s["zonedata"] for s in yaml.safe_load_all(suite) if s]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            todo += item.values()
        elif isinstance(item, list):
            todo += item
            if item and all(isinstance(part, str) for part in item):
                todo.append("".join(item))
        elif isinstance(item, str) and item.lower().startswith("v=spf1 "):
            if item.isascii():
                yield item


def mail_spf(texts):
    lines = "".join(text.encode().hex() + "\n" for text in texts)
    run = subprocess.run(
        ["perl", os.path.join(oracle.SOURCE, "tests/lib/mail_spf.pl")],
        input=lines,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="ascii",
        check=False,
    )
    found = run.stdout.split()
    return found if len(found) == len(texts) else None


def no_lookup(name, qtype, *_arguments, **_keywords):
    """Every name has a record that matches nothing, so all terms are tried."""
    if qtype in ("TXT", "SPF"):
        yield ((name, qtype), (b"v=spf1 ?all",))


def py_spf(texts):
    spf.DNSLookup = no_lookup
    spf.MAX_LOOKUP = spf.MAX_VOID_LOOKUPS = 10000
    for text in texts:
        query = spf.query("203.0.113.9", "user@sender.test", "mail.sender.test", strict=True)
        query.void_lookups = -100000
        try:
            yield "invalid" if query.check(text)[0] == "permerror" else "valid"
        except (spf.TempError, IndexError, ValueError, KeyError):
            yield "crashed"


def main():
    texts = spf_records.records(SEED, COUNT, suite_records())
    ours = [
        "invalid" if found[0] == "INVALID" else "valid"
        for found in oracle.verdicts(("SPF", [text.encode()]) for text in texts)
    ]
    rules = [line.split("\t") for line in oracle.table("spf-disagreements")]
    used = [0] * len(rules)
    tap = oracle.Tap()
    for name, theirs in (("Mail::SPF", mail_spf(texts)), ("pyspf", list(py_spf(texts)))):
        if theirs is None:
            tap.result(True, "%s # SKIP it is not installed" % name)
            continue
        unexplained = []
        different = 0
        for text, our, their in zip(texts, ours, theirs):
            if our == their:
                continue
            different += 1
            for i, (who, verdict, pattern, _why) in enumerate(rules):
                if who == name and verdict == our and re.search(pattern, text):
                    used[i] += 1
                    break
            else:
                unexplained.append("ours %s, theirs %s: %s" % (our, their, text))
        tap.result(
            not unexplained,
            "%s agrees on %d of %d records, %d disagreements are explained"
            % (name, len(texts) - different, len(texts), different - len(unexplained)),
            *unexplained[:40]
        )
    print("# %d of our verdicts are valid, %d invalid" % (ours.count("valid"), ours.count("invalid")))
    for rule, count in zip(rules, used):
        tap.result(count > 0, "%s %s explains %d" % (rule[0], rule[2], count))
    tap.end()


main()
