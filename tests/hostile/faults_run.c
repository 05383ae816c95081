/* SPDX-License-Identifier: Apache-2.0 */
/* For faults.c: one run of a command under ptrace(2). */
#define _GNU_SOURCE
#include "faults.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

/* Of a run, before it counts as hanging: on the clock, and of the processor. */
#define SECONDS 30
#define CPU_SECONDS 2
#define THREADS 64
#define CALLS 512	/* the numbers of x86-64 end before */

void die(const char *what)
{
	perror(what);
	exit(2);
}

/* ---- which calls can fail, and how ---- */

static const struct error {
	const char *name;
	int number;
} errors[] = {
	{ "SIGKILL", FAULT_KILL }, { "SIGTERM", FAULT_TERM }, { "EIO", EIO }, { "ENOSPC", ENOSPC }, { "EINTR", EINTR },
	{ "EMFILE", EMFILE }, { "ENOMEM", ENOMEM }, { "EPERM", EPERM }, { "EAGAIN", EAGAIN },
	{ "ECONNRESET", ECONNRESET }, { "ECONNREFUSED", ECONNREFUSED }, { "EINVAL", EINVAL },
	{ "ENOSYS", ENOSYS }, { "EXDEV", EXDEV }, { "EOPNOTSUPP", EOPNOTSUPP },
};

static const struct call {
	int number;
	const char *name;
	int errors[5];
} calls[] = {
#define CALL(name, ...) { SYS_##name, #name, { __VA_ARGS__ } }
	CALL(read, EIO, EINTR), CALL(pread64, EIO, EINTR), CALL(readv, EIO, EINTR),
	CALL(write, ENOSPC, EIO, EINTR), CALL(pwrite64, ENOSPC, EIO, EINTR),
	CALL(writev, ENOSPC, EIO, EINTR), CALL(copy_file_range, ENOSPC, EIO),
	CALL(open, EMFILE, EIO, EINTR, ENOMEM), CALL(openat, EMFILE, EIO, EINTR, ENOMEM, ENOSPC),
	CALL(close, EIO, EINTR), CALL(fsync, EIO, ENOSPC), CALL(fdatasync, EIO, ENOSPC), CALL(syncfs, EIO),
	CALL(sync_file_range, EIO), CALL(mkdir, ENOSPC, EIO), CALL(mkdirat, ENOSPC, EIO),
	CALL(symlinkat, ENOSPC, EIO), CALL(linkat, ENOSPC, EIO, EPERM), CALL(rename, ENOSPC, EIO),
	CALL(renameat, ENOSPC, EIO), CALL(renameat2, ENOSPC, EIO), CALL(unlink, EIO, EINTR), CALL(unlinkat, EIO, EINTR),
	CALL(rmdir, EIO), CALL(fchmod, EIO, EPERM), CALL(fchmodat, EIO, EPERM), CALL(fchownat, EIO, EPERM),
	CALL(fchown, EIO, EPERM), CALL(utimensat, EIO, EPERM), CALL(ftruncate, ENOSPC, EIO),
	CALL(fallocate, ENOSPC, EIO), CALL(stat, EIO, ENOMEM), CALL(lstat, EIO, ENOMEM), CALL(fstat, EIO),
	CALL(newfstatat, EIO, ENOMEM), CALL(statx, EIO, ENOMEM), CALL(fstatfs, EIO), CALL(statfs, EIO),
	CALL(lseek, EIO), CALL(getdents64, EIO, ENOMEM), CALL(readlink, EIO, ENOMEM), CALL(readlinkat, EIO, ENOMEM),
	CALL(flock, EINTR, ENOMEM), CALL(mmap, ENOMEM), CALL(mremap, ENOMEM), CALL(brk, ENOMEM),
	CALL(mprotect, ENOMEM), CALL(clone, EAGAIN, ENOMEM), CALL(pipe2, EMFILE), CALL(eventfd2, EMFILE),
	CALL(memfd_create, EMFILE, ENOMEM), CALL(getrandom, EINTR), CALL(getcwd, ENOMEM),
	CALL(socket, EMFILE, ENOMEM), CALL(socketpair, EMFILE, ENOMEM), CALL(connect, EINTR, ECONNREFUSED),
	CALL(bind, ENOMEM), CALL(sendto, EINTR, ECONNRESET), CALL(recvfrom, EINTR, ECONNRESET),
	CALL(sendmsg, EINTR, ECONNRESET), CALL(recvmsg, EINTR, ECONNRESET), CALL(poll, EINTR, ENOMEM),
	CALL(ppoll, EINTR, ENOMEM), CALL(select, EINTR, ENOMEM), CALL(landlock_create_ruleset, EMFILE, ENOMEM),
	CALL(landlock_add_rule, ENOMEM), CALL(landlock_restrict_self, ENOMEM), CALL(seccomp, ENOMEM),
};

