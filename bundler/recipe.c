#include "recipe.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "file.h"
#include "limits.h"
#include "memory.h"
#include "path.h"
#include "placeholder.h"
#include "yaml.h"

#define LAST_ID 0xfffffffeUL	/* (uid_t)-1 means "no change" to chown(2) */

static int take_list_item(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_list *list = into;
	char *item = yaml_string(yaml, node, err);

	if (!item)
		return -1;
	list->items[list->count++] = item;
	return 0;
}

static int take_list(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_list *list = into;

	list->items = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *list->items);
	return yaml_sequence(yaml, node, take_list_item, list, err);
}

/* Names and versions become parts of URLs and file names, so little is allowed in them. */
static int take_word(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";
	char *word = yaml_string(yaml, node, err), **string = into;

	if (!word)
		return -1;
	if (word[0] == '\0' || strchr("._+-", word[0]) || word[strspn(word, allowed)] != '\0')
		return yaml_fault(yaml, node, err, "'%s' has characters other than letters, digits, "
				  "'.', '_', '+' and '-', or begins with one of these", word);
	*string = word;
	return 0;
}

static int take_format(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
		       struct error *err)
{
	struct recipe *recipe = into;
	char *format = yaml_string(yaml, value, err);

	if (!format)
		return -1;
	if (strcmp(format, "tar.gz") != 0 && strcmp(format, "zip") != 0)
		return yaml_fault(yaml, value, err, "format '%s' is neither 'tar.gz' nor 'zip'", format);
	recipe->formats[recipe->format_count++] = (struct recipe_format){
		.os = pool_string(yaml->pool, yaml_text(key)), .format = format,
	};
	return 0;
}

static int take_formats(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe *recipe = into;

	recipe->formats = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *recipe->formats);
	return yaml_pairs(yaml, node, take_format, recipe, err);
}

static int take_release(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "asset", true, yaml_take_string, offsetof(struct recipe, asset) },
		{ "url", true, yaml_take_string, offsetof(struct recipe, url) },
		{ "sums", true, yaml_take_string, offsetof(struct recipe, sums) },
		{ "directory", true, yaml_take_string, offsetof(struct recipe, wrapper) },
		{ "format", true, take_formats, 0 },
		{ NULL, false, NULL, 0 },
	};

	return yaml_mapping(yaml, node, keys, into, err);
}

static int take_platform(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe *recipe = into;
	char *name = yaml_string(yaml, node, err);
	const struct platform *platform;

	if (!name)
		return -1;
	platform = platform_find(name, err);
	if (!platform)
		return yaml_fault(yaml, node, err, "no such platform '%s'", name);
	if (recipe_has(recipe, platform))
		return yaml_fault(yaml, node, err, "platform '%s' stands twice", name);
	recipe->platforms[recipe->platform_count++] = platform;
	return 0;
}

static int take_platforms(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe *recipe = into;

	recipe->platforms = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *recipe->platforms);
	return yaml_sequence(yaml, node, take_platform, recipe, err);
}

static int take_certificates(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "file", true, yaml_take_string, offsetof(struct recipe, certificates) },
		{ "origin", true, yaml_take_string, offsetof(struct recipe, origin) },
		{ NULL, false, NULL, 0 },
	};

	return yaml_mapping(yaml, node, keys, into, err);
}

/* Up to four octal digits. They are read as text: YAML 1.1 and 1.2 disagree on the number 0755. */
static int take_mode(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	char *text = yaml_string(yaml, node, err), *end;
	uint32_t *mode = into;

	if (!text)
		return -1;
	*mode = (uint32_t)strtoul(text, &end, 8);
	if (strlen(text) < 3 || strlen(text) > 4 || strspn(text, "01234567") != strlen(text))
		return yaml_fault(yaml, node, err, "mode '%s' is not three or four octal digits", text);
	return 0;
}

/* Reads digits up to the end character; the end of what was read, or NULL. */
static const char *parse_id(const char *text, char end, uint32_t *id)
{
	unsigned long long value;
	char *rest;

	if (*text < '0' || *text > '9')
		return NULL;
	value = strtoull(text, &rest, 10);
	if (*rest != end || rest - text > 10 || value > LAST_ID)
		return NULL;
	*id = (uint32_t)value;
	return rest;
}

