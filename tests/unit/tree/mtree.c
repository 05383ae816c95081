/* SPDX-License-Identifier: Apache-2.0 */
/* mtree.c: the manifest's bytes, and whose a manifest is. */
#include "unit.h"

#include "base/limits.h"
#include "tree/mtree.h"

static void make(struct tree *tree)
{
	struct error err;

	tree_init(tree, 1700258601);
	assert_int_equal(tree_add_file(tree, "/bin/server", 0755, 0, 0, content_of("abc", 3), &err),
			 0);
	assert_int_equal(tree_add_directory(tree, "/tmp", 01777, 65532, 4294967294U, &err), 0);
	assert_int_equal(tree_add_link(tree, "/link", "bin/a b", 0, 0, &err), 0);
	assert_int_equal(tree_add_file(tree, "/a #*?[=\xc3\xa4", 0, 0, 0, content_of("", 0), &err),
			 0);
}

static const char expected[] =
	"#mtree\n"
	"# bundler: server 1.0\n"
	". type=dir mode=0755 uid=0 gid=0 time=1700258601.0\n"
	"./a\\040\\043\\052\\077\\133\\075\\303\\244 type=file mode=0000 uid=0 gid=0 "
	"time=1700258601.0 "
	"size=0 sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
	"./bin type=dir mode=0755 uid=0 gid=0 time=1700258601.0\n"
	"./bin/server type=file mode=0755 uid=0 gid=0 time=1700258601.0 size=3 "
	"sha256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"
	"./link type=link mode=0777 uid=0 gid=0 time=1700258601.0 link=bin/a\\040b\n"
	"./tmp type=dir mode=1777 uid=65532 gid=4294967294 time=1700258601.0\n";

static void whole_text(void **state)
{
	struct buffer text;
	struct tree tree;

	(void)state;
	make(&tree);
	buffer_init(&text, LIMIT_MANIFEST_BYTES);
	assert_int_equal(mtree_write(&tree, "server 1.0", &text), 0);
	assert_string_equal(text.bytes, expected);
	buffer_free(&text);
	tree_free(&tree);
}

static void maximum_is_kept(void **state)
{
	struct buffer text;
	struct tree tree;

	(void)state;
	make(&tree);
	for (size_t maximum = 0; maximum < strlen(expected); maximum++) {
		buffer_init(&text, maximum);
		assert_int_equal(mtree_write(&tree, "server 1.0", &text), -1);
		buffer_free(&text);
	}
	tree_free(&tree);
}

static bool is_ours(const char *manifest)
{
	struct buffer text;
	bool ours;

	buffer_init(&text, LIMIT_MANIFEST_BYTES);
	buffer_add_string(&text, manifest);
	ours = mtree_is_ours(&text);
	buffer_free(&text);
	return ours;
}

static void whose_it_is(void **state)
{
	struct buffer none;

	(void)state;
	assert_true(is_ours(expected));
	assert_true(is_ours("#mtree\n# bundler: "));
	assert_false(is_ours("#mtree\n# bundler:"));
	assert_false(is_ours("#mtree\n. type=dir\n"));
	assert_false(is_ours(" #mtree\n# bundler: x\n"));
	assert_false(is_ours(""));
	buffer_init(&none, 10);
	assert_false(mtree_is_ours(&none));
	assert_false(mtree_names(&none, "/bin"));
}

static void what_it_names(void **state)
{
	static const char *const named[] = { "/bin", "/bin/server", "/link", "/tmp",
					     "/a #*?[=\xc3\xa4" };
	static const char *const others[] = {
		"/b", "/bin/serve", "/bin/server2", "/server", "/a", "/tmp/x", "bin",
		"/bin/server type=file",
		"/type=dir", "/link/bin/a b", "/a\\040\\043\\052\\077\\133\\075\\303\\244",
	};
	struct buffer text;

	(void)state;
	buffer_init(&text, LIMIT_MANIFEST_BYTES);
	buffer_add_string(&text, expected);
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
		if (!mtree_names(&text, named[i]))
			fail_msg("'%s' is not named", named[i]);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (mtree_names(&text, others[i]))
			fail_msg("'%s' is named", others[i]);
	buffer_free(&text);
}

/* A path that is longer than any in a manifest, met in a directory. */
static void long_paths(void **state)
{
	char path[5000];
	struct buffer text;

	(void)state;
	memset(path, '*', sizeof path);
	path[0] = '/';
	path[sizeof path - 1] = '\0';
	buffer_init(&text, LIMIT_MANIFEST_BYTES);
	buffer_add_string(&text, expected);
	assert_false(mtree_names(&text, path));
	buffer_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_text),
		cmocka_unit_test(maximum_is_kept),
		cmocka_unit_test(whose_it_is),
		cmocka_unit_test(what_it_names),
		cmocka_unit_test(long_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
