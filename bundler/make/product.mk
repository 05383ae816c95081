# SPDX-License-Identifier: Apache-2.0
# What the program is for: root file systems and images, their audit, another version. Included by
# the Makefile. Whatever takes more than a line or two is a script beside this file.

# ---- settings ----

# Of which recipe, for which platforms (all: what the recipe lists), and whose release: official
# downloads it; source rebuilds it from its Go module; auto does that only where the release host
# cannot be reached and configs/source has the release.
DEFAULT_RECIPE = configs/$(lastword $(notdir $(realpath configs/default)))
RECIPE ?= $(DEFAULT_RECIPE)
PLATFORM ?= $(if $(filter images run-images prove,$(MAKECMDGOALS)),all,$(HOST))
RELEASE ?= auto
MIRROR ?=
CACHE ?= build/cache
LIBRARY ?= build/library

# Name and version are the recipe's; here they name the image.
NAME = $(shell sed -n 's/^name: *//p' $(RECIPE))
VERSION ?= $(shell sed -n 's/^version: *//p' $(RECIPE))
IMAGE ?= $(or $(shell sed -n '/^library:/,$${s/^  name: *//p}' $(RECIPE)),$(NAME)):$(VERSION)-scratch

# As Debian names its architectures; the same as ours for amd64 and arm64.
HOST = linux/$(shell dpkg --print-architecture)

# ---- root file systems ----

PLATFORMS = $(patsubst %,-p %,$(filter-out all,$(PLATFORM)))
MIRRORS = $(MIRROR:%=--mirror %)
FETCH = $(MIRRORS) --cache $(CACHE)

rootfs: build/rootfs.sums
	@cat $<

# The directory of the recipe has its lock and the files of the tree.
build/rootfs.sums: build/bundler build/rootfs.settings $(RECIPE) \
		$(wildcard $(addprefix $(dir $(RECIPE)),*.* root/*))
	@bundler/make/rootfs.sh $(PLATFORMS) $(RELEASE) $(RECIPE) $(FETCH) >$@.new
	@mv $@.new $@

# Becomes newer when the settings change, or the results.
build/rootfs.settings: FORCE
	@bundler/make/rootfs-settings.sh $(PLATFORMS) $(RELEASE) $(RECIPE) $(FETCH) $(SOURCE_DATE_EPOCH)

# What the results come from, for the commands of bundler that compare with them.
REBUILT = --offline --lock $(RECIPE:.yaml=.source.lock.json) --mirror file://$(CURDIR)/build/source
LOCKED = --cache $(CACHE) $(if $(filter source,$(file <build/rootfs.release)),$(REBUILT),$(MIRRORS))

# ---- images ----

image-docker: rootfs
	bundler/make/image-docker.sh $(RECIPE) $(IMAGE)

# Every Linux variant that can be built here, in Docker's engine; and each of them tried.
images: rootfs
	@bundler/make/images.sh $(RECIPE) $(IMAGE) build/rootfs.sums $(LOCKED) >build/images.new
	@mv build/images.new build/images
	@cat build/images

run-images: images
	IMAGES=build/images tests/run -v tests/container/run-images

# An image and the trees, compared with what recipe and lock make; then everything again under
# every variation.
audit: rootfs build/san/bundler $(addprefix build/toolchain/,test variations)
	build/bundler image $(LOCKED) $(patsubst %,-p %,$(filter linux/%,$(PLATFORM))) \
		-o oci:build/audit $(RECIPE)
	build/bundler audit --strict $(LOCKED) oci:build/audit $(RECIPE)
	@bundler/make/audit.sh $(RECIPE) $(LOCKED)
	tests/run tests/reproducible/variations.sh

# Whether the programs of the official release are what their source compiles to.
PROOF ?= build/$(NAME).proof.json

prove: build/bundler build/toolchain/source
	$(if $(filter source,$(RELEASE)),configs/source/build.sh $(PLATFORMS) $(NAME) build/source)
	@bundler/make/prove.sh $(PLATFORMS) -o $(PROOF) $(RECIPE) --cache $(CACHE) \
		$(if $(filter source,$(RELEASE)),$(REBUILT),$(MIRRORS))

# ---- another version ----

# UPDATE takes further options of bundler update; LIBRARY is the repository of the build contexts.
update: build/bundler
	$(if $(filter command line,$(origin VERSION)),,$(error say which: make update VERSION=1.2.3))
	bundler/make/update.sh $(VERSION) $(RECIPE) $(LIBRARY) $(UPDATE)

# ---- help ----

help:
	@echo 'Targets: all (build/bundler), rootfs, image-docker, images, run-images, update, audit, prove,'
	@echo '         install, uninstall, dist, deb, release,'
	@echo '         test, check, reproducible, thorough, bench, fuzz, clean, distclean, help'
	@echo 'Settings, here or in config.mk:'
	@echo '  PLATFORM=$(PLATFORM)   a list, or all'
	@echo '  RELEASE=$(RELEASE)   official, source or auto'
	@echo '  RECIPE=$(RECIPE)'
	@echo '  MIRROR=$(MIRROR)   where to look first for releases; CACHE=$(CACHE)'
	@echo '  IMAGE=$(IMAGE)   VERSION=$(VERSION)'
	@echo '  PROOF=$(PROOF)   what make prove writes'
	@echo '  LIBRARY=$(LIBRARY)   where make update VERSION=... generates; UPDATE=   its options'
	@echo '  PREFIX=$(PREFIX)   DESTDIR=$(DESTDIR)   of make install'
	@echo "  MAINTAINER=$(MAINTAINER)   of make deb and make release"
	@echo '  FUZZ_SECONDS=$(FUZZ_SECONDS)   TESTS=   what to run instead of everything'

.PHONY: rootfs image-docker images run-images audit prove update help
