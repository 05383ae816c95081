#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Statements about images, as other tools find and read them in layouts and in registries.
# tests/run: timeout=600 seconds=60
. "$(dirname "$0")/lib.sh"

need docker-registry skopeo
need_go crane
need_go regctl
need_go oras
need_go statements
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

# there COMMAND...: with what is needed to reach $registry, and the product.
there() { run bundler "$1" --cache "$scratch/product/cache" --plain-http "$registry" "${@:2}" "$scratch/product/tiny.yaml"; }
# quiet: what was printed is not compared.
quiet() { stdout < <(cat "$scratch/stdout"); }
# listed REFERENCE: types of what regctl finds that refers to it.
listed() {
	regctl artifact list --format '{{range .Descriptors}}{{.ArtifactType}} {{index .Annotations "in-toto.io/predicate-type"}}{{println}}{{end}}' "$1" | sed '/^$/d'
}
provenance='application/vnd.in-toto+json https://slsa.dev/provenance/v1'
sbom='application/vnd.in-toto+json https://spdx.dev/Document'

begin 'a layout: regctl, oras and skopeo'
run bundler image --attest sbom,provenance -o oci:layout:1.0 "${product[@]}"
quiet
index=$(digest layout)
check test "$(listed ocidir://layout:1.0)" = "$provenance"
for number in 0 1 2; do
	image=$(field "$(blob layout "$index")" manifests $number digest)
	check test "$(listed "ocidir://layout@$image")" = "$provenance
$sbom"
	regctl artifact get --subject "ocidir://layout@$image" \
		--filter-annotation in-toto.io/predicate-type=https://slsa.dev/provenance/v1 >statement
	check test "sha256:$(field statement subject 0 digest sha256)" = "$image"
	regctl artifact get --subject "ocidir://layout@$image" \
		--filter-annotation in-toto.io/predicate-type=https://spdx.dev/Document >contents
	run "$statements" statement contents
	stdout <<-'END'
		https://slsa.dev/provenance/v1 1
		https://bundler.example/buildtypes/image/v1 https://bundler.example/builders/local/v1
		https://spdx.dev/Document 1
	END
done
regctl artifact get --subject ocidir://layout:1.0 >statement
run "$statements" statement
stdout <<-'END'
	https://slsa.dev/provenance/v1 4
	https://bundler.example/buildtypes/image/v1 https://bundler.example/builders/local/v1
END
check oras discover --oci-layout --format json layout:1.0
check test "$(grep -c application/vnd.in-toto+json "$scratch/check")" -eq 1
check skopeo copy -q --all oci:layout:1.0 oci:copy:1.0
same_blobs copy "$made/many"

begin 'a registry: sent by image, stated later, and audited'
registry
check regctl registry set --tls disabled "$registry"
there image --attest sbom,provenance -o "docker://$registry/a:v1"
quiet
there image -o "docker://$registry/b:v1"
quiet
there attest --attest sbom,provenance "docker://$registry/b:v1"
quiet
for name in a b; do
	check test "$(crane digest --insecure "$registry/$name:v1")" = "$(digest "$made/many")"
	check test "$(listed "$registry/$name:v1")" = "$provenance"
	image=$(field "$(blob "$made/many" "$(digest "$made/many")")" manifests 1 digest)
	check test "$(listed "$registry/$name@$image")" = "$provenance
$sbom"
	regctl artifact get --subject "$registry/$name@$image" \
		--filter-annotation in-toto.io/predicate-type=https://slsa.dev/provenance/v1 >statement
	check test "sha256:$(field statement subject 0 digest sha256)" = "$image"
	there audit -q --referrers "docker://$registry/$name:v1"
	filter 's/; [0-9]+ notes?\)/)/'
	stdout <<<'verdict: identical (linux/amd64, linux/arm64, linux/arm/v7)'
	filter ''
done
run bundler copy --referrers --cache cache --plain-http "$registry" "docker://$registry/a:v1" oci:back:v1
quiet
check test "$(listed ocidir://back:v1)" = "$provenance"
run bundler audit -q "${product[@]:0:3}" oci:back:v1 "${product[3]}"
filter 's/; [0-9]+ notes?\)/)/'
stdout <<<'verdict: identical (linux/amd64, linux/arm64, linux/arm/v7)'
filter ''
cp -r "$scratch/product" product
echo '# a comment' >>product/tiny.yaml
run bundler audit -q --referrers --cache cache --mirror "file://$scratch/product/mirror" --plain-http "$registry" "docker://$registry/a:v1" product/tiny.yaml
status 1
filter 's/; [0-9]+ notes?\)/)/'
stdout <<<'verdict: different (linux/amd64, linux/arm64, linux/arm/v7; 4 differences)'
filter ''

begin 'in the index, as BuildKit has it: docker, skopeo and crane take the image'
registry
check regctl registry set --tls disabled "$registry"
there image --attest sbom,provenance --attest-style buildkit -o "docker://$registry/a:v1"
quiet
check crane validate --insecure --remote "$registry/a:v1"
check skopeo copy -q --all --src-tls-verify=false "docker://$registry/a:v1" oci:back:v1
run bundler audit -q "${product[@]:0:3}" oci:back:v1 "${product[3]}"
filter 's/; [0-9]+ notes?\)/)/'
stdout <<<'verdict: identical (linux/amd64, linux/arm64, linux/arm/v7)'
filter ''
check skopeo copy -q --override-arch amd64 --src-tls-verify=false "docker://$registry/a:v1" oci:one:v1
check test "$(digest one)" = "$(digest "$made/one")"
check docker pull -q "$registry/a:v1"
check test "$(docker image inspect --format '{{.Id}}' "$registry/a:v1")" = "$(config_digest "$made/one")"
check docker rmi "$registry/a:v1"

finish
