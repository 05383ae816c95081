/* SPDX-License-Identifier: Apache-2.0 */
/* Which login a file has for an image, and what is refused. */
#include "unit.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "registry/credentials.h"

/* A helper that prints what its name stands for, once it was told the server. */
static char asked[100];

static int help(void *context, const char *name, const char *server, struct buffer *answer,
		int *status, struct error *err)
{
	static const struct { const char *name, *answer; int status; } rows[] = {
		{ "good", "{\"ServerURL\":\"x\",\"Username\":\"h\",\"Secret\":\"s:t\"}\n", 0 },
		{ "token", "{\"Username\":\"<token>\",\"Secret\":\"ID\"}", 0 },
		{ "none", "credentials not found in native keychain\n", 1 },
		{ "failing", "the \033 keychain is locked\nhidden", 1 },
		{ "silent", "", 3 },
		{ "empty", "", 0 },
		{ "odd", "hidden", 0 },
		{ "half", "{\"Username\":\"hidden\"}", 0 },
		{ "nobody", "{\"Username\":\"\",\"Secret\":\"hidden\"}", 0 },
		{ "twice", "{\"Username\":\"a\",\"Username\":\"hidden\",\"Secret\":\"b\"}", 0 },
	};

	assert_null(context);
	snprintf(asked, sizeof asked, "%s", server);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].name, name) == 0) {
			*status = rows[i].status;
			return buffer_add_string(answer, rows[i].answer);
		}
	return error_set(err, STATUS_FILE, "no such helper");
}

/* The result of looking for an image's login in a text. */
static int look(const char *text, const char *image, struct credentials *found, struct error *err)
{
	struct buffer file;
	struct pool pool = { 0 };
	struct reference reference;
	int result;

	assert_null(reference_parse(&reference, &pool, image));
	buffer_init(&file, LIMIT_AUTHFILE_BYTES);
	buffer_add_string(&file, text);
	result = credentials_find(found, &file, "FILE", &reference, help, NULL, err);
	buffer_free(&file);
	pool_free(&pool);
	return result;
}

#define A "{\"auth\":\"YTpw\"}"		/* a:p */
#define B "{\"auth\":\"Yjpw\"}"
#define C "{\"auth\":\"Yzpw\"}"
#define D "{\"auth\":\"ZDpw\"}"

