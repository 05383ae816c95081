/* SPDX-License-Identifier: Apache-2.0 */
/* Trees as tar archives, by libarchive. */
#include "tree/layer.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"

#define COPY_BLOCK 65536

static const unsigned file_types[] = {
	[TREE_DIRECTORY] = AE_IFDIR, [TREE_FILE] = AE_IFREG, [TREE_LINK] = AE_IFLNK,
};

static int write_error(struct archive *archive, const char *name, struct error *err)
{
	const char *reason = archive_error_string(archive);

	return error_set(err, STATUS_FILE, "cannot write '%s': %s", name,
			 reason ? reason : "failed");
}

static void describe(struct archive_entry *entry, const struct tree_node *node, int64_t epoch)
{
	const char *slash = node->type == TREE_DIRECTORY ? "/" : "";
	char *path = memory_format("%s%s", node->path + 1, slash);

	archive_entry_clear(entry);
	archive_entry_copy_pathname(entry, path);
	archive_entry_set_filetype(entry, file_types[node->type]);
	archive_entry_set_perm(entry, (mode_t)node->mode);
	archive_entry_set_uid(entry, node->uid);
	archive_entry_set_gid(entry, node->gid);
	archive_entry_set_mtime(entry, (time_t)epoch, 0);
	archive_entry_set_size(entry, node->type == TREE_FILE ? (int64_t)node->content.size : 0);
	if (node->type == TREE_LINK)
		archive_entry_copy_symlink(entry, node->target);
	free(path);
}

static int copy_content(struct archive *archive, const struct content *content, const char *name,
			struct error *err)
{
	char chunk[COPY_BLOCK];
	uint64_t offset = 0;
	ssize_t got;

	while ((got = content_read(content, chunk, sizeof chunk, offset)) > 0) {
		if (interrupt_check(err) < 0)
			return -1;
		if (archive_write_data(archive, chunk, (size_t)got) != got)
			return write_error(archive, name, err);
		offset += (uint64_t)got;
	}
	if (got < 0)
		return error_errno(err, STATUS_FILE, "cannot read back the content for '%s'", name);
	return 0;
}

/* The context of libarchive's callback. */
struct stream {
	channel_consume *consume;
	void *context;
};

static la_ssize_t pass_on(struct archive *archive, void *context, const void *bytes, size_t length)
{
	const struct stream *stream = context;

	if (stream->consume(stream->context, bytes, length) == 0)
		return (la_ssize_t)length;
	archive_set_error(archive, errno, "%s", strerror(errno));
	return -1;
}

int layer_stream(const struct tree *tree, channel_consume *consume, void *context,
		 const char *name, struct error *err)
{
	struct stream stream = { .consume = consume, .context = context };
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	int result = -1;

	if (!archive || !entry)
		abort();
	archive_write_set_format_pax_restricted(archive);
	/* Without blocks libarchive neither copies the bytes nor pads the archive. */
	archive_write_set_bytes_per_block(archive, 0);
	if (archive_write_open2(archive, &stream, NULL, pass_on, NULL, NULL) != ARCHIVE_OK) {
		write_error(archive, name, err);
		goto out;
	}
	for (size_t i = 1; i < tree->count; i++) {
		const struct tree_node *node = &tree->nodes[i];

		describe(entry, node, tree->epoch);
		/* libarchive warns about names that are not ASCII, but writes their bytes. */
		if (archive_write_header(archive, entry) < ARCHIVE_WARN) {
			write_error(archive, name, err);
			goto close;
		}
		if (node->type == TREE_FILE && copy_content(archive, &node->content, name, err) < 0)
			goto close;
	}
	result = 0;
close:
	/* Also after a failure: archive_write_free alone would leak. */
	if (archive_write_close(archive) != ARCHIVE_OK && result == 0)
		result = write_error(archive, name, err);
out:
	archive_entry_free(entry);
	archive_write_free(archive);
	return result;
}

static int write_to(void *context, const void *bytes, size_t length)
{
	return file_write_all(*(int *)context, bytes, length);
}

int layer_write(const struct tree *tree, int dirfd, const char *path, const char *name,
		struct error *err)
{
	int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int result = fd < 0 ? -1 : layer_stream(tree, write_to, &fd, name, err);

	if (fd < 0 || (result == 0 && (fchmod(fd, 0644) < 0 || fsync(fd) < 0)))
		result = error_errno(err, STATUS_FILE, "cannot write '%s'", name);
	if (fd >= 0 && close(fd) < 0 && result == 0)
		result = error_errno(err, STATUS_FILE, "cannot write '%s'", name);
	return result;
}

int layer_copy(int fd, channel_consume *consume, void *context, const char *name,
	       struct error *err)
{
	char chunk[COPY_BLOCK];
	uint64_t offset = 0;
	ssize_t got;

	while ((got = file_read_at(fd, chunk, sizeof chunk, offset)) > 0) {
		if (interrupt_check(err) < 0)
			return -1;
		offset += (uint64_t)got;
		if (offset > LIMIT_UNPACKED_BYTES)
			return error_set(err, STATUS_LIMIT, "cannot read '%s': larger than %llu "
					 "bytes", name, LIMIT_UNPACKED_BYTES);
		if (consume(context, chunk, (size_t)got) < 0)
			return error_errno(err, STATUS_FILE, "cannot store the layer of '%s'",
					   name);
	}
	return got < 0 ? error_errno(err, STATUS_FILE, "cannot read '%s'", name) : 0;
}
