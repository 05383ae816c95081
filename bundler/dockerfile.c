#include "dockerfile.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "digest.h"
#include "limits.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* What a program reads in a release's names instead of the platform, and what it becomes. */
#define TARGET "0target0"
#define TARGET_VARIABLE "${target}"

/* One variant while its files are written. The first failure stays in err. */
struct context {
	struct generated *into;
	const struct recipe *recipe;
	const struct lock *lock;
	const struct recipe_variant *variant;
	const struct variant_kind *kind;
	struct platform platform;	/* that texts are expanded for */
	char *directory;		/* of the context */
	struct buffer text;		/* of the file that is written */
	struct pool pool;
	struct error *err;
	bool failed;
};

/* ---- texts ---- */

static const char *fail(struct context *c, const char *text, const char *reason)
{
	if (!c->failed)
		error_set(c->err, STATUS_CONFIG, "cannot write '%s' into a Dockerfile: %s", text,
			  reason);
	c->failed = true;
	return "";
}

static void add(struct context *c, const char *text)
{
	if (buffer_add_string(&c->text, text) < 0)
		fail(c, c->recipe->name, "the file becomes too long");
}

#define add_format(c, ...) add(c, pool_format(&(c)->pool, __VA_ARGS__))

/* A text that needs no quotes, as it is and with quotes around it, in any shell. */
static const char *plain(struct context *c, const char *text)
{
	if (*text == '\0')
		return fail(c, text, "it is empty");
	return text[strspn(text, LETTERS DIGITS "._/:+,@%?&=~-")] == '\0'
	       ? text : fail(c, text, "it has a character that shells may understand");
}

/* A template, expanded for what is not said of one platform only. */
static const char *expand(struct context *c, const char *template)
{
	const char *text = c->failed ? NULL : recipe_expand(c->recipe, &c->platform, &c->pool,
							    template, c->err);

	c->failed = text == NULL;
	return text ? text : "";
}

/* The same for what has to be the same on every platform. */
static const char *expand_common(struct context *c, const char *template)
{
	const char *text = expand(c, template);

	return strstr(text, TARGET) ? fail(c, template, "it is another for each platform") : text;
}

/* A text with the shell's variable in the place of the target. */
static const char *vary(struct context *c, const char *text)
{
	struct buffer varied;
	const char *next;
	char *result;

	buffer_init(&varied, LIMIT_GENERATED_BYTES);
	for (; (next = strstr(text, TARGET)); text = next + strlen(TARGET))
		if (buffer_add(&varied, text, (size_t)(next - text)) < 0
		    || buffer_add_string(&varied, TARGET_VARIABLE) < 0)
			abort();
	if (buffer_add_string(&varied, text) < 0)
		abort();
	result = pool_string(&c->pool, varied.bytes);
	buffer_free(&varied);
	return result;
}

/* Adds a value in the double quotes of ENV and LABEL. */
static void add_quoted(struct context *c, const char *value)
{
	add(c, "\"");
	for (; *value; value++) {
		if ((unsigned char)*value < ' ')
			fail(c, value, "it has a control character");
		add_format(c, "%s%c", strchr("\"\\$", *value) ? "\\" : "", *value);
	}
	add(c, "\"");
}

/* Adds an instruction in its exec form. */
static void add_exec(struct context *c, const char *instruction, const json_t *words)
{
	char *text = json_dumps(words, JSON_ENSURE_ASCII);

	if (!text)
		abort();
	add_format(c, "%s %s\n", instruction, text);
	free(text);
}

static bool is_windows(const struct context *c)
{
	return strcmp(c->kind->os, "windows") == 0;
}

/* A path of the root file system as the variant's system writes it. */
static const char *native(struct context *c, const char *path)
{
	char *copy;

	if (!is_windows(c) || path[0] != '/')
		return path;
	copy = pool_format(&c->pool, "C:%s", path);
	for (char *slash = copy; (slash = strchr(slash, '/')); )
		*slash = '\\';
	return copy;
}

