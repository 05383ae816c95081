/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule of policy.c and constraint.c, broken alone in an otherwise good path. */
#include <fcntl.h>
#include <stdlib.h>

#include "base/memory.h"
#include "made.h"
#include "trust/bundle.h"
#include "trust/policy.h"
#include "unit.h"

#define NOON 1767225600		/* 2026-01-01T00:00:00Z */

/* The path of the test at hand: what it changes, it changes here. */
static struct made leaf, middle, root;
static const char *host;
static int64_t now;

enum { BASIC, USAGE, KEY, ISSUER_KEY, PURPOSE, NAMES, MORE };

static void make_authority(struct made *made)
{
	made->extensions[BASIC] = CRITICAL(BASIC_ID, SEQ(TRUTH));
	made->extensions[USAGE] = CRITICAL(KEY_USAGE_ID, WRAP(DER_BIT_STRING, RAW("\x01\x06")));
	made->extensions[KEY] = EXTENSION(SUBJECT_KEY_ID, WRAP(DER_OCTET_STRING, RAW("key")));
	made->extensions[ISSUER_KEY] =
		EXTENSION(AUTHORITY_KEY_ID, SEQ(WRAP(DER_CONTEXT(0), RAW("key"))));
}

#define SERVER OID("\x2b\x06\x01\x05\x05\x07\x03\x01")
#define CLIENT OID("\x2b\x06\x01\x05\x05\x07\x03\x02")
#define ANY_PURPOSE OID("\x55\x1d\x25\x00")

static int set_up(void **state)
{
	(void)state;
	host = "www.example.com";
	now = NOON;
	root = made_new("Root", "Root");
	middle = made_new("Middle", "Root");
	leaf = made_new("Leaf", "Middle");
	make_authority(&root);
	make_authority(&middle);
	leaf.extensions[USAGE] = CRITICAL(KEY_USAGE_ID, WRAP(DER_BIT_STRING, RAW("\x07\x80")));
	leaf.extensions[ISSUER_KEY] = middle.extensions[ISSUER_KEY];
	leaf.extensions[PURPOSE] = EXTENSION(PURPOSE_ID, SEQ(CLIENT, SERVER));
	leaf.extensions[NAMES] =
		EXTENSION(NAMES_ID, SEQ(DNS("example.com"), DNS("www.example.com")));
	return 0;
}

/* Checks the path; expected is NULL for one that is good. */
static void expect(const char *expected)
{
	const struct made *const made[] = { &leaf, &middle, &root };
	struct certificate certificates[3];
	const struct certificate *path[3];
	char reason[POLICY_REASON_BYTES] = "";
	int result;

	for (size_t i = 0; i < 3; i++) {
		struct der der = der_of(made[i]);

		assert_int_equal(certificate_parse(&certificates[i], der.bytes, der.length), 0);
		path[i] = &certificates[i];
	}
	result = policy_check(path, 3, host, now, reason);
	assert_string_equal(reason, expected ? expected : "");
	assert_int_equal(result, expected ? -1 : 0);
}

static void good_path(void **state)
{
	(void)state;
	expect(NULL);
}

static void validity(void **state)
{
	(void)state;
	now = 1577836800;		/* 2020-01-01T00:00:00Z, the first second */
	expect(NULL);
	now--;
	expect("certificate 'Leaf' is not valid before 2020-01-01");
	now = 1893456000;		/* 2030-01-01T00:00:00Z, the last second */
	expect(NULL);
	now++;
	expect("certificate 'Leaf' expired on 2030-01-01");
	now = NOON;
	middle.not_after = WRAP(DER_UTC_TIME, TEXT("251231235959Z"));
	expect("certificate 'Middle' expired on 2025-12-31");
	set_up(NULL);
	root.not_before = WRAP(DER_GENERALIZED_TIME, TEXT("20500101000000Z"));
	expect("certificate 'Root' is not valid before 2050-01-01");
}

