/* SPDX-License-Identifier: Apache-2.0 */
/* The rules about Dockerfiles, one by one and those of a version together. */
#include "lint/variants.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "lint/base_images.h"
#include "lint/downloads.h"
#include "lint/tags.h"
#include "recipe/version.h"

/* ---- images of the tree ---- */

/* The length of a reference's name: its colon may belong to a host's port. */
static size_t name_length(const char *image)
{
	const char *slash = strrchr(image, '/'), *name = slash ? slash + 1 : image;

	return (size_t)(name - image) + strcspn(name, ":@");
}

/* The length of the version that a tag begins with: up to the variant, if one is known, or 0. */
static size_t version_length(const char *tag)
{
	const char *end = NULL;

	if (!isdigit((unsigned char)*tag))
		return 0;
	for (const struct variant_kind *kind = variant_table(); kind->name; kind++) {
		char *name = memory_format("-%s", kind->name);
		const char *at = strstr(tag, name);

		if (at && (!end || at < end))
			end = at;
		free(name);
	}
	return end ? (size_t)(end - tag) : strspn(tag, "0123456789.");
}

/* Whether the image is copied from under a version of a directory. */
static bool copied_under_version(const struct lint_version *version,
				 const struct lint_dockerfile *file, const char *name,
				 size_t length)
{
	for (const struct lint_list *l = file->copied; l; l = l->next) {
		const char *tag = l->item.text + length + 1;
		bool same;
		char *number;

		if (name_length(l->item.text) != length || l->item.text[length] != ':'
		    || strncmp(l->item.text, name, length) != 0)
			continue;
		number = memory_copy(tag, version_length(tag));
		same = lint_tree_matches(version->name, number);
		free(number);
		if (same)
			return true;
	}
	return false;
}

bool lint_variants_own(const struct lint_tree *tree, const char *image, const char **tag)
{
	const size_t length = name_length(image);

	*tag = image[length] == ':' ? image + length + 1 : "";
	for (size_t i = 0; i < tree->library_count; i++)
		if (strlen(tree->libraries[i].name) == length
		    && strncmp(tree->libraries[i].name, image, length) == 0)
			return true;
	if (tree->library_count > 0 || image[length] != ':')
		return false;
	for (size_t v = 0; v < tree->version_count; v++)
		for (size_t i = 0; i < tree->versions[v].count; i++)
			for (size_t k = 0; k < tree->versions[v].variants[i].count; k++)
				if (copied_under_version(&tree->versions[v],
							 &tree->versions[v].variants[i].files[k],
							 image, length))
					return true;
	return false;
}

/* Whether length bytes are the version of a directory: 1.2 may use the image 1.2 of 1.2.3. */
static bool is_of_version(const struct lint_version *version, const char *text, size_t length)
{
	char *number = memory_copy(text, length);
	const bool same = strcmp(number, version->name) == 0
			  || (version->number ? strcmp(number, version->number) == 0
					      : lint_tree_matches(version->name, number));

	free(number);
	return same;
}

/* Images of the tree that are copied from exist in it, and are of the right version and base. */
static void check_from(const struct lint *lint, const struct lint_version *version,
		       const struct lint_variant *variant, const struct lint_dockerfile *file)
{
	const struct variant_kind *kind = variant->kind;

	for (const struct lint_list *l = file->images; l; l = l->next) {
		const struct lint_variant *source;
		const char *image = l->item.text, *tag, *name, *base;
		size_t length;

		if (!lint_variants_own(&lint->tree, image, &tag))
			continue;
		length = version->number ? strlen(version->number) : 0;
		if (length == 0 || strncmp(tag, version->number, length) != 0
		    || (tag[length] && tag[length] != '-'))
			length = version_length(tag);
		if (length == 0) {
			lint_add(lint, LINT_FROM, file->path, l->item.line,
				 "it copies from '%s': the tag does not name version and variant",
				 image);
			continue;
		}
		if (!is_of_version(version, tag, length)) {
			lint_add(lint, LINT_FROM, file->path, l->item.line,
				 "it copies from '%s', but the version is %s", image,
				 version->number ? version->number : version->name);
			continue;
		}
		if (tag[length] != '-')
			continue;
		name = tag + length + 1;
		source = lint_tree_variant(version, name, strlen(name));
		if (!source && lint_tree_kind(name, &base))
			lint_add(lint, LINT_FROM, file->path, l->item.line,
				 "it copies from '%s', but has no directory '%s/%s'", image,
				 version->name, name);
		else if (source && kind && kind->from
			 && (!source->kind || strcmp(source->kind->name, kind->from) != 0
			     || strcmp(source->base, variant->base) != 0))
			lint_add(lint, LINT_FROM, file->path, l->item.line,
				 "it copies from '%s', not from '%s-%s'", image, kind->from,
				 variant->base);
		else if (source == variant)
			lint_add(lint, LINT_FROM, file->path, l->item.line,
				 "it copies from itself: '%s'", image);
	}
}

