/* SPDX-License-Identifier: Apache-2.0 */
/* A download under way: a locked file that becomes a cache entry. */
#include "fetch/partial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"

#define NOTE_NAME_BYTES (DIGEST_SHA512_HEX_BYTES + sizeof ".from")

static int fail(const struct partial *partial, const char *verb, struct error *err)
{
	return error_errno(err, STATUS_FILE, "cannot %s '%s'", verb, partial->path);
}

static char *note_name(const struct partial *partial, char name[NOTE_NAME_BYTES])
{
	snprintf(name, NOTE_NAME_BYTES, "%s.from", partial->name);
	return name;
}

static void forget_note(struct partial *partial)
{
	char name[NOTE_NAME_BYTES];

	unlinkat(partial->directory, note_name(partial, name), 0);
}

/* Another name for the file, or another owner, could have us write where we should not. */
static bool is_fit(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == geteuid() && st->st_nlink == 1;
}

/* Opens the file, and removes what is in its place first when that is not a file of ours. */
static int open_file(struct partial *partial, struct error *err)
{
	const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	struct stat st;

	for (bool removed = false;; removed = true) {
		partial->fd = openat(partial->directory, partial->name, flags, 0600);
		/* EACCES: killed between fchmod(2) and the new name. */
		if (partial->fd < 0 && errno != ELOOP && errno != EISDIR && errno != ENXIO
		    && errno != EACCES)
			return fail(partial, "open", err);
		if (partial->fd >= 0) {
			if (fstat(partial->fd, &st) < 0)
				return fail(partial, "open", err);
			if (is_fit(&st))
				return 0;
			close(partial->fd);
			partial->fd = -1;
		}
		if (removed)
			return error_set(err, STATUS_FILE, "cannot open '%s': another process "
					 "interferes",
					 partial->path);
		if (unlinkat(partial->directory, partial->name, 0) < 0 && errno != ENOENT
		    && unlinkat(partial->directory, partial->name, AT_REMOVEDIR) < 0)
			return fail(partial, "remove", err);
	}
}

/*
 * Locks the file: 0, or 1 when it is locked or no longer has its name. The lock is on the file, not
 * on its name, and the process that held it before may have published or removed the file.
 */
