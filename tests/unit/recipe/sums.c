/* SPDX-License-Identifier: Apache-2.0 */
/* sums.c: SHA256SUMS texts. */
#include "unit.h"

#include "base/limits.h"
#include "recipe/sums.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

#define U "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SIGNED "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
#define SIGNATURE "-----BEGIN PGP SIGNATURE-----\n\nabc=\n-----END PGP SIGNATURE-----\n"

static int find_alone(const char *text, size_t length, const char *name, bool alone,
		      struct sums_digest *digest, struct error *err)
{
	struct buffer sums;
	int result;

	buffer_init(&sums, LIMIT_SUMS_BYTES);
	if (length > 0)
		assert_int_equal(buffer_add(&sums, text, length), 0);
	result = sums_find(&sums, "SUMS", name, alone, digest, err);
	buffer_free(&sums);
	return result;
}

static int find(const char *text, const char *name, struct sums_digest *digest, struct error *err)
{
	return find_alone(text, strlen(text), name, false, digest, err);
}

static void finds_a_name(void **state)
{
	static const char *const rows[][3] = {
		{ A "  a\n" B "  b\n", "b", B }, { A "  a\n" B "  b\n", "a", A },
		{ A " *a\n", "a", A }, { A " a\n", "a", A }, { A "  a b\n", "a b", A },
		{ A "  " B "\n", B, A }, { A "   a\n", " a", A }, { A "  a", "a", A },
		{ U "  a\n", "a", A }, { A "  a\r\n" B "  b\r\n", "b", B },
		{ "\xef\xbb\xbf" A "  a\n", "a", A }, { "# of SHA-256\n\n" A "  a\n\n", "a", A },
		{ "SHA256 (a) = " A "\n", "a", A }, { "SHA2-256(a (1))= " U "\n", "a (1)", A },
		{ A "  ./a\n", "a", A }, { A "  x/y/a\n", "a", A }, { A " *./x/a\n", "a", A },
		/* The name itself comes before one in a directory. */
		{ A "  x/a\n" B "  a\n", "a", B }, { B "  ./a\n" A "  x/a\n", "a", B },
		/* Twice the same is no contradiction. */
		{ A "  a\n" A "  a\n", "a", A },
		/* Other algorithms are for others. */
		{ "d41d8cd98f00b204e9800998ecf8427e  a\n" B B "  a\n" A "  a\n", "a", A },
		{ "MD5 (a) = d41d8cd98f00b204e9800998ecf8427e\nSHA256 (a) = " A "\n", "a", A },
		{ "{\"assets\": [{\"name\": \"b\"}, {\"name\": \"a\", \"digest\": \"sha256:" A
		  "\"}]}", "a", A },
		{ "[{\"name\": \"b\"}, {\"name\": \"a\", \"digest\": \"sha256:" A "\"}]", "a",
		  A },
		{ SIGNED A "  a\n" SIGNATURE, "a", A }, { SIGNED "- " A "  a\n" SIGNATURE, "a", A },
	};
	char hex[DIGEST_HEX_BYTES];
	struct sums_digest digest;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(find(rows[i][0], rows[i][1], &digest, &err), 1);
		assert_string_equal(digest_write_hex(&digest.sha256, hex), rows[i][2]);
	}
}

static void name_is_whole(void **state)
{
	static const char *const names[] = { "ab", "", "a.", "./a.b", "A.B", "b", "x/a.b", ".b" };
	struct sums_digest digest;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_int_equal(find(A "  a.b\n", names[i], &digest, &err), 0);
	assert_int_equal(find("", "a", &digest, &err), 0);
	assert_int_equal(find(A "  ya\n", "a", &digest, &err), 0);
}

