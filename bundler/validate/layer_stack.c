/* SPDX-License-Identifier: Apache-2.0 */
/* Lays layers over one another, in one pass through the names of all of them, and follows paths. */
#include "validate/layer_stack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/pool.h"
#include "validate/rule.h"

/* A member of one of the layers. */
struct layer_place {
	const struct layer_member *member;
	size_t layer;
};

/* A set of layers. */
struct set {
	uint64_t bits[LIMIT_LAYERS / 64];
};

/* A name on the way from the root to where the pass is. */
struct frame {
	const char *name;
	size_t first, end;	/* its places */
	bool mixed;		/* some are no directories */
	struct set self;	/* layers that hide what those below them have there */
	struct set below;	/* and in it */
};

struct pass {
	struct layer_stack *stack;
	struct layer_place *places;	/* of all layers, by name, and then the lowest first */
	size_t count;
	struct frame *frames;
	size_t depth, capacity;
	struct findings *findings;
	struct pool pool;	/* of names that no layer states */
};

static bool has_directory(const struct layer_place *place)
{
	return place->member->type == TAR_DIRECTORY;
}

static void set_add(struct set *set, size_t layer)
{
	set->bits[layer / 64] |= UINT64_C(1) << layer % 64;
}

/* Whether one of the layers above lower, up to upper, is in it. */
static bool set_has(const struct set *set, size_t lower, size_t upper)
{
	for (size_t i = lower + 1; i <= upper; i++)
		if (set->bits[i / 64] >> i % 64 & 1)
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	const struct layer_place *one = a, *other = b;
	int order = layer_members_compare(one->member->name, other->member->name);

	if (order == 0 && one->layer != other->layer)
		return one->layer < other->layer ? -1 : 1;
	return order != 0 ? order : one->member->number < other->member->number ? -1 : 1;
}

