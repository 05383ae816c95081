/* SPDX-License-Identifier: Apache-2.0 */
/* What lock and update take besides other inputs. */
#include "command/lock_inputs.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/path.h"
#include "command/report.h"

int command_lock_inputs_sums(void *locking, const struct option_spec *spec, const char *value,
			     struct error *err)
{
	struct command_lock_inputs *in = locking;

	(void)spec, (void)err;
	in->sums = memory_resize(in->sums, in->make.sums_count + 1, sizeof *in->sums);
	in->sums[in->make.sums_count++] = value;
	in->make.sums = in->sums;
	return 0;
}

int command_lock_inputs_release(void *release, const struct option_spec *spec, const char *value,
				struct error *err)
{
	const char *fault = path_name_fault(value);

	(void)spec;
	*(const char **)release = value;
	return fault ? error_set(err, STATUS_USAGE, "cannot use --release '%s': %s", value, fault)
		     : 0;
}

int command_lock_inputs_open(struct command_lock_inputs *locking, struct command_inputs *inputs,
			     struct option_parser *parser, struct error *err)
{
	struct lock_make *make = &locking->make;

	if (command_inputs_open(inputs, parser, err) < 0
	    || lock_make_read(&locking->old, inputs->lock_file, err) < 0
	    || command_inputs_token(inputs, err) < 0
	    || command_inputs_connect(inputs, err) < 0)
		return -1;
	for (size_t i = 0; i < make->sums_count; i++)
		confine_read(inputs->fetch.confine, make->sums[i]);
	confine_write_beside(inputs->fetch.confine, inputs->lock_file);
	make->record = locking->record;
	if (locking->record || inputs->recipe.zoneinfo)
		command_inputs_list_scratch(inputs->fetch.confine);
	make->recipe = &inputs->recipe;
	make->lock_file = inputs->lock_file;
	make->old = &locking->old;
	make->fetch = &inputs->client;
	make->epoch = inputs->epoch;
	if (!locking->record && !inputs->recipe.zoneinfo)
		return 0;
	make->scratch = command_inputs_scratch(err);
	return make->scratch < 0 ? -1 : 0;
}

static json_t *describe_asset(const struct lock_asset *asset, const char *release)
{
	json_t *object = json_pack("{s:s, s:s*, s:s, s:s, s:o, s:o, s:s}",
				   "platform", asset->platform->name, "release", release,
				   "asset", asset->name, "url", asset->url,
				   "digest", report_json_digest(&asset->digest),
				   "sums", report_json(asset->sums),
				   "algorithm", asset->by_sha512 ? "sha512" : "sha256");

	if (asset->size > 0)
		json_object_set_new(object, "size", json_integer((json_int_t)asset->size));
	return object;
}

void command_lock_inputs_describe(json_t *report, const struct recipe *recipe,
				  const struct lock *lock)
{
	json_t *platforms = json_array(), *left_out = json_array();
	struct error unused;

	for (size_t k = 0; k < lock->release_count; k++)
		for (size_t i = 0; i < lock->releases[k].asset_count; i++)
			json_array_append_new(platforms,
				describe_asset(&lock->releases[k].assets[i],
					       k > 0 ? lock->releases[k].name : NULL));
	for (size_t i = 0; i < recipe->platform_count; i++)
		if (!lock_find(lock, recipe->platforms[i], &unused))
			json_array_append_new(left_out, json_string(recipe->platforms[i]->name));
	json_object_set_new(report, "platforms", platforms);
	json_object_set_new(report, "left_out", left_out);
}

void command_lock_inputs_close(struct command_lock_inputs *locking)
{
	if (locking->make.scratch >= 0)
		close(locking->make.scratch);
	lock_close(&locking->old);
	free(locking->sums);
}
