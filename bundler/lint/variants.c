/* SPDX-License-Identifier: Apache-2.0 */
#include "lint/variants.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "lint/base_images.h"
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

static bool copied_under_version(const struct lint_dockerfile *image, const char *name,
				 size_t length)
{
	for (const struct lint_list *l = image->copied; l; l = l->next)
		if (name_length(l->item.text) == length && l->item.text[length] == ':'
		    && strncmp(l->item.text, name, length) == 0
		    && version_length(l->item.text + length + 1) > 0)
			return true;
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
				if (copied_under_version(&tree->versions[v].variants[i].images[k],
							 image, length))
					return true;
	return false;
}

/* What is wrong with copying from the variant that stands behind the version in a tag. */
static void check_source(const struct lint *lint, const struct lint_version *version,
			 const struct lint_variant *variant, const struct lint_dockerfile *image,
			 const struct lint_list *from, const char *name)
{
	const struct lint_variant *source = lint_tree_variant(version, name, strlen(name));

	if (!source)
		lint_add(lint, LINT_FROM, image->path, from->item.line,
			 "'%s' is copied from, and there is no directory '%s/%s'", from->item.text,
			 version->name, name);
	else if (variant->kind && variant->kind->from
		 && (!source->kind || strcmp(source->kind->name, variant->kind->from) != 0
		     || strcmp(source->base, variant->base) != 0))
		lint_add(lint, LINT_FROM, image->path, from->item.line,
			 "'%s' is copied from, and not '%s-%s'", from->item.text,
			 variant->kind->from, variant->base);
	else if (source == variant)
		lint_add(lint, LINT_FROM, image->path, from->item.line,
			 "'%s' is copied from itself", from->item.text);
}

static void check_from(const struct lint *lint, const struct lint_version *version,
		       const struct lint_variant *variant, const struct lint_dockerfile *image)
{
	for (const struct lint_list *l = image->images; l; l = l->next) {
		const char *tag;
		size_t length;

		if (!lint_variants_own(&lint->tree, l->item.text, &tag))
			continue;
		length = version_length(tag);
		if (length == 0 || tag[length] != '-')
			lint_add(lint, LINT_FROM, image->path, l->item.line,
				 "'%s' is copied from, which does not name version and variant",
				 l->item.text);
		else if (version->number && (strlen(version->number) != length
					     || strncmp(version->number, tag, length) != 0))
			lint_add(lint, LINT_FROM, image->path, l->item.line,
				 "'%s' is copied from, and the version is %s", l->item.text,
				 version->number);
		else
			check_source(lint, version, variant, image, l, tag + length + 1);
	}
}

/* ---- names, versions, bases ---- */

/* The variant that somebody may have meant who left out a hyphen or "windows", or NULL. */
static const char *meant(struct pool *pool, const char *name)
{
	for (const struct variant_kind *kind = variant_table(); kind->name; kind++) {
		const char *core = strncmp(kind->name, "windows", 7) == 0 ? kind->name + 7
									  : kind->name;
		const char *at = strstr(name, core);

		if (!kind->joint || !at)
			continue;
		at += strlen(core);
		at += *at == '-';
		return *at ? variant_name(pool, kind, at) : NULL;
	}
	return NULL;
}

static void check_name(const struct lint *lint, const struct lint_variant *variant)
{
	struct pool pool = { 0 };
	const char *other = variant->kind ? NULL : meant(&pool, variant->name);

	if (other)
		lint_add(lint, LINT_VARIANT, variant->path, 0,
			 "no variant is called '%s'; '%s' is meant perhaps", variant->name, other);
	else if (!variant->kind)
		lint_add(lint, LINT_VARIANT, variant->path, 0, "no variant is called '%s'",
			 variant->name);
	pool_free(&pool);
}

/* Of several versions that a file has, say of tools, one has to be the directory's. */
static void check_version(const struct lint *lint, const struct lint_version *version,
			  const struct lint_dockerfile *image)
{
	for (const struct lint_list *l = image->versions; l; l = l->next)
		if (version->number ? strcmp(l->item.text, version->number) == 0
				    : lint_tree_matches(version->name, l->item.text))
			return;
	if (!image->versions)
		return;
	if (version->number)
		lint_add(lint, LINT_VERSION, image->path, image->versions->item.line,
			 "the version is %s, that of the directory %s",
			 image->versions->item.text, version->number);
	else
		lint_add(lint, LINT_VERSION, image->path, image->versions->item.line,
			 "the version is %s, the directory is for %s",
			 image->versions->item.text, version->name);
}

