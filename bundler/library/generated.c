/* SPDX-License-Identifier: Apache-2.0 */
/* Compares generated files with a directory, and makes the changes that it lacks. */
#include "library/generated.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/directory.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/path.h"
#include "recipe/sums.h"

/* ---- what was generated ---- */

static const struct generated_file *find_file(const struct generated *generated, const char *path)
{
	for (size_t i = 0; i < generated->count; i++)
		if (strcmp(generated->files[i].path, path) == 0)
			return &generated->files[i];
	return NULL;
}

int generated_add(struct generated *generated, const char *path, const void *bytes, size_t length,
		  bool executable, struct error *err)
{
	const char *fault = path_beneath_fault(path);

	if (!fault && find_file(generated, path))
		fault = "something else has this path";
	if (fault)
		return error_set(err, STATUS_CONFIG, "cannot generate '%s': %s", path, fault);
	if (generated->count == generated->capacity) {
		generated->capacity = generated->capacity * 2 + 16;
		generated->files = memory_resize(generated->files, generated->capacity,
						 sizeof *generated->files);
	}
	generated->files[generated->count++] = (struct generated_file){
		.path = pool_string(&generated->pool, path),
		.bytes = pool_copy(&generated->pool, bytes, length),
		.length = length,
		.executable = executable,
	};
	return 0;
}

void generated_free(struct generated *generated)
{
	free(generated->files);
	pool_free(&generated->pool);
}

/* ---- what is there ---- */

enum state { ABSENT, REGULAR, OTHER };

