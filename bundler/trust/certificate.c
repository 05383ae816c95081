/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the fields of one X.509 certificate. */
#include "trust/certificate.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/limits.h"

/* Takes a whole element with this tag off in. */
static int take_whole(struct der *in, uint8_t tag, struct der *whole)
{
	struct der_item item;

	if (!der_is(*in, tag) || der_next(in, &item) < 0)
		return -1;
	*whole = item.whole;
	return 0;
}

/* [0] EXPLICIT INTEGER DEFAULT v1 */
static int parse_version(struct der *in, int *version)
{
	struct der field;

	*version = 1;
	if (!der_is(*in, DER_CONSTRUCTED(0)))
		return 0;
	if (der_take(in, DER_CONSTRUCTED(0), &field) < 0 || der_small(&field, version) < 0 ||
	    field.length > 0)
		return -1;
	*version += 1;
	return *version <= 3 ? 0 : -1;
}

/* Skips the unique identifiers [1] and [2]: nobody uses them. */
static int parse_extensions(struct der *in, struct certificate *certificate)
{
	struct der field, rest;
	struct extension extension;
	int found;

	if (der_is(*in, DER_CONTEXT(1)) && der_take(in, DER_CONTEXT(1), NULL) < 0)
		return -1;
	if (der_is(*in, DER_CONTEXT(2)) && der_take(in, DER_CONTEXT(2), NULL) < 0)
		return -1;
	if (in->length == 0)
		return 0;
	if (der_take(in, DER_CONSTRUCTED(3), &field) < 0 || in->length > 0 ||
	    der_take(&field, DER_SEQUENCE, &certificate->extensions) < 0 || field.length > 0)
		return -1;
	rest = certificate->extensions;
	while ((found = certificate_next_extension(&rest, &extension)) > 0)
		;
	return found;
}

int certificate_parse(struct certificate *certificate, const void *der, size_t length)
{
	struct der in = { der, length }, outer, inner, signature, validity, info;

	*certificate = (struct certificate){ .whole = in };
	if (der_take(&in, DER_SEQUENCE, &outer) < 0 || in.length > 0 ||
	    take_whole(&outer, DER_SEQUENCE, &certificate->inner) < 0 ||
	    take_whole(&outer, DER_SEQUENCE, &certificate->outer_algorithm) < 0 ||
	    der_take(&outer, DER_BIT_STRING, &signature) < 0 || outer.length > 0 ||
	    signature.length == 0 || signature.bytes[0] != 0)
		return -1;
	certificate->signature = (struct der){ signature.bytes + 1, signature.length - 1 };
	inner = certificate->inner;
	der_take(&inner, DER_SEQUENCE, &inner);
	if (parse_version(&inner, &certificate->version) < 0 ||
	    der_take(&inner, DER_INTEGER, &certificate->serial) < 0 ||
	    take_whole(&inner, DER_SEQUENCE, &certificate->inner_algorithm) < 0 ||
	    take_whole(&inner, DER_SEQUENCE, &certificate->issuer) < 0 ||
	    der_take(&inner, DER_SEQUENCE, &validity) < 0 ||
	    der_time(&validity, &certificate->not_before) < 0 ||
	    der_time(&validity, &certificate->not_after) < 0 || validity.length > 0 ||
	    take_whole(&inner, DER_SEQUENCE, &certificate->subject) < 0 ||
	    der_take(&inner, DER_SEQUENCE, &info) < 0 ||
	    der_take(&info, DER_SEQUENCE, &certificate->key_algorithm) < 0 ||
	    der_take(&info, DER_BIT_STRING, &certificate->key) < 0 || info.length > 0 ||
	    certificate->key.length <= 1)
		return -1;
	return parse_extensions(&inner, certificate);
}

int certificate_next_extension(struct der *extensions, struct extension *extension)
{
	struct der content;

	if (extensions->length == 0)
		return 0;
	extension->critical = false;
	if (der_take(extensions, DER_SEQUENCE, &content) < 0 ||
	    der_take(&content, DER_OID, &extension->oid) < 0)
		return -1;
	if (der_is(content, DER_BOOLEAN) && der_boolean(&content, &extension->critical) < 0)
		return -1;
	if (der_take(&content, DER_OCTET_STRING, &extension->value) < 0 || content.length > 0)
		return -1;
	return 1;
}

bool certificate_find_extension(const struct certificate *certificate, struct der oid,
				struct extension *extension)
{
	struct der rest = certificate->extensions;

	while (certificate_next_extension(&rest, extension) > 0)
		if (der_equal(extension->oid, oid))
			return true;
	return false;
}

int certificate_names(const struct certificate *certificate, struct der *names)
{
	static const uint8_t octets[] = { 0x55, 0x1d, 0x11 };
	struct extension extension;
	struct der_item name;
	struct der rest;

	if (!certificate_find_extension(certificate, (struct der){ octets, 3 }, &extension))
		return 0;
	if (der_take(&extension.value, DER_SEQUENCE, names) < 0 || extension.value.length > 0)
		return -1;
	rest = *names;
	while (rest.length > 0)
		if (der_next(&rest, &name) < 0)
			return -1;
	return names->length > 0 ? 1 : -1;
}

