/* SPDX-License-Identifier: Apache-2.0 */
/* pem.c and bundle.c: a bundle is read completely or refused. */
#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "made.h"
#include "trust/bundle.h"
#include "trust/pem.h"
#include "unit.h"

#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"

/* Two certificates in PEM. */
static char *one, *two;

static char *pem_of(const char *subject)
{
	struct made made = made_new(subject, "Issuer");
	struct der der = der_of(&made);
	struct buffer text;
	char *copy;

	buffer_init(&text, LIMIT_BUNDLE_BYTES);
	assert_int_equal(pem_write(&text, der.bytes, der.length), 0);
	copy = pool_string(&made_pool, text.bytes);
	buffer_free(&text);
	return copy;
}

static int set_up(void **state)
{
	(void)state;
	one = pem_of("One");
	two = pem_of("Two");
	return 0;
}

/* The text with the first place of what replaced. */
static char *replace(const char *text, const char *what, const char *by)
{
	const char *at = strstr(text, what);

	assert_non_null(at);
	return pool_format(&made_pool, "%.*s%s%s", (int)(at - text), text, by, at + strlen(what));
}

#define JOIN(...) join((const char *const[]){ __VA_ARGS__, NULL })

static char *join(const char *const *parts)
{
	char *text = pool_string(&made_pool, "");

	for (; *parts; parts++)
		text = pool_format(&made_pool, "%s%s", text, *parts);
	return text;
}

static void assert_count(const char *text, size_t count, size_t duplicates)
{
	struct bundle bundle;
	struct error err = { .message = "" };
	int result = bundle_parse(&bundle, "b.pem", text, strlen(text), &err);

	assert_string_equal(err.message, "");
	assert_int_equal(result, 0);
	assert_int_equal(bundle.count, count);
	assert_int_equal(bundle.duplicates, duplicates);
	bundle_free(&bundle);
}

static void assert_refused_bytes(const char *text, size_t length, enum status status,
				 const char *message)
{
	char *exact = malloc(length ? length : 1);	/* so that ASan sees its end */
	struct bundle bundle;
	struct error err = { .message = "" };
	int result;

	memcpy(exact, text, length);
	result = bundle_parse(&bundle, "b.pem", exact, length, &err);
	free(exact);
	assert_string_equal(err.message, message);
	assert_int_equal(result, -1);
	assert_int_equal(err.status, status);
	assert_int_equal(bundle.count, 0);
	assert_null(bundle.entries);
}

static void assert_refused_text(const char *text, const char *message)
{
	assert_refused_bytes(text, strlen(text), STATUS_TLS, message);
}

static void accepted(void **state)
{
	(void)state;
	assert_count(one, 1, 0);
	assert_count(JOIN(one, two), 2, 0);
	assert_count(JOIN(one, two, one, one), 2, 2);
	assert_count(JOIN("\n# roots\n\n", one, "text with dashes -----\n", two, "end\n"), 2, 0);
	/* without the final newline, which BearSSL's decoder needs */
	assert_count(JOIN(one, pool_format(&made_pool, "%.*s", (int)strlen(two) - 1, two)), 2, 0);
	/* other line ends and widths, white space at the ends of lines */
	assert_count(replace(one, BEGIN, "-----BEGIN CERTIFICATE-----\r\n"), 1, 0);
	assert_count(replace(one, END, "-----END CERTIFICATE----- \t\r\n"), 1, 0);
	assert_count(replace(one, "MIH", "\n MIH"), 1, 0);
	assert_count(replace(one, "AAAAAAAA", "AA A A\n\tAAAA"), 1, 0);
}

/* Number of certificates read, or -1. */
static int count(const char *text, size_t length)
{
	struct bundle bundle;
	struct error err;
	int result = bundle_parse(&bundle, "b.pem", text, length, &err);

	if (result == 0)
		result = (int)bundle.count;
	else
		assert_int_equal(err.status, STATUS_TLS);
	bundle_free(&bundle);
	return result;
}

/* Wherever it is cut: refused, or exactly the whole certificates that are left. */
static void cut_off(void **state)
{
	char *text = JOIN(one, two);
	size_t first = strlen(one), both = strlen(text), begun = first + strlen("-----BEGIN");

	(void)state;
	for (size_t length = 0; length <= both; length++) {
		int expected = length >= both - 1 ? 2 :
			       length >= first - 1 && length < begun ? 1 : -1;

		if (count(text, length) != expected)
			fail_msg("%zu of %zu bytes give %d certificates, not %d", length, both,
				 count(text, length), expected);
	}
	assert_refused_text(pool_format(&made_pool, "%.100s", one),
		       "cannot read 'b.pem': line 1: certificate is truncated");
	assert_refused_text(pool_format(&made_pool, "%.*s", (int)first - 2, one),
		       "cannot read 'b.pem': line 7: boundary within a certificate");
}

