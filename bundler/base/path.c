/* SPDX-License-Identifier: Apache-2.0 */
/* Rules for paths and names, and files that are surely below a directory. */
#include "base/path.h"

#include <fcntl.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"

/* linux/openat2.h, which older systems lack. */
#define RESOLVE_NO_MAGICLINKS 0x02U
#define RESOLVE_BENEATH 0x08U
struct open_how {
	uint64_t flags, mode, resolve;
};

#define OPEN_ATTEMPTS 64

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

const char *path_name_fault(const char *name)
{
	if (strlen(name) > LIMIT_PATH_BYTES)
		return "it is too long";
	if (strspn(name, LETTERS DIGITS) == 0)
		return "it does not begin with a letter or a digit";
	if (name[strspn(name, LETTERS DIGITS "._+-")] != '\0')
		return "it has characters other than letters, digits, '.', '_', '+' and '-'";
	return NULL;
}

/* Why the components of path, which begins after any leading slash, are refused. */
static const char *component_fault(const char *path)
{
	for (;;) {
		size_t length = strcspn(path, "/");

		if (length == 0)
			return "a component is empty";
		if (length == 1 && path[0] == '.')
			return "a component is '.'";
		if (length == 2 && path[0] == '.' && path[1] == '.')
			return "a component is '..'";
		if (path[length] == '\0')
			return NULL;
		path += length + 1;
	}
}

const char *path_fault(const char *path)
{
	if (path[0] != '/')
		return "it is not absolute";
	if (strlen(path) > LIMIT_PATH_BYTES)
		return "it is too long";
	for (const char *c = path; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '\\')
			return "it has a control character or a backslash";
	return component_fault(path + 1);
}

const char *path_beneath_fault(const char *path)
{
	return path[0] == '/' ? "it is absolute" : component_fault(path);
}

const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool path_is_beside(const char *path, const char *other)
{
	const size_t length = (size_t)(path_name(path) - path);

	return length == (size_t)(path_name(other) - other) && memcmp(path, other, length) == 0;
}

int path_open(int dirfd, const char *path, int flags)
{
	char *copy = memory_string(*path ? path : ".");
	int fd = dirfd;

	for (char *part = copy, *slash; part; part = slash) {
		const int above = fd;
		int saved;

		slash = strchr(part, '/');
		if (slash)
			*slash++ = '\0';
		/* O_NONBLOCK: opening a FIFO must not block. */
		fd = openat(above, part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
					 | (slash ? O_DIRECTORY : flags));
		saved = errno;
		if (above != dirfd)
			close(above);
		errno = saved;
		if (fd < 0)
			break;
	}
	free(copy);
	return fd;
}

int path_open_within(int dirfd, const char *path, int flags)
{
	const struct open_how how = {
		.flags = (unsigned)(O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	errno = ENOSYS;
#ifdef SYS_openat2
	/* EAGAIN: something was renamed meanwhile, which somebody could do for ever. */
	for (int i = 0; i < OPEN_ATTEMPTS; i++) {
		fd = syscall(SYS_openat2, dirfd, path, &how, sizeof how);
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
#endif
	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return (int)fd;
	if (path_beneath_fault(path)) {
		errno = EXDEV;
		return -1;
	}
	return path_open(dirfd, path, flags);
}

int path_open_beneath(int dirfd, const char *path, struct error *err)
{
	const char *fault = path_beneath_fault(path);
	struct stat st;
	int fd;

	if (fault)
		return error_set(err, STATUS_CONFIG, "cannot use file '%s': %s", path, fault);
	fd = path_open(dirfd, path, 0);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return error_set(err, STATUS_CONFIG, "cannot use file '%s': a component is a "
				 "symbolic link or not a directory", path);
	if (fd < 0)
		return error_errno(err, STATUS_FILE, "cannot open '%s'", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return error_set(err, STATUS_FILE, "cannot open '%s': not a regular file", path);
	}
	return fd;
}
