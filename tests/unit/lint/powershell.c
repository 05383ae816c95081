/* SPDX-License-Identifier: Apache-2.0 */
/* powershell.c: assignments of literal strings. */
#include "unit.h"

#include "base/buffer.h"
#include "base/limits.h"
#include "lint/powershell.h"

static void finds_assignments(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" }, { "$a = 'b'", "0:a=b " }, { "$a='b';$c = \"d $e\"", "0:a=b 7:c=d $e " },
		{ "x $env:A = ''", "2:env:A= " }, { "$a = $b = 'c'", "5:b=c " }, { "$a -ne 'b'", "" },
		{ "$a = 'b", "" }, { "$ = 'b'", "" }, { "$a = b", "" }, { "$a", "" }, { "$$a='b'", "1:a=b " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct powershell_assignment assignment;
		struct pool pool = { 0 };
		struct buffer out;
		size_t offset = 0;

		buffer_init(&out, 4 * KIB);
		buffer_add_string(&out, " ");
		while (powershell_next(&assignment, &pool, rows[i][0], &offset))
			buffer_format(&out, "%zu:%s=%s ", assignment.offset, assignment.name,
				      assignment.value);
		assert_string_equal(out.bytes + 1, rows[i][1]);
		buffer_free(&out);
		pool_free(&pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_assignments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
