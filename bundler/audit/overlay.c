/* SPDX-License-Identifier: Apache-2.0 */
/* Applies whiteouts, and what replaces something, to the layers below. */
#include "audit/overlay.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"

#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"
#define NONE SIZE_MAX

struct overlay {
	struct tree *lower, *upper;
	bool *gone;	/* of lower's nodes: whether upper hides or replaces it */
	bool *below;	/* and whether it hides all that is below it */
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

/* Whether a tree has what a new path, which is freed, leads to. */
static bool has(const struct tree *tree, char *path)
{
	const bool found = tree_find(tree, path);

	free(path);
	return found;
}

/* ---- disputes ---- */

static bool is_whiteout(const char *path)
{
	return strncmp(base_name(path), WHITEOUT, strlen(WHITEOUT)) == 0;
}

static const char *whiteout_dispute(const struct tree *upper, const struct tree_node *node)
{
	const char *name = base_name(node->path), *hidden = name + strlen(WHITEOUT);

	if (node->type == TREE_DIRECTORY)
		return "a directory has the name of a whiteout";
	if (strcmp(name, OPAQUE) == 0)
		return NULL;
	if (strncmp(hidden, WHITEOUT, strlen(WHITEOUT)) == 0)
		return "it is AUFS's own";
	if (hidden[0] == '\0' || strcmp(hidden, ".") == 0 || strcmp(hidden, "..") == 0)
		return "it is a whiteout of no name";
	if (has(upper, memory_format("%.*s%s", (int)(name - node->path), node->path, hidden)))
		return "it hides what its own layer has";
	return NULL;
}

/* Attributes as observe_attributes writes them. */
static bool is_overlayfs(const char *attributes)
{
	static const char *const names[] = { "trusted.overlay.", "user.overlay." };

	for (size_t i = 0; attributes && i < sizeof names / sizeof names[0]; i++) {
		const char *at = strstr(attributes, names[i]);

		if (at && (at == attributes || at[-1] == ' '))
			return true;
	}
	return false;
}

/* What engines disagree about in a node of the upper layer, or NULL. */
static const char *dispute(const struct overlay *overlay, const struct tree_node *node)
{
	const struct tree_node *lower;

	if (is_whiteout(node->path))
		return whiteout_dispute(overlay->upper, node);
	if (node->type == TREE_SPECIAL && node->observed.kind == S_IFCHR
	    && node->observed.major == 0 && node->observed.minor == 0)
		return "it is a device that overlayfs takes for a whiteout";
	if (is_overlayfs(node->observed.attributes))
		return "it has an attribute of overlayfs";
	if (!node->observed.unstated)
		return NULL;
	lower = tree_find(overlay->lower, node->path);
	return lower && lower->type != TREE_DIRECTORY
	       ? "it is no directory in a layer below, and this one has something in it" : NULL;
}

/* ---- layers ---- */

static bool is_whited_out(const struct overlay *overlay, const char *path)
{
	const char *name = base_name(path);

	return has(overlay->upper,
		   memory_format("%.*s" WHITEOUT "%s", (int)(name - path), path, name));
}

static bool is_opaque(const struct overlay *overlay, const char *path)
{
	return has(overlay->upper, memory_format("%s/" OPAQUE, path[1] ? path : ""));
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

	return is_whiteout(node->path)
		|| (lower != NONE && !overlay->gone[lower]);
}

char *overlay_apply(struct tree *lower, struct tree *upper)
{
	struct overlay overlay = { .lower = lower, .upper = upper };

	for (size_t i = 0; i < upper->count; i++) {
		const char *fault = dispute(&overlay, &upper->nodes[i]);

		if (fault)
			return memory_format("'%s': %s", upper->nodes[i].path, fault);
	}
	overlay.gone = memory_new(lower->count, sizeof(bool));
	overlay.below = memory_new(lower->count, sizeof(bool));
	for (size_t i = 0; i < lower->count; i++)
		decide(&overlay, i);
	tree_filter(upper, is_superfluous, &overlay);
	tree_filter(lower, is_gone, &overlay);
	tree_merge(lower, upper);
	free(overlay.below);
	free(overlay.gone);
	return NULL;
}
