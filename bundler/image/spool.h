/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_SPOOL_H
#define BUNDLER_IMAGE_SPOOL_H

#include "base/error.h"
#include "image/location.h"

/*
 * Archives that cannot be read at any offset where they are: standard input, and archives of images
 * that are compressed as a whole, by gzip or zstd. They are copied, uncompressed, to an unnamed
 * file. A compressed tar of a root file system is copied as it is: it is read from its start.
 */

/*
 * Looks at a place of any kind. 1 if spool_fill has to copy it, 0 if it can be read as it is, also
 * if it cannot be opened, which its reader reports. -1: STATUS_USAGE for a terminal.
 */
int spool_open(struct location *place, struct error *err);

/*
 * Copies it to a file on the file system of directory. STATUS_ARCHIVE for a damaged compressed
 * stream, STATUS_LIMIT for more than LIMIT_LAYERS_BYTES or a ratio beyond LIMIT_RATIO, STATUS_FILE.
 */
int spool_fill(struct location *place, int directory, struct error *err);

/* In any case, at the end. */
void spool_close(struct location *place);

#endif
