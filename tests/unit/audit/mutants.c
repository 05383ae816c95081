/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mutants of an image and of a tree: whatever byte of them is changed, the audit finds it and tells
 * the right file. Structural changes, which are made with right digests, are in
 * tests/hostile/mutants.sh.
 */
#include "unit.h"

#include "audit/built.h"
#include "audit/image.h"
#include "audit/observe_layers.h"
#include "audit/observe_tar.h"
#include "audit/pairs.h"
#include "audit/places.h"
#include "audit/tree.h"
#include "base/memory.h"
#include "build/oci.h"
#include "recipe/load.h"
#include "tree/layer.h"
#include "tree/rootfs.h"

#define NOISE_BYTES 12000
#define BLOCK 512

static struct observe_images expected;
static struct tree expected_tree;

static const char *path_of(const char *name)
{
	static char path[100];

	snprintf(path, sizeof path, "%s/%s", scratch_path, name);
	return path;
}

/* ---- a small product ---- */

static struct content make_noise(void)
{
	char *bytes = test_malloc(NOISE_BYTES);
	uint32_t word = 1;
	struct content content;

	for (size_t i = 0; i < NOISE_BYTES; i++) {
		word = word * 1103515245 + 12345;
		bytes[i] = (char)(word >> 16);
	}
	content = content_of(bytes, NOISE_BYTES);
	test_free(bytes);
	return content;
}

static void make_tree(struct tree *tree)
{
	struct error err;

	tree_init(tree, 1234567890);
	assert_int_equal(tree_add_file(tree, "/noise", 0755, 0, 0, make_noise(), &err), 0);
	assert_int_equal(tree_add_file(tree, "/etc/f", 0644, 1, 2, content_of("x\n", 2), &err), 0);
	assert_int_equal(tree_add_link(tree, "/etc/l", "f", 0, 0, &err), 0);
	assert_int_equal(tree_add_directory(tree, "/tmp", 01777, 0, 0, &err), 0);
}

static const char recipe_text[] =
	"name: noise\n"
	"version: \"1.0\"\n"
	"release:\n"
	"  asset: \"noise-{target}.{format}\"\n"
	"  url: \"https://noise.example/{asset}\"\n"
	"  sums: \"https://noise.example/SHA256SUMS\"\n"
	"  directory: \"\"\n"
	"  format: {linux: tar.gz}\n"
	"platforms: [linux/amd64]\n"
	"root:\n"
	"  - {path: /noise, member: noise, mode: \"0755\", program: true}\n"
	"image:\n"
	"  entrypoint: [/noise]\n"
	"  cmd: [-c]\n"
	"  env: [NOISE=1]\n"
	"  ports: [4222/tcp]\n"
	"  workdir: /\n"
	"  labels: {title: noise, version: \"{version}\"}\n";

static void make_image(struct oci_image *image, struct tree *tree, const struct oci_style *style)
{
	char release[] = "official";
	const struct lock lock = { .release = release };
	struct recipe recipe;
	struct error err;

	scratch_write("noise.yaml", recipe_text);
	if (recipe_load(&recipe, path_of("noise.yaml"), &err) < 0)
		fail_msg("%s", err.message);
	oci_image_init(image);
	image->platform = platform_find("linux/amd64", &err);
	assert_int_equal(oci_layer_make(&image->layer, tree, COMPRESSION_GZIP, scratch, "noise", &err),
			 0);
	assert_int_equal(oci_image_describe(image, &recipe, &lock, NULL, tree->epoch, style, &err),
			 0);
	recipe_close(&recipe);
}

static const struct oci_style style = { .name = "noise", .tag = "1.0" };

static void write_layout(void)
{
	struct oci_image image;
	struct tree tree, layout;
	struct error err;

	make_tree(&tree);
	make_image(&image, &tree, &style);
	tree_init(&layout, 0);
	assert_int_equal(oci_layout_fill(&layout, &image, 1, &style, &err), 0);
	assert_int_equal(rootfs_write(&layout, scratch, "layout", &err), 0);
	tree_free(&layout);
	oci_image_free(&image);
	tree_free(&tree);
}

static void write_tar(void)
{
	struct error err;

	assert_int_equal(layer_write(&expected_tree, scratch, "tar", "tar", &err), 0);
}

static int set_up(void **state)
{
	struct oci_image image;
	struct tree tree;
	struct error err;

	if (scratch_set_up(state) < 0)
		return -1;
	make_tree(&expected_tree);
	make_tree(&tree);
	make_image(&image, &tree, &style);
	if (built_images(&expected, &image, &tree, 1, &style, &err) < 0)
		return -1;
	tree_free(&tree);
	oci_image_free(&image);
	write_layout();
	write_tar();
	return 0;
}

