/* SPDX-License-Identifier: Apache-2.0 */
/* The sorted model of a root file system. */
#include "tree/tree.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/pool.h"

static void node_free(struct tree_node *node)
{
	content_free(&node->content);
	free(node->target);
	free(node->observed.attributes);
	free(node->path);
}

static void reserve(struct tree *tree, size_t count)
{
	if (tree->capacity - tree->count >= count)
		return;
	tree->capacity = tree->count + count < 16 ? 16 : 2 * tree->count + count;
	tree->nodes = memory_resize(tree->nodes, tree->capacity, sizeof *tree->nodes);
}

static struct tree_node *insert(struct tree *tree, size_t at, const char *path,
				enum tree_type type)
{
	struct tree_node *node;

	reserve(tree, 1);
	node = &tree->nodes[at];
	memmove(node + 1, node, (tree->count - at) * sizeof *node);
	tree->count++;
	*node = (struct tree_node){
		.path = memory_string(path), .type = type, .mode = 0755, .time = tree->epoch,
		.content.fd = -1,
	};
	return node;
}

void tree_init(struct tree *tree, int64_t epoch)
{
	*tree = (struct tree){ .epoch = epoch };
	insert(tree, 0, "/", TREE_DIRECTORY);
}

void tree_free(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		node_free(&tree->nodes[i]);
	free(tree->nodes);
	*tree = (struct tree){ 0 };
}

/* Index of path, or where it would be inserted. */
static size_t position(const struct tree *tree, const char *path, bool *found)
{
	size_t low = 0, high = tree->count;

	*found = false;
	while (low < high && !*found) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(tree->nodes[middle].path, path);

		if (order < 0)
			low = middle + 1;
		else
			high = middle;
		*found = order == 0;
	}
	return high;
}

const struct tree_node *tree_find(const struct tree *tree, const char *path)
{
	bool found;
	size_t at = position(tree, path, &found);

	return found ? &tree->nodes[at] : NULL;
}

const struct tree_node *tree_resolve(const struct tree *tree, const char *path)
{
	struct pool pool = { 0 };
	const char *rest = path, *here = "";	/* "" is the root */
	const struct tree_node *node = tree_find(tree, "/");
	unsigned links = 0;

	while (node && *rest) {
		const size_t length = strcspn(rest, "/");
		const char *parent = here, *name = rest;

		rest += length;
		rest += *rest == '/';
		if (length == 0 || (length == 1 && *name == '.'))
			continue;
		if (length == 2 && memcmp(name, "..", 2) == 0) {
			const char *slash = strrchr(here, '/');

			here = slash ? pool_copy(&pool, here, (size_t)(slash - here)) : "";
		} else {
			here = pool_format(&pool, "%s/%.*s", parent, (int)length, name);
		}
		node = tree_find(tree, *here ? here : "/");
		if (!node || node->type != TREE_LINK)
			continue;
		if (++links > LIMIT_LINKS)
			node = NULL;
		else
			rest = pool_format(&pool, "%s/%s", node->target, rest);
		here = *rest == '/' ? "" : parent;
	}
	pool_free(&pool);
	return node;
}

/* Whether a parent of path is not a directory. */
static bool is_below_file(const struct tree *tree, const char *path)
{
	char *parent = memory_string(path);
	bool below = false;

	for (char *slash = strchr(parent + 1, '/'); slash && !below;
	     slash = strchr(slash + 1, '/')) {
		const struct tree_node *node;

		*slash = '\0';
		node = tree_find(tree, parent);
		below = node && node->type != TREE_DIRECTORY;
		*slash = '/';
	}
	free(parent);
	return below;
}

const char *tree_fault(const struct tree *tree, const char *path, enum tree_type type)
{
	const char *fault = path_fault(path);
	const struct tree_node *node;

	if (fault)
		return fault;
	if (is_below_file(tree, path))
		return "a parent of it is not a directory";
	node = tree_find(tree, path);
	if (node && (!node->implied || type != TREE_DIRECTORY))
		return "it exists already";
	return NULL;
}

/* Adds missing parents of path. */
static void imply_parents(struct tree *tree, const char *path)
{
	char *parent = memory_string(path);

	for (char *slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		bool found;
		size_t at;

		*slash = '\0';
		at = position(tree, parent, &found);
		if (!found)
			insert(tree, at, parent, TREE_DIRECTORY)->implied = true;
		*slash = '/';
	}
	free(parent);
}

/* A new node at path, or the directory implied there; NULL and err if it is refused. */
static struct tree_node *add(struct tree *tree, const char *path, enum tree_type type,
			     struct error *err)
{
	const char *fault = tree_fault(tree, path, type);
	bool found;
	size_t at;

