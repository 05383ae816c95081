/* SPDX-License-Identifier: Apache-2.0 */
/* The steps by which a lock is made. */
#include "build/lock_make.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/jobs.h"
#include "base/limits.h"
#include "build/build.h"
#include "build/compress.h"
#include "recipe/sums.h"
#include "trust/bundle.h"

/* An old lock that cannot be read keeps its place: whoever wants another removes it first. */
int lock_make_read(struct lock *old, const char *file, struct error *err)
{
	*old = (struct lock){ 0 };
	if (access(file, F_OK) < 0 && errno == ENOENT)
		return 0;
	return lock_open(old, file, err);
}

static bool is_same_version(const struct lock *old, const struct lock *new)
{
	return old->file && strcmp(old->version, new->version) == 0;
}

/* The old lock's entry for the same version, release and platform, or NULL. */
static const struct lock_asset *known(const struct lock *old, const struct lock *new,
				      const struct platform *platform)
{
	struct error ignored;

	if (!is_same_version(old, new) || strcmp(old->release, new->release) != 0)
		return NULL;
	return lock_find(old, platform, &ignored);
}

static int64_t choose_epoch(const struct lock_make *relock, const struct lock *new)
{
	if (relock->epoch >= 0)
		return relock->epoch;
	return is_same_version(relock->old, new) ? relock->old->epoch : (int64_t)time(NULL);
}

/* Counts the bundle's certificates, unless the old lock has counted these very bytes. */
static int count_certificates(const struct lock_make *relock, const struct buffer *pem,
			      struct lock_certificates *certificates, struct error *err)
{
	const struct lock_certificates *old = &relock->old->certificates;
	struct digest_state digest;
	struct bundle bundle;

	digest_init_output(&digest);
	digest_add(&digest, pem->bytes, pem->length);
	certificates->digest = digest_read(&digest);
	certificates->count = old->count;
	if (old->file && digest_equal(&old->digest, &certificates->digest))
		return 0;
	if (bundle_parse(&bundle, relock->recipe->certificates, pem->bytes, pem->length, err) < 0)
		return -1;
	certificates->count = bundle.count;
	bundle_free(&bundle);
	return 0;
}

static int lock_certificates(const struct lock_make *relock, struct lock *new, struct error *err)
{
	const struct recipe *recipe = relock->recipe;
	struct buffer pem;
	int result;

	if (!recipe->certificates)
		return 0;
	new->certificates.file = pool_string(&new->pool, recipe->certificates);
	new->certificates.origin = pool_string(&new->pool, recipe->origin);
	buffer_init(&pem, LIMIT_BUNDLE_BYTES);
	result = recipe_read_file(recipe, recipe->certificates, &pem, err);
	if (result == 0)
		result = count_certificates(relock, &pem, &new->certificates, err);
	buffer_free(&pem);
	return result;
}

/* ---- digests ---- */

/* A SHA256SUMS text, and where it is from. */
struct sums {
	struct buffer text;
	const char *name;
};

static int read_sums(const struct lock_make *relock, struct sums *sums, struct lock *new,
		     struct error *err)
{
	sums->name = relock->sums_file;
	if (sums->name)
		return file_read(&sums->text, AT_FDCWD, sums->name, err);
	sums->name = recipe_sums(relock->recipe, &new->pool, err);
	if (!sums->name)
		return -1;
	if (*sums->name != '\0') {
		int result = fetch_document(relock->fetch, sums->name, &sums->text, err);

		if (result < 0 && err->status == STATUS_NETWORK)
			error_hint(err, "--sums takes a copy that was got elsewhere");
		return result;
	}
	error_set(err, STATUS_CONFIG, "cannot lock '%s %s': its release has no SHA256SUMS",
		  new->name, new->version);
	return error_hint(err, "make one of archives that you trust, and give it with --sums");
}

/* Fetches the archive: its digest has been checked by then, and its size is known. */
static int measure(const struct lock_make *relock, struct lock_asset *asset, const char *name,
		   struct error *err)
{
	const struct fetch_asset wanted = {
		.name = name, .url = asset->url, .digest = asset->digest, .size = asset->size,
	};
	int fd;

	if (fetch_open(relock->fetch, &wanted, &fd, &asset->size, err) < 0)
		return -1;
	close(fd);
	return 0;
}

static int check_unchanged(const struct lock_make *relock, const struct lock *new,
			   const struct lock_asset *asset, const char *name, struct error *err)
{
	const struct lock_asset *before = known(relock->old, new, asset->platform);

	if (!before || digest_equal(&before->digest, &asset->digest))
		return 0;
	error_set(err, STATUS_DIGEST, "cannot lock '%s': its SHA-256 was another when version %s "
		  "was locked before", name, new->version);
	return error_hint(err, "a release must not change; remove '%s' to accept that it did",
			  relock->lock_file);
}

static int missing(const struct sums *sums, const char *name, const struct platform *platform,
		   struct error *err)
{
	error_set(err, STATUS_CONFIG, "cannot use '%s': no line for '%s'", sums->name, name);
	return error_hint(err, "if releases may lack %s, the recipe can call it optional",
			  platform->name);
}

