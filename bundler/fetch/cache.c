/* SPDX-License-Identifier: Apache-2.0 */
/* Finds, checks and removes entries of the cache. */
#include "fetch/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"

#define CHUNK_BYTES ((size_t)64 * KIB)

static bool is_open_to_others(const struct stat *st)
{
	return (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

bool cache_is_ours(const struct stat *st)
{
	return (st->st_uid == geteuid() || st->st_uid == 0) && !is_open_to_others(st);
}

static int check_directory(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_errno(err, STATUS_FILE, "cannot use cache directory '%s'", path);
	if (cache_is_ours(&st))
		return 0;
	error_set(err, STATUS_FILE, "cannot use cache directory '%s': %s", path,
		  is_open_to_others(&st) ? "others may write to it" : "it belongs to another user");
	return error_hint(err, "make it yours alone (chmod go-w), or name another with --cache");
}

/* Makes a directory of mode 0700 whatever the umask is. An existing one is not changed. */
static int make_directory(int dirfd, const char *path)
{
	if (mkdirat(dirfd, path, 0700) < 0)
		return errno == EEXIST ? 0 : -1;
	return fchmodat(dirfd, path, 0700, 0);
}

/* Makes path and its missing parents, for nobody but us (XDG Base Directory Specification). */
static int make_directories(const char *path, struct error *err)
{
	char *prefix = memory_string(path);
	int result = 0;

	for (char *end = prefix; result == 0 && *end; ) {
		char kept;

		end += strspn(end, "/");
		end += strcspn(end, "/");
		kept = *end;
		*end = '\0';
		if (*prefix && make_directory(AT_FDCWD, prefix) < 0) {
			error_errno(err, STATUS_FILE, "cannot make cache directory '%s'", prefix);
			result = error_hint(err, "name another with --cache");
		}
		*end = kept;
	}
	free(prefix);
	return result;
}

int cache_open_directory(const struct cache *cache, const char *name, bool create, int *fd,
			 struct error *err)
{
	char *path = memory_format("%s/%s", cache->path, name);
	int result = 0;

	*fd = -1;
	if (create && make_directory(cache->root, name) < 0) {
		result = error_errno(err, STATUS_FILE, "cannot make cache directory '%s'", path);
		goto out;
	}
	*fd = openat(cache->root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd < 0 && (create || errno != ENOENT))
		result = error_errno(err, STATUS_FILE, "cannot use cache directory '%s'", path);
	else if (*fd >= 0)
		result = check_directory(*fd, path, err);
out:
	if (result < 0 && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	free(path);
	return result;
}

int cache_refuse(struct error *err)
{
	error_set(err, STATUS_FILE, "cannot choose a cache directory: neither HOME nor "
		  "XDG_CACHE_HOME is set");
	return error_hint(err, "name a directory with --cache");
}

int cache_open(struct cache *cache, const char *path, bool create, struct error *err)
{
	bool writable;

	*cache = (struct cache){ .path = path, .root = -1, .entries = -1 };
	if (create && make_directories(path, err) < 0)
		return -1;
	/* No O_NOFOLLOW: the directory may be a link to a larger disk. Its owner is checked. */
	cache->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cache->root < 0 && errno == ENOENT && !create)
		return 0;
	if (cache->root < 0)
		return error_errno(err, STATUS_FILE, "cannot use cache directory '%s'", path);
	/* A read-only cache is used, too, and may lack sha256/. */
	writable = create && faccessat(cache->root, ".", W_OK, AT_EACCESS) == 0;
	if (check_directory(cache->root, path, err) < 0
	    || cache_open_directory(cache, "sha256", writable, &cache->entries, err) < 0) {
		cache_close(cache);
		return -1;
	}
	return 0;
}

void cache_close(struct cache *cache)
{
	if (cache->entries >= 0)
		close(cache->entries);
	if (cache->root >= 0)
		close(cache->root);
	cache->entries = cache->root = -1;
}

int cache_hash(int fd, uint64_t maximum, struct digest_state *state, const char *path,
	       struct error *err)
{
	uint8_t *chunk = memory_new(1, CHUNK_BYTES);
	uint64_t left = maximum + 1;
	ssize_t got = 1;
	int result = 0;

	while (got != 0 && left > 0 && result == 0) {
		got = read(fd, chunk, left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES);
		if (interrupt_check(err) < 0)
			result = -1;
		else if (got < 0 && errno != EINTR)
			result = error_errno(err, STATUS_FILE, "cannot read '%s'", path);
		if (got > 0) {
			digest_add(state, chunk, (size_t)got);
			left -= (uint64_t)got;
		}
	}
	free(chunk);
	return result;
}

static const char *type_fault(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFLNK: return "it is a symbolic link";
	case S_IFDIR: return "it is a directory";
	case S_IFIFO: return "it is a FIFO";
	default: return "it is not a regular file";
	}
}

static enum cache_state bad(const char *path, const char *reason, struct error *err)
{
	error_set(err, STATUS_DIGEST, "cannot use cache entry '%s': %s", path, reason);
	return CACHE_BAD;
}

/*
 * Opens the entry if it is a file that only we can have written. Its type is checked first,
 * because opening a device has effects; O_NOFOLLOW and O_NONBLOCK are for an entry that changes in
 * between.
 */
static int open_entry(const struct cache *cache, const char *name, const char *path, int *fd,
		      struct stat *st, struct error *err)
{
	*fd = -1;
	if (fstatat(cache->entries, name, st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT)
			return CACHE_MISS;
		return error_errno(err, STATUS_FILE, "cannot use cache entry '%s'", path);
	}
	if (!S_ISREG(st->st_mode))
		return bad(path, type_fault(st->st_mode), err);
	*fd = openat(cache->entries, name,
		     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*fd < 0 && errno == ENOENT)
		return CACHE_MISS;
	if (*fd < 0 || fstat(*fd, st) < 0)
		return error_errno(err, STATUS_FILE, "cannot use cache entry '%s'", path);
	if (!S_ISREG(st->st_mode) || !cache_is_ours(st))
		return bad(path, "others may have written to it", err);
	return CACHE_HIT;
}

int cache_use(int fd, struct error *err)
{
	struct stat st;

	/* Who removes entries has the lock for a moment only. A file system may have no locks. */
	while (flock(fd, LOCK_SH) < 0 && errno == EINTR)
		if (interrupt_check(err) < 0)
			return -1;
	if (fstat(fd, &st) == 0 && st.st_nlink == 0)
		return 1;
	futimens(fd, NULL);	/* the cache may be read-only */
	return 0;
}

/* Hashes an open entry through its descriptor, which is then at 0 again. */
static int check_content(int fd, const struct digest *digest, uint64_t size, const char *path,
			 struct error *err)
{
	char hex[DIGEST_HEX_BYTES];
	struct digest_state content;
	struct digest found;

	digest_init(&content);
	if (cache_hash(fd, size, &content, path, err) < 0)
		return -1;
	if (lseek(fd, 0, SEEK_SET) != 0)
		return error_errno(err, STATUS_FILE, "cannot read '%s'", path);
	found = digest_read(&content);
	if (digest_equal(&found, digest) && content.length == size)
		return CACHE_HIT;
	error_set(err, STATUS_DIGEST, "cannot use cache entry '%s': its SHA-256 is %s", path,
		  digest_write_hex(&found, hex));
	return CACHE_BAD;
}

/* With use, the entry is one that is used; without, nobody can see that it was looked at. */
static int look(const struct cache *cache, const struct digest *digest, bool use, int *fd,
		uint64_t *size, struct error *err)
{
	char name[DIGEST_HEX_BYTES], *path;
	struct stat st;
	int state, gone = 0;

	*fd = -1;
	if (cache->entries < 0)
		return CACHE_MISS;
	digest_write_hex(digest, name);
	path = memory_format("%s/sha256/%s", cache->path, name);
	state = open_entry(cache, name, path, fd, &st, err);
	if (state == CACHE_HIT && use)
		gone = cache_use(*fd, err);
	if (state == CACHE_HIT && gone != 0)
		state = gone < 0 ? -1 : CACHE_MISS;
	if (state == CACHE_HIT) {
		*size = (uint64_t)st.st_size;
		state = check_content(*fd, digest, *size, path, err);
	}
	if (state != CACHE_HIT && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	free(path);
	return state;
}

int cache_find(const struct cache *cache, const struct digest *digest, int *fd, uint64_t *size,
	       struct error *err)
{
	return look(cache, digest, true, fd, size, err);
}

int cache_check(const struct cache *cache, const struct digest *digest, struct error *err)
{
	uint64_t size;
	int fd, state = look(cache, digest, false, &fd, &size, err);

	if (fd >= 0)
		close(fd);
	return state;
}

int cache_discard(const struct cache *cache, const struct digest *digest, struct error *err)
{
	char name[DIGEST_HEX_BYTES];

	digest_write_hex(digest, name);
	if (unlinkat(cache->entries, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno == EISDIR && unlinkat(cache->entries, name, AT_REMOVEDIR) == 0)
		return 0;
	error_errno(err, STATUS_FILE, "cannot remove bad cache entry '%s/sha256/%s'", cache->path,
		    name);
	return error_hint(err, "remove it by hand");
}
