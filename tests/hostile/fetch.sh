#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler fetch from a good server: what it asks, what it keeps, what it says.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network "$@"
certificates

begin 'an archive is downloaded, verified and kept'
release 100000
serve "$GITHUB=file $archive"
fetch
fetched
cache_has_it
requests <<-END
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
END
check cmp archive "cache/$entry"

finish
