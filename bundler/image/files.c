#include "image/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/pool.h"
#include "unpack/tar.h"

#define CHUNK 65536

struct store {
	struct pool pool;
	const char *path;		/* of the place */
	int fd;				/* of the directory or the archive */
	bool archive;
	struct store_entry *entries;
	size_t count;
	size_t budget;			/* bytes of names that may still be added */
};

static int refuse(const struct store *store, enum status status, const char *reason,
		  struct error *err)
{
	return error_set(err, status, "cannot read '%s': %s", store->path, reason);
}

/* ---- entries ---- */

/* A new entry of a name that the pool holds already; NULL when there are too many. */
static struct store_entry *add(struct store *store, const char *name, enum store_type type,
			       struct error *err)
{
	struct store_entry *entry;

	if (store->count == LIMIT_STORE_FILES || strlen(name) > store->budget) {
		refuse(store, STATUS_LIMIT, "it has too many files", err);
		return NULL;
	}
	store->budget -= strlen(name);
	if ((store->count & (store->count - 1)) == 0)
		store->entries = memory_resize(store->entries, store->count ? store->count * 2 : 1,
					       sizeof *store->entries);
	entry = &store->entries[store->count++];
	*entry = (struct store_entry){ .name = name, .type = type,
				       .fault = path_beneath_fault(name) };
	return entry;
}

static int compare(const void *a, const void *b)
{
	const struct store_entry *one = a, *other = b;

	return strcmp(one->name, other->name);
}

/* Of two members with one name readers take the first or the last. Directories do not differ. */
static void mark_repeated(struct store *store)
{
	for (size_t i = 1; i < store->count; i++) {
		struct store_entry *entry = &store->entries[i], *before = entry - 1;

		if (strcmp(entry->name, before->name) != 0
		    || (entry->type == STORE_DIRECTORY && before->type == STORE_DIRECTORY))
			continue;
		entry->fault = before->fault = "its name is there twice";
	}
}

const struct store_entry *store_entries(const struct store *store, size_t *count)
{
	*count = store->count;
	return store->entries;
}

