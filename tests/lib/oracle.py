"""What the scripts that compare Senderwatch with other parsers share."""

import os
import subprocess
import sys

BUILD = os.environ.get("builddir", ".")
SOURCE = os.environ.get("srcdir", ".")


def verdicts(lookups):
    """Outcome, features, reason and section for each (mechanism, records)."""
    lines = []
    for mechanism, records in lookups:
        words = [record.hex() or "-" for record in records]
        lines.append(" ".join([mechanism] + words))
    run = subprocess.run(
        [os.path.join(BUILD, "tests/lib/verdicts")],
        input="\n".join(lines) + "\n",
        stdout=subprocess.PIPE,
        encoding="ascii",
        check=True,
    )
    found = [line.split("\t") for line in run.stdout.splitlines()]
    assert len(found) == len(lines), "verdicts printed too few lines"
    return found


def table(name):
    """Lines of a text table beside the scripts, without comments."""
    path = os.path.join(SOURCE, "tests/lib", name)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line and not line.startswith("#"):
                yield line


class Tap:
    """Results in the Test Anything Protocol."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def result(self, good, name, *notes):
        self.count += 1
        self.failed += not good
        name = name.replace("#", "")
        print("%sok %d - %s" % ("" if good else "not ", self.count, name))
        for note in notes:
            print("# %s" % note)

    def end(self):
        print("1..%d" % self.count)
        sys.exit(0)


def skip(reason):
    print("1..0 # SKIP %s" % reason)
    sys.exit(0)
