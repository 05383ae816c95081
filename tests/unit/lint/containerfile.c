/* SPDX-License-Identifier: Apache-2.0 */
/* containerfile.c: instructions, lines, flags, pairs and words. */
#include "unit.h"

#include "base/limits.h"
#include "lint/containerfile.h"

static void parse(struct containerfile *containerfile, const char *text)
{
	struct buffer buffer;

	buffer_init(&buffer, LIMIT_DOCKERFILE_BYTES);
	assert_int_equal(buffer_add_string(&buffer, text), 0);
	containerfile_parse(containerfile, &buffer);
	buffer_free(&buffer);
}

/* All instructions, a line each: where it stands, its name, flags and text. */
static char *describe(const struct containerfile *containerfile)
{
	struct buffer out;

	buffer_init(&out, 4096);
	buffer_add_string(&out, "");
	for (size_t i = 0; i < containerfile->count; i++) {
		const struct containerfile_instruction *one = &containerfile->instructions[i];

		buffer_format(&out, "%zu %s", one->line, one->name);
		for (size_t f = 0; f < one->flag_count; f++)
			buffer_format(&out, " --%s=%s", one->flags[f].name, one->flags[f].value);
		buffer_format(&out, " [%s]\n", one->text);
	}
	if (containerfile->fault)
		buffer_format(&out, "%zu %s\n", containerfile->fault_line, containerfile->fault);
	return buffer_take(&out);
}

static void reads_instructions(void **state)
{
	static const char *const rows[][2] = {
		{ "FROM a", "1 FROM [a]\n" },
		{ "\xef\xbb\xbf# c\n\n  from\ta AS b\r\nRUN x\n", "3 FROM [a AS b]\n4 RUN [x]\n" },
		{ "RUN a \\\n b \\  \n\n# c\n\t# d\n  e\nCMD f\n", "1 RUN [a  b   e]\n7 CMD [f]\n" },
		{ "RUN a \\", "1 RUN [a ]\n" },
		{ "# escape=`\nRUN a\\\nCMD `\nb", "2 RUN [a\\]\n3 CMD [b]\n" },
		{ "# Escape = `\nRUN `\na", "2 RUN [a]\n" },
		{ "# syntax=x\n#escape=`\nRUN `\na", "3 RUN [a]\n" },
		{ "# a comment\n# escape=`\nRUN `\nCMD a", "3 RUN [`]\n4 CMD [a]\n" },
		{ "COPY --from=a --link --chown=1:2 b c", "1 COPY --from=a --link= --chown=1:2 [b c]\n" },
		{ "RUN --mount=type=x \\\n --b y --z", "1 RUN --mount=type=x --b= [y --z]\n" },
		{ "RUN -- a", "1 RUN [-- a]\n" },
		{ "RUN <<A b\nc\n A\n\\\nA\nCMD d", "1 RUN [<<A b\nc\n A\n\\]\n6 CMD [d]\n" },
		{ "RUN <<-'A' cat <<B\n\tc\n\tA\nd\nB\nCMD e",
		  "1 RUN [<<-'A' cat <<B\nc\nd]\n6 CMD [e]\n" },
		{ "RUN a '<<B' x<<C $((1<<2)) <<\nCMD e", "1 RUN [a '<<B' x<<C $((1<<2)) <<]\n2 CMD [e]\n" },
		{ "ENV a <<B\n", "1 ENV [a <<B]\n" },
		{ "", "1 there is no instruction\n" },
		{ "# a\n\n", "1 there is no instruction\n" },
		{ "FROM a\nFRUM b\nFROM c", "1 FROM [a]\n2 it is not an instruction\n" },
		{ "FROM \t\n", "1 the instruction has no arguments\n" },
		{ "COPY <<A <<B /\nA\n", "1 a here-document does not end\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct containerfile containerfile;
		char *text;

		parse(&containerfile, rows[i][0]);
		text = describe(&containerfile);
		assert_string_equal(text, rows[i][1]);
		free(text);
		containerfile_free(&containerfile);
	}
}

static void knows_lines(void **state)
{
	static const char text[] = "FROM a\nRUN --x one \\\n# no\ntwo \\\n\n three <<E\nfour\nE\n";
	static const struct { const char *word; size_t line; } rows[] = {
		{ "one", 2 }, { "two", 4 }, { "three", 6 }, { "four", 7 },
	};
	struct containerfile containerfile;

	(void)state;
	parse(&containerfile, text);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct containerfile_instruction *run = &containerfile.instructions[1];
		const char *at = strstr(run->text, rows[i].word);

		assert_non_null(at);
		assert_int_equal(containerfile_line(run, (size_t)(at - run->text)), rows[i].line);
	}
	containerfile_free(&containerfile);
}

