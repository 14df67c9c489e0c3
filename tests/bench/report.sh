#!/bin/bash
# Time and memory of each report, beside one full scan of the rows that it reads, in the same run.
#
#   report.sh [SUBJECTS [MONTHS]]     (1000000, 2)
#
# Needs srcdir and builddir as the integration tests do. The database is written by SQL: closed months, three
# mechanisms a subject, 200 suffixes, random pseudonyms.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/../integration/tap.sh"
subjects=${1:-1000000}
months=${2:-2}
tap_begin >/dev/null

# The collector makes the tables.
printf '%s\n' "listen = $work/collector.sock" "database = $work/bench.db" >"$work/collector.conf"
lab_start_collector collector "$work/collector.conf"
lab_stop collector

sqlite3 "$work/bench.db" <<SQL
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;
BEGIN;
INSERT INTO pseudonym_key (id, key_id) VALUES (1, x'0102030405060708');
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 200)
INSERT INTO suffix (id, suffix, registry, type)
  SELECT i, 's' || i || '.jp', 'jp', CASE i % 3 WHEN 0 THEN 'CO' WHEN 1 THEN 'GENERAL' ELSE 'GEOGRAPHIC' END FROM n;
CREATE TEMP TABLE p AS WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < $subjects)
  SELECT randomblob(16) AS id FROM n;
INSERT INTO subject SELECT id, 1 + abs(random()) % 200, 1, NULL FROM p ORDER BY id;
CREATE TEMP TABLE month AS WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < $months)
  SELECT 202500 + i AS month FROM n;
INSERT INTO sighting SELECT month, id, m, 1 + abs(random()) % 2, random(), 1, 2, 0, NULL, 1 + abs(random()) % 3, 1
  FROM month, (SELECT id FROM p ORDER BY id), (SELECT 1 AS m UNION SELECT 2 UNION SELECT 3);
INSERT INTO closed_month SELECT month, NULL FROM month;
INSERT INTO resolver_day SELECT 20089 + 10 * (month - 202501), 'r', 1 FROM month;
COMMIT;
SQL
last=$(printf '2025-%02d' "$months")

# measure NAME COMMAND...: seconds and the most memory; in $seconds.
measure() {
	local name=$1
	shift
	/usr/bin/env python3 - "$@" >"$work/measure" 2>"$work/measure.err" <<'PYTHON'
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(f"{time.monotonic() - start:.2f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.1f}")
PYTHON
	read -r seconds memory <"$work/measure"
	printf '| %s | %s | %s | %s |\n' "$name" "$seconds" \
		"$(awk -v a="$seconds" -v b="${scan:-$seconds}" 'BEGIN { printf "%.2f", a / b }')" "$memory"
}

echo "$subjects subjects, $months months, $(stat -c %s "$work/bench.db" | numfmt --to=iec) database"
echo
echo "| pass | seconds | to the scan | MiB |"
echo "| --- | --- | --- | --- |"
cat "$work/bench.db" >/dev/null
one='SELECT count(*), sum(length(subject) + mechanism + outcome + features + seen) FROM sighting WHERE month = 202501;
SELECT count(*), sum(length(pseudonym) + suffix) FROM subject'
measure "scan of one month's rows and of the subjects" sqlite3 "$work/bench.db" "$one"
scan=$seconds
for table in adoption policy quality; do
	measure "$table, a month, by type" "$build/senderwatch" report "$table" --database "$work/bench.db" \
		--period 2025-01 --format csv
done
measure "adoption, a month, by suffix" "$build/senderwatch" report --database "$work/bench.db" --period 2025-01 \
	--by suffix --format csv
unset scan
measure "scan of all months' rows and of the subjects" sqlite3 "$work/bench.db" \
	"SELECT count(*), sum(length(subject) + mechanism + outcome + features + seen) FROM sighting;
	SELECT count(*), sum(length(pseudonym) + suffix) FROM subject"
scan=$seconds
[ "$months" -lt 2 ] || measure "trend, all months" "$build/senderwatch" report trend --database "$work/bench.db" \
	--period "2025-01:$last" --format csv
measure "adoption, a window of all months" "$build/senderwatch" report --database "$work/bench.db" --period "$last" \
	--window "$months" --format csv
