/* SPDX-License-Identifier: Apache-2.0 */
/* Which members are wanted, and where links lead. */
#include "unpack/members.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void members_free(struct members *members)
{
	for (size_t i = 0; i < members->file_count; i++) {
		free(members->files[i].name);
		free(members->files[i].target);
		content_free(&members->files[i].content);
	}
	for (size_t i = 0; i < members->directory_count; i++)
		free(members->directories[i].name);
	free(members->files);
	free(members->directories);
	*members = (struct members){ .files = NULL };
}

static const char *without_dots(const char *name)
{
	while (strncmp(name, "./", 2) == 0)
		name += 2;
	return name;
}

/* Index of the name, or where it would be inserted. */
static size_t position(const struct members *members, const char *name, bool *found)
{
	size_t low = 0, high = members->file_count;

	*found = false;
	while (low < high && !*found) {
		const size_t middle = low + (high - low) / 2;
		const int order = strcmp(members->files[middle].name, name);

		if (order < 0)
			low = middle + 1;
		else
			high = middle;
		*found = order == 0;
	}
	return high;
}

struct members_file *members_find(const struct members *members, const char *name)
{
	bool found;
	const size_t at = position(members, without_dots(name), &found);

	return found ? &members->files[at] : NULL;
}

static struct members_file *insert(struct members *members, const char *name, bool follow)
{
	bool found;
	const size_t at = position(members, name, &found);
	struct members_file *file;

	members->files = memory_resize(members->files, members->file_count + 1,
				       sizeof *members->files);
	file = &members->files[at];
	memmove(file + 1, file, (members->file_count++ - at) * sizeof *file);
	*file = (struct members_file){
		.name = memory_string(name), .follow = follow, .content.fd = -1,
	};
	return file;
}

void members_want(struct members *members, const char *name, bool follow)
{
	struct members_file *file = members_find(members, name);

	if (!file)
		file = insert(members, without_dots(name), follow);
	file->named = true;
	file->follow &= follow;
}

void members_want_directory(struct members *members, const char *name, bool follow)
{
	members->directories = memory_resize(members->directories, members->directory_count + 1,
					     sizeof *members->directories);
	members->directories[members->directory_count++] = (struct members_directory){
		.name = memory_string(without_dots(name)), .follow = follow,
	};
}

struct members_file *members_match(struct members *members, const char *name)
{
	struct members_file *file = members_find(members, name);
	char *path = members->directory_count > 0 ? members_resolve("", name) : NULL;

	for (size_t i = 0; i < members->directory_count && path; i++) {
		struct members_directory *directory = &members->directories[i];

		if (strncmp(path, directory->name, strlen(directory->name)) != 0)
			continue;
		if (!file)
			file = insert(members, without_dots(name), directory->follow);
		file->follow &= directory->follow;
	}
	free(path);
	return file;
}

/* Adds the components of path to the length bytes in into; the new length, or -1 for a "..". */
static ptrdiff_t walk(char *into, ptrdiff_t length, const char *path)
{
	for (; *path; path += *path == '/') {
		const size_t part = strcspn(path, "/");

		if (part == 2 && memcmp(path, "..", 2) == 0) {
			if (length == 0)
				return -1;
			while (length > 0 && into[--length] != '/')
				;
		} else if (part > 1 || (part == 1 && *path != '.')) {
			if (length > 0)
				into[length++] = '/';
			memcpy(into + length, path, part);
			length += (ptrdiff_t)part;
		}
		path += part;
	}
	return length;
}

char *members_resolve(const char *from, const char *target)
{
	const char *slash = strrchr(from, '/');
	const size_t above = slash ? (size_t)(slash - from) : 0;
	char *directory = memory_copy(from, above);
	char *name = memory_new(above + strlen(target) + 2, 1);
	ptrdiff_t length = *target == '/' ? -1 : walk(name, 0, directory);

	if (length >= 0)
		length = walk(name, length, target);
	free(directory);
	if (length >= 0) {
		name[length] = '\0';
		return name;
	}
	free(name);
	return NULL;
}
