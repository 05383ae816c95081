#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: once seconds=4
# `make install` and `make uninstall`.
. "$(dirname "$0")/../lib.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR PREFIX

# start: a copy of the tree where everything is built, but is older than its sources.
start() {
	mkdir build
	cp -R "$top/Makefile" "$top/LICENSE" "$top/bundler" "$top/docs" "$top/configs" .
	cp "$top/build/THIRD-PARTY" build
	cp "$BUNDLER" build/bundler
	find build -type f -exec touch -d '1 day ago' {} +
}

# make TARGET...: with a PATH of install, rm, rmdir, and what the Makefile asks while it is read.
make() {
	local command
	mkdir -p only
	for command in env sh nproc gcc dpkg sed realpath rm rmdir install make; do
		ln -sf "$(type -P $command)" only/$command
	done
	run env PATH="$PWD/only" make -s "$@"
}

installed() { # DIRECTORY: the rows of everything below it
	(cd "$1" && find . -mindepth 1 -printf '%M %P\n' | sort -k 2)
}

begin 'make install: the program, pages and licences, and nothing is built'
start
find . -name '*.c' -delete
umask 077
make install DESTDIR="$PWD/new"
umask 022
check diff <(installed new) - <<-'END'
drwxr-xr-x usr
drwxr-xr-x usr/local
drwxr-xr-x usr/local/bin
-rwxr-xr-x usr/local/bin/bundler
drwxr-xr-x usr/local/share
drwxr-xr-x usr/local/share/bash-completion
drwxr-xr-x usr/local/share/bash-completion/completions
-rw-r--r-- usr/local/share/bash-completion/completions/bundler
drwxr-xr-x usr/local/share/bundler
-rw-r--r-- usr/local/share/bundler/recipe.schema.json
drwxr-xr-x usr/local/share/bundler/schemas
-rw-r--r-- usr/local/share/bundler/schemas/attest.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/audit-list.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/audit.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/cache.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/certs.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/copy.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/diff.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/error.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/fetch.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/image.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/init.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/library.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/lint.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/lock.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/proof.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/rootfs.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/update.schema.json
-rw-r--r-- usr/local/share/bundler/schemas/validate.schema.json
drwxr-xr-x usr/local/share/doc
drwxr-xr-x usr/local/share/doc/bundler
-rw-r--r-- usr/local/share/doc/bundler/LICENSE
-rw-r--r-- usr/local/share/doc/bundler/THIRD-PARTY
drwxr-xr-x usr/local/share/fish
drwxr-xr-x usr/local/share/fish/vendor_completions.d
-rw-r--r-- usr/local/share/fish/vendor_completions.d/bundler.fish
drwxr-xr-x usr/local/share/man
drwxr-xr-x usr/local/share/man/man1
-rw-r--r-- usr/local/share/man/man1/bundler.1
drwxr-xr-x usr/local/share/man/man5
-rw-r--r-- usr/local/share/man/man5/bundler-lock.5
-rw-r--r-- usr/local/share/man/man5/bundler-recipe.5
drwxr-xr-x usr/local/share/zsh
drwxr-xr-x usr/local/share/zsh/site-functions
-rw-r--r-- usr/local/share/zsh/site-functions/_bundler
END
check cmp build/THIRD-PARTY new/usr/local/share/doc/bundler/THIRD-PARTY
run new/usr/local/bin/bundler --version
stdout < <(bundler --version)
for page in bundler.1 bundler-recipe.5 bundler-lock.5; do
	run mandoc -W warning -T ascii "new/usr/local/share/man/man${page##*.}/$page"
	check test -s "$scratch/stdout"
	stdout_stated=1
done

begin 'make uninstall: only what was installed is removed'
start
make install DESTDIR="$PWD/new" PREFIX=/usr
echo mine >new/usr/bin/other
make uninstall DESTDIR="$PWD/new" PREFIX=/usr
check diff <(installed new) - <<-'END'
drwxr-xr-x usr
drwxr-xr-x usr/bin
-rw-r--r-- usr/bin/other
drwxr-xr-x usr/share
drwxr-xr-x usr/share/bash-completion
drwxr-xr-x usr/share/bash-completion/completions
drwxr-xr-x usr/share/doc
drwxr-xr-x usr/share/fish
drwxr-xr-x usr/share/fish/vendor_completions.d
drwxr-xr-x usr/share/man
drwxr-xr-x usr/share/man/man1
drwxr-xr-x usr/share/man/man5
drwxr-xr-x usr/share/zsh
drwxr-xr-x usr/share/zsh/site-functions
END

begin 'make uninstall: where nothing is, nothing is done; what somebody has added stays'
start
make uninstall DESTDIR="$PWD/new" PREFIX=/usr
check test ! -e new
make install DESTDIR="$PWD/new" PREFIX=/usr
echo mine >new/usr/share/doc/bundler/notes
make uninstall DESTDIR="$PWD/new" PREFIX=/usr
check test "$(find new -type f)" = new/usr/share/doc/bundler/notes

begin 'blanks, quotes and dollar signs in both settings'
start
make install DESTDIR="$PWD/a new'one" PREFIX='/opt/my "tools"/$$HOME'
run "$PWD/a new'one/opt/my \"tools\"/\$HOME/bin/bundler" --version
stdout < <(bundler --version)
make uninstall DESTDIR="$PWD/a new'one" PREFIX='/opt/my "tools"/$$HOME'
check test -z "$(find "a new'one" -type f)"

begin 'both settings from the environment'
start
export DESTDIR="$PWD/new" PREFIX=/opt
make install
check test -x new/opt/bin/bundler
unset DESTDIR PREFIX

begin 'nothing is built yet'
start
rm -r build
make install DESTDIR="$PWD/new"
status 2
filter 's/mk:[0-9]+/mk:N/'
stderr <<<'bundler/make/package.mk:N: *** nothing is built yet: run make first.  Stop.'
check test ! -e new

finish
