/* SPDX-License-Identifier: Apache-2.0 */
/* What commands take from the command line, the environment, the recipe and the lock. */
#include "command/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/limits.h"
#include "build/build.h"
#include "command/broker.h"
#include "command/environment.h"
#include "command/report.h"
#include "fetch/github.h"
#include "recipe/load.h"

#define MAXIMUM_SECONDS 86400

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

static void add_platform(struct command_inputs *in, const struct platform *platform)
{
	const struct platform **list;

	for (size_t i = 0; i < in->platform_count; i++)
		if (in->platforms[i] == platform)
			return;
	list = pool_new(&in->pool, in->platform_count + 1, sizeof *list);
	for (size_t i = 0; i < in->platform_count; i++)
		list[i] = in->platforms[i];
	list[in->platform_count++] = platform;
	in->platforms = list;
}

int command_inputs_platform(void *inputs, const struct option_spec *spec, const char *value,
			    struct error *err)
{
	struct command_inputs *in = inputs;

	(void)spec;
	for (const char *end; value; value = *end ? end + 1 : NULL) {
		const struct platform *platform;
		const char *word;

		end = value + strcspn(value, ",");
		word = pool_copy(&in->pool, value, (size_t)(end - value));
		if (strcmp(word, "all") == 0) {
			in->every = true;
			continue;
		}
		platform = platform_guess(word, err);
		if (!platform)
			return -1;
		add_platform(in, platform);
	}
	if (in->every)
		in->platform_count = 0;
	return 0;
}

void command_inputs_append(struct pool *pool, const char *const **list, size_t *count,
			   const char *text)
{
	const char **longer = pool_new(pool, *count + 1, sizeof *longer);

	for (size_t i = 0; i < *count; i++)
		longer[i] = (*list)[i];
	longer[(*count)++] = text;
	*list = longer;
}

int command_inputs_mirror(void *inputs, const struct option_spec *spec, const char *value,
			  struct error *err)
{
	struct command_inputs *in = inputs;

	(void)spec, (void)err;
	command_inputs_append(&in->pool, &in->fetch.mirrors, &in->fetch.mirror_count, value);
	return 0;
}

int command_inputs_seconds(void *seconds, const struct option_spec *spec, const char *value,
			   struct error *err)
{
	char name[40];
	int64_t number;

	snprintf(name, sizeof name, "--%s", spec->name);
	if (command_inputs_number(name, value, MAXIMUM_SECONDS, &number, err) < 0)
		return -1;
	*(unsigned *)seconds = (unsigned)number;
	return 0;
}

int command_inputs_style(void *doi, const struct option_spec *spec, const char *value,
			 struct error *err)
{
	(void)spec;
	*(bool *)doi = strcmp(value, "doi") == 0;
	return *(bool *)doi ? 0 : error_set(err, STATUS_USAGE, "cannot use style '%s': it is not "
					    "'doi'", value);
}

/* SOURCE_DATE_EPOCH; number is left alone when it is not set. */
static int read_epoch(int64_t *number, struct error *err)
{
	const char *epoch = environment_get("SOURCE_DATE_EPOCH");

	return !epoch ? 0 : command_inputs_number("SOURCE_DATE_EPOCH", epoch, LIMIT_EPOCH, number,
						  err);
}

int command_inputs_now(int64_t *now, struct error *err)
{
	*now = (int64_t)time(NULL);
	return read_epoch(now, err);
}

/* Lower case wins, as with curl and wget. */
static const char *either(const char *lower, const char *upper)
{
	const char *value = environment_get(lower);

	return value ? value : environment_get(upper);
}

/*
 * The cache's place by the XDG Base Directory Specification; a relative one there is to be
 * ignored.
 */
static const char *default_cache(struct pool *pool)
{
	const char *base = environment_get("XDG_CACHE_HOME");
	const char *home = environment_get("HOME");

	if (base && base[0] == '/')
		return pool_format(pool, "%s/bundler", base);
	return home ? pool_format(pool, "%s/.cache/bundler", home) : NULL;
}

void command_inputs_network(struct command_inputs *inputs)
{
	struct fetch_options *fetch = &inputs->fetch;
	const char *mirrors = environment_get("BUNDLER_MIRROR");
	const char *all = either("all_proxy", "ALL_PROXY");
	char *list = pool_string(&inputs->pool, mirrors ? mirrors : ""), *url;

	if (!fetch->cache)
		fetch->cache = default_cache(&inputs->pool);
	fetch->ca_origin = fetch->ca_file ? "--ca-file" : "SSL_CERT_FILE";
	if (!fetch->ca_file)
		fetch->ca_file = environment_get("SSL_CERT_FILE");
	while ((url = strsep(&list, " ")))
		if (*url)
			command_inputs_append(&inputs->pool, &fetch->mirrors,
					      &fetch->mirror_count, url);
	fetch->proxies = (struct proxies){
		.https = either("https_proxy", "HTTPS_PROXY"),
		.http = environment_get("http_proxy"),
		.none = either("no_proxy", "NO_PROXY"),
	};
	if (!fetch->proxies.https)
		fetch->proxies.https = all;
	if (!fetch->proxies.http)
		fetch->proxies.http = all;
}

