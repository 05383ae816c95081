#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler certs: the normal form, the report, and what is refused.
. "$(dirname "$0")/../lib.sh"

roots=$top/configs/ca-certificates.crt

# Three roots of the bundle, each in a file of its own, and what a report says of them.
prepare() {
	csplit -s -z -f root. -n 3 "$roots" '/-----BEGIN/' '{*}'
	mv root.000 digicert.pem
	mv root.001 commscope.pem
	mv root.011 baltimore.pem
	rm root.*
}
digicert_line='018e13f0772532cf809bd1b17281867283fc48c6e13be9c69812854a490c1b05  2046-01-14  '
digicert_line+='DigiCert TLS ECC P384 Root G5'
commscope_line='02bdf96e2a45dd9bf18fc7e1dbdf21a0379ba3c9c2610344cfd8d606fec1ed81  2046-04-28  '
commscope_line+='CommScope Public Trust RSA Root-01'
baltimore_line='16af57a9f676b0ab126095aa5ebadef22ab31119d644ac95cd4b93dbf3f26aeb  2025-05-12  '
baltimore_line+='Baltimore CyberTrust Root'

export SOURCE_DATE_EPOCH=1767225600	# 2026-01-01

begin 'the shipped bundle is in its normal form'
run bundler certs "$roots"
stdout <"$roots"
stderr <<END
expired  $baltimore_line
certificates: 148, expired: 1, duplicates: 0
END