static void boundaries(void **state)
{
	static const char other[] = "cannot read 'b.pem': line 1: boundary of something "
				    "other than a certificate";

	(void)state;
	assert_refused_text("", "cannot read 'b.pem': no certificate in it");
	assert_refused_text(" \n", "cannot read 'b.pem': no certificate in it");
	assert_refused_text("no certificate\n", "cannot read 'b.pem': no certificate in it");
	assert_refused_text(JOIN(BEGIN, one),
		       "cannot read 'b.pem': line 2: boundary within a certificate");
	assert_refused_text(replace(one, END, JOIN(two, END)),
		       "cannot read 'b.pem': line 7: boundary within a certificate");
	assert_refused_text(END, "cannot read 'b.pem': line 1: end of a certificate without a "
	"beginning");
	assert_refused_text(JOIN(one, END), "cannot read 'b.pem': line 8: end of a certificate "
	"without a beginning");
	assert_refused_text(replace(one, BEGIN, "-----BEGIN X509 CRL-----\n"), other);
	assert_refused_text(replace(one, BEGIN, "-----BEGIN TRUSTED CERTIFICATE-----\n"), other);
	assert_refused_text(replace(one, BEGIN, "-----BEGIN PRIVATE KEY-----\n"), other);
	assert_refused_text(replace(one, BEGIN, "-----begin certificate-----\n"), other);
	assert_refused_text(replace(one, BEGIN, " -----BEGIN CERTIFICATE-----\n"), other);
	assert_refused_text(replace(one, BEGIN, "\xef\xbb\xbf-----BEGIN CERTIFICATE-----\n"),
			    other);
	assert_refused_text(replace(one, BEGIN, "-----BEGIN CERTIFICATE----\n"), other);
	assert_refused_text(replace(one, BEGIN, "-----BEGIN CERTIFICATE-----x\n"), other);
	assert_refused_text(replace(one, END, "-----END X509 CRL-----\n"),
		       "cannot read 'b.pem': line 7: boundary within a certificate");
	/* A line feed lost at the end of one hides the beginning of the next. */
	assert_refused_text(JOIN(pool_format(&made_pool, "%.*s", (int)strlen(one) - 1, one), two),
		       "cannot read 'b.pem': line 7: boundary within a certificate");
}

static void contents(void **state)
{
	static const char text[] =
		"cannot read 'b.pem': line 1: certificate is not in base64 (RFC 7468)";
	static const char malformed[] = "cannot read 'b.pem': line 7: malformed certificate ends "
					"here (RFC 5280 section 4.1)";
	static const char with_nul[] = BEGIN "MIIB\0AAAA\n" END;

	(void)state;
	assert_refused_text(BEGIN END, text);
	assert_refused_text(BEGIN "\n" END, text);
	assert_refused_text(replace(one, "MIH", "M*H"), text);
	assert_refused_text(replace(one, "MIH", "M=H"), text);
	assert_refused_text(replace(one, "MIH", "MI"), text);
	assert_refused_text(replace(one, END, "=\n" END), text);
	assert_refused_text(replace(one, BEGIN, BEGIN "Proc-Type: 4,ENCRYPTED\n"), text);
	assert_refused_text(replace(one, "MIH", "MIG"), malformed);	/* one bit of the length */
	assert_refused_text(BEGIN "AAAA\n" END,
		       "cannot read 'b.pem': line 3: malformed certificate ends here "
		       "(RFC 5280 section 4.1)");
	assert_refused_bytes("\0\0\0", 3, STATUS_TLS, "cannot read 'b.pem': no certificate in it");
	assert_refused_bytes(with_nul, sizeof with_nul - 1, STATUS_TLS, "cannot read 'b.pem': "
			     "line 3: malformed certificate ends here (RFC 5280 section 4.1)");
}

/* Octets behind the certificate, within the object. */
static void trailing_octets(void **state)
{
	struct made made = made_new("One", "Issuer");
	struct der der = der_of(&made), padded = { pool_new(&made_pool, der.length + 1, 1),
						   der.length + 1 };
	struct buffer text;

	(void)state;
	memcpy((void *)(uintptr_t)padded.bytes, der.bytes, der.length);
	buffer_init(&text, LIMIT_BUNDLE_BYTES);
	assert_int_equal(pem_write(&text, padded.bytes, padded.length), 0);
	assert_refused_text(text.bytes, "cannot read 'b.pem': line 7: malformed certificate "
	"ends here "
		       "(RFC 5280 section 4.1)");
	buffer_free(&text);
}

