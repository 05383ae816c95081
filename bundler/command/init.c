/* SPDX-License-Identifier: Apache-2.0 */
/* bundler init: a first recipe for a release, and its lock. */
#include "command/command.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/staging.h"
#include "base/url.h"
#include "build/lock_make.h"
#include "command/environment.h"
#include "command/init_read.h"
#include "command/inputs.h"
#include "command/reader.h"
#include "command/report.h"
#include "recipe/load.h"
#include "trust/bundle.h"

#define BUNDLE "ca-certificates.crt"

/* One run of the command. */
struct run {
	struct command_inputs inputs;
	struct init_read read;		/* what the other process reads */
	struct reader reader;
	const char *output, *certificates, *folder;	/* folder: of the output, with a slash */
	const char *bundle;		/* the file of certificates that is made, or NULL */
	bool json;
	const char *const *prefixes;	/* of URLs that are fetched */
	size_t prefix_count;
	struct buffer recipe;
	struct lock lock;
	json_t *result;			/* of the other process */
};

static int take_sums(void *member, const struct option_spec *spec, const char *value,
		     struct error *err)
{
	struct run *run = member;

	(void)spec, (void)err;
	command_inputs_append(&run->inputs.pool, &run->read.sums, &run->read.sums_count, value);
	return 0;
}

static int take_asset(void *member, const struct option_spec *spec, const char *value,
		      struct error *err)
{
	struct run *run = member;
	const char *fault = path_name_fault(value);

	(void)spec;
	command_inputs_append(&run->inputs.pool, &run->read.assets, &run->read.asset_count, value);
	return fault ? error_set(err, STATUS_USAGE, "cannot use --asset '%s': %s", value, fault)
		     : 0;
}

static int take_platform(void *member, const struct option_spec *spec, const char *value,
			 struct error *err)
{
	struct run *run = member;

	(void)spec;
	run->read.platform = platform_find(value, err);
	return run->read.platform ? 0 : -1;
}

static int take_name(void *member, const struct option_spec *spec, const char *value,
		     struct error *err)
{
	struct run *run = member;
	const char *fault = path_name_fault(value);

	(void)spec;
	run->read.name = value;
	return fault ? error_set(err, STATUS_USAGE, "cannot use --name '%s': %s", value, fault) : 0;
}

static const struct option_spec options[] = {
	{ "output", "FILE", "write the recipe to FILE (default: NAME.yaml)", OPTION(output),
	  .letter = 'o' },
	{ "name", "NAME", "name the product, and choose the assets of that name",
	  OPTION_RUN(take_name) },
	{ "platform", "PLATFORM", "look into the archive for this one (default: this machine's)",
	  OPTION_RUN(take_platform), .letter = 'p' },
	{ "sums", "FILE", "take names and digests from this file; repeatable",
	  OPTION_RUN(take_sums) },
	{ "asset", "NAME", "choose among these assets only; repeatable", OPTION_RUN(take_asset) },
	{ "url", "URL", "the assets are below this one, for --sums alone", OPTION(read.base) },
	{ "certificates", "FILE", "copy these certificates (default: the system's)",
	  OPTION(certificates) },
	COMMAND_INPUTS_FETCH,
	{ "json", NULL, "print the results as JSON", OPTION(json) },
	{ 0 },
};

/* ---- where the release is ---- */

static void allow(struct run *run, const char *prefix)
{
	command_inputs_append(&run->inputs.pool, &run->prefixes, &run->prefix_count, prefix);
}

