/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_TAGS_H
#define BUNDLER_LINT_TAGS_H

#include <stdint.h>

#include "lint/tree.h"

struct lint_items {
	struct library_item *items;
	size_t count;
};

/* An entry of a library file. */
struct lint_entry {
	const struct library_paragraph *paragraph;
	size_t line;
	struct lint_items tags, shared, architectures, constraints;
	uint32_t platforms;			/* a bit for each row of platform_table() */
	bool imported;				/* Builder: oci-import */
	const struct lint_version *version;	/* of its directory, or NULL */
	const struct lint_variant *variant;
};

/* Checks the rules about tags, on the entries of a library file. */
void lint_tags_check(const struct lint *lint, const char *path, const struct lint_entry *entries,
		     size_t count);

/* Why a text is not a tag, or NULL when it is one (Docker: \w[\w.-]{0,127}). */
const char *lint_tags_fault(const char *tag);

#endif
