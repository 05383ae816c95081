/* SPDX-License-Identifier: Apache-2.0 */
/* lock.c: what is written is read again; what was not written so is refused. */
#include "unit.h"

#include "recipe/load.h"
#include "recipe/lock.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* As lock_write writes it. */
static const char text[] =
	"{\n"
	"  \"schema\": 2,\n"
	"  \"compat\": 1,\n"
	"  \"name\": \"server\",\n"
	"  \"version\": \"1.2.3\",\n"
	"  \"release\": \"official\",\n"
	"  \"epoch\": 1700258601,\n"
	"  \"certificates\": {\n"
	"    \"file\": \"ca.crt\",\n"
	"    \"origin\": \"somewhere\",\n"
	"    \"sha256\": \"" A "\",\n"
	"    \"count\": 148\n"
	"  },\n"
	"  \"platforms\": [\n"
	"    {\n"
	"      \"platform\": \"linux/amd64\",\n"
	"      \"url\": \"https://example.org/server-linux-amd64.tar.gz\",\n"
	"      \"sha256\": \"" B "\"\n"
	"    },\n"
	"    {\n"
	"      \"platform\": \"windows/amd64\",\n"
	"      \"url\": \"https://example.org/server-windows-amd64.zip\",\n"
	"      \"sha256\": \"" A "\",\n"
	"      \"size\": 7800746\n"
	"    }\n"
	"  ]\n"
	"}\n";

static const char *path_of(const char *name)
{
	static char path[100];

	snprintf(path, sizeof path, "%s/%s", scratch_path, name);
	return path;
}

static int open_text(struct lock *lock, const char *content, struct error *err)
{
	scratch_write("lock.json", content);
	return lock_open(lock, path_of("lock.json"), err);
}

/* The text with the first place of what replaced; caller frees. */
static char *replaced(const char *what, const char *by)
{
	const char *at = strstr(text, what);
	char *result;

	if (!at)
		fail_msg("no '%s' in the lock", what);
	if (asprintf(&result, "%.*s%s%s", (int)(at - text), text, by, at + strlen(what)) < 0)
		abort();
	return result;
}

