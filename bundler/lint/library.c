/* SPDX-License-Identifier: Apache-2.0 */
/* The rules about library files: fields, entries, and what entries are about. */
#include "lint/library.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "lint/downloads.h"
#include "lint/tags.h"
#include "lint/variants.h"

/* Fields that are for one architecture when its name is put before theirs. */
static const char *const git_fields[] = {
	"GitRepo", "GitFetch", "GitCommit", "Directory", "File", "Builder",
};

static const char *const other_fields[] = {
	"Maintainers", "Tags", "SharedTags", "Architectures", "Constraints",
};

#define COUNT(array) (sizeof (array) / sizeof (array)[0])

/* What checks of one library file share. */
struct checking {
	struct lint *lint;
	struct lint_library *library;
	struct lint_entry *entries;
	size_t count;
	size_t items;
	struct error *err;
};

#define add(checking, rule, line, ...) \
	lint_add((checking)->lint, rule, (checking)->library->path, line, __VA_ARGS__)

static const struct library_paragraph *global(const struct checking *checking)
{
	return &checking->library->file.paragraphs[0];
}

/* An entry's own field, or what the first paragraph has for all. */
static const struct library_field *find(const struct checking *checking,
					const struct lint_entry *entry, const char *name)
{
	const struct library_field *field = library_file_find(entry->paragraph, name);

	return field ? field : library_file_find(global(checking), name);
}

/* ---- fields ---- */

static bool is_listed(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

/* The platform of a name of Docker Official Images that has length bytes, or NULL. */
static const struct platform *find_platform(const char *name, size_t length)
{
	for (const struct platform *row = platform_table(); row->name; row++)
		if (row->bashbrew && strlen(row->bashbrew) == length
		    && strncmp(row->bashbrew, name, length) == 0)
			return row;
	return NULL;
}

/* A field's name without the architecture that some begin with. */
static const char *plain_name(const char *name)
{
	for (size_t i = 0; i < COUNT(git_fields); i++) {
		const size_t length = strlen(name), end = strlen(git_fields[i]);

		if (length > end + 1 && name[length - end - 1] == '-'
		    && strcmp(name + length - end, git_fields[i]) == 0
		    && find_platform(name, length - end - 1))
			return git_fields[i];
	}
	return name;
}

static bool is_commit(const char *value)
{
	const size_t digits = strspn(value, "0123456789abcdef");

	return value[digits] == '\0' && (digits == 40 || digits == 64);
}

static bool is_fetch(const char *value)
{
	const size_t prefix = strncmp(value, "refs/heads/", 11) == 0 ? 11
			      : strncmp(value, "refs/tags/", 10) == 0 ? 10 : 0;

	return prefix > 0 && value[prefix] && !strpbrk(value, "*?: \t\n");
}

/* Fields have known names, and values of the right form. */
static void check_fields(const struct checking *checking)
{
	const struct library_file *file = &checking->library->file;

	for (size_t p = 0; p < file->count; p++)
		for (size_t i = 0; i < file->paragraphs[p].count; i++) {
			const struct library_field *field = &file->paragraphs[p].fields[i];
			const char *name = plain_name(field->name);

			if (!is_listed(name, git_fields, COUNT(git_fields))
			    && !is_listed(name, other_fields, COUNT(other_fields)))
				add(checking, LINT_FIELD, field->line, "no field is called '%s'",
				    field->name);
			else if (*field->value == '\0')
				add(checking, LINT_FIELD, field->line, "'%s' has no value",
				    field->name);
			else if (strcmp(name, "GitCommit") == 0 && !is_commit(field->value))
				add(checking, LINT_COMMIT, field->line,
				    "'%s' is not 40 or 64 lower-case hexadecimal digits",
				    field->value);
			else if (strcmp(name, "GitFetch") == 0 && !is_fetch(field->value))
				add(checking, LINT_FETCH, field->line,
				    "'%s' is not 'refs/heads/...' or 'refs/tags/...'",
				    field->value);
		}
	if (!library_file_find(global(checking), "Maintainers"))
		add(checking, LINT_FIELD, global(checking)->line,
		    "the first paragraph has no 'Maintainers'");
	if (library_file_find(global(checking), "Tags"))
		add(checking, LINT_FIELD, library_file_find(global(checking), "Tags")->line,
		    "the first paragraph has 'Tags'");
}

static void check_branch(const struct checking *checking)
{
	const char *branch = checking->lint->options->branch;
	const struct library_field *fetch = library_file_find(global(checking), "GitFetch");
	const char *value = fetch ? fetch->value : "refs/heads/master";

	if (branch && (strncmp(value, "refs/heads/", 11) != 0 || strcmp(value + 11, branch) != 0))
		add(checking, LINT_FETCH, fetch ? fetch->line : global(checking)->line,
		    "the branch is '%s', but GitFetch is %s'%s'", branch,
		    fetch ? "" : "missing and defaults to ", value);
}

/* ---- entries ---- */

static int read_items(struct checking *checking, const struct library_field *field,
		      struct lint_items *items)
{
	if (field)
		items->count = library_file_items(&checking->library->file, field, &items->items);
	checking->items += items->count;
	if (checking->items > LIMIT_LIBRARY_ITEMS)
		return error_set(checking->err, STATUS_LIMIT,
				 "cannot check '%s': it has more than %d tags and architectures",
				 checking->library->path, LIMIT_LIBRARY_ITEMS);
	return 0;
}

static void check_architectures(const struct checking *checking, struct lint_entry *entry)
{
	const struct lint_items *list = &entry->architectures;

	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->items[i].text;
		const struct platform *platform = find_platform(name, strlen(name));
		const char *os = entry->variant && entry->variant->kind ? entry->variant->kind->os
									: NULL;

		if (platform)
			entry->platforms |= 1U << (platform - platform_table());
		if (!platform)
			add(checking, LINT_PUBLISHED, list->items[i].line,
			    "'%s' is not an architecture of Official Images", name);
		else if (platform && os && strcmp(os, platform->os) != 0)
			add(checking, strcmp(entry->variant->name, "scratch") == 0 ? LINT_ACCEPTED
									   : LINT_PUBLISHED,
			    list->items[i].line, "'%s' is for %s, but '%s' is for %s", name,
			    platform->os, entry->variant->name, os);
	}
	if (list->count == 0)
		entry->platforms |= 1U << (find_platform("amd64", 5) - platform_table());
}