static void reads_pairs(void **state)
{
	static const char *const rows[][2] = {
		{ "ENV A b c  d ", "A=b c  d\n" },
		{ "ENV A b=c", "A=b=c\n" },
		{ "ENV A=b C=\"d e\" F='$g' H=i\\ j", "A=b\nC=d e\nF=\\$g\nH=i j\n" },
		{ "ENV A=\"b\\\"$c\" D=", "A=b\"$c\nD=\n" },
		{ "ENV A \"b\" \\$c", "A=b \\$c\n" },
		{ "LABEL a.b=\"c\" \\\n d=e", "a.b=c\nd=e\n" },
		{ "ARG A", "A\n" }, { "ARG A=b C D=\"e\"", "A=b\nC\nD=e\n" },
		{ "ENV A", "A=\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct containerfile containerfile;
		struct containerfile_pair *pairs;
		struct buffer out;
		size_t count;

		buffer_init(&out, 4096);
		parse(&containerfile, rows[i][0]);
		count = containerfile_pairs(&containerfile, &containerfile.instructions[0], &pairs);
		for (size_t k = 0; k < count; k++)
			buffer_format(&out, "%s%s%s\n", pairs[k].name, pairs[k].value ? "=" : "",
				      pairs[k].value ? pairs[k].value : "");
		assert_string_equal(out.bytes, rows[i][1]);
		buffer_free(&out);
		containerfile_free(&containerfile);
	}
}

static void pairs_have_lines(void **state)
{
	struct containerfile containerfile;
	struct containerfile_pair *pairs;

	(void)state;
	parse(&containerfile, "ENV A=b \\\n\\\n C=d");
	assert_int_equal(containerfile_pairs(&containerfile, &containerfile.instructions[0],
					     &pairs), 2);
	assert_int_equal(pairs[0].line, 1);
	assert_int_equal(pairs[1].line, 3);
	containerfile_free(&containerfile);
}

static void reads_words(void **state)
{
	static const char *const rows[][2] = {
		{ "CMD [\"a b\", \"c\\\\d\"]", "a b|c\\d|" }, { "CMD a  b\tc", "a|b|c|" },
		{ "CMD []", "" }, { "CMD [a]", "[a]|" }, { "CMD [1, \"b\"]", "|b|" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct containerfile containerfile;
		const char **words;
		struct buffer out;
		size_t count;

		buffer_init(&out, 4096);
		buffer_add_string(&out, "");
		parse(&containerfile, rows[i][0]);
		count = containerfile_words(&containerfile, &containerfile.instructions[0], &words);
		for (size_t k = 0; k < count; k++)
			buffer_format(&out, "%s|", words[k]);
		assert_string_equal(out.bytes ? out.bytes : "", rows[i][1]);
		buffer_free(&out);
		containerfile_free(&containerfile);
	}
}

static void has_limits(void **state)
{
	struct containerfile containerfile;
	struct buffer text;

	(void)state;
	buffer_init(&text, LIMIT_DOCKERFILE_BYTES);
	for (size_t i = 0; i <= LIMIT_DOCKERFILE_INSTRUCTIONS; i++)
		buffer_add_string(&text, "USER a\n");
	containerfile_parse(&containerfile, &text);
	assert_int_equal(containerfile.count, LIMIT_DOCKERFILE_INSTRUCTIONS);
	assert_string_equal(containerfile.fault, "there are too many instructions");
	assert_int_equal(containerfile.fault_line, LIMIT_DOCKERFILE_INSTRUCTIONS + 1);
	containerfile_free(&containerfile);
	text.bytes[3] = '\0';
	containerfile_parse(&containerfile, &text);
	assert_string_equal(containerfile.fault, "it has a NUL byte");
	containerfile_free(&containerfile);
	buffer_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_instructions),
		cmocka_unit_test(knows_lines),
		cmocka_unit_test(reads_pairs),
		cmocka_unit_test(pairs_have_lines),
		cmocka_unit_test(reads_words),
		cmocka_unit_test(has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
