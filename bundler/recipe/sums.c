/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of SHA256SUMS, and of the records of what was generated. */
#include "recipe/sums.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "base/limits.h"

int sums_next(const char **text, const char *end, struct sums_line *line)
{
	const char *start = *text, *newline;
	char hex[DIGEST_HEX_BYTES];
	const size_t digits = sizeof hex - 1;

	if (start == end)
		return 0;
	newline = memchr(start, '\n', (size_t)(end - start));
	if (!newline || (size_t)(newline - start) < digits + 3
	    || memchr(start, '\0', (size_t)(newline - start)))
		return -1;
	memcpy(hex, start, digits);
	hex[digits] = '\0';
	if (digest_parse_hex(&line->digest, hex) < 0 || start[digits] != ' '
	    || (start[digits + 1] != ' ' && start[digits + 1] != '*'))
		return -1;
	line->name = start + digits + 2;
	line->name_length = (size_t)(newline - line->name);
	*text = newline + 1;
	return 1;
}

#define SIGNED "-----BEGIN PGP SIGNED MESSAGE-----"
#define SIGNATURE "-----BEGIN PGP SIGNATURE-----"

/* A text that is read line by line. */
struct reader {
	const char *next, *end;
	size_t number;		/* of the line, from 1 */
	const char *line;	/* without its end */
	size_t length;
	bool is_signed;
};

static bool is_line(const struct reader *reader, const char *text)
{
	return reader->length == strlen(text) && memcmp(reader->line, text, reader->length) == 0;
}

/* Moves on to the next line; false at the end. */
static bool read_line(struct reader *reader)
{
	const char *newline = memchr(reader->next, '\n', (size_t)(reader->end - reader->next));
	const char *end = newline ? newline : reader->end;

	if (reader->next == reader->end)
		return false;
	reader->line = reader->next;
	reader->length = (size_t)(end - reader->line);
	reader->length -= reader->length > 0 && end[-1] == '\r';
	reader->next = newline ? newline + 1 : reader->end;
	reader->number++;
	return true;
}

/* What one line says. */
struct entry {
	const char *algorithm;
	bool is_sha256, is_sha512;	/* neither: of another algorithm */
	struct digest sha256;
	struct digest_sha512 sha512;
	const char *name;
	size_t length;		/* 0 for digits alone */
};

/* The algorithm of so many hexadecimal digits, or NULL. */
static const char *algorithm_of(size_t digits)
{
	switch (digits) {
	case 32: return "MD5";
	case 40: return "SHA-1";
	case 56: return "SHA-224";
	case 64: return "SHA-256";
	case 96: return "SHA-384";
	case 128: return "SHA-512";
	}
	return NULL;
}

static bool is_digit(char c)
{
	return c != '\0' && strchr("0123456789abcdefABCDEF", c);
}

static size_t count_digits(const char *text, const char *end)
{
	const char *next = text;

	while (next < end && is_digit(*next))
		next++;
	return (size_t)(next - text);
}

/* Takes so many digits at text; why they are no digest, or NULL. */
static const char *take_digits(struct entry *entry, const char *text, size_t digits)
{
	char hex[DIGEST_SHA512_HEX_BYTES];

	entry->algorithm = algorithm_of(digits);
	if (!entry->algorithm)
		return "has a digest of another length than any algorithm's";
	for (size_t i = 0; i < digits; i++) {
		hex[i] = text[i];
		if (hex[i] >= 'A' && hex[i] <= 'F')
			hex[i] |= 0x20;
	}
	hex[digits] = '\0';
	entry->is_sha256 = digest_parse_hex(&entry->sha256, hex) == 0;
	entry->is_sha512 = digest_parse_sha512(&entry->sha512, hex) == 0;
	return NULL;
}

/* "SHA256 (name) = digits", as BSD and OpenSSL write it. */
static const char *parse_bsd(const struct reader *reader, struct entry *entry)
{
	const char *line = reader->line, *end = line + reader->length;
	const char *open = memchr(line, '(', reader->length), *close = end;
	size_t digits;

	while (close > line && close[-1] != ')')
		close--;
	if (!open || close <= open + 2)
		return "is neither '<SHA-256>  <name>' nor 'SHA256 (<name>) = <SHA-256>'";
	entry->name = open + 1;
	entry->length = (size_t)(close - 1 - entry->name);
	for (line = close; line < end && (*line == ' ' || *line == '='); line++)
		;
	digits = count_digits(line, end);
	return digits > 0 && line + digits == end ? take_digits(entry, line, digits)
						  : "has no digest behind the name";
}

