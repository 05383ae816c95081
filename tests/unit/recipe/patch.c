/* SPDX-License-Identifier: Apache-2.0 */
/* patch.c: changes as git diff shows them, and replace.c: several files, all or none. */
#include "unit.h"

#include "base/replace.h"
#include "recipe/patch.h"

static void fill(struct buffer *buffer, const char *text)
{
	buffer_init(buffer, 1 << 20);
	assert_int_equal(buffer_add(buffer, text, strlen(text)), 0);
}

static void assert_patch(const char *before, const char *after, const char *expected)
{
	struct buffer old, new, patch;

	fill(&old, before ? before : "");
	fill(&new, after);
	buffer_init(&patch, 1 << 20);
	assert_int_equal(patch_add(&patch, "f", before ? &old : NULL, &new), 0);
	assert_string_equal(patch.length > 0 ? patch.bytes : "", expected);
	buffer_free(&old);
	buffer_free(&new);
	buffer_free(&patch);
}

#define HEAD "--- a/f\n+++ b/f\n"

static void lines(void **state)
{
	(void)state;
	assert_patch("a\n", "a\n", "");
	assert_patch("", "", "");
	assert_patch("a\n", "b\n", HEAD "@@ -1 +1 @@\n-a\n+b\n");
	assert_patch("", "a\n", HEAD "@@ -0,0 +1 @@\n+a\n");
	assert_patch("a\nb\n", "", HEAD "@@ -1,2 +0,0 @@\n-a\n-b\n");
	assert_patch(NULL, "a\n", "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n");
	assert_patch("a\nb\nc\n", "a\nc\n", HEAD "@@ -1,3 +1,2 @@\n a\n-b\n c\n");
	assert_patch("a\nc\n", "a\nb\nc\n", HEAD "@@ -1,2 +1,3 @@\n a\n+b\n c\n");
	/* What is removed stands before what is added. */
	assert_patch("a\nb\nc\n", "a\nx\ny\nc\n",
		     HEAD "@@ -1,3 +1,4 @@\n a\n-b\n+x\n+y\n c\n");
}

