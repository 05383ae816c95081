/* SPDX-License-Identifier: Apache-2.0 */
/* Which of a release's assets is for which platform, and the templates of their names. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "init/init.h"
#include "init/name.h"

/* The best first. A program with its licence beside it is better than one alone. */
static const char *const formats[] = {
	"tar.gz", "tar.xz", "tar.zst", "tar.bz2", "zip", "tar", "program", "xz", "zst", "gz", "bz2",
};

/* A file that may be installed, of whatever platform. */
struct candidate {
	struct init_name name;
	const struct init_asset *asset;
};

/* Those with one stem, which are neighbours. */
struct group {
	struct candidate *items;
	size_t count, platforms;
	int likeness;			/* to the name that is wanted */
};

void init_ask(struct init_plan *plan, enum init_section section, const char *format, ...)
{
	struct init_question *question = pool_new(plan->pool, 1, sizeof *question);
	struct init_question **end = &plan->questions;
	char text[512];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	for (char *next = text; *next; next++)
		if (*next < 0x20 || *next == 0x7f)
			*next = '?';
	question->section = section;
	question->text = pool_string(plan->pool, text);
	while (*end)
		end = &(*end)->next;
	*end = question;
}

const struct init_choice *init_choice_find(const struct init_plan *plan,
					   const struct platform *platform)
{
	for (size_t i = 0; i < plan->choice_count; i++)
		if (plan->choices[i].platform == platform)
			return &plan->choices[i];
	return NULL;
}

/* ---- templates ---- */

static bool is_inside(char byte)
{
	return isalnum((unsigned char)byte);
}

/* Whether part is a whole word at place in text. */
static bool is_at(const char *text, const char *place, const char *part)
{
	const size_t length = strlen(part);

	return length > 0 && strncmp(place, part, length) == 0 && !is_inside(place[length])
	       && (place == text || !is_inside(place[-1]));
}

/*
 * The bytes from begin to end of text as a template; NULL when there are braces in them. named: the
 * product's name is a placeholder, too.
 */
static char *make_template(const struct init_plan *plan, const char *text, size_t begin,
			   size_t end, const char *word, bool named)
{
	const char *version = init_name_version(text, plan->version);
	struct buffer made;
	char *template;

	buffer_init(&made, LIMIT_EXPANDED_BYTES);
	for (size_t i = begin; i < end; ) {
		const char *place = text + i;

		while (version && version < place)
			version = init_name_version(version + strlen(plan->version), plan->version);
		if (word && is_at(text, place, word)) {
			buffer_add_string(&made, "{target}");
			i += strlen(word);
		} else if (place == version) {
			buffer_add_string(&made, "{version}");
			i += strlen(plan->version);
		} else if (named && i == 0 && is_at(text, place, plan->name)) {
			buffer_add_string(&made, "{name}");
			i += strlen(plan->name);
		} else if (*place == '{' || *place == '}' || buffer_add(&made, place, 1) < 0) {
			buffer_free(&made);
			return NULL;
		} else {
			i++;
		}
	}
	template = pool_copy(plan->pool, made.length > 0 ? made.bytes : "", made.length);
	buffer_free(&made);
	return template;
}

char *init_template(const struct init_plan *plan, const char *text, const char *word)
{
	return make_template(plan, text, 0, strlen(text), word, true);
}

char *init_template_member(const struct init_plan *plan, const char *text, const char *word)
{
	return make_template(plan, text, 0, strlen(text), word, false);
}

/* ---- which assets ---- */

/* 3 for the same, 2 at the beginning, 1 within, 0 for another stem. */
static int likeness(const char *stem, const char *wanted)
{
	const char *place = wanted ? strstr(stem, wanted) : NULL;

	if (!place)
		return 0;
	return place > stem ? 1 : strcmp(stem, wanted) == 0 ? 3 : 2;
}

static int compare_stems(const void *a, const void *b)
{
	const struct candidate *one = a, *other = b;
	const int order = strcmp(one->name.stem, other->name.stem);

	return order ? order : strcmp(one->name.text, other->name.text);
}

static size_t count_platforms(const struct candidate *items, size_t count, const char *format)
{
	size_t platforms = 0;

	for (const struct platform *row = platform_table(); row->name; row++)
		for (size_t i = 0; i < count; i++)
			if (items[i].name.platform == row
			    && (!format || strcmp(items[i].name.format, format) == 0)) {
				platforms++;
				break;
			}
	return platforms;
}

static bool is_better_group(const struct group *one, const struct group *other)
{
	if (one->likeness != other->likeness)
		return one->likeness > other->likeness;
	if (one->platforms != other->platforms)
		return one->platforms > other->platforms;
	return strlen(one->items->name.stem) < strlen(other->items->name.stem);
}

