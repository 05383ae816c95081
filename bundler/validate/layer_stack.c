/* SPDX-License-Identifier: Apache-2.0 */
/* Follows a path through layers, from the topmost down. */
#include "validate/layer_stack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

/* A walk along a path, from the root of the image. */
struct walk {
	char *resolved;		/* where it is, without a slash before it */
	size_t lowest;		/* of the layers that still have something there */
	char *rest;		/* what is left to go */
	unsigned links;		/* that were followed */
};

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
 * The topmost entry of a component where the walk is. *lowest becomes the lowest layer that is not
 * hidden there by a whiteout or by something that is not a directory.
 */
static const struct layer_member *look_up(const struct layer_stack *stack, const struct walk *walk,
					  const char *component, size_t *lowest)
{
	char *name = name_in(walk->resolved, "", component);
	char *whiteout = name_in(walk->resolved, ".wh.", component);
	char *opaque = name_in(walk->resolved, ".wh..wh..opq", "");
	const struct layer_member *topmost = NULL;
	bool hidden = false;

	for (*lowest = stack->count; *lowest > walk->lowest && !hidden;) {
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

/* Goes on from the root along path and then the rest. Both may be parts of what is replaced. */
static void restart(struct walk *walk, const char *directory, const char *path)
{
	replace(&walk->rest, memory_format("%s/%s/%s", directory, path, walk->rest));
	replace(&walk->resolved, memory_string(""));
	walk->lowest = 0;
}

static void go_up(struct walk *walk)
{
	char *slash = strrchr(walk->resolved, '/');

	*(slash ? slash : walk->resolved) = '\0';
	restart(walk, walk->resolved, "");
}

/* Takes one component off the rest; NULL at the end. Caller frees. */
static char *next_component(struct walk *walk)
{
	const char *start = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(start, "/");
	char *component;

	if (length == 0)
		return NULL;
	component = memory_format("%.*s", (int)length, start);
	replace(&walk->rest, memory_string(start + length));
	return component;
}

/* Goes one component on; the entry there, or NULL where only what is in it was listed. */
static const struct layer_member *step(const struct layer_stack *stack, struct walk *walk,
				       const char *component)
{
	const struct layer_member *entry;
	size_t lowest;

	if (strcmp(component, ".") == 0)
		return NULL;
	if (strcmp(component, "..") == 0) {
		go_up(walk);
		return NULL;
	}
	entry = look_up(stack, walk, component, &lowest);
	if (entry && entry->type == TAR_SYMLINK) {
		walk->links++;
		restart(walk, entry->target[0] == '/' ? "" : walk->resolved, entry->target);
		return NULL;
	}
	replace(&walk->resolved, name_in(walk->resolved, "", component));
	walk->lowest = lowest;
	return entry;
}

const struct layer_member *layer_stack_find(const struct layer_stack *stack, const char *directory,
					    const char *path)
{
	const struct layer_member *entry = NULL;
	struct walk walk = {
		.resolved = memory_string(""),
		.rest = path[0] == '/' ? memory_string(path)
				       : memory_format("%s/%s", directory, path),
	};
	char *component = NULL;

	while (walk.links <= LIMIT_LINKS && strlen(walk.rest) <= LIMIT_NAME_BYTES
	       && *stack->lookups > 0 && (component = next_component(&walk))) {
		entry = step(stack, &walk, component);
		free(component);
	}
	if (component)
		entry = NULL;
	free(walk.rest);
	free(walk.resolved);
	return entry;
}
