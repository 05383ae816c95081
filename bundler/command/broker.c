/* SPDX-License-Identifier: Apache-2.0 */
/* Runs credential helpers in a process of its own. */
#include "command/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"

#define TEXT_BYTES 300		/* of a helper's name, or of a server */
#define TICK 100		/* milliseconds: how late an end may be noticed */

struct question {
	char name[TEXT_BYTES], server[TEXT_BYTES];
};

enum outcome { RAN, ABSENT, LATE, FLOODED, FAILED };

struct answer {
	enum outcome outcome;
	int status;		/* of the helper, if it ran */
	size_t length;		/* of bytes */
	char bytes[LIMIT_HELPER_BYTES];
};

/* This process's end of the socket, and the broker; -1 and 0 without one. */
static int peer = -1;
static pid_t broker;

/* ---- the broker ---- */

/* In the child: becomes the helper, or ends with status 127, as a shell does. */
static void become(const char *name, int in, int out)
{
	char program[sizeof "docker-credential-" + TEXT_BYTES];
	char get[] = "get", *arguments[] = { program, get, NULL };

	snprintf(program, sizeof program, "docker-credential-%s", name);
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		execvp(program, arguments);
	_exit(errno == ENOENT ? 127 : 126);
}

/* Reads until the end: whether it came, in time, before there was too much or nobody to ask. */
static enum outcome collect(struct answer *answer, int from, int socket, int64_t deadline)
{
	struct pollfd polls[2] = { { from, POLLIN, 0 }, { socket, 0, 0 } };
	ssize_t got;

	for (;;) {
		poll(polls, 2, TICK);
		if (clock_now() >= deadline || polls[1].revents || interrupt_signal() != 0)
			return LATE;
		if (!polls[0].revents)
			continue;
		if (answer->length == sizeof answer->bytes)
			return FLOODED;
		got = read(from, answer->bytes + answer->length,
			   sizeof answer->bytes - answer->length);
		if (got == 0)
			return RAN;
		if (got > 0)
			answer->length += (size_t)got;
		else if (errno != EINTR)
			return FAILED;
	}
}

/* Waits for the end of a helper, and makes one where it does not come. */
static void reap(struct answer *answer, pid_t helper, int64_t deadline)
{
	pid_t ended = 0;
	int status;

	while (answer->outcome == RAN && (ended = waitpid(helper, &status, WNOHANG)) == 0
	       && clock_now() < deadline)
		poll(NULL, 0, TICK / 10);
	if (answer->outcome == RAN && ended == helper) {
		answer->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
		if (answer->status == 127)
			answer->outcome = ABSENT;
		return;
	}
	if (answer->outcome == RAN)
		answer->outcome = LATE;
	kill(-helper, SIGKILL);
	kill(helper, SIGKILL);
	while (waitpid(helper, NULL, 0) < 0 && errno == EINTR)
		;
}

static void run(struct answer *answer, const struct question *question, int socket)
{
	const int64_t deadline = clock_now() + 1000LL * LIMIT_HELPER_SECONDS;
	int in[2], out[2];
	pid_t helper;

	answer->outcome = FAILED;
	if (pipe2(in, O_CLOEXEC) < 0)
		return;
	if (pipe2(out, O_CLOEXEC) < 0) {
		close(in[0]);
		close(in[1]);
		return;
	}
	helper = fork();
	if (helper == 0)
		become(question->name, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	if (helper > 0) {
		/* A pipe takes it all, and SIGPIPE is ignored. */
		if (write(in[1], question->server, strlen(question->server)) < 0)
			errno = 0;
		close(in[1]);
		in[1] = -1;
		answer->outcome = collect(answer, out[0], socket, deadline);
		reap(answer, helper, deadline);
	}
	if (in[1] >= 0)
		close(in[1]);
	close(out[0]);
}

/* Letters and digits, and what is in names of programs: nothing that leads elsewhere. */
static bool is_name(const char *text)
{
	return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-")] == '\0';
}

static void serve(int socket)
{
	static struct answer answer;
	struct question question;
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* Whoever reads what this program prints must not wait for this process. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && nothing >= 0; fd++)
		dup2(nothing, fd);
	while (interrupt_signal() == 0
	       && read(socket, &question, sizeof question) == sizeof question) {
		answer = (struct answer){ .outcome = FAILED };
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
	static const char *const reasons[] = {
		[ABSENT] = "it is not in PATH", [FAILED] = "it cannot be run",
	};

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
				 reasons[answer->outcome]);
	}
}

int broker_ask(void *context, const char *name, const char *server, struct buffer *answer,
	       int *status, struct error *err)
{
	struct answer *received = memory_new(1, sizeof *received);
	struct question question = { 0 };
	ssize_t got = -1;
	int result = -1;

	(void)context;
	if (strlen(name) >= TEXT_BYTES || strlen(server) >= TEXT_BYTES || !is_name(name)) {
		error_set(err, STATUS_FILE, "cannot run docker-credential-%.80s: this is not the "
			  "name of a program", name);
		goto out;
	}
	snprintf(question.name, sizeof question.name, "%s", name);
	snprintf(question.server, sizeof question.server, "%s", server);
	if (peer >= 0 && write(peer, &question, sizeof question) == sizeof question)
		while ((got = read(peer, received, sizeof *received)) < 0 && errno == EINTR
		       && interrupt_check(err) == 0)
			;
	if (got == sizeof *received && received->length <= sizeof received->bytes)
		result = explain(received, name, err);
	else if (interrupt_check(err) == 0)
		error_set(err, STATUS_FILE, "cannot run docker-credential-%s: the process for it "
			  "has ended", name);
	if (result == 0) {
		*status = received->status;
		buffer_add(answer, received->bytes, received->length);
	}
out:
	explicit_bzero(received, sizeof *received);
	free(received);
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
