/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_PLATFORM_H
#define BUNDLER_BASE_PLATFORM_H

#include <stdint.h>

#include "base/error.h"

/* The format of a platform's programs. */
enum platform_format { PLATFORM_ELF, PLATFORM_PE };

/* A platform and all of its names. */
struct platform {
	const char *name;		/* OCI: os/architecture[/variant], the canonical form */
	const char *directory;		/* the same as a file name: os-architecture[-variant] */
	const char *os;
	const char *architecture;	/* Go's GOARCH, as OCI requires (image-spec config.md) */
	const char *variant;		/* OCI variant, or "" */
	const char *target;		/* a name that lint knows in release assets: <os>-<arch> */
	const char *bashbrew;		/* Docker Official Images, NULL if not built there */
	const char *apk;		/* output of apk --print-arch, NULL without Alpine */
	const char *dpkg;		/* output of dpkg --print-architecture, or NULL */
	const char *uname;		/* output of uname -m, or NULL */
	enum platform_format format;
	uint16_t machine;		/* e_machine (ELF gABI) or Machine (PE/COFF) */
	uint8_t bits;			/* 32 or 64 */
	uint8_t big_endian;
	const char *word;		/* of a copy: what {target} stands for; NULL in the table */
};

/*
 * The platform with this name; "linux/arm64/v8" and "linux/arm" are read as containerd reads them.
 * NULL and STATUS_USAGE if there is none.
 */
const struct platform *platform_find(const char *name, struct error *err);

/*
 * The platform that somebody means by name, who knows one of its other names: with "-" or "_" in
 * the place of "/", without "linux/", or by what another tool calls it, as in x86_64, armv7,
 * arm64v8. For command lines; files have the names above. NULL and STATUS_USAGE if there is none,
 * with a hint that names one that is near.
 */
const struct platform *platform_guess(const char *name, struct error *err);

/* The platform for which this program was compiled, or NULL if it is not in the table. */
const struct platform *platform_host(void);

/* Why os is not the operating system of a platform, or NULL. */
const char *platform_os_fault(const char *os);

/* The table, in canonical order; the name of its last row is NULL. */
const struct platform *platform_table(void);

#endif