int command_inputs_environment(struct command_inputs *inputs, struct error *err)
{
	command_inputs_network(inputs);
	return read_epoch(&inputs->epoch, err);
}

/*
 * What configs/default links to, else the only recipe there; in pool. The name is the recipe's
 * own and not the link's, because the lock is beside the recipe.
 */
static const char *default_recipe(struct pool *pool, struct error *err)
{
	char target[LIMIT_PATH_BYTES + 1];
	const ssize_t length = readlink("configs/default", target, sizeof target);
	const char *file = NULL;
	glob_t found;

	if (length > LIMIT_PATH_BYTES) {
		error_set(err, STATUS_LIMIT, "cannot read link 'configs/default': more than "
			  "%d bytes", LIMIT_PATH_BYTES);
		return NULL;
	}
	if (length >= 0)
		return pool_format(pool, "%s%.*s", target[0] == '/' ? "" : "configs/", (int)length,
				   target);
	if (errno != ENOENT) {
		error_errno(err, STATUS_FILE, "cannot read link 'configs/default'");
		return NULL;
	}
	if (glob("configs/*.yaml", 0, NULL, &found) == 0) {
		if (found.gl_pathc == 1)
			file = pool_string(pool, found.gl_pathv[0]);
		globfree(&found);
	}
	if (!file) {
		error_set(err, STATUS_USAGE, "cannot choose a recipe: 'configs' has neither a link "
			  "'default' nor exactly one recipe");
		error_hint(err, "name the recipe's file on the command line");
	}
	return file;
}

/* Recipe and lock may be links; what they name is below the recipe's directory. */
static void list_inputs(struct command_inputs *inputs, const char *file)
{
	struct confine *confine = inputs->fetch.confine;
	const char *slash = strrchr(file, '/'), *ca_file = inputs->fetch.ca_file;
	const char *directory = slash ? pool_format(&inputs->pool, "%.*s", (int)(slash - file) + 1,
						    file) : "./";

	confine_read(confine, file);
	confine_read(confine, directory);
	confine_read(confine, inputs->lock_file);
	if (ca_file && inputs->fetch.ca_directory == AT_FDCWD)
		confine_network_read(confine, ca_file);
	else if (ca_file)
		confine_network_read(confine, pool_format(&inputs->pool, "%s%s", directory,
							  ca_file));
}

int command_inputs_open(struct command_inputs *inputs, struct option_parser *parser,
			struct error *err)
{
	const struct recipe *recipe = &inputs->recipe;
	const char *file = option_operand(parser);