static void last_line(void **state)
{
	(void)state;
	assert_patch("a", "a\n", HEAD "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
	assert_patch("a\nb", "x\nb", HEAD "@@ -1,2 +1,2 @@\n-a\n+x\n b\n"
		     "\\ No newline at end of file\n");
}

/* Three lines of context; changes whose contexts meet are one hunk. */
static void hunks(void **state)
{
	(void)state;
	assert_patch(" 1\n 2\n 3\n 4\n 5\n 6\n 7\n 8\n", " x\n 2\n 3\n 4\n 5\n 6\n 7\n y\n",
		     HEAD "@@ -1,8 +1,8 @@\n- 1\n+ x\n  2\n  3\n  4\n  5\n  6\n  7\n- 8\n+ y\n");
	assert_patch(" 1\n 2\n 3\n 4\n 5\n 6\n 7\n 8\n 9\n",
		     " x\n 2\n 3\n 4\n 5\n 6\n 7\n 8\n y\n",
		     HEAD "@@ -1,4 +1,4 @@\n- 1\n+ x\n  2\n  3\n  4\n"
		     "@@ -6,4 +6,4 @@\n  6\n  7\n  8\n- 9\n+ y\n");
}

/* Behind the numbers the last line before that begins with a letter, at most 80 bytes of it. */
static void headings(void **state)
{
	static const char eighty[] =
		"k234567890123456789012345678901234567890123456789012345678901234567890123456789 ";
	char before[200], after[200], expected[300];

	(void)state;
	assert_patch("key:\n 1\n 2\n 3\n 4\n", "key:\n 1\n 2\n 3\n x\n",
		     HEAD "@@ -2,4 +2,4 @@ key:\n  1\n  2\n  3\n- 4\n+ x\n");
	assert_patch("# k\n 1\n 2\n 3\n 4\n", "# k\n 1\n 2\n 3\n x\n",
		     HEAD "@@ -2,4 +2,4 @@\n  1\n  2\n  3\n- 4\n+ x\n");
	snprintf(before, sizeof before, "%sxyz\n 1\n 2\n 3\n 4\n", eighty);
	snprintf(after, sizeof after, "%sxyz\n 1\n 2\n 3\n x\n", eighty);
	snprintf(expected, sizeof expected, HEAD "@@ -2,4 +2,4 @@ %.79s\n  1\n  2\n  3\n- 4\n+ x\n",
		 eighty);
	assert_patch(before, after, expected);
}

static void names(void **state)
{
	struct buffer old, new, patch;

	(void)state;
	fill(&old, "a\n");
	fill(&new, "b\n");
	buffer_init(&patch, 1 << 10);
	assert_int_equal(patch_add(&patch, "/etc/f", &old, &new), 0);
	assert_string_equal(patch.bytes, "--- a/etc/f\n+++ b/etc/f\n@@ -1 +1 @@\n-a\n+b\n");
	buffer_free(&patch);
	buffer_init(&patch, 20);
	assert_int_equal(patch_add(&patch, "f", &old, &new), -1);
	buffer_free(&patch);
	buffer_free(&old);
	buffer_free(&new);
}

/* Too many lines for the table: right all the same, only not the shortest. */
static void large(void **state)
{
	struct buffer old, new, patch;

	(void)state;
	buffer_init(&old, 1 << 20);
	buffer_init(&new, 1 << 20);
	buffer_init(&patch, 1 << 22);
	for (int i = 0; i < 4000; i++) {
		buffer_format(&old, "old %d\n", i);
		buffer_format(&new, "%s %d\n", i == 2000 ? "old" : "new", i);
	}
	assert_int_equal(patch_add(&patch, "f", &old, &new), 0);
	assert_memory_equal(patch.bytes, HEAD "@@ -1,4000 +1,4000 @@\n-old 0\n-old 1\n", 49);
	buffer_free(&old);
	buffer_free(&new);
	buffer_free(&patch);
}

/* ---- replace ---- */

static char *path_of(const char *name)
{
	static char paths[2][100];
	static int next;

	next = !next;
	snprintf(paths[next], sizeof paths[next], "%s/%s", scratch_path, name);
	return paths[next];
}

/* Looks at what the files are by then; fails when context says so. */
static int report(void *context, struct error *err)
{
	assert_text_at(scratch, "a", "one\n");
	return context ? error_set(err, STATUS_FILE, "%s", (const char *)context) : 0;
}

static void both_or_none(void **state)
{
	struct replacement files[2];
	struct buffer one, two;
	char lost[] = "lost";
	struct error err;

	(void)state;
	fill(&one, "one\n");
	fill(&two, "two\n");
	scratch_write("a", "old\n");
	files[0] = (struct replacement){ .path = path_of("a"), .bytes = &one };
	files[1] = (struct replacement){ .path = path_of("b"), .bytes = &two };
	assert_refused(replace_files(files, 2, report, lost, &err), err, STATUS_FILE, "lost");
	assert_text_at(scratch, "a", "old\n");
	assert_int_equal(faccessat(scratch, "b", F_OK, 0), -1);
	assert_int_equal(replace_files(files, 2, report, NULL, &err), 0);
	assert_text_at(scratch, "a", "one\n");
	assert_text_at(scratch, "b", "two\n");

	/* The second cannot be replaced, and the first stays. */
	files[0].bytes = &two;
	assert_int_equal(unlinkat(scratch, "b", 0), 0);
	assert_int_equal(mkdirat(scratch, "b", 0755), 0);
	assert_int_equal(replace_files(files, 2, report, NULL, &err), -1);
	assert_int_equal(err.status, STATUS_FILE);
	assert_text_at(scratch, "a", "one\n");
	buffer_free(&one);
	buffer_free(&two);
}

static int say_nothing(void *context, struct error *err)
{
	(void)context;
	(void)err;
	return 0;
}

static void same_and_modes(void **state)
{
	struct replacement file;
	struct buffer one, two;
	struct stat before, after;
	struct error err;

	(void)state;
	fill(&one, "one\n");
	fill(&two, "two\n");
	scratch_write("a", "one\n");
	assert_int_equal(fchmodat(scratch, "a", 0640, 0), 0);
	assert_int_equal(fstatat(scratch, "a", &before, 0), 0);
	file = (struct replacement){ .path = path_of("a"), .bytes = &one };
	assert_int_equal(replace_files(&file, 1, say_nothing, NULL, &err), 0);
	assert_int_equal(fstatat(scratch, "a", &after, 0), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	file.bytes = &two;
	assert_int_equal(replace_files(&file, 1, say_nothing, NULL, &err), 0);
	assert_int_equal(fstatat(scratch, "a", &after, 0), 0);
	assert_int_equal(after.st_mode & 07777, 0640);
	assert_int_equal(symlinkat("a", scratch, "link"), 0);
	file.path = path_of("link");
	assert_int_equal(replace_files(&file, 1, say_nothing, NULL, &err), -1);
	assert_non_null(strstr(err.message, "/link': it is not a regular file"));
	buffer_free(&one);
	buffer_free(&two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines), cmocka_unit_test(last_line), cmocka_unit_test(hunks),
		cmocka_unit_test(headings), cmocka_unit_test(names), cmocka_unit_test(large),
		scratch_test(both_or_none), scratch_test(same_and_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
