# SPDX-License-Identifier: Apache-2.0
"""Makes the SHA256SUMS of past releases of the digests that were pinned for them.

    history_releases.py NAME FACTS DIRECTORY

FACTS is a table of version, os, arch, ext and sha256, as tests/data has them. The files go to
DIRECTORY, where a server has them below a release's address.
"""

import collections
import os
import sys

name, facts, directory = sys.argv[1:]
releases = collections.defaultdict(list)
with open(facts, encoding="ascii") as rows:
    next(rows)
    for row in rows:
        version, system, architecture, extension, digest = row.rstrip("\n").split("\t")
        releases[version].append(f"{digest}  {name}-v{version}-{system}-{architecture}.{extension}\n")
for version, lines in releases.items():
    place = os.path.join(directory, f"nats-io/{name}/releases/download/v{version}")
    os.makedirs(place)
    with open(os.path.join(place, "SHA256SUMS"), "w", encoding="ascii") as sums:
        sums.writelines(sorted(lines, key=lambda line: line.split()[1]))
