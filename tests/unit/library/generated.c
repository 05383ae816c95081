/* SPDX-License-Identifier: Apache-2.0 */
/* generated.c: files among those of somebody else, and the record that tells them apart. */
#include "unit.h"

#include "library/generated.h"

/* Adds files of one character each: its path is a letter, or two with a slash. */
static void add(struct generated *generated, const char *path)
{
	struct error err;

	assert_int_equal(generated_add(generated, path, path, 1, false, &err), 0);
}

/* Fails when context says so. */
static int report(void *context, struct error *err)
{
	return context ? error_set(err, STATUS_FILE, "%s", (const char *)context) : 0;
}

/* Plans and applies; the plan's actions and paths, in text, a line each. */
static int apply(const struct generated *generated, char *text, size_t size, struct error *err)
{
	static const char letters[] = "CRDL";
	struct generated_plan plan;
	size_t length = 0;
	int result;

	if (generated_compare(&plan, generated, scratch, "record", err) < 0)
		return -1;
	text[0] = '\0';
	for (size_t i = 0; i < plan.count; i++)
		length += (size_t)snprintf(text + length, size - length, "%c%s%s\n",
					   letters[plan.changes[i].action], plan.changes[i].path,
					   plan.changes[i].foreign ? "!" : "");
	result = generated_apply(&plan, "here", false, report, NULL, err);
	generated_plan_free(&plan);
	return result;
}

