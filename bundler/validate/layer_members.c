/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the members of a layer one by one, and then all together. */
#include "validate/layer_members.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/path.h"
#include "validate/rule.h"

#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"

/* What the checks of one layer share. */
struct check {
	struct layer_members *members;
	struct layer_budget *budget;
	struct findings *findings;
	const char *subject;
};

void layer_members_free(struct layer_members *members)
{
	free(members->entries);
	pool_free(&members->pool);
	*members = (struct layer_members){ .entries = NULL };
}

/* A slash comes before all others, so that what is below a name follows it. */
static int rank(char c)
{
	return c == '\0' ? 0 : c == '/' ? 1 : (unsigned char)c + 1;
}

int layer_members_compare(const char *one, const char *other)
{
	while (*one != '\0' && *one == *other) {
		one++;
		other++;
	}
	return rank(*one) - rank(*other);
}

static int compare(const void *a, const void *b)
{
	const struct layer_member *one = a, *other = b;
	int order = layer_members_compare(one->name, other->name);

	return order != 0 ? order : one->number < other->number ? -1 : 1;
}

static int compare_name(const void *name, const void *entry)
{
	return layer_members_compare(name, ((const struct layer_member *)entry)->name);
}

const struct layer_member *layer_members_find(const struct layer_members *members, const char *name)
{
	return members->count == 0 ? NULL : bsearch(name, members->entries, members->count,
						    sizeof *members->entries, compare_name);
}

/* ---- members ---- */

static void fault(const struct check *check, const char *rule, const char *name, const char *text)
{
	findings_add(check->findings, check->subject, rule, "'%s': %s", name, text);
}

/* "." alone is the root. */
static char *name_of(struct pool *pool, const char *text)
{
	char *name = tar_name(pool, text);

	if (strcmp(name, ".") == 0)
		name[0] = '\0';
	return name;
}

static void check_name(const struct check *check, const struct layer_member *entry)
{
	const char *wrong = entry->name[0] != '\0' || entry->type != TAR_DIRECTORY
			    ? path_beneath_fault(entry->name) : NULL;

	if (wrong)
		fault(check, RULE_NAMES, entry->name, wrong);
}

static bool is_whiteout(const char *name)
{
	return strncmp(name, WHITEOUT, strlen(WHITEOUT)) == 0;
}

static bool is_below_whiteout(const char *name)
{
	for (const char *slash; (slash = strchr(name, '/')); name = slash + 1)
		if (is_whiteout(name))
			return true;
	return false;
}

/* What is wrong with a whiteout whose last component is base, or NULL. */
static const char *whiteout_fault(const char *base, const struct tar_member *member)
{
	const char *hidden = base + strlen(WHITEOUT);

	if (member->type != TAR_FILE || member->size > 0)
		return "it is a whiteout and not an empty file";
	if (strcmp(base, OPAQUE) == 0)
		return NULL;
	if (hidden[0] == '\0' || strcmp(hidden, ".") == 0 || strcmp(hidden, "..") == 0)
		return "it is a whiteout of no name";
	return is_whiteout(hidden) ? "it is a whiteout of a whiteout" : NULL;
}

static void check_whiteout(const struct check *check, const char *name,
			   const struct tar_member *member)
{
	const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name, *wrong;

	if (is_below_whiteout(name))
		fault(check, RULE_WHITEOUTS, name, "it is below a whiteout");
	if (!is_whiteout(base))
		return;
	if (!check->members->whiteout)
		check->members->whiteout = name;
	wrong = whiteout_fault(base, member);
	if (wrong)
		fault(check, RULE_WHITEOUTS, name, wrong);
}

/* What overlayfs, over which engines unpack layers, takes for its own. */
static void check_overlayfs(const struct check *check, const char *name,
			    const struct tar_member *member)
{
	if (member->type == TAR_CHARACTER && member->device_major == 0
	    && member->device_minor == 0)
		fault(check, RULE_WHITEOUTS, name, "it is a device that overlayfs takes for a "
		      "whiteout");
	for (size_t i = 0; i < member->attribute_count; i++) {
		const char *key = member->attributes[i].name;

		if (strncmp(key, "trusted.overlay.", 16) == 0
		    || strncmp(key, "user.overlay.", 13) == 0)
			fault(check, RULE_LAYER, name, "it has an attribute of overlayfs");
	}
}

/* Reads the first bytes of an executable file, to the end of what may name its interpreter. */
static int read_head(struct layer_members *members, struct layer_member *entry, struct tar *tar,
		     const char **fault)
{
	uint8_t head[BINARY_INTERPRETER_BYTES];
	size_t length = 0;
	ssize_t got = 1;
	const void *bytes;
	const char *interpreter;

	while (length < sizeof head && (got = tar_read(tar, &bytes, fault)) > 0) {
		size_t part = sizeof head - length;

		if ((size_t)got < part)
			part = (size_t)got;
		memcpy(head + length, bytes, part);
		length += part;
	}
	if (got < 0)
		return -1;
	entry->head_length = (uint8_t)(length < sizeof entry->head ? length : sizeof entry->head);
	memcpy(entry->head, head, entry->head_length);
	interpreter = binary_interpreter(head, length);
	if (interpreter)
		entry->interpreter = pool_string(&members->pool, interpreter);
	return 0;
}

