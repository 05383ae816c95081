/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a file, in memory or in an unnamed file. */
#include "base/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"

struct content content_of(const void *bytes, size_t length)
{
	return (struct content){
		.size = length, .digest = digest_of_output(bytes, length),
		.bytes = memory_copy(bytes, length), .fd = -1,
	};
}

int content_share(const struct content *content, struct content *copy)
{
	*copy = *content;
	if (content->bytes)
		copy->bytes = memory_copy(content->bytes, (size_t)content->size);
	else
		copy->fd = fcntl(content->fd, F_DUPFD_CLOEXEC, 0);
	return copy->bytes || copy->fd >= 0 ? 0 : -1;
}

void content_free(struct content *content)
{
	free(content->bytes);
	if (content->fd >= 0)
		close(content->fd);
	*content = (struct content){ .fd = -1 };
}

ssize_t content_read(const struct content *content, void *bytes, size_t length, uint64_t offset)
{
	if (!content->bytes)
		return file_read_at(content->fd, bytes, length, offset);
	if (offset >= content->size)
		return 0;
	if (length > content->size - offset)
		length = (size_t)(content->size - offset);
	memcpy(bytes, content->bytes + offset, length);
	return (ssize_t)length;
}

/* For file systems between which copy_file_range does not work. */
static int copy_by_hand(const struct content *content, int fd, uint64_t offset)
{
	char chunk[65536];
	ssize_t got;

	while ((got = content_read(content, chunk, sizeof chunk, offset)) > 0) {
		if (file_write_all(fd, chunk, (size_t)got) < 0)
			return -1;
		offset += (uint64_t)got;
	}
	return got < 0 ? -1 : 0;
}

int content_copy(const struct content *content, int fd)
{
	off_t offset = 0;

	if (content->bytes)
		return file_write_all(fd, content->bytes, (size_t)content->size);
	while ((uint64_t)offset < content->size) {
		ssize_t copied = copy_file_range(content->fd, &offset, fd, NULL,
						 (size_t)(content->size - (uint64_t)offset), 0);

		if (copied < 0 && errno == EINTR)
			continue;
		if (copied <= 0)
			return copy_by_hand(content, fd, (uint64_t)offset);
	}
	return 0;
}

int content_link(const struct content *content, int dirfd, const char *path)
{
	char link[32];
	struct stat st;

	if (content->bytes || fstat(content->fd, &st) < 0 || st.st_nlink > 0)
		return -1;
	/* AT_EMPTY_PATH would need a capability; this is open(2)'s own example for O_TMPFILE. */
	snprintf(link, sizeof link, "/proc/self/fd/%d", content->fd);
	if (linkat(AT_FDCWD, link, dirfd, path, AT_SYMLINK_FOLLOW) < 0)
		return -1;
	return fcntl(content->fd, F_DUPFD_CLOEXEC, 0);
}

void content_begin(struct content_writer *writer, int directory)
{
	*writer = (struct content_writer){ .directory = directory, .fd = -1 };
	digest_init_output(&writer->digest);
	buffer_init(&writer->memory, LIMIT_MEMORY_CONTENT);
}

static int store(void *context, const void *bytes, size_t length)
{
	struct content_writer *writer = context;

	digest_add(&writer->digest, bytes, length);
	return writer->fd < 0 ? buffer_add(&writer->memory, bytes, length)
			      : file_write_all(writer->fd, bytes, length);
}

/* Opens the unnamed file and moves the bytes in memory to it; they are hashed already. */
static int spill(struct content_writer *writer)
{
	writer->fd = file_open_unnamed(writer->directory);
	if (writer->fd < 0)
		return -1;
	if (file_write_all(writer->fd, writer->memory.bytes, writer->memory.length) < 0)
		return -1;
	buffer_free(&writer->memory);
	writer->channel = channel_open(NULL, store, writer);
	return 0;
}

int content_add(struct content_writer *writer, const void *bytes, size_t length)
{
	if (writer->channel)
		return channel_add(writer->channel, bytes, length);
	if (length <= writer->memory.maximum - writer->memory.length)
		return store(writer, bytes, length);
	return spill(writer) < 0 ? -1 : channel_add(writer->channel, bytes, length);
}

static int close_channel(struct content_writer *writer)
{
	struct channel *channel = writer->channel;

	writer->channel = NULL;
	return channel ? channel_close(channel) : 0;
}

int content_end(struct content_writer *writer, struct content *content)
{
	if (close_channel(writer) < 0)
		return -1;
	*content = (struct content){
		.size = writer->digest.length,
		.digest = digest_read(&writer->digest),
		.bytes = writer->fd < 0 ? buffer_take(&writer->memory) : NULL,
		.fd = writer->fd,
	};
	writer->fd = -1;
	return 0;
}

void content_abandon(struct content_writer *writer)
{
	close_channel(writer);
	buffer_free(&writer->memory);
	if (writer->fd >= 0)
		close(writer->fd);
	writer->fd = -1;
}
