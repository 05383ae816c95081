#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once
# bundler library with one of its system calls failing: the tree is the old one or the new one.
. "$(dirname "$0")/../inject.sh"

# The new one has other files, fewer, and some of the same; a directory goes, another one comes.
cp -r "$top/configs" "$scratch/configs"
recipe=$scratch/configs/nats-streaming-server.yaml
command=("$BUNDLER" library -o out --commit 0123456789abcdef0123456789abcdef01234567 "$recipe")
for tree in old new; do
	mkdir "$scratch/$tree"
	[ $tree = old ] || sed -i 's/alpine: "3.22"/alpine: "3.21"/; /ltsc2022/d; s/8222/8223/' "$recipe"
	(cd "$scratch/$tree" && "${command[@]}" >/dev/null) || bail_out "cannot make the $tree tree"
done

long_report=1
is() { diff -r "$scratch/$1/out" out; }

restore() {
	rm -rf out
	cp -r "$scratch/old/out" .
}

each_fails <<'END'
mkdirat ENOSPC 3
write ENOSPC 6
writev ENOSPC 1
fchmod EPERM 6
syncfs EIO 2
newfstatat EIO 10
renameat EIO 4
renameat2 EIO 5
END

finish
