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
#include "base/path.h"
#include "unpack/near.h"
#include "unpack/stream.h"
#include "unpack/zip.h"

#define READ_BLOCK 65536	/* of a zip */
#define TAR_BLOCK 512

/* One pass through an archive. */
struct reader {
	int fd;
	uint64_t size;		/* of the file, in bytes */
	const struct format *format;
	const char *name;
	int directory;
	struct members *members;
	const struct members *links;	/* that lead to the members in a second pass, else NULL */
	struct near *near;	/* NULL, or a pass that only notes names */
	release_visit *visit;	/* NULL, or for a pass over all plain files */
	void *context;
	struct archive *archive;
	uint64_t budget;	/* bytes that may still be unpacked */
	struct stream *stream;	/* of the tar or program; NULL in a zip */
	uint64_t unpacked;	/* bytes of the tar that were read */
	uint64_t last;		/* offset after the last of them that was not 0 */
	struct error *err;
	bool failed;		/* err is filled: libarchive has no better reason */
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

/* The next bytes of tar or program, counted; 0 at the end. */
static ssize_t read_plain(struct reader *reader, const void **bytes)
{
	const char *fault;
	ssize_t length = stream_read(reader->stream, bytes, &fault);

	if (length < 0 && fault)
		return error_set(reader->err,
				 stream_exceeds(reader->stream) ? STATUS_LIMIT : STATUS_ARCHIVE,
				 "cannot unpack '%s': %s", reader->name, fault);
	if (length < 0)
		return error_errno(reader->err, STATUS_FILE, "cannot read '%s'", reader->name);
	return spend(reader, (uint64_t)length) < 0 ? -1 : length;
}

/* libarchive's source of the tar's bytes. */
static la_ssize_t read_tar(struct archive *archive, void *context, const void **bytes)
{
	struct reader *reader = context;
	ssize_t length = read_plain(reader, bytes);

	if (length >= 0) {
		note_zeros(reader, *bytes, (size_t)length);
		return length;
	}
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
		if (!reader->stream && spend(reader, length) < 0)
			return -1;
		if (writer && content_add(writer, block, length) < 0)
			return store_fault(reader);
		total += length;
	}
	return status == ARCHIVE_EOF ? 0 : refuse_archive(reader);
}

/* Reads the content of the current entry. */
static int take_content(struct reader *reader, struct archive_entry *entry,
			struct members_file *file)
{
	struct content_writer writer;
	int result;

	content_begin(&writer, reader->directory);
	result = read_data(reader, &writer);
	if (result == 0 && content_end(&writer, &file->content) < 0)
		result = store_fault(reader);
	content_abandon(&writer);
	if (result == 0 && archive_entry_size_is_set(entry)
	    && (uint64_t)archive_entry_size(entry) != file->content.size)
		return refuse_member(reader, file->name, "is truncated");
	return result;
}

/* In a second pass what matters is the link that leads to a member. */
static int refuse_kind(const struct reader *reader, const char *name, const char *kind)
{
	const struct members_file *link = reader->links ? reader->links->files : NULL;

	if (!link)
		return error_set(reader->err, STATUS_ARCHIVE, "cannot unpack '%s': member '%s' is "
				 "%s", reader->name, name, kind);
	while (!link->target || strcmp(link->target, name) != 0)
		link++;
	return error_set(reader->err, STATUS_ARCHIVE, "cannot unpack '%s': member '%s' leads to "
			 "'%s', which is %s", reader->name, link->name, name, kind);
}

/* Notes where a link leads. Its target may be before or after it. */
static int take_link(struct reader *reader, struct archive_entry *entry, struct members_file *file)
{
	const char *hard = archive_entry_hardlink(entry);
	const char *target = hard ? hard : archive_entry_symlink(entry);

	if (reader->links)
		return refuse_kind(reader, file->name, "a link, too");
	if (!file->follow) {
		error_set(reader->err, STATUS_ARCHIVE, "cannot unpack '%s': member '%s' is a %s "
			  "link to '%s'", reader->name, file->name, hard ? "hard" : "symbolic",
			  target ? target : "");
		return error_hint(reader->err, "with 'follow: true' the recipe takes the file that "
				  "it leads to");
	}
	file->target = target ? members_resolve(hard ? "" : file->name, target) : NULL;
	if (!file->target)
		return error_set(reader->err, STATUS_ARCHIVE, "cannot unpack '%s': member '%s' "
				 "leads to '%s', which is outside of the archive", reader->name,
				 file->name, target ? target : "");
	return read_data(reader, NULL);
}

/* A name that becomes a path, with what is before it exchanged. */
static int check_path(const struct reader *reader, const char *name)
{
	char *path = memory_format("/%s", name);
	const char *fault = path_fault(path);

	free(path);
	return fault ? error_set(reader->err, STATUS_ARCHIVE, "cannot unpack '%s': member '%s' is "
				 "no path: %s", reader->name, name, fault) : 0;
}

