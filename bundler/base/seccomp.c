/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A filter of system calls, in the machine code of the kernel's (seccomp(2)). The lists have one
 * name for all architectures; those that one lacks are left out by the preprocessor.
 */
#include "base/seccomp.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCHITECTURE 0xc000003eU
#elif defined(__aarch64__)
#define ARCHITECTURE 0xc00000b7U
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE 0xc00000f3U
#elif defined(__powerpc64__) && __BYTE_ORDER == __LITTLE_ENDIAN
#define ARCHITECTURE 0xc0000015U
#elif defined(__s390x__)
#define ARCHITECTURE 0x80000016U
#elif defined(__i386__)
#define ARCHITECTURE 0x40000003U
#elif defined(__arm__) && __BYTE_ORDER == __LITTLE_ENDIAN
#define ARCHITECTURE 0x40000028U
#endif

#ifdef ARCHITECTURE

/* ---- the calls ---- */

/* Of every command. The kernel restarts what a stop has interrupted by a call of its own. */
static const uint16_t calls[] = {
	/* memory and the process */
	SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_exit, SYS_exit_group, SYS_getpid,
	SYS_gettid, SYS_geteuid, SYS_getuid, SYS_umask, SYS_rt_sigaction, SYS_rt_sigprocmask,
	SYS_rt_sigreturn, SYS_restart_syscall, SYS_futex, SYS_sched_yield, SYS_sched_getaffinity,
	SYS_set_tid_address, SYS_set_robust_list, SYS_getrandom, SYS_wait4,
	/* time, for machines without a vDSO */
#ifdef SYS_clock_gettime
	SYS_clock_gettime,
#endif
#ifdef SYS_clock_gettime64
	SYS_clock_gettime64, SYS_clock_nanosleep_time64, SYS_futex_time64,
#endif
#ifdef SYS_gettimeofday
	SYS_gettimeofday,
#endif
#ifdef SYS_time
	SYS_time,
#endif
#ifdef SYS_clock_nanosleep
	SYS_clock_nanosleep,
#endif
#ifdef SYS_nanosleep
	SYS_nanosleep,
#endif
	/* descriptors */
	SYS_read, SYS_readv, SYS_pread64, SYS_write, SYS_writev, SYS_pwrite64, SYS_close, SYS_lseek,
	SYS_flock, SYS_fsync, SYS_syncfs, SYS_ftruncate, SYS_copy_file_range,
	SYS_getdents64, SYS_recvmsg, SYS_sendmsg, SYS_ppoll,
#ifdef SYS_poll
	SYS_poll,
#endif
#ifdef SYS_ppoll_time64
	SYS_ppoll_time64,
#endif
#ifdef SYS__llseek
	SYS__llseek,
#endif
#ifdef SYS_ftruncate64
	SYS_ftruncate64,
#endif
#ifdef SYS_sync_file_range
	SYS_sync_file_range,
#endif
#ifdef SYS_sync_file_range2
	SYS_sync_file_range2,
#endif
	SYS_fgetxattr, SYS_flistxattr,
	/* files */
#ifdef SYS_openat2
	SYS_openat2,
#endif
	SYS_openat, SYS_faccessat, SYS_readlinkat, SYS_unlinkat, SYS_statx,
#ifdef SYS_fstat
	SYS_fstat,
#endif
#ifdef SYS_faccessat2
	SYS_faccessat2,
#endif
#ifdef SYS_newfstatat
	SYS_newfstatat,
#endif
#ifdef SYS_fstatat64
	SYS_fstatat64, SYS_fstat64,
#endif
#ifdef SYS_stat64
	SYS_stat64, SYS_lstat64,
#endif
#ifdef SYS_open
	SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_unlink,
#endif
#ifdef SYS_geteuid32
	SYS_geteuid32, SYS_getuid32,
#endif
#ifdef SYS_sigreturn
	SYS_sigreturn,
#endif
	/* what takes away more */
	SYS_seccomp,
#ifdef SYS_landlock_create_ruleset
	SYS_landlock_create_ruleset, SYS_landlock_add_rule, SYS_landlock_restrict_self,
#endif
};

