/* SPDX-License-Identifier: Apache-2.0 */
#include "command/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "recipe/load.h"

#define MAXIMUM_SECONDS 86400

void command_inputs_init(struct command_inputs *inputs)
{
	*inputs = (struct command_inputs){
		.recipe.directory = -1, .epoch = -1, .fetch.ca_directory = AT_FDCWD,
	};
}

void command_inputs_close(struct command_inputs *inputs)
{
	lock_close(&inputs->lock);
	recipe_close(&inputs->recipe);
	pool_free(&inputs->pool);
}

int command_inputs_number(const char *what, const char *text, int64_t maximum, int64_t *number,
			  struct error *err)
{
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || *number > maximum)
		return error_set(err, STATUS_USAGE, "cannot use %s '%s': not a whole number "
				 "up to %lld", what, text, (long long)maximum);
	return 0;
}

static int add_platform(struct command_inputs *inputs, const char *name, struct error *err)
{
	const struct platform *platform = platform_find(name, err);
	const struct platform **list;

	if (!platform)
		return -1;
	for (size_t i = 0; i < inputs->platform_count; i++)
		if (inputs->platforms[i] == platform)
			return 0;
	list = pool_new(&inputs->pool, inputs->platform_count + 1, sizeof *list);
	if (inputs->platform_count > 0)
		memcpy(list, inputs->platforms, inputs->platform_count * sizeof *list);
	list[inputs->platform_count++] = platform;
	inputs->platforms = list;
	return 0;
}

static void add_mirror(struct command_inputs *inputs, const char *url)
{
	struct fetch_options *fetch = &inputs->fetch;
	const char **list = pool_new(&inputs->pool, fetch->mirror_count + 1, sizeof *list);

	if (fetch->mirror_count > 0)
		memcpy(list, fetch->mirrors, fetch->mirror_count * sizeof *list);
	list[fetch->mirror_count++] = url;
	fetch->mirrors = list;
}

static int set_seconds(unsigned *seconds, const char *option, const char *value, struct error *err)
{
	int64_t number;

	if (command_inputs_number(option, value, MAXIMUM_SECONDS, &number, err) < 0)
		return -1;
	*seconds = (unsigned)number;
	return 0;
}

int command_inputs_option(struct command_inputs *inputs, int id, const char *value,
			  struct error *err)
{
	struct fetch_options *fetch = &inputs->fetch;

	switch (id) {
	case 'p':
		return add_platform(inputs, value, err) < 0 ? -1 : 1;
	case OPTION_LOCK:
		inputs->lock_file = value;
		return 1;
	case OPTION_CACHE:
		fetch->cache = value;
		return 1;
	case OPTION_MIRROR:
		add_mirror(inputs, value);
		return 1;
	case OPTION_CA_FILE:
		fetch->ca_file = value;
		return 1;
	case OPTION_STALL_TIMEOUT:
		return set_seconds(&fetch->stall_seconds, "--stall-timeout", value, err) < 0
			? -1 : 1;
	case OPTION_TIMEOUT:
		return set_seconds(&fetch->total_seconds, "--timeout", value, err) < 0 ? -1 : 1;
	case OPTION_OFFLINE:
		fetch->offline = true;
		return 1;
	}
	return 0;
}

/* A variable that is set to something, else NULL. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* Lower case wins, as with curl and wget. */
static const char *either(const char *lower, const char *upper)
{
	const char *value = variable(lower);

	return value ? value : variable(upper);
}

static void read_proxies(struct proxies *proxies)
{
	const char *all = either("all_proxy", "ALL_PROXY");

	proxies->https = either("https_proxy", "HTTPS_PROXY");
	proxies->http = variable("http_proxy");
	proxies->none = either("no_proxy", "NO_PROXY");
	if (!proxies->https)
		proxies->https = all;
	if (!proxies->http)
		proxies->http = all;
}

/*
 * The cache's place by the XDG Base Directory Specification; a relative one there is to be
 * ignored.
 */
static const char *default_cache(struct pool *pool)
{
	const char *base = variable("XDG_CACHE_HOME"), *home = variable("HOME");

	if (base && base[0] == '/')
		return pool_format(pool, "%s/bundler", base);
	return home ? pool_format(pool, "%s/.cache/bundler", home) : NULL;
}

