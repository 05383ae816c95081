/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a tree with what a source finds: nodes, contents, hard links. */
#include "audit/observe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"

#define CHUNK 65536
/* Writers of archives link to the first of a group; chains are somebody's making. */
#define MAXIMUM_HOPS 16
/* Bytes of an attribute's value that are shown; a longer one shows as its digest. */
#define SHOWN_BYTES 64
#define NONE SIZE_MAX

int observe_refuse(struct observe *observe, enum status status, const char *reason,
		   struct error *err)
{
	snprintf(observe->fault, sizeof observe->fault, "%s", reason);
	return error_set(err, status, "cannot read '%s': %s", observe->place, reason);
}

/* Refuses what readers of archives, or engines, disagree about at a path. */
static int dispute(struct observe *observe, const char *path, const char *reason,
		   struct error *err)
{
	char *text = memory_format("'%s': %s", path, reason);

	observe_refuse(observe, STATUS_ARCHIVE, text, err);
	free(text);
	return -1;
}

void observe_begin(struct observe *observe, struct tree *tree, const char *place,
		   const struct observe_reference *reference)
{
	*observe = (struct observe){
		.tree = tree, .place = place, .reference = reference, .counterpart = NONE,
	};
	tree->nodes[0].observed.unstated = true;
}

static size_t length_of(const char *text)
{
	return text ? strlen(text) : 0;
}

void observe_count(struct observe_sizes *sizes, const struct tree *tree)
{
	sizes->nodes += tree->count;
	for (size_t i = 0; i < tree->count; i++) {
		const struct tree_node *node = &tree->nodes[i];
		const size_t length = strlen(node->path);

		sizes->texts += length + length_of(node->target)
				+ length_of(node->observed.attributes);
		sizes->unstated += node->observed.unstated ? length : 0;
	}
}

void observe_upon(struct observe *observe, const struct tree *lower)
{
	observe->lower = lower;
	observe_count(&observe->sizes, lower);
}

/* ---- nodes ---- */

static size_t find_counterpart(const struct observe *observe, const char *path)
{
	const struct tree_node *node;

	if (!observe->reference)
		return NONE;
	node = tree_find(observe->reference->tree, path);
	return node && node->type == TREE_FILE
		? (size_t)(node - observe->reference->tree->nodes) : NONE;
}

/* In an image a later layer's file takes the place of an earlier one's. */
static void forget_kept(struct observe *observe)
{
	const struct observe_reference *reference = observe->reference;
	uint64_t *start;

	if (observe->counterpart == NONE || !reference->keep)
		return;
	start = &reference->spool->starts[observe->counterpart];
	if (*start != OBSERVE_UNWANTED)
		*start = OBSERVE_WANTED;
}

static int count_text(struct observe *observe, const char *text, struct error *err)
{
	observe->sizes.texts += length_of(text);
	return observe->sizes.texts <= LIMIT_OBSERVED_NAMES_BYTES
	       && observe->sizes.unstated <= LIMIT_UNSTATED_NAMES_BYTES
	       ? 0 : observe_refuse(observe, STATUS_LIMIT,
				    "its paths, links and attributes are too long together", err);
}

int observe_texts(struct observe *observe, const struct tree_node *node, struct error *err)
{
	return count_text(observe, node->target, err) < 0 ? -1
	       : count_text(observe, node->observed.attributes, err);
}

struct tree_node *observe_add(struct observe *observe, const char *path, enum tree_type type,
			      struct error *err)
{
	struct tree_node *node;

	if (++observe->sizes.nodes > LIMIT_OBSERVED_NODES) {
		observe_refuse(observe, STATUS_LIMIT, "it has too many files", err);
		return NULL;
	}
	if (count_text(observe, path, err) < 0)
		return NULL;
	observe->counterpart = find_counterpart(observe, path);
	forget_kept(observe);
	observe->file = observe->tree->count;
	digest_init_output(&observe->digest);
	node = tree_append(observe->tree, path, type);
	node->observed.number = (uint32_t)observe->file;
	return node;
}

/* ---- contents ---- */

static int keep(struct observe_spool *spool, uint64_t *start, const void *bytes, size_t length)
{
	if (*start == OBSERVE_UNWANTED)
		return 0;
	if (*start == OBSERVE_WANTED)
		*start = spool->length;
	spool->length += length;
	return length > 0 ? file_write_all(spool->fd, bytes, length) : 0;
}

/* Reads the counterpart's content; nothing when it was not kept. */
static ssize_t read_counterpart(const struct observe *observe, void *bytes, size_t length,
				uint64_t offset)
{
	const struct observe_reference *reference = observe->reference;
	const struct content *content = &reference->tree->nodes[observe->counterpart].content;
	uint64_t start;

	if (!reference->spool)
		return content_read(content, bytes, length, offset);
	start = reference->spool->starts[observe->counterpart];
	if (start >= OBSERVE_WANTED || offset >= content->size)
		return 0;
	if (length > content->size - offset)
		length = (size_t)(content->size - offset);
	return file_read_at(reference->spool->fd, bytes, length, start + offset);
}

