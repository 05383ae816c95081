/* SPDX-License-Identifier: Apache-2.0 */
/* shell.c: case commands, assignments and substituted commands. */
#include "unit.h"

#include "base/buffer.h"
#include "base/limits.h"
#include "lint/shell.h"

static void put_assignments(struct buffer *out, const struct shell_assignment *assignment)
{
	for (; assignment; assignment = assignment->next)
		buffer_format(out, " %s=%s", assignment->name, assignment->value);
}

/* The script's assignments, then each case with its arms. */
static char *describe(const char *text)
{
	struct pool pool = { 0 };
	struct shell_script script;
	struct buffer out;

	buffer_init(&out, 64 * KIB);
	shell_parse(&script, &pool, text);
	buffer_add_string(&out, "");
	put_assignments(&out, script.assignments);
	for (const struct shell_case *one = script.cases; one; one = one->next) {
		buffer_format(&out, "; case %s", one->subject);
		for (const struct shell_arm *arm = one->arms; arm; arm = arm->next) {
			buffer_add_string(&out, " (");
			for (const struct shell_word *w = arm->patterns; w; w = w->next)
				buffer_format(&out, "%s%s", w->text, w->next ? "|" : "");
			put_assignments(&out, arm->assignments);
			buffer_add_string(&out, ")");
		}
	}
	pool_free(&pool);
	return buffer_take(&out);
}

static void reads_scripts(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" }, { "a=1; b='2 $c' d=\"3$e\" f", " a=1 b=2 \\$c d=3$e" },
		{ "echo a=1; export b=2 && c=\\$3 # d=4\ne=5", " b=2 c=\\$3 e=5" },
		{ "if a=1; then b=2; else c=3; fi", " a=1 b=2 c=3" },
		{ "a=$(b=1; echo \"$(c)\") d=`e f`", " a=$(b=1; echo \"$(c)\") d=`e f`" },
		{ "a=${b:-'}'} c=${d", " a=${b:-'}'} c=${d" },
		{ "1=2 =3 a-b=4", "" },
		{ "case $a in b) c=1 ;; d|'e' ) f=2; esac; g=3", " g=3; case $a (b c=1) (d|e f=2)" },
		{ "case \"$a\" in (b) c=1 ;& *) ;;& esac", "; case $a (b c=1) (*)" },
		{ "case a\n in\n b) ;;\n\n esac", "; case a (b)" },
		{ "case a in esac", "; case a" },
		{ "case a in b) case c in d) e=1;; esac; f=2;; esac", "; case a (b f=2); case c (d e=1)" },
		{ "case a in b) x=1", "; case a (b x=1)" },
		{ "echo case a in b) c=1", " c=1" }, { "case a b", "" }, { "case", "" },
		{ "'case' a in b) c=1;; esac", " c=1" },
		{ "a <b >c d=1", "" }, { "esac ;; ) a=1", " a=1" },
		{ "a=\"b\\\"\\c\" d='", " a=b\"\\c d=" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *text = describe(rows[i][0]);

		assert_string_equal(text, rows[i][1]);
		free(text);
	}
}

static void knows_places(void **state)
{
	static const char text[] = "a=1\ncase $a in\n  b) c=2 ;;\n  d | e) f=3\nesac";
	struct pool pool = { 0 };
	struct shell_script script;
	const struct shell_arm *arm;

	(void)state;
	shell_parse(&script, &pool, text);
	assert_int_equal(script.cases->offset, strstr(text, "case") - text);
	arm = script.cases->arms;
	assert_int_equal(arm->patterns->offset, strstr(text, "b)") - text);
	assert_int_equal(arm->begin, strstr(text, " c=2") - text);
	assert_int_equal(arm->end, strstr(text, ";;") - text);
	assert_int_equal(arm->assignments->offset, strstr(text, "c=2") - text);
	arm = arm->next;
	assert_int_equal(arm->patterns->next->offset, strstr(text, "e)") - text);
	assert_int_equal(arm->end, strstr(text, "esac") - text);
	pool_free(&pool);
}

static void finds_commands(void **state)
{
	static const char *const rows[][2] = {
		{ "$(apk --print-arch)", "apk --print-arch" }, { "`uname\t -m `", "uname -m" },
		{ "x$( a  b )y", "a b" }, { "\\$(a)", NULL }, { "$a", NULL }, { "$()", NULL },
		{ "$(a", NULL }, { "`", NULL }, { "", NULL }, { "$((1))", "(1)" },
	};
	struct pool pool = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *command = shell_command(&pool, rows[i][0]);

		if (rows[i][1])
			assert_string_equal(command ? command : "(none)", rows[i][1]);
		else
			assert_null(command);
	}
	pool_free(&pool);
}

/* Deeper ones are not looked at, and nothing breaks. */
static void has_a_depth(void **state)
{
	struct pool pool = { 0 };
	struct shell_script script;
	struct buffer text;
	size_t count = 0;

	(void)state;
	buffer_init(&text, LIMIT_DOCKERFILE_BYTES);
	for (size_t i = 0; i < 2 * LIMIT_SHELL_DEPTH; i++)
		buffer_add_string(&text, "case a in b) ");
	shell_parse(&script, &pool, text.bytes);
	for (const struct shell_case *one = script.cases; one; one = one->next)
		count++;
	assert_int_equal(count, LIMIT_SHELL_DEPTH);
	pool_free(&pool);
	buffer_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_scripts),
		cmocka_unit_test(knows_places),
		cmocka_unit_test(finds_commands),
		cmocka_unit_test(has_a_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