/* Visits the current entry, if it is a plain file with a name that can be read. */
static int visit_entry(struct reader *reader, struct archive_entry *entry, int header)
{
	const char *name = archive_entry_pathname(entry);
	struct members_file file = { .content = { .fd = -1 } };
	int result;

	if (!name || header != ARCHIVE_OK || archive_entry_filetype(entry) != AE_IFREG
	    || archive_entry_hardlink(entry))
		return read_data(reader, NULL);
	while (strncmp(name, "./", 2) == 0)
		name += 2;
	file.name = memory_string(name);
	result = take_content(reader, entry, &file);
	if (result == 0)
		result = reader->visit(reader->context, name, &file.content, reader->err);
	content_free(&file.content);
	free(file.name);
	return result;
}

/*
 * Takes the current entry if it is wanted. header is the status of its header: a warning, for
 * example about a name that is not ASCII, is a failure only for a wanted member.
 */
static int take_entry(struct reader *reader, struct archive_entry *entry, int header)
{
	const char *name = archive_entry_pathname(entry);
	const bool is_directory = archive_entry_filetype(entry) == AE_IFDIR;
	struct members_file *file = NULL;

	if (reader->near && name)
		near_note(reader->near, name);
	else if (!name && reader->members->directory_count > 0)
		return refuse_for(reader, "it has a member whose name cannot be read");
	else if (name)
		file = is_directory ? members_find(reader->members, name)
				    : members_match(reader->members, name);
	if (!file)
		return read_data(reader, NULL);
	if (header != ARCHIVE_OK)
		return refuse_archive(reader);
	if (file->found)
		return refuse_member(reader, file->name, "occurs twice");
	if (!file->named && check_path(reader, file->name) < 0)
		return -1;
	if (reader->members->file_count > LIMIT_TAKEN_MEMBERS)
		return error_set(reader->err, STATUS_LIMIT, "cannot unpack '%s': more than %d of "
				 "its members are wanted", reader->name, LIMIT_TAKEN_MEMBERS);
	file->found = true;
	if (archive_entry_hardlink(entry) || archive_entry_filetype(entry) == AE_IFLNK)
		return take_link(reader, entry, file);
	if (archive_entry_filetype(entry) != AE_IFREG)
		return refuse_kind(reader, file->name, "not a plain file");
	return take_content(reader, entry, file);
}

