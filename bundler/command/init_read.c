/* SPDX-License-Identifier: Apache-2.0 */
/* From the names of a release to a recipe, step by step, in the process that reads. */
#include "command/init_read.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "command/inputs.h"
#include "init/init.h"
#include "init/listing.h"
#include "init/members.h"
#include "init/sources.h"
#include "recipe/load.h"
#include "recipe/sums.h"
#include "unpack/release.h"

#define MAXIMUM_SOURCES 8	/* checksum files that are tried */

struct work {
	const struct init_read *read;
	struct reader *reader;
	struct pool pool;
	struct init_release release;
	struct init_plan plan;
	const struct init_choice *choice;	/* whose archive is looked into */
	const char *listed;		/* URL or file of the text that lists the release */
	struct buffer text;		/* the same */
	bool is_document;		/* it is GitHub's, and not a checksum file */
	struct sums_digest digest;	/* of the archive */
};

/* ---- the list ---- */

static int ask_document(struct work *work, const char *url, struct buffer *text, struct error *err)
{
	const struct reader_question question = { .url = url };
	const struct reader_shared *shared = work->reader->shared;

	if (reader_ask(work->reader, &question, NULL, NULL, err) < 0)
		return -1;
	return buffer_add(text, shared->document, shared->document_length) < 0
	       ? error_set(err, STATUS_LIMIT, "cannot use '%s': larger than %zu bytes", url,
			   text->maximum) : 0;
}

/* The assets that the user names, or the names in the user's checksum files. */
static int list_given(struct work *work, struct error *err)
{
	const struct init_read *read = work->read;

	for (size_t i = 0; i < read->asset_count; i++)
		if (init_listing_add(&work->release, read->assets[i], read->base, &work->pool,
				     err) < 0)
			return -1;
	for (size_t i = 0; i < read->sums_count && read->asset_count == 0; i++) {
		buffer_free(&work->text);
		if (file_read(&work->text, AT_FDCWD, read->sums[i], err) < 0
		    || init_listing_sums(&work->release, &work->text, read->sums[i], read->base,
					 &work->pool, err) < 0)
			return -1;
	}
	return 0;
}

/* A file of nothing but a digest is of the asset that its own name begins with. */
static int list_single(struct work *work, struct error *err)
{
	const char *name = path_name(work->listed), *dot = strrchr(name, '.');

	if (!dot || dot == name)
		return error_set(err, STATUS_CONFIG, "cannot use '%s': it names no file",
				 work->listed);
	return init_listing_add(&work->release, pool_copy(&work->pool, name, (size_t)(dot - name)),
				work->read->base, &work->pool, err);
}

/* Drops all assets but those that the user names. */
static int keep_named(struct work *work, struct error *err)
{
	const struct init_read *read = work->read;
	size_t kept = 0;

	for (size_t k = 0; k < read->asset_count; k++) {
		size_t i = kept;

		while (i < work->release.asset_count
		       && strcmp(work->release.assets[i].name, read->assets[k]) != 0)
			i++;
		if (i == work->release.asset_count)
			return error_set(err, STATUS_CONFIG, "cannot use '%s': it has no '%s'",
					 work->listed, read->assets[k]);
		if (i > kept) {
			const struct init_asset asset = work->release.assets[i];

			work->release.assets[i] = work->release.assets[kept];
			work->release.assets[kept] = asset;
		}
		kept++;
	}
	work->release.asset_count = kept;
	return 0;
}

static int list_fetched(struct work *work, struct error *err)
{
	const struct init_read *read = work->read;
	struct error first;
	int result;

	work->listed = read->documents[0];
	result = ask_document(work, work->listed, &work->text, err);
	if (result < 0 && err->status == STATUS_HTTP && read->documents[1]) {
		first = *err;
		work->listed = read->documents[1];
		result = ask_document(work, work->listed, &work->text, err);
		if (result < 0)
			*err = first;
	}
	if (result < 0)
		return -1;
	work->is_document = work->text.length > 0 && *work->text.bytes == '{';
	if (work->is_document)
		return init_listing_document(&work->release, &work->text, work->listed,
					     &work->pool, err);
	if (!read->base)
		return error_set(err, STATUS_CONFIG, "cannot use '%s': it is no document of a "
				 "release", work->listed);
	if (init_listing_sums(&work->release, &work->text, work->listed, read->base, &work->pool,
			      err) < 0)
		return -1;
	return work->release.asset_count > 0 ? 0 : list_single(work, err);
}

/* ---- checksums ---- */

/* How many of the choices have a digest in a text; the one that is looked into has its own. */
static size_t count_found(struct work *work, const struct buffer *text, const char *name,
			  bool varies, bool *mine)
{
	struct error ignored;
	struct sums_digest digest;
	size_t found = 0;

	*mine = false;
	for (size_t i = 0; i < work->plan.choice_count; i++) {
		const struct init_choice *choice = &work->plan.choices[i];

		if (varies && choice != work->choice) {
			found++;
			continue;
		}
		if (sums_find(text, name, choice->asset->name, varies, &digest, &ignored) <= 0)
			continue;
		found++;
		if (choice == work->choice) {
			work->digest = digest;
			*mine = true;
		}
	}
	return found;
}

