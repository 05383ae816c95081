/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "made.h"
#include "unit.h"

static int take_time(uint8_t tag, const char *text, int64_t *time)
{
	struct der in = WRAP(tag, TEXT(text));

	return der_time(&in, time);
}

static void times(void **state)
{
	static const struct {
		uint8_t tag;
		const char *text;
		int64_t time;
	} good[] = {
		{ DER_UTC_TIME, "700101000000Z", 0 },
		{ DER_UTC_TIME, "691231235959Z", -1 },
		{ DER_UTC_TIME, "500101000000Z", -631152000 },
		{ DER_UTC_TIME, "000229120000Z", 951825600 },
		{ DER_UTC_TIME, "000301000000Z", 951868800 },
		{ DER_UTC_TIME, "491231235959Z", 2524607999 },
		{ DER_GENERALIZED_TIME, "20500101000000Z", 2524608000 },
		{ DER_GENERALIZED_TIME, "20240229235959Z", 1709251199 },
		{ DER_GENERALIZED_TIME, "21000301000000Z", 4107542400 },
		{ DER_GENERALIZED_TIME, "00010101000000Z", -62135596800 },
		{ DER_GENERALIZED_TIME, "99991231235959Z", 253402300799 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		int64_t time = 1;

		assert_int_equal(take_time(good[i].tag, good[i].text, &time), 0);
		assert_int_equal(time, good[i].time);
	}
}

static void times_refused(void **state)
{
	static const char *const utc[] = {
		"", "Z", "0001010000Z", "000101000000", "000101000000z", "000101000000+0000",
		"000101000000.5Z", "000101000000ZZ", "000001000000Z", "001301000000Z",
		"000100000000Z", "000132000000Z", "000431000000Z", "010229000000Z",
		"000101240000Z", "000101006000Z", "000101000060Z", "0001010000 0Z",
		"-00101000000Z", "20000101000000Z", "0001011/0000Z", "00010100000:Z",
	};
	static const char *const generalized[] = {
		"000101000000Z", "200001010000Z", "20000101000000", "20000101000000.0Z",
		"21000229000000Z", "00000101000000Z",
	};
	int64_t time;

	(void)state;
	for (size_t i = 0; i < sizeof utc / sizeof utc[0]; i++)
		if (take_time(DER_UTC_TIME, utc[i], &time) == 0)
			fail_msg("UTCTime '%s' is read as %lld", utc[i], (long long)time);
	for (size_t i = 0; i < sizeof generalized / sizeof generalized[0]; i++)
		if (take_time(DER_GENERALIZED_TIME, generalized[i], &time) == 0)
			fail_msg("GeneralizedTime '%s' is read as %lld", generalized[i],
				 (long long)time);
	assert_int_equal(take_time(DER_OCTET_STRING, "000101000000Z", &time), -1);
	assert_int_equal(take_time(DER_OCTET_STRING, "20000101000000Z", &time), -1);
}

static void dates(void **state)
{
	static const struct {
		int64_t time;
		const char *date;
	} days[] = {
		{ 0, "1970-01-01" }, { -1, "1969-12-31" }, { 2524607999, "2049-12-31" },
		{ 2524608000, "2050-01-01" }, { 253402300799, "9999-12-31" },
		{ -62135596800, "0001-01-01" },
	};
	char date[CERTIFICATE_DATE_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof days / sizeof days[0]; i++)
		assert_string_equal(certificate_write_date(days[i].time, date), days[i].date);
}

static void lengths(void **state)
{
	static const struct der bad[] = {
		{ (const uint8_t *)"", 0 },
		{ (const uint8_t *)"\x04", 1 },
		{ (const uint8_t *)"\x04\x01", 2 },
		{ (const uint8_t *)"\x04\x80\x00\x00", 4 },		/* indefinite */
		{ (const uint8_t *)"\x04\x81\x01x", 4 },		/* not the shortest */
		{ (const uint8_t *)"\x04\x82\x00\x01x", 5 },
		{ (const uint8_t *)"\x04\x84\x00\x00\x00\x01x", 7 },
		{ (const uint8_t *)"\x04\x84\xff\xff\xff\xffx", 7 },
		{ (const uint8_t *)"\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff", 10 },
		{ (const uint8_t *)"\x04\x82\x01", 3 },
		{ (const uint8_t *)"\x1f\x01x", 3 },			/* long tag */
	};
	uint8_t *indefinite = pool_new(&made_pool, 2 + 0x80, 1);
	struct der enough = { indefinite, 2 + 0x80 };
	struct der_item item;

	(void)state;
	memcpy(indefinite, "\x04\x80", 2);	/* is not a length of 128 */
	assert_int_equal(der_next(&enough, &item), -1);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct der in = bad[i];

		assert_int_equal(der_next(&in, &item), -1);
		assert_ptr_equal(in.bytes, bad[i].bytes);
		assert_int_equal(in.length, bad[i].length);
	}
	for (size_t length = 0; length < 70000; length += 1 + length / 3) {
		struct der content = { pool_new(&made_pool, length, 1), length };
		struct der in = length < 65536 ? WRAP(DER_OCTET_STRING, content) : NONE;

		assert_int_equal(der_next(&in, &item), length < 65536 ? 0 : -1);
		if (length < 65536)
			assert_int_equal(item.value.length, length);
	}
}

