/* SPDX-License-Identifier: Apache-2.0 */
/* interrupt.c: which signals count, and which events of sockets do not. */
#include "unit.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/interrupt.h"

/* As the kernel sends it for an event of a socket. */
static void signal_event(int code)
{
	siginfo_t info = { .si_code = code };

	assert_int_equal(syscall(SYS_rt_sigqueueinfo, getpid(), SIGTERM, &info), 0);
}

static void only_the_end_of_a_socket(void **state)
{
	(void)state;
	interrupt_install();
	signal_event(POLL_OUT);
	signal_event(POLL_IN);
	assert_int_equal(interrupt_signal(), 0);
	signal_event(POLL_HUP);
	assert_int_equal(interrupt_signal(), SIGTERM);
}

static void what_others_send(void **state)
{
	(void)state;
	raise(SIGINT);
	assert_int_equal(interrupt_signal(), SIGINT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_end_of_a_socket),
		cmocka_unit_test(what_others_send),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
