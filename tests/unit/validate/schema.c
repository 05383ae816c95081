/* SPDX-License-Identifier: Apache-2.0 */
/* schema.c, image_schema.c, findings.c: documents against their tables. */
#include "unit.h"

#include "base/limits.h"
#include "image/document.h"
#include "validate/image_schema.h"
#include "validate/rule.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DESCRIPTOR(type) "{'mediaType':'" type "','digest':'sha256:" HEX "','size':5}"
#define MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define CONFIG "application/vnd.oci.image.config.v1+json"
#define LAYER "application/vnd.oci.image.layer.v1.tar"

/* The findings about the text, which has ' in the place of ", as "rule: text", a line each. */
static const char *check(schema_check *checked, bool strict, const char *text)
{
	static char lines[8192], json[8192];
	struct buffer bytes = { .bytes = json, .length = strlen(text) };
	struct findings findings = { .items = NULL };
	struct schema schema = {
		.findings = &findings, .subject = "file", .rule = "own", .strict = strict,
		.strict_rule = RULE_IMPORT,
	};
	struct document document;
	size_t used = 0;

	assert_true(bytes.length < sizeof json);
	for (size_t i = 0; i <= bytes.length; i++)
		json[i] = text[i] == '\'' ? '"' : text[i];
	assert_null(document_parse(&document, &bytes));
	checked(&schema, document.root);
	assert_int_equal(schema.length, 0);
	findings_sort(&findings);
	lines[0] = '\0';
	for (size_t i = 0; i < findings.count; i++) {
		assert_string_equal(findings.items[i].subject, "file");
		used += (size_t)snprintf(lines + used, sizeof lines - used, "%s: %s\n",
					 findings.items[i].rule, findings.items[i].text);
	}
	findings_free(&findings);
	document_free(&document);
	return lines;
}

#define assert_findings(checked, text, expected) \
	assert_string_equal(check(checked, false, text), expected)
#define assert_strict(checked, text, expected) \
	assert_string_equal(check(checked, true, text), expected)

static void checks_layouts(void **state)
{
	(void)state;
	assert_strict(image_schema_layout, "{'imageLayoutVersion':'1.0.0'}", "");
	assert_findings(image_schema_layout, "{'imageLayoutVersion':'1.0.0','more':1}", "");
	assert_strict(image_schema_layout, "{'imageLayoutVersion':'1.0.0','more':1}",
		      "oci-import: more: it is not known\n");
	assert_findings(image_schema_layout, "{}", "own: imageLayoutVersion: it is missing\n");
	assert_findings(image_schema_layout, "{'imageLayoutVersion':1}",
			"own: imageLayoutVersion: it is not '1.0.0'\n");
	assert_findings(image_schema_layout, "[]", "own: it is not an object\n");
}

static void checks_indexes(void **state)
{
	(void)state;
	assert_strict(image_schema_index, "{'schemaVersion':2,"
		      "'mediaType':'application/vnd.oci.image."
		      "index.v1+json','manifests':[" DESCRIPTOR(MANIFEST) "],'annotations':{'a':"
		      "'b','org.opencontainers.image.created':'2020-01-01T00:00:00Z'}}", "");
	assert_findings(image_schema_index, "{'manifests':[]}", "own: schemaVersion: it is "
			"missing\n");
	assert_findings(image_schema_index, "{'schemaVersion':'2','mediaType':'" MANIFEST "',"
			"'manifests':{}}", "own: manifests: it is not an array\n"
			"own: mediaType: it is of another document\nown: schemaVersion: it is not "
			"2\n");
	assert_findings(image_schema_index, "{'schemaVersion':1,'manifests':[7],'annotations':{'a':"
			"1,'':'x','org.opencontainers.image.created':'yesterday'}}",
			"annotations.md#rules: annotations.org.opencontainers.image.created: it is "
			"not a time as in RFC 3339\n"
			"annotations.md#rules: annotations: a key is empty\n"
			"annotations.md#rules: annotations[\"a\"]: it is not a string\n"
			"descriptor.md#properties: manifests[0]: it is not an object\n"
			"own: schemaVersion: it is not 2\n");
}