static int read_members(const struct check *check, struct tar *tar, const char **wrong)
{
	struct layer_members *members = check->members;
	struct tar_member member;
	int more;

	while ((more = tar_next(tar, &member, wrong)) > 0) {
		const uint64_t length = strlen(member.name) + strlen(member.target);
		struct layer_member *entry;

		if (check->budget->members == 0 || length > check->budget->names) {
			errno = E2BIG;
			return -1;
		}
		check->budget->members--;
		check->budget->names -= length;
		if (members->count == members->capacity) {
			members->capacity = members->capacity ? 2 * members->capacity : 64;
			members->entries = memory_resize(members->entries, members->capacity,
							 sizeof *members->entries);
		}
		entry = &members->entries[members->count];
		*entry = (struct layer_member){
			.name = name_of(&members->pool, member.name), .type = member.type,
			.executable = member.type == TAR_FILE && (member.mode & 0111) != 0,
			.number = (uint32_t)members->count++,
		};
		/* Engines resolve one that is absolute within the root. */
		if (member.type == TAR_HARD_LINK)
			entry->target = name_of(&members->pool,
						member.target + strspn(member.target, "/"));
		else if (member.type == TAR_SYMLINK)
			entry->target = pool_string(&members->pool, member.target);
		check_name(check, entry);
		check_whiteout(check, entry->name, &member);
		check_overlayfs(check, entry->name, &member);
		if (entry->executable && read_head(members, entry, tar, wrong) < 0)
			return -1;
	}
	return more;
}

/* ---- the whole ---- */

static bool is_below(const char *name, const struct layer_member *entry)
{
	size_t length = strlen(entry->name);

	return length > 0 && strncmp(name, entry->name, length) == 0 && name[length] == '/';
}

/* Unpacked through a symbolic link, a member would land elsewhere. */
static void check_parents(const struct check *check)
{
	const struct layer_member *above = NULL;

	for (size_t i = 0; i < check->members->count; i++) {
		const struct layer_member *entry = &check->members->entries[i];

		if (above && is_below(entry->name, above))
			fault(check, RULE_LAYER, entry->name, "it is below something that is not a "
			      "directory");
		else if (entry->type != TAR_DIRECTORY)
			above = entry;
	}
}

/* Whether a layer has something of this name, or below it. */
static bool has(const struct layer_members *members, const char *name)
{
	const size_t length = strlen(name);
	size_t low = 0, high = members->count;
	const char *next;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (layer_members_compare(members->entries[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	next = low < members->count ? members->entries[low].name : "";
	return strncmp(next, name, length) == 0 && (next[length] == '\0' || next[length] == '/');
}

/* Engines disagree whether the whiteout or what its layer has comes first. */
static void check_hidden(const struct check *check, const struct layer_member *entry)
{
	const char *slash = strrchr(entry->name, '/'), *base = slash ? slash + 1 : entry->name;
	char *hidden;

	if (!is_whiteout(base) || strcmp(base, OPAQUE) == 0)
		return;
	hidden = memory_format("%.*s%s", (int)(base - entry->name), entry->name,
			       base + strlen(WHITEOUT));
	if (has(check->members, hidden))
		fault(check, RULE_WHITEOUTS, entry->name, "it hides what its own layer has");
	free(hidden);
}

static void check_hard_link(const struct check *check, const struct layer_member *entry)
{
	const char *wrong = path_beneath_fault(entry->target);
	const struct layer_member *target = layer_members_find(check->members, entry->target);

	if (wrong)
		wrong = "it is a hard link that leads out of the layer";
	else if (!target)
		wrong = "it is a hard link to nothing in the layer";
	else if (target->type == TAR_DIRECTORY || target == entry)
		wrong = "it is a hard link to itself or to a directory";
	else if (target->number > entry->number)
		wrong = "it is a hard link to a later member";
	if (wrong)
		fault(check, RULE_HARD_LINKS, entry->name, wrong);
}

int layer_members_read(struct layer_members *members, struct layer_input *input,
		       struct layer_budget *budget, struct findings *findings, const char *subject)
{
	const struct check check = { members, budget, findings, subject };
	struct tar_source source = layer_input_source(input);
	const char *wrong = NULL;
	struct tar *tar = tar_open(&source);
	int result;

	*members = (struct layer_members){ .entries = NULL };
	result = read_members(&check, tar, &wrong);
	tar_close(tar);
	if (result < 0 && !wrong)
		return -1;
	members->whole = result == 0;
	if (members->count > 0)
		qsort(members->entries, members->count, sizeof *members->entries, compare);
	for (size_t i = 1; i < members->count; i++)
		if (strcmp(members->entries[i].name, members->entries[i - 1].name) == 0)
			fault(&check, RULE_LAYER, members->entries[i].name, "it occurs twice");
	check_parents(&check);
	for (size_t i = 0; i < members->count; i++) {
		check_hidden(&check, &members->entries[i]);
		if (members->entries[i].type == TAR_HARD_LINK)
			check_hard_link(&check, &members->entries[i]);
	}
	/* The caller reports a fault of the compression, which layer_input_end returns. */
	if (wrong && wrong != layer_input_fault(input))
		findings_add(findings, subject, RULE_LAYER, "the tar archive cannot be read: %s",
			     wrong);
	return 0;
}
