/* SPDX-License-Identifier: Apache-2.0 */
/* key.c: keys in PEM, signatures of RFC 6979 and of openssl. */
#include "unit.h"

#include "attest/key.h"
#include "base/base64.h"
#include "keys.h"

/* By "openssl dgst -sha256 -sign" of "sample", with this key. */
static const char openssl_signature[] =
	"\x30\x46\x02\x21\x00\xb7\x85\x94\xc7\xb1\xd8\x22\xf7\x0a\xfd\xc0\xa1\x34\xe7\x1f\x2b\xcd\xf3"
	"\x29\xcc\x4e\x1f\xfc\x94\x51\xb3\xaa\x05\x51\xc0\x4e\x4e\x02\x21\x00\xfe\x23\xb7\xd5\xa9\x74"
	"\xa7\xa3\x59\x61\xf6\x1c\x1c\xab\x31\x13\x5b\x25\x76\xb2\x8f\x3f\x30\x52\x9a\x59\x31\x31\x28"
	"\x79\xb5\x88";

/* RFC 6979 section A.2.5, with SHA-256. */
static const char rfc_sample[] =
	"\x30\x46\x02\x21\x00"
	"\xef\xd4\x8b\x2a\xac\xb6\xa8\xfd\x11\x40\xdd\x9c\xd4\x5e\x81\xd6"
	"\x9d\x2c\x87\x7b\x56\xaa\xf9\x91\xc3\x4d\x0e\xa8\x4e\xaf\x37\x16"
	"\x02\x21\x00"
	"\xf7\xcb\x1c\x94\x2d\x65\x7c\x41\xd4\x36\xc7\xa1\xb6\xe2\x9f\x65"
	"\xf3\xe9\x00\xdb\xb9\xaf\xf4\x06\x4d\xc4\xab\x2f\x84\x3a\xcd\xa8";
static const char rfc_test[] =
	"\x30\x45\x02\x21\x00"
	"\xf1\xab\xb0\x23\x51\x83\x51\xcd\x71\xd8\x81\x56\x7b\x1e\xa6\x63"
	"\xed\x3e\xfc\xf6\xc5\x13\x2b\x35\x4f\x28\xd3\xb0\xb7\xd3\x83\x67"
	"\x02\x20"
	"\x01\x9f\x41\x13\x74\x2a\x2b\x14\xbd\x25\x92\x6b\x49\xc6\x49\x15"
	"\x5f\x26\x7e\x60\xd3\x81\x4b\x4c\x0c\xc8\x42\x50\xe4\x6f\x00\x83";

static struct error err;

static void read_private(struct attest_key *key, const char *text)
{
	if (attest_key_read_private(key, "k", text, strlen(text), &err) < 0)
		fail_msg("refused: %s", err.message);
	assert_true(key->is_private);
}

static void signs_as_the_rfc(void **state)
{
	static const char *const texts[] = { KEY_SEC1, KEY_PKCS8 };
	struct attest_signature signature;
	struct attest_key key;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		read_private(&key, texts[i]);
		attest_key_sign(&key, "sample", 6, &signature);
		assert_int_equal(signature.length, sizeof rfc_sample - 1);
		assert_memory_equal(signature.bytes, rfc_sample, signature.length);
		attest_key_sign(&key, "test", 4, &signature);
		assert_int_equal(signature.length, sizeof rfc_test - 1);
		assert_memory_equal(signature.bytes, rfc_test, signature.length);
		attest_key_wipe(&key);
	}
	assert_int_equal(key.scalar[0], 0);
}

static void identifies_keys(void **state)
{
	struct attest_key private, public;
	uint8_t der[ATTEST_KEY_PUBLIC_BYTES];
	char *text;

	(void)state;
	read_private(&private, KEY_PKCS8);
	assert_int_equal(attest_key_read_public(&public, "k", KEY_PUBLIC, strlen(KEY_PUBLIC),
						&err), 0);
	assert_memory_equal(private.point, public.point, sizeof public.point);
	assert_false(public.is_private);
	/* ssh-keygen -l, and openssl pkey -pubout -outform DER | openssl dgst -sha256 -binary. */
	assert_string_equal(private.id, "SHA256:hfuNWmjIYvsBGZ6dpCLTTAEa5LxbZABRHHVoynAxFlo");
	assert_string_equal(public.id, private.id);
	assert_string_equal(private.hint, "Wnp4zKSg9CDZvGK7Zpw8J1njn3I9OuENy+DwgVoH7NQ=");
	assert_string_equal(public.hint, private.hint);
	attest_key_write_public(&public, der);
	text = base64_write(der, sizeof der);
	assert_memory_equal(text, strchr(KEY_PUBLIC, '\n') + 1, 64);
	free(text);
}

