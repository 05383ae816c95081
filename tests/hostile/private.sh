#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Private sources: to whom logins, tokens and fields are sent, and to whom not. In each test the log of
# all servers is compared.
# tests/run: seconds=40
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
. "$(dirname "$0")/../product.sh"
network "$@"
certificates

MIRROR8=203.0.113.30:8443/good HERE=127.0.0.1:8080/plain
OPEN=203.0.113.30:8080/plain INSIDE=10.1.2.3:443/good
mirror=https://mirror.example/m
login="Basic $(printf 'ann:SECRET' | base64)"

start() {
	release 100
	printf 'machine mirror.example login ann password SECRET\n' >netrc
	printf 'https://mirror.example X-Key: SECRET key\n' >headers
	chmod 600 netrc headers
}

# Nothing of a secret is in what the program prints, or leaves.
secret() {
	check test -z "$(grep -rls SECRET "$scratch/stdout" "$scratch/stderr" cache demo.lock.json)"
	check test -z "$(grep -rls "${login#* }" "$scratch/stdout" "$scratch/stderr" cache demo.lock.json)"
}

get() { fetch "$@"; secret; }

# ---- each goes to its origin ----

begin 'netrc: the mirror has the login, the origin has not'
start
serve "$MIRROR=status 503 Retry-After:3000" "$GITHUB=file $archive"
get --netrc netrc --mirror "$mirror"
fetched
stderr_stated=1
requests <<-END
203.0.113.30:443 GET /m/$asset authorization: $login
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
END

begin 'netrc: for any port of the host, over https'
start
serve "$MIRROR8=file $archive"
get --netrc netrc --mirror https://MIRROR.example:8443
fetched
requests <<-END
203.0.113.30:8443 GET /$asset authorization: $login
END

begin 'its place: --netrc, NETRC, HOME'
start
for name in option variable home; do
	printf 'machine mirror.example login %s password SECRET\n' $name >$name
	chmod 600 $name
done
cp -p home "$HOME/.netrc"
serve "$MIRROR=file $archive"
export NETRC=$PWD/variable
get --netrc option --mirror "$mirror"
fetched
rm -r cache
get --mirror "$mirror"
fetched
rm -r cache
export NETRC=
get --mirror "$mirror"
fetched
unset NETRC
requests <<-END
203.0.113.30:443 GET /m/$asset authorization: Basic $(printf option:SECRET | base64)
203.0.113.30:443 GET /m/$asset authorization: Basic $(printf variable:SECRET | base64)
203.0.113.30:443 GET /m/$asset authorization: Basic $(printf home:SECRET | base64)
END

begin 'a token: its origin has it, no other port, no name that begins so'
start
serve "$MIRROR=status 404" "$MIRROR8=status 404" "$GITHUB=file $archive"
BUNDLER_TOKEN='https://mirror.example SECRET' get --mirror "$mirror" --mirror https://mirror.example:8443
fetched
stderr_stated=1
requests <<-END
203.0.113.30:443 GET /m/$asset authorization: Bearer SECRET
203.0.113.30:8443 GET /$asset
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
END

begin 'a token for another port'
start
serve "$MIRROR=status 404" "$MIRROR8=file $archive"
BUNDLER_TOKEN='https://mirror.example:8443 SECRET' get --mirror "$mirror" --mirror https://mirror.example:8443
fetched
stderr_stated=1
requests <<-END
203.0.113.30:443 GET /m/$asset
203.0.113.30:8443 GET /$asset authorization: Bearer SECRET
END

begin 'fields: each origin has its own'
start
cat >headers <<-'END'
	# one of each
	https://mirror.example X-Key: SECRET one
	  https://mirror.example	X-More:two	words 

	https://GitHub.com:443 Authorization: Token SECRET
	https://other.example X-Key: SECRET never
END
serve "$MIRROR=status 404" "$GITHUB=file $archive"
get --header-file headers --mirror "$mirror"
fetched
stderr_stated=1
requests <<-END
203.0.113.30:443 GET /m/$asset x-key: SECRET one x-more: two	words
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset authorization: Token SECRET
END

begin 'of several Authorization fields one is sent: of the file, the token, the login'
start
serve "$MIRROR=file $archive"
BUNDLER_TOKEN='https://mirror.example SECRET' get --netrc netrc --header-file headers --mirror "$mirror"
fetched
rm -r cache
echo 'https://mirror.example authorization: Mine SECRET' >>headers
BUNDLER_TOKEN='https://mirror.example SECRET' get --netrc netrc --header-file headers --mirror "$mirror"
fetched
requests <<-END
203.0.113.30:443 GET /m/$asset authorization: Bearer SECRET x-key: SECRET key
203.0.113.30:443 GET /m/$asset authorization: Mine SECRET x-key: SECRET key
END

begin 'a checksum file and an archive, by lock'
start
rm demo.lock.json
echo "${entry#*/}  $asset" >sums
serve "$GITHUB=file $PWD/sums ;; file $archive"
BUNDLER_TOKEN='https://github.com SECRET' run bundler lock --download --cache cache demo.yaml
stdout_stated=1 stderr_stated=1
secret
requests <<-END
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/SHA256SUMS authorization: Bearer SECRET
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset authorization: Bearer SECRET
END

begin 'the process of audit that fetches has them'
start
mkdir demo
make_elf 62 64 20000 >demo/demo
tar --format=ustar --owner=0 --group=0 -c demo | gzip -9n >archive
digest=$(sha256sum <archive | cut -d' ' -f1)
sed -i "s/${entry#*/}/$digest/; s/\"size\": 100/\"size\": $(stat -c %s archive)/" demo.lock.json
serve "$MIRROR=file $archive"
mkdir empty
run bundler audit -q dir:empty --cache cache --netrc netrc --mirror "$mirror" demo.yaml
status 1
stdout_stated=1 stderr_stated=1
secret
requests <<-END
203.0.113.30:443 GET /m/$asset authorization: $login
END

begin 'a download that is resumed, and one that is asked for again'
start
serve "$MIRROR=cut $archive 40 ;; file $archive"
get --netrc netrc --header-file headers --mirror "$mirror"
fetched
stderr_stated=1
requests <<-END
203.0.113.30:443 GET /m/$asset authorization: $login x-key: SECRET key
203.0.113.30:443 GET /m/$asset range: bytes=40- if-range: "$(sha256sum <archive | head -c 16)" authorization: $login x-key: SECRET key
END

begin 'a proxy is asked for a tunnel, and sees nothing'
start
serve 203.0.113.40:3128/plain=proxy "$MIRROR=file $archive"
https_proxy=http://proxy.example:3128 get --netrc netrc --header-file headers --mirror "$mirror"
fetched
requests <<-END
203.0.113.40:3128 CONNECT mirror.example:443
203.0.113.30:443 GET /m/$asset authorization: $login x-key: SECRET key
END

begin '--offline reads no secret'
start
serve "$MIRROR=file $archive"
get --mirror "$mirror"
fetched
BUNDLER_TOKEN=x get --offline --netrc missing --header-file missing
fetched

# ---- redirects ----

begin 'a redirect within the origin keeps them'
start
serve "$MIRROR=redirect /elsewhere ;; file $archive"
get --netrc netrc --header-file headers --mirror "$mirror"
fetched
requests <<-END
203.0.113.30:443 GET /m/$asset authorization: $login x-key: SECRET key
203.0.113.30:443 GET /elsewhere authorization: $login x-key: SECRET key
END

for to in https://release-assets.githubusercontent.com/x https://mirror.example:8443/x; do
	begin "a redirect to $to does not, not even when it leads back"
	start
	serve "$MIRROR=redirect $to ;; file $archive" "$MIRROR8=redirect $mirror/back" \
		"$ASSETS=redirect $mirror/back"
	get --header-file headers --mirror "$mirror" --mirror https://mirror.example:8443
	fetched
	check test "$(sed -n 1p requests)" = "203.0.113.30:443 GET /m/$asset x-key: SECRET key"
	check grep -q ' GET /x$' requests
	check grep -qx '203.0.113.30:443 GET /m/back' requests
	check test "$(wc -l <requests)" -eq 3
done

begin 'a redirect to an origin that has a login of its own: it is not sent there'
start
echo 'machine release-assets.githubusercontent.com login bob password SECRET' >>netrc
serve "$GITHUB=redirect https://release-assets.githubusercontent.com/x" "$ASSETS=file $archive"
get --netrc netrc
fetched
requests <<-END
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
203.0.113.20:443 GET /x
END

begin 'a redirect to plain http is refused'
start
serve "$MIRROR=redirect http://mirror.example:8080/x" "$OPEN=file $archive" "$GITHUB=status 404"
get --netrc netrc --mirror "$mirror"
status 6
stderr_stated=1
requests <<-END
203.0.113.30:443 GET /m/$asset authorization: $login
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
END

begin 'a server outside that leads inside'
start
printf 'https://intranet.example X-Key: SECRET\n' >headers
serve "$GITHUB=redirect https://intranet.example/x" "$INSIDE=file $archive"
get --header-file headers
status 6
stderr_stated=1
requests <<-END
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
END

# ---- plain http ----

begin 'plain http: the login of netrc is held back, and a refusal says so'
start
serve "$OPEN=status 401" "$GITHUB=status 404"
get --netrc netrc --mirror http://mirror.example:8080
status 6
stderr <<-END
	note: cannot fetch 'http://mirror.example:8080/$asset': HTTP status 401 (Unauthorized)
	note: cannot fetch '$origin/$asset': HTTP status 404 (Not Found)
	bundler: cannot fetch 'http://mirror.example:8080/$asset': HTTP status 401 (Unauthorized)
	hint: 'netrc' has a login for 'mirror.example', which was not sent: it goes over plain http to this machine only
END
requests <<-END
203.0.113.30:8080 GET /$asset
203.0.113.10:443 GET /demo/demo/releases/download/v1.0/$asset
END

begin 'plain http: this machine has it, by number and by name'
start
printf 'machine 127.0.0.1 login ann password SECRET\nmachine localhost login ann password SECRET\n' >netrc
serve "$HERE=file $archive"
get --netrc netrc --mirror http://127.0.0.1:8080
fetched
rm -r cache
get --netrc netrc --mirror http://localhost:8080
fetched
rm -r cache
BUNDLER_TOKEN='http://127.0.0.1:8080 SECRET' get --mirror http://127.0.0.1:8080
fetched
requests <<-END
127.0.0.1:8080 GET /$asset authorization: $login
127.0.0.1:8080 GET /$asset authorization: $login
127.0.0.1:8080 GET /$asset authorization: Bearer SECRET
END

begin 'plain http: a name that leads to this machine today is not this machine'
start
printf 'machine here.example login ann password SECRET\n' >netrc
serve "$HERE=file $archive"
get --netrc netrc --mirror http://here.example:8080
fetched
requests <<-END
127.0.0.1:8080 GET /$asset
END

begin 'plain http: nor is a proxy asked'
start
printf 'machine localhost login ann password SECRET\n' >netrc
serve "$HERE=file $archive" 203.0.113.40:3128/plain=proxy
http_proxy=http://proxy.example:3128 get --netrc netrc --mirror http://localhost:8080
fetched
requests <<-END
127.0.0.1:8080 GET /$asset authorization: $login
END

# ---- what is refused ----

begin 'a login that the server does not know'
start
serve "$GITHUB=status 403"
printf 'machine github.com login ann password SECRET\n' >netrc
get --netrc netrc
status 6
stderr <<-END
	bundler: cannot fetch '$origin/$asset': HTTP status 403 (Forbidden)
	hint: the server does not accept what 'netrc' has for it
END

begin 'a file that others may read or write'
start
serve "$MIRROR=file $archive"
for mode in 640 604 620 602; do
	chmod $mode netrc headers
	reason='others may read it'
	case $mode in
	6?2 | 62?) reason='it belongs to another user, or others may write to it' ;;
	esac
	for words in '--netrc netrc' '--header-file headers'; do
		get $words --mirror "$mirror"
		status 9
		stderr <<-END
			bundler: cannot use secrets in '${words#* }': $reason
			hint: make it yours alone: chmod 600
		END
	done