/* OWNER/REPO or OWNER/REPO@VERSION. */
static int take_repository(struct run *run, const char *text, struct error *err)
{
	struct init_read *read = &run->read;
	struct pool *pool = &run->inputs.pool;
	const char *slash = strchr(text, '/'), *at = strchr(text, '@');
	const char *owner, *repository, *api;

	owner = slash ? pool_copy(pool, text, (size_t)(slash - text)) : "";
	repository = slash ? pool_copy(pool, slash + 1, strcspn(slash + 1, "@")) : "";
	if (path_name_fault(owner) || path_name_fault(repository)
	    || (at && (at[1] == '\0' || at < slash))) {
		error_set(err, STATUS_USAGE, "cannot use '%s': it is neither OWNER/REPO nor a URL",
			  text);
		return error_hint(err, "OWNER/REPO@VERSION is a release on GitHub");
	}
	if (!read->name) {
		read->name = repository;
		read->guessed = true;
	}
	read->source = pool_format(pool, "https://github.com/%s/%s", owner, repository);
	api = pool_format(pool, "https://api.github.com/repos/%s/%s/releases/", owner, repository);
	read->tags = pool_format(pool, "%stags/", api);
	allow(run, api);
	allow(run, pool_format(pool, "%s/releases/download/", read->source));
	if (!at) {
		read->documents[0] = pool_format(pool, "%slatest", api);
	} else {
		const char *version = at + 1;
		const bool bare = isdigit((unsigned char)*version);

		read->documents[0] = pool_format(pool, "%s%s%s", read->tags, bare ? "v" : "",
						 version);
		if (bare)
			read->documents[1] = pool_format(pool, "%s%s", read->tags, version);
	}
	return 0;
}

/* The URL's beginning up to the slash after its host, or, of a file, to its last slash. */
static int take_url(struct run *run, const char *text, struct error *err)
{
	struct init_read *read = &run->read;
	struct pool *pool = &run->inputs.pool;
	static const char github[] = "https://github.com/", api[] = "https://api.github.com/repos/";
	const char *fault = url_fault(text), *slash = strrchr(text, '/'), *host;
	size_t length;

	if (fault || strpbrk(text, "{}?#") || slash[1] == '\0')
		return error_set(err, STATUS_USAGE, "cannot use '%s': %s", text,
				 fault ? fault : "it is not the URL of a file");
	host = strchr(strstr(text, "://") + 3, '/');
	read->documents[0] = text;
	if (!read->base)
		read->base = pool_copy(pool, text, (size_t)(slash + 1 - text));
	allow(run, strncmp(text, "file:", 5) == 0
		   ? read->base : pool_copy(pool, text, (size_t)(host + 1 - text)));
	if (strncmp(text, api, strlen(api)) == 0 || strncmp(text, "file:", 5) == 0)
		allow(run, github);
	if (strncmp(text, github, strlen(github)) != 0)
		return 0;
	/* github.com/OWNER/REPO */
	length = strcspn(text + strlen(github), "/");
	if (text[strlen(github) + length] == '/') {
		length += 1 + strcspn(text + strlen(github) + length + 1, "/");
		read->source = pool_copy(pool, text, strlen(github) + length);
	}
	return 0;
}

static int take_operand(struct run *run, struct option_parser *parser, struct error *err)
{
	struct init_read *read = &run->read;
	struct pool *pool = &run->inputs.pool;
	const char *operand = option_operand(parser);

	if (option_end(parser, "release", err) < 0)
		return -1;
	if (read->base) {
		const size_t length = strlen(read->base);
		const char *fault = url_fault(read->base);

		if (fault || strpbrk(read->base, "{}?#"))
			return error_set(err, STATUS_USAGE, "cannot use --url '%s': %s", read->base,
					 fault ? fault : "it is not the URL of a directory");
		if (length > 0 && read->base[length - 1] != '/')
			read->base = pool_format(pool, "%s/", read->base);
		allow(run, read->base);
	}
	if (operand)
		return strstr(operand, "://") ? take_url(run, operand, err)
					      : take_repository(run, operand, err);
	if (read->sums_count == 0) {
		error_set(err, STATUS_USAGE, "cannot look at a release: none is given");
		return error_hint(err, "name OWNER/REPO, a URL, or a checksum file with --sums");
	}
	if (!read->base)
		return error_set(err, STATUS_USAGE, "cannot look at a release: --sums does not say "
				 "where it is; --url does");
	return 0;
}

/* ---- certificates ---- */

/* The system's bundle of certificates, or NULL. */
static const char *find_bundle(void)
{
	static const char *const places[] = {
		"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
	};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (access(places[i], R_OK) == 0)
			return places[i];
	return NULL;
}

