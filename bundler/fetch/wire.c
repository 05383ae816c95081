/* SPDX-License-Identifier: Apache-2.0 */
/* Counts what comes from the network, at the one call that all of it comes through. */
#include "fetch/wire.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/limits.h"

/* libcurl's reads have no context of ours, but they are made in the thread that called it. */
static _Thread_local struct wire *watched;

void wire_watch(struct wire *wire)
{
	watched = wire;
}

static enum wire_end find_end(const struct wire *wire)
{
	if (interrupt_signal() != 0)
		return WIRE_INTERRUPTED;
	if (clock_now() >= wire->deadline)
		return WIRE_LATE;
	if (wire->received > LIMIT_WIRE_BYTES + LIMIT_WIRE_RATIO * wire->answered)
		return WIRE_FLOODED;
	return WIRE_OPEN;
}

/* The Makefile has the linker send all calls of recv here (ld's --wrap). */
ssize_t real_recv(int fd, void *bytes, size_t size, int flags) __asm__("__real_recv");
ssize_t wire_recv(int fd, void *bytes, size_t size, int flags) __asm__("__wrap_recv");

ssize_t wire_recv(int fd, void *bytes, size_t size, int flags)
{
	ssize_t got;

	if (watched && watched->end == WIRE_OPEN)
		watched->end = find_end(watched);
	if (watched && watched->end != WIRE_OPEN) {
		errno = ECONNABORTED;
		return -1;
	}
	got = real_recv(fd, bytes, size, flags);
	if (watched && got > 0)
		watched->received += (uint64_t)got;
	return got;
}