static void assert_applied(const struct generated *generated, const char *expected)
{
	char text[1024];
	struct error err;

	if (apply(generated, text, sizeof text, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(text, expected);
}

static void comes_and_goes(void **state)
{
	struct generated first = { .count = 0 }, second = { .count = 0 }, none = { .count = 0 };

	(void)state;
	add(&first, "b/x");
	add(&first, "a");
	assert_applied(&first, "Ca\nCb/x\nCrecord\n");
	assert_text_at(scratch, "b/x", "b");
	assert_applied(&first, "");
	add(&second, "c/y/z");
	add(&second, "a");
	assert_applied(&second, "Db/x\nCc/y/z\nRrecord\n");
	assert_int_equal(faccessat(scratch, "b", F_OK, 0), -1);
	assert_applied(&none, "Da\nDc/y/z\nRrecord\n");
	assert_text_at(scratch, "record", "");
	generated_free(&first);
	generated_free(&second);
}

static void foreign_files_stay(void **state)
{
	struct generated files = { .count = 0 }, none = { .count = 0 };
	char text[1024];
	struct error err;

	(void)state;
	add(&files, "a");
	add(&files, "b");
	scratch_write("a", "mine");
	assert_refused(apply(&files, text, sizeof text, &err), err, STATUS_FILE,
		       "cannot replace 'a': it is not what bundler wrote");
	assert_int_equal(faccessat(scratch, "b", F_OK, 0), -1);
	/* What is right already is nobody's. */
	scratch_write("a", "a");
	assert_applied(&files, "Cb\nCrecord\n");
	scratch_write("a", "edited");
	assert_refused(apply(&files, text, sizeof text, &err), err, STATUS_FILE,
		       "cannot replace 'a': it is not what bundler wrote");
	assert_applied(&none, "La\nDb\nRrecord\n");
	assert_text_at(scratch, "a", "edited");
	generated_free(&files);
}

/* The record is as it was until all else is done: what is new is right, what is old is known. */
static void continues_what_was_killed(void **state)
{
	struct generated old = { .count = 0 }, new = { .count = 0 };
	struct error err;

	(void)state;
	add(&old, "a");
	add(&old, "b");
	assert_applied(&old, "Ca\nCb\nCrecord\n");
	assert_int_equal(generated_add(&new, "a", "1", 1, false, &err), 0);
	assert_int_equal(generated_add(&new, "b", "2", 1, false, &err), 0);
	scratch_write("a", "1");
	assert_applied(&new, "Rb\nRrecord\n");
	generated_free(&old);
	generated_free(&new);
}

static void modes(void **state)
{
	struct generated files = { .count = 0 };
	struct error err;

	(void)state;
	assert_int_equal(generated_add(&files, "run", "#", 1, true, &err), 0);
	assert_applied(&files, "Crun\nCrecord\n");
	assert_int_equal(faccessat(scratch, "run", X_OK, 0), 0);
	assert_int_equal(fchmodat(scratch, "run", 0644, 0), 0);
	assert_applied(&files, "Rrun\n");
	assert_int_equal(faccessat(scratch, "run", X_OK, 0), 0);
	generated_free(&files);
}

static void takes_back_on_failure(void **state)
{
	struct generated old = { .count = 0 }, new = { .count = 0 };
	char text[1024];
	struct error err;

	(void)state;
	add(&old, "a");
	add(&old, "c");
	assert_applied(&old, "Ca\nCc\nCrecord\n");
	assert_int_equal(generated_add(&new, "a", "1", 1, false, &err), 0);
	add(&new, "b/x/y");
	add(&new, "d/x");
	scratch_write("d", "mine");
	assert_refused(apply(&new, text, sizeof text, &err), err, STATUS_FILE,
		       "cannot use directory 'd': Not a directory");
	assert_text_at(scratch, "a", "a");
	assert_text_at(scratch, "c", "c");
	assert_text_at(scratch, "d", "mine");
	assert_int_equal(faccessat(scratch, "b", F_OK, 0), -1);
	generated_free(&old);
	generated_free(&new);
}

static void a_lost_report_takes_back(void **state)
{
	struct generated old = { .count = 0 }, new = { .count = 0 };
	struct generated_plan plan;
	char lost[] = "lost";
	struct error err;

	(void)state;
	add(&old, "a");
	add(&old, "b/x");
	assert_applied(&old, "Ca\nCb/x\nCrecord\n");
	assert_int_equal(generated_add(&new, "a", "1", 1, false, &err), 0);
	add(&new, "c/x");
	assert_int_equal(generated_compare(&plan, &new, scratch, "record", &err), 0);
	assert_refused(generated_apply(&plan, "here", false, report, lost, &err), err, STATUS_FILE,
		       "lost");
	generated_plan_free(&plan);
	assert_int_equal(faccessat(scratch, "c", F_OK, 0), -1);
	assert_applied(&old, "");
	/* Nothing is to be done, and that cannot be said, either. */
	assert_int_equal(generated_compare(&plan, &old, scratch, "record", &err), 0);
	assert_refused(generated_apply(&plan, "here", false, report, lost, &err), err, STATUS_FILE,
		       "lost");
	generated_plan_free(&plan);
	generated_free(&old);
	generated_free(&new);
}

static void records(void **state)
{
	static const char *const texts[] = {
		"x", "\n",
		"0000000000000000000000000000000000000000000000000000000000000000 a\n",
		"0000000000000000000000000000000000000000000000000000000000000000 *a\n",
		"0000000000000000000000000000000000000000000000000000000000000000  a",
		"0000000000000000000000000000000000000000000000000000000000000000  \n",
		"0000000000000000000000000000000000000000000000000000000000000000  ../a\n",
		"g000000000000000000000000000000000000000000000000000000000000000  a\n",
	};
	struct generated none = { .count = 0 };
	char text[64];
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		scratch_write("record", texts[i]);
		assert_refused(apply(&none, text, sizeof text, &err), err, STATUS_CONFIG,
			       "cannot read 'record': line 1 is not '<SHA-256>  <path>'");
	}
}

/* As a merge of two records leaves it. */
static void a_record_with_a_path_twice(void **state)
{
	static const char row[] =
		"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a\n"
		"3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d  b\n"
		"0000000000000000000000000000000000000000000000000000000000000000  b\n"
		"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a\n";
	struct generated none = { .count = 0 };

	(void)state;
	scratch_write("a", "a");
	scratch_write("b", "mine");
	scratch_write("record", row);
	assert_applied(&none, "Da\nLb\nRrecord\n");
	assert_text_at(scratch, "b", "mine");
}

static void paths(void **state)
{
	struct generated files = { .count = 0 };
	struct error err;

	(void)state;
	add(&files, "a");
	assert_refused(generated_add(&files, "a", "", 0, false, &err), err, STATUS_CONFIG,
		       "cannot generate 'a': something else has this path");
	assert_refused(generated_add(&files, "../a", "", 0, false, &err), err, STATUS_CONFIG,
		       "cannot generate '../a': a component is '..'");
	generated_free(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(comes_and_goes),
		scratch_test(foreign_files_stay),
		scratch_test(continues_what_was_killed),
		scratch_test(modes),
		scratch_test(takes_back_on_failure),
		scratch_test(a_lost_report_takes_back),
		scratch_test(records),
		scratch_test(a_record_with_a_path_twice),
		cmocka_unit_test(paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
