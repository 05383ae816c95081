/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a YAML document against tables of keys. */
#include "recipe/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/suggest.h"

/* The line of the text with a number from 0 on, without its end. Caller frees. */
static char *copy_line(const struct buffer *text, size_t number)
{
	const char *line = text->bytes ? text->bytes : "", *end = line + text->length, *newline;
	size_t length;

	while (number > 0 && (newline = memchr(line, '\n', (size_t)(end - line)))) {
		line = newline + 1;
		number--;
	}
	newline = memchr(line, '\n', (size_t)(end - line));
	length = (size_t)((newline ? newline : end) - line);
	if (length > 0 && line[length - 1] == '\r')
		length--;
	return memory_copy(line, length);
}

/* The byte of a line at which a column is: libyaml counts characters, of UTF-8. */
static size_t find_byte(const char *line, size_t column)
{
	size_t at = 0;

	while (line[at] != '\0' && (column > 0 || ((unsigned char)line[at] & 0xc0) == 0x80)) {
		at++;
		if (((unsigned char)line[at] & 0xc0) != 0x80)
			column--;
	}
	return at;
}

/* The column of that byte. */
static size_t find_column(const char *line, size_t place)
{
	size_t column = 0;

	for (size_t i = 0; i < place; i++)
		column += ((unsigned char)line[i] & 0xc0) != 0x80;
	return column;
}

/* Where the value of a line begins: behind "- " and "key: ". */
static size_t find_value(const char *line)
{
	const char *colon;
	size_t at = strspn(line, " ");

	while (line[at] == '-' && line[at + 1] == ' ')
		at += 1 + strspn(line + at + 1, " ");
	colon = strstr(line + at, ": ");
	if (colon)
		at = (size_t)(colon - line) + 1;
	return at + strspn(line + at, " ");
}

/* What people get wrong, in their words; libyaml says it in those of its grammar. */
enum slip { SLIP_NONE, SLIP_TAB, SLIP_SIGN, SLIP_COLON, SLIP_QUOTE, SLIP_BRACKET, SLIP_COLUMN };

static const struct {
	const char *reason, *hint;
} slips[] = {
	[SLIP_TAB] = { "a tab is in the indentation", "indent by blanks" },
	[SLIP_SIGN] = { "a text begins with a sign that has a meaning in YAML",
			"write the whole text in quotes" },
	[SLIP_COLON] = { "a text has a colon and a blank in it", "write the whole text in quotes" },
	[SLIP_QUOTE] = { "a text in quotes has no end", "add the quote that is missing" },
	[SLIP_BRACKET] = { "a bracket has no end", "add the bracket that is missing" },
	[SLIP_COLUMN] = { "this line begins in another column than those that it belongs to",
			  "all lines of a mapping or a list begin in the same column" },
};

static bool says(const char *text, const char *part)
{
	return text && strstr(text, part);
}

/* What began at the parser's context, in another line, and has no end. */
static enum slip find_open(const yaml_parser_t *parser)
{
	if (parser->context_mark.line == parser->problem_mark.line)
		return SLIP_NONE;
	return says(parser->context, "quoted scalar") ? SLIP_QUOTE
	       : says(parser->context, "flow ") ? SLIP_BRACKET : SLIP_NONE;
}

/* The slip in a line, and the byte at which it is; the parser gave up at *place. */
static enum slip find_slip(const yaml_parser_t *parser, const char *line, size_t *place)
{
	const size_t width = strspn(line, " "), value = find_value(line);
	const bool nested = says(parser->problem, "mapping values");
	const bool astray = *place == width && (says(parser->problem, "expected key")
						|| says(parser->problem, "expected '-'"));

	if (line[width] == '\t') {
		*place = width;
		return SLIP_TAB;
	}
	/* Within brackets they mean what they should. */
	if (line[value] != '\0' && strchr("{[@`%&*!", line[value])
	    && !says(parser->context, "flow ")) {
		*place = value;
		return SLIP_SIGN;
	}
	if (nested && *place > value)
		return SLIP_COLON;
	if (!nested && !astray)
		return SLIP_NONE;
	*place = width;
	return SLIP_COLUMN;
}