static size_t common_length(const unsigned char *a, const unsigned char *b, size_t length)
{
	size_t same = 0;

	if (memcmp(a, b, length) == 0)
		return length;
	while (a[same] == b[same])
		same++;
	return same;
}

/* Goes on comparing, as long as everything before was the same. */
static int compare(const struct observe *observe, struct tree_observed *observed,
		   const unsigned char *bytes, size_t length)
{
	unsigned char chunk[CHUNK];

	while (length > 0 && observed->common == observe->digest.length - length) {
		size_t part = length < sizeof chunk ? length : sizeof chunk, same;
		ssize_t got = read_counterpart(observe, chunk, part, observed->common);

		if (got < 0)
			return -1;
		same = common_length(bytes, chunk, (size_t)got);
		observed->common += same;
		if (same < part)
			break;
		bytes += part;
		length -= part;
	}
	return 0;
}

int observe_bytes(struct observe *observe, const void *bytes, size_t length, struct error *err)
{
	struct tree_observed *observed = &observe->tree->nodes[observe->file].observed;
	const struct observe_reference *reference = observe->reference;
	int result = 0;

	digest_add(&observe->digest, bytes, length);
	if (observe->counterpart != NONE && reference->keep)
		result = keep(reference->spool, &reference->spool->starts[observe->counterpart],
			      bytes, length);
	else if (observe->counterpart != NONE)
		result = compare(observe, observed, bytes, length);
	if (result < 0)
		return error_errno(err, STATUS_FILE, "cannot keep a file of '%s'", observe->place);
	return interrupt_check(err);
}

/* Whether the bytes of the counterpart are there to compare with. */
static bool has_counterpart(const struct observe *observe)
{
	const struct observe_reference *reference = observe->reference;

	if (observe->counterpart == NONE || reference->keep)
		return false;
	return !reference->spool || reference->spool->starts[observe->counterpart] < OBSERVE_WANTED;
}

void observe_file_end(struct observe *observe)
{
	struct tree_node *node = &observe->tree->nodes[observe->file];
	const struct observe_reference *reference = observe->reference;

	node->content.size = observe->digest.length;
	node->content.digest = digest_read(&observe->digest);
	node->observed.compared = has_counterpart(observe);
	if (observe->counterpart != NONE && reference->keep)
		keep(reference->spool, &reference->spool->starts[observe->counterpart], NULL, 0);
}

/* ---- names ---- */

char *observe_path(const char *name)
{
	char *path = memory_new(strlen(name) + 2, 1), *end = path;

	while (*name) {
		size_t length = strcspn(name, "/");

		if (length == 2 && name[0] == '.' && name[1] == '.') {
			free(path);
			return NULL;
		}
		if (length > 0 && !(length == 1 && name[0] == '.')) {
			*end++ = '/';
			memcpy(end, name, length);
			end += length;
		}
		name += length + (name[length] == '/');
	}
	if (end == path)
		*path = '/';
	return path;
}

static int compare_attributes(const void *a, const void *b)
{
	return strcmp(((const struct pax_attribute *)a)->name,
		      ((const struct pax_attribute *)b)->name);
}

static void add_attribute(struct buffer *text, const struct pax_attribute *attribute)
{
	const unsigned char *value = attribute->value;
	struct digest digest;
	char hex[DIGEST_HEX_BYTES];

	buffer_format(text, "%s%s=", text->length > 0 ? " " : "", attribute->name);
	if (attribute->length > SHOWN_BYTES) {
		digest = digest_of(value, attribute->length);
		buffer_format(text, "sha256:%s", digest_write_hex(&digest, hex));
		return;
	}
	for (size_t i = 0; i < attribute->length; i++)
		buffer_format(text, "%02x", value[i]);
}

char *observe_attributes(const struct pax_attribute *attributes, size_t count)
{
	struct pax_attribute *sorted;
	struct buffer text;

	if (count == 0)
		return NULL;
	sorted = memory_copy(attributes, count * sizeof *attributes);
	qsort(sorted, count, sizeof *sorted, compare_attributes);
	/* More than any header's worth of the shortest records, each with a digest. */
	buffer_init(&text, 8 * LIMIT_TAR_EXTENSION_BYTES);
	for (size_t i = 0; i < count; i++)
		add_attribute(&text, &sorted[i]);
	free(sorted);
	return buffer_take(&text);
}

/* ---- directories ---- */

/*
 * Counts the directories above a node that the tree does not have, and adds them to missing unless
 * that is NULL. Those that the path before it in the order has, too, were seen to already.
 */
