/* SPDX-License-Identifier: Apache-2.0 */
/* The second reading of what is compared, for the offsets of differences. */
#include "audit/offsets.h"

#include <stdlib.h>

#include "audit/tree.h"
#include "base/memory.h"

/* Reads a place again, and adds the offsets of the new tree, unless only the spool is filled. */
static int read_again(struct audit *audit, struct observe_place *place, struct image *image,
		      const struct observe_reference *reference, struct error *err)
{
	struct tree again;
	int result = observe_place_read_again(place, image, reference, &again, err);

	if (result == 0 && !reference->keep)
		audit_tree_offsets(audit, &again);
	tree_free(&again);
	return result;
}

int audit_offsets_expected(struct audit *audit, const struct tree *expected,
			   struct observe_place *found, struct image *image, struct error *err)
{
	const struct observe_reference reference = { .tree = expected };

	return read_again(audit, found, image, &reference, err);
}

int audit_offsets_places(struct audit *audit, struct observe_place places[2],
			 struct image *const images[2], int spool, struct error *err)
{
	/* A copy: reading an image again puts its tree aside. The nodes stay where they are. */
	const struct tree first = *observe_place_tree(&places[0], images[0]);
	const struct tree *second = observe_place_tree(&places[1], images[1]);
	struct observe_spool kept = {
		.fd = spool, .starts = memory_new(first.count, sizeof *kept.starts),
	};
	struct observe_reference reference = { .tree = &first, .spool = &kept, .keep = true };
	int result;

	for (size_t i = 0; i < first.count; i++)
		kept.starts[i] = audit_tree_differs(&first, second, first.nodes[i].path)
				 ? OBSERVE_WANTED : OBSERVE_UNWANTED;
	result = read_again(audit, &places[0], images[0], &reference, err);
	reference.keep = false;
	if (result == 0)
		result = read_again(audit, &places[1], images[1], &reference, err);
	free(kept.starts);
	return result;
}
