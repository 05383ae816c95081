/* SPDX-License-Identifier: Apache-2.0 */
/* Copies an archive that cannot be read in place to an unnamed file. */
#include "image/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "image/media.h"
#include "unpack/stream.h"

#define POLL_MILLISECONDS 500

static bool is_archive(const struct location *place)
{
	return place->kind != LOCATION_OCI && place->kind != LOCATION_DIRECTORY
	       && place->kind != LOCATION_REGISTRY;
}

int spool_open(struct location *place, struct error *err)
{
	unsigned char magic[MEDIA_HEAD_BYTES] = { 0 };
	struct stat st;

	if (!is_archive(place) || (!place->standard && place->kind == LOCATION_TAR))
		return 0;
	if (place->standard && isatty(STDIN_FILENO)) {
		error_set(err, STATUS_USAGE, "cannot read '-': standard input is a terminal");
		return error_hint(err, "pipe an archive into it, as 'docker save' writes it");
	}
	/* O_NONBLOCK: a FIFO in the archive's place must not hang us. */
	place->fd = place->standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
				    : open(place->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (place->fd < 0)
		return place->standard ? error_errno(err, STATUS_FILE, "cannot read '-'") : 0;
	place->open = true;
	if (fstat(place->fd, &st) < 0 || !S_ISREG(st.st_mode)
	    || (place->standard && lseek(place->fd, 0, SEEK_CUR) != 0))
		return place->standard;
	return place->kind != LOCATION_TAR
	       && file_read_at(place->fd, magic, sizeof magic, 0) == (ssize_t)sizeof magic
	       && media_compression(magic) != COMPRESSION_NONE;
}

void spool_close(struct location *place)
{
	if (place->open)
		close(place->fd);
	place->open = false;
}

/* Where the bytes come from: the first ones, which were looked at, and then fd. */
struct source {
	int fd;
	unsigned char magic[MEDIA_HEAD_BYTES];
	size_t looked, given;		/* bytes in magic, and of them those that were read again */
	uint64_t length;		/* bytes that were read from fd */
};

/* By poll, because a signal just before a read would not end it. */
static ssize_t read_fd(struct source *source, void *bytes, size_t length)
{
	struct pollfd wanted = { .fd = source->fd, .events = POLLIN };
	ssize_t got = -1;

	while (got < 0 && interrupt_signal() == 0) {
		const int ready = poll(&wanted, 1, POLL_MILLISECONDS);

		if (ready == 0 || (ready < 0 && errno == EINTR))
			continue;
		got = read(source->fd, bytes, length);
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return -1;
	}
	if (got < 0)
		errno = EINTR;
	else
		source->length += (uint64_t)got;
	return got;
}

static ssize_t read_source(void *context, void *bytes, size_t length)
{
	struct source *source = context;
	size_t left = source->looked - source->given;

	if (left == 0)
		return read_fd(source, bytes, length);
	if (left > length)
		left = length;
	memcpy(bytes, source->magic + source->given, left);
	source->given += left;
	return (ssize_t)left;
}

/* Looks at the first bytes, and begins with them again. NULL with errno set. */
static struct stream *open_stream(struct source *source, const struct location *place)
{
	ssize_t got = 1;

	while (got > 0 && source->looked < sizeof source->magic) {
		got = read_fd(source, source->magic + source->looked,
			      sizeof source->magic - source->looked);
		source->looked += got > 0 ? (size_t)got : 0;
	}
	return got < 0 ? NULL
	       : stream_open(place->kind == LOCATION_TAR ? COMPRESSION_NONE
			     : media_compression(source->magic), read_source, source);
}

/* Whether so many bytes are too many for what was read of the archive. */
static bool is_too_much(uint64_t read, uint64_t length)
{
	return length > LIMIT_LAYERS_BYTES
	       || (length > LIMIT_LAYERS_FREE_BYTES
		   && (length - LIMIT_LAYERS_FREE_BYTES) / LIMIT_RATIO > read);
}

static int copy(struct source *source, int to, const struct location *place, struct error *err)
{
	struct stream *stream = open_stream(source, place);
	uint64_t length = 0;
	const char *fault = NULL;
	const void *bytes;
	ssize_t got = -1;
	int result = 0;

	while (result == 0 && stream && (got = stream_read(stream, &bytes, &fault)) > 0) {
		length += (uint64_t)got;
		if (is_too_much(source->length, length)) {
			result = error_set(err, STATUS_LIMIT, "cannot read '%s': it has too many "
					   "bytes", place->path);
		} else if (file_write_all(to, bytes, (size_t)got) < 0) {
			error_errno(err, STATUS_FILE, "cannot keep a copy of '%s'", place->path);
			result = error_hint(err, "large temporary files are kept in TMPDIR");
		}
	}
	if (got < 0)
		result = fault ? error_set(err, STATUS_ARCHIVE, "cannot read '%s': %s", place->path,
					   fault)
			       : error_errno(err, STATUS_FILE, "cannot read '%s'", place->path);
	if (stream)
		stream_close(stream);
	return result;
}

int spool_fill(struct location *place, int directory, struct error *err)
{
	const int to = file_open_unnamed(directory);
	struct source source = { .fd = place->fd };
	int result;

	if (to < 0)
		return error_errno(err, STATUS_FILE, "cannot keep a copy of '%s'", place->path);
	result = copy(&source, to, place, err);
	if (interrupt_signal() != 0)
		result = interrupt_check(err);
	/* The archive itself is not needed any more. */
	close(place->fd);
	place->fd = to;
	return result;
}