static void note_missing(struct observe *observe, size_t number, struct tree *missing)
{
	const struct tree *tree = observe->tree;
	const char *before = tree->nodes[number - 1].path;
	char *parent = memory_string(tree->nodes[number].path), *slash;

	while ((slash = strrchr(parent, '/')) != parent) {
		size_t length = (size_t)(slash - parent);

		*slash = '\0';
		if (strncmp(before, parent, length) == 0
		    && (before[length] == '/' || before[length] == '\0'))
			break;
		if (tree_find(tree, parent))
			continue;
		if (missing) {
			tree_append(missing, parent, TREE_DIRECTORY)->observed.unstated = true;
		} else {
			observe->sizes.nodes++;
			observe->sizes.texts += length;
			observe->sizes.unstated += length;
		}
	}
	free(parent);
}

/* Adds the directories that nothing was said of. They are counted before memory is taken. */
static int add_parents(struct observe *observe, struct error *err)
{
	struct tree missing = { .nodes = NULL };

	for (size_t i = 1; i < observe->tree->count; i++) {
		note_missing(observe, i, NULL);
		if (observe->sizes.nodes > LIMIT_OBSERVED_NODES)
			return observe_refuse(observe, STATUS_LIMIT, "it has too many files", err);
		if (count_text(observe, NULL, err) < 0)
			return -1;
	}
	for (size_t i = 1; i < observe->tree->count; i++)
		note_missing(observe, i, &missing);
	if (missing.count > 0)
		tree_merge(observe->tree, &missing);
	return 0;
}

/*
 * Refuses what is below something that is not a directory: one unpacks through a symbolic link, and
 * another does not. What was a directory for a time may have had members that are elsewhere now.
 */
static int check_directories(struct observe *observe, struct error *err)
{
	const struct tree *tree = observe->tree;

	if (tree->nodes[0].type != TREE_DIRECTORY)
		return dispute(observe, "/", "it is not a directory", err);
	for (size_t i = 1; i < tree->count; i++) {
		const struct tree_node *node = &tree->nodes[i];
		const size_t length = (size_t)(strrchr(node->path, '/') - node->path);
		char *path = memory_copy(node->path, length > 0 ? length : 1);
		const struct tree_node *parent = tree_find(tree, path);

		free(path);
		if (parent->type != TREE_DIRECTORY)
			return dispute(observe, node->path,
				       "it is below something that is not a directory", err);
		if (node->observed.changed)
			return dispute(observe, node->path,
				       "it is a directory and something else", err);
	}
	return 0;
}

/* ---- hard links ---- */

/*
 * The node in the same tree that a hard link leads to in the end, or NULL. *late becomes true when
 * one on the way was written after it, so that it leads to what was there before.
 */
static struct tree_node *follow(const struct tree *tree, const struct tree_node *link, bool *late)
{
	const struct tree_node *node = link;

	*late = false;
	for (int hops = 0; node && node->type == TREE_FILE && node->target; hops++) {
		const uint32_t number = node->observed.number;

		node = hops < MAXIMUM_HOPS ? tree_find(tree, node->target) : NULL;
		*late |= node && node->observed.number > number;
	}
	return node ? &tree->nodes[node - tree->nodes] : NULL;
}

/* Makes link the same file as node; what the archive says of its mode, owner and time stays. */
static void join(struct tree_node *link, const struct tree_node *node)
{
	free(link->target);
	link->target = node->target ? memory_string(node->target) : NULL;
	link->type = node->type;
	if (node->type == TREE_LINK)
		link->mode = node->mode;
	link->content.size = node->content.size;
	link->content.digest = node->content.digest;
	link->observed.kind = node->observed.kind;
	link->observed.major = node->observed.major;
	link->observed.minor = node->observed.minor;
}

static int resolve(struct observe *observe, struct tree_node *link, struct error *err)
{
	const struct tree_node *lower = NULL;
	bool late;
	struct tree_node *node = follow(observe->tree, link, &late);

	if (node && node->type != TREE_DIRECTORY && late)
		return dispute(observe, link->path, "it is a hard link to a later file", err);
	if (node && node->type != TREE_DIRECTORY) {
		if (node->observed.group == 0)
			node->observed.group = ++observe->groups;
		link->observed.group = node->observed.group;
		join(link, node);
		return observe_texts(observe, link, err);
	}
	if (!node && observe->lower)
		lower = tree_find(observe->lower, link->target);
	if (lower && lower->type != TREE_DIRECTORY) {
		join(link, lower);
		return observe_texts(observe, link, err);
	}
	return dispute(observe, link->path, "it is a hard link to no file", err);
}

int observe_end(struct observe *observe, struct error *err)
{
	tree_sort(observe->tree);
	if (add_parents(observe, err) < 0 || check_directories(observe, err) < 0)
		return -1;
	for (size_t i = 0; i < observe->tree->count; i++) {
		struct tree_node *node = &observe->tree->nodes[i];

		if (node->type == TREE_FILE && node->target && resolve(observe, node, err) < 0)
			return -1;
	}
	return 0;
}
