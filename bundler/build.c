#include "build.h"

#include <unistd.h>

#include "assemble.h"

int build_tree(const struct build *build, const struct platform *platform,
	       const struct fetch_asset *asset, int directory, struct tree *tree, struct error *err)
{
	uint64_t size;
	int fd, result;

	if (fetch_open(build->fetch, asset, &fd, &size, err) < 0)
		return -1;
	tree_init(tree, build->epoch);
	result = assemble_tree(tree, build->recipe, build->lock, platform, fd, size, directory,
			       err);
	if (result < 0)
		tree_free(tree);
	close(fd);
	return result;
}
