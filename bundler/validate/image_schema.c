/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of the members of documents, and what their values may be. */
#include "validate/image_schema.h"

#include <string.h>

#include "image/descriptor.h"
#include "image/media.h"
#include "validate/rule.h"

/* Checks value under a rule of its own. */
static void check_under(struct schema *schema, const char *rule, json_t *value,
			schema_check *check)
{
	const char *before = schema->rule;

	schema->rule = rule;
	check(schema, value);
	schema->rule = before;
}

static const char *text_of(const json_t *value)
{
	return json_is_string(value) ? json_string_value(value) : "";
}

/* ---- descriptors ---- */

/* RFC 6838 section 4.2: restricted-name; the number of its characters, 0 for none. */
static size_t name_length(const char *text)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789";
	size_t length = strspn(text, first);

	if (length == 0)
		return 0;
	while (text[length] != '\0' && strchr("!#$&-^_.+", text[length]))
		length += 1 + strspn(text + length + 1, first);
	return length <= 127 ? length : 0;
}

static void check_media_type(struct schema *schema, json_t *value)
{
	const char *text = text_of(value);
	size_t type = name_length(text);

	schema_text(schema, value);
	if (json_is_string(value)
	    && (type == 0 || text[type] != '/' || name_length(text + type + 1) == 0
		|| text[type + 1 + name_length(text + type + 1)] != '\0'))
		schema_fault(schema, "it is not a media type as in RFC 6838 section 4.2");
}

static void check_digest(struct schema *schema, json_t *value)
{
	struct digest digest;
	const char *fault;

	schema_text(schema, value);
	fault = json_is_string(value) ? digest_parse(&digest, text_of(value)) : NULL;
	if (fault)
		schema_fault(schema, "%s", fault);
}

static void check_digest_rule(struct schema *schema, json_t *value)
{
	check_under(schema, RULE_DIGESTS, value, check_digest);
}

static void check_size(struct schema *schema, json_t *value)
{
	schema_integer(schema, value);
	if (json_is_integer(value) && json_integer_value(value) < 0)
		schema_fault(schema, "it is negative");
}

static void check_annotation_values(struct schema *schema, json_t *value)
{
	static const struct schema_key known[] = {
		{ "org.opencontainers.image.created", SCHEMA_OPTIONAL, schema_time },
		{ NULL, SCHEMA_OPTIONAL, NULL },
	};
	const bool strict = schema->strict;

	schema_map(schema, value, schema_text);
	if (json_object_get(value, ""))
		schema_fault(schema, "a key is empty");
	schema->strict = false;
	if (json_is_object(value))
		schema_object(schema, value, known);
	schema->strict = strict;
}

static void check_annotations(struct schema *schema, json_t *value)
{
	check_under(schema, RULE_ANNOTATIONS, value, check_annotation_values);
}

static void check_platform_members(struct schema *schema, json_t *value)
{
	static const struct schema_key keys[] = {
		{ "os", SCHEMA_REQUIRED, schema_name },
		{ "architecture", SCHEMA_REQUIRED, schema_name },
		{ "variant", SCHEMA_OPTIONAL, schema_text },
		{ "os.version", SCHEMA_OPTIONAL, schema_text },
		{ "os.features", SCHEMA_OPTIONAL, schema_texts },
		{ NULL, SCHEMA_OPTIONAL, NULL },
	};

	schema_object(schema, value, keys);
}

static void check_platform(struct schema *schema, json_t *value)
{
	check_under(schema, RULE_INDEX, value, check_platform_members);
}

static void check_descriptor_members(struct schema *schema, json_t *value)
{
	static const struct schema_key keys[] = {
		{ "mediaType", SCHEMA_REQUIRED, check_media_type },
		{ "artifactType", SCHEMA_UNWANTED, check_media_type },
		{ "digest", SCHEMA_REQUIRED, check_digest_rule },
		{ "size", SCHEMA_REQUIRED, check_size },
		{ "urls", SCHEMA_UNWANTED, schema_texts },
		{ "data", SCHEMA_UNWANTED, schema_text },
		{ "platform", SCHEMA_OPTIONAL, check_platform },
		{ "annotations", SCHEMA_OPTIONAL, check_annotations },
		{ NULL, SCHEMA_OPTIONAL, NULL },
	};

	schema_object(schema, value, keys);
}

