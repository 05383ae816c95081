# SPDX-License-Identifier: Apache-2.0
# Builds the program and tests it. What the program is for, root file systems and images, is in
# bundler/make/product.mk; how others get the program, in bundler/make/package.mk. `make help` lists
# the targets; config.mk is for settings of your own.
-include config.mk

# As many jobs as processors, unless -j says otherwise.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

# ---- what to build ----

BUNDLER_VERSION = 0.3.0

# The rooms of the program, lower floors first; docs/architecture.md has what is in each of them.
ROOMS = base trust unpack tree image fetch recipe registry lint library init validate sbom attest build audit command
# Sorted, because the order of linking changes the program.
SRCS = bundler/main.c $(sort $(wildcard $(ROOMS:%=bundler/%/*.c)))

# Nothing would be built of another folder.
$(foreach folder,$(filter-out make $(ROOMS),$(patsubst bundler/%/,%,$(wildcard bundler/*/))), \
	$(error bundler/$(folder)/ is not a room: ROOMS does not list it))

# ---- how to build it ----

comma = ,
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wwrite-strings -Wcast-qual -Wpointer-arith
BASE = -std=c11 -D_GNU_SOURCE $(WARNINGS) -iquote bundler
# Calls of these come to ours first, from the libraries too: base/memory.c, fetch/wire.c.
LIBS = $(addprefix -Wl$(comma)--wrap=,malloc calloc realloc recv) -lcurl -larchive -lz -lbearssl -lnettle -ldeflate -lzstd -llzma -lbz2 -ljansson -lyaml

# The shipped flavour: musl, a static position-independent executable. Debian's musl-gcc cannot
# make one by itself, so its start files are named here; nothing in it depends on the directory.
# The first three are others for another machine (bundler/make/arm64.sh).
GCC = gcc
CC_MUSL = musl-gcc
MUSL = /usr/lib/$(subst gnu,musl,$(shell $(GCC) -dumpmachine))
# For size: what takes time is in the libraries, and is compiled for speed (sysroot.sh).
CFLAGS ?= -Os
HARDEN = -fPIE -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero
CFLAGS_MUSL = $(BASE) $(CFLAGS) $(HARDEN) -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -isystem build/sysroot/include -iquote build
LDFLAGS_MUSL = -nostartfiles -s $(addprefix -Wl$(comma),-static -pie --no-dynamic-linker \
	-z,text -z,relro -z,now -z,noexecstack --gc-sections --build-id=none)
START = $(MUSL)/rcrt1.o $(MUSL)/crti.o $(shell $(GCC) -print-file-name=crtbeginS.o)
END = $(shell $(GCC) -print-file-name=crtendS.o) $(MUSL)/crtn.o

# The tests' flavour: glibc with AddressSanitizer and UndefinedBehaviorSanitizer.
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_SAN = $(BASE) -g -O1 -fno-omit-frame-pointer $(SANITIZE) \
	-DPOOL_BLOCK_BYTES=0 -DCONFINE_DEFAULT=CONFINE_OFF -isystem build/san/sysroot/include -iquote build/san -iquote tests/unit

# V=1 shows the commands.
Q = $(if $(V),,@echo '  $@';)

# What the compiler says of a source is also kept beside the result, for tests/check/warnings.
SAID = 2>$@.said; status=$$?; cat $@.said >&2; exit $$status

