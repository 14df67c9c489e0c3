# Prints one ```sh block of a Markdown file: the number-th (block=) below a heading (heading=). Without
# heading, the number of all such blocks.
/^```sh$/ { all++; mine = heading == current && ++number == block; inside = 1; next }
/^```/ { if (inside) { inside = mine = 0; next } }
!inside && /^#+ / { current = $0; sub(/^#+ /, "", current); number = 0 }
mine { print; found = 1 }
END { if (heading == "") print all + 0; else exit !found }
