/* SPDX-License-Identifier: Apache-2.0 */
/* Options and making of statements about images. */
#include "command/attestation.h"

#include <stdlib.h>
#include <string.h>

#include "attest/bundle.h"
#include "attest/provenance.h"
#include "attest/simple.h"
#include "attest/statement.h"
#include "attest/summary.h"
#include "base/base64.h"
#include "base/limits.h"
#include "base/memory.h"
#include "build/compress.h"
#include "command/summary.h"
#include "image/document.h"
#include "image/listing.h"
#include "sbom/sbom.h"
#include "versions.h"

/* By which tools that list referrers tell statements apart. */
#define PREDICATE "in-toto.io/predicate-type"
/* And bundles (cosign specs/BUNDLE_SPEC.md, "Annotations"). */
#define BUNDLE_CONTENT "dev.sigstore.bundle.content"
#define BUNDLE_PREDICATE "dev.sigstore.bundle.predicateType"

/* ---- options ---- */

int command_attestation_list(void *attestation, const struct option_spec *spec, const char *value,
			     struct error *err)
{
	struct command_attestation *to = attestation;
	char *list = pool_string(&to->pool, value), *name;

	(void)spec;
	while ((name = strsep(&list, ","))) {
		if (strcmp(name, "provenance") == 0)
			to->provenance = true;
		else if (strcmp(name, "sbom") == 0)
			to->sbom = true;
		else if (strcmp(name, "summary") == 0)
			to->summary = true;
		else
			return error_set(err, STATUS_USAGE, "cannot attest '%s': it is not "
					 "'provenance', 'sbom' or 'summary'", name);
	}
	return 0;
}

/* A URI (RFC 3986 section 3) without what would have to be escaped. */
int command_attestation_builder(void *builder, const struct option_spec *spec, const char *value,
				struct error *err)
{
	const char *colon = strchr(value, ':');

	(void)spec;
	if (!colon || colon == value || colon[1] == '\0')
		return error_set(err, STATUS_USAGE, "cannot use builder '%s': it is not a URI",
				 value);
	for (const char *at = value; *at; at++)
		if (*at <= ' ' || *at > '~' || strchr("\"<>\\^`{|}", *at))
			return error_set(err, STATUS_USAGE, "cannot use builder '%s': it is not a "
					 "URI", value);
	*(const char **)builder = value;
	return 0;
}

int command_attestation_style(void *buildkit, const struct option_spec *spec, const char *value,
			      struct error *err)
{
	(void)spec;
	*(bool *)buildkit = strcmp(value, "buildkit") == 0;
	return *(bool *)buildkit || strcmp(value, "referrer") == 0
	       ? 0 : error_set(err, STATUS_USAGE, "cannot use style '%s' of attestations: it is "
			       "not 'referrer' or 'buildkit'", value);
}

bool command_attestation_wanted(const struct command_attestation *attestation)
{
	return attestation->provenance || attestation->sbom || attestation->summary
	       || attestation->signer;
}

int command_attestation_check(const struct command_attestation *attestation,
			      const struct location *place, struct error *err)
{
	const bool states = attestation->provenance || attestation->sbom;

	if (attestation->simple && !attestation->signer)
		return error_set(err, STATUS_USAGE, "cannot use --signature-tag without a key");
	if (!states && (attestation->builder || attestation->buildkit))
		return error_set(err, STATUS_USAGE, "cannot use %s without --attest",
				 attestation->builder ? "--builder-id" : "--attest-style");
	if (attestation->summary) {
		error_set(err, STATUS_USAGE, "cannot attest 'summary': nothing was verified yet");
		return error_hint(err, "'bundler attest --attest summary' verifies what is there");
	}
	if (attestation->signer && attestation->buildkit) {
		error_set(err, STATUS_USAGE, "cannot use --key with --attest-style buildkit: "
			  "BuildKit's attestations are not signed");
		return error_hint(err, "use --attest-style referrer");
	}
	if (!command_attestation_wanted(attestation) || place->kind != LOCATION_DOCKER_ARCHIVE)
		return 0;
	error_set(err, STATUS_USAGE, "cannot %s the image in '%s': an archive for docker load has "
		  "images only", states ? "attest" : "sign", place->path);
	return error_hint(err, "use oci-archive:, oci: or docker://");
}

/* ---- what is beside the images ---- */

