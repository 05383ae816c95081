#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler lint: digests in Dockerfiles against those of a release, or of a lock.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib_lint.sh"

sums() {
	for asset in linux-arm64.tar.gz:1 linux-arm6.tar.gz:2 linux-arm7.tar.gz:3 linux-amd64.tar.gz:4 windows-amd64.zip:a; do
		echo "$(hash "${asset#*:}")  thing-v0.25.6-${asset%:*}"
	done
}

begin 'sums that agree'
make_tree
sums >SUMS
run bundler lint --sums SUMS tree
cp SUMS tree/0.25.6/SHA256SUMS
run bundler lint tree

broken 'sums: another digest, and no line'
sums | sed "/windows/d; s/^1{64}/$(hash 7)/; s/^$(hash 1)/$(hash 7)/" >SUMS
finds --sums SUMS <<END
$alpine:8: sums: the SHA-256 of 'thing-v0.25.6-linux-arm64.tar.gz' is $(hash 7) in 'SUMS'
$core:4: sums: 'thing-v0.25.6-windows-amd64.zip' is not in 'SUMS'
END
cp SUMS tree/SHA256SUMS
finds <<END
$alpine:8: sums: the SHA-256 of 'thing-v0.25.6-linux-arm64.tar.gz' is $(hash 7) in 'SHA256SUMS'
$core:4: sums: 'thing-v0.25.6-windows-amd64.zip' is not in 'SHA256SUMS'
END

broken 'sums: those of a lock, for its version'
(cd tree && make_variant 0.25.5 windowsservercore-1809)
change library/thing 's/^GitRepo/GitRepo/;$a\ '
cat >thing.lock.json <<END
{
  "schema": 1, "compat": 1, "name": "thing", "version": "0.25.6", "release": "official", "epoch": 1,
  "platforms": [
    {
      "platform": "linux/amd64",
      "url": "https://example.com/thing-v0.25.6-linux-amd64.tar.gz",
      "sha256": "$(hash 9)"
    }
  ]
}
END
finds --lock thing.lock.json <<END
$alpine:11: sums: the SHA-256 of 'thing-v0.25.6-linux-amd64.tar.gz' is $(hash 9) in 'thing.lock.json'
$alpine:15: sums: 'thing-v0.25.6-linux-arm6.tar.gz' is not in 'thing.lock.json'
$alpine:15: sums: 'thing-v0.25.6-linux-arm64.tar.gz' is not in 'thing.lock.json'
$alpine:15: sums: 'thing-v0.25.6-linux-arm7.tar.gz' is not in 'thing.lock.json'
$core:4: sums: 'thing-v0.25.6-windows-amd64.zip' is not in 'thing.lock.json'
END

finish
