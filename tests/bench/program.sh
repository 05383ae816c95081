#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The program itself: size, and the time to start and end.
. "$(dirname "$0")/lib.sh"

# A process that does nothing is mostly the shell's and the kernel's time, so both are shown.
hundred() { for _ in $(seq 100); do "$bundler" --version; done; }
nothing() { for _ in $(seq 100); do /bin/true; done; }

figure 'size of the program' "$(stat -c %s "$bundler")" bytes 'at most 1700000'
figure 'start to end of --version' "$(wall hundred | awk '{ printf "%.2f", $1 / 1e8 }')" ms 'at most 2'
compare '--version / true, 100 each, wall' 'both are static or small' hundred nothing
