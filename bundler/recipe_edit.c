#include "recipe_edit.h"

#include <fcntl.h>
#include <string.h>

#include "recipe_load.h"
#include "yaml.h"

/* length bytes at offset become the version. */
static int put(const struct buffer *text, size_t offset, size_t length, const char *version,
	       const char *quote, struct buffer *edited)
{
	const size_t end = offset + length;

	if (buffer_add(edited, text->bytes, offset) < 0
	    || buffer_format(edited, "%s%s%s", quote, version, quote) < 0
	    || buffer_add(edited, text->bytes + end, text->length - end) < 0)
		return -1;
	return 0;
}

static int edit(const struct recipe *recipe, struct yaml *yaml, const struct buffer *text,
		const char *version, struct buffer *edited, struct error *err)
{
	const yaml_node_t *root = yaml_root(yaml), *node;
	ptrdiff_t offset;
	bool quotes;

	node = root->type == YAML_MAPPING_NODE ? yaml_find(yaml, root, "version") : NULL;
	if (!node || node->type != YAML_SCALAR_NODE
	    || strcmp(yaml_text(node), recipe->version) != 0)
		return error_set(err, STATUS_CONFIG, "cannot change '%s': it has changed meanwhile",
				 recipe->file);
	offset = yaml_offset(node, text);
	if (offset < 0)
		return yaml_fault(yaml, node, err, "the version is not written in one piece here");
	quotes = yaml_is_plain(node) && yaml_needs_quotes(version);
	if (put(text, (size_t)offset, node->data.scalar.length, version, quotes ? "\"" : "",
		   edited) < 0)
		return error_set(err, STATUS_LIMIT, "cannot change '%s': larger than %zu bytes",
				 recipe->file, edited->maximum);
	return 0;
}

/* Where version is an alias, or others are aliases of it, more than the version may change. */
static int check(const struct recipe *recipe, const struct recipe *changed, const char *version,
		 struct error *err)
{
	if (strcmp(changed->version, version) == 0 && strcmp(changed->name, recipe->name) == 0)
		return 0;
	return error_set(err, STATUS_CONFIG, "cannot change '%s': its version is tied to something "
			 "else", recipe->file);
}

int recipe_edit_version(const struct recipe *recipe, const struct buffer *text, const char *version,
			struct buffer *edited, struct recipe *changed, struct error *err)
{
	struct pool pool = { 0 };
	struct yaml yaml;
	int result;

	if (yaml_load(&yaml, recipe->file, &pool, text, err) < 0)
		return -1;
	result = edit(recipe, &yaml, text, version, edited, err);
	yaml_unload(&yaml);
	pool_free(&pool);
	if (result < 0 || recipe_load_text(changed, recipe->file, edited, err) < 0)
		return -1;
	changed->directory = fcntl(recipe->directory, F_DUPFD_CLOEXEC, 0);
	if (changed->directory < 0)
		result = error_errno(err, STATUS_FILE, "cannot open the directory of '%s'",
				     recipe->file);
	if (result == 0)
		result = check(recipe, changed, version, err);
	if (result < 0)
		recipe_close(changed);
	return result;
}
