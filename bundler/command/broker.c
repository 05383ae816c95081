/* SPDX-License-Identifier: Apache-2.0 */
/* Runs credential helpers in a process of its own. */
#include "command/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"

#define TEXT_BYTES 300		/* of a helper's name, or of a server */
#define TICK 100		/* milliseconds: how late an end may be noticed */
#define DESCRIPTORS 1024	/* that the program may have been started with */

struct question {
	char name[TEXT_BYTES], server[TEXT_BYTES];
};

enum outcome { FAILED, RAN, LATE, FLOODED };

struct answer {
	enum outcome outcome;
	int number;		/* errno, if it failed */
	int status;		/* of the helper, if it ran */
	size_t length;		/* of bytes */
	char bytes[LIMIT_HELPER_BYTES];
};

/* This process's end of the socket, and the broker; -1 and 0 without one. */
static int peer = -1;
static pid_t broker;

/* ---- the broker ---- */

/*
 * Starts the helper, as the first of a process group, with the ends of two pipes: 0, or an errno.
 * Of its messages nobody is told.
 */
static int start(pid_t *helper, const char *name, int in, int out)
{
	char program[sizeof "docker-credential-" + TEXT_BYTES];
	char get[] = "get", *arguments[] = { program, get, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t defaults;
	int number;

	snprintf(program, sizeof program, "docker-credential-%s", name);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGXFSZ);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	number = posix_spawnp(helper, program, &files, &attributes, arguments, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return number;
}

/* Reads what has come: whether it was all (RAN), too much, or not yet (LATE). */
static enum outcome receive(struct answer *answer, int from)
{
	char more;
	const size_t left = sizeof answer->bytes - answer->length;
	const ssize_t got = left > 0 ? read(from, answer->bytes + answer->length, left)
				     : read(from, &more, 1);

	if (got > 0 && left == 0)
		return FLOODED;
	if (got > 0)
		answer->length += (size_t)got;
	return got == 0 ? RAN : LATE;
}

/* Until the helper has ended: whether it did, in time, and as long as somebody waits for it. */
static enum outcome attend(struct answer *answer, pid_t helper, int from, int socket)
{
	const int64_t deadline = clock_now() + 1000LL * LIMIT_HELPER_SECONDS;
	struct pollfd polls[2] = { { from, POLLIN, 0 }, { socket, 0, 0 } };
	enum outcome outcome = LATE;
	int status;

	while (outcome != FLOODED) {
		poll(polls, 2, outcome == RAN ? TICK / 10 : TICK);
		if (clock_now() >= deadline || polls[1].revents || interrupt_signal() != 0)
			return LATE;
		if (outcome == LATE && polls[0].revents)
			outcome = receive(answer, from);
		if (outcome != RAN)
			continue;
		polls[0].fd = -1;
		if (waitpid(helper, &status, WNOHANG) == helper) {
			/* As shells count them. */
			answer->status = WIFEXITED(status) ? WEXITSTATUS(status)
							   : 128 + WTERMSIG(status);
			return RAN;
		}
	}
	return outcome;
}

/* With all that it has started, unless that has left its group. */
static void end(pid_t helper)
{
	kill(-helper, SIGKILL);
	while (waitpid(helper, NULL, 0) < 0 && errno == EINTR)
		;
}

static void run(struct answer *answer, const struct question *question, int socket)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	pid_t helper = 0;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		answer->number = errno;
	else
		answer->number = start(&helper, question->name, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	if (answer->number == 0 && helper > 0) {
		/* A pipe takes it all, and SIGPIPE is ignored. */
		if (write(in[1], question->server, strlen(question->server)) < 0)
			errno = 0;
		close(in[1]);
		in[1] = -1;
		answer->outcome = attend(answer, helper, out[0], socket);
		if (answer->outcome != RAN)
			end(helper);
	}
	close(in[1]);
	close(out[0]);
}

/* Letters and digits, and what is in names of programs: nothing that leads elsewhere. */
static bool is_name(const char *text)
{
	return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-")] == '\0';
}

/*
 * Gives up all files but the socket, also those that the program was started with: nobody who waits
 * for the end of one must wait for this process, or for what a helper leaves behind.
 */
static void give_up_files(int socket)
{
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup2(nothing, fd) < 0)
			close(fd);
	for (int fd = STDERR_FILENO + 1; fd < socket; fd++)
		close(fd);
	/* Linux before 5.9 has no such call. */
	if (syscall(SYS_close_range, (unsigned)socket + 1, ~0U, 0) < 0)
		for (int fd = socket + 1; fd < DESCRIPTORS; fd++)
			close(fd);
}

