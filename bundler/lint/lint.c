/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a tree and runs all rules on it. */
#include "lint/lint.h"

#include "lint/library.h"
#include "lint/tree.h"
#include "lint/variants.h"

int lint_directory(const char *directory, const struct lint_options *options,
		   struct findings *findings, struct error *err)
{
	struct lint lint = { .options = options, .findings = findings };
	int result = lint_tree_read(&lint, directory, err);

	if (result == 0) {
		lint_variants_check(&lint);
		result = lint_library_check(&lint, err);
	}
	findings_sort(findings);
	lint_tree_free(&lint.tree);
	return result;
}
