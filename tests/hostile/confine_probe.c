/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reader would do that has fallen into the hands of whoever wrote its input. Linked into the
 * program (make build/probe/bundler), it takes the place of the reader that PROBE_AT names. It
 * tries to break out in the ways of PROBE, a list; prints what became of each, and ends the program
 * with status 55.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "audit/observe_directory.h"
#include "fetch/fetch.h"
#include "fetch/inventory.h"
#include "image/files.h"
#include "init/init.h"
#include "library/generated.h"
#include "lint/tree.h"
#include "recipe/sums.h"
#include "registry/client.h"
#include "trust/pem.h"
#include "unpack/stream.h"

static pid_t parent;

/* Before main, because this call is none of those that are left later. */
__attribute__((constructor)) static void find_parent(void)
{
	parent = getppid();
}

static int read_secret(void)
{
	return open(getenv("PROBE_SECRET"), O_RDONLY);
}

static int write_secret(void)
{
	return open(getenv("PROBE_SECRET"), O_WRONLY | O_APPEND);
}

static int make_file(void)
{
	char path[4096];

	snprintf(path, sizeof path, "%s.new", getenv("PROBE_SECRET"));
	return open(path, O_WRONLY | O_CREAT, 0600);
}

static int make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int execute(void)
{
	char name[] = "true", *const arguments[] = { name, NULL };

	return execve("/bin/true", arguments, arguments);
}

static int kill_parent(void)
{
	return kill(parent, SIGTERM);
}

/* By a call that musl makes for its own threads. */
static int abort_parent(void)
{
	return (int)syscall(SYS_tkill, parent, SIGABRT);
}

/* By the kernel, when the pipe can be read. */
static int signal_parent(void)
{
	return fcntl(STDERR_FILENO, F_SETOWN, parent);
}

static int trace_parent(void)
{
	return (int)ptrace(PTRACE_ATTACH, parent, NULL, NULL);
}

/* Which Landlock does not know. */
static int change_mode(void)
{
	return fchmodat(AT_FDCWD, getenv("PROBE_SECRET"), 0666, 0);
}

static int make_process(void)
{
	const pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid;
}

static int make_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
	       == MAP_FAILED ? -1 : 0;
}

static const struct {
	const char *name;
	int (*attempt)(void);
} attempts[] = {
	{ "read", read_secret }, { "write", write_secret }, { "make", make_file },
	{ "socket", make_socket }, { "exec", execute }, { "kill", kill_parent },
	{ "abort", abort_parent }, { "own", signal_parent }, { "ptrace", trace_parent },
	{ "mode", change_mode }, { "fork", make_process }, { "code", make_code },
};

static void probe(const char *name)
{
	static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
	const char *at = getenv("PROBE_AT"), *list = getenv("PROBE");

	if (!at || !list || strcmp(at, name) != 0)
		return;
	/* Readers of several platforms may come here; the first ends the program. */
	pthread_mutex_lock(&one);
	for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
		if (strstr(list, attempts[i].name)) {
			errno = 0;
			dprintf(STDERR_FILENO, "%s: %s\n", attempts[i].name,
				attempts[i].attempt() < 0 ? strerror(errno) : "done");
		}
	_exit(55);
}

#define PROBE(type, name, parameters, arguments) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type __wrap_##name parameters \
	{ \
		probe(#name); \
		return __real_##name arguments; \
	}

PROBE(int, files_open, (struct files **files, const struct location *place, struct error *err),
      (files, place, err))
PROBE(struct stream *, stream_open_file, (enum compression compression, int fd), (compression, fd))
PROBE(int, observe_directory, (struct tree *tree, const char *path,
			       const struct observe_reference *reference, struct error *err),
      (tree, path, reference, err))
PROBE(int, lint_tree_read, (struct lint *lint, const char *directory, struct error *err),
      (lint, directory, err))
PROBE(int, pem_next, (struct pem_reader *reader, struct buffer *der, struct error *err),
      (reader, der, err))
PROBE(int, generated_compare, (struct generated_plan *plan, const struct generated *generated,
			       int directory, const char *record, struct error *err),
      (plan, generated, directory, record, err))
PROBE(uint64_t, fetch_size, (const struct fetch *fetch, size_t number), (fetch, number))
PROBE(int, sums_find, (const struct buffer *sums, const char *name, const char *asset,
		       struct digest *digest, struct error *err),
      (sums, name, asset, digest, err))
PROBE(int, registry_client_manifest, (struct registry_client *client,
				      const struct reference *reference,
				      const struct digest *digest, struct buffer *bytes,
				      char **media_type, struct error *err),
      (client, reference, digest, bytes, media_type, err))
PROBE(int, inventory_read, (struct inventory *inventory, const struct cache *cache,
			    struct error *err), (inventory, cache, err))
PROBE(int, init_choose, (struct init_plan *plan, const struct init_release *release,
			 struct error *err), (plan, release, err))