const struct store_entry *store_find(const struct store *store, const char *name)
{
	const struct store_entry key = { .name = name };

	return store->count == 0 ? NULL : bsearch(&key, store->entries, store->count, sizeof key,
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

/* Sets what a link leads to. No directory of the store is reached by a link, so names tell. */
static const char *resolve(const struct store *store, struct store_entry *link)
{
	char *resolved = memory_new(strlen(link->name) + strlen(link->target) + 2, 1);
	const char *slash = strrchr(link->name, '/'), *fault;
	const struct store_entry *file = NULL;

	/* The target of a hard link is a name in the archive. */
	if (link->type == STORE_SYMLINK && slash)
		memcpy(resolved, link->name, (size_t)(slash - link->name));
	fault = link->target[0] == '/' ? "it leads out of the image" : append(resolved,
									      link->target);
	if (!fault)
		file = store_find(store, resolved);
	free(resolved);
	if (fault)
		return fault;
	if (!file || !file->file || file->type == STORE_SYMLINK)
		return "it does not lead to a file";
	link->file = file->file;
	link->size = file->size;
	return NULL;
}

static void resolve_all(struct store *store, enum store_type type)
{
	for (size_t i = 0; i < store->count; i++) {
		struct store_entry *entry = &store->entries[i];

		if (entry->type == type && !entry->fault)
			entry->fault = resolve(store, entry);
	}
}

static void settle(struct store *store)
{
	if (store->count > 0)
		qsort(store->entries, store->count, sizeof *store->entries, compare);
	mark_repeated(store);
	for (size_t i = 0; i < store->count; i++)
		if (store->entries[i].type == STORE_FILE && !store->entries[i].fault)
			store->entries[i].file = &store->entries[i];
	resolve_all(store, STORE_HARD_LINK);
	resolve_all(store, STORE_SYMLINK);
}

/* ---- directory ---- */

static int unreadable(const struct store *store, const char *name, struct error *err)
{
	return error_errno(err, STATUS_FILE, "cannot read '%s' in '%s'", *name ? name : ".",
			   store->path);
}

static char *read_target(struct store *store, int fd, const char *name)
{
	char target[LIMIT_NAME_BYTES + 1];
	ssize_t length = readlinkat(fd, name, target, sizeof target);

	if (length == (ssize_t)sizeof target)
		errno = ENAMETOOLONG;
	return length < 0 || length == (ssize_t)sizeof target
	       ? NULL : pool_copy(&store->pool, target, (size_t)length);
}

/* Adds what stands under name in the directory fd; full is its name in the store. */
static int add_found(struct store *store, int fd, const char *name, const char *full,
		     struct error *err)
{
	struct store_entry *entry;
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return unreadable(store, full, err);
	entry = add(store, full, S_ISREG(st.st_mode) ? STORE_FILE
			       : S_ISDIR(st.st_mode) ? STORE_DIRECTORY
			       : S_ISLNK(st.st_mode) ? STORE_SYMLINK : STORE_OTHER, err);
	if (!entry)
		return -1;
	if (entry->type == STORE_FILE)
		entry->size = (uint64_t)st.st_size;
	if (entry->type == STORE_SYMLINK && !(entry->target = read_target(store, fd, name)))
		return unreadable(store, full, err);
	return 0;
}

/* The next entry; NULL at the end with errno 0, or with why it could not be read. */
static struct dirent *next_found(DIR *directory)
{
	errno = 0;
	return readdir(directory);
}

static int list(struct store *store, DIR *directory, const char *prefix, struct error *err)
{
	struct dirent *found;

	while ((found = next_found(directory))) {
		const char *name = found->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (interrupt_check(err) < 0
		    || add_found(store, dirfd(directory), name,
				 pool_format(&store->pool, "%s%s%s", prefix, *prefix ? "/" : "",
					     name), err) < 0)
			return -1;
	}
	return errno == 0 ? 0 : unreadable(store, prefix, err);
}

/* Lists the directory of this name, opened as fd, which is closed. */
static int list_open(struct store *store, int fd, const char *name, struct error *err)
{
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	int result;

	if (!directory) {
		if (fd >= 0)
			close(fd);
		return unreadable(store, name, err);
	}
	result = list(store, directory, name, err);
	closedir(directory);
	return result;
}

/* Opens a directory of the store component by component, none of which may be a link. */
static int open_directory(const struct store *store, const char *name)
{
	char *path = memory_string(name);
	int fd = openat(store->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), saved;

	for (char *part = path, *rest; fd >= 0 && part; part = rest) {
		int next;

		rest = strchr(part, '/');
		if (rest)
			*rest++ = '\0';
		next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		saved = errno;
		close(fd);
		errno = saved;
		fd = next;
	}
	free(path);
	return fd;
}

/* Directories that are found are added behind those that are listed, until there are no more. */
static int list_all(struct store *store, struct error *err)
{
	if (list_open(store, openat(store->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "",
		      err) < 0)
		return -1;
	for (size_t i = 0; i < store->count; i++) {
		const char *name = store->entries[i].name;

		if (store->entries[i].type != STORE_DIRECTORY)
			continue;
		if (strlen(name) > LIMIT_NAME_BYTES)
			return refuse(store, STATUS_LIMIT, "its directories are too deep", err);
		if (list_open(store, open_directory(store, name), name, err) < 0)
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

static const enum store_type types[] = {
	[TAR_FILE] = STORE_FILE, [TAR_HARD_LINK] = STORE_HARD_LINK, [TAR_SYMLINK] = STORE_SYMLINK,
	[TAR_CHARACTER] = STORE_OTHER, [TAR_BLOCK] = STORE_OTHER, [TAR_DIRECTORY] = STORE_DIRECTORY,
	[TAR_FIFO] = STORE_OTHER,
};

static int add_member(struct store *store, const struct tar_member *member, struct error *err)
{
	struct store_entry *entry;
	char *name = pool_string(&store->pool, member->name);
	size_t length = strlen(name);

	while (name[0] == '.' && name[1] == '/') {
		size_t slashes = 1 + strspn(name + 1, "/");

		name += slashes;
		length -= slashes;
	}
	while (length > 1 && name[length - 1] == '/')
		name[--length] = '\0';
	if (member->type == TAR_DIRECTORY && (length == 0 || strcmp(name, ".") == 0))
		return 0;
	entry = add(store, name, types[member->type], err);
	if (!entry)
		return -1;
	entry->size = member->size;
	entry->offset = member->offset;
	if (member->type == TAR_SYMLINK || member->type == TAR_HARD_LINK)
		entry->target = pool_string(&store->pool, member->target);
	return 0;
}

static int read_members(struct store *store, struct tar *tar, struct error *err)
{
	struct tar_member member;
	const char *fault;
	int more;

	while ((more = tar_next(tar, &member, &fault)) > 0)
		if (interrupt_check(err) < 0 || add_member(store, &member, err) < 0)
			return -1;
	if (more < 0 && fault)
		return refuse(store, STATUS_ARCHIVE, fault, err);
	return more < 0 ? error_errno(err, STATUS_FILE, "cannot read '%s'", store->path) : 0;
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

static int list_members(struct store *store, struct error *err)
{
	struct window *window;
	struct tar *tar;
	struct stat st = { 0 };
	int result;

	if (fstat(store->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		refuse(store, STATUS_FILE, "not a regular file", err);
		return S_ISDIR(st.st_mode) ? error_hint(err, "a layout in a directory is oci:DIR")
					   : -1;
	}
	if (is_compressed(store->fd)) {
		refuse(store, STATUS_ARCHIVE, "it is compressed", err);
		return error_hint(err, "uncompress it first");
	}
	window = memory_new(1, sizeof *window);
	window->fd = store->fd;
	window->size = (uint64_t)st.st_size;
	tar = tar_open(&(struct tar_source){ read_window, skip_window, window });
	result = read_members(store, tar, err);
	tar_close(tar);
	free(window);
	return result;
}

/* ---- store ---- */

int store_open(struct store **store, const struct place *place, struct error *err)
{
	struct store *made;
	int result;

	if (place->kind != PLACE_OCI && place->kind != PLACE_OCI_ARCHIVE
	    && place->kind != PLACE_DOCKER_ARCHIVE)
		return error_set(err, STATUS_USAGE, "cannot read an image from '%s': places of "
				 "images are oci:, oci-archive: and docker-archive:", place->path);
	made = memory_new(1, sizeof *made);
	made->path = pool_string(&made->pool, place->path);
	made->budget = LIMIT_STORE_NAMES_BYTES;
	made->archive = place->kind != PLACE_OCI;
	/* O_NONBLOCK: a FIFO in the archive's place must not hang us. */
	made->fd = open(place->path,
			O_RDONLY | O_CLOEXEC | (made->archive ? O_NONBLOCK : O_DIRECTORY));
	if (made->fd < 0) {
		const bool is_file = errno == ENOTDIR;

		result = error_errno(err, STATUS_FILE, "cannot read '%s'", place->path);
		if (is_file && !made->archive)
			error_hint(err, "an archive is oci-archive:FILE or docker-archive:FILE");
	} else {
		result = made->archive ? list_members(made, err) : list_all(made, err);
	}
	if (result < 0) {
		store_close(made);
		return -1;
	}
	settle(made);
	*store = made;
	return 0;
}

void store_close(struct store *store)
{
	if (store->fd >= 0)
		close(store->fd);
	free(store->entries);
	pool_free(&store->pool);
	free(store);
}

/* ---- files ---- */

/* Opens a file of a directory anew: it may have been replaced since it was listed. */
static int open_listed(struct store_file *file, const struct store *store, const char *name,
		       struct error *err)
{
	struct stat st;

	*file = (struct store_file){ .fd = path_open_beneath(store->fd, name, err) };
	if (file->fd < 0) {
		err->status = STATUS_FILE;
		return -1;
	}
	if (fstat(file->fd, &st) < 0) {
		store_file_close(file);
		return unreadable(store, name, err);
	}
	file->size = (uint64_t)st.st_size;
	return 0;
}

int store_file_open(struct store_file *file, const struct store *store,
		    const struct store_entry *entry, struct error *err)
{
	if (!entry->file)
		return error_set(err, STATUS_ARCHIVE, "cannot read '%s' in '%s': %s", entry->name,
				 store->path, entry->fault ? entry->fault : "not a regular file");
	if (!store->archive)
		return open_listed(file, store, entry->file->name, err);
	*file = (struct store_file){
		.fd = fcntl(store->fd, F_DUPFD_CLOEXEC, 0), .offset = entry->file->offset,
		.size = entry->file->size,
	};
	return file->fd < 0 ? unreadable(store, entry->name, err) : 0;
}

void store_file_close(struct store_file *file)
{
	close(file->fd);
}

ssize_t store_file_read(const struct store_file *file, void *bytes, size_t length, uint64_t offset)
{
	if (offset >= file->size)
		return 0;
	if (length > file->size - offset)
		length = (size_t)(file->size - offset);
	return file_read_at(file->fd, bytes, length, file->offset + offset);
}

static int read_all(const struct store_file *file, struct buffer *buffer)
{
	char chunk[16384];
	uint64_t offset = 0;
	ssize_t got;

	while ((got = store_file_read(file, chunk, sizeof chunk, offset)) > 0) {
		if (buffer_add(buffer, chunk, (size_t)got) < 0)
			return 1;
		offset += (uint64_t)got;
	}
	return (int)got;
}

int store_read(const struct store *store, const struct store_entry *entry, struct buffer *buffer,
	       struct error *err)
{
	struct store_file file;
	int result;

	if (store_file_open(&file, store, entry, err) < 0)
		return -1;
	result = read_all(&file, buffer);
	if (result > 0)
		error_set(err, STATUS_LIMIT, "cannot read '%s' in '%s': larger than %zu bytes",
			  entry->name, store->path, buffer->maximum);
	else if (result < 0)
		unreadable(store, entry->name, err);
	store_file_close(&file);
	return result == 0 ? 0 : -1;
}