done
chmod 600 netrc
chown 12345 netrc
NETRC=netrc get --mirror "$mirror"
status 9
stderr <<-'END'
	bundler: cannot use secrets in 'netrc': it belongs to another user, or others may write to it
	hint: make it yours alone: chmod 600
END
requests </dev/null

begin 'that of the home directory is only not used'
start
cp netrc "$HOME/.netrc"
chmod 644 "$HOME/.netrc"
serve "$MIRROR=file $archive ;; status 401" "$GITHUB=status 404"
get --mirror "$mirror"
fetched
rm -r cache
get --mirror "$mirror"
status 6
filter "s,$HOME,HOME,"
stderr <<-END
	note: cannot fetch '$mirror/$asset': HTTP status 401 (Unauthorized)
	note: cannot fetch '$origin/$asset': HTTP status 404 (Not Found)
	bundler: cannot fetch '$mirror/$asset': HTTP status 401 (Unauthorized)
	hint: 'HOME/.netrc' has a login for 'mirror.example', which was not sent: others may read it
END
rm "$HOME/.netrc"
mkdir "$HOME/.netrc"
get --offline
status 4
stderr_stated=1

begin 'no file, a directory, a FIFO'
start
mkfifo fifo
for file in missing . fifo; do
	reason='not a regular file'
	[ $file != missing ] || reason='No such file or directory'
	for option in --netrc --header-file; do
		TEST_TIMEOUT=10 get $option $file
		status 9
		stderr <<<"bundler: cannot read '$file': $reason"
	done
