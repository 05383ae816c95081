/* SPDX-License-Identifier: Apache-2.0 */
/* Time for time-outs. */
#include "base/clock.h"

#include <time.h>

#include "base/interrupt.h"

int64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int clock_sleep(int64_t milliseconds, struct error *err)
{
	int64_t end = clock_now() + milliseconds;

	/* In slices: a signal that another thread receives does not wake this one. */
	for (;;) {
		int64_t left = end - clock_now();
		struct timespec slice = { .tv_nsec = (left < 100 ? left : 100) * 1000000 };

		if (interrupt_check(err) < 0)
			return -1;
		if (left <= 0)
			return 0;
		nanosleep(&slice, NULL);
	}
}
