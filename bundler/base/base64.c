/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as text of 64 characters. */
#include "base/base64.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_write(const void *bytes, size_t length)
{
	const uint8_t *in = bytes;
	char *text = memory_new(length / 3 + 1, 4 + 1), *out = text;

	for (size_t i = 0; i < length; i += 3) {
		const size_t left = length - i;
		const uint32_t group = (uint32_t)in[i] << 16
				       | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0)
				       | (left > 2 ? in[i + 2] : 0);

		*out++ = alphabet[group >> 18];
		*out++ = alphabet[group >> 12 & 63];
		*out++ = '=';
		*out++ = '=';
		if (left > 1)
			out[-2] = alphabet[group >> 6 & 63];
		if (left > 2)
			out[-1] = alphabet[group & 63];
	}
	return text;
}

char *base64_parse(const char *text, size_t *length)
{
	const size_t digits = strspn(text, alphabet), padding = strspn(text + digits, "=");
	char *bytes = memory_new(digits / 4 + 1, 3 + 1), *again;
	uint32_t group = 0;

	*length = 0;
	for (size_t i = 0; i < digits; i++) {
		group = group << 6 | (uint32_t)(strchr(alphabet, text[i]) - alphabet);
		/* A byte is whole after the second, third and fourth of four digits. */
		if (i % 4 != 0)
			bytes[(*length)++] = (char)(group >> (6 - 2 * (i % 4)));
	}
	/* One text for any bytes: what is written of them again. */
	again = base64_write(bytes, *length);
	if (text[digits + padding] != '\0' || strcmp(again, text) != 0) {
		free(bytes);
		bytes = NULL;
	}
	free(again);
	return bytes;
}
