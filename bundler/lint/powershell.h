/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_POWERSHELL_H
#define BUNDLER_LINT_POWERSHELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/pool.h"

/* Assignments of literal strings in a PowerShell script, from outside; nothing else is read. */

struct powershell_assignment {
	const char *name;	/* without the dollar sign */
	const char *value;	/* between single or double quotes, unchanged */
	size_t offset;		/* of the dollar sign */
};

/* The next "$name = 'value'" from *offset on, which is then after it; false when there is none. */
bool powershell_next(struct powershell_assignment *assignment, struct pool *pool, const char *text,
		     size_t *offset);

#endif
