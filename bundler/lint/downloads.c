/* SPDX-License-Identifier: Apache-2.0 */
/* The rules about architectures and what is downloaded for them. */
#include "lint/downloads.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "lint/digests.h"
#include "recipe/version.h"

static bool is_known(const struct lint_arm *arm, const char *pattern)
{
	for (const struct platform *row = platform_table(); row->name; row++)
		if (architecture_matches(arm->tool, row, pattern))
			return true;
	return false;
}

static bool has_pattern(const struct lint_arm *arm, const char *text)
{
	for (const struct shell_word *word = arm->patterns; word; word = word->next)
		if (strcmp(word->text, text) == 0)
			return true;
	return false;
}

/* "arm64 | aarch64" is no fault, because one of them is the architecture that the other means. */
static void check_arm(const struct lint *lint, const struct lint_dockerfile *file,
		      const struct lint_arm *arm)
{
	size_t i = 0;

	for (const struct shell_word *word = arm->patterns; word; word = word->next, i++) {
		const char *source = architecture_source(arm->tool);
		const char *name = architecture_meant(arm->tool, word->text);

		if (is_known(arm, word->text) || architecture_is_other(arm->tool, word->text)
		    || (name && has_pattern(arm, name)))
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

uint32_t lint_downloads_platforms(const char *asset)
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

/* The digests that a hash may be: what commands compare decides where its name does not. */
static unsigned allowed(const struct lint_dockerfile *file, const struct lint_text *hash)
{
	const unsigned both = hash->digests & file->checks;

	return both ? both : hash->digests;
}

static void check_hash(const struct lint *lint, const struct lint_dockerfile *file,
		       const struct lint_text *hash)
{
	if (!hash->text || strchr(hash->text, '$') || strcmp(hash->text, "true") == 0
	    || strcmp(hash->text, "false") == 0
	    || (digests_kind(hash->text) & allowed(file, hash)) != 0)
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
	if (known <= 0 || !asset->hash.text || digests_kind(asset->hash.text) != LINT_SHA256)
		return;
	if (strcasecmp(digest_write_hex(&digest, hex), asset->hash.text) != 0)
		lint_add(lint, LINT_SUMS, file->path, asset->hash.line,
			 "the SHA-256 of '%s' is %s in '%s'", asset->name, hex, source);
}

void lint_downloads_check(const struct lint *lint, const struct lint_version *version,
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
		if (!file->listed && !asset->hash.text && (asset->arm || !file->hashes))
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

/* ---- the same asset in several Dockerfiles ---- */

/* One asset, in one Dockerfile. */
struct copy {
	const struct lint_asset *asset;
	const struct lint_dockerfile *file;
	const char *key;	/* assets are the same when this is */
};

/* The name of an asset, if it has a version, or else the URL. */
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
		order = (int)digests_kind(one->asset->hash.text)
			- (int)digests_kind(other->asset->hash.text);
	if (order == 0)
		order = strcmp(one->file->path, other->file->path);
	if (order == 0)
		order = (one->asset->line > other->asset->line)
			- (one->asset->line < other->asset->line);
	return order;
}

void lint_downloads_compare(const struct lint *lint)
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
					if (a->hash.text && digests_kind(a->hash.text))
						copies[count++] = (struct copy){
							a, file, key_of(a),
						};
			}
	if (count > 0)
		qsort(copies, count, sizeof *copies, compare_copies);
	for (size_t i = 1; i < count; i++) {
		const struct copy *one = &copies[i - 1], *other = &copies[i];

		if (strcmp(one->key, other->key) == 0
		    && digests_kind(one->asset->hash.text) == digests_kind(other->asset->hash.text)
		    && strcasecmp(one->asset->hash.text, other->asset->hash.text) != 0)
			lint_add(lint, LINT_COPIES, other->file->path, other->asset->hash.line,
				 "the %s of '%s' differs from the one in '%s' line %zu",
				 digests_kind(other->asset->hash.text) == LINT_SHA512
				 ? "SHA-512" : "SHA-256", other->asset->name, one->file->path,
				 one->asset->hash.line);
	}
	free(copies);
}
