/* SPDX-License-Identifier: Apache-2.0 */
/* Reads archives of time zones. */
#include "build/zoneinfo.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "unpack/release.h"
#include "unpack/tzif.h"

bool zoneinfo_is_zone(const struct members_file *member)
{
	return strncmp(member->name, "posix/", 6) != 0 && strncmp(member->name, "right/", 6) != 0
	       && member->content.bytes
	       && tzif_begins(member->content.bytes, (size_t)member->content.size);
}

void zoneinfo_free(struct zoneinfo *zones)
{
	members_free(&zones->members);
}

/* Reads the members of an archive of any format, from memory. */
static int read_members(struct zoneinfo *zones, const struct buffer *archive, const char *name,
			int directory, struct error *err)
{
	const size_t head = archive->length < FORMAT_HEAD_BYTES ? archive->length
								: FORMAT_HEAD_BYTES;
	const struct format *format = format_guess(archive->bytes ? archive->bytes : "", head);
	int fd, result;

	if (!format || format->content == FORMAT_PROGRAM)
		return error_set(err, STATUS_ARCHIVE, "cannot use time zones '%s': it is no "
				 "archive", name);
	fd = file_open_unnamed(directory);
	if (fd < 0 || file_write_all(fd, archive->bytes, archive->length) < 0
	    || lseek(fd, 0, SEEK_SET) != 0)
		result = error_errno(err, STATUS_FILE, "cannot copy '%s'", name);
	else
		result = release_read(fd, archive->length, format, name, directory,
				      &zones->members, err);
	if (fd >= 0)
		close(fd);
	return result;
}

/* Checks and counts the zones. */
static int check_zones(struct zoneinfo *zones, const char *name, struct error *err)
{
	for (size_t i = 0; i < zones->members.file_count; i++) {
		const struct members_file *member = &zones->members.files[i];
		const char *fault;

		if (!zoneinfo_is_zone(member))
			continue;
		fault = tzif_fault(member->content.bytes, (size_t)member->content.size);
		if (fault)
			return error_set(err, STATUS_ARCHIVE, "cannot use time zone '%s' of '%s': "
					 "%s", member->name, name, fault);
		zones->count++;
	}
	if (zones->count == 0)
		return error_set(err, STATUS_ARCHIVE, "cannot use time zones '%s': it has none",
				 name);
	return zones->count <= LIMIT_RECIPE_ENTRIES ? 0
	       : error_set(err, STATUS_LIMIT, "cannot use time zones '%s': it has more than %d",
			   name, LIMIT_RECIPE_ENTRIES);
}

int zoneinfo_read(struct zoneinfo *zones, const struct recipe *recipe,
		  const struct digest *expected, const char *name, int directory,
		  struct error *err)
{
	struct buffer archive;
	int result;

	*zones = (struct zoneinfo){ .count = 0 };
	buffer_init(&archive, LIMIT_RECIPE_FILE_BYTES);
	result = recipe_read_file(recipe, recipe->zoneinfo, &archive, err);
	if (result == 0)
		zones->digest = digest_of(archive.bytes ? archive.bytes : "", archive.length);
	if (result == 0 && expected && !digest_equal(&zones->digest, expected)) {
		error_set(err, STATUS_DIGEST, "cannot use time zones '%s': their SHA-256 is not "
			  "the one in lock '%s'", recipe->zoneinfo, name);
		result = error_hint(err, "if they were changed on purpose, 'bundler lock' updates "
				    "the lock");
	}
	if (result == 0) {
		members_want_directory(&zones->members, "", true);
		result = read_members(zones, &archive, recipe->zoneinfo, directory, err);
	}
	buffer_free(&archive);
	return result < 0 ? -1 : check_zones(zones, recipe->zoneinfo, err);
}
