#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600
# The workflow files, read by actionlint, which has shellcheck read their scripts. tests/check/workflows
# has rules of our own.
. "$(dirname "$0")/lib.sh"

need shellcheck
need_go actionlint

begin 'the workflow files are sound, and so are their scripts'
run "$actionlint" -no-color "$top"/.github/workflows/*.yml "$top/configs/fleet/github.yml"

finish
