#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: timeout=600
# The trees of other platforms hold a server that starts there; tests/thorough/platforms has those
# of which fewer are in use. No engine is needed.
. "$(dirname "$0")/lib.sh"

need_trees linux/arm64 linux/arm/v7

starts linux-arm64 qemu-aarch64-static
starts linux-arm-v7 qemu-arm-static -cpu cortex-a7

finish