static int tear_down(void **state)
{
	observe_images_close(&expected);
	tree_free(&expected_tree);
	return scratch_tear_down(state);
}

/* ---- audits ---- */

/* What an audit came to: refused, with err filled, or findings. */
struct result {
	bool refused;
	struct error err;
	struct audit audit;
};

static int audit_layout(struct audit *audit, struct error *err)
{
	struct location place = { .kind = LOCATION_OCI, .path = (char *)(uintptr_t)path_of("layout") };
	struct observe_images found;
	struct pair *pairs;
	size_t count;
	int result = observe_images_open(&found, &place, err);

	if (result == 0)
		result = observe_layers_read(&found, &found.items[0], NULL, err);
	if (result == 0) {
		pairs = pairs_match(&expected, &found, &count);
		for (size_t i = 0; i < count; i++) {
			if (!pairs[i].expected || !pairs[i].found) {
				audit_image_alone(audit, pairs[i].expected, pairs[i].found);
				continue;
			}
			audit_image(audit, pairs[i].expected, pairs[i].found, NULL);
			if (pairs[i].found->has_tree)
				audit_tree(audit, &pairs[i].expected->tree, &pairs[i].found->tree);
		}
		free(pairs);
		audit_places(audit, &expected, &found);
	}
	observe_images_close(&found);
	return result;
}

static int audit_archive(struct audit *audit, struct error *err)
{
	struct location place = { .kind = LOCATION_TAR, .path = (char *)(uintptr_t)path_of("tar") };
	struct tree tree;
	int result = observe_tar(&tree, &place, NULL, err);

	if (result == 0)
		audit_tree(audit, &expected_tree, &tree);
	tree_free(&tree);
	return result;
}

static void run(struct result *result, int (*audit)(struct audit *audit, struct error *err))
{
	audit_init(&result->audit, NULL, 0);
	result->refused = audit(&result->audit, &result->err) < 0;
	if (result->refused && result->err.status != STATUS_ARCHIVE
	    && result->err.status != STATUS_LIMIT)
		fail_msg("status %d: %s", result->err.status, result->err.message);
}

static bool tells(const struct result *result, const char *subject)
{
	if (result->refused)
		return strstr(result->err.message, subject);
	for (size_t i = 0; i < result->audit.count; i++)
		if (strncmp(result->audit.items[i].subject, subject, strlen(subject)) == 0)
			return true;
	return false;
}

/* ---- bytes ---- */

static char *read_bytes(const char *name, size_t *length)
{
	struct stat st;

	assert_int_equal(fstatat(scratch, name, &st, 0), 0);
	*length = (size_t)st.st_size;
	return text_at(scratch, name);
}

static void set_byte(const char *name, size_t offset, char byte)
{
	int fd = openat(scratch, name, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)offset), 1);
	close(fd);
}

static const char *blob_of(const struct digest *digest)
{
	static char name[100];
	char hex[DIGEST_HEX_BYTES];

	snprintf(name, sizeof name, "layout/blobs/sha256/%s", digest_write_hex(digest, hex));
	return name;
}

/*
 * Changes each byte of a file of the layout by itself; what is told must be about one of subjects.
 */
static void mutate(const char *name, const char *const *subjects)
{
	size_t length;
	char *bytes = read_bytes(name, &length);

	for (size_t i = 0; i < length; i++) {
		struct result result;
		bool told = false;

		set_byte(name, i, (char)(bytes[i] ^ 1 << i % 8));
		run(&result, audit_layout);
		for (size_t j = 0; subjects[j]; j++)
			told = told || tells(&result, subjects[j]);
		if (!told)
			fail_msg("%s: byte %zu: %s", name, i,
				 result.refused ? result.err.message : "not told");
		audit_free(&result.audit);
		set_byte(name, i, bytes[i]);
	}
	test_free(bytes);
}

static void nothing_is_changed(void **state)
{
	struct result result;

	(void)state;
	run(&result, audit_layout);
	assert_false(result.refused);
	assert_int_equal(result.audit.count, 0);
	run(&result, audit_archive);
	assert_false(result.refused);
	assert_int_equal(result.audit.count, 0);
}

/*
 * What it leads to, too: another digest leads to no file, another size to one that is not so large.
 */
static void every_byte_of_the_index(void **state)
{
	(void)state;
	mutate("layout/index.json", (const char *const[]){
		"index.json", "blobs/sha256/", "descriptor", "it has no image", "linux/amd64",
		NULL });
}