/* Why the line cannot be used, or NULL. */
static const char *parse_line(const struct reader *reader, struct entry *entry)
{
	const char *line = reader->line, *end = line + reader->length;
	size_t digits = count_digits(line, end);
	const char *fault;

	*entry = (struct entry){ .name = NULL };
	for (const char *next = line; next < end; next++)
		if ((unsigned char)*next < 0x20 || *next == 0x7f)
			return *next == '\r' ? "has a carriage return in it"
					     : "has a control character in it";
	if (*line == '<')
		return "is HTML";
	if (digits < 32 || (line + digits < end && line[digits] != ' '))
		return digits < 32 ? parse_bsd(reader, entry)
				   : "has no space behind the digest";
	fault = take_digits(entry, line, digits);
	line += digits;
	if (fault || line == end)
		return fault;
	line += end - line > 1 && (line[1] == ' ' || line[1] == '*') ? 2 : 1;
	entry->name = line;
	entry->length = (size_t)(end - line);
	return entry->length > 0 ? NULL : "has no name";
}

/* How a name is the one that is wanted: 2 in whole, 1 behind directories, 0 not at all. */
static int match(const struct entry *entry, const char *name)
{
	const size_t wanted = strlen(name);
	const char *text = entry->name;
	size_t length = entry->length;

	while (length > 2 && memcmp(text, "./", 2) == 0) {
		text += 2;
		length -= 2;
	}
	if (length < wanted || memcmp(text + length - wanted, name, wanted) != 0 || wanted == 0)
		return 0;
	return length == wanted ? 2 : text[length - wanted - 1] == '/';
}

/* Goes behind the byte order mark and the headers of a signed text; why it cannot, or NULL. */
static const char *begin(struct reader *reader, const struct buffer *sums)
{
	struct reader ahead;

	*reader = (struct reader){ .next = sums->bytes, .end = sums->bytes + sums->length };
	if (sums->length >= 2 && (memcmp(sums->bytes, "\xff\xfe", 2) == 0
				  || memcmp(sums->bytes, "\xfe\xff", 2) == 0))
		return "it is UTF-16, not UTF-8";
	if (sums->length >= 3 && memcmp(sums->bytes, "\xef\xbb\xbf", 3) == 0)
		reader->next += 3;
	ahead = *reader;
	if (!read_line(&ahead) || !is_line(&ahead, SIGNED))
		return NULL;
	ahead.is_signed = true;
	while (read_line(&ahead))
		if (ahead.length == 0) {
			*reader = ahead;
			return NULL;
		}
	return "it has nothing but the headers of a signed text";
}

/*
 * Looks for the name in GitHub's document of a release ("Get a release by tag name", REST API),
 * which has all of its assets, or in a page of the list of assets ("List release assets").
 * Assets that are older than their digests have null there.
 */
static int find_in_release(const struct buffer *sums, const char *name_of_sums, const char *name,
			   struct sums_digest *digest, struct error *err)
{
	const char *fault = NULL, *text;
	size_t values = 0, i;
	json_error_t where;
	json_t *root, *assets, *asset;
	const char *const undigested = "it has no digest of the asset";
	int found = 0;

