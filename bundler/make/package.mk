# SPDX-License-Identifier: Apache-2.0
# The program for others: installed, packed, released. Included by the Makefile.

# ---- install ----

PREFIX ?= /usr/local
DESTDIR ?=

# What is installed, and where below PREFIX: SOURCE=TARGET. The shell gets the two settings from
# the environment, so that they may have blanks in them.
INSTALLED = build/bundler=bin/bundler \
	docs/bundler.1=share/man/man1/bundler.1 \
	docs/bundler-recipe.5=share/man/man5/bundler-recipe.5 \
	docs/bundler-lock.5=share/man/man5/bundler-lock.5 \
	$(foreach schema,$(sort $(wildcard configs/*.schema.json configs/schemas/*)), \
		$(schema)=$(schema:configs/%=share/bundler/%)) \
	bundler/make/completions/bundler.bash=share/bash-completion/completions/bundler \
	bundler/make/completions/_bundler=share/zsh/site-functions/_bundler \
	bundler/make/completions/bundler.fish=share/fish/vendor_completions.d/bundler.fish \
	LICENSE=share/doc/bundler/LICENSE \
	build/THIRD-PARTY=share/doc/bundler/THIRD-PARTY
INSTALLED_MODE = $(if $(filter bin/%,$(1)),755,644)
source_of = $(firstword $(subst =, ,$(1)))
target_of = $(lastword $(subst =, ,$(1)))

define INSTALL_ROW
	install -D -m $(call INSTALLED_MODE,$(call target_of,$(1))) $(call source_of,$(1)) \
		"$$DESTDIR$$PREFIX/$(call target_of,$(1))"

endef

define UNINSTALL_ROW
	rm -f "$$DESTDIR$$PREFIX/$(call target_of,$(1))"

endef

install uninstall: export DESTDIR := $(DESTDIR)
install uninstall: export PREFIX := $(PREFIX)

# Builds nothing: root installs what somebody else has built.
install:
	$(if $(wildcard build/THIRD-PARTY),,$(error nothing is built yet: run make first))
	$(foreach row,$(INSTALLED),$(call INSTALL_ROW,$(row)))

uninstall:
	$(foreach row,$(INSTALLED),$(call UNINSTALL_ROW,$(row)))
	for directory in doc/bundler bundler/schemas bundler; do \
		[ ! -d "$$DESTDIR$$PREFIX/share/$$directory" ] || \
			rmdir --ignore-fail-on-non-empty "$$DESTDIR$$PREFIX/share/$$directory"; \
	done

# ---- packages ----

# The time of what is packed: that of the commit, which the files of an unpacked archive have.
EPOCH = $(or $(SOURCE_DATE_EPOCH),$(shell \
	if [ -e .git ]; then git log -1 --format=%ct; else stat -c %Y Makefile; fi))

# Who answers for the package; nobody reads this address.
MAINTAINER ?= bundler's maintainers <maintainers@bundler.example>

# The sources of the commit, without what is built.
dist:
	@bundler/make/dist.sh build

# For Debian and Ubuntu, without a build of its own.
deb release: export MAINTAINER := $(MAINTAINER)
deb: all
	@SOURCE_DATE_EPOCH=$(EPOCH) bundler/make/deb.sh . build

# Everything for both machines, in build/release; on Debian for amd64.
release: all
	@bundler/make/arm64.sh build/arm64
	@SOURCE_DATE_EPOCH=$(EPOCH) bundler/make/release.sh build/release . build/arm64

.PHONY: install uninstall dist deb release
