/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.3: the model of an SBOM as a JSON document. */
#include "sbom/spdx.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/*
 * Readers drop a package that a GENERATED_FROM points to, need the category PACKAGE-MANAGER, and
 * do not know the NOASSERTION of a relationship (clause 11.1). So there are only DESCRIBES,
 * CONTAINS and DEPENDS_ON, and that something is unknown is said in words.
 */

static json_t *text_or_unknown(const char *text)
{
	return sbom_model_text(text ? text : "NOASSERTION");
}

static json_t *spdx_id(const char *id)
{
	return json_sprintf("SPDXRef-%s", id);
}

static void set_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, sbom_model_text(text));
}

/* ---- packages (clause 7) ---- */

static void add_checksum(json_t *list, const char *algorithm, const char *hex)
{
	json_array_append_new(list, json_pack("{s:s, s:s}", "algorithm", algorithm,
					      "checksumValue", hex));
}

static json_t *checksums(const struct sbom_package *package)
{
	json_t *list = json_array();
	char hex[DIGEST_SHA512_HEX_BYTES];

	if (package->sha256)
		add_checksum(list, "SHA256", digest_write_hex(package->sha256, hex));
	if (package->sha512)
		add_checksum(list, "SHA512", digest_write_sha512(package->sha512, hex));
	return list;
}

static json_t *references(const struct sbom_package *package)
{
	json_t *list = json_array();

	if (package->purl)
		json_array_append_new(list, json_pack("{s:s, s:s, s:o}",
			"referenceCategory", "PACKAGE-MANAGER", "referenceType", "purl",
			"referenceLocator", sbom_model_text(package->purl)));
	if (package->cpe)
		json_array_append_new(list, json_pack("{s:s, s:s, s:o}",
			"referenceCategory", "SECURITY", "referenceType", "cpe23Type",
			"referenceLocator", sbom_model_text(package->cpe)));
	return list;
}

/* All facts of a package, a line for each; NULL without any. */
static json_t *facts(const struct sbom_package *package)
{
	json_t *lines = package->fact_count > 0 ? json_string("") : NULL;

	for (size_t i = 0; i < package->fact_count; i++) {
		const struct sbom_fact *fact = &package->facts[i];
		json_t *value = sbom_model_text(fact->value);
		json_t *longer = json_sprintf("%s%s%s: %s", json_string_value(lines),
					      i > 0 ? "\n" : "", fact->name,
					      json_string_value(value));

		json_decref(lines);
		json_decref(value);
		lines = longer;
	}
	return lines;
}

static int compare_sha1(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_SHA1_BYTES);
}

/* The hash over the sorted SHA-1 digits of all files (clause 7.9). */
static json_t *verification_code(const struct sbom *sbom)
{
	struct digest_sha1 *sorted = memory_new(sbom->file_count, sizeof *sorted), code;
	struct digest_further state;
	char hex[DIGEST_SHA1_HEX_BYTES];

	for (size_t i = 0; i < sbom->file_count; i++)
		sorted[i] = sbom->files[i].sha1;
	qsort(sorted, sbom->file_count, sizeof *sorted, compare_sha1);
	digest_further_init(&state);
	for (size_t i = 0; i < sbom->file_count; i++)
		digest_further_add(&state, digest_write_sha1(&sorted[i], hex),
				   DIGEST_SHA1_HEX_BYTES - 1);
	free(sorted);
	code = digest_further_sha1(&state);
	return json_pack("{s:s}", "packageVerificationCodeValue", digest_write_sha1(&code, hex));
}

static json_t *describe_package(const struct sbom *sbom, const struct sbom_package *package)
{
	static const char *const purposes[] = {
		[SBOM_IMAGE] = "CONTAINER", [SBOM_PROGRAM] = "APPLICATION", [SBOM_DATA] = "FILE",
		[SBOM_MODULE] = "LIBRARY",
	};
	/* Of the image, all files are listed; of others none, since they are not whole in it. */
	const bool analysed = package->role == SBOM_IMAGE && sbom->file_count > 0;
	json_t *object = json_pack("{s:o, s:o}", "SPDXID", spdx_id(package->id),
				   "name", sbom_model_text(package->name)), *list;

	set_text(object, "versionInfo", package->version);
	set_text(object, "packageFileName", package->file);
	json_object_set_new(object, "supplier",
			    package->supplier ? json_sprintf("Organization: %s", package->supplier)
					      : text_or_unknown(NULL));
	json_object_set_new(object, "downloadLocation", text_or_unknown(package->url));
	json_object_set_new(object, "filesAnalyzed", json_boolean(analysed));
	if (analysed)
		json_object_set_new(object, "packageVerificationCode", verification_code(sbom));
	list = checksums(package);
	if (json_array_size(list) > 0)
		json_object_set(object, "checksums", list);
	json_decref(list);
	json_object_set_new(object, "licenseConcluded", text_or_unknown(NULL));
	json_object_set_new(object, "licenseDeclared", text_or_unknown(package->licence));
	json_object_set_new(object, "copyrightText", text_or_unknown(NULL));
	set_text(object, "summary", package->summary);
	if (package->fact_count > 0)
		json_object_set_new(object, package->role == SBOM_PROGRAM ? "sourceInfo"
									  : "comment",
				    facts(package));
	list = references(package);
	if (json_array_size(list) > 0)
		json_object_set(object, "externalRefs", list);
	json_decref(list);
	json_object_set_new(object, "primaryPackagePurpose",
			    json_string(purposes[package->role]));
	return object;
}

