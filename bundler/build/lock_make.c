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
#include "build/zoneinfo.h"
#include "recipe/sums.h"
#include "trust/bundle.h"

/* An unreadable old lock is not replaced: the user must remove it first. */
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

/* The old lock's entry for a platform of the same release, version and origin, or NULL. */
static const struct lock_asset *known(const struct lock *old, const struct lock *new,
				      const struct lock_release *release,
				      const struct platform *platform)
{
	for (size_t i = 0; i < old->release_count; i++)
		if (strcmp(old->releases[i].name, release->name) == 0
		    && strcmp(old->releases[i].version, release->version) == 0
		    && strcmp(old->release, new->release) == 0)
			return lock_find_in(&old->releases[i], platform);
	return NULL;
}

/* Counts the bundle's certificates, unless the old lock has the bundle's digest. */
static int lock_certificates(const struct lock_make *make, struct lock *new, struct error *err)
{
	const struct recipe *recipe = make->recipe;
	const struct lock_file *old = &make->old->certificates;
	struct lock_file *certificates = &new->certificates;
	struct bundle bundle;
	struct buffer pem;
	int result;

	if (!recipe->certificates)
		return 0;
	certificates->file = pool_string(&new->pool, recipe->certificates);
	certificates->origin = pool_string(&new->pool, recipe->origin);
	buffer_init(&pem, LIMIT_BUNDLE_BYTES);
	result = recipe_read_file(recipe, recipe->certificates, &pem, err);
	if (result < 0)
		goto out;
	certificates->digest = digest_of_output(pem.bytes, pem.length);
	certificates->count = old->count;
	if (make->old->file && digest_equal(&old->digest, &certificates->digest))
		goto out;
	result = bundle_parse(&bundle, recipe->certificates, pem.bytes, pem.length, err);
	if (result == 0) {
		certificates->count = bundle.count;
		bundle_free(&bundle);
	}
out:
	buffer_free(&pem);
	return result;
}

/* Checks and counts the time zones. */
static int lock_zoneinfo(const struct lock_make *make, struct lock *new, struct error *err)
{
	const struct recipe *recipe = make->recipe;
	struct lock_file *locked = &new->zoneinfo;
	struct zoneinfo zones;
	int result;

	if (!recipe->zoneinfo)
		return 0;
	result = zoneinfo_read(&zones, recipe, NULL, NULL, make->scratch, err);
	*locked = (struct lock_file){
		.file = pool_string(&new->pool, recipe->zoneinfo),
		.origin = pool_string(&new->pool, recipe->zoneinfo_origin),
		.digest = zones.digest, .count = zones.count,
	};
	zoneinfo_free(&zones);
	return result;
}

/* A checksum file, and its file or URL. */
struct sums {
	struct buffer text;
	const char *name;
};

/* All of them, and which one has an asset: those of the user are searched. */
struct all_sums {
	struct sums *items;
	size_t count;
	size_t *of[LIMIT_RECIPE_RELEASES];	/* by release and platform of the recipe */
};

/* Whether a release may do without this one: it is of optional platforms only. */
static bool may_be_absent(const struct recipe *recipe, const struct all_sums *all, size_t number)
{
	for (size_t k = 0; k < recipe->release_count; k++)
		for (size_t i = 0; i < recipe->platform_count; i++)
			if (recipe_format(&recipe->releases[k], recipe->platforms[i])
			    && all->of[k][i] == number && (k > 0 || !recipe->optional[i]))
				return false;
	return true;
}

static int read_sums(const struct lock_make *make, const struct all_sums *all, size_t number,
		     struct error *err)
{
	struct sums *sums = &all->items[number];
	bool absent;
	int result;

	if (make->sums_count > 0)
		return file_read(&sums->text, AT_FDCWD, sums->name, err);
	result = fetch_document(make->fetch, sums->name, &sums->text, &absent, err);
	if (result < 0 && absent && may_be_absent(make->recipe, all, number))
		return 0;
	if (result < 0 && err->status == STATUS_NETWORK)
		error_hint(err, "--sums reads a copy from elsewhere");
	return result;
}

