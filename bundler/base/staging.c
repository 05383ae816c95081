/* SPDX-License-Identifier: Apache-2.0 */
/* Private directories beside the outputs, and renames that are taken back after a failure. */
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

/* Whether a name is one that staging_open gives: two numbers. */
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

/*
 * Opens a staging directory and locks it; -1 with errno when it is gone, in use, or somebody
 * else's.
 */
static int open_locked(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	/* Whoever locks it first owns it; another run may have removed it since it was opened. */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0) {
		if (st.st_nlink > 0 && st.st_uid == geteuid())
			return fd;
		errno = st.st_nlink > 0 ? EPERM : ENOENT;
	}
	close(fd);
	return -1;
}

/* Calls visit for each that can be locked, with its name and a descriptor that stays ours. */
static void visit_locked(int parent,
			 void (*visit)(int parent, const char *name, int fd, void *context),
			 void *context)
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
		visit(parent, entry->d_name, locked, context);
		close(locked);
	}
	closedir(directory);
}

static void sweep(int parent, const char *name, int fd, void *context)
{
	(void)fd;
	(void)context;
	remove_entry(parent, name);
}

/* What staging_visit_dead hands through visit_locked. */
struct visitor {
	void (*visit)(int fd, void *context);
	void *context;
};

static void visit_dead(int parent, const char *name, int fd, void *context)
{
	const struct visitor *visitor = context;

	(void)parent;
	(void)name;
	visitor->visit(fd, visitor->context);
}

void staging_visit_dead(int parent, void (*visit)(int fd, void *context), void *context)
{
	struct visitor visitor = { .visit = visit, .context = context };

	visit_locked(parent, visit_dead, &visitor);
}

int staging_open(struct staging *staging, int parent, const char *where, struct error *err)
{
	staging->parent = parent;
	visit_locked(parent, sweep, NULL);
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		snprintf(staging->name, sizeof staging->name, PREFIX "%ld-%d", (long)getpid(),
			 attempt);
		if (mkdirat(parent, staging->name, 0700) < 0) {
			if (errno == EEXIST)
				continue;
			break;
		}
		/* Between the two calls a sweeping run can take it: then the next name. */
		staging->fd = open_locked(parent, staging->name);
		if (staging->fd >= 0)
			return 0;
		unlinkat(parent, staging->name, AT_REMOVEDIR);
	}
	return error_errno(err, STATUS_FILE, "cannot write in '%s'", where);
}

/*
 * In the steps that every file system knows: aside, in, and to where an exchange would have put it.
 */
static int exchange_in_steps(const struct staging *staging, const char *name)
{
	char *aside = memory_format("aside-%s", name);
	int result;

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

static int exchange(const struct staging *staging, const char *name)
{
	if (syscall(SYS_renameat2, staging->fd, name, staging->parent, name, RENAME_EXCHANGE) == 0)
		return 0;
	return errno == EINVAL || errno == ENOSYS ? exchange_in_steps(staging, name) : -1;
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
		/* An exchange would not mind. */
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

/* A name in a directory further down changes that one, and not only parent. */
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

void staging_close(struct staging *staging)
{
	remove_entry(staging->parent, staging->name);
	close(staging->fd);
	staging->fd = -1;
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

void staging_close_beside(struct staging *staging)
{
	staging_close(staging);
	close(staging->parent);
}

int staging_replace_file(const char *path, const void *bytes, size_t length, mode_t mode,
			 staging_confirm *confirm, void *context, struct error *err)
{
	struct staging staging;
	const char *name;
	int result = staging_open_beside(&staging, path, &name, err);

	if (result < 0)
		return -1;
	result = file_create(staging.fd, name, bytes, length, mode, err);
	if (result == 0)
		result = staging_publish(&(struct staging_move){ &staging, name, false }, 1,
					 confirm, context, err);
	staging_close_beside(&staging);
	return result;
}
