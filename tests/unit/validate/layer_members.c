/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layer_members.c and layer_stack.c: what a layer holds, what is wrong with it, and layers over one
 * another.
 */
#include "unit.h"

#include <errno.h>

#include "base/limits.h"
#include "tarball.h"
#include "validate/layer_members.h"
#include "validate/layer_stack.h"

static struct buffer archive;
static struct findings findings;
static struct layer_members members;

static int begin(void **state)
{
	buffer_init(&archive, TARBALL_BYTES);
	return scratch_set_up(state);
}

static int end(void **state)
{
	layer_members_free(&members);
	findings_free(&findings);
	buffer_free(&archive);
	return scratch_tear_down(state);
}

#define layer_test(test) cmocka_unit_test_setup_teardown(test, begin, end)

/* Reads the archive, which is emptied, as a layer; layer_members_read's result, its errno kept. */
static int read_layer(struct layer_members *into, struct layer_budget budget)
{
	uint64_t bytes = 1 << 30;
	struct layer_input *input;
	struct files_reader file;
	int result, saved;

	scratch_write("layer", "");
	file = (struct files_reader){ .fd = openat(scratch, "layer", O_RDWR),
		.size = archive.length };
	assert_int_equal(pwrite(file.fd, archive.bytes, archive.length, 0), archive.length);
	archive.length = 0;
	input = layer_input_open(&file, false, &bytes);
	result = layer_members_read(into, input, &budget, &findings, "layer");
	saved = errno;
	layer_input_close(input);
	close(file.fd);
	errno = saved;
	return result;
}

static const struct layer_budget plenty = { 1000, 1000000 };

/* The findings, a line each. */
static const char *found(void)
{
	static char text[8192];
	size_t used = 0;

	findings_sort(&findings);
	text[0] = '\0';
	for (size_t i = 0; i < findings.count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s: %s: %s\n",
					 findings.items[i].subject, findings.items[i].rule,
					 findings.items[i].text);
	return text;
}

static void lists_members(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "./", .type = '5');
	TARBALL(&archive, .name = "./d/", .type = '5', .mode = 0755);
	TARBALL(&archive, .name = "d/b", .content = "#!/bin/sh\nexit 0 and more than 20 bytes",
		.mode = 0755);
	TARBALL(&archive, .name = "d/a", .content = "text");
	TARBALL(&archive, .name = "s", .type = '2', .target = "/d/b");
	TARBALL(&archive, .name = "h", .type = '1', .target = "./d/b");
	tarball_end(&archive);
	assert_int_equal(read_layer(&members, plenty), 0);
	assert_string_equal(found(), "");
	assert_true(members.whole);
	assert_int_equal(members.count, 6);
	assert_string_equal(members.entries[0].name, "");
	assert_string_equal(members.entries[2].name, "d/a");
	assert_false(members.entries[2].executable);
	assert_int_equal(members.entries[2].head_length, 0);
	assert_true(members.entries[3].executable);
	assert_int_equal(members.entries[3].head_length, BINARY_HEAD_BYTES);
	assert_memory_equal(members.entries[3].head, "#!/bin/sh\nexit 0 and", BINARY_HEAD_BYTES);
	assert_string_equal(layer_members_find(&members, "h")->target, "d/b");
	assert_string_equal(layer_members_find(&members, "s")->target, "/d/b");
	assert_null(layer_members_find(&members, "d/"));
	assert_null(members.whiteout);
}

static void finds_escaping_names(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "../x");
	TARBALL(&archive, .name = "/etc/passwd");
	TARBALL(&archive, .name = "a/../../x");
	TARBALL(&archive, .name = "a//b");
	TARBALL(&archive, .name = "");
	TARBALL(&archive, .name = "..", .type = '5');
	tarball_end(&archive);
	assert_int_equal(read_layer(&members, plenty), 0);
	assert_string_equal(found(), "layer: pax: '': a component is empty\n"
			    "layer: pax: '..': a component is '..'\n"
			    "layer: pax: '../x': a component is '..'\n"
			    "layer: pax: '/etc/passwd': it is absolute\n"
			    "layer: pax: 'a/../../x': a component is '..'\n"
			    "layer: pax: 'a//b': a component is empty\n");
}