/* The stem that most of the release is about; the others are a question when it is not clear. */
static struct group choose_group(struct init_plan *plan, const char *wanted,
				 struct candidate *items, size_t count)
{
	struct group best = { .items = NULL }, group;
	const char *other = NULL;

	qsort(items, count, sizeof *items, compare_stems);
	for (size_t i = 0; i < count; i += group.count) {
		const char *stem = items[i].name.stem;

		group = (struct group){ .items = items + i, .likeness = likeness(stem, wanted) };
		while (i + group.count < count
		       && strcmp(items[i + group.count].name.stem, stem) == 0)
			group.count++;
		group.platforms = count_platforms(group.items, group.count, NULL);
		if (!best.items || is_better_group(&group, &best)) {
			other = best.items ? best.items->name.text : other;
			best = group;
		} else if (!other) {
			other = items[i].name.text;
		}
	}
	if (other && best.likeness < 3)
		init_ask(plan, INIT_RELEASE, "Is it '%s' that is wanted? The release has '%s', "
			 "too; --name chooses.", best.items->name.text, other);
	return best;
}

static const char *choose_format(const struct group *group)
{
	const char *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		const size_t platforms = count_platforms(group->items, group->count, formats[i]);

		if (platforms > most) {
			most = platforms;
			best = formats[i];
		}
	}
	return best;
}

/* Whether the words are those of bundler itself. */
static bool has_usual_words(const struct init_name *name)
{
	return strncmp(name->text + name->begin, "linux", 5) == 0;
}

static bool is_better(const struct init_name *one, const struct init_name *other)
{
	if (one->has_os != other->has_os)
		return one->has_os;
	if (one->has_architecture != other->has_architecture)
		return one->has_architecture;
	if (one->has_version != other->has_version)
		return one->has_version;
	if (one->linking != other->linking)
		return one->linking < other->linking;
	if (has_usual_words(one) != has_usual_words(other))
		return has_usual_words(one);
	return strlen(one->text) < strlen(other->text);
}

/* What is chosen for one platform. */
struct chosen {
	const struct candidate *item;
	size_t begin, end;	/* of the word in its name */
};

/* One candidate for each platform, in the table's order; returns their number. */
static size_t choose_items(struct init_plan *plan, const struct group *group,
			   struct chosen *chosen)
{
	size_t count = 0, nameless = 0;

	for (const struct platform *row = platform_table(); row->name; row++) {
		const struct candidate *best = NULL;
		bool other_format = false;

		for (size_t i = 0; i < group->count; i++) {
			const struct candidate *item = &group->items[i];

			if (item->name.platform != row)
				continue;
			if (strcmp(item->name.format, plan->format) != 0)
				other_format = true;
			else if (!best || is_better(&item->name, &best->name))
				best = item;
		}
		if (best) {
			chosen[count++] = (struct chosen){ best, best->name.begin, best->name.end };
			if (!best->name.has_architecture)
				init_ask(plan, INIT_PLATFORMS, "Is '%s' for %s? Its name does not "
					 "say all of it.", best->name.text, row->name);
			nameless += !best->name.has_os;
		} else if (other_format) {
			init_ask(plan, INIT_PLATFORMS, "Is %s needed? It is left out, because its "
				 "asset is no %s.", row->name, plan->format);
		}
	}
	if (nameless > 0)
		init_ask(plan, INIT_PLATFORMS, "Are all of them for Linux? Of %zu the name does "
			 "not say it.", nameless);
	return count;
}

/* ---- what the assets have in common ---- */

static size_t common_prefix(const struct chosen *chosen, size_t count)
{
	const char *first = chosen[0].item->name.text;
	size_t length = chosen[0].begin;
	bool equal = true;

	for (size_t i = 1; i < count; i++) {
		const char *text = chosen[i].item->name.text;
		size_t same = 0;

		while (same < length && same < chosen[i].begin && text[same] == first[same])
			same++;
		equal &= same == length && same == chosen[i].begin;
		length = same;
	}
	while (!equal && length > 0 && is_inside(first[length - 1]))
		length--;
	return length;
}

static size_t common_suffix(const struct chosen *chosen, size_t count)
{
	const char *first = chosen[0].item->name.text;
	const size_t first_length = strlen(first);
	size_t length = first_length - chosen[0].end;
	bool equal = true;

	for (size_t i = 1; i < count; i++) {
		const char *text = chosen[i].item->name.text;
		const size_t all = strlen(text), most = all - chosen[i].end;
		size_t same = 0;

		while (same < length && same < most
		       && text[all - 1 - same] == first[first_length - 1 - same])
			same++;
		equal &= same == length && same == most;
		length = same;
	}
	while (!equal && length > 0 && is_inside(first[first_length - length]))
		length--;
	return length;
}