static int take_owner(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	const char *text = yaml_string(yaml, node, err), *rest;
	struct recipe_entry *entry = into;

	if (!text)
		return -1;
	rest = parse_id(text, ':', &entry->uid);
	if (!rest || !parse_id(rest + 1, '\0', &entry->gid))
		return yaml_fault(yaml, node, err, "owner '%s' is not '<uid>:<gid>' in numbers", text);
	return 0;
}

static int set_source(struct yaml *yaml, yaml_node_t *node, struct recipe_entry *entry,
		      enum recipe_source source, struct error *err)
{
	if (entry->argument)
		return yaml_fault(yaml, node, err, "an entry has one of 'member', 'file', 'text', "
				  "'certificates', 'directory' and 'link'");
	entry->source = source;
	entry->argument = yaml_string(yaml, node, err);
	return entry->argument ? 0 : -1;
}

static int take_member(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return set_source(yaml, node, into, RECIPE_MEMBER, err);
}

static int take_file(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return set_source(yaml, node, into, RECIPE_FILE, err);
}

static int take_text(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return set_source(yaml, node, into, RECIPE_TEXT, err);
}

static int take_link(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return set_source(yaml, node, into, RECIPE_LINK, err);
}

/* A source that has no argument: its value can only be true. */
static int set_plain_source(struct yaml *yaml, yaml_node_t *node, struct recipe_entry *entry,
			    enum recipe_source source, struct error *err)
{
	bool value;

	if (yaml_take_boolean(yaml, node, &value, err) < 0)
		return -1;
	if (!value)
		return yaml_fault(yaml, node, err, "only 'true' makes sense here");
	return set_source(yaml, node, entry, source, err);
}

static int take_bundle(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return set_plain_source(yaml, node, into, RECIPE_CERTIFICATES, err);
}

static int take_directory(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return set_plain_source(yaml, node, into, RECIPE_DIRECTORY, err);
}

static int take_path(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	char *path = yaml_string(yaml, node, err), **string = into;
	const char *fault;

	if (!path)
		return -1;
	fault = path_fault(path);
	if (fault)
		return yaml_fault(yaml, node, err, "path '%s' is refused: %s", path, fault);
	*string = path;
	return 0;
}

#define MODE_UNSET UINT32_MAX

static uint32_t default_mode(enum recipe_source source)
{
	if (source == RECIPE_LINK)
		return 0777;
	return source == RECIPE_DIRECTORY ? 0755 : 0644;
}

/* What is wrong between the keys of an entry, or with the entries before it. */
static int check_entry(struct yaml *yaml, yaml_node_t *node, const struct recipe *recipe,
		       const struct recipe_entry *entry, struct error *err)
{
	if (!entry->argument)
		return yaml_fault(yaml, node, err, "an entry needs one of 'member', 'file', 'text', "
				  "'certificates', 'directory' and 'link'");
	if (entry->source == RECIPE_LINK && entry->mode != MODE_UNSET)
		return yaml_fault(yaml, node, err, "a link has no mode");
	if (entry->source == RECIPE_CERTIFICATES && !recipe->certificates)
		return yaml_fault(yaml, node, err, "there is no 'certificates' before 'root'");
	if (entry->program && entry->source != RECIPE_MEMBER)
		return yaml_fault(yaml, node, err, "only a 'member' can be a 'program'");
	for (size_t i = 0; i < recipe->entry_count; i++) {
		const struct recipe_entry *other = &recipe->entries[i];
		bool apart = entry->os && other->os && strcmp(entry->os, other->os) != 0;

		if (strcmp(entry->path, other->path) == 0 && !apart)
			return yaml_fault(yaml, node, err, "path '%s' stands twice", entry->path);
	}
	return 0;
}

