#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler lint: what it prints, which options it has, and what it refuses.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib_lint.sh"

broken 'findings as JSON'
change $scratchfile '/^EXPOSE/d'
change $nano 's/1809 C/1803 C/'
finds --json --ignore order <<END
{
  "findings": [
    {
      "subject": "$nano",
      "line": 3,
      "rule": "from",
      "text": "it copies from 'thing:0.25.6-windowsservercore-1803', but has no directory '0.25.6/windowsservercore-1803'"
    },
    {
      "subject": "$scratchfile",
      "rule": "expose",
      "text": "it has no EXPOSE, but others of the version have '4222 8222'"
    }
  ],
  "left_out": 0
}
END

broken 'bytes of the tree are escaped'
mkdir "tree/0.25.6/a"$'\e'"b"
printf 'FROM scratch\nFROM \x80\n' >"tree/0.25.6/a"$'\e'"b/Dockerfile"
finds --ignore expose,entrypoint <<'END'
0.25.6/a\x1bb: variant: no variant is called 'a\x1bb'
END

refuses() { # refuses STATUS ARGUMENT...: the message is on standard input
	local wanted=$1
	shift
	run bundler lint "$@"
	status "$wanted"
	stderr
}

begin 'usage'
refuses 2 <<'END'
bundler: cannot check a tree: no directory is given
END
refuses 2 a b <<'END'
bundler: cannot use operand 'b': one directory at a time
END
refuses 2 --ignore tag,other a <<'END'
bundler: cannot ignore 'other': no such rule
hint: did you mean 'order'? 'bundler lint --rules' lists them
END
SOURCE_DATE_EPOCH=x refuses 2 a <<'END'
bundler: cannot use SOURCE_DATE_EPOCH 'x': not a whole number up to 253402300799
END

begin 'trees and files that cannot be read'
refuses 9 tree <<'END'
bundler: cannot read 'tree': No such file or directory
END
mkdir tree
refuses 3 tree <<'END'
bundler: cannot check 'tree': it has no directory named after a version
hint: give the top directory of the repository, with version/variant/Dockerfile
END
rmdir tree
make_tree
refuses 9 --library none tree <<'END'
bundler: cannot read 'none': No such file or directory
END
echo '<html>' >SUMS
refuses 3 --sums SUMS tree <<'END'
bundler: cannot use 'SUMS': line 1 is HTML
END
refuses 9 --sums none tree <<'END'
bundler: cannot read 'none': No such file or directory
END
cp SUMS tree/0.25.6/SHA256SUMS
refuses 3 tree <<'END'
bundler: cannot use '0.25.6/SHA256SUMS': line 1 is HTML
END
rm tree/0.25.6/SHA256SUMS
head -c 200000 /dev/zero | tr '\0' '#' >>tree/$alpine
refuses 10 tree <<END
bundler: cannot read '$alpine': larger than 131072 bytes
END

begin 'what all files take in memory has a limit'
{ echo FROM scratch; yes EXPOSE 1 | head -n 900; } >Dockerfile
for ((i = 0; i < 200; i++)); do
	mkdir -p "tree/1.$i/scratch"
	cp Dockerfile "tree/1.$i/scratch"
done
run bundler lint tree
status 10
stderr <<'END'
bundler: cannot read 'tree': its names and files take more than 40 MiB of memory
END

finish
