/* SPDX-License-Identifier: Apache-2.0 */
/* The line that shows how far the downloads are. */
#include "unit.h"

#include <string.h>

#include "command/progress.h"

static void line(void **state)
{
	struct progress_row rows[] = {
		{ .done = 5000000, .total = 10000000, .before = 1000000 },
		{ .done = 10000000, .total = 10000000 },
	};
	struct progress progress = { .rows = rows, .row_count = 2 };
	char text[161];

	(void)state;
	progress_write_line(&progress, 2000, text, 160);
	assert_string_equal(text, "[##################------]  15.0 of 20.0 MB  7.0 MB/s  0:01");
	progress_write_line(&progress, 200000, text, 160);
	assert_string_equal(text, "[##################------]  15.0 of 20.0 MB  0.1 MB/s  1:11");
	progress_write_line(&progress, 2000, text, 10);
	assert_string_equal(text, "[#########");
	progress_write_line(&progress, 0, text, 160);
	assert_string_equal(text, "[##################------]  15.0 of 20.0 MB  0.0 MB/s");
}

static void unknown_end(void **state)
{
	struct progress_row rows[] = {
		{ .done = 5000000, .total = 10000000 },
		{ .done = 1000000 },
	};
	struct progress progress = { .rows = rows, .row_count = 2 };
	char text[161];

	(void)state;
	progress_write_line(&progress, 1000, text, 160);
	assert_string_equal(text, "6.0 MB  6.0 MB/s");
	rows[1].total = 500000;		/* a server that sends more than it said */
	progress_write_line(&progress, 1000, text, 160);
	assert_string_equal(text, "6.0 MB  6.0 MB/s");
	progress.row_count = 0;
	progress_write_line(&progress, 1000, text, 160);
	assert_string_equal(text, "0.0 MB  0.0 MB/s");
}

static void phases(void **state)
{
	char subject[] = "linux/amd64";
	struct progress_row row = { .done = 1000000, .total = 4000000 };
	struct progress progress = {
		.rows = &row, .row_count = 1, .phase = "push", .subject = subject,
	};
	char text[161];

	(void)state;
	progress_write_line(&progress, 1000, text, 160);
	assert_string_equal(text, "push  [######------------------]  1.0 of 4.0 MB  1.0 MB/s  0:03");
	row.total = 0;
	progress_write_line(&progress, 1000, text, 160);
	assert_string_equal(text, "push  1.0 MB  1.0 MB/s");
	progress.row_count = 0;
	progress_write_line(&progress, 1000, text, 160);
	assert_string_equal(text, "push  linux/amd64");
	progress_write_line(&progress, 1000, text, 6);
	assert_string_equal(text, "push  ");
}

static void phases_follow_events(void **state)
{
	char name[] = "linux/arm64", word[] = "a phase whose name is too long";
	struct event event = { .kind = EVENT_PHASE, .asset = name, .message = word };
	struct progress progress;
	char text[161];

	(void)state;
	progress_init(&progress, NULL);
	progress_notify(&progress, &event);
	memset(name, 'x', sizeof name - 1);
	progress_write_line(&progress, 0, text, 160);
	assert_string_equal(text, "a phase whose n  linux/arm64");
	event = (struct event){ .kind = EVENT_STARTED, .asset = "blob", .total = 1000000 };
	progress_notify(&progress, &event);
	progress_write_line(&progress, 0, text, 160);
	assert_string_equal(text, "a phase whose n  [------------------------]  0.0 of 1.0 MB  "
			    "0.0 MB/s  blob");
	progress_free(&progress);
	assert_null(progress.subject);
}

/* An event's texts are gone after the call; platforms report in turn. */
static void names_are_copied(void **state)
{
	struct progress progress;
	char name[] = "a";

	(void)state;
	progress_init(&progress, NULL);
	for (int i = 0; i < 4; i++) {
		struct event event = { .kind = EVENT_STARTED, .asset = name, .total = 1 };

		name[0] = i % 2 ? 'b' : 'a';
		progress_notify(&progress, &event);
		name[0] = 'x';
	}
	assert_int_equal(progress.row_count, 2);
	assert_string_equal(progress.rows[0].asset, "a");
	assert_string_equal(progress.rows[1].asset, "b");
	progress_free(&progress);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line), cmocka_unit_test(unknown_end),
		cmocka_unit_test(phases), cmocka_unit_test(phases_follow_events),
		cmocka_unit_test(names_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
