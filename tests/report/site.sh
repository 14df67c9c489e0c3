#!/bin/bash
# The site and the periodic export, by the real program.
set -u
# shellcheck source=tests/integration/tap.sh
. "${srcdir:?}/tests/integration/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/senderwatch-test.XXXXXX")
cd "$work" || exit 1
senderwatch=$build/senderwatch
umask 022
"$build/tests/report/make_database" test.db 3 || exit 1

site() {
	"$senderwatch" site --database test.db --registry jp --period 2026-01:2026-12 "$@" 2>err
}

# --- site
tap_ok "a site is written" site one
tap_ok "once more" site two
tap_ok "the same database, the same bytes" diff -r one two
tap_ok "in place of the old one" site two
tap_ok "and still the same" diff -r one two
tap_ok "months without data have no pages" test ! -e one/en/adoption-2026-08.html
tap_ok "those with data have" test -s one/ja/adoption-2026-09.html -a -s one/en/policy-2026-11.html
tap_ok "all pages are well-formed" python3 - one <<'PYTHON'
import glob, sys, xml.dom.minidom
pages = glob.glob(sys.argv[1] + "/**/*.html", recursive=True)
for page in pages:
    xml.dom.minidom.parse(page)
sys.exit(len(pages) < 15)
PYTHON
tap_ok "no link leads nowhere" python3 - one <<'PYTHON'
import glob, os, re, sys
bad = [(page, link) for page in glob.glob(sys.argv[1] + "/**/*.html", recursive=True)
       for link in re.findall(r'href="([^"#]+)', open(page, encoding="utf-8").read())
       if not os.path.exists(os.path.join(os.path.dirname(page), link))]
print("\n".join("# %s: %s" % pair for pair in bad))
sys.exit(len(bad) > 0)
PYTHON
# What the profiles data-package and tabular-data-resource ask for, and that the files are what it says.
tap_ok "datapackage.json is a data package, and tells sizes, hashes and columns" python3 - one/data <<'PYTHON'
import csv, hashlib, json, os, re, sys
folder = sys.argv[1]
package = json.load(open(folder + "/datapackage.json", encoding="utf-8"))
assert package["profile"] == "data-package"
names = [package["name"]] + [resource["name"] for resource in package["resources"]]
assert all(re.fullmatch(r"[-a-z0-9._/]+", name) for name in names) and len(set(names)) == len(names)
assert all(isinstance(package[key], str) and package[key] for key in ("title", "version"))
for resource in package["resources"]:
    tabular = resource["format"] == "csv"
    assert resource["profile"] == ("tabular-data-resource" if tabular else "data-resource")
    assert re.fullmatch(r"(?!/|.*\.\.)[^:]+", resource["path"]) and isinstance(resource["title"], str)
    assert re.fullmatch(r"[^/]+/[^/]+", resource["mediatype"]) and resource["encoding"] == "utf-8"
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", resource["hash"]) and ("schema" in resource) == tabular
    data = open(os.path.join(folder, resource["path"]), "rb").read()
    assert len(data) == resource["bytes"]
    assert "sha256:" + hashlib.sha256(data).hexdigest() == resource["hash"]
    if resource["format"] == "json":
        json.loads(data)
        continue
    rows = list(csv.reader(data.decode("utf-8").splitlines()))
    fields = resource["schema"]["fields"]
    assert len({field["name"] for field in fields}) == len(fields)
    assert rows[0] == [field["name"] for field in fields]
    for row in rows[1:]:
        for field, text in zip(fields, row, strict=True):
            if text in resource["schema"]["missingValues"]:
                continue
            {"integer": int, "number": float, "string": str}[field["type"]](text)
assert len(package["resources"]) >= 4
PYTHON
tap_ok "a folder of somebody else's is left alone" eval 'mkdir theirs; echo mine >theirs/file
	! site theirs && grep -q "not written by senderwatch" err && [ "$(cat theirs/file)" = mine ]'
tap_ok "a database that isn't there fails, and leaves the old site" eval '
	! "$senderwatch" site --database none.db --period 2026-09 two 2>err && diff -r one two'
