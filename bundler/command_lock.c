#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "buffer.h"
#include "build.h"
#include "bundle.h"
#include "command_inputs.h"
#include "compress.h"
#include "file.h"
#include "jobs.h"
#include "limits.h"
#include "path.h"
#include "results.h"
#include "sums.h"

static const struct option_spec options[] = {
	{ OPTION_SUMS, "sums", "FILE", "take the digests from this SHA256SUMS, not the release's" },
	{ OPTION_RELEASE, "release", "NAME", "what the digests are of, instead of official" },
	{ OPTION_DOWNLOAD, "download", NULL, "fetch every archive, to check it and lock its size" },
	{ OPTION_RECORD, "record", NULL, "build everything, and pin the digests of the results" },
	COMMAND_INPUTS_LOCK,
	COMMAND_INPUTS_FETCH,
	{ 0, NULL, NULL, NULL },
};

/* One run of the command. */
struct run {
	struct command_inputs inputs;
	struct fetch fetch;
	struct lock old;		/* what is replaced; no file when there is none */
	struct lock new;
	const char *sums_file;		/* --sums */
	const char *release;
	bool download, record;
	int scratch;			/* directory for large contents, with --record */
};

static int set_release(struct run *run, const char *value, struct error *err)
{
	const char *fault = path_name_fault(value);

	if (fault)
		return error_set(err, STATUS_USAGE, "cannot use --release '%s': %s", value, fault);
	run->release = value;
	return 0;
}

static int parse(struct run *run, struct option_parser *parser, struct error *err)
{
	const char *value;
	int id;

	while ((id = option_next(parser, &value, err)) > 0) {
		if (id == OPTION_SUMS)
			run->sums_file = value;
		else if (id == OPTION_DOWNLOAD)
			run->download = true;
		else if (id == OPTION_RECORD)
			run->record = true;
		else if (id == OPTION_RELEASE && set_release(run, value, err) < 0)
			return -1;
		else if (command_inputs_option(&run->inputs, id, value, err) < 0)
			return -1;
	}
	return id;
}

/* An old lock that cannot be read keeps its place: whoever wants another removes it first. */
static int read_old(struct run *run, struct error *err)
{
	if (access(run->inputs.lock_file, F_OK) < 0 && errno == ENOENT)
		return 0;
	return lock_open(&run->old, run->inputs.lock_file, err);
}

/* The old lock's entry for the same version and platform, or NULL. */
static const struct lock_asset *known(const struct run *run, const struct platform *platform)
{
	struct error ignored;

	if (!run->old.file || strcmp(run->old.version, run->new.version) != 0
	    || strcmp(run->old.release, run->new.release) != 0)
		return NULL;
	return lock_find(&run->old, platform, &ignored);
}

static int64_t choose_epoch(const struct run *run)
{
	if (run->inputs.epoch >= 0)
		return run->inputs.epoch;
	if (run->old.file && strcmp(run->old.version, run->new.version) == 0)
		return run->old.epoch;
	return (int64_t)time(NULL);
}

static int lock_certificates(struct run *run, struct error *err)
{
	const struct recipe *recipe = &run->inputs.recipe;
	struct lock_certificates *certificates = &run->new.certificates;
	struct buffer pem;
	struct bundle bundle;
	int result;

	if (!recipe->certificates)
		return 0;
	buffer_init(&pem, LIMIT_BUNDLE_BYTES);
	result = recipe_read_file(recipe, recipe->certificates, &pem, err);
	if (result == 0)
		result = bundle_parse(&bundle, recipe->certificates, pem.bytes, pem.length, err);
	if (result == 0) {
		certificates->file = recipe->certificates;
		certificates->origin = recipe->origin;
		certificates->digest = digest_of(pem.bytes, pem.length);
		certificates->count = bundle.count;
		bundle_free(&bundle);
	}
	buffer_free(&pem);
	return result;
}

static int read_sums(struct run *run, struct buffer *sums, const char **name, struct error *err)
{
	if (run->sums_file) {
		*name = run->sums_file;
		return file_read(sums, AT_FDCWD, run->sums_file, err);
	}
	*name = recipe_sums(&run->inputs.recipe, &run->inputs.pool, err);
	return *name ? fetch_document(&run->fetch, *name, sums, err) : -1;
}

