#include "staging.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PREFIX ".bundler-"
#define ASIDE "aside"
#define ATTEMPTS 16

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

static bool is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void remove_entry(int dirfd, const char *name);

/* Empties the directory in fd, and closes it. */
static void empty(int fd)
{
	DIR *directory = fdopendir(fd);
	struct dirent *entry;

	if (!directory) {
		close(fd);
		return;
	}
	/* A directory that a recipe made unwritable must still go. */
	fchmod(fd, 0700);
	while ((entry = readdir(directory)))
		if (!is_dot(entry->d_name))
			remove_entry(fd, entry->d_name);
	closedir(directory);
}

static void remove_entry(int dirfd, const char *name)
{
	int fd;

	if (unlinkat(dirfd, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
		return;
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && fchmodat(dirfd, name, 0700, 0) == 0)
		fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		empty(fd);
	unlinkat(dirfd, name, AT_REMOVEDIR);
}

/* Opens a staging directory and locks it; -1 when it is gone or somebody's. */
static int open_locked(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	/* Whoever locks it first owns it; another run may have removed it since it was opened. */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 && st.st_nlink > 0)
		return fd;
	close(fd);
	return -1;
}

static void sweep(int parent)
{
	int fd = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(directory))) {
		int stale;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		stale = open_locked(parent, entry->d_name);
		if (stale < 0)
			continue;
		remove_entry(parent, entry->d_name);
		close(stale);
	}
	closedir(directory);
}

int staging_open(struct staging *staging, int parent, const char *where, struct error *err)
{
	static atomic_uint serial;

	staging->parent = parent;
	sweep(parent);
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		snprintf(staging->name, sizeof staging->name, PREFIX "%ld-%u", (long)getpid(),
			 atomic_fetch_add(&serial, 1));
		if (mkdirat(parent, staging->name, 0700) < 0 && errno != EEXIST)
			break;
		/* Between the two calls a sweeping run can take it: then the next name. */
		staging->fd = open_locked(parent, staging->name);
		if (staging->fd >= 0)
			return 0;
	}
	return error_errno(err, STATUS_FILE, "cannot build in '%s'", where);
}

static int exchange(const struct staging *staging, const char *name)
{
	if (syscall(SYS_renameat2, staging->fd, name, staging->parent, name, RENAME_EXCHANGE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS && errno != EXDEV)
		return -1;
	if (renameat(staging->parent, name, staging->fd, ASIDE) < 0)
		return -1;
	return renameat(staging->fd, name, staging->parent, name);
}

int staging_publish(const struct staging *staging, const char *name, struct error *err)
{
	struct stat st;
	int result;

	if (fstatat(staging->parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
		result = exchange(staging, name);
	else
		result = renameat(staging->fd, name, staging->parent, name);
	return result < 0 ? error_errno(err, STATUS_FILE, "cannot replace '%s'", name) : 0;
}

int staging_flush(const struct staging *staging, struct error *err)
{
	if (fsync(staging->parent) < 0)
		return error_errno(err, STATUS_FILE, "cannot flush the output directory");
	return 0;
}

void staging_close(struct staging *staging)
{
	remove_entry(staging->parent, staging->name);
	close(staging->fd);
	staging->fd = -1;
}