static const struct call *call_of(int number)
{
	for (size_t i = 0; i < COUNT_OF(calls); i++)
		if (calls[i].number == number)
			return &calls[i];
	return NULL;
}

const char *fault_error_name(int what)
{
	for (size_t i = 0; i < COUNT_OF(errors); i++)
		if (errors[i].number == what)
			return errors[i].name;
	return "?";
}

const char *fault_call_name(int number)
{
	static char other[24];
	const struct call *call = call_of(number);

	if (call)
		return call->name;
	snprintf(other, sizeof other, "call%d", number);
	return other;
}

void fault_each_error(void (*use)(int number, int what))
{
	for (size_t i = 0; i < COUNT_OF(calls); i++)
		for (size_t k = 0; k < COUNT_OF(errors); k++)
			use(calls[i].number, errors[k].number);
}

/* ---- one run under ptrace(2) ---- */

struct thread {
	pid_t tid;
	int id;				/* as in a case; -1 as long as it has none */
	bool waits;			/* stopped, for want of one */
	int started;			/* threads, by it */
	int seen[CALLS];		/* calls so far, of each number */
	int answer;			/* instead of that of the call that it is in, or 0 */
	struct user_regs_struct before;
};

static int out_fd = -1, err_fd = -1;
static volatile sig_atomic_t late;

static void note_late(int number)
{
	(void)number;
	late = 1;
}

/* All that may happen at a call. */
static void add_all(int thread, int index, int number, void (*add)(const struct fault *fault))
{
	const struct call *call = call_of(number);

	add(&(struct fault){ thread, number, index, FAULT_KILL, false });
	add(&(struct fault){ thread, number, index, FAULT_TERM, false });
	for (size_t i = 0; call && i < COUNT_OF(call->errors) && call->errors[i]; i++)
		add(&(struct fault){ thread, number, index, call->errors[i], false });
}

/* A thread that is new waits for the stop of the one that started it, which may come later. */
static struct thread *thread_of(struct thread *threads, pid_t tid)
{
	int i = 0;

	while (i < THREADS - 1 && threads[i].tid && threads[i].tid != tid)
		i++;
	if (!threads[i].tid)
		threads[i] = (struct thread){ .tid = tid, .id = -1 };
	return &threads[i];
}

/* A call that fails becomes one that does nothing, which every seccomp filter allows: close(-1). */
static void refuse(struct thread *thread, int number, int what)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, thread->tid, NULL, &thread->before) < 0)
		return;
	thread->answer = -what;
	if (number == SYS_close)	/* a descriptor is closed, whatever close says */
		return;
	regs = thread->before;
	regs.orig_rax = SYS_close;
	regs.rdi = (unsigned long long)-1;
	ptrace(PTRACE_SETREGS, thread->tid, NULL, &regs);
}

/* Returns whether the calls need not be looked at any more. */
static bool at_call(pid_t pid, struct thread *thread, const struct fault *fault,
		    void (*add)(const struct fault *fault), struct result *result)
{
	struct ptrace_syscall_info info;
	int number, index;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, thread->tid, sizeof info, &info) < 0)
		return false;
	if (info.op == PTRACE_SYSCALL_INFO_EXIT && thread->answer) {
		thread->before.rax = (unsigned long long)(long long)thread->answer;
		ptrace(PTRACE_SETREGS, thread->tid, NULL, &thread->before);
		thread->answer = 0;
		return !fault->all;
	}
	number = (int)info.entry.nr;
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY || number == SYS_futex || number == SYS_exit
	    || number == SYS_exit_group || number < 0 || number >= CALLS)
		return false;
	index = thread->seen[number]++;
	if (add) {
		add_all(thread->id, index, number, add);
		return false;
	}
	if (number != fault->number || (!fault->all && (thread->id != fault->thread || index != fault->index)))
		return false;
	result->number = number;
	if (fault->what > 0) {
		refuse(thread, number, fault->what);
		return false;
	}
	kill(pid, -fault->what);
	return true;
}