/* ---- files (clause 8) ---- */

static json_t *describe_file(const struct sbom_file *file)
{
	char sha1[DIGEST_SHA1_HEX_BYTES], hex[DIGEST_HEX_BYTES], sha512[DIGEST_SHA512_HEX_BYTES];
	char *name = memory_format(".%s", file->node->path);
	json_t *sums = json_array(), *object;

	add_checksum(sums, "SHA1", digest_write_sha1(&file->sha1, sha1));
	add_checksum(sums, "SHA256", digest_write_hex(&file->node->content.digest, hex));
	add_checksum(sums, "SHA512", digest_write_sha512(&file->sha512, sha512));
	object = json_pack("{s:o, s:o, s:o}", "SPDXID", spdx_id(file->id),
			   "fileName", sbom_model_text(name), "checksums", sums);
	if (file->program)
		json_object_set_new(object, "fileTypes", json_pack("[s]", "BINARY"));
	json_object_set_new(object, "licenseConcluded", text_or_unknown(NULL));
	json_object_set_new(object, "copyrightText", text_or_unknown(NULL));
	free(name);
	return object;
}

/* ---- relationships (clause 11) ---- */

static void relate(json_t *list, const char *from, const char *type, const char *to)
{
	json_array_append_new(list, json_pack("{s:o, s:s, s:o}", "spdxElementId", spdx_id(from),
					      "relationshipType", type,
					      "relatedSpdxElement", spdx_id(to)));
}

static json_t *relationships(const struct sbom *sbom)
{
	json_t *list = json_array();
	const char *image = sbom->image.id;

	relate(list, "DOCUMENT", "DESCRIBES", image);
	for (size_t i = 0; i < sbom->packages.count; i++)
		relate(list, image, "CONTAINS", sbom->packages.items[i]->id);
	for (size_t i = 0; i < sbom->file_count; i++)
		relate(list, image, "CONTAINS", sbom->files[i].id);
	for (size_t i = 0; i < sbom->packages.count; i++) {
		const struct sbom_package *package = sbom->packages.items[i];

		for (size_t k = 0; k < package->needs_count; k++)
			relate(list, package->id, "DEPENDS_ON", package->needs[k]->id);
	}
	return list;
}

/* ---- licences that are in no list (clause 10) ---- */

static bool has_licence(const json_t *list, const char *id)
{
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
		if (strcmp(json_string_value(json_object_get(item, "licenseId")), id) == 0)
			return true;
	return false;
}

static void add_licences(json_t *list, const char *expression)
{
	static const char mark[] = "LicenseRef-";

	while (expression && (expression = strstr(expression, mark))) {
		const size_t length = strcspn(expression, " ()+");
		json_t *id = json_stringn(expression, length);

		if (!has_licence(list, json_string_value(id)))
			json_array_append_new(list, json_pack("{s:O, s:O, s:s}", "licenseId", id,
				"name", id, "extractedText", "NOASSERTION"));
		json_decref(id);
		expression += length;
	}
}

/* ---- the document (clause 6) ---- */

/* "Name <mail>" is a person's, anything else an organization's. */
static json_t *author(const char *text)
{
	const char *mail = strchr(text, '<'), *end = mail ? strchr(mail, '>') : NULL;
	json_t *whole = sbom_model_text(text), *author;

	if (mail && mail > text + 1 && mail[-1] == ' ' && end && end[1] == '\0')
		author = json_sprintf("Person: %.*s (%.*s)", (int)(mail - text - 1), text,
				      (int)(end - mail - 1), mail + 1);
	else
		author = json_sprintf("Organization: %s", json_string_value(whole));
	json_decref(whole);
	return author;
}

json_t *sbom_spdx(const struct sbom *sbom)
{
	char created[SBOM_TIME_BYTES];
	json_t *packages = json_array(), *files = json_array(), *licences = json_array();
	json_t *creators = json_pack("[s]", "Tool: bundler");
	json_t *document = json_pack("{s:s, s:s, s:s, s:o, s:s, s:{s:s, s:o}}",
		"spdxVersion", "SPDX-2.3", "dataLicense", "CC0-1.0", "SPDXID", "SPDXRef-DOCUMENT",
		"name", sbom_model_text(sbom->title), "documentNamespace", "",
		"creationInfo", "created", sbom_model_time(sbom, created), "creators", creators);

	if (sbom->author)
		json_array_append_new(creators, author(sbom->author));
	json_array_append_new(packages, describe_package(sbom, &sbom->image));
	add_licences(licences, sbom->image.licence);
	for (size_t i = 0; i < sbom->packages.count; i++) {
		json_array_append_new(packages, describe_package(sbom, sbom->packages.items[i]));
		add_licences(licences, sbom->packages.items[i]->licence);
	}
	for (size_t i = 0; i < sbom->modules.count; i++)
		json_array_append_new(packages, describe_package(sbom, sbom->modules.items[i]));
	for (size_t i = 0; i < sbom->file_count; i++)
		json_array_append_new(files, describe_file(&sbom->files[i]));
	json_object_set_new(document, "packages", packages);
	json_object_set_new(document, "files", files);
	if (json_array_size(licences) > 0)
		json_object_set(document, "hasExtractedLicensingInfos", licences);
	json_decref(licences);
	json_object_set_new(document, "relationships", relationships(sbom));
	return document;
}
