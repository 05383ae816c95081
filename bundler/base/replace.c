/* SPDX-License-Identifier: Apache-2.0 */
/* Files of several directories, replaced together. */
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"

#define NEW_MODE 0644

static bool is_same(const struct replacement *file)
{
	struct buffer there;
	struct error ignored;
	bool same;

	buffer_init(&there, file->bytes->length);
	same = file_read(&there, file->staging->parent, file->name, &ignored) == 0
	       && there.length == file->bytes->length
	       && memcmp(there.bytes, file->bytes->bytes, there.length) == 0;
	buffer_free(&there);
	return same;
}

/* Writes file i beside the old one, flushed. Returns 1, 0 if it has its bytes already, or -1. */
static int stage(struct replacement *files, size_t i, struct error *err)
{
	struct replacement *file = &files[i];
	mode_t mode = NEW_MODE;
	struct stat st;

	for (size_t j = 0; j < i && !file->staging; j++)
		if (path_is_beside(files[j].path, file->path)) {
			file->staging = files[j].staging;
			file->name = path_name(file->path);
		}
	if (!file->staging) {
		if (staging_open_beside(&file->own, file->path, &file->name, err) < 0)
			return -1;
		file->open = true;
		file->staging = &file->own;
	}
	if (fstatat(file->staging->parent, file->name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (!S_ISREG(st.st_mode))
			return error_set(err, STATUS_FILE, "cannot replace '%s': it is not a "
					 "regular file", file->path);
		mode = st.st_mode & 07777;
	} else if (errno != ENOENT) {
		return error_errno(err, STATUS_FILE, "cannot replace '%s'", file->path);
	}
	if (is_same(file))
		return 0;
	return file_create(file->staging->fd, file->name, file->bytes->bytes, file->bytes->length,
			   mode, err) < 0 ? -1 : 1;
}

int replace_files(struct replacement *files, size_t count, staging_confirm *confirm, void *context,
		  struct error *err)
{
	struct staging_move *moves = memory_new(count, sizeof *moves);
	size_t moving = 0;
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		files[i].open = false;
		files[i].staging = NULL;
	}
	for (size_t i = 0; i < count && result >= 0; i++) {
		result = stage(files, i, err);
		if (result > 0)
			moves[moving++] = (struct staging_move){ files[i].staging, files[i].name,
								 false };
	}
	if (result >= 0)
		result = staging_publish(moves, moving, confirm, context, err);
	for (size_t i = 0; i < count; i++)
		if (files[i].open)
			result = staging_end_beside(&files[i].own, result, err);
	free(moves);
	return result;
}
