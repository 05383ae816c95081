#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Programs that keep logins: when one is run, what it is told, how it may fail, and what is left of it.
# tests/run: timeout=600 seconds=65
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network registry.corp.example=203.0.113.50 auth.corp.example=203.0.113.51 other.corp.example=203.0.113.52 \
	registry-1.docker.io=203.0.113.54 "$@"
certificates
certificate registry ca 'DNS:registry.corp.example,DNS:auth.corp.example,DNS:other.corp.example,DNS:registry-1.docker.io'
python3 "$top/tests/make_layout.py" "$scratch/made" good || bail_out 'the image could not be made'

# An image of one layer, by what its parts are.
made=$scratch/made/good/image
value() { python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]: value = value[int(key) if key.isdigit() else key]
print(value)' "$@"; }
manifest=$(value "$made/index.json" manifests 0 digest)
config=$(value "$made/blobs/${manifest/://}" config digest)
layer=$(value "$made/blobs/${manifest/://}" layers 0 digest)

registry=registry.corp.example
image=docker://$registry/demo:1
tag_url=https://$registry/v2/demo/manifests/1
A=203.0.113.50:443 B=203.0.113.51:443 C=203.0.113.52:443 D=203.0.113.54:443

# Rules (registry.py): a registry that asks for a token or for a password, and a token service.
tagged="say 200 'Content-Type: application/vnd.oci.image.manifest.v1+json' @$made/blobs/${manifest/://}"
blobs="*/blobs/$config say 200 @$made/blobs/${config/://} ;; */blobs/$layer say 200 @$made/blobs/${layer/://}"
good="*/manifests/* $tagged ;; $blobs"
bearer="401 'WWW-Authenticate: Bearer realm=\"https://auth.corp.example/token\",service=\"corp\"'"
token="/token* say 200 '<{\"token\": \"T1\"}'"
by_token="*!Bearer_T1 say $bearer ;; $good"
# user u, password pa55w0rd
basic_=Basic_dTpwYTU1dzByZA==
basic="Authorization: ${basic_/_/ }"
by_password="*!$basic_ say 401 'WWW-Authenticate: Basic realm=x' ;; $good"

# helper NAME COMMAND: a program that keeps logins; it notes how it was called. Only this test has it.
paths=$PATH
helper() {
	mkdir -p bin
	printf '%s\n' '#!/bin/sh' "echo \"\${0##*/} \$* \$(cat)\" >>'$PWD/called'" "$2" >"bin/docker-credential-$1"
	chmod 755 "bin/docker-credential-$1"
	PATH=$PWD/bin:$paths
}
has_login='echo "{\"ServerURL\": \"x\", \"Username\": \"u\", \"Secret\": \"pa55w0rd\"}"'
not_found='echo credentials not found in native keychain; exit 1'
called() { run cat called; stdout; }

# kept NAME [SERVER]: the file with logins says so.
kept() { echo "{\"auths\": {\"${2:-$registry}\": {}}, \"credHelpers\": {\"${2:-$registry}\": \"$1\"}}" >auth.json; }

with=(--cache cache --ca-file "$pki/ca.pem" --authfile auth.json)
pull() { run bundler validate "${with[@]}" "$@"; }

# What was sent where, in words: A and C are registries, D is Docker Hub's, B is a token service.
sent() {
	sed -E "s,^$A,A,; s,^$B,B,; s,^$C,C,; s,^$D,D,; s,/v2/(library/)?demo/manifests/1,TAG,; s,/v2/(library/)?demo/blobs/$config,CONFIG,
		s,/v2/(library/)?demo/blobs/$layer,LAYER,; s, GET,,; s, Accept: application/.*,,
		s,scope=repository%3Ademo%3Apull,PULL," requests >requests.words
	mv requests.words requests
	requests
}

