/* SPDX-License-Identifier: Apache-2.0 */
/* The environment, as commands read it. */
#include "command/environment.h"

#include <stddef.h>
#include <stdlib.h>

const char *environment_get(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}
