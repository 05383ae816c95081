/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.6: the model of an SBOM as a JSON document. */
#include "sbom/cyclonedx.h"

#include <string.h>

static void set_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, sbom_model_text(text));
}

static void add_hash(json_t *list, const char *algorithm, const char *hex)
{
	json_array_append_new(list, json_pack("{s:s, s:s}", "alg", algorithm, "content", hex));
}

static json_t *hashes(const struct digest *sha256, const struct digest_sha512 *sha512)
{
	json_t *list = json_array();
	char hex[DIGEST_SHA512_HEX_BYTES];

	if (sha256)
		add_hash(list, "SHA-256", digest_write_hex(sha256, hex));
	if (sha512)
		add_hash(list, "SHA-512", digest_write_sha512(sha512, hex));
	return list;
}

/* ---- components ---- */

static json_t *properties(const struct sbom_package *package)
{
	json_t *list = json_array();

	for (size_t i = 0; i < package->fact_count; i++)
		json_array_append_new(list, json_pack("{s:o, s:o}",
			"name", json_sprintf("bundler:%s", package->facts[i].name),
			"value", sbom_model_text(package->facts[i].value)));
	if (!package->supplier)
		json_array_append_new(list, json_pack("{s:s, s:s}", "name", "bundler:unknown",
						      "value", "supplier"));
	if (!package->licence)
		json_array_append_new(list, json_pack("{s:s, s:s}", "name", "bundler:unknown",
						      "value", "licence"));
	return list;
}

static json_t *occurrences(const struct sbom_package *package)
{
	json_t *list = json_array();

	for (size_t i = 0; i < package->path_count; i++)
		json_array_append_new(list, json_pack("{s:o}", "location",
						      sbom_model_text(package->paths[i])));
	return json_pack("{s:o}", "occurrences", list);
}

/* Readers drop components of type data, so that data is a library, too. */
static json_t *describe_package(const struct sbom_package *package)
{
	static const char *const types[] = {
		[SBOM_IMAGE] = "container", [SBOM_PROGRAM] = "application",
		[SBOM_DATA] = "library", [SBOM_MODULE] = "library",
	};
	json_t *object = json_pack("{s:s, s:s}", "type", types[package->role],
				   "bom-ref", package->id);

	if (package->supplier)
		json_object_set_new(object, "supplier",
				    json_pack("{s:o}", "name",
					      sbom_model_text(package->supplier)));
	json_object_set_new(object, "name", sbom_model_text(package->name));
	set_text(object, "version", package->version);
	set_text(object, "description", package->summary);
	if (package->sha256 && !package->url)
		json_object_set_new(object, "hashes", hashes(package->sha256, package->sha512));
	if (package->licence)
		json_object_set_new(object, "licenses",
				    json_pack("[{s:o, s:s}]", "expression",
					      sbom_model_text(package->licence),
					      "acknowledgement", "declared"));
	set_text(object, "cpe", package->cpe);
	set_text(object, "purl", package->purl);
	if (package->url)
		json_object_set_new(object, "externalReferences",
				    json_pack("[{s:s, s:o, s:o}]", "type", "distribution",
					      "url", sbom_model_text(package->url),
					      "hashes", hashes(package->sha256, package->sha512)));
	if (package->path_count > 0)
		json_object_set_new(object, "evidence", occurrences(package));
	json_object_set_new(object, "properties", properties(package));
	return object;
}

static json_t *describe_file(const struct sbom_file *file)
{
	char hex[DIGEST_SHA1_HEX_BYTES];
	json_t *sums = json_array(), *others = hashes(&file->node->content.digest, &file->sha512);

	add_hash(sums, "SHA-1", digest_write_sha1(&file->sha1, hex));
	json_array_extend(sums, others);
	json_decref(others);
	return json_pack("{s:s, s:s, s:o, s:o}", "type", "file", "bom-ref", file->id,
			 "name", sbom_model_text(file->node->path), "hashes", sums);
}

/* ---- dependencies and compositions ---- */

