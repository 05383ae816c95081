/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_SECCOMP_H
#define BUNDLER_BASE_SECCOMP_H

#include <stdbool.h>

/* The system calls that the program may still make (seccomp(2)), of the short list in seccomp.c. */

struct seccomp_policy {
	bool network;	/* connections, and processes to make them in */
	bool outputs;	/* names and attributes of files are changed */
	bool kill;	/* any other call ends the process by SIGSYS, else it fails with ENOSYS */
};

/*
 * Binds the calling thread and what it starts later, for ever. -1 with errno set: ENOSYS, EINVAL
 * and EPERM where the kernel, or what the program runs in, has no filters, ENOSYS also for an
 * architecture that seccomp.c does not know.
 */
int seccomp_restrict(const struct seccomp_policy *policy);

#endif
