/* SPDX-License-Identifier: Apache-2.0 */
/* Compares trees node by node. */
#include "audit/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/memory.h"

#define TEXT_BYTES 96

/* ---- values as text ---- */

static const char *kind_name(uint32_t kind)
{
	switch (kind) {
	case S_IFCHR:
		return "character device";
	case S_IFBLK:
		return "block device";
	case S_IFIFO:
		return "FIFO";
	case S_IFSOCK:
		return "socket";
	}
	return "special file";
}

static const char *type_text(const struct tree_node *node, char text[TEXT_BYTES])
{
	switch (node->type) {
	case TREE_DIRECTORY:
		return "directory";
	case TREE_FILE:
		return "file";
	case TREE_LINK:
		return "symbolic link";
	case TREE_SPECIAL:
		break;
	}
	if (node->observed.kind != S_IFCHR && node->observed.kind != S_IFBLK)
		return kind_name(node->observed.kind);
	snprintf(text, TEXT_BYTES, "%s %" PRIu32 ":%" PRIu32, kind_name(node->observed.kind),
		 node->observed.major, node->observed.minor);
	return text;
}

/* RFC 3339 in UTC; a time that it cannot write, as seconds since 1970. */
static const char *time_text(const struct tree_node *node, char text[TEXT_BYTES])
{
	time_t seconds = (time_t)node->time;
	char fraction[16] = "", date[48];
	struct tm parts;

	if (node->observed.nanoseconds > 0)
		snprintf(fraction, sizeof fraction, ".%09" PRIu32, node->observed.nanoseconds);
	if (gmtime_r(&seconds, &parts) && parts.tm_year >= 0 && parts.tm_year < 8100
	    && strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts) > 0)
		snprintf(text, TEXT_BYTES, "%s%sZ", date, fraction);
	else
		snprintf(text, TEXT_BYTES, "%" PRId64 "%s", node->time, fraction);
	return text;
}

static const char *owner_text(const struct tree_node *node, char text[TEXT_BYTES])
{
	snprintf(text, TEXT_BYTES, "%" PRIu32 ":%" PRIu32, node->uid, node->gid);
	return text;
}

static const char *mode_text(const struct tree_node *node, char text[TEXT_BYTES])
{
	snprintf(text, TEXT_BYTES, "%04" PRIo32, node->mode);
	return text;
}

static const char *size_text(const struct tree_node *node, char text[TEXT_BYTES])
{
	snprintf(text, TEXT_BYTES, "%" PRIu64, node->content.size);
	return text;
}

static const char *digest_text(const struct tree_node *node, char text[TEXT_BYTES])
{
	return digest_write(&node->content.digest, text);
}

/* ---- containers ---- */

/*
 * What Docker adds to the root of a container before anything runs in it: the places where it
 * mounts, and a mark. docker export has them, empty; one with something in it is somebody else's.
 * The list is that of moby's daemon/initlayer, and the mark that of its containers.
 */
static const struct {
	const char *path;
	enum tree_type type;
} added[] = {
	{ "/.dockerenv", TREE_FILE },
	{ "/dev", TREE_DIRECTORY },
	{ "/dev/console", TREE_FILE },
	{ "/dev/pts", TREE_DIRECTORY },
	{ "/dev/shm", TREE_DIRECTORY },
	{ "/etc", TREE_DIRECTORY },
	{ "/etc/hostname", TREE_FILE },
	{ "/etc/hosts", TREE_FILE },
	{ "/etc/mtab", TREE_LINK },
	{ "/etc/resolv.conf", TREE_FILE },
	{ "/proc", TREE_DIRECTORY },
	{ "/sys", TREE_DIRECTORY },
};

