/* SPDX-License-Identifier: Apache-2.0 */
/* How private an address is: the borders of each block. */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "fetch/address.h"

static void classes(void **state)
{
	static const struct {
		const char *text, *name;
	} rows[] = {
		{ "8.8.8.8", "public" }, { "203.0.113.1", "public" }, { "0.0.0.0", "loopback" },
		{ "0.255.255.255", "loopback" }, { "1.0.0.0", "public" },
		{ "9.255.255.255", "public" },
		{ "10.0.0.0", "private" }, { "10.255.255.255", "private" },
		{ "11.0.0.0", "public" },
		{ "100.63.255.255", "public" }, { "100.64.0.0", "private" },
		{ "100.127.255.255", "private" }, { "100.128.0.0", "public" },
		{ "126.255.255.255", "public" }, { "127.0.0.1", "loopback" },
		{ "127.255.255.255", "loopback" }, { "128.0.0.0", "public" },
		{ "169.253.255.255", "public" }, { "169.254.169.254", "link-local" },
		{ "169.255.0.0", "public" }, { "172.15.255.255", "public" },
		{ "172.16.0.0", "private" },
		{ "172.31.255.255", "private" }, { "172.32.0.0", "public" },
		{ "192.0.0.1", "private" },
		{ "192.167.255.255", "public" }, { "192.168.0.1", "private" },
		{ "192.169.0.0", "public" }, { "198.17.255.255", "public" },
		{ "198.18.0.1", "private" },
		{ "198.19.255.255", "private" }, { "198.20.0.0", "public" },
		{ "223.255.255.255", "public" }, { "224.0.0.1", "unusable" },
		{ "255.255.255.255", "unusable" },
		{ "::", "loopback" }, { "::1", "loopback" }, { "::2", "unusable" },
		{ "::127.0.0.1", "unusable" }, { "::ffff:127.0.0.1", "loopback" },
		{ "::ffff:10.0.0.1", "private" }, { "::ffff:8.8.8.8", "public" },
		{ "64:ff9b::10.0.0.1", "private" }, { "64:ff9b::7f00:1", "loopback" },
		{ "64:ff9b::808:808", "public" }, { "64:ff9b:1::1", "private" },
		{ "2002:a00:1::", "private" }, { "2002:7f00:1::", "loopback" },
		{ "2002:808:808::", "public" }, { "2606:4700::1111", "public" },
		{ "fbff::1", "public" }, { "fc00::1", "private" }, { "fdff::1", "private" },
		{ "fe7f::1", "public" }, { "fe80::1", "link-local" }, { "febf::1", "link-local" },
		{ "fec0::1", "private" }, { "ff02::1", "unusable" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct address address;
		const char *name;

		assert_int_equal(address_parse(&address, rows[i].text), 0);
		name = address_name(address_classify(&address));
		if (strcmp(name, rows[i].name) != 0)
			fail_msg("%s is %s, expected %s", rows[i].text, name, rows[i].name);
	}
}

static void order(void **state)
{
	(void)state;
	assert_true(ADDRESS_PUBLIC < ADDRESS_PRIVATE && ADDRESS_PRIVATE < ADDRESS_LINK_LOCAL);
	assert_true(ADDRESS_LINK_LOCAL < ADDRESS_LOOPBACK && ADDRESS_LOOPBACK < ADDRESS_UNUSABLE);
}

static void sockets(void **state)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6 };
	struct sockaddr other = { .sa_family = AF_UNIX };
	struct address address;

	(void)state;
	ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(address_read(&address, (struct sockaddr *)&ipv4), 0);
	assert_int_equal(address_classify(&address), ADDRESS_LOOPBACK);
	inet_pton(AF_INET6, "fe80::1", &ipv6.sin6_addr);
	assert_int_equal(address_read(&address, (struct sockaddr *)&ipv6), 0);
	assert_int_equal(address_classify(&address), ADDRESS_LINK_LOCAL);
	assert_int_equal(address_read(&address, &other), -1);
}

static void prefixes(void **state)
{
	struct address a, b;

	(void)state;
	address_parse(&a, "192.168.4.0");
	address_parse(&b, "192.168.7.255");
	assert_true(address_share_prefix(&a, &b, 96 + 22));
	assert_false(address_share_prefix(&a, &b, 96 + 23));
	assert_true(address_share_prefix(&a, &b, 0));
	assert_true(address_share_prefix(&a, &a, 128));
	assert_int_equal(address_parse(&a, "localhost"), -1);
	assert_int_equal(address_parse(&a, "127.1"), -1);
	assert_int_equal(address_parse(&a, ""), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes), cmocka_unit_test(order), cmocka_unit_test(sockets),
		cmocka_unit_test(prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
