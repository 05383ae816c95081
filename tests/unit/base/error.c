/* SPDX-License-Identifier: Apache-2.0 */
/* error.c: what ends up in a struct error. */
#include "unit.h"

#include <errno.h>

static void message_and_status(void **state)
{
	struct error err = { .hint = "old" };

	(void)state;
	assert_refused(error_set(&err, STATUS_DIGEST, "cannot use '%s': %d", "x", 7), err,
		       STATUS_DIGEST,
		       "cannot use 'x': 7");
	assert_string_equal(err.hint, "");
}

static void errno_is_appended(void **state)
{
	struct error err;

	(void)state;
	errno = ENOENT;
	assert_refused(error_errno(&err, STATUS_FILE, "cannot read '%s'", "x"), err, STATUS_FILE,
		       "cannot read 'x': No such file or directory");
}

static void hint_keeps_the_message(void **state)
{
	struct error err;

	(void)state;
	error_set(&err, STATUS_LIMIT, "cannot read '%s'", "x");
	assert_refused(error_hint(&err, "do %s", "that"), err, STATUS_LIMIT, "cannot read 'x'");
	assert_string_equal(err.hint, "do that");
}

static void long_texts_are_cut(void **state)
{
	char text[4000];
	struct error err;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	errno = EIO;
	error_errno(&err, STATUS_FILE, "%s", text);
	assert_int_equal(strlen(err.message), sizeof err.message - 1);
	error_hint(&err, "%s", text);
	assert_int_equal(strlen(err.hint), sizeof err.hint - 1);
}


int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_and_status),
		cmocka_unit_test(errno_is_appended),
		cmocka_unit_test(hint_keeps_the_message),
		cmocka_unit_test(long_texts_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
