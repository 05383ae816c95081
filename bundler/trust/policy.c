/* SPDX-License-Identifier: Apache-2.0 */
/* The table of rules that a path of certificates must keep. */
#include "trust/policy.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "trust/constraint.h"

/* The position of a certificate in the path. */
enum role {
	LEAF = 1,	/* the server's own */
	MIDDLE = 2,
	ROOT = 4,	/* the one in the bundle */
	CA = MIDDLE | ROOT,
	ANY = LEAF | CA
};

struct link {
	const struct certificate *certificate;
	enum role role;
	int below;		/* intermediates below it that are not self-issued */
	const char *host;
};

/* Extensions that a rule reads. */
enum {
	BASIC_CONSTRAINTS,
	KEY_USAGE,
	EXTENDED_KEY_USAGE,
	ALTERNATIVE_NAMES,
	NAME_CONSTRAINTS,
	AUTHORITY_KEY,
	SUBJECT_KEY,
	POLICIES,
	OTHERS
};

/* Extensions that rules check or that may be ignored; sections are those of RFC 5280. */
static const struct known {
	uint8_t oid[8];
	uint8_t length;
	uint8_t critical_in;	/* roles in which it may be critical */
	uint8_t plain_in;	/* roles in which it may be not critical */
} known[] = {
#define CE(number) { 0x55, 0x1d, number }, 3
	[BASIC_CONSTRAINTS] = { CE(19), ANY, ANY },
	[KEY_USAGE] = { CE(15), ANY, ANY },
	[EXTENDED_KEY_USAGE] = { CE(37), MIDDLE, LEAF | MIDDLE },	/* CABF BR 7.1.2 */
	[ALTERNATIVE_NAMES] = { CE(17), ANY, ANY },
	[NAME_CONSTRAINTS] = { CE(30), CA, CA },	/* section 4.2.1.10 */
	[AUTHORITY_KEY] = { CE(35), 0, ANY },		/* section 4.2.1.1 */
	[SUBJECT_KEY] = { CE(14), 0, ANY },		/* section 4.2.1.2 */
	[POLICIES] = { CE(32), ANY, ANY },		/* section 4.2.1.4 */
	[OTHERS] =
	{ CE(36), 0, 0 },	/* policy constraints: section 4.2.1.11 */
	{ CE(31), ANY, ANY },	/* CRL distribution points */
	/* Authority information access: section 4.2.2.1 */
	{ { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01 }, 8, 0, ANY },
};

static bool find(const struct certificate *certificate, int which, struct extension *extension)
{
	struct der oid = { known[which].oid, known[which].length };

	return certificate_find_extension(certificate, oid, extension);
}

static bool is_self_issued(const struct certificate *certificate)
{
	return der_equal(certificate->subject, certificate->issuer);
}

static bool is_empty(struct der sequence)
{
	return sequence.length <= 2;
}

static bool is_not_version_3(const struct link *link)
{
	return link->certificate->version != 3;
}

static bool has_bad_serial(const struct link *link)
{
	struct der serial = link->certificate->serial;

	return serial.length == 0 || serial.length > 20 || serial.bytes[0] & 0x80 ||
	       (serial.length == 1 && serial.bytes[0] == 0);
}

static bool has_two_algorithms(const struct link *link)
{
	return !der_equal(link->certificate->inner_algorithm, link->certificate->outer_algorithm);
}

static bool has_empty_issuer(const struct link *link)
{
	return is_empty(link->certificate->issuer);
}

static bool repeats_extension(const struct link *link)
{
	struct der rest = link->certificate->extensions, later;
	struct extension one, other;

	while (certificate_next_extension(&rest, &one) > 0) {
		later = rest;
		while (certificate_next_extension(&later, &other) > 0)
			if (der_equal(one.oid, other.oid))
				return true;
	}
	return false;
}

static const struct known *find_known(struct der oid)
{
	static const struct known unknown = { .critical_in = 0, .plain_in = ANY };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (der_equal(oid, (struct der){ known[i].oid, known[i].length }))
			return &known[i];
	return &unknown;
}