/* Fetches the archive: its digest has been checked by then, and its size is known. */
static int measure(struct run *run, struct lock_asset *asset, const char *name, struct error *err)
{
	const struct fetch_asset wanted = {
		.name = name, .url = asset->url, .digest = asset->digest, .size = asset->size,
	};
	int fd;

	if (fetch_open(&run->fetch, &wanted, &fd, &asset->size, err) < 0)
		return -1;
	close(fd);
	return 0;
}

static int check_unchanged(const struct run *run, const struct lock_asset *asset,
			   const char *name, struct error *err)
{
	const struct lock_asset *before = known(run, asset->platform);

	if (!before || digest_equal(&before->digest, &asset->digest))
		return 0;
	error_set(err, STATUS_DIGEST, "cannot lock '%s': its SHA-256 was another when version %s "
		  "was locked before", name, run->new.version);
	return error_hint(err, "a release must not change; remove '%s' to accept that it did",
			  run->inputs.lock_file);
}

static int lock_asset(struct run *run, const struct platform *platform, const struct buffer *sums,
		      const char *name_of_sums, struct error *err)
{
	struct lock_asset *asset = &run->new.assets[run->new.asset_count];
	const struct lock_asset *before = known(run, platform);
	char *name = recipe_asset(&run->inputs.recipe, platform, &run->inputs.pool, err);

	if (!name)
		return -1;
	asset->platform = platform;
	asset->url = recipe_url(&run->inputs.recipe, platform, &run->inputs.pool, err);
	asset->size = before ? before->size : 0;
	if (!asset->url || sums_find(sums, name_of_sums, name, &asset->digest, err) < 0
	    || check_unchanged(run, asset, name, err) < 0)
		return -1;
	if (run->download && measure(run, asset, name, err) < 0)
		return -1;
	run->new.asset_count++;
	return 0;
}

/* In the order of the platform table, whatever the recipe's is. */
static int lock_assets(struct run *run, struct error *err)
{
	const struct recipe *recipe = &run->inputs.recipe;
	const char *name_of_sums = NULL;
	struct buffer sums;
	int result;

	run->new.assets = pool_new(&run->inputs.pool, recipe->platform_count,
				   sizeof *run->new.assets);
	buffer_init(&sums, LIMIT_SUMS_BYTES);
	result = read_sums(run, &sums, &name_of_sums, err);
	for (const struct platform *row = platform_table(); row->name && result == 0; row++)
		if (recipe_has(recipe, row))
			result = lock_asset(run, row, &sums, name_of_sums, err);
	buffer_free(&sums);
	return result;
}

/* ---- results ---- */

/* Builds one platform; a job. */
static int record_one(void *context, size_t number, struct error *err)
{
	struct run *run = context;
	const struct oci_style style = { .name = run->new.name };
	const struct build build = {
		.recipe = &run->inputs.recipe, .lock = &run->new, .fetch = &run->fetch,
		.epoch = run->new.epoch, .compression = MEDIA_GZIP, .style = &style,
	};
	struct lock_result *result = &run->new.results[number];
	const struct fetch_asset *asset = &run->inputs.assets[number];
	struct oci_image image;
	struct tree tree;
	int made;

	oci_image_init(&image);
	made = result->has_image
	       ? build_image(&build, result->platform, asset, run->scratch, &tree, &image, err)
	       : build_tree(&build, result->platform, asset, run->scratch, &tree, err);
	if (made == 0) {
		made = results_mtree(&run->new, result->platform, &tree, &result->mtree, err);
		tree_free(&tree);
	}
	result->diff_id = image.layer.diff_id;
	result->manifest = image.manifest.digest;
	oci_image_free(&image);
	return made;
}

