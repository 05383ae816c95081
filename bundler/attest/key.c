/* SPDX-License-Identifier: Apache-2.0 */
/* Reads keys in PEM, signs and verifies with BearSSL. */
#include "attest/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bearssl_ec.h>
#include <bearssl_pem.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/limits.h"
#include "trust/der.h"

/* id-ecPublicKey and secp256r1 (RFC 5480 section 2.1.1), and rsaEncryption (RFC 3279). */
static const uint8_t oid_ec[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };
static const uint8_t oid_p256[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
static const uint8_t oid_rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };

/* What a SubjectPublicKeyInfo on P-256 has before the point. */
static const uint8_t spki_head[] = {
	0x30, 89, 0x30, 19, 0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 66, 0,
};

_Static_assert(sizeof spki_head + ATTEST_KEY_POINT_BYTES == ATTEST_KEY_PUBLIC_BYTES, "a key");

#define HINT_KEY "'openssl ecparam -name prime256v1 -genkey -noout' makes one that can be used"
#define HINT_DECRYPT "'openssl pkey -in FILE' decrypts it; a key that must not be in a file " \
	"signs with --payload and --signature"

/* ---- PEM ---- */

/* The object of a text that is a key. */
struct object {
	char label[128];
	uint8_t der[LIMIT_KEY_BYTES];
	size_t length;
	bool found, full;
	bool open;		/* within this or another one */
	const char *fault;
};

static void receive(void *context, const void *bytes, size_t length)
{
	struct object *object = context;

	if (length > sizeof object->der - object->length) {
		object->full = true;
		return;
	}
	memcpy(object->der + object->length, bytes, length);
	object->length += length;
}

/* openssl writes the curve alone before a key. */
static void begin_object(struct object *object, br_pem_decoder_context *decoder)
{
	const char *label = br_pem_decoder_name(decoder);

	object->open = true;
	br_pem_decoder_setdest(decoder, NULL, NULL);
	if (strcmp(label, "EC PARAMETERS") == 0)
		return;
	if (object->found)
		object->fault = "it has more than one key";
	object->found = true;
	snprintf(object->label, sizeof object->label, "%s", label);
	br_pem_decoder_setdest(decoder, receive, object);
}

static void push(struct object *object, br_pem_decoder_context *decoder, const char *text,
		 size_t length)
{
	while (length > 0 && !object->fault) {
		const size_t used = br_pem_decoder_push(decoder, text, length);

		text += used;
		length -= used;
		switch (br_pem_decoder_event(decoder)) {
		case BR_PEM_BEGIN_OBJ:
			begin_object(object, decoder);
			break;
		case BR_PEM_END_OBJ:
			object->open = false;
			break;
		case BR_PEM_ERROR:
			object->fault = "it is not in base 64 (RFC 7468)";
			break;
		}
	}
}

/* Finds the only object that is not "EC PARAMETERS". NULL, or why there is none. */
static const char *find_object(struct object *object, const char *text, size_t length)
{
	br_pem_decoder_context decoder;

	*object = (struct object){ .length = 0 };
	br_pem_decoder_init(&decoder);
	push(object, &decoder, text, length);
	/* The decoder sees an end only after a newline; the last line may have none. */
	push(object, &decoder, "\n", 1);
	explicit_bzero(&decoder, sizeof decoder);
	if (object->fault)
		return object->fault;
	if (!object->found)
		return "it is not PEM (RFC 7468)";
	return object->open ? "it is cut off" : object->full ? "it is too large" : NULL;
}

static bool has_label(const struct object *object, const char *label)
{
	return strcmp(object->label, label) == 0;
}

/* Headers of encryption (RFC 1421 section 4.6.1.1), which are no base 64. */
static bool is_encrypted(const char *text, size_t length)
{
	static const char header[] = "Proc-Type: 4,ENCRYPTED";

	return memmem(text, length, header, sizeof header - 1);
}

/* ---- keys ---- */

static int refuse(const char *name, const char *reason, const char *hint, struct error *err)
{
	error_set(err, STATUS_CONFIG, "cannot use the key in '%s': %s", name, reason);
	return hint ? error_hint(err, "%s", hint) : -1;
}

static bool is_oid(struct der value, const uint8_t *oid, size_t length)
{
	return der_equal(value, (struct der){ oid, length });
}

/* An AlgorithmIdentifier: NULL for a key on P-256, or why it is another one. */
static const char *check_algorithm(struct der algorithm)
{
	struct der oid, curve;

	if (der_take(&algorithm, DER_OID, &oid) < 0)
		return "it is no key in DER";
	if (is_oid(oid, oid_rsa, sizeof oid_rsa))
		return "it is of RSA, not on the curve P-256";
	if (!is_oid(oid, oid_ec, sizeof oid_ec))
		return "it is not of ECDSA on the curve P-256";
	if (der_take(&algorithm, DER_OID, &curve) < 0 || algorithm.length > 0
	    || !is_oid(curve, oid_p256, sizeof oid_p256))
		return "it is on another curve than P-256";
	return NULL;
}