static void limits(void **state)
{
	struct buffer text;
	uint8_t *zeros = pool_new(&made_pool, LIMIT_CERTIFICATE_BYTES + 1, 1);

	(void)state;
	buffer_init(&text, 2 * LIMIT_BUNDLE_BYTES);
	assert_int_equal(pem_write(&text, zeros, LIMIT_CERTIFICATE_BYTES + 1), 0);
	assert_refused_bytes(text.bytes, text.length, STATUS_LIMIT, "cannot read 'b.pem': line 1: "
			     "certificate is larger than 65536 bytes");
	buffer_free(&text);
	for (size_t i = 0; i <= LIMIT_BUNDLE_CERTIFICATES; i++)
		assert_int_equal(buffer_add_string(&text, one), 0);
	assert_refused_bytes(text.bytes, text.length, STATUS_LIMIT,
			     "cannot read 'b.pem': more than 2048 certificates");
	buffer_free(&text);
}

static void normal_form(void **state)
{
	struct bundle bundle;
	struct buffer first, second;
	struct error err;
	char *texts[] = { JOIN(one, two), JOIN("text\n", two, "\n\n", one, two) };

	(void)state;
	buffer_init(&first, LIMIT_BUNDLE_BYTES);
	buffer_init(&second, LIMIT_BUNDLE_BYTES);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(bundle_parse(&bundle, "b", texts[i], strlen(texts[i]), &err), 0);
		buffer_free(i == 0 ? &first : &second);
		assert_int_equal(bundle_write(&bundle, i == 0 ? &first : &second), 0);
		assert_true(memcmp(&bundle.entries[0].digest, &bundle.entries[1].digest, 32) < 0);
		bundle_free(&bundle);
	}
	assert_string_equal(first.bytes, second.bytes);
	/* again, from its own output */
	assert_int_equal(bundle_parse(&bundle, "b", first.bytes, first.length, &err), 0);
	buffer_free(&second);
	assert_int_equal(bundle_write(&bundle, &second), 0);
	assert_string_equal(first.bytes, second.bytes);
	bundle_free(&bundle);
	buffer_free(&first);
	buffer_free(&second);
}

static void finding(void **state)
{
	struct bundle bundle;
	struct error err;
	struct digest digest;

	(void)state;
	assert_int_equal(bundle_parse(&bundle, "b", one, strlen(one), &err), 0);
	digest = bundle.entries[0].digest;
	assert_ptr_equal(bundle_find(&bundle, &digest), &bundle.entries[0]);
	digest.bytes[31] ^= 1;
	assert_null(bundle_find(&bundle, &digest));
	bundle_free(&bundle);
	assert_null(bundle_find(&bundle, &digest));
}

/* What is shipped is in its normal form and of the size that the lock states. */
static void shipped_bundle(void **state)
{
	static const char path[] = "configs/ca-certificates.crt";
	struct bundle bundle;
	struct buffer shipped, normal;
	struct error err;

	(void)state;
	buffer_init(&shipped, LIMIT_BUNDLE_BYTES);
	buffer_init(&normal, LIMIT_BUNDLE_BYTES);
	assert_int_equal(file_read(&shipped, AT_FDCWD, path, &err), 0);
	assert_int_equal(bundle_load(&bundle, AT_FDCWD, path, &err), 0);
	assert_int_equal(bundle.count, 148);
	assert_int_equal(bundle.duplicates, 0);
	assert_int_equal(bundle_write(&bundle, &normal), 0);
	assert_int_equal(normal.length, shipped.length);
	assert_memory_equal(normal.bytes, shipped.bytes, shipped.length);
	bundle_free(&bundle);
	buffer_free(&normal);
	buffer_free(&shipped);
}

static void files(void **state)
{
	struct bundle bundle;
	struct error err;

	(void)state;
	assert_int_equal(bundle_load(&bundle, AT_FDCWD, "/nonexistent", &err), -1);
	assert_int_equal(err.status, STATUS_FILE);
	assert_string_equal(err.message, "cannot read '/nonexistent': No such file or directory");
	assert_int_equal(bundle_load(&bundle, AT_FDCWD, "/dev/null", &err), -1);
	assert_int_equal(err.status, STATUS_FILE);
	assert_string_equal(err.message, "cannot read '/dev/null': not a regular file");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, made_free)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(accepted),
		TEST(cut_off),
		TEST(boundaries),
		TEST(contents),
		TEST(trailing_octets),
		TEST(limits),
		TEST(normal_form),
		TEST(finding),
		TEST(shipped_bundle),
		TEST(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