/* Whatever is before or behind the line that is looked for. */
static void every_line_counts(void **state)
{
	static const char neither[] =
		"is neither '<SHA-256>  <name>' nor 'SHA256 (<name>) = <SHA-256>'";
	static const struct {
		const char *line, *fault;
	} rows[] = {
		{ "x\n", neither }, { " \n", neither }, { "(a)\n", "has no digest behind the name" },
		{ A "  \n", "has no name" }, { A "\ta\n", "has a control character in it" },
		{ A "- a\n", "has no space behind the digest" },
		{ "A" A "  a\n", "has a digest of another length than any algorithm's" },
		{ "\\" A "  a\n", neither }, { "<html>\n", "is HTML" },
		{ A "  c\rd\n", "has a carriage return in it" },
		{ A "  a\x7f\n", "has a control character in it" },
		{ A "\n", "has a digest without a name" },
		{ "SHA256 (a) = " A "x\n", "has no digest behind the name" },
		{ "SHA256 (a) = 00\n", "has a digest of another length than any algorithm's" },
		{ SIGNATURE, neither },
	};
	char text[400], message[200];
	struct sums_digest digest;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(text, sizeof text, B "  b\n%s", rows[i].line);
		snprintf(message, sizeof message, "cannot use 'SUMS': line 2 %s", rows[i].fault);
		assert_refused(find(text, "b", &digest, &err), err, STATUS_CONFIG, message);
	}
	assert_refused(find_alone(A "  a\0b\n", 64 + 6, "a", false, &digest, &err), err,
		       STATUS_CONFIG, "cannot use 'SUMS': line 1 has a control character in it");
}

static void what_cannot_be_used(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ A "  a\n" B "  b\n" B "  a\n", "cannot use 'SUMS': 'a' has two digests" },
		{ A "  x/a\n" B "  y/a\n", "cannot use 'SUMS': 'a' has two digests" },
		{ A A "  a\n" A B "  a\n", "cannot use 'SUMS': 'a' has two digests" },
		{ "SHA384 (a) = " A "00000000000000000000000000000000\n",
		  "cannot use 'SUMS': for 'a' it has only SHA-384, neither SHA-256 nor SHA-512" },
		{ "da39a3ee5e6b4b0d3255bfef95601890afd80709  a\n",
		  "cannot use 'SUMS': for 'a' it has only SHA-1, neither SHA-256 nor SHA-512" },
		{ "d41d8cd98f00b204e9800998ecf8427e  a\n",
		  "cannot use 'SUMS': for 'a' it has only MD5, neither SHA-256 nor SHA-512" },
		{ "{\"assets\": [{\"name\": \"a\", \"digest\": \"md5:0\"}]}",
		  "cannot use 'SUMS' for 'a': its digest of the asset is neither SHA-256 nor "
		  "SHA-512" },
		{ "{\"assets\": [{\"name\": \"a\", \"digest\": \"sha256:" A "\"}, "
		  "{\"name\": \"a\", \"digest\": \"sha256:" A "\"}]}",
		  "cannot use 'SUMS' for 'a': it lists the asset twice" },
		{ "{", "cannot use 'SUMS': line 1, column 1: string or '}' expected near end of file" },
		{ "\xff\xfe" "a", "cannot use 'SUMS': it is UTF-16, not UTF-8" },
		{ SIGNED A "  a\n",
		  "cannot use 'SUMS': its signature is missing, so it may be cut off" },
		{ "-----BEGIN PGP SIGNED MESSAGE-----\n" A "  a\n",
		  "cannot use 'SUMS': it has nothing but the headers of a signed text" },
	};
	struct sums_digest digest;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_refused(find(rows[i].text, "a", &digest, &err), err, STATUS_CONFIG,
			       rows[i].message);
	assert_int_equal(find(A "  a\n" B "  b\n" B "  a\n", "b", &digest, &err), 1);
	/* What is behind the signature is not part of the text. */
	assert_int_equal(find(SIGNED A "  a\n" SIGNATURE B "  b\n", "b", &digest, &err), 0);
}