/* Whether GitHub's document has another digest: then the file is about something else. */
static bool contradicts(struct work *work)
{
	struct sums_digest digest;
	struct error ignored;

	return !work->digest.is_sha512
	       && sums_find(&work->text, work->listed, work->choice->asset->name, false, &digest,
			    &ignored) > 0
	       && !digest_equal(&digest.sha256, &work->digest.sha256);
}

/* The template of the document or checksum file that the release was listed by. */
static const char *listed_template(struct work *work)
{
	const struct init_plan *plan = &work->plan;
	const char *asset = work->choice->asset->name;
	const char *name = path_name(work->listed);
	const size_t base = (size_t)(name - work->listed);
	const char *template;

	if (work->is_document && work->read->tags) {
		template = init_template(plan, work->release.tag, NULL);
		return template ? pool_format(&work->pool, "%s%s", work->read->tags, template)
				: NULL;
	}
	if (strncmp(name, asset, strlen(asset)) != 0)
		return init_template(plan, work->listed, NULL);
	template = init_template(plan, pool_copy(&work->pool, work->listed, base), NULL);
	return template ? pool_format(&work->pool, "%s{asset}%s", template, name + strlen(asset))
			: NULL;
}

/* Checksums from the user's files: the recipe has the URL of none. */
static int use_files(struct work *work, struct error *err)
{
	const struct init_read *read = work->read;
	int found = 0;

	for (size_t i = 0; i < read->sums_count && found == 0; i++) {
		const char *name = path_name(read->sums[i]), *asset = work->choice->asset->name;

		buffer_free(&work->text);
		if (file_read(&work->text, AT_FDCWD, read->sums[i], err) < 0)
			return -1;
		found = sums_find(&work->text, read->sums[i], asset,
				  strncmp(name, asset, strlen(asset)) == 0, &work->digest, err);
		if (found < 0)
			return -1;
	}
	if (found == 0)
		return error_set(err, STATUS_CONFIG, "cannot use '%s': no line for '%s'",
				 read->sums[0], work->choice->asset->name);
	work->plan.sums = "";
	init_ask(&work->plan, INIT_RELEASE, "What is the URL of the checksum file? Without it, "
		 "'bundler lock' needs --sums.");
	return 0;
}

/* The first checksum file of the release that has all assets, with SHA-512 or without. */
static bool use_source(struct work *work, bool sha512)
{
	struct init_source sources[MAXIMUM_SOURCES];
	const size_t count = init_sources(&work->plan, &work->release, work->choice, sources,
					  MAXIMUM_SOURCES);
	struct buffer text;
	struct error ignored;
	bool mine = false;

	for (size_t i = 0; i < count && !mine; i++) {
		buffer_init(&text, LIMIT_SUMS_BYTES);
		if (ask_document(work, sources[i].url, &text, &ignored) == 0
		    && count_found(work, &text, sources[i].url, sources[i].varies, &mine)
		       < work->plan.choice_count)
			mine = false;
		buffer_free(&text);
		mine = mine && work->digest.is_sha512 == sha512 && !contradicts(work);
		if (mine)
			work->plan.sums = sources[i].template;
	}
	return mine;
}

/* Leaves out the platforms whose assets have no digest in the text that lists the release. */
static void drop_missing(struct work *work)
{
	struct init_plan *plan = &work->plan;
	const struct platform *platform = work->choice->platform;
	struct error ignored;
	struct sums_digest digest;
	size_t kept = 0;

	for (size_t i = 0; i < plan->choice_count; i++) {
		const struct init_choice choice = plan->choices[i];

		if (sums_find(&work->text, work->listed, choice.asset->name, true, &digest,
			      &ignored) > 0)
			plan->choices[kept++] = choice;
		else
			init_ask(plan, INIT_PLATFORMS, "Is %s needed? It is left out, because '%s' "
				 "has no checksum.", choice.platform->name, choice.asset->name);
	}
	plan->choice_count = kept;
	work->choice = init_choice_find(plan, platform);
}

static int find_digest(struct work *work, struct error *err)
{
	bool mine;

	if (work->read->sums_count > 0)
		return use_files(work, err);
	if (work->is_document && use_source(work, false))
		return 0;
	count_found(work, &work->text, work->listed, false, &mine);
	if (!mine && work->is_document && use_source(work, true))
		return 0;
	if (!mine && !work->is_document)
		count_found(work, &work->text, work->listed, true, &mine);
	if (!mine) {
		error_set(err, STATUS_CONFIG, "cannot use '%s': nothing has the SHA-256 of '%s'",
			  work->listed, work->choice->asset->name);
		return error_hint(err, "make a checksum file from archives that you trust, and "
				  "pass it with --sums");
	}
	drop_missing(work);
	work->plan.sums = listed_template(work);
	return work->plan.sums ? 0 : error_set(err, STATUS_CONFIG, "cannot use '%s': it has braces",
					       work->listed);
}

