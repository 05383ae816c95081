#include "retry.h"

#include <sys/random.h>

#include "clock.h"
#include "limits.h"

#define FIRST_PAUSE 500		/* milliseconds; doubled each time */
#define UNREACHED_ATTEMPTS 2	/* who is out of reach will hardly come back within seconds */

/* Up to a quarter more, so that six platforms do not come back at the same moment. */
static int64_t add_jitter(int64_t pause)
{
	uint16_t random = 0;

	if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
		random = 0;
	return pause + pause * random / (4 * 65536);
}

int64_t retry_pause(struct retry *retry, bool reached, uint64_t retry_after)
{
	unsigned maximum = reached ? LIMIT_ATTEMPTS : UNREACHED_ATTEMPTS;
	int64_t pause;

	if (++retry->attempts >= maximum || retry_after > LIMIT_RETRY_AFTER_SECONDS)
		return -1;
	pause = add_jitter((int64_t)FIRST_PAUSE << (retry->attempts - 1));
	if (pause < 1000 * (int64_t)retry_after)
		pause = 1000 * (int64_t)retry_after;
	return clock_now() + pause < retry->deadline ? pause : -1;
}
