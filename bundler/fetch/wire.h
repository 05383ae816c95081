/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_WIRE_H
#define BUNDLER_FETCH_WIRE_H

#include <stdint.h>

/*
 * What the peers of one hop may send, in every phase of it: to a proxy, in the handshake, around
 * the answer, after it. libcurl and BearSSL read until they have what they wait for, so a peer
 * that sends something else without end would keep them; here each read counts, and ends them.
 */

enum wire_end {
	WIRE_OPEN,
	WIRE_INTERRUPTED,	/* by a signal */
	WIRE_LATE,		/* the deadline has passed */
	WIRE_FLOODED		/* too many bytes for the answer that is there */
};

struct wire {
	int64_t deadline;	/* of clock.h */
	uint64_t answered;	/* bytes of header and body so far; the owner counts them */
	uint64_t received;	/* bytes from the network so far */
	enum wire_end end;	/* why nothing more is read */
};

/* From now on each recv() of this thread belongs to wire, and fails at its end; NULL: to none. */
void wire_watch(struct wire *wire);

#endif