static int read_entry(struct checking *checking, const struct library_paragraph *paragraph)
{
	const struct lint_tree *tree = &checking->lint->tree;
	struct lint_entry *entry = &checking->entries[checking->count++];
	const struct library_field *directory, *builder;
	const char *path;

	*entry = (struct lint_entry){ .paragraph = paragraph, .line = paragraph->line };
	directory = find(checking, entry, "Directory");		/* "<version>/<variant>" */
	path = directory ? directory->value + (strncmp(directory->value, "./", 2) == 0 ? 2 : 0)
			 : "";
	for (size_t v = 0; v < tree->version_count; v++)
		for (size_t i = 0; i < tree->versions[v].count; i++)
			if (strcmp(tree->versions[v].variants[i].path, path) == 0) {
				entry->version = &tree->versions[v];
				entry->variant = &tree->versions[v].variants[i];
			}
	builder = find(checking, entry, "Builder");
	entry->imported = builder && strcmp(builder->value, "oci-import") == 0;
	if (read_items(checking, library_file_find(paragraph, "Tags"), &entry->tags) < 0
	    || read_items(checking, find(checking, entry, "SharedTags"), &entry->shared) < 0
	    || read_items(checking, find(checking, entry, "Architectures"),
			  &entry->architectures) < 0
	    || read_items(checking, find(checking, entry, "Constraints"), &entry->constraints) < 0)
		return -1;
	check_architectures(checking, entry);
	return 0;
}

static bool has_file(const struct lint_variant *variant, const char *name)
{
	for (size_t k = 0; k < variant->count; k++)
		if (strcmp(variant->files[k].path + strlen(variant->path) + 1, name) == 0)
			return true;
	return false;
}