static void every_byte_of_oci_layout(void **state)
{
	(void)state;
	mutate("layout/oci-layout", (const char *const[]){ "oci-layout", NULL });
}

static void mutate_blob(const struct digest *digest)
{
	char *name = memory_string(blob_of(digest));

	mutate(name, (const char *const[]){ name + strlen("layout/"), NULL });
	free(name);
}

static void every_byte_of_the_manifest(void **state)
{
	(void)state;
	mutate_blob(&expected.items[0].manifest.digest);
}

static void every_byte_of_the_config(void **state)
{
	(void)state;
	mutate_blob(&expected.items[0].config.digest);
}

static void every_byte_of_the_layer(void **state)
{
	(void)state;
	assert_true(expected.items[0].layers[0].size > 10000);
	mutate_blob(&expected.items[0].layers[0].digest);
}

/* ---- lengths ---- */

static void set_length(const char *name, size_t length)
{
	int fd = openat(scratch, name, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)length), 0);
	close(fd);
}

static void put_back(const char *name, const char *bytes, size_t length)
{
	int fd = openat(scratch, name, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

/* Cut off at every 512 bytes, and longer by some. */
static void lengths(void **state)
{
	const struct digest *const blobs[] = {
		&expected.items[0].manifest.digest, &expected.items[0].config.digest,
		&expected.items[0].layers[0].digest,
	};

	(void)state;
	for (size_t i = 0; i < sizeof blobs / sizeof blobs[0]; i++) {
		size_t length;
		char *name = memory_string(blob_of(blobs[i])), *bytes = read_bytes(name, &length);

		for (size_t at = 0; at <= length + BLOCK; at += BLOCK) {
			struct result result;

			set_length(name, at == length ? at + 1 : at);
			run(&result, audit_layout);
			assert_true(tells(&result, name + strlen("layout/")));
			audit_free(&result.audit);
		}
		put_back(name, bytes, length);
		test_free(bytes);
		free(name);
	}
}

/* ---- the tree as an archive ---- */

/*
 * Fields of a ustar header that say something, and whether only what is before a NUL does. Of a
 * mode these are its last four digits: before them some write the type once more.
 */
static const struct field {
	const char *name;
	size_t offset, length;
	bool text;
} fields[] = {
	{ "name", 0, 100, true }, { "mode", 103, 5, false }, { "uid", 108, 8, false },
	{ "gid", 116, 8, false }, { "size", 124, 12, false }, { "mtime", 136, 12, false },
	{ "checksum", 148, 8, false }, { "type", 156, 1, false }, { "target", 157, 100, true },
};

static void fix_checksum(char *header)
{
	unsigned sum = 0;

	memset(header + 148, ' ', 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
}

/* A change to one byte of a header, with the checksum of the whole, is found or refused. */
static void mutate_header(const char *bytes, size_t length, size_t at, const struct field *field)
{
	for (size_t i = 0; i < field->length; i++) {
		char *copy = memory_copy(bytes, length);
		struct result result;

		if (field->text && bytes[at + field->offset + i] == '\0') {
			free(copy);
			break;
		}
		copy[at + field->offset + i]++;
		if (strcmp(field->name, "checksum") != 0)
			fix_checksum(copy + at);
		put_back("tar", copy, length);
		free(copy);
		run(&result, audit_archive);
		if (!result.refused && audit_verdict(&result.audit) == AUDIT_IDENTICAL)
			fail_msg("%s at %zu: byte %zu is not told", field->name, at, i);
		audit_free(&result.audit);
	}
}

static size_t next_header(const char *bytes, size_t at)
{
	size_t size = strtoul(bytes + at + 124, NULL, 8);

	return at + BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
}

static void every_field_of_an_archive(void **state)
{
	size_t length, headers = 0;
	char *bytes = read_bytes("tar", &length);

	(void)state;
	for (size_t at = 0; bytes[at]; at = next_header(bytes, at), headers++)
		for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
			mutate_header(bytes, length, at, &fields[i]);
	assert_int_equal(headers, 5);
	put_back("tar", bytes, length);
	test_free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_changed),
		cmocka_unit_test(every_byte_of_the_index),
		cmocka_unit_test(every_byte_of_oci_layout),
		cmocka_unit_test(every_byte_of_the_manifest),
		cmocka_unit_test(every_byte_of_the_config),
		cmocka_unit_test(every_byte_of_the_layer),
		cmocka_unit_test(lengths),
		cmocka_unit_test(every_field_of_an_archive),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
