/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of a shell script, and a parser that knows case commands and assignments. */
#include "lint/shell.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"

enum token_type { TOKEN_END, TOKEN_OPERATOR, TOKEN_WORD };

struct token {
	enum token_type type;
	const char *text;
	size_t offset;
	bool quoted;		/* so it is no reserved word */
};

/* A case command that has not ended yet. */
struct level {
	struct shell_case *command;
	struct shell_arm *arm;			/* the one that is being read, or NULL */
	const struct shell_word **patterns;	/* where to put the next one */
	const struct shell_assignment **assignments;
	struct shell_arm **arms;
	bool in_patterns;
};

struct parser {
	struct pool *pool;
	const char *text;
	size_t at;
	struct level levels[LIMIT_SHELL_DEPTH];
	size_t depth;
	const struct shell_assignment **assignments;
	struct shell_case **cases;
	bool command;		/* the next word is a command's first */
	struct buffer word;	/* that is being read */
};

static void put(struct buffer *word, char c)
{
	if (buffer_add(word, &c, 1) < 0)
		abort();
}

static void put_literal(struct buffer *word, char c)
{
	if (c == '$')
		put(word, '\\');
	put(word, c);
}

/*
 * The length of what a dollar sign or a backquote begins, with all quotes and brackets in it, or 1
 * when it begins nothing or does not end.
 */
static size_t substitution_length(const char *text)
{
	const char open = text[1];
	size_t depth = 0;
	char quote = '\0';

	if (text[0] == '`') {
		const size_t room = strnlen(text + 1, LIMIT_SUBSTITUTION_BYTES);
		const char *end = memchr(text + 1, '`', room);

		return end ? (size_t)(end + 1 - text) : 1;
	}
	if (open != '(' && open != '{')
		return 1;
	for (size_t i = 1; text[i] && i < LIMIT_SUBSTITUTION_BYTES; i++) {
		if (text[i] == '\\' && text[i + 1])
			i++;
		else if (quote == text[i])
			quote = '\0';
		else if (quote)
			continue;
		else if (text[i] == '\'' || text[i] == '"')
			quote = text[i];
		else if (text[i] == open)
			depth++;
		else if (text[i] == (open == '(' ? ')' : '}') && --depth == 0)
			return i + 1;
	}
	return 1;
}

static size_t put_quoted(struct buffer *word, const char *text, size_t at)
{
	for (at++; text[at] && text[at] != '"'; at++) {
		if (text[at] == '\\' && strchr("$`\"\\\n", text[at + 1]) && text[at + 1]) {
			put_literal(word, text[++at]);
		} else if (text[at] == '$' || text[at] == '`') {
			const size_t length = substitution_length(text + at);

			for (size_t i = 0; i < length; i++)
				put(word, text[at + i]);
			at += length - 1;
		} else {
			put(word, text[at]);
		}
	}
	return text[at] ? at + 1 : at;
}

static void read_word(struct parser *parser, struct token *token)
{
	const char *text = parser->text;
	struct buffer *word = &parser->word;
	size_t at = parser->at;

	word->length = 0;
	while (text[at] && !strchr(" \t\r\n;&|()<>", text[at])) {
		token->quoted |= strchr("\"'\\", text[at]) != NULL;
		if (text[at] == '"') {
			at = put_quoted(word, text, at);
		} else if (text[at] == '\'') {
			for (at++; text[at] && text[at] != '\''; at++)
				put_literal(word, text[at]);
			at += text[at] != '\0';
		} else if (text[at] == '\\' && text[at + 1]) {
			put_literal(word, text[at + 1]);
			at += 2;
		} else {
			size_t length = strchr("$`", text[at]) ? substitution_length(text + at) : 1;

			while (length-- > 0)
				put(word, text[at++]);
		}
	}
	token->text = word->length > 0 ? pool_copy(parser->pool, word->bytes, word->length) : "";
	parser->at = at;
}

static void read_operator(struct parser *parser, struct token *token)
{
	static const char *const operators[] = { ";;&", ";;", ";&", "&&", "||", NULL };
	const char *text = parser->text + parser->at;
	size_t length = 1;

	for (size_t i = 0; operators[i] && length == 1; i++)
		if (strncmp(text, operators[i], strlen(operators[i])) == 0)
			length = strlen(operators[i]);
	token->text = pool_copy(parser->pool, text, length);
	parser->at += length;
}

static struct token next_token(struct parser *parser)
{
	const char *text = parser->text;
	struct token token = { .type = TOKEN_END };

	while (strchr(" \t\r", text[parser->at]) && text[parser->at])
		parser->at++;
	if (text[parser->at] == '#')
		parser->at += strcspn(text + parser->at, "\n");
	token.offset = parser->at;
	if (!text[parser->at])
		return token;
	token.type = strchr("\n;&|()<>", text[parser->at]) ? TOKEN_OPERATOR : TOKEN_WORD;
	(token.type == TOKEN_WORD ? read_word : read_operator)(parser, &token);
	return token;
}

static bool is(const struct token *token, const char *text)
{
	return token->type != TOKEN_END && !token->quoted && strcmp(token->text, text) == 0;
}

/* Words after which a command or an assignment may begin. */
static bool goes_on(const struct token *token)
{
	static const char *const words[] = {
		"!", "{", "}", "do", "done", "elif", "else", "export", "fi", "if", "local",
		"readonly", "then", "until", "while", NULL,
	};

	for (size_t i = 0; words[i]; i++)
		if (is(token, words[i]))
			return true;
	return false;
}