static void keys(void **state)
{
	static const struct {
		const char *text, *image, *user;	/* NULL: none */
	} rows[] = {
		{ "", "host.example/x", NULL },
		{ "{}", "host.example/x", NULL },
		{ "{\"auths\":{}}", "host.example/x", NULL },
		{ "{\"auths\":{\"host.example\":" A "}}", "host.example/x", "a" },
		{ "{\"auths\":{\"host.example\":" A "}}", "other.example/x", NULL },
		{ "{\"auths\":{\"host.example\":" A "}}", "host.example:5000/x", NULL },
		{ "{\"auths\":{\"host.example:5000\":" A "}}", "host.example:5000/x", "a" },
		{ "{\"auths\":{\"host.example:5000\":" A "}}", "host.example/x", NULL },
		/* the most specific */
		{ "{\"auths\":{\"h.example\":" A ",\"h.example/n\":" B ",\"h.example/n/r\":" C "}}",
		  "h.example/n/r:t", "c" },
		{ "{\"auths\":{\"h.example\":" A ",\"h.example/n\":" B ",\"h.example/n/r\":" C "}}",
		  "h.example/n/s", "b" },
		{ "{\"auths\":{\"h.example\":" A ",\"h.example/n\":" B ",\"h.example/n/r\":" C "}}",
		  "h.example/nn/r", "a" },
		{ "{\"auths\":{\"h.example/n\":" B "}}", "h.example/m", NULL },
		{ "{\"auths\":{\"h.example/n/r/x\":" B "}}", "h.example/n/r", NULL },
		/* URLs, which older programs write; a name before a URL */
		{ "{\"auths\":{\"https://h.example\":" A "}}", "h.example/x", "a" },
		{ "{\"auths\":{\"https://h.example/v1/\":" A "}}", "h.example/x", "a" },
		{ "{\"auths\":{\"http://h.example:80/v2\":" A "}}", "h.example:80/x", "a" },
		{ "{\"auths\":{\"https://h.example\":" A ",\"h.example\":" B "}}", "h.example/x", "b" },
		{ "{\"auths\":{\"H.Example\":" A "}}", "h.example/x", "a" },
		{ "{\"auths\":{\"https://h.example.evil/\":" A "}}", "h.example/x", NULL },
		{ "{\"auths\":{\"https://evil/h.example\":" A "}}", "h.example/x", NULL },
		/* Docker Hub has three names, and the key of its first API */
		{ "{\"auths\":{\"https://index.docker.io/v1/\":" A "}}", "nats", "a" },
		{ "{\"auths\":{\"https://index.docker.io/v1/\":" A "}}", "docker.io/n/x", "a" },
		{ "{\"auths\":{\"docker.io\":" A "}}", "nats", "a" },
		{ "{\"auths\":{\"index.docker.io\":" A "}}", "nats", "a" },
		{ "{\"auths\":{\"registry-1.docker.io\":" A "}}", "nats", "a" },
		{ "{\"auths\":{\"docker.io/library\":" A ",\"docker.io\":" B "}}", "nats", "a" },
		{ "{\"auths\":{\"docker.io\":" A "}}", "h.example/x", NULL },
		{ "{\"auths\":{\"auth.docker.io\":" A "}}", "nats", NULL },
		/* nothing in it */
		{ "{\"auths\":{\"h.example\":{}}}", "h.example/x", NULL },
		{ "{\"auths\":{\"h.example\":{\"auth\":\"\"}}}", "h.example/x", NULL },
		/* programs that keep the logins at other hosts do not matter */
		{ "{\"auths\":{\"h.example\":" A "},\"credHelpers\":{\"o.example\":\"x\"}}", "h.example/x",
		  "a" },
		{ "{\"auths\":{\"h.example\":" A "},\"credsStore\":\"desktop\"}", "h.example/x", "a" },
		{ "{\"auths\":{\"o.example\":{}},\"credsStore\":\"none\"}", "h.example/x", NULL },
		/* first the program for a host, then what is in the file, then the program for all */
		{ "{\"auths\":{\"h.example\":" A "},\"credHelpers\":{\"h.example\":\"good\"}}",
		  "h.example/x", "h" },
		{ "{\"auths\":{\"h.example\":" A "},\"credHelpers\":{\"h.example\":\"none\"}}",
		  "h.example/x", NULL },
		{ "{\"auths\":{\"h.example\":{}},\"credsStore\":\"good\"}", "h.example/x", "h" },
		{ "{\"credsStore\":\"good\"}", "h.example/x", "h" },
		{ "{\"auths\":{\"h.example\":{}},\"credsStore\":\"\"}", "h.example/x", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct credentials found;
		struct error err;
		const int result = look(rows[i].text, rows[i].image, &found, &err);

		if (result < 0)
			fail_msg("%s for %s: %s", rows[i].text, rows[i].image, err.message);
		if (strcmp(found.user ? found.user : "(none)", rows[i].user ? rows[i].user : "(none)")
		    || result != (rows[i].user != NULL))
			fail_msg("%s for %s: '%s'", rows[i].text, rows[i].image, found.user);
		credentials_free(&found);
	}
}

static void secrets(void **state)
{
	struct credentials found;
	struct error err;
	char *basic;

	(void)state;
	/* dTpwOnEAAA== is "u:p:q" and two NULs */
	assert_int_equal(look("{\"auths\":{\"h.example\":{\"auth\":\"dTpwOnEAAA==\"}}}", "h.example/x",
			      &found, &err), 1);
	assert_string_equal(found.user, "u");
	assert_string_equal(found.password, "p:q");
	basic = credentials_basic(&found);
	assert_string_equal(basic, "Basic dTpwOnE=");
	free(basic);
	credentials_free(&found);
	assert_int_equal(look("{\"auths\":{\"h.example\":{\"auth\":\"dTo=\",\"identitytoken\":\"i\","
			      "\"registrytoken\":\"r\"}}}", "h.example/x", &found, &err), 1);
	assert_string_equal(found.user, "u");
	assert_string_equal(found.password, "");
	assert_string_equal(found.identity_token, "i");
	assert_string_equal(found.registry_token, "r");
	credentials_free(&found);
	assert_null(found.password);
}

static void refused(void **state)
{
	static const char *const rows[][2] = {
		{ "[]", "cannot use logins in 'FILE': it is not a JSON object" },
		{ "hidden", "cannot use logins in 'FILE': it is not a JSON object" },
		{ "{} {}", "cannot use logins in 'FILE': it is not a JSON object" },
		{ "{\"auths\":{},\"auths\":{}}", "cannot use logins in 'FILE': it is not a JSON object" },
		{ "{\"auths\":{\"h.example\":7}}",
		  "cannot use the login at 'h.example' of 'FILE': it is not an object" },
		{ "{\"auths\":{\"h.example\":{\"auth\":\"hidden!\"}}}",
		  "cannot use the login at 'h.example' of 'FILE': its 'auth' is not base 64" },
		{ "{\"auths\":{\"h.example\":{\"auth\":\"aGlkZGVu\"}}}",
		  "cannot use the login at 'h.example' of 'FILE': its 'auth' is not 'user:password' in "
		  "base 64" },
		{ "{\"auths\":{\"h.example\":{\"registrytoken\":\"hid\\nden\"}}}",
		  "cannot use the login at 'h.example' of 'FILE': its 'registrytoken' is not a token" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct credentials found;
		struct error err;

		assert_refused(look(rows[i][0], "h.example/x", &found, &err), err, STATUS_FILE,
			       rows[i][1]);
		assert_null(found.user);
	}
}

static void helpers(void **state)
{
	static const char *const refusals[][2] = {
		{ "failing", "docker-credential-failing ended with status 1: the \033 keychain is locked" },
		{ "silent", "docker-credential-silent ended with status 3" },
		{ "empty", "docker-credential-empty printed no login" },
		{ "odd", "docker-credential-odd printed no login" },
		{ "half", "docker-credential-half printed no login" },
		{ "nobody", "docker-credential-nobody printed no login" },
		{ "twice", "docker-credential-twice printed no login" },
		{ "missing", "no such helper" },
	};
	struct credentials found;
	struct error err;

	(void)state;
	assert_int_equal(look("{\"credsStore\":\"good\"}", "h.example:5000/x", &found, &err), 1);
	assert_string_equal(asked, "h.example:5000");
	assert_string_equal(found.password, "s:t");
	credentials_free(&found);
	assert_int_equal(look("{\"credsStore\":\"token\"}", "nats", &found, &err), 1);
	assert_string_equal(asked, "https://index.docker.io/v1/");
	assert_string_equal(found.identity_token, "ID");
	assert_null(found.user);
	credentials_free(&found);
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		char *text = memory_format("{\"credsStore\":\"%s\"}", refusals[i][0]);
		char *message = memory_format("cannot use the login at 'h.example' of 'FILE': %s",
					      refusals[i][1]);

		assert_refused(look(text, "h.example/x", &found, &err), err, STATUS_FILE, message);
		assert_null(found.user);
		free(text);
		free(message);
	}
}

static void reads_files(void **state)
{
	char *path = memory_format("%s/auth.json", scratch_path), *message;
	struct buffer text;
	struct error err;

	(void)state;
	buffer_init(&text, LIMIT_AUTHFILE_BYTES);
	assert_int_equal(credentials_read(&text, path, false, &err), 0);
	assert_int_equal(text.length, 0);
	message = memory_format("cannot read '%s': No such file or directory", path);
	assert_refused(credentials_read(&text, path, true, &err), err, STATUS_FILE, message);
	free(message);
	assert_int_equal(file_create(scratch, "auth.json", "{}", 2, 0600, &err), 0);
	assert_int_equal(credentials_read(&text, path, true, &err), 0);
	assert_string_equal(text.bytes, "{}");
	message = memory_format("cannot use logins in '%s': others may write to it", path);
	for (size_t i = 0; i < 2; i++) {
		fchmodat(scratch, "auth.json", i ? 0602 : 0620, 0);
		assert_refused(credentials_read(&text, path, false, &err), err, STATUS_FILE, message);
		assert_string_equal(err.hint, "make it yours alone: chmod 600");
	}
	fchmodat(scratch, "auth.json", 0644, 0);	/* as people leave it */
	assert_int_equal(credentials_read(&text, path, false, &err), 0);
	buffer_free(&text);
	free(message);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys), cmocka_unit_test(secrets), cmocka_unit_test(refused),
		cmocka_unit_test(helpers),
		cmocka_unit_test_setup_teardown(reads_files, scratch_set_up, scratch_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
