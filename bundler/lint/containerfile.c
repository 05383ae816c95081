/* SPDX-License-Identifier: Apache-2.0 */
/* Splits Dockerfiles into instructions, flags, words and pairs. */
#include "lint/containerfile.h"

#include <ctype.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/memory.h"

static const char *const names[] = {
	"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
	"MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
};

static size_t skip_blanks(const char *text)
{
	return strspn(text, " \t");
}

/* Removes an escape character, and blanks after it, from a line's end; false without one. */
static bool continued(struct line *line, char escape)
{
	size_t end = line->length;

	while (end > 0 && (line->text[end - 1] == ' ' || line->text[end - 1] == '\t'))
		end--;
	if (end == 0 || line->text[end - 1] != escape)
		return false;
	line->length = end - 1;
	return true;
}

/* Joins the lines of an instruction; the first has been read. */
static void join(struct lines_draft *draft, struct lines *lines, struct line line, char escape)
{
	const size_t indent = lines_indent(line);
	bool more;

	line = (struct line){ line.text + indent, line.length - indent };
	more = continued(&line, escape);
	lines_add(draft, line, lines->number);
	while (more && lines_next(lines, &line)) {
		const size_t start = lines_indent(line);

		if (start == line.length || line.text[start] == '#')
			continue;
		more = continued(&line, escape);
		lines_add(draft, line, lines->number);
	}
}

/* ---- here-documents ---- */

/* The name of the next here-document that text begins after *offset, in pool, or NULL. */
static const char *next_document(struct pool *pool, const char *text, size_t *offset,
				 bool *tabs)
{
	char quote = '\0';

	for (size_t i = *offset; text[i]; i++) {
		size_t begin = i + 2, length;
		bool quoted;

		if (quote == text[i])
			quote = '\0';
		else if (!quote && (text[i] == '"' || text[i] == '\''))
			quote = text[i];
		if (quote || strncmp(text + i, "<<", 2) != 0
		    || (i > 0 && !strchr(" \t", text[i - 1])))
			continue;
		*tabs = text[begin] == '-';
		begin += *tabs;
		quoted = text[begin] == '"' || text[begin] == '\'';
		begin += quoted;
		length = strcspn(text + begin, " \t\"'<>|&;()");
		*offset = begin + length + (quoted && text[begin + length] == text[begin - 1]);
		if (length > 0)
			return pool_copy(pool, text + begin, length);
	}
	return NULL;
}

/* Adds the lines of a here-document up to its last; false when there is no last. */
static bool read_document(struct lines_draft *draft, struct lines *lines, const char *name,
			  bool tabs)
{
	struct line line;

	while (lines_next(lines, &line)) {
		for (; tabs && line.length > 0 && *line.text == '\t'; line.length--)
			line.text++;
		if (line.length == strlen(name) && memcmp(line.text, name, line.length) == 0)
			return true;
		lines_add(draft, (struct line){ "\n", 1 }, lines->number);
		lines_add(draft, line, lines->number);
	}
	return false;
}

static const char *read_documents(struct lines_draft *draft, struct lines *lines,
				  struct pool *pool)
{
	char *text = pool_copy(pool, draft->text.bytes, draft->text.length);
	const char *name;
	size_t offset = 0;
	bool tabs;

	while ((name = next_document(pool, text, &offset, &tabs)))
		if (!read_document(draft, lines, name, tabs))
			return "a here-document does not end";
	return NULL;
}

/* ---- instructions ---- */

static const char *find_name(const char *text, size_t length)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strlen(names[i]) == length && strncasecmp(text, names[i], length) == 0)
			return names[i];
	return NULL;
}

/* Takes --name=value words from the beginning of the text. */
static size_t read_flags(struct containerfile_instruction *instruction, struct pool *pool,
			 const char *text)
{
	size_t at = skip_blanks(text), room = 0;

	for (const char *dashes = text; (dashes = strstr(dashes, "--")); dashes += 2)
		room++;
	instruction->flags = pool_new(pool, room, sizeof *instruction->flags);
	while (strncmp(text + at, "--", 2) == 0 && strcspn(text + at + 2, " \t\n") > 0) {
		const size_t length = strcspn(text + at, " \t\n");
		char *name = pool_copy(pool, text + at + 2, length - 2);
		char *equals = strchr(name, '=');

		if (equals)
			*equals = '\0';
		instruction->flags[instruction->flag_count++] = (struct containerfile_flag){
			name, equals ? equals + 1 : "",
		};
		at += length;
		at += skip_blanks(text + at);
	}
	return at;
}