/* The first of sorted places that has a name, or a later one. */
static size_t find(const struct layer_place *places, size_t count, const char *name)
{
	size_t low = 0;

	while (low < count) {
		const size_t middle = low + (count - low) / 2;

		if (layer_members_compare(places[middle].member->name, name) < 0)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

/* The name of something in a directory of the image. */
static char *name_in(const char *directory, const char *prefix, const char *name)
{
	return memory_format("%s%s%s%s", directory, *directory ? "/" : "", prefix, name);
}

/* Adds the layers that have a new name, which is freed. */
static void add_layers(const struct pass *pass, char *name, struct set *set)
{
	for (size_t i = find(pass->places, pass->count, name);
	     i < pass->count && strcmp(pass->places[i].member->name, name) == 0; i++)
		set_add(set, pass->places[i].layer);
	free(name);
}

static bool is_above(const struct frame *frame, const char *name)
{
	const size_t length = strlen(frame->name);

	return length == 0 || (strncmp(frame->name, name, length) == 0 && name[length] == '/');
}

/* Whether what is above a place, in the layers up to its own, is visible and no directory. */
static bool is_disputed(const struct pass *pass, const struct frame *above,
			const struct layer_place *place)
{
	size_t at = above->end;

	while (at > above->first && pass->places[at - 1].layer > place->layer)
		at--;
	if (at == above->first || has_directory(&pass->places[at - 1]))
		return false;
	/* What its own layer has there was checked with that layer. */
	return pass->places[at - 1].layer < place->layer
	       && !set_has(&above->self, pass->places[at - 1].layer, place->layer);
}

/* Adds a frame for a name below the last one, which may have no places. */
static struct frame *push(struct pass *pass, const char *name, size_t first, size_t end)
{
	const char *slash = strrchr(name, '/');
	char *directory = memory_copy(name, slash ? (size_t)(slash - name) : 0);
	struct frame frame = { .name = name, .first = first, .end = end };

	if (pass->depth > 0)
		frame.self = pass->frames[pass->depth - 1].below;
	if (*name)
		add_layers(pass, name_in(directory, ".wh.", slash ? slash + 1 : name), &frame.self);
	frame.below = frame.self;
	add_layers(pass, name_in(name, ".wh..wh..opq", ""), &frame.below);
	free(directory);
	for (size_t i = first; i < end; i++)
		if (!has_directory(&pass->places[i])) {
			frame.mixed = true;
			set_add(&frame.below, pass->places[i].layer);
		}
	if (pass->depth == pass->capacity) {
		pass->capacity = pass->capacity ? 2 * pass->capacity : 16;
		pass->frames = memory_resize(pass->frames, pass->capacity, sizeof *pass->frames);
	}
	pass->frames[pass->depth] = frame;
	return &pass->frames[pass->depth++];
}

/* Goes on to the directory of a name. Each that no layer states costs a lookup. */
static void enter(struct pass *pass, const char *name)
{
	size_t from;

	while (pass->depth > 0 && !is_above(&pass->frames[pass->depth - 1], name))
		pass->depth--;
	if (pass->depth == 0)
		return;
	from = strlen(pass->frames[pass->depth - 1].name);
	for (const char *at = name + from + (from > 0); (at = strchr(at, '/')); at++) {
		if (*pass->stack->lookups == 0)
			return;
		*pass->stack->lookups -= 1;
		push(pass, pool_format(&pass->pool, "%.*s", (int)(at - name), name), 0, 0);
	}
}

/* Takes all places of one name: what is visible, what hides, and what is disputed. */
static void take(struct pass *pass, size_t first, size_t end)
{
	const char *name = pass->places[first].member->name;
	struct layer_stack *stack = pass->stack;
	const struct frame *above = NULL, *frame;

	enter(pass, name);
	/* The nearest that is stated. */
	for (size_t i = pass->depth; i > 0 && !above; i--)
		if (pass->frames[i - 1].end > 0)
			above = &pass->frames[i - 1];
	for (size_t i = first; i < end && above && above->mixed; i++)
		if (is_disputed(pass, above, &pass->places[i]))
			findings_add(pass->findings, stack->names[pass->places[i].layer],
				     RULE_LAYER, "'%s': it is below '%s', which is not a directory "
				     "in a layer below", name, above->name);
	frame = push(pass, name, first, end);
	if (!set_has(&frame->self, pass->places[end - 1].layer, stack->count - 1))
		stack->visible[stack->visible_count++] = pass->places[end - 1];
}

void layer_stack_open(struct layer_stack *stack, struct findings *findings)
{
	static const struct layer_member root = { .name = "", .type = TAR_DIRECTORY };
	struct pass pass = { .stack = stack, .count = 1, .findings = findings };
	size_t count = 1;

	stack->visible = NULL;
	stack->visible_count = 0;
	for (size_t i = 0; i < stack->count; i++)
		count += stack->layers[i]->count;
	if (stack->count == 0 || count > *stack->lookups) {
		*stack->lookups = stack->count == 0 ? *stack->lookups : 0;
		return;
	}
	*stack->lookups -= count;
	stack->visible = memory_new(count, sizeof *stack->visible);
	pass.places = memory_new(count, sizeof *pass.places);
	pass.places[0] = (struct layer_place){ &root, 0 };
	for (size_t i = 0; i < stack->count; i++)
		for (size_t k = 0; k < stack->layers[i]->count; k++)
			pass.places[pass.count++] =
				(struct layer_place){ &stack->layers[i]->entries[k], i };
	qsort(pass.places, pass.count, sizeof *pass.places, compare);
	for (size_t first = 0, end; first < pass.count; first = end) {
		const char *name = pass.places[first].member->name;

		end = first + 1;
		while (end < pass.count && strcmp(pass.places[end].member->name, name) == 0)
			end++;
		take(&pass, first, end);
	}
	pool_free(&pass.pool);
	free(pass.frames);
	free(pass.places);
}

void layer_stack_close(struct layer_stack *stack)
{
	free(stack->visible);
}

/* ---- paths ---- */

/*
 * What is visible under a name, or NULL. Whether there is anything, perhaps only what is below it,
 * goes to *there.
 */
static const struct layer_place *search(const struct layer_stack *stack, const char *name,
					bool *there)
{
	const size_t at = find(stack->visible, stack->visible_count, name), length = strlen(name);
	const char *next = at < stack->visible_count ? stack->visible[at].member->name : "";

	*there = *stack->lookups > 0 && strncmp(next, name, length) == 0
		 && (next[length] == '\0' || next[length] == '/');
	*stack->lookups -= *stack->lookups > 0;
	return *there && next[length] == '\0' ? &stack->visible[at] : NULL;
}

/* Instead of a hard link, what it leads to in its layer or below. */
static const struct layer_member *look_up(const struct layer_stack *stack, const char *name,
					  bool *there)
{
	const struct layer_place *place = search(stack, name, there);
	const struct layer_member *member = place ? place->member : NULL;

	if (!member || member->type != TAR_HARD_LINK)
		return member;
	member = layer_members_find(stack->layers[place->layer], member->target);
	if (!member && (place = search(stack, place->member->target, there)))
		member = place->member;
	return member;
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
	const char *at = rest;
	unsigned links = 0;
	bool there = strlen(rest) <= LIMIT_NAME_BYTES;

	while (there && *(at += strspn(at, "/"))) {
		const size_t length = strcspn(at, "/");
		char *component = memory_copy(at, length), *slash = strrchr(resolved, '/');

		at += length;
		if (strcmp(component, "..") == 0) {
			*(slash ? slash : resolved) = '\0';
			entry = NULL;
		} else if (strcmp(component, ".") != 0) {
			char *name = name_in(resolved, "", component);

			entry = look_up(stack, name, &there);
			if (entry && entry->type == TAR_SYMLINK) {
				replace(&rest, memory_format("%s%s", entry->target, at));
				at = rest;
				if (*at == '/')
					resolved[0] = '\0';
				there = ++links <= LIMIT_LINKS && strlen(at) <= LIMIT_NAME_BYTES;
				entry = NULL;
				free(name);
			} else {
				replace(&resolved, name);
			}
		}
		free(component);
	}
	free(rest);
	free(resolved);
	return there ? entry : NULL;
}
