#!/bin/bash
# Time and memory of each report, beside one full scan of the rows that it reads, in the same run.
#
#   report.sh [SUBJECTS [MONTHS]]     (1000000, 3)
#
# Needs srcdir and builddir as the integration tests do. The database is written by SQL: closed months, 2,000 suffixes,
# random pseudonyms. As in a real one not every subject is there in every month: 15 % of them are in 95 % of the months,
# 20 % in half of them, and the others in one of eight; who is, is seen by each of MX, SPF and DMARC at 70 %.
# SENDERWATCH_BENCH_DATABASE names a file to make the database in, or to use if it is there: 20 million subjects and
# 12 months take 9 GB and many minutes.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/../integration/tap.sh"
subjects=${1:-1000000}
months=${2:-3}
tap_begin >/dev/null

database=${SENDERWATCH_BENCH_DATABASE:-$work/bench.db}

make_database() {
	# The collector makes the tables.
	printf '%s\n' "listen = $work/collector.sock" "database = $database" >"$work/collector.conf"
	lab_start_collector collector "$work/collector.conf"
	lab_stop collector
	sqlite3 "$database" <<-SQL
	PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;
	BEGIN;
	INSERT INTO pseudonym_key (id, key_id) VALUES (1, x'0102030405060708');
	WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
	INSERT INTO suffix (id, suffix, registry, type) SELECT i, 's' || i || '.jp', 'jp',
	  CASE i % 3 WHEN 0 THEN 'CO' WHEN 1 THEN 'GENERAL' ELSE 'GEOGRAPHIC' END FROM n;
	INSERT INTO subject
	  WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < $subjects)
	  SELECT randomblob(16) AS id, 1 + abs(random()) % 2000, 1, NULL FROM n ORDER BY id;
	CREATE TEMP TABLE month AS WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < $months)
	  SELECT 202500 + i AS month FROM n;
	INSERT INTO sighting
	  SELECT month, pseudonym, m, 1 + abs(random()) % 2, random(), 1, 2, 0, NULL, 1 + abs(random()) % 3, 1
	  FROM month CROSS JOIN subject CROSS JOIN (SELECT 1 AS m UNION SELECT 2 UNION SELECT 3)
	  WHERE abs(random()) % 100 < CASE WHEN substr(pseudonym, 16, 1) < x'26' THEN 95
	    WHEN substr(pseudonym, 16, 1) < x'5a' THEN 50 ELSE 12 END AND abs(random() + m) % 100 < 70;
	INSERT INTO closed_month SELECT month, NULL FROM month;
	INSERT INTO resolver_day SELECT 20089 + 10 * (month - 202501), 'r', 1 FROM month;
	COMMIT;
	SQL
}

[ -s "$database" ] || make_database
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

echo "$subjects subjects, $months months, $(stat -c %s "$database" | numfmt --to=iec) database"
echo
echo "| pass | seconds | to the scan | MiB |"
echo "| --- | --- | --- | --- |"
cat "$database" >/dev/null
one='SELECT count(*), sum(length(subject) + mechanism + outcome + features + seen) FROM sighting WHERE month = 202501;
SELECT count(*), sum(length(pseudonym) + suffix) FROM subject'
measure "scan of one month's rows and of the subjects" sqlite3 "$database" "$one"
scan=$seconds
for table in adoption policy quality; do
	measure "$table, a month, by type" "$build/senderwatch" report "$table" --database "$database" \
		--period 2025-01 --format csv
done
measure "adoption, a month, by suffix" "$build/senderwatch" report --database "$database" --period 2025-01 \
	--by suffix --format csv
unset scan
measure "scan of all months' rows and of the subjects" sqlite3 "$database" \
	"SELECT count(*), sum(length(subject) + mechanism + outcome + features + seen) FROM sighting;
	SELECT count(*), sum(length(pseudonym) + suffix) FROM subject"
scan=$seconds
[ "$months" -lt 2 ] || measure "trend, all months" "$build/senderwatch" report trend --database "$database" \
	--period "2025-01:$last" --format csv
measure "adoption, each of all months" "$build/senderwatch" report --database "$database" --period "2025-01:$last" \
	--format csv
measure "adoption, a window of all months" "$build/senderwatch" report --database "$database" --period "$last" \
	--window "$months" --format csv