static int choose_certificates(struct run *run, struct error *err)
{
	struct pool *pool = &run->inputs.pool;
	char date[32];
	int64_t now;
	time_t seconds;
	struct tm day;

	if (!run->certificates)
		run->certificates = find_bundle();
	if (!run->inputs.fetch.ca_file) {
		run->inputs.fetch.ca_file = run->certificates;
		run->inputs.fetch.ca_origin = "the system";
		run->inputs.fetch.ca_directory = AT_FDCWD;
	}
	if (!run->certificates)
		return 0;
	if (command_inputs_now(&now, err) < 0)
		return -1;
	seconds = (time_t)now;
	gmtime_r(&seconds, &day);
	strftime(date, sizeof date, "%Y-%m-%d", &day);
	run->read.certificates = BUNDLE;
	run->read.origin = pool_format(pool, "%s, %s", run->certificates, date);
	return 0;
}

/* ---- the two processes ---- */

/* In the process that reads. */
static int prepare(void *context, struct error *err)
{
	struct run *run = context;
	struct confine *confine = run->inputs.fetch.confine;

	confine->outputs = false;
	command_inputs_list_scratch(confine);
	for (size_t i = 0; i < run->read.sums_count; i++)
		confine_read(confine, run->read.sums[i]);
	return confine_reading(confine, err);
}

static int read_release(void *context, struct reader *reader, struct error *err)
{
	struct run *run = context;

	return init_read(&run->read, reader, err);
}

static bool is_allowed(const struct run *run, const char *url)
{
	for (size_t i = 0; i < run->prefix_count; i++)
		if (strncmp(url, run->prefixes[i], strlen(run->prefixes[i])) == 0
		    && !strstr(url, "/../"))
			return true;
	return false;
}

/* In the process that fetches: nothing but what the user's words allow. */
static int answer(void *context, const struct reader_question *question,
		  struct reader_shared *shared, int *fd, uint64_t *size, struct error *err)
{
	struct run *run = context;
	const struct sums_digest *digest = &question->digest;
	struct fetch_asset asset = {
		.name = question->name, .url = question->url, .digest = digest->sha256,
	};
	struct buffer document;
	bool absent;
	int result;

	if (!is_allowed(run, question->url))
		return error_set(err, STATUS_CONFIG, "cannot fetch '%s': it is not below the "
				 "release", question->url);
	if (question->name) {
		if (path_name_fault(question->name))
			return error_set(err, STATUS_CONFIG, "cannot fetch '%s': its name is "
					 "refused", question->url);
		if (digest->is_sha512
		    && fetch_learn(&run->inputs.client, &asset, &digest->sha512, err) < 0)
			return -1;
		return fetch_open(&run->inputs.client, &asset, fd, size, err);
	}
	buffer_init(&document, sizeof shared->document);
	result = fetch_document(&run->inputs.client, question->url, &document, &absent, err);
	if (result == 0 && document.length > 0)
		memcpy(shared->document, document.bytes, document.length);
	shared->document_length = document.length;
	buffer_free(&document);
	return result;
}

/* Lists what the run may use, and goes on without the rest. */
static int begin(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	struct confine *confine = inputs->fetch.confine;
	struct fetch_asset *assets = pool_new(&inputs->pool, run->prefix_count, sizeof *assets);

	for (size_t i = 0; i < run->prefix_count; i++)
		assets[i] = (struct fetch_asset){ .name = "", .url = run->prefixes[i] };
	confine_read(confine, run->certificates);
	confine_write(confine, *run->folder ? run->folder : ".");
	if (inputs->fetch.ca_file)
		confine_network_read(confine, inputs->fetch.ca_file);
	for (size_t i = 0; i < run->read.sums_count; i++)
		confine_read(confine, run->read.sums[i]);
	inputs->fetch.events = (struct event_sink){ progress_notify, &inputs->progress };
	if (command_inputs_connect(inputs, err) < 0)
		return -1;
	return fetch_begin(&inputs->client, assets, run->prefix_count, false, NULL, 0,
			   err);
}

