/* SPDX-License-Identifier: Apache-2.0 */
/* Content-Range (RFC 9110 section 14.4), and when to ask again. */
#include "unit.h"

#include "base/clock.h"
#include "base/limits.h"
#include "fetch/download.h"
#include "fetch/range.h"

static void good(void **state)
{
	struct range range;

	(void)state;
	assert_int_equal(range_parse(&range, "bytes 5-9/10"), 0);
	assert_int_equal(range.first, 5);
	assert_int_equal(range.last, 9);
	assert_int_equal(range.total, 10);
	assert_int_equal(range_parse(&range, "BYTES 0-0/*"), 0);
	assert_int_equal(range.last, 0);
	assert_int_equal(range.total, 0);
	assert_int_equal(range_parse(&range, "bytes 0-999999999999999998/999999999999999999"), 0);
	assert_true(range.total == 999999999999999999ULL);
}

static void bad(void **state)
{
	static const char *const texts[] = {
		NULL, "", "bytes", "bytes ", "bytes 5-9", "bytes 5-9/", "bytes 5/10", "bytes -9/10",
		"bytes 5-/10", "bytes 9-5/10", "bytes 5-10/10", "bytes 5-9/9", "bytes 5-9/10 ",
		"bytes  5-9/10", "bytes 5 -9/10", "bytes=5-9/10", "bytes */10", "bytes 5-9/**",
		"bytes 5-9/1x", "bytes 0x5-9/10", "bytes +5-9/10", "items 5-9/10",
		"bytes 0-1/1000000000000000000", "bytes 1000000000000000000-9/10",
	};
	struct range range;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (range_parse(&range, texts[i]) == 0)
			fail_msg("'%s' was taken", texts[i] ? texts[i] : "(null)");
}

static void pauses(void **state)
{
	struct download_retry retry = { .deadline = clock_now() + 1000000 };

	(void)state;
	for (int64_t pause = 500, i = 1; i < LIMIT_ATTEMPTS; i++, pause *= 2)
		assert_in_range(download_pause(&retry, true, 0), pause, pause + pause / 4);
	assert_int_equal(download_pause(&retry, true, 0), -1);
}

static void pauses_bounded(void **state)
{
	struct download_retry retry = { .deadline = clock_now() + 1000000 };

	(void)state;
	assert_in_range(download_pause(&retry, false, 0), 500, 625);
	assert_int_equal(download_pause(&retry, false, 0), -1);
	retry.attempts = 0;
	assert_int_equal(download_pause(&retry, true, 7), 7000);
	assert_int_equal(download_pause(&retry, true, LIMIT_RETRY_AFTER_SECONDS + 1), -1);
	assert_int_equal(download_pause(&retry, true, UINT64_MAX), -1);
	retry = (struct download_retry){ .deadline = clock_now() + 400 };
	assert_int_equal(download_pause(&retry, true, 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good), cmocka_unit_test(bad), cmocka_unit_test(pauses),
		cmocka_unit_test(pauses_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
