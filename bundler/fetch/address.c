/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of IP addresses, by how private they are. */
#include "fetch/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#define V4(a, b, c, d) { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d } }

struct block {
	struct address prefix;
	unsigned bits;
	enum address_class class;
};

/* The first that matches counts. */
static const struct block blocks[] = {
	{ V4(0, 0, 0, 0), 96 + 8, ADDRESS_LOOPBACK },
	{ V4(127, 0, 0, 0), 96 + 8, ADDRESS_LOOPBACK },
	{ V4(169, 254, 0, 0), 96 + 16, ADDRESS_LINK_LOCAL },
	{ V4(10, 0, 0, 0), 96 + 8, ADDRESS_PRIVATE },
	{ V4(172, 16, 0, 0), 96 + 12, ADDRESS_PRIVATE },
	{ V4(192, 168, 0, 0), 96 + 16, ADDRESS_PRIVATE },
	{ V4(100, 64, 0, 0), 96 + 10, ADDRESS_PRIVATE },
	{ V4(192, 0, 0, 0), 96 + 24, ADDRESS_PRIVATE },
	{ V4(198, 18, 0, 0), 96 + 15, ADDRESS_PRIVATE },
	{ V4(224, 0, 0, 0), 96 + 3, ADDRESS_UNUSABLE },
	{ V4(0, 0, 0, 0), 96, ADDRESS_PUBLIC },
	{ { { 0 } }, 127, ADDRESS_LOOPBACK },			/* :: and ::1 */
	{ { { 0xfe, 0x80 } }, 10, ADDRESS_LINK_LOCAL },
	{ { { 0xfe, 0xc0 } }, 10, ADDRESS_PRIVATE },
	{ { { 0xfc } }, 7, ADDRESS_PRIVATE },
	{ { { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 } }, 48, ADDRESS_PRIVATE },	/* RFC 8215 */
	{ { { 0 } }, 96, ADDRESS_UNUSABLE },			/* IPv4-compatible, withdrawn */
	{ { { 0xff } }, 8, ADDRESS_UNUSABLE },
};

/* IPv6 blocks that carry an IPv4 address: its class is theirs. */
static const struct {
	struct address prefix;
	unsigned bits;
	size_t offset;
} carriers[] = {
	{ { { 0x00, 0x64, 0xff, 0x9b } }, 96, 12 },		/* NAT64, RFC 6052 */
	{ { { 0x20, 0x02 } }, 16, 2 },				/* 6to4, RFC 3056 */
};

bool address_share_prefix(const struct address *a, const struct address *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a->bytes, b->bytes, whole) != 0)
		return false;
	return rest == 0 || ((a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest)) == 0;
}

static void map(struct address *address, const void *ipv4)
{
	*address = (struct address)V4(0, 0, 0, 0);
	memcpy(address->bytes + 12, ipv4, 4);
}

int address_parse(struct address *address, const char *text)
{
	struct in_addr ipv4;

	if (inet_pton(AF_INET, text, &ipv4) == 1)
		map(address, &ipv4);
	else if (inet_pton(AF_INET6, text, address->bytes) != 1)
		return -1;
	return 0;
}

int address_read(struct address *address, const struct sockaddr *socket_address)
{
	const uint8_t *bytes = (const uint8_t *)socket_address;

	if (socket_address->sa_family == AF_INET)
		map(address, bytes + offsetof(struct sockaddr_in, sin_addr));
	else if (socket_address->sa_family == AF_INET6)
		memcpy(address->bytes, bytes + offsetof(struct sockaddr_in6, sin6_addr), 16);
	else
		return -1;
	return 0;
}

/* The IPv4 address inside an IPv6 one, where there is one. */
static struct address unwrap(struct address address)
{
	struct address inner = address;

	for (size_t i = 0; i < sizeof carriers / sizeof carriers[0]; i++) {
		if (address_share_prefix(&address, &carriers[i].prefix, carriers[i].bits))
			map(&inner, address.bytes + carriers[i].offset);
	}
	return inner;
}

enum address_class address_classify(const struct address *address)
{
	struct address inner = unwrap(*address);

	for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
		if (address_share_prefix(&inner, &blocks[i].prefix, blocks[i].bits))
			return blocks[i].class;
	}
	return ADDRESS_PUBLIC;
}

const char *address_name(enum address_class class)
{
	static const char *const names[] = {
		[ADDRESS_PUBLIC] = "public", [ADDRESS_PRIVATE] = "private",
		[ADDRESS_LINK_LOCAL] = "link-local", [ADDRESS_LOOPBACK] = "loopback",
		[ADDRESS_UNUSABLE] = "unusable",
	};

	return names[class];
}