tap_ok "months without any data fail" eval '! "$senderwatch" site --database test.db --period 2025-01 new 2>err &&
	[ ! -e new ] && [ "$(wc -l <err)" = 1 ]'
tap_ok "without gnuplot there are pages without charts" eval 'site --gnuplot /nonexistent bare &&
	[ "$(wc -l <err)" = 1 ] && ! grep -q "<svg" bare/en/index.html'
tap_is "nothing temporary is left" "$(ls -d {one,two,new,theirs,bare}.?????? 2>/dev/null)" ""

# --- export
mkdir publication
cat >export.conf <<'CONF'
database = test.db
folder = publication
registry = jp
months = 24
keep = 2
keep-running = 1
publisher = Example Internet
CONF
run() { "$senderwatch" export --config export.conf "$@" 2>err; }
tap_ok "an export on the 2nd" run --date 2026-11-02
tap_is "is what the link leads to" "$(readlink publication/latest)" 2026-11-02
tap_ok "and ends with the month before" test -e publication/latest/en/adoption-2026-10.html -a \
	! -e publication/latest/en/adoption-2026-11.html
tap_ok "the running month stands apart" eval 'run --running --date 2026-11-02 &&
	[ "$(readlink publication/running)" = running-2026-11-02 ] &&
	[ -e publication/running/en/adoption-2026-11.html ] && [ "$(readlink publication/latest)" = 2026-11-02 ]'
tap_ok "and says that it is not over" grep -q 'month not over yet' publication/running/en/adoption-2026-11.html
tap_ok "a second one on that day has a name of its own" eval 'run --date 2026-11-02 &&
	[ "$(readlink publication/latest)" = 2026-11-02.2 ] && diff -r publication/2026-11-02 publication/latest/'
cp -r publication/latest/ before
tap_ok "a run that fails leaves the old one up and says so in a line" eval '
	mv test.db away.db; ! run --date 2026-12-02 && mv away.db test.db &&
	[ "$(wc -l <err)" = 1 ] && grep -q "nothing was published" err && diff -r before publication/latest/'
tap_ok "so does one that finds no room" eval '! (trap "" XFSZ; ulimit -f 8; run --date 2026-12-02) &&
	[ "$(readlink publication/latest)" = 2026-11-02.2 ] && diff -r before publication/latest/ &&
	[ "$(ls publication | wc -l)" = 5 ]'
tap_ok "old ones go, as many as the settings say" eval 'run --date 2026-12-02 &&
	[ "$(readlink publication/latest)" = 2026-12-02 ] && [ ! -e publication/2026-11-02 ] &&
	[ -e publication/2026-11-02.2 ] && [ -e publication/running ]'
tap_ok "of the running month too" eval 'run --running --date 2026-11-03 &&
	[ ! -e publication/running-2026-11-02 ] && [ -e publication/running/index.html ]'
tap_ok "only one at a time" eval 'flock publication "$senderwatch" export --config export.conf 2>err; [ $? = 1 ] &&
	grep -q "another export is at work" err'
printf '#!/bin/sh\nkill -KILL $PPID\n' >killer
chmod +x killer
(cat export.conf && echo "gnuplot = $work/killer") >killed.conf
tap_ok "what a killed run left goes with the next" eval '
	! (ulimit -c 0; "$senderwatch" export --config killed.conf --date 2026-12-03) &&
	ls publication | grep -q "^2026-12-03[.]......$" &&
	run --date 2026-12-04 && ! ls publication | grep "^2026-12-03"'
mkdir blocked blocked/latest
sed 's/^folder.*/folder = blocked/' export.conf >blocked.conf
tap_ok "what no link can lead to does not stay" eval '! "$senderwatch" export --config blocked.conf 2>err &&
	grep -q "can.t switch the link latest" err && [ "$(ls -A blocked)" = latest ]'
echo "month = 3" >>export.conf
tap_ok "bad settings are told by line" eval '! run && grep -q "export.conf, line 8" err'
tap_is "a date that is none" "$("$senderwatch" export --date 2026-02-30 2>/dev/null; echo $?)" 2
tap_is "one that has no month after it" "$(run --running --date 9999-12-31; echo $?)" 2
tap_end