static int look(struct run *run, struct error *err)
{
	int result;

	if (reader_start(&run->reader, read_release, run, prepare, err) < 0
	    || begin(run, err) < 0)
		return -1;
	progress_init(&run->inputs.progress, environment_get("TERM"));
	result = reader_serve(&run->reader, answer, run, err);
	progress_free(&run->inputs.progress);
	return result;
}

/* ---- results ---- */

/* Takes what the other process has made of the release: a recipe, its name and its questions. */
static int take_result(struct run *run, struct error *err)
{
	const struct reader_shared *shared = run->reader.shared;
	const size_t length = shared->result_length;
	const char *text, *name;

	if (length <= sizeof shared->result_bytes)
		run->result = json_loadb(shared->result_bytes, length, 0, NULL);
	text = json_string_value(json_object_get(run->result, "recipe"));
	name = json_string_value(json_object_get(run->result, "name"));
	if (!text || !name || path_name_fault(name)
	    || buffer_add_string(&run->recipe, text) < 0)
		return error_set(err, STATUS_FILE, "cannot go on: the other process has failed");
	if (!run->output)
		run->output = pool_format(&run->inputs.pool, "%s.yaml", name);
	return 0;
}

/* URLs of the recipe, and so of its lock, are those that may be fetched. */
static int check_urls(const struct run *run, struct error *err)
{
	const struct recipe *recipe = &run->inputs.recipe;
	struct pool pool = { 0 };
	int result = 0;

	for (size_t i = 0; i < recipe->platform_count && result == 0; i++) {
		const char *url = recipe_url(recipe->releases, recipe->platforms[i], &pool, err);
		const char *sums = recipe_sums(recipe->releases, recipe->platforms[i], &pool, err);

		if (!url || !sums)
			result = -1;
		else if (!is_allowed(run, url) || (*sums && !is_allowed(run, sums)))
			result = error_set(err, STATUS_CONFIG, "cannot use '%s': it is not below "
					   "the release", url);
	}
	pool_free(&pool);
	return result;
}

/* A link that leads nowhere is there, too. */
static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 || errno != ENOENT;
}

/* Copies the bundle in its normal form. One that is there is used again: recipes share it. */
static int write_bundle(struct run *run, struct error *err)
{
	const char *path = pool_format(&run->inputs.pool, "%s%s", run->folder, BUNDLE);
	const bool there = is_there(path);
	struct bundle bundle;
	struct buffer pem;
	int result;

	if (!run->certificates)
		return 0;
	if (bundle_load(&bundle, AT_FDCWD, there ? path : run->certificates, err) < 0)
		return -1;
	buffer_init(&pem, LIMIT_BUNDLE_BYTES);
	result = bundle_write(&bundle, &pem);
	bundle_free(&bundle);
	if (result < 0)
		error_set(err, STATUS_LIMIT, "cannot copy '%s': larger than %zu bytes",
			  run->certificates, pem.maximum);
	else if (!there)
		result = staging_create_file(path, pem.bytes, pem.length, 0644, err);
	buffer_free(&pem);
	run->bundle = result == 0 && !there ? path : NULL;
	return result;
}

static int make_lock(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;
	const struct lock none = { .file = NULL };
	const struct lock_make make = {
		.recipe = &inputs->recipe, .lock_file = inputs->lock_file, .old = &none,
		.fetch = &inputs->client, .sums = run->read.sums,
		.sums_count = run->read.sums_count, .release = "official",
		.epoch = inputs->epoch, .scratch = -1,
	};
	struct buffer text;
	int result = lock_make(&make, &run->lock, err);

	buffer_init(&text, LIMIT_LOCK_BYTES);
	if (result == 0)
		result = lock_format(&run->lock, &text, err);
	if (result == 0)
		result = staging_create_file(inputs->lock_file, text.bytes, text.length, 0644,
					     err);
	buffer_free(&text);
	return result < 0 && err->hint[0] == '\0'
	       ? error_hint(err, "'%s' has been written; 'bundler lock' locks it", run->output)
	       : result;
}

