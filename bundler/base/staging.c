/* SPDX-License-Identifier: Apache-2.0 */
/* Private directories beside the outputs, and renames that are undone after a failure. */
#include "base/staging.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define PREFIX ".bundler-"
#define ATTEMPTS 16

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)	/* not in musl's headers */
#endif


static int remove_entry(int dirfd, const char *name);

/* Empties the directory in fd, and closes it. */
static void empty(int fd)
{
	DIR *directory = fdopendir(fd);
	struct dirent *entry;

	if (!directory) {
		close(fd);
		return;
	}
	/* A recipe may have made the directory read-only. */
	fchmod(fd, 0700);
	while ((entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_entry(fd, entry->d_name);
	closedir(directory);
}

/* A part that cannot be removed is seen at the directory around it, which is not empty. */
static int remove_entry(int dirfd, const char *name)
{
	int fd;

	if (unlinkat(dirfd, name, 0) == 0)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && fchmodat(dirfd, name, 0700, 0) == 0)
		fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		empty(fd);
	return unlinkat(dirfd, name, AT_REMOVEDIR);
}

/* Whether a name has the form of staging_open's: prefix, number, hyphen, number. */
static bool is_name(const char *name)
{
	static const char digits[] = "0123456789";
	size_t first, second;

	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return false;
	name += strlen(PREFIX);
	first = strspn(name, digits);
	if (first == 0 || name[first] != '-')
		return false;
	second = strspn(name + first + 1, digits);
	return second > 0 && name[first + 1 + second] == '\0';
}

/* Opens a private directory and locks it; -1 and errno when it is gone, in use or not ours. */
static int open_locked(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	/* The first to lock it owns it. Another run may have removed it since openat. */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0) {
		if (st.st_nlink > 0 && st.st_uid == geteuid())
			return fd;
		errno = st.st_nlink > 0 ? EPERM : ENOENT;
	}
	close(fd);
	return -1;
}

void staging_visit_dead(int parent, void (*visit)(int fd, void *context), void *context)
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
		int locked = is_name(entry->d_name) ? open_locked(parent, entry->d_name) : -1;

		if (locked < 0)
			continue;
		if (visit)
			visit(locked, context);
		else
			remove_entry(parent, entry->d_name);
		close(locked);
	}
	closedir(directory);
}

int staging_open(struct staging *staging, int parent, const char *where, struct error *err)
{
	staging->parent = parent;
	staging_visit_dead(parent, NULL, NULL);
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		snprintf(staging->name, sizeof staging->name, PREFIX "%ld-%d", (long)getpid(),
			 attempt);
		if (mkdirat(parent, staging->name, 0700) < 0) {
			if (errno == EEXIST)
				continue;
			break;
		}
		/* Between the two calls another run may remove it: then the next name. */
		staging->fd = open_locked(parent, staging->name);
		if (staging->fd >= 0)
			return 0;
		unlinkat(parent, staging->name, AT_REMOVEDIR);
	}
	return error_errno(err, STATUS_FILE, "cannot write in '%s'", where);
}

