#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# TLS: certificates that must not be believed, versions and ciphers that must not be spoken.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../network.sh"
network "$@"
certificates
names=DNS:github.com
authority other
certificate expired ca $names 20200101 20200201
certificate early ca $names 20700101 20700201
certificate elsewhere ca DNS:gitlab.com,DNS:github.com.example,DNS:www.github.com
certificate stranger other $names
certificate address ca IP:203.0.113.10
openssl req -x509 "${curve[@]}" -keyout "$pki/self.key" -out "$pki/self.crt" -days 90 \
	-subj '/CN=github.com' -addext "subjectAltName=$names" 2>/dev/null
cat "$pki/self.crt" "$pki/self.key" >"$pki/self.all"

# refused NAME LISTENER MESSAGE [HINT]
refused() {
	begin "refused: $1"
	release 5000
	serve "203.0.113.10:443/$2=file $archive"
	fetch
	status 5
	{
		echo "bundler: cannot fetch '$origin/$asset': $3"
		[ -z "${4-}" ] || echo "hint: $4"
	} >expected
	stderr <expected
	cache_is_empty
	requests </dev/null
}

fips='a server in FIPS mode requires that secret, which bundler does not support; use a --mirror'
certificate="certificate of 'github.com' refused:"
refused 'a certificate that has expired' expired \
	"$certificate certificate 'expired' expired on 2020-02-01"
refused 'a certificate that is not valid yet' early \
	"$certificate certificate 'early' is not valid before 2070-01-01"
refused 'a certificate for other hosts' elsewhere \
	"$certificate certificate 'elsewhere' is for another host (RFC 9525 section 6.3)"
refused 'a certificate for an address' address \
	"$certificate certificate 'address' is for another host (RFC 9525 section 6.3)"
refused 'a certificate of an unknown authority' stranger \
	"$certificate issuer 'other' is neither sent nor in the certificate bundle"
refused 'a self-signed certificate' self \
	"$certificate root 'github.com' is not in the certificate bundle"
refused 'a server that speaks TLS 1.3 only' good+tls13 \
	"'github.com' refuses TLS 1.2, the newest version that bundler speaks" \
	'the server seems to require TLS 1.3; use a --mirror that speaks TLS 1.2'
refused 'a server that speaks nothing newer than TLS 1.1' good+tls11 \
	"'github.com' accepts none of TLS 1.2's suites with ECDHE and AES-GCM or ChaCha20-Poly1305, or requires the extended master secret (RFC 7627)" \
	"$fips"
refused 'a server without AEAD ciphers' good+cbc \
	"'github.com' accepts none of TLS 1.2's suites with ECDHE and AES-GCM or ChaCha20-Poly1305, or requires the extended master secret (RFC 7627)" \
	"$fips"

refused 'a server that requires a client certificate' good+client \
	"'github.com' requires a client certificate, and bundler has none"

authority constrained
openssl req "${curve[@]}" -keyout "$pki/sub.key" -out "$pki/sub.csr" -subj /CN=sub 2>/dev/null
openssl x509 -req -in "$pki/sub.csr" -CA "$pki/constrained.pem" -CAkey "$pki/constrained.key" -days 90 \
	-out "$pki/sub.pem" -extfile <(printf '%s\n' basicConstraints=critical,CA:TRUE subjectKeyIdentifier=hash \
	authorityKeyIdentifier=keyid keyUsage=critical,keyCertSign \
	'nameConstraints=critical,permitted;DNS:github.com') 2>/dev/null
certificate below sub $names
cat "$pki/below.crt" "$pki/sub.pem" "$pki/below.key" >"$pki/below.all"

begin 'critical name constraints that allow the host'
release 5000
serve "203.0.113.10:443/below=file $archive"
fetch --ca-file "$pki/constrained.pem"
fetched
cache_has_it

certificate above sub DNS:github.com,DNS:gitlab.com
cat "$pki/above.crt" "$pki/sub.pem" "$pki/above.key" >"$pki/above.all"
begin 'critical name constraints that exclude another name of the certificate'
release 5000
serve "203.0.113.10:443/above=file $archive"
fetch --ca-file "$pki/constrained.pem"
status 5
stderr <<-END
bundler: cannot fetch '$origin/$asset': $certificate certificate 'above' has a name that a certificate above it excludes (RFC 5280 section 4.2.1.10)
END

begin 'a server that speaks no TLS'
release 5000
serve '203.0.113.10:443/plain=greet SSH-2.0-OpenSSH_9.2\r\n'
fetch
status 5
stderr <<-END
bundler: cannot fetch '$origin/$asset': 'github.com' does not speak TLS 1.2
END
cache_is_empty

begin 'no certificate is checked for an address'
release 5000
serve "$GITHUB=file $archive"
sed -i 's,https://github.com/,https://203.0.113.10/,' demo.lock.json demo.yaml
fetch
status 5
stderr <<-END
bundler: cannot fetch 'https://203.0.113.10/demo/demo/releases/download/v1.0/$asset': '203.0.113.10' is not a DNS name, so its certificate cannot be checked
END
cache_is_empty
requests </dev/null

begin 'a bundle that is cut short is refused'
release 5000
serve "$GITHUB=file $archive"
head -c 300 ca.pem >half.pem
fetch --ca-file half.pem
status 5
stderr <<-END
bundler: cannot read 'half.pem': line 1: certificate is truncated
END
cache_is_empty
requests </dev/null

begin 'SSL_CERT_FILE replaces the recipe'\''s bundle, --ca-file both'
release 5000
serve "203.0.113.10:443/stranger=file $archive"
run env SSL_CERT_FILE="$pki/ca.pem" bundler fetch --cache cache --ca-file "$pki/other.pem" demo.yaml
fetched
rm -rf cache
run env SSL_CERT_FILE="$pki/other.pem" bundler fetch --cache cache demo.yaml
fetched
cache_has_it

begin 'nothing is needed for what is in the cache'
release 5000
serve "$GITHUB=file $archive"
fetch
fetched
end_processes
fetch --ca-file missing.pem
fetched

finish