# A program that is never done, and so takes the whole time that it has: the last test waits for it.
mkdir "$scratch/late"
(
	cd "$scratch/late" || exit
	helper late 'echo $$ >pid; exec sleep 600'
	kept late "$registry:8443"
	exec setsid python3 "$top/tests/registry.py" 203.0.113.50:8443/$pki/registry.all="$by_token" >/dev/null 2>&1
) &
late_registry=$!
(
	cd "$scratch/late" && wait_for test -e listening
	PATH=$scratch/late/bin:$PATH
	began=$SECONDS
	HOME=$scratch/late bundler validate "${with[@]}" "docker://$registry:8443/demo:1" >out 2>err </dev/null &
	echo $! >running
	wait $!
	echo "$? $((SECONDS - began))" >ended
) &
on_exit "kill $late_registry $! \$(cat '$scratch/late/running') 2>/dev/null"

# ---- what is asked, and when ----

begin 'a program keeps the login, and is asked when the registry asks'
helper corp "echo noise >&2; $has_login"
kept corp
serve_rules "$A=$by_token" "$B=$token"
pull "$image"
called <<<"docker-credential-corp get $registry"
sent <<-END
A TAG
B /token?account=u&service=corp&PULL $basic
A TAG Authorization: Bearer T1
A CONFIG Authorization: Bearer T1
A LAYER Authorization: Bearer T1
END

begin 'it is not asked where the registry does not'
helper corp "$has_login"
kept corp
serve_rules "$A=$good"
pull "$image"
check test ! -e called
sent <<-'END'
A TAG
A CONFIG
A LAYER
END

begin 'nor for another registry than the one that asks'
helper corp "$has_login"
helper other "$has_login"
echo "{\"credHelpers\": {\"$registry\": \"corp\", \"other.corp.example\": \"other\"}}" >auth.json
serve_rules "$A=$by_password" "$C=$good"
run bundler diff "${with[@]}" "$image" docker://other.corp.example/demo:1
stdout <<<'verdict: identical'
called <<<"docker-credential-corp get $registry"
check test "$(grep "^$C" requests | grep -c Authorization)" -eq 0

begin 'a port is a part of the name'
helper corp "$has_login"
kept corp "$registry:5000"
serve_rules "203.0.113.50:5000=$by_password" "$A=$by_password"
pull "docker://$registry:5000/demo:1"
called <<<"docker-credential-corp get $registry:5000"
pull "$image"
status 6
check test "$(grep -c . called)" -eq 1
stderr <<-END
bundler: cannot fetch '$tag_url': HTTP status 401 (Unauthorized)
hint: it does not exist, or a login is needed that may read it; --authfile names a file with logins
END

begin "Docker Hub's logins have the name of old"
helper corp "$has_login"
kept corp docker.io
serve_rules "$D=$by_password"
pull docker://demo:1
called <<<'docker-credential-corp get https://index.docker.io/v1/'

begin 'a token in the place of a password'
helper corp 'echo "{\"Username\": \"<token>\", \"Secret\": \"ID\"}"'
kept corp
serve_rules "$A=$by_token" "$B='POST /token' say 200 '<{\"token\": \"T1\"}'"
pull "$image"
sent <<-END
A TAG
B POST /token grant_type=refresh_token&service=corp&PULL&client_id=bundler&refresh_token=ID
A TAG Authorization: Bearer T1
A CONFIG Authorization: Bearer T1
A LAYER Authorization: Bearer T1
END

# stored TEXT: a file with a program for all hosts.
stored() {
	begin "a program for all hosts: $1"
	helper store "$has_login"
	echo "$2" >auth.json
	serve_rules "$A=$by_password"
	pull "$image"
	called <<<"docker-credential-store get $registry"
	sent <<-END
	A TAG
	A TAG $basic
	A CONFIG $basic
	A LAYER $basic
	END
}
stored 'no entry' '{"credsStore": "store"}'
stored 'an empty entry' "{\"auths\": {\"$registry\": {}}, \"credsStore\": \"store\"}"
stored 'another host has its own' '{"credHelpers": {"other.corp.example": "other"}, "credsStore": "store"}'

