/* SPDX-License-Identifier: Apache-2.0 */
/* bundler cache: what is in the cache, whether it is whole, and what can go. */
#include "command/command.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/interrupt.h"
#include "base/jobs.h"
#include "base/memory.h"
#include "base/suggest.h"
#include "command/inputs.h"
#include "command/report.h"
#include "fetch/inventory.h"

#define DAY_SECONDS 86400
#define MAXIMUM_DAYS 36500
#define UNFINISHED_DAYS 7		/* that a download waits for the run that resumes it */

/* One run of the command. */
struct run {
	struct command_inputs inputs;	/* for the cache's place */
	const struct verb *verb;
	int64_t days;			/* --older-than, or -1 */
	int64_t bytes;			/* --max-size, or -1 */
	bool remove, dry_run, json;
	int64_t now;			/* seconds since 1970 */
	struct cache cache;
	struct inventory inventory;
	struct finding *findings;	/* for each item */
};

/* What became of an item. */
struct finding {
	enum { LEFT, DAMAGED, REMOVED, IN_USE } fate;
	char *reason;			/* what is wrong with a damaged one */
};

struct verb {
	const char *name;
	bool older_than, max_size, dry_run, remove;	/* the options that it takes */
	int (*run)(struct run *run, struct error *err);
};

/* ---- options ---- */

static int set_days(void *member, const struct option_spec *spec, const char *value,
		    struct error *err)
{
	char *end;
	const long long days = strtoll(value, &end, 10);

	if (*value < '0' || *value > '9' || *end != '\0' || days > MAXIMUM_DAYS)
		return error_set(err, STATUS_USAGE, "cannot use --%s '%s': not a whole number of "
				 "days up to %d", spec->name, value, MAXIMUM_DAYS);
	*(int64_t *)member = days;
	return 0;
}

static int set_bytes(void *member, const struct option_spec *spec, const char *value,
		     struct error *err)
{
	static const char units[] = "KMG";
	const char *unit;
	long long bytes;
	int shift = 0;
	char *end;

	errno = 0;
	bytes = strtoll(value, &end, 10);
	unit = *end != '\0' ? strchr(units, *end) : NULL;
	if (unit) {
		shift = 10 * (int)(unit - units + 1);
		end++;
	}
	if (*value < '0' || *value > '9' || *end != '\0' || errno != 0
	    || bytes > INT64_MAX >> shift)
		return error_set(err, STATUS_USAGE, "cannot use --%s '%s': not a number of bytes, "
				 "or of K, M or G", spec->name, value);
	*(int64_t *)member = bytes << shift;
	return 0;
}

static const struct option_spec options[] = {
	COMMAND_INPUTS_CACHE("archives"),
	{ "older-than", "DAYS", "prune: remove what was not used for so long",
	  OPTION_CALL(days, set_days) },
	{ "max-size", "BYTES", "prune: until the rest has at most so many (K, M, G)",
	  OPTION_CALL(bytes, set_bytes) },
	{ "dry-run", NULL, "prune: say what would be removed", OPTION(dry_run), .letter = 'n' },
	{ "remove", NULL, "verify: remove what is damaged", OPTION(remove) },
	{ "json", NULL, "print the result as JSON", OPTION(json) },
	{ 0 },
};

/* ---- what is printed ---- */

static int64_t age_of(const struct run *run, const struct inventory_item *item)
{
	return item->used < run->now ? run->now - item->used : 0;
}

static void print_item(const struct run *run, const char *label, const struct inventory_item *item)
{
	printf("%s%s  %" PRIu64 "  %" PRId64 "d%s\n", label, item->name, item->size,
	       age_of(run, item) / DAY_SECONDS, item->unfinished ? "  unfinished" : "");
}

/* Of an unfinished archive only the SHA-512 may be known. */
static json_t *json_digest(const struct inventory_item *item)
{
	return json_sprintf("%s:%s", strlen(item->name) == 64 ? "sha256" : "sha512", item->name);
}

static json_t *json_item(const struct run *run, const struct inventory_item *item)
{
	return json_pack("{s:o, s:I, s:I}", item->unfinished ? "unfinished" : "digest",
			 json_digest(item), "size", (json_int_t)item->size,
			 "age", (json_int_t)age_of(run, item));
}

/* What bundler has not written is nobody's to judge, but it takes room, too. */
static void note_others(const struct run *run)
{
	const size_t others = run->inventory.others;
	char *text;

	if (others == 0)
		return;
	text = memory_format("%zu other file%s in '%s'", others, others == 1 ? "" : "s",
			     run->cache.path);
	report_note(text, others == 1 ? " is left alone" : " are left alone");
	free(text);
}

/* ---- list ---- */

