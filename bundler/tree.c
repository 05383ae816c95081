#include "tree.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "path.h"

static void node_free(struct tree_node *node)
{
	content_free(&node->content);
	free(node->target);
	free(node->path);
}

static struct tree_node *insert(struct tree *tree, size_t at, const char *path,
				enum tree_type type)
{
	struct tree_node *node;

	tree->nodes = memory_resize(tree->nodes, tree->count + 1, sizeof *tree->nodes);
	node = &tree->nodes[at];
	memmove(node + 1, node, (tree->count - at) * sizeof *node);
	tree->count++;
	*node = (struct tree_node){
		.path = memory_string(path), .type = type, .mode = 0755, .content.fd = -1,
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

/* Index of path, or of the place where it would stand. */
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

/* Whether something that is not a directory stands above path. */
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
		return "what is above it is not a directory";
	node = tree_find(tree, path);
	if (node && (!node->implied || type != TREE_DIRECTORY))
		return "it is there already";
	return NULL;
}

/* Sees to it that every directory above path is there. */
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

/* The new node at path, or the directory that was implied there; NULL when it is refused. */
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