static void checks_descriptors(void **state)
{
	(void)state;
	assert_findings(image_schema_index, "{'schemaVersion':2,'manifests':[{}]}",
			"descriptor.md#properties: manifests[0].digest: it is missing\n"
			"descriptor.md#properties: manifests[0].mediaType: it is missing\n"
			"descriptor.md#properties: manifests[0].size: it is missing\n");
	assert_findings(image_schema_index, "{'schemaVersion':2,'manifests':[{'mediaType':'text',"
			"'digest':'sha256:../../x','size':-1,'urls':[1],'data':2,'artifactType':"
			"'a/b/c','platform':{'os':'','variant':1,'os.features':[2]}},"
			"{'mediaType':1,'digest':2,'size':1.5}]}",
			"descriptor.md#digests: manifests[0].digest: it is not 'sha256:' and 64 "
			"lower-case hexadecimal digits\n"
			"descriptor.md#digests: manifests[1].digest: it is not a string\n"
			"descriptor.md#properties: manifests[0].artifactType: it is not a media "
			"type as in RFC 6838 section 4.2\n"
			"descriptor.md#properties: manifests[0].data: it is not a string\n"
			"descriptor.md#properties: manifests[0].mediaType: it is not a media type "
			"as in RFC 6838 section 4.2\n"
			"descriptor.md#properties: manifests[0].size: it is negative\n"
			"descriptor.md#properties: manifests[0].urls[0]: it is not a string\n"
			"descriptor.md#properties: manifests[1].mediaType: it is not a string\n"
			"descriptor.md#properties: manifests[1].size: it is not a whole number\n"
			"image-index.md#image-index-property-descriptions: "
			"manifests[0].platform.architecture: it is missing\n"
			"image-index.md#image-index-property-descriptions: manifests[0].platform."
			"os.features[0]: it is not a string\n"
			"image-index.md#image-index-property-descriptions: "
			"manifests[0].platform.os: it is empty\n"
			"image-index.md#image-index-property-descriptions: "
			"manifests[0].platform.variant: it is not a string\n");
}

static void checks_media_types(void **state)
{
	static const char *const good[] = { "a/b", "application/vnd.oci.image.manifest.v1+json",
					    "a1!#$&-^_.+/b" };
	static const char *const bad[] = { "", "a", "a/", "/b", "a/b/c", "a/b c", "a/b;c", "-a/b",
		"a/.b" };
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(text, sizeof text, "{'schemaVersion':2,'manifests':[],"
			 "'artifactType':'%s'}",
			 good[i]);
		assert_findings(image_schema_index, text, "");
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, "{'schemaVersion':2,'manifests':[],"
			 "'artifactType':'%s'}",
			 bad[i]);
		assert_findings(image_schema_index, text,
				"own: artifactType: it is not a media type as in RFC 6838 section "
				"4.2\n");
	}
}

static void is_strict_about_members(void **state)
{
	(void)state;
	assert_strict(image_schema_manifest, "{'mediaType':'" MANIFEST "','schemaVersion':2,"
		      "'config':{'digest':'sha256:" HEX "','mediaType':'" CONFIG "','size':5},"
		      "'layers':[{'mediaType':'" LAYER "','digest':'sha256:" HEX "','size':1,"
		      "'urls':[],'x':{}}],'subject':" DESCRIPTOR(MANIFEST) "}",
		      "oci-import: config.mediaType: it is out of order\n"
		      "oci-import: layers[0].urls: it is not wanted\n"
		      "oci-import: layers[0].x: it is not known\n"
		      "oci-import: schemaVersion: it is out of order\n"
		      "oci-import: subject: it is not wanted\n");
}

static void checks_configs(void **state)
{
	(void)state;
	assert_strict(image_schema_config,
		      "{'os':'linux','x':1,'architecture':'amd64','created':null,'config':{"
		      "'Env':['A=b'],'Cmd':null,'ExposedPorts':{'80/tcp':{},'53/udp':{},'1':{}},"
		      "'Labels':{'a':'b'},'Hostname':'x'},'rootfs':{'type':'layers','diff_ids':"
		      "['sha256:" HEX "']},'history':[{'created':'2020-02-29T23:59:60.123+02:00',"
		      "'empty_layer':true}]}", "");
	assert_findings(image_schema_config, "{'os':1,'architecture':null}",
			"own: architecture: it is not a string\nown: os: it is not a string\n"
			"own: rootfs: it is missing\n");
	assert_findings(image_schema_config, "{'os':'o','architecture':'a','created':'2020',"
			"'config':{'User':1,'Env':['A',2],'Entrypoint':'x',"
			"'ExposedPorts':{'tcp':{},"
			"'80':1},'Volumes':{'/v':{'x':1}},'Labels':{'l':2},'ArgsEscaped':0,"
			"'Memory':"
			"'1'},'rootfs':{'type':'other','diff_ids':['sha256:x']},'history':[{"
			"'empty_layer':1},7]}",
			"descriptor.md#digests: rootfs.diff_ids[0]: it is not 'sha256:' and 64 "
			"lower-case hexadecimal digits\n"
			"own: config.ArgsEscaped: it is neither true nor false\n"
			"own: config.Entrypoint: it is not an array\n"
			"own: config.Env[0]: it has no '='\n"
			"own: config.Env[1]: it is not a string\n"
			"own: config.ExposedPorts: 'tcp' is not a port\n"
			"own: config.ExposedPorts[\"80\"]: it is not an empty object\n"
			"own: config.Labels[\"l\"]: it is not a string\n"
			"own: config.Memory: it is not a whole number\n"
			"own: config.User: it is not a string\n"
			"own: config.Volumes[\"/v\"]: it is not an empty object\n"
			"own: created: it is not a time as in RFC 3339\n"
			"own: history[0].empty_layer: it is neither true nor false\n"
			"own: history[1]: it is not an object\n"
			"own: rootfs.type: it is not 'layers'\n");
}