static int list(struct run *run, struct error *err)
{
	const struct inventory *inventory = &run->inventory;
	json_t *items = json_array();
	size_t entries = 0;
	uint64_t size = 0;

	(void)err;
	for (size_t i = 0; i < inventory->count; i++) {
		const struct inventory_item *item = &inventory->items[i];

		if (!item->ours)
			continue;
		entries += !item->unfinished;
		size += item->size;
		if (run->json)
			json_array_append_new(items, json_item(run, item));
		else
			print_item(run, "", item);
	}
	if (run->json)
		report_document(stdout, json_pack("{s:O, s:I}", "items", items,
						  "size", (json_int_t)size));
	else
		printf("entries: %zu, bytes: %" PRIu64 "\n", entries, size);
	json_decref(items);
	return STATUS_OK;
}

/* ---- verify ---- */

/* A job. The reason is what the error says after its colon, which names the entry. */
static int verify_item(void *context, size_t number, struct error *err)
{
	const struct run *run = context;
	const struct inventory_item *item = &run->inventory.items[number];
	struct finding *finding = &run->findings[number];
	const char *reason;
	int state;

	if (item->unfinished)
		return 0;
	state = inventory_verify(&run->inventory, item, err);
	if (state != CACHE_BAD)
		return state < 0 ? -1 : 0;
	finding->fate = DAMAGED;
	reason = strstr(err->message, "': ");
	finding->reason = memory_string(reason ? reason + 3 : err->message);
	return 0;
}

static int discard(struct run *run, struct error *err)
{
	for (size_t i = 0; i < run->inventory.count; i++) {
		const struct inventory_item *item = &run->inventory.items[i];
		int fate;

		if (run->findings[i].fate != DAMAGED || !item->ours)
			continue;
		fate = inventory_discard(&run->inventory, item, err);
		if (fate < 0)
			return -1;
		run->findings[i].fate = fate == INVENTORY_GONE ? REMOVED : IN_USE;
	}
	return 0;
}

static void print_damaged(const struct run *run, const struct inventory_item *item,
			  const struct finding *finding, json_t *list)
{
	const bool removed = finding->fate == REMOVED;

	if (run->json)
		json_array_append_new(list, json_pack("{s:o, s:o, s:b}", "digest",
						      json_digest(item),
						      "reason", report_json(finding->reason),
						      "removed", removed));
	else
		printf("damaged  %s  %s%s\n", item->name, finding->reason,
		       removed ? "; removed" : "");
}

static int verify(struct run *run, struct error *err)
{
	const struct inventory *inventory = &run->inventory;
	size_t entries = 0, damaged = 0, removed = 0;
	json_t *list = json_array();
	int result = -1;

	if (jobs_run_all(verify_item, run, inventory->count, err) < 0
	    || (run->remove && discard(run, err) < 0))
		goto out;
	for (size_t i = 0; i < inventory->count; i++) {
		entries += !inventory->items[i].unfinished;
		removed += run->findings[i].fate == REMOVED;
		if (run->findings[i].fate == LEFT)
			continue;
		damaged++;
		print_damaged(run, &inventory->items[i], &run->findings[i], list);
	}
	if (run->json)
		report_document(stdout, json_pack("{s:I, s:O}", "entries", (json_int_t)entries,
						  "damaged", list));
	else
		printf("entries: %zu, damaged: %zu\n", entries, damaged);
	result = damaged > 0 ? STATUS_DIGEST : STATUS_OK;
	/* As JSON, the report has said it, and is one document. */
	if (damaged > 0 && !run->json) {
		result = error_set(err, STATUS_DIGEST, "cannot use %zu of %zu entries of cache "
				   "'%s': damaged", damaged, entries, run->cache.path);
		if (removed < damaged)
			error_hint(err, run->remove ? "remove the others by hand"
						    : "'bundler cache verify --remove' removes "
						      "them");
	}
out:
	json_decref(list);
	return result;
}

/* ---- prune ---- */

static bool is_old(const struct run *run, const struct inventory_item *item)
{
	const int64_t age = age_of(run, item);

	return (run->days >= 0 && age >= run->days * DAY_SECONDS)
	       || (item->unfinished && age >= UNFINISHED_DAYS * DAY_SECONDS);
}

/* What was not used for longest comes first, so the size is right as soon as it can be. */
static int remove_items(struct run *run, uint64_t *size, struct error *err)
{
	const struct inventory *inventory = &run->inventory;

	if (!run->dry_run
	    && inventory_forget(inventory, run->now - UNFINISHED_DAYS * (int64_t)DAY_SECONDS,
				err) < 0)
		return -1;
	*size = 0;
	for (size_t i = 0; i < inventory->count; i++)
		if (inventory->items[i].ours)
			*size += inventory->items[i].size;
	for (size_t i = 0; i < inventory->count; i++) {
		const struct inventory_item *item = &inventory->items[i];
		int fate;

		if (!item->ours || (!is_old(run, item)
				    && (run->bytes < 0 || *size <= (uint64_t)run->bytes)))
			continue;
		fate = inventory_remove(inventory, item, run->dry_run, err);
		if (fate < 0 || interrupt_check(err) < 0)
			return -1;
		run->findings[i].fate = fate == INVENTORY_GONE ? REMOVED : IN_USE;
		if (fate == INVENTORY_GONE)
			*size -= item->size;
	}
	return 0;
}