/* Besides, of commands with outputs. Landlock does not know modes, owners and times. */
static const uint16_t output_calls[] = {
	SYS_mkdirat, SYS_linkat, SYS_symlinkat, SYS_renameat2, SYS_fchmod, SYS_fchmodat, SYS_fchown,
	SYS_fchownat,
#ifdef SYS_renameat
	SYS_renameat,
#endif
#ifdef SYS_utimensat
	SYS_utimensat,
#endif
#ifdef SYS_utimensat_time64
	SYS_utimensat_time64,
#endif
#ifdef SYS_mkdir
	SYS_mkdir, SYS_rmdir,
#endif
#ifdef SYS_fchown32
	SYS_fchown32,
#endif
};

/* Besides, while there are connections: libcurl, and the resolver of the C library. */
static const uint16_t network_calls[] = {
	SYS_connect, SYS_bind, SYS_getsockopt, SYS_setsockopt, SYS_getsockname, SYS_getpeername,
	SYS_sendto, SYS_recvfrom, SYS_sendmsg, SYS_socketpair, SYS_pipe2, SYS_clone,
#ifdef SYS_fork
	SYS_fork,
#endif
};

/* Calls that are allowed for some values of an argument. */
enum test { EQUAL, SOME_BIT, NO_BIT };

struct argument_rule {
	uint16_t call;
	uint8_t argument;	/* its number */
	enum test test;
	uint32_t value;
};

#define FCNTL_RULES(call) \
	{ call, 1, EQUAL, F_GETFD }, { call, 1, EQUAL, F_SETFD }, { call, 1, EQUAL, F_GETFL }, \
	{ call, 1, EQUAL, F_SETFL }, { call, 1, EQUAL, F_DUPFD_CLOEXEC }

static const struct argument_rule argument_rules[] = {
	FCNTL_RULES(SYS_fcntl),	/* not F_SETOWN, by which the kernel sends signals */
#ifdef SYS_fcntl64
	FCNTL_RULES(SYS_fcntl64),
#endif
	{ SYS_ioctl, 1, EQUAL, TIOCGWINSZ },	/* not TIOCSTI, which types on the terminal */
	{ SYS_mprotect, 2, NO_BIT, PROT_EXEC },
#ifdef SYS_mmap
	{ SYS_mmap, 2, NO_BIT, PROT_EXEC },
#endif
#ifdef SYS_mmap2
	{ SYS_mmap2, 2, NO_BIT, PROT_EXEC },
#endif
#ifdef __s390x__
	{ SYS_clone, 1, SOME_BIT, CLONE_THREAD },
#else
	{ SYS_clone, 0, SOME_BIT, CLONE_THREAD },
#endif
	/* abort(3), of any thread: no filter knows their numbers. */
	{ SYS_tkill, 1, EQUAL, SIGABRT },
};

static const struct argument_rule network_rules[] = {
#ifdef SYS_fcntl64
	{ SYS_fcntl64, 1, EQUAL, F_SETOWN }, { SYS_fcntl64, 1, EQUAL, F_SETSIG },
#endif
	{ SYS_fcntl, 1, EQUAL, F_SETOWN }, { SYS_fcntl, 1, EQUAL, F_SETSIG },
	{ SYS_socket, 0, EQUAL, AF_INET },
	{ SYS_socket, 0, EQUAL, AF_INET6 },
};

/* ---- the filter ---- */

/* linux/filter.h and linux/seccomp.h, which are not among musl's headers. */
struct instruction {
	uint16_t code;
	uint8_t if_true, if_false;
	uint32_t k;
};

struct program {
	uint16_t length;
	const struct instruction *instructions;
};

struct call_data {
	int32_t number;
	uint32_t architecture;
	uint64_t address, arguments[6];
};

enum {
	LOAD = 0x20, JUMP_EQUAL = 0x15, JUMP_ABOVE = 0x25, JUMP_BITS = 0x45, RETURN = 0x06,
	SET_MODE_FILTER = 1
};

