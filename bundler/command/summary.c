/* SPDX-License-Identifier: Apache-2.0 */
/* Summaries of audits: when there is one, what it is about, and where it goes. */
#include "command/summary.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attest/envelope.h"
#include "attest/statement.h"
#include "attest/summary.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/platform.h"
#include "base/replace.h"
#include "command/report.h"
#include "versions.h"

/* Whether findings of this field are about packaging alone. */
static bool is_packaging(enum audit_field field)
{
	return field == AUDIT_TIME || field == AUDIT_HISTORY || field == AUDIT_ANNOTATION
	       || field == AUDIT_LAYER || field == AUDIT_MANIFEST || field == AUDIT_FILE;
}

int command_summary_check(const struct command_summary *summary,
			  const struct command_differences *differences, bool pinned,
			  const struct location *place, struct error *err)
{
	if (summary->proof_file && !summary->path)
		return error_set(err, STATUS_USAGE, "cannot use --proved without --attest");
	if (summary->proof_file && !place)
		return error_set(err, STATUS_USAGE, "cannot use --proved with --list: it is about "
				 "one recipe");
	if (!summary->path)
		return !summary->key ? 0 : error_set(err, STATUS_USAGE, "cannot use --key without "
						     "--attest: nothing would be signed");
	if (strstr(summary->path, "://") || strncmp(summary->path, "oci:", strlen("oci:")) == 0) {
		error_set(err, STATUS_USAGE, "cannot attest to '%s': a summary is a file",
			  summary->path);
		return error_hint(err, "'bundler attest --attest summary' puts one beside an "
				  "image");
	}
	if (pinned)
		return error_set(err, STATUS_USAGE, "cannot attest with --pinned: nothing is built "
				 "again");
	for (size_t i = 0; i < differences->ignored_count; i++)
		if (!is_packaging(differences->ignored[i].field)) {
			error_set(err, STATUS_USAGE, "cannot attest with --ignore %s: it can hide "
				  "what runs", audit_field_name(differences->ignored[i].field));
			return error_hint(err, "time, history, annotation, layer, manifest and "
					  "file can be ignored");
		}
	if (place && !observe_place_has_images(place))
		return error_set(err, STATUS_USAGE, "cannot attest '%s': a tree has no digest of "
				 "its own", place->path);
	return 0;
}

int command_summary_list(const struct command_summary *summary, struct confine *confine,
			 struct error *err)
{
	int fd;

	confine_read(confine, summary->proof_file);
	if (!summary->path)
		return 0;
	/* Names are given, too. */
	confine->outputs = true;
	if (!summary->many) {
		confine_write_beside(confine, summary->path);
		return 0;
	}
	confine_write(confine, summary->path);
	fd = file_make_directory(summary->path, err);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

/* ---- what it is about ---- */

/* Images that several names lead to are there once. */
static void add_subject(struct statement_subject *subjects, size_t *count, struct pool *pool,
			const char *name, const struct digest *digest, const char *architecture)
{
	for (size_t i = 0; i < *count; i++)
		if (digest_equal(&subjects[i].digest, digest))
			return;
	subjects[(*count)++] = (struct statement_subject){
		.name = statement_name(pool, name, digest, architecture), .digest = *digest,
	};
}

/* The indexes, then the images, as the place has them; NULL for an image without a manifest. */
static struct statement_subject *find_subjects(struct command_summary *summary,
					       const struct observe_images *images,
					       const char *name, size_t *count, struct error *err)
{
	struct pool *pool = &summary->pool;
	struct statement_subject *subjects = pool_new(pool, images->nested_count + images->count,
						      sizeof *subjects);
	struct error ignored;

	*count = 0;
	for (size_t i = 0; i < images->nested_count && summary->whole; i++)
		add_subject(subjects, count, pool, name, &images->nested[i]->digest, NULL);
	for (size_t i = 0; i < images->count; i++) {
		const struct image *image = &images->items[i];
		const struct platform *platform = platform_find(image->platform, &ignored);

		if (!image->has_manifest) {
			error_set(err, STATUS_ARCHIVE, "cannot attest the image for '%s': it has "
				  "no manifest, so no digest", image->platform);
			error_hint(err, "an image in a registry or a layout has one");
			return NULL;
		}
		add_subject(subjects, count, pool, name, &image->manifest.digest,
			    platform ? platform->architecture : NULL);
	}
	return subjects;
}

const char *command_summary_resource(struct pool *pool, const struct location *place,
				     const char *subject)
{
	const struct reference *reference = &place->reference;
	char digest[DIGEST_TEXT_BYTES];

	if (place->kind != LOCATION_REGISTRY)
		return subject;
	return pool_format(pool, "docker://%s%s/%s%s%s", reference->host, reference->port == 0 ? ""
			   : pool_format(pool, ":%u", reference->port), reference->repository,
			   reference->tag ? ":" : "@", reference->tag ? reference->tag
			   : digest_write(&reference->digest, digest));
}

/* The names of fields that were ignored, each once, in their order. */
static const char *const *find_ignored(struct pool *pool,
				       const struct command_differences *differences,
				       size_t *count)
{
	const char **names = pool_new(pool, AUDIT_FIELDS, sizeof *names);

	*count = 0;
	for (enum audit_field field = 0; field < AUDIT_FIELDS; field++)
		for (size_t i = 0; i < differences->ignored_count; i++)
			if (differences->ignored[i].field == field) {
				names[(*count)++] = audit_field_name(field);
				break;
			}
	return names;
}

/* ---- what its programs are made of ---- */

int command_summary_open(struct command_summary *summary, struct error *err)
{
	return summary->proof_file ? proof_open(&summary->proof, summary->proof_file, err) : 0;
}

/* Takes the level of one program into *worst, which begins as NULL. */
static int take_program(struct command_summary *summary, const struct tree *tree,
			const struct platform *platform, const char *path, const char **worst,
			struct error *err)
{
	const struct tree_node *node = tree_find(tree, path);
	const char *level;

