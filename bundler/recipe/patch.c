/* SPDX-License-Identifier: Apache-2.0 */
/* Compares two texts line by line and shows what changes as a unified diff. */
#include "recipe/patch.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define CONTEXT 3		/* lines around a change */
#define HEADING_BYTES 80	/* of the line that git repeats after the line numbers */
#define TABLE_CELLS (4 << 20)	/* if more are needed, all between the equal ends is one change */

/* One line, with its newline if it has one. */
struct line {
	const char *bytes;
	size_t length;
	bool changed;		/* removed, or added */
};

struct side {
	struct line *lines;
	size_t count;
};

static void split(struct side *side, const struct buffer *text)
{
	const char *rest = text && text->length > 0 ? text->bytes : "";
	const char *const end = rest + (text ? text->length : 0);
	size_t capacity = 1;

	for (const char *c = rest; c < end; c++)
		capacity += *c == '\n';
	*side = (struct side){ .lines = memory_new(capacity, sizeof *side->lines) };
	while (rest < end) {
		const char *newline = memchr(rest, '\n', (size_t)(end - rest));
		const char *next = newline ? newline + 1 : end;

		side->lines[side->count++] = (struct line){ rest, (size_t)(next - rest), false };
		rest = next;
	}
}

static bool is_equal(const struct line *a, const struct line *b)
{
	return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

static void mark(struct line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		lines[i].changed = true;
}

/* Marks the lines outside the longest common subsequence, found with the textbook's table. */
static void compare_by_table(struct line *a, size_t a_count, struct line *b, size_t b_count)
{
	const size_t width = b_count + 1;
	uint32_t *table = memory_new((a_count + 1) * width, sizeof *table);
	size_t i, j;

	for (i = a_count; i-- > 0;)
		for (j = b_count; j-- > 0;) {
			uint32_t down = table[(i + 1) * width + j];
			uint32_t right = table[i * width + j + 1];

			table[i * width + j] = is_equal(&a[i], &b[j])
				? table[(i + 1) * width + j + 1] + 1
				: down > right ? down : right;
		}
	for (i = 0, j = 0; i < a_count && j < b_count;) {
		if (is_equal(&a[i], &b[j])) {
			i++;
			j++;
		} else if (table[(i + 1) * width + j] >= table[i * width + j + 1]) {
			a[i++].changed = true;
		} else {
			b[j++].changed = true;
		}
	}
	mark(a + i, a_count - i);
	mark(b + j, b_count - j);
	free(table);
}

static void compare(struct side *old, struct side *new)
{
	struct line *a = old->lines, *b = new->lines;
	size_t a_count = old->count, b_count = new->count;

	while (a_count > 0 && b_count > 0 && is_equal(a, b)) {
		a++;
		b++;
		a_count--;
		b_count--;
	}
	while (a_count > 0 && b_count > 0 && is_equal(&a[a_count - 1], &b[b_count - 1])) {
		a_count--;
		b_count--;
	}
	if ((a_count + 1) * (b_count + 1) <= TABLE_CELLS) {
		compare_by_table(a, a_count, b, b_count);
		return;
	}
	mark(a, a_count);
	mark(b, b_count);
}

/* Lines old..old_end of the old side, which lines new..new_end of the new side replace. */
struct range {
	size_t old, old_end;
	size_t new, new_end;
};

/* The next change at or after the end of range; false when there is none. */
static bool next_change(const struct side *old, const struct side *new, struct range *range)
{
	size_t i = range->old_end, j = range->new_end;

	while (i < old->count && j < new->count && !old->lines[i].changed
	       && !new->lines[j].changed) {
		i++;
		j++;
	}
	*range = (struct range){ .old = i, .old_end = i, .new = j, .new_end = j };
	while (range->old_end < old->count && old->lines[range->old_end].changed)
		range->old_end++;
	while (range->new_end < new->count && new->lines[range->new_end].changed)
		range->new_end++;
	return range->old_end > i || range->new_end > j;
}

/*
 * The next hunk: *next, the changes whose context would touch that of the one before, and the
 * context. *next is then the first change after it, if *more.
 */
static bool next_hunk(const struct side *old, const struct side *new, struct range *hunk,
		      struct range *next, bool *more)
{
	size_t before, after;

	if (!*more)
		return false;
	*hunk = *next;
	while ((*more = next_change(old, new, next)) && next->old - hunk->old_end <= 2 * CONTEXT) {
		hunk->old_end = next->old_end;
		hunk->new_end = next->new_end;
	}
	before = hunk->old < CONTEXT ? hunk->old : CONTEXT;
	after = old->count - hunk->old_end < CONTEXT ? old->count - hunk->old_end : CONTEXT;
	hunk->old -= before;
	hunk->new -= before;
	hunk->old_end += after;
	hunk->new_end += after;
	return true;
}

static int add_numbers(struct buffer *patch, char sign, size_t first, size_t end)
{
	const size_t count = end - first;

	if (count == 1)
		return buffer_format(patch, "%c%zu", sign, first + 1);
	return buffer_format(patch, "%c%zu,%zu", sign, count > 0 ? first + 1 : first, count);
}

/* As git does, the last line before the hunk that begins with a letter, '_' or '$'. */
static int add_heading(struct buffer *patch, const struct side *old, size_t first)
{
	const struct line *line = NULL;
	size_t length;

	while (first-- > 0 && !line) {
		const char c = old->lines[first].bytes[0];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$')
			line = &old->lines[first];
	}
	if (!line)
		return buffer_add_string(patch, "\n");
	length = line->length < HEADING_BYTES ? line->length : HEADING_BYTES;
	while (length > 0 && strchr(" \t\r\n", line->bytes[length - 1]))
		length--;
	return buffer_format(patch, " %.*s\n", (int)length, line->bytes);
}

static int add_line(struct buffer *patch, const char *sign, const struct line *line)
{
	if (buffer_add_string(patch, sign) < 0 || buffer_add(patch, line->bytes, line->length) < 0)
		return -1;
	return line->bytes[line->length - 1] == '\n' ? 0
	       : buffer_add_string(patch, "\n\\ No newline at end of file\n");
}

static int add_hunk(struct buffer *patch, const struct side *old, const struct side *new,
		    const struct range *hunk)
{
	size_t i = hunk->old, j = hunk->new;

	if (buffer_add_string(patch, "@@ ") < 0 || add_numbers(patch, '-', i, hunk->old_end) < 0
	    || buffer_add_string(patch, " ") < 0 || add_numbers(patch, '+', j, hunk->new_end) < 0
	    || buffer_add_string(patch, " @@") < 0 || add_heading(patch, old, i) < 0)
		return -1;
	while (i < hunk->old_end || j < hunk->new_end) {
		int result;

		if (i < hunk->old_end && old->lines[i].changed)
			result = add_line(patch, "-", &old->lines[i++]);
		else if (j < hunk->new_end && new->lines[j].changed)
			result = add_line(patch, "+", &new->lines[j++]);
		else
			result = add_line(patch, " ", (j++, &old->lines[i++]));
		if (result < 0)
			return -1;
	}
	return 0;
}

int patch_add(struct buffer *patch, const char *path, const struct buffer *before,
	      const struct buffer *after)
{
	struct range hunk, next = { 0 };
	struct side old, new;
	bool more;
	int result = 0;

	split(&old, before);
	split(&new, after);
	compare(&old, &new);
	more = next_change(&old, &new, &next);
	path += *path == '/';	/* git's prefix takes its place */
	if (more && ((before ? buffer_format(patch, "--- a/%s\n", path)
			     : buffer_add_string(patch, "--- /dev/null\n")) < 0
		     || buffer_format(patch, "+++ b/%s\n", path) < 0))
		result = -1;
	while (result == 0 && next_hunk(&old, &new, &hunk, &next, &more))
		result = add_hunk(patch, &old, &new, &hunk);
	free(old.lines);
	free(new.lines);
	return result;
}
