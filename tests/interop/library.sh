#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bashbrew reads the library files that bundler writes as it reads those of Docker Official Images:
# it prints the same bytes, and finds the entries, tags and architectures.
. "$(dirname "$0")/../lib.sh"

need_go bashbrew

commit=0123456789abcdef0123456789abcdef01234567
recipe=$top/configs/nats-streaming-server.yaml
name=$(sed -n '/^library:/,$s/^  name: //p' "$recipe")
version=$(sed -n 's/^version: //p' "$recipe")

# writes OPTION...: the library file of recipe.yaml, which is beside what it needs; the lock is the
# committed one.
writes() {
	cp -r "$top"/configs/*.conf "$top"/configs/*.crt "$top/configs/root" .
	check bundler library -o out "$@" --lock "${recipe%.yaml}.lock.json" recipe.yaml
	export BASHBREW_LIBRARY=$PWD/out/library BASHBREW_CACHE=$PWD/cache
}

# The variants that were last published.
historic() {
	sed -e 's/alpine: "3\.[0-9]*"/alpine: "3.18"/' -e 's/ltsc2025/"1809"/' -e '/ltsc2022/d' \
		-e '/dist: true/d' "$recipe"
}

begin 'the last release with its historic variants'
historic >recipe.yaml
writes --commit $commit
run "$bashbrew" cat "$name"
stdout <"out/library/$name"
run "$bashbrew" list --uniq "$name"
stdout <<-END
	$name:$version-alpine3.18
	$name:$version-scratch
	$name:$version-windowsservercore-1809
	$name:$version-nanoserver-1809
END
run "$bashbrew" list "$name"
stdout < <(printf "$name:%s\n" 0.25.6-alpine3.18 0.25-alpine3.18 alpine3.18 0.25.6-alpine \
	0.25-alpine alpine \
	0.25.6-scratch 0.25-scratch scratch 0.25.6-linux 0.25-linux linux 0.25.6 0.25 latest \
	0.25.6-windowsservercore-1809 0.25-windowsservercore-1809 windowsservercore-1809 \
	0.25.6-windowsservercore 0.25-windowsservercore windowsservercore \
	0.25.6-nanoserver-1809 0.25-nanoserver-1809 nanoserver-1809 \
	0.25.6-nanoserver 0.25-nanoserver nanoserver 0.25.6 0.25 latest)
run "$bashbrew" cat --format '{{range .Entries}}{{.Directory}}: {{.ArchitecturesString}}: {{.ConstraintsString}}
{{end}}' "$name"
filter '/^$/d'
stdout <<-END
	$version/alpine3.18: amd64, arm32v6, arm32v7, arm64v8: 
	$version/scratch: amd64, arm32v6, arm32v7, arm64v8: 
	$version/windowsservercore-1809: windows-amd64: windowsservercore-1809
	$version/nanoserver-1809: windows-amd64: nanoserver-1809, windowsservercore-1809
END

begin 'branches of architectures, as Dockerfile and as layout'
for form in dockerfile oci-import; do
	rm -rf out
	sed "s/scratch: dockerfile/scratch: $form/" "$recipe" >recipe.yaml
	writes --commit $commit --commit amd64=${commit//0/9} --commit arm32v7=${commit//0/8}
	filter ''
	run "$bashbrew" cat "$name"
	stdout <"out/library/$name"
	run "$bashbrew" cat --format '{{range .Entries}}{{if not .Constraints}}{{.ArchBuilder "amd64"}}{{"\n"}}{{.ArchGitFetch "arm64v8"}} {{.ArchGitCommit "arm64v8"}}{{"\n"}}{{.ArchGitFetch "amd64"}} {{.ArchGitCommit "amd64"}}{{"\n"}}{{end}}{{end}}' "$name"
	filter '/^$/d'
	stdout < <(
		echo "refs/heads/main $commit"
		echo "refs/heads/main $commit"
		[ $form = dockerfile ] || echo oci-import
		echo "refs/heads/dist-arm64v8 $commit"
		echo "refs/heads/dist-amd64 ${commit//0/9}"
	)
done

begin 'the default branch and the default architecture'
historic | sed -e '/1809/d' -e 's|^  platforms: \[linux/amd64, .*|  platforms: [linux/amd64]|' >recipe.yaml
writes --commit $commit --branch master
run "$bashbrew" cat "$name"
stdout <"out/library/$name"

# bashbrew fetches the commit that the library file names, and reads FROM and COPY --from of each
# Dockerfile in it.
begin 'its own commit: the bases of each, and an order to build them in'
sed -e '/dist: true/d' -e "s|^  repository: .*|  repository: file://$PWD/out|" "$recipe" >recipe.yaml
git init -q -b main out
writes
git -C out add -A
git -C out -c user.name=test -c user.email=test@example.com commit -qm "$version"
writes
run "$bashbrew" from --uniq "$name"
stdout < <(
	echo "$name:$version-alpine3.22: alpine:3.22"
	echo "$name:$version-scratch: scratch"
	for windows in ltsc2025 ltsc2022; do
		core=$name:$version-windowsservercore-$windows
		echo "$core: mcr.microsoft.com/windows/servercore:$windows"
		echo "$name:$version-nanoserver-$windows: mcr.microsoft.com/windows/nanoserver:$windows $core"
	done
)
check sh -c '"$@" >order' - "$bashbrew" list --uniq --build-order "$name"
check diff <(sort order) <("$bashbrew" list --uniq "$name" | sort)
check diff <(grep -E 'ltsc2022$' order) - <<-END
	$name:$version-windowsservercore-ltsc2022
	$name:$version-nanoserver-ltsc2022
END

finish