static void reads(void **state)
{
	char hex[DIGEST_HEX_BYTES];
	struct lock lock;
	struct error err;

	(void)state;
	if (open_text(&lock, text, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(lock.name, "server");
	assert_string_equal(lock.version, "1.2.3");
	assert_string_equal(lock.release, "official");
	assert_int_equal(lock.epoch, 1700258601);
	assert_string_equal(lock.certificates.file, "ca.crt");
	assert_string_equal(lock.certificates.origin, "somewhere");
	assert_string_equal(digest_write_hex(&lock.certificates.digest, hex), A);
	assert_int_equal(lock.certificates.count, 148);
	assert_int_equal(lock.releases->asset_count, 2);
	assert_string_equal(lock.releases->assets[0].platform->name, "linux/amd64");
	assert_string_equal(lock.releases->assets[0].url,
			    "https://example.org/server-linux-amd64.tar.gz");
	assert_string_equal(digest_write_hex(&lock.releases->assets[0].digest, hex), B);
	assert_int_equal(lock.releases->assets[0].size, 0);
	assert_int_equal(lock.releases->assets[1].size, 7800746);
	lock_close(&lock);
}

static void round_trip_is_stable(void **state)
{
	mode_t mask = umask(077);
	struct lock lock;
	struct error err;
	struct stat st;

	(void)state;
	assert_int_equal(open_text(&lock, text, &err), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(lock_write(&lock, path_of("new.json"), NULL, NULL, &err), 0);
		assert_text_at(scratch, "new.json", text);
	}
	umask(mask);
	assert_int_equal(stat(path_of("new.json"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	lock_close(&lock);
}

static void order_and_blanks_are_free(void **state)
{
	struct lock lock;
	struct error err;

	(void)state;
	assert_int_equal(open_text(&lock,
				   "{\"platforms\":[{\"sha256\":\"" A "\",\"url\":\"u\","
				   "\"platform\":\"linux/386\"}],\"epoch\":0,"
				   "\"release\":\"source\",\"version\":\"1\","
				   "\"name\":\"n\",\"compat\":1,\"schema\":2}", &err), 0);
	assert_null(lock.certificates.file);
	assert_int_equal(lock.epoch, 0);
	lock_close(&lock);
}

static void refusals(void **state)
{
	static const struct {
		const char *what, *by, *reason;
	} rows[] = {
		{ "\"schema\": 2", "\"schema\": 0", "key 'schema' is out of range" },
		{ "\"schema\": 2", "\"schema\": 2.0", "key 'schema' is not a number" },
		{ "\"schema\": 2", "\"schema\": \"1\"", "key 'schema' is not a number" },
		{ "\"schema\": 2", "\"schema\": 99999999999", "key 'schema' is out of range" },
		{ "  \"schema\": 2,\n", "", "key 'schema' is not a number" },
		{ "  \"compat\": 1,\n", "", "key 'compat' is not a number" },
		{ "\"compat\": 1", "\"compat\": -1", "key 'compat' is out of range" },
		{ "\"name\": \"server\"", "\"name\": 5", "key 'name' is not a string" },
		{ "\"name\": \"server\"", "\"name\": \"a/b\"", "key 'name' is not a plain name" },
		{ "\"version\": \"1.2.3\",", "", "key 'version' is not a string" },
		{ "\"version\": \"1.2.3\"", "\"version\": \"\"",
		  "key 'version' is not a plain name" },
		{ "\"release\": \"official\"", "\"release\": \"a\\nb\"",
		  "key 'release' is not a plain name" },
		{ "\"release\"", "\"relase\"", "key 'relase' is not known" },
		{ "1700258601", "-1", "key 'epoch' is out of range" },
		{ "1700258601", "253402300800", "key 'epoch' is out of range" },
		{ "1700258601", "\"x\"", "key 'epoch' is not a number" },
		{ "\"ca.crt\"", "null", "key 'file' is not a string" },
		{ "    \"origin\": \"somewhere\",\n", "", "key 'origin' is not a string" },
		{ "148", "0", "key 'count' is out of range" },
		{ "148", "2049", "key 'count' is out of range" },
		{ "\"count\": 148", "\"count\": 148, \"x\": 1", "key 'x' is not known" },
		{ A, A "a", "key 'sha256' is not 64 lower-case hexadecimal digits" },
		{ A, "A" A, "key 'sha256' is not 64 lower-case hexadecimal digits" },
		{ B, "", "key 'sha256' is not 64 lower-case hexadecimal digits" },
		{ "\"linux/amd64\"", "\"linux/x86_64\"",
		  "key 'platform' is not the canonical name of a platform" },
		{ "\"linux/amd64\"", "\"linux/vax\"", "key 'platform' is not the canonical "
		  "name of a "
		"platform" },
		{ "\"linux/amd64\"", "\"windows/arm64\"",
		  "key 'platforms' is unsorted or has a duplicate" },
		{ "\"linux/amd64\"", "\"windows/amd64\"",
		  "key 'platforms' is unsorted or has a duplicate" },
		{ "7800746", "0", "key 'size' is out of range" },
		{ "7800746", "4294967297", "key 'size' is out of range" },
		{ "7800746", "7800746.5", "key 'size' is not a number" },
		{ "\"size\"", "\"sise\"", "key 'sise' is not known" },
		{ "{\n      \"platform\"", "5, {\n      \"platform\"",
		  "key 'platforms' is not a list of objects" },
		{ "\"certificates\": {", "\"certificates\": 5, \"x\": {", "key 'x' is not known" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char message[300], *content = replaced(rows[i].what, rows[i].by);
		struct lock lock;
		struct error err;

		snprintf(message, sizeof message, "cannot use lock '%s': %s", path_of("lock.json"),
			 rows[i].reason);
		assert_refused(open_text(&lock, content, &err), err, STATUS_CONFIG, message);
		assert_string_equal(err.hint, "when it is moved away, 'bundler lock' writes a new one");
		free(content);
	}
}

/* With a probe and an init besides. */
#define END_OF_PLATFORMS "      \"size\": 7800746\n    }\n  ]"
static const char others[] =
	END_OF_PLATFORMS ",\n"
	"  \"releases\": [\n"
	"    {\n"
	"      \"name\": \"probe\",\n"
	"      \"version\": \"0.4\",\n"
	"      \"platforms\": [\n"
	"        {\n"
	"          \"platform\": \"linux/amd64\",\n"
	"          \"url\": \"https://example.org/probe-0.4-linux-amd64\",\n"
	"          \"sha256\": \"" A "\",\n"
	"          \"size\": 7\n"
	"        }\n"
	"      ]\n"
	"    },\n"
	"    {\n"
	"      \"name\": \"tini\",\n"
	"      \"version\": \"0.19.0\",\n"
	"      \"platforms\": [\n"
	"        {\n"
	"          \"platform\": \"linux/amd64\",\n"
	"          \"url\": \"https://example.org/tini-amd64\",\n"
	"          \"sha256\": \"" B "\"\n"
	"        }\n"
	"      ]\n"
	"    }\n"
	"  ]";

/* The lock with other releases, in which what is replaced, and once more; caller frees. */
static char *with_releases(const char *what, const char *by)
{
	char *whole = replaced(END_OF_PLATFORMS, others), *at = strstr(whole, what), *result;

	if (!at)
		fail_msg("no '%s' in the lock", what);
	if (asprintf(&result, "%.*s%s%s", (int)(at - whole), whole, by, at + strlen(what)) < 0)
		abort();
	free(whole);
	return result;
}

static void releases(void **state)
{
	char *content = with_releases("", "");
	struct buffer written;
	struct lock lock;
	struct error err;

	(void)state;
	if (open_text(&lock, content, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(lock.release_count, 3);
	assert_string_equal(lock.releases[0].name, "server");
	assert_string_equal(lock.releases[1].name, "probe");
	assert_string_equal(lock.releases[1].version, "0.4");
	assert_int_equal(lock.releases[1].assets[0].size, 7);
	assert_string_equal(lock.releases[2].name, "tini");
	assert_string_equal(lock.releases[2].assets[0].url, "https://example.org/tini-amd64");
	buffer_init(&written, 65536);
	assert_int_equal(lock_format(&lock, &written, &err), 0);
	assert_int_equal(written.length, strlen(content));
	assert_memory_equal(written.bytes, content, written.length);
	buffer_free(&written);
	lock_close(&lock);
	free(content);
}

static void releases_that_are_refused(void **state)
{
	static const struct {
		const char *what, *by, *reason;
	} rows[] = {
		{ "\"schema\": 2", "\"schema\": 1", "'releases' is not known in schema 1" },
		{ "\"probe\"", "\"tini\"", "'releases' is unsorted or has a duplicate" },
		{ "\"probe\"", "\"zoo\"", "'releases' is unsorted or has a duplicate" },
		{ "\"probe\"", "\"server\"", "'releases' is unsorted or has a duplicate" },
		{ "\"probe\"", "\"a/b\"", "'name' is not a plain name" },
		{ "\"0.4\"", "0.4", "'version' is not a string" },
		{ "      \"version\": \"0.4\",\n", "", "'version' is not a string" },
		{ "\"releases\": [\n", "\"releases\": [5,\n", "'releases' is not a list of objects" },
		{ "\"releases\": [\n", "\"releases\": {}, \"x\": [\n", "'x' is not known" },
		{ "      \"platforms\": [\n        {\n          \"platform\": \"linux/amd64\",\n"
		  "          \"url\": \"https://example.org/probe",
		  "      \"platforms\": [\n        {\n          \"platform\": \"linux/vax\",\n"
		  "          \"url\": \"https://example.org/probe",
		  "'platform' is not the canonical name of a platform" },
		{ "\"size\": 7\n", "\"size\": 0\n", "'size' is out of range" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char message[300], *content = with_releases(rows[i].what, rows[i].by);
		struct lock lock;
		struct error err;

		snprintf(message, sizeof message, "cannot use lock '%s': key %s",
			 path_of("lock.json"), rows[i].reason);
		assert_refused(open_text(&lock, content, &err), err, STATUS_CONFIG, message);
		free(content);
	}
}

/* What 0.2.0 wrote is read, and written anew with nothing but another number. */
static void first_schema(void **state)
{
	char *content = replaced("\"schema\": 2", "\"schema\": 1");
	struct lock lock;
	struct error err;

	(void)state;
	if (open_text(&lock, content, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(lock.release_count, 1);
	assert_int_equal(lock_write(&lock, path_of("new.json"), NULL, NULL, &err), 0);
	assert_text_at(scratch, "new.json", text);
	lock_close(&lock);
	free(content);
}

/* Images are Linux's, with both digests; tests/cli/lock_record.sh has what else may be wrong. */
static void results_of_windows(void **state)
{
	char *content = replaced("  ]\n}\n", "  ], \"results\": {\"compat\": 1, "
	"\"compressor\": \"c\", "
				 "\"platforms\": [{\"platform\": \"windows/amd64\", \"mtree\": \""
				 A "\", \"manifest\": \"" B "\"}]}}");
	char *image = strstr(content, ", \"manifest\""), message[300];
	struct lock lock;
	struct error err;

	(void)state;
	snprintf(message, sizeof message, "cannot use lock '%s': key 'manifest' is for an image, "
	"but Windows has none", path_of("lock.json"));
	assert_refused(open_text(&lock, content, &err), err, STATUS_CONFIG, message);
	memset(image, ' ', strlen(", \"manifest\": \"" B "\""));
	assert_int_equal(open_text(&lock, content, &err), 0);
	assert_int_equal(lock.result_count, 1);
	assert_false(lock.results[0].has_image);
	lock_close(&lock);
	free(content);
}

static void what_is_no_lock(void **state)
{
	static const char *const rows[][2] = {
		{ "", "line 1, column 0: '[' or '{' expected near end of file" },
		{ "[]", "not a JSON object" },
		{ "{}", "key 'schema' is not a number" },
		{ "{\"schema\": 2, \"schema\": 2}", "line 1, column 22: duplicate object key near "
		  "'\"schema\"'" },
		{ "{\"schema\": 2} x", "line 1, column 15: end of file expected near 'x'" },
		{ "{\"schema\": 2,}", "line 1, column 14: string or '}' expected near '}'" },
		{ "{\"name\": \"a\\u0000b\"}", "line 1, column 19: \\u0000 is not allowed without "
		  "JSON_ALLOW_NUL near '\"a\\u0000b\"'" },
		{ "{\"name\": \"\xff\"}", "line 1, column 10: unable to decode byte 0xff near "
		  "'\"'" },
		{ "{\"schema\": 2, \"compat\": 1, \"name\": \"a\", \"version\": \"1\", "
		  "\"release\": \"r\", "
		  "\"epoch\": 1, \"certificates\": 5}", "key 'certificates' is not an object" },
		{ "{\"schema\": 2, \"compat\": 1, \"name\": \"a\", \"version\": \"1\", "
		  "\"release\": \"r\", "
		  "\"epoch\": 1}", "key 'platforms' is not a list, or is empty" },
		{ "{\"schema\": 2, \"compat\": 1, \"name\": \"a\", \"version\": \"1\", "
		  "\"release\": \"r\", "
		  "\"epoch\": 1, \"platforms\": {}}", "key 'platforms' is not a list, or is "
		  "empty" },
		{ "<html>", "line 1, column 1: '[' or '{' expected near '<'" },
	};
	char message[300];
	struct lock lock;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(message, sizeof message, "cannot use lock '%s': %s", path_of("lock.json"),
			 rows[i][1]);
		assert_refused(open_text(&lock, rows[i][0], &err), err, STATUS_CONFIG, message);
	}
}

/* Whatever is missing at the end. */
static void truncated(void **state)
{
	char *content = strdup(text);
	struct lock lock;
	struct error err;

	(void)state;
	for (size_t length = strlen(text) - 2; length > 0; length--) {
		content[length] = '\0';
		assert_int_equal(open_text(&lock, content, &err), -1);
		assert_int_equal(err.status, STATUS_CONFIG);
	}
	free(content);
}

/* Told apart before anything else that this bundler does not understand. */
static void from_the_future(void **state)
{
	static const char *const rows[][2] = {
		{ "{\"schema\": 3, \"compat\": 1, \"news\": true}", "(schema 3, compat 1)" },
		{ "{\"schema\": 2, \"compat\": 7}", "(schema 2, compat 7)" },
	};
	char message[300];
	struct lock lock;
	struct error err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		snprintf(message, sizeof message, "cannot use lock '%s': a later bundler wrote it "
			 "%s",
			 path_of("lock.json"), rows[i][1]);
		assert_refused(open_text(&lock, rows[i][0], &err), err, STATUS_CONFIG, message);
		assert_string_equal(err.hint, "this one knows schema 2 and compat 1");
	}
}

static void missing(void **state)
{
	char message[300];
	struct lock lock;
	struct error err;

	(void)state;
	snprintf(message, sizeof message, "cannot read '%s': No such file or directory",
		 path_of("none"));
	assert_refused(lock_open(&lock, path_of("none"), &err), err, STATUS_FILE, message);
	assert_string_equal(err.hint, "'bundler lock' makes a lock: nothing is built without one");
}

static const char recipe_text[] =
	"name: server\nversion: 1.2.3\nrelease:\n  asset: \"{name}-{target}.{format}\"\n"
	"  url: \"https://example.org/{asset}\"\n  sums: https://example.org/SHA256SUMS\n"
	"  directory: \"\"\n  format: {linux: tar.gz, windows: zip}\n"
	"platforms: [linux/amd64, linux/386]\ncertificates: {file: ca.crt, origin: somewhere}\n"
	"root: [{path: /a, text: a, mode: \"0755\"}]\nimage: {entrypoint: [/a]}\n";

static const char releases_text[] =
	"releases:\n"
	"  tini: {version: 0.19.0, asset: \"tini-{arch}\", url: \"https://example.org/{asset}\",\n"
	"    sums: \"\", format: {linux: program}}\n"
	"  probe: {version: \"0.4\", asset: \"{name}-{version}-{target}\",\n"
	"    url: \"https://example.org/{asset}\", sums: \"\", format: {linux: program}}\n";

static void load(struct recipe *recipe, const char *releases)
{
	struct buffer buffer;
	struct error err;
	char root[] = "root: [{path: /t, asset: true, release: tini},\n"
		      "  {path: /p, asset: true, release: probe}, {path: /a, text: a, mode: \"0755\"}]\n";

	buffer_init(&buffer, 65536);
	buffer_format(&buffer, "%.*s%s%s%s", (int)(strstr(recipe_text, "root:") - recipe_text),
		      recipe_text, releases, *releases ? root : "root: [{path: /a, text: a, mode: \"0755\"}]\n",
		      strstr(recipe_text, "image:"));
	if (recipe_load_text(recipe, "r.yaml", &buffer, &err) < 0)
		fail_msg("%s", err.message);
	buffer_free(&buffer);
}

static void belongs_to_its_recipe(void **state)
{
	static const struct {
		const char *what, *by, *reason;
	} rows[] = {
		{ "\"server\"", "\"other\"", "name is 'other' in the lock, 'server' in the "
		  "recipe" },
		{ "1.2.3", "1.2.4", "version is '1.2.4' in the lock, '1.2.3' in the recipe" },
		{ "ca.crt", "cb.crt", "certificates file is 'cb.crt' in the lock, 'ca.crt' in the "
		  "recipe" },
		{ "somewhere", "elsewhere",
		  "certificates origin is 'elsewhere' in the lock, 'somewhere' in the recipe" },
		{ "https://example.org/server-linux", "https://example.net/server-linux",
		  "url is 'https://example.net/server-linux-amd64.tar.gz' in the lock, "
		  "'https://example.org/server-linux-amd64.tar.gz' in the recipe" },
		{ "  \"certificates\": {\n    \"file\": \"ca.crt\",\n    \"origin\": "
		  "\"somewhere\",\n    "
		  "\"sha256\": \"" A "\",\n    \"count\": 148\n  },\n", "",
		  "certificates file is '(none)' in the lock, 'ca.crt' in the recipe" },
	};
	struct recipe recipe;
	struct lock lock;
	struct error err;

	(void)state;
	load(&recipe, "");
	assert_int_equal(open_text(&lock, text, &err), 0);
	assert_int_equal(lock_check(&lock, &recipe, &err), 0);
	lock_close(&lock);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char message[500], *content = replaced(rows[i].what, rows[i].by);

		assert_int_equal(open_text(&lock, content, &err), 0);
		snprintf(message, sizeof message, "cannot use lock '%s' with recipe 'r.yaml': %s",
			 path_of("lock.json"), rows[i].reason);
		assert_refused(lock_check(&lock, &recipe, &err), err, STATUS_CONFIG, message);
		lock_close(&lock);
		free(content);
	}
	recipe_close(&recipe);
}

static void belongs_to_its_releases(void **state)
{
	static const struct {
		const char *what, *by, *reason;
	} rows[] = {
		{ "probe-0.4", "probe-0.5", "url is 'https://example.org/probe-0.5-linux-amd64' in "
		  "the lock, 'https://example.org/probe-0.4-linux-amd64' in the recipe" },
		{ "\"0.4\"", "\"0.5\"", "the version of a release is '0.5' in the lock, '0.4' in "
		  "the recipe" },
		{ "\"probe\"", "\"prober\"", "a release is 'prober' in the lock, 'probe' in the "
		  "recipe" },
	};
	struct recipe recipe;
	struct lock lock;
	struct error err;
	char message[500], *content;

	(void)state;
	load(&recipe, releases_text);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		content = with_releases(rows[i].what, rows[i].by);
		assert_int_equal(open_text(&lock, content, &err), 0);
		snprintf(message, sizeof message, "cannot use lock '%s' with recipe 'r.yaml': %s",
			 path_of("lock.json"), rows[i].reason);
		assert_refused(lock_check(&lock, &recipe, &err), err, STATUS_CONFIG, message);
		lock_close(&lock);
		free(content);
	}
	content = with_releases("", "");
	assert_int_equal(open_text(&lock, content, &err), 0);
	assert_int_equal(lock_check(&lock, &recipe, &err), 0);
	free(content);
	lock.releases[2].assets[0].platform = platform_find("linux/386", &err);
	lock.releases[2].assets[0].url = pool_string(&lock.pool, "https://example.org/tini-386");
	snprintf(message, sizeof message, "cannot use lock '%s': nothing is locked for platform "
		 "'linux/amd64' of release 'tini'", path_of("lock.json"));
	assert_refused(lock_check(&lock, &recipe, &err), err, STATUS_CONFIG, message);
	lock.release_count = 2;
	assert_refused(lock_check(&lock, &recipe, &err), err, STATUS_CONFIG,
		       pool_format(&lock.pool, "cannot use lock '%s' with recipe 'r.yaml': a "
				   "release is '(none)' in the lock, 'tini' in the recipe",
				   path_of("lock.json")));
	lock_close(&lock);
	recipe_close(&recipe);
	load(&recipe, "");
	content = with_releases("", "");
	assert_int_equal(open_text(&lock, content, &err), 0);
	assert_int_equal(lock_check(&lock, &recipe, &err), -1);
	free(content);
	lock_close(&lock);
	recipe_close(&recipe);
}

static void finds_a_platform(void **state)
{
	const struct platform *amd64, *i386;
	char message[300];
	struct lock lock;
	struct error err;

	(void)state;
	assert_int_equal(open_text(&lock, text, &err), 0);
	amd64 = platform_find("linux/amd64", &err);
	i386 = platform_find("linux/386", &err);
	assert_ptr_equal(lock_find(&lock, amd64, &err), &lock.releases->assets[0]);
	assert_null(lock_find(&lock, i386, &err));
	snprintf(message, sizeof message, "cannot use lock '%s': nothing is locked for platform "
		 "'linux/386'",
		 path_of("lock.json"));
	assert_string_equal(err.message, message);
	assert_int_equal(err.status, STATUS_CONFIG);
	lock_close(&lock);
}

static void what_cannot_be_written(void **state)
{
	struct lock lock;
	struct error err;

	(void)state;
	assert_int_equal(open_text(&lock, text, &err), 0);
	scratch_write("old.json", "old");
	lock.releases->assets[1].url = pool_string(&lock.pool, "\xff");
	assert_int_equal(lock_write(&lock, path_of("old.json"), NULL, NULL, &err), -1);
	assert_int_equal(err.status, STATUS_CONFIG);
	lock.releases->assets[1].url = pool_string(&lock.pool, "u");
	lock.certificates.origin = pool_string(&lock.pool, "\xff");
	assert_int_equal(lock_write(&lock, path_of("old.json"), NULL, NULL, &err), -1);
	assert_int_equal(err.status, STATUS_CONFIG);
	assert_text_at(scratch, "old.json", "old");
	lock_close(&lock);
}

static void default_places(void **state)
{
	static const char *const rows[][2] = {
		{ "a.yaml", "a.lock.json" }, { "b/a.yml", "b/a.lock.json" },
			{ "a.b.yaml", "a.b.lock.json" },
		{ "a", "a.lock.json" }, { "a.b/c", "a.b/c.lock.json" },
		{ "a.json", "a.json.lock.json" },
	};
	struct pool pool = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(lock_default_path(&pool, rows[i][0]), rows[i][1]);
	pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(reads),
		scratch_test(round_trip_is_stable),
		scratch_test(order_and_blanks_are_free),
		scratch_test(refusals),
		scratch_test(releases),
		scratch_test(releases_that_are_refused),
		scratch_test(first_schema),
		scratch_test(results_of_windows),
		scratch_test(what_is_no_lock),
		scratch_test(truncated),
		scratch_test(from_the_future),
		scratch_test(missing),
		scratch_test(belongs_to_its_recipe),
		scratch_test(belongs_to_its_releases),
		scratch_test(finds_a_platform),
		scratch_test(what_cannot_be_written),
		cmocka_unit_test(default_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