static int prepare_record(struct run *run, struct error *err)
{
	const size_t count = run->new.asset_count;
	struct pool *pool = &run->inputs.pool;

	run->new.file = pool_string(pool, run->inputs.lock_file);
	run->inputs.assets = pool_new(pool, count, sizeof *run->inputs.assets);
	run->new.results = pool_new(pool, count, sizeof *run->new.results);
	for (size_t i = 0; i < count; i++) {
		const struct lock_asset *asset = &run->new.assets[i];

		run->inputs.assets[i] = (struct fetch_asset){
			.name = recipe_asset(&run->inputs.recipe, asset->platform, pool, err),
			.url = asset->url, .digest = asset->digest, .size = asset->size,
		};
		if (!run->inputs.assets[i].name)
			return -1;
		run->new.results[i].platform = asset->platform;
		run->new.results[i].has_image = strcmp(asset->platform->os, "linux") == 0;
	}
	return 0;
}

static int record(struct run *run, struct error *err)
{
	int result;

	if (prepare_record(run, err) < 0)
		return -1;
	run->scratch = command_inputs_scratch(err);
	if (run->scratch < 0)
		return -1;
	result = jobs_run_all(record_one, run, run->new.asset_count, err);
	close(run->scratch);
	run->new.compressor = pool_string(&run->inputs.pool, compress_version(MEDIA_GZIP));
	run->new.result_count = run->new.asset_count;
	return result;
}

/* Whether the old lock's results are those of the new one, as far as a lock can tell. */
static bool has_same_inputs(const struct lock *old, const struct lock *new)
{
	if (!old->file || strcmp(old->version, new->version) != 0
	    || strcmp(old->release, new->release) != 0 || old->epoch != new->epoch
	    || old->asset_count != new->asset_count
	    || !digest_equal(&old->certificates.digest, &new->certificates.digest))
		return false;
	for (size_t i = 0; i < old->asset_count; i++)
		if (old->assets[i].platform != new->assets[i].platform
		    || !digest_equal(&old->assets[i].digest, &new->assets[i].digest))
			return false;
	return true;
}

static int settle_results(struct run *run, struct error *err)
{
	if (run->record)
		return record(run, err);
	if (has_same_inputs(&run->old, &run->new)) {
		run->new.compressor = run->old.compressor;
		run->new.results = run->old.results;
		run->new.result_count = run->old.result_count;
	}
	return 0;
}

static void print_lock(const struct lock *lock)
{
	for (size_t i = 0; i < lock->asset_count; i++) {
		char hex[DIGEST_HEX_BYTES];

		printf("%s  %s\n", digest_write_hex(&lock->assets[i].digest, hex),
		       lock->assets[i].url);
	}
}

static int make(struct run *run, struct error *err)
{
	int result = -1;

	if (read_old(run, err) < 0 || fetch_init(&run->fetch, &run->inputs.fetch, err) < 0)
		return -1;
	run->new.name = run->inputs.recipe.name;
	run->new.version = run->inputs.recipe.version;
	run->new.release = pool_string(&run->inputs.pool, run->release);
	run->new.epoch = choose_epoch(run);
	if (lock_certificates(run, err) == 0 && lock_assets(run, err) == 0
	    && settle_results(run, err) == 0)
		result = lock_write(&run->new, run->inputs.lock_file, err);
	fetch_free(&run->fetch);
	if (result == 0)
		print_lock(&run->new);
	return result;
}

static int run_lock(struct option_parser *parser, struct error *err)
{
	struct run run = { .release = "official" };
	int result;

	command_inputs_init(&run.inputs);
	result = parse(&run, parser, err);
	if (result == 0)
		result = command_inputs_open(&run.inputs, parser, err);
	if (result == 0)
		result = make(&run, err);
	lock_close(&run.old);
	command_inputs_close(&run.inputs);
	return result;
}

const struct command command_lock = {
	.name = "lock",
	.summary = "write the lock: what exactly a recipe stands for",
	.synopsis = "[--sums FILE] [--release NAME] [--download] [--record] [--lock FILE] "
		    "[--cache DIR] [--mirror URL]... [--ca-file FILE] [--stall-timeout SECONDS] "
		    "[--timeout SECONDS] [--offline] [RECIPE]",
	.options = options,
	.run = run_lock,
};