static void read_mirrors(struct command_inputs *inputs)
{
	const char *variable_text = variable("BUNDLER_MIRROR");
	char *list = pool_string(&inputs->pool, variable_text ? variable_text : ""), *url;

	while ((url = strsep(&list, " ")))
		if (*url)
			add_mirror(inputs, url);
}

static int read_environment(struct command_inputs *inputs, struct error *err)
{
	const char *epoch = variable("SOURCE_DATE_EPOCH");

	if (!inputs->fetch.cache)
		inputs->fetch.cache = default_cache(&inputs->pool);
	if (!inputs->fetch.ca_file)
		inputs->fetch.ca_file = variable("SSL_CERT_FILE");
	read_mirrors(inputs);
	read_proxies(&inputs->fetch.proxies);
	return epoch ? command_inputs_number("SOURCE_DATE_EPOCH", epoch, LIMIT_EPOCH,
					     &inputs->epoch, err) : 0;
}

/* What configs/default links to, in pool; NULL when it is not there. */
static int default_link(struct pool *pool, const char **file, struct error *err)
{
	char target[LIMIT_PATH_BYTES + 1];
	ssize_t length = readlink("configs/default", target, sizeof target);

	if (length < 0 && errno == ENOENT)
		return 0;
	if (length < 0)
		return error_errno(err, STATUS_FILE, "cannot read link 'configs/default'");
	if (length > LIMIT_PATH_BYTES)
		return error_set(err, STATUS_LIMIT, "cannot read link 'configs/default': more than "
				 "%d bytes", LIMIT_PATH_BYTES);
	*file = pool_format(pool, "%s%.*s", target[0] == '/' ? "" : "configs/", (int)length,
			    target);
	return 0;
}

static const char *only_recipe(struct pool *pool)
{
	const char *file = NULL;
	glob_t found;

	if (glob("configs/*.yaml", 0, NULL, &found) == 0) {
		if (found.gl_pathc == 1)
			file = pool_string(pool, found.gl_pathv[0]);
		globfree(&found);
	}
	return file;
}

/* In pool. By its own name, not the link's: the lock is beside that one. */
static const char *default_recipe(struct pool *pool, struct error *err)
{
	const char *file = NULL;

	if (default_link(pool, &file, err) < 0)
		return NULL;
	if (!file)
		file = only_recipe(pool);
	if (!file) {
		error_set(err, STATUS_USAGE, "cannot choose a recipe: 'configs' has neither a link "
			  "'default' nor exactly one recipe");
		error_hint(err, "name the recipe's file on the command line");
	}
	return file;
}

static int check_platforms(struct command_inputs *inputs, struct error *err)
{
	const struct recipe *recipe = &inputs->recipe;

	if (inputs->platform_count == 0) {
		inputs->platforms = recipe->platforms;
		inputs->platform_count = recipe->platform_count;
		inputs->all = true;
	}
	for (size_t i = 0; i < inputs->platform_count; i++)
		if (!recipe_has(recipe, inputs->platforms[i]))
			return error_set(err, STATUS_USAGE, "cannot use platform '%s': recipe '%s' "
					 "does not list it", inputs->platforms[i]->name,
					 recipe->file);
	return 0;
}

int command_inputs_open(struct command_inputs *inputs, const struct option_parser *parser,
			struct error *err)
{
	const char *file;

	if (parser->argc > 1)
		return error_set(err, STATUS_USAGE, "cannot use operand '%s': one recipe at a time",
				 parser->argv[1]);
	file = parser->argc > 0 ? parser->argv[0] : default_recipe(&inputs->pool, err);
	if (!file || read_environment(inputs, err) < 0
	    || recipe_load(&inputs->recipe, file, err) < 0)
		return -1;
	if (!inputs->fetch.ca_file) {
		inputs->fetch.ca_file = inputs->recipe.certificates;
		inputs->fetch.ca_directory = inputs->recipe.directory;
	}
	if (!inputs->lock_file)
		inputs->lock_file = lock_default_path(&inputs->pool, file);
	return check_platforms(inputs, err);
}