static void a_digest_alone(void **state)
{
	static const char *const texts[] = { A, A "\n", U "\r\n", "\n" A "\n\n" };
	char hex[DIGEST_HEX_BYTES];
	struct sums_digest digest;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_int_equal(find_alone(texts[i], strlen(texts[i]), "a", true, &digest, &err),
				 1);
		assert_string_equal(digest_write_hex(&digest.sha256, hex), A);
	}
	assert_refused(find_alone(A "\n" B "  b\n", 64 + 68 + 1, "a", true, &digest, &err), err,
		       STATUS_CONFIG,
		       "cannot use 'SUMS': a digest without a name is not the only line");
}

/* A SHA-512 counts where the file has no SHA-256 of the same name. */
static void sha512(void **state)
{
	static const struct {
		const char *text;
		bool alone, is_sha512;
	} rows[] = {
		{ A B "  a\n", false, true }, { "SHA512 (a) = " A B "\n", false, true },
		{ A B, true, true }, { U B "\r\n", true, true },
		{ SIGNED A B "  a\n" SIGNATURE, false, true },
		{ "{\"assets\": [{\"name\": \"a\", \"digest\": \"sha512:" A B "\"}]}", false, true },
		{ B "  b\n" A B "  a\n" A B " *a\n" B B "  b\n", false, true },
		{ A B "  x/a\n" A "  a\n", false, false }, { A B "  a\n" A "  a\n", false, false },
		{ A "  a\n" B B "  a\n", false, false },
		/* The name itself comes before one in a directory, whatever the algorithm. */
		{ B "  x/a\n" A B "  a\n", false, true },
	};
	char hex[DIGEST_SHA512_HEX_BYTES], short_hex[DIGEST_HEX_BYTES];
	struct sums_digest digest;
	struct buffer sums;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *text = rows[i].text;

		assert_int_equal(find_alone(text, strlen(text), "a", rows[i].alone, &digest, &err),
				 1);
		assert_int_equal(digest.is_sha512, rows[i].is_sha512);
		if (digest.is_sha512)
			assert_string_equal(digest_write_sha512(&digest.sha512, hex), A B);
		else
			assert_string_equal(digest_write_hex(&digest.sha256, short_hex), A);
		buffer_init(&sums, LIMIT_SUMS_BYTES);
		assert_int_equal(buffer_add(&sums, text, strlen(text)), 0);
		assert_true(sums_may_have_sha512(&sums));
		buffer_free(&sums);
	}
	assert_refused(find(A B "\n", "a", &digest, &err), err, STATUS_CONFIG,
		       "cannot use 'SUMS': line 1 has a digest without a name");
	buffer_init(&sums, LIMIT_SUMS_BYTES);
	assert_false(sums_may_have_sha512(&sums));
	assert_int_equal(buffer_add(&sums, A "  a\n" A "  b\n", 2 * 68), 0);
	assert_false(sums_may_have_sha512(&sums));
	buffer_free(&sums);
}

/* The form of a record: names are not judged, and each line is handed out. */
static void lines_in_turn(void **state)
{
	static const char text[] = A "  a\tb\n" B " *c\n" A "  a\n" "x\n";
	const char *next = text, *const end = text + strlen(text);
	struct sums_line line;
	char hex[DIGEST_HEX_BYTES];

	(void)state;
	assert_int_equal(sums_next(&next, end, &line), 1);
	assert_int_equal(line.name_length, 3);
	assert_memory_equal(line.name, "a\tb", 3);
	assert_int_equal(sums_next(&next, end, &line), 1);
	assert_string_equal(digest_write_hex(&line.digest, hex), B);
	assert_memory_equal(line.name - 1, "*c", 2);
	assert_int_equal(sums_next(&next, end, &line), 1);
	assert_int_equal(sums_next(&next, end, &line), -1);
	assert_string_equal(next, "x\n");
	next = end;
	assert_int_equal(sums_next(&next, end, &line), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_name),
		cmocka_unit_test(name_is_whole),
		cmocka_unit_test(every_line_counts),
		cmocka_unit_test(what_cannot_be_used),
		cmocka_unit_test(a_digest_alone),
		cmocka_unit_test(sha512),
		cmocka_unit_test(lines_in_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
