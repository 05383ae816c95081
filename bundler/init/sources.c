/* SPDX-License-Identifier: Apache-2.0 */
/* Checksum files among the names of a release. */
#include "init/sources.h"

#include <stdlib.h>
#include <string.h>

#include "init/name.h"

enum rank { SHA256_FILE, SUMS_FILE, SIGNED_FILE, ASSET_FILE, SHA512_FILE, NO_FILE };

static bool ends_with(const char *text, const char *end)
{
	const size_t length = strlen(text), tail = strlen(end);

	return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* What a name is a file of; other algorithms and detached signatures are of no use. */
static enum rank rank_of(const struct init_plan *plan, const char *name)
{
	static const char *const useless[] = {
		"sha1", "sha384", "sha224", "md5", "b2sum", "blake", "sha3",
	}, *const signatures[] = {
		"sig", "pem", "crt", "cert", "sigstore", "json", "jsonl", "bundle", "minisig",
		"gpg", "sbom", "pub",
	};
	const char *plain = init_name_plain(name, strlen(name), plan->pool);
	const bool is_sha256 = strstr(plain, "sha256"), is_sha512 = strstr(plain, "sha512");

	for (size_t i = 0; i < sizeof useless / sizeof useless[0]; i++)
		if (strstr(plain, useless[i]))
			return NO_FILE;
	for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++)
		if (ends_with(plain, signatures[i]))
			return NO_FILE;
	if (is_sha512)
		return SHA512_FILE;
	if (!is_sha256 && !strstr(plain, "checksum") && !strstr(plain, "digests")
	    && !strstr(plain, "shasums"))
		return NO_FILE;
	return ends_with(plain, "asc") ? SIGNED_FILE : is_sha256 ? SHA256_FILE : SUMS_FILE;
}

/* The template that a file named after an asset has: {asset}.sha256; NULL for another file. */
static const char *template_of(const struct init_plan *plan, const struct init_choice *choice,
			       const char *name)
{
	const char *asset = choice->asset->name;
	const char *rest = strncmp(name, asset, strlen(asset)) == 0 ? name + strlen(asset) : NULL;
	const char *template;

	if (rest && !strpbrk(rest, "{}"))
		return pool_format(plan->pool, "{asset}%s", rest);
	if (!*choice->literal)
		return NULL;
	template = init_template(plan, name, choice->literal);
	return template && strstr(template, "{target}") ? template : NULL;
}

/* Whether every platform has a file of the template. */
static bool is_complete(const struct init_plan *plan, const struct init_release *release,
			const char *template)
{
	struct pool pool = { 0 };
	struct init_plan scratch = *plan;
	bool found = true;

	scratch.pool = &pool;
	for (size_t i = 0; i < plan->choice_count && found; i++) {
		found = false;
		for (size_t k = 0; k < release->asset_count && !found; k++) {
			const char *name = release->assets[k].name;
			const char *same = template_of(&scratch, &plan->choices[i], name);

			found = same && strcmp(same, template) == 0;
		}
	}
	pool_free(&pool);
	return found;
}

static int compare_sources(const void *a, const void *b)
{
	const struct init_source *one = a, *other = b;

	return one->rank != other->rank ? (one->rank > other->rank) - (one->rank < other->rank)
					: strcmp(one->template, other->template);
}

size_t init_sources(const struct init_plan *plan, const struct init_release *release,
		    const struct init_choice *choice, struct init_source *sources, size_t maximum)
{
	size_t count = 0, varying = 0;

	for (size_t i = 0; i < release->asset_count && count < maximum && varying < maximum; i++) {
		const char *name = release->assets[i].name, *url = release->assets[i].url;
		const size_t base = strlen(url) - strlen(name);
		const enum rank rank = rank_of(plan, name);
		const char *template, *directory;

		if (rank == NO_FILE || strlen(url) < strlen(name) || strcmp(url + base, name) != 0)
			continue;
		template = template_of(plan, choice, name);
		varying += template != NULL;
		if (template && !is_complete(plan, release, template))
			continue;
		if (!template
		    && init_name_parse(name, NULL, plan->version, plan->pool).platform)
			continue;
		directory = init_template(plan, pool_copy(plan->pool, url, base), NULL);
		sources[count] = (struct init_source){
			.url = url, .varies = template, .rank = (int)rank,
		};
		if (template && rank < ASSET_FILE)
			sources[count].rank = ASSET_FILE;
		if (!template)
			template = init_template(plan, name, NULL);
		if (template && directory)
			sources[count++].template = pool_format(plan->pool, "%s%s", directory,
								template);
	}
	qsort(sources, count, sizeof *sources, compare_sources);
	return count;
}
