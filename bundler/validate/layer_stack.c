/* SPDX-License-Identifier: Apache-2.0 */
/* Follows a path through layers, from the topmost down. */
#include "validate/layer_stack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

static const struct layer_member *find(const struct layer_stack *stack, size_t layer,
				       const char *name)
{
	if (*stack->lookups == 0)
		return NULL;
	*stack->lookups -= 1;
	return layer_members_find(stack->layers[layer], name);
}

/* The name of something in a directory of the image. */
static char *name_in(const char *directory, const char *prefix, const char *name)
{
	return memory_format("%s%s%s%s", directory, *directory ? "/" : "", prefix, name);
}

/*
 * The topmost entry of a component of a directory, in layers from *lowest on. *lowest becomes the
 * lowest layer that is not hidden there by a whiteout or by something that is not a directory.
 */
static const struct layer_member *look_up(const struct layer_stack *stack, const char *directory,
					  const char *component, size_t *lowest)
{
	char *name = name_in(directory, "", component);
	char *whiteout = name_in(directory, ".wh.", component);
	char *opaque = name_in(directory, ".wh..wh..opq", "");
	const struct layer_member *topmost = NULL;
	const size_t last = *lowest;
	bool hidden = false;

	for (*lowest = stack->count; *lowest > last && !hidden;) {
		const struct layer_member *entry = find(stack, --*lowest, name);

		if (entry && entry->type == TAR_HARD_LINK)
			entry = find(stack, *lowest, entry->target);
		topmost = topmost ? topmost : entry;
		hidden = (entry && entry->type != TAR_DIRECTORY) || find(stack, *lowest, whiteout)
			 || find(stack, *lowest, opaque);
	}
	free(opaque);
	free(whiteout);
	free(name);
	return topmost;
}

static void replace(char **text, char *by)
{
	free(*text);
	*text = by;
}

const struct layer_member *layer_stack_find(const struct layer_stack *stack, const char *directory,
					    const char *path)
{
	const struct layer_member *entry = NULL;
	char *resolved = memory_string("");	/* what was reached, without a slash before it */
	char *rest = path[0] == '/' ? memory_string(path)
				    : memory_format("%s/%s", directory, path);
	size_t lowest = 0;	/* of the layers that still have something there */
	unsigned links = 0;
	bool arrived = false;

	while (links <= LIMIT_LINKS && strlen(rest) <= LIMIT_NAME_BYTES && *stack->lookups > 0) {
		const char *start = rest + strspn(rest, "/");
		const size_t length = strcspn(start, "/");
		/* Whether to begin again at the root, where to go first, and a link after it. */
		bool again = false;
		const char *from = "", *link = "";
		char *component, *slash;

		arrived = length == 0;
		if (arrived)
			break;
		component = memory_copy(start, length);
		replace(&rest, memory_string(start + length));
		entry = NULL;
		if (strcmp(component, "..") == 0) {
			slash = strrchr(resolved, '/');
			*(slash ? slash : resolved) = '\0';
			from = resolved;
			again = true;
		} else if (strcmp(component, ".") != 0) {
			entry = look_up(stack, resolved, component, &lowest);
			if (entry && entry->type == TAR_SYMLINK) {
				links++;
				link = entry->target;
				if (link[0] != '/')
					from = resolved;
				again = true;
				entry = NULL;
			} else {
				replace(&resolved, name_in(resolved, "", component));
			}
		}
		if (again) {
			replace(&rest, memory_format("%s/%s/%s", from, link, rest));
			replace(&resolved, memory_string(""));
			lowest = 0;
		}
		free(component);
	}
	free(rest);
	free(resolved);
	return arrived ? entry : NULL;
}
