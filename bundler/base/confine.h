/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_CONFINE_H
#define BUNDLER_BASE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pool.h"

/*
 * The program gives up what a run does not need, before it reads what others have written: a fault
 * in a reader then reaches no other file, no network and no process. Landlock and seccomp bind the
 * calling thread and those that it starts later, so this is done before the first thread.
 *
 *	confine_begin		at the start: nothing is executed, no process reached, and no more
 *				written or connected to than any run of the command needs
 *	confine_network		what is listed, and connections to the listed ports
 *	confine_reading		what is listed, and no connection: from here on archives, images and
 *				trees of others may be read
 *
 * Each step takes away more. Where the kernel, or what the program runs in, offers neither, the
 * program runs as ever, and struct confine says so.
 */

enum confine_mode {
	CONFINE_AUTO,		/* as far as the kernel can; other calls fail */
	CONFINE_REQUIRE,	/* STATUS_FILE where it cannot; other calls end the process */
	CONFINE_OFF
};

struct confine {
	/* Set by the caller before confine_begin. */
	enum confine_mode mode;
	bool network, writes;	/* what any run of the command needs */
	bool outputs;		/* whether it still writes more than large files when it reads */

	/* What holds. */
	int landlock;		/* version of Landlock, 0 when there is none */
	bool seccomp;
	uint64_t threads;	/* as many as there were, by the count of confine.c */
	int landlock_errno, seccomp_errno;	/* why one does not hold, 0 when it does */

	/* The list, in pool. */
	struct pool pool;
	struct confine_path *paths;
	size_t path_count;
	unsigned *ports;
	size_t port_count;
};

/* Begins; a zeroed struct but for its first members. STATUS_FILE. */
int confine_begin(struct confine *confine, struct error *err);

/* Lists a path that is read, with all below it. It need not be there. A NULL is left out. */
void confine_read(struct confine *confine, const char *path);

/*
 * Lists a directory in which files are made and replaced. If it is missing, it has to be made
 * before the next step, and may be removed later.
 */
void confine_write(struct confine *confine, const char *path);

/* The same for the directory that path is in. */
void confine_write_beside(struct confine *confine, const char *path);

/* The same until confine_reading, and a TCP port of other hosts. */
void confine_network_read(struct confine *confine, const char *path);
void confine_network_write(struct confine *confine, const char *path);
void confine_connect(struct confine *confine, unsigned port);

/* The steps. STATUS_FILE for a failure but that there is no confinement. */
int confine_network(struct confine *confine, struct error *err);
int confine_reading(struct confine *confine, struct error *err);

/* Frees the list; what holds stays. */
void confine_free(struct confine *confine);

#endif
