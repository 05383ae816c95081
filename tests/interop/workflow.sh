#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600
# The workflow files, read by actionlint, which has shellcheck read their scripts.
. "$(dirname "$0")/lib.sh"

need shellcheck
need_go actionlint

begin 'the workflow files are sound, and so are their scripts'
run "$actionlint" -no-color "$top"/.github/workflows/*.yml

begin 'an action is pinned to a commit, with its version beside it'
grep -rhE '^ *-? *uses:' "$top/.github/workflows" >uses
check test -s uses
check test -z "$(grep -vE '@[0-9a-f]{40}  # v[0-9.]+$' uses)"

finish