	/* Jansson takes up to 300 bytes for a value of two. */
	for (i = 0; i < sums->length; i++)
		values += sums->bytes[i] == ',' || sums->bytes[i] == '[' || sums->bytes[i] == '{';
	if (values > LIMIT_SUMS_VALUES)
		return error_set(err, STATUS_LIMIT, "cannot use '%s': more than %d values in it",
				 name_of_sums, LIMIT_SUMS_VALUES);
	root = json_loadb(sums->bytes, sums->length, JSON_REJECT_DUPLICATES, &where);
	if (!root)
		return error_set(err, STATUS_CONFIG, "cannot use '%s': line %d, column %d: %s",
				 name_of_sums, where.line, where.column, where.text);
	assets = json_is_array(root) ? root : json_object_get(root, "assets");
	if (!json_is_array(assets))
		fault = "it is JSON, but not of a release: it has no 'assets'";
	json_array_foreach(assets, i, asset)
	{
		text = json_string_value(json_object_get(asset, "name"));
		if (!text || strcmp(text, name) != 0)
			continue;
		text = json_string_value(json_object_get(asset, "digest"));
		if (found > 0)
			fault = "it lists the asset twice";
		else if (!text)
			fault = undigested;
		else if (strncmp(text, "sha512:", 7) == 0
			 && digest_parse_sha512(&digest->sha512, text + 7) == 0)
			digest->is_sha512 = true;
		else if (digest_parse(&digest->sha256, text))
			fault = "its digest of the asset is neither SHA-256 nor SHA-512";
		found = 1;
	}
	json_decref(root);
	if (!fault)
		return found;
	error_set(err, STATUS_CONFIG, "cannot use '%s' for '%s': %s", name_of_sums, name, fault);
	if (fault == undigested)
		error_hint(err, "GitHub has digests of what was uploaded since June 2025; pass a "
			   "checksum file of your own with --sums");
	return -1;
}

static bool is_document(const struct buffer *sums)
{
	return *sums->bytes == '{' || *sums->bytes == '[';
}

/* The best match of each algorithm. */
struct choice {
	int sha256, sha512;	/* as from match */
	struct sums_digest digest;
	const char *other;	/* an algorithm that is of no use here, or NULL */
};

/* Adds an entry that has the name; -1 if it contradicts one before it. */
static int add(struct choice *choice, const struct entry *entry, int found)
{
	struct sums_digest *digest = &choice->digest;
	int *best = entry->is_sha512 ? &choice->sha512 : &choice->sha256;
	const bool same = entry->is_sha512
			  ? digest_equal_sha512(&digest->sha512, &entry->sha512)
			  : digest_equal(&digest->sha256, &entry->sha256);

	if (!entry->is_sha256 && !entry->is_sha512) {
		choice->other = entry->algorithm;
		return 0;
	}
	if (found <= *best)
		return found < *best || same ? 0 : -1;
	*best = found;
	if (entry->is_sha512)
		digest->sha512 = entry->sha512;
	else
		digest->sha256 = entry->sha256;
	return 0;
}

/* Adds all entries with the name. */
static int choose(struct choice *choice, struct reader *reader, const char *name_of_sums,
		  const char *name, bool alone, struct error *err)
{
	const char *fault;
	struct entry entry;
	size_t lines = 0;
	bool ended = false, nameless = false;
	int found;

	while (!ended && read_line(reader)) {
		ended = reader->is_signed && is_line(reader, SIGNATURE);
		if (reader->is_signed && reader->length >= 2
		    && memcmp(reader->line, "- ", 2) == 0) {
			reader->line += 2;
			reader->length -= 2;
		}
		if (ended || reader->length == 0 || *reader->line == '#')
			continue;
		lines++;
		fault = parse_line(reader, &entry);
		if (!fault && entry.length == 0) {
			nameless = true;
			fault = alone ? NULL : "has a digest without a name";
		}
		if (fault)
			return error_set(err, STATUS_CONFIG, "cannot use '%s': line %zu %s",
					 name_of_sums, reader->number, fault);
		found = entry.length == 0 ? 2 : match(&entry, name);
		if (found > 0 && add(choice, &entry, found) < 0)
			return error_set(err, STATUS_CONFIG, "cannot use '%s': '%s' has two "
					 "digests", name_of_sums, name);
	}
	if (reader->is_signed && !ended)
		return error_set(err, STATUS_CONFIG, "cannot use '%s': its signature is missing, "
				 "so it may be cut off", name_of_sums);
	if (nameless && lines > 1)
		return error_set(err, STATUS_CONFIG, "cannot use '%s': a digest without a name is "
				 "not the only line", name_of_sums);
	return 0;
}

int sums_find(const struct buffer *sums, const char *name_of_sums, const char *name, bool alone,
	      struct sums_digest *digest, struct error *err)
{
	const char *fault;
	struct choice choice = { .other = NULL };
	struct reader reader;

