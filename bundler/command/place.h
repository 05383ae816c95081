/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_PLACE_H
#define BUNDLER_COMMAND_PLACE_H

#include <stdbool.h>

#include "base/confine.h"
#include "base/error.h"
#include "command/inputs.h"
#include "command/registry.h"
#include "image/location.h"

/* Places that are read, and those of a command line. */

/* Rows for the options of a command without a recipe, whose places may be in a registry. */
#define COMMAND_PLACE_OPTIONS \
	COMMAND_INPUTS_CACHE("blobs"), \
	COMMAND_INPUTS_NETWORK("trust these certificates, not the system's", \
			       "use the cache only"), \
	COMMAND_REGISTRY_OPTIONS
#define COMMAND_PLACE_SYNOPSIS \
	"[--cache DIR] [--ca-file FILE] [--stall-timeout SECONDS] [--timeout SECONDS] " \
	"[--offline] [--authfile FILE] [--plain-http HOST]..."

/*
 * Whether a command line that nobody has checked has standard output for an image: an archive "-",
 * as a word or the value of -o or --output, with no other place behind it.
 */
bool command_place_is_streamed(int argc, char **argv);

/* Lists a place for the confinement, and where command_place_open may keep a copy. */
void command_place_list(struct confine *confine, const struct location *place);

/*
 * Without a recipe: reads the environment, and confines the process to reading the places, which
 * were listed. Errors as for command_registry_start and confine_reading.
 */
int command_place_begin(struct command_registry *registry, struct command_inputs *inputs,
			struct confine *confine, const struct location *places, size_t count,
			struct error *err);

/*
 * Before a place is read: fetches what is in a registry, as command_registry_pull, and keeps a copy
 * of an archive that is standard input or compressed, as spool.h. command_place_close in any case.
 */
int command_place_open(struct command_registry *registry, struct location *place,
		       enum pull_extent extent, struct error *err);
void command_place_close(struct location *place);

#endif