	if (fault) {
		error_set(err, STATUS_CONFIG, "cannot add '%s' to the tree: %s", path, fault);
		return NULL;
	}
	imply_parents(tree, path);
	at = position(tree, path, &found);
	if (!found)
		return insert(tree, at, path, type);
	tree->nodes[at].implied = false;
	return &tree->nodes[at];
}

static void set_attributes(struct tree_node *node, uint32_t mode, uint32_t uid, uint32_t gid)
{
	node->mode = mode & 07777;
	node->uid = uid;
	node->gid = gid;
}

int tree_add_directory(struct tree *tree, const char *path, uint32_t mode, uint32_t uid,
		       uint32_t gid, struct error *err)
{
	struct tree_node *node = add(tree, path, TREE_DIRECTORY, err);

	if (!node)
		return -1;
	set_attributes(node, mode, uid, gid);
	return 0;
}

int tree_imply_directory(struct tree *tree, const char *path, struct error *err)
{
	const struct tree_node *there = tree_find(tree, path);
	struct tree_node *node;

	if (there && there->type == TREE_DIRECTORY)
		return 0;
	node = add(tree, path, TREE_DIRECTORY, err);
	if (!node)
		return -1;
	node->implied = true;
	return 0;
}

int tree_add_file(struct tree *tree, const char *path, uint32_t mode, uint32_t uid, uint32_t gid,
		  struct content content, struct error *err)
{
	struct tree_node *node = add(tree, path, TREE_FILE, err);

	if (!node) {
		content_free(&content);
		return -1;
	}
	set_attributes(node, mode, uid, gid);
	node->content = content;
	return 0;
}

int tree_add_link(struct tree *tree, const char *path, const char *target, uint32_t uid,
		  uint32_t gid, struct error *err)
{
	struct tree_node *node = add(tree, path, TREE_LINK, err);

	if (!node)
		return -1;
	set_attributes(node, 0777, uid, gid);
	node->target = memory_string(target);
	return 0;
}

struct tree_node *tree_append(struct tree *tree, const char *path, enum tree_type type)
{
	return insert(tree, tree->count, path, type);
}

/* Of two nodes with the same path, the one with the higher address was added later. */
static int compare(const void *a, const void *b)
{
	const struct tree_node *const *one = a, *const *other = b;
	int order = strcmp((*one)->path, (*other)->path);

	return order != 0 ? order : *one < *other ? -1 : 1;
}

/* Copies the nodes in order; of several with one path, only the last. */
static size_t arrange(struct tree_node **order, size_t count, struct tree_node *sorted)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (i + 1 < count && strcmp(order[i]->path, order[i + 1]->path) == 0) {
			order[i + 1]->observed.repeated = !order[i]->observed.unstated;
			order[i + 1]->observed.changed |= order[i]->observed.changed
				|| (order[i]->type == TREE_DIRECTORY)
				   != (order[i + 1]->type == TREE_DIRECTORY);
			node_free(order[i]);
		} else {
			sorted[kept++] = *order[i];
		}
	}
	return kept;
}

void tree_sort(struct tree *tree)
{
	struct tree_node **order = memory_new(tree->count, sizeof *order);
	struct tree_node *sorted = memory_new(tree->count, sizeof *sorted);
	size_t count = tree->count;

	for (size_t i = 0; i < count; i++)
		order[i] = &tree->nodes[i];
	qsort(order, count, sizeof *order, compare);
	tree->count = arrange(order, count, sorted);
	tree->capacity = count;
	free(tree->nodes);
	free(order);
	tree->nodes = sorted;
}

void tree_filter(struct tree *tree, tree_unwanted *unwanted, const void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < tree->count; i++) {
		if (unwanted(&tree->nodes[i], context))
			node_free(&tree->nodes[i]);
		else if (kept++ != i)
			tree->nodes[kept - 1] = tree->nodes[i];
	}
	tree->count = kept;
}

void tree_merge(struct tree *tree, struct tree *other)
{
	size_t i = tree->count, j, to;

	tree_sort(other);
	j = other->count;
	reserve(tree, j);
	tree->count += j;
	/* From the end, so that what is before the first of other stays where it is. */
	for (to = tree->count; j > 0; to--) {
		const bool later = i > 0 && strcmp(tree->nodes[i - 1].path,
						   other->nodes[j - 1].path) > 0;

		tree->nodes[to - 1] = later ? tree->nodes[--i] : other->nodes[--j];
	}
	other->count = 0;
	tree_free(other);
}