static void serve(int socket)
{
	static struct answer answer;
	struct question question;

	give_up_files(socket);
	while (interrupt_signal() == 0
	       && read(socket, &question, sizeof question) == sizeof question) {
		answer = (struct answer){ .number = EINVAL };
		question.name[TEXT_BYTES - 1] = question.server[TEXT_BYTES - 1] = '\0';
		if (is_name(question.name))
			run(&answer, &question, socket);
		if (write(socket, &answer, sizeof answer) < 0)
			break;
		explicit_bzero(&answer, sizeof answer);
	}
}

/* ---- the other end ---- */

int broker_start(struct error *err)
{
	int sockets[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return error_errno(err, STATUS_FILE, "cannot make a socket");
	broker = fork();
	if (broker == 0) {
		close(sockets[0]);
		serve(sockets[1]);
		_exit(0);
	}
	close(sockets[1]);
	peer = sockets[0];
	return broker > 0 ? 0 : error_errno(err, STATUS_FILE, "cannot start a process");
}

static int explain(const struct answer *answer, const char *name, struct error *err)
{
	switch (answer->outcome) {
	case RAN:
		return 0;
	case LATE:
		return error_set(err, STATUS_FILE, "cannot run docker-credential-%s: it was not "
				 "done within %d s", name, LIMIT_HELPER_SECONDS);
	case FLOODED:
		return error_set(err, STATUS_LIMIT, "cannot run docker-credential-%s: it printed "
				 "more than %d bytes", name, (int)LIMIT_HELPER_BYTES);
	default:
		return error_set(err, STATUS_FILE, "cannot run docker-credential-%s: %s", name,
				 answer->number == ENOENT ? "it is not in PATH"
							  : strerror(answer->number));
	}
}

/* Asks: 0, or -1 without an answer. A signal may come to another thread than this one. */
static int exchange(const struct question *question, struct answer *answer)
{
	struct pollfd waiting = { peer, POLLIN, 0 };

	if (write(peer, question, sizeof *question) < 0)
		return -1;
	while (poll(&waiting, 1, TICK) <= 0)
		if (interrupt_signal() != 0)
			return -1;
	return read(peer, answer, sizeof *answer) == sizeof *answer
	       && answer->length <= sizeof answer->bytes ? 0 : -1;
}

int broker_ask(void *context, const char *name, const char *server, struct buffer *bytes,
	       int *status, struct error *err)
{
	struct answer *answer;
	struct question question = { 0 };
	int result;

	(void)context;
	if (strlen(name) >= TEXT_BYTES || strlen(server) >= TEXT_BYTES || !is_name(name))
		return error_set(err, STATUS_FILE, "cannot run docker-credential-%.80s: this is "
				 "not the name of a program", name);
	snprintf(question.name, sizeof question.name, "%s", name);
	snprintf(question.server, sizeof question.server, "%s", server);
	answer = memory_new(1, sizeof *answer);
	if (exchange(&question, answer) == 0) {
		result = explain(answer, name, err);
	} else {
		/* What comes now would be taken for the answer to another question. */
		broker_leave();
		result = interrupt_check(err) < 0
			 ? -1 : error_set(err, STATUS_FILE, "cannot run docker-credential-%s: the "
					  "process for it has ended", name);
	}
	if (result == 0) {
		*status = answer->status;
		buffer_add(bytes, answer->bytes, answer->length);
	}
	explicit_bzero(answer, sizeof *answer);
	free(answer);
	return result;
}

void broker_leave(void)
{
	if (peer >= 0)
		close(peer);
	peer = -1;
}

void broker_stop(void)
{
	broker_leave();
	while (broker > 0 && waitpid(broker, NULL, 0) < 0 && errno == EINTR)
		;
	broker = 0;
}
