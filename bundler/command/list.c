/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a list, each in a process of its own. */
#include "command/list.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/jobs.h"
#include "base/limits.h"
#include "base/pool.h"
#include "command/inputs.h"
#include "command/report.h"

#define TICK 200	/* milliseconds: how late a signal may be noticed */
#define BLANKS " \t\r"

struct row {
	char *words[COMMAND_LIST_WORDS];
	char *line;		/* once it is done, until it is printed */
};

/* A row under way. */
struct slot {
	size_t row;
	pid_t process;		/* 0: none */
	int pipe;		/* its standard output */
	struct buffer output;
	bool flooded;		/* it was ended because of too much output */
};

struct session {
	struct row *rows;
	size_t count;
	size_t started, printed;	/* rows */
	struct slot slots[LIMIT_LIST_JOBS];
	size_t slot_count;
	int worst;
	size_t identical, equivalent, different, failed;
	struct pool pool;
};

int command_list_jobs(void *jobs, const struct option_spec *spec, const char *value,
		      struct error *err)
{
	int64_t number;

	(void)spec;
	if (command_inputs_number("--jobs", value, LIMIT_LIST_JOBS, &number, err) < 0)
		return -1;
	*(unsigned *)jobs = (unsigned)number;
	return number > 0 ? 0 : error_set(err, STATUS_USAGE, "cannot use --jobs '0': nothing would "
					  "be done");
}

/* ---- the list ---- */

static int read_row(struct session *session, char *line, struct row *row)
{
	size_t count = 0;
	char *word;

	line[strcspn(line, "#")] = '\0';
	while ((word = strsep(&line, BLANKS)))
		if (*word && count < COMMAND_LIST_WORDS)
			row->words[count++] = pool_string(&session->pool, word);
		else if (*word)
			return -1;
	return count == 0 ? 0 : count == COMMAND_LIST_WORDS ? 1 : -1;
}

static int read_rows(struct session *session, struct buffer *text, const char *file,
		     struct error *err)
{
	char *rest = text->bytes, *line;
	size_t number = 0, lines = 1;

	for (size_t i = 0; i < text->length; i++)
		lines += text->bytes[i] == '\n';
	session->rows = pool_new(&session->pool, lines, sizeof *session->rows);
	if (text->length > 0 && strlen(text->bytes) < text->length)
		return error_set(err, STATUS_USAGE, "cannot read list '%s': it has a NUL byte",
				 file);
	while (rest && (line = strsep(&rest, "\n"))) {
		const int read = read_row(session, line, &session->rows[session->count]);

		number++;
		if (read < 0) {
			error_set(err, STATUS_USAGE, "cannot read list '%s': line %zu is not a "
				  "place and a recipe", file, number);
			return error_hint(err, "neither may have blanks in it; '#' begins a "
					  "comment");
		}
		session->count += (size_t)read;
	}
	return 0;
}

static int read_list(struct session *session, const char *file, struct error *err)
{
	struct buffer text;
	int result;

	buffer_init(&text, LIMIT_LIST_BYTES);
	if (strcmp(file, "-") == 0)
		result = file_read_open(&text, STDIN_FILENO, "standard input", err);
	else
		result = file_read(&text, AT_FDCWD, file, err);
	if (result == 0)
		result = read_rows(session, &text, file, err);
	buffer_free(&text);
	return result;
}

/* ---- a row ---- */

/* The process of a row; its standard output is read by the one that has made it. */
static void run_row(const struct session *session, const struct row *row, int output,
		    command_list_work *work, void *context)
{
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct error err;
	int result = -1;

	/* Lines of several rows at once say nothing. */
	if (report_level() != REPORT_VERBOSE)
		report_choose_level(REPORT_QUIET);
	for (size_t i = 0; i < session->slot_count; i++)
		if (session->slots[i].process > 0)
			close(session->slots[i].pipe);
	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0
	    || prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
		error_errno(&err, STATUS_FILE, "cannot prepare a process");
	else
		result = work(context, (char *[]){ row->words[0], row->words[1], NULL }, &err);
	if (result >= 0 && report_flush(&err) < 0)
		result = -1;
	if (result < 0)
		report_error_json(&err);
	_exit(result < 0 ? (int)err.status : result);
}

static int start(struct session *session, struct slot *slot, command_list_work *work,
		 void *context, struct error *err)
{
	int ends[2];

	/* What is in the buffer would be printed by both. */
	if (report_flush(err) < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, STATUS_FILE, "cannot make a pipe");
	slot->process = fork();
	if (slot->process == 0) {
		run_row(session, &session->rows[session->started], ends[1], work, context);
	}
	close(ends[1]);
	if (slot->process < 0) {
		slot->process = 0;
		close(ends[0]);
		return error_errno(err, STATUS_FILE, "cannot start a process");
	}
	slot->pipe = ends[0];
	slot->row = session->started++;
	slot->flooded = false;
	buffer_init(&slot->output, LIMIT_LIST_REPORT_BYTES);
	return 0;
}

/* Why the object that a process has printed is not the one that it owes; NULL when it is. */
static const char *fault_of(const struct slot *slot, int status, const json_t *report)
{
	if (slot->flooded)
		return "its report is too long";
	if (!WIFEXITED(status) || WEXITSTATUS(status) > STATUS_REGISTRY)
		return "its process was ended";
	if (WEXITSTATUS(status) > STATUS_DIFFERENCES
	    ? !json_is_object(json_object_get(report, "error"))
	    : !json_is_string(json_object_get(report, "verdict")))
		return "its process printed no report";
	return NULL;
}

