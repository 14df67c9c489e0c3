"""senderwatch explain on every line of the table odd-records."""

import os
import shlex
import subprocess

import oracle

PROGRAM = os.path.join(oracle.BUILD, "senderwatch")


def explain(arguments):
    """The facts that it prints, by their names."""
    run = subprocess.run(
        [PROGRAM, "explain"] + shlex.split(arguments),
        stdout=subprocess.PIPE,
        encoding="ascii",
        check=False,
    )
    facts = {"status": run.returncode}
    for line in run.stdout.splitlines():
        name, _, value = line.partition(" ")
        facts.setdefault(name, value.strip())
    return facts


def main():
    tap = oracle.Tap()
    for line in oracle.table("odd-records"):
        outcome, features, section, arguments = line.split("\t")
        facts = explain(arguments)
        found = [facts.get(name) for name in ("outcome", "features", "section")]
        tap.result(
            facts["status"] == 0 and found == [outcome, features, section],
            "%s: %s" % (outcome, arguments[:150]),
            "wanted %s" % [outcome, features, section],
            "found %s, %s" % (found, facts.get("reason")),
        )
    tap.end()


main()