	inputs->fetch.confine = parser->confine;
	if (option_end(parser, "recipe", err) < 0)
		return -1;
	if (!file)
		file = default_recipe(&inputs->pool, err);
	if (!file || command_inputs_environment(inputs, err) < 0
	    || recipe_load(&inputs->recipe, file, err) < 0)
		return -1;
	if (!inputs->fetch.ca_file) {
		inputs->fetch.ca_file = recipe->certificates;
		inputs->fetch.ca_origin = "the recipe";
		inputs->fetch.ca_directory = recipe->directory;
	}
	if (!inputs->lock_file)
		inputs->lock_file = lock_default_path(&inputs->pool, file);
	list_inputs(inputs, file);
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

/* Leaves out the optional platforms that the release of the lock does not have. */
static int leave_out(struct command_inputs *inputs, struct error *err)
{
	const struct recipe *recipe = &inputs->recipe;
	const struct platform **left = pool_new(&inputs->pool, inputs->platform_count,
						sizeof *left);
	bool any = false;
	size_t count = 0;
	struct error ignored;

	for (size_t i = 0; i < recipe->platform_count; i++)
		any |= lock_find(&inputs->lock, recipe->platforms[i], &ignored) != NULL;
	if (!any)
		return error_set(err, STATUS_CONFIG, "cannot use lock '%s': nothing is locked for "
				 "any platform of '%s'", inputs->lock_file, recipe->file);
	for (size_t i = 0; i < inputs->platform_count; i++)
		if (lock_find(&inputs->lock, inputs->platforms[i], &ignored)
		    || !recipe_is_optional(recipe, inputs->platforms[i]))
			left[count++] = inputs->platforms[i];
	inputs->platforms = left;
	inputs->platform_count = count;
	return 0;
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
	for (size_t i = 0; i < inputs->platform_count; i++)
		if (!lock_find(&inputs->lock, inputs->platforms[i], err))
			return recipe_is_optional(&inputs->recipe, inputs->platforms[i])
			       ? error_hint(err, "it is optional, and release %s had no archive "
					    "for it", inputs->recipe.version) : -1;
	return 0;
}

int command_inputs_token(struct command_inputs *inputs, struct error *err)
{
	const char *token = environment_get("GITHUB_TOKEN");
	const char *fault = token ? github_token_fault(token) : NULL;

	inputs->fetch.github_token = token;
	return fault ? error_set(err, STATUS_USAGE, "cannot use GITHUB_TOKEN: %s", fault) : 0;
}

/* Option, variable, home: the first of them. */
static int read_netrc(struct command_inputs *inputs, struct error *err)
{
	const char *file = inputs->netrc_file, *home = environment_get("HOME");

	if (!file)
		file = environment_get("NETRC");
	if (file)
		return grant_netrc(&inputs->grants, file, true, err);
	return home ? grant_netrc(&inputs->grants, pool_format(&inputs->pool, "%s/.netrc", home),
				  false, err) : 0;
}

/* In the order in which they are looked at. */
static int read_grants(struct command_inputs *inputs, struct error *err)
{
	const char *token = environment_get("BUNDLER_TOKEN");

	if (inputs->fetch.offline || inputs->fetcher.socket >= 0)
		return 0;
	inputs->fetch.grants = &inputs->grants;
	if (inputs->header_file && grant_headers(&inputs->grants, inputs->header_file, err) < 0)
		return -1;
	if (token && grant_token(&inputs->grants, token, "BUNDLER_TOKEN", err) < 0)
		return -1;
	return read_netrc(inputs, err);
}

int command_inputs_connect(struct command_inputs *inputs, struct error *err)
{
	if (read_grants(inputs, err) < 0)
		return -1;
	inputs->fetching = fetch_init(&inputs->client, &inputs->fetch, err) == 0;
	return inputs->fetching ? 0 : -1;
}

void command_inputs_note(const struct recipe *recipe, const struct lock *lock)
{
	struct error unused;

	for (size_t i = 0; i < recipe->platform_count; i++)
		if (!lock_find(lock, recipe->platforms[i], &unused))
			report_note(recipe->platforms[i]->name,
				    " is left out: the release does not have it");
}

int command_inputs_fetch(struct command_inputs *inputs, struct error *err)
{
	struct event_sink *events = &inputs->fetch.events;

	if (!events->notify)
		*events = (struct event_sink){ progress_notify, &inputs->progress };
	if (command_inputs_lock(inputs, err) < 0)
		return -1;
	if (inputs->all)
		command_inputs_note(&inputs->recipe, &inputs->lock);
	return command_inputs_connect(inputs, err);
}

static int find_assets(struct command_inputs *inputs, struct error *err)
{
	inputs->assets = build_assets(&inputs->recipe, &inputs->lock, inputs->platforms,
				      inputs->platform_count, &inputs->pool, &inputs->asset_count,
				      err);
	return inputs->assets ? 0 : -1;
}

/* Fetches for all chosen platforms, with progress. */
static int fetch_chosen(struct command_inputs *inputs, struct error *err)
{
	const size_t count = inputs->asset_count;
	int result;

	if (fetch_begin(&inputs->client, inputs->assets, count, false, NULL, 0, err) < 0)
		return -1;
	progress_init(&inputs->progress, environment_get("TERM"));
	result = fetch_ahead(&inputs->client, inputs->assets, count, err);
	progress_free(&inputs->progress);
	return result;
}

/*
 * An archive, as one process asks another for it. A question names each platform once. It has as
 * many items as these have archives, and the answer has those in the order of build_assets.
 */
struct archive {
	size_t platform;	/* its row in the table of platforms, or FURTHER */
	uint64_t size;		/* of the answer, in bytes */
};

#define FURTHER SIZE_MAX	/* one more archive of the platforms */

/* What the other process does, once. */
static int fetch_apart(void *context, void *items, size_t count, int *fds, struct error *err)
{
	struct command_inputs *inputs = context;
	struct archive *archives = items;
	const struct platform *const table = platform_table(), **chosen;
	size_t rows = 0, platforms = 0;

	broker_leave();
	while (table[rows].name)
		rows++;
	chosen = pool_new(&inputs->pool, count, sizeof *chosen);
	for (size_t i = 0; i < count; i++) {
		const size_t row = archives[i].platform;

		if (inputs->fetching || (row >= rows && row != FURTHER))
			return error_set(err, STATUS_FILE, "cannot fetch: no such archive");
		if (row != FURTHER)
			chosen[platforms++] = &table[row];
	}
	inputs->platforms = chosen;
	inputs->platform_count = platforms;
	inputs->all = false;
	if (command_inputs_fetch(inputs, err) < 0 || find_assets(inputs, err) < 0
	    || fetch_chosen(inputs, err) < 0)
		return -1;
	if (inputs->asset_count != count)
		return error_set(err, STATUS_FILE, "cannot fetch: other archives were counted");
	for (size_t i = 0; i < count; i++)
		if (fetch_open(&inputs->client, &inputs->assets[i], &fds[i], &archives[i].size,
			       err) < 0)
			return -1;
	return 0;
}

int command_inputs_part(struct command_inputs *inputs, struct error *err)
{
	return fetcher_start(&inputs->fetcher, fetch_apart, inputs, sizeof(struct archive), err);
}

/* Has the other process fetch. */
static int ask(struct command_inputs *inputs, struct error *err)
{
	const size_t count = inputs->asset_count;
	struct archive archives[FETCHER_ITEMS];
	uint64_t sizes[FETCHER_ITEMS];
	int fds[FETCHER_ITEMS];

	if (count > FETCHER_ITEMS)
		return error_set(err, STATUS_LIMIT, "cannot fetch %zu archives in another process: "
				 "the limit is %d", count, FETCHER_ITEMS);
	for (size_t i = 0; i < count; i++)
		archives[i].platform = i >= inputs->platform_count ? FURTHER
				       : (size_t)(inputs->platforms[i] - platform_table());
	if (fetcher_ask(&inputs->fetcher, archives, count, NULL, fds, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		sizes[i] = archives[i].size;
	fetch_adopt(&inputs->client, inputs->assets, fds, sizes, count);
	return 0;
}

int command_inputs_ahead(struct command_inputs *inputs, struct error *err)
{
	if (find_assets(inputs, err) < 0)
		return -1;
	if (inputs->fetcher.socket >= 0)
		return ask(inputs, err);
	return fetch_chosen(inputs, err) < 0 ? -1 : fetch_end(&inputs->client, err);
}

int command_inputs_run(struct command_inputs *inputs, jobs_run *run, void *context, size_t count,
		       struct error *err)
{
	int result;

	progress_init(&inputs->progress, environment_get("TERM"));
	result = jobs_run_all(run, context, count, err);
	progress_free(&inputs->progress);
	return result;
}

void command_inputs_close(struct command_inputs *inputs)
{
	fetcher_stop(&inputs->fetcher);
	if (inputs->fetching)
		fetch_free(&inputs->client);
	grant_free(&inputs->grants);
	lock_close(&inputs->lock);
	recipe_close(&inputs->recipe);
	pool_free(&inputs->pool);
}

json_t *command_inputs_describe(const struct command_inputs *inputs)
{
	const struct recipe *recipe = &inputs->recipe;
	json_t *left_out = json_array(), *report;
	struct error unused;

	for (size_t i = 0; inputs->all && i < recipe->platform_count; i++)
		if (!lock_find(&inputs->lock, recipe->platforms[i], &unused))
			json_array_append_new(left_out, json_string(recipe->platforms[i]->name));
	report = json_pack("{s:s, s:s, s:s, s:I}", "name", inputs->lock.name,
			 "version", inputs->lock.version, "release", inputs->lock.release,
			 "epoch", (json_int_t)inputs->epoch);
	if (json_array_size(left_out) > 0)
		json_object_set(report, "left_out", left_out);
	json_decref(left_out);
	return report;
}

void command_inputs_list_scratch(struct confine *confine)
{
	const char *directory = environment_get("TMPDIR");

	if (!directory)
		directory = access("/var/tmp", F_OK) == 0 ? "/var/tmp" : "/tmp";
	confine_write(confine, directory);
}

int command_inputs_scratch(struct error *err)
{
	const char *const places[] = { environment_get("TMPDIR"), "/var/tmp", "/tmp" };
	int fd = -1;

	for (size_t i = 0; i < sizeof places / sizeof places[0] && fd < 0; i++) {
		if (!places[i])
			continue;
		fd = open(places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 && (i == 0 || errno != ENOENT)) {
			error_errno(err, STATUS_FILE, "cannot open '%s'", places[i]);
			return error_hint(err, "large temporary files are kept in TMPDIR");
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