static void small_numbers(void **state)
{
	static const struct {
		struct der content;
		int value;
	} rows[] = {
		{ { (const uint8_t *)"\x00", 1 }, 0 },
		{ { (const uint8_t *)"\x7f", 1 }, 127 },
		{ { (const uint8_t *)"\x00\x80", 2 }, 128 },
		{ { (const uint8_t *)"\x7f\xff\xff\xff", 4 }, 2147483647 },
		{ { (const uint8_t *)"", 0 }, -1 },
		{ { (const uint8_t *)"\x80", 1 }, -1 },
		{ { (const uint8_t *)"\x00\x7f", 2 }, -1 },
		{ { (const uint8_t *)"\x00\x80\x00\x00\x00", 5 }, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct der in = WRAP(DER_INTEGER, rows[i].content);
		int value = -1;

		assert_int_equal(der_small(&in, &value), rows[i].value < 0 ? -1 : 0);
		assert_int_equal(value, rows[i].value);
	}
}

static void booleans(void **state)
{
	struct der yes = RAW("\x01\x01\xff"), no = RAW("\x01\x01\x00"), odd = RAW("\x01\x01\x01"),
		   two = RAW("\x01\x02\xff\xff");
	bool value;

	(void)state;
	assert_int_equal(der_boolean(&yes, &value), 0);
	assert_true(value);
	assert_int_equal(der_boolean(&no, &value), 0);
	assert_false(value);
	assert_int_equal(der_boolean(&odd, &value), -1);
	assert_int_equal(der_boolean(&two, &value), -1);
}

static int parse(struct certificate *certificate, const struct made *made)
{
	struct der der = der_of(made);

	return certificate_parse(certificate, der.bytes, der.length);
}

static void fields(void **state)
{
	struct made made = made_new("Subject", "Issuer");
	struct certificate certificate;
	struct extension extension;
	struct der rest;

	(void)state;
	made.serial = INTEGER("\x12\x34");
	made.not_before = WRAP(DER_UTC_TIME, TEXT("500101000000Z"));
	made.not_after = WRAP(DER_GENERALIZED_TIME, TEXT("20500101000000Z"));
	made.extensions[0] = EXTENSION("\x2a\x03", RAW("one"));
	made.extensions[1] = CRITICAL("\x2a\x04", RAW("two"));
	made.extensions[2] =
		SEQ(OID("\x2a\x05"), RAW("\x01\x01\x00"), WRAP(DER_OCTET_STRING, NONE));
	assert_int_equal(parse(&certificate, &made), 0);
	assert_int_equal(certificate.version, 3);
	assert_true(der_equal(certificate.serial, RAW("\x12\x34")));
	assert_true(der_equal(certificate.issuer, made.issuer));
	assert_true(der_equal(certificate.subject, made.subject));
	assert_true(der_equal(certificate.inner_algorithm, made.inner_algorithm));
	assert_true(der_equal(certificate.outer_algorithm, made.outer_algorithm));
	assert_int_equal(certificate.not_before, -631152000);
	assert_int_equal(certificate.not_after, 2524608000);
	rest = certificate.extensions;
	assert_int_equal(certificate_next_extension(&rest, &extension), 1);
	assert_true(der_equal(extension.value, RAW("one")) && !extension.critical);
	assert_int_equal(certificate_next_extension(&rest, &extension), 1);
	assert_true(der_equal(extension.value, RAW("two")) && extension.critical);
	assert_int_equal(certificate_next_extension(&rest, &extension), 1);
	assert_true(der_equal(extension.oid, RAW("\x2a\x05")) && !extension.critical);
	assert_int_equal(certificate_next_extension(&rest, &extension), 0);
	assert_true(certificate_find_extension(&certificate, RAW("\x2a\x04"), &extension));
	assert_true(der_equal(extension.value, RAW("two")));
	assert_false(certificate_find_extension(&certificate, RAW("\x2a\x06"), &extension));
}

static void old_versions(void **state)
{
	struct made made = made_new("Subject", "Issuer");
	struct certificate certificate;

	(void)state;
	made.version = NONE;
	assert_int_equal(parse(&certificate, &made), 0);
	assert_int_equal(certificate.version, 1);
	made.version = WRAP(DER_CONSTRUCTED(0), INTEGER("\x01"));
	assert_int_equal(parse(&certificate, &made), 0);
	assert_int_equal(certificate.version, 2);
	made.version = WRAP(DER_CONSTRUCTED(0), INTEGER("\x03"));
	assert_int_equal(parse(&certificate, &made), -1);
	made.version = WRAP(DER_CONSTRUCTED(0), INTEGER("\x02"), INTEGER("\x02"));
	assert_int_equal(parse(&certificate, &made), -1);
}

static void refused(void **state)
{
	const struct made good = made_new("Subject", "Issuer");
	struct made made = good;
	struct certificate certificate;

	(void)state;
	made.not_after = WRAP(DER_UTC_TIME, TEXT("2050010100Z"));
	assert_int_equal(parse(&certificate, &made), -1);
	made = good;
	made.not_after = SEQ(good.not_after, good.not_after);
	assert_int_equal(parse(&certificate, &made), -1);
	made = good;
	made.issuer = RAW("\x31\x00");
	assert_int_equal(parse(&certificate, &made), -1);
	made = good;
	made.key = SEQ(SEQ(OID("\x2a\x03")), WRAP(DER_BIT_STRING, RAW("\0")));	/* no key in it */
	assert_int_equal(parse(&certificate, &made), -1);
	made = good;
	made.extensions[0] = SEQ(OID("\x2a\x03"));				/* no value */
	assert_int_equal(parse(&certificate, &made), -1);
	made.extensions[0] =
		SEQ(OID("\x2a\x03"), RAW("\x01\x01\x02"), WRAP(DER_OCTET_STRING, NONE));
	assert_int_equal(parse(&certificate, &made), -1);
	made.extensions[0] = SEQ(OID("\x2a\x03"), WRAP(DER_OCTET_STRING, NONE), INTEGER("\x01"));
	assert_int_equal(parse(&certificate, &made), -1);
	made = good;
	made.key = SEQ(good.key, good.key);
	assert_int_equal(parse(&certificate, &made), -1);
}

static void octets_behind(void **state)
{
	struct made good = made_new("Subject", "Issuer"), made;
	struct certificate certificate;
	struct der *const places[] = { &made.in_list, &made.in_field, &made.in_signed,
				       &made.in_outer };

	(void)state;
	good.extensions[0] = EXTENSION("\x2a\x03", RAW("one"));
	made = good;
	assert_int_equal(parse(&certificate, &made), 0);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		made = good;
		*places[i] = WRAP(0x05, NONE);
		assert_int_equal(parse(&certificate, &made), -1);
		*places[i] = RAW("\0");
		assert_int_equal(parse(&certificate, &made), -1);
	}
}

