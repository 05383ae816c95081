/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_READER_H
#define BUNDLER_COMMAND_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/confine.h"
#include "base/error.h"
#include "base/limits.h"
#include "recipe/sums.h"

/*
 * A process that reads what strangers have written. It has no network and may only read what is
 * listed and make temporary files, and it asks the process that has started it for each document
 * and archive. Neither end trusts what the other one sends.
 */

struct reader_question {
	const char *url;
	const char *name;		/* of an archive with this digest; NULL: a document */
	struct sums_digest digest;
};

/* Memory of both processes. */
struct reader_shared {
	size_t document_length;			/* of the answer */
	char document[LIMIT_SUMS_BYTES];
	bool done;				/* the reader has come to its end, with result */
	int result;
	struct error err;			/* filled for -1 */
	size_t result_length;
	char result_bytes[3 * LIMIT_RECIPE_BYTES];	/* what it has made of it all */
};

struct reader {
	int socket;
	pid_t process;
	struct reader_shared *shared;
};

/* What the reader does: it asks with reader_ask, and fills shared->result_bytes. */
typedef int reader_read(void *context, struct reader *reader, struct error *err);

/* Opens what is asked for: a document in shared, or an archive, whose descriptor and size. */
typedef int reader_answer(void *context, const struct reader_question *question,
			  struct reader_shared *shared, int *fd, uint64_t *size,
			  struct error *err);

/*
 * Starts the process, which has a copy of context. There prepare confines it, and read is called.
 * Before the first thread. STATUS_FILE.
 */
int reader_start(struct reader *reader, reader_read *read, void *context,
		 int (*prepare)(void *context, struct error *err), struct error *err);

/* In the reader: has a question answered; -1 with the error of the other process. */
int reader_ask(struct reader *reader, const struct reader_question *question, int *fd,
	       uint64_t *size, struct error *err);

/* In the other process: answers all questions, until the reader has ended; its result. */
int reader_serve(struct reader *reader, reader_answer *answer, void *context, struct error *err);

/* Closes the socket, which ends the process if it still reads. */
void reader_stop(struct reader *reader);

#endif