static int exchange(const struct staging *staging, const char *name)
{
	char *aside;
	int result;

	if (syscall(SYS_renameat2, staging->fd, name, staging->parent, name, RENAME_EXCHANGE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* The file system cannot exchange: the old one aside, the new one in, the old one down. */
	aside = memory_format("aside-%s", name);
	for (char *slash = aside; (slash = strchr(slash, '/')); )
		*slash = '-';
	result = renameat(staging->parent, name, staging->fd, aside);
	if (result == 0) {
		result = renameat(staging->fd, name, staging->parent, name);
		if (result < 0)
			renameat(staging->fd, aside, staging->parent, name);
		else
			renameat(staging->fd, aside, staging->fd, name);
	}
	free(aside);
	return result;
}

static int move_in(const struct staging_move *move, struct error *err)
{
	const struct staging *staging = move->staging;
	const char *name = move->name;
	struct stat new, old;
	int result;

	if (move->removed)
		return renameat(staging->parent, name, staging->fd, name) < 0
		       ? error_errno(err, STATUS_FILE, "cannot remove '%s'", name) : 0;
	result = fstatat(staging->fd, name, &new, AT_SYMLINK_NOFOLLOW);
	if (result == 0 && fstatat(staging->parent, name, &old, AT_SYMLINK_NOFOLLOW) < 0) {
		result = renameat(staging->fd, name, staging->parent, name);
	} else if (result == 0 && S_ISDIR(new.st_mode) != S_ISDIR(old.st_mode)) {
		/* An exchange would succeed. */
		errno = S_ISDIR(old.st_mode) ? EISDIR : ENOTDIR;
		result = -1;
	} else if (result == 0) {
		result = exchange(staging, name);
	}
	return result < 0 ? error_errno(err, STATUS_FILE, "cannot replace '%s'", name) : 0;
}

static void move_back(const struct staging_move *move)
{
	const struct staging *staging = move->staging;
	struct stat old;

	if (move->removed)
		renameat(staging->fd, move->name, staging->parent, move->name);
	else if (fstatat(staging->fd, move->name, &old, AT_SYMLINK_NOFOLLOW) == 0)
		exchange(staging, move->name);
	else
		renameat(staging->parent, move->name, staging->fd, move->name);
}

/* A path changes a directory below parent: then the whole file system is flushed. */
static int flush(const struct staging_move *moves, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (strchr(moves[i].name, '/'))
			return staging_flush_all(moves[i].staging, err);
	for (size_t i = 0; i < count; i++)
		if ((i == 0 || moves[i].staging != moves[i - 1].staging)
		    && fsync(moves[i].staging->parent) < 0)
			return error_errno(err, STATUS_FILE, "cannot flush the output directory");
	return 0;
}

int staging_publish(const struct staging_move *moves, size_t count, staging_confirm *confirm,
		    void *context, struct error *err)
{
	size_t done = 0;

	while (done < count && move_in(&moves[done], err) == 0)
		done++;
	if (done == count && flush(moves, count, err) == 0
	    && (!confirm || confirm(context, err) == 0))
		return 0;
	while (done-- > 0)
		move_back(&moves[done]);
	return -1;
}

int staging_flush_all(const struct staging *staging, struct error *err)
{
	if (syncfs(staging->parent) < 0)
		return error_errno(err, STATUS_FILE, "cannot flush the output directory");
	return 0;
}

int staging_close(struct staging *staging)
{
	int result = remove_entry(staging->parent, staging->name), reason = errno;

	close(staging->fd);
	staging->fd = -1;
	errno = reason;
	return result;
}

int staging_end(struct staging *staging, int result, struct error *err)
{
	if (staging_close(staging) == 0 || result < 0)
		return result;
	error_errno(err, STATUS_FILE, "cannot remove '%s'", staging->name);
	return error_hint(err, "the outputs are complete; the next run removes it");
}

int staging_open_beside(struct staging *staging, const char *path, const char **name,
			struct error *err)
{
	char *copy = memory_string(path), *slash = strrchr(copy, '/');
	const char *where = slash ? copy : ".";
	int parent, result;

	*name = slash ? path + (slash + 1 - copy) : path;
	if (slash)
		slash[slash == copy ? 1 : 0] = '\0';
	parent = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		result = error_errno(err, STATUS_FILE, "cannot write '%s'", path);
	else
		result = staging_open(staging, parent, where, err);
	if (parent >= 0 && result < 0)
		close(parent);
	free(copy);
	return result;
}

int staging_end_beside(struct staging *staging, int result, struct error *err)
{
	result = staging_end(staging, result, err);
	close(staging->parent);
	return result;
}

int staging_replace_file(const char *path, const void *bytes, size_t length, mode_t mode,
			 staging_confirm *confirm, void *context, struct error *err)
{
	struct staging staging;
	const char *name;
	struct stat st;
	int result;

	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return error_set(err, STATUS_FILE, "cannot replace '%s': it is not a regular file",
				 path);
	if (staging_open_beside(&staging, path, &name, err) < 0)
		return -1;
	result = file_create(staging.fd, name, bytes, length, mode, err);
	if (result == 0)
		result = staging_publish(&(struct staging_move){ &staging, name, false }, 1,
					 confirm, context, err);
	return staging_end_beside(&staging, result, err);
}

int staging_create_file(const char *path, const void *bytes, size_t length, mode_t mode,
			struct error *err)
{
	struct staging staging;
	const char *name;
	int result;

	if (staging_open_beside(&staging, path, &name, err) < 0)
		return -1;
	result = file_create(staging.fd, name, bytes, length, mode, err);
	if (result == 0 && linkat(staging.fd, name, staging.parent, name, 0) < 0)
		result = error_errno(err, STATUS_FILE, "cannot make '%s'", path);
	else if (result == 0 && fsync(staging.parent) < 0)
		result = error_errno(err, STATUS_FILE, "cannot flush the output directory");
	return staging_end_beside(&staging, result, err);
}