static void verifies(void **state)
{
	const size_t length = sizeof openssl_signature - 1;
	char changed[sizeof openssl_signature];
	struct attest_key key;

	(void)state;
	assert_int_equal(attest_key_read_public(&key, "k", KEY_PUBLIC, strlen(KEY_PUBLIC), &err),
			 0);
	assert_true(attest_key_verify(&key, "sample", 6, openssl_signature, length));
	assert_true(attest_key_verify(&key, "test", 4, rfc_test, sizeof rfc_test - 1));
	assert_false(attest_key_verify(&key, "sampld", 6, openssl_signature, length));
	assert_false(attest_key_verify(&key, "sample", 5, openssl_signature, length));
	for (size_t i = 0; i < length; i++) {
		memcpy(changed, openssl_signature, length);
		changed[i] ^= 1;
		assert_false(attest_key_verify(&key, "sample", 6, changed, length));
		assert_false(attest_key_verify(&key, "sample", 6, openssl_signature, i));
	}
	assert_false(attest_key_verify(&key, "sample", 6, "", 0));
	/* r and s of 0, and one that is longer than any. */
	assert_false(attest_key_verify(&key, "sample", 6, "\x30\x06\x02\x01\0\x02\x01\0", 8));
	memset(changed, 0x30, sizeof changed);
	assert_false(attest_key_verify(&key, "sample", 6, changed, sizeof changed));
	/* Another key. */
	key.point[64] ^= 1;
	assert_false(attest_key_verify(&key, "sample", 6, openssl_signature, length));
}

