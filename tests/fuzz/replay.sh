#!/bin/sh
# Replays the corpus of every fuzz target under the sanitizers: TAP.
set -u
count=0
for program in "$builddir"/tests/fuzz/replay_*; do
	name=${program##*/replay_}
	case $name in *.*) continue ;; esac
	[ -x "$program" ] || continue
	count=$((count + 1))
	if "$program" "$srcdir/tests/fuzz/corpus/$name" >replay_$$ 2>&1; then
		sed -n "s/^\(ok\|not ok\) 1 - /\1 $count - $name: /p" replay_$$
	else
		echo "not ok $count - $name"
		sed 's/^/# /' replay_$$
	fi
	rm -f replay_$$
done
echo "1..$count"