static int prune(struct run *run, struct error *err)
{
	const struct inventory *inventory = &run->inventory;
	json_t *lists[] = { json_array(), json_array() };
	size_t removed = 0, in_use = 0;
	uint64_t size;
	int result = remove_items(run, &size, err);

	for (size_t i = 0; i < inventory->count && result == 0; i++) {
		const struct inventory_item *item = &inventory->items[i];
		const bool used = run->findings[i].fate == IN_USE;

		if (run->findings[i].fate == LEFT)
			continue;
		removed += !used;
		in_use += used;
		if (run->json)
			json_array_append_new(lists[used], json_item(run, item));
		else
			print_item(run, used ? "in use  " : run->dry_run ? "would be removed  "
								: "removed  ", item);
	}
	if (result == 0 && run->json)
		report_document(stdout, json_pack("{s:b, s:O, s:O, s:I}", "dry_run", run->dry_run,
						  "removed", lists[0], "in_use", lists[1],
						  "size", (json_int_t)size));
	else if (result == 0)
		printf("removed: %zu, in use: %zu, bytes left: %" PRIu64 "%s\n", removed, in_use,
		       size, run->dry_run ? " (dry run)" : "");
	json_decref(lists[0]);
	json_decref(lists[1]);
	return result;
}

/* ---- the command ---- */

static const struct verb verbs[] = {
	{ .name = "list", .run = list },
	{ .name = "verify", .remove = true, .run = verify },
	{ .name = "prune", .older_than = true, .max_size = true, .dry_run = true, .run = prune },
};

static int refuse_option(const char *option, const struct verb *verb, struct error *err)
{
	return error_set(err, STATUS_USAGE, "cannot use %s with '%s'", option, verb->name);
}

static int choose_verb(struct run *run, struct option_parser *parser, struct error *err)
{
	const char *name = option_operand(parser);
	const struct verb *verb = NULL;
	struct suggest meant;
	char text[SUGGEST_BYTES];

	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0] && name; i++)
		if (strcmp(verbs[i].name, name) == 0)
			verb = &verbs[i];
	if (!verb) {
		meant = suggest_begin(name ? name : "", name ? strlen(name) : 0);
		for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
			suggest_offer(&meant, verbs[i].name);
		error_set(err, STATUS_USAGE, "cannot run 'cache%s%s': no such command",
			  name ? " " : "", name ? name : "");
		return error_hint(err, "%sit is followed by 'list', 'verify' or 'prune'",
				  suggest_text(&meant, "", text));
	}
	run->verb = verb;
	if (option_end(parser, "command", err) < 0)
		return -1;
	if (run->days >= 0 && !verb->older_than)
		return refuse_option("--older-than", verb, err);
	if (run->bytes >= 0 && !verb->max_size)
		return refuse_option("--max-size", verb, err);
	if (run->dry_run && !verb->dry_run)
		return refuse_option("--dry-run", verb, err);
	if (run->remove && !verb->remove)
		return refuse_option("--remove", verb, err);
	return 0;
}

static int open_cache(struct run *run, struct confine *confine, struct error *err)
{
	const char *path;

	command_inputs_network(&run->inputs);
	path = run->inputs.fetch.cache;
	if (!path)
		return cache_refuse(err);
	if (run->remove || (run->verb->dry_run && !run->dry_run))
		confine_write(confine, path);
	else
		confine_read(confine, path);
	return confine_reading(confine, err) < 0 ? -1 : cache_open(&run->cache, path, false, err);
}

static int run_cache(struct option_parser *parser, struct error *err)
{
	struct run run = { .inputs = COMMAND_INPUTS_INIT, .days = -1, .bytes = -1,
			   .cache = { .root = -1, .entries = -1 } };
	int result = -1;

	if (option_parse(parser, &run, err) < 0 || choose_verb(&run, parser, err) < 0
	    || open_cache(&run, parser->confine, err) < 0
	    || inventory_read(&run.inventory, &run.cache, err) < 0)
		goto out;
	run.now = (int64_t)time(NULL);
	run.findings = memory_new(run.inventory.count + 1, sizeof *run.findings);
	note_others(&run);
	result = run.verb->run(&run, err);
	for (size_t i = 0; i < run.inventory.count; i++)
		free(run.findings[i].reason);
	free(run.findings);
	inventory_free(&run.inventory);
out:
	cache_close(&run.cache);
	command_inputs_close(&run.inputs);
	return result;
}

const struct command command_cache = {
	.name = "cache",
	.summary = "list, verify or prune the cache",
	.synopsis = "list|verify|prune [--cache DIR] [--older-than DAYS] [--max-size BYTES] [-n] "
		    "[--remove] [--json]",
	.examples = "  bundler cache list\n"
		    "  bundler cache prune --older-than 30 --max-size 2G\n",
	.options = options,
	.writes = true,
	.outputs = true,	/* a download of a damaged entry is kept away by its lock */
	.run = run_cache,
};
