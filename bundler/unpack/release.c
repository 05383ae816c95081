/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the wanted members out of a release archive with libarchive. */
#include "unpack/release.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"
#include "unpack/gzip.h"
#include "unpack/zip.h"

#define READ_BLOCK 65536
#define TAR_BLOCK 512

/* One pass through an archive. */
struct reader {
	struct archive *archive;
	const char *name;
	int directory;
	uint64_t budget;	/* bytes that may still be unpacked */
	struct gzip *gzip;	/* NULL in a zip */
	uint64_t unpacked;	/* bytes of the tar that were read */
	uint64_t last;		/* offset after the last of them that was not 0 */
	struct error *err;
	bool failed;		/* err is filled: libarchive has no better reason */
	char *near;		/* a name that ends like a wanted one, or NULL */
	const struct release_member *near_of;
};

/* Fills err with libarchive's reason, unless there is a better one already. */
static int refuse_archive(const struct reader *reader)
{
	const char *reason = archive_error_string(reader->archive);

	if (reader->failed)
		return -1;
	if (!reason)
		reason = "damaged";
	/* Some of libarchive's reasons end in a newline. */
	return error_set(reader->err, STATUS_ARCHIVE, "cannot unpack '%s': %.*s", reader->name,
			 (int)strcspn(reason, "\n"), reason);
}

static int refuse_for(const struct reader *reader, const char *reason)
{
	return error_set(reader->err, STATUS_ARCHIVE, "cannot unpack '%s': %s", reader->name,
			 reason);
}

static int refuse_member(const struct reader *reader, const char *member, const char *reason)
{
	return error_set(reader->err, STATUS_ARCHIVE, "cannot unpack '%s': member '%s' %s",
			 reader->name, member, reason);
}

/* Takes length off the budget, for wanted members and others: the limit is on the work. */
static int spend(struct reader *reader, uint64_t length)
{
	if (length > reader->budget)
		return error_set(reader->err, STATUS_LIMIT, "cannot unpack '%s': it unpacks to "
				 "more than %d times its size", reader->name, LIMIT_RATIO);
	reader->budget -= length;
	return interrupt_check(reader->err);
}

/* Notes where the zeros that the tar ends in so far begin. */
static void note_zeros(struct reader *reader, const char *bytes, size_t length)
{
	size_t used = length;

	/* Fast for a block of zeros: it is compared with itself, shifted by one byte. */
	if (length > 0 && bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0)
		used = 0;
	while (used > 0 && bytes[used - 1] == 0)
		used--;
	if (used > 0)
		reader->last = reader->unpacked + used;
	reader->unpacked += length;
}

/* libarchive's source of the tar's bytes. */
static la_ssize_t read_tar(struct archive *archive, void *context, const void **bytes)
{
	struct reader *reader = context;
	const char *fault;
	ssize_t length = gzip_read(reader->gzip, bytes, &fault);

	if (length < 0 && fault)
		refuse_for(reader, fault);
	else if (length < 0)
		error_errno(reader->err, STATUS_FILE, "cannot read '%s'", reader->name);
	else if (spend(reader, (uint64_t)length) < 0)
		length = -1;
	else
		note_zeros(reader, *bytes, (size_t)length);
	if (length >= 0)
		return length;
	reader->failed = true;
	archive_set_error(archive, EIO, "unreadable");
	return ARCHIVE_FATAL;
}

static int store_fault(const struct reader *reader)
{
	return error_errno(reader->err, STATUS_FILE, "cannot store a member of '%s'", reader->name);
}

/* Reads the data of the current entry into writer; only skips it when writer is NULL. */
static int read_data(struct reader *reader, struct content_writer *writer)
{
	const void *block;
	uint64_t total = 0;
	size_t length;
	int64_t offset;
	int status;

	while ((status = archive_read_data_block(reader->archive, &block, &length, &offset))
	       == ARCHIVE_OK) {
		/* Sparse entries would need holes filled; no release has them. */
		if ((uint64_t)offset != total)
			return refuse_for(reader, "it has a sparse member");
		if (!reader->gzip && spend(reader, length) < 0)
			return -1;
		if (writer && content_add(writer, block, length) < 0)
			return store_fault(reader);
		total += length;
	}
	return status == ARCHIVE_EOF ? 0 : refuse_archive(reader);
}

/* Reads the content of the current entry. header is the status of its header. */
static int take_member(struct reader *reader, struct archive_entry *entry, int header,
		       struct release_member *member)
{
	struct content_writer writer;
	int result;

	if (header != ARCHIVE_OK)
		return refuse_archive(reader);
	if (member->found)
		return refuse_member(reader, member->name, "occurs twice");
	if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
		return refuse_member(reader, member->name, "is not a plain file");
	content_begin(&writer, reader->directory);
	result = read_data(reader, &writer);
	if (result == 0 && content_end(&writer, &member->content) < 0)
		result = store_fault(reader);
	content_abandon(&writer);
	member->found = result == 0;
	if (result == 0 && archive_entry_size_is_set(entry)
	    && (uint64_t)archive_entry_size(entry) != member->content.size)
		return refuse_member(reader, member->name, "is truncated");
	return result;
}

static const char *without_dot(const char *name)
{
	return strncmp(name, "./", 2) == 0 ? name + 2 : name;
}

