/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a command again and again. Each time another one of its system calls fails, or a signal comes at
 * it. What the run leaves must be what was there before or what the command makes; its status, output
 * and message must say which.
 *
 *	faults [-n COUNT [-s SEED]] [-k CASE] [-a CALL:ERROR] [-p] [-o] [-d DEPTH] [-x STATUS]... COMMAND [ARGUMENT]...
 *
 * The directory before/ is the starting state. The command runs in work/, a copy of it. A case is
 * THREAD.CALL.INDEX:WHAT, such as 0.openat.12:EIO: at that openat(2) of the first thread, counted from 0,
 * that error or SIGKILL or SIGTERM. The first thread is 0, those that it starts are 1, 2, ..., those of 1
 * are 101, 102, .... Where a network makes the calls vary, a run may end before the case: it is tried again
 * with half the index. There is no case for futex(2), whose calls depend on chance. -n takes COUNT cases at
 * random, -k only that one, and says what it left. With -a all calls of that name fail, in one run, which
 * must succeed. Without these, all cases are tried.
 *
 * A path of at most DEPTH names (1) and all below it is replaced in one step. A failure may end with
 * status 9 or a STATUS of -x. With -p it may leave some paths old and others new, with -o write a part of its
 * output. Ends with 0 if no case is wrong, with 1 if some are, which are printed.
 */
#define _GNU_SOURCE
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRONG_SHOWN 10

static char **command;
static struct fault *cases;	/* the run without a fault lists them */
static size_t case_count;

static void add_case(const struct fault *fault)
{
	static size_t room;

	if (case_count == room) {
		room = room ? room * 2 : 1024;
		cases = realloc(cases, room * sizeof *cases);
		if (!cases)
			die("realloc");
	}
	cases[case_count++] = *fault;
}

/* ---- what is in work/ ---- */

struct entry {
	char path[256];
	char facts[512];	/* type, mode, owner; size and hash, or target */
};

struct state {
	struct entry *entries;
	size_t count, room;
};

static struct state before, after, now;
static struct state *walking;
static size_t depth = 1;

static uint64_t hash_file(const char *path, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325;
	int fd = open(path, O_RDONLY);
	const unsigned char *bytes = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;

	if (fd < 0 || bytes == MAP_FAILED)
		die(path);
	for (size_t i = 0; i < size; i++)	/* FNV-1a */
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	if (size)
		munmap((void *)bytes, size);
	close(fd);
	return hash;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct state *state = walking;
	struct entry *entry;
	char target[256] = "";

	(void)type;
	/* Partial downloads may stay. */
	if (ftw->level == 0 || strstr(path, "/partial/"))
		return 0;
	if (state->count == state->room) {
		state->room = state->room ? state->room * 2 : 64;
		state->entries = realloc(state->entries, state->room * sizeof *state->entries);
		if (!state->entries)
			die("realloc");
	}
	entry = &state->entries[state->count++];
	snprintf(entry->path, sizeof entry->path, "%s", path + strlen("work/"));
	if (S_ISLNK(st->st_mode) && readlink(path, target, sizeof target - 1) < 0)
		die(path);
	snprintf(entry->facts, sizeof entry->facts, "%o %u:%u %jd %jx %s", st->st_mode, st->st_uid, st->st_gid,
		 S_ISDIR(st->st_mode) ? 0 : (intmax_t)st->st_size,
		 S_ISREG(st->st_mode) ? (uintmax_t)hash_file(path, (size_t)st->st_size) : 0, target);
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static void look(struct state *state)
{
	walking = state;
	state->count = 0;
	if (nftw("work", visit, 16, FTW_PHYS) < 0)
		die("work");
	qsort(state->entries, state->count, sizeof *state->entries, by_path);
}

static bool same_entry(const struct entry *a, const struct entry *b)
{
	return strcmp(a->path, b->path) == 0 && strcmp(a->facts, b->facts) == 0;
}

static bool same(const struct state *a, const struct state *b)
{
	size_t i = 0;

	while (i < a->count && i < b->count && same_entry(&a->entries[i], &b->entries[i]))
		i++;
	return i == a->count && i == b->count;
}

static void tool(char **words)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execvp(words[0], words);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
		die(words[0]);
}

static void restore(void)
{
	tool((char *[]){ "rm", "-rf", "work", NULL });
	tool((char *[]){ "cp", "-a", "before", "work", NULL });
}

/* The length of the first names of a path, as many as depth. */
static size_t unit_length(const char *path)
{
	size_t length = 0, slashes = 0;

	while (path[length] && (path[length] != '/' || ++slashes < depth))
		length++;
	return length;
}

static bool in_unit(const char *path, const char *unit, size_t length)
{
	return strncmp(path, unit, length) == 0 && (path[length] == '\0' || path[length] == '/')
		&& (path[length] == '\0' || unit_length(path) == length);
}

