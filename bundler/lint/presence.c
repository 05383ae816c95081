/* SPDX-License-Identifier: Apache-2.0 */
/* Walks to a file without following a link. */
#include "lint/presence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"

/* Whether an errno says that there is nothing at a path. */
static bool is_absent(int number)
{
	return number == ENOENT || number == ENOTDIR || number == ELOOP || number == ENAMETOOLONG;
}

/* Opens the directory at a path in another, following no link; -1 and errno when it cannot. */
static int walk(size_t *walked, int fd, const char *path, size_t length)
{
	int here = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t at = 0; here >= 0 && at < length;) {
		const size_t part = strcspn(path + at, "/") < length - at
				    ? strcspn(path + at, "/") : length - at;
		char *name = memory_copy(path + at, part);
		int inner = here, reason = ENOENT;

		if (strcmp(name, "..") == 0 || *walked > LIMIT_LINT_WALKED) {
			inner = -1;
		} else if (part > 0 && strcmp(name, ".") != 0) {
			inner = openat(here, name,
				       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			reason = errno;
		}
		(*walked)++;
		if (inner != here)
			close(here);
		here = inner;
		free(name);
		at += part + 1;
		errno = reason;
	}
	return here;
}

enum presence presence_find(int fd, const char *directory, const char *file, size_t *walked)
{
	const char *slash = strrchr(file, '/');
	const size_t parents = slash ? (size_t)(slash - file) : 0;
	int place = walk(walked, fd, directory, strlen(directory)), parent;
	enum presence presence = PRESENCE_DIRECTORY;
	struct stat st = { 0 };
	int result, reason;

	if (place < 0)
		return is_absent(errno) ? PRESENCE_NONE : PRESENCE_UNKNOWN;
	result = parent = walk(walked, place, file, parents);
	if (parent >= 0)
		result = fstatat(parent, slash ? slash + 1 : file, &st, AT_SYMLINK_NOFOLLOW);
	reason = errno;
	if (result < 0 && !is_absent(reason))
		presence = PRESENCE_UNKNOWN;
	else if (S_ISREG(st.st_mode))
		presence = PRESENCE_FILE;
	if (parent >= 0)
		close(parent);
	close(place);
	errno = reason;
	return presence;
}
