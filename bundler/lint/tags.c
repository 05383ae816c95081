/* SPDX-License-Identifier: Apache-2.0 */
/* The rules about tags of a library file. */
#include "lint/tags.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "recipe/version.h"

#define TAG_BYTES 128

/* How many numbers of the version a tag begins with; of a preview, 1.2.0 is the release. */
enum depth { FULL, RELEASE, MINOR, MAJOR, BARE };

/* A tag and its entry. */
struct tag {
	const char *text;
	size_t line;
	const struct lint_entry *entry;
	bool shared;
};

const char *lint_tags_fault(const char *tag)
{
	const size_t length = strlen(tag);

	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)tag[i]) && tag[i] != '_'
		    && (i == 0 || (tag[i] != '.' && tag[i] != '-')))
			return "it does not consist of letters, digits, '_', '.' and '-'";
	if (length == 0 || length > TAG_BYTES)
		return "it does not have 1 to 128 characters";
	if (length > 7 && strcmp(tag + length - 7, "-latest") == 0)
		return "it ends with '-latest'";
	return NULL;
}

/*
 * Splits a tag into version and the rest, which is "" or a name. A directory for 1.2 may have a
 * preview that is also published as 1.2.0.
 */
static enum depth split(const char *tag, const struct lint_version *directory, const char **rest)
{
	const char *version = directory->number;
	const bool exact = strcmp(version, directory->name) == 0;
	size_t lengths[BARE] = {
		strlen(version), exact ? 0 : strcspn(version, "-"), version_prefix(version, 2),
		version_prefix(version, 1),
	};

	for (enum depth depth = FULL; depth < BARE; depth++) {
		const size_t length = lengths[depth];

		if (length > 0 && strncmp(tag, version, length) == 0
		    && (tag[length] == '\0' || tag[length] == '-')) {
			*rest = tag + length + (tag[length] == '-');
			return depth;
		}
	}
	*rest = tag;
	return BARE;
}

/* Tags are made of version and variant; of one name, shorter versions come later in the list. */
static void check_list(const struct lint *lint, const char *path, const struct lint_entry *entry,
		       const struct lint_items *list)
{
	const struct lint_variant *variant = entry->variant;
	const char *name = NULL;
	enum depth before = FULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct library_item *tag = &list->items[i];
		const char *rest;
		const enum depth depth = split(tag->text, entry->version, &rest);
		const bool latest = strcmp(tag->text, "latest") == 0;

		if (depth == BARE && isdigit((unsigned char)*rest))
			lint_add(lint, LINT_VERSION, path, tag->line, "'%s' is not of version %s",
				 tag->text, entry->version->number);
		else if (*rest && !latest && strcmp(rest, variant->name) != 0
			 && strcmp(rest, variant->kind->alias) != 0)
			lint_add(lint, LINT_NAMING, path, tag->line,
				 "'%s' does not name '%s', the variant of its directory", tag->text,
				 variant->name);
		if (latest)
			rest = "";
		if (name && strcmp(name, rest) == 0 && depth < before)
			lint_add(lint, LINT_NAMING, path, tag->line,
				 "'%s' is after the less specific '%s'",
				 tag->text, list->items[i - 1].text);
		name = rest;
		before = depth;
	}
}

/* Whether the tags of an entry are known to be made of version and variant. */
static bool is_named(const struct lint_entry *entry)
{
	return entry->variant && entry->variant->kind && entry->version->number;
}

static void check_names(const struct lint *lint, const char *path, const struct lint_entry *entry)
{
	char *first;

	if (!is_named(entry))
		return;
	check_list(lint, path, entry, &entry->tags);
	check_list(lint, path, entry, &entry->shared);
	first = memory_format("%s-%s", entry->version->number, entry->variant->name);
	if (entry->tags.count > 0 && strcmp(entry->tags.items[0].text, first) != 0)
		lint_add(lint, LINT_NAMING, path, entry->tags.items[0].line,
			 "the first tag is '%s', not '%s'", entry->tags.items[0].text, first);
	free(first);
}

static void check_forms(const struct lint *lint, const char *path, const struct lint_items *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *fault = lint_tags_fault(list->items[i].text);

		if (fault)
			lint_add(lint, LINT_TAG, path, list->items[i].line, "'%s' is not a tag: %s",
				 list->items[i].text, fault);
	}
}

static int compare(const void *a, const void *b)
{
	const struct tag *one = a, *other = b;
	int order = strcmp(one->text, other->text);

	if (order == 0)
		order = (one->line > other->line) - (one->line < other->line);
	return order != 0 ? order : (one->shared > other->shared) - (one->shared < other->shared);
}

