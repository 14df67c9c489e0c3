# From the figures of slices to a table: see cpu-per-query.sh. Lines are
#   LOAD ROUND.SLICE KIND ANSWERS NANOSECONDS-OF-UNBOUND'S-THREADS NANOSECONDS-OF-THE-MODULE'S
# and LOAD ROUND.- timed 0 NANOSECONDS 0, in all of operate().

# What a slice cost, with the average of what its round's took in the module's threads.
function cost_of(load, kind, slice,   round, cost) {
	round = int(slice)
	cost = threads[load, kind, slice] / answers[load, kind, slice]
	cost += module[load, kind, round] / asked[load, kind, round]
	return cost / 1000
}

function sort(list, n,   gap, i, j, t) {
	for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
		for (i = gap + 1; i <= n; i++) {
			t = list[i]
			for (j = i; j > gap && list[j - gap] > t; j -= gap)
				list[j] = list[j - gap]
			list[j] = t
		}
}

function median(list, n) {
	return (list[int((n + 1) / 2)] + list[int(n / 2) + 1]) / 2
}

# Of a sorted list, what lies between its quarters.
function middle(list, n,   i, sum, count) {
	for (i = int(n / 4) + 1; i <= n - int(n / 4); i++) {
		sum += list[i]
		count++
	}
	return sum / count
}

# So far from the median, on both sides, is its 95 % interval: order statistics, by the normal approximation.
function rank(n,   r) {
	r = int(n / 2 - 0.98 * sqrt(n))
	return r > 0 ? r : 1
}

function of_module(load,   round, i, own, timed) {
	for (i = 1; i <= rounds[load]; i++) {
		own += module[load, "module", i]
		queries += asked[load, "module", i]
		timed += operate[load, i]
		timed_queries += asked[load, "timed", i]
	}
	own_cost = own / queries / 1000
	operate_cost = timed / timed_queries / 1000
	queries = timed_queries = 0
}

function row(load, kind, n,   s, slice, r) {
	for (s = 1; s <= n; s++) {
		slice = slices[load, s]
		costs[s] = cost_of(load, kind, slice)
		ratios[s] = costs[s] / cost_of(load, "plain", slice)
	}
	sort(costs, n)
	sort(ratios, n)
	r = rank(n)
	if (kind == "plain")
		plain = middle(costs, n)
	printf "| %s | %s | %.2f | ", load, kind, median(costs, n)
	if (kind == "plain")
		printf "| | | "
	else
		printf "%.3f | %.3f to %.3f | %.3f | ", median(ratios, n),
		    ratios[r], ratios[n + 1 - r], middle(costs, n) / plain
	if (kind == "module")
		printf "%.3f | %.3f | %.4f |\n", operate_cost, own_cost,
		    1 + (operate_cost + own_cost) / plain
	else
		print "| | |"
}

$2 ~ /-$/ { operate[$1, int($2)] += $5; next }
{
	round = int($2)
	if (round > rounds[$1])
		rounds[$1] = round
	module[$1, $3, round] += $6
	asked[$1, $3, round] += $4
}
$4 > 0 {
	threads[$1, $3, $2] = $5
	answers[$1, $3, $2] = $4
	if ($3 == "plain")
		slices[$1, ++count[$1]] = $2
}
END {
	loads = split(order, load, " ")
	kinds = split("plain again passing module dnstap", kind, " ")
	print "| load | kind | us a query | ratio | 95 % | middle halves | operate() | own threads | sum |"
	print "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
	for (l = 1; l <= loads; l++) {
		of_module(load[l])
		for (k = 1; k <= kinds; k++)
			row(load[l], kind[k], count[load[l]])
	}
	for (l = 1; l <= loads; l++)
		printf "%s%s %d", l == 1 ? "slices: " : ", ", load[l], count[load[l]]
	print ""
}
