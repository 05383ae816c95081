/* SPDX-License-Identifier: Apache-2.0 */
/* staging.c: publishing, taking back, sweeping what the dead left and nothing else. */
#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/staging.h"

/* renameat2(2) fails with this; 0 lets it be. There is no file system here that has no exchange. */
static int renameat2_fault;

/* Stands before libc's in this program. */
long syscall(long number, ...)
{
	long (*next)(long, ...) = (long (*)(long, ...))(uintptr_t)dlsym(RTLD_NEXT, "syscall");
	long arguments[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		arguments[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_renameat2 && renameat2_fault != 0) {
		errno = renameat2_fault;
		return -1;
	}
	return next(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
		    arguments[5]);
}

/* These fail with it; 0 lets them be. */
static int flush_fault;

int fsync(int fd)
{
	errno = flush_fault;
	return flush_fault == 0 ? (int)syscall(SYS_fsync, (long)fd, 0L, 0L, 0L, 0L, 0L) : -1;
}

int syncfs(int fd)
{
	errno = flush_fault;
	return flush_fault == 0 ? (int)syscall(SYS_syncfs, (long)fd, 0L, 0L, 0L, 0L, 0L) : -1;
}

static void open_staging(struct staging *staging)
{
	struct error err;

	if (staging_open(staging, scratch, "out", &err) < 0)
		fail_msg("%s", err.message);
}

/* A file below a directory descriptor. */
static void write_at(int dirfd, const char *path, const char *text)
{
	int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_EXCL, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void make_directory(int dirfd, const char *name, const char *text)
{
	char path[100];

	assert_int_equal(mkdirat(dirfd, name, 0755), 0);
	snprintf(path, sizeof path, "%s/f", name);
	write_at(dirfd, path, text);
}

static bool is_there(const char *name)
{
	return faccessat(scratch, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void private_and_gone_in_the_end(void **state)
{
	struct staging staging;
	char name[60];
	struct stat st;

	(void)state;
	open_staging(&staging);
	snprintf(name, sizeof name, ".bundler-%ld-0", (long)getpid());
	assert_string_equal(staging.name, name);
	assert_int_equal(fstatat(scratch, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0700);
	make_directory(staging.fd, "d", "x");
	write_at(staging.fd, "f", "y");
	assert_int_equal(symlinkat("/etc/passwd", staging.fd, "l"), 0);
	assert_int_equal(mkdirat(staging.fd, "closed", 0700), 0);
	write_at(staging.fd, "closed/f", "z");
	assert_int_equal(fchmodat(staging.fd, "closed", 0, 0), 0);
	staging_close(&staging);
	assert_false(is_there(name));
	assert_int_equal(faccessat(AT_FDCWD, "/etc/passwd", F_OK, 0), 0);
}

/* The same for an exchange and for the steps that stand for it. */
static void each_way(void (*test)(void))
{
	static const int faults[] = { 0, EINVAL, ENOSYS };

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		void *state = NULL;

		renameat2_fault = faults[i];
		if (i > 0)
			assert_int_equal(scratch_set_up(&state), 0);
		test();
		if (i < sizeof faults / sizeof faults[0] - 1)
			assert_int_equal(scratch_tear_down(&state), 0);
	}
	renameat2_fault = 0;
}

/* Publishes names, of which those with a minus in front are to be removed. */
static int publish_names(const struct staging *staging, const char *const *names,
			 staging_confirm *confirm, void *context, struct error *err)
{
	struct staging_move moves[8];
	size_t count = 0;

	for (; names[count]; count++)
		moves[count] = (struct staging_move){
			.staging = staging, .name = names[count] + (names[count][0] == '-'),
			.removed = names[count][0] == '-',
		};
	return staging_publish(moves, count, confirm, context, err);
}

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void publish(void)
{
	struct staging staging;
	struct error err;

	write_at(scratch, "old", "old");
	make_directory(scratch, "olddir", "old");
	assert_int_equal(symlinkat("old", scratch, "oldlink"), 0);
	open_staging(&staging);
	write_at(staging.fd, "new", "1");
	make_directory(staging.fd, "newdir", "2");
	write_at(staging.fd, "old", "3");
	make_directory(staging.fd, "olddir", "4");
	write_at(staging.fd, "oldlink", "5");
	write_at(scratch, "unwanted", "6");
	make_directory(scratch, "both", "old");
	make_directory(staging.fd, "both", "7");
	assert_int_equal(publish_names(&staging, NAMES("new", "newdir", "old", "olddir", "oldlink",
						       "-unwanted", "both/f"), NULL, NULL, &err), 0);
	assert_text_at(scratch, "new", "1");
	assert_text_at(scratch, "newdir/f", "2");
	assert_text_at(scratch, "old", "3");
	assert_text_at(scratch, "olddir/f", "4");
	assert_text_at(scratch, "oldlink", "5");
	assert_false(is_there("unwanted"));
	assert_text_at(scratch, "both/f", "7");
	/* What was there before is in the private directory, under its own name and no other. */
	assert_text_at(staging.fd, "old", "old");
	assert_text_at(staging.fd, "olddir/f", "old");
	assert_text_at(staging.fd, "unwanted", "6");
	assert_text_at(staging.fd, "both/f", "old");
	assert_int_equal(faccessat(staging.fd, "new", F_OK, 0), -1);
	assert_int_equal(faccessat(staging.fd, "aside-olddir", F_OK, 0), -1);
	staging_close(&staging);
	assert_text_at(scratch, "olddir/f", "4");
}

static void published(void **state)
{
	(void)state;
	each_way(publish);
}

/* All is published by now. */
static int refuse(void *context, struct error *err)
{
	(void)context;
	assert_text_at(scratch, "olddir/f", "new");
	assert_text_at(scratch, "newdir/f", "new");
	assert_text_at(scratch, "both/f", "new");
	assert_false(is_there("unwanted"));
	return error_set(err, STATUS_FILE, "refused");
}

static void retract(void)
{
	static const char *const files[] = { "olddir", "newdir", "old", "-unwanted", "both/f",
					     NULL };
	static const char *const deep[] = { "olddir", "newdir", "old", "-unwanted", "both/f", "none",
					    NULL };
	struct staging staging;
	struct error err;

	make_directory(scratch, "olddir", "old");
	write_at(scratch, "old", "old");
	write_at(scratch, "unwanted", "old");
	make_directory(scratch, "both", "old");
	open_staging(&staging);
	make_directory(staging.fd, "olddir", "new");
	make_directory(staging.fd, "newdir", "new");
	write_at(staging.fd, "old", "new");
	make_directory(staging.fd, "both", "new");
	for (int fault = 0; fault < 4; fault++) {
		if (fault == 0) {
			assert_refused(publish_names(&staging, files, refuse, NULL, &err), err,
				       STATUS_FILE, "refused");
		} else if (fault == 1) {
			assert_refused(publish_names(&staging, deep, refuse, NULL, &err), err,
				       STATUS_FILE, "cannot replace 'none': No such file or "
				       "directory");
		} else if (fault == 2) {
			/* Of all, and of those alone that are not in a directory. */
			flush_fault = EIO;
			assert_refused(publish_names(&staging, files, refuse, NULL, &err), err,
				       STATUS_FILE, "cannot flush the output directory: "
				       "Input/output error");
			assert_refused(publish_names(&staging, NAMES("newdir"), refuse, NULL, &err),
				       err, STATUS_FILE, "cannot flush the output directory: "
				       "Input/output error");
			flush_fault = 0;
		} else {
			assert_refused(publish_names(&staging, NAMES("old", "-none"), refuse, NULL,
						     &err), err, STATUS_FILE,
				       "cannot remove 'none': No such file or directory");
		}
		assert_text_at(scratch, "olddir/f", "old");
		assert_text_at(scratch, "old", "old");
		assert_text_at(scratch, "unwanted", "old");
		assert_text_at(scratch, "both/f", "old");
		assert_false(is_there("newdir"));
		assert_text_at(staging.fd, "newdir/f", "new");
	}
	staging_close(&staging);
	assert_text_at(scratch, "olddir/f", "old");
}

static void retracted(void **state)
{
	(void)state;
	each_way(retract);
}

static void refuse_another_type(void)
{
	struct staging staging;
	struct error err;

	write_at(scratch, "a", "file");
	make_directory(scratch, "b", "directory");
	open_staging(&staging);
	make_directory(staging.fd, "a", "new");
	write_at(staging.fd, "b", "new");
	assert_refused(publish_names(&staging, NAMES("a"), NULL, NULL, &err), err, STATUS_FILE,
		       "cannot replace 'a': Not a directory");
	assert_refused(publish_names(&staging, NAMES("b"), NULL, NULL, &err), err, STATUS_FILE,
		       "cannot replace 'b': Is a directory");
	assert_refused(publish_names(&staging, NAMES("c"), NULL, NULL, &err), err, STATUS_FILE,
		       "cannot replace 'c': No such file or directory");
	assert_text_at(scratch, "a", "file");
	assert_text_at(scratch, "b/f", "directory");
	staging_close(&staging);
	assert_text_at(scratch, "b/f", "directory");
}

static void of_another_type(void **state)
{
	(void)state;
	each_way(refuse_another_type);
}

static void a_fault_changes_nothing(void **state)
{
	struct staging staging;
	struct error err;

	(void)state;
	make_directory(scratch, "d", "old");
	open_staging(&staging);
	make_directory(staging.fd, "d", "new");
	renameat2_fault = EIO;
	assert_refused(publish_names(&staging, NAMES("d"), NULL, NULL, &err), err, STATUS_FILE,
		       "cannot replace 'd': Input/output error");
	renameat2_fault = 0;
	assert_text_at(scratch, "d/f", "old");
	staging_close(&staging);
}

static void the_dead_are_swept(void **state)
{
	struct staging staging;

	(void)state;
	make_directory(scratch, ".bundler-1-0", "dead");
	make_directory(scratch, ".bundler-4194304-15", "dead");
	assert_int_equal(mkdirat(scratch, ".bundler-1-0/closed", 0700), 0);
	write_at(scratch, ".bundler-1-0/closed/f", "x");
	assert_int_equal(fchmodat(scratch, ".bundler-1-0/closed", 0, 0), 0);
	open_staging(&staging);
	assert_false(is_there(".bundler-1-0"));
	assert_false(is_there(".bundler-4194304-15"));
	staging_close(&staging);
}

static void others_are_not_swept(void **state)
{
	static const char *const names[] = {
		".bundler", ".bundler-", ".bundler-1", ".bundler-1-", ".bundler--1", ".bundler-a-1",
		".bundler-1-a", ".bundler-1-2-3", "bundler-1-1", ".bundler-1-1.bak",
		"x.bundler-1-1",
	};
	struct staging staging;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		make_directory(scratch, names[i], "user's");
	write_at(scratch, ".bundler-2-2", "a file");
	assert_int_equal(mkdirat(scratch, "elsewhere", 0700), 0);
	write_at(scratch, "elsewhere/f", "user's");
	assert_int_equal(symlinkat("elsewhere", scratch, ".bundler-3-3"), 0);
	open_staging(&staging);
	staging_close(&staging);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[60];

		snprintf(path, sizeof path, "%s/f", names[i]);
		assert_text_at(scratch, path, "user's");
	}
	assert_text_at(scratch, ".bundler-2-2", "a file");
	assert_text_at(scratch, ".bundler-3-3/f", "user's");
}

/* Directories of somebody else in a place that many write to. */
static void strangers_are_not_swept(void **state)
{
	struct staging staging;

	(void)state;
	if (geteuid() != 0)
		skip();
	make_directory(scratch, ".bundler-1-0", "stranger's");
	assert_int_equal(fchownat(scratch, ".bundler-1-0", 65534, 65534, 0), 0);
	open_staging(&staging);
	staging_close(&staging);
	assert_text_at(scratch, ".bundler-1-0/f", "stranger's");
}

static void the_living_are_not_swept(void **state)
{
	struct staging one, other;
	int status;
	pid_t child;

	(void)state;
	open_staging(&one);
	write_at(one.fd, "f", "living");
	/* In another process: descriptors that a fork has copied would share the lock. */
	child = fork();
	if (child == 0) {
		struct error err;

		close(one.fd);
		_exit(staging_open(&other, scratch, "out", &err) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_text_at(one.fd, "f", "living");
	assert_true(is_there(one.name));
	/* The child has ended without closing: its directory is one of the dead. */
	open_staging(&other);
	assert_string_not_equal(one.name, other.name);
	staging_close(&other);
	assert_text_at(one.fd, "f", "living");
	staging_close(&one);
}

static void count_dead(int fd, void *context)
{
	size_t *dead = context;

	assert_text_at(fd, "f", "dead");
	++*dead;
}

static void the_dead_are_visited(void **state)
{
	struct staging staging;
	size_t dead = 0;

	(void)state;
	open_staging(&staging);
	write_at(staging.fd, "f", "living");
	make_directory(scratch, ".bundler-1-0", "dead");
	make_directory(scratch, ".bundler-2-0", "dead");
	staging_visit_dead(scratch, count_dead, &dead);
	assert_int_equal(dead, 2);
	assert_true(is_there(".bundler-1-0"));
	staging_close(&staging);
}

/* A name that is taken, by something that cannot be swept, is not used. */
static void names_that_are_taken(void **state)
{
	struct staging staging;
	char name[60];

	(void)state;
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof name, ".bundler-%ld-%d", (long)getpid(), i);
		write_at(scratch, name, "user's");
	}
	open_staging(&staging);
	snprintf(name, sizeof name, ".bundler-%ld-3", (long)getpid());
	assert_string_equal(staging.name, name);
	staging_close(&staging);
}

/* Of a success, what remains makes a failure; of a failure, nothing is said of it. */
static void what_cannot_be_removed(void **state)
{
	struct staging staging;
	struct error err = { .message = "before" };
	char message[100];

	(void)state;
	open_staging(&staging);
	assert_int_equal(staging_end(&staging, 1, &err), 1);
	for (int result = -1; result <= 0; result++) {
		open_staging(&staging);
		assert_int_equal(renameat(scratch, staging.name, scratch, "moved"), 0);
		assert_int_equal(staging_end(&staging, result, &err), -1);
		snprintf(message, sizeof message, "cannot remove '%s': No such file or directory",
			 staging.name);
		assert_string_equal(err.message, result < 0 ? "before" : message);
		assert_int_equal(unlinkat(scratch, "moved", AT_REMOVEDIR), 0);
	}
	assert_int_equal(err.status, STATUS_FILE);
}

static void a_place_that_cannot_be_written_to(void **state)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY);
	struct staging staging;
	struct error err;

	(void)state;
	assert_int_equal(staging_open(&staging, proc, "out", &err), -1);
	assert_int_equal(err.status, STATUS_FILE);
	assert_memory_equal(err.message, "cannot write in 'out': ", 23);
	close(proc);
}

/* As on a network file system that makes nobody of root. */
static void a_place_where_all_is_somebody_elses(void **state)
{
	struct staging staging;
	struct error err;
	int result;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(fchmod(scratch, 0777), 0);
	setfsuid(65534);
	errno = ENOENT;
	result = staging_open(&staging, scratch, "out", &err);
	setfsuid(0);
	assert_refused(result, err, STATUS_FILE,
		       "cannot write in 'out': Operation not permitted");
}

static const char *below(const char *name)
{
	static char path[100];

	snprintf(path, sizeof path, "%s/%s", scratch_path, name);
	return path;
}

static void files_are_replaced(void **state)
{
	char here[4096], message[200];
	struct error err;
	struct stat st;

	(void)state;
	assert_int_equal(staging_replace_file(below("f"), "one", 3, 0644, NULL, NULL, &err), 0);
	assert_text_at(scratch, "f", "one");
	assert_int_equal(staging_replace_file(below("f"), "two", 3, 0600, NULL, NULL, &err), 0);
	assert_text_at(scratch, "f", "two");
	assert_int_equal(stat(below("f"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(fchdir(scratch), 0);
	assert_int_equal(staging_replace_file("f", "three", 5, 0644, NULL, NULL, &err), 0);
	assert_int_equal(chdir(here), 0);
	assert_text_at(scratch, "f", "three");
	/* A link is neither replaced nor followed. */
	assert_int_equal(symlinkat("f", scratch, "l"), 0);
	snprintf(message, sizeof message, "cannot replace '%s': it is not a regular file",
		 below("l"));
	assert_refused(staging_replace_file(below("l"), "four", 4, 0644, NULL, NULL, &err), err,
		       STATUS_FILE, message);
	assert_text_at(scratch, "l", "three");
}

static int lose(void *context, struct error *err)
{
	return error_set(err, STATUS_FILE, "lost %s", (const char *)context);
}

static void a_lost_report_takes_back(void **state)
{
	char what[] = "it";
	struct error err;

	(void)state;
	assert_int_equal(staging_replace_file(below("f"), "one", 3, 0644, NULL, NULL, &err), 0);
	assert_refused(staging_replace_file(below("f"), "two", 3, 0644, lose, what, &err), err,
		       STATUS_FILE, "lost it");
	assert_text_at(scratch, "f", "one");
	assert_refused(staging_replace_file(below("g"), "two", 3, 0644, lose, what, &err), err,
		       STATUS_FILE, "lost it");
	assert_int_equal(faccessat(scratch, "g", F_OK, 0), -1);
}

static void files_that_cannot_be_replaced(void **state)
{
	char message[200];
	struct error err;

	(void)state;
	make_directory(scratch, "d", "old");
	snprintf(message, sizeof message, "cannot replace '%s': it is not a regular file",
		 below("d"));
	assert_refused(staging_replace_file(below("d"), "x", 1, 0644, NULL, NULL, &err), err,
		       STATUS_FILE, message);
	assert_text_at(scratch, "d/f", "old");
	snprintf(message, sizeof message, "cannot write '%s': No such file or directory",
		 below("none/f"));
	assert_refused(staging_replace_file(below("none/f"), "x", 1, 0644, NULL, NULL, &err), err,
		       STATUS_FILE, message);
	snprintf(message, sizeof message, "cannot write '%s': Not a directory", below("d/f/f"));
	assert_refused(staging_replace_file(below("d/f/f"), "x", 1, 0644, NULL, NULL, &err), err,
		       STATUS_FILE, message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(private_and_gone_in_the_end),
		scratch_test(published),
		scratch_test(retracted),
		scratch_test(of_another_type),
		scratch_test(a_fault_changes_nothing),
		scratch_test(the_dead_are_swept),
		scratch_test(others_are_not_swept),
		scratch_test(strangers_are_not_swept),
		scratch_test(the_living_are_not_swept),
		scratch_test(the_dead_are_visited),
		scratch_test(names_that_are_taken),
		scratch_test(what_cannot_be_removed),
		scratch_test(a_place_that_cannot_be_written_to),
		scratch_test(a_place_where_all_is_somebody_elses),
		scratch_test(files_are_replaced),
		scratch_test(a_lost_report_takes_back),
		scratch_test(files_that_cannot_be_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
