/* SPDX-License-Identifier: Apache-2.0 */
/* What a run may still do, step by step. */
#include "base/confine.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/landlock.h"
#include "base/memory.h"
#include "base/seccomp.h"

#define THREAD_INTERVAL 10	/* milliseconds between two looks at the number of threads */

struct confine_path {
	const char *path;
	enum landlock_access access;
	bool network;		/* until confine_reading */
};

enum step { BEGIN, NETWORK, READING };

/* ---- the list ---- */

static void add(struct confine *confine, const char *path, enum landlock_access access,
		bool network)
{
	struct confine_path *paths = pool_new(&confine->pool, confine->path_count + 1,
					      sizeof *paths);

	if (confine->path_count > 0)
		memcpy(paths, confine->paths, confine->path_count * sizeof *paths);
	paths[confine->path_count++] = (struct confine_path){
		pool_string(&confine->pool, path), access, network,
	};
	confine->paths = paths;
}

void confine_read(struct confine *confine, const char *path)
{
	if (path)
		add(confine, path, LANDLOCK_READ, false);
}

void confine_network_read(struct confine *confine, const char *path)
{
	add(confine, path, LANDLOCK_READ, true);
}

void confine_network_write(struct confine *confine, const char *path)
{
	add(confine, path, LANDLOCK_WRITE, true);
}

/* The directory that path is in. Caller frees. */
static char *above(const char *path)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	while (length > 0 && path[length - 1] != '/')
		length--;
	while (length > 1 && path[length - 1] == '/')
		length--;
	return length == 0 ? memory_string(".") : memory_copy(path, length);
}

void confine_write(struct confine *confine, const char *path)
{
	char *there = memory_string(path);

	add(confine, path, LANDLOCK_WRITE, false);
	while (access(there, F_OK) < 0 && strcmp(there, "/") != 0 && strcmp(there, ".") != 0) {
		char *parent = above(there);

		free(there);
		there = parent;
	}
	/* What a run has made for its outputs, it removes when it fails. */
	if (strcmp(there, path) != 0)
		add(confine, there, LANDLOCK_REMOVE, false);
	free(there);
}

void confine_write_beside(struct confine *confine, const char *path)
{
	char *directory = above(path);

	confine_write(confine, directory);
	free(directory);
}

void confine_connect(struct confine *confine, unsigned port)
{
	unsigned *ports = pool_new(&confine->pool, confine->port_count + 1, sizeof *ports);

	if (confine->port_count > 0)
		memcpy(ports, confine->ports, confine->port_count * sizeof *ports);
	ports[confine->port_count++] = port;
	confine->ports = ports;
}

void confine_free(struct confine *confine)
{
	pool_free(&confine->pool);
}

/* ---- the steps ---- */

/* Adds what is allowed in a step; -1 with errno. */
static int allow(const struct confine *confine, const struct landlock *rules, enum step step)
{
	/* Those of TLS, of jansson's hash tables, and of the C library's resolver. */
	static const char *const files[] = { "/dev/urandom", "/etc/hosts", "/etc/resolv.conf" };
	int result = 0;

	if (step == BEGIN)
		return landlock_allow(rules, "/", confine->writes ? LANDLOCK_WRITE : LANDLOCK_READ);
	for (size_t i = 0; i < (step == NETWORK ? 3 : 1) && result == 0; i++)
		result = landlock_allow(rules, files[i], LANDLOCK_READ);
	for (size_t i = 0; i < confine->path_count && result == 0; i++)
		if (step == NETWORK || !confine->paths[i].network)
			result = landlock_allow(rules, confine->paths[i].path,
						confine->paths[i].access);
	for (size_t i = 0; i < confine->port_count && step == NETWORK && result == 0; i++)
		result = landlock_connect(rules, confine->ports[i]);
	return result;
}

/* Whether this errno says that there is no confinement, and not that it failed. */
static bool is_absent(int number)
{
	return number == ENOSYS || number == EOPNOTSUPP || number == EPERM || number == EINVAL;
}