static int take_entry(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "path", true, take_path, offsetof(struct recipe_entry, path) },
		{ "member", false, take_member, 0 },
		{ "file", false, take_file, 0 },
		{ "text", false, take_text, 0 },
		{ "certificates", false, take_bundle, 0 },
		{ "directory", false, take_directory, 0 },
		{ "link", false, take_link, 0 },
		{ "mode", false, take_mode, offsetof(struct recipe_entry, mode) },
		{ "owner", false, take_owner, 0 },
		{ "os", false, take_word, offsetof(struct recipe_entry, os) },
		{ "program", false, yaml_take_boolean, offsetof(struct recipe_entry, program) },
		{ NULL, false, NULL, 0 },
	};
	struct recipe *recipe = into;
	struct recipe_entry *entry = &recipe->entries[recipe->entry_count];

	entry->mode = MODE_UNSET;
	if (yaml_mapping(yaml, node, keys, entry, err) < 0
	    || check_entry(yaml, node, recipe, entry, err) < 0)
		return -1;
	if (entry->mode == MODE_UNSET)
		entry->mode = default_mode(entry->source);
	recipe->entry_count++;
	return 0;
}

static int take_root(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe *recipe = into;

	recipe->entries = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *recipe->entries);
	return yaml_sequence(yaml, node, take_entry, recipe, err);
}

static int take_label(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
		      struct error *err)
{
	struct recipe_image *image = into;
	char *text = yaml_string(yaml, value, err);

	if (!text)
		return -1;
	image->labels[image->label_count++] = (struct recipe_label){
		.name = pool_string(yaml->pool, yaml_text(key)), .value = text,
	};
	return 0;
}

static int take_labels(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	struct recipe_image *image = into;

	image->labels = pool_new(yaml->pool, yaml_count(node) + 1, sizeof *image->labels);
	return yaml_pairs(yaml, node, take_label, image, err);
}

static int take_image(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	static const struct yaml_key keys[] = {
		{ "entrypoint", true, take_list, offsetof(struct recipe_image, entrypoint) },
		{ "cmd", false, take_list, offsetof(struct recipe_image, cmd) },
		{ "env", false, take_list, offsetof(struct recipe_image, env) },
		{ "ports", false, take_list, offsetof(struct recipe_image, ports) },
		{ "user", false, yaml_take_string, offsetof(struct recipe_image, user) },
		{ "workdir", false, yaml_take_string, offsetof(struct recipe_image, workdir) },
		{ "labels", false, take_labels, 0 },
		{ NULL, false, NULL, 0 },
	};

	return yaml_mapping(yaml, node, keys, into, err);
}

/* The order of this table is not the order of reading: the file's is. */
static const struct yaml_key recipe_keys[] = {
	{ "name", true, take_word, offsetof(struct recipe, name) },
	{ "version", true, take_word, offsetof(struct recipe, version) },
	{ "release", true, take_release, 0 },
	{ "platforms", true, take_platforms, 0 },
	{ "certificates", false, take_certificates, 0 },
	{ "root", true, take_root, 0 },
	{ "image", true, take_image, offsetof(struct recipe, image) },
	{ NULL, false, NULL, 0 },
};

