#!/bin/bash
# Time and memory of each report, beside one full scan of the rows that it reads, in the same run.
#
#   report.sh [SUBJECTS [MONTHS]]     (1000000, 3)
#
# Needs srcdir and builddir as the integration tests do. The database is written by SQL: all months but the last closed,
# 2,000 suffixes, random pseudonyms. As in a real one not every subject is there in every month: 15 % of them are in 95 % of the months,
# 20 % in half of them, and the others in one of eight; who is, is seen by each of MX, SPF and DMARC at 70 %. What a record
# says is one of five things for 96 % of the subjects, since most records are copies, and any of 256 for the others.
# SENDERWATCH_BENCH_FEATURES=random: any of 256 for all, another each month, which is the worst case for tables of policy.
# SENDERWATCH_BENCH_DATABASE names a file to make the database in, or to use if it is there: 20 million subjects and
# 12 months take 9 GB and many minutes.
set -u
# shellcheck source=tests/integration/tap.sh
. "$(dirname "$0")/../integration/tap.sh"
subjects=${1:-1000000}
months=${2:-3}
tap_begin >/dev/null

database=${SENDERWATCH_BENCH_DATABASE:-$work/bench.db}

# SQL: the features of mechanism m (1 to 3) of a subject.
features() {
	local any='random() & 0x301030103'
	if [ "${SENDERWATCH_BENCH_FEATURES-}" = random ]; then
		echo "$any"
		return
	fi
	echo "CASE WHEN substr(pseudonym, 12 + m, 1) < x'80' THEN 0x001010001 WHEN substr(pseudonym, 12 + m, 1) < x'b0' THEN 0x002000101
	  WHEN substr(pseudonym, 12 + m, 1) < x'd0' THEN 0x301020002 WHEN substr(pseudonym, 12 + m, 1) < x'e8' THEN 0
	  WHEN substr(pseudonym, 12 + m, 1) < x'f6' THEN 0x100010101 ELSE $any END"
}

make_database() {
	# The collector makes the tables.
	printf '%s\n' "listen = $work/collector.sock" "database = $database" >"$work/collector.conf"
	lab_start_collector collector "$work/collector.conf"
	lab_stop collector
	local open=$((202500 + months))
	local seen="abs(random()) % 100 < CASE WHEN substr(pseudonym, 16, 1) < x'26' THEN 95
	    WHEN substr(pseudonym, 16, 1) < x'5a' THEN 50 ELSE 12 END AND abs(random() + m) % 100 < 70"
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
	  SELECT month, pseudonym, m, 1 + abs(random()) % 2, random(), $(features), 2, 0, NULL, 1 + abs(random()) % 3, 1
	  FROM month CROSS JOIN subject CROSS JOIN (SELECT 1 AS m UNION SELECT 2 UNION SELECT 3)
	  WHERE month < $open AND $seen;
	-- LIMIT, in a join: else SQLite makes each use of r another random number.
	INSERT INTO sighting
	  SELECT $open, pseudonym, m, 1 + abs(random()) % 2, random(), $(features), 2,
	    iif(seen < 3, 0, 1 << c) | iif(seen < 2, 0, 1 << b) | (1 << a), CAST(char(1 + a, 7, 7, 7, 7) ||
	      iif(seen < 2, '', char(1 + b, 7, 7, 7, 7)) || iif(seen < 3, '', char(1 + c, 7, 7, 7, 7)) AS BLOB), seen, 0
	  FROM (SELECT pseudonym, m, 1 + r % 3 AS seen, r >> 8 & 7 AS a, 10 + (r >> 16 & 7) AS b, 20 + (r >> 24 & 7) AS c
	    FROM (SELECT pseudonym, m, abs(random()) AS r
	      FROM subject CROSS JOIN (SELECT 1 AS m UNION SELECT 2 UNION SELECT 3) WHERE $seen LIMIT -1) CROSS JOIN (SELECT 1));
	INSERT INTO closed_month SELECT month, NULL FROM month WHERE month < $open;
	INSERT INTO resolver_day SELECT 20089 + 10 * (month - 202501), 'r', 1 FROM month;
	COMMIT;
	SQL
}

