#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same sources give the same program, wherever they are built. tests/reproducible/thorough builds
# the libraries again, too.
# tests/run: timeout=1800 seconds=30
. "$(dirname "$0")/lib.sh"

begin 'a build elsewhere gives the same bytes'
elsewhere sysroot
finish