/* Reads the file at path below directory; -1 on failure. */
static int read_file(int directory, const char *path, enum state *state, struct buffer *bytes,
		     bool *executable, struct error *err)
{
	struct stat st;
	int fd, result;

	*state = ABSENT;
	if (directory < 0 || fstatat(directory, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return directory < 0 || errno == ENOENT || errno == ENOTDIR
		       ? 0 : error_errno(err, STATUS_FILE, "cannot read '%s'", path);
	*state = S_ISREG(st.st_mode) ? REGULAR : OTHER;
	*executable = (st.st_mode & 0111) != 0;
	if (*state == OTHER)
		return 0;
	fd = path_open_beneath(directory, path, err);
	if (fd < 0)
		return -1;
	result = file_read_open(bytes, fd, path, err);
	close(fd);
	return result;
}

static int order_rows(const void *a, const void *b)
{
	const struct generated_row *one = a, *other = b;

	return strcmp(one->path, other->path);
}

static int read_record(struct generated_plan *plan, struct error *err)
{
	const char *next, *end;
	struct buffer text;
	struct sums_line line;
	enum state state;
	size_t lines = 0;
	bool executable;
	int result;

	buffer_init(&text, LIMIT_GENERATED_BYTES);
	result = read_file(plan->directory, plan->record.path, &state, &text, &executable, err);
	next = text.length > 0 ? text.bytes : "";
	end = next + text.length;
	for (const char *c = next; c < end; c++)
		lines += *c == '\n';
	plan->rows = pool_new(&plan->pool, lines + 1, sizeof *plan->rows);
	while (result == 0 && next < end) {
		struct generated_row *row = &plan->rows[plan->row_count];

		/* What is written here never has the '*' of a binary file. */
		if (sums_next(&next, end, &line) > 0 && line.name[-1] == ' ') {
			row->path = pool_copy(&plan->pool, line.name, line.name_length);
			row->digest = line.digest;
		}
		plan->row_count++;
		if (!row->path || path_beneath_fault(row->path))
			result = error_set(err, STATUS_CONFIG, "cannot read '%s': line %zu is not "
					   "'<SHA-256>  <path>'", plan->record.path,
					   plan->row_count);
	}
	buffer_free(&text);
	if (result == 0)
		qsort(plan->rows, plan->row_count, sizeof *plan->rows, order_rows);
	return result;
}

/* The number of the first row whose path is not before this one. */
static size_t find_row(const struct generated_plan *plan, const char *path)
{
	size_t low = 0, high = plan->row_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (strcmp(plan->rows[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether these bytes at path are in the record; one that was merged may have a path twice. */
static bool is_recorded(const struct generated_plan *plan, const char *path,
			const struct buffer *bytes)
{
	struct digest digest = digest_of_output(bytes->bytes ? bytes->bytes : "", bytes->length);

	for (size_t i = find_row(plan, path);
	     i < plan->row_count && strcmp(plan->rows[i].path, path) == 0; i++)
		if (digest_equal(&plan->rows[i].digest, &digest))
			return true;
	return false;
}

/* ---- the plan ---- */

static void add_change(struct generated_plan *plan, enum generated_action action,
		       const char *path, const struct generated_file *file, bool foreign)
{
	plan->changes[plan->count++] = (struct generated_change){
		.action = action, .path = path, .file = file, .foreign = foreign,
	};
}

static int compare_file(struct generated_plan *plan, const struct generated_file *file,
			struct error *err)
{
	enum state state;
	struct buffer bytes;
	bool executable, same;
	int result;

	buffer_init(&bytes, LIMIT_GENERATED_BYTES);
	result = read_file(plan->directory, file->path, &state, &bytes, &executable, err);
	if (result == 0 && state == ABSENT)
		add_change(plan, GENERATED_CREATE, file->path, file, false);
	else if (result == 0) {
		same = state == REGULAR && bytes.length == file->length
		       && memcmp(bytes.bytes ? bytes.bytes : "", file->bytes, file->length) == 0;
		if (!same || executable != file->executable)
			add_change(plan, GENERATED_REPLACE, file->path, file,
				   !same && !is_recorded(plan, file->path, &bytes));
	}
	buffer_free(&bytes);
	return result;
}

static int order_files(const void *a, const void *b)
{
	const struct generated_file *const *one = a, *const *other = b;

	return strcmp((*one)->path, (*other)->path);
}

static int order_changes(const void *a, const void *b)
{
	const struct generated_change *one = a, *other = b;

	return strcmp(one->path, other->path);
}

static void write_record(struct generated_plan *plan, const struct generated *generated)
{
	const struct generated_file **sorted = pool_new(&plan->pool, generated->count + 1,
							sizeof *sorted);
	struct buffer text;

	for (size_t i = 0; i < generated->count; i++)
		sorted[i] = &generated->files[i];
	qsort(sorted, generated->count, sizeof *sorted, order_files);
	buffer_init(&text, SIZE_MAX);
	for (size_t i = 0; i < generated->count; i++) {
		struct digest digest = digest_of_output(sorted[i]->bytes, sorted[i]->length);
		char hex[DIGEST_HEX_BYTES];

		buffer_format(&text, "%s  %s\n", digest_write_hex(&digest, hex), sorted[i]->path);
	}
	plan->record.bytes = pool_copy(&plan->pool, text.bytes ? text.bytes : "", text.length);
	plan->record.length = text.length;
	buffer_free(&text);
}

static int compare_all(struct generated_plan *plan, const struct generated *generated,
		       struct error *err)
{
	plan->changes = pool_new(&plan->pool, generated->count + plan->row_count + 1,
				 sizeof *plan->changes);
	for (size_t i = 0; i < generated->count; i++)
		if (compare_file(plan, &generated->files[i], err) < 0)
			return -1;
	for (size_t i = 0; i < plan->row_count; i++) {
		const char *path = plan->rows[i].path;
		struct buffer bytes;
		enum state state;
		bool executable;
		int result;

		if ((i > 0 && strcmp(plan->rows[i - 1].path, path) == 0)
		    || find_file(generated, path))
			continue;
		buffer_init(&bytes, LIMIT_GENERATED_BYTES);
		result = read_file(plan->directory, path, &state, &bytes, &executable, err);
		if (result == 0 && state != ABSENT)
			add_change(plan, state == REGULAR && is_recorded(plan, path, &bytes)
					 ? GENERATED_REMOVE : GENERATED_LEAVE, path, NULL, false);
		buffer_free(&bytes);
		if (result < 0)
			return -1;
	}
	qsort(plan->changes, plan->count, sizeof *plan->changes, order_changes);
	if (compare_file(plan, &plan->record, err) < 0)
		return -1;
	/* A record is never foreign: each of its lines says whose it is. */
	if (plan->count > 0 && plan->changes[plan->count - 1].file == &plan->record)
		plan->changes[plan->count - 1].foreign = false;
	return 0;
}

int generated_compare(struct generated_plan *plan, const struct generated *generated,
		      int directory, const char *record, struct error *err)
{
	*plan = (struct generated_plan){ .directory = directory };
	plan->record.path = pool_string(&plan->pool, record);
	write_record(plan, generated);
	if (read_record(plan, err) == 0 && compare_all(plan, generated, err) == 0)
		return 0;
	generated_plan_free(plan);
	return -1;
}

void generated_plan_free(struct generated_plan *plan)
{
	pool_free(&plan->pool);
}

/* ---- making it so ---- */

/* A plan while it is applied. */
struct application {
	const struct generated_plan *plan;
	struct staging staging;
	struct staging_move *moves;
	size_t move_count;
	struct pool pool;
};

/* Makes the directories above path in the private directory. */
static int make_parents(const struct staging *staging, const char *path, struct error *err)
{
	char *parent = memory_string(path);
	int result = 0;

	for (char *slash = strchr(parent, '/'); slash && result == 0;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdirat(staging->fd, parent, 0777) < 0 && errno != EEXIST)
			result = error_errno(err, STATUS_FILE, "cannot make directory '%s'",
					     parent);
		*slash = '/';
	}
	free(parent);
	return result;
}

/* Removes the directories above path, from the last, as long as they are empty. */
static void remove_parents(int fd, const char *path)
{
	char *parent = memory_string(path), *slash;

	while ((slash = strrchr(parent, '/'))) {
		*slash = '\0';
		if (unlinkat(fd, parent, AT_REMOVEDIR) < 0)
			break;
	}
	free(parent);
}

/*
 * Removes the directories that are empty and have the name of one in fd. A killed run left them:
 * the files that it has removed are in its private directory, below the same names.
 */
static void prune(int fd, int parent)
{
	struct pool pool = { 0 };
	const char **names;

	if (directory_list(fd, SIZE_MAX, &pool, &names) == 0)
		for (; *names; names++) {
			const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
			int inner = openat(fd, *names, flags);
			int same = inner < 0 ? -1 : openat(parent, *names, flags);

			if (same >= 0) {
				prune(inner, same);
				close(same);
				unlinkat(parent, *names, AT_REMOVEDIR);
			}
			if (inner >= 0)
				close(inner);
		}
	pool_free(&pool);
}

static void prune_dead(int fd, void *context)
{
	prune(fd, *(const int *)context);
}

static int stage_all(const struct application *a, struct error *err)
{
	const char *before = "";

	for (size_t i = 0; i < a->plan->count; i++) {
		const struct generated_change *change = &a->plan->changes[i];
		const struct generated_file *file = change->file;

		if (change->action == GENERATED_LEAVE)
			continue;
		if (!path_is_beside(change->path, before)
		    && make_parents(&a->staging, change->path, err) < 0)
			return -1;
		if (file && file_create_unflushed(a->staging.fd, file->path, file->bytes,
						  file->length, file->executable ? 0755 : 0644,
						  err) < 0)
			return -1;
		before = change->path;
	}
	return 0;
}

/*
 * What to rename so that path is in its place: its first directory that is not there yet, which
 * moves with everything in it, or itself. A directory that is there must not be a link.
 */
static const char *find_new(struct application *a, const char *path, struct error *err)
{
	char *part = pool_string(&a->pool, path);
	struct stat st;

	for (char *slash = strchr(part, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (fstatat(a->staging.parent, part, &st, AT_SYMLINK_NOFOLLOW) < 0) {
			if (errno == ENOENT)
				return part;
			error_errno(err, STATUS_FILE, "cannot use directory '%s'", part);
			return NULL;
		}
		if (!S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			error_errno(err, STATUS_FILE, "cannot use directory '%s'", part);
			return NULL;
		}
		*slash = '/';
	}
	return part;
}

static bool is_moved(const struct application *a, const char *path)
{
	for (size_t i = a->move_count; i-- > 0;)
		if (strcmp(a->moves[i].name, path) == 0)
			return true;
	return false;
}

static int list_moves(struct application *a, struct error *err)
{
	a->moves = pool_new(&a->pool, a->plan->count, sizeof *a->moves);
	for (size_t i = 0; i < a->plan->count; i++) {
		const struct generated_change *change = &a->plan->changes[i];
		const bool removed = change->action == GENERATED_REMOVE;
		const char *path;

		if (change->action == GENERATED_LEAVE)
			continue;
		path = removed ? change->path : find_new(a, change->path, err);
		if (!path)
			return -1;
		if (!is_moved(a, path))
			a->moves[a->move_count++] = (struct staging_move){ &a->staging, path,
									   removed };
	}
	return 0;
}

int generated_apply(const struct generated_plan *plan, const char *where, bool force,
		    staging_confirm *confirm, void *context, struct error *err)
{
	struct application a = { .plan = plan };
	int parent = plan->directory, result;

	staging_visit_dead(plan->directory, prune_dead, &parent);
	if (plan->count == 0) {
		staging_visit_dead(plan->directory, NULL, NULL);
		return confirm(context, err);
	}
	for (size_t i = 0; i < plan->count && !force; i++)
		if (plan->changes[i].foreign) {
			error_set(err, STATUS_FILE, "cannot replace '%s': it is not what bundler "
				  "wrote", plan->changes[i].path);
			return error_hint(err, "move it away, or replace it with --force");
		}
	if (staging_open(&a.staging, plan->directory, where, err) < 0)
		return -1;
	result = stage_all(&a, err);
	if (result == 0)
		result = staging_flush_all(&a.staging, err);
	if (result == 0)
		result = list_moves(&a, err);
	if (result == 0)
		result = staging_publish(a.moves, a.move_count, confirm, context, err);
	/* Directories that are empty now are removed. */
	for (size_t i = 0; i < plan->count && result == 0; i++)
		if (plan->changes[i].action == GENERATED_REMOVE)
			remove_parents(a.staging.parent, plan->changes[i].path);
	result = staging_end(&a.staging, result, err);
	pool_free(&a.pool);
	return result;
}