/* Takes a blob over and returns what describes it. */
static struct artifact_document keep(struct command_attestation *attestation,
				     struct content blob, const char *media_type,
				     const char *predicate_type)
{
	struct oci_beside *beside = &attestation->beside;

	beside->blobs = memory_resize(beside->blobs, beside->blob_count + 1,
				      sizeof *beside->blobs);
	beside->blobs[beside->blob_count++] = blob;
	return (struct artifact_document){
		.media_type = media_type, .predicate_type = predicate_type,
		.digest = blob.digest, .size = blob.size,
	};
}

/* The same for a statement, in a bundle if there is a signer. */
static int keep_statement(struct command_attestation *attestation, json_t *made,
			  const char *predicate_type, struct artifact_document *kept,
			  struct error *err)
{
	struct content statement = document_write(made, JSON_COMPACT);
	struct command_signer *signer = attestation->signer;
	struct attest_signature signature;
	struct buffer bytes;

	if (!signer) {
		*kept = keep(attestation, statement, STATEMENT_MEDIA_TYPE, predicate_type);
		return 0;
	}
	if (command_signer_sign(signer, STATEMENT_MEDIA_TYPE, statement.bytes, statement.size,
				&signature, err) < 0) {
		content_free(&statement);
		return -1;
	}
	buffer_init(&bytes, SIZE_MAX);
	attest_bundle_write(&bytes, STATEMENT_MEDIA_TYPE, statement.bytes, statement.size,
			    &signature, command_signer_key(signer));
	content_free(&statement);
	*kept = keep(attestation, content_of(bytes.bytes, bytes.length), ATTEST_BUNDLE_TYPE,
		     predicate_type);
	buffer_free(&bytes);
	return 0;
}

/* Notes a manifest for the report. */
static void note(struct command_attestation *attestation, const struct command_attested *of,
		 const char *predicate_type, const struct digest *manifest)
{
	char subject[DIGEST_TEXT_BYTES], digest[DIGEST_TEXT_BYTES];
	json_t *entry = json_object();

	if (of->platform)
		json_object_set_new(entry, "platform", json_string(of->platform->name));
	json_object_set_new(entry, "subject",
			    json_string(digest_write(&of->subject.digest, subject)));
	json_object_set_new(entry, "predicateType", json_string(predicate_type));
	json_object_set_new(entry, "manifest", json_string(digest_write(manifest, digest)));
	json_array_append_new(attestation->made, entry);
}

/* Keeps a manifest, in the list of what refers to its subject; listed is what it says of itself. */
static void list(struct command_attestation *attestation, const struct command_attested *of,
		 struct content manifest, json_t *listed, const char *predicate_type)
{
	char tag[LISTING_TAG_BYTES], digest[DIGEST_TEXT_BYTES];
	json_t *list;

	listing_tag(&of->subject.digest, tag);
	list = json_object_get(attestation->beside.lists, tag);
	if (!list) {
		list = listing_new();
		json_object_set_new(attestation->beside.lists, tag, list);
	}
	listing_add(list, listed, ARTIFACT_MANIFEST_TYPE, digest_write(&manifest.digest, digest),
		    manifest.size);
	json_decref(listed);
	note(attestation, of, predicate_type, &manifest.digest);
	keep(attestation, manifest, ARTIFACT_MANIFEST_TYPE, NULL);
}

/* A manifest of its own for a statement. */
static void refer(struct command_attestation *attestation, const struct command_attested *of,
		  const struct artifact_document *statement)
{
	const bool is_bundle = strcmp(statement->media_type, ATTEST_BUNDLE_TYPE) == 0;
	json_t *annotations = is_bundle
		? json_pack("{s:s, s:s}", BUNDLE_CONTENT, "dsse-envelope", BUNDLE_PREDICATE,
			    statement->predicate_type)
		: json_pack("{s:s}", PREDICATE, statement->predicate_type);
	json_t *listed = json_pack("{s:s, s:O}", "artifactType", statement->media_type,
				   "annotations", annotations);

	list(attestation, of, artifact_write(&of->subject, statement->media_type, statement,
					     annotations), listed, statement->predicate_type);
	json_decref(annotations);
}

/* One manifest for all statements about an image, in the index of the image. */
static void enter(struct command_attestation *attestation, const struct command_attested *of,
		  const struct artifact_document *statements, size_t count)
{
	struct content manifest = artifact_buildkit(&of->subject, statements, count);

	json_array_append_new(attestation->beside.entries,
			      artifact_buildkit_entry(&manifest, &of->subject.digest));
	for (size_t i = 0; i < count; i++)
		note(attestation, of, statements[i].predicate_type, &manifest.digest);
	keep(attestation, manifest, ARTIFACT_MANIFEST_TYPE, NULL);
}

