/* SPDX-License-Identifier: Apache-2.0 */
/* list.c: a process can say what it likes about its own row, and nothing about another one. */
#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/list.h"
#include "command/report.h"

/* What a row's process does is the name of its recipe. */
static int misbehave(void *context, char **words, struct error *err)
{
	const char *deed = words[1];

	(void)context, (void)err;
	if (strcmp(deed, "honest") == 0)
		printf("{\"verdict\": \"identical\"}\n");
	else if (strcmp(deed, "another") == 0)
		printf("{\"image\": \"oci:b\", \"status\": 0, \"verdict\": \"identical\"}\n");
	else if (strcmp(deed, "twice") == 0)
		printf("{\"verdict\": \"different\", \"verdict\": \"identical\"}\n");
	else if (strcmp(deed, "lines") == 0)
		printf("{\"verdict\": \"identical\"}\n{\"verdict\": \"identical\"}\n");
	else if (strcmp(deed, "array") == 0)
		printf("[\"verdict\"]\n");
	else if (strcmp(deed, "error") == 0)
		printf("{\"error\": {\"status\": 4}}\n");
	else if (strcmp(deed, "deep") == 0)
		for (int i = 0; i < 100000; i++)
			putchar('[');
	else if (strcmp(deed, "dies") == 0)
		abort();
	else if (strcmp(deed, "endless") == 0)
		while (printf("%01000d", 0) > 0)
			;
	return strcmp(deed, "another") == 0 ? STATUS_DIFFERENCES : STATUS_OK;
}

/* Runs a list of one row; the line that is printed. */
static json_t *run(const char *deed, int *status)
{
	char name[] = "/tmp/bundler-list.XXXXXX";
	const struct command_list list = { name, 1 };
	const int saved = dup(STDOUT_FILENO), out = mkstemp(name);
	FILE *output = tmpfile();
	struct error err;
	json_t *line;

	dprintf(out, "oci:a %s\n", deed);
	fflush(stdout);
	dup2(fileno(output), STDOUT_FILENO);
	report_choose_level(REPORT_QUIET);
	*status = command_list_run(&list, misbehave, NULL, &err);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	rewind(output);
	line = json_loadf(output, JSON_REJECT_DUPLICATES, NULL);
	fclose(output);
	close(saved);
	close(out);
	unlink(name);
	assert_non_null(line);
	assert_string_equal(json_string_value(json_object_get(line, "image")), "oci:a");
	assert_string_equal(json_string_value(json_object_get(line, "recipe")), deed);
	assert_int_equal(json_integer_value(json_object_get(line, "status")), *status);
	return line;
}

static void what_it_says_is_of_its_row(void **state)
{
	static const struct {
		const char *deed, *verdict;
		int status;
	} rows[] = {
		{ "honest", "identical", STATUS_OK }, { "another", "identical", STATUS_DIFFERENCES },
		{ "twice", NULL, STATUS_FILE }, { "lines", NULL, STATUS_FILE },
		{ "array", NULL, STATUS_FILE }, { "error", NULL, STATUS_FILE },
		{ "deep", NULL, STATUS_FILE }, { "dies", NULL, STATUS_FILE },
		{ "silent", NULL, STATUS_FILE }, { "endless", NULL, STATUS_LIMIT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int status;
		json_t *line = run(rows[i].deed, &status);
		const char *verdict = json_string_value(json_object_get(line, "verdict"));

		assert_int_equal(status, rows[i].status);
		if (rows[i].verdict)
			assert_string_equal(verdict, rows[i].verdict);
		else
			assert_true(json_is_object(json_object_get(line, "error")) && !verdict);
		json_decref(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says_is_of_its_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
