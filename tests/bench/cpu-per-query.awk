# From the figures of slices to a table: see cpu-per-query.sh. Lines are
#   LOAD ROUND SLICE KIND  and of plain and of the kind each:
#       ANSWERS NANOSECONDS-OF-UNBOUND'S-THREADS NANOSECONDS-OF-THE-MODULE'S
# with a "-" for the slice where it is what was spent after the last, and
#   LOAD ROUND = timed NANOSECONDS  in all of operate().

function sort(list, n,   gap, i, j, t) {
	for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
		for (i = gap + 1; i <= n; i++) {
			t = list[i]
			for (j = i; j > gap && list[j - gap] > t; j -= gap)
				list[j] = list[j - gap]
			list[j] = t
		}
}

# Of a sorted list.
function median(list, n) {
	return (list[int((n + 1) / 2)] + list[int(n / 2) + 1]) / 2
}

# So far from the median, on both sides, is its 95 % interval: order statistics, by the normal approximation.
function rank(n,   r) {
	r = int(n / 2 - 0.98 * sqrt(n))
	return r > 0 ? r : 1
}

# The ratio of a round: the median of its slices', each with what the module's threads took for a query of the round.
function round_ratio(load, kind, round,   n, i, own, plain) {
	own = module[load, kind, round] / asked[load, kind, round]
	n = slices[load, kind, round]
	for (i = 1; i <= n; i++)
		list[i] = (cost[load, kind, round, i] + own) / plain_cost[load, kind, round, i]
	sort(list, n)
	return median(list, n)
}

function row(load, kind,   n, round, ratios, q, r, own, plain, timed, timed_queries) {
	for (round = 1; round <= rounds; round++) {
		if (!((load, kind, round) in asked))
			continue
		ratios[++n] = round_ratio(load, kind, round)
		q += asked[load, kind, round]
		plain += plain_threads[load, kind, round]
		own += module[load, kind, round]
		timed += operate[load, round]
		timed_queries += asked[load, "timed", round]
	}
	if (n == 0)
		return
	sort(ratios, n)
	r = rank(n)
	printf "| %s | %s | %.2f | %d | %.4f | %.3f to %.3f | ", load, kind, plain / q / 1000, n,
	    median(ratios, n), ratios[r], ratios[n + 1 - r]
	if (kind == "module" && timed_queries > 0)
		printf "%.3f | %.3f | %.4f |\n", timed / timed_queries / 1000, own / q / 1000,
		    1 + (timed / timed_queries + own / q) * q / plain
	else
		print "| | |"
}

$3 == "=" { operate[$1, $2] = $5; next }
{
	if ($2 > rounds)
		rounds = $2
	module[$1, $4, $2] += $10
}
$5 > 0 && $8 > 0 {
	i = ++slices[$1, $4, $2]
	if (i > most_slices[$1])
		most_slices[$1] = i
	plain_cost[$1, $4, $2, i] = $6 / $5
	cost[$1, $4, $2, i] = $9 / $8
	plain_threads[$1, $4, $2] += $6 * $8 / $5
	asked[$1, $4, $2] += $8
}
END {
	loads = split(order, load, " ")
	kinds = split("again passing module dnstap", kind, " ")
	print "| load | kind | plain, us a query | rounds | ratio | 95 % | operate() | own threads | sum |"
	print "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
	for (l = 1; l <= loads; l++)
		for (k = 1; k <= kinds; k++)
			row(load[l], kind[k])
	for (l = 1; l <= loads; l++)
		printf "%s%s %d", l == 1 ? "slices of a round: " : ", ", load[l], most_slices[load[l]]
	print ""
}
