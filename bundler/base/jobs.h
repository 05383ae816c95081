/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_JOBS_H
#define BUNDLER_BASE_JOBS_H

#include <stddef.h>

#include "base/error.h"

/* One of several independent pieces of work, number 0 to count - 1; may run in any thread. */
typedef int jobs_run(void *context, size_t number, struct error *err);

/*
 * Runs count pieces of work in as many threads as the process may use processors, and returns when
 * all of them have ended. After a failure no more are begun; err is from the lowest number that
 * failed.
 */
int jobs_run_all(jobs_run *run, void *context, size_t count, struct error *err);

#define JOBS_WAITING 6	/* requests at a time, as other tools make to a registry */

/*
 * The same for work that mostly waits for others: in at least JOBS_WAITING threads, but with one
 * processor piece by piece.
 */
int jobs_run_waiting(jobs_run *run, void *context, size_t count, struct error *err);

/* The number of processors that this process may use, at least 1. */
size_t jobs_processors(void);

#endif
