/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the library file in the form of bashbrew, and reads commits from one. */
#include "library/library.h"

#include <stdlib.h>
#include <string.h>

#include "library/git.h"
#include "recipe/version.h"

/* bashbrew's defaults, which it does not print (manifest/rfc2822.go). */
#define DEFAULT_BRANCH "master"
#define DEFAULT_ARCHITECTURES "amd64"

/* A library file while it is written. */
struct writer {
	const struct recipe *recipe;
	const struct recipe_library *library;
	const struct library_source *source;
	const char **tags;		/* expanded; a pre-release has the first only */
	size_t tag_count;
	bool prerelease;
	struct buffer *text;
	struct pool pool;
	bool full;			/* of the buffer */
};

char *library_dist_branch(struct pool *pool, const struct platform *platform)
{
	return pool_format(pool, "dist-%s", platform->bashbrew);
}

bool library_has_dist(const struct recipe_library *library, const struct platform *platform)
{
	for (size_t i = 0; i < library->variant_count && library->dist; i++)
		if (!library->variants[i].kind->joint
		    && variant_runs_on(library->variants[i].kind, platform))
			return true;
	return false;
}

static void add(struct writer *w, const char *text)
{
	w->full |= buffer_add_string(w->text, text) < 0;
}

/* A field, unless it is empty, as a line. */
static void add_field(struct writer *w, const char *name, const char *value)
{
	if (*value)
		add(w, pool_format(&w->pool, "%s: %s\n", name, value));
}

/* The list with one more item. */
static char *append(struct writer *w, const char *list, const char *item)
{
	return pool_format(&w->pool, "%s%s%s", list, *list ? ", " : "", item);
}

/* The list with the tags of a variant's name, or with the plain tags for "". */
static char *append_tags(struct writer *w, char *list, const char *name)
{
	for (size_t i = 0; i < w->tag_count; i++)
		list = append(w, list, pool_format(&w->pool, "%s%s%s", w->tags[i],
						   *name ? "-" : "", name));
	if (w->prerelease)
		return list;
	return append(w, list, *name ? name : "latest");
}

static void add_tags(struct writer *w, const struct recipe_variant *variant)
{
	const struct variant_kind *kind = variant->kind;
	const char *name = variant_name(&w->pool, kind, variant->version);
	char *tags = append_tags(w, pool_string(&w->pool, ""), name);
	char *shared = pool_string(&w->pool, "");
	const struct recipe_variant *first = w->library->variants;

	while (first->kind != kind)
		first++;
	if (kind->alias_is == VARIANT_SHARED_TAGS)
		shared = append_tags(w, shared, kind->alias);
	else if (first == variant)
		tags = append_tags(w, tags, kind->alias);
	if (kind->plain)
		shared = append_tags(w, shared, "");
	add_field(w, "Tags", tags);
	add_field(w, "SharedTags", shared);
}

static int order_platforms(const void *a, const void *b)
{
	const struct platform *const *one = a, *const *other = b;

	return strcmp((*one)->bashbrew, (*other)->bashbrew);
}

/* The library's platforms that a kind is built for, in bashbrew's order, ended by NULL. */
static const struct platform **find_platforms(struct writer *w, const struct variant_kind *kind)
{
	const struct recipe_library *library = w->library;
	const struct platform **found = pool_new(&w->pool, library->platform_count + 1,
						 sizeof *found);
	size_t count = 0;

	for (size_t i = 0; i < library->platform_count; i++) {
		const struct platform *platform = library->platforms[i];

		if (variant_runs_on(kind, platform))
			found[count++] = platform;
	}
	qsort(found, count, sizeof *found, order_platforms);
	return found;
}

/* Where each architecture's contents are; a commit that is the global one is not printed. */
static void add_dist(struct writer *w, const struct platform *const *platforms)
{
	for (; *platforms; platforms++) {
		const char *arch = (*platforms)->bashbrew, *commit = w->source->commit;

		for (size_t i = 0; i < w->library->platform_count; i++)
			if (w->library->platforms[i] == *platforms)
				commit = w->source->dist[i];
		if (strcmp(commit, w->source->commit) != 0)
			add_field(w, pool_format(&w->pool, "%s-GitCommit", arch), commit);
		add_field(w, pool_format(&w->pool, "%s-GitFetch", arch),
			  pool_format(&w->pool, "refs/heads/%s",
				      library_dist_branch(&w->pool, *platforms)));
	}
}

