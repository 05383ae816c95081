/* SPDX-License-Identifier: Apache-2.0 */
/* pull.c: what it asks a registry for, what it makes of the answers, and what it refuses. */
#include "unit.h"

#include "base/limits.h"
#include "base/memory.h"
#include "image/files.h"
#include "registry/pull.h"

#define OCI "application/vnd.oci.image."
#define INDEX OCI "index.v1+json"
#define MANIFEST OCI "manifest.v1+json"
#define DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define CONFIG OCI "config.v1+json"
#define LAYER OCI "layer.v1.tar+gzip"

/* A registry in memory. */
static struct stored {
	char *bytes;
	char type[100];		/* of a manifest */
	const char *name;	/* for the log */
} store[LIMIT_REGISTRY_FILES + 10];
static size_t stored;
static size_t top;		/* what the reference names */
static size_t lie;		/* if not 0, what is sent for each manifest with a digest */
static struct buffer asked;	/* the questions, each in parentheses */
static struct pool pool;
static struct pull pull;
static struct location place;
static struct error err;

/* Stores a document and returns its number. */
static size_t put(const char *name, const char *type, char *bytes)
{
	struct stored *new = &store[stored];

	snprintf(new->type, sizeof new->type, "%s", type);
	new->bytes = bytes;
	new->name = name;
	return stored++;
}

static char *digest_text(size_t number)
{
	static char texts[4][DIGEST_TEXT_BYTES];
	static unsigned next;
	const struct digest digest = digest_of(store[number].bytes, strlen(store[number].bytes));

	next = (next + 1) % 4;
	return digest_write(&digest, texts[next]);
}

/* The descriptor of what is stored; more is what follows its size. */
static char *describe(size_t number, const char *type, const char *more)
{
	return pool_format(&pool, "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu%s}", type,
			   digest_text(number), strlen(store[number].bytes), more);
}

static const char *platform(const char *architecture)
{
	return pool_format(&pool, ",\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"}",
			   strcmp(architecture, "unknown") == 0 ? "unknown" : "linux",
			   architecture);
}

/* An image with its configuration and a layer; the number of its manifest. */
static size_t put_image(const char *architecture)
{
	char *name = pool_format(&pool, "%s-", architecture);
	const size_t config = put(pool_format(&pool, "%sconfig", name), "", memory_format(
		"{\"os\":\"linux\",\"architecture\":\"%s\"}", architecture));
	const size_t layer = put(pool_format(&pool, "%slayer", name), "",
				 memory_format("layer of %s", architecture));

	return put(architecture, MANIFEST, memory_format(
		"{\"schemaVersion\":2,\"mediaType\":\"" MANIFEST "\",\"config\":%s,\"layers\":[%s]}",
		describe(config, CONFIG, ""), describe(layer, LAYER, "")));
}

/* An index of these descriptors. */
static size_t put_index(const char *name, const char *entries)
{
	return put(name, INDEX, memory_format("{\"schemaVersion\":2,\"mediaType\":\"" INDEX "\","
					      "\"manifests\":[%s]}", entries));
}

static size_t put_many(void)
{
	const size_t amd64 = put_image("amd64"), arm64 = put_image("arm64");
	const size_t attestation = put_image("unknown");

	return put_index("index", pool_format(&pool, "%s,%s,%s",
		describe(amd64, MANIFEST, platform("amd64")),
		describe(arm64, MANIFEST, platform("arm64")),
		describe(attestation, MANIFEST, platform("unknown"))));
}

static int answer(void *context, struct pull_item *items, size_t count, struct error *error)
{
	(void)context;
	assert_true(count > 0 && count <= PULL_ITEMS);
	buffer_add_string(&asked, "(");
	for (size_t i = 0; i < count; i++) {
		size_t found = items[i].kind == PULL_NAMED ? top : 0;
		struct digest digest;

		while (items[i].kind != PULL_NAMED && found < stored) {
			digest = digest_of(store[found].bytes, strlen(store[found].bytes));
			if (digest_equal(&digest, &items[i].digest))
				break;
			found++;
		}
		if (found == stored) {
			while (i > 0)
				close(items[--i].fd);
			return error_set(error, STATUS_HTTP, "not there");
		}
		if (items[i].kind == PULL_MANIFEST && lie > 0)
			found = lie;
		if (count < 5)
			buffer_format(&asked, "%s%s", i > 0 ? " " : "", store[found].name);
		if (items[i].kind == PULL_BLOB)
			assert_int_equal(items[i].size, strlen(store[found].bytes));
		items[i].fd = openat(scratch, ".", O_TMPFILE | O_RDWR, 0600);
		assert_true(items[i].fd >= 0);
		assert_true(write(items[i].fd, store[found].bytes, strlen(store[found].bytes)) >= 0);
		snprintf(items[i].type, sizeof items[i].type, "%s", store[found].type);
	}
	buffer_add_string(&asked, ")");
	return 0;
}

