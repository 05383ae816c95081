/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the directories of a tree, its files, and those that options name. */
#include "lint/tree.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "recipe/sums.h"
#include "recipe/version.h"

/* A directory that is being read. */
struct location {
	int fd;
	const char *path;	/* "" for the tree itself */
};

struct loading {
	struct lint *lint;
	const char *directory;	/* as the user named it */
	size_t files;
	size_t walked;		/* parts of the paths that library files name */
	size_t bytes;		/* that files take in memory */
	struct error *err;
};

static struct pool *pool_of(const struct loading *loading)
{
	return &loading->lint->tree.pool;
}

static const char *below(const struct loading *loading, const char *path, const char *name)
{
	return *path ? pool_format(pool_of(loading), "%s/%s", path, name)
		     : pool_string(pool_of(loading), name);
}

static int fail(const struct loading *loading, const char *path)
{
	return error_errno(loading->err, STATUS_FILE, "cannot read '%s' in '%s'",
			   *path ? path : ".", loading->directory);
}

/* Whether what was read so far leaves room for more. */
static int check_bytes(const struct loading *loading)
{
	if (loading->bytes + pool_of(loading)->bytes <= LIMIT_LINT_BYTES)
		return 0;
	return error_set(loading->err, STATUS_LIMIT, "cannot read '%s': its names and files take "
			 "more than %llu MiB of memory", loading->directory,
			 LIMIT_LINT_BYTES / MIB);
}

/* ---- directories ---- */

/* The names in a directory, but those with a dot, sorted, with a NULL at the end. In pool. */
static int list(struct loading *loading, const struct location *place, const char ***names)
{
	const char **kept, **name;

	if (check_bytes(loading) < 0)
		return -1;
	if (directory_list(place->fd, LIMIT_LINT_NAMES, pool_of(loading), names) < 0)
		return errno != E2BIG ? fail(loading, place->path)
		       : error_set(loading->err, STATUS_LIMIT, "cannot read '%s' in '%s': it has "
				   "more than %d names", *place->path ? place->path : ".",
				   loading->directory, LIMIT_LINT_NAMES);
	for (kept = name = *names; *name; name++)
		if (**name != '.')
			*kept++ = *name;
	*kept = NULL;
	return 0;
}