/* The order of the fields is that of Manifest2822Entry.String(). */
static int add_entry(struct writer *w, const struct recipe_variant *variant, struct error *err)
{
	const struct platform **platforms = find_platforms(w, variant->kind);
	const char *directory = recipe_expand_version(w->recipe, &w->pool, w->library->directory,
						      err);
	const char *architectures = "", *constraints = "";

	if (!directory)
		return -1;
	add(w, "\n");
	add_tags(w, variant);
	for (size_t i = 0; platforms[i]; i++)
		architectures = append(w, architectures, platforms[i]->bashbrew);
	if (strcmp(architectures, DEFAULT_ARCHITECTURES) != 0)
		add_field(w, "Architectures", architectures);
	add_field(w, "Directory", pool_format(&w->pool, "%s/%s", directory,
					      variant_name(&w->pool, variant->kind,
							   variant->version)));
	if (variant->imported) {
		add_field(w, "File", "index.json");
		add_field(w, "Builder", "oci-import");
	}
	if (w->library->dist && !variant->kind->joint)
		add_dist(w, platforms);
	for (const struct variant_kind *kind = variant->kind; kind && kind->constrained;
	     kind = kind->from ? variant_find(kind->from) : NULL)
		constraints = append(w, constraints,
				     variant_name(&w->pool, kind, variant->version));
	add_field(w, "Constraints", constraints);
	return 0;
}

static void add_head(struct writer *w)
{
	const struct recipe_list *maintainers = &w->library->maintainers;
	const char *list = "";

	for (size_t i = 0; i < maintainers->count; i++)
		list = append(w, list, maintainers->items[i]);
	add_field(w, "Maintainers", list);
	add_field(w, "GitRepo", w->library->repository);
	if (strcmp(w->source->branch, DEFAULT_BRANCH) != 0)
		add_field(w, "GitFetch", pool_format(&w->pool, "refs/heads/%s", w->source->branch));
	add_field(w, "GitCommit", w->source->commit);
}

/* A pre-release must not move the tags of releases. */
static int expand_tags(struct writer *w, struct error *err)
{
	const struct recipe_list *tags = &w->library->tags;

	w->prerelease = version_is_prerelease(w->recipe->version);
	w->tags = pool_new(&w->pool, tags->count, sizeof *w->tags);
	for (size_t i = 0; i < (w->prerelease ? 1 : tags->count); i++) {
		const char *tag = recipe_expand_version(w->recipe, &w->pool, tags->items[i], err);
		size_t k = 0;

		if (!tag)
			return -1;
		/* Version 1.2 and its minor version have the same tag. */
		while (k < w->tag_count && strcmp(w->tags[k], tag) != 0)
			k++;
		if (k == w->tag_count)
			w->tags[w->tag_count++] = tag;
	}
	return 0;
}

int library_format(const struct recipe *recipe, const struct library_source *source,
		   struct buffer *text, struct error *err)
{
	struct writer w = {
		.recipe = recipe, .library = &recipe->library, .source = source, .text = text,
	};
	int result = expand_tags(&w, err);

	if (result == 0)
		add_head(&w);
	for (size_t i = 0; i < w.library->variant_count && result == 0; i++)
		result = add_entry(&w, &w.library->variants[i], err);
	if (result == 0 && w.full)
		result = error_set(err, STATUS_LIMIT, "cannot write the library file: more than "
				   "%zu bytes", text->maximum);
	pool_free(&w.pool);
	return result;
}

/* The commit that a line gives to the field, in pool; NULL when none does. */
static char *find_commit(const char *text, const char *field, struct pool *pool)
{
	size_t length = strlen(field);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, field, length) == 0) {
			char *commit = pool_copy(pool, line + length, strcspn(line + length, "\n"));

			return git_commit_fault(commit) ? NULL : commit;
		}
	}
	return NULL;
}

void library_read_commits(const struct recipe *recipe, const char *text, struct pool *pool,
			  struct library_source *source)
{
	const struct recipe_library *library = &recipe->library;
	const char *common = find_commit(text, "GitCommit: ", pool);

	if (!source->commit)
		source->commit = common;
	for (size_t i = 0; i < library->platform_count; i++) {
		const char *field = pool_format(pool, "%s-GitCommit: ",
						library->platforms[i]->bashbrew);
		const char *commit = find_commit(text, field, pool);

		if (!source->dist[i])
			source->dist[i] = commit ? commit : common;
	}
}