/* The base image of a variant, with its tag, in pool. */
static const char *base_of(struct pool *pool, const struct lint_variant *variant)
{
	return variant->kind->joint ? pool_format(pool, "%s:%s", variant->kind->base, variant->base)
				    : variant->kind->base;
}

static void check_base(const struct lint *lint, const struct lint_variant *variant,
		       const struct lint_dockerfile *image)
{
	const char *base = image->base.text, *wanted;
	struct pool pool = { 0 };
	char reason[256];

	if (!base)
		return;
	wanted = variant->kind ? base_of(&pool, variant) : base;
	if (strncmp(base, wanted, strlen(wanted)) != 0
	    || (base[strlen(wanted)] && base[strlen(wanted)] != '@'))
		lint_add(lint, LINT_BASE, image->path, image->base.line,
			 "the base is '%s', and '%s' is built on '%s'", base, variant->name,
			 wanted);
	if (base_images_fault(base, lint->options->today, reason, sizeof reason))
		lint_add(lint, LINT_ACCEPTED, image->path, image->base.line, "%s", reason);
	pool_free(&pool);
}

/* ---- architectures and downloads ---- */

static bool is_known(const struct lint_arm *arm, const char *pattern)
{
	for (const struct platform *row = platform_table(); row->name; row++)
		if (architecture_matches(arm->tool, row, pattern))
			return true;
	return false;
}

static void check_arm(const struct lint *lint, const struct lint_dockerfile *image,
		      const struct lint_arm *arm)
{
	size_t i = 0;

	for (const struct shell_word *word = arm->patterns; word; word = word->next, i++) {
		const char *source = architecture_source(arm->tool);
		const char *name = architecture_meant(arm->tool, word->text);

		if (is_known(arm, word->text))
			continue;
		if (name)
			lint_add(lint, LINT_ARCHITECTURE, image->path, arm->pattern_lines[i],
				 "%s is never '%s', but '%s'", source, word->text, name);
		else
			lint_add(lint, LINT_ARCHITECTURE, image->path, arm->pattern_lines[i],
				 "%s is never '%s'", source, word->text);
	}
}

/* The operating system and what follows it in an asset's name, up to its next mark. */
static const char *target_in(const char *asset, size_t *length)
{
	static const char *const systems[] = { "linux-", "windows-" };

	for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
		const char *at = strstr(asset, systems[i]);

		if (!at)
			continue;
		*length = strlen(systems[i]) + strcspn(at + strlen(systems[i]), "-._");
		return at;
	}
	return NULL;
}

const struct platform *lint_variants_platform(const char *asset)
{
	size_t length;
	const char *target = target_in(asset, &length);

	if (target)
		for (const struct platform *row = platform_table(); row->name; row++)
			if (strlen(row->target) == length
			    && strncmp(row->target, target, length) == 0)
				return row;
	return NULL;
}

static bool arm_is_for(const struct lint_arm *arm, const struct platform *platform)
{
	for (const struct shell_word *word = arm->patterns; word; word = word->next)
		if (architecture_matches(arm->tool, platform, word->text))
			return true;
	return false;
}

static bool arm_is_known(const struct lint_arm *arm)
{
	for (const struct shell_word *word = arm->patterns; word; word = word->next)
		if (is_known(arm, word->text))
			return true;
	return false;
}

static void check_target(const struct lint *lint, const struct lint_variant *variant,
			 const struct lint_dockerfile *image, const struct lint_asset *asset)
{
	const struct platform *platform = lint_variants_platform(asset->name);
	const size_t line = asset->arm ? asset->arm->line : asset->line;
	size_t length;
	const char *target = target_in(asset->name, &length);

	if (target && !platform)
		lint_add(lint, LINT_ASSET, image->path, line, "'%s' is for '%.*s', which is no "
			 "target of releases", asset->name, (int)length, target);
	else if (platform && variant->kind && strcmp(platform->os, variant->kind->os) != 0)
		lint_add(lint, LINT_ASSET, image->path, line, "'%s' is for %s, '%s' for %s",
			 asset->name, platform->os, variant->name, variant->kind->os);
	else if (platform && asset->arm && arm_is_known(asset->arm)
		 && !arm_is_for(asset->arm, platform))
		lint_add(lint, LINT_ASSET, image->path, line, "'%s' downloads '%s'",
			 asset->arm->patterns->text, asset->name);
}

/* The version in a URL: "v1.2.3" or "1.2.3" between slashes. */
static void check_url(const struct lint *lint, const struct lint_version *version,
		      const struct lint_dockerfile *image, const struct lint_asset *asset)
{
	const char *at = asset->url;

	while ((at = strchr(at, '/'))) {
		char *part = memory_copy(at + 1, strcspn(at + 1, "/"));
		const char *number = part + (*part == 'v');

		if (version->number && strchr(number, '.') && !version_fault(number)
		    && strcmp(number, version->number) != 0)
			lint_add(lint, LINT_VERSION, image->path, asset->line,
				 "'%s' is of version %s, that of the directory is %s", asset->name,
				 number, version->number);
		free(part);
		at++;
	}
}

static bool is_hash(const char *text)
{
	const size_t digits = strspn(text, "0123456789abcdefABCDEF");

	return digits == 64 && text[64] == '\0' && strspn(text, "0") < 64;
}

static void check_hash(const struct lint *lint, const struct lint_dockerfile *image,
		       const struct lint_text *hash)
{
	if (hash->text && !strchr(hash->text, '$') && !is_hash(hash->text))
		lint_add(lint, LINT_HASH, image->path, hash->line,
			 "'%s' is no SHA-256 of 64 hexadecimal digits", hash->text);
}

/* Whether something is known of an asset that has another digest. */
static void check_sums(const struct lint *lint, const struct lint_version *version,
		       const struct lint_dockerfile *image, const struct lint_asset *asset)
{
	char hex[DIGEST_HEX_BYTES];
	struct digest digest;
	const char *source;
	int known = lint_tree_digest(&lint->tree, version, asset->name, &digest, &source);

	if (known < 0)
		lint_add(lint, LINT_SUMS, image->path, asset->line, "'%s' does not stand in '%s'",
			 asset->name, source);
	if (known <= 0 || !asset->hash.text || !is_hash(asset->hash.text))
		return;
	if (strcasecmp(digest_write_hex(&digest, hex), asset->hash.text) != 0)
		lint_add(lint, LINT_SUMS, image->path, asset->hash.line,
			 "the SHA-256 of '%s' is %s in '%s'", asset->name, hex, source);
}

static void check_downloads(const struct lint *lint, const struct lint_version *version,
			    const struct lint_variant *variant, const struct lint_dockerfile *image)
{
	for (const struct lint_arm *arm = image->arms; arm; arm = arm->next) {
		check_hash(lint, image, &arm->hash);
		if (!arm->others)
			check_arm(lint, image, arm);
	}
	for (const struct lint_list *l = image->hashes; l; l = l->next)
		check_hash(lint, image, &l->item);
	for (const struct lint_asset *asset = image->assets; asset; asset = asset->next) {
		if (asset->arm ? !asset->hash.text : !image->hashes)
			lint_add(lint, LINT_HASH, image->path,
				 asset->arm ? asset->arm->line : asset->line,
				 "'%s' has no SHA-256", asset->name);
		check_target(lint, variant, image, asset);
		check_url(lint, version, image, asset);
		check_sums(lint, version, image, asset);
	}
	if (image->assets && !image->checks)
		lint_add(lint, LINT_HASH, image->path, image->assets->line,
			 "nothing checks the SHA-256 of what is downloaded");
}

/* ---- what variants have in common ---- */

/* One asset with its hash, wherever it stands. */
struct copy {
	const struct lint_asset *asset;
	const struct lint_dockerfile *image;
};

static int compare_copies(const void *a, const void *b)
{
	const struct copy *one = a, *other = b;
	int order = strcmp(one->asset->name, other->asset->name);

	if (order == 0)
		order = strcmp(one->image->path, other->image->path);
	if (order == 0)
		order = (one->asset->line > other->asset->line)
			- (one->asset->line < other->asset->line);
	return order;
}

static void collect_copies(const struct lint_variant *variant, struct copy **copies, size_t *count)
{
	for (size_t k = 0; k < variant->count; k++) {
		const struct lint_dockerfile *image = &variant->images[k];

		*copies = memory_resize(*copies, *count + image->asset_count + 1, sizeof **copies);
		for (const struct lint_asset *asset = image->assets; asset; asset = asset->next)
			if (asset->hash.text && is_hash(asset->hash.text))
				(*copies)[(*count)++] = (struct copy){ asset, image };
	}
}

/* Assets are the same when their names are: these have the version. */
static void check_copies(const struct lint *lint)
{
	struct copy *copies = NULL;
	size_t count = 0;

	for (size_t v = 0; v < lint->tree.version_count; v++)
		for (size_t i = 0; i < lint->tree.versions[v].count; i++)
			collect_copies(&lint->tree.versions[v].variants[i], &copies, &count);
	if (count > 0)
		qsort(copies, count, sizeof *copies, compare_copies);
	for (size_t i = 1; i < count; i++) {
		const struct copy *one = &copies[i - 1], *other = &copies[i];

		if (strcmp(one->asset->name, other->asset->name) == 0
		    && strcasecmp(one->asset->hash.text, other->asset->hash.text) != 0)
			lint_add(lint, LINT_COPIES, other->image->path, other->asset->hash.line,
				 "the SHA-256 of '%s' is another one in '%s' line %zu",
				 other->asset->name, one->image->path, one->asset->hash.line);
	}
	free(copies);
}

/* A text of an image that all images of a version should have alike. */
typedef const struct lint_text *text_of(const struct lint_dockerfile *image);

static const struct lint_text *ports_of(const struct lint_dockerfile *image)
{
	return &image->ports;
}

static const struct lint_text *program_of(const struct lint_dockerfile *image)
{
	return &image->program;
}

static size_t count_equal(const struct lint_version *version, text_of *get, const char *text)
{
	size_t count = 0;

	for (size_t i = 0; i < version->count; i++)
		for (size_t k = 0; k < version->variants[i].count; k++) {
			const char *other = get(&version->variants[i].images[k])->text;

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
		for (size_t k = 0; k < version->variants[i].count; k++) {
			const char *text = get(&version->variants[i].images[k])->text;
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
		for (size_t k = 0; k < version->variants[i].count; k++) {
			const struct lint_dockerfile *image = &version->variants[i].images[k];
			const struct lint_text *text = get(image);

			if (!text->text)
				lint_add(lint, rule, image->path, 0,
					 "there is no %s, others of the version have '%s'", what,
					 common);
			else if (strcmp(text->text, common) != 0)
				lint_add(lint, rule, image->path, text->line,
					 "the %s is '%s', others of the version have '%s'", what,
					 text->text, common);
		}
}

static void check_script(const struct lint *lint, const struct lint_variant *variant)
{
	const struct lint_dockerfile *image = &variant->images[0];

	if (!image->script.text)
		return;
	if (!variant->script)
		lint_add(lint, LINT_ENTRYPOINT, image->path, image->script.line,
			 "'%s' is not in the directory", image->script.text);
	else if (!variant->executable)
		lint_add(lint, LINT_ENTRYPOINT, image->path, image->script.line,
			 "'%s' is not executable", image->script.text);
}

/* ---- the whole ---- */

static void check_image(const struct lint *lint, const struct lint_version *version,
			const struct lint_variant *variant, const struct lint_dockerfile *image)
{
	if (image->file.fault)
		lint_add(lint, LINT_SYNTAX, image->path, image->file.fault_line, "%s",
			 image->file.fault);
	if (image->excess)
		lint_add(lint, LINT_SYNTAX, image->path, 0,
			 "it has more downloads than are looked at");
	check_version(lint, version, image);
	check_base(lint, variant, image);
	check_from(lint, version, variant, image);
	check_downloads(lint, version, variant, image);
}

/* What an entry of a library file is about is for the rules about it. */
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
	if (variant->count == 0 && !is_published(&lint->tree, variant->path))
		lint_add(lint, LINT_FILE, variant->path, 0, "it has no Dockerfile");
	for (size_t k = 0; k < variant->count; k++)
		check_image(lint, version, variant, &variant->images[k]);
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
	check_copies(lint);
}