/* The version of Windows that an entry is for, "" for another system or none that is stated. */
static const char *windows_of(const struct lint_entry *entry)
{
	const char *version;

	for (size_t i = 0; i < entry->constraints.count; i++)
		if (variant_parse(entry->constraints.items[i].text, &version))
			return version;
	return entry->variant && entry->variant->kind && entry->variant->kind->constrained
	       ? entry->variant->base : "";
}

/*
 * Checks tags that were sorted. Entries may share one when Docker can choose between them, by
 * platform or version of Windows.
 */
static void check_same(const struct lint *lint, const char *path, const struct tag *tags,
		       size_t count)
{
	size_t first = 0;

	for (size_t i = 1; i < count; i++) {
		const struct tag *other = &tags[i];

		if (strcmp(tags[first].text, other->text) != 0)
			first = i;
		for (const struct tag *one = &tags[first]; one < other; one++) {
			if (!one->shared || !other->shared || one->entry == other->entry)
				lint_add(lint, LINT_UNIQUE, path, other->line,
					 "'%s' is also in line %zu", other->text, one->line);
			else if ((one->entry->platforms & other->entry->platforms) != 0
				 && strcmp(windows_of(one->entry), windows_of(other->entry)) == 0)
				lint_add(lint, LINT_SHARED, path, other->line, "'%s' is shared "
					 "with line %zu for the same platform",
					 other->text, one->line);
		}
	}
}

static int compare_text(const void *text, const void *tag)
{
	return strcmp(text, ((const struct tag *)tag)->text);
}

/* The tag that an entry's tag is without the variant, in pool; NULL when it names none. */
static const char *without_variant(struct pool *pool, const struct tag *tag)
{
	const struct lint_variant *variant = tag->entry->variant;
	const char *rest;

	if (split(tag->text, tag->entry->version, &rest) == BARE && rest != tag->text)
		return NULL;
	if (strcmp(rest, variant->name) != 0 && strcmp(rest, variant->kind->alias) != 0)
		return NULL;
	return rest == tag->text ? "latest"
				 : pool_copy(pool, tag->text, (size_t)(rest - tag->text) - 1);
}

/* Whether a tag begins with another version than its entry's. */
static bool is_mistaken(const struct tag *tag)
{
	const char *rest;

	return split(tag->text, tag->entry->version, &rest) == BARE
	       && isdigit((unsigned char)*rest);
}

/*
 * When an entry is removed, its shared tags may be what made the version and latest name an image.
 * Each missing tag is reported once. An entry with one tag is not published in this form.
 */
static void check_plain(const struct lint *lint, const char *path, const struct tag *tags,
			size_t count)
{
	struct pool pool = { 0 };
	struct tag *missing = memory_new(count + 1, sizeof *missing);
	size_t found = 0;
	bool mistaken = false;	/* a tag is of another version, which is another finding */

	for (size_t i = 0; i < count; i++) {
		const struct lint_entry *entry = tags[i].entry;
		const char *plain;
		size_t k = 0;

		if (!is_named(entry) || entry->tags.count < 2)
			continue;
		mistaken |= is_mistaken(&tags[i]);
		plain = without_variant(&pool, &tags[i]);
		if (!plain || bsearch(plain, tags, count, sizeof *tags, compare_text))
			continue;
		while (k < found && strcmp(missing[k].text, plain) != 0)
			k++;
		if (k == found)
			missing[found++] = (struct tag){ .text = plain, .line = tags[i].line };
		else if (tags[i].line < missing[k].line)
			missing[k].line = tags[i].line;
	}
	for (size_t k = 0; k < found && !mistaken; k++)
		lint_add(lint, LINT_PLAIN, path, missing[k].line,
			 "no entry has '%s' in Tags or SharedTags, but some have it with a variant",
			 missing[k].text);
	free(missing);
	pool_free(&pool);
}

static void collect(const struct lint_entry *entry, const struct lint_items *list, bool shared,
		    struct tag **next)
{
	for (size_t i = 0; i < list->count; i++)
		*(*next)++ = (struct tag){
			list->items[i].text, list->items[i].line, entry, shared,
		};
}

void lint_tags_check(const struct lint *lint, const char *path, const struct lint_entry *entries,
		     size_t count)
{
	size_t room = 1;
	struct tag *tags, *next;

	for (size_t i = 0; i < count; i++) {
		check_forms(lint, path, &entries[i].tags);
		check_forms(lint, path, &entries[i].shared);
		check_names(lint, path, &entries[i]);
		room += entries[i].tags.count + entries[i].shared.count;
	}
	tags = next = memory_new(room, sizeof *tags);
	for (size_t i = 0; i < count; i++) {
		collect(&entries[i], &entries[i].tags, false, &next);
		collect(&entries[i], &entries[i].shared, true, &next);
	}
	qsort(tags, (size_t)(next - tags), sizeof *tags, compare);
	check_same(lint, path, tags, (size_t)(next - tags));
	check_plain(lint, path, tags, (size_t)(next - tags));
	free(tags);
}