done

begin 'tokens that are none'
start
form='it is not an origin, a blank and a token: https://HOST[:PORT] TOKEN'
while IFS='|' read -r text reason; do
	BUNDLER_TOKEN=$(printf %b "$text") get
	status 2
	stderr <<<"bundler: cannot use BUNDLER_TOKEN: $reason"
done <<-END
	SECRET|$form
	https://mirror.example|$form
	https://mirror.example |$form
	https://mirror.example SECRET b|$form
	https://mirror.example SECRET\\r\\nX: y|$form
	mirror.example SECRET|not an absolute URL
	http://mirror.example SECRET|a secret goes over plain http to this machine only
	https://mirror.example/m SECRET|an origin has no path
	https://ann:SECRET@mirror.example SECRET|a user name or password does not belong in a URL
	file:///m SECRET|an origin is https://HOST or https://HOST:PORT
END

begin 'lines of a header file that are none'
start
while IFS='|' read -r text reason; do
	printf "#\\n$text\\n" >headers
	get --header-file headers
	status 9
	stderr <<<"bundler: cannot use 'headers', line 2: $reason"
done <<-END
	https://mirror.example SECRET|it is not https://HOST[:PORT] NAME: VALUE
	X-Key: SECRET|it is not https://HOST[:PORT] NAME: VALUE
	https://mirror.example X Key: SECRET|the name of the field is none (RFC 9110 section 5.1)
	https://mirror.example X-Key :SECRET|the name of the field is none (RFC 9110 section 5.1)
	https://mirror.example X-Key:|the value is empty, or has a byte that is not ASCII or not visible
	https://mirror.example X-Key: SECRET\\001|the value is empty, or has a byte that is not ASCII or not visible
	https://mirror.example Host: SECRET|bundler itself sets this field
	https://mirror.example proxy-authorization: SECRET|bundler itself sets this field
	https://mirror.example transfer-encoding: chunked|bundler itself sets this field
	http://mirror.example X-Key: SECRET|a secret goes over plain http to this machine only
	https://mirror.example/m X-Key: SECRET|an origin has no path