/* The same where backslashes have to be doubled. */
static const char *escaped(struct context *c, const char *path)
{
	char *copy = pool_new(&c->pool, strlen(path) + 1, 2), *out = copy;

	for (; *path; path++) {
		if (*path == '\\')
			*out++ = '\\';
		*out++ = *path;
	}
	return copy;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ---- entries of the root ---- */

/* Whether the variant has an entry, of this source. What is for one system only its base has. */
static bool has(const struct recipe_entry *entry, enum recipe_source source)
{
	return !entry->os && entry->source == source;
}

/* Where an entry is in the variant. */
static const char *place(struct context *c, const struct recipe_entry *entry)
{
	const char *path = plain(c, expand_common(c, entry->path));

	return entry->program && c->kind->programs
	       ? pool_format(&c->pool, "%s/%s", c->kind->programs, base_name(path)) : path;
}

/* A member's path in the archive. */
static const char *member(struct context *c, const struct recipe_entry *entry)
{
	const char *wrapper = expand(c, c->recipe->release.wrapper);

	return plain(c, pool_format(&c->pool, "%s%s%s", wrapper, *wrapper ? "/" : "",
				    expand(c, entry->argument)));
}

static void add_context_file(struct context *c, const char *name, const void *bytes, size_t length,
			     bool executable)
{
	if (!c->failed && generated_add(c->into, pool_format(&c->pool, "%s/%s", c->directory, name),
					bytes, length, executable, c->err) < 0)
		c->failed = true;
}

static void add_recipe_file(struct context *c, const struct recipe_entry *entry, const char *name,
			    bool executable)
{
	struct buffer bytes;

	buffer_init(&bytes, LIMIT_RECIPE_FILE_BYTES);
	if (!c->failed && recipe_read_file(c->recipe, entry->argument, &bytes, c->err) < 0)
		c->failed = true;
	add_context_file(c, name, bytes.bytes ? bytes.bytes : "", bytes.length, executable);
	buffer_free(&bytes);
}

/* Copies the configuration, which gets a place in the context, too. */
static void add_files(struct context *c)
{
	for (size_t i = 0; i < c->recipe->entry_count; i++) {
		const struct recipe_entry *entry = &c->recipe->entries[i];
		bool executable = (entry->mode & 0111) != 0;
		const char *path, *name;

		if (!has(entry, RECIPE_FILE) && !has(entry, RECIPE_TEXT))
			continue;
		path = place(c, entry);
		name = base_name(path);
		if (entry->source == RECIPE_TEXT)
			add_context_file(c, name, entry->argument, strlen(entry->argument),
					 executable);
		else
			add_recipe_file(c, entry, name, executable);
		add_format(c, "COPY %s %s\n", name, escaped(c, native(c, path)));
	}
}

/* ---- how it runs ---- */

/* What a person can ask a container for: the version that it was made of. */
static void add_version(struct context *c)
{
	char *name = pool_string(&c->pool, c->recipe->name);

	for (char *letter = name; *letter; letter++)
		if (strchr(LETTERS, *letter))
			*letter = (char)(*letter & ~0x20);
		else if (!strchr(DIGITS, *letter))
			*letter = '_';
	add_format(c, "ENV %s%s=%s\n", strchr(DIGITS, *name) ? "_" : "", name,
		   plain(c, c->recipe->version));
}

static void add_environment(struct context *c)
{
	const struct recipe_image *image = &c->recipe->image;

	for (size_t i = 0; i < image->env_count; i++) {
		const struct recipe_variable *variable = &image->env[i];
		const char *value = strchr(variable->text, '=') + 1;

		if (variable->os && strcmp(variable->os, c->kind->os) != 0)
			continue;
		add_format(c, "ENV %.*s", (int)(value - variable->text), variable->text);
		add_quoted(c, value);
		add(c, "\n");
	}
}

static void add_ports(struct context *c)
{
	const struct recipe_list *ports = &c->recipe->image.ports;

	if (ports->count > 0)
		add(c, "EXPOSE");
	for (size_t i = 0; i < ports->count; i++) {
		size_t length = strcspn(ports->items[i], "/");

		if (strcmp(ports->items[i] + length, "/tcp") != 0)
			length = strlen(ports->items[i]);
		add_format(c, " %.*s", (int)length, ports->items[i]);
	}
	if (ports->count > 0)
		add(c, "\n");
}

/* The first word is the program: where it is in this variant, or its name where PATH has it. */
static const char *program(struct context *c, const char *path)
{
	for (size_t i = 0; i < c->recipe->entry_count && c->kind->programs; i++) {
		const struct recipe_entry *entry = &c->recipe->entries[i];

		if (has(entry, RECIPE_MEMBER) && entry->program
		    && strcmp(expand(c, entry->path), path) == 0)
			return base_name(path);
	}
	return native(c, path);
}

/* The words of the entry point, in a new array. */
static json_t *entrypoint(struct context *c)
{
	const struct recipe_list *list = &c->recipe->image.entrypoint;
	json_t *words = json_array();

	for (size_t i = 0; i < list->count; i++) {
		const char *word = expand_common(c, list->items[i]);

		json_array_append_new(words, json_string(i == 0 ? program(c, word) : word));
	}
	return words;
}

static void append_arguments(struct context *c, json_t *words)
{
	const struct recipe_list *list = &c->recipe->image.cmd;

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(words, json_string(expand_common(c, list->items[i])));
}

static void add_command(struct context *c)
{
	json_t *words = entrypoint(c), *arguments = json_array();

	add_exec(c, "ENTRYPOINT", words);
	append_arguments(c, arguments);
	if (json_array_size(arguments) > 0)
		add_exec(c, "CMD", arguments);
	json_decref(words);
	json_decref(arguments);
}

/* What only Linux has. */
static void add_identity(struct context *c, bool whole)
{
	const struct recipe_image *image = &c->recipe->image;

	if (image->stop_signal)
		add_format(c, "STOPSIGNAL %s\n", image->stop_signal);
	if (image->user)
		add_format(c, "USER %s\n", image->user);
	if (image->workdir && (whole || strcmp(image->workdir, "/") != 0))
		add_format(c, "WORKDIR %s\n", plain(c, image->workdir));
}

/* ---- the kinds ---- */

static void add_head(struct context *c)
{
	add_format(c, "# %s %s, written by bundler library: change the recipe, not this file.\n",
		   c->recipe->name, c->recipe->version);
	add_format(c, "FROM %s%s%s\n\n", c->kind->base, c->kind->joint ? ":" : "",
		   c->variant->version);
}

static const struct lock_asset *find_asset(struct context *c, const struct platform *platform)
{
	const struct lock_asset *asset = c->failed ? NULL : lock_find(c->lock, platform, c->err);

	c->failed = !asset;
	return asset;
}

/* A line of the case for each platform that Alpine and the lock have. */
static void add_targets(struct context *c)
{
	for (size_t i = 0; i < c->recipe->platform_count && !c->failed; i++) {
		const struct platform *platform = c->recipe->platforms[i];
		const struct lock_asset *asset;
		struct error ignored;
		char hex[DIGEST_HEX_BYTES];

		if (!variant_runs_on(c->kind, platform)
		    || (recipe_is_optional(c->recipe, platform)
			&& !lock_find(c->lock, platform, &ignored)))
			continue;
		asset = find_asset(c, platform);
		if (asset)
			add_format(c, "\t\t%s) target='%s'; sha256='%s' ;; \\\n", platform->apk,
				   platform->target, digest_write_hex(&asset->digest, hex));
	}
}

static void add_alpine_members(struct context *c)
{
	for (size_t i = 0; i < c->recipe->entry_count; i++) {
		const struct recipe_entry *entry = &c->recipe->entries[i];
		const char *path;

		if (!has(entry, RECIPE_MEMBER))
			continue;
		path = place(c, entry);
		if (base_name(path) > path + 1)
			add_format(c, "\tmkdir -p %.*s; \\\n", (int)(base_name(path) - path - 1),
				   path);
		add_format(c, "\tcp \"%s\" %s; \\\n\tchmod %04o %s; \\\n",
			   vary(c, member(c, entry)), path, entry->mode, path);
	}
}

/*
 * Downloads, checks and installs. It needs no more than a shell, apk's word for the machine, wget,
 * sha256sum, tar or unzip, cp and chmod: every BusyBox has these, though not install.
 */
static void add_alpine_release(struct context *c)
{
	const char *format = recipe_format(c->recipe, &c->platform);
	bool zip = strcmp(format, "zip") == 0;

	add(c, "RUN set -eux; \\\n"
	       "\tarch=\"$(apk --print-arch)\"; \\\n"
	       "\tcase \"$arch\" in \\\n");
	add_targets(c);
	add(c, "\t\t*) echo >&2 \"error: no release for $arch\"; exit 1 ;; \\\n"
	       "\tesac; \\\n"
	       "\tmkdir /release; \\\n"
	       "\tcd /release; \\\n");
	add_format(c, "\twget -O release.%s \"%s\"; \\\n", format,
		   vary(c, plain(c, expand(c, c->recipe->release.url))));
	add_format(c, "\techo \"$sha256  release.%s\" | sha256sum -c -; \\\n", format);
	add_format(c, "\t%s release.%s; \\\n", zip ? "unzip -q" : "tar -xzf", format);
	add_alpine_members(c);
	add(c, "\tcd /; \\\n"
	       "\trm -r /release\n\n");
}

/* The script that makes flags alone arguments of the program, with the words in single quotes. */
static void add_script(struct context *c, const json_t *words)
{
	struct buffer script = c->text;
	size_t i;
	json_t *word;

	buffer_init(&c->text, LIMIT_GENERATED_BYTES);
	add_format(c, "#!/bin/sh\n"
		      "# %s %s, written by bundler library: change the recipe, not this file.\n"
		      "set -eu\n\n"
		      "# Flags, or nothing at all, are for the program.\n"
		      "case \"${1--}\" in\n"
		      "-*) set --", c->recipe->name, c->recipe->version);
	json_array_foreach(words, i, word) {
		add(c, " '");
		for (const char *letter = json_string_value(word); *letter; letter++)
			add_format(c, *letter == '\'' ? "'\\%c'" : "%c", *letter);
		add(c, "'");
	}
	add(c, " \"$@\" ;;\n"
	       "esac\n"
	       "exec \"$@\"\n");
	add_context_file(c, "docker-entrypoint.sh", c->text.bytes, c->text.length, true);
	buffer_free(&c->text);
	c->text = script;
}

static void add_alpine_command(struct context *c)
{
	json_t *words = entrypoint(c), *script = json_pack("[s]", "docker-entrypoint.sh");

	add_script(c, words);
	add_exec(c, "ENTRYPOINT", script);
	append_arguments(c, words);
	add_exec(c, "CMD", words);
	json_decref(words);
	json_decref(script);
}

static void write_alpine(struct context *c)
{
	const struct recipe_list *packages = &c->recipe->library.packages;

	c->platform.target = TARGET;
	add_version(c);
	add_environment(c);
	add(c, "\n");
	if (packages->count > 0) {
		add(c, "RUN apk add --no-cache");
		for (size_t i = 0; i < packages->count; i++)
			add_format(c, " %s", packages->items[i]);
		add(c, "\n\n");
	}
	add_alpine_release(c);
	add_files(c);
	add_format(c, "COPY docker-entrypoint.sh %s/\n", c->kind->programs);
	add_identity(c, false);
	add_ports(c);
	add_alpine_command(c);
}

static void write_scratch(struct context *c)
{
	const struct recipe_image *image = &c->recipe->image;

	c->platform.target = TARGET;
	add(c, "# The tar of bundler rootfs: ADD keeps owner, mode and time of what is in it.\n"
	       "ADD rootfs.tar.gz /\n\n");
	add_environment(c);
	for (size_t i = 0; i < image->label_count; i++) {
		add_format(c, "%s%s=", i == 0 ? "LABEL " : " \\\n\t", image->labels[i].name);
		add_quoted(c, expand_common(c, image->labels[i].value));
	}
	add(c, image->label_count > 0 ? "\n\n" : "");
	add_identity(c, true);
	add_ports(c);
	add_command(c);
}

/* PowerShell's own way to what Alpine does. Only single quotes: cmd.exe is in between. */
static void add_windows_release(struct context *c)
{
	const struct lock_asset *asset = find_asset(c, platform_find(c->platform.name, c->err));
	const char *format = recipe_format(c->recipe, &c->platform);
	bool zip = strcmp(format, "zip") == 0;
	char hex[DIGEST_HEX_BYTES];

	if (!asset)
		return;
	add(c, "RUN [Net.ServicePointManager]::SecurityProtocol = "
	       "[Net.SecurityProtocolType]::Tls12; \\\n"
	       "\tNew-Item -ItemType Directory -Path 'C:\\release' | Out-Null; \\\n"
	       "\tSet-Location -Path 'C:\\release'; \\\n");
	add_format(c, "\t$sha256 = '%s'; \\\n", digest_write_hex(&asset->digest, hex));
	add_format(c, "\tInvoke-WebRequest -UseBasicParsing -Uri '%s' -OutFile 'release.%s'; \\\n",
		   plain(c, asset->url), format);
	add_format(c, "\t$found = (Get-FileHash -Algorithm SHA256 -Path 'release.%s').Hash; \\\n",
		   format);
	add(c, "\tif ($found -ne $sha256) { \\\n"
	       "\t\tWrite-Host ('the release has SHA-256 {0}, not {1}' -f $found, $sha256); \\\n"
	       "\t\texit 1; \\\n"
	       "\t}; \\\n");
	add_format(c, zip ? "\tExpand-Archive -Path 'release.%s' -DestinationPath '.'; \\\n"
			  : "\ttar.exe -xzf 'release.%s'; if ($LASTEXITCODE) { exit 1; }; \\\n",
		   format);
}

static void add_windows_members(struct context *c)
{
	for (size_t i = 0; i < c->recipe->entry_count; i++) {
		const struct recipe_entry *entry = &c->recipe->entries[i];
		const char *path, *last;

		if (!has(entry, RECIPE_MEMBER))
			continue;
		path = native(c, place(c, entry));
		last = strrchr(path, '\\');
		if (last && last > strchr(path, '\\'))
			add_format(c, "\tNew-Item -ItemType Directory -Force -Path '%.*s' | "
				   "Out-Null; \\\n", (int)(last - path), path);
		add_format(c, "\tCopy-Item -Path '%s' -Destination '%s'; \\\n", member(c, entry),
			   path);
	}
	add(c, "\tSet-Location -Path 'C:\\'; \\\n"
	       "\tRemove-Item -Recurse -Force -Path 'C:\\release'\n\n");
}

static void write_servercore(struct context *c)
{
	add(c, "SHELL [\"powershell\", \"-NoProfile\", \"-Command\", "
	       "\"$ErrorActionPreference = 'Stop'; "
	       "$ProgressPreference = 'SilentlyContinue';\"]\n\n");
	add_version(c);
	add_environment(c);
	add(c, "\n");
	add_windows_release(c);
	add_windows_members(c);
	add_files(c);
	add_ports(c);
	add_command(c);
}

/* It has neither PowerShell nor anything else that could unpack the release. */
static void write_nanoserver(struct context *c)
{
	const struct variant_kind *from = variant_find(c->kind->from);

	add_version(c);
	add_environment(c);
	add(c, "\n");
	for (size_t i = 0; i < c->recipe->entry_count; i++) {
		const struct recipe_entry *entry = &c->recipe->entries[i];
		const char *path;

		if (!has(entry, RECIPE_MEMBER))
			continue;
		path = escaped(c, native(c, place(c, entry)));
		add_format(c, "COPY --from=%s:%s-%s %s %s\n", c->recipe->library.name,
			   c->recipe->version,
			   variant_name(&c->pool, from, c->variant->version), path, path);
	}
	add_files(c);
	add_ports(c);
	add_command(c);
}

static void write_dockerfile(struct context *c)
{
	static const struct {
		const char *kind;
		void (*write)(struct context *c);
	} writers[] = {
		{ "alpine", write_alpine },
		{ "scratch", write_scratch },
		{ "windowsservercore", write_servercore },
		{ "nanoserver", write_nanoserver },
	};

	add_head(c);
	for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++)
		if (strcmp(writers[i].kind, c->kind->name) == 0)
			writers[i].write(c);
}

