# `make help` lists the targets. What you want different goes into config.mk.
-include config.mk

# ---- what to build ----

BUNDLER_VERSION = 0.1.0

# Sources of the program, a line each, sorted.
SRCS = \
	bundler/address.c \
	bundler/assemble.c \
	bundler/binary.c \
	bundler/buffer.c \
	bundler/bundle.c \
	bundler/cache.c \
	bundler/certificate.c \
	bundler/channel.c \
	bundler/client.c \
	bundler/clock.c \
	bundler/command_certs.c \
	bundler/command_fetch.c \
	bundler/command_inputs.c \
	bundler/command_lock.c \
	bundler/command_rootfs.c \
	bundler/constraint.c \
	bundler/content.c \
	bundler/der.c \
	bundler/digest.c \
	bundler/download.c \
	bundler/error.c \
	bundler/fetch.c \
	bundler/file.c \
	bundler/http.c \
	bundler/interrupt.c \
	bundler/jobs.c \
	bundler/layer.c \
	bundler/lock.c \
	bundler/main.c \
	bundler/memory.c \
	bundler/mtree.c \
	bundler/option.c \
	bundler/outputs.c \
	bundler/partial.c \
	bundler/path.c \
	bundler/pem.c \
	bundler/placeholder.c \
	bundler/platform.c \
	bundler/policy.c \
	bundler/pool.c \
	bundler/progress.c \
	bundler/proxy.c \
	bundler/range.c \
	bundler/recipe.c \
	bundler/release.c \
	bundler/report.c \
	bundler/retry.c \
	bundler/rootfs.c \
	bundler/staging.c \
	bundler/sums.c \
	bundler/tls.c \
	bundler/tree.c \
	bundler/trust.c \
	bundler/url.c \
	bundler/yaml.c

# The root file systems: the server's recipe, where its release comes from, for which platforms.
NAME = nats-streaming-server
RECIPE ?= configs/$(NAME).yaml
RELEASE ?= auto
PLATFORM ?=
MIRROR ?=
CACHE ?= build/cache

# ---- how to build it ----

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wwrite-strings -Wcast-qual -Wpointer-arith
BASE = -std=c11 -D_GNU_SOURCE $(WARNINGS) -iquote bundler
LIBS = -lcurl -larchive -lz -lbearssl -lnettle -ldeflate -ljansson -lyaml

# The shipped flavour: musl, a static position-independent executable. Debian's musl-gcc cannot
# make one by itself, so its start files are named here; nothing in it depends on the directory.
CC_MUSL = musl-gcc
MUSL = /usr/lib/$(subst gnu,musl,$(shell gcc -dumpmachine))
CFLAGS ?= -O2
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
	-isystem build/san/sysroot/include -iquote build/san

OBJS = $(SRCS:bundler/%.c=build/obj/%.o)
SAN_OBJS = $(SRCS:bundler/%.c=build/san/obj/%.o)
UNIT_TESTS = $(patsubst %.c,build/san/%,$(wildcard tests/unit/*.c))

all: build/bundler

build/bundler: $(OBJS)
	$(CC_MUSL) $(LDFLAGS_MUSL) -Wl,-Map=$@.map -o $@ $(START) $(OBJS) -Lbuild/sysroot/lib $(LIBS) $(END)

build/obj/%.o: bundler/%.c Makefile build/versions.h
	@mkdir -p $(@D)
	$(CC_MUSL) $(CFLAGS_MUSL) -MMD -MP -c -o $@ $<

build/san/bundler: $(SAN_OBJS)
	gcc $(SANITIZE) -o $@ $(SAN_OBJS) -Lbuild/san/sysroot/lib $(LIBS) -pthread

build/san/obj/%.o: bundler/%.c Makefile build/san/versions.h
	@mkdir -p $(@D)
	gcc $(CFLAGS_SAN) -MMD -MP -c -o $@ $<

# What a unit test links: everything but main.
build/san/libbundler.a: $(filter-out build/san/obj/main.o,$(SAN_OBJS))
	rm -f $@
	ar crD $@ $^

build/san/tests/unit/%: tests/unit/%.c build/san/libbundler.a
	@mkdir -p $(@D)
	gcc $(CFLAGS_SAN) -MMD -MP -MF $@.d -o $@ $< build/san/libbundler.a \
		-Lbuild/san/sysroot/lib $(LIBS) -lcmocka -pthread

-include $(OBJS:.o=.d) $(SAN_OBJS:.o=.d) $(UNIT_TESTS:=.d)

# What `bundler --version --verbose` prints.
build/versions.h build/san/versions.h: %/versions.h: %/sysroot/versions Makefile
	{ echo '#define BUNDLER_VERSION "$(BUNDLER_VERSION)"'; \
	echo '#define BUNDLER_LIBRARIES \'; \
	sed 's/.*/	"&\\n" \\/' $<; echo; } >$@

build/sysroot/versions: bundler/sysroot.sh | build/toolchain/build
	bundler/sysroot.sh $(@D) musl

build/san/sysroot/versions: bundler/sysroot.sh | build/toolchain/build
	bundler/sysroot.sh $(@D) san

build/toolchain/%: bundler/toolchain.sh
	bundler/toolchain.sh $*
	@mkdir -p $(@D)
	@touch $@

# ---- housekeeping ----

clean:
	rm -rf build/bundler build/obj build/san/bundler build/san/obj build/san/tests \
		build/san/libbundler.a

distclean:
	rm -rf build

# For the scripts: `make -s print-CFLAGS_SAN` and the like.
print-%:
	@echo '$($*)'

.PHONY: all clean distclean
.DELETE_ON_ERROR:
