/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the instructions of a Dockerfile, and notes what rules ask for. */
#include "lint/dockerfile.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/memory.h"
#include "lint/digests.h"
#include "lint/powershell.h"
#include "lint/variables.h"
#include "recipe/version.h"

/* A stage that has been begun. */
struct stage {
	const struct stage *before;
	const char *name;		/* or NULL */
	struct lint_text base;		/* that of the stage it builds on */
	struct variables variables;
};

struct reading {
	struct lint_dockerfile *file;
	const struct containerfile_instruction *instruction;
	size_t expanded;		/* bytes of all texts after expansion */
	struct variables global;	/* ARG before the first FROM */
	struct stage *stage;		/* the last one, or NULL */
	bool powershell;
	struct lint_text entrypoint, command;	/* only their lines are used */
	const char **entry_words, **command_words;
	size_t entry_count, command_count;
	struct lint_list **images, **copied, **versions, **hashes;
	struct lint_arm **arms;
	struct lint_asset **assets;
};

static struct lint_list *append(struct reading *reading, struct lint_list ***tail,
				const char *text, size_t line)
{
	struct lint_list *entry = pool_new(&reading->file->pool, 1, sizeof *entry);

	entry->item = (struct lint_text){ .text = text, .line = line };
	**tail = entry;
	*tail = &entry->next;
	return entry;
}

/* Expands a text, unless the texts so far have become too long: variables can multiply them. */
static const char *expand(struct reading *reading, const struct variables *variables,
			  const char *text)
{
	const char *expanded;

	if (reading->expanded > LIMIT_LINT_EXPANDED_BYTES) {
		reading->file->excess = true;
		return text;
	}
	expanded = variables_expand(variables, &reading->file->pool, text);
	reading->expanded += strlen(expanded);
	return expanded;
}

static const struct variables *scope(const struct reading *reading)
{
	return reading->stage ? &reading->stage->variables : &reading->global;
}

/* ---- stages and images ---- */

static const struct stage *find_stage(const struct reading *reading, const char *name)
{
	const struct stage *stage = reading->stage;

	while (stage && (!stage->name || strcasecmp(stage->name, name) != 0))
		stage = stage->before;
	return stage;
}

/* FROM image [AS name] */
static void take_from(struct reading *reading)
{
	struct pool *pool = &reading->file->pool;
	struct stage *stage = pool_new(pool, 1, sizeof *stage);
	const char **words, *base;
	const size_t count = containerfile_words(&reading->file->source, reading->instruction,
						 &words);
	const struct stage *other;

	if (count == 0)
		return;
	base = expand(reading, &reading->global, words[0]);
	other = find_stage(reading, base);
	*stage = (struct stage){
		.before = reading->stage,
		.base = { .text = base, .line = reading->instruction->line },
		.name = count == 3 && strcasecmp(words[1], "as") == 0 ? words[2] : NULL,
	};
	if (other) {
		stage->base = other->base;
		stage->variables = other->variables;
	} else {
		append(reading, &reading->images, base, reading->instruction->line);
	}
	reading->stage = stage;
	reading->powershell = false;
	reading->entry_count = reading->command_count = 0;
	reading->file->base = stage->base;
	reading->file->ports = (struct lint_text){ .text = NULL };
}

/* An image that is copied from, unless text is the name or number of a stage. */
static void take_image(struct reading *reading, const char *text)
{
	const char *name = expand(reading, scope(reading), text);

	if (*name == '\0' || find_stage(reading, name)
	    || name[strspn(name, "0123456789")] == '\0')
		return;
	append(reading, &reading->images, name, reading->instruction->line);
	append(reading, &reading->copied, name, reading->instruction->line);
}

/* ---- downloads ---- */

