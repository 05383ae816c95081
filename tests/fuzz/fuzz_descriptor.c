/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON document is refused, or read as each of an image's documents: what the readers take is
 * well-formed where the schema has no finding.
 */
#include <stdlib.h>
#include <string.h>

#include "image/document.h"
#include "validate/image_schema.h"
#include "validate/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether the document keeps to a schema. */
static bool keeps_to(schema_check *check, const struct document *document)
{
	struct findings findings = { .items = NULL };
	struct schema schema = {
		.findings = &findings, .subject = "fuzz", .rule = "rule", .strict = true,
		.strict_rule = RULE_IMPORT,
	};
	bool keeps;

	check(&schema, document->root);
	findings_sort(&findings);
	keeps = findings.count == 0;
	if (schema.length != 0)
		abort();
	findings_free(&findings);
	return keeps;
}

static void check_descriptor(const struct descriptor *descriptor)
{
	if (descriptor->fault || descriptor->size > INT64_MAX || *descriptor->media_type == '\0')
		abort();
}

static void try_index(struct document *document)
{
	const bool keeps = keeps_to(image_schema_index, document);
	struct image_index index;

	document_index(document, &index);
	for (size_t i = 0; i < index.count && keeps; i++)
		check_descriptor(&index.manifests[i]);
}

static void try_manifest(struct document *document)
{
	const bool keeps = keeps_to(image_schema_manifest, document);
	struct image_manifest manifest;

	document_manifest(document, &manifest);
	if (keeps)
		check_descriptor(&manifest.config);
	for (size_t i = 0; i < manifest.count && keeps; i++)
		check_descriptor(&manifest.layers[i]);
}

static void try_config(struct document *document)
{
	const bool keeps = keeps_to(image_schema_config, document);
	struct image_config config;

	document_config(document, &config);
	if (keeps && (*config.os == '\0' || *config.architecture == '\0'))
		abort();
	for (size_t i = 0; i < config.count && keeps; i++)
		if (config.diff_ids[i].fault)
			abort();
}

static void try_docker(struct document *document)
{
	const bool keeps = keeps_to(image_schema_docker, document);
	struct docker_manifest manifest;

	document_docker(document, &manifest);
	for (size_t i = 0; i < manifest.count && keeps; i++)
		if (*manifest.images[i].config == '\0')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document document;
	struct buffer text;

	buffer_init(&text, 1 << 20);
	if (buffer_add(&text, data, size) < 0)
		return -1;
	if (!document_parse(&document, &text)) {
		try_index(&document);
		try_manifest(&document);
		try_config(&document);
		try_docker(&document);
		keeps_to(image_schema_layout, &document);
		keeps_to(image_schema_repositories, &document);
	}
	document_free(&document);
	buffer_free(&text);
	return 0;
}