/* Names those of a release, each URL once. */
static int name_release_sums(const struct recipe *recipe, const struct recipe_release *release,
			     struct lock *new, struct all_sums *all, size_t *of,
			     struct error *err)
{
	for (size_t i = 0; i < recipe->platform_count; i++) {
		char *url;

		if (!recipe_format(release, recipe->platforms[i]))
			continue;
		url = recipe_sums(release, recipe->platforms[i], &new->pool, err);
		if (!url)
			return -1;
		if (*url == '\0') {
			error_set(err, STATUS_CONFIG,
				  "cannot lock '%s %s': its release has no checksum file",
				  release->name, release->version);
			return error_hint(err, "make one from archives that you trust, and pass it "
					  "with --sums");
		}
		while (of[i] < all->count && strcmp(all->items[of[i]].name, url) != 0)
			of[i]++;
		if (of[i] == all->count)
			all->items[all->count++].name = url;
	}
	return 0;
}

/* Names all: the user's, else those of the releases. */
static int name_sums(const struct lock_make *make, struct lock *new, struct all_sums *all,
		     struct error *err)
{
	const struct recipe *recipe = make->recipe;

	all->items = pool_new(&new->pool,
			      make->sums_count + recipe->platform_count * recipe->release_count,
			      sizeof *all->items);
	for (; all->count < make->sums_count; all->count++)
		all->items[all->count].name = make->sums[all->count];
	for (size_t k = 0; k < recipe->release_count && make->sums_count == 0; k++) {
		all->of[k] = pool_new(&new->pool, recipe->platform_count, sizeof *all->of[k]);
		if (name_release_sums(recipe, &recipe->releases[k], new, all, all->of[k], err) < 0)
			return -1;
	}
	return 0;
}

/* What will be known about an asset before its digest is. */
static int name_asset(const struct recipe_release *release, const struct platform *platform,
		      struct lock *new, struct fetch_asset *asset, struct error *err)
{
	asset->name = recipe_asset(release, platform, &new->pool, err);
	asset->url = recipe_url(release, platform, &new->pool, err);
	return asset->name && asset->url ? 0 : -1;
}

static bool wants_archives(const struct lock_make *make)
{
	return make->download || make->record;
}

/* Confines the process to what may be fetched. */
static int begin(const struct lock_make *make, struct lock *new, const struct all_sums *all,
		 struct error *err)
{
	const struct recipe *recipe = make->recipe;
	const size_t documents = make->sums_count > 0 ? 0 : all->count;
	struct fetch_asset *assets = pool_new(&new->pool,
					      recipe->platform_count * recipe->release_count,
					      sizeof *assets);
	const char **urls = pool_new(&new->pool, documents, sizeof *urls);
	size_t count = 0;

	for (size_t i = 0; i < documents; i++)
		urls[i] = all->items[i].name;
	for (size_t k = 0; k < recipe->release_count; k++)
		for (size_t i = 0; i < recipe->platform_count; i++)
			if (recipe_format(&recipe->releases[k], recipe->platforms[i])
			    && name_asset(&recipe->releases[k], recipe->platforms[i], new,
					  &assets[count++], err) < 0)
				return -1;
	/* The sums may have nothing but SHA-512, for which the archives are needed. */
	return fetch_begin(make->fetch, assets, count, !wants_archives(make), urls, documents,
			   err);
}

/* Fetches the archive that has the SHA-512, and stores its SHA-256 and size. */
static int learn(const struct lock_make *make, struct lock_asset *asset, const char *name,
		 const struct lock_asset *before, const struct digest_sha512 *sha512,
		 struct error *err)
{
	struct fetch_asset wanted = { .name = name, .url = asset->url };

	if (before)
		wanted.digest = before->digest;
	if (fetch_learn(make->fetch, &wanted, sha512, err) < 0)
		return -1;
	asset->digest = wanted.digest;
	asset->size = wanted.size;
	return 0;
}

/* Fetches the archive, which checks its digest, and stores its size. */
static int measure(const struct lock_make *make, struct lock_asset *asset, const char *name,
		   struct error *err)
{
	const struct fetch_asset wanted = {
		.name = name, .url = asset->url, .digest = asset->digest, .size = asset->size,
	};
	int fd;

	if (fetch_open(make->fetch, &wanted, &fd, &asset->size, err) < 0)
		return -1;
	close(fd);
	return 0;
}

