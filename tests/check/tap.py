# SPDX-License-Identifier: Apache-2.0
"""What the checks in Python share: their tests are functions that return faults. Prints TAP."""

import os
import subprocess
import sys

# The cases whose names have this text in them are run; tests/run -k sets it.
ONLY = os.environ.get("TEST_ONLY", "")

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))


def run(tests):
    """Runs (name, function) by the row; ends the process."""
    tests = [(name, test) for name, test in tests if ONLY in name]
    failed = False
    print(f"1..{len(tests)}")
    for number, (name, test) in enumerate(tests, 1):
        try:
            faults = test()
        except (AttributeError, LookupError, OSError, StopIteration, ValueError,
                subprocess.SubprocessError) as e:
            faults = [f"could not be made: {type(e).__name__}: {e}"]
        failed |= bool(faults)
        print(f"{'not ok' if faults else 'ok'} {number} - {name}")
        for fault in sorted(faults):
            print("# " + fault.replace("\n", " "))
    sys.exit(failed)
