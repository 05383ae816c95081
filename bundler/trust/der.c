/* SPDX-License-Identifier: Apache-2.0 */
/* Reads DER, one element at a time. */
#include "trust/der.h"

#include <string.h>

int der_next(struct der *in, struct der_item *item)
{
	struct der rest = *in;
	size_t length, octets;

	if (rest.length < 2 || (rest.bytes[0] & 0x1f) == 0x1f)
		return -1;
	length = rest.bytes[1];
	rest.bytes += 2;
	rest.length -= 2;
	if (length >= 0x80) {
		octets = length & 0x7f;
		if (octets == 0 || octets > 3 || octets > rest.length || rest.bytes[0] == 0)
			return -1;
		for (length = 0; octets > 0; octets--) {
			length = length << 8 | *rest.bytes++;
			rest.length--;
		}
		if (length < 0x80)
			return -1;
	}
	if (length > rest.length)
		return -1;
	item->tag = in->bytes[0];
	item->value = (struct der){ rest.bytes, length };
	item->whole = (struct der){ in->bytes, (size_t)(rest.bytes - in->bytes) + length };
	in->bytes += item->whole.length;
	in->length -= item->whole.length;
	return 0;
}

int der_take(struct der *in, uint8_t tag, struct der *value)
{
	struct der_item item;

	if (!der_is(*in, tag) || der_next(in, &item) < 0)
		return -1;
	if (value)
		*value = item.value;
	return 0;
}

bool der_is(struct der in, uint8_t tag)
{
	return in.length > 0 && in.bytes[0] == tag;
}

int der_boolean(struct der *in, bool *value)
{
	struct der content;

	if (der_take(in, DER_BOOLEAN, &content) < 0 || content.length != 1)
		return -1;
	if (content.bytes[0] != 0 && content.bytes[0] != 0xff)
		return -1;
	*value = content.bytes[0] != 0;
	return 0;
}

int der_small(struct der *in, int *value)
{
	struct der content;

	if (der_take(in, DER_INTEGER, &content) < 0 || content.length < 1 || content.length > 4)
		return -1;
	if (content.bytes[0] & 0x80)
		return -1;
	if (content.length > 1 && content.bytes[0] == 0 && !(content.bytes[1] & 0x80))
		return -1;
	*value = 0;
	for (size_t i = 0; i < content.length; i++)
		*value = *value << 8 | content.bytes[i];
	return 0;
}

/* Takes two digits off text; -1 when they are none or above maximum. */
static int two_digits(struct der *text, int maximum)
{
	int value;

	if (text->length < 2 || text->bytes[0] < '0' || text->bytes[0] > '9' ||
	    text->bytes[1] < '0' || text->bytes[1] > '9')
		return -1;
	value = (text->bytes[0] - '0') * 10 + text->bytes[1] - '0';
	text->bytes += 2;
	text->length -= 2;
	return value <= maximum ? value : -1;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar; -1 when there is no such day. */
static int days_since_1970(int year, int month, int day, int64_t *days)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	int past = year - 1;	/* whole years since year 1, which began 719162 days before 1970 */

	if (year < 1 || month < 1 || day < 1 ||
	    day > before[month] - before[month - 1] + (leap && month == 2))
		return -1;
	*days = past * 365LL + past / 4 - past / 100 + past / 400 - 719162 +
		before[month - 1] + (leap && month > 2) + day - 1;
	return 0;
}

int der_time(struct der *in, int64_t *value)
{
	static const int maxima[] = { 99, 99, 12, 31, 23, 59, 59 };
	int fields[7] = { 0 };	/* century, year of it, month, day, hour, minute, second */
	struct der_item item;
	int64_t days;

	if (der_next(in, &item) < 0)
		return -1;
	if (item.tag != DER_UTC_TIME && item.tag != DER_GENERALIZED_TIME)
		return -1;
	for (int i = item.tag == DER_UTC_TIME; i < 7; i++)
		if ((fields[i] = two_digits(&item.value, maxima[i])) < 0)
			return -1;
	if (item.tag == DER_UTC_TIME)
		fields[0] = fields[1] < 50 ? 20 : 19;
	if (item.value.length != 1 || item.value.bytes[0] != 'Z' ||
	    days_since_1970(fields[0] * 100 + fields[1], fields[2], fields[3], &days) < 0)
		return -1;
	*value = ((days * 24 + fields[4]) * 60 + fields[5]) * 60 + fields[6];
	return 0;
}

bool der_equal(struct der a, struct der b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}
