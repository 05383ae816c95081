/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program where a system call fails, as it does on older kernels and in containers:
 *
 *	confine_launcher NUMBER=ERRNO[/SIZE]... COMMAND...
 *
 * NUMBER is that of the call. With SIZE the call fails only if its second argument has this value.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The low half of the second argument, on little-endian machines. */
#define SECOND offsetof(struct seccomp_data, args[1])

static void fail_call(const char *text)
{
	char *end;
	const unsigned number = (unsigned)strtoul(text, &end, 10);
	const unsigned fault = (unsigned)strtoul(end + (*end == '='), &end, 10);
	const unsigned size = (unsigned)strtoul(end + (*end == '/'), NULL, 10);
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SECOND),
		/* Without a size, the next instruction in any case. */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, size, 0, *end != '\0'),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | fault),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof code / sizeof code[0], code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
	    || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
		fprintf(stderr, "confine_launcher: cannot make '%s' fail: %s\n", text, strerror(errno));
		exit(125);
	}
}

int main(int argc, char **argv)
{
	int i = 1;

	for (; i < argc && strchr(argv[i], '='); i++)
		fail_call(argv[i]);
	if (i < argc)
		execvp(argv[i], argv + i);
	return 127;
}