/* The first of the library's platforms that the kind is for; the recipe has made sure of one. */
static const struct platform *first_platform(const struct recipe_library *library, const char *os)
{
	size_t i = 0;

	while (i + 1 < library->platform_count && strcmp(library->platforms[i]->os, os) != 0)
		i++;
	return library->platforms[i];
}

int dockerfile_add(struct generated *into, const struct recipe *recipe, const struct lock *lock,
		   const struct recipe_variant *variant, struct error *err)
{
	struct context c = {
		.into = into, .recipe = recipe, .lock = lock, .variant = variant,
		.kind = variant->kind, .err = err,
		.platform = *first_platform(&recipe->library, variant->kind->os),
	};
	const char *directory;

	if (variant->imported)
		return 0;
	directory = recipe_expand_version(recipe, &c.pool, recipe->library.directory, err);
	if (!directory)
		return -1;
	c.directory = pool_format(&c.pool, "%s/%s", directory,
				  variant_name(&c.pool, c.kind, variant->version));
	buffer_init(&c.text, LIMIT_GENERATED_BYTES);
	write_dockerfile(&c);
	add_context_file(&c, "Dockerfile", c.text.bytes, c.text.length, false);
	buffer_free(&c.text);
	pool_free(&c.pool);
	return c.failed ? -1 : 0;
}