/* Whether all that two states have of a unit is the same. */
static bool same_unit(const struct state *a, const struct state *b, const char *unit, size_t length)
{
	size_t i = 0, j = 0;

	for (;;) {
		while (i < a->count && !in_unit(a->entries[i].path, unit, length))
			i++;
		while (j < b->count && !in_unit(b->entries[j].path, unit, length))
			j++;
		if (i == a->count || j == b->count)
			return i == a->count && j == b->count;
		if (!same_entry(&a->entries[i++], &b->entries[j++]))
			return false;
	}
}

/* What a killed run may leave, and the next one removes. */
static bool is_litter(const char *path)
{
	return strncmp(path, ".bundler-", 9) == 0 || strstr(path, "/.bundler-");
}

/* The first path of a state whose unit is neither the old one nor the new one; or NULL. */
static const char *between_in(const struct state *state)
{
	for (size_t i = 0; i < state->count; i++) {
		const char *path = state->entries[i].path;
		size_t length = unit_length(path);

		if (!is_litter(path) && !same_unit(&now, &before, path, length)
		    && !same_unit(&now, &after, path, length))
			return path;
	}
	return NULL;
}

static const char *between(void)
{
	const char *path = between_in(&now);

	path = path ? path : between_in(&before);
	return path ? path : between_in(&after);
}

/* ---- judging ---- */

static struct result normal, result;
static int statuses[16] = { 9 };
static size_t status_count = 1;
static bool parts, streams;	/* -p, -o */
static bool shown;	/* what a case left is printed */
static size_t wrong, ended, missed;

/* A run without a fault must give what it gave at first, wherever it starts. */
static const char *not_made_good(void)
{
	static struct result next;

	fault_run(command, &(struct fault){ 0 }, NULL, &next);
	look(&now);
	if (next.status != normal.status)
		return "the next run fails";
	return same(&now, &after) ? NULL : "the next run leaves something else";
}

/* After a sudden end. Only what is neither the old state nor the new one needs another run. */
static const char *not_whole(void)
{
	if (same(&now, &before) || same(&now, &after))
		return NULL;
	return between() ? "something is neither old nor new" : not_made_good();
}

static bool unchanged_or_new(void)
{
	return parts ? !not_whole() : same(&now, &before) || same(&now, &after);
}

/* One line, perhaps with a hint; notes of sources that failed come before it. */
static bool is_message(const char *text)
{
	const char *end;

	while (strncmp(text, "note: ", 6) == 0 && strchr(text, '\n'))
		text = strchr(text, '\n') + 1;
	end = strchr(text, '\n');
	return strncmp(text, "bundler: cannot ", 16) == 0 && end
		&& (end[1] == '\0' || (strncmp(end + 1, "hint: ", 6) == 0
		    && strchr(end + 1, '\n') && strchr(end + 1, '\n')[1] == '\0'));
}

static bool may_end_with(int status)
{
	for (size_t i = 0; i < status_count; i++)
		if (statuses[i] == status)
			return true;
	return false;
}

static bool is_memory(int number)
{
	return number == SYS_mmap || number == SYS_brk || number == SYS_mremap || number == SYS_mprotect;
}

static bool is_flush(int number)
{
	return number == SYS_fsync || number == SYS_fdatasync || number == SYS_syncfs;
}