static bool locks_any(const struct command_inputs *inputs)
{
	struct error ignored;

	for (size_t i = 0; i < inputs->recipe.platform_count; i++)
		if (lock_find(&inputs->lock, inputs->recipe.platforms[i], &ignored))
			return true;
	return false;
}

/* Leaves out what a release may lack, and the locked one does lack. */
static int leave_out(struct command_inputs *inputs, struct error *err)
{
	const struct platform **left = pool_new(&inputs->pool, inputs->platform_count,
						sizeof *left);
	size_t count = 0;
	struct error ignored;

	if (!locks_any(inputs))
		return error_set(err, STATUS_CONFIG, "cannot use lock '%s': nothing is locked for "
				 "any platform of '%s'", inputs->lock_file, inputs->recipe.file);
	for (size_t i = 0; i < inputs->platform_count; i++)
		if (lock_find(&inputs->lock, inputs->platforms[i], &ignored)
		    || !recipe_is_optional(&inputs->recipe, inputs->platforms[i]))
			left[count++] = inputs->platforms[i];
	inputs->platforms = left;
	inputs->platform_count = count;
	return 0;
}

static int find_asset(struct command_inputs *inputs, const struct platform *platform,
		      struct fetch_asset *asset, struct error *err)
{
	const struct lock_asset *locked = lock_find(&inputs->lock, platform, err);

	if (!locked)
		return recipe_is_optional(&inputs->recipe, platform)
		       ? error_hint(err, "it is optional, and release %s had nothing for it",
				    inputs->recipe.version) : -1;
	*asset = (struct fetch_asset){
		.name = recipe_asset(&inputs->recipe, platform, &inputs->pool, err),
		.url = locked->url, .digest = locked->digest, .size = locked->size,
	};
	return asset->name ? 0 : -1;
}

int command_inputs_lock(struct command_inputs *inputs, struct error *err)
{
	if (lock_open(&inputs->lock, inputs->lock_file, err) < 0
	    || lock_check(&inputs->lock, &inputs->recipe, err) < 0)
		return -1;
	if (inputs->epoch < 0)
		inputs->epoch = inputs->lock.epoch;
	if (inputs->all && leave_out(inputs, err) < 0)
		return -1;
	inputs->assets = pool_new(&inputs->pool, inputs->platform_count, sizeof *inputs->assets);
	for (size_t i = 0; i < inputs->platform_count; i++)
		if (find_asset(inputs, inputs->platforms[i], &inputs->assets[i], err) < 0)
			return -1;
	return 0;
}

int command_inputs_scratch(struct error *err)
{
	const char *const places[] = { variable("TMPDIR"), "/var/tmp", "/tmp" };
	int fd = -1;

	for (size_t i = 0; i < sizeof places / sizeof places[0] && fd < 0; i++) {
		if (!places[i])
			continue;
		fd = open(places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 && (i == 0 || errno != ENOENT)) {
			error_errno(err, STATUS_FILE, "cannot open '%s'", places[i]);
			return error_hint(err, "TMPDIR says where large files are kept");
		}
	}
	return fd < 0 ? error_errno(err, STATUS_FILE, "cannot open '/tmp'") : fd;
}

int command_inputs_flavour(const struct command_inputs *inputs, const char *name,
			   const struct recipe_flavour **flavour, struct error *err)
{
	const struct recipe_image *image = &inputs->recipe.image;

	*flavour = NULL;
	for (size_t i = 0; i < image->flavour_count && name; i++)
		if (strcmp(image->flavours[i].name, name) == 0)
			*flavour = &image->flavours[i];
	if (name && !*flavour)
		return error_set(err, STATUS_USAGE, "cannot use flavour '%s': recipe '%s' does not "
				 "have it", name, inputs->recipe.file);
	return 0;
}

int command_inputs_style(const char *value, bool *doi, struct error *err)
{
	*doi = strcmp(value, "doi") == 0;
	return *doi ? 0 : error_set(err, STATUS_USAGE, "cannot use style '%s': it is not 'doi'",
				    value);
}
