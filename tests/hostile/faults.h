/* SPDX-License-Identifier: Apache-2.0 */
/* For faults.c: one run of a command, in which a system call fails or is met by a signal. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#define FAULT_KILL (-SIGKILL)
#define FAULT_TERM (-SIGTERM)
#define COUNT_OF(array) (sizeof (array) / sizeof (array)[0])

struct fault {
	int thread;
	int number;	/* of the call */
	int index;	/* among the thread's calls of that number, from 0 */
	int what;	/* an errno, or FAULT_*; 0: none */
	bool all;	/* every call of that number fails, whichever thread makes it */
};

struct result {
	int status;		/* as of waitpid(2) */
	int number;		/* the call that the fault met, or -1 */
	bool hung;
	char out[65536], err[4096];
};

/* Prints what cannot be done, and ends with 2. */
void die(const char *what);

/* "EIO", "SIGKILL"; "openat". */
const char *fault_error_name(int what);
const char *fault_call_name(int number);

/* Calls use for each pair of a call and an error that it may fail with. */
void fault_each_error(void (*use)(int number, int what));

/*
 * Runs the command in the directory work, with that fault. With add, it is called for all that might
 * be done at each call instead, in order.
 */
void fault_run(char **command, const struct fault *fault, void (*add)(const struct fault *fault),
	       struct result *result);

#endif