/* Adds NAME=value; false for another word. */
static bool take_assignment(struct parser *parser, const struct token *token)
{
	struct level *level = parser->depth > 0 ? &parser->levels[parser->depth - 1] : NULL;
	const struct shell_assignment ***tail = level ? &level->assignments : &parser->assignments;
	struct shell_assignment *assignment;
	size_t length = 0;

	while (isalnum((unsigned char)token->text[length]) || token->text[length] == '_')
		length++;
	if (length == 0 || isdigit((unsigned char)*token->text) || token->text[length] != '=')
		return false;
	assignment = pool_new(parser->pool, 1, sizeof *assignment);
	*assignment = (struct shell_assignment){
		.name = pool_copy(parser->pool, token->text, length),
		.value = token->text + length + 1, .offset = token->offset,
	};
	**tail = assignment;
	*tail = &assignment->next;
	return true;
}

/* "case WORD in", of which the first word has been read. */
static void begin_case(struct parser *parser, size_t offset)
{
	struct token subject = next_token(parser), in = next_token(parser);
	struct shell_case *command;

	while (is(&in, "\n"))
		in = next_token(parser);
	if (subject.type != TOKEN_WORD || !is(&in, "in") || parser->depth == LIMIT_SHELL_DEPTH)
		return;
	command = pool_new(parser->pool, 1, sizeof *command);
	command->subject = subject.text;
	command->offset = offset;
	*parser->cases = command;
	parser->cases = &command->next;
	parser->levels[parser->depth++] = (struct level){
		.command = command, .arms = &command->arms, .in_patterns = true,
	};
}

static void end_arm(struct level *level, size_t offset)
{
	if (level->arm)
		level->arm->end = offset;
	level->arm = NULL;
	level->in_patterns = true;
}

static void end_case(struct parser *parser, size_t offset)
{
	end_arm(&parser->levels[--parser->depth], offset);
	parser->command = false;
}

static void take_pattern(struct parser *parser, struct level *level, const struct token *token)
{
	if (!level->arm && is(token, "esac")) {
		end_case(parser, token->offset);
	} else if (token->type == TOKEN_WORD) {
		struct shell_word *word = pool_new(parser->pool, 1, sizeof *word);

		if (!level->arm) {
			level->arm = pool_new(parser->pool, 1, sizeof *level->arm);
			*level->arms = level->arm;
			level->arms = &level->arm->next;
			level->patterns = &level->arm->patterns;
			level->assignments = &level->arm->assignments;
		}
		*word = (struct shell_word){ .text = token->text, .offset = token->offset };
		*level->patterns = word;
		level->patterns = &word->next;
	} else if (is(token, ")") && level->arm) {
		level->arm->begin = parser->at;
		level->in_patterns = false;
		parser->command = true;
	}
}

static void take_operator(struct parser *parser, struct level *level, const struct token *token)
{
	if (level && (is(token, ";;") || is(token, ";&") || is(token, ";;&")))
		end_arm(level, token->offset);
	else if (!is(token, "<") && !is(token, ">"))
		parser->command = true;
}

/* A word counts only where a command may begin. */
static void take_word(struct parser *parser, struct level *level, const struct token *token)
{
	if (!parser->command)
		return;
	if (is(token, "case"))
		begin_case(parser, token->offset);
	else if (level && is(token, "esac"))
		end_case(parser, token->offset);
	else if (!goes_on(token) && !take_assignment(parser, token))
		parser->command = false;
}

void shell_parse(struct shell_script *script, struct pool *pool, const char *text)
{
	struct parser parser = {
		.pool = pool, .text = text, .assignments = &script->assignments, .command = true,
	};
	struct shell_case *cases = NULL;
	struct token token;

	*script = (struct shell_script){ .cases = NULL };
	parser.cases = &cases;
	buffer_init(&parser.word, 2 * LIMIT_DOCKERFILE_BYTES);
	while ((token = next_token(&parser)).type != TOKEN_END) {
		struct level *level = parser.depth > 0 ? &parser.levels[parser.depth - 1] : NULL;

		if (level && level->in_patterns)
			take_pattern(&parser, level, &token);
		else if (token.type == TOKEN_OPERATOR)
			take_operator(&parser, level, &token);
		else
			take_word(&parser, level, &token);
	}
	while (parser.depth > 0)
		end_case(&parser, parser.at);
	buffer_free(&parser.word);
	script->cases = cases;
}

const char *shell_command(struct pool *pool, const char *word)
{
	const char *at = word;
	size_t length = 0, kept = 0;
	char *command;

	while (*at && *at != '`' && strncmp(at, "$(", 2) != 0)
		at += *at == '\\' && at[1] ? 2 : 1;
	if (*at)
		length = substitution_length(at);
	if (length < 4)
		return NULL;
	command = pool_new(pool, length, 1);
	for (size_t i = *at == '`' ? 1 : 2; i + 1 < length; i++) {
		const bool space = isspace((unsigned char)at[i]) != 0;

		if (!space)
			command[kept++] = at[i];
		else if (kept > 0 && command[kept - 1] != ' ')
			command[kept++] = ' ';
	}
	if (kept > 0 && command[kept - 1] == ' ')
		command[--kept] = '\0';
	return kept > 0 ? command : NULL;
}
