/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the documents of failures. */
#include "registry/refusal.h"

#include <jansson.h>
#include <string.h>

#include "base/memory.h"

#define SHOWN_BYTES 200

/* RFC 6749 section 5.2 has two strings, docker's token service one, registries a list. */
static char *read_words(const json_t *root)
{
	const json_t *first = json_array_get(json_object_get(root, "errors"), 0);
	const char *code = json_string_value(json_object_get(first, "code"));
	const char *message = json_string_value(json_object_get(first, "message"));

	if (!code)
		code = json_string_value(json_object_get(root, "error"));
	if (!message)
		message = json_string_value(json_object_get(root, "error_description"));
	if (!message)
		message = json_string_value(json_object_get(root, "details"));
	if (!code && !message)
		return NULL;
	return memory_format("%s%s%s", code ? code : "", code && message ? ": " : "",
			     message ? message : "");
}

char *refusal_read(const struct buffer *body)
{
	json_error_t unused;
	json_t *root = body->bytes ? json_loadb(body->bytes, body->length, 0, &unused) : NULL;
	char *words = read_words(root);

	json_decref(root);
	if (words && strlen(words) > SHOWN_BYTES)
		memcpy(words + SHOWN_BYTES - 3, "...", 4);
	return words;
}
