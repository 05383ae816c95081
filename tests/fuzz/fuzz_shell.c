/* SPDX-License-Identifier: Apache-2.0 */
/* A shell script: everything that is found in it has its place in it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "lint/shell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_assignments(const struct shell_assignment *assignment, struct pool *pool,
			      const char *text)
{
	for (; assignment; assignment = assignment->next) {
		if (assignment->offset >= strlen(text) || *assignment->name == '\0')
			abort();
		shell_command(pool, assignment->value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool pool = { 0 };
	char *text = size <= LIMIT_DOCKERFILE_BYTES ? pool_copy(&pool, data, size) : NULL;
	struct shell_script script = { .cases = NULL };

	if (text) {
		shell_parse(&script, &pool, text);
		check_assignments(script.assignments, &pool, text);
	}
	for (const struct shell_case *one = script.cases; one; one = one->next) {
		if (strncmp(text + one->offset, "case", 4) != 0)
			abort();
		shell_command(&pool, one->subject);
		for (const struct shell_arm *arm = one->arms; arm; arm = arm->next) {
			if (arm->end > strlen(text) || !arm->patterns)
				abort();
			check_assignments(arm->assignments, &pool, text);
		}
	}
	pool_free(&pool);
	return 0;
}
