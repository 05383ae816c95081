/* SPDX-License-Identifier: Apache-2.0 */
/* bundler certs: a bundle of certificates in its normal form, and what changed in it. */
#include "command/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <jansson.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/staging.h"
#include "command/inputs.h"
#include "command/report.h"
#include "trust/bundle.h"

/* One run of the command. */
struct run {
	const char *file;		/* the operand */
	const char *output;
	const char *compare;
	bool json;
	int64_t now;			/* seconds since 1970; what ended before has expired */
	struct bundle new;
	struct bundle old;		/* empty when there is nothing to compare with */
	struct buffer text;		/* new in its normal form */
};

static const struct option_spec options[] = {
	{ "output", "FILE", "replace FILE instead of writing to standard output",
	  OPTION(output), .letter = 'o' },
	{ "compare", "FILE", "report changes against FILE, not against the output",
	  OPTION(compare) },
	{ "json", NULL, "print the report as JSON instead of the bundle", OPTION(json) },
	{ 0 },
};

/* The findings about certificates; their names are also keys of the JSON report. */
enum finding { ADDED, REMOVED, EXPIRED, FINDINGS };
static const char *const finding_names[FINDINGS] = { "added", "removed", "expired" };

static int parse(struct run *run, struct option_parser *parser, struct error *err)
{
	if (option_parse(parser, run, err) < 0)
		return -1;
	run->file = option_operand(parser);
	if (!run->file)
		return error_set(err, STATUS_USAGE, "cannot read a bundle: no file is given");
	if (option_end(parser, "bundle", err) < 0)
		return -1;
	confine_read(parser->confine, run->file);
	confine_read(parser->confine, run->compare);
	if (run->output)
		confine_write_beside(parser->confine, run->output);
	return confine_reading(parser->confine, err);
}

/* An output that is there must be a bundle: a slip does not replace a file of another kind. */
static int load_old(struct run *run, struct error *err)
{
	struct bundle output;

	if (run->output && (access(run->output, F_OK) == 0 || errno != ENOENT)) {
		if (bundle_load(&output, AT_FDCWD, run->output, err) < 0)
			return -1;
		if (!run->compare)
			run->old = output;
		else
			bundle_free(&output);
	}
	return run->compare ? bundle_load(&run->old, AT_FDCWD, run->compare, err) : 0;
}

/* The bundle whose certificates a finding is about. */
static const struct bundle *bundle_of(const struct run *run, enum finding finding)
{
	return finding == REMOVED ? &run->old : &run->new;
}

static bool is_found(const struct run *run, enum finding finding, const struct bundle_entry *entry)
{
	if (finding == EXPIRED)
		return entry->certificate.not_after < run->now;
	return !bundle_find(finding == ADDED ? &run->old : &run->new, &entry->digest);
}

/* Without something to compare with, nothing was added or removed. */
static bool is_reported(const struct run *run, enum finding finding)
{
	return finding == EXPIRED || run->old.count > 0;
}

static void print_entry(FILE *stream, enum finding finding, const struct bundle_entry *entry)
{
	char hex[DIGEST_HEX_BYTES], date[CERTIFICATE_DATE_BYTES];
	char *name = certificate_name(entry->certificate.subject);

	fprintf(stream, "%-7s  %s  %s  %s\n", finding_names[finding],
		digest_write_hex(&entry->digest, hex),
		certificate_write_date(entry->certificate.not_after, date), name);
	free(name);
}

/* A line for each finding, and one with the numbers. */
static void print_report(const struct run *run, FILE *stream)
{
	size_t counts[FINDINGS] = { 0 };

	for (enum finding finding = 0; finding < FINDINGS; finding++) {
		const struct bundle *bundle = bundle_of(run, finding);

		for (size_t i = 0; i < bundle->count && is_reported(run, finding); i++) {
			if (!is_found(run, finding, &bundle->entries[i]))
				continue;
			print_entry(stream, finding, &bundle->entries[i]);
			counts[finding]++;
		}
	}
	fprintf(stream, "certificates: %zu", run->new.count);
	for (enum finding finding = 0; finding < FINDINGS; finding++)
		if (is_reported(run, finding))
			fprintf(stream, ", %s: %zu", finding_names[finding], counts[finding]);
	fprintf(stream, ", duplicates: %zu\n", run->new.duplicates);
}

static json_t *json_entry(const struct bundle_entry *entry)
{
	char date[CERTIFICATE_DATE_BYTES];
	char *name = certificate_name(entry->certificate.subject);
	json_t *object = json_pack("{ss so ss}", "name", name,
				   "digest", report_json_digest(&entry->digest), "not_after",
				   certificate_write_date(entry->certificate.not_after, date));

	free(name);
	return object;
}

static void print_json(const struct run *run)
{
	struct digest digest = digest_of(run->text.bytes, run->text.length);
	json_t *report = json_pack("{sI so sI}", "certificates", (json_int_t)run->new.count,
				   "digest", report_json_digest(&digest),
				   "duplicates", (json_int_t)run->new.duplicates);

	for (enum finding finding = 0; finding < FINDINGS; finding++) {
		const struct bundle *bundle = bundle_of(run, finding);
		json_t *list;

		if (!is_reported(run, finding))
			continue;
		list = json_array();
		for (size_t i = 0; i < bundle->count; i++)
			if (is_found(run, finding, &bundle->entries[i]))
				json_array_append_new(list, json_entry(&bundle->entries[i]));
		json_object_set_new(report, finding_names[finding], list);
	}
	report_document(stdout, report);
}

static int report(void *context, struct error *err)
{
	const struct run *run = context;

	if (run->json)
		print_json(run);
	else
		print_report(run, run->output ? stdout : stderr);
	return report_flush(err);
}

static int run_certs(struct option_parser *parser, struct error *err)
{
	struct run run = { 0 };
	int result = -1;

	buffer_init(&run.text, LIMIT_BUNDLE_BYTES);
	if (parse(&run, parser, err) < 0 || command_inputs_now(&run.now, err) < 0
	    || bundle_load(&run.new, AT_FDCWD, run.file, err) < 0 || load_old(&run, err) < 0)
		goto out;
	if (bundle_write(&run.new, &run.text) < 0) {
		error_set(err, STATUS_LIMIT, "cannot write '%s': larger than %zu bytes",
			  run.output ? run.output : "standard output", run.text.maximum);
		goto out;
	}
	if (run.output) {
		result = staging_replace_file(run.output, run.text.bytes, run.text.length, 0644,
					      report, &run, err);
	} else {
		if (!run.json)
			fwrite(run.text.bytes, 1, run.text.length, stdout);
		result = report(&run, err);
	}
out:
	buffer_free(&run.text);
	bundle_free(&run.old);
	bundle_free(&run.new);
	return result;
}

const struct command command_certs = {
	.name = "certs",
	.summary = "normalise a bundle of certificates",
	.synopsis = "[-o FILE] [--compare FILE] [--json] BUNDLE",
	.examples = "  bundler certs -o ca-certificates.crt bundle.pem\n"
		    "  bundler certs --compare old.pem bundle.pem\n",
	.options = options,
	.writes = true,
	.outputs = true,
	.run = run_certs,
};