/* A private key of this number in SEC 1, with a point if there is one. */
static char *sec1_of(const char *scalar, const char *point)
{
	char der[256] = "\x30\x31\x02\x01\x01\x04\x20", *base64, *text = test_malloc(512);
	size_t length = 7;

	memcpy(der + length, scalar, 32);
	length += 32;
	memcpy(der + length, "\xa0\x0a\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 12);
	length += 12;
	if (point) {
		memcpy(der + length, "\xa1\x44\x03\x42\0", 5);
		memcpy(der + length + 5, point, 65);
		length += 70;
		der[1] = (char)(length - 2);
	}
	base64 = base64_write(der, length);
	snprintf(text, 512, "-----BEGIN EC PRIVATE KEY-----\n%s\n-----END EC PRIVATE KEY-----",
		 base64);
	free(base64);
	return text;
}

static void checks_numbers(void **state)
{
	static const char order[] = "\xff\xff\xff\xff\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
		"\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
	char scalar[33] = { 0 }, *text;
	struct attest_key key, other;
	char point[65];

	(void)state;
	text = sec1_of(scalar, NULL);
	assert_refused(attest_key_read_private(&key, "k", text, strlen(text), &err), err,
		       STATUS_CONFIG, "cannot use the key in 'k': its number is not one of the "
		       "curve P-256");
	test_free(text);
	text = sec1_of(order, NULL);
	assert_refused(attest_key_read_private(&key, "k", text, strlen(text), &err), err,
		       STATUS_CONFIG, "cannot use the key in 'k': its number is not one of the "
		       "curve P-256");
	test_free(text);
	memcpy(scalar, order, 32);
	scalar[31]--;
	text = sec1_of(scalar, NULL);
	read_private(&key, text);
	test_free(text);
	read_private(&other, KEY_PKCS8);
	memcpy(point, other.point, sizeof point);
	text = sec1_of(scalar, point);
	assert_refused(attest_key_read_private(&key, "k", text, strlen(text), &err), err,
		       STATUS_CONFIG, "cannot use the key in 'k': its public key is that of another "
		       "one");
	test_free(text);
	point[64] ^= 1;
	text = sec1_of(scalar, point);
	assert_refused(attest_key_read_private(&key, "k", text, strlen(text), &err), err,
		       STATUS_CONFIG, "cannot use the key in 'k': it is no point of the curve "
		       "P-256");
	test_free(text);
	point[64] ^= 1;
	text = sec1_of((const char *)other.scalar, point);
	read_private(&key, text);
	test_free(text);
}

static void refuses_other_keys(void **state)
{
	static const struct {
		const char *text, *reason, *hint;	/* a part of the hint */
	} cases[] = {
		{ "", "it is not PEM (RFC 7468)", "ecparam" },
		{ "no key\n", "it is not PEM (RFC 7468)", "ecparam" },
		{ KEY_ENCRYPTED_PKCS8, "it is encrypted", "openssl pkey" },
		{ KEY_ENCRYPTED_SEC1, "it is encrypted", "openssl pkey" },
		{ "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n"
		  "-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n", "it is encrypted by cosign",
		  "import-key-pair" },
		{ "-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\nAAAA\n"
		  "-----END ENCRYPTED COSIGN PRIVATE KEY-----\n", "it is encrypted by cosign",
		  "import-key-pair" },
		{ "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
		  "it is in OpenSSH's own form", "ecparam" },
		{ KEY_RSA, "it is of RSA, not on the curve P-256", "ecparam" },
		{ KEY_RSA_PKCS1, "it is of RSA, not on the curve P-256", "ecparam" },
		{ KEY_ED25519, "it is not of ECDSA on the curve P-256", "ecparam" },
		{ KEY_P384, "it is on another curve than P-256", "ecparam" },
		{ KEY_P384_PKCS8, "it is on another curve than P-256", "ecparam" },
		{ KEY_PUBLIC, "it is public, and a private one is needed", "" },
		{ KEY_PKCS8 KEY_SEC1, "it has more than one key", "ecparam" },
		{ "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0w\n",
		  "it is cut off", "ecparam" },
		{ "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0w\n"
		  "-----END PRIVATE KEY-----\n", "it is no key in DER", "ecparam" },
		{ "-----BEGIN PRIVATE KEY-----\nMI!\n-----END PRIVATE KEY-----\n",
		  "it is not in base 64 (RFC 7468)", "ecparam" },
		{ "-----BEGIN X-----\nAAAA\n-----END X-----\n", "it is of an unknown kind",
		  "ecparam" },
	};
	struct attest_key key;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char message[256];

		snprintf(message, sizeof message, "cannot use the key in 'k': %s",
			 cases[i].reason);
		err.hint[0] = '\0';
		assert_refused(attest_key_read_private(&key, "k", cases[i].text,
						       strlen(cases[i].text), &err),
			       err, STATUS_CONFIG, message);
		assert_non_null(strstr(err.hint, cases[i].hint));
	}
}

static void refuses_other_public_keys(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "", "it is not PEM (RFC 7468)" },
		{ KEY_PKCS8, "it is private, and a public one is needed" },
		{ KEY_SEC1, "it is private, and a public one is needed" },
		{ KEY_RSA_PUBLIC, "it is of RSA, not on the curve P-256" },
		{ KEY_P384_PUBLIC, "it is on another curve than P-256" },
		{ KEY_COMPRESSED, "its point is compressed" },
		{ KEY_PUBLIC KEY_PUBLIC, "it has more than one key" },
		{ "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		  "it is no public key (RFC 7468 section 13)" },
		{ "-----BEGIN PUBLIC KEY-----\n"
		  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n"
		  "Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimA==\n"
		  "-----END PUBLIC KEY-----\n", "it is no point of the curve P-256" },
	};
	struct attest_key key;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char message[256];

		snprintf(message, sizeof message, "cannot use the key in 'k': %s",
			 cases[i].reason);
		assert_refused(attest_key_read_public(&key, "k", cases[i].text,
						      strlen(cases[i].text), &err),
			       err, STATUS_CONFIG, message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_as_the_rfc),
		cmocka_unit_test(identifies_keys),
		cmocka_unit_test(verifies),
		cmocka_unit_test(checks_numbers),
		cmocka_unit_test(refuses_other_keys),
		cmocka_unit_test(refuses_other_public_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