/*
 * The number of threads, and a few more: the links of a directory that has one for each. 0 when it
 * cannot be known.
 */
static uint64_t count_threads(void)
{
	struct stat st;

	return stat("/proc/self/task", &st) < 0 ? 0 : st.st_nlink;
}

/*
 * Landlock and seccomp bind a thread, so there must be no other. A name that libcurl has given up
 * resolving may still occupy one: it ends when the resolver's own time is over.
 */
static int wait_for_threads(const struct confine *confine, struct error *err)
{
	uint64_t count;

	while ((count = count_threads()) > confine->threads && confine->threads > 0)
		if (clock_sleep(THREAD_INTERVAL, err) < 0)
			return -1;
	if ((count == 0) != (confine->threads == 0))
		return error_set(err, STATUS_FILE, "cannot confine the program: its threads "
				 "cannot be counted");
	return 0;
}

static int restrict_files(struct confine *confine, enum step step, struct error *err)
{
	struct landlock rules;
	int result = landlock_open(&rules, step == BEGIN && confine->network);

	/* Later steps do not forgive: the first has shown that there is a Landlock. */
	if (result < 0 && step == BEGIN && is_absent(errno)) {
		confine->landlock_errno = errno;
		return 0;
	}
	if (result == 0)
		result = allow(confine, &rules, step);
	if (result == 0)
		result = landlock_restrict(&rules);
	if (result < 0)
		error_errno(err, STATUS_FILE, "cannot confine the program with Landlock");
	else
		confine->landlock = rules.abi;
	landlock_close(&rules);
	return result;
}

static int restrict_calls(struct confine *confine, enum step step, struct error *err)
{
	const struct seccomp_policy policy = {
		.network = confine->network && step != READING,
		.outputs = step == READING ? confine->outputs : confine->writes,
		.kill = confine->mode == CONFINE_REQUIRE,
	};

	if (seccomp_restrict(&policy) == 0) {
		confine->seccomp = true;
		return 0;
	}
	confine->seccomp_errno = errno;
	return step == BEGIN && is_absent(errno)
	       ? 0 : error_errno(err, STATUS_FILE, "cannot confine the program with seccomp");
}

static int check_required(const struct confine *confine, struct error *err)
{
	if (confine->mode != CONFINE_REQUIRE || (confine->landlock > 0 && confine->seccomp))
		return 0;
	errno = confine->landlock > 0 ? confine->seccomp_errno : confine->landlock_errno;
	error_errno(err, STATUS_FILE, "cannot confine the program with %s, as BUNDLER_CONFINE "
		    "requires", confine->landlock > 0 ? "seccomp" : "Landlock");
	return error_hint(err, "'BUNDLER_CONFINE=auto' runs it without");
}

int confine_begin(struct confine *confine, struct error *err)
{
	if (confine->mode == CONFINE_OFF)
		return 0;
	confine->threads = count_threads();
	/* Without it, only root may confine itself. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		confine->landlock_errno = confine->seccomp_errno = errno;
	else if (restrict_files(confine, BEGIN, err) < 0 || restrict_calls(confine, BEGIN, err) < 0)
		return -1;
	return check_required(confine, err);
}

static int take(struct confine *confine, enum step step, struct error *err)
{
	if (confine->landlock == 0 && !confine->seccomp)
		return 0;
	if (wait_for_threads(confine, err) < 0
	    || (confine->landlock > 0 && restrict_files(confine, step, err) < 0))
		return -1;
	/* The list of calls is not shorter before. */
	return confine->seccomp && step == READING
	       ? restrict_calls(confine, step, err) : 0;
}

int confine_network(struct confine *confine, struct error *err)
{
	return take(confine, NETWORK, err);
}

int confine_reading(struct confine *confine, struct error *err)
{
	return take(confine, READING, err);
}