/* Whether each architecture of an entry may have a directory of its own. */
static bool has_directories(const struct lint_entry *entry)
{
	for (size_t i = 0; i < entry->paragraph->count; i++) {
		const char *name = entry->paragraph->fields[i].name;

		if (strcmp(plain_name(name), "Directory") == 0 && strcmp(name, "Directory") != 0)
			return true;
	}
	return false;
}

/* Imported images are in a branch of their own, not in this tree. */
static void check_directory(const struct checking *checking, const struct lint_entry *entry)
{
	const struct library_field *directory = find(checking, entry, "Directory");
	const struct library_field *file = find(checking, entry, "File");
	const size_t number = (size_t)(entry->paragraph - checking->library->file.paragraphs);
	const enum presence presence = checking->library->presence[number];
	const size_t line = directory ? directory->line : entry->line;
	const char *name = directory ? directory->value : ".";

	if (entry->imported || presence == PRESENCE_FILE
	    || (!directory && has_directories(entry)))
		return;
	if (presence == PRESENCE_NONE)
		add(checking, LINT_DIRECTORY, line,
		    "'%s' is not a directory of a version and variant", name);
	else
		add(checking, LINT_DIRECTORY, line, "'%s' has no '%s'", name,
		    file ? file->value : "Dockerfile");
}

static bool has_item(const struct lint_items *items, const char *text)
{
	for (size_t i = 0; i < items->count; i++)
		if (strcmp(items->items[i].text, text) == 0)
			return true;
	return false;
}

static void check_constraint(const struct checking *checking, const struct lint_entry *entry,
			     const char *name)
{
	const struct library_field *field = find(checking, entry, "Constraints");

	if (!has_item(&entry->constraints, name))
		add(checking, LINT_CONSTRAINTS, field ? field->line : entry->line,
		    "'%s' needs the constraint '%s'", entry->variant->name, name);
}

static void check_constraints(const struct checking *checking, const struct lint_entry *entry)
{
	const struct lint_variant *variant = entry->variant;
	struct pool pool = { 0 };

	if (!variant || !variant->kind)
		return;
	if (variant->kind->constrained)
		check_constraint(checking, entry, variant->name);
	if (variant->kind->from)
		check_constraint(checking, entry,
				 variant_name(&pool, variant_find(variant->kind->from),
					      variant->base));
	for (size_t i = 0; !variant->kind->constrained && i < entry->constraints.count; i++) {
		const char *text = entry->constraints.items[i].text, *version;

		if (variant_parse(text, &version))
			add(checking, LINT_CONSTRAINTS, entry->constraints.items[i].line,
			    "'%s' does not need the constraint '%s'", variant->name, text);
	}
	pool_free(&pool);
}

static void check_needed(const struct checking *checking, const struct lint_entry *entry)
{
	static const char *const needed[] = { "GitRepo", "GitCommit" };

	if (entry->tags.count == 0)
		add(checking, LINT_FIELD, entry->line, "the entry has no 'Tags'");
	for (size_t i = 0; i < COUNT(needed); i++) {
		bool has = find(checking, entry, needed[i]) != NULL;

		for (size_t f = 0; f < entry->paragraph->count; f++)
			has |= strcmp(plain_name(entry->paragraph->fields[f].name), needed[i]) == 0;
		if (!has)
			add(checking, LINT_FIELD, entry->line, "the entry has no '%s'", needed[i]);
	}
}

/* ---- what is copied from ---- */

/* The number of the entry that has a tag, or count. */
static size_t find_tag(const struct checking *checking, const char *tag)
{
	size_t i = 0;

	while (i < checking->count && !has_item(&checking->entries[i].tags, tag)
	       && !has_item(&checking->entries[i].shared, tag))
		i++;
	return i;
}