bool audit_tree_is_engines(const struct tree_node *node)
{
	const uint32_t mode = node->type == TREE_LINK ? 0777 : 0755;
	size_t i = 0;

	while (i < sizeof added / sizeof added[0] && strcmp(added[i].path, node->path) != 0)
		i++;
	return i < sizeof added / sizeof added[0] && added[i].type == node->type
	       && node->mode == mode && node->uid == 0 && node->gid == 0
	       && node->content.size == 0 && !node->observed.attributes
	       && node->observed.group == 0 && !node->observed.repeated
	       && (!node->target || strcmp(node->target, "/proc/mounts") == 0);
}

/* ---- nodes ---- */

/* Two trees on the way. */
struct comparison {
	struct audit *audit;
	const struct tree *expected, *found;
	size_t *expected_first, *found_first;	/* first node of each group of hard links */
};

/* Compares what text writes of both nodes: 0 when it is the same. */
static int compare_texts(struct audit *audit, enum audit_field field,
			  const struct tree_node *expected, const struct tree_node *found,
			  const char *(*text)(const struct tree_node *node, char text[TEXT_BYTES]))
{
	char one[TEXT_BYTES], other[TEXT_BYTES];
	const char *e = text(expected, one), *f = text(found, other);

	if (strcmp(e, f) == 0)
		return 0;
	audit_add(audit, field, field == AUDIT_TIME ? AUDIT_CLASS_TIME : AUDIT_CLASS_FILES,
		  found->path, e, f);
	return 1;
}

static void compare_optional(struct audit *audit, enum audit_field field, const char *path,
			     const char *expected, const char *found)
{
	if ((expected || found) && (!expected || !found || strcmp(expected, found) != 0))
		audit_add(audit, field, AUDIT_CLASS_FILES, path, expected, found);
}

/* The number of the first node of each group of hard links; the others are its twins. */
static size_t *find_groups(const struct tree *tree)
{
	uint32_t last = 0;
	size_t *first;

	for (size_t i = 0; i < tree->count; i++)
		if (tree->nodes[i].observed.group > last)
			last = tree->nodes[i].observed.group;
	first = memory_new((size_t)last + 1, sizeof *first);
	for (size_t i = tree->count; i-- > 0;)
		first[tree->nodes[i].observed.group] = i;
	return first;
}

/* What a file is another name of, or NULL. */
static const char *twin(const struct tree *tree, const size_t *first, const struct tree_node *node)
{
	const struct tree_node *leader = &tree->nodes[first[node->observed.group]];

	return node->observed.group != 0 && leader != node ? leader->path : NULL;
}

static void compare_twins(const struct comparison *comparison, const struct tree_node *expected,
			  const struct tree_node *found)
{
	const char *e = twin(comparison->expected, comparison->expected_first, expected);
	const char *f = twin(comparison->found, comparison->found_first, found);
	char *one = e ? memory_format("hard link to '%s'", e) : NULL;
	char *other = f ? memory_format("hard link to '%s'", f) : NULL;

	compare_optional(comparison->audit, AUDIT_TYPE, found->path, e ? one : f ? "file" : NULL,
			 f ? other : e ? "file" : NULL);
	free(one);
	free(other);
}

/* Of the root archives need not say anything; of other directories it is said when they do not. */
static bool compare_statements(struct audit *audit, const struct tree_node *expected,
			       const struct tree_node *found)
{
	static const char nothing[] = "nothing but what is in it";
	const bool e = expected->observed.unstated, f = found->observed.unstated;

	if (e != f && found->path[1] != '\0')
		audit_add(audit, AUDIT_PATH, AUDIT_CLASS_FILES, found->path,
			  e ? nothing : "directory", f ? nothing : "directory");
	return !e && !f;
}

