/* SPDX-License-Identifier: Apache-2.0 */
/* Asks one source, again and again where that may help, until an archive is whole. */
#include "fetch/download.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"
#include "fetch/mirror.h"
#include "fetch/range.h"

#define CHUNK_BYTES ((size_t)64 * KIB)
#define EVENT_INTERVAL 100	/* milliseconds between two events of progress */
#define FIRST_PAUSE 500		/* milliseconds; doubled each time */
#define UNREACHED_ATTEMPTS 2	/* a host that is out of reach rarely comes back within seconds */

/* What to do after an attempt. */
enum step {
	STEP_DONE,
	STEP_AGAIN,	/* at once: what was there before was of no use */
	STEP_PAUSE,	/* then again */
	STEP_GIVE_UP
};

/* One attempt to complete a partial. */
struct attempt {
	const struct download *download;
	struct partial *partial;
	uint64_t offset;	/* bytes that were there when it began */
	uint64_t total;		/* bytes of the archive, 0: not known */
	bool part;		/* the answer is a part of it (206) */
	bool local;		/* this machine failed */
	bool useless;		/* the bytes that were there do not fit this source */
	int64_t reported;	/* when the last event of progress was */
};

static void notify(const struct download *download, enum event_kind kind, uint64_t done,
		   uint64_t total, const char *message, unsigned delay)
{
	struct event event = {
		.kind = kind, .asset = download->asset, .url = download->source->shown,
		.message = message, .done = done, .total = total, .delay = delay,
	};

	if (download->events && download->events->notify)
		download->events->notify(download->events->context, &event);
}

/* Fills err: the source offers other bytes than the wanted ones. Returns -1. */
static int refuse(const struct download *download, enum status status, struct error *err,
		  const char *format, ...) __attribute__((format(printf, 4, 5)));

static int refuse(const struct download *download, enum status status, struct error *err,
		  const char *format, ...)
{
	char *reason;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&reason, format, ap) < 0)
		abort();
	va_end(ap);
	error_set(err, status, "cannot use '%s': %s", download->source->shown, reason);
	free(reason);
	return -1;
}

/* ---- the checks ---- */

static int check_size(const struct download *download, uint64_t size, struct error *err)
{
	if (download->size != 0 && size != download->size)
		return refuse(download, STATUS_DIGEST, err, "it has %" PRIu64 " bytes, %s says "
			      "%" PRIu64, size, download->witness, download->size);
	if (size > download->maximum)
		return refuse(download, STATUS_LIMIT, err, "it has %" PRIu64 " bytes, the limit "
			      "is %" PRIu64, size, download->maximum);
	return 0;
}

/* Web pages that come instead of an archive are mostly login pages. */
static void hint_type(const struct http_answer *answer, struct error *err)
{
	const char *type = answer->headers[HTTP_CONTENT_TYPE];

	if (type && strncasecmp(type, "text/html", 9) == 0)
		error_hint(err, "the server sent a web page (%.40s), not an archive", type);
}

/* ---- what an answer does to the partial ---- */

/* For If-Range: a strong entity tag, else a date (RFC 9110 section 13.1.5). */
static const char *choose_validator(const struct http_answer *answer)
{
	const char *tag = answer->headers[HTTP_ETAG];

	return tag && tag[0] == '"' ? tag : answer->headers[HTTP_LAST_MODIFIED];
}

