/* SPDX-License-Identifier: Apache-2.0 */
/* Compares the configuration of an image with its layers. */
#include "validate/image.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/platform.h"
#include "unpack/binary.h"
#include "validate/layer_stack.h"
#include "validate/rule.h"

/* ---- platform ---- */

/* The row of a platform, or NULL; one whose variant is not known is taken without it. */
static const struct platform *find_platform(const char *os, const char *architecture,
					    const char *variant)
{
	char *name = memory_format("%s/%s%s%s", os, architecture, *variant ? "/" : "", variant);
	struct error ignored;
	const struct platform *platform = platform_find(name, &ignored);

	free(name);
	return !platform && *variant ? find_platform(os, architecture, "") : platform;
}

bool validate_image_same_platform(const struct descriptor *descriptor, const char *os,
				  const char *architecture, const char *variant)
{
	const struct platform *one, *other;

	if (strcmp(descriptor->os, os) != 0 || strcmp(descriptor->architecture, architecture) != 0)
		return false;
	if (strcmp(descriptor->variant, variant) == 0)
		return true;
	one = find_platform(os, architecture, descriptor->variant);
	other = find_platform(os, architecture, variant);
	/* Only where one of the two is silent may they differ in spelling. */
	return one && one == other && (*descriptor->variant == '\0' || *variant == '\0');
}

/* ---- layers ---- */

static void check_layers(const struct blobs *blobs, const struct image *image,
			 const struct blobs_layer *const *layers)
{
	const struct image_config *config = image->config_fields;
	struct findings *findings = blobs->findings;
	const char *name = image->config.file.name;
	char hex[DIGEST_HEX_BYTES];

	if (config->count != image->layer_count)
		findings_add(findings, name, RULE_CONFIG, "rootfs.diff_ids: it has %zu entries for "
			     "%zu layers", config->count, image->layer_count);
	if (config->has_history && config->history != image->layer_count)
		findings_add(findings, name, RULE_CONFIG, "history: it has %zu entries that are "
			     "not empty for %zu layers", config->history, image->layer_count);
	for (size_t i = 0; i < image->layer_count && i < config->count; i++) {
		const struct diff_id *stated = &config->diff_ids[i];

		if (layers[i] && layers[i]->unpacked && !stated->fault
		    && !digest_equal(&stated->digest, &layers[i]->sums.diff_id))
			findings_add(findings, name, RULE_DIFF_ID, "rootfs.diff_ids[%zu]: '%s' "
				     "unpacks to sha256:%s", i, image->layers[i].file.name,
				     digest_write_hex(&layers[i]->sums.diff_id, hex));
	}
	if (image->layer_count > 0 && layers[0] && layers[0]->members.whiteout)
		findings_add(findings, image->layers[0].file.name, RULE_WHITEOUTS, "'%s': nothing "
			     "is below the lowest layer that it could hide",
			     layers[0]->members.whiteout);
}

/* ---- program ---- */

/* What the search for the program needs. */
struct search {
	struct layer_stack stack;
	const char *directory;		/* working directory */
	const char *path;		/* PATH */
};

/* Of the environment that the image sets, or what containers have otherwise. */
static const char *find_path(const json_t *execution)
{
	const json_t *variables = json_object_get(execution, "Env");

	for (size_t i = json_array_size(variables); i-- > 0;) {
		const char *text = json_string_value(json_array_get(variables, i));

		if (text && strncmp(text, "PATH=", 5) == 0)
			return text + 5;
	}
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* Looks for a name without a slash in each directory of PATH, as execvp(3) does. */
static const struct layer_member *search_path(const struct search *search, const char *name)
{
	const struct layer_member *found = NULL;

	for (const char *at = search->path; !found && *at && *search->stack.lookups > 0;
	     at += strspn(at, ":")) {
		size_t length = strcspn(at, ":");
		char *file = memory_format("%.*s/%s", (int)length, at, name);

		found = layer_stack_find(&search->stack, search->directory, file);
		free(file);
		at += length;
	}
	return found;
}

static const struct layer_member *find_program(const struct search *search, const char *name)
{
	return strchr(name, '/') ? layer_stack_find(&search->stack, search->directory, name)
				 : search_path(search, name);
}

static const char *file_fault(const struct layer_member *entry)
{
	if (!entry)
		return "it is not in the layers";
	return entry->type == TAR_FILE && entry->executable ? NULL
							     : "it is not an executable file";
}

/* Checks the program, and then what starts it, and that; Linux goes on so far. */
static void check_program(const struct blobs *blobs, const struct search *search,
			  const char *subject, const char *program,
			  const struct platform *platform)
{
	const struct layer_member *entry = find_program(search, program);
	const char *fault = file_fault(entry), *interpreter;

	if (!fault)
		fault = binary_head_fault(entry->head, entry->head_length, platform);
	if (fault)
		findings_add(blobs->findings, subject, RULE_CONFIG, "its program '%s' for '%s': %s",
			     program, platform->name, fault);
	for (int i = 0; !fault && entry->interpreter && i < LIMIT_INTERPRETERS; i++) {
		interpreter = entry->interpreter;
		entry = layer_stack_find(&search->stack, search->directory, interpreter);
		fault = file_fault(entry);
		if (fault)
			findings_add(blobs->findings, subject, RULE_CONFIG, "its program '%s' for "
				     "'%s': it needs '%s': %s", program, platform->name,
				     interpreter, fault);
	}
}

int validate_image(struct blobs *blobs, const struct image *image,
		   const struct blobs_layer *const *layers)
{
	const struct image_config *config = image->config_fields;
	const struct layer_members **members = memory_new(image->layer_count, sizeof *members);
	const char **names = memory_new(image->layer_count, sizeof *names);
	const struct platform *platform;
	struct search search;
	const char *directory;
	bool whole = true;

	check_layers(blobs, image, layers);
	for (size_t i = 0; i < image->layer_count && whole; i++) {
		whole = layers[i] && layers[i]->members.whole;
		members[i] = whole ? &layers[i]->members : NULL;
		names[i] = image->layers[i].file.name;
	}
	directory = json_string_value(json_object_get(config->execution, "WorkingDir"));
	search = (struct search){
		.stack = { members, names, image->layer_count, &blobs->lookups, NULL, 0 },
		.directory = directory && directory[0] == '/' ? directory : "/",
		.path = find_path(config->execution),
	};
	platform = find_platform(config->os, config->architecture, config->variant);
	if (whole && image->layer_count > LIMIT_LAYERS) {
		blobs->lookups = 0;
	} else if (whole) {
		layer_stack_open(&search.stack, blobs->findings);
		if (config->program && platform && platform->format == PLATFORM_ELF)
			check_program(blobs, &search, image->config.file.name, config->program,
				      platform);
		layer_stack_close(&search.stack);
	}
	free(names);
	free(members);
	return blobs->lookups > 0 ? 0 : blobs_limit(blobs, "its images have too many layers, or "
						    "the way to its programs is too long");
}