static void finds_repeated_names(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "f");
	TARBALL(&archive, .name = "g");
	TARBALL(&archive, .name = "./f");
	TARBALL(&archive, .name = "d", .type = '5');
	TARBALL(&archive, .name = "d/", .type = '5');
	tarball_end(&archive);
	assert_int_equal(read_layer(&members, plenty), 0);
	assert_string_equal(found(), "layer: layer.md#distributable-format: 'd': it occurs twice\n"
			    "layer: layer.md#distributable-format: 'f': it occurs twice\n");
}

static void finds_what_is_below_no_directory(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "f");
	TARBALL(&archive, .name = "f/x");
	TARBALL(&archive, .name = "s", .type = '2', .target = "/etc");
	TARBALL(&archive, .name = "s/a/b");
	TARBALL(&archive, .name = "fx/x");
	tarball_end(&archive);
	assert_int_equal(read_layer(&members, plenty), 0);
	assert_string_equal(found(), "layer: layer.md#distributable-format: 'f/x': it is below "
			    "something that is not a directory\n"
			    "layer: layer.md#distributable-format: 's/a/b': it is below something "
			    "that is not a directory\n");
}

static void finds_hard_links(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "d", .type = '5');
	TARBALL(&archive, .name = "f");
	TARBALL(&archive, .name = "good", .type = '1', .target = "./f");
	TARBALL(&archive, .name = "absolute", .type = '1', .target = "/f");
	TARBALL(&archive, .name = "above", .type = '1', .target = "../../etc/shadow");
	TARBALL(&archive, .name = "nothing", .type = '1', .target = "g");
	TARBALL(&archive, .name = "directory", .type = '1', .target = "d");
	TARBALL(&archive, .name = "self", .type = '1', .target = "self");
	TARBALL(&archive, .name = "early", .type = '1', .target = "late");
	TARBALL(&archive, .name = "late");
	tarball_end(&archive);
	assert_int_equal(read_layer(&members, plenty), 0);
	assert_string_equal(found(),
		"layer: layer.md#hardlinks: 'above': it is a hard link that leads out of the "
		"layer\n"
		"layer: layer.md#hardlinks: 'directory': it is a hard link to itself or to a "
		"directory\n"
		"layer: layer.md#hardlinks: 'early': it is a hard link to a later member\n"
		"layer: layer.md#hardlinks: 'nothing': it is a hard link to nothing in the layer\n"
		"layer: layer.md#hardlinks: 'self': it is a hard link to itself or to a directory\n"
		"");
}

static void finds_whiteouts(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "a/.wh.good");
	TARBALL(&archive, .name = "a/.wh..wh..opq");
	TARBALL(&archive, .name = ".wh.");
	TARBALL(&archive, .name = "b/.wh...");
	TARBALL(&archive, .name = "b/.wh..");
	TARBALL(&archive, .name = "c/.wh..wh.aufs");
	TARBALL(&archive, .name = "d/.wh.full", .content = "x");
	TARBALL(&archive, .name = "d/.wh.dir", .type = '5');
	TARBALL(&archive, .name = ".wh.e/f");
	TARBALL(&archive, .name = "g.wh.h/i.wh.j");
	tarball_end(&archive);
	assert_int_equal(read_layer(&members, plenty), 0);
	assert_string_equal(members.whiteout, "a/.wh.good");
	assert_string_equal(found(),
		"layer: layer.md#whiteouts: '.wh.': it is a whiteout of no name\n"
		"layer: layer.md#whiteouts: '.wh.e/f': it is below a whiteout\n"
		"layer: layer.md#whiteouts: 'b/.wh..': it is a whiteout of no name\n"
		"layer: layer.md#whiteouts: 'b/.wh...': it is a whiteout of no name\n"
		"layer: layer.md#whiteouts: 'c/.wh..wh.aufs': it is a whiteout of a whiteout\n"
		"layer: layer.md#whiteouts: 'd/.wh.dir': it is a whiteout and not an empty file\n"
		"layer: layer.md#whiteouts: 'd/.wh.full': it is a whiteout and not an empty file\n"
		"");
}