/* Begins with a part of the archive (206) or all of it (200). */
static int on_head(void *context, const struct http_answer *answer, struct error *err)
{
	struct attempt *attempt = context;
	const struct download *download = attempt->download;
	struct range range;
	bool known;		/* how large the archive is at this source */

	attempt->part = answer->status == 206;
	if (attempt->part) {
		if (attempt->offset == 0)
			return refuse(download, STATUS_HTTP, err, "HTTP status 206 without a "
				      "range request");
		if (range_parse(&range, answer->headers[HTTP_CONTENT_RANGE]) < 0
		    || range.first != attempt->offset) {
			attempt->useless = true;
			return refuse(download, STATUS_HTTP, err, "not the requested range");
		}
		attempt->total = range.total;
		known = range.total != 0;
	} else {
		known = answer->length != HTTP_UNKNOWN;
		attempt->total = known ? answer->length : 0;
	}
	if (known && check_size(download, attempt->total, err) < 0) {
		if (err->status == STATUS_DIGEST)
			hint_type(answer, err);
		return -1;
	}
	if (!attempt->part) {
		/* The source does not know ranges, or has another file now. */
		attempt->offset = 0;
		if (partial_reset(attempt->partial, err) < 0) {
			attempt->local = true;
			return -1;
		}
		partial_note(attempt->partial, download->source->text, choose_validator(answer));
	}
	if (download->size != 0)
		attempt->total = download->size;
	notify(download, EVENT_STARTED, attempt->offset, attempt->total, NULL, 0);
	return 0;
}

static int on_body(void *context, const void *bytes, size_t length, struct error *err)
{
	struct attempt *attempt = context;
	const struct download *download = attempt->download;
	uint64_t room = download->maximum - attempt->partial->length;
	int64_t now;

	if (length > room && download->size != 0)
		return refuse(download, STATUS_DIGEST, err, "longer than the %" PRIu64
			      " bytes in %s", download->size, download->witness);
	if (length > room)
		return refuse(download, STATUS_LIMIT, err, "longer than the limit of %" PRIu64
			      " bytes", download->maximum);
	if (partial_add(attempt->partial, bytes, length, err) < 0) {
		attempt->local = true;
		return -1;
	}
	now = clock_now();
	if (now - attempt->reported >= EVENT_INTERVAL) {
		attempt->reported = now;
		notify(download, EVENT_PROGRESS, attempt->partial->length, attempt->total, NULL,
		       0);
	}
	return 0;
}

/* ---- what an attempt came to ---- */

/* Fills err: another digest than the wanted one. */
static void refuse_digest(const struct download *download, const struct partial *partial,
			  struct error *err)
{
	char found[DIGEST_SHA512_HEX_BYTES], wanted[DIGEST_SHA512_HEX_BYTES];
	struct digest_sha512 sha512;
	struct digest digest;

	if (partial->wanted_sha512) {
		sha512 = digest_read_sha512(&partial->state);
		refuse(download, STATUS_DIGEST, err, "its SHA-512 is %s, the release's sums say %s",
		       digest_write_sha512(&sha512, found),
		       digest_write_sha512(partial->wanted_sha512, wanted));
		return;
	}
	digest = digest_read(&partial->state);
	refuse(download, STATUS_DIGEST, err, "its SHA-256 is %s, %s says %s",
	       digest_write_hex(&digest, found), download->witness,
	       digest_write_hex(&partial->wanted, wanted));
}

/* Decides after all bytes of an answer were taken. */
static enum step judge(struct attempt *attempt, const struct http_answer *answer, struct error *err)
{
	struct partial *partial = attempt->partial;

	if (partial_settle(partial, err) < 0) {
		attempt->local = true;
		return STEP_GIVE_UP;
	}
	if (partial_is_right(partial))
		return STEP_DONE;
	if (attempt->part && partial->length < attempt->total) {
		error_set(err, STATUS_NETWORK, "cannot fetch '%s': the range is incomplete",
			  attempt->download->source->shown);
		return STEP_PAUSE;
	}
	if (check_size(attempt->download, partial->length, err) == 0)
		refuse_digest(attempt->download, partial, err);
	hint_type(answer, err);
	attempt->useless = attempt->offset > 0;
	return attempt->useless ? STEP_AGAIN : STEP_GIVE_UP;
}

