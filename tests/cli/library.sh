#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler library: whose files it replaces, what it leaves as it was, and what it refuses.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib_library.sh"

begin 'after a change the library file names a commit that does not have it'
product
git init -q -b main out
made
git_commit
sed -i 's/3\.17/3.19/' tiny.yaml
run bundler library -o out tiny.yaml
stdout <<-'END'
	remove  1.2.x/alpine3.17/Dockerfile
	remove  1.2.x/alpine3.17/docker-entrypoint.sh
	remove  1.2.x/alpine3.17/motd
	remove  1.2.x/alpine3.17/tiny.conf
	create  1.2.x/alpine3.19/Dockerfile
	create  1.2.x/alpine3.19/docker-entrypoint.sh
	create  1.2.x/alpine3.19/motd
	create  1.2.x/alpine3.19/tiny.conf
	replace library/little
	replace little.sums
END
stderr <<-'END'
	note: library/little names a commit without these changes: commit them and run this again
END
check test ! -e out/1.2.x/alpine3.17
git_commit
run bundler library -o out tiny.yaml
stdout <<-'END'
	replace library/little
	replace little.sums
END
run bundler library -o out --check tiny.yaml

begin 'the same bytes again, from elsewhere and under another umask'
product
made
mkdir deep
(cd deep && umask 077 && bundler library -o ../other --commit $commit ../tiny.yaml >/dev/null)
check diff -r out other
run bundler library -o out --commit $commit tiny.yaml

begin '--check tells what differs and changes nothing'
product
run bundler library -o out --check --commit $commit tiny.yaml
status 1
stdout_stated=1
check test ! -e out
made
run bundler library -o out --check tiny.yaml
run bundler library -o out --check --commit $other tiny.yaml
status 1
stdout <<-'END'
	replace library/little
	replace little.sums
END
echo '# mine' >>out/1.2.x/scratch/Dockerfile
chmod -x out/1.2.x/alpine3.17/docker-entrypoint.sh
cp -a out before
run bundler library -o out --check --json tiny.yaml
status 1
stdout <<-'END'
	{
	  "changes": [
	    {
	      "action": "replace",
	      "path": "1.2.x/alpine3.17/docker-entrypoint.sh"
	    },
	    {
	      "action": "replace",
	      "path": "1.2.x/scratch/Dockerfile"
	    }
	  ]
	}
END
check diff -r before out

begin 'what a person wrote or edited stays'
product
mkdir -p out/1.2.x/scratch
echo 'FROM mine' >out/1.2.x/scratch/Dockerfile
run bundler library -o out --commit $commit tiny.yaml
status 9
stderr <<-'END'
	bundler: cannot replace '1.2.x/scratch/Dockerfile': it is not what bundler wrote
	hint: move it away, or replace it with --force
END
files out <<-'END'
	1.2.x
	1.2.x/scratch
	1.2.x/scratch/Dockerfile
END
made --force
echo '# mine' >>out/1.2.x/alpine3.17/Dockerfile
sed -i '/3\.17/d' tiny.yaml
echo mine >out/1.2.x/alpine3.17/README
run bundler library -o out --commit $commit tiny.yaml
stdout <<-'END'
	leave   1.2.x/alpine3.17/Dockerfile
	remove  1.2.x/alpine3.17/docker-entrypoint.sh
	remove  1.2.x/alpine3.17/motd
	remove  1.2.x/alpine3.17/tiny.conf
	replace library/little
	replace little.sums
END
check test "$(cd out/1.2.x/alpine3.17 && echo *)" = 'Dockerfile README'

begin 'what a record names is not believed to be text'
product
made
path=$'\e[2J\xff'
echo mine >"out/$path"
echo "$(digest 1)  $path" >>out/little.sums
run bundler library -o out --commit $commit --check tiny.yaml
status 1
stdout <<-'END'
	leave   \x1b[2J\xff
	replace little.sums
END
run bundler library -o out --commit $commit --check --json tiny.yaml
status 1
stdout_stated=1
check grep -qx '      "path": "\\\\x1b\[2J\\\\xff"' "$scratch/stdout"

begin 'a failure leaves everything as it was'
product
made
cp -a out before
sed -i 's/3\.17/3.19/; s/tiny {version}/huge {version}/' tiny.yaml
echo mine >out/1.2.x/alpine3.19
run bundler library -o out --commit $commit tiny.yaml
status 9
stderr <<-'END'
	bundler: cannot use directory '1.2.x/alpine3.19': Not a directory
END
rm out/1.2.x/alpine3.19
check diff -r before out
ln -s /etc out/1.2.x/alpine3.19
run bundler library -o out --commit $commit tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot use file '1.2.x/alpine3.19/motd': a component is a symbolic link or not a directory
END
rm out/1.2.x/alpine3.19
check diff -r before out

begin 'usage'
product
run bundler library tiny.yaml
status 2
stderr <<<'bundler: cannot write build contexts: no directory is given (--output)'
run bundler library -o out --commit HEAD tiny.yaml
status 2
stderr <<<"bundler: cannot use commit 'HEAD': it is not 40 or 64 hexadecimal digits in lower case"
run bundler library -o out --branch 'a b' tiny.yaml
status 2
stderr <<-'END'
	bundler: cannot use branch 'a b': it has characters other than letters, digits, '.', '_', '/' and '-'
END
sed -i '/^library:/,$d' tiny.yaml
run bundler library -o out tiny.yaml
status 3
stderr <<<"bundler: cannot write build contexts: recipe 'tiny.yaml' has no 'library'"
mkdir out
echo nothing >out/little.sums
product
run bundler library -o out --commit $commit tiny.yaml
status 3
stderr <<<"bundler: cannot read 'little.sums': line 1 is not '<SHA-256>  <path>'"

finish