/* Makes an instruction of its joined lines, and takes them; a reason when it is none. */
static const char *finish(struct containerfile *file, struct lines_draft *draft, size_t line)
{
	struct containerfile_instruction *instruction;
	const char *text = pool_copy(&file->pool, draft->text.bytes, draft->text.length);
	size_t at = strcspn(text, " \t\n");

	if (file->count == file->capacity) {
		file->capacity = 2 * file->capacity + 8;
		file->instructions = memory_resize(file->instructions, file->capacity,
						   sizeof *file->instructions);
	}
	instruction = &file->instructions[file->count];
	*instruction = (struct containerfile_instruction){ .line = line };
	instruction->name = find_name(text, at);
	if (!instruction->name)
		return "it is not an instruction";
	at += read_flags(instruction, &file->pool, text + at);
	if (text[at] == '\0')
		return "the instruction has no arguments";
	instruction->text = text + at;
	instruction->mark_count = draft->count;
	instruction->marks = lines_take(draft, &file->pool, at);
	*draft = (struct lines_draft){ .marks = NULL };
	file->count++;
	return NULL;
}

static const char *read_instruction(struct containerfile *file, struct lines *lines,
				    struct line line)
{
	const size_t number = lines->number;
	struct lines_draft draft = { .marks = NULL };
	const char *fault = NULL, *text;

	buffer_init(&draft.text, LIMIT_DOCKERFILE_BYTES);
	join(&draft, lines, line, file->escape);
	text = draft.text.bytes;
	if (strncasecmp(text, "RUN", 3) == 0 || strncasecmp(text, "COPY", 4) == 0
	    || strncasecmp(text, "ADD", 3) == 0)
		fault = read_documents(&draft, lines, &file->pool);
	if (!fault)
		fault = finish(file, &draft, number);
	buffer_free(&draft.text);
	free(draft.marks);
	file->fault_line = number;
	return fault;
}

/* Reads "# name=value", a directive before the first instruction; false for any other line. */
static bool read_directive(struct containerfile *file, struct line line)
{
	char text[64], *at = text;
	size_t length;

	if (line.length >= sizeof text)
		return memchr(line.text, '#', line.length) && memchr(line.text, '=', line.length);
	memcpy(text, line.text, line.length);
	text[line.length] = '\0';
	at += strspn(at, " \t");
	if (*at++ != '#' || !strchr(at, '='))
		return false;
	at += strspn(at, " \t");
	length = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	if (length != 6 || strncasecmp(at, "escape", 6) != 0)
		return length > 0 && at[length + strspn(at + length, " \t")] == '=';
	at = strchr(at, '=') + 1;
	at += strspn(at, " \t");
	if (*at == '`' || *at == '\\')
		file->escape = *at;
	return true;
}

static const char *read_all(struct containerfile *file, struct lines *lines)
{
	bool directives = true;
	const char *fault = NULL;
	struct line line;

	while (!fault && lines_next(lines, &line)) {
		const size_t start = lines_indent(line);

		directives = directives && read_directive(file, line);
		if (start == line.length || line.text[start] == '#')
			continue;
		file->fault_line = lines->number;
		if (file->count == LIMIT_DOCKERFILE_INSTRUCTIONS)
			return "there are too many instructions";
		fault = read_instruction(file, lines, line);
	}
	return fault;
}

void containerfile_parse(struct containerfile *file, const struct buffer *text)
{
	struct lines lines;

	lines_init(&lines, text);
	*file = (struct containerfile){ .escape = '\\', .fault_line = 1 };
	if (memchr(lines.next, '\0', (size_t)(lines.end - lines.next)))
		file->fault = "it has a NUL byte";
	else
		file->fault = read_all(file, &lines);
	if (!file->fault && file->count == 0)
		file->fault = "there is no instruction";
}

void containerfile_free(struct containerfile *file)
{
	free(file->instructions);
	pool_free(&file->pool);
	*file = (struct containerfile){ .instructions = NULL };
}

size_t containerfile_line(const struct containerfile_instruction *instruction, size_t offset)
{
	return lines_find(instruction->marks, instruction->mark_count, offset);
}