/* Keeps the bytes that came before a failure for the next attempt, if they can be written. */
static void settle_failure(struct attempt *attempt, struct error *err)
{
	struct error later;

	if (partial_settle(attempt->partial, &later) < 0 && !attempt->local) {
		attempt->local = true;
		*err = later;
	}
	attempt->local = attempt->local || err->status == STATUS_INTERRUPTED;
}

/* Decides after the transfer or a check of it failed. */
static enum step judge_failure(struct attempt *attempt, const struct http_answer *answer,
			       struct error *err)
{
	settle_failure(attempt, err);
	if (attempt->local)
		return STEP_GIVE_UP;
	if (answer->status == 416 && attempt->offset > 0)
		attempt->useless = true;
	/* A wrong size may come from bytes of another archive that were there before. */
	if (err->status == STATUS_DIGEST && attempt->offset > 0)
		attempt->useless = true;
	if (attempt->useless)
		return STEP_AGAIN;
	return answer->transient ? STEP_PAUSE : STEP_GIVE_UP;
}

int64_t download_pause(struct download_retry *retry, bool reached, uint64_t retry_after)
{
	unsigned maximum = reached ? LIMIT_ATTEMPTS : UNREACHED_ATTEMPTS;
	uint16_t random = 0;
	int64_t pause;

	if (++retry->attempts >= maximum || retry_after > LIMIT_RETRY_AFTER_SECONDS)
		return -1;
	pause = (int64_t)FIRST_PAUSE << (retry->attempts - 1);
	/* Up to a quarter more, so that six platforms do not come back at the same moment. */
	if (getrandom(&random, sizeof random, GRND_NONBLOCK) == sizeof random)
		pause += pause * random / (4 * 65536);
	if (pause < 1000 * (int64_t)retry_after)
		pause = 1000 * (int64_t)retry_after;
	return clock_now() + pause < retry->deadline ? pause : -1;
}

static enum step ask_server(struct attempt *attempt, struct download_retry *retry, int64_t *pause,
			    struct error *err)
{
	const struct download *download = attempt->download;
	char *validator = partial_validator(attempt->partial, download->source->text);
	struct http_request request = {
		.offset = attempt->offset, .validator = validator,
		.stall_seconds = download->stall_seconds, .deadline = retry->deadline,
		.head = on_head, .body = on_body, .context = attempt,
	};
	struct http_answer answer;
	enum step step;

	if (download->get(download->context, download->source, &request, &answer, err) == 0)
		step = judge(attempt, &answer, err);
	else
		step = judge_failure(attempt, &answer, err);
	if (step == STEP_PAUSE)
		*pause = download_pause(retry, answer.reached, answer.retry_after);
	http_answer_free(&answer);
	free(validator);
	return step;
}

static int open_source(const struct download *download, const char *path, struct error *err)
{
	/* O_NONBLOCK: a FIFO must not hang us. */
	int fd = download->directory ? mirror_open(download->directory, path)
		 : open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 && download->directory && errno == EXDEV)
		return error_set(err, STATUS_FILE, "cannot read '%s': a link leads out of mirror "
				 "'%s'", path, download->directory);
	return fd < 0 ? error_errno(err, STATUS_FILE, "cannot read '%s'", path) : fd;
}

/* Reads a file URL, always as a whole: a beginning that is already there saves nothing. */
static enum step read_file(struct attempt *attempt, struct error *err)
{
	struct http_answer answer = { .status = 200 };
	char *path = url_file_path(attempt->download->source);
	enum step step = STEP_GIVE_UP;
	uint8_t *chunk = NULL;
	ssize_t got = -1;
	struct stat st;
	int fd = -1;

