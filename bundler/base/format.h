/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_FORMAT_H
#define BUNDLER_BASE_FORMAT_H

#include <stddef.h>

/* The formats of files that bundler unpacks: how they are compressed, and what is in them. */

enum compression {
	/* Those that layers of images have. */
	COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD,
	COMPRESSIONS_OF_LAYERS,
	COMPRESSION_XZ = COMPRESSIONS_OF_LAYERS, COMPRESSION_BZIP2
};

enum format_content { FORMAT_TAR, FORMAT_ZIP, FORMAT_PROGRAM };

/* A format of a release's asset. */
struct format {
	const char *name;		/* as recipes spell it, and {format} stands for */
	enum format_content content;
	enum compression compression;
};

/* The format with this name, or NULL. */
const struct format *format_find(const char *name);

/* Why there is no format with this name, or NULL when there is one. */
const char *format_fault(const char *name);

/* All names, for a hint. */
#define FORMAT_NAMES \
	"tar.gz, tgz, tar.xz, txz, tar.zst, tar.bz2, tbz, tar, zip, program, gz, xz, zst, bz2"

#define FORMAT_HEAD_BYTES 262	/* of a file, in which all marks are */

/*
 * The format that a file begins like, or NULL; of compressed ones that of a tar, though a program
 * begins the same. head has FORMAT_HEAD_BYTES, or all of a shorter file.
 */
const struct format *format_guess(const void *head, size_t length);

#endif
