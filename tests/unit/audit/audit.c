/* SPDX-License-Identifier: Apache-2.0 */
/* audit*.c: what differs between two trees, two JSON values; order and number of findings. */
#include "unit.h"

#include "audit/json.h"
#include "audit/tree.h"
#include "base/limits.h"
#include "base/memory.h"

#define TEXT_BYTES (1 << 20)

static void write_finding(struct buffer *text, const struct audit_finding *finding)
{
	buffer_format(text, "%s%s%s%s %s: %s, %s", audit_finding_verdict(finding) > AUDIT_DIFFERENT ? "note " : "",
		      finding->platform ? finding->platform : "", finding->platform ? " " : "",
		      audit_field_name(finding->field), finding->subject,
		      finding->expected ? finding->expected : "(nothing)",
		      finding->found ? finding->found : "(nothing)");
	if (finding->has_offset)
		buffer_format(text, " @%llu", (unsigned long long)finding->offset);
	buffer_add_string(text, "\n");
}

static void assert_findings(struct audit *audit, const char *expected)
{
	struct buffer text;

	buffer_init(&text, TEXT_BYTES);
	buffer_add_string(&text, "");
	audit_sort(audit);
	for (size_t i = 0; i < audit->count; i++)
		write_finding(&text, &audit->items[i]);
	assert_string_equal(text.bytes, expected);
	buffer_free(&text);
}

/* ---- trees ---- */

#define EMPTY "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define OF_A "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"

/* Two trees of a directory, a file and a link, the same at first. */
struct trees {
	struct tree expected, found;
	struct audit audit;
};

static void add_file(struct tree *tree, const char *path, uint32_t uid)
{
	struct error err;

	assert_int_equal(tree_add_file(tree, path, 0644, uid, 2, content_of("", 0), &err), 0);
}

static void fill(struct tree *tree)
{
	struct error err;

	tree_init(tree, 1000000000);
	assert_int_equal(tree_add_directory(tree, "/d", 0755, 0, 0, &err), 0);
	add_file(tree, "/d/f", 1);
	assert_int_equal(tree_add_link(tree, "/l", "target", 0, 0, &err), 0);
}

static int trees_set_up(void **state)
{
	struct trees *trees = test_calloc(1, sizeof *trees);

	fill(&trees->expected);
	fill(&trees->found);
	audit_init(&trees->audit, NULL, 0);
	*state = trees;
	return 0;
}

static int trees_tear_down(void **state)
{
	struct trees *trees = *state;

	audit_free(&trees->audit);
	tree_free(&trees->expected);
	tree_free(&trees->found);
	test_free(trees);
	return 0;
}

#define trees_test(test) cmocka_unit_test_setup_teardown(test, trees_set_up, trees_tear_down)

static struct tree_node *node_of(struct tree *tree, const char *path)
{
	const struct tree_node *node = tree_find(tree, path);

	assert_non_null(node);
	return &tree->nodes[node - tree->nodes];
}

static void assert_differs(struct trees *trees, const char *expected)
{
	audit_tree(&trees->audit, &trees->expected, &trees->found);
	assert_findings(&trees->audit, expected);
}

static void the_same(void **state)
{
	assert_differs(*state, "");
}

static void paths(void **state)
{
	struct trees *trees = *state;
	struct error err;

	assert_int_equal(tree_add_directory(&trees->expected, "/d/x", 0755, 0, 0, &err), 0);
	assert_int_equal(tree_add_link(&trees->expected, "/z", "x", 0, 0, &err), 0);
	add_file(&trees->found, "/a", 0);
	tree_append(&trees->found, "/s", TREE_SPECIAL)->observed.kind = S_IFSOCK;
	tree_append(&trees->found, "/c", TREE_SPECIAL)->observed =
		(struct tree_observed){ .kind = S_IFCHR, .major = 1, .minor = 3 };
	tree_append(&trees->found, "/b", TREE_SPECIAL)->observed.kind = S_IFBLK;
	tree_append(&trees->found, "/p", TREE_SPECIAL)->observed.kind = S_IFIFO;
	tree_sort(&trees->found);
	assert_differs(trees, "path /a: (nothing), file\n"
			      "path /b: (nothing), block device 0:0\n"
			      "path /c: (nothing), character device 1:3\n"
			      "path /d/x: directory, (nothing)\n"
			      "path /p: (nothing), FIFO\n"
			      "path /s: (nothing), socket\n"
			      "path /z: symbolic link, (nothing)\n");
}