static void unique_identifiers(void **state)
{
	struct made made = made_new("Subject", "Issuer");
	struct certificate certificate;
	struct extension extension;

	(void)state;
	made.unique = RAW("\x81\x02\x00\x01\x82\x02\x00\x02");
	assert_int_equal(parse(&certificate, &made), 0);
	made.extensions[0] = EXTENSION("\x2a\x03", RAW("one"));
	assert_int_equal(parse(&certificate, &made), 0);
	assert_true(certificate_find_extension(&certificate, RAW("\x2a\x03"), &extension));
	made.unique = RAW("\x82\x02\x00\x02\x81\x02\x00\x01");
	assert_int_equal(parse(&certificate, &made), -1);
}

static int parse_key(struct der key)
{
	struct made made = made_new("Subject", "Issuer");
	struct certificate certificate;
	br_x509_pkey found;

	made.key = key;
	assert_int_equal(parse(&certificate, &made), 0);
	return certificate_key(&certificate, &found);
}

#define RSA_ID OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")
#define EC_ID OID("\x2a\x86\x48\xce\x3d\x02\x01")
#define P384_ID OID("\x2b\x81\x04\x00\x22")
#define THREE INTEGER("\x03")

static void rsa_keys(void **state)
{
	(void)state;
	assert_int_equal(parse_key(SEQ(SEQ(RSA_ID, WRAP(0x05, NONE)), BITS(SEQ(THREE, THREE)))), 0);
	assert_int_equal(parse_key(SEQ(SEQ(RSA_ID), BITS(SEQ(THREE, THREE)))), 0);
	assert_int_equal(parse_key(SEQ(SEQ(RSA_ID), BITS(SEQ(INTEGER(""), THREE)))), -1);
	assert_int_equal(parse_key(SEQ(SEQ(RSA_ID), BITS(SEQ(INTEGER("\x83"), THREE)))), -1);
	assert_int_equal(parse_key(SEQ(SEQ(RSA_ID), BITS(SEQ(THREE)))), -1);
	assert_int_equal(parse_key(SEQ(SEQ(RSA_ID), BITS(SEQ(THREE, THREE, THREE)))), -1);
	assert_int_equal(parse_key(SEQ(SEQ(RSA_ID), BITS(SEQ(THREE, THREE), RAW("\0")))), -1);
	assert_int_equal(parse_key(SEQ(SEQ(RSA_ID), BITS(SET(THREE, THREE)))), -1);
	assert_int_equal(parse_key(SEQ(SEQ(RSA_ID),
				       WRAP(DER_BIT_STRING, RAW("\1"), SEQ(THREE, THREE)))), -1);
}

