/* SPDX-License-Identifier: Apache-2.0 */
/* Makes again what is stated about images, to compare it. */
#include "command/attestation_audit.h"

#include <stdlib.h>
#include <string.h>

#include "attest/statement.h"
#include "audit/statements.h"
#include "base/memory.h"

/* What is expected, while it is made. */
struct expectation {
	const struct observe_images *found;
	const struct command_attestation_source *source;
	struct command_attested *images;	/* by image that was found */
	bool *chosen;				/* likewise */
	struct audit_statement *items;
	size_t count;
};

static const struct platform *find_platform(const struct command_inputs *inputs, const char *name)
{
	for (size_t i = 0; i < inputs->platform_count; i++)
		if (strcmp(inputs->platforms[i]->name, name) == 0)
			return inputs->platforms[i];
	return NULL;
}

/* Takes the images that were audited. */
static void choose(struct expectation *expectation)
{
	for (size_t i = 0; i < expectation->found->count; i++) {
		const struct image *image = &expectation->found->items[i];
		struct command_attested *to = &expectation->images[i];

		to->platform = find_platform(expectation->source->inputs, image->platform);
		to->subject.digest = image->manifest.digest;
		expectation->chosen[i] = to->platform && image->has_manifest
					 && image->layer_count > 0
					 && image->layers[0].file.descriptor;
	}
}

/* The layer was compressed as its media type says. */
static int expect(struct expectation *expectation, const struct command_attested *const *of,
		  size_t count, const struct image *image, struct error *err)
{
	struct command_attestation_source source = *expectation->source;
	json_t *statement;

	source.compression = image->layers[0].file.descriptor->media->compression;
	statement = command_attestation_provenance(&source, of, count, NULL, err);
	if (!statement)
		return -1;
	expectation->items[expectation->count++] = (struct audit_statement){
		.subject = of[0]->subject.digest,
		.platform = of[0]->platform && expectation->found->count > 1
			    ? of[0]->platform->name : NULL,
		.statement = statement,
	};
	return 0;
}

static size_t find_image(const struct expectation *expectation, const struct digest *digest)
{
	size_t i = 0;

	while (i < expectation->found->count
	       && !(expectation->chosen[i]
		    && digest_equal(&expectation->images[i].subject.digest, digest)))
		i++;
	return i;
}

/* An index all of whose images were audited. */
static int expect_index(struct expectation *expectation, const struct image_document *document,
			struct error *err)
{
	const json_t *entries = json_object_get(document->json.root, "manifests");
	struct command_attested index = { .subject.digest = document->digest };
	const struct command_attested **of = memory_new(json_array_size(entries) + 1, sizeof *of);
	size_t count = 0, last = 0;
	bool complete = true;
	int result = 0;

	of[count++] = &index;
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const struct descriptor descriptor = descriptor_read(json_array_get(entries, i));
		const size_t number = find_image(expectation, &descriptor.digest);

		if (number < expectation->found->count) {
			of[count++] = &expectation->images[number];
			last = number;
		} else if (!descriptor.has_platform || strcmp(descriptor.os, "unknown") != 0) {
			complete = false;
		}
	}
	if (complete && count > 1)
		result = expect(expectation, of, count, &expectation->found->items[last], err);
	free(of);
	return result;
}

int command_attestation_audit(struct audit *audit, const struct location *place,
			      const struct observe_images *found,
			      const struct command_attestation_source *source, struct error *err)
{
	struct expectation expectation = {
		.found = found, .source = source,
		.images = memory_new(found->count, sizeof *expectation.images),
		.chosen = memory_new(found->count, sizeof *expectation.chosen),
		.items = memory_new(found->count + found->nested_count, sizeof *expectation.items),
	};
	int result = 0;

	choose(&expectation);
	for (size_t i = 0; i < found->count && result == 0; i++) {
		const struct command_attested *image = &expectation.images[i];

		if (expectation.chosen[i])
			result = expect(&expectation, &image, 1, &found->items[i], err);
	}
	for (size_t i = 0; i < found->nested_count && result == 0; i++)
		result = expect_index(&expectation, found->nested[i], err);
	if (result == 0)
		result = audit_statements(audit, place, expectation.items, expectation.count, err);
	for (size_t i = 0; i < expectation.count; i++)
		json_decref(expectation.items[i].statement);
	free(expectation.items);
	free(expectation.images);
	free(expectation.chosen);
	return result;
}