	if (!node || node->type != TREE_FILE)
		return error_set(err, STATUS_CONFIG, "cannot use proof '%s': '%s' for '%s' is not "
				 "a file", summary->proof_file, path, platform->name);
	level = proof_level(&summary->proof, platform->name, path, &node->content.digest, err);
	if (level && (!*worst || strcmp(level, SUMMARY_SOURCE) != 0))
		*worst = level;
	return level ? 0 : -1;
}

/* The level that all programs of all images have; NULL in *worst if no proof is given. */
static int find_source(struct command_summary *summary, const struct observe_place *observed,
		       const struct recipe *recipe, const char **worst, struct error *err)
{
	const struct observe_images *images = &observed->images;

	*worst = NULL;
	for (size_t i = 0; i < images->count && summary->proof_file; i++) {
		const struct tree *tree = observe_place_tree(observed, &images->items[i]);
		const struct platform *platform = platform_find(images->items[i].platform, err);

		if (!platform)
			return -1;
		for (size_t j = 0; j < recipe->entry_count; j++) {
			const struct recipe_entry *entry = &recipe->entries[j];
			const char *path;

			if (!entry->program || (entry->os && strcmp(entry->os, platform->os) != 0))
				continue;
			path = recipe_expand(recipe, platform, &summary->pool, entry->path, err);
			if (!path || take_program(summary, tree, platform, path, worst, err) < 0)
				return -1;
		}
	}
	return !summary->proof_file || *worst ? 0
	       : error_set(err, STATUS_CONFIG, "cannot use proof '%s': the recipe states no "
			   "program", summary->proof_file);
}

/* ---- where it goes ---- */

static int write_file(const char *path, const struct content *statement,
		      const struct attest_key *key, staging_confirm *confirm, void *context,
		      struct error *err)
{
	struct attest_signature signature;
	struct buffer bytes;
	int result;

	buffer_init(&bytes, LIMIT_INDEX_BYTES);
	if (key) {
		envelope_sign(key, STATEMENT_MEDIA_TYPE, statement->bytes, statement->size,
			      &signature);
		result = envelope_write(&bytes, STATEMENT_MEDIA_TYPE, statement->bytes,
					statement->size, &signature, key);
	} else {
		result = buffer_add(&bytes, statement->bytes, statement->size);
	}
	if (result < 0)
		error_set(err, STATUS_LIMIT, "cannot write '%s': more than %llu bytes", path,
			  LIMIT_INDEX_BYTES);
	else
		result = replace_files(&(struct replacement){ .path = path, .bytes = &bytes }, 1,
				       confirm, context, err);
	buffer_free(&bytes);
	return result;
}

static const char *choose_file(struct command_summary *summary, const struct digest *digest)
{
	char hex[DIGEST_HEX_BYTES];

	return !summary->many ? summary->path
	       : pool_format(&summary->pool, "%s/sha256-%s.json", summary->path,
			     digest_write_hex(digest, hex));
}

int command_summary_write(struct command_summary *summary,
			  const struct command_differences *differences, const struct audit *audit,
			  const struct observe_place *observed,
			  const struct recipe *recipe, const struct lock *lock, const char *name,
			  json_t *report, staging_confirm *confirm, void *context,
			  struct error *err)
{
	struct pool *pool = &summary->pool;
	struct summary about = {
		.version = BUNDLER_VERSION, .lock = lock->file, .lock_digest = &lock->digest,
		.identical = audit_verdict(audit) == AUDIT_IDENTICAL,
	};
	struct statement_subject *subjects;
	struct content statement;
	json_t *predicate;
	const char *file;
	size_t count;
	int result;

	if (!summary->path || !command_differences_passed(differences, audit))
		return confirm(context, err);
	subjects = find_subjects(summary, &observed->images, name, &count, err);
	if (!subjects || find_source(summary, observed, recipe, &about.source, err) < 0)
		return -1;
	about.resource = command_summary_resource(pool, observed->place, subjects[0].name);
	about.ignored = find_ignored(pool, differences, &about.ignored_count);
	predicate = summary_describe(&about);
	statement = statement_write(subjects, count, STATEMENT_SUMMARY, predicate);
	json_decref(predicate);
	file = choose_file(summary, &subjects[0].digest);
	if (report)
		json_object_set_new(report, "summary", json_pack("{s:o, s:s, s:s*, s:o}", "file",
				    report_json(file), "level", summary_level(&about), "source",
				    about.source, "subject",
				    report_json_digest(&subjects[0].digest)));
	result = write_file(file, &statement, summary->key, confirm, context, err);
	content_free(&statement);
	return result;
}

void command_summary_free(struct command_summary *summary)
{
	proof_close(&summary->proof);
	pool_free(&summary->pool);
}
