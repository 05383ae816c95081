#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What bundler has sent to a registry, read there by other tools: one digest for all of them.
# tests/run: timeout=600 seconds=60
. "$(dirname "$0")/lib.sh"

need docker-registry skopeo podman perl openssl
need_go crane
need_go regctl
need_go oras
need_go referrers
need_root
need_engine
unset DOCKER_CONFIG	# whose file must be there where this is set
make_images
export HOME=$scratch/home	# regctl keeps which registries have no TLS
mkdir "$HOME"

skopeo() { timeout 60 skopeo --insecure-policy "$@"; }
crane() { timeout 60 "$crane" "$@"; }
regctl() { timeout 60 "$regctl" "$@"; }
oras() { timeout 60 "$oras" "$@"; }
storage=(--root "$scratch/storage" --runroot "$scratch/run" --storage-driver vfs)
podman() { timeout 60 podman "${storage[@]}" --cgroup-manager cgroupfs "$@"; }
limits=(--network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024)
on_exit 'podman rmi --all --force >/dev/null 2>&1'

# there COMMAND...: with what is needed to reach $registry.
there() { run bundler "$1" --cache cache --plain-http "$registry" "${@:2}"; }
# seen REFERENCE DIGEST: what other tools say of it.
seen() {
	check test "sha256:$(skopeo inspect --raw --tls-verify=false "docker://$registry/$1" | sha256sum | cut -d' ' -f1)" = "$2"
	check test "$(crane digest --insecure "$registry/$1")" = "$2"
	check crane validate --insecure --remote "$registry/$1"
	check regctl registry set --tls disabled "$registry"
	check test "$(regctl image digest "$registry/$1")" = "$2"
	check test "$(regctl manifest head "$registry/$1")" = "$2"
}
# puts: how many blobs and manifests the registry took since.
puts() { grep -c '"PUT /v2/[^"]*" 201' background.log; }

declare -A platforms=([one]=linux/amd64 [many]='linux/amd64, linux/arm64, linux/arm/v7')
for layout in one many; do
	check skopeo copy -q --all "oci:$made/$layout:$mark" "oci-archive:$made/$layout.skopeo.tar:$mark"
	for place in "oci:$made/$layout:$mark" "oci-archive:$made/$layout.skopeo.tar:$mark" \
		"docker-archive:$made/$layout.tar:$mark"; do
		begin "copy: ${place%%:*} of $layout: one digest for all"
		registry
		there copy "$place" "docker://$registry/$layout:v1"
		stdout <<<"$(digest "$made/$layout")  docker://$registry/$layout:v1"
		seen $layout:v1 "$(digest "$made/$layout")"
		check skopeo copy -q --all --src-tls-verify=false "docker://$registry/$layout:v1" oci:back:v1
		same_blobs back "$made/$layout"
		check cp -r "$scratch/product/cache/." cache
		there audit "docker://$registry/$layout:v1" "$scratch/product/tiny.yaml"
		stdout <<<"verdict: identical (${platforms[$layout]})"

		before=$(puts)
		there copy "$place" "docker://$registry/$layout:v1"
		stdout <<<"$(digest "$made/$layout")  docker://$registry/$layout:v1"
		there copy "$place" "docker://$registry/$layout:v2"
		stdout <<<"$(digest "$made/$layout")  docker://$registry/$layout:v2"
		# Manifests only: those of platforms, twice, and once what has the new tag.
		case $layout in one) more=1 ;; *) more=7 ;; esac
		check test "$(puts)" -eq $((before + more))
		case $layout in one) blobs=2 ;; *) blobs=6 ;; esac
		check test "$(grep -c 'PUT /v2/[a-z]*/blobs.* 201' background.log)" -eq $blobs
	done
done

begin 'image: the digest that the lock pins is the one that everybody sees'
registry
there image -o "docker://$registry/tiny:v1" "${product[@]/--offline/--json}"
check cp "$scratch/stdout" report.json
stdout <report.json
pushed=$(field report.json pushed digest)
check test "$pushed" = "$(digest "$made/many")"
seen tiny:v1 "$pushed"

