/* SPDX-License-Identifier: Apache-2.0 */
/* Places that commands read, and those of a command line. */
#include "command/place.h"

#include <string.h>
#include <unistd.h>

#include "image/spool.h"

/* The word itself, or what follows "--output=" or "-o" in it. */
static const char *path_in(const char *word)
{
	const char *value = strncmp(word, "--", 2) == 0 ? strchr(word, '=')
			    : word[0] == '-' ? strchr(word, 'o') : NULL;

	return location_path(value ? value + 1 : word);
}

bool command_place_is_streamed(int argc, char **argv)
{
	bool streamed = false;

	for (int i = 0; i < argc; i++) {
		const char *path = path_in(argv[i]);

		if (path)
			streamed = path[0] == '-' && (path[1] == '\0' || path[1] == ':');
	}
	return streamed;
}

void command_place_list(struct confine *confine, const struct location *place)
{
	if (!place->standard && place->kind != LOCATION_REGISTRY)
		confine_read(confine, place->path);
	command_inputs_list_scratch(confine);
}

int command_place_begin(struct command_registry *registry, struct command_inputs *inputs,
			struct confine *confine, const struct location *places, size_t count,
			struct error *err)
{
	inputs->fetch.confine = confine;
	command_inputs_network(inputs);
	return command_registry_start(registry, inputs, places, count, err) < 0
	       ? -1 : confine_reading(confine, err);
}

int command_place_open(struct command_registry *registry, struct location *place,
		       enum pull_extent extent, struct error *err)
{
	int result, scratch;

	if (place->kind == LOCATION_REGISTRY)
		return command_registry_pull(registry, place, extent, err);
	result = spool_open(place, err);
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