static bool has_refused_extension(const struct link *link)
{
	struct der rest = link->certificate->extensions;
	struct extension extension;

	while (certificate_next_extension(&rest, &extension) > 0) {
		const struct known *row = find_known(extension.oid);

		if (!((extension.critical ? row->critical_in : row->plain_in) & link->role))
			return true;
	}
	return false;
}

static bool has_weak_key(const struct link *link)
{
	br_x509_pkey key;
	size_t bits;

	if (certificate_key(link->certificate, &key) < 0)
		return true;
	if (key.key_type != BR_KEYTYPE_RSA || key.key.rsa.nlen == 0)
		return key.key_type != BR_KEYTYPE_EC;
	bits = 8 * key.key.rsa.nlen;
	return bits < 2048 || !(key.key.rsa.n[0] & 0x80);
}

/* Reads basicConstraints: cA and the path length; no limit is the longest chain's length. */
static int basic_constraints(const struct certificate *certificate, bool *ca, int *length)
{
	struct extension extension;
	struct der content;

	*ca = false;
	*length = LIMIT_CHAIN_CERTIFICATES;
	if (!find(certificate, BASIC_CONSTRAINTS, &extension))
		return 0;
	if (der_take(&extension.value, DER_SEQUENCE, &content) < 0 || extension.value.length > 0)
		return -1;
	if (der_is(content, DER_BOOLEAN) && der_boolean(&content, ca) < 0)
		return -1;
	if (content.length > 0 && der_small(&content, length) < 0)
		return -1;
	return content.length == 0 ? 0 : -1;
}

static bool is_no_authority(const struct link *link)
{
	bool ca;
	int length;

	return basic_constraints(link->certificate, &ca, &length) < 0 || !ca;
}

static bool has_too_long_path(const struct link *link)
{
	bool ca;
	int length;

	return basic_constraints(link->certificate, &ca, &length) == 0 && link->below > length;
}

static bool is_authority(const struct link *link)
{
	bool ca;
	int length;

	return basic_constraints(link->certificate, &ca, &length) < 0 || ca;
}

/* Bits of keyUsage (section 4.2.1.3). */
enum { DIGITAL_SIGNATURE = 0x80, KEY_CERT_SIGN = 0x04 };

/* Whether keyUsage allows that; without keyUsage, unless_said. */
static bool allows(const struct certificate *certificate, int use, bool unless_said)
{
	struct extension extension;
	struct der bits;

	if (!find(certificate, KEY_USAGE, &extension))
		return unless_said;
	return der_take(&extension.value, DER_BIT_STRING, &bits) == 0 && bits.length >= 2 &&
	       (bits.bytes[1] & use) != 0;
}

static bool may_not_sign(const struct link *link)
{
	return !allows(link->certificate, KEY_CERT_SIGN, true);
}

static bool may_sign(const struct link *link)
{
	return allows(link->certificate, KEY_CERT_SIGN, false);
}

/* All suites that are offered have the server sign its half of the key exchange. */
static bool may_not_sign_handshakes(const struct link *link)
{
	return !allows(link->certificate, DIGITAL_SIGNATURE, true);
}

/*
 * Policies decide nothing here, but one that is critical must be understood with its qualifiers; a
 * CPS pointer has no meaning for a program.
 */
static bool has_unknown_qualifier(const struct link *link)
{
	static const uint8_t cps[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x01 };
	struct der policies, policy, qualifiers, qualifier, oid;
	struct extension extension;

	if (!find(link->certificate, POLICIES, &extension) || !extension.critical)
		return false;
	if (der_take(&extension.value, DER_SEQUENCE, &policies) < 0 || extension.value.length > 0)
		return true;
	while (policies.length > 0) {
		if (der_take(&policies, DER_SEQUENCE, &policy) < 0 ||
		    der_take(&policy, DER_OID, NULL) < 0)
			return true;
		if (policy.length == 0)
			continue;
		if (der_take(&policy, DER_SEQUENCE, &qualifiers) < 0 || policy.length > 0)
			return true;
		while (qualifiers.length > 0)
			if (der_take(&qualifiers, DER_SEQUENCE, &qualifier) < 0 ||
			    der_take(&qualifier, DER_OID, &oid) < 0 ||
			    !der_equal(oid, (struct der){ cps, sizeof cps }))
				return true;
	}
	return false;
}