OBJS = $(SRCS:bundler/%.c=build/obj/%.o)
SAN_OBJS = $(SRCS:bundler/%.c=build/san/obj/%.o)
FUZZ_OBJS = $(SRCS:bundler/%.c=build/fuzz/obj/%.o)
UNIT_TESTS = $(patsubst %.c,build/san/%,$(wildcard tests/unit/*/*.c))
FUZZ_TARGETS = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_REPLAYS = $(FUZZ_TARGETS:%=build/san/tests/fuzz/%)

all: build/bundler build/THIRD-PARTY

build/bundler: $(OBJS)
	$(Q)$(CC_MUSL) $(LDFLAGS_MUSL) -Wl,-Map=$@.map -o $@ $(START) $(OBJS) -Lbuild/sysroot/lib $(LIBS) $(END)

# A program that breaks out of the readers of what others have written, or tries to: for
# tests/hostile/confine.sh.
PROBED = files_open stream_open_file observe_directory lint_tree_read pem_next generated_compare fetch_size \
	sums_find init_choose inventory_read registry_client_manifest

build/probe/bundler: $(OBJS) tests/hostile/confine_probe.c
	@mkdir -p $(@D)
	$(Q)$(CC_MUSL) $(CFLAGS_MUSL) -c -o $(@D)/probe.o tests/hostile/confine_probe.c
	@$(CC_MUSL) $(LDFLAGS_MUSL) $(PROBED:%=-Wl,--wrap=%) -o $@ $(START) $(OBJS) $(@D)/probe.o \
		-Lbuild/sysroot/lib $(LIBS) $(END)

build/obj/%.o: bundler/%.c Makefile build/versions.h
	@mkdir -p $(@D)
	$(Q)$(CC_MUSL) $(CFLAGS_MUSL) -MMD -MP -c -o $@ $< $(SAID)

# The licences of what is linked.
build/THIRD-PARTY: bundler/make/third-party.sh build/bundler
	$(Q)GCC=$(GCC) $< build/src build/sysroot/versions build/bundler.map >$@

build/san/bundler: $(SAN_OBJS)
	$(Q)gcc $(SANITIZE) -o $@ $(SAN_OBJS) -Lbuild/san/sysroot/lib $(LIBS) -pthread

build/san/obj/%.o: bundler/%.c Makefile build/san/versions.h
	@mkdir -p $(@D)
	$(Q)gcc $(CFLAGS_SAN) -MMD -MP -c -o $@ $< $(SAID)

# What a unit test links: everything but main.
build/san/libbundler.a: $(filter-out build/san/obj/main.o,$(SAN_OBJS))
	@rm -f $@
	$(Q)ar crD $@ $^

LINK_TEST = build/san/libbundler.a -Lbuild/san/sysroot/lib $(LIBS) -pthread

build/san/tests/unit/%: tests/unit/%.c build/san/libbundler.a Makefile | build/toolchain/test
	@mkdir -p $(@D)
	$(Q)gcc $(CFLAGS_SAN) -MMD -MP -MF $@.d -o $@ $< $(LINK_TEST) -lcmocka $(SAID)

# A fuzz target for the normal test run, where a plain main feeds it its corpus.
build/san/tests/fuzz/%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c build/san/libbundler.a Makefile
	@mkdir -p $(@D)
	$(Q)gcc $(CFLAGS_SAN) -DCORPUS='"tests/fuzz/corpus/$*"' -o $@ $< tests/fuzz/replay.c $(LINK_TEST) $(SAID)

# And for libFuzzer, which wants the program's own code compiled by clang.
build/fuzz/obj/%.o: bundler/%.c Makefile build/san/versions.h | build/toolchain/test
	@mkdir -p $(@D)
	$(Q)clang $(CFLAGS_SAN) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

build/fuzz/%: tests/fuzz/fuzz_%.c $(filter-out build/fuzz/obj/main.o,$(FUZZ_OBJS))
	$(Q)clang $(CFLAGS_SAN) -fsanitize=fuzzer -o $@ $^ -Lbuild/san/sysroot/lib $(LIBS) -pthread

-include $(OBJS:.o=.d) $(SAN_OBJS:.o=.d) $(FUZZ_OBJS:.o=.d) $(UNIT_TESTS:=.d)

# The versions that `bundler --version --verbose` and `bundler --license` print.
build/versions.h build/san/versions.h: %/versions.h: %/sysroot/versions Makefile
	$(Q){ echo '#define BUNDLER_VERSION "$(BUNDLER_VERSION)"'; \
	awk '{ name = toupper($$1); gsub("-", "_", name); \
		print "#define VERSION_" name " \"" $$2 "\"" }' $<; \
	echo '#define BUNDLER_LIBRARIES \'; \
	sed 's/.*/	"&\\n" \\/' $<; echo; } >$@

SYSROOT = bundler/make/sysroot.sh $(wildcard bundler/make/sysroot/* bundler/make/sysroot/*/*)

build/sysroot/versions: $(SYSROOT) | build/toolchain/build
	bundler/make/sysroot.sh $(@D) musl

build/san/sysroot/versions: $(SYSROOT) | build/toolchain/build
	bundler/make/sysroot.sh $(@D) san

build/toolchain/%: bundler/make/toolchain.sh
	@bundler/make/toolchain.sh $*
	@mkdir -p $(@D)
	@touch $@

# ---- tests ----

# Where the release cannot be rebuilt, the tests that need it say so themselves.
test: prepare $(addprefix build/toolchain/,source interop variations)
	-configs/source/build.sh -p linux/amd64 -p linux/arm64 -p linux/arm/v7 nats-streaming-server build/source
	-configs/source/build.sh -p linux/amd64 nats-server build/source
	tests/run $(TESTS)

check: prepare
	tests/run $$(find tests/check -type f -executable | sort)

# Everything that must give the same bytes, with what is too long for every day.
reproducible: prepare $(addprefix build/toolchain/,source interop variations arm64)
	tests/run $(addprefix tests/,$(addprefix reproducible/,variations.sh sources.sh reprotest.sh prove.sh prove_server program.sh libraries \
		tar_readers cosign.sh thorough emulated) $(addprefix container/,source.sh servers cluster kubernetes))

# What no change waits for: that, tests/thorough, and then a search for inputs that fail, FUZZ_SECONDS
# for each target.
thorough: reproducible
	tests/run tests/thorough/*
	+$(MAKE) fuzz

prepare: build/toolchain/test all build/san/bundler $(UNIT_TESTS) $(FUZZ_REPLAYS)

bench: build/bundler $(addprefix build/toolchain/,source test interop)
	configs/source/build.sh nats-streaming-server build/source
	tests/bench/run

# Seconds for each target.
FUZZ_SECONDS ?= 60

fuzz: $(FUZZ_TARGETS:%=fuzz-%)

fuzz-%: build/fuzz/%
	@mkdir -p build/corpus/$*
	$< -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=2048 build/corpus/$* \
		$(wildcard tests/fuzz/corpus/$*)

# ---- housekeeping ----

clean:
	rm -rf build/bundler build/bundler.map build/THIRD-PARTY build/obj build/versions.h \
		build/fuzz build/variations build/arm64 build/release build/*.deb build/*.tar.gz \
		$(addprefix build/san/,bundler obj versions.h tests libbundler.a) \
		build/rootfs.* build/images* build/audit build/Dockerfile.scratch
	find rootfs -mindepth 1 -maxdepth 1 ! -name .gitignore -exec rm -rf {} +

distclean: clean
	rm -rf build

include bundler/make/product.mk
include bundler/make/package.mk

# For the scripts: `make -s print-CFLAGS_SAN` and the like.
print-%:
	@echo '$($*)'

FORCE:
.PHONY: all test check reproducible thorough prepare bench fuzz clean distclean FORCE
.DELETE_ON_ERROR:
.SECONDARY:
