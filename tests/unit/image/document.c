/* SPDX-License-Identifier: Apache-2.0 */
/* document.c, descriptor.c, media.c: the JSON of images, strictly and tolerantly. */
#include "unit.h"

#include "base/limits.h"
#include "image/document.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct document document;

/* Why the text is refused, in a static buffer, or NULL; the document is then there. */
static const char *parse_bytes(const char *bytes, size_t length)
{
	static char fault[256];
	struct buffer text = { .bytes = (char *)(uintptr_t)bytes, .length = length };
	const char *reason = document_parse(&document, &text);

	if (!reason)
		return NULL;
	snprintf(fault, sizeof fault, "%s", reason);
	document_free(&document);
	return fault;
}

static char *test_copy(const char *text)
{
	char *copy = test_malloc(strlen(text) + 1);

	memcpy(copy, text, strlen(text) + 1);
	return copy;
}

/* The same for a text with ' in the place of ". */
static const char *parse(const char *text)
{
	char *copy = test_copy(text);
	const char *fault;

	for (char *c = copy; (c = strchr(c, '\'')); c++)
		*c = '"';
	fault = parse_bytes(copy, strlen(copy));
	test_free(copy);
	return fault;
}

static void parses_one_text_only(void **state)
{
	(void)state;
	assert_null(parse(" {'a': [1, 2.5, true, null, '\\u00e9']}\n"));
	document_free(&document);
	assert_string_equal(parse(""), "line 1, column 0: '[' or '{' expected near end of file");
	assert_string_equal(parse("{} {}"), "line 1, column 4: end of file expected near '{'");
	assert_string_equal(parse("{}x"), "line 1, column 3: end of file expected near 'x'");
	assert_string_equal(parse("{'a':1,'b':2,'a':3}"),
			    "line 1, column 16: duplicate object key near '\"a\"'");
	assert_string_equal(parse("'text'"), "line 1, column 6: '[' or '{' expected near "
			    "'\"text\"'");
	assert_string_equal(parse("\xef\xbb\xbf{}"), "line 1, column 1: '[' or '{' expected near "
			    "'\xef\xbb\xbf'");
	assert_string_equal(parse("{'a':'\xff'}"), "line 1, column 6: unable to decode byte 0xff "
			    "near '\"'");
	assert_string_equal(parse("{'a':'\\u0000'}"),
			    "line 1, column 13: \\u0000 is not allowed without JSON_ALLOW_NUL near "
			    "'\"\\u0000\"'");
	assert_string_equal(parse("{'a':9223372036854775808}"),
			    "line 1, column 24: too big integer near '9223372036854775808'");
	assert_string_equal(parse_bytes("{}\0", 3), "line 1, column 3: end of file expected near "
			    "end of file");
}

/* Engines take the last of such members, whatever its case. */
static void members_that_differ_in_case(void **state)
{
	static const char *const refused[] = {
		"{'layers':[],'Layers':[]}", "[{'a':{'os':1,'OS':2}}]",
		"{'manifest\xc5\xbf':1,'manifests':2}", "{'\xe2\x84\xaa':1,'k':2}",
	};
	static const char *const taken[] = {
		"{'Labels':{'a':'1','A':'2'}}", "{'annotations':{'a':'1','A':'2'}}",
		"{'Volumes':{'/a':{},'/A':{}}}", "[{'a':1},{'A':1}]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (!parse(refused[i]))
			fail_msg("taken: %s", refused[i]);
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
		const char *fault = parse(taken[i]);

		if (fault)
			fail_msg("refused: %s: %s", taken[i], fault);
		document_free(&document);
	}
}

static void bounds_depth(void **state)
{
	char text[2 * LIMIT_DOCUMENT_DEPTH + 3];

	(void)state;
	memset(text, '[', LIMIT_DOCUMENT_DEPTH);
	memset(text + LIMIT_DOCUMENT_DEPTH, ']', LIMIT_DOCUMENT_DEPTH);
	assert_null(parse_bytes(text, 2 * LIMIT_DOCUMENT_DEPTH));
	document_free(&document);
	memset(text, '[', LIMIT_DOCUMENT_DEPTH + 1);
	memset(text + LIMIT_DOCUMENT_DEPTH + 1, ']', LIMIT_DOCUMENT_DEPTH + 1);
	assert_string_equal(parse_bytes(text, sizeof text - 1), "it is nested too deeply");
	/* Brackets in strings and behind others do not count. */
	memset(text, '[', sizeof text);
	memcpy(text, "{'", 2);
	memcpy(text + sizeof text - 5, "':1}", 5);
	assert_null(parse(text));
	document_free(&document);
}

