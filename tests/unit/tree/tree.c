/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c: order, implied parents, every refusal. */
#include "unit.h"

#include "tree/tree.h"

static int add_file(struct tree *tree, const char *path, struct error *err)
{
	return tree_add_file(tree, path, 0644, 0, 0, content_of("x", 1), err);
}

static void a_new_tree(void **state)
{
	struct tree tree;

	(void)state;
	tree_init(&tree, 7);
	assert_int_equal(tree.epoch, 7);
	assert_int_equal(tree.count, 1);
	assert_string_equal(tree.nodes[0].path, "/");
	assert_int_equal(tree.nodes[0].type, TREE_DIRECTORY);
	assert_int_equal(tree.nodes[0].mode, 0755);
	tree_free(&tree);
	assert_int_equal(tree.count, 0);
}

/* Whatever the order of adding: bytes decide, and what is in a directory follows it. */
static void sorted_by_bytes(void **state)
{
	static const char *const paths[] = {
		"/b", "/a/b", "/a.b", "/\xc3\xa4", "/a/B", "/A", "/a-b", "/a/b.c", "/Z/z", "/a0",
	};
	static const char *const sorted[] = {
		"/", "/A", "/Z", "/Z/z", "/a", "/a-b", "/a.b", "/a/B", "/a/b", "/a/b.c", "/a0",
		"/b",
		"/\xc3\xa4",
	};
	const size_t count = sizeof paths / sizeof paths[0];
	struct tree tree;
	struct error err;

	(void)state;
	for (size_t start = 0; start < count; start++) {
		tree_init(&tree, 0);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(add_file(&tree, paths[(start + i) % count], &err), 0);
		assert_int_equal(tree.count, sizeof sorted / sizeof sorted[0]);
		for (size_t i = 0; i < tree.count; i++)
			assert_string_equal(tree.nodes[i].path, sorted[i]);
		tree_free(&tree);
	}
}

static void nodes_are_as_added(void **state)
{
	const struct tree_node *node;
	struct tree tree;
	struct error err;

	(void)state;
	tree_init(&tree, 0);
	assert_int_equal(tree_add_directory(&tree, "/d", 01777, 1, 2, &err), 0);
	assert_int_equal(tree_add_file(&tree, "/f", 04755, 3, 4294967294U, content_of("abc", 3),
				       &err), 0);
	assert_int_equal(tree_add_link(&tree, "/l", "../target", 5, 6, &err), 0);
	node = tree_find(&tree, "/d");
	assert_int_equal(node->type, TREE_DIRECTORY);
	assert_int_equal(node->mode, 01777);
	assert_int_equal(node->uid, 1);
	assert_int_equal(node->gid, 2);
	node = tree_find(&tree, "/f");
	assert_int_equal(node->type, TREE_FILE);
	assert_int_equal(node->mode, 04755);
	assert_int_equal(node->gid, 4294967294U);
	assert_string_equal(node->content.bytes, "abc");
	node = tree_find(&tree, "/l");
	assert_int_equal(node->type, TREE_LINK);
	assert_int_equal(node->mode, 0777);
	assert_string_equal(node->target, "../target");
	assert_null(tree_find(&tree, "/x"));
	assert_null(tree_find(&tree, "/d/x"));
	tree_free(&tree);
}

static void parents_are_implied(void **state)
{
	const struct tree_node *node;
	struct tree tree;
	struct error err;

	(void)state;
	tree_init(&tree, 0);
	assert_int_equal(add_file(&tree, "/a/b/c", &err), 0);
	assert_int_equal(tree.count, 4);
	node = tree_find(&tree, "/a/b");
	assert_int_equal(node->type, TREE_DIRECTORY);
	assert_int_equal(node->mode, 0755);
	assert_int_equal(node->uid, 0);
	assert_int_equal(node->implied, 1);
	/* One that is added in its own right takes its place, once. */
	assert_int_equal(tree_add_directory(&tree, "/a/b", 0700, 9, 9, &err), 0);
	node = tree_find(&tree, "/a/b");
	assert_int_equal(node->mode, 0700);
	assert_int_equal(node->uid, 9);
	assert_int_equal(node->implied, 0);
	assert_refused(tree_add_directory(&tree, "/a/b", 0700, 9, 9, &err), err, STATUS_CONFIG,
		       "cannot add '/a/b' to the tree: it exists already");
	assert_int_equal(tree.count, 4);
	tree_free(&tree);
}

static void refusals(void **state)
{
	static const char *const rows[][2] = {
		{ "/f", "it exists already" },
		{ "/f/x", "a parent of it is not a directory" },
		{ "/f/x/y", "a parent of it is not a directory" },
		{ "/l", "it exists already" },
		{ "/l/x", "a parent of it is not a directory" },
		{ "/d", "it exists already" },
		{ "/i", "it exists already" },
		{ "", "it is not absolute" },
		{ "x", "it is not absolute" },
		{ "/", "a component is empty" },
		{ "/../x", "a component is '..'" },
		{ "/d/./x", "a component is '.'" },
		{ "/d/x\\y", "it has a control character or a backslash" },
	};
	struct tree tree;
	struct error err;

	(void)state;
	tree_init(&tree, 0);
	assert_int_equal(add_file(&tree, "/f", &err), 0);
	assert_int_equal(tree_add_link(&tree, "/l", "d", 0, 0, &err), 0);
	assert_int_equal(tree_add_directory(&tree, "/d", 0755, 0, 0, &err), 0);
	assert_int_equal(add_file(&tree, "/i/x", &err), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char message[200];

		snprintf(message, sizeof message, "cannot add '%s' to the tree: %s", rows[i][0],
			 rows[i][1]);
		assert_refused(add_file(&tree, rows[i][0], &err), err, STATUS_CONFIG, message);
		assert_string_equal(tree_fault(&tree, rows[i][0], TREE_FILE), rows[i][1]);
		assert_refused(tree_add_link(&tree, rows[i][0], "t", 0, 0, &err), err,
			       STATUS_CONFIG,
			       message);
	}
	/* Nothing was half added. */
	assert_int_equal(tree.count, 6);
	assert_null(tree_fault(&tree, "/i", TREE_DIRECTORY));
	assert_null(tree_fault(&tree, "/new/path", TREE_FILE));
	tree_free(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_tree),
		cmocka_unit_test(sorted_by_bytes),
		cmocka_unit_test(nodes_are_as_added),
		cmocka_unit_test(parents_are_implied),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
