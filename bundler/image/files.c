/* SPDX-License-Identifier: Apache-2.0 */
/* Lists a directory, a tar archive or what a registry sent, and reads the files in it. */
#include "image/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/pool.h"
#include "unpack/tar.h"

#define CHUNK 65536

struct files {
	struct pool pool;
	const char *path;		/* of the place */
	int fd;				/* of the directory or the archive */
	bool archive;			/* the files are parts of fd, or of descriptors of theirs */
	struct files_entry *entries;
	size_t count;
	size_t budget;			/* bytes of names that may still be added */
};

static int refuse(const struct files *files, enum status status, const char *reason,
		  struct error *err)
{
	return error_set(err, status, "cannot read '%s': %s", files->path, reason);
}

/* ---- entries ---- */

/* A new entry of a name that the pool holds already; NULL when there are too many. */
static struct files_entry *add(struct files *files, const char *name, enum files_type type,
			       struct error *err)
{
	struct files_entry *entry;

	if (files->count == LIMIT_STORE_FILES || strlen(name) > files->budget) {
		refuse(files, STATUS_LIMIT, "it has too many files", err);
		return NULL;
	}
	files->budget -= strlen(name);
	if ((files->count & (files->count - 1)) == 0)
		files->entries = memory_resize(files->entries, files->count ? files->count * 2 : 1,
					       sizeof *files->entries);
	entry = &files->entries[files->count++];
	*entry = (struct files_entry){ .name = name, .type = type, .fd = files->fd,
				       .fault = path_beneath_fault(name) };
	return entry;
}

static int compare(const void *a, const void *b)
{
	const struct files_entry *one = a, *other = b;

	return strcmp(one->name, other->name);
}

/* Of two members with one name readers take the first or the last. Directories do not differ. */
static void mark_repeated(struct files *files)
{
	for (size_t i = 1; i < files->count; i++) {
		struct files_entry *entry = &files->entries[i], *before = entry - 1;

		if (strcmp(entry->name, before->name) != 0
		    || (entry->type == FILES_DIRECTORY && before->type == FILES_DIRECTORY))
			continue;
		entry->fault = before->fault = "its name occurs twice";
	}
}

const struct files_entry *files_entries(const struct files *files, size_t *count)
{
	*count = files->count;
	return files->entries;
}

const struct files_entry *files_find(const struct files *files, const char *name)
{
	const struct files_entry key = { .name = name };

	return files->count == 0 ? NULL : bsearch(&key, files->entries, files->count, sizeof key,
						  compare);
}

/* ---- links ---- */

/*
 * Appends the components of path to the name in resolved, which has room for them. Returns why they
 * lead out of the store, or NULL.
 */
static const char *append(char *resolved, const char *path)
{
	for (; *path; path += strspn(path, "/")) {
		size_t length = strcspn(path, "/"), used = strlen(resolved);

		if (length == 2 && path[0] == '.' && path[1] == '.') {
			char *slash = strrchr(resolved, '/');

			if (used == 0)
				return "it leads out of the image";
			*(slash ? slash : resolved) = '\0';
		} else if (length != 1 || path[0] != '.') {
			if (used > 0)
				resolved[used++] = '/';
			memcpy(resolved + used, path, length);
			resolved[used + length] = '\0';
		}
		path += length;
	}
	return NULL;
}

/* Sets what a link leads to. No directory is reached through a link, so names are enough. */
static const char *resolve(const struct files *files, struct files_entry *link)
{
	char *resolved = memory_new(strlen(link->name) + strlen(link->target) + 2, 1);
	const char *slash = strrchr(link->name, '/'), *fault;
	const struct files_entry *file = NULL;

	/* The target of a hard link is a name in the archive. */
	if (link->type == FILES_SYMLINK && slash)
		memcpy(resolved, link->name, (size_t)(slash - link->name));
	fault = link->target[0] == '/' ? "it leads out of the image" : append(resolved,
									      link->target);
	if (!fault)
		file = files_find(files, resolved);
	free(resolved);
	if (fault)
		return fault;
	if (!file || !file->file || file->type == FILES_SYMLINK)
		return "it does not lead to a file";
	link->file = file->file;
	link->size = file->size;
	return NULL;
}

