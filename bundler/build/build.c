/* SPDX-License-Identifier: Apache-2.0 */
/* The steps from a lock to a tree and an image, each compared with the pinned result. */
#include "build/build.h"

#include <unistd.h>

#include "base/limits.h"
#include "build/assemble.h"
#include "build/pins.h"
#include "tree/layer.h"
#include "tree/mtree.h"

/* The asset of a release: 1, 0 when it has none for the platform, or -1. */
static int find_asset(const struct recipe *recipe, const struct lock *lock, size_t release,
		      const struct platform *platform, struct pool *pool,
		      struct fetch_asset *asset, struct error *err)
{
	const struct lock_asset *locked = lock_find_in(&lock->releases[release], platform);

	if (!recipe_format(&recipe->releases[release], platform))
		return 0;
	/* lock_check has seen that only the recipe's own release can lack it. */
	if (!locked)
		return lock_find(lock, platform, err) ? 0 : -1;
	*asset = (struct fetch_asset){
		.name = recipe_asset(&recipe->releases[release], platform, pool, err),
		.url = locked->url, .digest = locked->digest, .size = locked->size,
	};
	return asset->name ? 1 : -1;
}

struct fetch_asset *build_assets(const struct recipe *recipe, const struct lock *lock,
				 const struct platform *const *platforms, size_t platform_count,
				 struct pool *pool, size_t *count, struct error *err)
{
	struct fetch_asset *assets = pool_new(pool, platform_count * recipe->release_count,
					      sizeof *assets);

	*count = 0;
	for (size_t i = 0; i < platform_count; i++)
		for (size_t k = 0; k < recipe->release_count; k++) {
			const int found = find_asset(recipe, lock, k, platforms[i], pool,
						     &assets[*count], err);

			if (found < 0)
				return NULL;
			*count += (size_t)found;
		}
	return assets;
}

/* Opens the assets of all releases. The caller closes them, whatever the result. */
static int open_assets(const struct build *build, const struct platform *platform,
		       struct pool *pool, struct assemble_asset *assets, struct error *err)
{
	for (size_t i = 0; i < build->recipe->release_count; i++) {
		struct fetch_asset asset;
		const int found = find_asset(build->recipe, build->lock, i, platform, pool, &asset,
					     err);

		if (found < 0 || (found > 0 && fetch_open(build->fetch, &asset, &assets[i].fd,
							  &assets[i].size, err) < 0))
			return -1;
	}
	return 0;
}

/* Hashes an asset from its beginning; its position does not change. */
static int hash_asset(const struct assemble_asset *asset, const char *name,
		      struct digest_sha512 *digest, struct error *err)
{
	struct digest_further state;
	uint8_t bytes[16384];
	uint64_t at = 0;
	ssize_t got;

	digest_further_init(&state);
	for (; (got = pread(asset->fd, bytes, sizeof bytes, (off_t)at)) > 0; at += (uint64_t)got)
		digest_further_add(&state, bytes, (size_t)got);
	if (got < 0)
		return error_errno(err, STATUS_FILE, "cannot read the archive for '%s'", name);
	*digest = digest_further_sha512(&state);
	return 0;
}

static void enter(const struct build *build, const struct platform *platform, const char *phase)
{
	const struct event_sink *events = &build->fetch->options.events;
	const struct event event = {
		.kind = EVENT_PHASE, .asset = platform->name, .message = phase,
	};

	if (events->notify)
		events->notify(events->context, &event);
}

static int assemble(const struct build *build, const struct platform *platform, int directory,
		    struct tree *tree, struct pool *pool, struct error *err)
{
	struct assemble_asset assets[LIMIT_RECIPE_RELEASES];
	int result;

	for (size_t i = 0; i < LIMIT_RECIPE_RELEASES; i++)
		assets[i].fd = -1;
	result = open_assets(build, platform, pool, assets, err);
	for (size_t i = 0; i < LIMIT_RECIPE_RELEASES && build->archives && result == 0; i++)
		if (assets[i].fd >= 0)
			result = hash_asset(&assets[i], platform->name, &build->archives[i], err);
	enter(build, platform, "unpack");
	if (result == 0)
		result = assemble_tree(tree, build->recipe, build->lock, platform, assets,
				       directory, err);
	for (size_t i = 0; i < LIMIT_RECIPE_RELEASES; i++)
		if (assets[i].fd >= 0)
			close(assets[i].fd);
	return result;
}

int build_tree(const struct build *build, const struct platform *platform, int directory,
	       struct tree *tree, struct buffer *manifest, struct error *err)
{
	struct digest digest;
	struct buffer own, *text = manifest ? manifest : &own;
	struct pool pool = { 0 };
	int result;

	tree_init(tree, build->epoch);
	buffer_init(text, LIMIT_MANIFEST_BYTES);
	result = assemble(build, platform, directory, tree, &pool, err);
	if (result == 0 && mtree_write(tree, lock_about(build->lock, platform, &pool), text) < 0)
		result = error_set(err, STATUS_LIMIT, "cannot describe '%s': its manifest is "
				   "larger than %zu bytes", platform->name, text->maximum);
	if (result == 0) {
		digest = digest_of_output(text->bytes, text->length);
		result = pins_check(build->lock, platform, build->epoch, PINS_MTREE, &digest, err);
	}
	if (result < 0)
		tree_free(tree);
	if (result < 0 || !manifest)
		buffer_free(text);
	pool_free(&pool);
	return result;
}