static void checks_times(void **state)
{
	static const char *const good[] = {
		"1985-04-12T23:20:50.52Z", "1996-12-19T16:39:57-08:00", "1990-12-31T23:59:60Z",
		"0001-01-01T00:00:00Z", "2020-01-01t00:00:00z",
	};
	static const char *const bad[] = {
		"", "1985-04-12", "1985-04-12 23:20:50Z", "1985-13-12T23:20:50Z",
			"1985-04-32T23:20:50Z",
		"1985-00-12T23:20:50Z", "1985-04-12T24:20:50Z", "1985-04-12T23:60:50Z",
		"1985-04-12T23:20:61Z", "1985-04-12T23:20:50", "1985-04-12T23:20:50.Z",
		"1985-04-12T23:20:50+0800", "1985-04-12T23:20:50+24:00", "1985-04-12T23:20:50ZZ",
		"x985-04-12T23:20:50Z",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(text, sizeof text, "{'os':'o','architecture':'a','created':'%s','rootfs':"
			 "{'type':'layers','diff_ids':[]}}", good[i]);
		assert_findings(image_schema_config, text, "");
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, "{'os':'o','architecture':'a','created':'%s','rootfs':"
			 "{'type':'layers','diff_ids':[]}}", bad[i]);
		assert_findings(image_schema_config, text,
				"own: created: it is not a time as in RFC 3339\n");
	}
}

static void checks_docker(void **state)
{
	(void)state;
	assert_strict(image_schema_docker, "[{'Config':'c','RepoTags':null,'Layers':['l'],"
		      "'LayerSources':{}}]", "");
	assert_findings(image_schema_docker, "{}", "own: it is not an array\n");
	assert_findings(image_schema_docker, "[7,{'Config':'','RepoTags':[1],'Layers':{}},{}]",
			"own: [0]: it is not an object\nown: [1].Config: it is empty\n"
			"own: [1].Layers: it is not an array\nown: [1].RepoTags[0]: it is not a "
			"string\n"
			"own: [2].Config: it is missing\n");
	assert_findings(image_schema_repositories, "{'a':{'b':'c'}}", "");
	assert_findings(image_schema_repositories, "{'a':{'b':1},'c':2}",
			"own: [\"a\"][\"b\"]: it is not a string\nown: [\"c\"]: it is not an "
			"object\n");
}

static void cuts_long_paths(void **state)
{
	char text[1024] = "{'a':{'";
	const char *found;

	(void)state;
	memset(text + 7, 'k', 900);
	memcpy(text + 907, "':1}}", 6);
	found = check(image_schema_repositories, false, text);
	assert_true(strlen(found) < 300);
	assert_string_equal(found + strlen(found) - 25, "kkkk: it is not a string\n");
}

static void bounds_findings(void **state)
{
	struct findings findings = { .items = NULL };
	char text[2 * LIMIT_FINDING_BYTES];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	for (int i = LIMIT_FINDINGS + 6; i > 0; i--)
		findings_add(&findings, i % 2 ? text : "a", "rule", "%d %s", i, text);
	findings_add(&findings, "late", "rule", "x");
	assert_int_equal(findings.count, LIMIT_FINDINGS);
	assert_int_equal(findings.left_out, 7);
	assert_int_equal(strlen(findings.items[1].subject), LIMIT_FINDING_BYTES);
	assert_int_equal(strlen(findings.items[0].text), LIMIT_FINDING_BYTES);
	findings_sort(&findings);
	for (size_t i = 1; i < findings.count; i++)
		assert_true(strcmp(findings.items[i - 1].subject, findings.items[i].subject) <= 0);
	findings_free(&findings);
}

static void keeps_each_finding_once(void **state)
{
	struct findings findings = { .items = NULL };

	(void)state;
	findings_sort(&findings);
	assert_int_equal(findings.count, 0);
	findings_add(&findings, "b", "r", "x");
	findings_add(&findings, "a", "s", "x");
	findings_add(&findings, "b", "r", "x");
	findings_add(&findings, "a", "r", "y");
	findings_add(&findings, "a", "r", "x");
	findings_add(&findings, "b", "r", "x");
	findings_sort(&findings);
	assert_int_equal(findings.count, 4);
	assert_string_equal(findings.items[0].text, "x");
	assert_string_equal(findings.items[1].text, "y");
	assert_string_equal(findings.items[2].rule, "s");
	assert_string_equal(findings.items[3].subject, "b");
	findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_layouts),
		cmocka_unit_test(checks_indexes),
		cmocka_unit_test(checks_descriptors),
		cmocka_unit_test(checks_media_types),
		cmocka_unit_test(is_strict_about_members),
		cmocka_unit_test(checks_configs),
		cmocka_unit_test(checks_times),
		cmocka_unit_test(checks_docker),
		cmocka_unit_test(cuts_long_paths),
		cmocka_unit_test(bounds_findings),
		cmocka_unit_test(keeps_each_finding_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
