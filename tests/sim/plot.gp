# Charts of the simulation, from the tables that sim writes.
set datafile separator ","
set datafile missing NaN	# lines go on over rows of other settings
set terminal svg size 760,420 font "sans-serif,13" background "white"
set style line 1 lc rgb "#1b5e9b" lw 2 pt 7 ps 0.6
set style line 2 lc rgb "#b3471d" lw 2 pt 5 ps 0.6
set style line 3 lc rgb "#4d7a2f" lw 2 pt 9 ps 0.7
set style line 4 lc rgb "#6b4c9a" lw 2 pt 11 ps 0.7
set style line 5 lc rgb "#555555" lw 2 pt 13 ps 0.7
set logscale x
set format x "10^{%T}"
set xlabel "look-ups in a month"
set grid lc rgb "#cccccc"
set key outside right top

of(setting, row, column) = strcol(1) eq setting && strcol(3) eq row ? \
	100 * column(column) : NaN

set output "errors.svg"
set title "Error of the share (points), popular domains adopt more"
plot "shares.csv" skip 1 using 2:(of("linked", "all", 10)) with linespoints ls 1 title "observed", \
	"" skip 1 using 2:(of("linked", "all", 12)) with linespoints ls 2 title "by look-ups", \
	"" skip 1 using 2:(of("linked", "all", 16)) with linespoints ls 4 title "unseen = absent", \
	"" skip 1 using 2:(of("linked", "all", 18)) with linespoints ls 3 title "adjusted"

set output "adjusted.svg"
set title "Error of the adjusted share (points), by world"
plot "shares.csv" skip 1 using 2:(of("unlinked", "all", 18)) with linespoints ls 1 title "unlinked", \
	"" skip 1 using 2:(of("linked", "all", 18)) with linespoints ls 3 title "linked", \
	"" skip 1 using 2:(of("steep", "all", 18)) with linespoints ls 4 title "steep", \
	"" skip 1 using 2:(of("silent", "all", 18)) with linespoints ls 2 title "silent"

set output "coverage.svg"
set title "How many of 200 intervals hold the truth (%)"
set yrange [0:105]
plot 95 with lines lc rgb "#999999" dt 2 title "95 %", \
	"shares.csv" skip 1 using 2:(of("unlinked", "all", 22)) with linespoints ls 1 title "jackknife, unlinked", \
	"" skip 1 using 2:(of("linked", "all", 22)) with linespoints ls 3 title "jackknife, linked", \
	"" skip 1 using 2:(of("linked", "OR", 22)) with linespoints ls 4 title "jackknife, linked, OR", \
	"" skip 1 using 2:(of("linked", "all", 20)) with linespoints ls 2 title "Wilson, linked"