/* Pulls what the place names, which is the document of this number. */
static int pull_it(const char *text, size_t number, const struct pull_wanted *wanted)
{
	assert_int_equal(location_parse(&place, &pool, text, &err), 0);
	top = number;
	buffer_free(&asked);
	buffer_init(&asked, KIB);
	return pull_open(&pull, &place, wanted, answer, NULL, scratch, &err);
}

static const struct pull_wanted all = { .extent = PULL_ALL }, images = { .count = 0 };

static void clear(void)
{
	pull_close(&pull);
	lie = 0;
	while (stored > 0)
		free(store[--stored].bytes);
}

static int tear_down(void **state)
{
	clear();
	buffer_free(&asked);
	pool_free(&pool);
	return scratch_tear_down(state);
}

/* The names of what was stored and is there, in its order. */
static const char *listing(void)
{
	const char *text = "";

	for (size_t i = 0; i < stored; i++)
		for (size_t k = 0; k < place.file_count; k++)
			if (strcmp(place.files[k].name + strlen("blobs/sha256/"),
				   digest_text(i) + strlen("sha256:")) == 0)
				text = pool_format(&pool, "%s%s%s%s", text, *text ? " " : "",
						   place.files[k].fd < 0 ? "!" : "", store[i].name);
	return text;
}

static void assert_table(const char *name, const char *expected)
{
	struct buffer buffer;
	struct files *files;

	assert_int_equal(files_open(&files, &place, &err), 0);
	buffer_init(&buffer, 1000);
	assert_non_null(files_find(files, name));
	assert_int_equal(files_read(files, files_find(files, name), &buffer, &err), 0);
	assert_string_equal(buffer.bytes, expected);
	buffer_free(&buffer);
	files_close(files);
}

/* ---- what is asked for ---- */