/* Opens a directory in another: 1, 0 when it is none, -1. A link is a finding. */
static int enter(struct loading *loading, const struct location *place, const char *name,
		 struct location *inner)
{
	inner->path = below(loading, place->path, name);
	inner->fd = openat(place->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (inner->fd >= 0)
		return 1;
	if (errno == ELOOP || errno == ENOTDIR) {
		struct stat st;

		if (fstatat(place->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return fail(loading, inner->path);
		if (S_ISLNK(st.st_mode))
			lint_add(loading->lint, LINT_FILE, inner->path, 0,
				 "it is a symbolic link; links are not followed");
		return 0;
	}
	return fail(loading, inner->path);
}

/* Reads a file: 1, 0 when it is no plain one, which is a finding, -1. */
static int read_file(struct loading *loading, const struct location *place, const char *name,
		     struct buffer *text)
{
	const char *path = below(loading, place->path, name);
	int fd = openat(place->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), result;
	struct stat st;

	if (fd < 0 && errno != ELOOP)
		return fail(loading, path);
	if (fd >= 0 && fstat(fd, &st) < 0) {
		result = fail(loading, path);
	} else if (check_bytes(loading) < 0) {
		result = -1;
	} else if (fd < 0 || !S_ISREG(st.st_mode)) {
		lint_add(loading->lint, LINT_FILE, path, 0, "%s",
			 fd < 0 ? "it is a symbolic link; links are not followed"
				: "it is not a plain file");
		result = 0;
	} else if (loading->files++ == LIMIT_LINT_FILES) {
		result = error_set(loading->err, STATUS_LIMIT, "cannot read '%s': it has more than "
				   "%d files", loading->directory, LIMIT_LINT_FILES);
	} else {
		result = file_read_open(text, fd, path, loading->err) < 0 ? -1 : 1;
	}
	if (fd >= 0)
		close(fd);
	return result;
}

/* ---- variants ---- */

const struct variant_kind *lint_tree_kind(const char *name, const char **base)
{
	const struct variant_kind *kind = variant_parse(name, base);
	const char *at;

	if (!kind || !kind->joint)
		return kind;
	for (at = *base; isalnum((unsigned char)*at) || *at == '.'; at++)
		;
	return *at == '\0' && (isdigit((unsigned char)**base) || strncmp(*base, "ltsc", 4) == 0)
	       ? kind : NULL;
}

/* A directory is a variant when it has a variant's name or a Dockerfile. */
static int read_variant(struct loading *loading, const struct location *place, const char *name,
			struct lint_version *version)
{
	struct lint_variant *variant;
	struct location inner;
	const char **names;
	int result = enter(loading, place, name, &inner);

	if (result <= 0)
		return result;
	version->variants = memory_resize(version->variants, version->count + 1,
					  sizeof *version->variants);
	variant = &version->variants[version->count++];
	*variant = (struct lint_variant){ .name = name, .path = inner.path };
	variant->kind = lint_tree_kind(name, &variant->base);
	result = list(loading, &inner, &names);
	for (; result == 0 && *names; names++) {
		struct buffer text;

		if (strcmp(*names, "Dockerfile") != 0 && strncmp(*names, "Dockerfile.", 11) != 0) {
			if (!variant->kind)
				continue;
			switch (presence_find(inner.fd, *names, "Dockerfile", &loading->walked)) {
			case PRESENCE_FILE: variant->nested = true; break;
			case PRESENCE_UNKNOWN: result = fail(loading, inner.path); break;
			default: break;
			}
			continue;
		}
		buffer_init(&text, LIMIT_DOCKERFILE_BYTES);
		result = read_file(loading, &inner, *names, &text);
		if (result > 0) {
			variant->files = memory_resize(variant->files, variant->count + 1,
						       sizeof *variant->files);
			lint_dockerfile_read(&variant->files[variant->count],
					     below(loading, inner.path, *names), &text);
			loading->bytes += variant->files[variant->count].pool.bytes
					  + variant->files[variant->count].source.pool.bytes;
			variant->count++;
		}
		buffer_free(&text);
		result = result < 0 ? -1 : 0;
	}
	if (variant->count > 0 && variant->files[0].script.text) {
		const char *script = variant->files[0].script.text;
		struct stat st = { 0 };

		if (fstatat(inner.fd, script, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT
		    && errno != ENOTDIR && errno != ELOOP && errno != ENAMETOOLONG && result == 0)
			result = fail(loading, below(loading, inner.path, script));
		variant->script = S_ISREG(st.st_mode);
		variant->executable = variant->script && (st.st_mode & 0111) != 0;
	}
	close(inner.fd);
	if (!variant->kind && variant->count == 0)
		version->count--;
	return result;
}

/* Takes the text of a SHA256SUMS file, and checks its lines. */
static int add_sums(struct loading *loading, const char *path, const char *version,
		    const struct buffer *text)
{
	struct lint_tree *tree = &loading->lint->tree;
	struct sums_digest ignored;

	tree->sums = memory_resize(tree->sums, tree->sums_count + 1, sizeof *tree->sums);
	loading->bytes += text->capacity;
	tree->sums[tree->sums_count++] = (struct lint_sums){ path, version, *text };
	/* No line has an empty name, but a search looks at all. */
	return sums_find(text, path, "", false, &ignored, loading->err) < 0 ? -1 : 0;
}

static int read_sums(struct loading *loading, const struct location *place, const char *name,
		     const char *version)
{
	struct buffer text;
	int result;

	buffer_init(&text, LIMIT_SUMS_BYTES);
	result = read_file(loading, place, name, &text);
	if (result > 0)
		return add_sums(loading, below(loading, place->path, name), version, &text);
	buffer_free(&text);
	return result;
}

static int read_version(struct loading *loading, const struct location *place, const char *name)
{
	struct lint_tree *tree = &loading->lint->tree;
	struct lint_version *version;
	struct location inner;
	const char **names;
	int result = enter(loading, place, name, &inner);

	if (result <= 0)
		return result;
	tree->versions = memory_resize(tree->versions, tree->version_count + 1,
				       sizeof *tree->versions);
	version = &tree->versions[tree->version_count++];
	*version = (struct lint_version){ .name = name };
	result = list(loading, &inner, &names);
	for (; result == 0 && *names; names++) {
		if (strcmp(*names, "SHA256SUMS") == 0)
			result = read_sums(loading, &inner, *names, name);
		else
			result = read_variant(loading, &inner, *names, version);
	}
	close(inner.fd);
	return result;
}

/* ---- versions ---- */

bool lint_tree_is_version(const char *name)
{
	const char *end = name + strlen(name);
	bool valid;
	char *copy;

	if (!isdigit((unsigned char)*name) || !strchr(name, '.'))
		return false;
	if (end - name < 3 || strcmp(end - 2, ".x") != 0)
		return !version_fault(name);
	copy = memory_copy(name, (size_t)(end - 2 - name));
	valid = !version_fault(copy);
	free(copy);
	return valid;
}

/* Whether a directory is for one version: others have its newest patch. */
static bool is_exact(const char *directory)
{
	size_t dots = 0;

	for (const char *at = directory; *at && *at != '-'; at++)
		dots += *at == '.';
	return dots >= 2 && !version_fault(directory);
}

bool lint_tree_matches(const char *directory, const char *version)
{
	size_t length = strlen(directory);

	if (length > 2 && strcmp(directory + length - 2, ".x") == 0)
		return strncmp(directory, version, length - 1) == 0;
	if (strcmp(directory, version) == 0)
		return true;
	/* 1.2 and 1.2-rc are directories for 1.2.3, 1.2-dev4 and others. */
	length = strcspn(directory, "-");
	return !is_exact(directory) && strncmp(directory, version, length) == 0
	       && (version[length] == '.' || version[length] == '-');
}

/*
 * Of 1.2.x and 1.2, the newest version that a Dockerfile has: an older one was forgotten in a
 * change.
 */
static void find_number(struct lint_version *version)
{
	if (is_exact(version->name)) {
		version->number = version->name;
		return;
	}
	for (size_t i = 0; i < version->count; i++)
		for (size_t k = 0; k < version->variants[i].count; k++)
			for (const struct lint_list *l = version->variants[i].files[k].versions; l;
			     l = l->next)
				if (lint_tree_matches(version->name, l->item.text)
				    && (!version->number
					|| version_compare(l->item.text, version->number) > 0))
					version->number = l->item.text;
}

/* ---- library files ---- */

static void add_library(struct loading *loading, const char *path, const struct buffer *text)
{
	struct lint_tree *tree = &loading->lint->tree;
	const char *slash = strrchr(path, '/');
	struct lint_library *library;

	tree->libraries = memory_resize(tree->libraries, tree->library_count + 1,
					sizeof *tree->libraries);
	library = &tree->libraries[tree->library_count++];
	*library = (struct lint_library){ .path = path, .name = slash ? slash + 1 : path };
	library_file_parse(&library->file, text);
	loading->bytes += library->file.pool.bytes;
}

static int read_libraries(struct loading *loading, const struct location *place)
{
	struct location inner;
	const char **names;
	int result = enter(loading, place, "library", &inner);

	if (result <= 0)
		return result;
	result = list(loading, &inner, &names);
	for (; result == 0 && *names; names++) {
		struct buffer text;

		buffer_init(&text, LIMIT_LIBRARY_BYTES);
		result = read_file(loading, &inner, *names, &text);
		if (result > 0)
			add_library(loading, below(loading, inner.path, *names), &text);
		buffer_free(&text);
		result = result < 0 ? -1 : 0;
	}
	close(inner.fd);
	return result;
}

/* Reads the files that the options name. */
static int read_given(struct loading *loading)
{
	const struct lint_options *options = loading->lint->options;
	struct lint_tree *tree = &loading->lint->tree;
	struct buffer text;
	int result = 0;

	if (options->library) {
		buffer_init(&text, LIMIT_LIBRARY_BYTES);
		result = file_read(&text, AT_FDCWD, options->library, loading->err);
		if (result == 0)
			add_library(loading, options->library, &text);
		buffer_free(&text);
	}
	for (size_t i = 0; i < options->sums_count && result == 0; i++) {
		buffer_init(&text, LIMIT_SUMS_BYTES);
		result = file_read(&text, AT_FDCWD, options->sums[i], loading->err);
		if (result == 0)
			result = add_sums(loading, options->sums[i], NULL, &text);
		else
			buffer_free(&text);
	}
	if (result < 0 || !options->lock)
		return result;
	tree->has_lock = true;
	return lock_open(&tree->lock, options->lock, loading->err);
}

/* Looks for what entries name: it may be elsewhere than in a directory of a variant. */
static int find_directories(struct loading *loading, int root)
{
	struct lint_tree *tree = &loading->lint->tree;

	for (size_t i = 0; i < tree->library_count; i++) {
		struct lint_library *library = &tree->libraries[i];
		const struct library_file *file = &library->file;

		library->presence = memory_new(file->count + 1, sizeof *library->presence);
		for (size_t p = 0; p < file->count; p++) {
			const struct library_field *directory, *name;

			directory = library_file_find(&file->paragraphs[p], "Directory");
			if (!directory)
				directory = library_file_find(&file->paragraphs[0], "Directory");
			name = library_file_find(&file->paragraphs[p], "File");
			if (!name)
				name = library_file_find(&file->paragraphs[0], "File");
			library->presence[p] = presence_find(root,
							     directory ? directory->value : ".",
							     name ? name->value : "Dockerfile",
							     &loading->walked);
			if (library->presence[p] == PRESENCE_UNKNOWN)
				return fail(loading, directory ? directory->value : ".");
		}
	}
	if (loading->walked > LIMIT_LINT_WALKED)
		return error_set(loading->err, STATUS_LIMIT, "cannot check '%s': its library files "
				 "name more than %d directories", loading->directory,
				 LIMIT_LINT_WALKED);
	return 0;
}

int lint_tree_read(struct lint *lint, const char *directory, struct error *err)
{
	struct loading loading = { .lint = lint, .directory = directory, .err = err };
	struct location place = { open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "" };
	struct lint_tree *tree = &lint->tree;
	const char **names;
	int result;

	*tree = (struct lint_tree){ .versions = NULL };
	if (place.fd < 0)
		return error_errno(err, STATUS_FILE, "cannot read '%s'", directory);
	result = list(&loading, &place, &names);
	for (; result == 0 && *names; names++)
		if (lint_tree_is_version(*names))
			result = read_version(&loading, &place, *names);
		else if (strcmp(*names, "library") == 0 && !lint->options->library)
			result = read_libraries(&loading, &place);
		else if (strcmp(*names, "SHA256SUMS") == 0)
			result = read_sums(&loading, &place, *names, NULL);
	if (result == 0)
		result = read_given(&loading);
	if (result == 0)
		result = find_directories(&loading, place.fd);
	close(place.fd);
	if (result == 0 && tree->version_count == 0 && tree->library_count == 0) {
		error_set(err, STATUS_CONFIG, "cannot check '%s': it has no directory named after "
			  "a version", directory);
		result = error_hint(err, "give the top directory of the repository, with "
				    "version/variant/Dockerfile");
	}
	for (size_t i = 0; i < tree->version_count; i++)
		find_number(&tree->versions[i]);
	return result;
}

void lint_tree_free(struct lint_tree *tree)
{
	for (size_t v = 0; v < tree->version_count; v++) {
		struct lint_version *version = &tree->versions[v];

		for (size_t i = 0; i < version->count; i++) {
			for (size_t k = 0; k < version->variants[i].count; k++)
				lint_dockerfile_free(&version->variants[i].files[k]);
			free(version->variants[i].files);
		}
		free(version->variants);
	}
	free(tree->versions);
	for (size_t i = 0; i < tree->library_count; i++) {
		library_file_free(&tree->libraries[i].file);
		free(tree->libraries[i].presence);
	}
	free(tree->libraries);
	for (size_t i = 0; i < tree->sums_count; i++)
		buffer_free(&tree->sums[i].text);
	free(tree->sums);
	if (tree->has_lock)
		lock_close(&tree->lock);
	pool_free(&tree->pool);
}

const struct lint_variant *lint_tree_variant(const struct lint_version *version, const char *name,
					     size_t length)
{
	for (size_t i = 0; i < version->count; i++)
		if (strlen(version->variants[i].name) == length
		    && memcmp(version->variants[i].name, name, length) == 0)
			return &version->variants[i];
	return NULL;
}

/* ---- digests ---- */

int lint_tree_digest(const struct lint_tree *tree, const struct lint_version *version,
		     const char *asset, struct digest *digest, const char **source)
{
	struct sums_digest found;
	struct error ignored;
	int result = 0;

	if (tree->has_lock && version->number && strcmp(tree->lock.version, version->number) == 0) {
		*source = tree->lock.file;
		result = -1;
		for (size_t i = 0; i < tree->lock.releases->asset_count && result < 0; i++) {
			const struct lock_asset *locked = &tree->lock.releases->assets[i];
			const char *slash = strrchr(locked->url, '/');

			if (slash && strcmp(slash + 1, asset) == 0) {
				*digest = locked->digest;
				result = 1;
			}
		}
	}
	for (size_t i = 0; result <= 0 && i < tree->sums_count; i++) {
		const struct lint_sums *sums = &tree->sums[i];

		if (sums->version && strcmp(sums->version, version->name) != 0)
			continue;
		*source = sums->path;
		result = sums_find(&sums->text, sums->path, asset, false, &found, &ignored) > 0
			 && !found.is_sha512 ? 1 : -1;
		*digest = found.sha256;
	}
	return result;
}
