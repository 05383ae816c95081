#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What other tools have pushed to a registry, read there: by audit, diff and validate.
# tests/run: timeout=300 seconds=30
. "$(dirname "$0")/lib.sh"

need docker-registry skopeo perl
need_go crane
unset DOCKER_CONFIG	# whose file must be there where this is set
make_images

skopeo() { timeout 60 skopeo --insecure-policy "$@"; }
crane() { timeout 60 "$crane" "$@"; }

# push TOOL LAYOUT: to $registry/LAYOUT:v1
push() {
	case $1 in
	skopeo) check skopeo copy -q --all --preserve-digests --dest-tls-verify=false \
		"oci:$made/$2:$mark" "docker://$registry/$2:v1" ;;
	crane) check crane push "$made/$2" "$registry/$2:v1" ;;
	esac
}

# there COMMAND...: with what is needed to read from $registry.
there() { run bundler "$1" --cache cache --plain-http "$registry" "${@:2}"; }
# audited REFERENCE [OPTION]...: $what is there.
audited() {
	check cp -r "$scratch/product/cache/." cache
	there audit "${@:2}" "docker://$registry/$1" "$scratch/product/tiny.yaml"
}
# asked: what the registry was asked for since, one a line, by what documents call it.
asked() {
	sed -n 's,.*"GET /v2/[a-z]*/\([a-z]*/[^ ]*\) HTTP/1.1" 200 .*,\1,p' background.log | sort
}

declare -A platforms=([one]=linux/amd64 [many]='linux/amd64, linux/arm64, linux/arm/v7')
for tool in skopeo crane; do
	for layout in one many; do
		begin "$layout: pushed by $tool"
		registry
		push $tool $layout
		audited $layout:v1
		stdout <<<"verdict: identical (${platforms[$layout]})"
		there validate "docker://$registry/$layout:v1"
		there diff "docker://$registry/$layout:v1" "oci:$made/$layout"
		stdout <<<'verdict: identical'
		there diff "docker://$registry/$layout:v1" "docker://$registry/$layout@$(digest "$made/$layout")"
		stdout <<<'verdict: identical'
		# All of it is in the cache now; only what the tag is is not.
		check kill "${background_pids[0]}"
		audited "$layout@$(digest "$made/$layout")" --offline
		stdout <<<"verdict: identical (${platforms[$layout]})"
		audited $layout:v1 --offline
		status 4
		stderr <<-END
			bundler: cannot read '$registry/$layout:v1': only the registry knows what its tag is
			hint: with --offline, name it by its digest
		END
	done
done

begin 'of several platforms, only the one that is audited is fetched'
registry
push skopeo many
check cp background.log before
audited many:v1 -p linux/arm64
stdout <<<'verdict: identical (linux/arm64)'
asked | sort >actual
{
	echo manifests/v1
	python3 - "$made/many" "$(digest "$made/many")" <<-'END'
	import json, sys
	def blob(digest):
	    return json.load(open(f"{sys.argv[1]}/blobs/{digest.replace(':', '/')}"))
	for entry in blob(sys.argv[2])["manifests"]:
	    if entry["platform"]["architecture"] == "arm64":
	        manifest = blob(entry["digest"])
	        print("manifests/" + entry["digest"])
	        print("blobs/" + manifest["config"]["digest"])
	        print("blobs/" + manifest["layers"][0]["digest"])
	END
} | sort >expected
check diff -u expected actual

begin 'a tag and a digest: both are checked'
registry
push skopeo one
push skopeo many
audited "one:v1@$(digest "$made/one")"
stdout <<<'verdict: identical (linux/amd64)'
check crane copy "$registry/many:v1" "$registry/one:v1"
audited "one:v1@$(digest "$made/one")"
status 7
stderr <<-END
	bundler: cannot read 'docker://$registry/one:v1@$(digest "$made/one")': tag 'v1' is $(digest "$made/many") now
	hint: without ':v1', what has the digest is read
END
audited "one@$(digest "$made/one")"
stdout <<<'verdict: identical (linux/amd64)'

begin 'a login from the file that skopeo writes, and none'
hash=$(perl -e 'print crypt("secret", q($2y$05$abcdefghijklmnopqrstuu))')
echo "user:$hash" >htpasswd
registry "auth: {htpasswd: {realm: test, path: $PWD/htpasswd}}"
check skopeo login --tls-verify=false --authfile auth.json -u user -p secret "$registry"
check skopeo copy -q --all --preserve-digests --authfile auth.json --dest-tls-verify=false \
	"oci:$made/one:$mark" "docker://$registry/one:v1"
audited one:v1 --authfile auth.json
stdout <<<'verdict: identical (linux/amd64)'
REGISTRY_AUTH_FILE=auth.json audited one:v1
stdout <<<'verdict: identical (linux/amd64)'
mkdir -p home/.docker
check cp auth.json home/.docker/config.json
HOME=$PWD/home audited one:v1
stdout <<<'verdict: identical (linux/amd64)'
audited one:v1
status 11
stderr <<-END
	bundler: cannot fetch 'http://$registry/v2/one/manifests/v1': the registry says: UNAUTHORIZED: authentication required
	hint: it does not exist, or a login is needed that may read it; --authfile names a file with logins
END

begin 'what is not there'
registry
push skopeo one
audited one:v2
status 11
stderr <<<"bundler: cannot fetch 'http://$registry/v2/one/manifests/v2': the registry says: MANIFEST_UNKNOWN: manifest unknown"
audited other:v1
status 11
stderr <<<"bundler: cannot fetch 'http://$registry/v2/other/manifests/v1': the registry says: MANIFEST_UNKNOWN: manifest unknown"

begin 'in the media types of Docker'
registry
check skopeo copy -q --all --format v2s2 --dest-tls-verify=false "oci:$made/many:$mark" "docker://$registry/many:v1"
there validate "docker://$registry/many:v1"
audited many:v1 -q
filter 's/; [0-9]+ notes?\)/)/'
stdout <<<'verdict: equivalent (linux/amd64, linux/arm64, linux/arm/v7)'
filter ''

finish