static int refuse_existing(const char *path, struct error *err)
{
	if (!is_there(path))
		return 0;
	error_set(err, STATUS_FILE, "cannot make '%s': it exists", path);
	return error_hint(err, "-o names another file");
}

static int write_all(struct run *run, struct error *err)
{
	struct command_inputs *inputs = &run->inputs;

	if (take_result(run, err) < 0)
		return -1;
	inputs->lock_file = lock_default_path(&inputs->pool, run->output);
	if (refuse_existing(run->output, err) < 0 || refuse_existing(inputs->lock_file, err) < 0
	    || recipe_load_text(&inputs->recipe, run->output, &run->recipe, err) < 0
	    || check_urls(run, err) < 0 || write_bundle(run, err) < 0
	    || staging_create_file(run->output, run->recipe.bytes, run->recipe.length, 0644,
				   err) < 0)
		return -1;
	recipe_close(&inputs->recipe);
	if (recipe_load(&inputs->recipe, run->output, err) < 0)
		return -1;
	return make_lock(run, err);
}

static void print(struct run *run)
{
	const json_t *questions = json_object_get(run->result, "questions"), *question;
	size_t i;

	if (run->json) {
		json_t *report = json_pack("{s:s, s:s, s:s, s:s, s:s?, s:O}",
			"name", run->inputs.recipe.name, "version", run->inputs.recipe.version,
			"recipe", run->output, "lock", run->inputs.lock_file,
			"certificates", run->bundle, "questions", questions);

		report_document(stdout, report);
		return;
	}
	json_array_foreach(questions, i, question)
		report_line("question: ", json_string_value(question), "");
	printf("%s\n%s\n", run->output, run->inputs.lock_file);
	if (run->bundle)
		printf("%s\n", run->bundle);
}

static int run_init(struct option_parser *parser, struct error *err)
{
	struct run run = { .inputs = COMMAND_INPUTS_INIT, .reader = { .socket = -1 } };
	struct command_inputs *inputs = &run.inputs;
	const char *slash;
	int result = -1;

	buffer_init(&run.recipe, LIMIT_RECIPE_BYTES);
	inputs->fetch.confine = parser->confine;
	inputs->fetch.ca_directory = AT_FDCWD;
	if (option_parse(parser, &run, err) < 0 || take_operand(&run, parser, err) < 0
	    || command_inputs_environment(inputs, err) < 0
	    || command_inputs_token(inputs, err) < 0
	    || choose_certificates(&run, err) < 0)
		goto out;
	slash = run.output ? strrchr(run.output, '/') : NULL;
	run.folder = slash ? pool_copy(&inputs->pool, run.output, (size_t)(slash + 1 - run.output))
			   : "";
	if (run.output && refuse_existing(run.output, err) < 0)
		goto out;
	run.read.pool = &inputs->pool;
	if (look(&run, err) == 0 && write_all(&run, err) == 0) {
		print(&run);
		result = 0;
	}
out:
	reader_stop(&run.reader);
	json_decref(run.result);
	lock_close(&run.lock);
	buffer_free(&run.recipe);
	command_inputs_close(inputs);
	return result;
}

const struct command command_init = {
	.name = "init",
	.summary = "write a first recipe for a release, and its lock",
	.synopsis = "[-o FILE] [--name NAME] [-p PLATFORM] [--sums FILE]... "
		    "[--asset NAME]... [--url URL] [--certificates FILE] [--cache DIR] "
		    "[--mirror URL]... [--netrc FILE] [--header-file FILE] "
		    "[--ca-file FILE] [--stall-timeout SECONDS] [--timeout SECONDS] "
		    "[--offline] [--json] [OWNER/REPO[@VERSION] | URL]",
	.examples = "  bundler init nats-io/nats-server\n"
		    "  bundler init -o caddy.yaml --sums checksums.txt caddyserver/caddy\n",
	.options = options,
	.network = true,
	.writes = true,
	.outputs = true,
	.run = run_init,
};
