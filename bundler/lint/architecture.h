/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LINT_ARCHITECTURE_H
#define BUNDLER_LINT_ARCHITECTURE_H

#include <stdbool.h>

#include "base/platform.h"

/* The names that a build sees for the platform it runs on, by what prints them. */

struct architecture_tool;

/* What a shell command such as "apk --print-arch" prints, or NULL when it is another. */
const struct architecture_tool *architecture_command(const char *command);

/* What Docker sets as a variable such as TARGETARCH, or NULL when it is another. */
const struct architecture_tool *architecture_variable(const char *name);

/* The tool as users write it. */
const char *architecture_source(const struct architecture_tool *tool);

/* Whether a pattern of a shell's case command matches what the tool prints on this platform. */
bool architecture_matches(const struct architecture_tool *tool, const struct platform *platform,
			  const char *pattern);

/* Whether the tool prints this on an architecture that no platform of the table has. */
bool architecture_is_other(const struct architecture_tool *tool, const char *name);

/*
 * What the tool prints on the platform that another tool, or a release, calls by this name; NULL
 * when there is none.
 */
const char *architecture_meant(const struct architecture_tool *tool, const char *name);

#endif