static void check_descriptor(struct schema *schema, json_t *value)
{
	check_under(schema, RULE_DESCRIPTOR, value, check_descriptor_members);
}

static void check_descriptors(struct schema *schema, json_t *value)
{
	schema_array(schema, value, check_descriptor);
}

/* ---- layout, index, manifest ---- */

static void check_version(struct schema *schema, json_t *value)
{
	if (!json_is_integer(value) || json_integer_value(value) != 2)
		schema_fault(schema, "it is not 2");
}

static void check_layout_version(struct schema *schema, json_t *value)
{
	if (strcmp(text_of(value), "1.0.0") != 0)
		schema_fault(schema, "it is not '1.0.0'");
}

static void check_kind(struct schema *schema, json_t *value, enum media_kind kind)
{
	check_media_type(schema, value);
	if (json_is_string(value) && media_find(text_of(value))->kind != kind)
		schema_fault(schema, "it is of another document");
}

static void check_index_type(struct schema *schema, json_t *value)
{
	check_kind(schema, value, MEDIA_INDEX);
}

static void check_manifest_type(struct schema *schema, json_t *value)
{
	check_kind(schema, value, MEDIA_MANIFEST);
}

void image_schema_layout(struct schema *schema, json_t *value)
{
	static const struct schema_key keys[] = {
		{ "imageLayoutVersion", SCHEMA_REQUIRED, check_layout_version },
		{ NULL, SCHEMA_OPTIONAL, NULL },
	};

	schema_object(schema, value, keys);
}

void image_schema_index(struct schema *schema, json_t *value)
{
	static const struct schema_key keys[] = {
		{ "schemaVersion", SCHEMA_REQUIRED, check_version },
		{ "mediaType", SCHEMA_OPTIONAL, check_index_type },
		{ "artifactType", SCHEMA_UNWANTED, check_media_type },
		{ "manifests", SCHEMA_REQUIRED, check_descriptors },
		{ "subject", SCHEMA_UNWANTED, check_descriptor },
		{ "annotations", SCHEMA_OPTIONAL, check_annotations },
		{ NULL, SCHEMA_OPTIONAL, NULL },
	};

	schema_object(schema, value, keys);
}

void image_schema_manifest(struct schema *schema, json_t *value)
{
	static const struct schema_key keys[] = {
		{ "schemaVersion", SCHEMA_REQUIRED, check_version },
		{ "mediaType", SCHEMA_OPTIONAL, check_manifest_type },
		{ "artifactType", SCHEMA_UNWANTED, check_media_type },
		{ "config", SCHEMA_REQUIRED, check_descriptor },
		{ "layers", SCHEMA_REQUIRED, check_descriptors },
		{ "subject", SCHEMA_UNWANTED, check_descriptor },
		{ "annotations", SCHEMA_OPTIONAL, check_annotations },
		{ NULL, SCHEMA_OPTIONAL, NULL },
	};

	schema_object(schema, value, keys);
}

/* ---- config ---- */

/* "port/tcp", "port/udp" or "port"; Docker has sctp, too. */
static bool is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	const char *protocol = text + digits;

	return digits > 0 && digits <= 5
	       && (*protocol == '\0' || strcmp(protocol, "/tcp") == 0
		   || strcmp(protocol, "/udp") == 0 || strcmp(protocol, "/sctp") == 0);
}

static void check_ports(struct schema *schema, json_t *value)
{
	const char *key;
	json_t *item;

	schema_set(schema, value);
	json_object_foreach(value, key, item)
		if (!is_port(key))
			schema_fault(schema, "'%s' is not a port", key);
}

static void check_variable(struct schema *schema, json_t *value)
{
	schema_text(schema, value);
	if (json_is_string(value) && !strchr(text_of(value), '='))
		schema_fault(schema, "it has no '='");
}

static void check_environment(struct schema *schema, json_t *value)
{
	schema_array(schema, value, check_variable);
}

static void check_labels(struct schema *schema, json_t *value)
{
	schema_map(schema, value, schema_text);
}