/* Whether the point is on the curve: one that is not has no multiples. */
static bool is_point(const uint8_t point[ATTEST_KEY_POINT_BYTES])
{
	static const unsigned char one[] = { 1 };
	unsigned char product[ATTEST_KEY_POINT_BYTES];

	memcpy(product, point, sizeof product);
	return br_ec_get_default()->mul(product, sizeof product, one, sizeof one,
					BR_EC_secp256r1) == 1;
}

/* What is derived of the point. */
static void identify(struct attest_key *key)
{
	/* RFC 5656 section 3.1, with the lengths of RFC 4251 section 5. */
	static const uint8_t ssh_head[] = "\0\0\0\x13" "ecdsa-sha2-nistp256" "\0\0\0\x08" "nistp256"
					  "\0\0\0\x41";
	uint8_t der[ATTEST_KEY_PUBLIC_BYTES];
	struct digest_state state;
	struct digest digest;
	char *text;

	digest_init_output(&state);
	digest_add(&state, ssh_head, sizeof ssh_head - 1);
	digest_add(&state, key->point, sizeof key->point);
	digest = digest_read(&state);
	text = base64_write(digest.bytes, sizeof digest.bytes);
	memcpy(key->id, "SHA256:", 7);
	memcpy(key->id + 7, text, ATTEST_KEY_ID_BYTES - 8);
	free(text);
	attest_key_write_public(key, der);
	digest_init_output(&state);
	digest_add(&state, der, sizeof der);
	digest = digest_read(&state);
	text = base64_write(digest.bytes, sizeof digest.bytes);
	memcpy(key->hint, text, ATTEST_KEY_HINT_BYTES);
	free(text);
}

/* A BIT STRING with a point. */
static const char *read_point(struct attest_key *key, struct der bits)
{
	if (bits.length == 1 + 33 && bits.bytes[0] == 0)
		return "its point is compressed";
	if (bits.length != 1 + ATTEST_KEY_POINT_BYTES || bits.bytes[0] != 0 || bits.bytes[1] != 4)
		return "it is no point of the curve P-256";
	memcpy(key->point, bits.bytes + 1, sizeof key->point);
	return is_point(key->point) ? NULL : "it is no point of the curve P-256";
}

/* The public key of the private one; false unless that is from 1 to the order less 1. */
static bool derive(struct attest_key *key)
{
	struct attest_signature signature;

	/* BearSSL checks the range when it signs. */
	attest_key_sign(key, "", 0, &signature);
	return signature.length > 0
	       && br_ec_get_default()->mulgen(key->point, key->scalar, sizeof key->scalar,
					      BR_EC_secp256r1) == sizeof key->point;
}

/* An ECPrivateKey; its own curve may be missing where the algorithm has been read. */
static const char *read_sec1(struct attest_key *key, struct der in, bool has_curve)
{
	static const char broken[] = "it is no key in DER";
	uint8_t stated[ATTEST_KEY_POINT_BYTES];
	struct der sequence, scalar, part, value;
	bool has_point = false;
	int version;

	if (der_take(&in, DER_SEQUENCE, &sequence) < 0 || in.length > 0
	    || der_small(&sequence, &version) < 0 || version != 1
	    || der_take(&sequence, DER_OCTET_STRING, &scalar) < 0)
		return broken;
	if (der_is(sequence, DER_CONSTRUCTED(0))) {
		if (der_take(&sequence, DER_CONSTRUCTED(0), &part) < 0)
			return broken;
		if (der_take(&part, DER_OID, &value) < 0 || part.length > 0
		    || !is_oid(value, oid_p256, sizeof oid_p256))
			return "it is on another curve than P-256";
		has_curve = true;
	}
	if (der_is(sequence, DER_CONSTRUCTED(1))) {
		const char *fault;

		if (der_take(&sequence, DER_CONSTRUCTED(1), &part) < 0
		    || der_take(&part, DER_BIT_STRING, &value) < 0 || part.length > 0)
			return broken;
		fault = read_point(key, value);
		if (fault)
			return fault;
		memcpy(stated, key->point, sizeof stated);
		has_point = true;
	}
	if (sequence.length > 0 || !has_curve || scalar.length != sizeof key->scalar)
		return broken;
	memcpy(key->scalar, scalar.bytes, sizeof key->scalar);
	if (!derive(key))
		return "its number is not one of the curve P-256";
	if (has_point && memcmp(stated, key->point, sizeof stated) != 0)
		return "its public key is that of another one";
	return NULL;
}

/* A OneAsymmetricKey; what may follow the key is passed over. */
static const char *read_pkcs8(struct attest_key *key, struct der in)
{
	struct der sequence, algorithm, inner;
	const char *fault;
	int version;

	if (der_take(&in, DER_SEQUENCE, &sequence) < 0 || in.length > 0
	    || der_small(&sequence, &version) < 0 || version > 1
	    || der_take(&sequence, DER_SEQUENCE, &algorithm) < 0)
		return "it is no key in DER";
	fault = check_algorithm(algorithm);
	if (fault)
		return fault;
	if (der_take(&sequence, DER_OCTET_STRING, &inner) < 0)
		return "it is no key in DER";
	return read_sec1(key, inner, true);
}