const char *containerfile_flag(const struct containerfile_instruction *instruction,
			       const char *name)
{
	for (size_t i = 0; i < instruction->flag_count; i++)
		if (strcmp(instruction->flags[i].name, name) == 0)
			return instruction->flags[i].value;
	return NULL;
}

/* ---- arguments ---- */

/* Adds a byte of a value; a literal dollar sign keeps its backslash. */
static void put(struct buffer *out, char c, bool literal)
{
	if ((literal && c == '$' && buffer_add(out, "\\", 1) < 0) || buffer_add(out, &c, 1) < 0)
		abort();
}

/* One word without its quotes, up to a blank outside of them; returns where it ends. */
static size_t read_word(const char *text, size_t at, char escape, struct buffer *out)
{
	char quote = '\0';

	for (; text[at] && (quote || !isspace((unsigned char)text[at])); at++) {
		if (text[at] == escape && text[at + 1] && quote != '\'') {
			at++;
			put(out, text[at], true);
		} else if (text[at] == quote) {
			quote = '\0';
		} else if (!quote && (text[at] == '"' || text[at] == '\'')) {
			quote = text[at];
		} else {
			put(out, text[at], quote == '\'');
		}
	}
	return at;
}

static const char *take(struct buffer *out, struct pool *pool)
{
	const char *text = out->length > 0 ? pool_copy(pool, out->bytes, out->length) : "";

	buffer_free(out);
	return text;
}

/* "NAME value": the value is the rest of the line. */
static size_t old_pair(struct containerfile *file,
		       const struct containerfile_instruction *instruction,
		       struct containerfile_pair *pair)
{
	const char *text = instruction->text;
	const size_t length = strcspn(text, " \t\n");
	size_t at = length + skip_blanks(text + length);
	struct buffer out;

	buffer_init(&out, 2 * LIMIT_DOCKERFILE_BYTES);
	pair->name = pool_copy(&file->pool, text, length);
	pair->line = containerfile_line(instruction, at);
	while (text[at]) {
		at = read_word(text, at, file->escape, &out);
		for (; isspace((unsigned char)text[at]); at++)
			put(&out, text[at], false);
	}
	while (out.length > 0 && isspace((unsigned char)out.bytes[out.length - 1]))
		out.length--;
	pair->value = take(&out, &file->pool);
	return 1;
}

size_t containerfile_pairs(struct containerfile *file,
			   const struct containerfile_instruction *instruction,
			   struct containerfile_pair **pairs)
{
	const char *text = instruction->text;
	const size_t first = strcspn(text, " \t\n=");
	size_t count = 0, at = 0;

	*pairs = pool_new(&file->pool, strlen(text) / 2 + 1, sizeof **pairs);
	if (text[first] != '=' && strcmp(instruction->name, "ARG") != 0)
		return old_pair(file, instruction, *pairs);
	while (text[at += strspn(text + at, " \t\n")]) {
		const size_t length = strcspn(text + at, " \t\n=");
		struct containerfile_pair *pair = &(*pairs)[count++];
		struct buffer out;

		*pair = (struct containerfile_pair){
			.name = pool_copy(&file->pool, text + at, length),
			.line = containerfile_line(instruction, at),
		};
		at += length;
		if (text[at] != '=')
			continue;
		buffer_init(&out, 2 * LIMIT_DOCKERFILE_BYTES);
		at = read_word(text, at + 1, file->escape, &out);
		pair->value = take(&out, &file->pool);
	}
	return count;
}

size_t containerfile_words(struct containerfile *file,
			   const struct containerfile_instruction *instruction,
			   const char ***words)
{
	const char *text = instruction->text;
	json_t *array = *text == '[' ? json_loads(text, 0, NULL) : NULL;
	size_t count = 0, at = 0;

	if (json_is_array(array)) {
		count = json_array_size(array);
		*words = pool_new(&file->pool, count, sizeof **words);
		for (size_t i = 0; i < count; i++) {
			const char *string = json_string_value(json_array_get(array, i));

			(*words)[i] = pool_string(&file->pool, string ? string : "");
		}
	} else {
		*words = pool_new(&file->pool, strlen(text) / 2 + 1, sizeof **words);
		while (text[at += strspn(text + at, " \t\n")]) {
			const size_t length = strcspn(text + at, " \t\n");

			(*words)[count++] = pool_copy(&file->pool, text + at, length);
			at += length;
		}
	}
	json_decref(array);
	return count;
}