static void bounds_values(void **state)
{
	size_t length = 2 * (LIMIT_DOCUMENT_VALUES - 1);
	char *text = test_malloc(length + 8);

	(void)state;
	for (size_t i = 0; i < length; i += 2)
		memcpy(text + i, "0,", 2);
	text[0] = '[';
	text[1] = '1';
	text[length - 1] = ']';
	assert_null(parse_bytes(text, length));
	document_free(&document);
	memcpy(text + length - 1, ",0,0]", 5);
	assert_string_equal(parse_bytes(text, length + 4), "it has too many values");
	test_free(text);
}

static void strings_end_where_they_do(void **state)
{
	(void)state;
	assert_null(parse("{'a\\'[[[':'\\\\'}"));
	document_free(&document);
	assert_non_null(parse("{'a"));
	assert_non_null(parse("{'a\\"));
	assert_non_null(parse("{'a\\'"));
}

static struct descriptor descriptor_of(const char *text)
{
	assert_null(parse(text));
	return descriptor_read(document.root);
}

static void reads_descriptors(void **state)
{
	struct descriptor d = descriptor_of(
		"{'mediaType':'application/vnd.oci.image.layer.v1.tar+gzip','digest':'sha256:" HEX
		"','size':9223372036854775807,'platform':{'os':'linux','architecture':'arm',"
		"'variant':'v7'},'annotations':{'org.opencontainers.image.ref.name':'v1'}}");
	char hex[DIGEST_HEX_BYTES];

	(void)state;
	assert_null(d.fault);
	assert_string_equal(digest_write_hex(&d.digest, hex), HEX);
	assert_true(d.size == INT64_MAX);
	assert_int_equal(d.media->kind, MEDIA_LAYER);
	assert_int_equal(d.media->compression, COMPRESSION_GZIP);
	assert_true(d.has_platform);
	assert_string_equal(d.os, "linux");
	assert_string_equal(d.architecture, "arm");
	assert_string_equal(d.variant, "v7");
	assert_string_equal(d.reference, "v1");
	document_free(&document);
	d = descriptor_of("{'digest':'sha256:" HEX "','size':0,'platform':7}");
	assert_null(d.fault);
	assert_string_equal(d.media_type, "");
	assert_int_equal(d.media->kind, MEDIA_OTHER);
	assert_false(d.has_platform);
	assert_string_equal(d.variant, "");
	assert_null(d.reference);
	document_free(&document);
	assert_string_equal(descriptor_read(NULL).fault, "it has no digest");
}

static void marks_descriptors(void **state)
{
	static const struct { const char *text, *fault; } cases[] = {
		{ "{'size':1}", "it has no digest" },
		{ "{'size':1,'digest':7}", "it has no digest" },
		{ "{'size':1,'digest':'sha512:" HEX HEX "'}", "SHA-512 is not supported" },
		{ "{'size':1,'digest':'md5:" HEX "'}", "it does not begin with 'sha256:'" },
		{ "{'size':1,'digest':'sha256:../../x'}",
		  "it is not 'sha256:' and 64 lower-case hexadecimal digits" },
		{ "{'size':1,'digest':'sha256:" HEX "0'}",
		  "it is not 'sha256:' and 64 lower-case hexadecimal digits" },
		{ "{'size':1,"
		"'digest':'sha256:A123456789abcdef0123456789abcdef0123456789abcdef0123456789"
		  "abcdef'}", "it is not 'sha256:' and 64 lower-case hexadecimal digits" },
		{ "{'digest':'sha256:" HEX "'}", "it has no size" },
		{ "{'digest':'sha256:" HEX "','size':-1}", "it has no size" },
		{ "{'digest':'sha256:" HEX "','size':1.0}", "it has no size" },
		{ "{'digest':'sha256:" HEX "','size':'1'}", "it has no size" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *fault = descriptor_of(cases[i].text).fault;

		assert_non_null(fault);
		assert_string_equal(fault, cases[i].fault);
		document_free(&document);
	}
}

static void reads_an_index(void **state)
{
	struct image_index index;

	(void)state;
	assert_null(parse("{'mediaType':'m','manifests':[{'digest':'sha256:" HEX "','size':5},7],"
			  "'annotations':{}}"));
	document_index(&document, &index);
	assert_string_equal(index.media_type, "m");
	assert_int_equal(index.count, 2);
	assert_null(index.manifests[0].fault);
	assert_int_equal(index.manifests[0].size, 5);
	assert_non_null(index.manifests[1].fault);
	assert_non_null(index.annotations);
	document_free(&document);
	assert_null(parse("{'manifests':{}}"));
	document_index(&document, &index);
	assert_int_equal(index.count, 0);
	assert_null(index.annotations);
	document_free(&document);
}

static void reads_a_manifest(void **state)
{
	struct image_manifest manifest;

	(void)state;
	assert_null(parse("{'config':{'digest':'sha256:" HEX "','size':5},'layers':[{},{}],"
			  "'subject':{}}"));
	document_manifest(&document, &manifest);
	assert_null(manifest.config.fault);
	assert_int_equal(manifest.count, 2);
	assert_non_null(manifest.subject);
	document_free(&document);
	assert_null(parse("[]"));
	document_manifest(&document, &manifest);
	assert_non_null(manifest.config.fault);
	assert_int_equal(manifest.count, 0);
	document_free(&document);
}

static void reads_a_config(void **state)
{
	struct image_config config;

	(void)state;
	assert_null(parse("{'os':'linux','architecture':'arm64','variant':null,'rootfs':{"
			  "'diff_ids':['sha256:" HEX "','x',1]},'history':[{},{'empty_layer':true},"
			  "{'empty_layer':false},{'empty_layer':1}],'config':{'Entrypoint':['/a',"
			  "'b'],'Cmd':['c']}}"));
	document_config(&document, &config);
	assert_string_equal(config.os, "linux");
	assert_string_equal(config.variant, "");
	assert_int_equal(config.count, 3);
	assert_null(config.diff_ids[0].fault);
	assert_non_null(config.diff_ids[1].fault);
	assert_non_null(config.diff_ids[2].fault);
	assert_true(config.has_history);
	assert_int_equal(config.history, 3);
	assert_string_equal(config.program, "/a");
	document_free(&document);
	assert_null(parse("{'config':{'Entrypoint':[],'Cmd':['c']}}"));
	document_config(&document, &config);
	assert_string_equal(config.program, "c");
	assert_false(config.has_history);
	assert_int_equal(config.count, 0);
	document_free(&document);
	assert_null(parse("{'config':{'Entrypoint':null}}"));
	document_config(&document, &config);
	assert_null(config.program);
	document_free(&document);
}

static void reads_a_docker_manifest(void **state)
{
	struct docker_manifest manifest;

	(void)state;
	assert_null(parse("[{'Config':'c','Layers':['a',7],'RepoTags':null},7]"));
	document_docker(&document, &manifest);
	assert_int_equal(manifest.count, 2);
	assert_string_equal(manifest.images[0].config, "c");
	assert_int_equal(manifest.images[0].layer_count, 2);
	assert_string_equal(manifest.images[0].layers[0], "a");
	assert_string_equal(manifest.images[0].layers[1], "");
	assert_int_equal(manifest.images[0].tag_count, 0);
	assert_string_equal(manifest.images[1].config, "");
	document_free(&document);
	assert_null(parse("{}"));
	document_docker(&document, &manifest);
	assert_int_equal(manifest.count, 0);
	document_free(&document);
}

static void knows_media_types(void **state)
{
	(void)state;
	assert_int_equal(media_find("application/vnd.oci.image.index.v1+json")->kind, MEDIA_INDEX);
	assert_int_equal(media_find("application/vnd.oci.image.layer.v1.tar+zstd")->compression,
			 COMPRESSION_ZSTD);
	assert_true(media_find("application/vnd.oci.image.layer.nondistributable.v1.tar")->foreign);
	assert_false(media_find("application/vnd.oci.image.layer.v1.tar")->foreign);
	assert_int_equal(media_find("application/vnd.docker.distribution.manifest.v2+json")->kind,
			 MEDIA_MANIFEST);
	assert_false(media_find("application/vnd.docker.distribution.manifest.v2+json")->oci);
	assert_int_equal(media_find("")->kind, MEDIA_OTHER);
	assert_int_equal(media_find("text/plain")->kind, MEDIA_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_one_text_only),
		cmocka_unit_test(members_that_differ_in_case),
		cmocka_unit_test(bounds_depth),
		cmocka_unit_test(bounds_values),
		cmocka_unit_test(strings_end_where_they_do),
		cmocka_unit_test(reads_descriptors),
		cmocka_unit_test(marks_descriptors),
		cmocka_unit_test(reads_an_index),
		cmocka_unit_test(reads_a_manifest),
		cmocka_unit_test(reads_a_config),
		cmocka_unit_test(reads_a_docker_manifest),
		cmocka_unit_test(knows_media_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
