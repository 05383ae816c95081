/* SPDX-License-Identifier: Apache-2.0 */
/* Places that commands read. */
#include "command/place.h"

#include <unistd.h>

#include "command/inputs.h"
#include "image/spool.h"

void command_place_list(struct confine *confine, const struct location *place)
{
	if (!place->standard)
		confine_read(confine, place->path);
	command_inputs_list_scratch(confine);
}

int command_place_open(struct location *place, struct error *err)
{
	int result = spool_open(place, err), scratch;

	if (result <= 0)
		return result;
	scratch = command_inputs_scratch(err);
	if (scratch < 0)
		return -1;
	result = spool_fill(place, scratch, err);
	close(scratch);
	return result;
}

void command_place_close(struct location *place)
{
	spool_close(place);
}