static void an_empty_tree(void **state)
{
	struct trees *trees = *state;

	tree_free(&trees->found);
	tree_init(&trees->found, 1000000000);
	assert_differs(trees, "path /d: directory, (nothing)\n"
			      "path /d/f: file, (nothing)\n"
			      "path /l: symbolic link, (nothing)\n");
}

/* Of what is of another kind nothing else is compared. */
static void types(void **state)
{
	struct trees *trees = *state;
	struct tree_node *node = node_of(&trees->found, "/d/f");

	node->type = TREE_SPECIAL;
	node->observed.kind = S_IFIFO;
	node->mode = 0;
	node_of(&trees->found, "/l")->type = TREE_DIRECTORY;
	assert_differs(trees, "type /d/f: file, FIFO\n"
			      "type /l: symbolic link, directory\n");
}

static void device_numbers(void **state)
{
	struct trees *trees = *state;
	struct tree_node *expected = node_of(&trees->expected, "/d/f");
	struct tree_node *found = node_of(&trees->found, "/d/f");

	expected->type = found->type = TREE_SPECIAL;
	expected->observed.kind = found->observed.kind = S_IFCHR;
	expected->observed.minor = 3;
	found->observed.minor = 5;
	assert_differs(trees, "type /d/f: character device 0:3, character device 0:5\n");
}

static void modes(void **state)
{
	struct trees *trees = *state;

	node_of(&trees->found, "/")->mode = 0700;
	node_of(&trees->found, "/d")->mode = 01755;
	node_of(&trees->found, "/d/f")->mode = 04644;
	node_of(&trees->found, "/l")->mode = 0755;
	assert_differs(trees, "mode /: 0755, 0700\n"
			      "mode /d: 0755, 1755\n"
			      "mode /d/f: 0644, 4644\n"
			      "mode /l: 0777, 0755\n");
}

static void owners(void **state)
{
	struct trees *trees = *state;

	node_of(&trees->found, "/d")->uid = 4294967295;
	node_of(&trees->found, "/d/f")->gid = 3;
	assert_differs(trees, "owner /d: 0:0, 4294967295:0\n"
			      "owner /d/f: 1:2, 1:3\n");
}

static void times(void **state)
{
	struct trees *trees = *state;

	node_of(&trees->found, "/")->time = -1;
	node_of(&trees->found, "/d")->observed.nanoseconds = 1;
	node_of(&trees->found, "/d/f")->time = INT64_MAX;
	node_of(&trees->found, "/l")->time++;
	assert_differs(trees, "note time /: 2001-09-09T01:46:40Z, 1969-12-31T23:59:59Z\n"
			      "note time /d: 2001-09-09T01:46:40Z, 2001-09-09T01:46:40.000000001Z\n"
			      "note time /d/f: 2001-09-09T01:46:40Z, 9223372036854775807\n"
			      "note time /l: 2001-09-09T01:46:40Z, 2001-09-09T01:46:41Z\n");
}

static void contents(void **state)
{
	struct trees *trees = *state;
	struct tree_node *node = node_of(&trees->found, "/d/f");

	content_free(&node->content);
	node->content = content_of("a", 1);
	assert_differs(trees, "size /d/f: 0, 1\n"
			      "content /d/f: " EMPTY ", " OF_A "\n");
	assert_true(audit_tree_differs(&trees->expected, &trees->found, "/d/f"));
	assert_false(audit_tree_differs(&trees->expected, &trees->found, "/d"));
	assert_false(audit_tree_differs(&trees->expected, &trees->found, "/l"));
	assert_false(audit_tree_differs(&trees->expected, &trees->found, "/none"));
}

static void offsets(void **state)
{
	struct trees *trees = *state;
	struct tree_node *node = node_of(&trees->found, "/d/f");

	node->content.digest.bytes[0] ^= 1;
	audit_tree(&trees->audit, &trees->expected, &trees->found);
	assert_true(audit_tree_wants_offsets(&trees->audit));
	audit_tree_offsets(&trees->audit, &trees->found);
	assert_true(audit_tree_wants_offsets(&trees->audit));
	node->observed.compared = true;
	node->observed.common = 1ULL << 40;
	audit_tree_offsets(&trees->audit, &trees->found);
	assert_false(audit_tree_wants_offsets(&trees->audit));
	assert_findings(&trees->audit, "content /d/f: " EMPTY ", sha256:e2b0c44298fc1c149afbf4c89"
			"96fb92427ae41e4649b934ca495991b7852b855 @1099511627776\n");
}

