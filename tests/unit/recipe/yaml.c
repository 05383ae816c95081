/* SPDX-License-Identifier: Apache-2.0 */
/* yaml.c: what is text, where faults are, and that aliases cannot multiply. */
#include "unit.h"

#include "base/limits.h"
#include "recipe/yaml.h"

/* A document that is loaded, and what its strings live in. */
struct loaded {
	struct pool pool;
	struct yaml yaml;
	struct buffer text;
	struct error err;
};

static int load(struct loaded *loaded, const char *bytes, size_t length)
{
	loaded->pool = (struct pool){ 0 };
	buffer_init(&loaded->text, LIMIT_RECIPE_BYTES);
	assert_int_equal(buffer_add(&loaded->text, bytes, length), 0);
	return yaml_load(&loaded->yaml, "f.yaml", &loaded->pool, &loaded->text, &loaded->err);
}

static void unload(struct loaded *loaded)
{
	yaml_unload(&loaded->yaml);
	pool_free(&loaded->pool);
	buffer_free(&loaded->text);
}

static void assert_not_loaded(const char *text, const char *message)
{
	struct loaded loaded;

	assert_refused(load(&loaded, text, strlen(text)), loaded.err, STATUS_CONFIG, message);
	pool_free(&loaded.pool);
	buffer_free(&loaded.text);
}

static void one_document(void **state)
{
	(void)state;
	assert_not_loaded("", "cannot read 'f.yaml': it is empty");
	assert_not_loaded("# nothing\n", "cannot read 'f.yaml': it is empty");
	assert_not_loaded("a\n---\nb\n", "cannot read 'f.yaml': more than one document");
	assert_not_loaded("a: [\n", "cannot read 'f.yaml': line 2, column 1: did not find expected "
			  "node content");
	assert_not_loaded("a: 1\n b: 2\n", "cannot read 'f.yaml': line 2, column 2: this line "
			  "begins in another column than those that it belongs to");
	assert_not_loaded("a\n---\n\"b", "cannot read 'f.yaml': line 3, column 3: found unexpected "
			  "end of stream");
	assert_not_loaded("a: *b\n", "cannot read 'f.yaml': line 1, column 4: a text begins "
			  "with a sign that has a meaning in YAML");
	assert_not_loaded("x\ny: a\xff" "b\n", "cannot read 'f.yaml': line 2, column 5: invalid "
			  "leading UTF-8 octet");
	assert_not_loaded("a\n \x01", "cannot read 'f.yaml': line 2, column 2: control characters "
			  "are not allowed");
}