static int parser_fault(const struct yaml *yaml, const yaml_parser_t *parser, struct error *err)
{
	yaml_mark_t mark = parser->problem_mark;
	enum slip slip = find_open(parser);
	const char *reason = parser->problem ? parser->problem : "not YAML";
	size_t place;
	char *line;

	/* A fault in the encoding has an offset only. */
	if (parser->error == YAML_READER_ERROR)
		for (size_t i = 0; i < parser->problem_offset && i < yaml->text->length; i++) {
			mark.column++;
			if (yaml->text->bytes[i] == '\n') {
				mark.line++;
				mark.column = 0;
			}
		}
	if (slip != SLIP_NONE)
		mark = parser->context_mark;
	line = copy_line(yaml->text, mark.line);
	place = find_byte(line, mark.column);
	if (slip == SLIP_NONE)
		slip = find_slip(parser, line, &place);
	if (slip != SLIP_NONE)
		reason = slips[slip].reason;
	error_set(err, STATUS_CONFIG, "cannot read '%s': line %zu, column %zu: %s", yaml->name,
		  mark.line + 1, find_column(line, place) + 1, reason);
	if (*line != '\0')
		error_excerpt(err, line, strlen(line), place);
	free(line);
	return slip == SLIP_NONE ? -1 : error_hint(err, "%s", slips[slip].hint);
}

/* How deep the brackets of text are nested, whether in strings, comments or elsewhere. */
static size_t bracket_depth(const struct buffer *text)
{
	size_t depth = 0, deepest = 0;

	for (size_t i = 0; i < text->length; i++) {
		if (text->bytes[i] == '[' || text->bytes[i] == '{')
			depth++;
		else if ((text->bytes[i] == ']' || text->bytes[i] == '}') && depth > 0)
			depth--;
		if (depth > deepest)
			deepest = depth;
	}
	return deepest;
}

int yaml_load(struct yaml *yaml, const char *name, struct pool *pool, const struct buffer *text,
	      struct error *err)
{
	yaml_parser_t parser;
	yaml_document_t next;
	int result = -1;

	if (bracket_depth(text) > LIMIT_RECIPE_DEPTH)
		return error_set(err, STATUS_LIMIT,
				 "cannot read '%s': brackets are nested more than %d deep",
				 name, LIMIT_RECIPE_DEPTH);
	/* Twice, because an escape may expand to more bytes than it has. Only aliases need more. */
	*yaml = (struct yaml){
		.name = name, .pool = pool, .text = text, .budget = 2 * text->length,
	};
	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_input_string(&parser,
				     (const unsigned char *)(text->length > 0 ? text->bytes : ""),
				     text->length);
	if (!yaml_parser_load(&parser, &yaml->document)) {
		parser_fault(yaml, &parser, err);
		goto out;
	}
	if (!yaml_root(yaml)) {
		error_set(err, STATUS_CONFIG, "cannot read '%s': it is empty", name);
	} else if (!yaml_parser_load(&parser, &next)) {
		parser_fault(yaml, &parser, err);
	} else {
		if (!yaml_document_get_root_node(&next))
			result = 0;
		else
			error_set(err, STATUS_CONFIG, "cannot read '%s': more than one document",
				  name);
		yaml_document_delete(&next);
	}
	if (result < 0)
		yaml_unload(yaml);
out:
	yaml_parser_delete(&parser);
	return result;
}

void yaml_unload(struct yaml *yaml)
{
	yaml_document_delete(&yaml->document);
}

yaml_node_t *yaml_root(struct yaml *yaml)
{
	return yaml_document_get_root_node(&yaml->document);
}

int yaml_fault(const struct yaml *yaml, const yaml_node_t *node, struct error *err,
	       const char *format, ...)
{
	char reason[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason, sizeof reason, format, ap);
	va_end(ap);
	return error_set(err, STATUS_CONFIG, "cannot read '%s': line %zu, column %zu: %s",
			 yaml->name,
			 node->start_mark.line + 1, node->start_mark.column + 1, reason);
}

