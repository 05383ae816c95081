/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_ZIP_H
#define BUNDLER_UNPACK_ZIP_H

#include <stdint.h>

/*
 * Returns why the ZIP archive in fd, size bytes long, must not be given to libarchive, or NULL.
 * libarchive reads the whole central directory into memory, so the end record (APPNOTE.TXT section
 * 4.3.16) must end the file and state a directory of at most LIMIT_ZIP_DIRECTORY_BYTES right before
 * it. ZIP64, which only archives of more than 4 GiB need, is refused. fd's position is kept.
 */
const char *zip_fault(int fd, uint64_t size);

#endif