/* Keeps the first name of the archive that ends like a member that was not found yet. */
static void note_near(struct reader *reader, const struct release_member *member, const char *name)
{
	const char *wanted = strrchr(member->name, '/'), *slash = strrchr(name, '/');

	if (reader->near || member->found
	    || strcmp(wanted ? wanted + 1 : member->name, slash ? slash + 1 : name) != 0)
		return;
	reader->near = memory_copy(name, strnlen(name, LIMIT_PATH_BYTES));
	reader->near_of = member;
}

/*
 * Reads every header. A warning, for example about a name that is not ASCII, is a failure only for
 * a wanted member.
 */
static int read_members(struct reader *reader, struct release_member *members, size_t count)
{
	struct archive_entry *entry;
	unsigned met = 0;
	int status;

	while ((status = archive_read_next_header(reader->archive, &entry)) == ARCHIVE_OK
	       || status == ARCHIVE_WARN) {
		const char *name = archive_entry_pathname(entry);
		size_t i = 0;

		if (reader->failed)
			return -1;
		if (++met > LIMIT_ARCHIVE_MEMBERS)
			return error_set(reader->err, STATUS_LIMIT, "cannot unpack '%s': more than "
					 "%d members", reader->name, LIMIT_ARCHIVE_MEMBERS);
		while (name && strncmp(name, "./", 2) == 0)
			name += 2;
		while (i < count && (!name || strcmp(without_dot(members[i].name), name) != 0))
			i++;
		for (size_t k = 0; k < count && name && i == count; k++)
			note_near(reader, &members[k], name);
		if (i < count ? take_member(reader, entry, status, &members[i]) < 0
			      : read_data(reader, NULL) < 0)
			return -1;
	}
	if (status != ARCHIVE_EOF || reader->failed)
		return refuse_archive(reader);
	for (size_t i = 0; i < count; i++) {
		if (members[i].found)
			continue;
		error_set(reader->err, STATUS_ARCHIVE, "cannot unpack '%s': no member '%s'",
			  reader->name, members[i].name);
		if (reader->near && reader->near_of == &members[i])
			error_hint(reader->err, "it has '%s'", reader->near);
		return -1;
	}
	return 0;
}

/*
 * Checks the two blocks of zeros at the end of a tar (POSIX.1-2017, pax, ustar), which libarchive
 * does not require. They begin where it tried to read the last header. The rest is read here.
 */
static int check_end(struct reader *reader)
{
	uint64_t end = (uint64_t)archive_read_header_position(reader->archive);
	const void *bytes;
	la_ssize_t length;

	do
		length = read_tar(reader->archive, reader, &bytes);
	while (length > 0);
	if (length < 0)
		return -1;
	if (reader->last > end)
		return refuse_for(reader, "something follows its end");
	if (reader->unpacked - end < 2 * TAR_BLOCK)
		return refuse_for(reader, "it is truncated: no end blocks");
	return 0;
}

/* The whole file is the member. */
static int take_file(int fd, const char *name, int directory, struct release_member *member,
		     struct error *err)
{
	struct content_writer writer;
	char chunk[READ_BLOCK];
	ssize_t got = 0;
	int result = 0;

	content_begin(&writer, directory);
	while (result == 0 && (got = read(fd, chunk, sizeof chunk)) > 0)
		result = interrupt_check(err) < 0 ? -1
			 : content_add(&writer, chunk, (size_t)got) < 0
			 ? error_errno(err, STATUS_FILE, "cannot store '%s'", name) : 0;
	if (got < 0)
		result = error_errno(err, STATUS_FILE, "cannot read '%s'", name);
	if (result == 0 && content_end(&writer, &member->content) < 0)
		result = error_errno(err, STATUS_FILE, "cannot store '%s'", name);
	content_abandon(&writer);
	member->found = result == 0;
	return result;
}

int release_read(int fd, uint64_t size, const char *format, const char *name, int directory,
		 struct release_member *members, size_t count, struct error *err)
{
	struct reader reader = {
		.archive = archive_read_new(), .name = name, .directory = directory,
		.budget = size > LIMIT_UNPACKED_BYTES / LIMIT_RATIO ? LIMIT_UNPACKED_BYTES
								    : size * LIMIT_RATIO,
		.err = err,
	};
	const char *fault = NULL;
	int result;

	if (!reader.archive)
		abort();
	/* The ratio of a small archive is mostly that of its headers. */
	if (reader.budget < MIB)
		reader.budget = MIB;
	for (size_t i = 0; i < count; i++) {
		members[i].content = (struct content){ .fd = -1 };
		members[i].found = false;
	}
	if (strcmp(format, "program") == 0) {
		archive_read_free(reader.archive);
		return count == 0 ? 0 : take_file(fd, name, directory, &members[0], err);
	}
	if (strcmp(format, "zip") == 0) {
		fault = zip_fault(fd, size);
		archive_read_support_format_zip_seekable(reader.archive);
		result = fault ? refuse_for(&reader, fault)
			       : archive_read_open_fd(reader.archive, fd, READ_BLOCK);
	} else {
		reader.gzip = gzip_open(fd);
		archive_read_support_format_tar(reader.archive);
		result = archive_read_open(reader.archive, &reader, NULL, read_tar, NULL);
	}
	if (!fault && result != ARCHIVE_OK)
		result = refuse_archive(&reader);
	if (result == 0)
		result = read_members(&reader, members, count);
	if (result == 0 && reader.gzip)
		result = check_end(&reader);
	for (size_t i = 0; i < count && result < 0; i++)
		content_free(&members[i].content);
	archive_read_free(reader.archive);
	free(reader.near);
	if (reader.gzip)
		gzip_close(reader.gzip);
	return result;
}