static int check_unchanged(const struct lock_make *make, const struct lock_release *release,
			   const struct lock_asset *before, const struct lock_asset *asset,
			   const char *name, struct error *err)
{
	if (!before || digest_equal(&before->digest, &asset->digest))
		return 0;
	error_set(err, STATUS_DIGEST, "cannot lock '%s': its SHA-256 has changed since version %s "
		  "was locked", name, release->version);
	return error_hint(err, "a release must not change; to accept the change, remove '%s'",
			  make->lock_file);
}

/* The assets of a release that are in no checksum file, but for those of optional platforms. */
struct missing {
	size_t first;			/* platform of the recipe */
	const char *name, *names;	/* of the first, and of all for a message */
};

static void add_missing(struct missing *missing, size_t platform, const char *name,
			struct pool *pool)
{
	if (!missing->name)
		*missing = (struct missing){ platform, name, pool_format(pool, "'%s'", name) };
	else
		missing->names = pool_format(pool, "%s, '%s'", missing->names, name);
}

/* Names that are those of the recipe's other platforms are not near. */
static int refuse_missing(const struct lock_make *make, size_t number,
			  const struct missing *missing, const struct all_sums *all,
			  struct pool *pool, struct error *err)
{
	const struct recipe *recipe = make->recipe;
	const struct recipe_release *release = &recipe->releases[number];
	const char **taken = pool_new(pool, recipe->platform_count, sizeof *taken);
	const size_t sums = all->of[number] ? all->of[number][missing->first] : 0;
	const char *near = NULL;
	size_t count = 0;

	for (size_t i = 0; i < recipe->platform_count; i++) {
		if (!recipe_format(release, recipe->platforms[i]))
			continue;
		taken[count] = recipe_asset(release, recipe->platforms[i], pool, err);
		if (!taken[count++])
			return -1;
	}
	for (size_t i = 0; i < all->count && !near; i++)
		near = sums_near(&all->items[i].text, missing->name, taken, count, pool);
	error_set(err, STATUS_CONFIG, "cannot use '%s': no line for %s", all->items[sums].name,
		  missing->names);
	if (near)
		return error_hint(err, "it has '%s'; 'asset' and 'target' of the recipe make the "
				  "names", near);
	if (number > 0)
		return error_hint(err, "release '%s' must have every platform that '%s %s' has",
				  release->name, recipe->name, recipe->version);
	return error_hint(err, "if releases may lack %s, make it optional in the recipe",
			  recipe->platforms[missing->first]->name);
}

/* A user's file of nothing but a digest is for the asset that it is named after. */
static bool is_named_after(const char *file, const char *asset)
{
	const char *slash = strrchr(file, '/');

	return strncmp(slash ? slash + 1 : file, asset, strlen(asset)) == 0;
}

/* A SHA-256 and a SHA-512 do not contradict each other: the SHA-512 is not used then. */
static bool contradicts(const struct sums_digest *one, const struct sums_digest *other)
{
	if (one->is_sha512 != other->is_sha512)
		return false;
	return one->is_sha512 ? !digest_equal_sha512(&one->sha512, &other->sha512)
			      : !digest_equal(&one->sha256, &other->sha256);
}

/*
 * Finds the digest of an asset, in the file of that number if it is its own: 1, 0 or -1. from is
 * the name of the file that has it.
 */
static int find_digest(const struct recipe_release *release, const struct all_sums *all,
		       const size_t *own, const char *name, struct sums_digest *digest,
		       const char **from, struct error *err)
{
	int found = 0;

	if (own) {
		const struct sums *sums = &all->items[*own];

		*from = sums->name;
		return sums_find(&sums->text, sums->name, name, recipe_sums_vary(release), digest,
				 err);
	}
	for (size_t i = 0; i < all->count; i++) {
		const struct sums *sums = &all->items[i];
		struct sums_digest other;
		int result = sums_find(&sums->text, sums->name, name,
				       is_named_after(sums->name, name), &other, err);

		if (result < 0)
			return -1;
		if (result > 0 && found > 0 && contradicts(digest, &other))
			return error_set(err, STATUS_CONFIG, "cannot use '%s': '%s' has another "
					 "digest in a file before it", sums->name, name);
		if (result > 0 && (found == 0 || digest->is_sha512)) {
			*digest = other;
			*from = sums->name;
		}
		found |= result;
	}
	return found;
}

