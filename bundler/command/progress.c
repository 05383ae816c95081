/* SPDX-License-Identifier: Apache-2.0 */
/* The line of progress on a terminal, and notes about downloads. */
#include "command/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "command/report.h"

#define BAR_COLUMNS 24
#define MAXIMUM_COLUMNS 160
#define REDRAW_INTERVAL 100	/* milliseconds */
#define LINE_INTERVAL 10000	/* milliseconds, where lines stay */
#define ERASE "\r\033[K"

void progress_init(struct progress *progress, const char *term)
{
	*progress = (struct progress){
		.terminal = isatty(STDERR_FILENO) == 1 && term && strcmp(term, "dumb") != 0,
	};
	pthread_mutex_init(&progress->lock, NULL);
}

static void erase(struct progress *progress)
{
	if (!progress->terminal)
		return;		/* lines stay */
	if (progress->drawn != 0)
		fputs(ERASE, stderr);
	progress->drawn = 0;
}

void progress_free(struct progress *progress)
{
	erase(progress);
	for (size_t i = 0; i < progress->row_count; i++)
		free(progress->rows[i].asset);
	free(progress->rows);
	free(progress->subject);
	pthread_mutex_destroy(&progress->lock);
	*progress = (struct progress){ .lock = PTHREAD_MUTEX_INITIALIZER };
}

static struct progress_row *find_row(struct progress *progress, const char *asset)
{
	for (size_t i = 0; i < progress->row_count; i++) {
		if (strcmp(progress->rows[i].asset, asset) == 0)
			return &progress->rows[i];
	}
	progress->rows = memory_resize(progress->rows, progress->row_count + 1,
				       sizeof *progress->rows);
	progress->rows[progress->row_count] = (struct progress_row){
		.asset = memory_string(asset),
	};
	return &progress->rows[progress->row_count++];
}

struct sums {
	uint64_t done, total, new;
	bool known;	/* total is that of all */
};

static struct sums add_rows(const struct progress *progress)
{
	struct sums sums = { .known = true };

	for (size_t i = 0; i < progress->row_count; i++) {
		const struct progress_row *row = &progress->rows[i];

		sums.done += row->done;
		sums.total += row->total;
		sums.new += row->done > row->before ? row->done - row->before : 0;
		sums.known = sums.known && row->total >= row->done && row->total != 0;
	}
	return sums;
}

/* "[######------------------]  ", or nothing while the end is not known. */
static size_t write_bar(const struct sums *sums, char *text, size_t size)
{
	char bar[BAR_COLUMNS + 1];
	size_t full;

	if (!sums->known || sums->total == 0)
		return 0;
	full = (size_t)((double)sums->done / (double)sums->total * BAR_COLUMNS);
	memset(bar, '-', BAR_COLUMNS);
	memset(bar, '#', full);
	bar[BAR_COLUMNS] = '\0';
	return (size_t)snprintf(text, size, "[%s]  %.1f of %.1f MB", bar, (double)sums->done / 1e6,
				(double)sums->total / 1e6);
}

void progress_write_line(const struct progress *progress, int64_t elapsed, char *text, size_t width)
{
	struct sums sums = add_rows(progress);
	double rate = elapsed > 0 ? (double)sums.new * 1000 / (double)elapsed : 0;
	char line[MAXIMUM_COLUMNS];
	size_t used = 0, bar;

	if (progress->subject && progress->row_count == 0) {
		snprintf(text, width + 1, "%s  %s", progress->phase, progress->subject);
		return;
	}
	if (progress->phase[0] != '\0')
		used = (size_t)snprintf(line, sizeof line, "%s  ", progress->phase);
	bar = write_bar(&sums, line + used, sizeof line - used);
	used += bar;
	if (bar == 0)
		used += (size_t)snprintf(line + used, sizeof line - used, "%.1f MB",
					 (double)sums.done / 1e6);
	used += (size_t)snprintf(line + used, sizeof line - used, "  %.1f MB/s", rate / 1e6);
	if (sums.known && rate > 0) {
		unsigned long left = (unsigned long)((double)(sums.total - sums.done) / rate + 0.5);

		used += (size_t)snprintf(line + used, sizeof line - used, "  %lu:%02lu", left / 60,
					 left % 60);
	}
	if (progress->last && used < sizeof line)
		snprintf(line + used, sizeof line - used, "  %s", progress->last);
	snprintf(text, width + 1, "%s", line);
}

static size_t terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 2)
		return 79;
	return size.ws_col < MAXIMUM_COLUMNS ? size.ws_col - 1U : MAXIMUM_COLUMNS - 1;
}

static void draw(struct progress *progress)
{
	char line[MAXIMUM_COLUMNS + 1];
	int64_t now = clock_now();

	if (report_level() == REPORT_QUIET)
		return;
	if (progress->terminal ? now - progress->drawn < REDRAW_INTERVAL
	    : now - (progress->drawn ? progress->drawn : progress->started) < LINE_INTERVAL)
		return;
	progress_write_line(progress, now - progress->started, line,
			    progress->terminal ? terminal_width() : MAXIMUM_COLUMNS);
	if (progress->terminal)
		fprintf(stderr, ERASE "%s", line);
	else
		report_line("progress: ", line, "");
	fflush(stderr);
	progress->drawn = now;
}

static void note(struct progress *progress, const char *text, const char *tail)
{
	erase(progress);
	report_note(text, tail);
}

/* What only --verbose wants. */
static void tell(struct progress *progress, const char *text, const char *tail)
{
	if (report_level() != REPORT_VERBOSE)
		return;
	erase(progress);
	report_line("", text, tail);
}

static void update_row(struct progress *progress, const struct event *event)
{
	struct progress_row *row = find_row(progress, event->asset);

	progress->last = row->asset;
	if (progress->phase[0] == '\0')
		memcpy(progress->phase, "download", sizeof "download");
	if (event->kind == EVENT_STARTED)
		row->before = event->done;
	row->done = event->done;
	row->total = event->total;
	if (progress->started == 0)
		progress->started = clock_now();
	draw(progress);
}

/* A new phase is drawn at once, because it may last. */
static void enter_phase(struct progress *progress, const struct event *event)
{
	char tail[sizeof progress->phase + 2];

	snprintf(progress->phase, sizeof progress->phase, "%s", event->message);
	snprintf(tail, sizeof tail, ": %s", progress->phase);
	tell(progress, event->asset, tail);
	free(progress->subject);
	progress->subject = memory_string(event->asset);
	if (progress->started == 0)
		progress->started = clock_now();
	if (progress->terminal)
		progress->drawn = 0;
	draw(progress);
}

void progress_notify(void *context, const struct event *event)
{
	struct progress *progress = context;

	pthread_mutex_lock(&progress->lock);
	switch (event->kind) {
	case EVENT_STARTED:
	case EVENT_PROGRESS:
	case EVENT_DONE:
		update_row(progress, event);
		break;
	case EVENT_WAITING:
		note(progress, event->asset, ": waiting for another download of it");
		break;
	case EVENT_RETRYING:
		note(progress, event->message, "; trying again");
		break;
	case EVENT_DISCARDED:
		note(progress, event->message, "; fetching it again");
		break;
	case EVENT_SOURCE_FAILED:
	case EVENT_WARNED:
		note(progress, event->message, "");
		break;
	case EVENT_CACHED:
		tell(progress, event->asset, ": in the cache");
		break;
	case EVENT_DETAIL:
		tell(progress, event->message, "");
		break;
	case EVENT_PHASE:
		enter_phase(progress, event);
		break;
	}
	pthread_mutex_unlock(&progress->lock);
}
