/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the Content-Range of an answer. */
#include "fetch/range.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define UNIT "bytes "

int range_parse_number(uint64_t *number, const char **text)
{
	size_t digits = strspn(*text, "0123456789");

	if (digits == 0 || digits > 18)
		return -1;
	*number = strtoull(*text, NULL, 10);
	*text += digits;
	return 0;
}

int range_parse(struct range *range, const char *text)
{
	*range = (struct range){ 0 };
	if (!text || strncasecmp(text, UNIT, strlen(UNIT)) != 0)
		return -1;
	text += strlen(UNIT);
	if (range_parse_number(&range->first, &text) < 0 || *text++ != '-')
		return -1;
	if (range_parse_number(&range->last, &text) < 0 || *text++ != '/')
		return -1;
	if (range->first > range->last)
		return -1;
	if (strcmp(text, "*") == 0)
		return 0;
	if (range_parse_number(&range->total, &text) < 0 || *text != '\0')
		return -1;
	return range->last < range->total ? 0 : -1;
}