/* An image of the tree that is copied from is built before, and for the same architectures. */
static void check_copied(const struct checking *checking, size_t number, const char *image)
{
	const struct lint_entry *entry = &checking->entries[number], *source;
	const char *name = checking->library->name, *tag;
	const size_t length = strlen(name);
	uint32_t missing;
	size_t found;

	if (!lint_variants_own(&checking->lint->tree, image, &tag)
	    || strncmp(image, name, length) != 0 || (image[length] && !strchr(":@", image[length])))
		return;
	found = find_tag(checking, tag);
	if (found == checking->count) {
		add(checking, LINT_ORDER, entry->line,
		    "it copies from '%s', but no entry has that tag", image);
		return;
	}
	if (found >= number && entry->variant->kind) {
		add(checking, LINT_ORDER, entry->line,
		    "it copies from '%s': that entry must be before this one", image);
		return;
	}
	source = &checking->entries[found];
	missing = entry->platforms & ~source->platforms;
	for (const struct platform *row = platform_table(); row->name; row++)
		if (missing & (1U << (row - platform_table())))
			add(checking, LINT_COVERAGE, entry->line,
			    "it copies from '%s', which is not published for '%s'", image,
			    row->bashbrew);
}

/* ---- downloads ---- */

/* Whether a Dockerfile that downloads has something for a platform; true when it is not known. */
static bool covers(const struct lint_dockerfile *file, const struct platform *platform)
{
	const uint32_t bit = 1U << (platform - platform_table());
	bool refused = false, common = false, any = false;

	for (const struct lint_asset *asset = file->assets; asset; asset = asset->next) {
		const uint32_t platforms = lint_downloads_platforms(asset->name);

		if (!file->arms && (platforms == 0 || (platforms & bit) != 0))
			return true;
		common |= !asset->arm;
		any = true;
	}
	for (const struct lint_arm *arm = file->arms; arm; arm = arm->next) {
		refused |= arm->others && arm->refuses;
		for (const struct shell_word *word = arm->patterns; word; word = word->next)
			if (!arm->refuses
			    && architecture_matches(arm->tool, platform, word->text))
				return true;
	}
	/* Without an arm that refuses, what is chosen may be an addition. */
	return file->arms ? !refused && (common || !any) : !any;
}

/* Checks an entry against the Dockerfile of its directory. */
static void check_dockerfile(const struct checking *checking, size_t number)
{
	const struct lint_entry *entry = &checking->entries[number];
	const struct lint_variant *variant = entry->variant;

	if (!variant || variant->count == 0 || !has_file(variant, "Dockerfile"))
		return;
	for (const struct lint_list *l = variant->files[0].images; l; l = l->next)
		check_copied(checking, number, l->item.text);
	for (const struct platform *row = platform_table(); row->name && !entry->imported; row++)
		if ((entry->platforms & (1U << (row - platform_table())))
		    && !covers(&variant->files[0], row))
			add(checking, LINT_COVERAGE, entry->line,
			    "'%s' is published, but '%s' has nothing for it", row->bashbrew,
			    variant->files[0].path);
}

static int check_library(struct lint *lint, struct lint_library *library, struct error *err)
{
	struct checking checking = { .lint = lint, .library = library, .err = err };
	const struct library_file *file = &library->file;
	int result = 0;

	if (file->fault)
		add(&checking, LINT_SYNTAX, file->fault_line, "%s", file->fault);
	else if (file->count < 2)
		add(&checking, LINT_FIELD, 0, "it has no entry");
	if (file->fault || file->count == 0)
		return 0;
	check_fields(&checking);
	check_branch(&checking);
	checking.entries = memory_new(file->count, sizeof *checking.entries);
	for (size_t p = 1; result == 0 && p < file->count; p++)
		result = read_entry(&checking, &file->paragraphs[p]);
	for (size_t i = 0; result == 0 && i < checking.count; i++) {
		check_needed(&checking, &checking.entries[i]);
		check_directory(&checking, &checking.entries[i]);
		check_constraints(&checking, &checking.entries[i]);
		check_dockerfile(&checking, i);
	}
	if (result == 0)
		lint_tags_check(lint, library->path, checking.entries, checking.count);
	free(checking.entries);
	return result;
}

int lint_library_check(struct lint *lint, struct error *err)
{
	for (size_t i = 0; i < lint->tree.library_count; i++)
		if (check_library(lint, &lint->tree.libraries[i], err) < 0)
			return -1;
	return 0;
}
