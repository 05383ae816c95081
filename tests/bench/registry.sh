#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The image of all Linux platforms, sent to a registry on loopback and audited there, against the tools
# that others use. Debian's registry keeps it in memory. Needs what `bundler/make/toolchain.sh interop`
# installs.
. "$(dirname "$0")/lib.sh"

recipe=$top/configs/nats-streaming-server.yaml
common=(--lock "$top/configs/nats-streaming-server.source.lock.json")
crane=$("$top/tests/interop/build" crane)
"$bundler" image "${common[@]}" --cache "$work/cache" --mirror "file://$top/build/source" -o "oci:$work/layout:1" "$recipe" \
	>/dev/null

storage=$(mktemp -d /dev/shm/bundler-bench.XXXXXX)
cat >"$work/registry.yaml" <<END
version: 0.1
storage: {filesystem: {rootdirectory: $storage}}
http: {addr: "127.0.0.1:0"}
END
docker-registry serve "$work/registry.yaml" >"$work/log" 2>&1 &
server=$!
trap 'kill $server; rm -rf "$work" "$storage"' EXIT
while ! registry=$(sed -n 's/.*listening on \(127[0-9.:]*\).*/\1/p' "$work/log") || [ -z "$registry" ]; do
	sleep 0.1
done

# Each is sent to a registry that has nothing.
empty() { rm -rf "$storage/docker"; }
ours() { empty; "$bundler" copy --plain-http "$registry" "oci:$work/layout:1" "docker://$registry/a:1"; }
with_skopeo() {
	empty
	skopeo --insecure-policy copy -q --all --preserve-digests --dest-tls-verify=false "oci:$work/layout:1" "docker://$registry/a:1"
}
with_crane() { empty; "$crane" push --index --insecure "$work/layout" "$registry/a:1" 2>/dev/null; }

# The archives of the release are in the cache, and nothing else.
audit() { "$bundler" audit --cache "$work/fresh" "${common[@]}" --offline "$1" "$recipe"; }
fresh() { rm -rf "$work/fresh" "$work/pulled"; cp -al "$work/cache" "$work/fresh"; }
audit_ours() { fresh; "$bundler" audit --cache "$work/fresh" "${common[@]}" --plain-http "$registry" "docker://$registry/a:1" "$recipe"; }
audit_skopeo() {
	fresh
	skopeo --insecure-policy copy -q --all --preserve-digests --src-tls-verify=false "docker://$registry/a:1" "oci:$work/pulled:1"
	audit "oci:$work/pulled:1"
}
audit_crane() {
	fresh
	"$crane" pull --format oci --insecure "$registry/a:1" "$work/pulled" 2>/dev/null
	audit "oci:$work/pulled"
}

compare 'copy / skopeo copy --all' 1.0 ours with_skopeo
compare 'copy / crane push' 1.0 ours with_crane
ours >/dev/null
compare 'audit / skopeo copy --all and audit' 1.0 audit_ours audit_skopeo
compare 'audit / crane pull and audit' 1.0 audit_ours audit_crane
empty
figure 'peak memory of copy' "$(peak "$bundler" copy --plain-http "$registry" "oci:$work/layout:1" "docker://$registry/a:1")" KiB \
	'at most 16384'
fresh
figure 'peak memory of audit' "$(peak "$bundler" audit --cache "$work/fresh" "${common[@]}" --plain-http "$registry" \
	"docker://$registry/a:1" "$recipe")" KiB 'at most 16384'
