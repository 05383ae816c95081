/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_CONFINEMENT_H
#define BUNDLER_COMMAND_CONFINEMENT_H

#include <jansson.h>

#include "base/confine.h"
#include "command/command.h"

/* What commands share of confinement; base/confine.h says what it is. */

/*
 * Begins the confinement of a run of the command, which may connect if network says so, as
 * BUNDLER_CONFINE says. confine_free ends the list. STATUS_USAGE for another value, and as
 * confine_begin.
 */
int confinement_begin(struct confine *confine, const struct command *command, bool network,
		      struct error *err);

/* A line that says what holds, as --version --verbose has it. */
void confinement_print(const struct confine *confine);

/* The same for JSON reports: {"landlock": N, "seccomp": true}, 0 and false for none. */
json_t *confinement_json(const struct confine *confine);

#endif