begin 'a program for all hosts is not asked for what the file has'
helper store 'exit 2'
echo "{\"auths\": {\"$registry\": {\"auth\": \"dTpwYTU1dzByZA==\"}}, \"credsStore\": \"store\"}" >auth.json
serve_rules "$A=$by_password"
pull "$image"
check test ! -e called

begin 'a program for the host goes before what the file has, and before one for all'
helper corp "$has_login"
helper store 'exit 2'
echo "{\"auths\": {\"$registry\": {\"auth\": \"eDp5\"}}, \"credHelpers\": {\"$registry\": \"corp\"}, \"credsStore\": \"store\"}" >auth.json
serve_rules "$A=$by_password"
pull "$image"
called <<<"docker-credential-corp get $registry"

begin 'no login there: the next file'
helper corp "$not_found"
mkdir -p "$HOME/.docker" "$HOME/.config/containers"
kept corp
mv auth.json "$HOME/.config/containers/"
echo "{\"auths\": {\"$registry\": {\"auth\": \"dTpwYTU1dzByZA==\"}}}" >"$HOME/.docker/config.json"
serve_rules "$A=$by_password"
run bundler validate "${with[@]:0:4}" "$image"
called <<<"docker-credential-corp get $registry"
sent <<-END
A TAG
A TAG $basic
A CONFIG $basic
A LAYER $basic
END

begin 'no login anywhere'
helper corp "$not_found"
kept corp
serve_rules "$A=$by_password"
pull "$image"
status 6
stderr <<-END
bundler: cannot fetch '$tag_url': HTTP status 401 (Unauthorized)
hint: it does not exist, or a login is needed that may read it; --authfile names a file with logins
END
sent <<<'A TAG'

# ---- once ----

begin 'it is asked once for two repositories'
helper corp "$has_login"
kept corp
serve_rules "$A=$by_password"
run bundler diff "${with[@]}" "$image" "docker://$registry/other:1"
stdout <<<'verdict: identical'
called <<<"docker-credential-corp get $registry"

begin 'it is asked once when a token has expired'
helper corp "$has_login"
kept corp
serve_rules "$A=*/manifests/*!Bearer_T1 say $bearer ;; */blobs/*!Bearer_T2 say $bearer ;; $good" \
	"$B=1*/token* say 200 '<{\"token\": \"T1\"}' ;; /token* say 200 '<{\"token\": \"T2\"}'"
pull "$image"
called <<<"docker-credential-corp get $registry"
check test "$(grep -c "^$B" requests)" -eq 2

begin 'it is asked once when it fails, by whichever thread'
helper corp 'sleep 0.5; exit 2'
kept corp
serve_rules "$A=*/blobs/*!Bearer_T1 say $bearer ;; $good" "$B=$token"
pull "$image"
status 9
stderr <<-END
bundler: cannot use the login at '$registry' of 'auth.json': docker-credential-corp ended with status 2
hint: write it to a file ('skopeo login --authfile FILE') and name that with --authfile
END
called <<<"docker-credential-corp get $registry"

# ---- commands ----

begin 'audit'
release 1000
helper corp "$has_login"
kept corp
serve_rules "$A=$by_password"
run bundler audit --pinned -p linux/amd64 "${with[@]}" "$image" demo.yaml
status 3
stderr <<-'END'
bundler: cannot use what is pinned: lock 'demo.lock.json' pins no results for 'linux/amd64'
hint: 'bundler lock --record' pins them; --lock names another lock
END
called <<<"docker-credential-corp get $registry"

