/* SPDX-License-Identifier: Apache-2.0 */
/* digest.c: SHA-256 by both libraries and SHA-512 against FIPS 180-4's examples, and their text forms. */
#include "unit.h"

#include "base/digest.h"

/* The examples that NIST publishes with FIPS 180-4, and the one of a million letters. */
static const struct {
	const char *text;
	size_t times;
	const char *hex;
} examples[] = {
	{ "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
	  "lmnopqrsmnopqrstnopqrstu", 1,
	  "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
	{ "aaaaaaaaaa", 100000,
	  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

static void check_examples(void (*init)(struct digest_state *state))
{
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		struct digest_state digest_state;
		struct digest digest;
		char hex[DIGEST_HEX_BYTES];

		init(&digest_state);
		for (size_t n = 0; n < examples[i].times; n++)
			digest_add(&digest_state, examples[i].text, strlen(examples[i].text));
		digest = digest_read(&digest_state);
		assert_string_equal(digest_write_hex(&digest, hex), examples[i].hex);
		assert_int_equal(digest_state.length, examples[i].times * strlen(examples[i].text));
	}
}

static void examples_by_bearssl(void **state)
{
	(void)state;
	check_examples(digest_init);
}

static void examples_by_nettle(void **state)
{
	(void)state;
	check_examples(digest_init_output);
}

/* FIPS 180-4's example of three bytes, in two parts. */
static void sha1_and_sha512(void **state)
{
	struct digest_further further;
	struct digest_sha1 sha1;
	struct digest_sha512 sha512;
	char text[DIGEST_SHA512_HEX_BYTES];

	(void)state;
	digest_further_init(&further);
	digest_further_add(&further, "a", 1);
	digest_further_add(&further, "bc", 2);
	sha1 = digest_further_sha1(&further);
	assert_string_equal(digest_write_sha1(&sha1, text),
			    "a9993e364706816aba3e25717850c26c9cd0d89d");
	sha512 = digest_further_sha512(&further);
	assert_string_equal(digest_write_sha512(&sha512, text),
			    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

/* In parts, with the SHA-256 of the same bytes beside it. */
static void sha512_beside(void **state)
{
	/* NIST's examples, too. */
	static const char *const hex[][2] = {
		{ "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
		  "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	};
	char text[DIGEST_SHA512_HEX_BYTES], short_text[DIGEST_HEX_BYTES];
	struct digest_state digest_state;
	struct digest_sha512 sha512, again;
	struct digest digest;

	(void)state;
	digest_init_sha512(&digest_state);
	for (size_t i = 0; i < 2; i++) {
		sha512 = digest_read_sha512(&digest_state);
		digest = digest_read(&digest_state);
		assert_string_equal(digest_write_sha512(&sha512, text), hex[i][0]);
		assert_string_equal(digest_write_hex(&digest, short_text), hex[i][1]);
		assert_int_equal(digest_parse_sha512(&again, text), 0);
		assert_true(digest_equal_sha512(&sha512, &again));
		again.bytes[DIGEST_SHA512_BYTES - 1] ^= 1;
		assert_false(digest_equal_sha512(&sha512, &again));
		assert_int_equal(digest_parse_sha512(&again, text + 1), -1);
		assert_int_equal(digest_parse_sha512(&again, short_text), -1);
		digest_add(&digest_state, "a", 1);
		digest_add(&digest_state, "bc", 2);
	}
}

/* Both agree at every length around a block, however the bytes are cut. */
static void libraries_agree(void **state)
{
	uint8_t bytes[200];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t length = 0; length <= sizeof bytes; length++) {
		struct digest_state one, other;
		struct digest a, b;

		digest_init(&one);
		digest_init_output(&other);
		digest_add(&one, bytes, length);
		digest_add(&other, bytes, length / 3);
		digest_add(&other, bytes + length / 3, length - length / 3);
		a = digest_read(&one);
		b = digest_read(&other);
		assert_memory_equal(a.bytes, b.bytes, DIGEST_BYTES);
	}
}

static void reading_does_not_end(void **state)
{
	void (*const inits[])(struct digest_state *) = { digest_init, digest_init_output };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct digest whole = digest_of("abc", 3), part = digest_of("ab", 2), read;
		struct digest_state digest_state;

		inits[i](&digest_state);
		digest_add(&digest_state, "ab", 2);
		read = digest_read(&digest_state);
		assert_true(digest_equal(&read, &part));
		digest_add(&digest_state, "c", 1);
		read = digest_read(&digest_state);
		assert_true(digest_equal(&read, &whole));
		assert_false(digest_equal(&read, &part));
	}
}

static void hex_round_trip(void **state)
{
	static const char text[] =
		"00ff10abcdef0123456789abcdef0123456789abcdef0123456789abcdef0199";
	char hex[DIGEST_HEX_BYTES];
	struct digest digest;

	(void)state;
	assert_int_equal(digest_parse_hex(&digest, text), 0);
	assert_int_equal(digest.bytes[1], 0xff);
	assert_string_equal(digest_write_hex(&digest, hex), text);
}

static void oci_form(void **state)
{
	static const char text[] =
		"sha256:00ff10abcdef0123456789abcdef0123456789abcdef0123456789abcdef0199";
	static const struct {
		const char *text, *fault;
	} rows[] = {
		{ text, NULL },
		{ "sha512:00", "SHA-512 is not supported" },
		{ "", "it does not begin with 'sha256:'" },
		{ text + 7, "it does not begin with 'sha256:'" },
		{ "sha256", "it does not begin with 'sha256:'" },
		{ "sha256:", "it is not 'sha256:' and 64 lower-case hexadecimal digits" },
		{ "sha256:00ff", "it is not 'sha256:' and 64 lower-case hexadecimal digits" },
	};
	char written[DIGEST_TEXT_BYTES];
	struct digest digest;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *fault = digest_parse(&digest, rows[i].text);

		assert_string_equal(fault ? fault : "(none)",
				    rows[i].fault ? rows[i].fault : "(none)");
	}
	assert_null(digest_parse(&digest, text));
	assert_string_equal(digest_write(&digest, written), text);
	assert_int_equal(sizeof text, sizeof written);
}

static void other_texts_are_no_digests(void **state)
{
	char text[80];
	struct digest digest;

	(void)state;
	memset(text, 'a', sizeof text);
	for (size_t length = 0; length < sizeof text; length++) {
		text[length] = '\0';
		assert_int_equal(digest_parse_hex(&digest, text), length == 64 ? 0 : -1);
		text[length] = 'a';
	}
	text[64] = '\0';
	for (size_t i = 0; i < 64; i++) {
		for (const char *c = "Ag/:`@G \xff"; *c; c++) {
			text[i] = *c;
			assert_int_equal(digest_parse_hex(&digest, text), -1);
		}
		text[i] = 'a';
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_by_bearssl),
		cmocka_unit_test(examples_by_nettle),
		cmocka_unit_test(sha512_beside),
		cmocka_unit_test(sha1_and_sha512),
		cmocka_unit_test(libraries_agree),
		cmocka_unit_test(reading_does_not_end),
		cmocka_unit_test(hex_round_trip),
		cmocka_unit_test(oci_form),
		cmocka_unit_test(other_texts_are_no_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
