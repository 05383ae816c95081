/* SPDX-License-Identifier: Apache-2.0 */
/* Finds programs, licences and sample configurations among the files of an archive. */
#include "init/members.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/path.h"
#include "init/licence.h"
#include "init/name.h"
#include "unpack/binary.h"

#define LICENCE_BYTES (64 * KIB)	/* of a licence that is recognised: GPL 3 has 35 KiB */
#define MAXIMUM_EXTRAS 16		/* licences and configurations that go into a recipe */

/* ---- the list ---- */

static bool begins_with(const char *name, const char *beginning)
{
	return strncasecmp(name, beginning, strlen(beginning)) == 0;
}

static bool is_licence(const char *name)
{
	static const char *const beginnings[] = { "license", "licence", "copying", "notice",
						  "unlicense", "third_party", "third-party" };

	for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
		if (begins_with(name, beginnings[i]))
			return true;
	return false;
}

static bool is_settings(const char *name)
{
	static const char *const ends[] = { ".yml", ".yaml", ".toml", ".conf", ".cfg", ".ini",
					    ".hcl" };
	const size_t length = strlen(name);

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (length > strlen(ends[i])
		    && strcasecmp(name + length - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

/* Visible ASCII: a name that a template and a path can have. */
static bool is_usable(const char *name)
{
	for (const char *next = name; *next; next++)
		if (*next <= 0x20 || *next >= 0x7f || strchr("{}\\", *next))
			return false;
	return strlen(name) <= LIMIT_PATH_BYTES && (*name == '\0' || !path_beneath_fault(name));
}

static const char *recognise(const struct content *content)
{
	char text[LICENCE_BYTES + 1];
	ssize_t length;

	if (content->size > LICENCE_BYTES)
		return NULL;
	length = content_read(content, text, LICENCE_BYTES, 0);
	if (length < 0)
		return NULL;
	text[length] = '\0';
	return init_licence(text);
}

int init_members_add(void *into, const char *name, const struct content *content,
		     struct error *err)
{
	struct init_members *members = into;
	struct init_member member = { .kind = INIT_OTHER };
	const char *base = path_name(name);
	uint8_t head[BINARY_INTERPRETER_BYTES];
	ssize_t length = content_read(content, head, sizeof head, 0);
	struct error ignored;

	if (length < 0)
		return error_errno(err, STATUS_FILE, "cannot read a member of the archive");
	if (!is_usable(name))
		return 0;
	if (length >= 4 && memcmp(head, "\177ELF", 4) == 0) {
		member.kind = INIT_DYNAMIC;
		if (binary_check(content, members->platform, name, &ignored) == 0)
			member.kind = INIT_PROGRAM;
	} else if (is_licence(base)) {
		member.kind = INIT_LICENCE;
		member.licence = recognise(content);
	} else if (is_settings(base)) {
		member.kind = INIT_SETTINGS;
	}
	if (members->count == members->capacity) {
		struct init_member *longer;

		members->capacity = 2 * members->capacity + 16;
		longer = pool_new(members->pool, members->capacity, sizeof *longer);
		if (members->count > 0)
			memcpy(longer, members->items, members->count * sizeof *longer);
		members->items = longer;
	}
	member.name = pool_string(members->pool, name);
	members->items[members->count++] = member;
	return 0;
}

/* ---- the choice ---- */

/* The one directory that all files are in, without a slash; "" when there is none. */
static const char *find_wrapper(const struct init_members *members)
{
	const char *first = members->items[0].name;
	const size_t length = strcspn(first, "/");

	for (size_t i = 0; i < members->count; i++)
		if (strncmp(members->items[i].name, first, length) != 0
		    || members->items[i].name[length] != '/')
			return "";
	return pool_copy(members->pool, first, length);
}

/* What a file is called in the image: without the words of platform and version. */
static const char *short_name(const struct init_plan *plan, const struct init_choice *choice,
			      const char *name)
{
	const char *product = init_name_plain(plan->name, strlen(plan->name), plan->pool);
	struct init_name parsed = init_name_parse(path_name(name), product, plan->version,
						  plan->pool);
	const char *version = init_name_version(parsed.text, plan->version);
	size_t length = strlen(parsed.text);

	if (*name == '\0')
		return plan->name;
	if (*choice->literal && parsed.end > parsed.begin)
		length = parsed.begin;
	if (version && (size_t)(version - parsed.text) < length)
		length = (size_t)(version - parsed.text);
	while (length > 0 && length < strlen(parsed.text)
	       && !isalnum((unsigned char)parsed.text[length - 1]))
		length--;
	return length > 0 ? pool_copy(plan->pool, parsed.text, length) : parsed.text;
}

/* Adds a file to a list at a path, unless the path is taken or a name cannot be a template. */
static void add_file(struct init_plan *plan, struct init_file **list, const char *path,
		     const char *member)
{
	struct init_file *file;
	size_t count = 0;

	for (; *list; list = &(*list)->next, count++)
		if (strcmp((*list)->path, path) == 0)
			return;
	if (!member || count == MAXIMUM_EXTRAS || path_fault(path))
		return;
	file = pool_new(plan->pool, 1, sizeof *file);
	file->path = path;
	file->member = member;
	*list = file;
}

/* 0 for the program of the product's name, more for those that are less like it. */
static int distance(const struct init_plan *plan, const char *name)
{
	const char *plain = init_name_plain(name, strlen(name), plan->pool);
	const char *wanted = init_name_plain(plan->name, strlen(plan->name), plan->pool);

	return strcmp(plain, wanted) == 0 ? 0 : strstr(plain, wanted) ? 1
	       : strstr(wanted, plain) ? 2 : 3;
}

/* The template of a member, below the wrapper; its words are those of the asset, or its own. */
static const char *member_of(const struct init_plan *plan, const struct init_choice *choice,
			     const struct init_member *member, size_t wrapper)
{
	return *member->name == '\0' ? "" : init_template_member(plan, member->name + wrapper,
								 choice->literal);
}

static int choose_programs(struct init_plan *plan, const struct init_choice *choice,
			   const struct init_members *members, size_t wrapper, struct error *err)
{
	const struct init_member *first = NULL, *dynamic = NULL;
	const char *others = NULL;
	int best = 0;

	for (size_t i = 0; i < members->count; i++) {
		const struct init_member *item = &members->items[i];
		const int away = distance(plan, short_name(plan, choice, item->name));

		if (item->kind == INIT_DYNAMIC)
			dynamic = item;
		if (item->kind == INIT_PROGRAM && (!first || away < best)) {
			first = item;
			best = away;
		}
	}
	if (!first) {
		error_set(err, STATUS_ARCHIVE, "cannot use '%s': it has no static program for %s",
			  choice->asset->name, choice->platform->name);
		return dynamic ? error_hint(err, "'%s' needs libraries that the image would not "
					    "have", *dynamic->name ? dynamic->name
								   : choice->asset->name) : -1;
	}
	add_file(plan, &plan->program,
		 pool_format(plan->pool, "/%s", short_name(plan, choice, first->name)),
		 member_of(plan, choice, first, wrapper));
	for (size_t i = 0; i < members->count; i++) {
		const struct init_member *item = &members->items[i];
		const char *name = short_name(plan, choice, item->name);

		if (item->kind != INIT_PROGRAM || item == first)
			continue;
		add_file(plan, &plan->others, pool_format(plan->pool, "/%s", name),
			 member_of(plan, choice, item, wrapper));
		others = others ? pool_format(plan->pool, "%s, %s", others, name) : name;
	}
	if (!plan->program)
		return error_set(err, STATUS_ARCHIVE, "cannot use '%s': its program '%s' has no "
				 "name that a recipe can have", choice->asset->name, first->name);
	if (others && best > 0)
		init_ask(plan, INIT_ROOT, "Is %s what the image runs? The archive also has %s.",
			 plan->program->path, others);
	return 0;
}

/* A sample is at the top, or in a directory for such files. */
static bool is_near(const char *name)
{
	return !strchr(name, '/') || strstr(name, "etc/") || begins_with(name, "conf");
}

static void choose_texts(struct init_plan *plan, const struct init_choice *choice,
			 const struct init_members *members, size_t wrapper)
{
	const char *licence = NULL;
	bool certain = true;

	for (size_t i = 0; i < members->count; i++) {
		const struct init_member *item = &members->items[i];
		const char *name = item->name + wrapper, *base = path_name(name);

		if (item->kind == INIT_LICENCE && !strchr(name, '/')) {
			add_file(plan, &plan->licences,
				 pool_format(plan->pool, "/usr/share/licenses/%s/%s", plan->name,
					     base), member_of(plan, choice, item, wrapper));
			if (begins_with(base, "notice") || begins_with(base, "third"))
				continue;
			certain &= item->licence && (!licence
						     || strcmp(licence, item->licence) == 0);
			licence = item->licence;
		} else if (item->kind == INIT_SETTINGS && is_near(name)) {
			add_file(plan, &plan->settings,
				 pool_format(plan->pool, "/etc/%s/%s", plan->name, base),
				 member_of(plan, choice, item, wrapper));
		}
	}
	plan->licence = certain ? licence : NULL;
}

int init_members_choose(struct init_plan *plan, const struct init_choice *choice,
			const struct init_members *members, struct error *err)
{
	const char *wrapper = members->count > 0 ? find_wrapper(members) : "";
	const size_t length = *wrapper ? strlen(wrapper) + 1 : 0;

	plan->directory = init_template(plan, wrapper, choice->literal);
	if (choose_programs(plan, choice, members, length, err) < 0)
		return -1;
	choose_texts(plan, choice, members, length);
	if (*wrapper && !strstr(plan->directory, "{target}")
	    && init_name_parse(wrapper, NULL, plan->version, plan->pool).platform)
		init_ask(plan, INIT_RELEASE, "Is the directory of all archives '%s'? It names a "
			 "platform in other words than the asset does.", wrapper);
	return 0;
}