static void ec_keys(void **state)
{
	uint8_t *bytes = pool_new(&made_pool, 97, 1);
	struct der point = { bytes, 97 };

	(void)state;
	bytes[0] = 4;
	assert_int_equal(parse_key(SEQ(SEQ(EC_ID, P384_ID), BITS(point))), 0);
	assert_int_equal(parse_key(SEQ(SEQ(EC_ID, P384_ID, P384_ID), BITS(point))), -1);
	assert_int_equal(parse_key(SEQ(SEQ(EC_ID), BITS(point))), -1);
	assert_int_equal(parse_key(SEQ(SEQ(P384_ID, P384_ID), BITS(point))), -1);
	bytes[0] = 2;
	assert_int_equal(parse_key(SEQ(SEQ(EC_ID, P384_ID), BITS(point))), -1);
	bytes[0] = 4;
	point.length = 96;
	assert_int_equal(parse_key(SEQ(SEQ(EC_ID, P384_ID), BITS(point))), -1);
}

static void cut_and_padded(void **state)
{
	struct made made = made_new("Subject", "Issuer");
	struct certificate certificate;
	struct der der, padded;

	(void)state;
	made.extensions[0] = EXTENSION("\x2a\x03", RAW("one"));
	der = der_of(&made);
	for (size_t length = 0; length < der.length; length++) {
		uint8_t *cut = malloc(length ? length : 1);	/* so that ASan sees its end */

		memcpy(cut, der.bytes, length);
		assert_int_equal(certificate_parse(&certificate, cut, length), -1);
		free(cut);
	}
	padded = der;
	padded.bytes = memcpy(pool_new(&made_pool, der.length + 1, 1), der.bytes, der.length);
	assert_int_equal(certificate_parse(&certificate, padded.bytes, der.length), 0);
	assert_int_equal(certificate_parse(&certificate, padded.bytes, der.length + 1), -1);
}

static void assert_name(struct der name, const char *expected)
{
	char *text = certificate_name(name);

	assert_string_equal(text, expected);
	free(text);
}