static void text_and_what_is_none(void **state)
{
	static const struct {
		const char *yaml, *text, *fault;
	} rows[] = {
		{ "plain", "plain", NULL }, { "'0'", "0", NULL }, { "\"true\"", "true", NULL },
		{ "''", "", NULL }, { "0.25.6", "0.25.6", NULL }, { "4222/tcp", "4222/tcp", NULL },
		{ "0:0", "0:0", NULL }, { "yes", "yes", NULL }, { "1e", "1e", NULL },
		{ "+", "+", NULL },
		{ "0x", "0x", NULL }, { "0o8", "0o8", NULL }, { ".", ".", NULL },
		{ "1_000", "1_000", NULL },
		{ "tRue", "tRue", NULL }, { "nULL", "nULL", NULL },
		{ "|\n  a\n  b\n", "a\nb\n", NULL },
		{ "\"\\u00e4\"", "\xc3\xa4", NULL }, { "2001-01-01", "2001-01-01", NULL },
		{ "0", NULL, "number" }, { "-1", NULL, "number" }, { "+1", NULL, "number" },
		{ "0755", NULL, "number" }, { "0.25", NULL, "number" }, { ".5", NULL, "number" },
		{ "5.", NULL, "number" }, { "1e3", NULL, "number" }, { "-1.5E-3", NULL, "number" },
		{ "0xAf", NULL, "number" }, { "0o17", NULL, "number" }, { ".inf", NULL, "number" },
		{ "-.INF", NULL, "number" }, { ".nan", NULL, "number" }, { ".NaN", NULL, "number" },
		{ "true", NULL, "boolean" }, { "False", NULL, "boolean" },
		{ "TRUE", NULL, "boolean" },
		{ "~", NULL, "nothing" }, { "null", NULL, "nothing" }, { "Null", NULL, "nothing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char message[200];
		struct loaded loaded;
		const char *text;

		assert_int_equal(load(&loaded, rows[i].yaml, strlen(rows[i].yaml)), 0);
		text = yaml_string(&loaded.yaml, yaml_root(&loaded.yaml), &loaded.err);
		assert_string_equal(text ? text : "(none)", rows[i].text ? rows[i].text : "(none)");
		if (!text) {
			snprintf(message, sizeof message, "cannot read 'f.yaml': line 1, column 1: "
				 "text is expected here, but '%s' is %s%s: quote it",
				 rows[i].yaml,
				 rows[i].fault[0] == 'n' && rows[i].fault[1] == 'o' ? "" : "a ",
				 rows[i].fault);
			assert_string_equal(loaded.err.message, message);
		}
		unload(&loaded);
	}
}

struct pair {
	char *name;
	bool flag;
	size_t items;
	char *order;		/* the keys of "pairs" */
};

static int count_item(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	size_t *items = into;

	(void)yaml;
	(void)node;
	(void)err;
	++*items;
	return 0;
}

static int take_items(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return yaml_sequence(yaml, node, count_item, into, err);
}

static int take_pairs(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
		      struct error *err)
{
	struct pair *pair = into;

	if (!yaml_string(yaml, value, err))
		return -1;
	pair->order = pool_format(yaml->pool, "%s%s", pair->order, yaml_text(key));
	return 0;
}

static int take_mapping(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	return yaml_pairs(yaml, node, take_pairs, into, err);
}

static const struct yaml_key keys[] = {
	{ "name", true, NULL, NULL, offsetof(struct pair, name) },
	{ "flag", false, yaml_take_boolean, NULL, offsetof(struct pair, flag) },
	{ "items", false, take_items, NULL, offsetof(struct pair, items) },
	{ "pairs", false, take_mapping, NULL, 0 },
	{ NULL, false, NULL, NULL, 0 },
};

static int take(struct loaded *loaded, const char *text, size_t length, struct pair *pair)
{
	assert_int_equal(load(loaded, text, length), 0);
	*pair = (struct pair){ .order = pool_string(&loaded->pool, "") };
	return yaml_mapping(&loaded->yaml, yaml_root(&loaded->yaml), keys, pair, &loaded->err);
}

static void takes_a_mapping(void **state)
{
	static const char text[] = "items: [a, {b: c}, 3]\nflag: True\n\"name\": x\npairs: {b: "
		"'1', a: '2'}\n";
	struct loaded loaded;
	struct pair pair;

	(void)state;
	assert_int_equal(take(&loaded, text, strlen(text), &pair), 0);
	assert_string_equal(pair.name, "x");
	assert_int_equal(pair.flag, 1);
	assert_int_equal(pair.items, 3);
	assert_string_equal(pair.order, "ba");
	unload(&loaded);
}

/* Rows are taken in the order of the table: the fault of an earlier row is told. */
static void rows_are_taken_in_order(void **state)
{
	static const char text[] = "flag: nonsense\nname: [x]\n";
	struct loaded loaded;
	struct pair pair;

	(void)state;
	assert_refused(take(&loaded, text, strlen(text), &pair), loaded.err, STATUS_CONFIG,
		       "cannot read 'f.yaml': line 2, column 7: text is expected here");
	unload(&loaded);
}

static void faults_have_a_place(void **state)
{
	static const char *const rows[][2] = {
		{ "name: x\nflgs: true\n", "line 2, column 1: unknown key 'flgs'" },
		{ "name: x\nflag: true\n\"fl\\x61g\": true\n",
		  "line 3, column 1: key 'flag' is given twice" },
		{ "flag: true\n", "line 1, column 1: key 'name' is missing" },
		{ "- name\n", "line 1, column 1: a mapping is expected here" },
		{ "name: {a: b}\n", "line 1, column 7: text is expected here" },
		{ "name:\n", "line 1, column 6: text is expected here, but '' is nothing: "
		  "quote it" },
		{ "name: \"a\\0b\"\n", "line 1, column 7: text must not contain NUL" },
		{ "\"name\\0x\": a\n", "line 1, column 1: text must not contain NUL" },
		{ "name: x\nflag: 'true'\n", "line 2, column 7: 'true' or 'false' is expected "
		  "here" },
		{ "name: x\nflag: yes\n", "line 2, column 7: 'true' or 'false' is expected here" },
		{ "name: x\nflag: [true]\n", "line 2, column 7: 'true' or 'false' is expected "
		  "here" },
		{ "name: x\nitems: a\n", "line 2, column 8: a list is expected here" },
		{ "name: x\nitems: {a: b}\n", "line 2, column 8: a list is expected here" },
		{ "name: x\npairs: [a]\n", "line 2, column 8: a mapping is expected here" },
		{ "name: x\npairs: {[a]: b}\n", "line 2, column 9: text is expected here" },
		{ "name: x\npairs: {1: b}\n", "line 2, column 9: text is expected here, but '1' is "
		  "a number: quote it" },
		{ "name: x\npairs: {a: b, a: b}\n", "line 2, column 15: key 'a' is given twice" },
		{ "name: x\n<<: {flag: true}\n", "line 2, column 1: unknown key '<<'" },
		{ "name: !!int \"5\"\n", "line 1, column 7: tag 'tag:yaml.org,2002:int' is "
		  "not supported" },
		{ "name: x\nflag: !!bool true\n",
		  "line 2, column 7: tag 'tag:yaml.org,2002:bool' is not supported" },
		{ "name: x\nitems: !mine [a]\n", "line 2, column 8: tag '!mine' is not supported" },
		{ "!!set {name, x}\n", "line 1, column 1: tag 'tag:yaml.org,2002:set' is not "
		  "supported" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char message[200];
		struct loaded loaded;
		struct pair pair;

		snprintf(message, sizeof message, "cannot read 'f.yaml': %s", rows[i][1]);
		assert_refused(take(&loaded, rows[i][0], strlen(rows[i][0]), &pair), loaded.err,
			       STATUS_CONFIG, message);
		unload(&loaded);
	}
}

/* A text and aliases of it, in a list; the number of bytes it is allowed to repeat. */
static void aliases_do_not_multiply(void **state)
{
	static const char head[] = "name: x\npairs:\n  a: &a "
		"\"0123456789012345678901234567890123456789\"\n";
	struct loaded loaded;
	struct pair pair;
	char text[400];

	(void)state;
	snprintf(text, sizeof text, "%s  b: *a\n", head);
	assert_int_equal(take(&loaded, text, strlen(text), &pair), 0);
	unload(&loaded);
	snprintf(text, sizeof text, "%s  b: *a\n  c: *a\n  d: *a\n  e: *a\n  f: *a\n  g: *a\n  h: "
		 "*a\n", head);
	assert_refused(take(&loaded, text, strlen(text), &pair), loaded.err, STATUS_CONFIG,
		       "cannot read 'f.yaml': line 3, column 6: aliases repeat more text than the "
		       "file has");
	unload(&loaded);
}

/* Escapes that are longer in UTF-8 than in the file are no repetition. */
static void escapes_may_grow(void **state)
{
	struct loaded loaded;
	struct buffer text;
	struct pair pair;

	(void)state;
	buffer_init(&text, LIMIT_RECIPE_BYTES);
	buffer_add_string(&text, "name: \"");
	for (int i = 0; i < 1000; i++)
		buffer_add_string(&text, "\\L");
	buffer_add_string(&text, "\"\n");
	assert_int_equal(take(&loaded, text.bytes, text.length, &pair), 0);
	assert_int_equal(strlen(pair.name), 3000);
	unload(&loaded);
	buffer_free(&text);
}

static void a_mapping_in_itself(void **state)
{
	static const char text[] = "&a\nname: *a\n";
	struct loaded loaded;
	struct pair pair;

	(void)state;
	assert_int_equal(take(&loaded, text, strlen(text), &pair), -1);
	assert_int_equal(loaded.err.status, STATUS_CONFIG);
	unload(&loaded);
}

static void entries_are_limited(void **state)
{
	struct loaded loaded;
	struct buffer text;
	struct pair pair;

	(void)state;
	buffer_init(&text, LIMIT_RECIPE_BYTES);
	buffer_add_string(&text, "name: x\nitems:\n");
	for (int i = 0; i < LIMIT_RECIPE_ENTRIES; i++)
		buffer_add_string(&text, "- a\n");
	assert_int_equal(take(&loaded, text.bytes, text.length, &pair), 0);
	assert_int_equal(pair.items, LIMIT_RECIPE_ENTRIES);
	unload(&loaded);
	buffer_add_string(&text, "- a\n");
	assert_refused(take(&loaded, text.bytes, text.length, &pair), loaded.err, STATUS_CONFIG,
		       "cannot read 'f.yaml': line 3, column 1: more than 4096 items");
	unload(&loaded);
	buffer_free(&text);
}

/* Deep nesting is the parser's to end, without the stack. */
/* Deeper, libyaml would take minutes for 200 KiB. */
static void nesting_is_bounded(void **state)
{
	char text[2 * (LIMIT_RECIPE_DEPTH + 1) + 1] = "";
	struct loaded loaded;

	(void)state;
	memset(text, '[', LIMIT_RECIPE_DEPTH);
	memset(text + LIMIT_RECIPE_DEPTH, ']', LIMIT_RECIPE_DEPTH);
	assert_int_equal(load(&loaded, text, strlen(text)), 0);
	unload(&loaded);
	memset(text, '{', LIMIT_RECIPE_DEPTH + 1);
	memset(text + LIMIT_RECIPE_DEPTH + 1, '}', LIMIT_RECIPE_DEPTH + 1);
	assert_refused(load(&loaded, text, strlen(text)), loaded.err, STATUS_LIMIT,
		       "cannot read 'f.yaml': brackets are nested more than 64 deep");
	pool_free(&loaded.pool);
	buffer_free(&loaded.text);
}

static void finds_values(void **state)
{
	static const char text[] = "a: x\nb: y\n";
	struct loaded loaded;

	(void)state;
	assert_int_equal(load(&loaded, text, strlen(text)), 0);
	assert_string_equal(yaml_text(yaml_find(&loaded.yaml, yaml_root(&loaded.yaml), "b")), "y");
	assert_null(yaml_find(&loaded.yaml, yaml_root(&loaded.yaml), "c"));
	assert_int_equal(yaml_count(yaml_root(&loaded.yaml)), 2);
	unload(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_document),
		cmocka_unit_test(text_and_what_is_none),
		cmocka_unit_test(takes_a_mapping),
		cmocka_unit_test(rows_are_taken_in_order),
		cmocka_unit_test(faults_have_a_place),
		cmocka_unit_test(aliases_do_not_multiply),
		cmocka_unit_test(escapes_may_grow),
		cmocka_unit_test(a_mapping_in_itself),
		cmocka_unit_test(entries_are_limited),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(finds_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
