#include "release.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "interrupt.h"
#include "limits.h"

#define READ_BLOCK 65536

/* One pass through an archive. */
struct reader {
	struct archive *archive;
	const char *name;
	int directory;
	uint64_t budget;	/* bytes that may still be unpacked */
};

static int refuse(const struct reader *reader, struct error *err)
{
	const char *reason = archive_error_string(reader->archive);

	return error_set(err, STATUS_ARCHIVE, "cannot unpack '%s': %s", reader->name,
			 reason ? reason : "damaged");
}

static int open_archive(struct reader *reader, int fd, const char *format, struct error *err)
{
	struct archive *archive = reader->archive;

	if (strcmp(format, "zip") == 0) {
		archive_read_support_format_zip_seekable(archive);
	} else {
		archive_read_support_filter_gzip(archive);
		archive_read_support_format_tar(archive);
	}
	if (archive_read_open_fd(archive, fd, READ_BLOCK) != ARCHIVE_OK)
		return refuse(reader, err);
	return 0;
}

/* Takes length off what may still be unpacked, wanted or not: the limit is on the work done. */
static int spend(struct reader *reader, uint64_t length, struct error *err)
{
	if (length > reader->budget)
		return error_set(err, STATUS_LIMIT, "cannot unpack '%s': it unpacks to more than %d "
				 "times its size", reader->name, LIMIT_RATIO);
	reader->budget -= length;
	return interrupt_check(err);
}

static int store_fault(const struct reader *reader, struct error *err)
{
	return error_errno(err, STATUS_FILE, "cannot store a member of '%s'", reader->name);
}

/* Reads the data of the current entry into writer, or past it when writer is NULL. */
static int read_data(struct reader *reader, struct content_writer *writer, struct error *err)
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
			return error_set(err, STATUS_ARCHIVE, "cannot unpack '%s': it has a sparse member",
					 reader->name);
		if (spend(reader, length, err) < 0)
			return -1;
		if (writer && content_add(writer, block, length) < 0)
			return store_fault(reader, err);
		total += length;
	}
	return status == ARCHIVE_EOF ? 0 : refuse(reader, err);
}

/* The size that the header states and the size of what was read must agree. */
static int check_size(const struct reader *reader, struct archive_entry *entry,
		      const struct release_member *member, struct error *err)
{
	if (archive_entry_size_is_set(entry)
	    && (uint64_t)archive_entry_size(entry) != member->content.size)
		return error_set(err, STATUS_ARCHIVE, "cannot unpack '%s': member '%s' is truncated",
				 reader->name, member->name);
	return 0;
}

static int take_member(struct reader *reader, struct archive_entry *entry,
		       struct release_member *member, struct error *err)
{
	struct content_writer writer;
	int result;

	if (member->found)
		return error_set(err, STATUS_ARCHIVE, "cannot unpack '%s': member '%s' is there twice",
				 reader->name, member->name);
	if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
		return error_set(err, STATUS_ARCHIVE, "cannot unpack '%s': member '%s' is not a plain "
				 "file", reader->name, member->name);
	content_begin(&writer, reader->directory);
	result = read_data(reader, &writer, err);
	if (result == 0 && content_end(&writer, &member->content) < 0)
		result = store_fault(reader, err);
	content_abandon(&writer);
	member->found = result == 0;
	return result < 0 ? -1 : check_size(reader, entry, member, err);
}

static struct release_member *find(struct release_member *members, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (name && strcmp(members[i].name, name) == 0)
			return &members[i];
	return NULL;
}

static int read_members(struct reader *reader, struct release_member *members, size_t count,
			struct error *err)
{
	struct archive_entry *entry;
	unsigned met = 0;
	int status;

	while ((status = archive_read_next_header(reader->archive, &entry)) == ARCHIVE_OK) {
		struct release_member *member = find(members, count, archive_entry_pathname(entry));

		if (++met > LIMIT_ARCHIVE_MEMBERS)
			return error_set(err, STATUS_LIMIT, "cannot unpack '%s': more than %d members",
					 reader->name, LIMIT_ARCHIVE_MEMBERS);
		if (member ? take_member(reader, entry, member, err) < 0
			   : read_data(reader, NULL, err) < 0)
			return -1;
	}
	if (status != ARCHIVE_EOF)
		return refuse(reader, err);
	for (size_t i = 0; i < count; i++)
		if (!members[i].found)
			return error_set(err, STATUS_ARCHIVE, "cannot unpack '%s': no member '%s'",
					 reader->name, members[i].name);
	return 0;
}

static uint64_t budget(uint64_t size)
{
	uint64_t ratio = size > LIMIT_MEMBER_BYTES / LIMIT_RATIO ? LIMIT_MEMBER_BYTES
								 : size * LIMIT_RATIO;

	/* Small archives are mostly headers, which say little about the ratio of the rest. */
	return ratio > MIB ? ratio : MIB;
}

int release_read(int fd, uint64_t size, const char *format, const char *name, int directory,
		 struct release_member *members, size_t count, struct error *err)
{
	struct reader reader = {
		.archive = archive_read_new(), .name = name, .directory = directory,
		.budget = budget(size),
	};
	int result = -1;

	for (size_t i = 0; i < count; i++) {
		members[i].content = (struct content){ .fd = -1 };
		members[i].found = false;
	}
	if (!reader.archive)
		error_set(err, STATUS_LIMIT, "cannot unpack '%s': out of memory", name);
	else if (open_archive(&reader, fd, format, err) == 0)
		result = read_members(&reader, members, count, err);
	for (size_t i = 0; i < count && result < 0; i++)
		content_free(&members[i].content);
	archive_read_free(reader.archive);
	return result;
}