static int read_entries(struct reader *reader)
{
	struct archive_entry *entry;
	unsigned met = 0;
	int status;

	while ((status = archive_read_next_header(reader->archive, &entry)) == ARCHIVE_OK
	       || status == ARCHIVE_WARN) {
		if (reader->failed)
			return -1;
		if (++met > LIMIT_ARCHIVE_MEMBERS)
			return error_set(reader->err, STATUS_LIMIT, "cannot unpack '%s': more than "
					 "%d members", reader->name, LIMIT_ARCHIVE_MEMBERS);
		if (reader->visit ? visit_entry(reader, entry, status) < 0
				  : take_entry(reader, entry, status) < 0)
			return -1;
	}
	return status == ARCHIVE_EOF && !reader->failed ? 0 : refuse_archive(reader);
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

static int read_zip(struct reader *reader)
{
	const char *fault = zip_fault(reader->fd, reader->size);

	if (fault)
		return refuse_for(reader, fault);
	archive_read_support_format_zip_seekable(reader->archive);
	if (archive_read_open_fd(reader->archive, reader->fd, READ_BLOCK) != ARCHIVE_OK)
		return refuse_archive(reader);
	return read_entries(reader);
}

static int read_tarball(struct reader *reader)
{
	archive_read_support_format_tar(reader->archive);
	if (archive_read_open(reader->archive, reader, NULL, read_tar, NULL) != ARCHIVE_OK)
		return refuse_archive(reader);
	return read_entries(reader) < 0 ? -1 : check_end(reader);
}

/* Adds to a refusal which format the file begins like, if it is another one. */
static int hint_at_format(const struct reader *reader)
{
	char head[FORMAT_HEAD_BYTES];
	const ssize_t got = pread(reader->fd, head, sizeof head, 0);
	const struct format *other = got > 0 ? format_guess(head, (size_t)got) : NULL;
	const enum compression compression = reader->format->compression;

	if (!other || reader->err->status != STATUS_ARCHIVE || reader->err->hint[0]
	    || (other->compression == compression
		&& (compression != COMPRESSION_NONE || other->content == reader->format->content)))
		return -1;
	if (other->compression == COMPRESSION_NONE)
		return error_hint(reader->err, "it begins like the format '%s'", other->name);
	return error_hint(reader->err, "it begins like the formats '%s' and '%s'", other->name,
			  other->name + strlen("tar."));
}

/* Begins a pass through the file, ended with end_pass. */
static void begin_pass(struct reader *reader)
{
	reader->unpacked = reader->last = 0;
	reader->budget = reader->size > LIMIT_UNPACKED_BYTES / LIMIT_RATIO
			 ? LIMIT_UNPACKED_BYTES : reader->size * LIMIT_RATIO;
	/* The ratio of a small archive is mostly that of its headers. */
	if (reader->budget < MIB)
		reader->budget = MIB;
	if (reader->format->content != FORMAT_ZIP)
		reader->stream = stream_open_file(reader->format->compression, reader->fd);
}

static void end_pass(struct reader *reader)
{
	if (reader->stream)
		stream_close(reader->stream);
	reader->stream = NULL;
}

/* Reads the archive once, from where the descriptor is, and goes back to there. */
static int read_once(struct reader *reader)
{
	const off_t start = lseek(reader->fd, 0, SEEK_CUR);
	int result;

	begin_pass(reader);
	reader->archive = archive_read_new();
	if (!reader->archive)
		abort();
	result = reader->stream ? read_tarball(reader) : read_zip(reader);
	archive_read_free(reader->archive);
	end_pass(reader);
	if (result < 0)
		return hint_at_format(reader);
	if (lseek(reader->fd, start, SEEK_SET) < 0)
		return error_errno(reader->err, STATUS_FILE, "cannot read '%s'", reader->name);
	return 0;
}

/* What is missing, with the names of the archive that are like it. */
static int refuse_missing(struct reader *reader, const char *name, bool directory)
{
	struct near near = { .name = name, .directory = directory };

	reader->near = &near;
	if (read_once(reader) == 0) {
		if (directory)
			error_set(reader->err, STATUS_ARCHIVE, "cannot unpack '%s': no file is "
				  "below '%s'", reader->name, *name ? name : "./");
		else
			error_set(reader->err, STATUS_ARCHIVE, "cannot unpack '%s': no member '%s'",
				  reader->name, name);
		near_hint(&near, reader->err);
	}
	near_free(&near);
	return -1;
}

static bool has_below(const struct members *members, const char *directory)
{
	for (size_t i = 0; i < members->file_count; i++)
		if (members->files[i].found
		    && strncmp(members->files[i].name, directory, strlen(directory)) == 0)
			return true;
	return false;
}

/* Gives the links the contents of what they lead to. */
static int follow_links(struct reader *reader)
{
	struct members *links = reader->members;
	struct members targets = { .files = NULL };
	struct members_file *target;
	bool any = false;
	int result = 0;

	for (size_t i = 0; i < links->file_count; i++)
		if (links->files[i].target) {
			members_want(&targets, links->files[i].target, false);
			any = true;
		}
	reader->members = &targets;
	reader->links = links;
	if (any)
		result = read_once(reader);
	for (size_t i = 0; i < links->file_count && result == 0; i++) {
		struct members_file *link = &links->files[i];

		target = link->target ? members_find(&targets, link->target) : NULL;
		if (target && !target->found)
			result = error_set(reader->err, STATUS_ARCHIVE, "cannot unpack '%s': "
					   "member '%s' leads to '%s', which it does not have",
					   reader->name, link->name, link->target);
		else if (target && content_share(&target->content, &link->content) < 0)
			result = store_fault(reader);
	}
	members_free(&targets);
	return result;
}

static int read_archive(struct reader *reader)
{
	struct members *members = reader->members;

	if (read_once(reader) < 0)
		return -1;
	for (size_t i = 0; i < members->file_count; i++)
		if (!members->files[i].found)
			return refuse_missing(reader, members->files[i].name, false);
	for (size_t i = 0; i < members->directory_count; i++)
		if (!has_below(members, members->directories[i].name))
			return refuse_missing(reader, members->directories[i].name, true);
	return follow_links(reader);
}

/* All that the file unpacks to is the member. */
static int read_program(struct reader *reader, struct members_file *file)
{
	struct content_writer writer;
	const void *bytes;
	ssize_t got = 0;
	int result = 0;

	begin_pass(reader);
	content_begin(&writer, reader->directory);
	while (result == 0 && (got = read_plain(reader, &bytes)) > 0)
		if (content_add(&writer, bytes, (size_t)got) < 0)
			result = store_fault(reader);
	if (got < 0)
		result = hint_at_format(reader);
	if (result == 0 && content_end(&writer, &file->content) < 0)
		result = store_fault(reader);
	content_abandon(&writer);
	end_pass(reader);
	file->found = result == 0;
	return result;
}

int release_read(int fd, uint64_t size, const struct format *format, const char *name,
		 int directory, struct members *members, struct error *err)
{
	struct reader reader = {
		.fd = fd, .size = size, .format = format, .name = name, .directory = directory,
		.members = members, .err = err,
	};

	if (format->content != FORMAT_PROGRAM)
		return read_archive(&reader);
	return members->file_count == 0 ? 0 : read_program(&reader, members->files);
}

int release_each(int fd, uint64_t size, const struct format *format, const char *name,
		 int directory, release_visit *visit, void *context, struct error *err)
{
	struct reader reader = {
		.fd = fd, .size = size, .format = format, .name = name, .directory = directory,
		.visit = visit, .context = context, .err = err,
	};
	struct members_file whole = { .content = { .fd = -1 } };
	int result;

	if (format->content != FORMAT_PROGRAM)
		return read_once(&reader);
	result = read_program(&reader, &whole);
	if (result == 0)
		result = visit(context, "", &whole.content, err);
	content_free(&whole.content);
	return result;
}
