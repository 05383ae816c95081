#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler update: which versions follow each other, and what another one needs of release and recipe.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../product.sh"
. "$(dirname "$0")/lib_update.sh"

begin 'an older version'
start
sums 0.9.0 >sums
update --sums sums 0.9.0 tiny.yaml
status 2
stderr <<-'END'
	bundler: cannot update 'tiny.yaml' to 0.9.0: it is already at the later version 1.0
	hint: to accept an older version, use --allow-downgrade
END
untouched
update --sums sums 1.0.0-RC.1 tiny.yaml
status 2
stderr <<-'END'
	bundler: cannot update 'tiny.yaml' to 1.0.0-RC.1: it is already at the later version 1.0
	hint: to accept an older version, use --allow-downgrade
END
untouched
update --allow-downgrade --sums sums 0.9.0 tiny.yaml
stdout_stated=1
check grep -q '^version: "0.9.0"$' tiny.yaml
sums 0.10.0 >sums
update --sums sums 0.10.0 tiny.yaml
stdout_stated=1
check grep -q '^version: "0.10.0"$' tiny.yaml

begin 'a lock of a later version than the recipe'
start
sed -i 's/^version: "1.0"/version: "0.9.0"/' tiny.yaml
cp tiny.yaml before
sums 0.9.5 >sums
update --sums sums 0.9.5 tiny.yaml
status 2
stderr <<-'END'
	bundler: cannot update 'tiny.lock.json' to 0.9.5: it is already at the later version 1.0
	hint: to accept an older version, use --allow-downgrade
END
untouched

begin 'a version that is in no order'
start
sed -i 's/^version: "1.0"/version: nightly/' tiny.yaml
cp tiny.yaml before
update --sums sums 1.1.0 tiny.yaml
status 2
stderr <<-'END'
	bundler: cannot update 'tiny.yaml' to 1.1.0: its version 'nightly' cannot be ordered: a number is missing
	hint: to accept an older version, use --allow-downgrade
END
untouched
update --allow-downgrade --sums sums 1.1.0 tiny.yaml
stdout_stated=1
check grep -q '^version: 1.1.0$' tiny.yaml

begin 'what is no version'
start
while IFS='|' read -r version reason; do
	update --sums sums "$version" tiny.yaml
	status 2
	stderr <<-END
		bundler: cannot use version '$version': $reason
		hint: a version is like 1.2.3 or 1.2.3-RC.1, without the v of a tag
	END
done <<-'END'
	|it does not begin with a letter or a digit
	v1.1.0|a number is missing
	latest|a number is missing
	1.1.0.0|it has more than three numbers
	1.01.0|a number in it begins with 0
	1.1.0-|a part of it is empty
	../1.1.0|it does not begin with a letter or a digit
	1.1.0/../..|it has characters other than letters, digits, '.', '_', '+' and '-'
	1.1.0 |it has characters other than letters, digits, '.', '_', '+' and '-'
	1.1.0_1|it has an invalid character
END
update --sums sums
status 2
stderr <<<'bundler: cannot update: no version is given'
update 1.1.0 tiny.yaml other.yaml
status 2
stderr <<<"bundler: cannot use operand 'other.yaml': one recipe at a time"
untouched

begin 'a version that is not written in one piece'
start
sed -i 's/^version: .*/version: "1\\x2e0"/' tiny.yaml
cp tiny.yaml before
update --sums sums 1.1.0 tiny.yaml
status 3
stderr <<<"bundler: cannot read 'tiny.yaml': line 2, column 10: the version is not written verbatim here"
untouched

# Older versions in another form: zip before 1.0.0, no sums before 0.5.0.
older() {
	start
	sed -i 's|^  format: .*|&\n  older:\n    - {before: 1.0.0, format: {linux: zip}}\n    - {before: 0.5.0, sums: ""}|' \
		tiny.yaml
	cp tiny.yaml before
}

begin 'the form of an older version'
older
sums 0.9.0 zip >sums
update --allow-downgrade --json --sums sums 0.9.0 tiny.yaml
stdout_stated=1
check grep -q '"url": "https://tiny.example/0.9.0/tiny-0.9.0-linux-amd64.zip"' tiny.lock.json
sums 1.1.0 >sums
update --sums sums 1.1.0 tiny.yaml
stdout_stated=1
check grep -q '"url": "https://tiny.example/1.1.0/tiny-1.1.0-linux-amd64.tar.gz"' tiny.lock.json

begin 'a version without sums'
older
sums 0.4.0 zip >sums
update --allow-downgrade 0.4.0 tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot lock 'tiny 0.4.0': its release has no checksum file
	hint: make one from archives that you trust, and pass it with --sums
END
untouched
update --allow-downgrade --sums sums 0.4.0 tiny.yaml
stdout_stated=1
check grep -q '"version": "0.4.0"' tiny.lock.json
run bundler lock tiny.yaml
status 3
stderr <<-'END'
	bundler: cannot lock 'tiny 0.4.0': its release has no checksum file
	hint: make one from archives that you trust, and pass it with --sums
END

finish
