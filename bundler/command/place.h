/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_PLACE_H
#define BUNDLER_COMMAND_PLACE_H

#include "base/confine.h"
#include "base/error.h"
#include "image/location.h"

/* Places that are read. */

/* Lists a place for the confinement, and where command_place_open may keep a copy. */
void command_place_list(struct confine *confine, const struct location *place);

/*
 * Before a place is read: keeps a copy of an archive that is standard input or compressed, as
 * spool.h. command_place_close in any case.
 */
int command_place_open(struct location *place, struct error *err);
void command_place_close(struct location *place);

#endif