static int read_private(struct attest_key *key, const char *name, const struct object *object,
			const char *text, size_t length, struct error *err)
{
	const struct der der = { object->der, object->length };
	const char *fault;

	if (has_label(object, "ENCRYPTED SIGSTORE PRIVATE KEY")
	    || has_label(object, "ENCRYPTED COSIGN PRIVATE KEY"))
		return refuse(name, "it is encrypted by cosign", "only cosign can decrypt it; "
			      "make one with openssl, which 'cosign import-key-pair' takes", err);
	if (has_label(object, "ENCRYPTED PRIVATE KEY") || is_encrypted(text, length))
		return refuse(name, "it is encrypted", HINT_DECRYPT, err);
	if (has_label(object, "RSA PRIVATE KEY"))
		return refuse(name, "it is of RSA, not on the curve P-256", HINT_KEY, err);
	if (has_label(object, "OPENSSH PRIVATE KEY"))
		return refuse(name, "it is in OpenSSH's own form", HINT_KEY, err);
	if (has_label(object, "PUBLIC KEY") || has_label(object, "CERTIFICATE"))
		return refuse(name, "it is public, and a private one is needed", NULL, err);
	if (has_label(object, "PRIVATE KEY"))
		fault = read_pkcs8(key, der);
	else if (has_label(object, "EC PRIVATE KEY"))
		fault = read_sec1(key, der, false);
	else
		fault = "it is of an unknown kind";
	return fault ? refuse(name, fault, HINT_KEY, err) : 0;
}

int attest_key_read_private(struct attest_key *key, const char *name, const char *text,
			    size_t length, struct error *err)
{
	struct object object;
	const char *fault = find_object(&object, text, length);
	int result;

	*key = (struct attest_key){ .is_private = true };
	if (fault && !is_encrypted(text, length))
		result = refuse(name, fault, HINT_KEY, err);
	else
		result = read_private(key, name, &object, text, length, err);
	explicit_bzero(&object, sizeof object);
	if (result < 0)
		attest_key_wipe(key);
	else
		identify(key);
	return result;
}

static const char *read_spki(struct attest_key *key, struct der in)
{
	struct der sequence, algorithm, bits;
	const char *fault;

	if (der_take(&in, DER_SEQUENCE, &sequence) < 0 || in.length > 0
	    || der_take(&sequence, DER_SEQUENCE, &algorithm) < 0)
		return "it is no key in DER";
	fault = check_algorithm(algorithm);
	if (fault)
		return fault;
	if (der_take(&sequence, DER_BIT_STRING, &bits) < 0 || sequence.length > 0)
		return "it is no key in DER";
	return read_point(key, bits);
}

int attest_key_read_public(struct attest_key *key, const char *name, const char *text,
			   size_t length, struct error *err)
{
	struct object object;
	const char *fault = find_object(&object, text, length), *hint = NULL;

	*key = (struct attest_key){ .is_private = false };
	if (!fault && strstr(object.label, "PRIVATE KEY")) {
		fault = "it is private, and a public one is needed";
		hint = "'openssl pkey -in FILE -pubout' writes its public key";
	} else if (!fault && !has_label(&object, "PUBLIC KEY")) {
		fault = "it is no public key (RFC 7468 section 13)";
	} else if (!fault) {
		fault = read_spki(key, (struct der){ object.der, object.length });
	}
	explicit_bzero(&object, sizeof object);
	if (fault)
		return refuse(name, fault, hint, err);
	identify(key);
	return 0;
}

void attest_key_write_public(const struct attest_key *key, uint8_t der[ATTEST_KEY_PUBLIC_BYTES])
{
	memcpy(der, spki_head, sizeof spki_head);
	memcpy(der + sizeof spki_head, key->point, sizeof key->point);
}

void attest_key_wipe(struct attest_key *key)
{
	explicit_bzero(key, sizeof *key);
}

/* ---- signatures ---- */

void attest_key_sign(const struct attest_key *key, const void *bytes, size_t length,
		     struct attest_signature *signature)
{
	uint8_t scalar[ATTEST_KEY_SCALAR_BYTES];
	br_ec_private_key private = { BR_EC_secp256r1, scalar, sizeof scalar };
	const struct digest digest = digest_of_output(bytes, length);

	memcpy(scalar, key->scalar, sizeof scalar);
	signature->length = br_ecdsa_i31_sign_asn1(br_ec_get_default(), &br_sha256_vtable,
						   digest.bytes, &private, signature->bytes);
	explicit_bzero(scalar, sizeof scalar);
}

bool attest_key_verify(const struct attest_key *key, const void *bytes, size_t length,
		       const void *signature, size_t size)
{
	uint8_t point[ATTEST_KEY_POINT_BYTES];
	br_ec_public_key public = { BR_EC_secp256r1, point, sizeof point };
	const struct digest digest = digest_of(bytes, length);

	memcpy(point, key->point, sizeof point);
	return br_ecdsa_i31_vrfy_asn1(br_ec_get_default(), digest.bytes, sizeof digest.bytes,
				      &public, signature, size) == 1;
}