begin 'docker pull and run'
registry
there copy "oci:$made/many:$mark" "docker://$registry/$mark:v1"
stdout <<<"$(digest "$made/many")  docker://$registry/$mark:v1"
check engine pull -q "$registry/$mark:v1"
check test "$(engine image inspect -f '{{index .RepoDigests 0}}' "$registry/$mark:v1")" = "$registry/$mark@$(digest "$made/many")"
check engine run --rm --network none "$registry/$mark:v1"

begin 'podman pull and run'
registry
there copy "oci:$made/many:$mark" "docker://$registry/tiny:v1"
stdout <<<"$(digest "$made/many")  docker://$registry/tiny:v1"
check podman pull -q --tls-verify=false "$registry/tiny:v1"
podman inspect "$registry/tiny:v1" >inspected
check grep -q "$(digest "$made/many")" inspected
check podman run --rm --pull never "${limits[@]}" "$registry/tiny:v1"

begin 'one platform of an index'
registry
there copy -p linux/arm64 "oci:$made/many:$mark" "docker://$registry/tiny:arm64"
sum=$(field "$(blob "$made/many" "$(digest "$made/many")")" manifests 1 digest)
stdout <<<"$sum  docker://$registry/tiny:arm64"
seen tiny:arm64 "$sum"

begin 'from registry to registry, to a layout and to an archive'
registry
there copy "oci:$made/many:$mark" "docker://$registry/a:v1"
stdout <<<"$(digest "$made/many")  docker://$registry/a:v1"
there copy "docker://$registry/a:v1" "docker://$registry/b/c:v2"
stdout <<<"$(digest "$made/many")  docker://$registry/b/c:v2"
seen b/c:v2 "$(digest "$made/many")"
there copy "docker://$registry/b/c:v2" oci:layout:v2
stdout <<<"$(digest "$made/many")  oci:layout:v2"
same_blobs layout "$made/many"
there copy "docker://$registry/b/c:v2" "docker-archive:archive.tar:$mark:v2"
stdout <<<"$(digest "$made/many")  docker-archive:archive.tar:$mark:v2"
check engine load -q -i archive.tar
check engine run --rm --network none "$mark:v2-amd64"

begin 'what regctl has sent'
registry
check regctl registry set --tls disabled "$registry"
check regctl image copy "ocidir://$made/many:$mark" "$registry/many:v1"
check cp -r "$scratch/product/cache/." cache
there audit "docker://$registry/many:v1" "$scratch/product/tiny.yaml"
stdout <<<"verdict: identical (${platforms[many]})"

# ---- logins ----

begin 'a login from the file that skopeo writes'
hash=$(perl -e 'print crypt("secret", q($2y$05$abcdefghijklmnopqrstuu))')
echo "user:$hash" >htpasswd
registry "auth: {htpasswd: {realm: test, path: $PWD/htpasswd}}"
check skopeo login --tls-verify=false --authfile auth.json -u user -p secret "$registry"
there copy --authfile auth.json "oci:$made/many:$mark" "docker://$registry/many:v1"
stdout <<<"$(digest "$made/many")  docker://$registry/many:v1"
check test "sha256:$(skopeo inspect --raw --authfile auth.json --tls-verify=false "docker://$registry/many:v1" | sha256sum | cut -d' ' -f1)" = "$(digest "$made/many")"
there copy "oci:$made/many:$mark" "docker://$registry/many:v2"
status 11
stderr <<-END
	bundler: cannot send to 'http://$registry/v2/many/blobs/uploads/': the registry says: UNAUTHORIZED: authentication required
	hint: it does not exist, or a login is needed that may write to it; --authfile names a file with logins
END

# service: a token service that the registry believes.
service() {
	check openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -keyout key.pem -out cert.pem
	: >asked
	background python3 "$top/tests/interop/token_server.py" cert.pem key.pem user secret asked
	wait_for grep -q '^port ' background.log
	registry "auth: {token: {realm: 'http://127.0.0.1:$(sed -n 's/^port //p' background.log)/token', service: reg, issuer: test, rootcertbundle: $PWD/cert.pem}}"
}

