#include "stack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "memory.h"

/* Whether dir, the first length bytes of name, or the root for 0, holds file in the layer. */
static bool holds(const struct listing *layer, const char *name, size_t length, const char *file)
{
	char *path = memory_format("%.*s%s%s", (int)length, name, length > 0 ? "/" : "", file);
	bool found = listing_find(layer, path) != NULL;

	free(path);
	return found;
}

/* Whether the component of name that begins at start is gone, by a whiteout or what replaced it. */
static bool hides_component(const struct listing *layer, const char *name, size_t start)
{
	size_t length = strcspn(name + start, "/"), parent = start > 0 ? start - 1 : 0;
	char *whiteout = memory_format(".wh.%.*s", (int)length, name + start);
	char *path = memory_format("%.*s", (int)(start + length), name);
	const struct listing_entry *entry = listing_find(layer, path);
	bool hidden = holds(layer, name, parent, whiteout)
		      || holds(layer, name, parent, ".wh..wh..opq")
		      || (name[start + length] != '\0' && entry && entry->type != TAR_DIRECTORY);

	free(path);
	free(whiteout);
	return hidden;
}

/* Whether the layer hides what lower ones have of this name. */
static bool hides(const struct listing *layer, const char *name)
{
	for (size_t start = 0; name[start] != '\0'; start += name[start] == '/') {
		if (hides_component(layer, name, start))
			return true;
		start += strcspn(name + start, "/");
	}
	return false;
}

/* The topmost entry of exactly this name. */
static const struct listing_entry *look_up(const struct stack *stack, const char *name)
{
	for (size_t i = stack->count; i-- > 0;) {
		const struct listing_entry *entry = listing_find(stack->layers[i], name);

		if (entry && entry->type == TAR_HARD_LINK)
			entry = listing_find(stack->layers[i], entry->target);
		if (entry || hides(stack->layers[i], name))
			return entry;
	}
	return NULL;
}

/* A walk along a path: resolved is where it is, relative to the root, rest what is left to go. */
struct walk {
	char *resolved, *rest;
	unsigned links;
};

static void replace(char **text, char *by)
{
	free(*text);
	*text = by;
}

/* Goes on at the target of a symbolic link that stands in resolved. */
static void follow(struct walk *walk, const char *target)
{
	walk->links++;
	replace(&walk->rest, memory_format("%s/%s", target, walk->rest));
	if (target[0] == '/')
		walk->resolved[0] = '\0';
}

/* Takes one component off the rest; NULL at the end. */
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
static const struct listing_entry *step(const struct stack *stack, struct walk *walk,
					const char *component)
{
	const struct listing_entry *entry;
	char *slash, *name;

	if (strcmp(component, ".") == 0)
		return look_up(stack, walk->resolved);
	if (strcmp(component, "..") == 0) {
		slash = strrchr(walk->resolved, '/');
		*(slash ? slash : walk->resolved) = '\0';
		return look_up(stack, walk->resolved);
	}
	name = memory_format("%s%s%s", walk->resolved, walk->resolved[0] ? "/" : "", component);
	entry = look_up(stack, name);
	if (entry && entry->type == TAR_SYMLINK) {
		follow(walk, entry->target);
		free(name);
	} else {
		replace(&walk->resolved, name);
	}
	return entry;
}

const struct listing_entry *stack_find(const struct stack *stack, const char *directory,
				       const char *path)
{
	const struct listing_entry *entry = NULL;
	struct walk walk = {
		.resolved = memory_string(""),
		.rest = path[0] == '/' ? memory_string(path) : memory_format("%s/%s", directory, path),
	};
	char *component;

	while (walk.links <= LIMIT_LINKS && strlen(walk.rest) <= LIMIT_NAME_BYTES
	       && (component = next_component(&walk))) {
		entry = step(stack, &walk, component);
		free(component);
	}
	if (strspn(walk.rest, "/") < strlen(walk.rest))
		entry = NULL;
	free(walk.rest);
	free(walk.resolved);
	return entry;
}