static int lock_file(struct partial *partial, struct error *err)
{
	struct stat ours, named;

	if (flock(partial->fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK || errno == EINTR ? 1 : fail(partial, "lock", err);
	if (fstat(partial->fd, &ours) < 0)
		return fail(partial, "lock", err);
	if (fstatat(partial->directory, partial->name, &named, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 1 : fail(partial, "lock", err);
	return ours.st_dev != named.st_dev || ours.st_ino != named.st_ino;
}

static void release(struct partial *partial)
{
	if (partial->fd >= 0)
		close(partial->fd);	/* and the lock with it */
	if (partial->directory >= 0)
		close(partial->directory);
	free(partial->path);
}

static void begin_digest(struct partial *partial)
{
	if (partial->wanted_sha512)
		digest_init_sha512(&partial->state);
	else if (partial->reread)
		digest_init_output(&partial->state);
	else
		digest_init(&partial->state);
}

int partial_open(struct partial *partial, const struct cache *cache, const struct digest *wanted,
		 const struct digest_sha512 *sha512, bool reread, uint64_t maximum,
		 struct error *err)
{
	int result;

	*partial = (struct partial){ .cache = cache, .wanted = *wanted, .wanted_sha512 = sha512,
				     .reread = reread, .directory = -1, .fd = -1 };
	if (sha512)
		digest_write_sha512(sha512, partial->name);
	else
		digest_write_hex(wanted, partial->name);
	partial->path = memory_format("%s/partial/%s", cache->path, partial->name);
	result = cache_open_directory(cache, "partial", true, &partial->directory, err);
	if (result == 0)
		result = open_file(partial, err);
	if (result == 0)
		result = lock_file(partial, err);
	if (result == 0 && fchmod(partial->fd, 0600) < 0)	/* whatever the umask was */
		result = fail(partial, "open", err);
	if (result == 0) {
		begin_digest(partial);
		result = cache_hash(partial->fd, maximum, &partial->state, partial->path, err);
	}
	if (result == 0) {
		partial->length = partial->state.length;
		if (partial->length > maximum)
			result = partial_reset(partial, err);
	}
	if (result != 0)
		release(partial);
	return result;
}

void partial_close(struct partial *partial)
{
	struct error unused;

	partial_settle(partial, &unused);	/* bytes that were not written are lost */
	if (partial->length == 0 && !partial->published) {
		forget_note(partial);
		unlinkat(partial->directory, partial->name, 0);
	}
	release(partial);
}

/* In the channel's thread. */
static int keep(void *context, const void *bytes, size_t length)
{
	struct partial *partial = context;

	if (file_write_all(partial->fd, bytes, length) < 0)
		return -1;
	digest_add(&partial->state, bytes, length);
	return 0;
}

int partial_add(struct partial *partial, const void *bytes, size_t length, struct error *err)
{
	if (!partial->channel)
		partial->channel = channel_open(NULL, keep, partial);
	if (channel_add(partial->channel, bytes, length) < 0)
		return fail(partial, "write", err);
	partial->length += length;
	return 0;
}

int partial_settle(struct partial *partial, struct error *err)
{
	struct channel *channel = partial->channel;

	partial->channel = NULL;
	return channel && channel_close(channel) < 0 ? fail(partial, "write", err) : 0;
}

bool partial_is_right(const struct partial *partial)
{
	struct digest_sha512 sha512;
	struct digest digest;

	if (partial->wanted_sha512) {
		sha512 = digest_read_sha512(&partial->state);
		return digest_equal_sha512(&sha512, partial->wanted_sha512);
	}
	digest = digest_read(&partial->state);
	return digest_equal(&digest, &partial->wanted);
}

int partial_reset(struct partial *partial, struct error *err)
{
	struct error unused;

	partial_settle(partial, &unused);	/* it is thrown away, written or not */
	forget_note(partial);
	partial->length = 0;
	begin_digest(partial);
	if (ftruncate(partial->fd, 0) < 0 || lseek(partial->fd, 0, SEEK_SET) != 0)
		return fail(partial, "write", err);
	return 0;
}

void partial_note(struct partial *partial, const char *source, const char *validator)
{
	char name[NOTE_NAME_BYTES], *text;
	int fd;

	forget_note(partial);
	if (!validator)
		return;
	fd = openat(partial->directory, note_name(partial, name),
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	text = memory_format("%s\n%s\n", source, validator);
	/* Not flushed: a note that is cut short has no last newline, and is then none. */
	if (file_write_all(fd, text, strlen(text)) < 0)
		forget_note(partial);
	close(fd);
	free(text);
}

/* "SOURCE\nVALIDATOR\n" and nothing else, whoever wrote it. */
static char *parse_note(char *note, const char *source)
{
	size_t length = strlen(source);
	char *validator = note + length + 1, *end;

	if (strncmp(note, source, length) != 0 || note[length] != '\n')
		return NULL;
	end = strchr(validator, '\n');
	if (!end || end == validator || end[1] != '\0')
		return NULL;
	*end = '\0';
	for (const char *p = validator; *p; p++) {
		if (*p < ' ' || *p > '~')
			return NULL;
	}
	return memory_string(validator);
}

char *partial_validator(const struct partial *partial, const char *source)
{
	char name[NOTE_NAME_BYTES], *validator = NULL;
	struct buffer note;
	struct error unused;

	buffer_init(&note, LIMIT_NOTE_BYTES);
	note_name(partial, name);
	if (file_read(&note, partial->directory, name, &unused) == 0 && note.bytes)
		validator = parse_note(note.bytes, source);
	buffer_free(&note);
	return validator;
}

/* The same file again, for reading only. */
static int reopen(const struct partial *partial)
{
	int fd = openat(partial->directory, partial->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat ours, opened;

	if (fd < 0)
		return -1;
	if (fstat(partial->fd, &ours) == 0 && fstat(fd, &opened) == 0) {
		if (ours.st_dev == opened.st_dev && ours.st_ino == opened.st_ino)
			return fd;
		errno = ESTALE;
	}
	close(fd);
	return -1;
}

static int flush_and_name(struct partial *partial)
{
	const struct digest digest = digest_read(&partial->state);
	char name[DIGEST_HEX_BYTES];

	if (fchmod(partial->fd, 0444) < 0 || fsync(partial->fd) < 0)
		return -1;
	forget_note(partial);
	if (renameat(partial->directory, partial->name, partial->cache->entries,
		     digest_write_hex(&digest, name)) < 0)
		return -1;
	return fsync(partial->cache->entries) < 0 || fsync(partial->directory) < 0 ? -1 : 0;
}

int partial_publish(struct partial *partial, int *fd, struct error *err)
{
	*fd = -1;
	if (!partial_is_right(partial))
		return error_set(err, STATUS_DIGEST, "cannot use '%s': wrong digest",
				 partial->path);
	*fd = reopen(partial);
	partial->published = *fd >= 0 && flush_and_name(partial) == 0;
	if (partial->published) {
		/* The lock is on the file, which is an entry now, and one that is used. */
		close(partial->fd);
		partial->fd = -1;
		if (cache_use(*fd, err) >= 0)
			return 0;
	} else {
		fail(partial, "publish", err);
	}
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return -1;
}
