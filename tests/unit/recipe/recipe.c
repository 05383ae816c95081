/* SPDX-License-Identifier: Apache-2.0 */
/* recipe*.c: what a recipe may say, and what is told when it says something else. */
#include "unit.h"

#include "base/buffer.h"
#include "base/limits.h"
#include "recipe/edit.h"
#include "recipe/load.h"

/* A recipe in lines, of which a test replaces one; their numbers are counted from 1. */
static const char *const good[] = {
	"name: server",							/* 1 */
	"version: 1.2.3",
	"release:",
	"  asset: \"{name}-v{version}-{target}.{format}\"",
	"  url: \"https://example.org/v{version}/{asset}\"",		/* 5 */
	"  sums: \"https://example.org/v{version}/SHA256SUMS\"",
	"  directory: \"{name}-{target}\"",
	"  format: {linux: tar.gz, windows: zip}",
	"platforms: [linux/amd64, linux/arm, windows/amd64]",
	"certificates: {file: ca.crt, origin: somewhere}",		/* 10 */
	"root:",
	"  - {path: \"/bin/server{exe}\", member: \"server{exe}\", mode: \"0755\", program: true}",
	"  - {path: /etc/server.conf, file: dir/server.conf, owner: \"1:4294967294\"}",
	"  - {path: /etc/certs, certificates: true, os: linux}",
	"  - {path: /tmp, directory: true, mode: \"1777\", os: linux}",	/* 15 */
	"  - {path: /link, link: \"bin/server{exe}\"}",
	"  - {path: /text, text: \"hosts: {files}\\n\"}",
	"image:",
	"  entrypoint: [\"/bin/server{exe}\"]",
	"  cmd: [-c, /etc/server.conf]",				/* 20 */
	"  env: [A=, _b1=x=y, {set: C=1, os: windows}]",
	"  ports: [4222/tcp, \"8222\", 1/udp]",
	"  user: \"65532:0\"",
	"  workdir: /",
	"  labels: {org.example.version: \"v{version}\"}",		/* 25 */
	"  stopsignal: SIGRTMIN+3",
	"  flavours: {small: {user: \"7\"}, other: {workdir: /a}}",
	"library:",
	"  name: server",
	"  maintainers: [A B <a@example.org> (@a), C (@c)]",		/* 30 */
	"  repository: \"https://example.org/server.git\"",
	"  branch: main",
	"  directory: \"{minor}.x\"",
	"  tags: [\"{version}\", \"{minor}\", \"{major}\"]",
	"  platforms: [linux/amd64, windows/amd64]",			/* 35 */
	("  variants: [{alpine: \"3.18\"}, {scratch: oci-import}, "
	 "{windowsservercore: \"1809\"}, {nanoserver: \"1809\"}]"),
};

/* For line 10: another release, without its end. */
#define OTHER(keys) "releases: {tini: {" keys "asset: \"tini-{arch}\", url: \"https://a/{asset}\", " \
	"sums: \"\", format: {linux: program}"

/* For line 8: the formats, and the beginning of rows for older versions. */
#define OLDER "  format: {linux: tar.gz, windows: zip}\n  older:\n    - "

#define LINES (sizeof good / sizeof good[0])

/* The recipe with line number replaced by text, which may be several lines; 0 replaces none. */
static void compose(struct buffer *text, size_t number, const char *line)
{
	buffer_init(text, LIMIT_RECIPE_BYTES);
	for (size_t i = 0; i < LINES; i++)
		assert_int_equal(buffer_format(text, "%s\n", i + 1 == number ? line : good[i]), 0);
}

static int load(struct recipe *recipe, size_t number, const char *line, struct error *err)
{
	struct buffer text;
	int result;

	compose(&text, number, line);
	result = recipe_load_text(recipe, "r.yaml", &text, err);
	buffer_free(&text);
	return result;
}

