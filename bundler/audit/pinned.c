/* SPDX-License-Identifier: Apache-2.0 */
/* Compares a tree with its digest in a lock. */
#include "audit/pinned.h"

#include <stdlib.h>
#include <string.h>

#include "audit/tree.h"
#include "base/limits.h"
#include "base/memory.h"
#include "build/pins.h"
#include "tree/mtree.h"

/* Adds what a manifest has no words for. */
static void add_undescribed(struct audit *audit, const struct tree_node *node)
{
	const struct tree_observed *observed = &node->observed;

	if (node->type == TREE_SPECIAL)
		audit_add(audit, AUDIT_TYPE, AUDIT_CLASS_FILES, node->path, NULL, "special file");
	if (observed->group != 0)
		audit_add(audit, AUDIT_TYPE, AUDIT_CLASS_FILES, node->path, NULL, "hard link");
	if (observed->attributes)
		audit_add(audit, AUDIT_ATTRIBUTE, AUDIT_CLASS_FILES, node->path, NULL,
			  observed->attributes);
	if (observed->repeated)
		audit_add(audit, AUDIT_PATH, AUDIT_CLASS_LAYERS, node->path, "once",
			  "more than once");
	if (observed->unstated && node->path[1] != '\0')
		audit_add(audit, AUDIT_PATH, AUDIT_CLASS_FILES, node->path, "directory",
			  "nothing but what is in it");
}

/* The digest of the manifest of a tree, of which archives need not state the root. */
static int digest_tree(const struct tree *tree, const char *about, struct digest *digest,
		       struct error *err)
{
	struct buffer text;
	int result = 0;

	buffer_init(&text, LIMIT_MANIFEST_BYTES);
	if (mtree_write(tree, about, &text) < 0)
		result = error_set(err, STATUS_LIMIT, "cannot compare with what is pinned: the "
				   "manifest is larger than %zu bytes", text.maximum);
	else
		*digest = digest_of(text.bytes, text.length);
	buffer_free(&text);
	return result;
}

int audit_pinned(struct audit *audit, const struct lock *lock, const struct platform *platform,
		 int64_t epoch, const struct tree *found, struct error *err)
{
	const struct lock_result *pinned = pins_find(lock, platform, epoch, err);
	char one[DIGEST_TEXT_BYTES], other[DIGEST_TEXT_BYTES];
	/* Nodes as they are, all of one time; then without what an engine adds. */
	struct tree tree = {
		.epoch = epoch, .nodes = memory_new(found->count, sizeof *tree.nodes),
	};
	struct pool pool = { 0 };
	struct digest digest;
	bool same = false;
	int result = pinned ? 0 : -1;

	for (unsigned without = 0; without < 2 && result == 0 && !same; without++) {
		struct digest made;

		tree.count = 0;
		for (size_t i = 0; i < found->count; i++)
			if (found->nodes[i].type != TREE_SPECIAL
			    && !(without && audit_tree_is_engines(&found->nodes[i])
				 && strcmp(found->nodes[i].path, "/etc") != 0))
				tree.nodes[tree.count++] = found->nodes[i];
		if (tree.count > 0 && tree.nodes[0].observed.unstated)
			tree.nodes[0].mode = 0755;
		result = digest_tree(&tree, lock_about(lock, platform, &pool), &made, err);
		same = result == 0 && digest_equal(&made, &pinned->mtree);
		if (!without)
			digest = made;
	}
	for (size_t i = 0, kept = 0; i < found->count && result == 0 && same; i++) {
		const struct tree_node *node = &found->nodes[i];

		if (kept < tree.count && tree.nodes[kept].path == node->path) {
			kept++;
			audit_tree_time(audit, node, epoch);
		} else if (node->type != TREE_SPECIAL) {
			audit_add(audit, AUDIT_RUNTIME, AUDIT_CLASS_ENGINE, node->path, NULL,
				  node->type == TREE_DIRECTORY ? "directory"
				  : node->type == TREE_FILE ? "file" : "symbolic link");
		}
	}
	for (size_t i = 0; i < found->count && result == 0; i++)
		add_undescribed(audit, &found->nodes[i]);
	if (result == 0 && !same) {
		struct audit_finding *finding =
			audit_add(audit, AUDIT_CONTENT, AUDIT_CLASS_FILES, "/",
				  digest_write(&pinned->mtree, one), digest_write(&digest, other));

		if (finding)
			finding->remark = "of the mtree manifest; without --pinned each path is "
					  "compared";
	}
	free(tree.nodes);
	pool_free(&pool);
	return result;
}