static void finds_what_overlayfs_takes(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "c", .type = '3');
	TARBALL(&archive, .name = "b", .type = '4');
	tarball_pax(&archive, 'x', "SCHILY.xattr.trusted.overlay.opaque", "y");
	TARBALL(&archive, .name = "d", .type = '5');
	tarball_pax(&archive, 'x', "SCHILY.xattr.user.overlay.redirect", "/x");
	TARBALL(&archive, .name = "e", .type = '5');
	tarball_pax(&archive, 'x', "SCHILY.xattr.user.overlays", "x");
	TARBALL(&archive, .name = "f", .type = '5');
	tarball_end(&archive);
	assert_int_equal(read_layer(&members, plenty), 0);
	assert_string_equal(found(),
		"layer: layer.md#distributable-format: 'd': it has an attribute of overlayfs\n"
		"layer: layer.md#distributable-format: 'e': it has an attribute of overlayfs\n"
		"layer: layer.md#whiteouts: 'c': it is a device that overlayfs takes for a "
		"whiteout\n");
}

static void finds_whiteouts_of_the_own_layer(void **state)
{
	(void)state;
	TARBALL(&archive, .name = ".wh.a");
	TARBALL(&archive, .name = "a");
	TARBALL(&archive, .name = "d/.wh.b");
	TARBALL(&archive, .name = "d/b/c");
	TARBALL(&archive, .name = "d/.wh.bb");
	TARBALL(&archive, .name = "d/.wh..wh..opq");
	tarball_end(&archive);
	assert_int_equal(read_layer(&members, plenty), 0);
	assert_string_equal(found(),
		"layer: layer.md#whiteouts: '.wh.a': it hides what its own layer has\n"
		"layer: layer.md#whiteouts: 'd/.wh.b': it hides what its own layer has\n");
}

static void reads_interpreters(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "s", .content = "#! /bin/sh -e\n", .mode = 0755);
	TARBALL(&archive, .name = "n", .content = "#!/bin/no-end", .mode = 0755);
	TARBALL(&archive, .name = "e", .content = "#!\n", .mode = 0755);
	TARBALL(&archive, .name = "x", .content = "#!/bin/sh\n");
	tarball_end(&archive);
	assert_int_equal(read_layer(&members, plenty), 0);
	assert_string_equal(layer_members_find(&members, "s")->interpreter, "/bin/sh");
	assert_null(layer_members_find(&members, "e")->interpreter);
	assert_null(layer_members_find(&members, "x")->interpreter);
}

static void lists_up_to_a_fault(void **state)
{
	(void)state;
	TARBALL(&archive, .name = "/f");
	TARBALL(&archive, .name = "g");
	assert_int_equal(read_layer(&members, plenty), 0);
	assert_false(members.whole);
	assert_int_equal(members.count, 2);
	assert_string_equal(found(), "layer: layer.md#distributable-format: the tar archive cannot "
			    "be read: it is truncated\nlayer: pax: '/f': it is absolute\n");
}

static void bounds_members_and_names(void **state)
{
	static const struct layer_budget tight[] = { { 2, 3 }, { 1, 100 }, { 100, 2 } };

	(void)state;
	for (int i = 0; i < 3; i++) {
		TARBALL(&archive, .name = "f");
		TARBALL(&archive, .name = "s", .type = '2', .target = "f");
		tarball_end(&archive);
		errno = 0;
		assert_int_equal(read_layer(&members, tight[i]), i == 0 ? 0 : -1);
		assert_int_equal(errno, i == 0 ? 0 : E2BIG);
		layer_members_free(&members);
	}
}