/* Opens the directory that the recipe's file is in. */
static int open_directory(struct recipe *recipe, struct error *err)
{
	char *path = memory_string(recipe->file), *slash = strrchr(path, '/');

	if (slash)
		slash[slash == path ? 1 : 0] = '\0';
	recipe->directory = open(slash ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (recipe->directory < 0)
		error_errno(err, STATUS_FILE, "cannot open directory '%s'", slash ? path : ".");
	free(path);
	return recipe->directory < 0 ? -1 : 0;
}

/* Expands every template once for every platform, so that a bad one is found before any work. */
static int check_templates(const struct recipe *recipe, struct error *err)
{
	struct pool pool = { 0 };
	int result = 0;

	for (size_t p = 0; p < recipe->platform_count && result == 0; p++) {
		const struct platform *platform = recipe->platforms[p];

		if (!recipe_url(recipe, platform, &pool, err)
		    || !recipe_expand(recipe, platform, &pool, recipe->wrapper, err))
			result = -1;
		for (size_t i = 0; i < recipe->entry_count && result == 0; i++)
			if (!recipe_expand(recipe, platform, &pool, recipe->entries[i].path, err))
				result = -1;
	}
	pool_free(&pool);
	return result;
}

int recipe_open(struct recipe *recipe, const char *file, struct error *err)
{
	struct buffer text;
	struct yaml yaml;
	int result = -1;

	*recipe = (struct recipe){ .directory = -1 };
	recipe->file = pool_string(&recipe->pool, file);
	buffer_init(&text, LIMIT_RECIPE_BYTES);
	if (open_directory(recipe, err) < 0 || file_read(&text, AT_FDCWD, file, err) < 0)
		goto out;
	if (yaml_load(&yaml, recipe->file, &recipe->pool, &text, err) < 0)
		goto out;
	result = yaml_mapping(&yaml, yaml_root(&yaml), recipe_keys, recipe, err);
	yaml_unload(&yaml);
	if (result == 0)
		result = check_templates(recipe, err);
out:
	buffer_free(&text);
	if (result < 0)
		recipe_close(recipe);
	return result;
}

void recipe_close(struct recipe *recipe)
{
	if (recipe->directory >= 0)
		close(recipe->directory);
	pool_free(&recipe->pool);
	*recipe = (struct recipe){ .directory = -1 };
}

bool recipe_has(const struct recipe *recipe, const struct platform *platform)
{
	for (size_t i = 0; i < recipe->platform_count; i++)
		if (recipe->platforms[i] == platform)
			return true;
	return false;
}

const char *recipe_format(const struct recipe *recipe, const struct platform *platform)
{
	for (size_t i = 0; i < recipe->format_count; i++)
		if (strcmp(recipe->formats[i].os, platform->os) == 0)
			return recipe->formats[i].format;
	return NULL;
}

char *recipe_asset(const struct recipe *recipe, const struct platform *platform,
		   struct pool *pool, struct error *err)
{
	const char *format = recipe_format(recipe, platform);
	const struct placeholder placeholders[] = {
		{ "name", recipe->name },
		{ "version", recipe->version },
		{ "target", platform->target },
		{ "format", format },
		{ NULL, NULL },
	};
	char *asset;

	if (!format) {
		error_set(err, STATUS_CONFIG, "cannot use recipe '%s': no release format for '%s'",
			  recipe->file, platform->os);
		return NULL;
	}
	asset = placeholder_expand(pool, recipe->asset, placeholders, err);
	if (asset && (asset[0] == '\0' || strchr(asset, '/'))) {
		error_set(err, STATUS_CONFIG, "cannot use asset name '%s': it is empty or has a slash",
			  asset);
		return NULL;
	}
	return asset;
}

char *recipe_expand(const struct recipe *recipe, const struct platform *platform,
		    struct pool *pool, const char *template, struct error *err)
{
	char *asset = recipe_asset(recipe, platform, pool, err);
	const struct placeholder placeholders[] = {
		{ "name", recipe->name },
		{ "version", recipe->version },
		{ "target", platform->target },
		{ "format", recipe_format(recipe, platform) },
		{ "os", platform->os },
		{ "exe", platform->format == PLATFORM_PE ? ".exe" : "" },
		{ "asset", asset },
		{ NULL, NULL },
	};

	return asset ? placeholder_expand(pool, template, placeholders, err) : NULL;
}

char *recipe_url(const struct recipe *recipe, const struct platform *platform,
		 struct pool *pool, struct error *err)
{
	return recipe_expand(recipe, platform, pool, recipe->url, err);
}

char *recipe_sums(const struct recipe *recipe, struct pool *pool, struct error *err)
{
	const struct placeholder placeholders[] = {
		{ "name", recipe->name },
		{ "version", recipe->version },
		{ NULL, NULL },
	};

	return placeholder_expand(pool, recipe->sums, placeholders, err);
}

int recipe_read_file(const struct recipe *recipe, const char *path, struct buffer *bytes,
		     struct error *err)
{
	int fd = path_open_beneath(recipe->directory, path, err);
	int result;

	if (fd < 0)
		return -1;
	result = file_read_open(bytes, fd, path, err);
	close(fd);
	return result;
}
