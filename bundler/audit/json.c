/* SPDX-License-Identifier: Apache-2.0 */
/* Walks through two JSON values side by side. */
#include "audit/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"

/* A longer pointer is not followed: the values there are reported whole. */
#define POINTER_BYTES 1024

struct comparison {
	audit_json_take *take;
	void *context;
};

static void compare(const struct comparison *comparison, const char *pointer,
		    const json_t *expected, const json_t *found);

/*
 * Adds "/<key>" to a pointer, the key escaped as section 3 of RFC 6901 says; -1 when it gets too
 * long.
 */
static int extend(struct buffer *pointer, const char *key)
{
	int result = buffer_add(pointer, "/", 1);

	for (; *key && result == 0; key++) {
		if (*key == '~' || *key == '/')
			result = buffer_add(pointer, *key == '~' ? "~0" : "~1", 2);
		else
			result = buffer_add(pointer, key, 1);
	}
	return result;
}

static void compare_member(const struct comparison *comparison, const char *pointer,
			   const char *key, const json_t *expected, const json_t *found)
{
	struct buffer longer;

	buffer_init(&longer, POINTER_BYTES);
	if (buffer_add_string(&longer, pointer) < 0 || extend(&longer, key) < 0) {
		if (!json_equal(expected, found))
			comparison->take(comparison->context, pointer, expected, found);
	} else {
		compare(comparison, longer.bytes, expected, found);
	}
	buffer_free(&longer);
}

static void compare_objects(const struct comparison *comparison, const char *pointer,
			    const json_t *expected, const json_t *found)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)expected, key, value)
		compare_member(comparison, pointer, key, value, json_object_get(found, key));
	json_object_foreach((json_t *)(uintptr_t)found, key, value)
		if (!json_object_get(expected, key))
			compare_member(comparison, pointer, key, NULL, value);
}

static void compare_arrays(const struct comparison *comparison, const char *pointer,
			   const json_t *expected, const json_t *found)
{
	size_t count = json_array_size(expected);

	if (json_array_size(found) > count)
		count = json_array_size(found);
	for (size_t i = 0; i < count; i++) {
		char *key = memory_format("%zu", i);

		compare_member(comparison, pointer, key, json_array_get(expected, i),
			       json_array_get(found, i));
		free(key);
	}
}

static void compare(const struct comparison *comparison, const char *pointer,
		    const json_t *expected, const json_t *found)
{
	if (json_is_object(expected) && json_is_object(found))
		compare_objects(comparison, pointer, expected, found);
	else if (json_is_array(expected) && json_is_array(found))
		compare_arrays(comparison, pointer, expected, found);
	else if (!json_equal(expected, found))
		comparison->take(comparison->context, pointer, expected, found);
}

void audit_json_compare(const json_t *expected, const json_t *found, audit_json_take *take,
			void *context)
{
	const struct comparison comparison = { .take = take, .context = context };

	if (expected || found)
		compare(&comparison, "", expected, found);
}

char *audit_json_text(const json_t *value)
{
	return value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS) : NULL;
}
