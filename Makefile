# `make help` lists the targets. What you want different goes into config.mk.
-include config.mk

# As many jobs as processors unless somebody says otherwise.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

# ---- what to build ----

BUNDLER_VERSION = 0.2.0

# The rooms of the program; docs/architecture.md has what lives in them.
ROOMS = command audit build validate library lint recipe fetch image tree unpack trust base
SRCS = bundler/main.c $(sort $(foreach room,$(ROOMS),$(wildcard bundler/$(room)/*.c)))

# The root file systems: of which recipe, for which platforms (all: what the recipe lists), and
# whose release: official downloads it, source rebuilds it from its Go module, auto does that
# only where the release host cannot be reached.
DEFAULT_RECIPE = configs/$(shell readlink configs/default)
RECIPE ?= $(DEFAULT_RECIPE)
PLATFORM ?= $(if $(filter images run-images,$(MAKECMDGOALS)),all,$(HOST))
RELEASE ?= auto
MIRROR ?=
CACHE ?= build/cache
LIBRARY ?= build/library

# Name and version are the recipe's; here they name the image, and what to rebuild.
NAME = $(shell sed -n 's/^name: *//p' $(RECIPE))
VERSION ?= $(shell sed -n 's/^version: *//p' $(RECIPE))
IMAGE ?= $(or $(shell sed -n '/^library:/,$${s/^  name: *//p}' $(RECIPE)),$(NAME)):$(VERSION)-scratch

# Seconds for each target of `make fuzz`.
FUZZ_SECONDS ?= 60

# ---- how to build it ----

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wwrite-strings -Wcast-qual -Wpointer-arith
BASE = -std=c11 -D_GNU_SOURCE $(WARNINGS) -iquote bundler
LIBS = -lcurl -larchive -lz -lbearssl -lnettle -ldeflate -lzstd -ljansson -lyaml

# The shipped flavour: musl, a static position-independent executable. Debian's musl-gcc cannot
# make one by itself, so its start files are named here; nothing in it depends on the directory.
CC_MUSL = musl-gcc
MUSL = /usr/lib/$(subst gnu,musl,$(shell gcc -dumpmachine))
# For size: what takes time is in the libraries, and is compiled for speed (sysroot.sh).
CFLAGS ?= -Os
HARDEN = -fPIE -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero
CFLAGS_MUSL = $(BASE) $(CFLAGS) $(HARDEN) -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -isystem build/sysroot/include -iquote build
comma = ,
LDFLAGS_MUSL = -nostartfiles -s $(addprefix -Wl$(comma),-static -pie --no-dynamic-linker \
	-z,text -z,relro -z,now -z,noexecstack --gc-sections --build-id=none)
START = $(MUSL)/rcrt1.o $(MUSL)/crti.o $(shell gcc -print-file-name=crtbeginS.o)
END = $(shell gcc -print-file-name=crtendS.o) $(MUSL)/crtn.o

# The tests' flavour: glibc with AddressSanitizer and UndefinedBehaviorSanitizer.
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_SAN = $(BASE) -g -O1 -fno-omit-frame-pointer $(SANITIZE) \
	-DPOOL_BLOCK_BYTES=0 -isystem build/san/sysroot/include -iquote build/san -iquote tests/unit

# V=1 shows the commands.
Q = $(if $(V),,@echo '  $@';)

OBJS = $(SRCS:bundler/%.c=build/obj/%.o)
SAN_OBJS = $(SRCS:bundler/%.c=build/san/obj/%.o)
FUZZ_OBJS = $(SRCS:bundler/%.c=build/fuzz/obj/%.o)
UNIT_TESTS = $(patsubst %.c,build/san/%,$(wildcard tests/unit/*/*.c))
FUZZ_TARGETS = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_REPLAYS = $(FUZZ_TARGETS:%=build/san/tests/fuzz/%)

# As Debian names its architectures; the same as ours for amd64 and arm64.
HOST = linux/$(shell dpkg --print-architecture)

all: build/bundler

build/bundler: $(OBJS)
	$(Q)$(CC_MUSL) $(LDFLAGS_MUSL) -Wl,-Map=$@.map -o $@ $(START) $(OBJS) -Lbuild/sysroot/lib $(LIBS) $(END)

build/obj/%.o: bundler/%.c Makefile build/versions.h
	@mkdir -p $(@D)
	$(Q)$(CC_MUSL) $(CFLAGS_MUSL) -MMD -MP -c -o $@ $<

build/san/bundler: $(SAN_OBJS)
	$(Q)gcc $(SANITIZE) -o $@ $(SAN_OBJS) -Lbuild/san/sysroot/lib $(LIBS) -pthread

build/san/obj/%.o: bundler/%.c Makefile build/san/versions.h
	@mkdir -p $(@D)
	$(Q)gcc $(CFLAGS_SAN) -MMD -MP -c -o $@ $<

# What a unit test links: everything but main.
build/san/libbundler.a: $(filter-out build/san/obj/main.o,$(SAN_OBJS))
	@rm -f $@
	$(Q)ar crD $@ $^

LINK_TEST = build/san/libbundler.a -Lbuild/san/sysroot/lib $(LIBS) -pthread

build/san/tests/unit/%: tests/unit/%.c build/san/libbundler.a Makefile | build/toolchain/test
	@mkdir -p $(@D)
	$(Q)gcc $(CFLAGS_SAN) -MMD -MP -MF $@.d -o $@ $< $(LINK_TEST) -lcmocka

# A fuzz target for the normal test run, where a plain main feeds it its corpus.
build/san/tests/fuzz/%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c build/san/libbundler.a Makefile
	@mkdir -p $(@D)
	$(Q)gcc $(CFLAGS_SAN) -DCORPUS='"tests/fuzz/corpus/$*"' -o $@ $< tests/fuzz/replay.c $(LINK_TEST)

# And for libFuzzer, which wants the program's own code compiled by clang.
build/fuzz/obj/%.o: bundler/%.c Makefile build/san/versions.h | build/toolchain/test
	@mkdir -p $(@D)
	$(Q)clang $(CFLAGS_SAN) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

build/fuzz/%: tests/fuzz/fuzz_%.c $(filter-out build/fuzz/obj/main.o,$(FUZZ_OBJS))
	$(Q)clang $(CFLAGS_SAN) -fsanitize=fuzzer -o $@ $^ -Lbuild/san/sysroot/lib $(LIBS) -pthread

-include $(OBJS:.o=.d) $(SAN_OBJS:.o=.d) $(FUZZ_OBJS:.o=.d) $(UNIT_TESTS:=.d)

# What `bundler --version --verbose` prints.
build/versions.h build/san/versions.h: %/versions.h: %/sysroot/versions Makefile
	$(Q){ echo '#define BUNDLER_VERSION "$(BUNDLER_VERSION)"'; \
	echo '#define BUNDLER_LIBRARIES \'; \
	sed 's/.*/	"&\\n" \\/' $<; echo; } >$@

build/sysroot/versions: bundler/make/sysroot.sh | build/toolchain/build
	bundler/make/sysroot.sh $(@D) musl

build/san/sysroot/versions: bundler/make/sysroot.sh | build/toolchain/build
	bundler/make/sysroot.sh $(@D) san

build/toolchain/%: bundler/make/toolchain.sh
	@bundler/make/toolchain.sh $*
	@mkdir -p $(@D)
	@touch $@

# ---- what it is for ----

rootfs: build/rootfs.sums
	@cat $<

BUNDLE = build/bundler rootfs $(if $(filter all,$(PLATFORM)),,$(PLATFORM:%=-p %)) \
	$(MIRROR:%=--mirror %) --cache $(CACHE) -o rootfs
SOURCE_LOCK = $(RECIPE:.yaml=.source.lock.json)
SOURCE_PLATFORMS = $(if $(filter all,$(PLATFORM)),,$(PLATFORM:%=-p %))

rootfs-official = $(BUNDLE) $(RECIPE) >$@.new && echo official >build/rootfs.release
rootfs-source = bundler/make/toolchain.sh source && \
	configs/source/build.sh $(SOURCE_PLATFORMS) $(NAME) build/source && \
	$(BUNDLE) --offline --lock $(SOURCE_LOCK) --mirror file://$(CURDIR)/build/source $(RECIPE) \
	>$@.new && echo source >build/rootfs.release
# Status 4 alone says that a host cannot be reached. A wrong digest must not end up here.
rootfs-auto = status=0; $(rootfs-official) || status=$$?; [ $$status -eq 0 ] || { \
	[ $$status -eq 4 ] || exit $$status; \
	echo "make: rebuilding the release from its source instead (RELEASE=source)" >&2; \
	$(rootfs-source); }

# bundler prints the digests of the manifests: if they still hold, and the trees and archives are
# there, only a change of what went in makes them again.
rootfs_stand = $(shell sha256sum --check --status build/rootfs.sums 2>/dev/null && \
	sed 's/.* //; s/\.mtree$$//' build/rootfs.sums | \
	{ while read -r tree; do [ -d "$$tree" ] && [ -e "$$tree.tar" ] || exit 1; done; echo yes; })

build/rootfs.sums: build/bundler build/rootfs.settings $(RECIPE) $(wildcard \
		$(RECIPE:.yaml=.lock.json) $(SOURCE_LOCK) configs/*.* configs/root/*) \
		$(if $(rootfs_stand),,FORCE)
	$(if $(rootfs-$(RELEASE)),,$(error RELEASE is official, source or auto, not '$(RELEASE)'))
	@rm -f $@
	@$(rootfs-$(RELEASE))
	@mv $@.new $@

# Changes when the settings do.
build/rootfs.settings: FORCE
	@mkdir -p $(@D)
	@echo '$(BUNDLE) $(RECIPE) $(RELEASE) $(SOURCE_DATE_EPOCH)' >$@.new
	@if cmp -s $@ $@.new; then rm $@.new; else mv $@.new $@; fi

# Dockerfile.scratch, with what `bundler library` says of this recipe, of which no commit is known.
# Before the rules that need it: their prerequisites are expanded where they stand.
DOCKERFILE = build/docker/$(NAME)/Dockerfile

# One image per platform of Linux. The host's own builds with any engine; others need BuildKit.
image-docker: $(patsubst %,image-docker-%,$(subst /,-,$(filter linux/%,$(PLATFORM))))

image-docker-%: rootfs $(DOCKERFILE)
	docker build -f $(DOCKERFILE) -t $(IMAGE)$(if $(filter $*,$(subst /,-,$(HOST))),,-$*) \
		$(if $(filter $*,$(subst /,-,$(HOST))),--build-arg TARGETARCH=$(lastword $(subst -, ,$*)),\
		--platform $(subst -,/,$*)) --build-arg RELEASE=$$(cat build/rootfs.release) .

$(DOCKERFILE): Dockerfile.scratch build/bundler FORCE
	@rm -rf $(@D)
	@build/bundler library --commit $$(printf %040d 0) -o $(@D)/library $(RECIPE) >/dev/null
	@sed '1,/^ADD /d; /^USER /d; /^WORKDIR /d; $$s/$$/\n/' $(@D)/library/*/scratch/Dockerfile >$(@D)/part
	@sed -e '/^# Of the recipe,/r $(@D)/part' \
		-e '/^# Of the recipe,/,/^# Not of the recipe:/{/^#/!d}' $< >$@

# Another version, `make update VERSION=1.2.3`, and what is generated from it: Dockerfile.scratch of
# the default recipe, and the build contexts in LIBRARY, their repository, if the recipe has any.
# UPDATE takes further options.
update: build/bundler
	$(if $(filter command line,$(origin VERSION)),,$(error say which: make update VERSION=1.2.3))
	build/bundler update $(UPDATE) $(VERSION) $(RECIPE)
	! grep -q '^library:' $(RECIPE) || build/bundler library -o $(LIBRARY) $(RECIPE)
	$(if $(filter $(RECIPE),$(DEFAULT_RECIPE)),@$(MAKE) -s $(DOCKERFILE) && cp $(DOCKERFILE) Dockerfile.scratch)
	@[ ! -e $(LIBRARY)/.git ] || git -C $(LIBRARY) --no-pager diff

# Every Linux variant that can be built here, in Docker's engine; and each of them tried.
images: rootfs
	@tests/container/images $(RECIPE) $(IMAGE) build/rootfs.sums $(LOCKED) >build/images.new
	@mv build/images.new build/images
	@cat build/images

run-images: images
	IMAGES=build/images tests/run -v tests/container/run-images

# What the lock stands for, held against the results that it pins: an image and the trees, read from
# where they are; and then everything again under every variation.
LOCKED = --cache $(CACHE) $(if $(filter source,$(shell cat build/rootfs.release)),--offline \
	--lock $(SOURCE_LOCK) --mirror file://$(CURDIR)/build/source,$(MIRROR:%=--mirror %))

audit: rootfs build/san/bundler $(addprefix build/toolchain/,test variations)
	build/bundler image $(LOCKED) $(patsubst %,-p %,$(filter linux/%,$(PLATFORM))) \
		-o oci:build/audit $(RECIPE)
	build/bundler audit --strict $(LOCKED) oci:build/audit $(RECIPE)
	@for tree in $$(sed 's,.*/,,; s/\.mtree$$//' build/rootfs.sums); do \
		build/bundler audit $(LOCKED) $(if $(filter 0,$(shell id -u)),,--ignore owner) \
			-p "$$(echo "$$tree" | tr - /)" "dir:rootfs/$$tree" $(RECIPE) || exit; done
	tests/run tests/reproducible/variations.sh

# ---- tests ----

# Where the release cannot be rebuilt, the tests that need it say so themselves.
test: prepare $(addprefix build/toolchain/,source interop variations)
	-configs/source/build.sh nats-streaming-server build/source
	-configs/source/build.sh -p linux/amd64 nats-server build/source
	tests/run $(TESTS)

check: prepare
	tests/run $$(find tests/check -type f -executable | sort)

# Everything that must give the same bytes, with what is too long for every day.
reproducible: prepare $(addprefix build/toolchain/,source variations arm64)
	tests/run $(addprefix tests/,$(addprefix reproducible/,variations.sh sources.sh reprotest.sh program.sh \
		thorough) container/source.sh)

prepare: build/toolchain/test build/bundler build/san/bundler $(UNIT_TESTS) $(FUZZ_REPLAYS)

bench: build/bundler $(addprefix build/toolchain/,source test interop)
	configs/source/build.sh nats-streaming-server build/source
	tests/bench/run

fuzz: $(FUZZ_TARGETS:%=fuzz-%)

fuzz-%: build/fuzz/%
	@mkdir -p build/corpus/$*
	$< -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=2048 build/corpus/$* \
		$(wildcard tests/fuzz/corpus/$*)

# ---- housekeeping ----

clean:
	rm -rf build/bundler build/bundler.map build/obj build/versions.h build/fuzz \
		build/san/bundler build/san/obj build/san/versions.h build/san/tests \
		build/san/libbundler.a build/variations build/audit build/images build/docker build/rootfs.*
	find rootfs -mindepth 1 -maxdepth 1 ! -name .gitignore -exec rm -rf {} +

distclean: clean
	rm -rf build

help:
	@echo 'Targets: all (build/bundler), rootfs, image-docker, images, run-images, update, audit,'
	@echo '         test, check, reproducible, bench, fuzz, clean, distclean, help'
	@echo 'Settings, here or in config.mk:'
	@echo '  PLATFORM=$(PLATFORM)   a list, or all'
	@echo '  RELEASE=$(RELEASE)   official, source or auto'
	@echo '  RECIPE=$(RECIPE)'
	@echo '  MIRROR=$(MIRROR)   where to look first for releases; CACHE=$(CACHE)'
	@echo '  IMAGE=$(IMAGE)   VERSION=$(VERSION)'
	@echo '  LIBRARY=$(LIBRARY)   where make update VERSION=... generates; UPDATE=   its options'
	@echo '  FUZZ_SECONDS=$(FUZZ_SECONDS)   TESTS=   what to run instead of everything'

# For the scripts: `make -s print-CFLAGS_SAN` and the like.
print-%:
	@echo '$($*)'

FORCE:
.PHONY: all rootfs image-docker images run-images update audit test check reproducible prepare bench fuzz clean distclean help FORCE
.DELETE_ON_ERROR:
.SECONDARY:
