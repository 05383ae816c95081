/* SPDX-License-Identifier: Apache-2.0 */
/* The rules about Dockerfiles, one by one and those of a version together. */
#include "lint/variants.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "lint/base_images.h"
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

/* ---- architectures and downloads ---- */

static bool is_known(const struct lint_arm *arm, const char *pattern)
{
	for (const struct platform *row = platform_table(); row->name; row++)
		if (architecture_matches(arm->tool, row, pattern))
			return true;
	return false;
}

static void check_arm(const struct lint *lint, const struct lint_dockerfile *file,
		      const struct lint_arm *arm)
{
	size_t i = 0;

	for (const struct shell_word *word = arm->patterns; word; word = word->next, i++) {
		const char *source = architecture_source(arm->tool);
		const char *name = architecture_meant(arm->tool, word->text);

		if (is_known(arm, word->text) || architecture_is_other(arm->tool, word->text))
			continue;
		if (name)
			lint_add(lint, LINT_ARCHITECTURE, file->path, arm->pattern_lines[i],
				 "%s is never '%s', but '%s'", source, word->text, name);
		else
			lint_add(lint, LINT_ARCHITECTURE, file->path, arm->pattern_lines[i],
				 "%s is never '%s'", source, word->text);
	}
}

/* Whether releases call a platform by length bytes of this name, among them this project's. */
static bool is_called(const struct platform *row, const char *name, size_t length)
{
	const char *const names[] = {
		row->architecture, row->bashbrew, row->apk, row->dpkg, row->uname,
		strcmp(row->architecture, "amd64") == 0 ? "x64" : NULL,
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i] && strlen(names[i]) == length
		    && strncmp(names[i], name, length) == 0)
			return true;
	return false;
}

/* A target of this project is one platform's. What others build for old ARM runs on newer. */
static uint32_t target_platforms(const char *target, size_t system, size_t length)
{
	const struct platform *const table = platform_table();
	uint32_t platforms = 0;

	for (const struct platform *row = table; row->name; row++)
		if (strlen(row->target) == length && strncmp(row->target, target, length) == 0)
			return 1U << (row - table);
	for (const struct platform *row = table; row->name; row++) {
		const bool older = row > table && strcmp(row->architecture, "arm") == 0
				   && strcmp(row[-1].architecture, "arm") == 0
				   && (platforms & (1U << (row - 1 - table)));

		if (strlen(row->os) + 1 == system && strncmp(row->os, target, system - 1) == 0
		    && (older || is_called(row, target + system, length - system)))
			platforms |= 1U << (row - table);
	}
	return platforms;
}

/* The target in an asset's name: the operating system and the architecture after it, or NULL. */
static const char *target_in(const char *asset, size_t *length, uint32_t *platforms)
{
	static const char *const systems[] = { "linux-", "windows-" };

	for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
		const char *at = strstr(asset, systems[i]);
		const size_t system = strlen(systems[i]);

		if (!at)
			continue;
		*length = system + strcspn(at + system, "-.");	/* x86_64 */
		*platforms = target_platforms(at, system, *length);
		if (*platforms == 0) {
			*length = system + strcspn(at + system, "-._");
			*platforms = target_platforms(at, system, *length);
		}
		return at;
	}
	*platforms = 0;
	return NULL;
}

uint32_t lint_variants_platforms(const char *asset)
{
	uint32_t platforms;
	size_t length;

	(void)target_in(asset, &length, &platforms);
	return platforms;
}