[ -s "$database" ] || make_database
last=$(printf '2025-%02d' "$months")

# measure NAME COMMAND...: seconds by the clock and of processor time, each also as a multiple of the scan's, and the most
# memory; in $seconds and $cpu.
measure() {
	local name=$1
	shift
	/usr/bin/env python3 - "$@" >"$work/measure" <<'PYTHON'
import resource, subprocess, sys, time
def used():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
before, start = used()[0], time.monotonic()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
seconds, (cpu, memory) = time.monotonic() - start, used()
print(f"{seconds:.2f} {cpu - before:.2f} {memory:.1f}")
PYTHON
	read -r seconds cpu memory <"$work/measure"
	awk -v name="$name" -v wall="$seconds" -v cpu="$cpu" -v wall_scan="${scan:-$seconds}" -v cpu_scan="${scan_cpu:-$cpu}" \
		-v memory="$memory" 'BEGIN { printf "| %s | %s | %.2f | %s | %.2f | %s |\n", name, wall, wall / wall_scan,
			cpu, cpu / cpu_scan, memory }'
}

# measure_scan NAME SQL: what the passes after it are compared with.
measure_scan() {
	unset scan scan_cpu
	measure "$1" sqlite3 "$database" "$2"
	scan=$seconds scan_cpu=$cpu
}

# measure_table NAME TABLE PERIOD [OPTION...]
measure_table() {
	local name=$1 table=$2 period=$3
	shift 3
	measure "$name" "$build/senderwatch" report "$table" --database "$database" --period "$period" --format csv "$@"
}

echo "$subjects subjects, $months months, $(stat -c %s "$database" | numfmt --to=iec) database"
echo
echo "| pass | seconds | to the scan | of CPU | to the scan | MiB |"
echo "| --- | --- | --- | --- | --- | --- |"
cat "$database" >/dev/null
columns='count(*), sum(length(subject) + mechanism + outcome + features + seen)'
subjects_scan='SELECT count(*), sum(length(pseudonym) + suffix) FROM subject'
if [ "$months" -gt 1 ]; then
	measure_scan "scan of a closed month's rows and of the subjects" \
		"SELECT $columns FROM sighting WHERE month = 202501; $subjects_scan"
	for table in adoption policy quality; do
		measure_table "$table, a closed month, by type" "$table" 2025-01
	done
	measure_table "adoption, a closed month, by suffix" adoption 2025-01 --by suffix
	measure_table "policy, a closed month, by suffix" policy 2025-01 --by suffix
fi
measure_scan "scan of the open month's rows and of the subjects" \
	"SELECT $columns, sum(days + length(marks)) FROM sighting WHERE month = 2025${last#*-}; $subjects_scan"
measure_table "adoption, the open month, by type" adoption "$last"
measure_table "adoption, the open month, by suffix" adoption "$last" --by suffix
measure_table "steps, the open month" steps "$last"
measure_table "anomalies, the open month" anomalies "$last"
[ "$months" -gt 1 ] || exit 0
measure_scan "scan of all months' rows and of the subjects" "SELECT $columns FROM sighting; $subjects_scan"
measure_table "trend, all months" trend "2025-01:$last"
measure_table "trend of policy, all months" trend "2025-01:$last" --of policy
measure_table "steps, all months" steps "2025-01:$last"
measure_table "adoption, each of all months" adoption "2025-01:$last"
measure_table "adoption, each of all months, by suffix" adoption "2025-01:$last" --by suffix
measure_table "policy, each of all months" policy "2025-01:$last"
measure_table "policy, each of all months, by suffix" policy "2025-01:$last" --by suffix
measure_table "adoption, a window of all months" adoption "$last" --window "$months"
