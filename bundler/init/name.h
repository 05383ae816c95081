/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_INIT_NAME_H
#define BUNDLER_INIT_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/platform.h"
#include "base/pool.h"

/* What the name of a release's file says, such as hello_1.2.0_linux_amd64.tar.gz. */

/* How a program is linked, the best for an image first. */
enum init_linking { INIT_STATIC, INIT_MUSL, INIT_UNKNOWN, INIT_GNU };

struct init_name {
	const char *text;
	const struct platform *platform;	/* NULL: none that bundler has a name for */
	bool has_os;		/* it names the system; without one it is taken for Linux */
	bool has_architecture;	/* and the architecture, of ARM with its version */
	bool has_version;
	bool exotic;		/* it names a system or an architecture that is no platform */
	size_t begin, end;	/* of all words about the platform; equal without one */
	const char *extension;	/* in text, with its dot, or the empty end of it */
	const char *format;	/* as in a recipe; NULL when the file is not what is installed */
	enum init_linking linking;
	const char *stem;	/* what is left, as init_name_plain */
};

/*
 * Reads a name, whose beginning is no word when it is the product's name, as init_name_plain;
 * product and version may be NULL. What it points to is text, the caller's, and in pool.
 */
struct init_name init_name_parse(const char *text, const char *product, const char *version,
				 struct pool *pool);

/* The letters and digits of length bytes of text, in lower case, in pool. */
char *init_name_plain(const char *text, size_t length, struct pool *pool);

/*
 * Bytes at the beginning of text that are whole words and plain in init_name_plain; 0 when there
 * are none.
 */
size_t init_name_product(const char *text, const char *plain);

/* Where the version is in text, at the beginning and the end of words, or NULL. */
const char *init_name_version(const char *text, const char *version);

#endif