	*digest = (struct sums_digest){ .is_sha512 = false };
	if (sums->length == 0)
		return 0;
	fault = begin(&reader, sums);
	if (fault)
		return error_set(err, STATUS_CONFIG, "cannot use '%s': %s", name_of_sums, fault);
	if (is_document(sums))
		return find_in_release(sums, name_of_sums, name, digest, err);
	if (choose(&choice, &reader, name_of_sums, name, alone, err) < 0)
		return -1;
	*digest = choice.digest;
	digest->is_sha512 = choice.sha512 > choice.sha256;
	if (choice.sha256 == 0 && choice.sha512 == 0 && choice.other)
		return error_set(err, STATUS_CONFIG, "cannot use '%s': for '%s' it has only %s, "
				 "neither SHA-256 nor SHA-512", name_of_sums, name, choice.other);
	return choice.sha256 > 0 || choice.sha512 > 0;
}

bool sums_may_have_sha512(const struct buffer *sums)
{
	size_t digits = 0;

	for (size_t i = 0; i < sums->length && digits < 2 * DIGEST_SHA512_BYTES; i++)
		digits = is_digit(sums->bytes[i]) ? digits + 1 : 0;
	return digits == 2 * DIGEST_SHA512_BYTES;
}

/* What two names have in common at their beginnings and at their ends, in bytes. */
static size_t likeness(const char *one, size_t one_length, const char *other, size_t other_length)
{
	const size_t most = one_length < other_length ? one_length : other_length;
	size_t first = 0, last = 0;

	while (first < most && one[first] == other[first])
		first++;
	while (last < most - first && one[one_length - 1 - last] == other[other_length - 1 - last])
		last++;
	return first + last;
}

/* Where the best of several names is kept. */
struct nearest {
	const char *name, *best;
	const char *const *taken;
	size_t taken_count, likeness;
	struct pool *pool;
};

static void consider(struct nearest *nearest, const char *name, size_t length)
{
	const size_t wanted = strlen(nearest->name);
	const size_t same = likeness(nearest->name, wanted, name, length);
	const size_t longer = wanted > length ? wanted : length;

	/* Of a name with another word for the platform, more than half is the same. */
	if (same <= nearest->likeness || 2 * same <= longer || length > 2 * wanted)
		return;
	for (size_t i = 0; i < nearest->taken_count; i++)
		if (strlen(nearest->taken[i]) == length
		    && memcmp(nearest->taken[i], name, length) == 0)
			return;
	nearest->likeness = same;
	nearest->best = pool_copy(nearest->pool, name, length);
}

const char *sums_near(const struct buffer *sums, const char *name, const char *const *taken,
		      size_t taken_count, struct pool *pool)
{
	struct nearest nearest = {
		.name = name, .taken = taken, .taken_count = taken_count, .pool = pool,
	};
	struct reader reader;
	struct entry entry;
	json_t *root, *asset;
	size_t i;

	if (sums->length == 0 || begin(&reader, sums))
		return NULL;
	if (!is_document(sums)) {
		while (read_line(&reader) && !(reader.is_signed && is_line(&reader, SIGNATURE)))
			if (reader.length > 0 && !parse_line(&reader, &entry) && entry.length > 0)
				consider(&nearest, entry.name, entry.length);
		return nearest.best;
	}
	root = json_loadb(sums->bytes, sums->length, 0, NULL);
	json_array_foreach(json_is_array(root) ? root : json_object_get(root, "assets"), i, asset)
	{
		const char *text = json_string_value(json_object_get(asset, "name"));

		if (text)
			consider(&nearest, text, strlen(text));
	}
	json_decref(root);
	return nearest.best;
}

int sums_names(const struct buffer *sums, const char *name_of_sums,
	       int (*visit)(void *context, const char *name, size_t length, struct error *err),
	       void *context, struct error *err)
{
	struct reader reader = { .next = NULL };
	const char *fault = sums->length > 0 ? begin(&reader, sums) : NULL;
	struct entry entry;

	if (fault)
		return error_set(err, STATUS_CONFIG, "cannot use '%s': %s", name_of_sums, fault);
	while (read_line(&reader) && !(reader.is_signed && is_line(&reader, SIGNATURE))) {
		if (reader.length == 0 || *reader.line == '#')
			continue;
		fault = parse_line(&reader, &entry);
		if (fault)
			return error_set(err, STATUS_CONFIG, "cannot use '%s': line %zu %s",
					 name_of_sums, reader.number, fault);
		if (entry.length > 0 && visit(context, entry.name, entry.length, err) < 0)
			return -1;
	}
	return 0;
}
