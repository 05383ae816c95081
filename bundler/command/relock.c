/* SPDX-License-Identifier: Apache-2.0 */
#include "command/relock.h"

#include <unistd.h>

#include "base/path.h"

void command_relock_init(struct command_relock *command)
{
	*command = (struct command_relock){
		.relock = { .release = "official", .epoch = -1, .scratch = -1 },
	};
	command_inputs_init(&command->inputs);
}

static int set_release(struct lock_make *relock, const char *value, struct error *err)
{
	const char *fault = path_name_fault(value);

	if (fault)
		return error_set(err, STATUS_USAGE, "cannot use --release '%s': %s", value, fault);
	relock->release = value;
	return 0;
}

int command_relock_option(struct command_relock *command, int id, const char *value,
			  struct error *err)
{
	struct lock_make *relock = &command->relock;

	switch (id) {
	case OPTION_SUMS:
		relock->sums_file = value;
		return 0;
	case OPTION_RELEASE:
		return set_release(relock, value, err);
	case OPTION_DOWNLOAD:
		relock->download = true;
		return 0;
	case OPTION_RECORD:
		command->record = true;
		return 0;
	}
	return command_inputs_option(&command->inputs, id, value, err) < 0 ? -1 : 0;
}

int command_relock_open(struct command_relock *command, const struct option_parser *parser,
			struct error *err)
{
	struct command_inputs *inputs = &command->inputs;
	struct lock_make *relock = &command->relock;

	if (command_inputs_open(inputs, parser, err) < 0
	    || lock_make_read(&command->old, inputs->lock_file, err) < 0
	    || fetch_init(&command->fetch, &inputs->fetch, err) < 0)
		return -1;
	command->fetching = true;
	relock->recipe = &inputs->recipe;
	relock->lock_file = inputs->lock_file;
	relock->old = &command->old;
	relock->fetch = &command->fetch;
	relock->epoch = inputs->epoch;
	relock->scratch = command->record ? command_inputs_scratch(err) : -1;
	return command->record && relock->scratch < 0 ? -1 : 0;
}

void command_relock_close(struct command_relock *command)
{
	if (command->relock.scratch >= 0)
		close(command->relock.scratch);
	if (command->fetching)
		fetch_free(&command->fetch);
	lock_close(&command->old);
	command_inputs_close(&command->inputs);
}