/* If absent, every purpose is allowed; "any purpose" is for authorities: CABF BR 7.1.2.7.10. */
static bool is_not_for_servers(const struct link *link)
{
	static const uint8_t server[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01 };
	static const uint8_t any[] = { 0x55, 0x1d, 0x25, 0x00 };
	struct extension extension;
	struct der purposes, oid;
	bool allowed = false;

	if (!find(link->certificate, EXTENDED_KEY_USAGE, &extension))
		return false;
	if (der_take(&extension.value, DER_SEQUENCE, &purposes) < 0)
		return true;
	while (der_take(&purposes, DER_OID, &oid) == 0) {
		allowed |= der_equal(oid, (struct der){ server, sizeof server });
		if (der_equal(oid, (struct der){ any, sizeof any }))
			return link->role == LEAF;
	}
	return !allowed;
}

static bool names_no_issuer_key(const struct link *link)
{
	struct extension extension;

	return !find(link->certificate, AUTHORITY_KEY, &extension);
}

static bool names_no_key(const struct link *link)
{
	struct extension extension;

	return !find(link->certificate, SUBJECT_KEY, &extension);
}

static bool has_no_names(const struct link *link)
{
	struct der names;

	return certificate_names(link->certificate, &names) <= 0;
}

static bool is_label(const char *text, size_t length)
{
	if (length == 0 || length > 63 || text[0] == '-' || text[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '-')
			return false;
	return true;
}

bool policy_is_host(const char *text, size_t length)
{
	const char *end = text + length, *dot;

	if (length == 0 || length > 253)
		return false;
	while ((dot = memchr(text, '.', (size_t)(end - text)))) {
		if (!is_label(text, (size_t)(dot - text)))
			return false;
		text = dot + 1;
	}
	/* Some programs read a last label that begins with a digit as an IPv4 address. */
	return is_label(text, (size_t)(end - text)) && !isdigit((unsigned char)text[0]);
}

/* RFC 9525 section 6.3; a wildcard is a whole first label, before a name of two labels or more. */
static bool matches(struct der name, const char *host)
{
	const char *text = (const char *)name.bytes;
	const char *parent = strchr(host, '.');

	if (name.length > 2 && text[0] == '*' && text[1] == '.') {
		text += 2;
		name.length -= 2;
		if (!parent || !memchr(text, '.', name.length))
			return false;
		host = parent + 1;
	}
	return policy_is_host(text, name.length) && strlen(host) == name.length &&
	       strncasecmp(text, host, name.length) == 0;
}

static bool is_for_another_host(const struct link *link)
{
	struct der_item name;
	struct der names = { 0 };

	certificate_names(link->certificate, &names);
	while (der_next(&names, &name) == 0)
		if (name.tag == DER_CONTEXT(2) && matches(name.value, link->host))
			return false;
	return true;
}

static bool has_misused_names(const struct link *link)
{
	struct extension names;

	return find(link->certificate, ALTERNATIVE_NAMES, &names) &&
	       names.critical != is_empty(link->certificate->subject);
}

static const struct {
	unsigned roles;
	bool (*is_broken)(const struct link *link);
	const char *text;	/* continues "certificate 'name' ..." */
} rules[] = {
	{ LEAF, has_no_names, "has no subject alternative name (CABF BR 7.1.2.7.12)" },
	{ LEAF, is_for_another_host, "is for another host (RFC 9525 section 6.3)" },
	{ LEAF | MIDDLE, is_not_for_servers, "is not for servers (RFC 5280 section 4.2.1.12)" },
	{ LEAF, is_authority, "is an authority's, not a server's (CABF BR 7.1.2.7.8)" },
	{ LEAF, may_sign, "may sign certificates (CABF BR 7.1.2.7.11)" },
	{ LEAF, may_not_sign_handshakes, "may not sign a handshake (RFC 5246 section 7.4.2)" },
	{ LEAF | MIDDLE, has_unknown_qualifier, "has a critical policy with a qualifier that is "
	  "not supported (RFC 5280 section 4.2.1.4)" },
	{ LEAF, has_misused_names, "has wrongly critical names (RFC 5280 section 4.2.1.6)" },
	{ CA, is_no_authority, "is not an authority's (RFC 5280 section 4.2.1.9)" },
	{ CA, may_not_sign, "may not sign certificates (RFC 5280 section 4.2.1.3)" },
	{ CA, has_too_long_path, "allows no path of this length (RFC 5280 section 4.2.1.9)" },
	{ LEAF | MIDDLE, names_no_issuer_key, "names no issuer's key (RFC 5280 section 4.2.1.1)" },
	{ MIDDLE, names_no_key, "does not name its key (RFC 5280 section 4.2.1.2)" },
	{ ANY, is_not_version_3, "is not of version 3 (CABF BR 7.1.1)" },
	{ LEAF | MIDDLE, has_bad_serial, "has a bad serial number (RFC 5280 section 4.1.2.2)" },
	{ ANY, has_two_algorithms, "is inconsistently signed (RFC 5280 section 4.1.1.2)" },
	{ ANY, has_empty_issuer, "has no issuer (RFC 5280 section 4.1.2.4)" },
	{ ANY, repeats_extension, "repeats an extension (RFC 5280 section 4.2)" },
	{ ANY, has_refused_extension, "has an extension that is refused (RFC 5280 section 4.2)" },
	{ ANY, has_weak_key, "has a weak or unknown key (CABF BR 6.1.5)" },
};

static int refuse(const struct certificate *certificate, const char *text,
		  char reason[POLICY_REASON_BYTES])
{
	char *name = certificate_name(certificate->subject);

	snprintf(reason, POLICY_REASON_BYTES, "certificate '%s' %s", name, text);
	free(name);
	return -1;
}

/* RFC 5280 section 4.1.2.5: both ends belong to the period. */
static int check_validity(const struct certificate *certificate, int64_t now,
			  char reason[POLICY_REASON_BYTES])
{
	char text[80], date[CERTIFICATE_DATE_BYTES];

	if (now < certificate->not_before)
		snprintf(text, sizeof text, "is not valid before %s",
			 certificate_write_date(certificate->not_before, date));
	else if (now > certificate->not_after)
		snprintf(text, sizeof text, "expired on %s",
			 certificate_write_date(certificate->not_after, date));
	else
		return 0;
	return refuse(certificate, text, reason);
}

/* Applies the name constraints of path[above] to what is below it (RFC 5280 section 6.1.3). */
static int check_constraints(const struct certificate *const *path, size_t above, const char *host,
			     char reason[POLICY_REASON_BYTES])
{
	struct extension extension;

	if (!find(path[above], NAME_CONSTRAINTS, &extension))
		return 0;
	for (size_t i = 0; i < above; i++) {
		const char *text;

		if (i > 0 && is_self_issued(path[i]))
			continue;
		text = constraint_check(extension.value, path[i], i == 0 ? host : NULL);
		if (text)
			return refuse(path[i], text, reason);
	}
	return 0;
}

int policy_check(const struct certificate *const *path, size_t count, const char *host,
		 int64_t now, char reason[POLICY_REASON_BYTES])
{
	struct link link = { .host = host };

	for (size_t i = 0; i < count; i++) {
		link.certificate = path[i];
		link.role = i == 0 ? LEAF : i + 1 < count ? MIDDLE : ROOT;
		if (check_validity(path[i], now, reason) < 0)
			return -1;
		for (size_t j = 0; j < sizeof rules / sizeof rules[0]; j++)
			if (rules[j].roles & link.role && rules[j].is_broken(&link))
				return refuse(path[i], rules[j].text, reason);
		if (check_constraints(path, i, host, reason) < 0)
			return -1;
		if (link.role == MIDDLE && !is_self_issued(path[i]))
			link.below++;
	}
	return 0;
}
