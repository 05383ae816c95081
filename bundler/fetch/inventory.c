/* SPDX-License-Identifier: Apache-2.0 */
/* Lists what is in a cache, and removes what nobody uses. */
#include "fetch/inventory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"
#include "fetch/partial.h"

#define NOTE ".from"

/* ---- the list ---- */

/* Whether the first length bytes of a name are the digits of a digest: a partial has either. */
static bool is_digest(const char *name, size_t length, bool unfinished)
{
	if (length != DIGEST_HEX_BYTES - 1
	    && !(unfinished && length == DIGEST_SHA512_HEX_BYTES - 1))
		return false;
	return strspn(name, "0123456789abcdef") >= length;
}

/* The length of the digest in the name of a note, or 0. */
static size_t note_length(const char *name)
{
	const size_t length = strlen(name), end = strlen(NOTE);

	if (length <= end || strcmp(name + length - end, NOTE) != 0
	    || !is_digest(name, length - end, true))
		return 0;
	return length - end;
}

/* As bundler writes it: a partial or a note has no other name, and is our own. */
static bool is_ours(const struct stat *st, bool unfinished)
{
	if (!S_ISREG(st->st_mode) || !cache_is_ours(st))
		return false;
	return !unfinished || (st->st_uid == geteuid() && st->st_nlink == 1);
}

static int fail(const struct inventory *inventory, bool unfinished, const char *verb,
		const char *name, struct error *err)
{
	return error_errno(err, STATUS_FILE, "cannot %s '%s/%s/%s'", verb, inventory->cache->path,
			   unfinished ? "partial" : "sha256", name);
}

/* A name that has gone meanwhile is left out. */
static int add(struct inventory *inventory, int directory, const char *name, bool unfinished,
	       struct error *err)
{
	struct inventory_item *item = &inventory->items[inventory->count];
	struct stat st;

	if (unfinished && note_length(name) > 0)
		return 0;
	if (!is_digest(name, strlen(name), unfinished)) {
		inventory->others++;
		return 0;
	}
	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail(inventory, unfinished, "read", name, err);
	*item = (struct inventory_item){
		.name = name, .unfinished = unfinished, .ours = is_ours(&st, unfinished),
		.size = (uint64_t)st.st_size, .used = st.st_mtime,
	};
	if (unfinished && !item->ours)
		inventory->others++;
	else
		inventory->count++;
	return 0;
}

static int list(const struct inventory *inventory, int directory, const char *which,
		struct pool *pool, const char ***names, struct error *err)
{
	if (directory_list(directory, LIMIT_CACHE_NAMES, pool, names) == 0)
		return 0;
	if (errno == E2BIG)
		return error_set(err, STATUS_LIMIT, "cannot list '%s/%s': more than %d names",
				 inventory->cache->path, which, LIMIT_CACHE_NAMES);
	return error_errno(err, STATUS_FILE, "cannot list '%s/%s'", inventory->cache->path, which);
}

/* Adds all of sha256/ or partial/; -1 is one that is missing. */
static int add_all(struct inventory *inventory, int directory, bool unfinished, struct error *err)
{
	const char **names;
	size_t count = 0;

	if (directory < 0)
		return 0;
	if (list(inventory, directory, unfinished ? "partial" : "sha256", &inventory->pool, &names,
		 err) < 0)
		return -1;
	while (names[count])
		count++;
	inventory->items = memory_resize(inventory->items, inventory->count + count + 1,
					 sizeof *inventory->items);
	for (size_t i = 0; i < count; i++)
		if (add(inventory, directory, names[i], unfinished, err) < 0)
			return -1;
	return 0;
}