static void count_row(struct session *session, int status, const json_t *report)
{
	const char *verdict = json_string_value(json_object_get(report, "verdict"));

	if (status > session->worst)
		session->worst = status;
	if (status > STATUS_DIFFERENCES)
		session->failed++;
	else if (strcmp(verdict, "identical") == 0)
		session->identical++;
	else if (strcmp(verdict, "equivalent") == 0)
		session->equivalent++;
	else
		session->different++;
}

/* The process has closed its standard output. */
static void end_row(struct session *session, struct slot *slot)
{
	struct row *row = &session->rows[slot->row];
	json_t *line, *report;
	const char *fault;
	int status = 0;

	close(slot->pipe);
	while (waitpid(slot->process, &status, 0) < 0 && errno == EINTR)
		;
	slot->process = 0;
	report = json_loadb(slot->output.bytes ? slot->output.bytes : "", slot->output.length,
			    JSON_REJECT_DUPLICATES, NULL);
	fault = fault_of(slot, status, report);
	buffer_free(&slot->output);
	if (fault) {
		struct error err;

		error_set(&err, slot->flooded ? STATUS_LIMIT : STATUS_FILE, "cannot audit '%s': %s",
			  row->words[0], fault);
		if (slot->flooded)
			error_hint(&err, "-q leaves differences and notes out");
		status = (int)err.status;
		json_decref(report);
		report = report_error_describe(&err);
	} else {
		status = WEXITSTATUS(status);
	}
	count_row(session, status, report);
	line = json_pack("{s:o, s:o, s:i}", "image", report_json(row->words[0]), "recipe",
			 report_json(row->words[1]), "status", status);
	json_object_update_missing(line, report);
	json_decref(report);
	row->line = json_dumps(line, JSON_COMPACT);
	json_decref(line);
}

/* ---- all of them ---- */

static void read_output(struct session *session, struct slot *slot)
{
	char bytes[16 * KIB];
	const ssize_t length = read(slot->pipe, bytes, sizeof bytes);

	if (length < 0 && errno == EINTR)
		return;
	if (length <= 0) {
		end_row(session, slot);
		return;
	}
	if (slot->flooded || buffer_add(&slot->output, bytes, (size_t)length) == 0)
		return;
	slot->flooded = true;
	kill(slot->process, SIGTERM);
}

static void print_done(struct session *session)
{
	while (session->printed < session->started && session->rows[session->printed].line) {
		struct row *row = &session->rows[session->printed++];

		puts(row->line);
		free(row->line);
		row->line = NULL;
	}
}

/* Waits for what rows under way print, and takes it. */
static void attend(struct session *session)
{
	struct pollfd polls[LIMIT_LIST_JOBS];

	for (size_t i = 0; i < session->slot_count; i++)
		polls[i] = (struct pollfd){ session->slots[i].process > 0
					    ? session->slots[i].pipe : -1, POLLIN, 0 };
	if (poll(polls, session->slot_count, TICK) <= 0)
		return;
	for (size_t i = 0; i < session->slot_count; i++)
		if (polls[i].revents)
			read_output(session, &session->slots[i]);
}

/* They remove their temporaries. */
static void end_all(struct session *session)
{
	for (size_t i = 0; i < session->slot_count; i++)
		if (session->slots[i].process > 0)
			kill(session->slots[i].process, SIGTERM);
	for (size_t i = 0; i < session->slot_count; i++) {
		struct slot *slot = &session->slots[i];

		if (slot->process == 0)
			continue;
		close(slot->pipe);
		while (waitpid(slot->process, NULL, 0) < 0 && errno == EINTR)
			;
		slot->process = 0;
		buffer_free(&slot->output);
	}
	for (size_t i = session->printed; i < session->started; i++)
		free(session->rows[i].line);
}

/* A row that takes long holds up no others, but for those whose lines would have to be kept. */
static int run_rows(struct session *session, command_list_work *work, void *context,
		    struct error *err)
{
	while (session->printed < session->count) {
		for (size_t i = 0; i < session->slot_count; i++)
			if (session->slots[i].process == 0 && session->started < session->count
			    && session->started < session->printed + LIMIT_LIST_AHEAD
			    && start(session, &session->slots[i], work, context, err) < 0)
				return -1;
		attend(session);
		if (interrupt_check(err) < 0)
			return -1;
		print_done(session);
		if (report_flush(err) < 0)
			return -1;
	}
	return 0;
}

static void print_counts(struct session *session)
{
	report_note(pool_format(&session->pool, "%zu images: %zu identical, %zu equivalent, %zu "
				"different, %zu failed", session->count, session->identical,
				session->equivalent, session->different, session->failed), "");
}

int command_list_run(const struct command_list *list, command_list_work *work, void *context,
		     struct error *err)
{
	struct session session = { .slot_count = list->jobs };
	int result;

	if (session.slot_count == 0)
		session.slot_count = jobs_processors();
	if (session.slot_count > LIMIT_LIST_JOBS)
		session.slot_count = LIMIT_LIST_JOBS;
	result = read_list(&session, list->file, err);
	if (result == 0)
		result = run_rows(&session, work, context, err);
	if (result == 0)
		print_counts(&session);
	end_all(&session);
	pool_free(&session.pool);
	return result < 0 ? -1 : session.worst;
}