/* The word with {os} and {arch} for what is bundler's own word for them. */
static char *make_target(const struct init_plan *plan, const struct init_choice *choice)
{
	const struct platform *platform = choice->platform;
	const char *word = choice->word;
	const char *arch = pool_format(plan->pool, "%s%s", platform->architecture,
				       strcmp(platform->architecture, "arm") == 0
				       ? platform->variant : "");
	char *target = pool_string(plan->pool, "");

	for (size_t i = 0; word[i]; ) {
		const char *part = is_at(word, word + i, platform->os) ? platform->os
				   : is_at(word, word + i, arch) ? arch : NULL;

		target = part ? pool_format(plan->pool, "%s%s", target,
					    part == arch ? "{arch}" : "{os}")
			      : pool_format(plan->pool, "%s%c", target, word[i]);
		i += part ? strlen(part) : 1;
	}
	return target;
}

/* One template for all platforms, where their words have one. */
static void find_target(struct init_plan *plan)
{
	for (size_t i = 0; i < plan->choice_count; i++) {
		const char *target = make_target(plan, &plan->choices[i]);

		if (i > 0 && strcmp(target, plan->target) != 0) {
			plan->target = NULL;
			return;
		}
		plan->target = target;
	}
	/* The word of a single platform says nothing of others, unless it is bundler's own. */
	if (plan->target && !strstr(plan->target, "{arch}"))
		plan->target = NULL;
}

/* The template of an asset's URL, or NULL when it does not end in the asset's name. */
static const char *make_url(const struct init_plan *plan, const struct init_asset *asset)
{
	const size_t length = strlen(asset->url), tail = strlen(asset->name);
	char *base;

	if (length <= tail || strcmp(asset->url + length - tail, asset->name) != 0
	    || asset->url[length - tail - 1] != '/')
		return NULL;
	base = make_template(plan, asset->url, 0, length - tail, NULL, false);
	return base ? pool_format(plan->pool, "%s{asset}", base) : NULL;
}

/* Asset, target and URL. Platforms with other URLs than the first are left out. */
static int make_templates(struct init_plan *plan, const struct chosen *chosen, size_t count,
			  struct error *err)
{
	const char *text = chosen[0].item->name.text;
	const char *extension = chosen[0].item->name.extension;
	const size_t prefix = common_prefix(chosen, count), suffix = common_suffix(chosen, count);
	const size_t length = strlen(text), dot = (size_t)(extension - text);
	const bool is_format = *extension && strcmp(extension + 1, plan->format) == 0
			       && suffix >= length - dot;
	const char *before = make_template(plan, text, 0, prefix, NULL, true), *after;
	bool any = false;

	after = make_template(plan, text, length - suffix, is_format ? dot : length, NULL, true);
	plan->choices = pool_new(plan->pool, count, sizeof *plan->choices);
	for (size_t i = 0; i < count; i++) {
		const struct init_name *name = &chosen[i].item->name;
		const struct init_asset *asset = chosen[i].item->asset;
		const char *url = make_url(plan, asset);

		if (!plan->url)
			plan->url = url;
		if (!url || strcmp(url, plan->url) != 0) {
			init_ask(plan, INIT_PLATFORMS, "Is %s needed? It is left out, because its "
				 "asset is elsewhere.", name->platform->name);
			continue;
		}
		plan->choices[plan->choice_count] = (struct init_choice){
			.platform = name->platform, .asset = asset,
			.word = make_template(plan, name->text, prefix, strlen(name->text) - suffix,
					      NULL, true),
			.literal = pool_copy(plan->pool, name->text + prefix,
					     strlen(name->text) - suffix - prefix),
		};
		any |= *plan->choices[plan->choice_count++].word != '\0';
	}
	if (plan->choice_count == 0)
		return error_set(err, STATUS_CONFIG, "cannot use '%s': its URL is not its name "
				 "below a directory", text);
	plan->asset = pool_format(plan->pool, "%s%s%s%s", before, any ? "{target}" : "", after,
				  is_format ? ".{format}" : "");
	find_target(plan);
	return 0;
}

/* ---- name and version ---- */

