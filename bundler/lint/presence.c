/* SPDX-License-Identifier: Apache-2.0 */
/* Walks to a file without following a link. */
#include "lint/presence.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"

/* Opens the directory at a path in another, following no link; -1 when there is none. */
static int walk(size_t *walked, int fd, const char *path, size_t length)
{
	int here = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t at = 0; here >= 0 && at < length;) {
		const size_t part = strcspn(path + at, "/") < length - at
				    ? strcspn(path + at, "/") : length - at;
		char *name = memory_copy(path + at, part);
		int inner = here;

		if (strcmp(name, "..") == 0 || *walked > LIMIT_LINT_WALKED)
			inner = -1;
		else if (part > 0 && strcmp(name, ".") != 0)
			inner = openat(here, name,
				       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		(*walked)++;
		if (inner != here)
			close(here);
		here = inner;
		free(name);
		at += part + 1;
	}
	return here;
}

enum presence presence_find(int fd, const char *directory, const char *file, size_t *walked)
{
	const char *slash = strrchr(file, '/');
	const size_t parents = slash ? (size_t)(slash - file) : 0;
	int place = walk(walked, fd, directory, strlen(directory)), parent;
	enum presence presence = PRESENCE_DIRECTORY;
	struct stat st;

	if (place < 0)
		return PRESENCE_NONE;
	parent = walk(walked, place, file, parents);
	if (parent >= 0) {
		if (fstatat(parent, slash ? slash + 1 : file, &st, AT_SYMLINK_NOFOLLOW) == 0
		    && S_ISREG(st.st_mode))
			presence = PRESENCE_FILE;
		close(parent);
	}
	close(place);
	return presence;
}