static void links(void **state)
{
	struct trees *trees = *state;
	struct tree_node *node = node_of(&trees->found, "/l");

	free(node->target);
	node->target = memory_string("Target");
	assert_differs(trees, "link /l: target, Target\n");
}

/* The name that is first stands for the file, wherever the numbers come from. */
static void hard_links(void **state)
{
	struct trees *trees = *state;

	add_file(&trees->expected, "/a", 1);
	add_file(&trees->found, "/a", 1);
	node_of(&trees->found, "/a")->observed.group = 7;
	node_of(&trees->found, "/d/f")->observed.group = 7;
	assert_differs(trees, "type /d/f: file, hard link to '/a'\n");
	node_of(&trees->expected, "/a")->observed.group = 1;
	node_of(&trees->expected, "/d/f")->observed.group = 1;
	trees->audit.count = 0;
	assert_differs(trees, "");
	node_of(&trees->found, "/a")->observed.group = 0;
	assert_differs(trees, "type /d/f: hard link to '/a', file\n");
}

static void attributes(void **state)
{
	struct trees *trees = *state;

	node_of(&trees->found, "/d/f")->observed.attributes = memory_string("a=01");
	node_of(&trees->expected, "/d")->observed.attributes = memory_string("a=01");
	node_of(&trees->found, "/d")->observed.attributes = memory_string("a=02");
	assert_differs(trees, "attribute /d: a=01, a=02\n"
			      "attribute /d/f: (nothing), a=01\n");
}

/* An archive need not have its root, but every other directory. */
static void what_archives_do_not_state(void **state)
{
	struct trees *trees = *state;

	node_of(&trees->found, "/")->observed.unstated = true;
	node_of(&trees->found, "/")->mode = 0;
	node_of(&trees->found, "/d")->observed.unstated = true;
	node_of(&trees->found, "/d")->mode = 0;
	assert_differs(trees, "path /d: directory, nothing but what is in it\n");
}

static void what_archives_repeat(void **state)
{
	struct trees *trees = *state;

	node_of(&trees->found, "/d/f")->observed.repeated = true;
	assert_differs(trees, "note path /d/f: once, more than once\n");
}

static void ignored_fields(void **state)
{
	static const struct audit_ignored ignored[] = {
		{ AUDIT_TIME, NULL }, { AUDIT_OWNER, "/" }, { AUDIT_PATH, "/l/" },
		{ AUDIT_MODE, "/d/f" }, { AUDIT_LINK, "/d" },
	};
	struct trees *trees = *state;

	trees->audit.ignored = ignored;
	trees->audit.ignored_count = sizeof ignored / sizeof ignored[0];
	node_of(&trees->found, "/d")->time = 0;
	node_of(&trees->found, "/d")->uid = 5;
	node_of(&trees->found, "/d")->mode = 0700;
	node_of(&trees->found, "/d/f")->mode = 0700;
	node_of(&trees->found, "/l")->uid = 7;
	node_of(&trees->found, "/l")->target[0] = 'x';
	assert_differs(trees, "mode /d: 0755, 0700\n");
}

static struct tree_node *add_runtime(struct trees *trees, const char *path, enum tree_type type)
{
	struct tree_node *node;

	node = tree_append(&trees->found, path, type);
	node->time = 5;
	node->mode = type == TREE_LINK ? 0777 : 0755;
	if (type == TREE_LINK)
		node->target = memory_string("/proc/mounts");
	return node;
}