static void pulls_one_image(void **state)
{
	const size_t image = put_image("amd64");

	(void)state;
	assert_int_equal(pull_it("docker://r.example/a:1", image, &images), 0);
	assert_string_equal(asked.bytes, "(amd64)(amd64-config)(amd64-layer)");
	assert_string_equal(listing(), "amd64-config amd64-layer amd64");
	assert_table("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
	assert_table("index.json", pool_format(
		&pool, "{\"schemaVersion\":2,\"mediaType\":\"" INDEX "\",\"manifests\":[%s]}",
		describe(image, MANIFEST, ",\"annotations\":"
			 "{\"org.opencontainers.image.ref.name\":\"1\"}")));
}

static void pulls_by_digest(void **state)
{
	const size_t image = put_image("amd64");

	(void)state;
	assert_int_equal(pull_it(pool_format(&pool, "docker://r.example/a@%s", digest_text(image)),
				 image, &images), 0);
	assert_table("index.json", pool_format(
		&pool, "{\"schemaVersion\":2,\"mediaType\":\"" INDEX "\",\"manifests\":[%s]}",
		describe(image, MANIFEST, "")));
}

/* The cache does not know what a manifest was sent as. */
static void pulls_what_was_fetched_before(void **state)
{
	const size_t index = put_many();

	(void)state;
	for (size_t i = 0; i < stored; i++)
		store[i].type[0] = '\0';
	assert_int_equal(pull_it("docker://r.example/a:1", index, &images), 0);
	assert_string_equal(listing(), "amd64-config amd64-layer amd64 arm64-config arm64-layer "
			    "arm64 unknown-config !unknown-layer unknown index");
}

static void finds_out_what_does_not_say_what_it_is(void **state)
{
	const size_t image = put("image", "", memory_string("{\"config\":{},\"layers\":[]}"));
	const size_t index = put("index", "", memory_format("{\"manifests\":[%s]}",
							    describe(image, MANIFEST, "")));

	(void)state;
	assert_int_equal(pull_it("docker://r.example/a:1", index, &images), 0);
	assert_string_equal(asked.bytes, "(index)(image)");
	pull_close(&pull);
	assert_int_equal(pull_it("docker://r.example/a:1", image, &images), 0);
	assert_table("index.json", pool_format(
		&pool, "{\"schemaVersion\":2,\"mediaType\":\"" INDEX "\",\"manifests\":[%s]}",
		describe(image, MANIFEST, ",\"annotations\":"
			 "{\"org.opencontainers.image.ref.name\":\"1\"}")));
}

static void pulls_an_index(void **state)
{
	const size_t index = put_many();

	(void)state;
	assert_int_equal(pull_it("docker://r.example/a:1", index, &all), 0);
	assert_string_equal(asked.bytes, "(index)(amd64 arm64 unknown)"
			    "(amd64-config arm64-config unknown-config)"
			    "(amd64-layer arm64-layer unknown-layer)");
	assert_string_equal(listing(), "amd64-config amd64-layer amd64 arm64-config arm64-layer "
			    "arm64 unknown-config unknown-layer unknown index");
}

static void leaves_attestations_to_validate(void **state)
{
	const size_t index = put_many();

	(void)state;
	assert_int_equal(pull_it("docker://r.example/a:1", index, &images), 0);
	assert_string_equal(asked.bytes, "(index)(amd64 arm64 unknown)"
			    "(amd64-config arm64-config unknown-config)(amd64-layer arm64-layer)");
	assert_string_equal(listing(), "amd64-config amd64-layer amd64 arm64-config arm64-layer "
			    "arm64 unknown-config !unknown-layer unknown index");
}

/* Pulls what is for linux/arm64, and has to be asked for these. */
static void pull_arm64(size_t index, enum pull_extent extent, const char *expected)
{
	const struct platform *const arm64 = platform_find("linux/arm64", &err);
	const struct pull_wanted wanted = { .platforms = &arm64, .count = 1, .extent = extent };

	assert_int_equal(pull_it("docker://r.example/a:1", index, &wanted), 0);
	assert_string_equal(asked.bytes, expected);
}

static void pulls_platforms_that_are_wanted(void **state)
{
	(void)state;
	pull_arm64(put_many(), PULL_IMAGES, "(index)(arm64)(arm64-config)(arm64-layer)");
	assert_string_equal(listing(), "!amd64 arm64-config arm64-layer arm64 !unknown index");
}

/* Who reads the place compares names, and reads a manifest for each entry that may be meant. */
static void pulls_what_another_entry_wants(void **state)
{
	const size_t image = put_image("amd64"), named = put_image("arm");
	const size_t inner = put_index("inner", describe(image, MANIFEST, platform("arm64")));
	const size_t index = put_index("index", pool_format(
		&pool, "%s,%s,%s", describe(image, MANIFEST, platform("amd64")),
		describe(inner, INDEX, platform("amd64")),
		describe(named, MANIFEST, pool_format(&pool, "%s,\"annotations\":{\"org.opencontain"
						      "ers.image.ref.name\":\"1\"}",
						      platform("arm")))));

	(void)state;
	pull_arm64(index, PULL_IMAGES, "(index)(inner arm)(amd64)(amd64-config arm-config)"
		   "(amd64-layer)");
	assert_string_equal(listing(), "amd64-config amd64-layer amd64 arm-config !arm-layer arm "
			    "inner index");
}

#define MISSING "\"mediaType\":\"" MANIFEST "\",\"size\":2,\"digest\":\"sha256:00000000000000000" \
	"00000000000000000000000000000000000000000000000\""

/* Only what is read has to be there. */
static void passes_what_is_not_there(void **state)
{
	const size_t image = put_image("arm64");
	const char *entry = describe(image, MANIFEST, platform("arm64"));
	const size_t index = put_index("index", pool_format(
		&pool, "{" MISSING "%s},%s", platform("amd64"), entry));
	const size_t unstated = put_index("unstated", pool_format(&pool, "{" MISSING "},%s",
								  entry));
	const struct platform *const arm64 = platform_find("linux/arm64", &err);
	const struct pull_wanted wanted = { .platforms = &arm64, .count = 1 };

	(void)state;
	pull_arm64(index, PULL_ALL, "(index)(arm64)(arm64-config)(arm64-layer)");
	pull_close(&pull);
	assert_int_equal(pull_it("docker://r.example/a:1", unstated, &wanted), -1);
	assert_int_equal(err.status, STATUS_HTTP);
	pull_close(&pull);
	assert_int_equal(pull_it("docker://r.example/a:1", index, &images), -1);
	assert_int_equal(err.status, STATUS_HTTP);
}

static void finds_the_platform_in_the_configuration(void **state)
{
	const size_t amd64 = put_image("amd64"), arm64 = put_image("arm64");
	const size_t index = put_index("index", pool_format(
		&pool, "%s,%s", describe(amd64, MANIFEST, ""), describe(arm64, MANIFEST, "")));
	const struct platform *const wanted = platform_find("linux/arm64", &err);

	(void)state;
	assert_int_equal(pull_it("docker://r.example/a:1", index,
				 &(struct pull_wanted){ .platforms = &wanted, .count = 1 }), 0);
	assert_string_equal(asked.bytes, "(index)(amd64 arm64)(amd64-config arm64-config)(arm64-layer)");
}

static void asks_for_each_thing_once(void **state)
{
	const size_t image = put_image("amd64");
	const char *entry = describe(image, MANIFEST, platform("amd64"));
	const size_t inner = put_index("inner", entry);
	const size_t index = put_index("index", pool_format(
		&pool, "%s,%s,%s,%s", entry, entry, describe(inner, INDEX, ""),
		describe(image, MANIFEST, platform("arm64"))));

	(void)state;
	assert_int_equal(pull_it("docker://r.example/a:1", index, &images), 0);
	assert_string_equal(asked.bytes, "(index)(amd64 inner)(amd64-config)(amd64-layer)");
}

static void asks_for_no_more_than_a_question_holds(void **state)
{
	char entries[PULL_ITEMS + 1][200];
	char *text = pool_string(&pool, "");
	size_t index;

	(void)state;
	for (size_t i = 0; i <= PULL_ITEMS; i++) {
		const size_t image = put_image(pool_format(&pool, "a%zu", i));

		snprintf(entries[i], sizeof entries[i], "%s", describe(image, MANIFEST, ""));
		text = pool_format(&pool, "%s%s%s", text, i > 0 ? "," : "", entries[i]);
	}
	index = put_index("index", text);
	assert_int_equal(pull_it("docker://r.example/a:1", index, &images), 0);
	assert_string_equal(asked.bytes, "(index)()(a64)()(a64-config)()(a64-layer)");
}

static void asks_for_no_foreign_layer_and_for_no_unknown_entry(void **state)
{
	const size_t layer = put("layer", "", memory_string("layer"));
	const size_t image = put("image", DOCKER_MANIFEST, memory_format(
		"{\"schemaVersion\":2,\"mediaType\":\"" DOCKER_MANIFEST "\",\"layers\":[%s]}",
		describe(layer, "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "")));
	const size_t index = put_index("index", pool_format(
		&pool, "%s,%s", describe(image, DOCKER_MANIFEST, ""),
		describe(layer, "text/plain", "")));

	(void)state;
	assert_int_equal(pull_it("docker://r.example/a:1", index, &all), 0);
	assert_string_equal(asked.bytes, "(index)(image)");
}

/* ---- what is refused ---- */

#define assert_pull_refused(text, number, status, expected) \
	assert_refused(pull_it(text, number, &all), err, status, expected)

static void reads_no_foreign_configuration(void **state)
{
	const size_t config = put("config", "", memory_string("{}"));
	const size_t image = put("image", MANIFEST, memory_format(
		"{\"config\":%s}", describe(config, "application/vnd.docker.image.rootfs.foreign."
					    "diff.tar.gzip", "")));

	(void)state;
	assert_int_equal(pull_it("docker://r.example/a", image, &images), 0);
	assert_string_equal(asked.bytes, "(image)");
}

static void refuses_what_was_not_asked_for(void **state)
{
	const size_t image = put_image("amd64"), other = put_image("arm64");
	const char *pinned = pool_format(&pool, "docker://r.example/a:1@%s", digest_text(image));
	const char *digest = pool_format(&pool, "docker://r.example/a@%s", digest_text(image));

	(void)state;
	assert_int_equal(pull_it(pinned, image, &all), 0);
	pull_close(&pull);
	assert_pull_refused(pinned, other, STATUS_DIGEST,
			    pool_format(&pool, "cannot read '%s': tag '1' is %s now", pinned,
					digest_text(other)));
	assert_string_equal(err.hint, "without ':1', what has the digest is read");
	pull_close(&pull);
	assert_pull_refused(digest, other, STATUS_DIGEST,
			    pool_format(&pool, "cannot read '%s': the registry sent %s", digest,
					digest_text(other)));
}

static void refuses_another_manifest(void **state)
{
	const size_t image = put_image("amd64"), other = put_image("arm64");
	const char *expected;
	size_t index;

	(void)state;
	index = put_index("index", describe(other, MANIFEST, ""));
	lie = image;
	expected = pool_format(&pool, "cannot read 'docker://r.example/a:1': manifest %s is %s",
			       digest_text(other), digest_text(image));
	assert_pull_refused("docker://r.example/a:1", index, STATUS_DIGEST, expected);
}

static void refuses_what_is_not_an_image(void **state)
{
	static const struct {
		const char *type, *bytes, *expected;
	} cases[] = {
		{ MANIFEST, "", "line 1, column 0: '[' or '{' expected near end of file" },
		{ MANIFEST, "{", "line 1, column 1: string or '}' expected near end of file" },
		{ MANIFEST, "{}{}", "line 1, column 3: end of file expected near '{'" },
		{ MANIFEST, "{\"a\":1,\"A\":2}", "key 'A' is another one for readers that ignore case" },
		{ "", "{\"mediaType\":\"x\"}", "its media type 'x' is not that of an image" },
		{ "text/html", "{}", "its media type 'text/html' is not that of an image" },
		{ CONFIG, "{}", "its media type '" CONFIG "' is not that of an image" },
		{ MANIFEST, "{\"mediaType\":\"" INDEX "\"}",
		  "a manifest was sent as '" MANIFEST "' and is stated to be '" INDEX "'" },
		{ INDEX, "{\"mediaType\":\"" MANIFEST "\"}",
		  "a manifest was sent as '" INDEX "' and is stated to be '" MANIFEST "'" },
		{ MANIFEST, "{\"layers\":[],\"manifests\":[]}", "a manifest is also an index" },
		{ INDEX, "{\"config\":{},\"manifests\":[]}", "a manifest is also an index" },
		{ "application/vnd.docker.distribution.manifest.v1+prettyjws", "{}",
		  "it is in Docker's image format 1, which has no digest of its configuration" },
		{ "application/json", "{\"schemaVersion\":1}",
		  "it is in Docker's image format 1, which has no digest of its configuration" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const size_t number = put("x", cases[i].type, memory_string(cases[i].bytes));

		assert_pull_refused("docker://r.example/a", number, STATUS_ARCHIVE, pool_format(
			&pool, "cannot read 'docker://r.example/a': %s", cases[i].expected));
		clear();
	}
}

static void refuses_a_type_that_the_index_does_not_state(void **state)
{
	const size_t image = put("image", MANIFEST, memory_string("{\"schemaVersion\":2}"));
	const size_t index = put_index("index", describe(image, DOCKER_MANIFEST, ""));

	(void)state;
	assert_pull_refused("docker://r.example/a", index, STATUS_ARCHIVE,
			    "cannot read 'docker://r.example/a': a manifest was sent as '" MANIFEST
			    "' and is stated to be '" DOCKER_MANIFEST "'");
}

static void hands_up_the_error_of_the_registry(void **state)
{
	const size_t image = put_image("amd64");

	(void)state;
	store[1].bytes[0] = 'L';
	assert_pull_refused("docker://r.example/a", image, STATUS_HTTP, "not there");
	assert_string_equal(asked.bytes, "(amd64)(amd64-config)(");
}

static void bounds_indexes(void **state)
{
	size_t number = put_image("amd64");

	(void)state;
	number = put_index("index", describe(number, MANIFEST, ""));
	for (unsigned i = 1; i < LIMIT_INDEX_DEPTH; i++)
		number = put_index("index", describe(number, INDEX, ""));
	assert_int_equal(pull_it("docker://r.example/a", number, &all), 0);
	pull_close(&pull);
	number = put_index("index", describe(number, INDEX, ""));
	assert_pull_refused("docker://r.example/a", number, STATUS_LIMIT, "cannot read "
			    "'docker://r.example/a': its image indexes are nested too deeply");
}

static void bounds_files(void **state)
{
	const size_t config = put("config", "", memory_string("{}"));
	struct buffer layers;

	(void)state;
	buffer_init(&layers, MIB);
	/* With the manifest, the configuration and the tables. */
	for (unsigned i = 0; i < LIMIT_REGISTRY_FILES - 4; i++) {
		const size_t layer = put("layer", "", memory_format("%u", i));

		buffer_format(&layers, "%s%s", i > 0 ? "," : "", describe(layer, LAYER, ""));
	}
	put("image", MANIFEST, memory_format("{\"config\":%s,\"layers\":[%s]}",
					     describe(config, CONFIG, ""), layers.bytes));
	assert_int_equal(pull_it("docker://r.example/a", stored - 1, &all), 0);
	assert_int_equal(place.file_count, LIMIT_REGISTRY_FILES);
	pull_close(&pull);
	put("layer", "", memory_string("more"));
	put("image", MANIFEST, memory_format("{\"config\":%s,\"layers\":[%s,%s]}",
					     describe(config, CONFIG, ""), layers.bytes,
					     describe(stored - 1, LAYER, "")));
	buffer_free(&layers);
	assert_pull_refused("docker://r.example/a", stored - 1, STATUS_LIMIT,
			    "cannot read 'docker://r.example/a': it has more than 766 "
			    "manifests, configurations and layers");
}

static void bounds_sizes(void **state)
{
	const char *large = "\"digest\":\"sha256:0000000000000000000000000000000000000000000000000"
			    "000000000000000\",\"size\":";
	const size_t config = put("image", MANIFEST, memory_format(
		"{\"config\":{\"mediaType\":\"" CONFIG "\",%s%llu}}", large, LIMIT_INDEX_BYTES + 1));
	const size_t layer = put("image", MANIFEST, memory_format(
		"{\"layers\":[{\"mediaType\":\"" LAYER "\",%s%llu}]}", large,
		LIMIT_LAYERS_BYTES + 1));

	(void)state;
	assert_pull_refused("docker://r.example/a", config, STATUS_LIMIT,
			    "cannot read 'docker://r.example/a': a configuration is too large");
	pull_close(&pull);
	assert_pull_refused("docker://r.example/a", layer, STATUS_LIMIT, "cannot read "
			    "'docker://r.example/a': its layers are too large together");
}

#define pull_test(test) cmocka_unit_test_setup_teardown(test, scratch_set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pull_test(pulls_one_image),
		pull_test(pulls_by_digest),
		pull_test(pulls_what_was_fetched_before),
		pull_test(finds_out_what_does_not_say_what_it_is),
		pull_test(pulls_an_index),
		pull_test(leaves_attestations_to_validate),
		pull_test(pulls_platforms_that_are_wanted),
		pull_test(pulls_what_another_entry_wants),
		pull_test(passes_what_is_not_there),
		pull_test(finds_the_platform_in_the_configuration),
		pull_test(asks_for_each_thing_once),
		pull_test(asks_for_no_more_than_a_question_holds),
		pull_test(asks_for_no_foreign_layer_and_for_no_unknown_entry),
		pull_test(reads_no_foreign_configuration),
		pull_test(refuses_what_was_not_asked_for),
		pull_test(refuses_another_manifest),
		pull_test(refuses_what_is_not_an_image),
		pull_test(refuses_a_type_that_the_index_does_not_state),
		pull_test(hands_up_the_error_of_the_registry),
		pull_test(bounds_indexes),
		pull_test(bounds_files),
		pull_test(bounds_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
