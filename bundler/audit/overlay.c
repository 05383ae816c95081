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

/* Marks all lower nodes below a path as gone; they follow each other, as a slash ends the path. */
static void hide_below(struct overlay *overlay, const char *path)
{
	const struct tree *lower = overlay->lower;
	const size_t length = path[1] ? strlen(path) : 0;
	size_t low = 0, high = lower->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const char *at = lower->nodes[middle].path;
		const int order = strncmp(at, path, length);

		if (order < 0 || (order == 0 && (unsigned char)at[length] < '/'))
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < lower->count && strncmp(lower->nodes[low].path, path, length) == 0
	       && lower->nodes[low].path[length] == '/'; low++)
		overlay->gone[low] |= lower->nodes[low].path[1] != '\0';
}

/* Marks what a node of the upper layer hides or replaces. */
static void hide(struct overlay *overlay, const struct tree_node *node)
{
	const char *name = base_name(node->path);
	const bool whiteout = is_whiteout(node->path), opaque = strcmp(name, OPAQUE) == 0;
	const size_t directory = (size_t)(name - node->path);
	char *path = !whiteout ? memory_string(node->path)
		     : opaque ? memory_copy(node->path, directory > 1 ? directory - 1 : 1)
		     : memory_format("%.*s%s", (int)directory, node->path,
				     name + strlen(WHITEOUT));
	const size_t lower = opaque ? NONE : find(overlay->lower, path);

	/* A directory that the upper layer only has something in is still the lower one. */
	if (lower != NONE && !(node->observed.unstated
			       && overlay->lower->nodes[lower].type == TREE_DIRECTORY))
		overlay->gone[lower] = true;
	if (node->type != TREE_DIRECTORY)
		hide_below(overlay, path);
	free(path);
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
	for (size_t i = 0; i < upper->count; i++)
		hide(&overlay, &upper->nodes[i]);
	tree_filter(upper, is_superfluous, &overlay);
	tree_filter(lower, is_gone, &overlay);
	tree_merge(lower, upper);
	free(overlay.gone);
	return NULL;
}
