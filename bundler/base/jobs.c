/* SPDX-License-Identifier: Apache-2.0 */
/* Independent pieces of work on all processors. */
#include "base/jobs.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/memory.h"

#define MAXIMUM_THREADS 64
/* musl gives threads 128 KiB; the TLS client and the readers keep some 200 KiB there. */
#define STACK_BYTES ((size_t)1 << 20)

struct jobs {
	jobs_run *run;
	void *context;
	size_t count;
	atomic_size_t next;
	atomic_size_t failed;	/* lowest number that failed, or count */
	pthread_mutex_t lock;	/* of err */
	struct error *err;
};

static void note_failure(struct jobs *jobs, size_t number, const struct error *err)
{
	pthread_mutex_lock(&jobs->lock);
	if (number < atomic_load(&jobs->failed)) {
		atomic_store(&jobs->failed, number);
		*jobs->err = *err;
	}
	pthread_mutex_unlock(&jobs->lock);
}

static void *work(void *argument)
{
	struct jobs *jobs = argument;
	struct error err;
	size_t number;

	while (atomic_load(&jobs->failed) == jobs->count
	       && (number = atomic_fetch_add(&jobs->next, 1)) < jobs->count)
		if (jobs->run(jobs->context, number, &err) < 0)
			note_failure(jobs, number, &err);
	return NULL;
}

size_t jobs_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
}

/* The caller's thread works too, so all is done even if no thread can be made. */
static int run_in(size_t wanted, jobs_run *run, void *context, size_t count, struct error *err)
{
	struct jobs jobs = {
		.run = run, .context = context, .count = count, .failed = count,
		.lock = PTHREAD_MUTEX_INITIALIZER, .err = err,
	};
	pthread_t threads[MAXIMUM_THREADS];
	pthread_attr_t attributes;
	size_t started = 0;

	if (wanted > MAXIMUM_THREADS)
		wanted = MAXIMUM_THREADS;
	if (wanted > count)
		wanted = count;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	while (started + 1 < wanted
	       && pthread_create(&threads[started], &attributes, work, &jobs) == 0)
		started++;
	work(&jobs);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	pthread_attr_destroy(&attributes);
	return atomic_load(&jobs.failed) == count ? 0 : -1;
}

int jobs_run_all(jobs_run *run, void *context, size_t count, struct error *err)
{
	return run_in(jobs_processors(), run, context, count, err);
}

int jobs_run_waiting(jobs_run *run, void *context, size_t count, struct error *err)
{
	const size_t processors = jobs_processors();

	return run_in(processors > 1 && processors < JOBS_WAITING ? JOBS_WAITING : processors, run,
		      context, count, err);
}