/* ---- names, versions, bases ---- */

/* The variant whose name this is with or without a hyphen or "windows", or NULL. */
static const char *meant(struct pool *pool, const char *name)
{
	const char *other, *base;

	for (const struct variant_kind *kind = variant_table(); kind->name; kind++) {
		const char *core = strncmp(kind->name, "windows", 7) == 0 ? kind->name + 7
									  : kind->name;
		const char *at = strstr(name, core);

		if (!kind->joint || !at || (at != name && strncmp(name, "win", 3) != 0))
			continue;
		at += strlen(core);
		at += *at == '-';
		other = variant_name(pool, kind, at);
		return lint_tree_kind(other, &base) ? other : NULL;
	}
	return NULL;
}

/* Names that are not in the table, such as those of Debian's releases, are no fault. */
static void check_name(const struct lint *lint, const struct lint_variant *variant)
{
	struct pool pool = { 0 };
	const char *other = variant->kind ? NULL : meant(&pool, variant->name);

	if (other)
		lint_add(lint, LINT_VARIANT, variant->path, 0,
			 "no variant is called '%s'; perhaps '%s' is meant", variant->name, other);
	else if (!variant->kind && lint_tags_fault(variant->name))
		lint_add(lint, LINT_VARIANT, variant->path, 0, "no variant is called '%s'",
			 variant->name);
	pool_free(&pool);
}

/* Whether a version is in the text of an instruction, such as a URL. */
static bool mentions(const struct lint_dockerfile *file, const char *version)
{
	const size_t length = strlen(version);

	for (size_t i = 0; i < file->source.count; i++) {
		const char *text = file->source.instructions[i].text;

		for (const char *at = text; (at = strstr(at, version)); at++)
			if ((at == text || !strchr("0123456789.", at[-1]))
			    && !isdigit((unsigned char)at[length]))
				return true;
	}
	return false;
}

/* A file may have several versions, such as those of tools; one has to be the directory's. */
static void check_version(const struct lint *lint, const struct lint_version *version,
			  const struct lint_dockerfile *file)
{
	const struct lint_list *best = file->versions;

	for (const struct lint_list *l = file->versions; l; l = l->next) {
		const bool matches = lint_tree_matches(version->name, l->item.text);

		if (version->number ? strcmp(l->item.text, version->number) == 0 : matches)
			return;
		if (matches)
			best = l;
	}
	/* What versions the files in 1.2 have is known only if one is 1.2.3. */
	if (!best || (!version->number && !version_fault(version->name))
	    || (version->number && mentions(file, version->number)))
		return;
	if (version->number)
		lint_add(lint, LINT_VERSION, file->path, best->item.line,
			 "the version is %s, but the directory's is %s",
			 best->item.text, version->number);
	else
		lint_add(lint, LINT_VERSION, file->path, best->item.line,
			 "the version is %s, but the directory is for %s",
			 best->item.text, version->name);
}

/* Whether an image of another repository is of a variant: ruby:3.4-alpine3.22 of alpine3.22. */
static bool has_variant(const char *image, const char *variant)
{
	const char *tag = image + name_length(image);
	const size_t length = strcspn(tag, "@"), end = strlen(variant);

	return length > end && strncmp(tag + length - end, variant, end) == 0
	       && strchr(":-", tag[length - end - 1]);
}

static void check_base(const struct lint *lint, const struct lint_variant *variant,
		       const struct lint_dockerfile *file)
{
	const struct variant_kind *kind = variant->kind;
	const char *base = file->base.text, *wanted = base;
	struct pool pool = { 0 };
	char reason[256];

	if (!base)
		return;
	if (kind)
		wanted = kind->joint ? pool_format(&pool, "%s:%s", kind->base, variant->base)
				     : kind->base;
	if ((strncmp(base, wanted, strlen(wanted)) != 0
	     || (base[strlen(wanted)] && base[strlen(wanted)] != '@'))
	    && !has_variant(base, variant->name))
		lint_add(lint, LINT_BASE, file->path, file->base.line,
			 "the base is '%s', but '%s' is built on '%s'", base, variant->name,
			 wanted);
	if (base_images_fault(base, lint->options->today, reason, sizeof reason))
		lint_add(lint, LINT_ACCEPTED, file->path, file->base.line, "%s", reason);
	pool_free(&pool);
}

/* ---- what variants have in common ---- */