	if (!path) {
		refuse(attempt->download, STATUS_FILE, err, "not a file URL");
		goto out;
	}
	fd = open_source(attempt->download, path, err);
	if (fd < 0)
		goto out;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		error_set(err, STATUS_FILE, "cannot read '%s': not a regular file", path);
		goto out;
	}
	answer.length = (uint64_t)st.st_size;
	if (on_head(attempt, &answer, err) < 0)
		goto out;
	chunk = memory_new(1, CHUNK_BYTES);
	while ((got = read(fd, chunk, CHUNK_BYTES)) > 0)
		if (on_body(attempt, chunk, (size_t)got, err) < 0 || interrupt_check(err) < 0)
			goto out;
	if (got < 0)
		error_errno(err, STATUS_FILE, "cannot read '%s'", path);
	else
		step = judge(attempt, &answer, err);
out:
	if (step != STEP_DONE)
		settle_failure(attempt, err);
	if (fd >= 0)
		close(fd);
	free(chunk);
	free(path);
	return step;
}

static int run_attempts(const struct download *download, struct partial *partial, bool *local,
			struct error *err)
{
	struct download_retry retry = {
		.deadline = clock_now() + 1000 * (int64_t)download->total_seconds
	};
	bool restarted = false;
	int result = 0;

	while (result == 0) {
		struct attempt attempt = { .download = download, .partial = partial,
					   .offset = partial->length };
		int64_t pause = -1;
		enum step step = download->source->scheme == URL_FILE
				 ? read_file(&attempt, err)
				 : ask_server(&attempt, &retry, &pause, err);

		*local = attempt.local;
		if (step == STEP_DONE)
			return 0;
		if (step == STEP_GIVE_UP || (step == STEP_PAUSE && pause < 0) ||
		    (step == STEP_AGAIN && restarted))
			return -1;
		if (step == STEP_AGAIN) {
			restarted = true;
			result = partial_reset(partial, err);
		} else {
			notify(download, EVENT_RETRYING, partial->length, attempt.total,
			       err->message, (unsigned)pause);
			result = clock_sleep(pause, err);
		}
	}
	*local = true;
	return -1;
}

int download_archive(const struct download *download, struct partial *partial, bool *local,
		     struct error *err)
{
	struct error unused;

	*local = false;
	if (partial_is_right(partial))		/* killed just before it was published */
		return 0;
	if (run_attempts(download, partial, local, err) == 0)
		return 0;
	/* An archive that failed a check is of no use; one that was cut off is a beginning. */
	if (err->status == STATUS_DIGEST || err->status == STATUS_LIMIT)
		*local = partial_reset(partial, &unused) < 0;
	return -1;
}

/* ---- documents ---- */

struct document {
	const struct download *download;
	struct buffer *buffer;
};

static int on_document_head(void *context, const struct http_answer *answer, struct error *err)
{
	const struct document *document = context;

	if (answer->status == 200)
		return 0;
	return refuse(document->download, STATUS_HTTP, err,
		      "HTTP status %u without a range request", answer->status);
}

static int on_document_body(void *context, const void *bytes, size_t length, struct error *err)
{
	const struct document *document = context;

	if (buffer_add(document->buffer, bytes, length) == 0)
		return 0;
	return refuse(document->download, STATUS_LIMIT, err, "more than %zu bytes",
		      document->buffer->maximum);
}

int download_document(const struct download *download, struct buffer *buffer, bool *absent,
		      struct error *err)
{
	struct download_retry retry = {
		.deadline = clock_now() + 1000 * (int64_t)download->total_seconds
	};
	struct document document = { download, buffer };
	struct http_request request = {
		.stall_seconds = download->stall_seconds, .deadline = retry.deadline,
		.head = on_document_head, .body = on_document_body, .context = &document,
	};

	for (;;) {
		struct http_answer answer;
		int result = download->get(download->context, download->source, &request,
					   &answer, err);
		int64_t pause = -1;

		if (result < 0 && answer.transient)
			pause = download_pause(&retry, answer.reached, answer.retry_after);
		*absent = answer.status == 404 || answer.status == 410;
		http_answer_free(&answer);
		if (result == 0)
			return 0;
		buffer_free(buffer);
		if (pause < 0 || clock_sleep(pause, err) < 0)
			return -1;
	}
}