static int order_items(const void *left, const void *right)
{
	const struct inventory_item *a = left, *b = right;

	if (a->used != b->used)
		return a->used < b->used ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Opens partial/; *fd is -1 when there is none. */
static int open_partial(const struct inventory *inventory, int *fd, struct error *err)
{
	*fd = -1;
	if (inventory->cache->root < 0)
		return 0;
	return cache_open_directory(inventory->cache, "partial", false, fd, err);
}

int inventory_read(struct inventory *inventory, const struct cache *cache, struct error *err)
{
	int partial, result;

	*inventory = (struct inventory){ .cache = cache };
	if (open_partial(inventory, &partial, err) < 0)
		return -1;
	result = add_all(inventory, cache->entries, false, err);
	if (result == 0)
		result = add_all(inventory, partial, true, err);
	if (partial >= 0)
		close(partial);
	if (result < 0)
		inventory_free(inventory);
	else if (inventory->count > 0)
		qsort(inventory->items, inventory->count, sizeof *inventory->items, order_items);
	return result;
}

void inventory_free(struct inventory *inventory)
{
	free(inventory->items);
	inventory->items = NULL;
	pool_free(&inventory->pool);
}

int inventory_verify(const struct inventory *inventory, const struct inventory_item *item,
		     struct error *err)
{
	struct digest digest;

	digest_parse_hex(&digest, item->name);
	return cache_check(inventory->cache, &digest, err);
}

/* ---- removal ---- */

static void remove_note(int directory, const char *name)
{
	char note[DIGEST_SHA512_HEX_BYTES + sizeof NOTE];

	snprintf(note, sizeof note, "%s" NOTE, name);
	unlinkat(directory, note, 0);
}

/* Whether the locked file, which is ours, still has its name: 1 or 0, or -1 with errno set. */
static int is_named(int directory, const struct inventory_item *item, int fd)
{
	struct stat opened, named;

	if (fstat(fd, &opened) < 0)
		return -1;
	if (fstatat(directory, item->name, &named, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
	       && is_ours(&opened, item->unfinished);
}

/* Takes the lock that whoever uses an entry or writes a partial has: 0, or an errno. */
static int take_lock(int fd)
{
	while (flock(fd, LOCK_EX | LOCK_NB) < 0)
		if (errno != EINTR || interrupt_signal() != 0)
			return errno;
	return 0;
}

static int remove_in(const struct inventory *inventory, int directory,
		     const struct inventory_item *item, bool pretend, struct error *err)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(directory, item->name, flags), result = INVENTORY_GONE, named;

	if (fd < 0 && errno == ENOENT)
		return INVENTORY_GONE;
	if (fd < 0)
		return fail(inventory, item->unfinished, "open", item->name, err);
	errno = take_lock(fd);
	if (errno == EWOULDBLOCK) {
		close(fd);
		return INVENTORY_IN_USE;
	}
	if (errno != 0) {
		result = fail(inventory, item->unfinished, "lock", item->name, err);
	} else if ((named = is_named(directory, item, fd)) < 0) {
		result = fail(inventory, item->unfinished, "read", item->name, err);
	} else if (named > 0 && !pretend) {
		if (item->unfinished)
			remove_note(directory, item->name);
		if (unlinkat(directory, item->name, 0) < 0 && errno != ENOENT)
			result = fail(inventory, item->unfinished, "remove", item->name, err);
	}
	close(fd);
	return result;
}

int inventory_remove(const struct inventory *inventory, const struct inventory_item *item,
		     bool pretend, struct error *err)
{
	int directory, result;

	if (!item->unfinished)
		return remove_in(inventory, inventory->cache->entries, item, pretend, err);
	if (open_partial(inventory, &directory, err) < 0)
		return -1;
	if (directory < 0)
		return INVENTORY_GONE;
	result = remove_in(inventory, directory, item, pretend, err);
	close(directory);
	return result;
}

int inventory_discard(const struct inventory *inventory, const struct inventory_item *item,
		      struct error *err)
{
	struct partial partial;
	struct digest digest;
	struct error found;
	int result;

	digest_parse_hex(&digest, item->name);
	result = partial_open(&partial, inventory->cache, &digest, NULL, false,
			      LIMIT_ARCHIVE_BYTES, err);
	if (result != 0)
		return result < 0 ? -1 : INVENTORY_IN_USE;
	/* Nobody else publishes a good one now, and one that was published since then stays. */
	result = inventory_verify(inventory, item, &found);
	if (result < 0)
		*err = found;
	else
		result = result != CACHE_BAD ? INVENTORY_GONE
			 : inventory_remove(inventory, item, false, err);
	partial_close(&partial);
	return result;
}

static int forget(const struct inventory *inventory, int directory, const char *note,
		  int64_t before, struct error *err)
{
	const size_t length = note_length(note);
	char name[DIGEST_SHA512_HEX_BYTES];
	struct stat st;

	if (length == 0 || fstatat(directory, note, &st, AT_SYMLINK_NOFOLLOW) < 0
	    || !is_ours(&st, true) || st.st_mtime > before)
		return 0;
	snprintf(name, sizeof name, "%.*s", (int)length, note);
	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT)
		return 0;
	/* Of a download that begins just now, only the note would be lost. */
	return unlinkat(directory, note, 0) == 0 || errno == ENOENT
	       ? 0 : fail(inventory, true, "remove", note, err);
}

int inventory_forget(const struct inventory *inventory, int64_t before, struct error *err)
{
	struct pool pool = { 0 };
	const char **names;
	int directory, result;

	if (open_partial(inventory, &directory, err) < 0)
		return -1;
	if (directory < 0)
		return 0;
	result = list(inventory, directory, "partial", &pool, &names, err);
	for (size_t i = 0; result == 0 && names[i]; i++)
		result = forget(inventory, directory, names[i], before, err);
	pool_free(&pool);
	close(directory);
	return result;
}