/*
 * An asset that is not in the sums is left out if its platform is optional; of another release,
 * only with that of the recipe's own.
 */
static int lock_asset(const struct lock_make *make, size_t number, size_t place,
		      const struct all_sums *all, struct missing *missing, struct lock *new,
		      struct error *err)
{
	const struct platform *platform = make->recipe->platforms[place];
	const struct recipe_release *wanted = &make->recipe->releases[number];
	const size_t *own = all->of[number] ? &all->of[number][place] : NULL;
	struct lock_release *release = &new->releases[number];
	struct lock_asset *asset = &release->assets[release->asset_count];
	const struct lock_asset *before = known(make->old, new, release, platform);
	struct sums_digest digest;
	const char *name, *sums = NULL;
	int found;

	if (!recipe_format(wanted, platform)
	    || (number > 0 && !lock_find_in(&new->releases[0], platform)))
		return 0;
	name = recipe_asset(wanted, platform, &new->pool, err);
	found = name ? find_digest(wanted, all, own, name, &digest, &sums, err) : -1;
	if (found < 0)
		return -1;
	if (found == 0) {
		if (number > 0 || !recipe_is_optional(make->recipe, platform))
			add_missing(missing, place, name, &new->pool);
		return 0;
	}
	asset->platform = platform;
	asset->name = name;
	asset->sums = sums;
	asset->by_sha512 = digest.is_sha512;
	asset->url = recipe_url(wanted, platform, &new->pool, err);
	asset->digest = digest.sha256;
	asset->size = before ? before->size : 0;
	if (!asset->url
	    || (digest.is_sha512 && learn(make, asset, name, before, &digest.sha512, err) < 0)
	    || check_unchanged(make, release, before, asset, name, err) < 0
	    || (make->download && !digest.is_sha512 && measure(make, asset, name, err) < 0))
		return -1;
	release->asset_count++;
	return 0;
}

/* In the order of the platform table, not of the recipe. */
static int lock_release(const struct lock_make *make, size_t number, const struct all_sums *all,
			struct lock *new, struct error *err)
{
	const struct recipe *recipe = make->recipe;
	struct lock_release *release = &new->releases[number];
	struct missing missing = { .name = NULL };

	release->name = pool_string(&new->pool, recipe->releases[number].name);
	release->version = pool_string(&new->pool, recipe->releases[number].version);
	release->assets = pool_new(&new->pool, recipe->platform_count, sizeof *release->assets);
	for (const struct platform *row = platform_table(); row->name; row++)
		for (size_t i = 0; i < recipe->platform_count; i++)
			if (recipe->platforms[i] == row
			    && lock_asset(make, number, i, all, &missing, new, err) < 0)
				return -1;
	if (missing.name)
		return refuse_missing(make, number, &missing, all, &new->pool, err);
	if (release->asset_count == 0 && number == 0)
		return error_set(err, STATUS_CONFIG, "cannot use '%s': no line for any platform of "
				 "'%s'", all->items[0].name, recipe->file);
	return 0;
}

static bool may_have_sha512(const struct all_sums *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (sums_may_have_sha512(&all->items[i].text))
			return true;
	return false;
}

static int lock_releases(const struct lock_make *make, struct lock *new, struct error *err)
{
	struct all_sums all = { .items = NULL };
	size_t opened = 0;
	int result;

	new->releases = pool_new(&new->pool, make->recipe->release_count, sizeof *new->releases);
	result = name_sums(make, new, &all, err);
	if (result == 0)
		result = begin(make, new, &all, err);
	for (; opened < all.count && result == 0; opened++) {
		buffer_init(&all.items[opened].text, LIMIT_SUMS_BYTES);
		result = read_sums(make, &all, opened, err);
	}
	if (result == 0 && !wants_archives(make) && !may_have_sha512(&all))
		result = fetch_end(make->fetch, err);
	for (size_t k = 0; k < make->recipe->release_count && result == 0; k++) {
		result = lock_release(make, k, &all, new, err);
		new->release_count++;
	}
	while (opened-- > 0)
		buffer_free(&all.items[opened].text);
	return result;
}