/* ---- statements ---- */

json_t *command_attestation_provenance(const struct command_attestation_source *source,
				       const struct command_attested *const *of, size_t count,
				       const char *builder, struct error *err)
{
	struct pool pool = { 0 };
	struct statement_subject *subjects = pool_new(&pool, count, sizeof *subjects);
	const struct platform **platforms = pool_new(&pool, count, sizeof *platforms);
	struct provenance provenance = {
		.recipe = &source->inputs->recipe, .lock = &source->inputs->lock,
		.platforms = platforms, .flavour = source->flavour,
		.compress = compress_name(source->compression), .epoch = source->inputs->epoch,
		.builder = builder, .version = BUNDLER_VERSION,
		.compressor = source->compression == COMPRESSION_NONE
			      ? NULL : compress_version(source->compression),
	};
	json_t *predicate, *statement = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct platform *platform = of[i]->platform;

		subjects[i] = (struct statement_subject){
			.name = statement_name(&pool, source->name, &of[i]->subject.digest,
					       platform ? platform->architecture : NULL),
			.digest = of[i]->subject.digest,
		};
		if (platform)
			platforms[provenance.platform_count++] = platform;
	}
	predicate = provenance_describe(&provenance, err);
	if (predicate)
		statement = statement_describe(subjects, count, STATEMENT_PROVENANCE, predicate);
	json_decref(predicate);
	pool_free(&pool);
	return statement;
}

/* Makes and keeps it. */
static int state_provenance(struct command_attestation *attestation,
			    const struct command_attestation_source *source,
			    const struct command_attested *const *of, size_t count,
			    struct artifact_document *statement, struct error *err)
{
	json_t *made = command_attestation_provenance(source, of, count, attestation->builder, err);

	return made ? keep_statement(attestation, made, STATEMENT_PROVENANCE, statement, err) : -1;
}

static struct statement_subject name_subject(struct command_attestation *attestation,
					     const struct command_attestation_source *source,
					     const struct command_attested *of)
{
	return (struct statement_subject){
		.name = statement_name(&attestation->pool, source->name, &of->subject.digest,
				       of->platform ? of->platform->architecture : NULL),
		.digest = of->subject.digest,
	};
}

/* What an audit of the images says that finds them identical. */
static int state_summary(struct command_attestation *attestation,
			 const struct command_attestation_source *source,
			 const struct command_attested *const *of, size_t count,
			 struct artifact_document *statement, struct error *err)
{
	struct pool *pool = &attestation->pool;
	struct statement_subject *subjects = pool_new(pool, count, sizeof *subjects);
	const struct lock *lock = &source->inputs->lock;
	struct summary summary = {
		.version = BUNDLER_VERSION, .lock = lock->file, .lock_digest = &lock->digest,
		.identical = true,
	};
	json_t *predicate, *made;

	for (size_t i = 0; i < count; i++)
		subjects[i] = name_subject(attestation, source, of[i]);
	summary.resource = command_summary_resource(pool, source->place, subjects[0].name);
	predicate = summary_describe(&summary);
	made = statement_describe(subjects, count, STATEMENT_SUMMARY, predicate);
	json_decref(predicate);
	return keep_statement(attestation, made, STATEMENT_SUMMARY, statement, err);
}

/* Signs an image or an index: an empty statement, as cosign makes it. */
static int sign(struct command_attestation *attestation,
		const struct command_attestation_source *source, const struct command_attested *of,
		struct error *err)
{
	const struct statement_subject subject = name_subject(attestation, source, of);
	json_t *predicate = json_object();
	json_t *made = statement_describe(&subject, 1, STATEMENT_SIGNATURE, predicate);
	struct artifact_document statement;

	json_decref(predicate);
	if (keep_statement(attestation, made, STATEMENT_SIGNATURE, &statement, err) < 0)
		return -1;
	refer(attestation, of, &statement);
	return 0;
}

json_t *command_attestation_sbom(const struct build *build, const struct platform *platform,
				 const struct tree *tree, const struct digest *manifest,
				 struct error *err)
{
	const struct sbom_source source = {
		.recipe = build->recipe, .lock = build->lock, .platform = platform, .tree = tree,
		.manifest = *manifest, .image = true, .epoch = build->epoch,
		.archives = build->archives,
	};
	struct sbom *sbom = sbom_make(&source, err);
	struct buffer text;
	json_t *root = NULL;