/* ---- the archive ---- */

static int choose_platform(struct work *work, struct error *err)
{
	const struct platform *wanted = work->read->platform;

	work->choice = init_choice_find(&work->plan, wanted ? wanted : platform_host());
	if (work->choice)
		return 0;
	if (!wanted && work->plan.choice_count > 0) {
		work->choice = &work->plan.choices[0];
		return 0;
	}
	error_set(err, STATUS_CONFIG, "cannot look into an archive for %s: the release has none",
		  wanted ? wanted->name : "this machine");
	return error_hint(err, "it has one for %s", work->plan.choices[0].platform->name);
}

static int look_into(struct work *work, struct error *err)
{
	const struct init_asset *asset = work->choice->asset;
	const struct reader_question question = {
		.url = asset->url, .name = asset->name, .digest = work->digest,
	};
	struct init_members members = { .platform = work->choice->platform, .pool = &work->pool };
	uint64_t size;
	int fd, scratch, result;

	scratch = command_inputs_scratch(err);
	if (scratch < 0)
		return -1;
	result = reader_ask(work->reader, &question, &fd, &size, err);
	if (result == 0) {
		result = release_each(fd, size, format_find(work->plan.format), asset->name,
				      scratch, init_members_add, &members, err);
		close(fd);
	}
	close(scratch);
	return result < 0 ? -1 : init_members_choose(&work->plan, work->choice, &members, err);
}

/* ---- the recipe ---- */

static void complete(struct work *work)
{
	struct init_plan *plan = &work->plan;
	const struct init_read *read = work->read;

	plan->source = read->source;
	plan->certificates = read->certificates;
	plan->origin = read->origin;
	if (!plan->certificates)
		init_ask(plan, INIT_CERTIFICATES, "Does the program connect to others by TLS? It "
			 "trusts nobody without certificates; --certificates copies them.");
	else
		init_ask(plan, INIT_CERTIFICATES, "Which package and version are the certificates "
			 "of?");
	if (!plan->licence)
		init_ask(plan, INIT_LABELS, "Which licence has it? The label is "
			 "org.opencontainers.image.licenses, an SPDX expression.");
}

/* What is written has been read: quoting cannot be wrong without notice. */
static int check(const struct work *work, const struct buffer *text, struct error *err)
{
	struct recipe recipe;
	struct error reason;

	if (recipe_load_text(&recipe, work->plan.name, text, &reason) < 0)
		return error_set(err, STATUS_CONFIG, "cannot make a recipe of '%s': %s",
				 work->plan.name, reason.message);
	recipe_close(&recipe);
	return 0;
}

static int write_result(struct work *work, struct error *err)
{
	struct reader_shared *shared = work->reader->shared;
	json_t *questions = json_array(), *object;
	struct buffer text;
	char *json = NULL;
	int result;

	buffer_init(&text, LIMIT_RECIPE_BYTES);
	init_write(&work->plan, &text);
	result = check(work, &text, err);
	for (const struct init_question *next = work->plan.questions; next; next = next->next)
		json_array_append_new(questions, json_string(next->text));
	object = json_pack("{s:s, s:s, s:o}", "recipe", text.bytes, "name", work->plan.name,
			   "questions", questions);
	if (result == 0)
		json = json_dumps(object, JSON_COMPACT);
	if (result == 0 && (!json || strlen(json) > sizeof shared->result_bytes))
		result = error_set(err, STATUS_LIMIT, "cannot make a recipe of '%s': it is too "
				   "large", work->plan.name);
	if (result == 0) {
		shared->result_length = strlen(json);
		memcpy(shared->result_bytes, json, shared->result_length);
	}
	free(json);
	json_decref(object);
	buffer_free(&text);
	return result;
}

int init_read(const struct init_read *read, struct reader *reader, struct error *err)
{
	struct work work = {
		.read = read, .reader = reader,
		.release = { .name = read->name, .named = read->name && !read->guessed,
			     .place = read->base ? read->base : "" },
		.listed = read->sums_count > 0 ? read->sums[0] : "",
	};
	int result;

	work.plan.pool = &work.pool;
	buffer_init(&work.text, LIMIT_SUMS_BYTES);
	result = read->sums_count > 0 ? list_given(&work, err) : list_fetched(&work, err);
	if (result == 0 && read->sums_count == 0 && read->asset_count > 0)
		result = keep_named(&work, err);
	if (result == 0)
		result = init_choose(&work.plan, &work.release, err);
	if (result == 0 && (choose_platform(&work, err) < 0 || find_digest(&work, err) < 0
			    || look_into(&work, err) < 0))
		result = -1;
	if (result == 0) {
		complete(&work);
		result = write_result(&work, err);
	}
	buffer_free(&work.text);
	pool_free(&work.pool);
	return result;
}