/* Docker's mount points, as it makes them; anything else in their place is told. */
static void what_docker_adds(void **state)
{
	struct trees *trees = *state;
	struct tree_node *etc = tree_append(&trees->expected, "/etc", TREE_DIRECTORY);

	etc->time = 1;
	tree_sort(&trees->expected);
	node_of(&trees->found, "/")->time = 5;
	add_runtime(trees, "/.dockerenv", TREE_FILE);
	add_runtime(trees, "/dev", TREE_DIRECTORY);
	add_runtime(trees, "/etc", TREE_DIRECTORY);
	add_runtime(trees, "/etc/hosts", TREE_FILE)->content.size = 1;
	add_runtime(trees, "/etc/hostname", TREE_FILE)->mode = 0644;
	add_runtime(trees, "/etc/mtab", TREE_LINK);
	add_runtime(trees, "/etc/resolv.conf", TREE_DIRECTORY);
	add_runtime(trees, "/proc", TREE_DIRECTORY)->uid = 1;
	add_runtime(trees, "/run", TREE_DIRECTORY);
	tree_sort(&trees->found);
	assert_differs(trees, "note time /: 2001-09-09T01:46:40Z, 1970-01-01T00:00:05Z\n"
			      "note runtime /.dockerenv: (nothing), file\n"
			      "note runtime /dev: (nothing), directory\n"
			      "note time /etc: 1970-01-01T00:00:01Z, 1970-01-01T00:00:05Z\n"
			      "path /etc/hostname: (nothing), file\n"
			      "path /etc/hosts: (nothing), file\n"
			      "note runtime /etc/mtab: (nothing), symbolic link\n"
			      "path /etc/resolv.conf: (nothing), directory\n"
			      "path /proc: (nothing), directory\n"
			      "path /run: (nothing), directory\n");
}

/* ---- JSON ---- */

static void take(void *context, const char *pointer, const json_t *expected, const json_t *found)
{
	char *e = audit_json_text(expected), *f = audit_json_text(found);

	buffer_format(context, "%s: %s, %s\n", pointer, e ? e : "(nothing)", f ? f : "(nothing)");
	free(e);
	free(f);
}

static void assert_json(const char *expected, const char *found, const char *differences)
{
	json_t *e = json_loads(expected, JSON_DECODE_ANY, NULL);
	json_t *f = json_loads(found, JSON_DECODE_ANY, NULL);
	struct buffer text;

	assert_non_null(e);
	assert_non_null(f);
	buffer_init(&text, TEXT_BYTES);
	buffer_add_string(&text, "");
	audit_json_compare(e, f, take, &text);
	assert_string_equal(text.bytes, differences);
	buffer_free(&text);
	json_decref(e);
	json_decref(f);
}

static void json_values(void **state)
{
	(void)state;
	assert_json("{\"a\":1,\"b\":[1,{\"c\":null}]}", "{\"b\":[1,{\"c\":null}],\"a\":1}", "");
	assert_json("{\"a\":1}", "{\"a\":2}", "/a: 1, 2\n");
	assert_json("{\"a\":1}", "{\"a\":1.0}", "/a: 1, 1.0\n");
	assert_json("{\"a\":\"1\"}", "{\"a\":1}", "/a: \"1\", 1\n");
	assert_json("{\"a\":true,\"x\":0}", "{\"b\":{\"d\":2,\"c\":1}}",
		    "/a: true, (nothing)\n/x: 0, (nothing)\n/b: (nothing), {\"c\":1,\"d\":2}\n");
	assert_json("[1,2,3]", "[1,4]", "/1: 2, 4\n/2: 3, (nothing)\n");
	assert_json("[1]", "[1,{}]", "/1: (nothing), {}\n");
	assert_json("{\"a\":[]}", "{\"a\":{}}", "/a: [], {}\n");
	assert_json("{\"a\":{}}", "{\"a\":null}", "/a: {}, null\n");
	assert_json("{\"a/b\":{\"m~n\":1}}", "{\"a/b\":{\"m~n\":2}}", "/a~1b/m~0n: 1, 2\n");
	assert_json("{\"\":1}", "{\"\":2}", "/: 1, 2\n");
}

/* A pointer has an end; what is behind it is told, too. */
static void json_long_keys(void **state)
{
	char *expected, *found, *differences, *key = test_malloc(1025);

	(void)state;
	memset(key, 'k', 1024);
	key[1024] = '\0';
	expected = memory_format("{\"a\":{\"%s\":1}}", key);
	found = memory_format("{\"a\":{\"%s\":2}}", key);
	assert_json(expected, found, "/a: 1, 2\n");
	free(expected);
	free(found);
	key[1023] = '\0';
	expected = memory_format("{\"%s\":1}", key);
	found = memory_format("{\"%s\":2}", key);
	differences = memory_format("/%s: 1, 2\n", key);
	assert_json(expected, found, differences);
	free(differences);
	free(expected);
	free(found);
	test_free(key);
}

/* ---- findings ---- */

