/* SPDX-License-Identifier: Apache-2.0 */
/* The model of an SBOM: Go programs and their modules, order and ids. */
#include "sbom/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/path.h"
#include "base/purl.h"
#include "unpack/buildinfo.h"

#define DIGITS "0123456789"
#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS

char *sbom_model_time(const struct sbom *sbom, char text[SBOM_TIME_BYTES])
{
	const time_t seconds = (time_t)sbom->source->epoch;
	struct tm parts;

	gmtime_r(&seconds, &parts);
	strftime(text, SBOM_TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ", &parts);	/* RFC 3339 */
	return text;
}

json_t *sbom_model_text(const char *text)
{
	json_t *string = json_string(text);
	struct buffer escaped;

	if (string)
		return string;
	buffer_init(&escaped, 4 * strlen(text));
	for (; *text; text++)
		buffer_format(&escaped, *text & 0x80 ? "\\x%02X" : "%c", (unsigned char)*text);
	string = json_string(escaped.bytes);
	buffer_free(&escaped);
	return string;
}

/* Room for one more in an array of count, which grows at powers of two. */
static void *grow(struct pool *pool, void *array, size_t count, size_t size)
{
	void *more;

	if ((count & (count - 1)) != 0)
		return array;
	more = pool_new(pool, count > 0 ? 2 * count : 1, size);
	if (count > 0)
		memcpy(more, array, count * size);
	return more;
}

void sbom_model_fact(struct sbom *sbom, struct sbom_package *package, const char *name,
		     const char *value)
{
	package->facts = grow(&sbom->pool, package->facts, package->fact_count,
			      sizeof *package->facts);
	package->facts[package->fact_count++] = (struct sbom_fact){ name, value };
}

/* ---- packages ---- */

static int compare_texts(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

/* The order of packages. Modules for which there is none are one. */
static int compare(const struct sbom_package *a, const struct sbom_package *b)
{
	int order = (a->role > b->role) - (a->role < b->role);

	if (order == 0)
		order = compare_texts(a->name, b->name);
	if (order == 0)
		order = compare_texts(a->version, b->version);
	if (order == 0)
		order = compare_texts(a->sum, b->sum);
	return order != 0 ? order : compare_texts(a->purl, b->purl);
}

/* Where a package is in a sorted list, or would be. */
static size_t place(const struct sbom_list *list, const struct sbom_package *package)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (compare(package, list->items[middle]) <= 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Adds a copy of a package at a place of a list. */
static struct sbom_package *insert(struct sbom *sbom, struct sbom_list *list, size_t at,
				   const struct sbom_package *package, struct error *err)
{
	struct sbom_package *copy;

	if (sbom->packages.count + sbom->modules.count == LIMIT_SBOM_PACKAGES) {
		error_set(err, STATUS_LIMIT, "cannot list the packages of '%s': more than %d",
			  sbom->source->platform->name, LIMIT_SBOM_PACKAGES);
		return NULL;
	}
	copy = pool_new(&sbom->pool, 1, sizeof *copy);
	*copy = *package;
	list->items = grow(&sbom->pool, list->items, list->count, sizeof(struct sbom_package *));
	memmove(&list->items[at + 1], &list->items[at],
		(list->count - at) * sizeof(struct sbom_package *));
	list->items[at] = copy;
	list->count++;
	return copy;
}

struct sbom_package *sbom_model_add(struct sbom *sbom, const struct sbom_package *package,
				    struct error *err)
{
	return insert(sbom, &sbom->packages, sbom->packages.count, package, err);
}

/* Notes that a package depends on a module, which is added unless it is there. */
static int add_need(struct sbom *sbom, struct sbom_package *package,
		    const struct sbom_package *module, struct error *err)
{
	struct sbom_list *list = &sbom->modules;
	const size_t at = place(list, module);
	const struct sbom_package *found = at < list->count
					   && compare(list->items[at], module) == 0
					   ? list->items[at] : insert(sbom, list, at, module, err);

	if (!found)
		return -1;
	package->needs = grow(&sbom->pool, package->needs, package->needs_count,
			      sizeof(const struct sbom_package *));
	package->needs[package->needs_count++] = found;
	return 0;
}

/* ---- Go programs ---- */

static const char *version_of(const struct buildinfo_module *module)
{
	return module->version[0] == 'v' ? module->version : NULL;
}

/* A module that a program was built with: its replacement, where it has one with a version. */
static struct sbom_package module_of(struct sbom *sbom, const struct buildinfo_module *module)
{
	struct sbom_package package = { .role = SBOM_MODULE };
	const struct buildinfo_module *built = module->replacement ? module->replacement : module;
	const bool directory = built != module && !version_of(built);

	package.name = directory ? module->path : built->path;
	package.version = version_of(built);
	package.sum = *built->sum ? built->sum : NULL;
	package.purl = purl_make(&sbom->pool, "golang", package.name, package.version, NULL);
	if (package.sum)
		sbom_model_fact(sbom, &package, "go:sum", package.sum);
	if (built != module)
		sbom_model_fact(sbom, &package, directory ? "go:replaced-by" : "go:replaces",
				directory ? built->path
				: pool_format(&sbom->pool, "%s %s", module->path, module->version));
	if (!package.version)
		sbom_model_fact(sbom, &package, "unknown", "version: the program was built with a "
				"directory");
	return package;
}

/* Go's standard library; the version without what a builder put behind it. */
static struct sbom_package standard_library(struct sbom *sbom, const char *go)
{
	struct sbom_package package = {
		.role = SBOM_MODULE, .name = "stdlib", .licence = "BSD-3-Clause",
		.supplier = "The Go Authors",
	};
	const char *version = strncmp(go, "go", 2) == 0 ? go + 2 : "";

	if (*version && strchr(DIGITS, *version))
		package.version = pool_copy(&sbom->pool, version, strspn(version, ALNUM "."));
	package.purl = purl_make(&sbom->pool, "golang", "stdlib", package.version, NULL);
	if (package.version)
		package.cpe = pool_format(&sbom->pool, "cpe:2.3:a:golang:go:%s:*:*:*:*:*:*:*",
					  package.version);
	else
		sbom_model_fact(sbom, &package, "unknown", "version: Go had no release");
	return package;
}

/* What the program says of itself, beside what is known of it. */
static void add_statements(struct sbom *sbom, struct sbom_package *package, const char *path,
			   const struct buildinfo *info)
{
	struct pool *pool = &sbom->pool;

	sbom_model_fact(sbom, package, "go:version", pool_format(pool, "%s: %s", path, info->go));
	if (*info->path)
		sbom_model_fact(sbom, package, "go:path",
				pool_format(pool, "%s: %s", path, info->path));
	if (info->main.path)
		sbom_model_fact(sbom, package, "go:main",
				pool_format(pool, "%s: %s %s", path, info->main.path,
					    info->main.version));
	if (info->main.path && *info->main.sum)
		sbom_model_fact(sbom, package, "go:main-sum",
				pool_format(pool, "%s: %s", path, info->main.sum));
	for (size_t i = 0; i < info->setting_count; i++)
		sbom_model_fact(sbom, package, "go:build",
				pool_format(pool, "%s: %s", path, info->settings[i]));
}

static bool has_setting(const struct buildinfo *info, const char *setting)
{
	for (size_t i = 0; i < info->setting_count; i++)
		if (strcmp(info->settings[i], setting) == 0)
			return true;
	return false;
}

/* Adds what one of a package's programs depends on. */
static int add_needs(struct sbom *sbom, struct sbom_package *package,
		     const struct buildinfo *info, struct error *err)
{
	struct sbom_package module = standard_library(sbom, info->go);

	if (add_need(sbom, package, &module, err) < 0)
		return -1;
	for (size_t i = 0; i < info->module_count; i++) {
		module = module_of(sbom, &info->modules[i]);
		if (add_need(sbom, package, &module, err) < 0)
			return -1;
	}
	return 0;
}

/* A Go program that is of no release: a file beside the recipe. */
static struct sbom_package *add_program(struct sbom *sbom, const struct tree_node *node,
					const struct buildinfo *info, struct error *err)
{
	struct sbom_package package = {
		.role = SBOM_PROGRAM, .name = path_name(node->path), .summary = node->path,
		.needs_known = SBOM_NEEDS_ALL,
	};

	if (info->main.path) {
		package.name = info->main.path;
		package.version = version_of(&info->main);
		package.purl = purl_make(&sbom->pool, "golang", package.name, package.version,
					 NULL);
	}
	if (!package.version)
		sbom_model_fact(sbom, &package, "unknown", "version: the program says none");
	return sbom_model_add(sbom, &package, err);
}

/* Whether the image starts the program at a path. */
static bool is_entrypoint(struct sbom *sbom, const char *path)
{
	const struct recipe *recipe = sbom->source->recipe;
	struct error ignored;
	const char *program = recipe->image.entrypoint.count > 0
			      ? recipe_expand(recipe, sbom->source->platform, &sbom->pool,
					      recipe->image.entrypoint.items[0], &ignored) : NULL;

	return program && strcmp(program, path) == 0;
}

int sbom_model_program(struct sbom *sbom, struct sbom_package *owner, const struct tree_node *node,
		       struct error *err)
{
	struct buildinfo info;

	if (sbom->pool.bytes > LIMIT_SBOM_BYTES)
		return error_set(err, STATUS_LIMIT, "cannot list the packages of '%s': its "
				 "programs say too much", sbom->source->platform->name);
	if (buildinfo_read(&info, &node->content, node->path, &sbom->pool, err) < 0)
		return -1;
	if (!owner) {
		if (info.fault)
			return 0;
		owner = add_program(sbom, node, &info, err);
		if (!owner)
			return -1;
	}
	owner->paths = grow(&sbom->pool, owner->paths, owner->path_count, sizeof(const char *));
	owner->paths[owner->path_count++] = node->path;
	if (info.fault) {
		sbom_model_fact(sbom, owner, "unknown",
				pool_format(&sbom->pool, "dependencies of %s: %s", node->path,
					    info.fault));
		owner->needs_known = SBOM_NEEDS_SOME;
		return 0;
	}
	if (!has_setting(&info, "CGO_ENABLED=0")) {
		sbom_model_fact(sbom, owner, "unknown",
				pool_format(&sbom->pool, "dependencies of %s that are written in C",
					    node->path));
		owner->needs_known = SBOM_NEEDS_SOME;
	}
	if (info.main.path && (!owner->main || is_entrypoint(sbom, node->path)))
		owner->main = info.main.path;
	add_statements(sbom, owner, node->path, &info);
	return add_needs(sbom, owner, &info, err);
}

/* ---- the end ---- */

static int compare_items(const void *a, const void *b)
{
	return compare(*(struct sbom_package *const *)a, *(struct sbom_package *const *)b);
}

/* Sorts what a package depends on, and leaves out what two of its programs need. */
static void sort_needs(struct sbom_package *package)
{
	size_t count = 0;

	if (package->needs_count == 0)
		return;
	qsort(package->needs, package->needs_count, sizeof(const struct sbom_package *),
	      compare_items);
	for (size_t i = 0; i < package->needs_count; i++)
		if (i == 0 || package->needs[i] != package->needs[i - 1])
			package->needs[count++] = package->needs[i];
	package->needs_count = count;
}

#define ID_NAME_BYTES 64	/* of a name in an id, so that it can be read */
#define ID_DIGITS 16

/* An id of letters, digits, "." and "-": kind, a part of name, and a hash of all that it is of. */
static char *make_id(struct sbom *sbom, const char *kind, const char *name, const char *whole)
{
	const struct digest digest = digest_of_output(whole, strlen(whole));
	char hex[DIGEST_HEX_BYTES], word[ID_NAME_BYTES + 1];
	size_t length = strlen(name);

	if (length > ID_NAME_BYTES)
		length = ID_NAME_BYTES;
	memcpy(word, name, length);
	word[length] = '\0';
	for (char *at = word; *at; at++)
		if (!strchr(ALNUM ".", *at))
			*at = '-';
	digest_write_hex(&digest, hex);
	hex[ID_DIGITS] = '\0';
	return pool_format(&sbom->pool, "%s-%s-%s", kind, word, hex);
}

static void set_id(struct sbom *sbom, struct sbom_package *package, size_t number)
{
	package->id = make_id(sbom, "Package", package->name,
			      pool_format(&sbom->pool, "%d %zu %s %s %s", (int)package->role,
					  package->role == SBOM_MODULE ? 0 : number, package->name,
					  package->version ? package->version : "",
					  package->sum ? package->sum : ""));
}

void sbom_model_end(struct sbom *sbom)
{
	struct sbom_list *packages = &sbom->packages;

	if (packages->count > 0)
		qsort(packages->items, packages->count, sizeof(struct sbom_package *),
		      compare_items);
	set_id(sbom, &sbom->image, 0);
	for (size_t i = 0; i < packages->count; i++) {
		set_id(sbom, packages->items[i], i);
		sort_needs(packages->items[i]);
	}
	for (size_t i = 0; i < sbom->modules.count; i++)
		set_id(sbom, sbom->modules.items[i], 0);
	for (size_t i = 0; i < sbom->file_count; i++)
		sbom->files[i].id = make_id(sbom, "File", sbom->files[i].node->path + 1,
					    sbom->files[i].node->path);
}
