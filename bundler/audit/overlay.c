/* SPDX-License-Identifier: Apache-2.0 */
/* Applies whiteouts, and what replaces something, to the layers below. */
#include "audit/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"
#define NONE SIZE_MAX

struct overlay {
	struct tree *lower, *upper;
	bool *gone;	/* of lower's nodes: whether upper hides or replaces it */
	bool *below;	/* and whether it hides all that is below it */
	bool *spent;	/* of upper's nodes: whether it is a whiteout that hid something */
};

static size_t find(const struct tree *tree, const char *path)
{
	const struct tree_node *node = tree_find(tree, path);

	return node ? (size_t)(node - tree->nodes) : NONE;
}

static const char *base_name(const char *path)
{
	return strrchr(path, '/') + 1;
}

static size_t find_parent(const struct tree *tree, const char *path)
{
	size_t length = (size_t)(base_name(path) - path);
	char *parent = memory_copy(path, length > 1 ? length - 1 : 1);
	size_t number = find(tree, parent);

	free(parent);
	return number;
}

/* Whether the upper layer has this whiteout, which then has hidden something. Frees path. */
static bool spend(struct overlay *overlay, char *path)
{
	size_t number = find(overlay->upper, path);

	free(path);
	if (number != NONE)
		overlay->spent[number] = true;
	return number != NONE;
}

static bool is_whited_out(struct overlay *overlay, const char *path)
{
	const char *name = base_name(path);

	return spend(overlay, memory_format("%.*s" WHITEOUT "%s", (int)(name - path), path, name));
}

static bool is_opaque(struct overlay *overlay, const char *path)
{
	return spend(overlay, memory_format("%s/" OPAQUE, path[1] ? path : ""));
}

/* Decides on one node of the lower layers, after all that are above it. */
static void decide(struct overlay *overlay, size_t number)
{
	const struct tree_node *node = &overlay->lower->nodes[number];
	const struct tree_node *over = tree_find(overlay->upper, node->path);
	bool hidden = false, opaque = is_opaque(overlay, node->path);

	if (number > 0) {
		hidden = is_whited_out(overlay, node->path);
		hidden |= overlay->below[find_parent(overlay->lower, node->path)];
	}
	/* A directory that the upper layer only has something in is still the lower one. */
	overlay->gone[number] = hidden
		|| (over && !(over->observed.unstated && node->type == TREE_DIRECTORY));
	overlay->below[number] = hidden || opaque || (over && over->type != TREE_DIRECTORY);
}

static bool is_gone(const struct tree_node *node, const void *context)
{
	const struct overlay *overlay = context;

	return overlay->gone[node - overlay->lower->nodes];
}

static bool is_superfluous(const struct tree_node *node, const void *context)
{
	const struct overlay *overlay = context;
	size_t lower = node->observed.unstated ? find(overlay->lower, node->path) : NONE;

	return overlay->spent[node - overlay->upper->nodes]
		|| (lower != NONE && !overlay->gone[lower]);
}

void overlay_apply(struct tree *lower, struct tree *upper)
{
	struct overlay overlay = {
		.lower = lower, .upper = upper,
		.gone = memory_new(lower->count, sizeof(bool)),
		.below = memory_new(lower->count, sizeof(bool)),
		.spent = memory_new(upper->count, sizeof(bool)),
	};

	for (size_t i = 0; i < lower->count; i++)
		decide(&overlay, i);
	tree_filter(upper, is_superfluous, &overlay);
	tree_filter(lower, is_gone, &overlay);
	tree_merge(lower, upper);
	free(overlay.spent);
	free(overlay.below);
	free(overlay.gone);
}
