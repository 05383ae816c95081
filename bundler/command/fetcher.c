/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching in a process of its own. Neither end trusts what the other one sends. */
#include "command/fetcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"

#define POLL_MICROSECONDS 200000	/* how late a signal may be noticed */

/* What comes before the items of an answer. */
struct answer {
	int result;
	struct error err;	/* filled for -1 */
};

/* A message with descriptors, as sendmsg(2) and recvmsg(2) want it. */
struct envelope {
	struct msghdr header;
	struct iovec parts[2];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(FETCHER_ITEMS * sizeof(int))];
};

/* answer is NULL in a question. */
static void address(struct envelope *envelope, struct answer *answer, void *items, size_t length)
{
	*envelope = (struct envelope){
		.parts = { { answer, answer ? sizeof *answer : 0 }, { items, length } },
	};
	envelope->header = (struct msghdr){
		.msg_iov = envelope->parts, .msg_iovlen = 2, .msg_control = envelope->control,
		.msg_controllen = sizeof envelope->control,
	};
}

/* Encloses count descriptors, or none. */
static void enclose(struct envelope *envelope, const int *fds, size_t count)
{
	const size_t bytes = count * sizeof *fds;
	struct cmsghdr *control;

	envelope->header.msg_controllen = 0;
	if (count == 0)
		return;
	envelope->header.msg_controllen = (socklen_t)CMSG_SPACE(bytes);
	control = CMSG_FIRSTHDR(&envelope->header);
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = (socklen_t)CMSG_LEN(bytes);
	memcpy(CMSG_DATA(control), fds, bytes);
}

/* Takes exactly count descriptors out of what was received: 0 or -1. */
static int disclose(struct envelope *envelope, int *fds, size_t count)
{
	const struct cmsghdr *control = CMSG_FIRSTHDR(&envelope->header);

	if (!control || control->cmsg_len != CMSG_LEN(count * sizeof *fds))
		return -1;
	memcpy(fds, CMSG_DATA(control), count * sizeof *fds);
	return 0;
}

/* ---- the process ---- */

static void close_files(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* Until the other end is closed, or what it sends is no question. */
static void serve(int socket, fetcher_answer *fetch, void *context, size_t size)
{
	_Alignas(max_align_t) char items[FETCHER_ITEMS * FETCHER_ITEM_BYTES];
	int fds[FETCHER_ITEMS];
	struct envelope envelope;
	ssize_t length;

	fcntl(socket, F_SETOWN, getpid());
	fcntl(socket, F_SETSIG, SIGTERM);
	for (;;) {
		struct answer answer = { .result = -1 };
		size_t count;

		address(&envelope, NULL, items, FETCHER_ITEMS * size);
		while ((length = recvmsg(socket, &envelope.header, MSG_CMSG_CLOEXEC)) < 0)
			if (errno != EINTR || interrupt_signal() != 0)
				return;
		if (length == 0 || (size_t)length % size != 0)
			return;
		count = (size_t)length / size;
		if (disclose(&envelope, fds, count) < 0)
			memset(fds, -1, sizeof fds);
		/* Until it is answered: when the other end is closed, the kernel sends a signal. */
		fcntl(socket, F_SETFL, O_ASYNC);
		answer.result = fetch(context, items, count, fds, &answer.err);
		fcntl(socket, F_SETFL, 0);
		address(&envelope, &answer, items, (size_t)length);
		enclose(&envelope, fds, answer.result == 0 && fds[0] >= 0 ? count : 0);
		sendmsg(socket, &envelope.header, 0);
		if (answer.result == 0)
			close_files(fds, count);
	}
}

/* ---- the other end ---- */

int fetcher_start(struct fetcher *fetcher, fetcher_answer *answer, void *context, size_t size,
		  struct error *err)
{
	const struct timeval patience = { .tv_usec = POLL_MICROSECONDS };
	int sockets[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return error_errno(err, STATUS_FILE, "cannot make a socket");
	fetcher->process = fork();
	if (fetcher->process == 0) {
		close(sockets[0]);
		serve(sockets[1], answer, context, size);
		_exit(0);
	}
	close(sockets[1]);
	fetcher->socket = sockets[0];
	fetcher->size = size;
	if (fetcher->process < 0
	    || setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0)
		return error_errno(err, STATUS_FILE, "cannot start a process");
	return 0;
}

static int receive(int socket, struct envelope *envelope, struct error *err)
{
	const ssize_t expected = (ssize_t)(envelope->parts[0].iov_len + envelope->parts[1].iov_len);
	ssize_t length;

	while ((length = recvmsg(socket, &envelope->header, MSG_CMSG_CLOEXEC)) < 0
	       && (errno == EINTR || errno == EAGAIN))
		if (interrupt_check(err) < 0)
			return -1;
	if (length == expected)
		return 0;
	return interrupt_check(err) < 0
	       ? -1 : error_set(err, STATUS_FILE, "cannot fetch: the process for it has ended");
}

int fetcher_ask(struct fetcher *fetcher, void *items, size_t count, const int *files, int *fds,
		struct error *err)
{
	struct answer answer = { .result = -1 };
	struct envelope envelope;

	/* An empty question would look like the end. */
	if (count == 0)
		return 0;
	address(&envelope, NULL, items, count * fetcher->size);
	enclose(&envelope, files, files ? count : 0);
	if (sendmsg(fetcher->socket, &envelope.header, 0) < 0)
		return error_errno(err, STATUS_FILE, "cannot fetch in another process");
	address(&envelope, &answer, items, count * fetcher->size);
	if (receive(fetcher->socket, &envelope, err) < 0)
		return -1;
	if (answer.result < 0) {
		*err = answer.err;
		err->message[sizeof err->message - 1] = err->hint[sizeof err->hint - 1] = '\0';
		if (err->status <= STATUS_DIFFERENCES || err->status > STATUS_INTERRUPTED)
			err->status = STATUS_FILE;
		return -1;
	}
	if (fds && disclose(&envelope, fds, count) < 0)
		return error_set(err, STATUS_FILE, "cannot fetch: too many open files");
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
