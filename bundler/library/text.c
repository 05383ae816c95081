/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions, quoting and paths that all Dockerfiles have in common. */
#include "library/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/path.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static const char *fail(struct library_text *d, const char *text, const char *reason)
{
	if (!d->failed)
		error_set(d->err, STATUS_CONFIG, "cannot write '%s' into a Dockerfile: %s", text,
			  reason);
	d->failed = true;
	return "";
}

void text_add(struct library_text *d, const char *text)
{
	if (buffer_add_string(&d->text, text) < 0)
		fail(d, d->recipe->name, "the file becomes too long");
}

const char *text_plain(struct library_text *d, const char *text)
{
	if (*text == '\0')
		return fail(d, text, "it is empty");
	return text[strspn(text, LETTERS DIGITS "._/:+,@%?&=~-")] == '\0'
	       ? text : fail(d, text, "it has a character with a meaning to shells");
}

static const char *expand(struct library_text *d, const struct platform *platform,
			  const char *template)
{
	const char *text = d->failed ? NULL : recipe_expand(d->recipe, platform, &d->pool,
							    template, d->err);

	d->failed = text == NULL;
	return text ? text : "";
}

/*
 * A platform of the variant for which the template is another text, or NULL. A Dockerfile for
 * Windows is for one platform.
 */
static const struct platform *find_unlike(struct library_text *d, const char *template,
					  const char *text)
{
	for (size_t i = 0; d->platform.word && i < d->recipe->platform_count; i++) {
		const struct platform *platform = d->recipe->platforms[i];
		struct platform copy = *platform;

		copy.word = d->platform.word;
		if (variant_runs_on(d->kind, platform)
		    && strcmp(expand(d, &copy, template), text) != 0)
			return platform;
	}
	return NULL;
}

const char *text_expand(struct library_text *d, const char *template)
{
	const char *text = expand(d, &d->platform, template);
	const struct platform *unlike = find_unlike(d, template, text);

	if (!unlike || d->failed)
		return text;
	error_set(d->err, STATUS_CONFIG, "cannot write the Dockerfile of %s: '%s' differs between "
		  "'%s' and '%s' by more than {target}", d->kind->name, template,
		  d->platform.name, unlike->name);
	error_hint(d->err, "name these words in 'release.target'");
	d->failed = true;
	return "";
}

const char *text_expand_common(struct library_text *d, const char *template)
{
	const char *text = expand(d, &d->platform, template);

	return strstr(text, TEXT_TARGET) || find_unlike(d, template, text)
	       ? fail(d, template, "it differs between platforms") : text;
}

void text_add_quoted(struct library_text *d, const char *value)
{
	text_add(d, "\"");
	for (; *value; value++) {
		if ((unsigned char)*value < ' ')
			fail(d, value, "it has a control character");
		text_format(d, "%s%c", strchr("\"\\$", *value) ? "\\" : "", *value);
	}
	text_add(d, "\"");
}

void text_add_exec(struct library_text *d, const char *instruction, const json_t *words)
{
	char *text = json_dumps(words, JSON_ENSURE_ASCII);

	if (!text)
		abort();
	text_format(d, "%s %s\n", instruction, text);
	free(text);
}

const char *text_native(struct library_text *d, const char *path)
{
	char *copy;

	if (strcmp(d->kind->os, "windows") != 0 || path[0] != '/')
		return path;
	copy = pool_format(&d->pool, "C:%s", path);
	for (char *slash = copy; (slash = strchr(slash, '/')); )
		*slash = '\\';
	return copy;
}

const char *text_escaped(struct library_text *d, const char *path)
{
	char *copy = pool_new(&d->pool, strlen(path) + 1, 2), *out = copy;

	for (; *path; path++) {
		if (*path == '\\')
			*out++ = '\\';
		*out++ = *path;
	}
	return copy;
}

bool text_has(const struct recipe_entry *entry, enum recipe_source source)
{
	return !entry->os && entry->source == source;
}

const char *text_place(struct library_text *d, const struct recipe_entry *entry)
{
	const char *path = text_plain(d, text_expand_common(d, entry->path));

	return entry->program && d->kind->programs
	       ? pool_format(&d->pool, "%s/%s", d->kind->programs, path_name(path)) : path;
}

const char *text_member(struct library_text *d, const struct recipe_entry *entry)
{
	const char *wrapper = text_expand(d, d->recipe->releases->wrapper);

	return text_plain(d, pool_format(&d->pool, "%s%s%s", wrapper, *wrapper ? "/" : "",
					 text_expand(d, entry->argument)));
}

void text_add_context_file(struct library_text *d, const char *name, const void *bytes,
			   size_t length, bool executable)
{
	if (!d->failed && generated_add(d->into, pool_format(&d->pool, "%s/%s", d->directory, name),
					bytes, length, executable, d->err) < 0)
		d->failed = true;
}