static void check_execution(struct schema *schema, json_t *value)
{
	static const struct schema_key keys[] = {
		{ "User", SCHEMA_OPTIONAL, schema_text },
		{ "Memory", SCHEMA_OPTIONAL, schema_integer },
		{ "MemorySwap", SCHEMA_OPTIONAL, schema_integer },
		{ "CpuShares", SCHEMA_OPTIONAL, schema_integer },
		{ "ExposedPorts", SCHEMA_OPTIONAL, check_ports },
		{ "Env", SCHEMA_OPTIONAL, check_environment },
		{ "Entrypoint", SCHEMA_OPTIONAL, schema_texts },
		{ "Cmd", SCHEMA_OPTIONAL, schema_texts },
		{ "Volumes", SCHEMA_OPTIONAL, schema_set },
		{ "WorkingDir", SCHEMA_OPTIONAL, schema_text },
		{ "Labels", SCHEMA_OPTIONAL, check_labels },
		{ "StopSignal", SCHEMA_OPTIONAL, schema_text },
		{ "ArgsEscaped", SCHEMA_OPTIONAL, schema_boolean },
		{ NULL, SCHEMA_OPTIONAL, NULL },
	};

	schema_object(schema, value, keys);
}

static void check_rootfs_type(struct schema *schema, json_t *value)
{
	if (strcmp(text_of(value), "layers") != 0)
		schema_fault(schema, "it is not 'layers'");
}

static void check_diff_ids(struct schema *schema, json_t *value)
{
	schema_array(schema, value, check_digest_rule);
}

static void check_rootfs(struct schema *schema, json_t *value)
{
	static const struct schema_key keys[] = {
		{ "type", SCHEMA_REQUIRED, check_rootfs_type },
		{ "diff_ids", SCHEMA_REQUIRED, check_diff_ids },
		{ NULL, SCHEMA_OPTIONAL, NULL },
	};

	schema_object(schema, value, keys);
}

static void check_history_entry(struct schema *schema, json_t *value)
{
	static const struct schema_key keys[] = {
		{ "created", SCHEMA_OPTIONAL, schema_time },
		{ "author", SCHEMA_OPTIONAL, schema_text },
		{ "created_by", SCHEMA_OPTIONAL, schema_text },
		{ "comment", SCHEMA_OPTIONAL, schema_text },
		{ "empty_layer", SCHEMA_OPTIONAL, schema_boolean },
		{ NULL, SCHEMA_OPTIONAL, NULL },
	};

	schema_object(schema, value, keys);
}

static void check_history(struct schema *schema, json_t *value)
{
	schema_array(schema, value, check_history_entry);
}

void image_schema_config(struct schema *schema, json_t *value)
{
	static const struct schema_key keys[] = {
		{ "created", SCHEMA_OPTIONAL, schema_time },
		{ "author", SCHEMA_OPTIONAL, schema_text },
		{ "architecture", SCHEMA_REQUIRED, schema_name },
		{ "os", SCHEMA_REQUIRED, schema_name },
		{ "os.version", SCHEMA_OPTIONAL, schema_text },
		{ "os.features", SCHEMA_OPTIONAL, schema_texts },
		{ "variant", SCHEMA_OPTIONAL, schema_text },
		{ "config", SCHEMA_OPTIONAL, check_execution },
		{ "rootfs", SCHEMA_REQUIRED, check_rootfs },
		{ "history", SCHEMA_OPTIONAL, check_history },
		{ NULL, SCHEMA_OPTIONAL, NULL },
	};

	schema->strict = false;
	schema->null_is_absent = true;
	schema_object(schema, value, keys);
}

/* ---- Docker ---- */

static void check_docker_image(struct schema *schema, json_t *value)
{
	static const struct schema_key keys[] = {
		{ "Config", SCHEMA_REQUIRED, schema_name },
		{ "RepoTags", SCHEMA_OPTIONAL, schema_texts },
		{ "Layers", SCHEMA_OPTIONAL, schema_texts },
		{ "Parent", SCHEMA_OPTIONAL, schema_text },
		{ NULL, SCHEMA_OPTIONAL, NULL },
	};

	schema_object(schema, value, keys);
}

void image_schema_docker(struct schema *schema, json_t *value)
{
	schema->strict = false;
	schema->null_is_absent = true;
	schema_array(schema, value, check_docker_image);
}

/* The tags of a repository, each with the layer that is its topmost. */
static void check_repository(struct schema *schema, json_t *value)
{
	schema_map(schema, value, schema_text);
}

void image_schema_repositories(struct schema *schema, json_t *value)
{
	schema_map(schema, value, check_repository);
}
