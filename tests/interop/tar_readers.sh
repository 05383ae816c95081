#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600 seconds=20
# bundler reads a tar archive as Go's archive/tar does, with which engines unpack layers, and as
# Python's tarfile does; or it refuses it. `make reproducible` tries more mutants.
. "$(dirname "$0")/../lib.sh"

need gcc python3
need_go tar_readers
here=$top/tests/interop/tar_readers

# Without sanitizers: the unit tests and fuzz targets have them.
# shellcheck disable=SC2046 # a list of options
gcc -O1 $(make -s -C "$top" print-BASE) -iquote "$top/bundler" -o "$scratch/list" "$here/list.c" \
	"$top"/bundler/unpack/{tar,pax}.c "$top"/bundler/base/{memory,pool}.c -lz \
	2>"$scratch/log" || bail_out 'cannot compile list.c' "$scratch/log"

begin 'mutants of all forms: what is read at all is what Go and Python read'
python3 "$here/forms.py" mutants "${MUTANTS:-20000}" "${MUTANTS_SEED:-1}" >stream
check sh -c "'$scratch/list' <stream >ours"
check sh -c "'$tar_readers' <stream >go"
check sh -c "python3 '$here/list.py' <stream >python"
check python3 "$here/forms.py" compare stream ours go python

finish
