/* SPDX-License-Identifier: Apache-2.0 */
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"

#define NEW_MODE 0644

static int choose_mode(const struct replacement *file, mode_t *mode, struct error *err)
{
	struct stat st;

	*mode = NEW_MODE;
	if (fstatat(file->staging.parent, file->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_errno(err, STATUS_FILE, "cannot replace '%s'",
							 file->path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, STATUS_FILE, "cannot replace '%s': it is not a regular file",
				 file->path);
	*mode = st.st_mode & 07777;
	return 0;
}

static bool is_same(const struct replacement *file)
{
	struct buffer there;
	struct error ignored;
	bool same;

	buffer_init(&there, file->bytes->length);
	same = file_read(&there, file->staging.parent, file->name, &ignored) == 0
	       && there.length == file->bytes->length
	       && memcmp(there.bytes, file->bytes->bytes, there.length) == 0;
	buffer_free(&there);
	return same;
}

/* Files in one directory share what the first of them has opened. */
static int open_staging(struct replacement *files, size_t i, struct error *err)
{
	struct replacement *file = &files[i];

	for (size_t j = 0; j < i; j++)
		if (path_is_beside(files[j].path, file->path)) {
			file->staging = files[j].staging;
			file->name = path_name(file->path);
			return 0;
		}
	if (staging_open_beside(&file->staging, file->path, &file->name, err) < 0)
		return -1;
	file->open = true;
	return 0;
}

static int open_one(struct replacement *files, size_t i, struct error *err)
{
	struct replacement *file = &files[i];
	mode_t mode;

	if (open_staging(files, i, err) < 0)
		return -1;
	if (choose_mode(file, &mode, err) < 0)
		return -1;
	file->same = is_same(file);
	return file->same ? 0 : file_create(file->staging.fd, file->name, file->bytes->bytes,
					    file->bytes->length, mode, err);
}

/* Builds all of them beside their places, flushed. */
static int open_all(struct replacement *files, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		files[i].open = files[i].same = files[i].moved = false;
	for (size_t i = 0; i < count; i++)
		if (open_one(files, i, err) < 0)
			return -1;
	return 0;
}

static int publish(struct replacement *files, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (files[i].same)
			continue;
		if (staging_publish(&files[i].staging, files[i].name, err) < 0)
			return -1;
		files[i].moved = true;
	}
	for (size_t i = 0; i < count; i++)
		if (files[i].open && staging_flush(&files[i].staging, err) < 0)
			return -1;
	return 0;
}

static void retract(const struct replacement *files, size_t count)
{
	while (count-- > 0)
		if (files[count].moved)
			staging_retract(&files[count].staging, files[count].name);
}

int replace_files(struct replacement *files, size_t count, staging_confirm *confirm, void *context,
		  struct error *err)
{
	int result = open_all(files, count, err);

	if (result == 0 && (publish(files, count, err) < 0 || confirm(context, err) < 0)) {
		retract(files, count);
		result = -1;
	}
	for (size_t i = 0; i < count; i++)
		if (files[i].open)
			staging_close_beside(&files[i].staging);
	return result;
}
