/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching in a process of its own. Neither end trusts what the other one sends. */
#include "command/fetcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"

#define POLL_MICROSECONDS 200000	/* how late a signal may be noticed */

struct question {
	size_t count;
	uint8_t rows[FETCHER_PLATFORMS];	/* of the table of platforms */
};

struct answer {
	int result;
	struct error err;	/* filled for -1 */
	uint64_t sizes[FETCHER_ARCHIVES];
};

/* An answer with descriptors, as sendmsg(2) and recvmsg(2) want it. */
struct envelope {
	struct msghdr header;
	struct iovec part;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(FETCHER_ARCHIVES * sizeof(int))];
};

static void address(struct envelope *envelope, struct answer *answer)
{
	*envelope = (struct envelope){ .part = { answer, sizeof *answer } };
	envelope->header = (struct msghdr){
		.msg_iov = &envelope->part, .msg_iovlen = 1, .msg_control = envelope->control,
		.msg_controllen = sizeof envelope->control,
	};
}

/* ---- the process ---- */

static bool take_question(const struct question *question, struct fetcher_archives *archives)
{
	const struct platform *const table = platform_table();
	size_t rows = 0;

	while (table[rows].name)
		rows++;
	if (question->count > FETCHER_PLATFORMS)
		return false;
	archives->platform_count = question->count;
	for (size_t i = 0; i < question->count; i++) {
		if (question->rows[i] >= rows)
			return false;
		archives->platforms[i] = &table[question->rows[i]];
	}
	return true;
}

static void send_answer(int socket, struct answer *answer, const struct fetcher_archives *archives)
{
	const size_t bytes = archives->count * sizeof(int);
	struct envelope envelope;
	struct cmsghdr *control;

	address(&envelope, answer);
	envelope.header.msg_controllen = 0;
	if (answer->result == 0 && bytes > 0) {
		memcpy(answer->sizes, archives->sizes, sizeof answer->sizes);
		envelope.header.msg_controllen = (socklen_t)CMSG_SPACE(bytes);
		control = CMSG_FIRSTHDR(&envelope.header);
		control->cmsg_level = SOL_SOCKET;
		control->cmsg_type = SCM_RIGHTS;
		control->cmsg_len = (socklen_t)CMSG_LEN(bytes);
		memcpy(CMSG_DATA(control), archives->fds, bytes);
	}
	sendmsg(socket, &envelope.header, 0);
}

/* It ends, too, when nothing is asked. */
static void serve(int socket, fetcher_fetch *fetch, void *context)
{
	struct question question;
	struct answer answer = { .result = -1 };
	struct fetcher_archives archives = { .platform_count = 0 };

	while (read(socket, &question, sizeof question) != sizeof question)
		if (errno != EINTR || interrupt_signal() != 0)
			return;
	if (!take_question(&question, &archives))
		return;
	/* Until it is answered: when the other end is closed, the kernel sends a signal. */
	fcntl(socket, F_SETOWN, getpid());
	fcntl(socket, F_SETSIG, SIGTERM);
	fcntl(socket, F_SETFL, O_ASYNC);
	answer.result = fetch(context, &archives, &answer.err);
	send_answer(socket, &answer, &archives);
}

/* ---- the other end ---- */

int fetcher_start(struct fetcher *fetcher, fetcher_fetch *fetch, void *context,
		  struct error *err)
{
	const struct timeval patience = { .tv_usec = POLL_MICROSECONDS };
	int sockets[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return error_errno(err, STATUS_FILE, "cannot make a socket");
	fetcher->process = fork();
	if (fetcher->process == 0) {
		close(sockets[0]);
		serve(sockets[1], fetch, context);
		_exit(0);
	}
	close(sockets[1]);
	fetcher->socket = sockets[0];
	if (fetcher->process < 0
	    || setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0)
		return error_errno(err, STATUS_FILE, "cannot start a process");
	return 0;
}

static int receive(int socket, struct envelope *envelope, struct error *err)
{
	ssize_t length;

	while ((length = recvmsg(socket, &envelope->header, MSG_CMSG_CLOEXEC)) < 0
	       && (errno == EINTR || errno == EAGAIN))
		if (interrupt_check(err) < 0)
			return -1;
	if (length == (ssize_t)envelope->part.iov_len)
		return 0;
	return interrupt_check(err) < 0
	       ? -1 : error_set(err, STATUS_FILE, "cannot fetch: the process for it has ended");
}

int fetcher_ask(struct fetcher *fetcher, struct fetcher_archives *archives, struct error *err)
{
	const size_t bytes = archives->count * sizeof(int);
	struct question question = { .count = archives->platform_count };
	struct answer answer = { .result = -1 };
	struct envelope envelope;
	struct cmsghdr *control;

	if (archives->count > FETCHER_ARCHIVES)
		return error_set(err, STATUS_LIMIT, "cannot fetch %zu archives in another process: "
				 "the limit is %d", archives->count, FETCHER_ARCHIVES);
	for (size_t i = 0; i < archives->platform_count; i++)
		question.rows[i] = (uint8_t)(archives->platforms[i] - platform_table());
	address(&envelope, &answer);
	if (write(fetcher->socket, &question, sizeof question) < 0)
		return error_errno(err, STATUS_FILE, "cannot fetch in another process");
	if (receive(fetcher->socket, &envelope, err) < 0)
		return -1;
	if (answer.result < 0) {
		*err = answer.err;
		err->message[sizeof err->message - 1] = err->hint[sizeof err->hint - 1] = '\0';
		return -1;
	}
	if (bytes == 0)
		return 0;
	control = CMSG_FIRSTHDR(&envelope.header);
	if (!control || control->cmsg_len != CMSG_LEN(bytes))
		return error_set(err, STATUS_FILE, "cannot fetch: too many open files");
	memcpy(archives->fds, CMSG_DATA(control), bytes);
	memcpy(archives->sizes, answer.sizes, sizeof answer.sizes);
	return 0;
}

void fetcher_stop(struct fetcher *fetcher)
{
	if (fetcher->socket < 0)
		return;
	close(fetcher->socket);
	while (fetcher->process > 0 && waitpid(fetcher->process, NULL, 0) < 0 && errno == EINTR)
		;
	fetcher->socket = -1;
}