const char *yaml_text(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

size_t yaml_count(const yaml_node_t *node)
{
	if (node->type == YAML_SEQUENCE_NODE)
		return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	if (node->type == YAML_MAPPING_NODE)
		return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
	return 0;
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

/* Whether text is not empty and has only these characters. */
static bool is_all(const char *text, const char *characters)
{
	return *text != '\0' && text[strspn(text, characters)] == '\0';
}

static bool is_number(const char *text)
{
	static const char digits[] = "0123456789";
	static const char *const words[] = { ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN", NULL };
	size_t whole, fraction = 0;

	if (strncmp(text, "0x", 2) == 0)
		return is_all(text + 2, "0123456789abcdefABCDEF");
	if (strncmp(text, "0o", 2) == 0)
		return is_all(text + 2, "01234567");
	if (*text == '+' || *text == '-')
		text++;
	if (is_one_of(text, words))
		return true;
	whole = strspn(text, digits);
	text += whole;
	if (*text == '.') {
		fraction = strspn(text + 1, digits);
		text += 1 + fraction;
	}
	if (whole + fraction == 0)
		return false;
	if (*text != 'e' && *text != 'E')
		return *text == '\0';
	text++;
	return is_all(*text == '+' || *text == '-' ? text + 1 : text, digits);
}

static const char *const null_words[] = { "", "~", "null", "Null", "NULL", NULL };
static const char *const true_words[] = { "true", "True", "TRUE", NULL };
static const char *const false_words[] = { "false", "False", "FALSE", NULL };

/* The type of an unquoted scalar that is not text (YAML 1.2.2 section 10.3.2), or NULL. */
static const char *other_type(const char *text)
{
	if (is_one_of(text, null_words))
		return "nothing";
	if (is_one_of(text, true_words) || is_one_of(text, false_words))
		return "a boolean";
	return is_number(text) ? "a number" : NULL;
}

bool yaml_needs_quotes(const char *text)
{
	return other_type(text) != NULL;
}

bool yaml_is_plain(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* Bytes before a character. libyaml counts characters, without a byte order mark. */
static size_t offset_of(const struct buffer *text, size_t characters)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t offset = 0;

	if (text->length >= strlen(mark) && memcmp(text->bytes, mark, strlen(mark)) == 0)
		offset = strlen(mark);
	for (; offset < text->length; offset++) {
		bool begins = ((unsigned char)text->bytes[offset] & 0xc0) != 0x80;

		if (begins && characters-- == 0)
			break;
	}
	return offset;
}

/* Searched from the end, because an anchor and a tag may precede the scalar. */
ptrdiff_t yaml_offset(const struct yaml *yaml, const yaml_node_t *node)
{
	const struct buffer *text = yaml->text;
	const size_t length = node->data.scalar.length, quote = yaml_is_plain(node) ? 0 : 1;
	const size_t end = offset_of(text, node->end_mark.index);
	const char *start;

	if (end < length + 2 * quote)
		return -1;
	start = text->bytes + end - quote - length;
	if (memcmp(start, node->data.scalar.value, length) != 0
	    || (quote && (start[-1] != start[length] || !strchr("'\"", start[-1]))))
		return -1;
	return start - text->bytes;
}

/* Only the tags that a node has by default are supported. */
static int check_tag(const struct yaml *yaml, const yaml_node_t *node, struct error *err)
{
	static const char *const tags[] = {
		[YAML_SCALAR_NODE] = YAML_STR_TAG, [YAML_SEQUENCE_NODE] = YAML_SEQ_TAG,
		[YAML_MAPPING_NODE] = YAML_MAP_TAG,
	};

	if (strcmp((const char *)node->tag, tags[node->type]) != 0)
		return yaml_fault(yaml, node, err, "tag '%s' is not supported",
				  (const char *)node->tag);
	return 0;
}

/* Refuses a key or value that is not text. */
static int check_text(const struct yaml *yaml, const yaml_node_t *node, struct error *err)
{
	const char *type;

	if (node->type != YAML_SCALAR_NODE)
		return yaml_fault(yaml, node, err, "text is expected here");
	if (check_tag(yaml, node, err) < 0)
		return -1;
	if (strlen(yaml_text(node)) != node->data.scalar.length)
		return yaml_fault(yaml, node, err, "text must not contain NUL");
	type = yaml_is_plain(node) ? other_type(yaml_text(node)) : NULL;
	if (type)
		return yaml_fault(yaml, node, err, "text is expected here, but '%s' is %s: quote "
				  "it", yaml_text(node), type);
	return 0;
}


int yaml_pairs(struct yaml *yaml, yaml_node_t *node,
	       int (*take)(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
			   struct error *err),
	       void *into, struct error *err)
{
	if (node->type != YAML_MAPPING_NODE)
		return yaml_fault(yaml, node, err, "a mapping is expected here");
	if (check_tag(yaml, node, err) < 0)
		return -1;
	if (yaml_count(node) > LIMIT_RECIPE_ENTRIES)
		return yaml_fault(yaml, node, err, "more than %d keys", LIMIT_RECIPE_ENTRIES);
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = yaml_document_get_node(&yaml->document, pair->key);
		yaml_node_t *value = yaml_document_get_node(&yaml->document, pair->value);

		if (check_text(yaml, key, err) < 0)
			return -1;
		for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < pair; p++)
			if (strcmp(yaml_text(yaml_document_get_node(&yaml->document, p->key)),
				   yaml_text(key)) == 0)
				return yaml_fault(yaml, key, err, "key '%s' is given twice",
						  yaml_text(key));
		if (take(yaml, key, value, into, err) < 0)
			return -1;
	}
	return 0;
}

yaml_node_t *yaml_find(struct yaml *yaml, const yaml_node_t *node, const char *key)
{
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++)
		if (strcmp(yaml_text(yaml_document_get_node(&yaml->document, pair->key)), key) == 0)
			return yaml_document_get_node(&yaml->document, pair->value);
	return NULL;
}