#define RETURN_ALLOW 0x7fff0000U
#define RETURN_ERRNO 0x00050000U
#define RETURN_KILL_PROCESS 0x80000000U
#define X32_BIT 0x40000000U
#define LOW_HALF (__BYTE_ORDER == __LITTLE_ENDIAN ? 0 : 4)
#define MAXIMUM_INSTRUCTIONS 512

struct filter {
	struct instruction instructions[MAXIMUM_INSTRUCTIONS];
	uint16_t length;
};

static void add(struct filter *filter, uint16_t code, uint32_t k, uint8_t if_true,
		uint8_t if_false)
{
	filter->instructions[filter->length++] = (struct instruction){ code, if_true, if_false, k };
}

static void allow_calls(struct filter *filter, const uint16_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		add(filter, JUMP_EQUAL, list[i], 0, 1);
		add(filter, RETURN, RETURN_ALLOW, 0, 0);
	}
}

/* Only the low half of an argument: that is all of an int, and has the flags that matter. */
static void allow_argument(struct filter *filter, const struct argument_rule *rule)
{
	const size_t at = offsetof(struct call_data, arguments) + 8U * rule->argument + LOW_HALF;

	add(filter, JUMP_EQUAL, rule->call, 0, 4);
	add(filter, LOAD, (uint32_t)at, 0, 0);
	add(filter, rule->test == EQUAL ? JUMP_EQUAL : JUMP_BITS, rule->value,
	    rule->test == NO_BIT, rule->test != NO_BIT);
	add(filter, RETURN, RETURN_ALLOW, 0, 0);
	add(filter, LOAD, offsetof(struct call_data, number), 0, 0);
}

/* To this process, whose first thread has its number. */
static void allow_signals(struct filter *filter)
{
	static const uint16_t signals[] = { SYS_kill, SYS_tkill, SYS_tgkill };

	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		allow_argument(filter, &(struct argument_rule){ signals[i], 0, EQUAL,
								(uint32_t)getpid() });
}

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static void make_filter(struct filter *filter, const struct seccomp_policy *policy)
{
	const uint32_t other = policy->kill ? RETURN_KILL_PROCESS : RETURN_ERRNO | ENOSYS;

	add(filter, LOAD, offsetof(struct call_data, architecture), 0, 0);
	add(filter, JUMP_EQUAL, ARCHITECTURE, 1, 0);
	add(filter, RETURN, RETURN_KILL_PROCESS, 0, 0);
	add(filter, LOAD, offsetof(struct call_data, number), 0, 0);
	/* There is no such call; a tracer puts it in the place of one that is to fail. */
	add(filter, JUMP_EQUAL, UINT32_MAX, 0, 1);
	add(filter, RETURN, RETURN_ALLOW, 0, 0);
	/* x32 has numbers of its own on x86-64, with calls that are not what the lists mean. */
	add(filter, JUMP_ABOVE, X32_BIT - 1, 0, 1);
	add(filter, RETURN, other, 0, 0);
	allow_calls(filter, calls, COUNT(calls));
	if (policy->outputs)
		allow_calls(filter, output_calls, COUNT(output_calls));
	if (policy->network)
		allow_calls(filter, network_calls, COUNT(network_calls));
	for (size_t i = 0; i < COUNT(argument_rules); i++)
		allow_argument(filter, &argument_rules[i]);
	for (size_t i = 0; i < COUNT(network_rules) && policy->network; i++)
		allow_argument(filter, &network_rules[i]);
	allow_signals(filter);
	add(filter, RETURN, other, 0, 0);
}

int seccomp_restrict(const struct seccomp_policy *policy)
{
	struct filter filter = { .length = 0 };
	struct program program = { .instructions = filter.instructions };

	make_filter(&filter, policy);
	program.length = filter.length;
	return (int)syscall(SYS_seccomp, SET_MODE_FILTER, 0, &program);
}

#else

int seccomp_restrict(const struct seccomp_policy *policy)
{
	(void)policy;
	errno = ENOSYS;
	return -1;
}

#endif