static const char *judge(const struct fault *fault)
{
	int status = result.status, number = result.number;

	if (result.hung || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
		return "it hangs";
	if (fault->what == FAULT_KILL && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return not_whole();
	/* The allocator aborts where none of the program's own data can be relied on any more. */
	if (fault->what == ENOMEM && is_memory(number) && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)
		return not_whole();
	if (fault->what == FAULT_TERM && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM)
		return unchanged_or_new() ? NULL : "a signal leaves something";
	if (!WIFEXITED(status))
		return "it crashes";
	if (status == normal.status) {
		if (strcmp(result.out, normal.out) != 0)
			return "success, with another output";
		if (!same(&now, &after))
			return "success, but the new state is not there";
		return fault->what > 0 && is_flush(number) ? "success, without a flush" : NULL;
	}
	if (fault->all || !may_end_with(WEXITSTATUS(status)))
		return "the status is not what it should be";
	/* A clean-up that fails leaves litter, and says so. */
	if (strstr(result.err, "cannot remove '.bundler-"))
		return not_whole();
	if (parts ? !unchanged_or_new() : !same(&now, &before))
		return same(&now, &after) ? "failure, but the new state is there"
		       : "failure, but the old state is not there";
	if (number == SYS_writev || number == SYS_write)
		return NULL;
	if (result.out[0] != '\0' && !streams)
		return "failure, but with an output";
	if (!is_message(result.err))
		return "failure, without one message";
	return NULL;
}

static void print_state(void)
{
	for (size_t i = 0; i < now.count; i++)
		printf("  %s %s\n", now.entries[i].path, now.entries[i].facts);
}

static const char *name_of(const struct fault *fault)
{
	static char name[64];

	snprintf(name, sizeof name, "%d.%s.%d:%s", fault->thread, fault_call_name(fault->number), fault->index,
		 fault_error_name(fault->what));
	return name;
}

static void try(struct fault *fault)
{
	const char *reason;

	for (;; fault->index /= 2) {
		if (!same(&now, &before))
			restore();
		fault_run(command, fault, NULL, &result);
		if (result.number >= 0 || fault->index == 0)
			break;
		look(&now);
	}
	look(&now);
	if (shown)
		print_state();
	missed += result.number < 0;
	ended += result.status != normal.status;
	reason = judge(fault);
	if ((!reason && !shown) || (reason && wrong++ >= WRONG_SHOWN && !shown))
		return;
	printf("%s: %s; status 0x%x\n%s", name_of(fault), reason ? reason : "as it should", result.status,
	       result.err);
}

static void begin(void)
{
	restore();
	look(&before);
	fault_run(command, &(struct fault){ 0 }, NULL, &normal);
	look(&after);
	if (!WIFEXITED(normal.status) || WEXITSTATUS(normal.status) > 1) {
		fputs(normal.err, stderr);
		fputs("faults: the command fails by itself\n", stderr);
		exit(2);
	}
	look(&now);
	if (not_made_good()) {
		print_state();
		fputs("faults: a second run gives something else\n", stderr);
		exit(2);
	}
	restore();
	fault_run(command, &(struct fault){ 0 }, add_case, &result);
	look(&now);
	if (result.status != normal.status || !same(&now, &after)) {
		fputs("faults: a traced run gives something else\n", stderr);
		exit(2);
	}
}

static void swap(size_t i, size_t k)
{
	struct fault first = cases[i];

	cases[i] = cases[k];
	cases[k] = first;
}

static bool is_known(const struct fault *fault, size_t count)
{
	while (count-- > 0)
		if (cases[count].what == fault->what && cases[count].number == fault->number)
			return true;
	return false;
}

/* Keeps as many cases, taken at random; but first one of each call and error. */
static void choose(size_t count, unsigned seed)
{
	uint64_t random = seed;
	size_t kinds = 0;

	for (size_t i = 0; i < case_count; i++) {
		random = random * 6364136223846793005 + 1442695040888963407;	/* Knuth, MMIX */
		swap(i, i + (size_t)(random >> 33) % (case_count - i));
	}
	for (size_t i = 0; i < case_count; i++)
		if (cases[i].what > 0 && !is_known(&cases[i], kinds))
			swap(i, kinds++);
	if (count < case_count)
		case_count = count;
}

static const char *every;	/* -a: CALL:ERROR, for all calls */

static void choose_every(int number, int what)
{
	char name[64];

	snprintf(name, sizeof name, "%s:%s", fault_call_name(number), fault_error_name(what));
	if (strcmp(name, every) == 0)
		add_case(&(struct fault){ -1, number, 0, what, true });
}

static void choose_one(const char *text)
{
	size_t found = 0;

	for (size_t i = 0; i < case_count; i++)
		if (strcmp(name_of(&cases[i]), text) == 0)
			cases[found++] = cases[i];
	case_count = found;
	shown = true;
}

int main(int argc, char **argv)
{
	size_t count = SIZE_MAX;
	unsigned seed = 1;
	const char *one = NULL;
	cpu_set_t cpu;
	int option;

	while ((option = getopt(argc, argv, "+n:s:k:a:pod:x:")) > 0)
		switch (option) {
		case 'n': count = strtoul(optarg, NULL, 10); break;
		case 's': seed = (unsigned)strtoul(optarg, NULL, 10); break;
		case 'k': one = optarg; break;
		case 'a': every = optarg; break;
		case 'p': parts = true; break;
		case 'o': streams = true; break;
		case 'd': depth = strtoul(optarg, NULL, 10); break;
		case 'x': statuses[status_count++ % COUNT_OF(statuses)] = (int)strtoul(optarg, NULL, 10); break;
		default: return 2;
		}
	command = argv + optind;
	if (!command[0])
		return 2;
	/* On one processor the threads take turns in nearly the same order each time. */
	CPU_ZERO(&cpu);
	CPU_SET((size_t)sched_getcpu(), &cpu);
	if (sched_setaffinity(0, sizeof cpu, &cpu) < 0)
		die("sched_setaffinity");
	if (!freopen("/dev/null", "r", stdin))
		die("/dev/null");
	begin();
	if (every) {
		case_count = 0;
		fault_each_error(choose_every);
	} else if (one) {
		choose_one(one);
	} else {
		choose(count, seed);
	}
	for (size_t i = 0; i < case_count; i++)
		try(&cases[i]);
	printf("%zu cases, %zu ended the run, %zu were not met, %zu wrong\n", case_count, ended, missed, wrong);
	return wrong || !case_count || missed > case_count / 20 ? 1 : 0;
}