/* A text of a Dockerfile that all of a version should have alike. */
typedef const struct lint_text *text_of(const struct lint_dockerfile *file);

static const struct lint_text *ports_of(const struct lint_dockerfile *file)
{
	return &file->ports;
}

static const struct lint_text *program_of(const struct lint_dockerfile *file)
{
	return &file->program;
}

/* How many Dockerfiles of a variant run the same program as others: not those of other kinds. */
static size_t comparable(const struct lint_variant *variant)
{
	return variant->kind ? variant->count : 0;
}

static size_t count_equal(const struct lint_version *version, text_of *get, const char *text)
{
	size_t count = 0;

	for (size_t i = 0; i < version->count; i++)
		for (size_t k = 0; k < comparable(&version->variants[i]); k++) {
			const char *other = get(&version->variants[i].files[k])->text;

			count += other && strcmp(other, text) == 0;
		}
	return count;
}

/* What most have; of equally many, the first. */
static const char *find_common(const struct lint_version *version, text_of *get)
{
	const char *common = NULL;
	size_t most = 0;

	for (size_t i = 0; i < version->count; i++)
		for (size_t k = 0; k < comparable(&version->variants[i]); k++) {
			const char *text = get(&version->variants[i].files[k])->text;
			size_t count = text ? count_equal(version, get, text) : 0;

			if (count > most) {
				most = count;
				common = text;
			}
		}
	return common;
}

static void check_common(const struct lint *lint, const struct lint_version *version,
			 enum lint_rule rule, text_of *get, const char *what)
{
	const char *common = find_common(version, get);

	for (size_t i = 0; common && i < version->count; i++)
		for (size_t k = 0; k < comparable(&version->variants[i]); k++) {
			const struct lint_dockerfile *file = &version->variants[i].files[k];
			const struct lint_text *text = get(file);

			if (!text->text)
				lint_add(lint, rule, file->path, 0,
					 "it has no %s, but others of the version have '%s'", what,
					 common);
			else if (strcmp(text->text, common) != 0)
				lint_add(lint, rule, file->path, text->line,
					 "the %s is '%s', but others of the version have "
					 "'%s'", what,
					 text->text, common);
		}
}

static void check_script(const struct lint *lint, const struct lint_variant *variant)
{
	const struct lint_dockerfile *file = &variant->files[0];

	if (!file->script.text)
		return;
	if (!variant->script)
		lint_add(lint, LINT_ENTRYPOINT, file->path, file->script.line,
			 "'%s' is not in the directory", file->script.text);
	else if (!variant->executable)
		lint_add(lint, LINT_ENTRYPOINT, file->path, file->script.line,
			 "'%s' is not executable", file->script.text);
}

/* Whether an entry of a library file names a directory; its files are then lint/library's. */
static bool is_published(const struct lint_tree *tree, const char *directory)
{
	for (size_t i = 0; i < tree->library_count; i++) {
		const struct library_file *file = &tree->libraries[i].file;

		for (size_t p = 0; p < file->count; p++) {
			const struct library_field *field = library_file_find(&file->paragraphs[p],
									      "Directory");

			if (field && strcmp(field->value, directory) == 0)
				return true;
		}
	}
	return false;
}

static void check_variant(const struct lint *lint, const struct lint_version *version,
			  const struct lint_variant *variant)
{
	check_name(lint, variant);
	if (variant->count == 0 && !variant->nested && !is_published(&lint->tree, variant->path))
		lint_add(lint, LINT_FILE, variant->path, 0, "it has no Dockerfile");
	for (size_t k = 0; k < variant->count; k++) {
		const struct lint_dockerfile *file = &variant->files[k];

		if (file->source.fault)
			lint_add(lint, LINT_SYNTAX, file->path, file->source.fault_line, "%s",
				 file->source.fault);
		if (file->excess)
			lint_add(lint, LINT_SYNTAX, file->path, 0,
				 "it has too many downloads: not all are checked");
		check_version(lint, version, file);
		check_base(lint, variant, file);
		check_from(lint, version, variant, file);
		lint_downloads_check(lint, version, variant, file);
	}
	if (variant->count > 0)
		check_script(lint, variant);
}

void lint_variants_check(const struct lint *lint)
{
	for (size_t v = 0; v < lint->tree.version_count; v++) {
		const struct lint_version *version = &lint->tree.versions[v];

		for (size_t i = 0; i < version->count; i++)
			check_variant(lint, version, &version->variants[i]);
		check_common(lint, version, LINT_EXPOSE, ports_of, "EXPOSE");
		check_common(lint, version, LINT_ENTRYPOINT, program_of, "program");
	}
	lint_downloads_compare(lint);
}