static void alternative_names(void **state)
{
	static const char none[] =
		"certificate 'Leaf' has no subject alternative name (CABF BR 7.1.2.7.12)";

	(void)state;
	leaf.extensions[NAMES] = NONE;
	expect(none);
	/* The common name does not stand in for it. */
	leaf.subject = COMMON_NAME("www.example.com");
	expect("certificate 'www.example.com' has no subject alternative name "
	       "(CABF BR 7.1.2.7.12)");
	leaf.subject = COMMON_NAME("Leaf");
	leaf.extensions[NAMES] = EXTENSION(NAMES_ID, RAW("\x30\x00"));
	expect(none);
	leaf.extensions[NAMES] = EXTENSION(NAMES_ID, RAW("www.example.com"));
	expect(none);
	leaf.extensions[NAMES] = EXTENSION(NAMES_ID, SEQ(DNS("www.example.com")), RAW("\0"));
	expect(none);
}

static void names_that_match(void **state)
{
	static const struct {
		const char *name, *host;
	} good[] = {
		{ "www.example.com", "www.example.com" },
		{ "WWW.Example.COM", "www.exaMPLE.com" },
		{ "*.example.com", "www.example.com" },
		{ "*.example.com", "xn--bcher-kva.example.com" },
		{ "mirror", "mirror" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		leaf.extensions[NAMES] = EXTENSION(NAMES_ID, SEQ(DNS(good[i].name)));
		host = good[i].host;
		expect(NULL);
	}
}

static void names_that_do_not_match(void **state)
{
	static const struct {
		const char *name, *host;
	} bad[] = {
		{ "example.com", "www.example.com" },
		{ "www.example.com", "example.com" },
		{ "a.example.com", "b.example.com" },
		{ "*.example.com", "example.com" },
		{ "*.example.com", "a.b.example.com" },
		{ "*.com", "example.com" },
		{ "*", "com" },
		{ "*", "example" },
		{ "*.", "example.com" },
		{ "*.*", "www.example" },
		{ "*.*.com", "www.example.com" },
		{ "w*.example.com", "www.example.com" },
		{ "www.*.com", "www.example.com" },
		{ ".example.com", "www.example.com" },
		{ "*..example.com", "www.example.com" },
		{ "www.example.com.", "www.example.com" },
		{ "www.example.co", "www.example.com" },
		{ "", "www.example.com" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		leaf.extensions[NAMES] = EXTENSION(NAMES_ID, SEQ(DNS(bad[i].name)));
		host = bad[i].host;
		expect("certificate 'Leaf' is for another host (RFC 9525 section 6.3)");
	}
	/* Only a dNSName is a DNS name; a NUL does not end one. */
	host = "www.example.com";
	leaf.extensions[NAMES] =
		EXTENSION(NAMES_ID, SEQ(WRAP(DER_CONTEXT(1), TEXT("www.example.com"))));
	expect("certificate 'Leaf' is for another host (RFC 9525 section 6.3)");
	leaf.extensions[NAMES] =
		EXTENSION(NAMES_ID, SEQ(WRAP(DER_CONTEXT(2), RAW("www.example.com\0.evil.org"))));
	expect("certificate 'Leaf' is for another host (RFC 9525 section 6.3)");
}

static void purposes(void **state)
{
	static const char text[] =
		"certificate 'Leaf' is not for servers (RFC 5280 section 4.2.1.12)";

	(void)state;
	leaf.extensions[PURPOSE] = NONE;
	expect(NULL);
	leaf.extensions[PURPOSE] = EXTENSION(PURPOSE_ID, SEQ(CLIENT));
	expect(text);
	leaf.extensions[PURPOSE] = EXTENSION(PURPOSE_ID, SEQ(ANY_PURPOSE));
	expect(text);
	leaf.extensions[PURPOSE] = EXTENSION(PURPOSE_ID, SEQ(SERVER, ANY_PURPOSE));
	expect(text);
	leaf.extensions[PURPOSE] = EXTENSION(PURPOSE_ID, RAW("\x30\x00"));
	expect(text);
	leaf.extensions[PURPOSE] = EXTENSION(PURPOSE_ID, RAW("\x31\x00"));
	expect(text);
	set_up(NULL);
	middle.extensions[PURPOSE] = EXTENSION(PURPOSE_ID, SEQ(ANY_PURPOSE));
	expect(NULL);
	middle.extensions[PURPOSE] = EXTENSION(PURPOSE_ID, SEQ(CLIENT));
	expect("certificate 'Middle' is not for servers (RFC 5280 section 4.2.1.12)");
}

static void authority_as_leaf(void **state)
{
	(void)state;
	leaf.extensions[BASIC] = CRITICAL(BASIC_ID, SEQ(TRUTH));
	expect("certificate 'Leaf' is an authority's, not a server's (CABF BR 7.1.2.7.8)");
	leaf.extensions[BASIC] = EXTENSION(BASIC_ID, RAW("\x31\x00"));
	expect("certificate 'Leaf' is an authority's, not a server's (CABF BR 7.1.2.7.8)");
	leaf.extensions[BASIC] = CRITICAL(BASIC_ID, RAW("\x30\x00\x00"));
	expect("certificate 'Leaf' is an authority's, not a server's (CABF BR 7.1.2.7.8)");
	leaf.extensions[BASIC] = CRITICAL(BASIC_ID, RAW("\x30\x00"));
	expect(NULL);
	leaf.extensions[USAGE] = CRITICAL(KEY_USAGE_ID, WRAP(DER_BIT_STRING, RAW("\x02\x84")));
	expect("certificate 'Leaf' may sign certificates (CABF BR 7.1.2.7.11)");
	leaf.extensions[USAGE] = NONE;
	expect(NULL);
}

static void use_in_handshake(void **state)
{
	(void)state;
	leaf.extensions[USAGE] = CRITICAL(KEY_USAGE_ID, WRAP(DER_BIT_STRING, RAW("\x05\x20")));
	expect("certificate 'Leaf' may not sign a handshake (RFC 5246 section 7.4.2)");
	leaf.extensions[USAGE] = CRITICAL(KEY_USAGE_ID, WRAP(DER_BIT_STRING, RAW("\x05\xa0")));
	expect(NULL);
}

#define POLICY OID("\x67\x81\x0c\x01\x02\x01")
#define CPS OID("\x2b\x06\x01\x05\x05\x07\x02\x01")
#define NOTICE OID("\x2b\x06\x01\x05\x05\x07\x02\x02")

static void policies(void **state)
{
	static const char unknown[] = "certificate 'Middle' has a critical policy with a qualifier "
				      "that is not supported (RFC 5280 section 4.2.1.4)";

	(void)state;
	middle.extensions[MORE] = CRITICAL(POLICIES_ID, SEQ(SEQ(POLICY), SEQ(POLICY)));
	expect(NULL);
	middle.extensions[MORE] = CRITICAL(POLICIES_ID, SEQ(SEQ(POLICY, SEQ(SEQ(CPS)))));
	expect(NULL);
	middle.extensions[MORE] = EXTENSION(POLICIES_ID, SEQ(SEQ(POLICY, SEQ(SEQ(NOTICE)))));
	expect(NULL);
	middle.extensions[MORE] = CRITICAL(POLICIES_ID, SEQ(SEQ(POLICY, SEQ(SEQ(NOTICE)))));
	expect(unknown);
	middle.extensions[MORE] = CRITICAL(POLICIES_ID, SEQ(SEQ(POLICY, SEQ(SEQ(CPS), SEQ(NOTICE)))));
	expect(unknown);
	middle.extensions[MORE] = CRITICAL(POLICIES_ID, SEQ(POLICY));
	expect(unknown);
}

static void leaf_as_authority(void **state)
{
	(void)state;
	middle.extensions[BASIC] = NONE;
	expect("certificate 'Middle' is not an authority's (RFC 5280 section 4.2.1.9)");
	middle.extensions[BASIC] = CRITICAL(BASIC_ID, RAW("\x30\x00"));
	expect("certificate 'Middle' is not an authority's (RFC 5280 section 4.2.1.9)");
	middle.extensions[BASIC] = CRITICAL(BASIC_ID, SEQ(TRUTH, TRUTH));
	expect("certificate 'Middle' is not an authority's (RFC 5280 section 4.2.1.9)");
	set_up(NULL);
	root.extensions[BASIC] = NONE;
	expect("certificate 'Root' is not an authority's (RFC 5280 section 4.2.1.9)");
	set_up(NULL);
	middle.extensions[USAGE] = CRITICAL(KEY_USAGE_ID, WRAP(DER_BIT_STRING, RAW("\x01\x02")));
	expect("certificate 'Middle' may not sign certificates (RFC 5280 section 4.2.1.3)");
	set_up(NULL);
	root.extensions[USAGE] = CRITICAL(KEY_USAGE_ID, WRAP(DER_BIT_STRING, RAW("\x01\x02")));
	expect("certificate 'Root' may not sign certificates (RFC 5280 section 4.2.1.3)");
	/* A root of before key usages may. */
	root.extensions[USAGE] = NONE;
	expect(NULL);
}

static void path_length(void **state)
{
	(void)state;
	middle.extensions[BASIC] = CRITICAL(BASIC_ID, SEQ(TRUTH, INTEGER("\x00")));
	root.extensions[BASIC] = CRITICAL(BASIC_ID, SEQ(TRUTH, INTEGER("\x01")));
	expect(NULL);
	root.extensions[BASIC] = CRITICAL(BASIC_ID, SEQ(TRUTH, INTEGER("\x00")));
	expect("certificate 'Root' allows no path of this length (RFC 5280 section 4.2.1.9)");
	middle.issuer = middle.subject;		/* self-issued ones are not counted */
	expect(NULL);
}

static void version_and_serial(void **state)
{
	static const char text[] =
		"certificate 'Leaf' has a bad serial number (RFC 5280 section 4.1.2.2)";

	(void)state;
	leaf.version = WRAP(DER_CONSTRUCTED(0), INTEGER("\x01"));
	expect("certificate 'Leaf' is not of version 3 (CABF BR 7.1.1)");
	leaf.version = NONE;
	expect("certificate 'Leaf' is not of version 3 (CABF BR 7.1.1)");
	set_up(NULL);
	leaf.serial = INTEGER("\x00");
	expect(text);
	leaf.serial = INTEGER("\x80");
	expect(text);
	leaf.serial = INTEGER("");
	expect(text);
	leaf.serial = INTEGER("\x01" "23456789012345678901");
	expect(text);
	leaf.serial = INTEGER("\x01" "2345678901234567890");
	expect(NULL);
	/* Roots that Mozilla ships have number 0. */
	root.serial = INTEGER("\x00");
	expect(NULL);
}

static void names_of_parties(void **state)
{
	(void)state;
	leaf.issuer = RAW("\x30\x00");
	expect("certificate 'Leaf' has no issuer (RFC 5280 section 4.1.2.4)");
	leaf.issuer = COMMON_NAME("Middle");
	leaf.subject = RAW("\x30\x00");
	expect("certificate '' has wrongly critical names (RFC 5280 section 4.2.1.6)");
	leaf.extensions[NAMES] = CRITICAL(NAMES_ID, SEQ(DNS("www.example.com")));
	expect(NULL);
	leaf.subject = COMMON_NAME("Leaf");
	expect("certificate 'Leaf' has wrongly critical names (RFC 5280 section 4.2.1.6)");
}

static void key_identifiers(void **state)
{
	(void)state;
	leaf.extensions[ISSUER_KEY] = NONE;
	expect("certificate 'Leaf' names no issuer's key (RFC 5280 section 4.2.1.1)");
	set_up(NULL);
	middle.extensions[ISSUER_KEY] = NONE;
	expect("certificate 'Middle' names no issuer's key (RFC 5280 section 4.2.1.1)");
	set_up(NULL);
	middle.extensions[KEY] = NONE;
	expect("certificate 'Middle' does not name its key (RFC 5280 section 4.2.1.2)");
	set_up(NULL);
	root.extensions[KEY] = root.extensions[ISSUER_KEY] = NONE;
	expect(NULL);
}

static void signature_algorithms(void **state)
{
	(void)state;
	middle.inner_algorithm = SEQ(OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"), WRAP(0x05, NONE));
	expect("certificate 'Middle' is inconsistently signed (RFC 5280 section 4.1.1.2)");
}

static void extensions(void **state)
{
	static const char text[] =
		"certificate 'Leaf' has an extension that is refused (RFC 5280 section 4.2)";

	(void)state;
	leaf.extensions[MORE] = EXTENSION("\x2a\x03", RAW("what"));
	expect(NULL);
	leaf.extensions[MORE] = CRITICAL("\x2a\x03", RAW("what"));
	expect(text);
	leaf.extensions[MORE] = EXTENSION("\x55\x1d\x24", RAW("\x30\x00"));
	expect(text);
	leaf.extensions[MORE] = EXTENSION(CONSTRAINTS_ID, RAW("\x30\x00"));
	expect(text);
	leaf.extensions[MORE] = CRITICAL(SUBJECT_KEY_ID, RAW("\x04\x00"));
	expect(text);
	leaf.extensions[MORE] = CRITICAL("\x2b\x06\x01\x05\x05\x07\x01\x01", RAW("\x30\x00"));
	expect(text);
	leaf.extensions[MORE] = leaf.extensions[NAMES];
	expect("certificate 'Leaf' repeats an extension (RFC 5280 section 4.2)");
	leaf.extensions[MORE] = NONE;
	leaf.extensions[PURPOSE] = CRITICAL(PURPOSE_ID, SEQ(SERVER));
	expect(text);
	set_up(NULL);
	leaf.extensions[ISSUER_KEY] = CRITICAL(AUTHORITY_KEY_ID, RAW("\x30\x00"));
	expect(text);
	set_up(NULL);
	root.extensions[PURPOSE] = EXTENSION(PURPOSE_ID, SEQ(SERVER));
	expect("certificate 'Root' has an extension that is refused (RFC 5280 section 4.2)");
}

static void keys(void **state)
{
	static const char text[] = "certificate 'Leaf' has a weak or unknown key (CABF BR 6.1.5)";

	(void)state;
	leaf.key = made_rsa_key(2048);
	expect(NULL);
	leaf.key = made_rsa_key(4096);
	expect(NULL);
	leaf.key = made_rsa_key(2047);
	expect(text);
	leaf.key = made_rsa_key(1024);
	expect(text);
	leaf.key = made_rsa_key(2052);
	expect(text);
	/* Ed25519 */
	leaf.key = SEQ(SEQ(OID("\x2b\x65\x70")), BITS(RAW("01234567890123456789012345678901")));
	expect(text);
	/* P-256 without its point, and explicit parameters */
	leaf.key = SEQ(SEQ(OID("\x2a\x86\x48\xce\x3d\x02\x01"),
			   OID("\x2a\x86\x48\xce\x3d\x03\x01\x07")), BITS(RAW("\x04")));
	expect(text);
	leaf.key = SEQ(SEQ(OID("\x2a\x86\x48\xce\x3d\x02\x01"), SEQ(INTEGER("\x01"))),
		       BITS(RAW("\x04")));
	expect(text);
	set_up(NULL);
	root.key = made_rsa_key(1024);
	expect("certificate 'Root' has a weak or unknown key (CABF BR 6.1.5)");
}

#define PERMITTED(...) WRAP(DER_CONSTRUCTED(0), __VA_ARGS__)
#define EXCLUDED(...) WRAP(DER_CONSTRUCTED(1), __VA_ARGS__)
#define DIRECTORY(name) WRAP(DER_CONSTRUCTED(4), name)

static const char outside[] = "certificate 'Leaf' has a name that a certificate above it excludes "
			      "(RFC 5280 section 4.2.1.10)";

/* One set of constraints, in the middle certificate, and what is expected of the leaf. */
static void constrain(const char *expected, struct der constraints)
{
	middle.extensions[MORE] = CRITICAL(CONSTRAINTS_ID, constraints);
	expect(expected);
}

static void dns_constraints(void **state)
{
	(void)state;
	constrain(NULL, SEQ(PERMITTED(SEQ(DNS("example.com")))));
	constrain(NULL, SEQ(PERMITTED(SEQ(DNS("")))));
	constrain(NULL, SEQ(PERMITTED(SEQ(DNS("example.org")), SEQ(DNS("EXAMPLE.com")))));
	constrain(outside, SEQ(PERMITTED(SEQ(DNS("example.org")))));
	constrain(outside, SEQ(PERMITTED(SEQ(DNS("www.example.com")))));
	constrain(outside, SEQ(PERMITTED(SEQ(DNS("xample.com")))));
	constrain(NULL, SEQ(EXCLUDED(SEQ(DNS("xample.com")))));
	constrain(outside, SEQ(EXCLUDED(SEQ(DNS("www.example.com")))));
	constrain(outside, SEQ(EXCLUDED(SEQ(DNS("com")))));
	constrain(outside, SEQ(EXCLUDED(SEQ(DNS("")))));
	constrain(outside, SEQ(PERMITTED(SEQ(DNS("example.com"))),
			       EXCLUDED(SEQ(DNS("www.example.com")))));
	leaf.extensions[NAMES] = EXTENSION(NAMES_ID, SEQ(DNS("www.example.com"), DNS(".example.com")));
	constrain(outside, SEQ(PERMITTED(SEQ(DNS("example.com")))));
	/* A wildcard must not stand for what is excluded, nor for more than is permitted. */
	leaf.extensions[NAMES] = EXTENSION(NAMES_ID, SEQ(DNS("*.example.com")));
	constrain(NULL, SEQ(PERMITTED(SEQ(DNS("example.com")))));
	constrain(outside, SEQ(EXCLUDED(SEQ(DNS("www.example.com")))));
	constrain(outside, SEQ(PERMITTED(SEQ(DNS("www.example.com")))));
}

/* In a block of its own, so that reading before its start is seen. */
static void constraint_longer_than_name(void **state)
{
	char *name = memory_string("a.b");

	(void)state;
	host = name;
	leaf.extensions[NAMES] = EXTENSION(NAMES_ID, SEQ(DNS("a.b")));
	constrain(outside, SEQ(PERMITTED(SEQ(DNS("long.long.long.a.b")))));
	constrain(NULL, SEQ(EXCLUDED(SEQ(DNS("long.long.long.a.b")))));
	free(name);
}

static void other_constraints(void **state)
{
	struct der names = leaf.extensions[NAMES];

	(void)state;
	/* Names of a kind that is not constrained are free. */
	constrain(NULL, SEQ(PERMITTED(SEQ(IP("\x0a\0\0\0\xff\0\0\0")))));
	leaf.extensions[NAMES] = EXTENSION(NAMES_ID, SEQ(DNS("www.example.com"), IP("\x0a\1\2\3")));
	constrain(NULL, SEQ(PERMITTED(SEQ(IP("\x0a\0\0\0\xff\0\0\0")))));
	constrain(outside, SEQ(PERMITTED(SEQ(IP("\x0b\0\0\0\xff\0\0\0")))));
	constrain(outside, SEQ(EXCLUDED(SEQ(IP("\x0a\1\2\0\xff\xff\xff\0")))));
	constrain(NULL, SEQ(EXCLUDED(SEQ(IP("\x0a\1\3\0\xff\xff\xff\0")))));
	constrain(outside, SEQ(PERMITTED(SEQ(IP("0123456789abcdef"
					        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")))));
	leaf.extensions[NAMES] = EXTENSION(NAMES_ID, SEQ(IP("\x0a\1\2\3"), DNS("www.example.com")));
	constrain(NULL, SEQ(PERMITTED(SEQ(IP("\x0a\0\0\0\xff\0\0\0")), SEQ(DNS("example.com")))));
	leaf.extensions[NAMES] = EXTENSION(NAMES_ID, SEQ(DNS("www.example.com"),
							 IP("0123456789abcdef")));
	constrain(NULL, SEQ(PERMITTED(SEQ(IP("01234567........" "\xff\xff\xff\xff\xff\xff\xff\xff"
					     "\0\0\0\0\0\0\0\0")))));
	leaf.extensions[NAMES] = names;
	constrain(NULL, SEQ(PERMITTED(SEQ(DIRECTORY(COMMON_NAME("Leaf"))))));
	constrain(outside, SEQ(PERMITTED(SEQ(DIRECTORY(COMMON_NAME("Leaves"))))));
	constrain(outside, SEQ(EXCLUDED(SEQ(DIRECTORY(COMMON_NAME("Other"))))));
	leaf.extensions[NAMES] = EXTENSION(NAMES_ID, SEQ(DNS("www.example.com"),
							 DIRECTORY(RAW("\x31\x00"))));
	constrain(outside, SEQ(PERMITTED(SEQ(DIRECTORY(COMMON_NAME("Leaf"))))));
	leaf.extensions[NAMES] = CRITICAL(NAMES_ID, SEQ(DNS("www.example.com")));
	leaf.subject = RAW("\x30\x00");	/* is no name */
	constrain(NULL, SEQ(PERMITTED(SEQ(DIRECTORY(COMMON_NAME("Other"))))));
	leaf.subject = COMMON_NAME("Leaf");
	leaf.extensions[NAMES] = names;
	/* A kind that we do not know refuses its names only. */
	constrain(NULL, SEQ(EXCLUDED(SEQ(WRAP(DER_CONTEXT(1), TEXT("example.com"))))));
	leaf.extensions[NAMES] = EXTENSION(NAMES_ID, SEQ(DNS("www.example.com"),
							 WRAP(DER_CONTEXT(1), TEXT("a@b.org"))));
	constrain(outside, SEQ(EXCLUDED(SEQ(WRAP(DER_CONTEXT(1), TEXT("example.com"))))));
	constrain(outside, SEQ(PERMITTED(SEQ(WRAP(DER_CONTEXT(1), TEXT("b.org"))))));
}

static void malformed_constraints(void **state)
{
	static const char text[] = "certificate 'Leaf' is under malformed name constraints "
				   "(RFC 5280 section 4.2.1.10)";

	(void)state;
	constrain(text, RAW("\x30\x00"));
	constrain(text, SEQ(RAW("\xa0\x00\xa1\x00")));
	constrain(text, SEQ(PERMITTED(SEQ(DNS(".example.com")))));
	constrain(text, SEQ(PERMITTED(SEQ(DNS("*.example.com")))));
	constrain(text, SEQ(EXCLUDED(SEQ(IP("\x0a\0\0\0")))));
	constrain(text, SEQ(PERMITTED(SEQ(DNS("example.com"), WRAP(DER_CONTEXT(0), RAW("\1"))))));
	constrain(text, SEQ(PERMITTED(DNS("example.com"))));
	middle.extensions[MORE] =
		CRITICAL(CONSTRAINTS_ID, SEQ(PERMITTED(SEQ(DNS("example.com")))), RAW("\0"));
	expect(text);
}

static void constraints_apply_below(void **state)
{
	struct der permitted = SEQ(PERMITTED(SEQ(DIRECTORY(COMMON_NAME("Leaf")))));

	(void)state;
	root.extensions[MORE] = EXTENSION(CONSTRAINTS_ID, permitted);	/* critical or not */
	expect("certificate 'Middle' has a name that a certificate above it excludes "
	       "(RFC 5280 section 4.2.1.10)");
	middle.issuer = middle.subject;		/* self-issued */
	expect(NULL);
	leaf.issuer = leaf.subject = COMMON_NAME("Other");	/* but the last one is not exempt */
	expect("certificate 'Other' has a name that a certificate above it excludes "
	       "(RFC 5280 section 4.2.1.10)");
}

/* What Mozilla ships is good as a root, unless it has expired. */
static void shipped_roots(void **state)
{
	struct bundle bundle;
	struct certificate certificate;
	struct der der = der_of(&leaf);
	struct error err;

	(void)state;
	assert_int_equal(bundle_load(&bundle, AT_FDCWD, "configs/ca-certificates.crt", &err), 0);
	assert_int_equal(certificate_parse(&certificate, der.bytes, der.length), 0);
	for (size_t i = 0; i < bundle.count; i++) {
		const struct certificate *path[] = { &certificate, &bundle.entries[i].certificate };
		char reason[POLICY_REASON_BYTES] = "";

		policy_check(path, 2, host, NOON, reason);
		assert_string_equal(reason, path[1]->not_after >= NOON ? "" : "certificate "
				    "'Baltimore CyberTrust Root' expired on 2025-05-12");
	}
	bundle_free(&bundle);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, made_free)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(good_path),
		TEST(validity),
		TEST(alternative_names),
		TEST(names_that_match),
		TEST(names_that_do_not_match),
		TEST(purposes),
		TEST(authority_as_leaf),
		TEST(use_in_handshake),
		TEST(policies),
		TEST(leaf_as_authority),
		TEST(path_length),
		TEST(version_and_serial),
		TEST(names_of_parties),
		TEST(key_identifiers),
		TEST(signature_algorithms),
		TEST(extensions),
		TEST(keys),
		TEST(dns_constraints),
		TEST(constraint_longer_than_name),
		TEST(other_constraints),
		TEST(malformed_constraints),
		TEST(constraints_apply_below),
		TEST(shipped_roots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