begin 'copy: one question for reading and for writing'
helper corp "$has_login"
kept corp
challenge="say 401 'WWW-Authenticate: Basic realm=x'"
serve_rules "$A=POST *!$basic_ $challenge ;; PUT *!$basic_ $challenge ;; HEAD *!$basic_ $challenge ;; $by_password ;;
	POST * say 202 'Location: /up' ;; PUT * say 201 ;; 1*HEAD /v2/new/manifests/* say 404 ;;
	HEAD /v2/new/manifests/1 say 200 'Docker-Content-Digest: $manifest'"
run bundler copy "${with[@]}" "$image" "docker://$registry/new:1"
stdout <<<"$manifest  docker://$registry/new:1"
called <<<"docker-credential-corp get $registry"

begin 'without confinement'
helper corp "$has_login"
kept corp
serve_rules "$A=$by_password"
BUNDLER_CONFINE=off pull "$image"
called <<<"docker-credential-corp get $registry"

begin 'nothing of the login is in a report'
helper corp "$has_login"
kept corp
serve_rules "$A=$by_password"
pull --json "$image"
check test "$(cat "$scratch/stdout" "$scratch/stderr" | grep -cE 'pa55w0rd|dTpwYTU1|"u"')" -eq 0
check grep -q . "$scratch/stdout"
stdout <"$scratch/stdout"

# ---- what fails ----

# helpless NAME COMMAND STATUS REASON [KEPT]: no login comes of it, and nothing is sent after the challenge.
helpless() {
	begin "$1"
	helper corp "$2"
	kept "${5-corp}"
	serve_rules "$A=$by_token" "$B=$token"
	pull "$image"
	status "$3"
	stderr <<-END
	bundler: cannot use the login at '$registry' of 'auth.json': $4
	hint: write it to a file ('skopeo login --authfile FILE') and name that with --authfile
	END
	sent <<<'A TAG'
}
refused_name() {
	helpless "the name '$1'" true 9 "cannot run docker-credential-$1: this is not the name of a program" "$1"
	check test ! -e called
}

helpless 'a program that is not there' true 9 'cannot run docker-credential-other: it is not in PATH' other
helpless 'a program of two dots' true 9 'cannot run docker-credential-..: it is not in PATH' ..
refused_name ../corp
refused_name 'a b'
refused_name 'corp;id'
refused_name ''
helpless 'a program that fails, with escapes' "printf 'locked\\033[2J\\nhidden'; exit 1" 9 \
	'docker-credential-corp ended with status 1: locked\x1b[2J'
helpless 'a program that fails with many words' 'printf "%0300d" 0; exit 1' 9 \
	"docker-credential-corp ended with status 1: $(printf '%0200d' 0)"
helpless 'a program that fails without words' 'echo hidden >&2; exit 3' 9 'docker-credential-corp ended with status 3'
helpless 'a program whose own tool is not there' 'echo no tool; exit 127' 9 \
	'docker-credential-corp ended with status 127: no tool'
helpless 'a program that is killed' 'kill -9 $$' 9 'docker-credential-corp ended with status 137'
helpless 'a program that prints something else' 'echo hidden' 9 'docker-credential-corp printed no login'
helpless 'a program that prints without end' 'yes hidden' 10 \
	'cannot run docker-credential-corp: it printed more than 65536 bytes'
helpless 'a program that prints a byte too much' 'printf "%-65537s" "{\"Username\": \"u\", \"Secret\": \"hidden\"}"' 10 \
	'cannot run docker-credential-corp: it printed more than 65536 bytes'

begin 'a program that prints as much as it may'
helper corp 'printf "%-65536s" "{\"Username\": \"u\", \"Secret\": \"pa55w0rd\"}"'
kept corp
serve_rules "$A=$by_password"
pull "$image"

begin 'a program that cannot be run'
helper corp true
chmod 644 bin/docker-credential-corp
kept corp
serve_rules "$A=$by_token" "$B=$token"
pull "$image"
status 9
stderr <<-END
bundler: cannot use the login at '$registry' of 'auth.json': cannot run docker-credential-corp: Permission denied
hint: write it to a file ('skopeo login --authfile FILE') and name that with --authfile
END

# ---- what it has, and what is left of it ----

begin 'it has no file of this program, nor what this one was given'
helper corp "ls -l /proc/self/fd | sed -n 's/.*-> //p' >fds; $has_login"
kept corp
serve_rules "$A=$by_password"
pull "$image" 5</dev/zero
run sed 's/[0-9].*//' fds
stdout <<-'END'
pipe:[
pipe:[
/dev/null
/proc/
END

begin 'without a registry there is no process for it'
mkfifo pipe
(exec bundler validate docker-archive:- <pipe >out 2>&1) &
started=$!
exec 6>pipe
wait_for eval '[ "$(readlink /proc/$started/exe)" = "$(realpath "$BUNDLER")" ]'
sleep 0.3
check test -z "$(pgrep -P $started)"
exec 6>&-
wait $started

# under_way COMMAND [RULES]: a program that is not done; the process that waits for it in $!.
under_way() {
	helper corp "echo \$\$ >>pids; $1"
	kept corp
	serve_rules "$A=${2:-$by_token}" "$B=$token"
	background env --default-signal=INT bundler validate "${with[@]}" "$image"
	wait_for test -s pids
	began=$SECONDS
}
# gone STATUS: bundler has ended so, and at once, and nothing that it has started is there.
gone() {
	wait $! 2>/dev/null
	check test $? -eq "$1"
	check test $((SECONDS - began)) -lt 8
	wait_for eval '! kill -0 $(cat pids) 2>/dev/null'
	wait_for eval '! pgrep -g $! >/dev/null'
}

begin 'the process that reads images has no way to it'
under_way 'exec sleep 600'
check test "$(find /proc/$!/fd -lname 'socket:*' | grep -c .)" -eq 1	# to the one that has the network
kill -TERM $!
gone 143

begin 'an interrupt from the terminal ends all'
under_way 'exec sleep 600'
kill -INT -- -$!
gone 130

begin 'an interrupt to the command alone ends all'
under_way 'exec sleep 600'
kill -INT $!
gone 130

begin 'what it has started, too'
under_way 'sleep 600 & echo $! >>pids; exec sleep 600'
wait_for eval '[ "$(grep -c . pids)" -eq 2 ]'
kill -TERM $!
gone 143

begin 'a program that has closed its output'
under_way 'exec sleep 600 >&-'
sleep 0.3
kill -INT $!
gone 130

begin 'a program that takes no signal'
under_way 'trap "" INT TERM HUP; sleep 600; sleep 600'
kill -INT -- -$!
gone 130

for i in 1 2 3; do
	begin "an interrupt when several wait for it, $i"
	under_way 'exec sleep 600' "*/blobs/*!Bearer_T1 say $bearer ;; $good"
	sleep 0.2
	kill -INT $!
	gone 130
done

begin 'it ends when the command is killed'
under_way 'exec sleep 600'
kill -KILL $!
gone 137

begin 'it ends when the process that has asked is killed'
under_way 'exec sleep 600'
broker=$(ps -o ppid= "$(cat pids)" | tr -d ' ')
kill -KILL "$(pgrep -P $! | grep -vx "$broker")"
gone 9
check grep -qx 'bundler: cannot fetch: the process for it has ended' background.log

begin 'when what runs it is killed, the command says so'
under_way 'exec sleep 600'
kill -KILL "$(ps -o ppid= "$(cat pids)" | tr -d ' ')"
wait $!
check test $? -eq 9
check grep -qx "bundler: cannot use the login at '$registry' of 'auth.json': cannot run docker-credential-corp: the process for it has ended" \
	background.log
kill "$(cat pids)"

begin 'a program that is not done in time'
for ((i = 0; i < 240; i++)); do
	[ -z "$left_out" ] && [ ! -e ../late/ended ] || break
	sleep 0.25
done
check diff -u - ../late/err <<-END
bundler: cannot use the login at '$registry:8443' of 'auth.json': cannot run docker-credential-late: it was not done within 30 s
hint: write it to a file ('skopeo login --authfile FILE') and name that with --authfile
END
check grep -qE '^9 (29|3[0-9])$' ../late/ended
check eval '! kill -0 $(cat ../late/pid)'

finish
