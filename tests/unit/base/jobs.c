/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.c: each piece of work once, in any thread; the first failure counts. */
#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/jobs.h"

#define COUNT 1000

struct work {
	atomic_int runs[COUNT];
	size_t fails;			/* number from which on they fail */
	atomic_size_t begun;
};

static int run(void *context, size_t number, struct error *err)
{
	struct work *work = context;

	atomic_fetch_add(&work->runs[number], 1);
	atomic_fetch_add(&work->begun, 1);
	if (number >= work->fails)
		return error_set(err, STATUS_LIMIT, "number %zu", number);
	return 0;
}

static void each_once(void **state)
{
	static const size_t counts[] = { 0, 1, 2, 3, 63, 64, 65, COUNT };
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		struct work work = { .fails = COUNT };

		assert_int_equal(jobs_run_all(run, &work, counts[i], &err), 0);
		for (size_t n = 0; n < COUNT; n++)
			assert_int_equal(work.runs[n], n < counts[i] ? 1 : 0);
	}
}

/* Numbers are begun in order, so that the lowest that fails is always among those that ran. */
static void the_lowest_failure_counts(void **state)
{
	(void)state;
	for (size_t fails = 0; fails < 20; fails++) {
		struct work work = { .fails = fails };
		char message[40];
		struct error err;

		snprintf(message, sizeof message, "number %zu", fails);
		assert_refused(jobs_run_all(run, &work, COUNT, &err), err, STATUS_LIMIT, message);
		/* Each thread may have begun one more. */
		assert_true(work.begun <= fails + 1 + jobs_processors());
	}
}

struct meeting {
	pthread_barrier_t barrier;
	size_t wanted;
};

static int meet(void *context, size_t number, struct error *err)
{
	struct meeting *meeting = context;

	(void)err;
	if (number < meeting->wanted)
		pthread_barrier_wait(&meeting->barrier);
	return 0;
}

/* Two at once, where there are two processors: otherwise they would wait for ever. */
static void at_the_same_time(void **state)
{
	struct meeting meeting = { .wanted = 2 };
	struct error err;

	(void)state;
	if (jobs_processors() < 2)
		skip();
	pthread_barrier_init(&meeting.barrier, NULL, 2);
	alarm(20);
	assert_int_equal(jobs_run_all(meet, &meeting, 4, &err), 0);
	alarm(0);
	pthread_barrier_destroy(&meeting.barrier);
}

static void processors(void **state)
{
	(void)state;
	assert_int_equal(jobs_processors(), sysconf(_SC_NPROCESSORS_ONLN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_once),
		cmocka_unit_test(the_lowest_failure_counts),
		cmocka_unit_test(at_the_same_time),
		cmocka_unit_test(processors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