/* Shared by the jobs of recording. */
struct recording {
	const struct lock_make *make;
	struct lock *new;
};

/* Builds one platform; a job. */
static int record_one(void *context, size_t number, struct error *err)
{
	const struct recording *recording = context;
	struct lock *new = recording->new;
	const struct oci_style style = { .name = new->name };
	const struct build build = {
		.recipe = recording->make->recipe, .lock = new,
		.fetch = recording->make->fetch, .epoch = new->epoch,
		.compression = COMPRESSION_GZIP,
		.style = &style,
	};
	const int scratch = recording->make->scratch;
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

static int record(const struct lock_make *make, struct lock *new, struct error *err)
{
	struct recording recording = { .make = make, .new = new };
	const struct lock_release *own = &new->releases[0];
	const struct platform **platforms = pool_new(&new->pool, own->asset_count,
						     sizeof *platforms);
	struct fetch_asset *assets;
	size_t count;

	new->results = pool_new(&new->pool, own->asset_count, sizeof *new->results);
	for (size_t i = 0; i < own->asset_count; i++) {
		platforms[i] = own->assets[i].platform;
		new->results[i].platform = platforms[i];
		new->results[i].has_image = strcmp(platforms[i]->os, "linux") == 0;
	}
	assets = build_assets(make->recipe, new, platforms, own->asset_count, &new->pool, &count,
			      err);
	if (!assets || fetch_ahead(make->fetch, assets, count, err) < 0
	    || fetch_end(make->fetch, err) < 0
	    || jobs_run_all(record_one, &recording, own->asset_count, err) < 0)
		return -1;
	new->compressor = pool_string(&new->pool, compress_version(COMPRESSION_GZIP));
	new->result_count = own->asset_count;
	return 0;
}

static bool has_same_assets(const struct lock_release *old, const struct lock_release *new)
{
	if (strcmp(old->name, new->name) != 0 || strcmp(old->version, new->version) != 0
	    || old->asset_count != new->asset_count)
		return false;
	for (size_t i = 0; i < old->asset_count; i++)
		if (old->assets[i].platform != new->assets[i].platform
		    || !digest_equal(&old->assets[i].digest, &new->assets[i].digest))
			return false;
	return true;
}

/* Whether both locks have the same inputs, and so the same results. */
static bool has_same_inputs(const struct lock *old, const struct lock *new)
{
	if (!is_same_version(old, new) || strcmp(old->release, new->release) != 0
	    || old->epoch != new->epoch || old->release_count != new->release_count
	    || !digest_equal(&old->certificates.digest, &new->certificates.digest)
	    || !digest_equal(&old->zoneinfo.digest, &new->zoneinfo.digest))
		return false;
	for (size_t i = 0; i < old->release_count; i++)
		if (!has_same_assets(&old->releases[i], &new->releases[i]))
			return false;
	return true;
}

int lock_make(const struct lock_make *make, struct lock *new, struct error *err)
{
	const struct lock *old = make->old;

	*new = (struct lock){ 0 };
	new->file = pool_string(&new->pool, make->lock_file);
	new->name = pool_string(&new->pool, make->recipe->name);
	new->version = pool_string(&new->pool, make->recipe->version);
	new->release = pool_string(&new->pool, make->release);
	new->epoch = make->epoch >= 0 ? make->epoch
		     : is_same_version(old, new) ? old->epoch : (int64_t)time(NULL);
	if (lock_certificates(make, new, err) < 0 || lock_zoneinfo(make, new, err) < 0
	    || lock_releases(make, new, err) < 0)
		goto fail;
	if (make->record) {
		if (record(make, new, err) < 0)
			goto fail;
	} else if (old->result_count > 0 && has_same_inputs(old, new)) {
		new->compressor = pool_string(&new->pool, old->compressor);
		new->results = pool_new(&new->pool, old->result_count, sizeof *new->results);
		memcpy(new->results, old->results, old->result_count * sizeof *new->results);
		new->result_count = old->result_count;
	}
	return 0;
fail:
	lock_close(new);
	return -1;
}