/* ---- layers over one another ---- */

static struct layer_members layers[3];
static const struct layer_members *stacked[] = { &layers[0], &layers[1], &layers[2] };
static const char *const names[] = { "0", "1", "2" };
static uint64_t lookups;

static int end_stack(void **state)
{
	for (int i = 0; i < 3; i++)
		layer_members_free(&layers[i]);
	return end(state);
}

#define stack_test(test) cmocka_unit_test_setup_teardown(test, begin, end_stack)

static void end_layer(int number)
{
	tarball_end(&archive);
	assert_int_equal(read_layer(&layers[number], plenty), 0);
}

/* An executable file whose content is its text. */
static void file(const char *name, const char *content)
{
	TARBALL(&archive, .name = name, .content = content, .mode = 0755);
}

static void link_to(const char *name, const char *target)
{
	TARBALL(&archive, .name = name, .type = '2', .target = target);
}

static void assert_leads(const char *path, const char *content)
{
	const struct layer_member *entry;

	struct layer_stack stack = { stacked, names, 3, &lookups, NULL, 0 };

	lookups = 1000;
	layer_stack_open(&stack, &findings);
	entry = layer_stack_find(&stack, "/work", path);
	layer_stack_close(&stack);
	if (!content && entry)
		fail_msg("'%s' leads to '%s'", path, entry->name);
	if (content && !entry)
		fail_msg("'%s' leads nowhere", path);
	if (content)
		assert_memory_equal(entry->head, content, strlen(content));
}

static void finds_the_topmost(void **state)
{
	(void)state;
	file("a", "low");
	file("b", "low");
	file("work/c", "low");
	end_layer(0);
	file("a", "middle");
	end_layer(1);
	file("d/e", "top");
	TARBALL(&archive, .name = "h", .type = '1', .target = "d/e");
	end_layer(2);
	assert_leads("/a", "middle");
	assert_leads("//./b", "low");
	assert_leads("c", "low");
	assert_leads("./c", "low");
	assert_leads("../d/e", "top");
	assert_leads("/../../d/e", "top");
	assert_leads("/h", "top");
	assert_leads("/c", NULL);
	assert_leads("/d/e/f", NULL);
}

static void follows_links_within(void **state)
{
	(void)state;
	file("usr/bin/sh", "shell");
	link_to("bin", "usr/bin");
	link_to("usr/bin/ash", "/bin/sh");
	link_to("usr/bin/up", "../../../../bin/ash");
	link_to("loop", "loop");
	link_to("long", "long/x");
	end_layer(0);
	link_to("usr/local", "bin");
	end_layer(1);
	end_layer(2);
	assert_leads("/bin/sh", "shell");
	assert_leads("/bin/ash", "shell");
	assert_leads("/bin/up", "shell");
	assert_leads("/usr/local/sh", "shell");
	assert_leads("/loop", NULL);
	assert_leads("/long", NULL);
}

static void hides_what_is_below(void **state)
{
	(void)state;
	file("a/x", "low");
	file("a/y", "low");
	file("b/x", "low");
	file("c/d/x", "low");
	file("e/x", "low");
	file("f/x", "low");
	end_layer(0);
	file("a/.wh.x", "");
	file("b/.wh..wh..opq", "");
	file("b/z", "middle");
	file(".wh.c", "");
	file("e", "a file now");
	end_layer(1);
	file("c/new", "top");
	file(".wh..wh..opq", "");
	end_layer(2);
	assert_leads("/a/x", NULL);
	assert_leads("/f/x", NULL);
	assert_leads("/c/new", "top");
	layer_members_free(&layers[2]);
	file("c/new", "top");
	end_layer(2);
	assert_leads("/a/x", NULL);
	assert_leads("/a/y", "low");
	assert_leads("/b/x", NULL);
	assert_leads("/b/z", "middle");
	assert_leads("/c/d/x", NULL);
	assert_leads("/e/x", NULL);
	assert_leads("/e", "a file now");
	assert_leads("/f/x", "low");
}