END
printf 'https://mirror.example X-Key: SECRET\nhttps://MIRROR.example:443 x-key: SECRET\n' >headers
get --header-file headers
status 9
stderr <<<"bundler: cannot use 'headers', line 2: this origin has the field already"
printf 'https://mirror.example X-Key: SECRET\0\n' >headers
get --header-file headers
status 9
stderr <<<"bundler: cannot use 'headers': it has a NUL"
head -c 65537 /dev/zero | tr '\0' '#' >headers
get --header-file headers
status 10
stderr_stated=1

begin 'a netrc file that is none'
start
while IFS='|' read -r text reason; do
	printf %b "$text" >netrc
	get --netrc netrc
	status 9
	stderr <<<"bundler: cannot use 'netrc': $reason"
done <<-'END'
	machine mirror.example login "ann password SECRET\n|a quoted word has no end
	machine|a machine has no name
	machine mirror.example login "a\\nb" password SECRET|a login has a control character
	machine mirror.example login a:b password SECRET|the name of a login has a colon
END

# ---- curl ----

# The same files, and the login that both send.
if command -v curl >/dev/null; then
	number=0
	while IFS='|' read -r text expected; do
		begin "netrc as curl reads it: $text"
		start
		printf %b "$text" >netrc
		serve "$MIRROR=file $archive"
		get --netrc netrc --mirror "$mirror"
		fetched
		check curl -s --cacert "$pki/ca.pem" --netrc-file netrc -o /dev/null "$mirror/$asset"
		line="203.0.113.30:443 GET /m/$asset"
		[ -z "$expected" ] || line+=" authorization: Basic $(printf "$expected" | base64)"
		requests <<<"$line"$'\n'"$line"
	done <<-'END'
		machine mirror.example login a password b\n|a:b
		machine mirror.example password b login a|a:b
		MACHINE Mirror.Example LOGIN a PASSWORD b\n|a:b
		machine\n\tmirror.example\n\tlogin\ta\n\tpassword\tb\n|a:b
		machine other.example login x password y\nmachine mirror.example login a password b\n|a:b
		machine mirror.example login a password b\nmachine mirror.example login x password y\n|a:b
		machine mirror.example login a password b login x password y\n|a:b
		machine mirror.example login x login a password b\n|a:b
		machine mirror.example login a\nmachine mirror.example login x password y\n|x:y
		machine mirror.example login a\n|a:
		machine mirror.example account z login a password b\n|a:b
		# machine mirror.example login x password y\nmachine mirror.example login a # x\npassword b\n|a:b
		machine mirror.example login a#b password c#d\n|a#b:c#d
		machine mirror.example login "a b" password "c\\"d\\\\e"\n|a b:c"d\\e
		machine mirror.example login "" password b\n|:b
		macdef x\nmachine mirror.example login x password y\n\nmachine mirror.example login a password b\n|a:b
		machine example login a password b\nmachine xmirror.example login c password d\n|
		machine mirror.example.org login a password b\n|
		login a password b\n|
		\n\n|
	END
else
	begin 'netrc as curl reads it'
	skip 'no curl'
fi

begin 'the login of "default" is for no origin, and is sent to none'
start
printf 'default login ann password SECRET\n' >netrc
serve "$MIRROR=file $archive"
get --netrc netrc --mirror "$mirror"
fetched
requests <<-END
203.0.113.30:443 GET /m/$asset
END

finish