static int refuse_key(struct yaml *yaml, yaml_node_t *key, const struct yaml_key *keys,
		      struct error *err)
{
	struct suggest meant = suggest_begin(yaml_text(key), strlen(yaml_text(key)));

	for (; keys->name; keys++)
		suggest_offer(&meant, keys->name);
	yaml_fault(yaml, key, err, "unknown key '%s'", yaml_text(key));
	return suggest_hint(&meant, err);
}

/* A yaml_pairs callback whose into is a pointer to a table of keys. */
static int check_known(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
		       struct error *err)
{
	const struct yaml_key *const *keys = into;

	(void)value;
	for (const struct yaml_key *row = *keys; row->name; row++)
		if (strcmp(row->name, yaml_text(key)) == 0)
			return 0;
	return refuse_key(yaml, key, *keys, err);
}

static int take_value(struct yaml *yaml, yaml_node_t *node, yaml_take *take, yaml_rule *rule,
		      void *into, struct error *err)
{
	return take ? take(yaml, node, into, err) : yaml_ruled(yaml, node, rule, into, err);
}

int yaml_mapping(struct yaml *yaml, yaml_node_t *node, const struct yaml_key *keys, void *into,
		 struct error *err)
{
	if (yaml_pairs(yaml, node, check_known, &keys, err) < 0)
		return -1;
	for (const struct yaml_key *row = keys; row->name; row++) {
		yaml_node_t *value = yaml_find(yaml, node, row->name);
		void *place = (char *)into + row->offset;

		if (value && take_value(yaml, value, row->take, row->rule, place, err) < 0)
			return -1;
		if (!value && row->required)
			return yaml_fault(yaml, node, err, "key '%s' is missing", row->name);
	}
	return 0;
}

static int check_sequence(const struct yaml *yaml, const yaml_node_t *node, struct error *err)
{
	if (node->type != YAML_SEQUENCE_NODE)
		return yaml_fault(yaml, node, err, "a list is expected here");
	if (check_tag(yaml, node, err) < 0)
		return -1;
	if (yaml_count(node) > LIMIT_RECIPE_ENTRIES)
		return yaml_fault(yaml, node, err, "more than %d items", LIMIT_RECIPE_ENTRIES);
	return 0;
}

int yaml_sequence(struct yaml *yaml, yaml_node_t *node, yaml_take *take, void *into,
		  struct error *err)
{
	if (check_sequence(yaml, node, err) < 0)
		return -1;
	for (size_t i = 0; i < yaml_count(node); i++)
		if (take(yaml, yaml_item(yaml, node, i), into, err) < 0)
			return -1;
	return 0;
}

int yaml_list(struct yaml *yaml, yaml_node_t *node, yaml_take *take, yaml_rule *rule,
	      char ***items, size_t *count, struct error *err)
{
	if (check_sequence(yaml, node, err) < 0)
		return -1;
	*items = pool_new(yaml->pool, yaml_count(node) + 1, sizeof **items);
	for (*count = 0; *count < yaml_count(node); ++*count)
		if (take_value(yaml, yaml_item(yaml, node, *count), take, rule, &(*items)[*count],
			       err) < 0)
			return -1;
	return 0;
}

yaml_node_t *yaml_item(struct yaml *yaml, const yaml_node_t *node, size_t i)
{
	return yaml_document_get_node(&yaml->document, node->data.sequence.items.start[i]);
}

char *yaml_string(struct yaml *yaml, const yaml_node_t *node, struct error *err)
{
	if (check_text(yaml, node, err) < 0)
		return NULL;
	if (node->data.scalar.length > yaml->budget) {
		yaml_fault(yaml, node, err, "aliases repeat more text than the file has");
		return NULL;
	}
	yaml->budget -= node->data.scalar.length;
	return pool_string(yaml->pool, yaml_text(node));
}

int yaml_ruled(struct yaml *yaml, yaml_node_t *node, yaml_rule *rule, char **into,
	       struct error *err)
{
	char *text = yaml_string(yaml, node, err);
	const char *fault = text && rule ? rule(text) : NULL;

	if (fault)
		return yaml_fault(yaml, node, err, "'%s' is refused: %s", text, fault);
	*into = text;
	return text ? 0 : -1;
}

int yaml_take_boolean(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	const char *text = yaml_is_plain(node) ? yaml_text(node) : "";
	bool *value = into;

	if (check_tag(yaml, node, err) < 0)
		return -1;
	*value = is_one_of(text, true_words);
	if (!*value && !is_one_of(text, false_words))
		return yaml_fault(yaml, node, err, "'true' or 'false' is expected here");
	return 0;
}