static void says_what_it_says(void **state)
{
	struct recipe recipe;
	struct error err;

	(void)state;
	if (load(&recipe, 0, NULL, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(recipe.file, "r.yaml");
	assert_string_equal(recipe.name, "server");
	assert_string_equal(recipe.version, "1.2.3");
	assert_int_equal(recipe.platform_count, 3);
	assert_string_equal(recipe.platforms[1]->name, "linux/arm/v7");
	assert_string_equal(recipe.certificates, "ca.crt");
	assert_string_equal(recipe.origin, "somewhere");
	assert_string_equal(recipe_format(recipe.releases, recipe.platforms[0])->name, "tar.gz");
	assert_string_equal(recipe_format(recipe.releases, recipe.platforms[2])->name, "zip");
	recipe_close(&recipe);
}

static void a_platform_of_another_format(void **state)
{
	struct recipe recipe;
	struct error err;

	(void)state;
	if (load(&recipe, 8, "  format: {linux/arm: tar.xz, linux: tgz, windows/amd64: zip}",
		 &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(recipe_format(recipe.releases, recipe.platforms[0])->name, "tgz");
	assert_string_equal(recipe_format(recipe.releases, recipe.platforms[1])->name, "tar.xz");
	assert_string_equal(recipe_format(recipe.releases, recipe.platforms[2])->name, "zip");
	recipe_close(&recipe);
}

static void assert_entry(const struct recipe_entry *entry, enum recipe_source source,
			 const char *path, const char *argument, uint32_t mode)
{
	assert_string_equal(entry->path, path);
	assert_int_equal(entry->source, source);
	assert_string_equal(entry->argument, argument);
	assert_int_equal(entry->mode, mode);
}

static void entries(void **state)
{
	const struct recipe_entry *entry;
	struct recipe recipe;
	struct error err;

	(void)state;
	assert_int_equal(load(&recipe, 0, NULL, &err), 0);
	assert_int_equal(recipe.entry_count, 6);
	entry = recipe.entries;
	assert_entry(&entry[0], RECIPE_MEMBER, "/bin/server{exe}", "server{exe}", 0755);
	assert_int_equal(entry[0].program, 1);
	assert_null(entry[0].os);
	assert_entry(&entry[1], RECIPE_FILE, "/etc/server.conf", "dir/server.conf", 0644);
	assert_int_equal(entry[1].uid, 1);
	assert_int_equal(entry[1].gid, 4294967294);
	assert_entry(&entry[2], RECIPE_CERTIFICATES, "/etc/certs", "", 0644);
	assert_string_equal(entry[2].os, "linux");
	assert_entry(&entry[3], RECIPE_DIRECTORY, "/tmp", "", 01777);
	assert_entry(&entry[4], RECIPE_LINK, "/link", "bin/server{exe}", 0777);
	assert_entry(&entry[5], RECIPE_TEXT, "/text", "hosts: {files}\n", 0644);
	recipe_close(&recipe);
}

static void image(void **state)
{
	struct recipe recipe;
	struct error err;

	(void)state;
	assert_int_equal(load(&recipe, 0, NULL, &err), 0);
	assert_int_equal(recipe.image.entrypoint.count, 1);
	assert_string_equal(recipe.image.cmd.items[1], "/etc/server.conf");
	assert_int_equal(recipe.image.env_count, 3);
	assert_string_equal(recipe.image.env[1].text, "_b1=x=y");
	assert_null(recipe.image.env[1].os);
	assert_string_equal(recipe.image.env[2].text, "C=1");
	assert_string_equal(recipe.image.env[2].os, "windows");
	assert_int_equal(recipe.image.ports.count, 3);
	assert_string_equal(recipe.image.ports.items[1], "8222");
	assert_string_equal(recipe.image.user, "65532:0");
	assert_string_equal(recipe.image.workdir, "/");
	assert_int_equal(recipe.image.label_count, 1);
	assert_string_equal(recipe.image.labels[0].name, "org.example.version");
	assert_string_equal(recipe.image.labels[0].value, "v{version}");
	assert_string_equal(recipe.image.stop_signal, "SIGRTMIN+3");
	assert_int_equal(recipe.image.flavour_count, 2);
	assert_string_equal(recipe.image.flavours[0].name, "small");
	assert_string_equal(recipe.image.flavours[0].user, "7");
	assert_null(recipe.image.flavours[0].workdir);
	assert_string_equal(recipe.image.flavours[1].workdir, "/a");
	recipe_close(&recipe);
}

static void library(void **state)
{
	const struct recipe_library *library;
	struct recipe recipe;
	struct error err;

	(void)state;
	if (load(&recipe, 0, NULL, &err) < 0)
		fail_msg("%s", err.message);
	library = &recipe.library;
	assert_string_equal(library->name, "server");
	assert_string_equal(library->maintainers.items[0], "A B <a@example.org> (@a)");
	assert_string_equal(library->repository, "https://example.org/server.git");
	assert_string_equal(library->branch, "main");
	assert_false(library->dist);
	assert_string_equal(recipe_expand_version(&recipe, &recipe.pool, library->directory, &err),
			    "1.2.x");
	assert_string_equal(recipe_expand_version(&recipe, &recipe.pool, library->tags.items[2],
						  &err), "1");
	assert_int_equal(library->packages.count, 0);
	assert_int_equal(library->platform_count, 2);
	assert_int_equal(library->variant_count, 4);
	assert_string_equal(library->variants[0].kind->name, "alpine");
	assert_string_equal(library->variants[0].version, "3.18");
	assert_true(library->variants[1].imported);
	assert_false(library->variants[3].imported);
	recipe_close(&recipe);
}

static void templates_of_each_platform(void **state)
{
	static const char *const rows[][4] = {
		{ "server-v1.2.3-linux-amd64.tar.gz",
		  "https://example.org/v1.2.3/server-v1.2.3-linux-amd64.tar.gz", "/bin/server",
		  "linux  server-v1.2.3-linux-amd64.tar.gz" },
		{ "server-v1.2.3-linux-armv7.tar.gz",
		  "https://example.org/v1.2.3/server-v1.2.3-linux-armv7.tar.gz", "/bin/server",
		  "linux  server-v1.2.3-linux-armv7.tar.gz" },
		{ "server-v1.2.3-windows-amd64.zip",
		  "https://example.org/v1.2.3/server-v1.2.3-windows-amd64.zip", "/bin/server.exe",
		  "windows .exe server-v1.2.3-windows-amd64.zip" },
	};
	struct recipe recipe;
	struct error err;

	(void)state;
	assert_int_equal(load(&recipe, 0, NULL, &err), 0);
	for (size_t i = 0; i < 3; i++) {
		const struct platform *platform = recipe.platforms[i];
		struct pool pool = { 0 };

		assert_string_equal(recipe_asset(recipe.releases, platform, &pool, &err), rows[i][0]);
		assert_string_equal(recipe_url(recipe.releases, platform, &pool, &err), rows[i][1]);
		assert_string_equal(recipe_expand(&recipe, platform, &pool, recipe.entries[0].path,
						  &err),
				    rows[i][2]);
		assert_string_equal(recipe_expand(&recipe, platform, &pool, "{os} {exe} {asset}",
						  &err),
				    rows[i][3]);
		assert_string_equal(recipe_sums(recipe.releases, platform, &pool, &err),
				    "https://example.org/v1.2.3/SHA256SUMS");
		pool_free(&pool);
	}
	recipe_close(&recipe);
}

/* {target} is a template for all platforms or for some, and older versions change it. */
static void what_target_stands_for(void **state)
{
	static const struct {
		const char *text, *amd, *arm;
	} rows[] = {
		{ "  target: \"{os}_{arch}\"", "linux_amd64", "linux_armv7" },
		{ "  target: {linux/arm/v7: linux-armhf}", "linux-amd64", "linux-armhf" },
		{ "  target: \"{os}_{version}_{variant}\"", "linux_1.2.3_", "linux_1.2.3_v7" },
		{ "  target: x\n  older:\n    - {before: 2.0.0, target: {linux/arm: y}}\n"
		  "    - {before: 1.5.0, target: {linux/amd64: z}}", "z", "y" },
		{ "  target: {linux/arm: y}\n  older: [{before: 2.0.0, target: \"{arch}\"}]",
		  "amd64", "armv7" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char line[400];
		struct pool pool = { 0 };
		struct recipe recipe;
		struct buffer text;
		struct error err;

		snprintf(line, sizeof line, "  format: {linux: tar.gz, windows: zip}\n%s",
			 rows[i].text);
		compose(&text, 8, line);
		if (recipe_load_text(&recipe, "r.yaml", &text, &err) < 0)
			fail_msg("%s: %s", rows[i].text, err.message);
		assert_string_equal(recipe_target(recipe.releases, recipe.platforms[0], &pool, &err),
				    rows[i].amd);
		assert_string_equal(recipe_target(recipe.releases, recipe.platforms[1], &pool, &err),
				    rows[i].arm);
		assert_false(recipe_sums_vary(recipe.releases));
		recipe_close(&recipe);
		buffer_free(&text);
		pool_free(&pool);
	}
}

static void sums_for_each_asset(void **state)
{
	struct pool pool = { 0 };
	struct recipe recipe;
	struct buffer text;
	struct error err;

	(void)state;
	compose(&text, 6, "  sums: \"https://example.org/{asset}.sha256\"");
	assert_int_equal(recipe_load_text(&recipe, "r.yaml", &text, &err), 0);
	assert_true(recipe_sums_vary(recipe.releases));
	assert_string_equal(recipe_sums(recipe.releases, recipe.platforms[1], &pool, &err),
			    "https://example.org/server-v1.2.3-linux-armv7.tar.gz.sha256");
	recipe_close(&recipe);
	buffer_free(&text);
	pool_free(&pool);
}

/* Replaces the version in the composed text. */
static void set_version(struct buffer *text, const char *version)
{
	struct buffer other;
	const char *place = strstr(text->bytes, "1.2.3\n");

	buffer_init(&other, LIMIT_RECIPE_BYTES);
	assert_int_equal(buffer_format(&other, "%.*s%s%s", (int)(place - text->bytes), text->bytes,
				       version, place + 5), 0);
	buffer_free(text);
	*text = other;
}

/* What a version that stands in the text makes of the rows. */
static void older_versions(void **state)
{
	static const char rows[] = OLDER "{before: 2.0.0, format: {linux: zip}}\n"
		"    - {before: 1.5.0, sums: \"\", directory: \"old\"}\n"
		"    - {before: 1.2.3, asset: \"s-{version}-{target}.{format}\", url: "
		"\"https://example.org/{asset}\", sums: \"https://example.org/sums\"}";
	static const struct {
		const char *version, *asset, *url, *sums, *directory;
	} expected[] = {
		{ "2.0.0", "server-v2.0.0-linux-amd64.tar.gz",
		  "https://example.org/v2.0.0/server-v2.0.0-linux-amd64.tar.gz",
		  "https://example.org/v2.0.0/SHA256SUMS", "server-linux-amd64" },
		{ "2.0.0-RC.1", "server-v2.0.0-RC.1-linux-amd64.zip",
		  "https://example.org/v2.0.0-RC.1/server-v2.0.0-RC.1-linux-amd64.zip",
		  "https://example.org/v2.0.0-RC.1/SHA256SUMS", "server-linux-amd64" },
		{ "1.10.0", "server-v1.10.0-linux-amd64.zip",
		  "https://example.org/v1.10.0/server-v1.10.0-linux-amd64.zip",
		  "https://example.org/v1.10.0/SHA256SUMS", "server-linux-amd64" },
		{ "1.2.3", "server-v1.2.3-linux-amd64.zip",
		  "https://example.org/v1.2.3/server-v1.2.3-linux-amd64.zip", "", "old" },
		{ "0.9.0", "s-0.9.0-linux-amd64.zip",
		  "https://example.org/s-0.9.0-linux-amd64.zip",
		  "https://example.org/sums", "old" },
	};
	struct recipe recipe;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
		struct pool pool = { 0 };
		struct buffer text;

		compose(&text, 8, rows);
		set_version(&text, expected[i].version);
		if (recipe_load_text(&recipe, "r.yaml", &text, &err) < 0)
			fail_msg("%s: %s", expected[i].version, err.message);
		assert_string_equal(recipe_asset(recipe.releases, recipe.platforms[0], &pool, &err),
				    expected[i].asset);
		assert_string_equal(recipe_url(recipe.releases, recipe.platforms[0], &pool, &err),
				    expected[i].url);
		assert_string_equal(recipe_sums(recipe.releases, recipe.platforms[0], &pool, &err),
				    expected[i].sums);
		assert_string_equal(recipe_expand(&recipe, recipe.platforms[0], &pool,
						  recipe.releases->wrapper, &err),
				    expected[i].directory);
		assert_string_equal(recipe_format(recipe.releases, recipe.platforms[2])->name, "zip");
		recipe_close(&recipe);
		buffer_free(&text);
		pool_free(&pool);
	}
}

static void other_releases(void **state)
{
	const struct recipe_release *tini, *probe;
	struct recipe recipe;
	struct pool pool = { 0 };
	struct error err;
	char lines[1000];

	(void)state;
	snprintf(lines, sizeof lines, "  - {path: \"/{name}\", asset: true, release: tini, os: linux}\n"
		 "  - {path: /p, member: \"{name}-{version}\", release: probe, os: linux}\n%s\n%s",
		 "releases: {tini: {version: 0.19.0, asset: \"{name}-{arch}\", sums: \"\",\n"
		 "  url: \"https://a/{version}/{asset}\", format: {linux: program},\n"
		 "  older: [{before: 0.20.0, asset: \"old-{arch}\"}]},",
		 " probe: {version: \"1\", asset: p, url: \"https://a/p\", sums: \"\", "
		 "shared: true, directory: \"{name}\", format: {linux: zip}}}");
	if (load(&recipe, 17, lines, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(recipe.release_count, 3);
	probe = &recipe.releases[1];
	tini = &recipe.releases[2];
	assert_string_equal(probe->name, "probe");
	assert_string_equal(tini->name, "tini");
	assert_string_equal(recipe_url(tini, recipe.platforms[1], &pool, &err),
			    "https://a/0.19.0/old-armv7");
	assert_null(recipe_format(tini, recipe.platforms[2]));
	assert_string_equal(recipe_expand_of(probe, recipe.platforms[0], &pool,
					     recipe.entries[6].argument, &err), "probe-1");
	assert_int_equal(recipe.entries[4].release, 0);
	assert_int_equal(recipe.entries[5].release, 2);
	assert_int_equal(recipe.entries[6].release, 1);
	pool_free(&pool);
	recipe_close(&recipe);
}

static void many_releases(void **state)
{
	struct buffer text;
	struct recipe recipe;
	struct error err;

	(void)state;
	for (int others = LIMIT_RECIPE_RELEASES - 1; others <= LIMIT_RECIPE_RELEASES; others++) {
		buffer_init(&text, LIMIT_RECIPE_BYTES);
		for (size_t i = 0; i < 17; i++)
			buffer_format(&text, "%s\n", good[i]);
		for (int i = 0; i < others; i++)
			buffer_format(&text, "  - {path: /r%d, asset: true, release: r%d, os: linux}\n",
				      i, i);
		buffer_add_string(&text, "releases:\n");
		for (int i = 0; i < others; i++)
			buffer_format(&text, "  r%d: {version: v, asset: a, url: \"https://a/\", "
				      "shared: true, sums: \"\", format: {linux: program}}\n", i);
		for (size_t i = 17; i < LINES; i++)
			buffer_format(&text, "%s\n", good[i]);
		if (others < LIMIT_RECIPE_RELEASES) {
			if (recipe_load_text(&recipe, "r.yaml", &text, &err) < 0)
				fail_msg("%s", err.message);
			recipe_close(&recipe);
		} else {
			assert_refused(recipe_load_text(&recipe, "r.yaml", &text, &err), err,
				       STATUS_CONFIG, "cannot read 'r.yaml': line 50, column 3: more "
				       "than 16 releases");
		}
		buffer_free(&text);
	}
}

static void older_wants_an_order(void **state)
{
	struct recipe recipe;
	struct buffer text;
	struct error err;

	(void)state;
	compose(&text, 8, OLDER "{before: 1.0.0, sums: \"\"}");
	set_version(&text, "nightly");
	assert_refused(recipe_load_text(&recipe, "r.yaml", &text, &err), err, STATUS_CONFIG,
		       "cannot read 'r.yaml': line 10, column 5: version 'nightly' cannot be "
		  "ordered: "
		       ""
		       "a number is missing");
	buffer_free(&text);
}

static void optional_platforms(void **state)
{
	static const char line[] = "platforms: [linux/amd64, {platform: linux/arm, optional: "
	"true}, "
		"{platform: windows/amd64, optional: false}, {platform: linux/arm64}]";
	struct recipe recipe;
	struct error err;

	(void)state;
	if (load(&recipe, 9, line, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(recipe.platform_count, 4);
	assert_string_equal(recipe.platforms[1]->name, "linux/arm/v7");
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(recipe_is_optional(&recipe, recipe.platforms[i]), i == 1);
	assert_false(recipe_is_optional(&recipe, platform_find("linux/386", &err)));
	recipe_close(&recipe);
}

/* ---- another version in the text ---- */

/* The recipe of these lines with another version: what stands in line 2 then, or why nothing. */
static void edit(size_t number, const char *line, const char *version, const char *expected,
		 const char *refusal)
{
	struct recipe recipe, changed;
	struct buffer text, edited, wanted;
	struct error err;

	compose(&text, number, line);
	buffer_init(&edited, LIMIT_RECIPE_BYTES);
	if (recipe_load_text(&recipe, "r.yaml", &text, &err) < 0)
		fail_msg("%s: %s", line, err.message);
	recipe.directory = scratch;
	if (refusal) {
		assert_refused(recipe_edit_version(&recipe, &text, version, &edited, &changed,
						   &err), err, STATUS_CONFIG, refusal);
	} else {
		if (recipe_edit_version(&recipe, &text, version, &edited, &changed, &err) < 0)
			fail_msg("%s: %s", line, err.message);
		compose(&wanted, number, expected);
		assert_string_equal(edited.bytes, wanted.bytes);
		assert_string_equal(changed.version, version);
		assert_int_equal(fcntl(changed.directory, F_GETFD), FD_CLOEXEC);
		recipe_close(&changed);
		buffer_free(&wanted);
	}
	recipe.directory = -1;
	recipe_close(&recipe);
	buffer_free(&text);
	buffer_free(&edited);
}

static void version_in_place(void **state)
{
	static const char *const rows[][3] = {
		{ "version: 1.2.3", "1.2.4", "version: 1.2.4" },
		{ "version:   1.2.3   # 1.2.3", "10.20.30-RC.1",
		  "version:   10.20.30-RC.1   # 1.2.3" },
		{ "version: 1.2.3", "1.10", "version: \"1.10\"" },
		{ "version: \"1.2.3\" # x", "1.10", "version: \"1.10\" # x" },
		{ "version: '1.2.3'", "2.0.0-b", "version: '2.0.0-b'" },
		{ "version: &v 1.2.3", "2.0.0", "version: &v 2.0.0" },
		{ "version: !!str 1.2.3", "2.0.0", "version: !!str 2.0.0" },
		{ "version:\n    1.2.3\n", "2.0.0", "version:\n    2.0.0\n" },
		{ "# \xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82\r\nversion: 1.2.3\r", "2.0.0",
		  "# \xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82\r\nversion: 2.0.0\r" },
		{ "# version: 1.2.3\n? version\n: 1.2.3", "2.0.0",
		  "# version: 1.2.3\n? version\n: 2.0.0" },
		{ "version: 1.2.3", "1.2.3", "version: 1.2.3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		edit(2, rows[i][0], rows[i][1], rows[i][2], NULL);
}

static void version_not_in_place(void **state)
{
	static const char one_piece[] = "cannot read 'r.yaml': line 2, column 10: the version "
	"is not written verbatim here";

	(void)state;
	edit(2, "version: \"1.2\\x2e3\"", "2.0.0", NULL, one_piece);
	edit(2, "version: |-\n  1.2.3", "2.0.0", NULL, one_piece);
	edit(2, "version: >-\n  1.2.3", "2.0.0", NULL, one_piece);
}

/* A byte order mark is no character for libyaml; name and version may be one scalar. */
static void version_behind_other_things(void **state)
{
	struct recipe recipe, changed;
	struct buffer text, edited;
	struct error err;

	(void)state;
	compose(&text, 1, "\xef\xbb\xbfname: server");
	buffer_init(&edited, LIMIT_RECIPE_BYTES);
	assert_int_equal(recipe_load_text(&recipe, "r.yaml", &text, &err), 0);
	recipe.directory = scratch;
	assert_int_equal(recipe_edit_version(&recipe, &text, "2.0.0", &edited, &changed, &err), 0);
	assert_memory_equal(edited.bytes, "\xef\xbb\xbfname: server\nversion: 2.0.0\n", 31);
	recipe_close(&changed);
	recipe.directory = -1;
	recipe_close(&recipe);
	buffer_free(&text);
	buffer_free(&edited);

	compose(&text, 1, "name: &n 1.2.3");
	memcpy(strstr(text.bytes, "version: "), "version: *n   ", 14);
	assert_int_equal(recipe_load_text(&recipe, "r.yaml", &text, &err), 0);
	recipe.directory = scratch;
	assert_refused(recipe_edit_version(&recipe, &text, "2.0.0", &edited, &changed, &err), err,
		       STATUS_CONFIG,
		       "cannot change 'r.yaml': an alias ties its version to another value");
	recipe.directory = -1;
	recipe_close(&recipe);
	buffer_free(&text);
	buffer_free(&edited);
}

static void what_may_be_left_out(void **state)
{
	static const struct {
		size_t number;
		const char *line;
	} rows[] = {
		{ 7, "  directory: \"\"" }, { 20, "" }, { 21, "" }, { 22, "" }, { 23, "" },
			{ 24, "" }, { 25, "" },
		{ 21, "  env: []" }, { 20, "  cmd: []" }, { 25, "  labels: {}" }, { 26, "" },
		{ 27, "" }, { 27, "  flavours: {}" }, { 23, "  user: \"7\"" },
		{ 24, "  workdir: /data" },
		/*
		 * A member at two paths, a path made twice for different systems, a text of
		 * nothing.
		 */
		{ 13, "  - {path: /other, member: \"server{exe}\"}" },
		{ 16, "  - {path: /link, text: a, os: linux}\n  - {path: /link, text: b, os: "
		  "windows}" },
		{ 17, "  - {path: /text, text: \"\"}" },
		/* A directory that was implied, or that has something in it already. */
		{ 16, "  - {path: /bin, directory: true, mode: \"0700\"}" },
	};
	struct recipe recipe;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (load(&recipe, rows[i].number, rows[i].line, &err) < 0)
			fail_msg("'%s': %s", rows[i].line, err.message);
		recipe_close(&recipe);
	}
}

static void refusals(void **state)
{
	static const struct {
		size_t number;
		const char *line, *reason;
	} rows[] = {
		/* keys and types */
		{ 1, "nam: server", "line 1, column 1: unknown key 'nam'" },
		{ 1, "name: server\nname: server", "line 2, column 1: key 'name' is given twice" },
		{ 1, "", "line 2, column 1: key 'name' is missing" },
		{ 2, "version: 1.2", "line 2, column 10: text is expected here, but '1.2' is a "
		  "number: quote it" },
		{ 2, "version: [1]", "line 2, column 10: text is expected here" },
		{ 1, "name: a b", "line 1, column 7: 'a b' is refused: it has characters "
		  "other than letters, digits, '.', '_', '+' and '-'" },
		{ 1, "name: .a", "line 1, column 7: '.a' is refused: it does not begin with a "
		  "letter or a digit" },
		/* release */
		{ 4, "  assets: x", "line 4, column 3: unknown key 'assets'" },
		{ 4, "  asset: \"{nam}\"", "line 4, column 10: cannot expand '{nam}': no "
		  "placeholder '{nam}'" },
		{ 4, "  asset: \"{asset}\"", "line 4, column 10: cannot expand '{asset}': no "
		  "placeholder '{asset}'" },
		{ 4, "  asset: ..", "line 4, column 10: cannot use asset name '..': it does not "
		  "begin with a letter or a digit" },
		{ 4, "  asset: a/b", "line 4, column 10: cannot use asset name 'a/b': it has "
		  "characters other than letters, digits, '.', '_', '+' and '-'" },
		{ 4, "  asset: \"\"", "line 4, column 10: cannot use asset name '': it does not "
		  "begin with a letter or a digit" },
		{ 5, "  url: \"{version}\"", "line 5, column 8: '1.2.3' is refused: not an "
		  "absolute URL" },
		{ 5, "  url: ftp://example.org/", "line 5, column 8: 'ftp://example.org/' is "
		  "refused: neither https, http nor file" },
		{ 8, "  format: {linux: tar.gz, windows: zip}\n  target: {linux/vax: x}", "line 9, "
		  "column 12: 'linux/vax' is no platform" },
		{ 8, "  format: {linux: tar.gz, windows: zip}\n  target: \"{target}\"", "line 9, "
		  "column 11: cannot expand '{target}': no placeholder '{target}'" },
		{ 6, "  sums: \"https://example.org/{tag}\"", "line 6, column 9: cannot expand "
		  "'https://example.org/{tag}': no placeholder '{tag}'" },
		{ 6, "  sums: x", "line 6, column 9: 'x' is refused: not an absolute URL" },
		{ 7, "  directory: a/", "line 7, column 14: 'a/' is refused: it ends with a "
		  "slash" },
		{ 7, "  directory: \"{\"", "line 7, column 14: cannot expand '{': no placeholder "
		  "'{'" },
		{ 8, "  format: {linux: tar.gz}", "line 8, column 11: no format for "
		  "'windows/amd64'" },
		{ 8, "  format: {linux/amd64: tar.gz, windows: zip}", "line 8, column 11: no "
		  "format for 'linux/arm/v7'" },
		{ 8, "  format: {linux/vax: tar.gz}", "line 8, column 12: no such platform "
		  "'linux/vax'" },
		{ 8, "  format: {linux: tar.Z, windows: zip}", "line 8, column 19: 'tar.Z' is "
		  "refused: there is no such format" },
		{ 8, "  format: {Linux: zip}", "line 8, column 12: 'Linux' is refused: no platform "
		  "has this operating system" },
		{ 8, "  format: zip", "line 8, column 11: a mapping is expected here" },
		/* platforms */
		{ 9, "platforms: []", "line 9, column 12: a platform is needed here" },
		{ 9, "platforms: linux/amd64", "line 9, column 12: a list is expected here" },
		{ 9, "platforms: [linux/vax]", "line 9, column 13: no such platform 'linux/vax'" },
		{ 9, "platforms: [linux/arm, linux/arm/v7]", "line 9, column 24: platform "
		  "'linux/arm/v7' is listed twice" },
		{ 9, "platforms: [[linux/arm]]", "line 9, column 13: text is expected here" },
		{ 9, "platforms: [{optional: true}]", "line 9, column 13: key 'platform' is "
		  "missing" },
		{ 9, "platforms: [{platform: linux/arm, optional: maybe}]", "line 9, column 45: "
		  "'true' or 'false' is expected here" },
		{ 9, "platforms: [{platform: linux/vax}]", "line 9, column 13: no such platform "
		  "'linux/vax'" },
		{ 9, "platforms: [linux/arm, {platform: linux/arm/v7}]", "line 9, column 24: "
		  "platform 'linux/arm/v7' is listed twice" },
		/* older versions */
		{ 8, OLDER "{before: 1.0, sums: \"\"}", "line 10, column 16: text is expected "
		  "here, "
		"but '1.0' is a number: quote it" },
		{ 8, OLDER "{before: v1.0.0, sums: \"\"}", "line 10, column 16: 'v1.0.0' is "
		  "refused: "
		""
		  "a number is missing" },
		{ 8, OLDER "{sums: \"\"}", "line 10, column 7: key 'before' is missing" },
		{ 8, OLDER "{before: 1.0.0}", "line 10, column 7: the entry changes nothing" },
		{ 8, OLDER "{before: 1.0.0, name: a}", "line 10, column 23: unknown key 'name'" },
		{ 8, OLDER "{before: 1.0.0, sums: \"\"}\n    - {before: 1.0.0, sums: \"\"}",
		  "line 11, column 16: '1.0.0' is not older than '1.0.0' above it" },
		/* Those that are not for this version are checked, too. */
		{ 8, OLDER "{before: 1.0.0, format: {linux: rar}}", "line 10, column 39: 'rar' is "
		  "refused: there is no such format" },
		{ 8, OLDER "{before: 1.0.0, url: \"x{asset}\"}", "line 10, column 28: "
		  "'xserver-v1.2.3-linux-amd64.tar.gz' is refused: not an absolute URL" },
		/* other releases */
		{ 10, OTHER("version: 1.0, ") "}}", "line 10, column 28: text is expected here, but "
		  "'1.0' is a number: quote it" },
		{ 10, OTHER("version: a/b, ") "}}", "line 10, column 28: 'a/b' is refused: it has "
		  "characters other than letters, digits, '.', '_', '+' and '-'" },
		{ 10, OTHER("version: 1.0.0, ") "}}\ncertificates: {file: a, origin: b}",
		  "line 10, column 11: no entry of 'root' is of "
		  "release 'tini'" },
		{ 10, OTHER("version: 1.0.0, x: y, ") "}}", "line 10, column 35: unknown key 'x'" },
		{ 10, "releases: {server: {}}", "line 10, column 12: 'server' is the recipe's own "
		  "release" },
		{ 10, "releases: {a/b: {}}", "line 10, column 12: 'a/b' is refused: it has characters "
		  "other than letters, digits, '.', '_', '+' and '-'" },
		{ 10, "releases: [a]", "line 10, column 11: a mapping is expected here" },
		{ 10, "releases: {t: {version: a, asset: a, url: \"https://a/\", sums: \"\", "
		  "format: {}}}", "line 10, column 75: no format for any platform of the recipe" },
		{ 10, OTHER("version: 1.0.0, ") ", older: [{before: 2.0.0, url: \"{x}\"}]}}",
		  "line 10, column 148: cannot expand '{x}': no placeholder '{x}'" },
		{ 13, "  - {path: /a, asset: true, release: tini}", "line 13, column 38: 'tini' is "
		  "none of the 'releases'" },
		{ 13, "  - {path: /a, asset: true, release: server}", "line 13, column 38: 'server' "
		  "is none of the 'releases'" },
		/* certificates */
		{ 10, "certificates: {file: /etc/ca.crt, origin: x}", "line 10, column 22: "
		  "'/etc/ca.crt' is refused: it is absolute" },
		{ 10, "certificates: {file: ../ca.crt, origin: x}", "line 10, column 22: "
		  "'../ca.crt' is refused: a component is '..'" },
		{ 10, "certificates: {file: ca.crt}", "line 10, column 15: key 'origin' is "
		  "missing" },
		{ 10, "", "line 14, column 38: the recipe has no 'certificates'" },
		{ 13, "  - {path: /a, zoneinfo: true}", "line 13, column 26: the recipe has no "
		  "'zoneinfo'" },
		/* root */
		{ 13, "  - {path: /a}", "line 13, column 5: an entry needs one of 'member', "
		  "'members', 'asset', 'file', 'text', 'certificates', 'zoneinfo', 'directory' and "
		  "'link'" },
		{ 13, "  - {path: /a, file: a, text: b}", "line 13, column 31: an entry has only "
		  "one of 'member', 'members', 'asset', 'file', 'text', 'certificates', "
		  "'zoneinfo', 'directory' and 'link'" },
		{ 13, "  - {file: a}", "line 13, column 5: key 'path' is missing" },
		{ 13, "  - {path: a, file: a}", "line 13, column 12: cannot add 'a' to the tree: "
		  "it is not absolute" },
		{ 13, "  - {path: /a/../b, file: a}", "line 13, column 12: cannot add '/a/../b' to "
		  "the tree: a component is '..'" },
		{ 13, "  - {path: /, directory: true}", "line 13, column 12: cannot add '/' to the "
		  "tree: a component is empty" },
		{ 13, "  - {path: \"/{x}\", file: a}", "line 13, column 12: cannot expand '/{x}': "
		  "no placeholder '{x}'" },
		{ 13, "  - {path: /bin/server, file: a}", "line 13, column 12: cannot add "
		  "'/bin/server' to the tree: it exists already" },
		{ 13, "  - {path: /bin/server.exe, file: a}", "line 13, column 12: cannot add "
		  "'/bin/server.exe' to the tree: it exists already" },
		{ 13, "  - {path: /bin, file: a}", "line 13, column 12: cannot add '/bin' to the "
		  "tree: it exists already" },
		{ 13, "  - {path: /bin/server/a, file: a}", "line 13, column 12: cannot add "
		  "'/bin/server/a' to the tree: a parent of it is not a directory" },
		{ 13, "  - {path: /a, file: /etc/passwd}", "line 13, column 22: '/etc/passwd' is "
		  "refused: it is absolute" },
		{ 13, "  - {path: /a, file: a/../../b}", "line 13, column 22: 'a/../../b' is "
		  "refused: a component is '..'" },
		{ 13, "  - {path: /a, file: \"\"}", "line 13, column 22: '' is refused: a "
		  "component is empty" },
		{ 13, "  - {path: /a, member: \"\"}", "line 13, column 24: '' is refused: it is "
		  "empty" },
		{ 13, "  - {path: /a, members: a}", "line 13, column 25: 'a' is refused: a "
		  "directory ends with a slash" },
		{ 13, "  - {path: /a, members: /}", "line 13, column 25: '/' is refused: a "
		  "component is empty" },
		{ 13, "  - {path: /a, members: a/../b/}", "line 13, column 25: 'a/../b/' is "
		  "refused: a component is '..'" },
		{ 13, "  - {path: /bin/server, members: a/}", "line 13, column 12: cannot add "
		  "'/bin/server' to the tree: it exists already" },
		{ 13, "  - {path: /a/../b, members: a/}", "line 13, column 12: cannot add "
		  "'/a/../b' to the tree: a component is '..'" },
		{ 13, "  - {path: /a, members: a/, program: true}", "line 13, column 5: only a "
		  "'member' or the 'asset' can be 'program' or 'dynamic'" },
		{ 13, "  - {path: /a, file: a, follow: true}", "line 13, column 5: only 'member' "
		  "and 'members' can follow links" },
		{ 13, "  - {path: /a, member: \"{x}\"}", "line 13, column 24: cannot expand '{x}': "
		  "no placeholder '{x}'" },
		{ 13, "  - {path: /a, link: \"\"}", "line 13, column 22: '' is refused: it is "
		  "empty" },
		{ 13, "  - {path: /a, link: \"a\\nb\"}", "line 13, column 22: 'a\nb' is refused: "
		  "it has a control character" },
		{ 13, "  - {path: /a, link: b, mode: \"0777\"}",
		  "line 13, column 5: a link has no mode" },
		{ 13, "  - {path: /a, directory: false}",
		  "line 13, column 27: only 'true' is allowed here" },
		{ 13, "  - {path: /a, directory: \"true\"}", "line 13, column 27: 'true' or "
		  "'false' is expected here" },
		{ 13, "  - {path: /a, certificates: yes}", "line 13, column 30: 'true' or 'false' "
		  "is expected here" },
		{ 13, "  - {path: /a, text: 5}", "line 13, column 22: text is expected here, but "
		  "'5' is a number: quote it" },
		{ 13, "  - {path: /a, file: a, program: true}", "line 13, column 5: only a "
		  "'member' or the 'asset' can be 'program' or 'dynamic'" },
		{ 13, "  - {path: /a, file: a, mode: 0755}", "line 13, column 31: text is expected "
		"here, but '0755' is a number: quote it" },
		{ 13, "  - {path: /a, file: a, mode: \"8\"}", "line 13, column 31: mode '8' is not "
		  "three or four octal digits" },
		{ 13, "  - {path: /a, file: a, mode: \"0788\"}", "line 13, column 31: mode '0788' "
		  "is not three or four octal digits" },
		{ 13, "  - {path: /a, file: a, mode: \"00755\"}", "line 13, column 31: mode "
		  "'00755' is not three or four octal digits" },
		{ 13, "  - {path: /a, file: a, owner: \"0\"}", "line 13, column 32: owner '0' is "
		  "not '<uid>:<gid>' in numbers" },
		{ 13, "  - {path: /a, file: a, owner: \"root:root\"}", "line 13, column 32: owner "
		  "'root:root' is not '<uid>:<gid>' in numbers" },
		{ 13, "  - {path: /a, file: a, owner: \"0:4294967295\"}", "line 13, column 32: "
		  "owner '0:4294967295' is not '<uid>:<gid>' in numbers" },
		{ 13, "  - {path: /a, file: a, owner: \"-1:0\"}", "line 13, column 32: owner "
		  "'-1:0' is not '<uid>:<gid>' in numbers" },
		{ 13, "  - {path: /a, file: a, owner: \"0:0:0\"}", "line 13, column 32: owner "
		  "'0:0:0' is not '<uid>:<gid>' in numbers" },
		{ 13, "  - {path: /a, file: a, owner: \"00:0\"}", "line 13, column 32: owner "
		  "'00:0' is not '<uid>:<gid>' in numbers" },
		{ 13, "  - {path: /a, file: a, os: plan9}", "line 13, column 29: 'plan9' is "
		  "refused: no platform has this operating system" },
		{ 13, "  - {path: /a, file: a, os: linux, arch: x}",
		  "line 13, column 36: unknown key 'arch'" },
		{ 13, "  - /a", "line 13, column 5: a mapping is expected here" },
		/* image */
		{ 18, "imgae:", "line 18, column 1: unknown key 'imgae'" },
		{ 19, "", "line 20, column 3: key 'entrypoint' is missing" },
		{ 19, "  entrypoint: []", "line 19, column 15: a program is needed here" },
		{ 19, "  entrypoint: [\"\"]", "line 19, column 16: '' is refused: it is empty" },
		{ 19, "  entrypoint: [\"{x}\"]", "line 19, column 16: cannot expand '{x}': no "
		  "placeholder '{x}'" },
		{ 19, "  entrypoint: /server", "line 19, column 15: a list is expected here" },
		{ 20, "  cmd: [\"{x}\"]", "line 20, column 9: cannot expand '{x}': no placeholder "
		  "'{x}'" },
		{ 20, "  cmd: [5]", "line 20, column 9: text is expected here, but '5' is a "
		  "number: quote it" },
		{ 21, "  env: [A]", "line 21, column 9: 'A' is refused: it is not "
		  "'<name>=<value>'" },
		{ 21, "  env: [=a]", "line 21, column 9: '=a' is refused: it is not "
		  "'<name>=<value>'" },
		{ 21, "  env: [1A=a]", "line 21, column 9: '1A=a' is refused: it is not "
		  "'<name>=<value>'" },
		{ 21, "  env: [a-b=c]", "line 21, column 9: 'a-b=c' is refused: it is not "
		  "'<name>=<value>'" },
		{ 22, "  ports: [4222]", "line 22, column 11: text is expected here, but '4222' is "
		  "a number: quote it" },
		{ 22, "  ports: [0/tcp]", "line 22, column 11: '0/tcp' is refused: it is not '<1 "
		  "to 65535>/tcp' or '/udp'" },
		{ 22, "  ports: [65536/tcp]", "line 22, column 11: '65536/tcp' is refused: it is "
		  "not '<1 to 65535>/tcp' or '/udp'" },
		{ 22, "  ports: [80/TCP]", "line 22, column 11: '80/TCP' is refused: it is not "
		  "'<1 to 65535>/tcp' or '/udp'" },
		{ 22, "  ports: [\"4222:4222\"]", "line 22, column 11: '4222:4222' is refused: it "
		  "is not '<1 to 65535>/tcp' or '/udp'" },
		{ 22, "  ports: [080/tcp]", "line 22, column 11: '080/tcp' is refused: it is not "
		  "'<1 to 65535>/tcp' or '/udp'" },
		{ 23, "  user: root", "line 23, column 9: 'root' is refused: it is not '<uid>' or "
		  "'<uid>:<gid>' in numbers" },
		{ 23, "  user: \"1:\"", "line 23, column 9: '1:' is refused: it is not '<uid>' or "
		  "'<uid>:<gid>' in numbers" },
		{ 23, "  user: \"4294967295\"", "line 23, column 9: '4294967295' is refused: it is "
		  "not '<uid>' or '<uid>:<gid>' in numbers" },
		{ 24, "  workdir: data", "line 24, column 12: 'data' is refused: it is not "
		  "absolute" },
		{ 24, "  workdir: /a/../b", "line 24, column 12: '/a/../b' is refused: a component "
		  "is '..'" },
		{ 25, "  labels: {\"a b\": c}", "line 25, column 12: 'a b' is refused: it has "
		  "characters other than letters, digits, '.', '_', '/' and '-'" },
		{ 25, "  labels: {.a: c}", "line 25, column 12: '.a' is refused: it does not begin "
		  "with a letter or a digit" },
		{ 25, "  labels: {a: \"{x}\"}", "line 25, column 15: cannot expand '{x}': no "
		  "placeholder '{x}'" },
		{ 25, "  labels: {a: 1}", "line 25, column 15: text is expected here, but '1' is a "
		  "number: quote it" },
		{ 25, "  labels: {a: b, a: c}", "line 25, column 18: key 'a' is given twice" },
		{ 26, "  stopsignal: TERM", "line 26, column 15: 'TERM' is refused: it is not "
		  "'SIG<name>'" },
		{ 26, "  stopsignal: SIG", "line 26, column 15: 'SIG' is refused: it is not "
		  "'SIG<name>'" },
		{ 27, "  flavours: {a: {cmd: [b]}}", "line 27, column 18: unknown key 'cmd'" },
		{ 27, "  flavours: {a/b: {}}", "line 27, column 14: 'a/b' is refused: it has "
		  "characters other than letters, digits, '.', '_', '+' and '-'" },
		{ 27, "  flavours: {a: {user: root}}", "line 27, column 24: 'root' is refused: it "
		  "is not '<uid>' or '<uid>:<gid>' in numbers" },
		{ 21, "  env: [{set: A=b}]", "line 21, column 9: key 'os' is missing" },
		{ 21, "  env: [{set: A=b, os: x}]", "line 21, column 24: 'x' is refused: no "
		  "platform has this operating system" },
		/* library */
		{ 29, "  name: Server", "line 29, column 9: 'Server' is refused: it is not an "
		  "image name" },
		{ 30, "  maintainers: []", "line 30, column 16: the list is empty" },
		{ 30, "  maintainers: [A <b>]", "line 30, column 17: 'A <b>' is refused: it is not "
		  "'Name <address> (@handle)'" },
		{ 31, "  repository: a", "line 31, column 15: 'a' is refused: not an absolute "
		  "URL" },
		{ 32, "  branch: a..b", "line 32, column 11: 'a..b' is refused: it has dots that "
		  "git refuses" },
		{ 33, "  directory: \"{target}\"", "line 33, column 14: cannot expand '{target}': "
		  "no placeholder '{target}'" },
		{ 33, "  directory: a/../b", "line 33, column 14: 'a/../b' is refused: a component "
		  "is '..'" },
		{ 34, "  tags: [\"{minor}\"]", "line 34, column 9: the first tag is not "
		  "'{version}'" },
		{ 34, "  tags: [\"{version}\", -a]", "line 34, column 23: '-a' is refused: it "
		  "is not a tag" },
		{ 35, "  platforms: [linux/s390x]", "line 35, column 15: the recipe has no "
		  "platform 'linux/s390x'" },
		{ 35, "  platforms: [linux/arm, linux/arm/v7]", "line 35, column 26: platform "
		  "'linux/arm/v7' is listed twice" },
		{ 35, "  platforms: [linux/amd64]", "line 36, column 56: no platform of 'windows' "
		  "is listed" },
		{ 36, "  variants: [{debian: \"12\"}]", "line 36, column 15: no such kind of "
		  "variant 'debian'" },
		{ 36, "  variants: [{scratch: x}]", "line 36, column 24: 'x' is neither "
		  "'dockerfile' nor 'oci-import'" },
		{ 36, "  variants: [{alpine: \"3\"}, {alpine: \"3\"}]", "line 36, column 30: "
		  "variant "
		""
		  "'alpine3' is listed twice" },
		{ 36, "  variants: [{nanoserver: \"1809\"}]", "line 36, column 15: it copies from "
		  "'windowsservercore' of '1809': list that first" },
		{ 36, "  variants: [{alpine: \"3\", scratch: dockerfile}]", "line 36, column 14: "
		  "one kind of variant, with its version, is expected here" },
	};
	struct recipe recipe;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char message[400];

		snprintf(message, sizeof message, "cannot read 'r.yaml': %s", rows[i].reason);
		assert_refused(load(&recipe, rows[i].number, rows[i].line, &err), err,
			       STATUS_CONFIG, message);
	}
}

static void empty_root(void **state)
{
	struct buffer text;
	struct recipe recipe;
	struct error err;

	(void)state;
	buffer_init(&text, LIMIT_RECIPE_BYTES);
	for (size_t i = 0; i < LINES; i++)
		if (i < 11 || i >= 17)
			buffer_format(&text, "%s\n", i == 10 ? "root: []" : good[i]);
	assert_refused(recipe_load_text(&recipe, "r.yaml", &text, &err), err, STATUS_CONFIG,
		       "cannot read 'r.yaml': line 11, column 7: an entry is needed here");
	buffer_free(&text);
}

/* {asset} in a path for many entries: each expansion is small, and none is kept. */
static void templates_do_not_multiply(void **state)
{
	struct buffer line;
	struct recipe recipe;
	struct error err;

	(void)state;
	buffer_init(&line, LIMIT_RECIPE_BYTES);
	buffer_add_string(&line, "  directory: \"");
	for (int i = 0; i < 400; i++)
		buffer_add_string(&line, "{asset}");
	buffer_add_string(&line, "\"");
	assert_int_equal(load(&recipe, 7, line.bytes, &err), -1);
	assert_string_equal(err.message, "cannot read 'r.yaml': line 7, column 14: cannot expand "
			    "'{asset}{asset}{asset}{asset}{asset}{asset}{asset}{asset}{asset}"
			    "{...': more than "
			    "8192 bytes");
	buffer_free(&line);
}

static void large_recipe(void **state)
{
	struct buffer text;
	struct recipe recipe;
	struct error err;

	(void)state;
	buffer_init(&text, LIMIT_RECIPE_BYTES);
	for (size_t i = 0; i < 12; i++)
		buffer_format(&text, "%s\n", good[i]);
	for (int i = 1; i < LIMIT_RECIPE_ENTRIES; i++)
		assert_int_equal(buffer_format(&text, "  - {path: /f%d, text: x, os: linux}\n", i),
				 0);
	for (size_t i = 17; i < LINES; i++)
		buffer_format(&text, "%s\n", good[i]);
	if (recipe_load_text(&recipe, "r.yaml", &text, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(recipe.entry_count, LIMIT_RECIPE_ENTRIES);
	recipe_close(&recipe);
	buffer_free(&text);
}

static void ids(void **state)
{
	static const char *const none[] = { "", "x", "-1", "+1", " 1", "01", "4294967295",
					    "99999999999", NULL };
	uint32_t id;

	(void)state;
	assert_string_equal(recipe_parse_id("0", &id), "");
	assert_int_equal(id, 0);
	assert_string_equal(recipe_parse_id("4294967294:x", &id), ":x");
	assert_int_equal(id, 4294967294);
	for (size_t i = 0; none[i]; i++)
		assert_null(recipe_parse_id(none[i], &id));
}

static void file_and_its_neighbours(void **state)
{
	char path[100], message[200];
	struct recipe recipe;
	struct buffer text;
	struct error err;

	(void)state;
	compose(&text, 0, NULL);
	scratch_write("r.yaml", text.bytes);
	buffer_free(&text);
	assert_int_equal(mkdirat(scratch, "dir", 0755), 0);
	scratch_write("dir/server.conf", "port");
	snprintf(path, sizeof path, "%s/r.yaml", scratch_path);
	assert_int_equal(recipe_load(&recipe, path, &err), 0);
	buffer_init(&text, LIMIT_RECIPE_FILE_BYTES);
	assert_int_equal(recipe_read_file(&recipe, "dir/server.conf", &text, &err), 0);
	assert_string_equal(text.bytes, "port");
	assert_refused(recipe_read_file(&recipe, "dir/../r.yaml", &text, &err), err, STATUS_CONFIG,
		       "cannot use file 'dir/../r.yaml': a component is '..'");
	buffer_free(&text);
	recipe_close(&recipe);
	snprintf(path, sizeof path, "%s/none.yaml", scratch_path);
	snprintf(message, sizeof message, "cannot read '%s': No such file or directory", path);
	assert_refused(recipe_load(&recipe, path, &err), err, STATUS_FILE, message);
}

static void file_of_the_current_directory(void **state)
{
	char here[4096];
	struct recipe recipe;
	struct buffer text;
	struct error err;

	(void)state;
	compose(&text, 0, NULL);
	scratch_write("r.yaml", text.bytes);
	buffer_free(&text);
	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(fchdir(scratch), 0);
	assert_int_equal(recipe_load(&recipe, "r.yaml", &err), 0);
	assert_int_equal(chdir(here), 0);
	buffer_init(&text, LIMIT_RECIPE_FILE_BYTES);
	assert_int_equal(recipe_read_file(&recipe, "r.yaml", &text, &err), 0);
	buffer_free(&text);
	recipe_close(&recipe);
}

static void large_file(void **state)
{
	char path[100], message[200];
	struct recipe recipe;
	struct error err;

	(void)state;
	snprintf(path, sizeof path, "%s/r.yaml", scratch_path);
	scratch_write("r.yaml", "name: x\n");
	assert_int_equal(truncate(path, LIMIT_RECIPE_BYTES + 1), 0);
	snprintf(message, sizeof message, "cannot read '%s': larger than 262144 bytes", path);
	assert_refused(recipe_load(&recipe, path, &err), err, STATUS_LIMIT, message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_it_says),
		cmocka_unit_test(a_platform_of_another_format),
		cmocka_unit_test(entries),
		cmocka_unit_test(image),
		cmocka_unit_test(library),
		cmocka_unit_test(templates_of_each_platform),
		cmocka_unit_test(what_target_stands_for),
		cmocka_unit_test(sums_for_each_asset),
		cmocka_unit_test(older_versions),
		cmocka_unit_test(other_releases),
		cmocka_unit_test(many_releases),
		cmocka_unit_test(older_wants_an_order),
		cmocka_unit_test(optional_platforms),
		scratch_test(version_in_place),
		scratch_test(version_not_in_place),
		scratch_test(version_behind_other_things),
		cmocka_unit_test(what_may_be_left_out),
		cmocka_unit_test(refusals),
		cmocka_unit_test(empty_root),
		cmocka_unit_test(templates_do_not_multiply),
		cmocka_unit_test(large_recipe),
		cmocka_unit_test(ids),
		scratch_test(file_and_its_neighbours),
		scratch_test(file_of_the_current_directory),
		scratch_test(large_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
