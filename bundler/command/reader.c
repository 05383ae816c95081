/* SPDX-License-Identifier: Apache-2.0 */
/* Reading in a process of its own, which another one fetches for. */
#include "command/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"

#define POLL_MICROSECONDS 200000	/* how late a signal may be noticed */

/* A question as it is sent. */
struct message {
	bool is_archive;
	char url[LIMIT_URL_BYTES + 1], name[LIMIT_PATH_BYTES + 1];
	struct sums_digest digest;
};

struct answer {
	int result;
	struct error err;	/* filled for -1 */
	uint64_t size;
	bool has_archive;
};

/* An answer with a descriptor, as sendmsg(2) and recvmsg(2) want it. */
struct envelope {
	struct msghdr header;
	struct iovec part;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
};

static void address(struct envelope *envelope, struct answer *answer)
{
	*envelope = (struct envelope){ .part = { answer, sizeof *answer } };
	envelope->header = (struct msghdr){
		.msg_iov = &envelope->part, .msg_iovlen = 1, .msg_control = envelope->control,
		.msg_controllen = sizeof envelope->control,
	};
}

/* What the other process wrote may lack the NUL. */
static void take_error(struct error *err, const struct error *from)
{
	*err = *from;
	err->message[sizeof err->message - 1] = err->hint[sizeof err->hint - 1] = '\0';
}

static int end(struct error *err)
{
	return interrupt_check(err) < 0
	       ? -1 : error_set(err, STATUS_FILE, "cannot go on: the other process has ended");
}

/* Receives a message of so many bytes: 1, 0 when the other process has ended, or -1. */
static int receive(int socket, struct msghdr *header, struct error *err)
{
	ssize_t length;

	while ((length = recvmsg(socket, header, MSG_CMSG_CLOEXEC)) < 0
	       && (errno == EINTR || errno == EAGAIN))
		if (interrupt_check(err) < 0)
			return -1;
	if (length <= 0)
		return 0;
	return (size_t)length == header->msg_iov->iov_len ? 1 : end(err);
}

/* ---- the reader ---- */

static bool copy(char *into, size_t room, const char *text)
{
	const size_t length = strlen(text);

	if (length >= room)
		return false;
	memcpy(into, text, length + 1);
	return true;
}

int reader_ask(struct reader *reader, const struct reader_question *question, int *fd,
	       uint64_t *size, struct error *err)
{
	struct message message = { .is_archive = question->name, .digest = question->digest };
	struct answer answer = { .result = -1 };
	struct envelope envelope;
	struct cmsghdr *control;

	if (!copy(message.url, sizeof message.url, question->url)
	    || !copy(message.name, sizeof message.name, question->name ? question->name : ""))
		return error_set(err, STATUS_LIMIT, "cannot fetch '%.64s...': its name is too long",
				 question->url);
	address(&envelope, &answer);
	fcntl(reader->socket, F_SETFL, 0);
	if (write(reader->socket, &message, sizeof message) < 0
	    || receive(reader->socket, &envelope.header, err) <= 0)
		return end(err);
	/* While it reads: when the other end is closed, the kernel sends a signal. */
	fcntl(reader->socket, F_SETFL, O_ASYNC);
	if (answer.result < 0) {
		take_error(err, &answer.err);
		return -1;
	}
	if (!question->name)
		return 0;
	control = CMSG_FIRSTHDR(&envelope.header);
	if (!control || control->cmsg_len != CMSG_LEN(sizeof *fd))
		return error_set(err, STATUS_FILE, "cannot fetch: too many open files");
	memcpy(fd, CMSG_DATA(control), sizeof *fd);
	*size = answer.size;
	return 0;
}

/* What the process does, from its beginning to its end. */
static void work(struct reader *reader, reader_read *read, void *context,
		 int (*prepare)(void *context, struct error *err))
{
	struct reader_shared *shared = reader->shared;
	struct error err = { .status = STATUS_FILE };

	shared->result = prepare(context, &err) < 0 ? -1 : read(context, reader, &err);
	shared->err = err;
	shared->done = true;
}

/* ---- the other process ---- */

int reader_start(struct reader *reader, reader_read *read, void *context,
		 int (*prepare)(void *context, struct error *err), struct error *err)
{
	const struct timeval patience = { .tv_usec = POLL_MICROSECONDS };
	int sockets[2];

	*reader = (struct reader){ .socket = -1 };
	reader->shared = mmap(NULL, sizeof *reader->shared, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reader->shared == MAP_FAILED) {
		reader->shared = NULL;
		return error_errno(err, STATUS_FILE, "cannot share memory");
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return error_errno(err, STATUS_FILE, "cannot make a socket");
	reader->process = fork();
	if (reader->process == 0) {
		close(sockets[0]);
		reader->socket = sockets[1];
		fcntl(reader->socket, F_SETOWN, getpid());
		fcntl(reader->socket, F_SETSIG, SIGTERM);
		work(reader, read, context, prepare);
		_exit(0);
	}
	close(sockets[1]);
	reader->socket = sockets[0];
	if (reader->process < 0
	    || setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0)
		return error_errno(err, STATUS_FILE, "cannot start a process");
	return 0;
}

static int send_answer(int socket, struct answer *answer, int fd)
{
	struct envelope envelope;
	struct cmsghdr *control;

	address(&envelope, answer);
	envelope.header.msg_controllen = 0;
	if (fd >= 0) {
		envelope.header.msg_controllen = sizeof envelope.control;
		control = CMSG_FIRSTHDR(&envelope.header);
		control->cmsg_level = SOL_SOCKET;
		control->cmsg_type = SCM_RIGHTS;
		control->cmsg_len = (socklen_t)CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(control), &fd, sizeof fd);
	}
	return sendmsg(socket, &envelope.header, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

int reader_serve(struct reader *reader, reader_answer *answer_with, void *context,
		 struct error *err)
{
	struct reader_shared *shared = reader->shared;
	struct message message;
	struct iovec part = { &message, sizeof message };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	int got;

	while ((got = receive(reader->socket, &header, err)) > 0) {
		const struct reader_question question = {
			.url = message.url, .name = message.is_archive ? message.name : NULL,
			.digest = message.digest,
		};
		struct answer answer = { .size = 0 };
		int fd = -1, sent;

		message.url[LIMIT_URL_BYTES] = message.name[LIMIT_PATH_BYTES] = '\0';
		answer.result = answer_with(context, &question, shared, &fd, &answer.size,
					    &answer.err);
		sent = send_answer(reader->socket, &answer, fd);
		if (fd >= 0)
			close(fd);
		if (sent < 0)
			break;
	}
	if (got < 0)
		return -1;
	while (waitpid(reader->process, NULL, 0) < 0 && errno == EINTR)
		if (interrupt_check(err) < 0)
			return -1;
	reader->process = 0;
	if (!shared->done)
		return end(err);
	if (shared->result < 0)
		take_error(err, &shared->err);
	return shared->result < 0 ? -1 : 0;
}

void reader_stop(struct reader *reader)
{
	if (reader->socket >= 0)
		close(reader->socket);
	if (reader->shared)
		munmap(reader->shared, sizeof *reader->shared);
	*reader = (struct reader){ .socket = -1 };
}
