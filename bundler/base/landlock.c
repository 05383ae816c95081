/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls of Landlock, and which rights each version of it has. */
#include "base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same on all architectures but alpha. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define CREATE_VERSION 1U	/* landlock_create_ruleset: only tell the version */
#define NEWEST_ABI 7		/* 7 adds how denials are logged, which stays as it is */

enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_CHAR = 1 << 6,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_MAKE_SOCK = 1 << 9,
	FS_MAKE_FIFO = 1 << 10,
	FS_MAKE_BLOCK = 1 << 11,
	FS_MAKE_SYM = 1 << 12,
	FS_REFER = 1 << 13,	/* since version 2 */
	FS_TRUNCATE = 1 << 14,	/* 3 */
	FS_IOCTL_DEV = 1 << 15,	/* 5 */
	NET_BIND_TCP = 1 << 0,	/* 4 */
	NET_CONNECT_TCP = 1 << 1,
	SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0,	/* 6 */
	SCOPE_SIGNAL = 1 << 1
};

enum { RULE_PATH_BENEATH = 1, RULE_NET_PORT = 2 };

struct ruleset_attributes {
	uint64_t files, net, scopes;
};

/* Packed in the kernel's headers. */
struct path_beneath {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

struct net_port {
	uint64_t allowed, port;
};

_Static_assert(sizeof(struct ruleset_attributes) == 24, "the kernel's size of version 6");
_Static_assert(sizeof(struct path_beneath) == 12, "the kernel's size");
_Static_assert(sizeof(struct net_port) == 16, "the kernel's size");

static uint64_t files_of(int abi)
{
	return abi >= 5 ? FS_IOCTL_DEV * 2 - 1 : abi >= 3 ? FS_TRUNCATE * 2 - 1
	       : abi == 2 ? FS_REFER * 2 - 1 : FS_MAKE_SYM * 2 - 1;
}

static size_t attributes_bytes(int abi)
{
	return abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
}

/* Kernels of distributions may say a version of which they lack a part, and refuse it: EINVAL. */
int landlock_open(struct landlock *rules, bool connects)
{
	const long version = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_VERSION);

	rules->fd = -1;
	if (version < 0 && errno != EINVAL)
		return -1;
	rules->abi = version > NEWEST_ABI ? NEWEST_ABI : version < 1 ? 1 : (int)version;
	for (; rules->abi > 0; rules->abi--) {
		const struct ruleset_attributes attributes = {
			.files = files_of(rules->abi),
			.net = NET_BIND_TCP | (connects ? 0 : NET_CONNECT_TCP),
			.scopes = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL,
		};

		rules->fd = (int)syscall(SYS_landlock_create_ruleset, &attributes,
					 attributes_bytes(rules->abi), 0);
		if (rules->fd >= 0 || errno != EINVAL)
			break;
	}
	return rules->fd < 0 ? -1 : 0;
}

/* Whether an errno is about the path: whoever uses it will say so. */
static bool is_refused_path(int number)
{
	return number == ENOENT || number == ENOTDIR || number == EACCES || number == ELOOP
	       || number == ENAMETOOLONG;
}

int landlock_allow(const struct landlock *rules, const char *path, enum landlock_access access)
{
	struct path_beneath rule = { .parent_fd = open(path, O_PATH | O_CLOEXEC) };
	struct stat st;
	long result = 0;

	if (rule.parent_fd < 0)
		return is_refused_path(errno) ? 0 : -1;
	if (access & (LANDLOCK_READ | LANDLOCK_WRITE))
		rule.allowed |= FS_READ_FILE | FS_READ_DIR;
	if (access & LANDLOCK_WRITE)
		rule.allowed |= FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR
				| FS_MAKE_REG | FS_MAKE_SYM | FS_REFER | FS_TRUNCATE;
	if (access & LANDLOCK_REMOVE)
		rule.allowed |= FS_REMOVE_DIR;
	rule.allowed &= files_of(rules->abi);
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed &= FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE;
	if (rule.allowed != 0)
		result = syscall(SYS_landlock_add_rule, rules->fd, RULE_PATH_BENEATH, &rule, 0);
	/* A pipe, as /dev/stdin may be: never forbidden, and so not to be allowed. */
	if (result < 0 && errno == EBADFD)
		result = 0;
	close(rule.parent_fd);
	return (int)result;
}

int landlock_connect(const struct landlock *rules, unsigned port)
{
	const struct net_port rule = { .allowed = NET_CONNECT_TCP, .port = port };

	return rules->abi < 4 ? 0 : (int)syscall(SYS_landlock_add_rule, rules->fd, RULE_NET_PORT,
						 &rule, 0);
}

int landlock_restrict(const struct landlock *rules)
{
	return (int)syscall(SYS_landlock_restrict_self, rules->fd, 0);
}

void landlock_close(struct landlock *rules)
{
	if (rules->fd >= 0)
		close(rules->fd);
	rules->fd = -1;
}