/* Takes a positive INTEGER off in, without its leading zero. BearSSL only reads the bytes. */
static int take_positive(struct der *in, unsigned char **bytes, size_t *length)
{
	struct der value;

	if (der_take(in, DER_INTEGER, &value) < 0 || value.length == 0 || value.bytes[0] & 0x80)
		return -1;
	while (value.length > 0 && value.bytes[0] == 0) {
		value.bytes++;
		value.length--;
	}
	*bytes = (unsigned char *)(uintptr_t)value.bytes;
	*length = value.length;
	return 0;
}

/* RFC 3279 section 2.3.1 */
static int rsa_key(struct der key, br_rsa_public_key *rsa)
{
	struct der numbers;

	if (der_take(&key, DER_SEQUENCE, &numbers) < 0 || key.length > 0 ||
	    take_positive(&numbers, &rsa->n, &rsa->nlen) < 0 ||
	    take_positive(&numbers, &rsa->e, &rsa->elen) < 0)
		return -1;
	return numbers.length == 0 ? 0 : -1;
}

/* RFC 5480 section 2: named curves and uncompressed points only. */
static int ec_key(struct der parameters, struct der key, br_ec_public_key *ec)
{
	static const struct {
		uint8_t oid[8];
		size_t length, point;
		int curve;
	} curves[] = {
		{ { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 }, 8, 65, BR_EC_secp256r1 },
		{ { 0x2b, 0x81, 0x04, 0x00, 0x22 }, 5, 97, BR_EC_secp384r1 },
		{ { 0x2b, 0x81, 0x04, 0x00, 0x23 }, 5, 133, BR_EC_secp521r1 },
	};
	struct der oid;

	if (der_take(&parameters, DER_OID, &oid) < 0 || parameters.length > 0)
		return -1;
	for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
		if (!der_equal(oid, (struct der){ curves[i].oid, curves[i].length }) ||
		    key.length != curves[i].point || key.bytes[0] != 4)
			continue;
		ec->curve = curves[i].curve;
		ec->q = (unsigned char *)(uintptr_t)key.bytes;
		ec->qlen = key.length;
		return 0;
	}
	return -1;
}

int certificate_key(const struct certificate *certificate, br_x509_pkey *key)
{
	static const uint8_t rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
	static const uint8_t ec[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };
	struct der parameters = certificate->key_algorithm, oid;
	struct der bits = { certificate->key.bytes + 1, certificate->key.length - 1 };

	if (der_take(&parameters, DER_OID, &oid) < 0 || certificate->key.bytes[0] != 0)
		return -1;
	if (der_equal(oid, (struct der){ rsa, sizeof rsa })) {
		key->key_type = BR_KEYTYPE_RSA;
		return rsa_key(bits, &key->key.rsa);
	}
	key->key_type = BR_KEYTYPE_EC;
	if (der_equal(oid, (struct der){ ec, sizeof ec }))
		return ec_key(parameters, bits, &key->key.ec);
	return -1;
}

/* The value of the last, most specific attribute 2.5.4.number in a Name. */
static bool find_attribute(struct der name, uint8_t number, struct der *value)
{
	const uint8_t octets[] = { 0x55, 0x04, number };
	struct der rdns, set, attribute, oid;
	struct der_item item;
	bool found = false;

	if (der_take(&name, DER_SEQUENCE, &rdns) < 0)
		return false;
	while (der_take(&rdns, DER_SET, &set) == 0) {
		while (der_take(&set, DER_SEQUENCE, &attribute) == 0) {
			if (der_take(&attribute, DER_OID, &oid) < 0 ||
			    der_next(&attribute, &item) < 0)
				return false;
			if (der_equal(oid, (struct der){ octets, sizeof octets })) {
				*value = item.value;
				found = true;
			}
		}
	}
	return found;
}

/* Length in bytes of the printable UTF-8 character (RFC 3629 section 4) at the start, or 0. */
static size_t character_length(struct der text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = text.bytes[0];
	size_t length = first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t code;

	if (first < 0x80)
		return first >= 0x20 && first != 0x7f && first != '\\' ? 1 : 0;
	if (length == 0 || length > text.length || first >= 0xf8)
		return 0;
	code = first & (0x7f >> length);
	for (size_t i = 1; i < length; i++) {
		if ((text.bytes[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text.bytes[i] & 0x3f);
	}
	if (code < least[length] || code < 0xa0 || (code >= 0xd800 && code < 0xe000) ||
	    code > 0x10ffff)
		return 0;
	return length;
}

char *certificate_name(struct der name)
{
	static const uint8_t attributes[] = { 3, 11, 10 };	/* commonName, then OU, then O */
	struct der text = { NULL, 0 };
	struct buffer printable;

	for (size_t i = 0; i < sizeof attributes; i++)
		if (find_attribute(name, attributes[i], &text))
			break;
	buffer_init(&printable, 4 * LIMIT_CERTIFICATE_BYTES);
	while (text.length > 0) {
		size_t length = character_length(text);

		if (length > 0)
			buffer_add(&printable, text.bytes, length);
		else
			buffer_format(&printable, "\\x%02x", text.bytes[0]);
		text.bytes += length ? length : 1;
		text.length -= length ? length : 1;
	}
	return buffer_take(&printable);
}

char *certificate_write_date(int64_t time, char date[CERTIFICATE_DATE_BYTES])
{
	time_t seconds = (time_t)time;
	struct tm day;

	gmtime_r(&seconds, &day);
	snprintf(date, CERTIFICATE_DATE_BYTES, "%04d-%02d-%02d", day.tm_year + 1900, day.tm_mon + 1,
		 day.tm_mday);
	return date;
}
