/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_ADDRESS_H
#define BUNDLER_FETCH_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * How private an IP address is, from public addresses to those of this machine (RFC 6890 and its
 * registries). A redirect may lead to the same class or a lower one, never to a higher: a server
 * outside must not make us connect to one inside.
 */
enum address_class {
	ADDRESS_PUBLIC,
	ADDRESS_PRIVATE,	/* RFC 1918, 4193, 6598, 2544 */
	ADDRESS_LINK_LOCAL,	/* RFC 3927, 4291: cloud metadata services live there */
	ADDRESS_LOOPBACK,	/* and the unspecified address, which connects to this machine */
	ADDRESS_UNUSABLE	/* multicast, broadcast, reserved, another family */
};

/* An IP address: IPv6 as it is, IPv4 mapped into it (RFC 4291 section 2.5.5.2). */
struct address {
	uint8_t bytes[16];
};

/* Reads an IPv4 or IPv6 address in digits; -1 when text is none. */
int address_parse(struct address *address, const char *text);

/* Reads the address of a socket address; -1 for another family than IPv4 and IPv6. */
int address_read(struct address *address, const struct sockaddr *socket_address);

enum address_class address_classify(const struct address *address);

/* Returns the name of a class for messages, such as "private". */
const char *address_name(enum address_class class);

/* Whether two addresses agree in their first bits, of which there are 128. */
bool address_share_prefix(const struct address *a, const struct address *b, unsigned bits);

#endif
