/* SPDX-License-Identifier: Apache-2.0 */
/* Names that are like a missing one. */
#include "unpack/near.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/memory.h"

/* The last component, without the slash that a directory's name ends with; *length is its own. */
static const char *last(const char *name, size_t length, size_t *own)
{
	const size_t end = length > 0 && name[length - 1] == '/' ? length - 1 : length;
	size_t start = end;

	while (start > 0 && name[start - 1] != '/')
		start--;
	*own = end - start;
	return name + start;
}

/* The bytes that the last components begin with alike, and more if they are the same. */
static size_t compare(const char *wanted, const char *name, size_t length)
{
	size_t one, other, common = 0;
	const char *a = last(wanted, strlen(wanted), &one), *b = last(name, length, &other);

	while (common < one && common < other && strncasecmp(a, b, common + 1) == 0)
		common++;
	return common == one && common == other ? LIMIT_PATH_BYTES : common;
}

/* Puts a name before those that are less like the wanted one; the last of them may go. */
static void note(struct near *near, const char *name, size_t length)
{
	const size_t likeness = compare(near->name, name, length);
	size_t at = near->count;

	if (strncmp(near->name, name, length) == 0 && !near->name[length])
		return;
	for (size_t i = 0; i < near->count; i++)
		if (strncmp(near->names[i], name, length) == 0 && !near->names[i][length])
			return;
	while (at > 0 && near->likeness[at - 1] < likeness)
		at--;
	if (at == NEAR_NAMES || length == 0)
		return;
	if (near->count == NEAR_NAMES)
		free(near->names[--near->count]);
	memmove(&near->names[at + 1], &near->names[at],
		(near->count - at) * sizeof near->names[0]);
	memmove(&near->likeness[at + 1], &near->likeness[at],
		(near->count - at) * sizeof near->likeness[0]);
	near->names[at] = memory_copy(name, length);
	near->likeness[at] = likeness;
	near->count++;
}

void near_note(struct near *near, const char *name)
{
	while (strncmp(name, "./", 2) == 0)
		name += 2;
	if (strlen(name) > LIMIT_PATH_BYTES)
		return;
	if (!near->directory)
		note(near, name, strlen(name));
	for (const char *slash = strchr(name, '/'); slash && near->directory;
	     slash = strchr(slash + 1, '/'))
		note(near, name, (size_t)(slash + 1 - name));
}

int near_hint(const struct near *near, struct error *err)
{
	const bool any = near->count > 0 && near->likeness[0] > 0;
	size_t shown = 0;

	while (shown < near->count && (!any || near->likeness[shown] > 0))
		shown++;
	if (shown == 1)
		return error_hint(err, "it has '%s'", near->names[0]);
	if (shown == 2)
		return error_hint(err, "it has '%s' and '%s'", near->names[0], near->names[1]);
	if (shown == 3)
		return error_hint(err, "it has '%s', '%s' and '%s'", near->names[0],
				  near->names[1], near->names[2]);
	return -1;
}

void near_free(struct near *near)
{
	for (size_t i = 0; i < near->count; i++)
		free(near->names[i]);
}