/* An asset that the sums do not have is left out when its platform is optional. */
static int lock_asset(const struct lock_make *relock, const struct platform *platform,
		      const struct sums *sums, struct lock *new, struct error *err)
{
	struct lock_asset *asset = &new->assets[new->asset_count];
	const struct lock_asset *before = known(relock->old, new, platform);
	char *name = recipe_asset(relock->recipe, platform, &new->pool, err);
	int found = name ? sums_find(&sums->text, sums->name, name, &asset->digest, err) : -1;

	if (found == 0 && recipe_is_optional(relock->recipe, platform))
		return 0;
	if (found <= 0)
		return found < 0 ? -1 : missing(sums, name, platform, err);
	asset->platform = platform;
	asset->url = recipe_url(relock->recipe, platform, &new->pool, err);
	asset->size = before ? before->size : 0;
	if (!asset->url || check_unchanged(relock, new, asset, name, err) < 0)
		return -1;
	if (relock->download && measure(relock, asset, name, err) < 0)
		return -1;
	new->asset_count++;
	return 0;
}

/* In the order of the platform table, whatever the recipe's is. */
static int lock_assets(const struct lock_make *relock, struct lock *new, struct error *err)
{
	const struct recipe *recipe = relock->recipe;
	struct sums sums;
	int result;

	new->assets = pool_new(&new->pool, recipe->platform_count, sizeof *new->assets);
	buffer_init(&sums.text, LIMIT_SUMS_BYTES);
	result = read_sums(relock, &sums, new, err);
	for (const struct platform *row = platform_table(); row->name && result == 0; row++)
		if (recipe_has(recipe, row))
			result = lock_asset(relock, row, &sums, new, err);
	if (result == 0 && new->asset_count == 0)
		result = error_set(err, STATUS_CONFIG, "cannot use '%s': no line for any platform "
				   "of '%s'", sums.name, recipe->file);
	buffer_free(&sums.text);
	return result;
}

/* ---- results ---- */

/* What the jobs of recording share. */
struct recording {
	const struct lock_make *relock;
	struct lock *new;
};

/* Builds one platform; a job. */
static int record_one(void *context, size_t number, struct error *err)
{
	const struct recording *recording = context;
	struct lock *new = recording->new;
	const struct oci_style style = { .name = new->name };
	const struct build build = {
		.recipe = recording->relock->recipe, .lock = new,
		.fetch = recording->relock->fetch, .epoch = new->epoch, .compression = MEDIA_GZIP,
		.style = &style,
	};
	const int scratch = recording->relock->scratch;
	struct lock_result *result = &new->results[number];
	struct oci_image image;
	struct buffer manifest;
	struct tree tree;
	int made = 0;

	if (build_tree(&build, result->platform, scratch, &tree, &manifest, err) < 0)
		return -1;
	result->mtree = digest_of_output(manifest.bytes, manifest.length);
	buffer_free(&manifest);
	if (result->has_image) {
		oci_image_init(&image);
		image.platform = result->platform;
		made = build_image_of(&build, &tree, scratch, &image, err);
		result->diff_id = image.layer.diff_id;
		result->manifest = image.manifest.digest;
		oci_image_free(&image);
	}
	tree_free(&tree);
	return made;
}

static int record(const struct lock_make *relock, struct lock *new, struct error *err)
{
	struct recording recording = { .relock = relock, .new = new };

	new->results = pool_new(&new->pool, new->asset_count, sizeof *new->results);
	for (size_t i = 0; i < new->asset_count; i++) {
		const struct platform *platform = new->assets[i].platform;

		new->results[i].platform = platform;
		new->results[i].has_image = strcmp(platform->os, "linux") == 0;
	}
	if (jobs_run_all(record_one, &recording, new->asset_count, err) < 0)
		return -1;
	new->compressor = pool_string(&new->pool, compress_version(MEDIA_GZIP));
	new->result_count = new->asset_count;
	return 0;
}

/* Whether the old lock's results are those of the new one, as far as a lock can tell. */
static bool has_same_inputs(const struct lock *old, const struct lock *new)
{
	if (!is_same_version(old, new) || strcmp(old->release, new->release) != 0
	    || old->epoch != new->epoch || old->asset_count != new->asset_count
	    || !digest_equal(&old->certificates.digest, &new->certificates.digest))
		return false;
	for (size_t i = 0; i < old->asset_count; i++)
		if (old->assets[i].platform != new->assets[i].platform
		    || !digest_equal(&old->assets[i].digest, &new->assets[i].digest))
			return false;
	return true;
}

static void keep_results(const struct lock *old, struct lock *new)
{
	if (old->result_count == 0)
		return;
	new->compressor = pool_string(&new->pool, old->compressor);
	new->results = pool_new(&new->pool, old->result_count, sizeof *new->results);
	memcpy(new->results, old->results, old->result_count * sizeof *new->results);
	new->result_count = old->result_count;
}

static int settle_results(const struct lock_make *relock, struct lock *new, struct error *err)
{
	if (relock->scratch >= 0)
		return record(relock, new, err);
	if (has_same_inputs(relock->old, new))
		keep_results(relock->old, new);
	return 0;
}

int lock_make(const struct lock_make *relock, struct lock *new, struct error *err)
{
	*new = (struct lock){ 0 };
	new->file = pool_string(&new->pool, relock->lock_file);
	new->name = pool_string(&new->pool, relock->recipe->name);
	new->version = pool_string(&new->pool, relock->recipe->version);
	new->release = pool_string(&new->pool, relock->release);
	new->epoch = choose_epoch(relock, new);
	if (lock_certificates(relock, new, err) == 0 && lock_assets(relock, new, err) == 0
	    && settle_results(relock, new, err) == 0)
		return 0;
	lock_close(new);
	return -1;
}
