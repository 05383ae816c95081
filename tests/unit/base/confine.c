/* SPDX-License-Identifier: Apache-2.0 */
/* confine.c: each step takes away more. In processes of their own, because it is for ever. */
#include "unit.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/confine.h"
#include "base/landlock.h"

/* In the process: prints what is not so, and ends. */
#define CHECK_EQUAL(actual, expected) check_equal(#actual, actual, expected)

static void check_equal(const char *what, int actual, int expected)
{
	if (actual == expected)
		return;
	dprintf(STDERR_FILENO, "%s: %s, expected %s\n", what, strerror(actual), strerror(expected));
	syscall(SYS_exit_group, 1);
}

/* 0, or the errno of an attempt. A descriptor stays open until the process ends. */
static int can(int result)
{
	return result < 0 ? errno : 0;
}

static int can_read(const char *path)
{
	return can(open(path, O_RDONLY | O_CLOEXEC));
}

static int can_make(const char *path)
{
	return can(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

/* Nobody listens there. */
static int can_connect(int fd, in_port_t port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return connect(fd, (const struct sockaddr *)&address, sizeof address) < 0 ? errno : 0;
}

static void step(int result, const struct error *err)
{
	if (result == 0)
		return;
	dprintf(STDERR_FILENO, "%s\n", err->message);
	syscall(SYS_exit_group, 1);
}

/* Runs a body in a process, where the kernel has what it is about. */
static void apart(void (*body)(void))
{
	struct landlock rules;
	pid_t pid;
	int status;

	if (landlock_open(&rules, false) < 0 || rules.abi < 4)
		skip();
	landlock_close(&rules);
	pid = fork();
	if (pid == 0) {
		if (scratch >= 0 && fchdir(scratch) < 0)
			syscall(SYS_exit_group, 2);
		body();
		syscall(SYS_exit_group, 0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void use_files(void)
{
	struct confine confine = { .writes = true, .outputs = true };
	struct error err;

	CHECK_EQUAL(can(mkdir("listed", 0700)), 0);
	CHECK_EQUAL(can(mkdir("other", 0700)), 0);
	CHECK_EQUAL(can_make("other/file"), 0);
	CHECK_EQUAL(can_make("other/target"), 0);
	CHECK_EQUAL(can(symlink("../other/target", "listed/link")), 0);
	step(confine_begin(&confine, &err), &err);
	CHECK_EQUAL(can_read("other/file"), 0);
	CHECK_EQUAL(can_make("other/more"), 0);
	confine_read(&confine, "listed");
	confine_read(&confine, "listed/link");
	confine_read(&confine, "missing");
	confine_write(&confine, "made/deep");
	CHECK_EQUAL(can(mkdir("made", 0700)), 0);
	CHECK_EQUAL(can(mkdir("made/deep", 0700)), 0);
	step(confine_reading(&confine, &err), &err);
	CHECK_EQUAL(can_read("listed"), 0);
	CHECK_EQUAL(can_read("listed/link"), 0);
	CHECK_EQUAL(can_read("other/target"), 0);
	CHECK_EQUAL(can_read("other/file"), EACCES);
	CHECK_EQUAL(can_read("missing"), ENOENT);
	CHECK_EQUAL(can_make("listed/file"), EACCES);
	CHECK_EQUAL(can_make("made/file"), EACCES);
	CHECK_EQUAL(can_make("made/deep/file"), 0);
	CHECK_EQUAL(can(renameat(AT_FDCWD, "made/deep/file", AT_FDCWD, "other/file")), EACCES);
	/* What was made for an output goes after a failure. */
	CHECK_EQUAL(can(unlink("made/deep/file")), 0);
	CHECK_EQUAL(can(rmdir("made/deep")), 0);
	CHECK_EQUAL(can(rmdir("made")), 0);
	confine_free(&confine);
}

static void files_that_are_listed(void **state)
{
	(void)state;
	apart(use_files);
}

static void write_nothing(void)
{
	struct confine confine = { .writes = false };
	struct error err;

	step(confine_begin(&confine, &err), &err);
	CHECK_EQUAL(can_read("."), 0);
	CHECK_EQUAL(can_make("file"), EACCES);
	CHECK_EQUAL(can(mkdir("directory", 0700)), ENOSYS);
}

static void nothing_is_written_without_need(void **state)
{
	(void)state;
	apart(write_nothing);
}

static void use_ports(void)
{
	struct confine confine = { .network = true, .writes = true };
	struct error err;
	int fd, left;

	step(confine_begin(&confine, &err), &err);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	left = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK_EQUAL(can_connect(fd, 9), ECONNREFUSED);
	confine_connect(&confine, 9);
	confine_network_read(&confine, "/etc");
	step(confine_network(&confine, &err), &err);
	CHECK_EQUAL(can_connect(fd, 9), ECONNREFUSED);
	CHECK_EQUAL(can_connect(fd, 7), EACCES);
	CHECK_EQUAL(can_read("/etc"), 0);
	CHECK_EQUAL(can(socket(AF_UNIX, SOCK_STREAM, 0)), ENOSYS);
	step(confine_reading(&confine, &err), &err);
	CHECK_EQUAL(can_connect(left, 9), ENOSYS);
	CHECK_EQUAL(can(socket(AF_INET, SOCK_STREAM, 0)), ENOSYS);
	CHECK_EQUAL(can_read("/etc"), EACCES);
	confine_free(&confine);
}

static void ports_that_are_listed_until_reading(void **state)
{
	(void)state;
	apart(use_ports);
}

/* Another process of ours is outside from the beginning. */
static void signal_others(void)
{
	struct confine confine = { .writes = false };
	struct error err;

	step(confine_begin(&confine, &err), &err);
	CHECK_EQUAL(can(kill(getpid(), 0)), 0);
	CHECK_EQUAL(can(kill(1, 0)), ENOSYS);
}

static void no_signals(void **state)
{
	(void)state;
	apart(signal_others);
}

static void off_is_off(void **state)
{
	struct confine confine = { .mode = CONFINE_OFF };
	struct error err;

	(void)state;
	assert_int_equal(confine_begin(&confine, &err), 0);
	assert_int_equal(confine_reading(&confine, &err), 0);
	assert_int_equal(confine.landlock, 0);
	assert_false(confine.seccomp);
	assert_int_equal(can_read("/etc"), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		scratch_test(files_that_are_listed),
		scratch_test(nothing_is_written_without_need),
		scratch_test(ports_that_are_listed_until_reading),
		scratch_test(no_signals),
		cmocka_unit_test(off_is_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
