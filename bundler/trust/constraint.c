/* SPDX-License-Identifier: Apache-2.0 */
/* Applies a certificate's name constraints to the names below it. */
#include "trust/constraint.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"

#define DNS_NAME DER_CONTEXT(2)
#define DIRECTORY_NAME DER_CONSTRUCTED(4)
#define IP_ADDRESS DER_CONTEXT(7)

/* The two lists of GeneralSubtree. */
struct lists {
	struct der permitted, excluded;
};

/*
 * Takes the next base off a list: 1, 0 at its end, -1 when it is malformed. RFC 5280 allows
 * neither minimum nor maximum, and a leading dot only for URIs.
 */
static int next_base(struct der *list, struct der_item *base)
{
	struct der subtree, value;
	bool sound = true;

	if (list->length == 0)
		return 0;
	if (der_take(list, DER_SEQUENCE, &subtree) < 0 || der_next(&subtree, base) < 0)
		return -1;
	value = base->value;
	if (base->tag == DNS_NAME && value.length > 0)
		sound = value.bytes[0] != '.' && !memchr(value.bytes, '*', value.length);
	else if (base->tag == IP_ADDRESS)
		sound = value.length == 8 || value.length == 32;
	return sound && subtree.length == 0 ? 1 : -1;
}

/* Number of bases, or -1 when one of them is malformed. */
static int count_bases(struct der list)
{
	struct der_item base;
	int found, count = 0;

	while ((found = next_base(&list, &base)) > 0)
		count++;
	return found < 0 ? -1 : count;
}

static int parse(struct der value, struct lists *lists)
{
	struct der content;

	*lists = (struct lists){ 0 };
	if (der_take(&value, DER_SEQUENCE, &content) < 0 || value.length > 0)
		return -1;
	if (der_is(content, DER_CONSTRUCTED(0)) &&
	    der_take(&content, DER_CONSTRUCTED(0), &lists->permitted) < 0)
		return -1;
	if (der_is(content, DER_CONSTRUCTED(1)) &&
	    der_take(&content, DER_CONSTRUCTED(1), &lists->excluded) < 0)
		return -1;
	return content.length == 0 ? 0 : -1;
}

/* The base itself, or labels added to its left. */
static bool dns_within(struct der name, struct der base)
{
	size_t added;

	if (base.length == 0)
		return true;
	if (name.length < base.length)
		return false;
	added = name.length - base.length;
	return strncasecmp((const char *)name.bytes + added, (const char *)base.bytes,
			   base.length) == 0 &&
	       (added == 0 || name.bytes[added - 1] == '.');
}

/* The base is an address and a mask. */
static bool ip_within(struct der name, struct der base)
{
	if (base.length != 2 * name.length)
		return false;
	for (size_t i = 0; i < name.length; i++)
		if ((name.bytes[i] ^ base.bytes[i]) & base.bytes[name.length + i])
			return false;
	return true;
}

/* The name starts with the base's relative names, octet for octet. */
static bool directory_within(struct der name, struct der base)
{
	struct der all, start;

	if (der_take(&name, DER_SEQUENCE, &all) < 0 || der_take(&base, DER_SEQUENCE, &start) < 0 ||
	    all.length < start.length)
		return false;
	all.length = start.length;
	return der_equal(all, start);
}

static bool is_permitted(const struct der_item *name, struct der list)
{
	struct der_item base;
	bool constrained = false;

	while (next_base(&list, &base) > 0) {
		if (base.tag != name->tag)
			continue;
		constrained = true;
		/* A name that is none, with nothing before its first dot, is within no base. */
		if ((name->tag == DNS_NAME && dns_within(name->value, base.value) &&
		     name->value.length > 0 && name->value.bytes[0] != '.') ||
		    (name->tag == IP_ADDRESS && ip_within(name->value, base.value)) ||
		    (name->tag == DIRECTORY_NAME && directory_within(name->value, base.value)))
			return true;
	}
	return !constrained;
}

static bool is_excluded(const struct der_item *name, struct der list)
{
	struct der_item base;

	while (next_base(&list, &base) > 0) {
		if (base.tag != name->tag)
			continue;
		if (name->tag == DNS_NAME ? dns_within(name->value, base.value) :
		    name->tag == IP_ADDRESS ? ip_within(name->value, base.value) : true)
			return true;
	}
	return false;
}

static bool is_allowed(const struct der_item *name, const struct lists *lists)
{
	return is_permitted(name, lists->permitted) && !is_excluded(name, lists->excluded);
}

const char *constraint_check(struct der constraints, const struct certificate *below,
			     const char *host)
{
	static const char outside[] = "has a name that a certificate above it excludes "
				      "(RFC 5280 section 4.2.1.10)";
	struct der_item name = { DIRECTORY_NAME, below->subject, below->subject };
	struct lists lists;
	struct der names = { 0 };
	int permitted, excluded, checks = 0;

	if (parse(constraints, &lists) < 0 || (permitted = count_bases(lists.permitted)) < 0 ||
	    (excluded = count_bases(lists.excluded)) < 0 || permitted + excluded == 0)
		return "is under malformed name constraints (RFC 5280 section 4.2.1.10)";
	if (certificate_names(below, &names) < 0)
		return "has malformed alternative names (RFC 5280 section 4.2.1.6)";
	if (below->subject.length > 2 && !is_allowed(&name, &lists))
		return outside;
	if (host) {
		name.tag = DNS_NAME;
		name.value = (struct der){ (const uint8_t *)host, strlen(host) };
		if (!is_allowed(&name, &lists))
			return outside;
	}
	while (der_next(&names, &name) == 0) {
		checks += permitted + excluded;
		if (checks > LIMIT_NAME_CHECKS)
			return "has too many names for the constraints above it";
		if (!is_allowed(&name, &lists))
			return outside;
	}
	return NULL;
}