begin 'the fingerprint is the one that others print'
prepare
for i in digicert:"$digicert_line" commscope:"$commscope_line" baltimore:"$baltimore_line"; do
	fingerprint=$(openssl x509 -in "${i%%:*}.pem" -noout -fingerprint -sha256 | tr -d : | tr A-F a-f)
	check test "${fingerprint#*=}" = "$(cut -d' ' -f1 <<<"${i#*:}")"
done

begin 'order, text around, line ends and repetitions do not matter'
prepare
cat digicert.pem commscope.pem baltimore.pem >expected
{
	echo '# Baltimore' && sed 's/$/\r/' baltimore.pem && printf '\n\ncommscope - - ----\n'
	cat commscope.pem digicert.pem && cat baltimore.pem
} >bundle.pem
run bundler certs bundle.pem
stdout <expected
stderr <<END
expired  $baltimore_line
certificates: 3, expired: 1, duplicates: 1
END

begin 'the last certificate needs no final newline'
prepare
printf '%s' "$(cat digicert.pem commscope.pem)" >bundle.pem
cat digicert.pem commscope.pem >expected
run bundler certs bundle.pem
stdout <expected
stderr <<-'END'
	certificates: 2, expired: 0, duplicates: 0
END

begin 'a new output: the report is on standard output'
prepare
mkdir out
umask 077
run bundler certs -o out/roots.pem baltimore.pem
umask 022
stdout <<END
expired  $baltimore_line
certificates: 1, expired: 1, duplicates: 0
END
check cmp baltimore.pem out/roots.pem
check test "$(stat -c %a out/roots.pem)" = 644
files out <<-'END'
	roots.pem
END

begin 'an output that is replaced: added, removed, expired'
prepare
cat digicert.pem commscope.pem >old.pem
cat baltimore.pem digicert.pem >new.pem
run bundler certs --output old.pem new.pem
stdout <<END
added    $baltimore_line
removed  $commscope_line
expired  $baltimore_line
certificates: 2, added: 1, removed: 1, expired: 1, duplicates: 0
END
check diff <(cat digicert.pem baltimore.pem) old.pem
run bundler certs --output old.pem new.pem
stdout <<END
expired  $baltimore_line
certificates: 2, added: 0, removed: 0, expired: 1, duplicates: 0
END
check diff <(cat digicert.pem baltimore.pem) old.pem

begin 'the input may be the output'
prepare
cat commscope.pem digicert.pem commscope.pem >roots.pem
run bundler certs -o roots.pem roots.pem
stdout <<-'END'
	certificates: 2, added: 0, removed: 0, expired: 0, duplicates: 1
END
check diff <(cat digicert.pem commscope.pem) roots.pem

begin 'compared with another bundle than the output'
prepare
cp digicert.pem out.pem
run bundler certs --compare commscope.pem digicert.pem
stdout <digicert.pem
stderr <<END
added    $digicert_line
removed  $commscope_line
certificates: 1, added: 1, removed: 1, expired: 0, duplicates: 0
END
run bundler certs --compare commscope.pem -o out.pem digicert.pem
stdout <<END
added    $digicert_line
removed  $commscope_line
certificates: 1, added: 1, removed: 1, expired: 0, duplicates: 0
END

begin 'JSON'
prepare
run bundler certs --json baltimore.pem
stdout <<END
{
  "certificates": 1,
  "digest": "sha256:$(sha256sum <baltimore.pem | cut -c1-64)",
  "duplicates": 0,
  "expired": [
    {
      "name": "Baltimore CyberTrust Root",
      "digest": "sha256:${baltimore_line%% *}",
      "not_after": "2025-05-12"
    }
  ]
}
END
run bundler certs --json --compare commscope.pem digicert.pem
stdout <<END
{
  "certificates": 1,
  "digest": "sha256:$(sha256sum <digicert.pem | cut -c1-64)",
  "duplicates": 0,
  "added": [
    {
      "name": "DigiCert TLS ECC P384 Root G5",
      "digest": "sha256:${digicert_line%% *}",
      "not_after": "2046-01-14"
    }
  ],
  "removed": [
    {
      "name": "CommScope Public Trust RSA Root-01",
      "digest": "sha256:${commscope_line%% *}",
      "not_after": "2046-04-28"
    }
  ],
  "expired": []
}
END

begin 'the last second of a certificate is its own'
prepare
SOURCE_DATE_EPOCH=$(date -d "$(openssl x509 -in digicert.pem -noout -enddate | cut -d= -f2)" +%s)
run bundler certs digicert.pem
stdout <digicert.pem
stderr <<-'END'
	certificates: 1, expired: 0, duplicates: 0
END
SOURCE_DATE_EPOCH=$((SOURCE_DATE_EPOCH + 1))
run bundler certs digicert.pem
stdout <digicert.pem
stderr <<END
expired  $digicert_line
certificates: 1, expired: 1, duplicates: 0
END
SOURCE_DATE_EPOCH=1767225600

begin 'a name that is made to mislead a terminal'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out evil.pem \
	-days 1 -utf8 -subj "/CN=$(printf '\033[2Jgood\177')" 2>/dev/null
SOURCE_DATE_EPOCH=253402300799
filter 's/[0-9a-f]{64}  [0-9-]{10}/DIGEST  DATE/'
run bundler certs evil.pem
stdout <evil.pem
stderr <<-'END'
	expired  DIGEST  DATE  \x1b[2Jgood\x7f
	certificates: 1, expired: 1, duplicates: 0
END
SOURCE_DATE_EPOCH=1767225600

refused() { # refused STATUS MESSAGE ARGUMENT...
	local status=$1 message=$2
	shift 2
	run bundler certs "$@"
	status "$status"
	stderr <<<"bundler: $message"
}

begin 'a bundle that is cut off'
prepare
cat digicert.pem commscope.pem | head -n -2 >bundle.pem
refused 5 "cannot read 'bundle.pem': line 15: certificate is truncated" bundle.pem

begin 'a bundle with one bit off'
prepare
sed '1,4s/MII/MIJ/' digicert.pem >bundle.pem
refused 5 "cannot read 'bundle.pem': line 14: malformed certificate ends here \
(RFC 5280 section 4.1)" bundle.pem

begin 'a bundle that holds a private key'
prepare
openssl ecparam -name prime256v1 -genkey -noout -out key.pem 2>/dev/null
cat digicert.pem key.pem >bundle.pem
refused 5 "cannot read 'bundle.pem': line 15: boundary of something other than a certificate" \
	bundle.pem

begin 'a certificate within a certificate'
prepare
sed '2r commscope.pem' digicert.pem >bundle.pem
refused 5 "cannot read 'bundle.pem': line 3: boundary within a certificate" bundle.pem

begin 'no certificate, no file, no regular file'
: >empty
refused 5 "cannot read 'empty': no certificate in it" empty
refused 9 "cannot read 'missing': No such file or directory" missing
refused 9 "cannot read '.': not a regular file" .
mkfifo fifo
TEST_TIMEOUT=5 refused 9 "cannot read 'fifo': not a regular file" fifo

begin 'more than the limits'
head -c 4194305 /dev/zero >huge
refused 10 "cannot read 'huge': larger than 4194304 bytes" huge

begin 'an output that is no bundle is kept'
prepare
echo precious >notes.txt
refused 5 "cannot read 'notes.txt': no certificate in it" -o notes.txt digicert.pem
check grep -qx precious notes.txt
refused 5 "cannot read 'notes.txt': no certificate in it" -o notes.txt --compare commscope.pem \
	digicert.pem
check grep -qx precious notes.txt

begin 'a link as output is kept'
prepare
cp digicert.pem old.pem
ln -s old.pem link.pem
refused 9 "cannot replace 'link.pem': it is not a regular file" -o link.pem digicert.pem
check test "$(readlink link.pem)" = old.pem

begin 'a refused bundle leaves the output alone'
prepare
cp digicert.pem out.pem
head -n 5 commscope.pem >cut.pem
refused 5 "cannot read 'cut.pem': line 1: certificate is truncated" -o out.pem cut.pem
check cmp digicert.pem out.pem
refused 9 "cannot read 'missing': No such file or directory" -o out.pem --compare missing \
	commscope.pem
check cmp digicert.pem out.pem
files <<-'END'
	baltimore.pem
	commscope.pem
	cut.pem
	digicert.pem
	out.pem
END

begin 'an output that cannot be written'
prepare
refused 9 "cannot write 'none/out.pem': No such file or directory" -o none/out.pem digicert.pem

begin 'a full disk'
prepare
run sh -c 'exec bundler certs digicert.pem >/dev/full'
status 9
stderr <<-'END'
	certificates: 1, expired: 0, duplicates: 0
	bundler: cannot write 'standard output': No space left on device
END

begin 'usage'
prepare
refused 2 'cannot read a bundle: no file is given'
refused 2 "cannot use operand 'b': one bundle at a time" a b
refused 2 "cannot use option '--outputs=x': no such option
hint: did you mean '--output'? 'bundler certs --help' lists the options" --outputs=x a
SOURCE_DATE_EPOCH=tomorrow
refused 2 "cannot use SOURCE_DATE_EPOCH 'tomorrow': not a whole number up to 253402300799" \
	digicert.pem
SOURCE_DATE_EPOCH=1767225600

finish