static void resolve_all(struct files *files, enum files_type type)
{
	for (size_t i = 0; i < files->count; i++) {
		struct files_entry *entry = &files->entries[i];

		if (entry->type == type && !entry->fault)
			entry->fault = resolve(files, entry);
	}
}

static void settle(struct files *files)
{
	if (files->count > 0)
		qsort(files->entries, files->count, sizeof *files->entries, compare);
	mark_repeated(files);
	for (size_t i = 0; i < files->count; i++)
		if (files->entries[i].type == FILES_FILE && !files->entries[i].fault)
			files->entries[i].file = &files->entries[i];
	resolve_all(files, FILES_HARD_LINK);
	resolve_all(files, FILES_SYMLINK);
}

/* ---- directory ---- */

static int unreadable(const struct files *files, const char *name, struct error *err)
{
	return error_errno(err, STATUS_FILE, "cannot read '%s' in '%s'", *name ? name : ".",
			   files->path);
}

/* Adds what is in the directory that fd is open for, which is closed; prefix is its name. */
static int list(struct files *files, int fd, const char *prefix, struct error *err)
{
	struct pool pool = { 0 };
	const char **names;
	int result = -1;

	if (fd < 0)
		return unreadable(files, prefix, err);
	if (directory_list(fd, LIMIT_STORE_FILES - files->count, &pool, &names) < 0) {
		if (errno == E2BIG)
			refuse(files, STATUS_LIMIT, "it has too many files", err);
		else
			unreadable(files, prefix, err);
		goto out;
	}
	for (; *names; names++) {
		const char *name = pool_format(&files->pool, "%s%s%s", prefix, *prefix ? "/" : "",
					       *names);
		char target[LIMIT_NAME_BYTES + 1];
		struct files_entry *entry;
		struct stat st;
		ssize_t length;

		if (interrupt_check(err) < 0)
			goto out;
		if (fstatat(fd, *names, &st, AT_SYMLINK_NOFOLLOW) < 0) {
			unreadable(files, name, err);
			goto out;
		}
		entry = add(files, name, S_ISREG(st.st_mode) ? FILES_FILE
				       : S_ISDIR(st.st_mode) ? FILES_DIRECTORY
				       : S_ISLNK(st.st_mode) ? FILES_SYMLINK : FILES_OTHER, err);
		if (!entry)
			goto out;
		if (entry->type == FILES_FILE)
			entry->size = (uint64_t)st.st_size;
		if (entry->type != FILES_SYMLINK)
			continue;
		length = readlinkat(fd, *names, target, sizeof target);
		if (length == (ssize_t)sizeof target)
			errno = ENAMETOOLONG;
		if (length < 0 || length == (ssize_t)sizeof target) {
			unreadable(files, name, err);
			goto out;
		}
		entry->target = pool_copy(&files->pool, target, (size_t)length);
	}
	result = 0;
out:
	close(fd);
	pool_free(&pool);
	return result;
}

