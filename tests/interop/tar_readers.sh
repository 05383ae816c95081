#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=900 seconds=60
# bundler reads a tar archive as Go's archive/tar does, with which engines unpack layers, and as
# Python's tarfile does; and a layer as umoci and podman unpack it. Or it refuses to read it.
# `make reproducible` tries more mutants, and each layer with podman.
. "$(dirname "$0")/../lib.sh"

need gcc python3
need_go tar_readers
here=$top/tests/interop/tar_readers

# Without sanitizers: the unit tests and fuzz targets have them.
# shellcheck disable=SC2046 # a list of options
gcc -O1 -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc $(make -s -C "$top" print-BASE) \
	-iquote "$top/bundler" -o "$scratch/list" "$here/list.c" "$top"/bundler/unpack/{tar,pax}.c \
	"$top"/bundler/base/{memory,pool}.c 2>"$scratch/log" || bail_out 'cannot compile list.c' "$scratch/log"

# read_alike: the archives in stream.
read_alike() {
	check sh -c "'$scratch/list' <stream >ours"
	check sh -c "'$tar_readers' <stream >go"
	check sh -c "python3 '$here/list.py' <stream >python"
	check python3 "$here/forms.py" compare stream ours go python
}

begin 'mutants of all forms: what is read at all is what Go and Python read'
python3 "$here/forms.py" mutants "${MUTANTS:-20000}" "${MUTANTS_SEED:-1}" >stream
read_alike

begin 'layers of other test suites, of other writers and of all forms: unpacked alike'
if command -v umoci && command -v podman && command -v skopeo && [ "$(id -u)" -eq 0 ]; then
	check python3 "$here/layers.py" corpus stream \
		"$("$top/configs/source/go.sh" env GOROOT)/src/archive/tar/testdata" \
		"$top/build/src/libarchive/libarchive/test"
	read_alike
	check python3 "$here/layers.py" compare stream "${LAYERS_STEP:-8}"
else
	skip 'no umoci, podman and skopeo, or not root'
fi >/dev/null

finish
