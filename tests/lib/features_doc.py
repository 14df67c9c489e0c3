"""doc/features.md names every feature and value that lib/features.c has."""

import os
import re

import oracle


def main():
    tap = oracle.Tap()
    with open(os.path.join(oracle.SOURCE, "lib/features.c"), encoding="utf-8") as source:
        code = source.read()
    with open(os.path.join(oracle.SOURCE, "doc/features.md"), encoding="utf-8") as page:
        sections = re.split(r"^### ", page.read(), flags=re.MULTILINE)[1:]
    documented = {s.split()[0].replace("-", "_"): s for s in sections}
    parts = re.split(r"\[SW_MECHANISM_(\w+)\] = ", code)[1:]
    for mechanism, body in zip(parts[::2], parts[1::2]):
        words = re.findall(r'"([^"]+)"', body)
        text = documented.get(mechanism, "")
        missing = [word for word in words if "`%s`" % word not in text]
        tap.result(words and not missing, "%s: %d words" % (mechanism, len(words)), *missing)
    tap.end()


main()