begin 'tokens'
service
export BUNDLER_CONFINE=off	# for the service is at a port that nobody has named
check skopeo login --tls-verify=false --authfile auth.json -u user -p secret "$registry"
: >asked
there copy --authfile auth.json "oci:$made/one:$mark" "docker://$registry/private/one:v1"
stdout <<<"$(digest "$made/one")  docker://$registry/private/one:v1"
run sort -u asked
stdout <<<'/token?account=user&service=reg&scope=repository%3Aprivate%2Fone%3Apull%2Cpush a login'
there validate --authfile auth.json "docker://$registry/private/one:v1"
there validate "docker://$registry/private/one:v1"
status 11
stderr <<-END
	bundler: cannot fetch 'http://$registry/v2/private/one/manifests/v1': the registry says: UNAUTHORIZED: authentication required
	hint: it does not exist, or a login is needed that may read it; --authfile names a file with logins
END
there copy --authfile auth.json "oci:$made/one:$mark" "docker://$registry/public/one:v1"
stdout <<<"$(digest "$made/one")  docker://$registry/public/one:v1"
there validate "docker://$registry/public/one:v1"
there copy "oci:$made/one:$mark" "docker://$registry/public/one:v2"
status 11
stderr <<-END
	bundler: cannot send to 'http://$registry/v2/public/one/manifests/v2': the registry says: UNAUTHORIZED: authentication required
	hint: it does not exist, or a login is needed that may write to it; --authfile names a file with logins
END

unset BUNDLER_CONFINE

begin 'TLS with a certificate of our own'
check openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem \
	-addext keyUsage=critical,keyCertSign,cRLSign
check openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout tls.key -out tls.csr
printf '%s\n' subjectAltName=DNS:localhost extendedKeyUsage=serverAuth keyUsage=critical,digitalSignature basicConstraints=critical,CA:FALSE >extensions
check openssl x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out tls.pem
registry_http=", tls: {certificate: $PWD/tls.pem, key: $PWD/tls.key}"
registry
registry_http=
run bundler copy --cache cache --ca-file ca.pem "oci:$made/many:$mark" "docker://localhost:${registry#*:}/many:v1"
stdout <<<"$(digest "$made/many")  docker://localhost:${registry#*:}/many:v1"
check mkdir trusted
check cp ca.pem trusted/ca.crt
check test "sha256:$(skopeo inspect --raw --cert-dir trusted "docker://localhost:${registry#*:}/many:v1" | sha256sum | cut -d' ' -f1)" = "$(digest "$made/many")"
check env SSL_CERT_FILE=ca.pem timeout 60 "$crane" validate --remote "localhost:${registry#*:}/many:v1"

# ---- what refers to an image ----

# signed: a copy of a layout, with a note about its image and a note about that.
signed() {
	python3 - "$made/many" signed <<-'END'
	import hashlib, json, shutil, sys
	shutil.copytree(sys.argv[1], sys.argv[2])
	root = sys.argv[2]
	index = json.load(open(f"{root}/index.json"))
	def blob(data, kind):
	    digest = hashlib.sha256(data).hexdigest()
	    open(f"{root}/blobs/sha256/{digest}", "wb").write(data)
	    return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data)}
	subject = index["manifests"][0]
	kind = "application/vnd.oci.image.manifest.v1+json"
	for text in b"seen", b"read":
	    manifest = {"schemaVersion": 2, "mediaType": kind, "artifactType": "application/x-" + text.decode(),
	                "config": blob(b"{}", "application/vnd.oci.empty.v1+json"), "layers": [blob(text, "text/plain")],
	                "subject": {key: subject[key] for key in ("mediaType", "digest", "size")},
	                "annotations": {"by": text.decode()}}
	    subject = blob(json.dumps(manifest).encode(), kind)
	    index["manifests"].append(subject)
	json.dump(index, open(f"{root}/index.json", "w"))
	END
	note=$(field signed/index.json manifests 1 digest)
	other=$(field signed/index.json manifests 2 digest)
}
# serve_referrers: $registry is one that lists what refers to what.
serve_referrers() {
	background "$referrers" 127.0.0.1:0
	wait_for grep -q 'listening on 127' background.log
	registry=$(sed -n 's/^listening on //p' background.log)
}
# listed REFERENCE: what regctl finds that refers to it.
listed() {
	regctl artifact list --format '{{range .Descriptors}}{{.Digest}} {{.ArtifactType}} {{.Annotations}}{{println}}{{end}}' "$registry/$1"
}