	buffer_init(&text, LIMIT_SBOM_BYTES);
	if (sbom && sbom_write(sbom, SBOM_SPDX, &text, err) == 0)
		root = json_loadb(text.bytes, text.length, JSON_REJECT_DUPLICATES, NULL);
	buffer_free(&text);
	sbom_free(sbom);
	return root;
}

/* The repository that verifiers may compare with the one that they asked. */
static const char *name_repository(struct command_attestation *attestation,
				   const struct command_attestation_source *source)
{
	const struct reference *reference = &source->place->reference;

	if (source->place->kind != LOCATION_REGISTRY)
		return source->name;
	return pool_format(&attestation->pool, "%s%s/%s", reference->host, reference->port == 0 ? ""
			   : pool_format(&attestation->pool, ":%u", reference->port),
			   reference->repository);
}

/* Signs as cosign did before bundles. */
static int sign_simply(struct command_attestation *attestation,
		       const struct command_attestation_source *source,
		       const struct command_attested *of, struct error *err)
{
	struct attest_signature signature;
	struct artifact_document payload;
	struct content manifest;
	struct buffer text;
	char *encoded;
	int result;

	buffer_init(&text, SIZE_MAX);
	attest_simple_write(&text, name_repository(attestation, source), &of->subject.digest);
	result = command_signer_sign(attestation->signer, NULL, text.bytes, text.length,
				     &signature, err);
	if (result == 0) {
		encoded = base64_write(signature.bytes, signature.length);
		payload = keep(attestation, content_of(text.bytes, text.length),
			       ATTEST_SIMPLE_TYPE, NULL);
		payload.signature = encoded;
		manifest = artifact_write(&of->subject, LISTING_SIGNATURE, &payload, NULL);
		list(attestation, of, manifest,
		     json_pack("{s:s}", "artifactType", LISTING_SIGNATURE), STATEMENT_SIGNATURE);
		free(encoded);
	}
	buffer_free(&text);
	return result;
}

/* Of one image, or of an index, which is first, and its images. */
static int attest_one(struct command_attestation *attestation,
		      const struct command_attestation_source *source,
		      const struct command_attested *const *of, size_t count, struct error *err)
{
	struct artifact_document statements[3];
	size_t made = 0;

	if (attestation->provenance
	    && state_provenance(attestation, source, of, count, &statements[made++], err) < 0)
		return -1;
	/* What an index has in it is stated about each image. */
	if (attestation->sbom && of[0]->platform) {
		const struct statement_subject subject = name_subject(attestation, source, of[0]);
		json_t *statement = statement_describe(&subject, 1, STATEMENT_SPDX, of[0]->sbom);

		if (keep_statement(attestation, statement, STATEMENT_SPDX, &statements[made++],
				   err) < 0)
			return -1;
	}
	if (attestation->summary
	    && state_summary(attestation, source, of, count, &statements[made++], err) < 0)
		return -1;
	if (attestation->signer && sign(attestation, source, of[0], err) < 0)
		return -1;
	if (attestation->simple && sign_simply(attestation, source, of[0], err) < 0)
		return -1;
	if (attestation->buildkit)
		enter(attestation, of[0], statements, made);
	for (size_t i = 0; i < made && !attestation->buildkit; i++)
		refer(attestation, of[0], &statements[i]);
	return 0;
}

int command_attestation_make(struct command_attestation *attestation,
			     const struct command_attestation_source *source,
			     const struct command_attested *images, size_t count,
			     const struct command_attested *index, struct error *err)
{
	const struct command_attested **of = pool_new(&attestation->pool, count + 1, sizeof *of);

	attestation->made = json_array();
	if (attestation->buildkit)
		attestation->beside.entries = json_array();
	else
		attestation->beside.lists = json_object();
	keep(attestation, content_of(ARTIFACT_EMPTY_BYTES, strlen(ARTIFACT_EMPTY_BYTES)),
	     ARTIFACT_EMPTY_TYPE, NULL);
	of[0] = index;
	for (size_t i = 0; i < count; i++)
		of[i + 1] = &images[i];
	if (index && !attestation->buildkit
	    && attest_one(attestation, source, of, count + 1, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (attest_one(attestation, source, &of[i + 1], 1, err) < 0)
			return -1;
	return 0;
}

void command_attestation_free(struct command_attestation *attestation)
{
	struct oci_beside *beside = &attestation->beside;

	for (size_t i = 0; i < beside->blob_count; i++)
		content_free(&beside->blobs[i]);
	free(beside->blobs);
	json_decref(beside->entries);
	json_decref(beside->lists);
	json_decref(attestation->made);
	pool_free(&attestation->pool);
}