static void order(void **state)
{
	static const char arm[] = "linux/arm64";
	struct audit audit;

	(void)state;
	audit_init(&audit, NULL, 0);
	audit_add(&audit, AUDIT_MANIFEST, AUDIT_CLASS_DIGEST, "", "b", "c");
	audit_add(&audit, AUDIT_CONFIG, AUDIT_CLASS_RUN, "/z", "1", "2");
	audit_add(&audit, AUDIT_CONTENT, AUDIT_CLASS_FILES, "/a", "1", "2");
	audit_add(&audit, AUDIT_MODE, AUDIT_CLASS_FILES, "/b", "1", "2");
	audit_add(&audit, AUDIT_MODE, AUDIT_CLASS_FILES, "/a", "1", "2");
	audit_add(&audit, AUDIT_FILE, AUDIT_CLASS_DAMAGE, "x", "1", NULL);
	audit_add(&audit, AUDIT_FILE, AUDIT_CLASS_DAMAGE, "x", NULL, "1");
	audit.platform = arm;
	audit_add(&audit, AUDIT_MODE, AUDIT_CLASS_FILES, "/a", "1", "2");
	audit.platform = NULL;
	audit_add(&audit, AUDIT_MODE, AUDIT_CLASS_FILES, "/a", "1", "2");
	assert_findings(&audit, "mode /a: 1, 2\n"
				"content /a: 1, 2\n"
				"mode /b: 1, 2\n"
				"config /z: 1, 2\n"
				"note manifest : b, c\n"
				"file x: (nothing), 1\n"
				"file x: 1, (nothing)\n"
				"linux/arm64 mode /a: 1, 2\n");
	audit_free(&audit);
}

static void counts(void **state)
{
	struct audit audit;

	(void)state;
	audit_init(&audit, NULL, 0);
	assert_int_equal(audit_verdict(&audit), AUDIT_IDENTICAL);
	audit_add(&audit, AUDIT_INDEX, AUDIT_CLASS_NAME, "", "1", "2");
	assert_int_equal(audit_verdict(&audit), AUDIT_IDENTICAL);
	audit_add(&audit, AUDIT_TIME, AUDIT_CLASS_TIME, "/a", "1", "2");
	assert_int_equal(audit_verdict(&audit), AUDIT_EQUIVALENT);
	for (size_t i = 0; i < LIMIT_DIFFERENCES + 5; i++) {
		char path[32];

		snprintf(path, sizeof path, "/%zu", i);
		audit_add(&audit, AUDIT_MODE, AUDIT_CLASS_FILES, path, "1", "2");
	}
	assert_int_equal(audit.count, LIMIT_DIFFERENCES);
	audit_add(&audit, AUDIT_TIME, AUDIT_CLASS_TIME, "/b", "1", "2");
	assert_int_equal(audit.left_out[AUDIT_DIFFERENT], 7);
	assert_int_equal(audit.left_out[AUDIT_EQUIVALENT], 1);
	assert_int_equal(audit_count(&audit, true), 3);
	assert_int_equal(audit_count(&audit, false), LIMIT_DIFFERENCES + 5);
	assert_int_equal(audit_verdict(&audit), AUDIT_DIFFERENT);
	audit_free(&audit);
}

static void names_of_fields(void **state)
{
	(void)state;
	for (enum audit_field field = 0; field < AUDIT_FIELDS; field++) {
		const char *name = audit_field_name(field);

		assert_non_null(name);
		assert_int_equal(audit_field_find(name, strlen(name)), field);
	}
	assert_int_equal(audit_field_find("mod", 3), AUDIT_FIELDS);
	assert_int_equal(audit_field_find("modes", 5), AUDIT_FIELDS);
	assert_int_equal(audit_field_find("modes", 4), AUDIT_MODE);
	assert_int_equal(audit_field_find("", 0), AUDIT_FIELDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		trees_test(the_same),
		trees_test(paths),
		trees_test(an_empty_tree),
		trees_test(types),
		trees_test(device_numbers),
		trees_test(modes),
		trees_test(owners),
		trees_test(times),
		trees_test(contents),
		trees_test(offsets),
		trees_test(links),
		trees_test(hard_links),
		trees_test(attributes),
		trees_test(what_archives_do_not_state),
		trees_test(what_archives_repeat),
		trees_test(ignored_fields),
		trees_test(what_docker_adds),
		cmocka_unit_test(json_values),
		cmocka_unit_test(json_long_keys),
		cmocka_unit_test(order),
		cmocka_unit_test(counts),
		cmocka_unit_test(names_of_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