/* Directories that are found are added behind those that are listed, until there are no more. */
static int list_all(struct files *files, struct error *err)
{
	if (list(files, path_open(files->fd, "", O_DIRECTORY), "", err) < 0)
		return -1;
	for (size_t i = 0; i < files->count; i++) {
		const char *name = files->entries[i].name;

		if (files->entries[i].type != FILES_DIRECTORY)
			continue;
		if (strlen(name) > LIMIT_NAME_BYTES)
			return refuse(files, STATUS_LIMIT, "its directories are nested too "
				      "deeply", err);
		if (list(files, path_open(files->fd, name, O_DIRECTORY), name, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- archive ---- */

/* The archive as a source of tar's. */
struct window {
	int fd;
	uint64_t offset, size;
	unsigned char bytes[CHUNK];
};

static ssize_t read_window(void *context, const void **bytes, const char **fault)
{
	struct window *window = context;
	ssize_t got = file_read_at(window->fd, window->bytes, sizeof window->bytes, window->offset);

	*fault = NULL;
	*bytes = window->bytes;
	window->offset += got > 0 ? (uint64_t)got : 0;
	return got;
}

static int skip_window(void *context, uint64_t length)
{
	struct window *window = context;

	if (length > window->size - window->offset)
		return -1;
	window->offset += length;
	return 0;
}

static const enum files_type types[] = {
	[TAR_FILE] = FILES_FILE, [TAR_HARD_LINK] = FILES_HARD_LINK, [TAR_SYMLINK] = FILES_SYMLINK,
	[TAR_CHARACTER] = FILES_OTHER, [TAR_BLOCK] = FILES_OTHER, [TAR_DIRECTORY] = FILES_DIRECTORY,
	[TAR_FIFO] = FILES_OTHER,
};

static int add_member(struct files *files, const struct tar_member *member, struct error *err)
{
	struct files_entry *entry;
	const char *name = tar_name(&files->pool, member->name);

	if (member->type == TAR_DIRECTORY && (*name == '\0' || strcmp(name, ".") == 0))
		return 0;
	entry = add(files, name, types[member->type], err);
	if (!entry)
		return -1;
	entry->size = member->size;
	entry->offset = member->offset;
	if (member->type == TAR_SYMLINK || member->type == TAR_HARD_LINK)
		entry->target = pool_string(&files->pool, member->target);
	return 0;
}

static int read_members(struct files *files, struct tar *tar, struct error *err)
{
	struct tar_member member;
	const char *fault;
	int more;

	while ((more = tar_next(tar, &member, &fault)) > 0)
		if (interrupt_check(err) < 0 || add_member(files, &member, err) < 0)
			return -1;
	if (more < 0 && fault)
		return refuse(files, STATUS_ARCHIVE, fault, err);
	return more < 0 ? error_errno(err, STATUS_FILE, "cannot read '%s'", files->path) : 0;
}

/* Whether docker's or podman's archive was compressed afterwards, which their readers accept. */
static bool is_compressed(int fd)
{
	static const char *const magics[] = { "\x1f\x8b", "\x28\xb5\x2f\xfd", "BZh",
					      ("\xfd" "7zXZ") };
	char head[8] = "";

	if (file_read_at(fd, head, sizeof head - 1, 0) < 0)
		return false;
	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
		if (strncmp(head, magics[i], strlen(magics[i])) == 0)
			return true;
	return false;
}

static int list_members(struct files *files, struct error *err)
{
	struct window *window;
	struct tar *tar;
	struct stat st = { 0 };
	int result;

	if (fstat(files->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		refuse(files, STATUS_FILE, "not a regular file", err);
		return S_ISDIR(st.st_mode) ? error_hint(err, "write a layout in a directory as "
							"oci:DIR")
					   : -1;
	}
	if (is_compressed(files->fd)) {
		refuse(files, STATUS_ARCHIVE, "it is compressed", err);
		return error_hint(err, "uncompress it first");
	}
	window = memory_new(1, sizeof *window);
	window->fd = files->fd;
	window->size = (uint64_t)st.st_size;
	tar = tar_open(&(struct tar_source){ read_window, skip_window, window });
	result = read_members(files, tar, err);
	tar_close(tar);
	free(window);
	return result;
}

/* ---- registry ---- */

static int list_fetched(struct files *files, const struct location *place, struct error *err)
{
	for (size_t i = 0; i < place->file_count; i++) {
		const struct location_file *file = &place->files[i];
		struct files_entry *entry = add(files, pool_string(&files->pool, file->name),
						FILES_FILE, err);

		if (!entry)
			return -1;
		entry->fd = file->fd;
		entry->size = file->size;
	}
	return 0;
}

/* ---- store ---- */

static int list_stored(struct files *files, const struct location *place, struct error *err)
{
	/* O_NONBLOCK: a FIFO in the archive's place must not hang us. */
	files->fd = place->open ? fcntl(place->fd, F_DUPFD_CLOEXEC, 0)
				: open(place->path, O_RDONLY | O_CLOEXEC
				       | (files->archive ? O_NONBLOCK : O_DIRECTORY));
	if (files->fd < 0) {
		const bool is_file = errno == ENOTDIR;

		error_errno(err, STATUS_FILE, "cannot read '%s'", place->path);
		return is_file && !files->archive
		       ? error_hint(err, "write an archive as oci-archive:FILE or "
				    "docker-archive:FILE") : -1;
	}
	return files->archive ? list_members(files, err) : list_all(files, err);
}

int files_open(struct files **files, const struct location *place, struct error *err)
{
	struct files *made;
	int result;

	if (place->kind == LOCATION_DIRECTORY || place->kind == LOCATION_TAR)
		return error_set(err, STATUS_USAGE, "cannot read an image from '%s': the place "
				 "must be oci:, oci-archive:, docker-archive: or docker://",
				 place->path);
	made = memory_new(1, sizeof *made);
	made->path = pool_string(&made->pool, place->path);
	made->fd = -1;
	made->budget = LIMIT_STORE_NAMES_BYTES;
	made->archive = place->kind != LOCATION_OCI;
	result = place->kind == LOCATION_REGISTRY ? list_fetched(made, place, err)
						  : list_stored(made, place, err);
	if (result < 0) {
		files_close(made);
		return -1;
	}
	settle(made);
	*files = made;
	return 0;
}

void files_close(struct files *files)
{
	if (files->fd >= 0)
		close(files->fd);
	free(files->entries);
	pool_free(&files->pool);
	free(files);
}

/* ---- files ---- */

/* Opens a file of a directory anew: it may have been replaced since it was listed. */
static int open_listed(struct files_reader *file, const struct files *files, const char *name,
		       struct error *err)
{
	struct stat st;

	*file = (struct files_reader){ .fd = path_open_beneath(files->fd, name, err) };
	if (file->fd < 0) {
		err->status = STATUS_FILE;
		return -1;
	}
	if (fstat(file->fd, &st) < 0) {
		files_reader_close(file);
		return unreadable(files, name, err);
	}
	file->size = (uint64_t)st.st_size;
	return 0;
}

int files_reader_open(struct files_reader *file, const struct files *files,
		      const struct files_entry *entry, struct error *err)
{
	if (!entry->file)
		return error_set(err, STATUS_ARCHIVE, "cannot read '%s' in '%s': %s", entry->name,
				 files->path, entry->fault ? entry->fault : "not a regular file");
	if (!files->archive)
		return open_listed(file, files, entry->file->name, err);
	*file = (struct files_reader){
		.fd = fcntl(entry->file->fd, F_DUPFD_CLOEXEC, 0),
		.offset = entry->file->offset, .size = entry->file->size,
	};
	return file->fd < 0 ? unreadable(files, entry->name, err) : 0;
}

void files_reader_close(struct files_reader *file)
{
	close(file->fd);
}

ssize_t files_reader_read(const struct files_reader *file, void *bytes, size_t length,
			  uint64_t offset)
{
	if (offset >= file->size)
		return 0;
	if (length > file->size - offset)
		length = (size_t)(file->size - offset);
	return file_read_at(file->fd, bytes, length, file->offset + offset);
}

static int read_all(const struct files_reader *file, struct buffer *buffer)
{
	char chunk[16384];
	uint64_t offset = 0;
	ssize_t got;

	while ((got = files_reader_read(file, chunk, sizeof chunk, offset)) > 0) {
		if (buffer_add(buffer, chunk, (size_t)got) < 0)
			return 1;
		offset += (uint64_t)got;
	}
	return (int)got;
}

int files_read(const struct files *files, const struct files_entry *entry, struct buffer *buffer,
	       struct error *err)
{
	struct files_reader file;
	int result;

	if (files_reader_open(&file, files, entry, err) < 0)
		return -1;
	result = read_all(&file, buffer);
	if (result > 0)
		error_set(err, STATUS_LIMIT, "cannot read '%s' in '%s': larger than %zu bytes",
			  entry->name, files->path, buffer->maximum);
	else if (result < 0)
		unreadable(files, entry->name, err);
	files_reader_close(&file);
	return result == 0 ? 0 : -1;
}
