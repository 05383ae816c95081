#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What became of the messages that a cluster acknowledged while its servers failed.

    faults.py EVENTS ACKNOWLEDGED RECEIVED READ

EVENTS has lines "TIME WHAT", ACKNOWLEDGED "TIME MESSAGE", times in milliseconds; RECEIVED and READ
one message a line: what a subscriber got meanwhile, and what another one got afterwards. Prints the
numbers. Fails if an acknowledged message is missing in either, or if acknowledgements paused for
longer than a minute."""

import sys

LONGEST = 60


def timed(path):
    with open(path, encoding="utf-8") as f:
        return [(int(time), what) for time, what in (line.rstrip("\n").split(" ", 1) for line in f)]


def plain(path):
    with open(path, encoding="utf-8") as f:
        return f.read().split()


def pauses(events, times):
    """The longest time between two acknowledgements for each kind of event: the first of them after
    the earlier acknowledgement, or the last one before it."""
    longest = {what: 0 for _, what in events}
    for before, after in zip(times, times[1:]):
        within = [what for at, what in events if before < at <= after]
        earlier = [what for at, what in events if at <= before]
        for what in within[:1] or earlier[-1:]:
            longest[what] = max(longest[what], after - before)
    return {what: pause / 1000 for what, pause in longest.items()}


def main():
    events, acknowledged = timed(sys.argv[1]), timed(sys.argv[2])
    messages = {message for _, message in acknowledged}
    received, read = plain(sys.argv[3]), plain(sys.argv[4])
    longest = pauses(events, [time for time, _ in acknowledged])
    print(f"{len(messages)} messages acknowledged; {len(messages & set(read))} of them read back, "
          f"{len(messages & set(received))} received by the subscriber meanwhile; "
          f"{len(read) - len(set(read))} read twice; longest time without an acknowledgement: "
          + ", ".join(f"{what} {pause:.1f} s" for what, pause in longest.items()))
    ok = messages <= set(read) and messages <= set(received) and max(longest.values()) <= LONGEST
    sys.exit(0 if ok and messages else 1)


main()