/* Of a module it is not known what it depends on, so it has no entry. */
static json_t *dependencies(const struct sbom *sbom)
{
	json_t *list = json_array(), *needs = json_array();

	for (size_t i = 0; i < sbom->packages.count; i++)
		json_array_append_new(needs, json_string(sbom->packages.items[i]->id));
	json_array_append_new(list, json_pack("{s:s, s:o}", "ref", sbom->image.id,
					      "dependsOn", needs));
	for (size_t i = 0; i < sbom->packages.count; i++) {
		const struct sbom_package *package = sbom->packages.items[i];

		if (package->needs_known == SBOM_NEEDS_UNKNOWN)
			continue;
		needs = json_array();
		for (size_t k = 0; k < package->needs_count; k++)
			json_array_append_new(needs, json_string(package->needs[k]->id));
		json_array_append_new(list, json_pack("{s:s, s:o}", "ref", package->id,
						      "dependsOn", needs));
	}
	return list;
}

/* Says of which packages all dependencies are listed. */
static json_t *compositions(const struct sbom *sbom)
{
	static const char *const aggregates[] = {
		[SBOM_NEEDS_UNKNOWN] = "unknown", [SBOM_NEEDS_SOME] = "incomplete",
		[SBOM_NEEDS_ALL] = "complete",
	};
	json_t *list = json_pack("[{s:s, s:[s]}]", "aggregate", "complete",
				 "assemblies", sbom->image.id);

	for (enum sbom_needs known = SBOM_NEEDS_UNKNOWN; known <= SBOM_NEEDS_ALL; known++) {
		json_t *refs = json_array();

		for (size_t i = 0; i < sbom->packages.count; i++)
			if (sbom->packages.items[i]->needs_known == known)
				json_array_append_new(refs,
						      json_string(sbom->packages.items[i]->id));
		for (size_t i = 0; i < sbom->modules.count && known == SBOM_NEEDS_UNKNOWN; i++)
			json_array_append_new(refs, json_string(sbom->modules.items[i]->id));
		if (json_array_size(refs) > 0)
			json_array_append_new(list, json_pack("{s:s, s:O}", "aggregate",
							      aggregates[known],
							      "dependencies", refs));
		json_decref(refs);
	}
	return list;
}

/* ---- the document ---- */

/* "Name <mail>", or only a name. */
static json_t *author(const char *text)
{
	const char *mail = strchr(text, '<'), *end = mail ? strchr(mail, '>') : NULL;

	if (mail && mail > text + 1 && mail[-1] == ' ' && end && end[1] == '\0')
		return json_pack("{s:s%, s:s%}", "name", text, (size_t)(mail - text - 1),
				 "email", mail + 1, (size_t)(end - mail - 1));
	return json_pack("{s:o}", "name", sbom_model_text(text));
}

json_t *sbom_cyclonedx(const struct sbom *sbom)
{
	char created[SBOM_TIME_BYTES];
	json_t *components = json_array(), *metadata, *document;

	metadata = json_pack("{s:s, s:[{s:s}], s:{s:[{s:s, s:s}]}}",
		"timestamp", sbom_model_time(sbom, created),
		"lifecycles", "phase", "build",
		"tools", "components", "type", "application", "name", "bundler");
	if (sbom->author)
		json_object_set_new(metadata, "authors", json_pack("[o]", author(sbom->author)));
	json_object_set_new(metadata, "component", describe_package(&sbom->image));
	for (size_t i = 0; i < sbom->packages.count; i++)
		json_array_append_new(components, describe_package(sbom->packages.items[i]));
	for (size_t i = 0; i < sbom->modules.count; i++)
		json_array_append_new(components, describe_package(sbom->modules.items[i]));
	for (size_t i = 0; i < sbom->file_count; i++)
		json_array_append_new(components, describe_file(&sbom->files[i]));
	document = json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:o}",
		"$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json",
		"bomFormat", "CycloneDX", "specVersion", "1.6", "serialNumber", "", "version", 1,
		"metadata", metadata, "components", components);
	json_object_set_new(document, "dependencies", dependencies(sbom));
	json_object_set_new(document, "compositions", compositions(sbom));
	return document;
}