/* Names the thread that another one has started. */
static void started(struct thread *threads, struct thread *by, long how)
{
	unsigned long tid;
	struct thread *thread;

	if (ptrace(PTRACE_GETEVENTMSG, by->tid, NULL, &tid) < 0)
		return;
	thread = thread_of(threads, (pid_t)tid);
	thread->id = by->id * 100 + ++by->started;
	if (thread->waits)
		ptrace(how, thread->tid, NULL, 0L);
}

static void in_child(char **command, bool traced)
{
	if (chdir("work") < 0 || dup2(out_fd, 1) < 0 || dup2(err_fd, 2) < 0)
		_exit(126);
	personality(ADDR_NO_RANDOMIZE);
	setrlimit(RLIMIT_CPU, &(struct rlimit){ CPU_SECONDS, CPU_SECONDS + 1 });
	if (traced)
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execvp(command[0], command);
	_exit(127);
}

/* Follows all threads of the command until it ends. */
static void follow(pid_t pid, const struct fault *fault, void (*add)(const struct fault *fault),
		   struct result *result)
{
	static struct thread threads[THREADS];
	bool done = false, begun = false;
	int status;
	pid_t tid;

	memset(threads, 0, sizeof threads);
	for (;;) {
		long how = done ? PTRACE_CONT : PTRACE_SYSCALL, signal_number = 0;
		struct thread *thread;

		tid = waitpid(-1, &status, __WALL);
		if (tid < 0 && errno == EINTR && late) {
			result->hung = true;
			kill(pid, SIGKILL);
			late = 0;
			continue;
		}
		if (tid < 0)
			die("waitpid");
		if (!WIFSTOPPED(status)) {
			if (tid != pid)
				continue;
			result->status = status;
			return;
		}
		thread = thread_of(threads, tid);
		if (!begun) {	/* by execve */
			begun = true;
			thread->id = 0;
			ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD
			       | PTRACE_O_TRACECLONE);
		} else if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			if (!done && at_call(pid, thread, fault, add, result))
				how = PTRACE_CONT, done = true;
		} else if (status >> 16 == PTRACE_EVENT_CLONE) {
			started(threads, thread, how);
		} else if (WSTOPSIG(status) == SIGSTOP) {
			thread->waits = thread->id < 0;
			if (thread->waits)
				continue;
		} else if (WSTOPSIG(status) != SIGTRAP) {
			signal_number = WSTOPSIG(status);
		}
		ptrace(how, tid, NULL, signal_number);
	}
}

static void take(int fd, char *text, size_t size)
{
	ssize_t length = pread(fd, text, size - 1, 0);

	text[length > 0 ? length : 0] = '\0';
	if (lseek(fd, 0, SEEK_SET) < 0 || ftruncate(fd, 0) < 0)
		die("ftruncate");
}

void fault_run(char **command, const struct fault *fault, void (*add)(const struct fault *fault),
	       struct result *result)
{
	const bool traced = fault->what || add;
	pid_t pid;

	if (out_fd < 0) {
		out_fd = memfd_create("out", MFD_CLOEXEC);
		err_fd = memfd_create("err", MFD_CLOEXEC);
		sigaction(SIGALRM, &(struct sigaction){ .sa_handler = note_late }, NULL);
		if (out_fd < 0 || err_fd < 0)
			die("memfd_create");
	}
	result->number = -1;
	result->hung = false;
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		in_child(command, traced);
	alarm(SECONDS);
	if (traced)
		follow(pid, fault, add, result);
	else if (waitpid(pid, &result->status, 0) < 0)
		die("waitpid");
	alarm(0);
	take(out_fd, result->out, sizeof result->out);
	take(err_fd, result->err, sizeof result->err);
}
