#ifndef BUNDLER_RETRY_H
#define BUNDLER_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/* When to ask a source again: exponential back-off with jitter, bounded in number and time. */

struct retry {
	unsigned attempts;	/* made so far */
	int64_t deadline;	/* of clock.h */
};

/*
 * After a failed attempt that may be repeated: the pause before the next in milliseconds, or -1
 * when there is none. reached: whether a connection stood; retry_after: seconds that the server
 * asks for (RFC 9110 section 10.2.3), or 0.
 */
int64_t retry_pause(struct retry *retry, bool reached, uint64_t retry_after);

#endif