/* The first numbers with a dot between them: 1.2.0 of hello-v1.2.0-linux-amd64; or NULL. */
static const char *find_version(const char *text, struct pool *pool)
{
	for (size_t i = 0; text[i]; i++) {
		const bool has_v = tolower((unsigned char)text[i]) == 'v';
		const char *start = text + i + has_v;
		size_t digits = strspn(start, "0123456789"), length = digits;

		if ((i > 0 && is_inside(text[i - 1])) || digits == 0)
			continue;
		while (start[length] == '.'
		       && (digits = strspn(start + length + 1, "0123456789")) > 0)
			length += digits + 1;
		if (strchr("0123456789", start[length - 1]) && memchr(start, '.', length))
			return pool_copy(pool, start, length);
	}
	return NULL;
}

static const char *guess_version(const struct init_release *release, struct pool *pool)
{
	const char *version = release->version ? release->version
						: find_version(release->place, pool);

	for (size_t i = 0; i < release->asset_count && !version; i++) {
		const struct init_name name = init_name_parse(release->assets[i].name, NULL,
							      NULL, pool);

		if (name.format && name.platform)
			version = find_version(name.text, pool);
	}
	return version;
}

/*
 * What the assets' names begin with, in lower case; it is the wanted name as they write it, or
 * another one.
 */
static char *find_name(const struct init_release *release, const struct init_name *name,
		       const char *wanted, const char *version, struct pool *pool)
{
	const char *place = init_name_version(name->text, version);
	size_t length = place && place < name->text + name->begin ? (size_t)(place - name->text)
								   : name->begin;
	const size_t same = wanted ? init_name_product(name->text, wanted) : 0;
	char *found;

	if (release->named)
		return pool_string(pool, release->name);
	if (same > 0)
		length = same;
	length -= length > 1 && place && tolower((unsigned char)name->text[length - 1]) == 'v'
		  && !is_inside(name->text[length - 2]);
	while (length > 0 && !is_inside(name->text[length - 1]))
		length--;
	found = pool_copy(pool, name->text, length);
	for (char *next = found; *next; next++)
		*next = (char)tolower((unsigned char)*next);
	return length > 0 || !release->name ? found : pool_string(pool, release->name);
}

/* ---- the whole ---- */

/* The files that may be installed on Linux, in items; returns their number. */
static size_t list_candidates(const struct init_plan *plan, const struct init_release *release,
			      const char *wanted, struct candidate *items, bool nameless)
{
	size_t count = 0;

	for (size_t i = 0; i < release->asset_count; i++) {
		struct candidate *item = &items[count];

		item->asset = &release->assets[i];
		item->name = init_name_parse(item->asset->name, wanted, plan->version,
					     plan->pool);
		if (nameless && !item->name.platform && !item->name.exotic)
			item->name.platform = init_name_parse(release->place, NULL,
							      plan->version,
							      plan->pool).platform;
		if (nameless && !item->name.platform && !item->name.exotic)
			item->name.platform = platform_host();
		count += item->name.format && item->name.platform
			 && strcmp(item->name.platform->os, "linux") == 0;
	}
	return count;
}

int init_choose(struct init_plan *plan, const struct init_release *release, struct error *err)
{
	struct candidate *items = pool_new(plan->pool, release->asset_count + 1, sizeof *items);
	const char *wanted = release->name ? init_name_plain(release->name, strlen(release->name),
							     plan->pool) : NULL;
	struct chosen *chosen;
	struct group group;
	const char *fault;
	size_t count, rows = 0;

	plan->version = guess_version(release, plan->pool);
	fault = plan->version ? path_name_fault(plan->version) : NULL;
	if (fault)
		return error_set(err, STATUS_CONFIG, "cannot use version '%s': %s", plan->version,
				 fault);
	count = list_candidates(plan, release, wanted, items, false);
	if (count == 0)
		count = list_candidates(plan, release, wanted, items, true);
	if (count == 0) {
		error_set(err, STATUS_CONFIG, "cannot choose an asset of %zu: no name is of a "
			  "program or archive for Linux", release->asset_count);
		return error_hint(err, "--asset names those that are");
	}
	if (!plan->version) {
		plan->version = "0";
		init_ask(plan, INIT_RELEASE, "Which version is it? Neither URL nor names say it.");
	}
	group = choose_group(plan, wanted, items, count);
	plan->format = choose_format(&group);
	while (platform_table()[rows].name)
		rows++;
	chosen = pool_new(plan->pool, rows, sizeof *chosen);
	count = choose_items(plan, &group, chosen);
	plan->name = find_name(release, &chosen[0].item->name, wanted, plan->version, plan->pool);
	if (*plan->name == '\0')
		return error_set(err, STATUS_USAGE, "cannot name the recipe: --name is not given");
	return make_templates(plan, chosen, count, err);
}
