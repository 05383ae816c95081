/* SPDX-License-Identifier: Apache-2.0 */
#include "fetch/wire.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "unit.h"

static struct wire wire;
static int ends[2];

static int set_up(void **state)
{
	(void)state;
	wire = (struct wire){ .deadline = clock_now() + 60000 };
	wire_watch(&wire);
	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

static int tear_down(void **state)
{
	(void)state;
	wire_watch(NULL);
	return close(ends[0]) | close(ends[1]);
}

/* Sends that many bytes, a read of which is to give that result. */
static void send_bytes(size_t count, ssize_t expected)
{
	static char bytes[4096];

	assert_int_equal(send(ends[0], bytes, count, 0), count);
	errno = 0;
	assert_int_equal(recv(ends[1], bytes, sizeof bytes, 0), expected);
	assert_int_equal(errno, expected < 0 ? ECONNABORTED : 0);
}

static void bytes_are_counted(void **state)
{
	(void)state;
	send_bytes(10, 10);
	send_bytes(4096, 4096);
	assert_int_equal(wire.received, 4106);
	wire_watch(NULL);
	send_bytes(10, 10);
	assert_int_equal(wire.received, 4106);
}

static void too_many_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < LIMIT_WIRE_BYTES / 4096; i++)
		send_bytes(4096, 4096);
	send_bytes(1, 1);
	send_bytes(1, -1);
	assert_int_equal(wire.end, WIRE_FLOODED);
}

static void an_answer_allows_more(void **state)
{
	(void)state;
	wire.received = LIMIT_WIRE_BYTES;
	wire.answered = 2;
	send_bytes(2 * LIMIT_WIRE_RATIO, 2 * LIMIT_WIRE_RATIO);
	send_bytes(1, 1);
	send_bytes(1, -1);
	assert_int_equal(wire.end, WIRE_FLOODED);
}

static void an_end_is_final(void **state)
{
	(void)state;
	wire.deadline = clock_now();
	send_bytes(1, -1);
	assert_int_equal(wire.end, WIRE_LATE);
	wire.deadline += 60000;
	send_bytes(1, -1);
	assert_int_equal(wire.end, WIRE_LATE);
}

/* The last test, because the signal stays. */
static void a_signal_ends_it(void **state)
{
	(void)state;
	interrupt_install();
	send_bytes(1, 1);
	raise(SIGTERM);
	send_bytes(1, -1);
	assert_int_equal(wire.end, WIRE_INTERRUPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bytes_are_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_many_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_answer_allows_more, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_end_is_final, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_signal_ends_it, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