static void add_recipe_file(struct library_text *d, const struct recipe_entry *entry,
			    const char *name, bool executable)
{
	struct buffer bytes;

	buffer_init(&bytes, LIMIT_RECIPE_FILE_BYTES);
	if (!d->failed && recipe_read_file(d->recipe, entry->argument, &bytes, d->err) < 0)
		d->failed = true;
	text_add_context_file(d, name, bytes.bytes ? bytes.bytes : "", bytes.length, executable);
	buffer_free(&bytes);
}

void text_add_files(struct library_text *d)
{
	for (size_t i = 0; i < d->recipe->entry_count; i++) {
		const struct recipe_entry *entry = &d->recipe->entries[i];
		bool executable = (entry->mode & 0111) != 0;
		const char *path, *name;

		if (!text_has(entry, RECIPE_FILE) && !text_has(entry, RECIPE_TEXT))
			continue;
		path = text_place(d, entry);
		name = path_name(path);
		if (entry->source == RECIPE_TEXT)
			text_add_context_file(d, name, entry->argument, strlen(entry->argument),
					      executable);
		else
			add_recipe_file(d, entry, name, executable);
		text_format(d, "COPY %s %s\n", name, text_escaped(d, text_native(d, path)));
	}
}

void text_add_version(struct library_text *d)
{
	char *name = pool_string(&d->pool, d->recipe->name);

	for (char *letter = name; *letter; letter++)
		if (strchr(LETTERS, *letter))
			*letter = (char)(*letter & ~0x20);
		else if (!strchr(DIGITS, *letter))
			*letter = '_';
	text_format(d, "ENV %s%s=%s\n", strchr(DIGITS, *name) ? "_" : "", name,
		    text_plain(d, d->recipe->version));
}

void text_add_environment(struct library_text *d)
{
	const struct recipe_image *image = &d->recipe->image;

	for (size_t i = 0; i < image->env_count; i++) {
		const struct recipe_variable *variable = &image->env[i];
		const char *value = strchr(variable->text, '=') + 1;

		if (variable->os && strcmp(variable->os, d->kind->os) != 0)
			continue;
		text_format(d, "ENV %.*s", (int)(value - variable->text), variable->text);
		text_add_quoted(d, value);
		text_add(d, "\n");
	}
}

void text_add_ports(struct library_text *d)
{
	const struct recipe_list *ports = &d->recipe->image.ports;

	if (ports->count > 0)
		text_add(d, "EXPOSE");
	for (size_t i = 0; i < ports->count; i++) {
		size_t length = strcspn(ports->items[i], "/");

		if (strcmp(ports->items[i] + length, "/tcp") != 0)
			length = strlen(ports->items[i]);
		text_format(d, " %.*s", (int)length, ports->items[i]);
	}
	if (ports->count > 0)
		text_add(d, "\n");
}

/* The first word is the program: where it is in this variant, or its name where PATH has it. */
static const char *program(struct library_text *d, const char *path)
{
	for (size_t i = 0; i < d->recipe->entry_count && d->kind->programs; i++) {
		const struct recipe_entry *entry = &d->recipe->entries[i];

		if (text_has(entry, RECIPE_MEMBER) && entry->program
		    && strcmp(text_expand(d, entry->path), path) == 0)
			return path_name(path);
	}
	return text_native(d, path);
}

json_t *text_entrypoint(struct library_text *d)
{
	const struct recipe_list *list = &d->recipe->image.entrypoint;
	json_t *words = json_array();

	for (size_t i = 0; i < list->count; i++) {
		const char *word = text_expand_common(d, list->items[i]);

		json_array_append_new(words, json_string(i == 0 ? program(d, word) : word));
	}
	return words;
}

void text_append_arguments(struct library_text *d, json_t *words)
{
	const struct recipe_list *list = &d->recipe->image.cmd;

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(words, json_string(text_expand_common(d, list->items[i])));
}

void text_add_command(struct library_text *d)
{
	json_t *words = text_entrypoint(d), *arguments = json_array();

	text_add_exec(d, "ENTRYPOINT", words);
	text_append_arguments(d, arguments);
	if (json_array_size(arguments) > 0)
		text_add_exec(d, "CMD", arguments);
	json_decref(words);
	json_decref(arguments);
}

void text_add_identity(struct library_text *d, bool whole)
{
	const struct recipe_image *image = &d->recipe->image;

	if (image->stop_signal)
		text_format(d, "STOPSIGNAL %s\n", image->stop_signal);
	if (image->user)
		text_format(d, "USER %s\n", image->user);
	if (image->workdir && (whole || strcmp(image->workdir, "/") != 0))
		text_format(d, "WORKDIR %s\n", text_plain(d, image->workdir));
}

const struct lock_asset *text_asset(struct library_text *d, const struct platform *platform)
{
	const struct lock_asset *asset = d->failed ? NULL : lock_find(d->lock, platform, d->err);

	d->failed = !asset;
	return asset;
}
