/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_PLATFORM_H
#define BUNDLER_BASE_PLATFORM_H

#include <stdint.h>

#include "base/error.h"

/* What the header of a program must say to run on a platform. */
enum platform_format { PLATFORM_ELF, PLATFORM_PE };

/* One platform under all of its names: the only place where they stand. */
struct platform {
	const char *name;		/* OCI: os/architecture[/variant], the canonical form */
	const char *directory;		/* the same as a file name: os-architecture[-variant] */
	const char *os;
	const char *architecture;	/* Go's GOARCH, as OCI demands (image-spec config.md) */
	const char *variant;		/* OCI variant, "" where there is none */
	const char *target;		/* in the names of release assets: <os>-<arch> */
	const char *bashbrew;		/* Docker Official Images, NULL where not built there */
	const char *apk;		/* what apk --print-arch prints, or NULL without Alpine */
	const char *dpkg;		/* what dpkg --print-architecture prints, or NULL */
	const char *uname;		/* what uname -m prints, or NULL */
	enum platform_format format;
	uint16_t machine;		/* e_machine (ELF gABI) or Machine (PE/COFF) */
	uint8_t bits;			/* 32 or 64 */
	uint8_t big_endian;
};

/*
 * The platform that a user, a recipe or a lock names; "linux/arm64/v8" and "linux/arm" are
 * understood as containerd understands them. NULL and STATUS_USAGE when there is none.
 */
const struct platform *platform_find(const char *name, struct error *err);

/* The platform that this program was made for, or NULL where it has no name here. */
const struct platform *platform_host(void);

/* Why os is no operating system of a platform, or NULL when it is. */
const char *platform_os_fault(const char *os);

/* The whole table, in canonical order, ended by a row whose name is NULL. */
const struct platform *platform_table(void);

#endif