for kind in 'an API for them' 'lists under tags'; do
	begin "what refers to an image: a registry with $kind"
	signed
	case $kind in *API*) serve_referrers ;; *) registry ;; esac
	check regctl registry set --tls disabled "$registry"
	for name in a:v1 a:v2; do
		there copy --referrers "oci:signed:$mark" "docker://$registry/$name"
		stdout <<<"$(digest "$made/many")  docker://$registry/$name"
	done
	there copy --referrers "docker://$registry/a:v1" "docker://$registry/b:v1"
	stdout <<<"$(digest "$made/many")  docker://$registry/b:v1"
	for name in a:v1 b:v1; do
		case $kind in
		# It lists the type of the configuration.
		*API*) types=(application/vnd.oci.empty.v1+json application/vnd.oci.empty.v1+json) ;;
		*) types=(application/x-seen application/x-read) ;;
		esac
		listed $name >actual
		check test "$(sed '/^$/d' actual)" = "$note ${types[0]} map[by:seen]"
		listed "${name%:*}@$note" >actual
		check test "$(sed '/^$/d' actual)" = "$other ${types[1]} map[by:read]"
	done
	there copy --referrers "docker://$registry/b:v1" oci:back:v1
	stdout <<<"$(digest "$made/many")  oci:back:v1"
	for blob in signed/blobs/sha256/*; do check cmp "$blob" "back/blobs/sha256/${blob##*/}"; done
	check test "$(regctl artifact list --format '{{range .Descriptors}}{{.Digest}}{{end}}' ocidir://back:v1)" = "$note"
	there copy "docker://$registry/b:v1" oci:plain:v1
	stdout <<<"$(digest "$made/many")  oci:plain:v1"
	same_blobs plain "$made/many"

	begin "what others have attached to an image: a registry with $kind"
	signed
	case $kind in *API*) serve_referrers ;; *) registry ;; esac
	check regctl registry set --tls disabled "$registry"
	there copy "oci:$made/many:$mark" "docker://$registry/a:v1"
	stdout <<<"$(digest "$made/many")  docker://$registry/a:v1"
	echo text >text
	check oras attach --plain-http --artifact-type application/x-oras "$registry/a:v1" text:text/plain
	check regctl artifact put --artifact-type application/x-regctl --subject "$registry/a:v1" -f text
	listed a:v1 | sed '/^$/d' >others
	check test "$(wc -l <others)" -eq 2
	# To a list of others, one of ours; and to that, another of theirs.
	there copy --referrers "oci:signed:$mark" "docker://$registry/a:v1"
	stdout <<<"$(digest "$made/many")  docker://$registry/a:v1"
	echo more >text
	check oras attach --plain-http --artifact-type application/x-oras "$registry/a:v1" text:text/plain
	listed a:v1 | sed '/^$/d' | sort >actual
	check test "$(sort others actual | uniq -d | wc -l)" -eq 2
	check test "$(wc -l <actual)" -eq 4
	check grep -q "^$note " actual
	# All of it goes along.
	there copy --referrers "docker://$registry/a:v1" "docker://$registry/b:v1"
	stdout <<<"$(digest "$made/many")  docker://$registry/b:v1"
	listed b:v1 | sed '/^$/d' | sort | diff - actual
	check oras discover --plain-http --format json "$registry/b:v1"
	check test "$(grep -c '"digest"' "$scratch/check")" -eq 6
	there copy --referrers "docker://$registry/b:v1" oci:back:v1
	stdout <<<"$(digest "$made/many")  oci:back:v1"
	run bundler validate oci:back
	check oras discover --oci-layout --format json back:v1
	check test "$(grep -c '"digest"' "$scratch/check")" -eq 6
done

finish
