/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_JSON_H
#define BUNDLER_AUDIT_JSON_H

#include <jansson.h>

/* Where two JSON values differ. */

/*
 * Takes one difference: a JSON pointer (RFC 6901) and the two values at it, NULL for one that is
 * not there. The pointer holds until the function returns.
 */
typedef void audit_json_take(void *context, const char *pointer, const json_t *expected,
			     const json_t *found);

/*
 * Calls take for each value that only one has or that both have and that differs, as deep down as
 * both are objects or both are arrays. The order of an object's members is no difference.
 */
void audit_json_compare(const json_t *expected, const json_t *found, audit_json_take *take,
			void *context);

/* A value as text, for the caller to free; NULL for NULL. */
char *audit_json_text(const json_t *value);

#endif
