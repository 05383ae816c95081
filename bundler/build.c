#include "build.h"

#include <unistd.h>

#include "assemble.h"
#include "results.h"

static int check(const struct build *build, const struct platform *platform, enum results_kind kind,
		 const struct digest *digest, struct error *err)
{
	return results_check(build->lock, platform, build->epoch, kind, digest, err);
}

static int check_tree(const struct build *build, const struct platform *platform,
		      const struct tree *tree, struct error *err)
{
	struct digest mtree;

	if (results_mtree(build->lock, platform, tree, &mtree, err) < 0)
		return -1;
	return check(build, platform, RESULTS_MTREE, &mtree, err);
}

int build_tree(const struct build *build, const struct platform *platform,
	       const struct fetch_asset *asset, int directory, struct tree *tree,
	       struct error *err)
{
	uint64_t size;
	int fd, result;

	if (fetch_open(build->fetch, asset, &fd, &size, err) < 0)
		return -1;
	tree_init(tree, build->epoch);
	result = assemble_tree(tree, build->recipe, build->lock, platform, fd, size, directory,
			       err);
	if (result == 0)
		result = check_tree(build, platform, tree, err);
	if (result < 0)
		tree_free(tree);
	close(fd);
	return result;
}

/* The lock pins the manifest of the image as it is made without options. */
static bool is_plain(const struct build *build)
{
	return build->compression == OCI_GZIP && !build->flavour && !build->style->doi;
}

static int describe(const struct build *build, struct oci_image *image, struct error *err)
{
	if (check(build, image->platform, RESULTS_DIFF_ID, &image->layer.diff_id, err) < 0
	    || oci_image_describe(image, build->recipe, build->lock, build->flavour, build->epoch,
				  build->style, err) < 0)
		return -1;
	return is_plain(build) ? check(build, image->platform, RESULTS_MANIFEST,
				       &image->manifest.digest, err) : 0;
}

int build_image(const struct build *build, const struct platform *platform,
		const struct fetch_asset *asset, int directory, struct tree *tree,
		struct oci_image *image, struct error *err)
{
	int result;

	image->platform = platform;
	if (build_tree(build, platform, asset, directory, tree, err) < 0)
		return -1;
	result = oci_layer_make(&image->layer, tree, build->compression, directory, platform->name,
				err);
	if (result == 0)
		result = describe(build, image, err);
	if (result < 0)
		tree_free(tree);
	return result;
}