static void names(void **state)
{
	struct der organisation = SET(SEQ(OID("\x55\x04\x0a"), WRAP(0x13, TEXT("Org")))),
		   unit = SET(SEQ(OID("\x55\x04\x0b"), WRAP(0x13, TEXT("Unit")))),
		   common = SET(SEQ(OID("\x55\x04\x03"), WRAP(0x13, TEXT("Name")))),
		   other = SET(SEQ(OID("\x55\x04\x06"), WRAP(0x13, TEXT("XY"))));

	(void)state;
	assert_name(SEQ(other, organisation, unit, common), "Name");
	assert_name(SEQ(common, organisation), "Name");
	assert_name(SEQ(organisation, unit), "Unit");
	assert_name(SEQ(other, organisation), "Org");
	assert_name(SEQ(other), "");
	assert_name(RAW("\x30\x00"), "");
	assert_name(RAW("\x30\x02\x31\x05"), "");
	assert_name(SEQ(common, SET(SEQ(OID("\x55\x04\x03"), WRAP(0x13, TEXT("Last"))))), "Last");
}

static void names_are_safe_to_print(void **state)
{
	(void)state;
	assert_name(COMMON_NAME("F\xc5\x91tan\xc3\xbas\xc3\xadtv\xc3\xa1ny"), "Főtanúsítvány");
	assert_name(COMMON_NAME("\xf0\x9f\x98\x9c \xe2\x82\xac"), "😜 €");
	/* first and last of each length, around the surrogates */
	assert_name(COMMON_NAME("\xc2\xa0\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"),
		    "\xc2\xa0\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf");
	assert_name(COMMON_NAME("\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"),
		    "\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
	assert_name(COMMON_NAME("\xe0\x9f\xbf\xf0\x8f\xbf\xbf"),
		    "\\xe0\\x9f\\xbf\\xf0\\x8f\\xbf\\xbf");
	assert_name(COMMON_NAME("a\x1b[31m\n\x7f\\"), "a\\x1b[31m\\x0a\\x7f\\x5c");
	assert_name(COMMON_NAME("\xc2\x9b"), "\\xc2\\x9b");			/* C1 control */
	assert_name(COMMON_NAME("\xc0\xaf"), "\\xc0\\xaf");			/* overlong */
	assert_name(COMMON_NAME("\xe9t\xe9"), "\\xe9t\\xe9");			/* Latin-1 */
	assert_name(COMMON_NAME("\xed\xa0\x80"), "\\xed\\xa0\\x80");		/* surrogate */
	assert_name(COMMON_NAME("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");	/* too large */
	assert_name(COMMON_NAME("\xf8\x88\x80\x80\x80"), "\\xf8\\x88\\x80\\x80\\x80");
	assert_name(COMMON_NAME("\xe2\x82"), "\\xe2\\x82");			/* cut off */
	assert_name(NAME("\x03", DER_BMP_STRING, "\0A"), "\\x00A");
}

static void alternative_names(void **state)
{
	struct made made = made_new("Subject", "Issuer");
	struct certificate certificate;
	struct der list;

	(void)state;
	assert_int_equal(parse(&certificate, &made), 0);
	assert_int_equal(certificate_names(&certificate, &list), 0);
	made.extensions[0] = EXTENSION(NAMES_ID, SEQ(DNS("a.b"), DNS("c.d")));
	assert_int_equal(parse(&certificate, &made), 0);
	assert_int_equal(certificate_names(&certificate, &list), 1);
	assert_true(der_equal(list, RAW("\x82\x03" "a.b\x82\x03" "c.d")));
	made.extensions[0] = EXTENSION(NAMES_ID, SEQ(RAW("\x82\x04" "a.b")));
	assert_int_equal(parse(&certificate, &made), 0);
	assert_int_equal(certificate_names(&certificate, &list), -1);
}

#define TEST(function) cmocka_unit_test_teardown(function, made_free)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(times),
		TEST(times_refused),
		TEST(dates),
		TEST(lengths),
		TEST(small_numbers),
		TEST(booleans),
		TEST(fields),
		TEST(old_versions),
		TEST(refused),
		TEST(octets_behind),
		TEST(unique_identifiers),
		TEST(rsa_keys),
		TEST(ec_keys),
		TEST(cut_and_padded),
		TEST(names),
		TEST(names_are_safe_to_print),
		TEST(alternative_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
