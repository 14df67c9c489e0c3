"""
The OpenSPF test suite (package python3-spf) against our syntax verdicts.

The suite tests check_host(); we see one record at a time. So a test says of
the record of the domain that is checked first:

- a result that comes from a record (pass, fail, softfail, neutral): valid,
- none: there is no record,
- permerror: that record, or one that it leads to, is invalid.

Tests whose result needs more than syntax are listed with the reason in
openspf-left-out, one a line; a listed test that would agree is an error too.
"""

import gzip
import os

import oracle

SUITE = "/usr/share/doc/python3-spf/rfc7208-tests.yml.gz"

try:
    import yaml
except ImportError:
    oracle.skip("python3-yaml is not installed")
if not os.path.exists(SUITE):
    oracle.skip("%s is not there" % SUITE)


def octets(text):
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8")


def strings(value):
    parts = value if isinstance(value, list) else [value]
    return b"".join(octets(part) for part in parts)


def records_of(zone, domain):
    """TXT records at a name; the suite writes most of them as SPF."""
    found = {"TXT": [], "SPF": []}
    explicit = False
    for entry in zone.get(domain.lower().rstrip("."), []):
        if not isinstance(entry, dict):
            continue
        for rtype, value in entry.items():
            if rtype not in found:
                continue
            explicit |= rtype == "TXT"
            if value not in ("NONE", "TIMEOUT"):
                found[rtype].append(strings(value))
    return found["TXT"] if explicit else found["SPF"]


def leads_to(records):
    for record in records:
        for term in record.decode("latin-1").split(" ")[1:]:
            bare = term.lstrip("+-~?").lower()
            for start in ("include:", "redirect="):
                if bare.startswith(start):
                    yield term.split(start[-1], 1)[1]


def reachable(zone, domain):
    seen = set()
    todo = [domain]
    while todo:
        name = todo.pop().lower()
        if name in seen or "%" in name:
            continue
        seen.add(name)
        records = records_of(zone, name)
        yield records
        todo.extend(leads_to(records))


def domain_of(test):
    mailfrom = test.get("mailfrom") or ""
    if "@" in mailfrom:
        return mailfrom.rsplit("@", 1)[1]
    return mailfrom or test["helo"]


def agrees(result, own, others):
    """Does a result of check_host() agree with the outcomes of records?"""
    if result == "permerror":
        return "INVALID" in [own] + others
    if result == "none":
        return own == "ABSENT"
    return own == "PRESENT"


def load():
    """(id, results, record sets): the first set is the domain's own."""
    with gzip.open(SUITE, "rt", encoding="utf-8") as suite:
        scenarios = [s for s in yaml.safe_load_all(suite) if s]
    for scenario in scenarios:
        zone = {
            name.lower().rstrip("."): entries
            for name, entries in scenario["zonedata"].items()
        }
        for test_id, test in sorted(scenario["tests"].items()):
            results = test["result"]
            if isinstance(results, str):
                results = [results]
            yield test_id, results, list(reachable(zone, domain_of(test)))


def main():
    tap = oracle.Tap()
    left_out = dict(line.split("\t") for line in oracle.table("openspf-left-out"))
    tests = list(load())
    outcomes = iter(
        oracle.verdicts(("SPF", records) for _, _, sets in tests for records in sets)
    )
    for test_id, results, sets in tests:
        own, *others = [next(outcomes)[0] for _ in sets]
        good = any(agrees(result, own, others) for result in results)
        reason = left_out.pop(test_id, None)
        if reason is not None:
            tap.result(not good, "%s is left out: %s" % (test_id, reason))
        else:
            tap.result(
                good,
                "%s: %s" % (test_id, own),
                "expects %s of %r" % (results, sets[0]),
            )
    tap.result(not left_out, "every test that is left out exists", *left_out)
    tap.end()


main()
