/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_BUILDINFO_H
#define BUNDLER_UNPACK_BUILDINFO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/content.h"
#include "base/error.h"
#include "base/pool.h"

/*
 * Go's build information: what a program says of the modules that it was built from (Go's packages
 * debug/buildinfo and runtime/debug). It is read from ELF and PE files that Go 1.18 or later has
 * linked. Nothing in it is verified: whoever made the program could write anything.
 */

struct buildinfo_module {
	const char *path;
	const char *version;	/* "v1.2.3", "(devel)" or "" */
	const char *sum;	/* "h1:" and the base64 of a hash over the module's files, or "" */
	struct buildinfo_module *replacement;	/* what was built instead, or NULL */
};

struct buildinfo {
	/* Why nothing is known, and the rest is empty; NULL if the information was read. */
	const char *fault;
	const char *go;			/* version of Go: "go1.27.4" */
	const char *path;		/* of the main package, or "" */
	struct buildinfo_module main;	/* the path is NULL without a main module */
	struct buildinfo_module *modules;	/* that the main one depends on */
	size_t module_count;
	const char **settings;		/* of the build: "KEY=VALUE", as written, perhaps quoted */
	size_t setting_count;
};

/*
 * Reads the build information of a program; its strings are in pool. All of them are visible
 * ASCII, a value of a setting also other UTF-8; paths and versions have the forms that Go gives
 * them, but a replacement's path may be that of a directory. What is not so, or exceeds limits.h,
 * is a fault, not an error. STATUS_FILE if content cannot be read; name is for that message.
 */
int buildinfo_read(struct buildinfo *info, const struct content *content, const char *name,
		   struct pool *pool, struct error *err);

/* Whether a file that begins so may be a program that buildinfo_read reads: ELF or PE. */
bool buildinfo_is_program(const void *head, size_t length);

#endif