static bool is_archive(const char *name)
{
	static const char *const ends[] = { ".tar.gz", ".tgz", ".zip", ".tar.xz", ".tar.bz2" };

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (strlen(name) > strlen(ends[i])
		    && strcasecmp(name + strlen(name) - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

/* The next URL of a text from *offset on, unexpanded, or NULL. */
static const char *next_url(struct pool *pool, const char *text, size_t *offset)
{
	const char *at = text + *offset;
	size_t length;

	while ((at = strstr(at, "://")) && !(at - text >= 4 && strncmp(at - 4, "http", 4) == 0)
	       && !(at - text >= 5 && strncmp(at - 5, "https", 5) == 0))
		at++;
	if (!at)
		return NULL;
	at -= at[-1] == 's' ? 5 : 4;
	length = strcspn(at, " \t\n\"'`;,<>|()");
	*offset = (size_t)(at - text) + length;
	return pool_copy(pool, at, length);
}

static void add_asset(struct reading *reading, const struct variables *variables, const char *url,
		      size_t line, const struct lint_arm *arm)
{
	struct lint_dockerfile *file = reading->file;
	const char *whole = expand(reading, variables, url), *slash = strrchr(whole, '/');
	struct lint_asset *asset;

	if (strchr(whole, '$') || !is_archive(slash + 1))
		return;
	for (asset = file->assets; asset; asset = asset->next)
		if (asset->arm == arm && strcmp(asset->url, whole) == 0)
			return;
	if (file->asset_count == LIMIT_LINT_ASSETS) {
		file->excess = true;
		return;
	}
	file->asset_count++;
	asset = pool_new(&file->pool, 1, sizeof *asset);
	*asset = (struct lint_asset){
		.name = slash + 1, .url = whole, .line = line, .arm = arm,
		.hash = arm ? arm->hash : (struct lint_text){ .text = NULL },
	};
	if (!asset->hash.text)
		asset->hash = (struct lint_text){
			.text = digests_before(&file->pool, reading->instruction->text,
					       asset->name), .line = line,
		};
	*reading->assets = asset;
	reading->assets = &asset->next;
}

static void add_hash(struct reading *reading, const char *text, size_t line, unsigned digests)
{
	struct lint_list *entry = append(reading, &reading->hashes, text, line);

	entry->item.digests = digests;
}

/* ---- variables ---- */

static void take_variables(struct reading *reading)
{
	struct lint_dockerfile *file = reading->file;
	struct variables *variables = reading->stage ? &reading->stage->variables
						     : &reading->global;
	struct containerfile_pair *pairs;
	const size_t count = containerfile_pairs(&file->source, reading->instruction, &pairs);
	const bool arg = strcmp(reading->instruction->name, "ARG") == 0;

	for (size_t i = 0; i < count; i++) {
		const struct containerfile_pair *pair = &pairs[i];
		const char *value = pair->value, *number, *url;
		size_t offset = 0;

		if (!value) {
			/* ARG without a value makes a global one known to the stage. */
			value = variables_find(&reading->global, pair->name);
			if (arg && reading->stage && value)
				variables_set(variables, &file->pool, pair->name, value);
			continue;
		}
		value = expand(reading, variables, value);
		variables_set(variables, &file->pool, pair->name, value);
		number = value + (*value == 'v');
		if (strchr(number, '.') && !version_fault(number))
			append(reading, &reading->versions, number, pair->line);
		if (digests_named(pair->name))
			add_hash(reading, value, pair->line, digests_named(pair->name));
		else if (digests_next(&file->pool, value, &offset, strlen(value))
			 && offset == strlen(value))
			add_hash(reading, value, pair->line, LINT_SHA256 | LINT_SHA512);
		offset = 0;
		while ((url = next_url(&file->pool, value, &offset)))
			add_asset(reading, variables, url, pair->line, NULL);
	}
}

/* ---- commands ---- */

/* The last value of a variable that is not made of its own, as arch="${arch##*-}" is. */
static const char *find_source(struct pool *pool, const struct shell_script *script,
			       const char *name)
{
	const char *value = NULL;

	for (const struct shell_assignment *a = script->assignments; a; a = a->next) {
		const char *dollar = strchr(a->value, '$');
		const char *other = dollar ? variables_name(pool, dollar + 1) : NULL;

		if (strcmp(a->name, name) == 0 && !(other && strcmp(other, name) == 0))
			value = a->value;
	}
	return value;
}

/*
 * What a word takes the architecture from: a command in it, or a variable that was set to the
 * output of one.
 */
static const struct architecture_tool *find_tool(struct reading *reading,
						 const struct shell_script *script,
						 const char *word)
{
	for (int step = 0; step < 4; step++) {
		struct pool *pool = &reading->file->pool;
		const char *command = shell_command(pool, word), *dollar = strchr(word, '$');
		const char *name = dollar ? variables_name(pool, dollar + 1) : NULL;

		if (command)
			return architecture_command(command);
		if (!name || architecture_variable(name))
			return name ? architecture_variable(name) : NULL;
		word = find_source(pool, script, name);
		if (!word)
			return NULL;
	}
	return NULL;
}

static size_t line_of(const struct reading *reading, size_t offset)
{
	return containerfile_line(reading->instruction, offset);
}

/* Whether an arm only ends the build, so that its platforms are not supported. */
static bool ends_build(struct pool *pool, const char *text, const struct shell_arm *arm)
{
	const char *commands = pool_copy(pool, text + arm->begin, arm->end - arm->begin);

	return !arm->assignments && !strstr(commands, "exit 0")
	       && (strstr(commands, "exit") || strstr(commands, "return")
		   || strstr(commands, "false"));
}

static struct lint_arm *add_arm(struct reading *reading, const struct architecture_tool *tool,
				const struct shell_arm *from)
{
	struct lint_dockerfile *file = reading->file;
	struct lint_arm *arm = pool_new(&file->pool, 1, sizeof *arm);
	const char *text = reading->instruction->text, *digest;
	size_t count = 0, at = from->begin;

	*arm = (struct lint_arm){
		.tool = tool, .patterns = from->patterns,
		.line = line_of(reading, from->patterns->offset),
		.refuses = ends_build(&file->pool, text, from),
	};
	for (const struct shell_word *word = from->patterns; word; word = word->next) {
		arm->others |= strcmp(word->text, "*") == 0;
		count++;
	}
	arm->pattern_lines = pool_new(&file->pool, count, sizeof *arm->pattern_lines);
	count = 0;
	for (const struct shell_word *word = from->patterns; word; word = word->next)
		arm->pattern_lines[count++] = line_of(reading, word->offset);
	for (const struct shell_assignment *a = from->assignments; a; a = a->next)
		if (digests_named(a->name))
			arm->hash = (struct lint_text){
				a->value, line_of(reading, a->offset), digests_named(a->name),
			};
	digest = arm->hash.text ? NULL : digests_next(&file->pool, text, &at, from->end);
	if (digest)
		arm->hash = (struct lint_text){
			digest, line_of(reading, at - 1), LINT_SHA256 | LINT_SHA512,
		};
	file->arm_count++;
	*reading->arms = arm;
	reading->arms = &arm->next;
	return arm;
}

static void set_all(struct reading *reading, struct variables *variables,
		    const struct shell_assignment *assignments)
{
	struct pool *pool = &reading->file->pool;

	for (const struct shell_assignment *a = assignments; a; a = a->next)
		if (!shell_command(pool, a->value))
			variables_set(variables, pool, a->name,
				      expand(reading, variables, a->value));
}

/* Sets again what others do not: they may have changed what it is made of. */
static void set_others(struct reading *reading, struct variables *variables,
		       const struct shell_assignment *assignments,
		       const struct shell_assignment *others)
{
	for (const struct shell_assignment *a = assignments; a; a = a->next) {
		struct shell_assignment one = { .name = a->name, .value = a->value };
		const struct shell_assignment *other = others;

		while (other && strcmp(other->name, a->name) != 0)
			other = other->next;
		if (!other)
			set_all(reading, variables, &one);
	}
}

/*
 * Adds the URLs of the instruction that an arm chooses: those in it, and those in no arm that its
 * variables change; others are the same for all arms.
 */
static void add_assets_of(struct reading *reading, const struct shell_case *command,
			  const struct shell_arm *from, const struct lint_arm *arm,
			  const struct variables *common, const struct variables *variables)
{
	const char *url, *text = reading->instruction->text;
	size_t offset = 0;

	while ((url = next_url(&reading->file->pool, text, &offset))) {
		const size_t at = offset - strlen(url);
		const struct shell_arm *in = command->arms;

		while (in && (at < in->begin || at >= in->end))
			in = in->next;
		if (!in || in == from)
			add_asset(reading, variables, url, line_of(reading, at),
				  in || strcmp(expand(reading, common, url),
					       expand(reading, variables, url)) != 0
				  ? arm : NULL);
	}
}

static void take_arms(struct reading *reading, const struct shell_script *script,
		      const struct shell_case *command, const struct architecture_tool *tool)
{
	for (const struct shell_arm *from = command->arms; from; from = from->next) {
		struct variables variables = *scope(reading), common;
		const struct lint_arm *arm;

		if (reading->file->arm_count == LIMIT_LINT_ARMS) {
			reading->file->excess = true;
			return;
		}
		arm = add_arm(reading, tool, from);
		if (arm->others)
			continue;
		set_all(reading, &variables, script->assignments);
		common = variables;
		set_all(reading, &variables, from->assignments);
		/* URL="...${arch}..." may be before or after the case command. */
		set_others(reading, &variables, script->assignments, from->assignments);
		add_assets_of(reading, command, from, arm, &common, &variables);
	}
}

static void take_urls(struct reading *reading, const struct variables *variables)
{
	const char *url, *text = reading->instruction->text;
	size_t offset = 0;

	while ((url = next_url(&reading->file->pool, text, &offset)))
		add_asset(reading, variables, url, line_of(reading, offset - strlen(url)), NULL);
}

static bool is_hash_of_file(const struct lint_dockerfile *file, const char *digest)
{
	for (const struct lint_list *l = file->hashes; l; l = l->next)
		if (strcmp(l->item.text, digest) == 0)
			return true;
	for (const struct lint_arm *arm = file->arms; arm; arm = arm->next)
		if (arm->hash.text && strcmp(arm->hash.text, digest) == 0)
			return true;
	return false;
}

/* Digests in the text that no variable has. */
static void take_digests(struct reading *reading)
{
	const char *text = reading->instruction->text, *digest;
	const size_t end = strlen(text);
	size_t offset = 0;

	while ((digest = digests_next(&reading->file->pool, text, &offset, end)))
		if (!is_hash_of_file(reading->file, digest))
			add_hash(reading, digest, line_of(reading, offset - 1),
				 LINT_SHA256 | LINT_SHA512);
}

static void take_powershell(struct reading *reading)
{
	struct pool *pool = &reading->file->pool;
	struct variables variables = *scope(reading);
	struct powershell_assignment assignment;
	size_t offset = 0;

	while (powershell_next(&assignment, pool, reading->instruction->text, &offset)) {
		variables_set(&variables, pool, assignment.name, assignment.value);
		if (digests_named(assignment.name))
			add_hash(reading, assignment.value, line_of(reading, assignment.offset),
				 digests_named(assignment.name));
	}
	take_digests(reading);
	take_urls(reading, &variables);
}

static void take_shell_script(struct reading *reading)
{
	struct variables variables = *scope(reading);
	struct shell_script script;
	bool any = false;

	shell_parse(&script, &reading->file->pool, reading->instruction->text);
	for (const struct shell_case *command = script.cases; command; command = command->next) {
		const struct architecture_tool *tool;

		tool = find_tool(reading, &script, command->subject);
		if (tool)
			take_arms(reading, &script, command, tool);
		any |= tool != NULL;
	}
	for (const struct shell_assignment *a = script.assignments; a; a = a->next)
		if (digests_named(a->name))
			add_hash(reading, a->value, line_of(reading, a->offset),
				 digests_named(a->name));
	take_digests(reading);
	if (any)
		return;
	set_all(reading, &variables, script.assignments);
	take_urls(reading, &variables);
}

static void take_run(struct reading *reading)
{
	const struct containerfile_instruction *instruction = reading->instruction;

	/* --mount=type=bind,from=image,... */
	for (size_t i = 0; i < instruction->flag_count; i++) {
		const char *from = strstr(instruction->flags[i].value, "from=");

		if (strcmp(instruction->flags[i].name, "mount") != 0 || !from)
			continue;
		from += strlen("from=");
		take_image(reading, pool_copy(&reading->file->pool, from, strcspn(from, ",")));
	}
	(reading->powershell ? take_powershell : take_shell_script)(reading);
	reading->file->checks |= digests_checked(instruction->text);
	reading->file->listed |= digests_listed(instruction->text);
}

static void take_add(struct reading *reading)
{
	const char *sum = containerfile_flag(reading->instruction, "checksum");
	const struct variables *variables = scope(reading);

	if (sum && (strncmp(sum, "sha256:", 7) == 0 || strncmp(sum, "sha512:", 7) == 0)) {
		const unsigned digests = digests_named(sum);

		add_hash(reading, expand(reading, variables, sum + 7), reading->instruction->line,
			 digests);
		reading->file->checks |= digests;
	}
	take_urls(reading, variables);
}

/* ---- how it runs ---- */

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Words with blanks between them. */
static const char *join(struct reading *reading, const char *const *words, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count && strlen(text) < LIMIT_FINDING_BYTES; i++)
		text = pool_format(&reading->file->pool, "%s%s%s", text, i > 0 ? " " : "",
				   words[i]);
	return text;
}

static void take_ports(struct reading *reading)
{
	struct lint_dockerfile *file = reading->file;
	const char *before = file->ports.text ? file->ports.text : "", **words;
	size_t count = containerfile_words(&file->source, reading->instruction, &words);

	for (size_t i = 0; i < count; i++) {
		words[i] = expand(reading, scope(reading), words[i]);
		if (strlen(words[i]) > 4 && strcmp(words[i] + strlen(words[i]) - 4, "/tcp") == 0)
			words[i] = pool_copy(&file->pool, words[i], strlen(words[i]) - 4);
	}
	qsort(words, count, sizeof *words, compare_words);
	file->ports.line = reading->instruction->line;
	if (strlen(before) < LIMIT_FINDING_BYTES)
		file->ports.text = pool_format(&file->pool, "%s%s%s", before, *before ? " " : "",
						join(reading, words, count));
}

/* The last part of a path of either system, without ".exe". */
static const char *last_part(struct reading *reading, const char *path)
{
	const char *slash = strrchr(path, '/'), *backslash = strrchr(path, '\\');
	const char *name = slash > backslash ? slash : backslash;
	size_t length;

	name = name ? name + 1 : path;
	length = strlen(name);
	if (length > 4 && strcasecmp(name + length - 4, ".exe") == 0)
		length -= 4;
	return pool_copy(&reading->file->pool, name, length);
}

/*
 * The file of the directory that becomes a script of this name, or NULL: without scripts that are
 * copied from there, it comes with a base image or a download.
 */
static const char *copied_script(struct reading *reading, const char *name)
{
	struct containerfile *source = &reading->file->source;
	const char *found = NULL, **words;

	for (size_t i = 0; i < source->count; i++) {
		const struct containerfile_instruction *instruction = &source->instructions[i];
		size_t count;

		if ((strcmp(instruction->name, "COPY") != 0
		     && strcmp(instruction->name, "ADD") != 0)
		    || containerfile_flag(instruction, "from"))
			continue;
		count = containerfile_words(source, instruction, &words);
		for (size_t k = 0; k + 1 < count; k++) {
			const char *from = words[k] + (strncmp(words[k], "./", 2) == 0 ? 2 : 0);
			const char *last = last_part(reading, from);

			if (strcmp(last, name) == 0
			    || (count == 2 && strcmp(last_part(reading, words[1]), name) == 0))
				return strchr(from, '/') ? NULL : from;
			if (strlen(last) > 3 && strcmp(last + strlen(last) - 3, ".sh") == 0)
				found = name;
		}
	}
	return found;
}

/* The program is the entry point and the command together: images state it in either form. */
static void finish_program(struct reading *reading)
{
	const size_t count = reading->entry_count + reading->command_count;
	const char **words = memory_new(count + 1, sizeof *words);
	struct lint_dockerfile *file = reading->file;
	size_t used = 0;

	for (size_t i = 0; i < reading->entry_count; i++)
		words[used++] = last_part(reading, reading->entry_words[i]);
	for (size_t i = 0; i < reading->command_count; i++)
		words[used++] = last_part(reading, reading->command_words[i]);
	if (used > 0) {
		const size_t length = strlen(words[0]);
		const bool script = length > 3 && strcmp(words[0] + length - 3, ".sh") == 0;
		const size_t line = reading->entry_count > 0 ? reading->entrypoint.line
							     : reading->command.line;

		if (script)
			file->script = (struct lint_text){
				.text = copied_script(reading, words[0]), .line = line,
			};
		file->program = (struct lint_text){
			.text = join(reading, words + script, used - script), .line = line,
		};
	}
	free(words);
}

static void take_entrypoint(struct reading *reading)
{
	reading->entrypoint.line = reading->instruction->line;
	reading->entry_count = containerfile_words(&reading->file->source, reading->instruction,
						&reading->entry_words);
	reading->command_count = 0;
}

static void take_command(struct reading *reading)
{
	reading->command.line = reading->instruction->line;
	reading->command_count = containerfile_words(&reading->file->source, reading->instruction,
						  &reading->command_words);
}

static void take_shell(struct reading *reading)
{
	reading->powershell = strcasestr(reading->instruction->text, "powershell")
			      || strcasestr(reading->instruction->text, "pwsh")
			      || strcasestr(reading->instruction->text, "cmd");
}

static void take_copy(struct reading *reading)
{
	const char *from = containerfile_flag(reading->instruction, "from");

	if (from)
		take_image(reading, from);
}

void lint_dockerfile_read(struct lint_dockerfile *file, const char *path,
			  const struct buffer *text)
{
	static const struct {
		const char *name;
		void (*take)(struct reading *reading);
	} instructions[] = {
		{ "ADD", take_add }, { "ARG", take_variables }, { "CMD", take_command },
		{ "COPY", take_copy }, { "ENTRYPOINT", take_entrypoint }, { "ENV", take_variables },
		{ "EXPOSE", take_ports }, { "FROM", take_from }, { "RUN", take_run },
		{ "SHELL", take_shell },
	};
	struct reading reading = { .file = file };

	*file = (struct lint_dockerfile){ .path = path };
	reading.images = &file->images;
	reading.copied = &file->copied;
	reading.versions = &file->versions;
	reading.hashes = &file->hashes;
	reading.arms = &file->arms;
	reading.assets = &file->assets;
	containerfile_parse(&file->source, text);
	for (size_t i = 0; i < file->source.count; i++) {
		reading.instruction = &file->source.instructions[i];
		for (size_t k = 0; k < sizeof instructions / sizeof instructions[0]; k++)
			if (strcmp(instructions[k].name, reading.instruction->name) == 0)
				instructions[k].take(&reading);
	}
	finish_program(&reading);
	/* Without a case command, one hash and one download belong together. */
	if (file->assets && !file->assets->next && !file->assets->arm && file->hashes
	    && !file->hashes->next)
		file->assets->hash = file->hashes->item;
}

void lint_dockerfile_free(struct lint_dockerfile *file)
{
	containerfile_free(&file->source);
	pool_free(&file->pool);
}