static void compare_nodes(const struct comparison *comparison, const struct tree_node *expected,
			  const struct tree_node *found)
{
	struct audit *audit = comparison->audit;

	/* Whoever unpacks gets the last. */
	if (expected->observed.repeated != found->observed.repeated)
		audit_add(audit, AUDIT_PATH, AUDIT_CLASS_LAYERS, found->path,
			  expected->observed.repeated ? "more than once" : "once",
			  found->observed.repeated ? "more than once" : "once");
	if (compare_texts(audit, AUDIT_TYPE, expected, found, type_text) != 0)
		return;
	compare_twins(comparison, expected, found);
	if (compare_statements(audit, expected, found)) {
		compare_texts(audit, AUDIT_MODE, expected, found, mode_text);
		compare_texts(audit, AUDIT_OWNER, expected, found, owner_text);
		compare_texts(audit, AUDIT_TIME, expected, found, time_text);
	}
	compare_optional(audit, AUDIT_ATTRIBUTE, found->path, expected->observed.attributes,
			 found->observed.attributes);
	compare_optional(audit, AUDIT_LINK, found->path, expected->target, found->target);
	if (found->type == TREE_FILE) {
		compare_texts(audit, AUDIT_SIZE, expected, found, size_text);
		compare_texts(audit, AUDIT_CONTENT, expected, found, digest_text);
	}
}

/* ---- trees ---- */

static char *describe(const struct tree *tree, const size_t *first, const struct tree_node *node)
{
	const char *leader = twin(tree, first, node);
	char text[TEXT_BYTES];

	return leader ? memory_format("hard link to '%s'", leader)
		      : memory_string(type_text(node, text));
}

/* Adds a path that only one of the trees has. */
static void add_alone(struct audit *audit, const struct tree *tree, const size_t *first,
		      const struct tree_node *node, bool expected)
{
	const bool engine = audit_tree_is_engines(node);
	char *text = describe(tree, first, node);

	audit_add(audit, engine ? AUDIT_RUNTIME : AUDIT_PATH,
		  engine ? AUDIT_CLASS_ENGINE : AUDIT_CLASS_FILES, node->path,
		  expected ? text : NULL, expected ? NULL : text);
	free(text);
}

void audit_tree(struct audit *audit, const struct tree *expected, const struct tree *found)
{
	struct comparison comparison = {
		.audit = audit, .expected = expected, .found = found,
		.expected_first = find_groups(expected), .found_first = find_groups(found),
	};
	size_t i = 0, j = 0;

	while (i < expected->count || j < found->count) {
		int order = i == expected->count ? 1 : j == found->count ? -1
			    : strcmp(expected->nodes[i].path, found->nodes[j].path);

		if (order == 0)
			compare_nodes(&comparison, &expected->nodes[i++], &found->nodes[j++]);
		else if (order < 0)
			add_alone(audit, expected, comparison.expected_first,
				  &expected->nodes[i++], true);
		else
			add_alone(audit, found, comparison.found_first, &found->nodes[j++], false);
	}
	free(comparison.expected_first);
	free(comparison.found_first);
}

void audit_tree_time(struct audit *audit, const struct tree_node *found, int64_t epoch)
{
	const struct tree_node expected = { .time = epoch };

	if (!found->observed.unstated)
		compare_texts(audit, AUDIT_TIME, &expected, found, time_text);
}

bool audit_tree_differs(const struct tree *expected, const struct tree *found, const char *path)
{
	const struct tree_node *e = tree_find(expected, path), *f = tree_find(found, path);

	return e && f && e->type == TREE_FILE && f->type == TREE_FILE
	       && !digest_equal(&e->content.digest, &f->content.digest);
}

static bool wants_offset(const struct audit *audit, const struct audit_finding *finding)
{
	return finding->field == AUDIT_CONTENT && finding->platform == audit->platform
	       && !finding->has_offset;
}

bool audit_tree_wants_offsets(const struct audit *audit)
{
	for (size_t i = 0; i < audit->count; i++)
		if (wants_offset(audit, &audit->items[i]))
			return true;
	return false;
}

void audit_tree_offsets(struct audit *audit, const struct tree *found)
{
	for (size_t i = 0; i < audit->count; i++) {
		struct audit_finding *finding = &audit->items[i];
		const struct tree_node *node;

		node = wants_offset(audit, finding) ? tree_find(found, finding->subject) : NULL;
		if (!node || !node->observed.compared)
			continue;
		finding->has_offset = true;
		finding->offset = node->observed.common;
	}
}
