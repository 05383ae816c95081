/* SPDX-License-Identifier: Apache-2.0 */
/* Trees as mtree manifests. */
#include "tree/mtree.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"

#define MARK "#mtree\n# bundler: "

static const char *const type_names[] = {
	[TREE_DIRECTORY] = "dir", [TREE_FILE] = "file", [TREE_LINK] = "link",
};

/* Writes bytes in octal that would end the word or begin a comment, a pattern or an escape. */
static int add_name(struct buffer *text, const char *name)
{
	int result = 0;

	for (; *name && result == 0; name++) {
		unsigned char c = (unsigned char)*name;

		if (c > 0x20 && c < 0x7f && !strchr("#\\*?[=", c))
			result = buffer_add(text, name, 1);
		else
			result = buffer_format(text, "\\%03o", c);
	}
	return result;
}

static int add_details(struct buffer *text, const struct tree_node *node)
{
	char hex[DIGEST_HEX_BYTES];

	if (node->type == TREE_FILE)
		return buffer_format(text, " size=%" PRIu64 " sha256=%s", node->content.size,
				     digest_write_hex(&node->content.digest, hex));
	if (node->type == TREE_LINK)
		return buffer_add_string(text, " link=") < 0 ? -1 : add_name(text, node->target);
	return 0;
}

static int add_node(struct buffer *text, const struct tree_node *node, int64_t epoch)
{
	/* The root itself is ".", everything else "./" and its path. */
	if (buffer_add_string(text, ".") < 0
	    || (node->path[1] != '\0' && add_name(text, node->path) < 0)
	    || buffer_format(text, " type=%s mode=%04o uid=%u gid=%u time=%" PRId64 ".0",
			     type_names[node->type], node->mode, node->uid, node->gid, epoch) < 0
	    || add_details(text, node) < 0)
		return -1;
	return buffer_add_string(text, "\n");
}

int mtree_write(const struct tree *tree, const char *about, struct buffer *text)
{
	if (buffer_format(text, MARK "%s\n", about) < 0)
		return -1;
	for (size_t i = 0; i < tree->count; i++)
		if (add_node(text, &tree->nodes[i], tree->epoch) < 0)
			return -1;
	return 0;
}

bool mtree_is_ours(const struct buffer *manifest)
{
	return manifest->length >= strlen(MARK)
	       && memcmp(manifest->bytes, MARK, strlen(MARK)) == 0;
}

bool mtree_names(const struct buffer *manifest, const char *path)
{
	struct buffer line;
	bool named;

	buffer_init(&line, 8 * LIMIT_PATH_BYTES);
	named = buffer_add_string(&line, "\n.") == 0 && add_name(&line, path) == 0
		&& buffer_add_string(&line, " ") == 0 && manifest->length > 0
		&& memmem(manifest->bytes, manifest->length, line.bytes, line.length);
	buffer_free(&line);
	return named;
}