/* A hard link to a file of a layer below is that file, which most engines cannot make. */
static void follows_hard_links_below(void **state)
{
	(void)state;
	file("a", "low");
	end_layer(0);
	TARBALL(&archive, .name = "h", .type = '1', .target = "a");
	TARBALL(&archive, .name = "n", .type = '1', .target = "none");
	end_layer(1);
	end_layer(2);
	assert_leads("/h", "low");
	assert_leads("/n", NULL);
}

/* What the layers above the lowest have that goes through no directory of one below. */
static void finds_what_goes_through_lower_layers(void **state)
{
	struct layer_stack stack = { stacked, names, 3, &lookups, NULL, 0 };

	(void)state;
	link_to("bin", "usr/bin");
	link_to("hidden", "x");
	link_to("deep/link", "x");
	link_to("deep/gone", "x");
	link_to("later", "x");
	file("file", "");
	file("usr/bin/sh", "");
	end_layer(0);
	file("bin/a/b", "");
	file("file/.wh.x", "");
	TARBALL(&archive, .name = "hidden/", .type = '5');
	file("hidden/x", "");
	file("deep/link/.wh..wh..opq", "");
	file("deep/.wh.gone", "");
	file(".wh.later", "");
	end_layer(1);
	file("bin/a/c", "");
	file("hidden/y", "");
	file("deep/gone/x", "");
	file("later/x", "");
	end_layer(2);
	lookups = 1000;
	layer_stack_open(&stack, &findings);
	layer_stack_close(&stack);
	assert_string_equal(found(),
		"1: layer.md#distributable-format: 'bin/a/b': it is below 'bin', which is not a "
		"directory in a layer below\n"
		"1: layer.md#distributable-format: 'deep/link/.wh..wh..opq': it is below "
		"'deep/link', which is not a directory in a layer below\n"
		"1: layer.md#distributable-format: 'file/.wh.x': it is below 'file', which is not a "
		"directory in a layer below\n"
		"2: layer.md#distributable-format: 'bin/a/c': it is below 'bin', which is not a "
		"directory in a layer below\n");
}

static void bounds_lookups(void **state)
{
	struct layer_stack stack = { stacked, names, 3, &lookups, NULL, 0 };

	(void)state;
	file("a/b/c", "low");
	end_layer(0);
	end_layer(1);
	end_layer(2);
	/* The root and the member, the directories that it is in, and a path of three names. */
	lookups = 2 + 2 + 4;
	layer_stack_open(&stack, &findings);
	assert_non_null(layer_stack_find(&stack, "/", "a/b/c"));
	assert_int_equal(lookups, 1);
	assert_null(layer_stack_find(&stack, "/", "a/b/c"));
	assert_int_equal(lookups, 0);
	layer_stack_close(&stack);
	lookups = 1;
	layer_stack_open(&stack, &findings);
	assert_int_equal(lookups, 0);
	assert_int_equal(stack.visible_count, 0);
	layer_stack_close(&stack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		layer_test(lists_members),
		layer_test(finds_escaping_names),
		layer_test(finds_repeated_names),
		layer_test(finds_what_is_below_no_directory),
		layer_test(finds_hard_links),
		layer_test(finds_whiteouts),
		layer_test(finds_what_overlayfs_takes),
		layer_test(finds_whiteouts_of_the_own_layer),
		layer_test(reads_interpreters),
		layer_test(lists_up_to_a_fault),
		layer_test(bounds_members_and_names),
		stack_test(finds_the_topmost),
		stack_test(follows_links_within),
		stack_test(hides_what_is_below),
		stack_test(follows_hard_links_below),
		stack_test(finds_what_goes_through_lower_layers),
		stack_test(bounds_lookups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