/* Whether a target begins like an architecture of the table. */
static bool is_misspelt(const char *target)
{
	static const char *const begins[] = {
		"amd", "arm", "loong", "mips", "ppc", "riscv", "s390",
	};
	const char *architecture = strchr(target, '-') + 1;

	for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
		if (strncmp(architecture, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

/* Whether an arm is for a platform, or for any one when it is NULL. */
static bool arm_is_for(const struct lint_arm *arm, const struct platform *platform)
{
	for (const struct shell_word *word = arm->patterns; word; word = word->next)
		if (platform ? architecture_matches(arm->tool, platform, word->text)
			     : is_known(arm, word->text))
			return true;
	return false;
}

static void check_target(const struct lint *lint, const struct lint_variant *variant,
			 const struct lint_dockerfile *file, const struct lint_asset *asset)
{
	const size_t line = asset->arm ? asset->arm->line : asset->line;
	size_t length;
	uint32_t platforms;
	const char *target = target_in(asset->name, &length, &platforms), *os = NULL;
	bool chosen = false;

	for (const struct platform *row = platform_table(); row->name; row++)
		if (platforms & (1U << (row - platform_table()))) {
			os = row->os;
			chosen |= !asset->arm || arm_is_for(asset->arm, row);
		}
	if (target && !os && is_misspelt(target))
		lint_add(lint, LINT_ASSET, file->path, line, "'%s' is for '%.*s', an unknown "
			 "target", asset->name, (int)length, target);
	else if (os && variant->kind && strcmp(os, variant->kind->os) != 0)
		lint_add(lint, LINT_ASSET, file->path, line, "'%s' is for %s, but '%s' is for %s",
			 asset->name, os, variant->name, variant->kind->os);
	else if (os && !chosen && arm_is_for(asset->arm, NULL))
		lint_add(lint, LINT_ASSET, file->path, line, "'%s' downloads '%s'",
			 asset->arm->patterns->text, asset->name);
}

/* Whether an asset is a tool, which has a version of its own, and not the image's program. */
static bool is_tool(const struct lint_tree *tree, const struct lint_dockerfile *file,
		    const char *asset, const char *number, const char *version)
{
	bool stated = false, own = false;

	for (const struct lint_list *l = file->versions; l; l = l->next) {
		stated |= strcmp(l->item.text, number) == 0;
		own |= strcmp(l->item.text, version) == 0;
	}
	for (size_t i = 0; i < tree->library_count; i++) {
		const char *name = tree->libraries[i].name;

		if (strncmp(asset, name, strlen(name)) == 0)
			return stated && own;
	}
	return tree->library_count > 0 || (stated && own);
}

/* The version in a URL: "v1.2.3" or "1.2.3" between slashes. */
static void check_url(const struct lint *lint, const struct lint_version *version,
		      const struct lint_dockerfile *file, const struct lint_asset *asset)
{
	const char *at = asset->url;

	while ((at = strchr(at, '/'))) {
		char *part = memory_copy(at + 1, strcspn(at + 1, "/"));
		const char *number = part + (*part == 'v');

		if (version->number && strchr(number, '.') && !version_fault(number)
		    && !lint_tree_matches(number, version->number)
		    && !is_tool(&lint->tree, file, asset->name, number, version->number))
			lint_add(lint, LINT_VERSION, file->path, asset->line,
				 "'%s' has version %s, but the directory's is %s", asset->name,
				 number, version->number);
		free(part);
		at++;
	}
}

/* Which digest a text is, or 0; zeros are none. */
static unsigned digest_kind(const char *text)
{
	const size_t digits = strspn(text, "0123456789abcdefABCDEF");

	if (text[digits] != '\0' || strspn(text, "0") == digits)
		return 0;
	return digits == 64 ? LINT_SHA256 : digits == 128 ? LINT_SHA512 : 0;
}

/* The digests that a hash may be: what commands compare decides where its name does not. */
static unsigned allowed(const struct lint_dockerfile *file, const struct lint_text *hash)
{
	const unsigned both = hash->digests & file->checks;

	return both ? both : hash->digests;
}

static void check_hash(const struct lint *lint, const struct lint_dockerfile *file,
		       const struct lint_text *hash)
{
	if (!hash->text || strchr(hash->text, '$')
	    || (digest_kind(hash->text) & allowed(file, hash)) != 0)
		return;
	if (allowed(file, hash) == LINT_SHA512)
		lint_add(lint, LINT_HASH, file->path, hash->line,
			 "'%s' is not a SHA-512 of 128 hexadecimal digits", hash->text);
	else
		lint_add(lint, LINT_HASH, file->path, hash->line,
			 "'%s' is not a SHA-256 of 64 hexadecimal digits", hash->text);
}

/* Compares an asset's digest with that of the sums or the lock. */
static void check_sums(const struct lint *lint, const struct lint_version *version,
		       const struct lint_dockerfile *file, const struct lint_asset *asset)
{
	char hex[DIGEST_HEX_BYTES];
	struct digest digest;
	const char *source;
	int known = lint_tree_digest(&lint->tree, version, asset->name, &digest, &source);

	if (known < 0)
		lint_add(lint, LINT_SUMS, file->path, asset->line, "'%s' is not in '%s'",
			 asset->name, source);
	if (known <= 0 || !asset->hash.text || digest_kind(asset->hash.text) != LINT_SHA256)
		return;
	if (strcasecmp(digest_write_hex(&digest, hex), asset->hash.text) != 0)
		lint_add(lint, LINT_SUMS, file->path, asset->hash.line,
			 "the SHA-256 of '%s' is %s in '%s'", asset->name, hex, source);
}

static void check_downloads(const struct lint *lint, const struct lint_version *version,
			    const struct lint_variant *variant, const struct lint_dockerfile *file)
{
	const char *digest = file->checks == LINT_SHA512 ? "SHA-512" : "SHA-256";

	for (const struct lint_arm *arm = file->arms; arm; arm = arm->next) {
		check_hash(lint, file, &arm->hash);
		if (!arm->others)
			check_arm(lint, file, arm);
	}
	for (const struct lint_list *l = file->hashes; l; l = l->next)
		check_hash(lint, file, &l->item);
	for (const struct lint_asset *asset = file->assets; asset; asset = asset->next) {
		if (asset->arm ? !asset->hash.text : !file->hashes)
			lint_add(lint, LINT_HASH, file->path,
				 asset->arm ? asset->arm->line : asset->line,
				 "'%s' has no %s", asset->name, digest);
		check_target(lint, variant, file, asset);
		check_url(lint, version, file, asset);
		check_sums(lint, version, file, asset);
	}
	if (file->assets && !file->checks)
		lint_add(lint, LINT_HASH, file->path, file->assets->line,
			 "nothing checks the %s of the downloads", digest);
}

/* ---- what variants have in common ---- */

/* One asset, in one Dockerfile. */
struct copy {
	const struct lint_asset *asset;
	const struct lint_dockerfile *file;
	const char *key;	/* the name, if it has a version, or else the URL */
};

static const char *key_of(const struct lint_asset *asset)
{
	for (const char *dot = asset->name; (dot = strchr(dot, '.')); dot++)
		if (dot > asset->name && isdigit((unsigned char)dot[-1])
		    && isdigit((unsigned char)dot[1]))
			return asset->name;
	return asset->url;
}

static int compare_copies(const void *a, const void *b)
{
	const struct copy *one = a, *other = b;
	int order = strcmp(one->key, other->key);

	if (order == 0)
		order = (int)digest_kind(one->asset->hash.text)
			- (int)digest_kind(other->asset->hash.text);
	if (order == 0)
		order = strcmp(one->file->path, other->file->path);
	if (order == 0)
		order = (one->asset->line > other->asset->line)
			- (one->asset->line < other->asset->line);
	return order;
}

/* Assets are the same when their names are, if these have a version. */
static void check_copies(const struct lint *lint)
{
	const struct lint_tree *tree = &lint->tree;
	struct copy *copies = NULL;
	size_t count = 0;

	for (size_t v = 0; v < tree->version_count; v++)
		for (size_t i = 0; i < tree->versions[v].count; i++)
			for (size_t k = 0; k < tree->versions[v].variants[i].count; k++) {
				const struct lint_dockerfile *file;

				file = &tree->versions[v].variants[i].files[k];
				copies = memory_resize(copies, count + file->asset_count + 1,
						       sizeof *copies);
				for (const struct lint_asset *a = file->assets; a; a = a->next)
					if (a->hash.text && digest_kind(a->hash.text))
						copies[count++] = (struct copy){
							a, file, key_of(a),
						};
			}
	if (count > 0)
		qsort(copies, count, sizeof *copies, compare_copies);
	for (size_t i = 1; i < count; i++) {
		const struct copy *one = &copies[i - 1], *other = &copies[i];

		if (strcmp(one->key, other->key) == 0
		    && digest_kind(one->asset->hash.text) == digest_kind(other->asset->hash.text)
		    && strcasecmp(one->asset->hash.text, other->asset->hash.text) != 0)
			lint_add(lint, LINT_COPIES, other->file->path, other->asset->hash.line,
				 "the %s of '%s' differs from the one in '%s' line %zu",
				 digest_kind(other->asset->hash.text) == LINT_SHA512
				 ? "SHA-512" : "SHA-256", other->asset->name, one->file->path,
				 one->asset->hash.line);
	}
	free(copies);
}

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

/* How many Dockerfiles of a variant run the same program as others: one of another kind need not. */
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
		check_downloads(lint, version, variant, file);
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
	check_copies(lint);
}