/* Whether the image is made without options: the lock pins only the manifest of that. */
static bool is_plain(const struct build *build)
{
	return build->compression == COMPRESSION_GZIP && !build->flavour && !build->style->doi;
}

/* Checks an image's layer against the lock, and makes config and manifest. */
static int describe(const struct build *build, struct oci_image *image, struct error *err)
{
	if (pins_check(build->lock, image->platform, build->epoch, PINS_DIFF_ID,
		       &image->layer.diff_id, err) < 0)
		return -1;
	return oci_image_describe(image, build->recipe, build->lock, build->flavour, build->epoch,
				  build->style, err);
}

/* The same, and checks the manifest against the lock. */
static int end_image(const struct build *build, struct oci_image *image, struct error *err)
{
	if (describe(build, image, err) < 0)
		return -1;
	return is_plain(build) ? pins_check(build->lock, image->platform, build->epoch,
					    PINS_MANIFEST, &image->manifest.digest, err) : 0;
}

int build_image_of(const struct build *build, const struct tree *tree, int directory,
		   struct oci_image *image, struct error *err)
{
	enter(build, image->platform, "layer");
	return oci_layer_make(&image->layer, tree, build->compression, directory,
			      image->platform->name, err) < 0 ? -1 : end_image(build, image, err);
}

int build_image(const struct build *build, const struct platform *platform, int directory,
		struct tree *tree, struct oci_image *image, struct error *err)
{
	struct tree own;
	struct tree *built = tree ? tree : &own;
	int result;

	image->platform = platform;
	if (build_tree(build, platform, directory, built, NULL, err) < 0)
		return -1;
	result = build_image_of(build, built, directory, image, err);
	if (result < 0 || !tree)
		tree_free(built);
	return result;
}

static int add_to_digest(void *context, const void *bytes, size_t length)
{
	digest_add(context, bytes, length);
	return 0;
}

int build_image_like(const struct build *build, const struct platform *platform, int directory,
		     const struct digest *layer, uint64_t size, struct tree *tree,
		     struct oci_image *image, struct error *err)
{
	const struct lock_result *pinned = lock_result_find(build->lock, platform);
	struct digest_state diff_id;
	int result;

	if (!pinned || !is_plain(build))
		return build_image(build, platform, directory, tree, image, err);
	image->platform = platform;
	if (build_tree(build, platform, directory, tree, NULL, err) < 0)
		return -1;
	digest_init_output(&diff_id);
	result = layer_stream(tree, add_to_digest, &diff_id, platform->name, err);
	if (result == 0) {
		image->layer = (struct oci_layer){
			.compression = COMPRESSION_GZIP, .diff_id = digest_read(&diff_id),
			.blob = { .size = size, .digest = *layer, .fd = -1 },
		};
		result = describe(build, image, err);
	}
	if (result == 0 && !digest_equal(&pinned->manifest, &image->manifest.digest)) {
		oci_image_free(image);
		result = build_image_of(build, tree, directory, image, err);
	}
	if (result < 0)
		tree_free(tree);
	return result;
}

int build_image_pinned(const struct build *build, const struct platform *platform,
		       const struct digest *layer, uint64_t size, struct oci_image *image,
		       struct error *err)
{
	const struct lock_result *pinned = pins_find(build->lock, platform, build->epoch, err);

	image->platform = platform;
	if (!pinned)
		return -1;
	if (!pinned->has_image || !is_plain(build))
		return error_set(err, STATUS_CONFIG, "cannot use what is pinned: lock '%s' pins "
				 "only the image that is made without options", build->lock->file);
	image->layer = (struct oci_layer){
		.compression = COMPRESSION_GZIP, .diff_id = pinned->diff_id,
		.blob = { .size = size, .digest = *layer, .fd = -1 },
	};
	if (describe(build, image, err) < 0)
		return -1;
	/* Another digest is that of a manifest with another compressor's layer. */
	image->manifest.digest = pinned->manifest;
	return 0;
}

int build_image_from(const struct build *build, const struct platform *platform, int archive,
		     const char *path, int directory, struct oci_image *image, struct error *err)
{
	const struct lock_result *result = lock_result_find(build->lock, platform);

	image->platform = platform;
	if (!result || !result->has_image || build->epoch != build->lock->epoch) {
		error_set(err, STATUS_CONFIG, "cannot use '%s': lock '%s' pins no layer for '%s'%s",
			  path, build->lock->file, platform->name,
			  result && result->has_image ? " at the time in SOURCE_DATE_EPOCH" : "");
		return error_hint(err, "'bundler lock --record' builds the release and pins its "
				  "layers; --lock uses another lock");
	}
	if (oci_layer_pack(&image->layer, archive, build->compression, directory, path, err) < 0)
		return -1;
	if (!digest_equal(&image->layer.diff_id, &result->diff_id))
		return error_set(err, STATUS_DIGEST, "cannot use '%s': its SHA-256 is not the one "
				 "that lock '%s' pins for the layer of '%s'", path,
				 build->lock->file, platform->name);
	return end_image(build, image, err);
}
