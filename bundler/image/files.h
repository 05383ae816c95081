/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_IMAGE_FILES_H
#define BUNDLER_IMAGE_FILES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"
#include "image/location.h"

/*
 * The files of an image place: those below the directory of a layout, the members of a tar, which
 * is not unpacked, or what was fetched from a registry. Nothing is written, and no file outside is
 * opened: links are followed only to a file of the same place, and symbolic links not to another
 * symbolic link.
 */

enum files_type { FILES_FILE, FILES_DIRECTORY, FILES_SYMLINK, FILES_HARD_LINK, FILES_OTHER };

struct files_entry {
	const char *name;	/* relative, without leading "./" and final slash; no NUL */
	enum files_type type;
	const char *target;	/* of a link, else NULL */
	const struct files_entry *file;	/* to be read by this name: itself, its target, or NULL */
	const char *fault;	/* why it cannot be read, or its name is refused; or NULL */
	uint64_t size;		/* of a file */
	int fd;			/* not its own: of an archive, or of what was fetched */
	uint64_t offset;	/* of its bytes in fd */
};

struct files;

/*
 * Opens a place of a kind that holds images and lists its files. STATUS_USAGE for another kind,
 * STATUS_ARCHIVE for an incomplete or malformed tar, STATUS_FILE, STATUS_LIMIT. The caller frees
 * with files_close; of place only place->files must outlive it.
 */
int files_open(struct files **files, const struct location *place, struct error *err);
void files_close(struct files *files);

/* All entries, sorted by name as bytes. Entries with the same name have a fault. */
const struct files_entry *files_entries(const struct files *files, size_t *count);

/* The entry of exactly this name, or NULL. */
const struct files_entry *files_find(const struct files *files, const char *name);

/* An open file of a place. It stays open after files_close. */
struct files_reader {
	int fd;
	uint64_t offset;	/* of its bytes in fd */
	uint64_t size;
};

/* Opens entry->file; STATUS_ARCHIVE if it is NULL, STATUS_FILE. */
int files_reader_open(struct files_reader *file, const struct files *files,
		      const struct files_entry *entry, struct error *err);
void files_reader_close(struct files_reader *file);

/* Reads at offset: the number of bytes, fewer than length at the end only; -1 with errno set. */
ssize_t files_reader_read(const struct files_reader *file, void *bytes, size_t length,
			  uint64_t offset);

/* Adds a whole file to buffer. Fails as files_reader_open; STATUS_LIMIT beyond buffer's maximum. */
int files_read(const struct files *files, const struct files_entry *entry, struct buffer *buffer,
	       struct error *err);

#endif
