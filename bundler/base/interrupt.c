/* SPDX-License-Identifier: Apache-2.0 */
/* Signals that end the program, as a flag. */
#include "base/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t arrived;

/* Of what a socket signals (F_SETSIG of fcntl(2)), only its end is one. */
static void note(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (info->si_code <= 0 || info->si_code == SI_KERNEL || info->si_code == POLL_HUP)
		arrived = number;
}

void interrupt_install(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGXCPU };
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO }, old;

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	/* Writing fails instead, with EPIPE or EFBIG. */
	action = (struct sigaction){ .sa_handler = SIG_IGN };
	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
}

int interrupt_signal(void)
{
	return arrived;
}

int interrupt_check(struct error *err)
{
	if (arrived == 0)
		return 0;
	return error_set(err, STATUS_INTERRUPTED, "interrupted by signal %d", (int)arrived);
}
