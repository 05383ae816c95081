/* SPDX-License-Identifier: Apache-2.0 */
/* release.c and zip.c: members taken out of archives, and every archive that is refused. */
#include "unit.h"

#include "archives.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "unpack/release.h"

static struct members members;
static const char *member_names[4];

/* Reads what members wants of an archive. */
static int read_wanted(const struct buffer *archive, const char *format, struct error *err)
{
	int fd = openat(scratch, "archive", O_RDWR | O_CREAT | O_TRUNC, 0600), result;

	if (archive->length > 0)
		assert_int_equal(write(fd, archive->bytes, archive->length), archive->length);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	result = release_read(fd, archive->length, format_find(format), "a.x", scratch, &members,
			      err);
	close(fd);
	return result;
}

/* The same of these members; the names end with NULL. */
static int read_archive(const struct buffer *archive, const char *format, const char *const *names,
			struct error *err)
{
	members_free(&members);
	for (size_t i = 0; names[i]; i++) {
		member_names[i] = names[i];
		members_want(&members, names[i], false);
	}
	return read_wanted(archive, format, err);
}

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void free_members(void)
{
	members_free(&members);
}

static void assert_file(const char *name, const char *text)
{
	const struct members_file *file = members_find(&members, name);
	char *bytes = test_calloc(strlen(text) + 2, 1);
	struct digest digest = digest_of(text, strlen(text));

	if (!file || !file->found)
		fail_msg("no '%s'", name);
	assert_int_equal(content_read(&file->content, bytes, strlen(text) + 1, 0), strlen(text));
	assert_string_equal(bytes, text);
	assert_memory_equal(file->content.digest.bytes, digest.bytes, DIGEST_BYTES);
	test_free(bytes);
}

static void assert_member(size_t number, const char *text)
{
	assert_file(member_names[number], text);
}

/* Refused; frees the members. */
static void assert_archive_refused(const struct buffer *archive, const char *format,
				   const char *const *names, enum status status, const char *reason)
{
	char message[300];
	struct error err;

	snprintf(message, sizeof message, "cannot unpack 'a.x': %s", reason);
	assert_refused(read_archive(archive, format, names, &err), err, status, message);
	free_members();
}

/* The tar, ended and packed. Frees it. */
static struct buffer pack(struct buffer *tar)
{
	struct buffer archive;

	tar_end(tar);
	archive_init(&archive);
	gzip_add(&archive, tar->bytes, tar->length);
	buffer_free(tar);
	return archive;
}

static void assert_tar_refused(struct buffer *tar, const char *reason)
{
	struct buffer archive = pack(tar);

	assert_archive_refused(&archive, "tar.gz", NAMES("a"), STATUS_ARCHIVE, reason);
	buffer_free(&archive);
}

static struct buffer good_tar(void)
{
	struct buffer tar;

	archive_init(&tar);
	tar_add_type(&tar, "d/", '5', "", NULL, 0);
	tar_add(&tar, "d/a", "hello");
	tar_add(&tar, "d/b", "");
	tar_add(&tar, "d/c", "world");
	return tar;
}

static struct buffer good_zip(void)
{
	struct zip_maker zip;
	struct buffer archive;

	zip_begin(&zip);
	zip_add_mode(&zip, "d/", 040755, "");
	zip_add(&zip, "d/a", "hello");
	zip_add(&zip, "d/b", "");
	zip_add(&zip, "d/c", "world");
	zip_end(&zip, &archive);
	return archive;
}

static void takes_what_is_wanted(void **state)
{
	struct buffer tar = good_tar(), archives[2] = { pack(&tar), good_zip() };
	static const char *const formats[] = { "tar.gz", "zip" };
	struct error err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		if (read_archive(&archives[i], formats[i], NAMES("d/c", "d/a", "d/b"), &err) < 0)
			fail_msg("%s", err.message);
		assert_member(0, "world");
		assert_member(1, "hello");
		assert_member(2, "");
		free_members();
		if (read_archive(&archives[i], formats[i], NAMES("d/b"), &err) < 0)
			fail_msg("%s", err.message);
		free_members();
		buffer_free(&archives[i]);
	}
}

static void large_members(void **state)
{
	char *text = test_calloc(300001, 1);
	struct buffer tar, archive;
	struct error err;

	(void)state;
	for (size_t i = 0; i < 300000; i++)
		text[i] = (char)('a' + i * i % 23);
	archive_init(&tar);
	tar_add(&tar, "a", text);
	archive = pack(&tar);
	assert_int_equal(read_archive(&archive, "tar.gz", NAMES("a"), &err), 0);
	assert_null(members.files[0].content.bytes);
	assert_member(0, text);
	free_members();
	buffer_free(&archive);
	test_free(text);
}

static void names_are_exact(void **state)
{
	static const char *const others[] = { "a", "d/", "d", "d//a", "/d/a", "D/a",
					      "d/a/", "d/ab", "" };
	struct buffer tar = good_tar(), archive = pack(&tar), zip = good_zip();
	char reason[100];

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (strcmp(others[i], "d/") == 0)
			snprintf(reason, sizeof reason, "member 'd/' is not a plain file");
		else
			snprintf(reason, sizeof reason, "no member '%s'", others[i]);
		assert_archive_refused(&archive, "tar.gz", NAMES("d/a", others[i]), STATUS_ARCHIVE,
				       reason);
		assert_archive_refused(&zip, "zip", NAMES("d/a", others[i]), STATUS_ARCHIVE,
				       reason);
	}
	buffer_free(&archive);
	buffer_free(&zip);
}

static void members_of_other_types(void **state)
{
	static const char types[] = { '1', '2', '3', '4', '5', '6' };

	(void)state;
	for (size_t i = 0; i < sizeof types; i++) {
		struct buffer tar;

		archive_init(&tar);
		tar_add(&tar, "b", "hello");
		tar_add_type(&tar, "a", types[i], types[i] == '1' || types[i] == '2' ? "b" : "",
			     NULL, 0);
		assert_tar_refused(&tar, types[i] == '1' ? "member 'a' is a hard link to 'b'"
				   : types[i] == '2' ? "member 'a' is a symbolic link to 'b'"
				   : "member 'a' is not a plain file");
	}
}

static void zip_members_of_other_types(void **state)
{
	/*
	 * Not a FIFO: libarchive takes it for a file, because zip marks what it read from one so.
	 */
	static const unsigned modes[] = { 0120777, 0040755, 0020644, 0060644, 0140644 };

	(void)state;
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		struct zip_maker zip;
		struct buffer archive;

		zip_begin(&zip);
		zip_add(&zip, "b", "hello");
		zip_add_mode(&zip, "a", modes[i], "b");
		zip_end(&zip, &archive);
		assert_archive_refused(&archive, "zip", NAMES("a"), STATUS_ARCHIVE,
				       modes[i] == 0040755 ? "no member 'a'"
				       : modes[i] == 0120777
				       ? "member 'a' is a symbolic link to 'b'"
				       : "member 'a' is not a plain file");
		buffer_free(&archive);
	}
}

static struct buffer tree_tar(void)
{
	struct buffer tar;

	archive_init(&tar);
	tar_add_type(&tar, "./d/", '5', "", NULL, 0);
	tar_add(&tar, "./d/z", "last");
	tar_add(&tar, "./d/e/f", "deep");
	tar_add(&tar, "./d.x", "beside");
	tar_add(&tar, "./d/a", "first");
	return pack(&tar);
}

static void directories(void **state)
{
	static const char *const names[] = { "d/a", "d/e/f", "d/z" };
	struct buffer archive = tree_tar();
	struct error err;

	(void)state;
	members_want_directory(&members, "d/", false);
	members_want(&members, "d/a", false);
	assert_int_equal(read_wanted(&archive, "tar.gz", &err), 0);
	assert_int_equal(members.file_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(members.files[i].name, names[i]);
	assert_file("d/a", "first");
	assert_file("d/e/f", "deep");
	assert_file("d/z", "last");
	free_members();
	members_want_directory(&members, "./", false);
	assert_int_equal(read_wanted(&archive, "tar.gz", &err), 0);
	assert_int_equal(members.file_count, 4);
	free_members();
	buffer_free(&archive);
}

/* Refused, with this hint. */
static void assert_hint(const struct buffer *archive, const char *directory, const char *reason,
			const char *hint)
{
	struct error err;

	members_want_directory(&members, directory, false);
	assert_refused(read_wanted(archive, "tar.gz", &err), err, STATUS_ARCHIVE, reason);
	assert_string_equal(err.hint, hint);
	free_members();
}

static void directories_without_files(void **state)
{
	struct buffer archive = tree_tar(), tar;

	(void)state;
	assert_hint(&archive, "e/", "cannot unpack 'a.x': no file is below 'e/'", "it has 'd/e/'");
	assert_hint(&archive, "d.x/", "cannot unpack 'a.x': no file is below 'd.x/'",
		    "it has 'd/'");
	assert_hint(&archive, "x/d/y/", "cannot unpack 'a.x': no file is below 'x/d/y/'",
		    "it has 'd/' and 'd/e/'");
	buffer_free(&archive);
	archive_init(&tar);
	tar_add_type(&tar, "d/", '5', "", NULL, 0);
	tar_add_type(&tar, "d/e/", '5', "", NULL, 0);
	archive = pack(&tar);
	assert_hint(&archive, "d/", "cannot unpack 'a.x': no file is below 'd/'", "it has 'd/e/'");
	buffer_free(&archive);
}

static void near_names(void **state)
{
	struct buffer archive = tree_tar();
	struct error err;

	(void)state;
	assert_int_equal(read_archive(&archive, "tar.gz", NAMES("bin/F"), &err), -1);
	assert_string_equal(err.hint, "it has 'd/e/f'");
	free_members();
	assert_int_equal(read_archive(&archive, "tar.gz", NAMES("server"), &err), -1);
	assert_string_equal(err.hint, "it has 'd/', 'd/z' and 'd/e/f'");
	free_members();
	buffer_free(&archive);
}

/* Below a directory everything is named, and nothing is passed over. */
static void what_a_directory_must_not_have(void **state)
{
	static const struct {
		const char *name;
		char type;
		const char *reason;
	} rows[] = {
		{ "d/p", '6', "member 'd/p' is not a plain file" },
		{ "d/p", '3', "member 'd/p' is not a plain file" },
		{ "d/p", '2', "member 'd/p' is a symbolic link to 'd/a'" },
		{ "d/p", '1', "member 'd/p' is a hard link to 'd/a'" },
		{ "d/a", '0', "member 'd/a' occurs twice" },
		{ "d/../x/../d/p", '0', "member 'd/../x/../d/p' is no path: a component is '..'" },
		{ "d/./p", '0', "member 'd/./p' is no path: a component is '.'" },
		{ "d//p", '0', "member 'd//p' is no path: a component is empty" },
		{ "x//../d/p", '0', "member 'x//../d/p' is no path: a component is empty" },
		{ "d/a\nb", '0', "member 'd/a\nb' is no path: it has a control character or a "
				 "backslash" },
		{ "d/a\\b", '0', "member 'd/a\\b' is no path: it has a control character or a "
				 "backslash" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer tar, archive;
		char message[200];
		struct error err;

		archive_init(&tar);
		tar_add(&tar, "d/a", "hello");
		tar_add_type(&tar, rows[i].name, rows[i].type, "d/a", NULL, 0);
		archive = pack(&tar);
		members_want_directory(&members, "d/", false);
		snprintf(message, sizeof message, "cannot unpack 'a.x': %s", rows[i].reason);
		assert_refused(read_wanted(&archive, "tar.gz", &err), err, STATUS_ARCHIVE, message);
		free_members();
		buffer_free(&archive);
	}
}

static void long_names_below_a_directory(void **state)
{
	char name[LIMIT_PATH_BYTES + 2] = "d/", pax[400];
	struct buffer tar, archive;
	struct error err;

	(void)state;
	for (size_t length = LIMIT_PATH_BYTES - 1; length <= LIMIT_PATH_BYTES; length++) {
		memset(name + 2, 'n', length - 2);
		snprintf(pax, sizeof pax, "%zu path=%s\n", length + 10, name);
		archive_init(&tar);
		tar_add_type(&tar, "x", 'x', "", pax, strlen(pax));
		tar_add(&tar, "short", "content");
		archive = pack(&tar);
		members_want_directory(&members, "d/", false);
		assert_int_equal(read_wanted(&archive, "tar.gz", &err),
				 length < LIMIT_PATH_BYTES ? 0 : -1);
		free_members();
		buffer_free(&archive);
	}
}

static void too_many_below_a_directory(void **state)
{
	struct buffer tar, archive;
	struct error err;

	(void)state;
	for (int count = LIMIT_TAKEN_MEMBERS; count <= LIMIT_TAKEN_MEMBERS + 1; count++) {
		archive_init(&tar);
		for (int i = 0; i < count; i++) {
			char name[20];

			snprintf(name, sizeof name, "d/%d", i);
			tar_add(&tar, name, "x");
		}
		archive = pack(&tar);
		members_want_directory(&members, "d/", false);
		if (count > LIMIT_TAKEN_MEMBERS)
			assert_refused(read_wanted(&archive, "tar.gz", &err), err, STATUS_LIMIT,
				       "cannot unpack 'a.x': more than 4096 of its members are "
				       "wanted");
		else
			assert_int_equal(read_wanted(&archive, "tar.gz", &err), 0);
		free_members();
		buffer_free(&archive);
	}
}

/* Symbolic links before and after what they lead to, hard links, and both below a directory. */
static void links_that_are_followed(void **state)
{
	struct buffer tar, archives[2];
	static const char *const formats[] = { "tar.gz", "zip" };
	struct zip_maker zip;
	struct error err;

	(void)state;
	archive_init(&tar);
	zip_begin(&zip);
	tar_add_type(&tar, "./d/before", '2', "../x/./file", NULL, 0);
	zip_add_mode(&zip, "d/before", 0120777, "../x/./file");
	tar_add(&tar, "./x/file", "content");
	zip_add(&zip, "x/file", "content");
	tar_add_type(&tar, "./d/after", '2', "../d/../x//file", NULL, 0);
	zip_add_mode(&zip, "d/after", 0120777, "../d/../x//file");
	tar_add_type(&tar, "./d/hard", '1', "./x/file", NULL, 0);
	zip_add(&zip, "d/hard", "content");
	tar_add(&tar, "d/plain", "plain");
	zip_add(&zip, "d/plain", "plain");
	archives[0] = pack(&tar);
	zip_end(&zip, &archives[1]);
	for (size_t i = 0; i < 2; i++) {
		members_want_directory(&members, "d/", true);
		if (read_wanted(&archives[i], formats[i], &err) < 0)
			fail_msg("%s", err.message);
		assert_int_equal(members.file_count, 4);
		assert_file("d/before", "content");
		assert_file("d/after", "content");
		assert_file("d/hard", "content");
		assert_file("d/plain", "plain");
		free_members();
		members_want(&members, "d/after", true);
		assert_int_equal(read_wanted(&archives[i], formats[i], &err), 0);
		assert_int_equal(members.file_count, 1);
		assert_file("d/after", "content");
		free_members();
		/* Once without is without. */
		members_want_directory(&members, "d/", true);
		members_want(&members, "d/after", false);
		assert_refused(read_wanted(&archives[i], formats[i], &err), err, STATUS_ARCHIVE,
			       "cannot unpack 'a.x': member 'd/after' is a symbolic link to "
			       "'../d/../x//file'");
		assert_string_equal(err.hint, "with 'follow: true' the recipe takes the file that "
				    "it leads to");
		free_members();
		buffer_free(&archives[i]);
	}
}

static void links_that_lead_elsewhere(void **state)
{
	static const struct {
		char type;
		const char *target, *reason;
	} rows[] = {
		{ '2', "/d/a", "'/d/a', which is outside of the archive" },
		{ '2', "../../a", "'../../a', which is outside of the archive" },
		{ '1', "../d/a", "'../d/a', which is outside of the archive" },
		{ '2', "b", "'d/b', which it does not have" },
		{ '1', "a", "'a', which it does not have" },
		{ '2', "sub", "'d/sub', which it does not have" },
		{ '2', "other", "'d/other', which is a link, too" },
		{ '1', "d/other", "'d/other', which is a link, too" },
		{ '2', "link", "'d/link', which is a link, too" },
		{ '2', "fifo", "'d/fifo', which is not a plain file" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer tar, archive;
		char message[200];
		struct error err;

		archive_init(&tar);
		tar_add(&tar, "d/a", "hello");
		tar_add(&tar, "d/sub/c", "hello");
		tar_add_type(&tar, "d/other", '2', "a", NULL, 0);
		tar_add_type(&tar, "d/fifo", '6', "", NULL, 0);
		tar_add_type(&tar, "d/link", rows[i].type, rows[i].target, NULL, 0);
		archive = pack(&tar);
		members_want(&members, "d/link", true);
		snprintf(message, sizeof message, "cannot unpack 'a.x': member 'd/link' leads to %s",
			 rows[i].reason);
		assert_refused(read_wanted(&archive, "tar.gz", &err), err, STATUS_ARCHIVE, message);
		free_members();
		buffer_free(&archive);
	}
}

static void a_member_twice(void **state)
{
	struct buffer tar, archive;
	struct zip_maker zip;

	(void)state;
	archive_init(&tar);
	tar_add(&tar, "a", "one");
	tar_add(&tar, "b", "x");
	tar_add(&tar, "a", "one");
	assert_tar_refused(&tar, "member 'a' occurs twice");
	zip_begin(&zip);
	zip_add(&zip, "a", "one");
	zip_add(&zip, "a", "one");
	zip_end(&zip, &archive);
	assert_archive_refused(&archive, "zip", NAMES("a"), STATUS_ARCHIVE,
			       "member 'a' occurs twice");
	buffer_free(&archive);
}

/*
 * Names that would lead out of a directory, links, devices: nobody asks for them, nothing happens.
 */
static void other_members_do_not_matter(void **state)
{
	static const char *const names[] = { "../../a", "/a", "d/../a", "", "\xff\xfe", "a\nb",
					     "C:\\a" };
	struct buffer tar, archive;
	struct zip_maker zip;
	struct error err;

	(void)state;
	archive_init(&tar);
	zip_begin(&zip);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		tar_add(&tar, names[i], "evil");
		if (names[i][0])
			zip_add(&zip, names[i], "evil");
	}
	tar_add_type(&tar, "l", '2', "/etc/passwd", NULL, 0);
	tar_add_type(&tar, "h", '1', "../x", NULL, 0);
	tar_add_type(&tar, "n", '3', "", NULL, 0);
	tar_add(&tar, "a", "good");
	zip_add_mode(&zip, "l", 0120777, "/etc/passwd");
	zip_add(&zip, "a", "good");
	archive = pack(&tar);
	if (read_archive(&archive, "tar.gz", NAMES("a"), &err) < 0)
		fail_msg("%s", err.message);
	assert_member(0, "good");
	free_members();
	buffer_free(&archive);
	zip_end(&zip, &archive);
	if (read_archive(&archive, "zip", NAMES("a"), &err) < 0)
		fail_msg("%s", err.message);
	assert_member(0, "good");
	free_members();
	buffer_free(&archive);
}

/* As Go's archive/tar writes it: a warning in this locale, which only counts for who wants it. */
static void names_that_are_not_ascii(void **state)
{
	static const char pax[] = "15 path=\xc3\xa4.txt\n";
	struct buffer tar, archive;
	struct error err;

	(void)state;
	archive_init(&tar);
	tar_add_type(&tar, "x", 'x', "", pax, strlen(pax));
	tar_add(&tar, "y", "umlaut");
	tar_add(&tar, "a", "good");
	archive = pack(&tar);
	if (read_archive(&archive, "tar.gz", NAMES("a"), &err) < 0)
		fail_msg("%s", err.message);
	assert_member(0, "good");
	free_members();
	assert_archive_refused(&archive, "tar.gz", NAMES("y"), STATUS_ARCHIVE, "no member 'y'");
	buffer_free(&archive);
}

static void pax_and_gnu_names(void **state)
{
	char name[151], pax[200];
	struct buffer tar, archive;
	struct error err;

	(void)state;
	memset(name, 'n', 150);
	name[150] = '\0';
	snprintf(pax, sizeof pax, "160 path=%s\n", name);
	assert_int_equal(strlen(pax), 160);
	archive_init(&tar);
	tar_add_type(&tar, "x", 'x', "", pax, strlen(pax));
	tar_add(&tar, "short", "by pax");
	archive = pack(&tar);
	assert_int_equal(read_archive(&archive, "tar.gz", NAMES(name), &err), 0);
	assert_member(0, "by pax");
	free_members();
	buffer_free(&archive);
	archive_init(&tar);
	tar_add_type(&tar, "././@LongLink", 'L', "", name, strlen(name) + 1);
	tar_add(&tar, "short", "by GNU");
	archive = pack(&tar);
	assert_int_equal(read_archive(&archive, "tar.gz", NAMES(name), &err), 0);
	assert_member(0, "by GNU");
	free_members();
	buffer_free(&archive);
}

static void sparse_members(void **state)
{
	static const char pax[] = "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"
				  "27 GNU.sparse.realsize=2000\n22 GNU.sparse.name=a\n";
	char content[1024] = "1\n1000\n5\n";
	struct buffer tar;

	(void)state;
	memcpy(content + 512, "hello", 5);
	archive_init(&tar);
	tar_add_type(&tar, "x", 'x', "", pax, strlen(pax));
	tar_add_type(&tar, "GNUSparseFile/a", '0', "", content, 512 + 5);
	assert_tar_refused(&tar, "it has a sparse member");
}

/* Every cut of an archive that is whole without it. */
static void cut_anywhere(void **state)
{
	struct buffer tar, archive, zip = good_zip();
	struct error err;

	(void)state;
	archive_init(&tar);
	tar_add(&tar, "a", "hello");
	archive = pack(&tar);
	while (archive.length > 0) {
		archive.length--;
		assert_archive_refused(&archive, "tar.gz", NAMES("a"), STATUS_ARCHIVE, "truncated");
	}
	while (zip.length > 0) {
		zip.length--;
		assert_int_equal(read_archive(&zip, "zip", NAMES("d/a"), &err), -1);
		assert_int_equal(err.status, STATUS_ARCHIVE);
	}
	buffer_free(&archive);
	buffer_free(&zip);
}

/* The tar is cut before it is packed. */
static void cut_before_it_was_packed(void **state)
{
	struct buffer tar, archive;
	size_t whole;
	struct error err;

	(void)state;
	archive_init(&tar);
	tar_add(&tar, "b", "x");
	tar_add(&tar, "a", "hello");
	tar_end(&tar);
	for (whole = tar.length; tar.length > 0; tar.length--) {
		archive_init(&archive);
		gzip_add(&archive, tar.bytes, tar.length);
		assert_int_equal(read_archive(&archive, "tar.gz", NAMES("a"), &err),
				 tar.length == whole ? 0 : -1);
		if (tar.length < whole)
			assert_int_equal(err.status, STATUS_ARCHIVE);
		free_members();
		buffer_free(&archive);
	}
	buffer_free(&tar);
}

static void ends(void **state)
{
	static const char zeros[20 * TAR_BLOCK];
	struct buffer tar, archive;
	struct error err;

	(void)state;
	/* As GNU tar does: filled up to 20 blocks. */
	archive_init(&tar);
	tar_add(&tar, "a", "hello");
	add_bytes(&tar, zeros, sizeof zeros - 4 * TAR_BLOCK);
	archive = pack(&tar);
	assert_int_equal(read_archive(&archive, "tar.gz", NAMES("a"), &err), 0);
	free_members();
	buffer_free(&archive);
	archive_init(&tar);
	tar_add(&tar, "a", "hello");
	tar_end(&tar);
	tar_add(&tar, "b", "a second archive");
	assert_tar_refused(&tar, "something follows its end");
	archive_init(&tar);
	tar_add(&tar, "a", "hello");
	tar_end(&tar);
	add_bytes(&tar, "x", 1);
	tar_pad(&tar);
	assert_tar_refused(&tar, "something follows its end");
	archive_init(&tar);
	tar_add(&tar, "a", "hello");
	archive_init(&archive);
	gzip_add(&archive, tar.bytes, tar.length);
	assert_archive_refused(&archive, "tar.gz", NAMES("a"), STATUS_ARCHIVE,
			       "it is truncated: no end blocks");
	buffer_free(&archive);
	buffer_free(&tar);
}

static void damaged_headers(void **state)
{
	struct buffer tar;
	size_t at;

	(void)state;
	archive_init(&tar);
	tar_add(&tar, "b", "x");
	at = tar_add(&tar, "a", "hello");
	tar.bytes[at] = 'A';
	assert_tar_refused(&tar, "Damaged tar archive");
	archive_init(&tar);
	at = tar_add(&tar, "a", "hello");
	memcpy(tar.bytes + at + 124, "77777777777", 11);
	tar_seal(&tar, at);
	assert_tar_refused(&tar, "Truncated tar archive");
}

static void other_formats(void **state)
{
	static const char *const texts[] = { "", "<html>not found</html>", "text", "PK\3\4",
					     "PK\5\6" };
	struct buffer archive, zip = good_zip(), tar = good_tar(), packed;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		archive_init(&archive);
		add_bytes(&archive, texts[i], strlen(texts[i]));
		assert_archive_refused(&archive, "tar.gz", NAMES("a"), STATUS_ARCHIVE,
				       i == 0 ? "truncated" : "not in gzip format");
		assert_archive_refused(&archive, "zip", NAMES("a"), STATUS_ARCHIVE,
				       "it is truncated or not a ZIP archive");
		buffer_free(&archive);
	}
	assert_archive_refused(&zip, "tar.gz", NAMES("d/a"), STATUS_ARCHIVE, "not in gzip format");
	/* A format that nobody asked for is not even looked at inside of gzip. */
	archive_init(&archive);
	gzip_add(&archive, zip.bytes, zip.length);
	assert_archive_refused(&archive, "tar.gz", NAMES("d/a"), STATUS_ARCHIVE,
			       "Unrecognized archive format");
	buffer_free(&archive);
	packed = pack(&tar);
	assert_archive_refused(&packed, "zip", NAMES("d/a"), STATUS_ARCHIVE,
			       "it is truncated or not a ZIP archive");
	archive_init(&archive);
	gzip_add(&archive, packed.bytes, packed.length);
	assert_archive_refused(&archive, "tar.gz", NAMES("d/a"), STATUS_ARCHIVE,
			       "Unrecognized archive format");
	buffer_free(&archive);
	buffer_free(&packed);
	buffer_free(&zip);
}

#define TOO_MUCH "it unpacks to more than 200 times its size"

/* What is unpacked counts, wanted or not, header or content. */
static void bombs(void **state)
{
	char *zeros = test_calloc(4 << 20, 1);
	struct buffer tar, archive;

	(void)state;
	archive_init(&tar);
	tar_add(&tar, "a", "hello");
	tar_add_type(&tar, "bomb", '0', "", zeros, 4 << 20);
	archive = pack(&tar);
	assert_true(archive.length * LIMIT_RATIO < 4 << 20);
	assert_archive_refused(&archive, "tar.gz", NAMES("a"), STATUS_LIMIT, TOO_MUCH);
	assert_archive_refused(&archive, "tar.gz", NAMES("bomb"), STATUS_LIMIT, TOO_MUCH);
	buffer_free(&archive);
	/* Headers that libarchive reads for itself. */
	archive_init(&tar);
	tar_add(&tar, "a", "hello");
	for (int i = 0; i < 5; i++)
		tar_add_type(&tar, "b", 'L', "", zeros, 1000000);
	archive = pack(&tar);
	assert_archive_refused(&archive, "tar.gz", NAMES("a"), STATUS_LIMIT, TOO_MUCH);
	buffer_free(&archive);
	/* Zeros behind the end. */
	archive_init(&tar);
	tar_add(&tar, "a", "hello");
	tar_end(&tar);
	add_bytes(&tar, zeros, 4 << 20);
	archive = pack(&tar);
	assert_archive_refused(&archive, "tar.gz", NAMES("a"), STATUS_LIMIT, TOO_MUCH);
	buffer_free(&archive);
	test_free(zeros);
}

/* Small archives may grow to 1 MiB, whatever their ratio. */
static void small_archives_may_grow(void **state)
{
	char *zeros = test_calloc(1 << 20, 1);
	struct buffer tar, archive;
	struct error err;

	(void)state;
	archive_init(&tar);
	tar_add_type(&tar, "a", '0', "", zeros, (1 << 20) - 3 * TAR_BLOCK);
	archive = pack(&tar);
	assert_int_equal(read_archive(&archive, "tar.gz", NAMES("a"), &err), 0);
	free_members();
	buffer_free(&archive);
	archive_init(&tar);
	tar_add_type(&tar, "a", '0', "", zeros, (1 << 20) - 2 * TAR_BLOCK);
	archive = pack(&tar);
	assert_archive_refused(&archive, "tar.gz", NAMES("a"), STATUS_LIMIT, TOO_MUCH);
	buffer_free(&archive);
	test_free(zeros);
}

/* Without compression, so that it is not the ratio that ends it. */
static void too_many_members(void **state)
{
	struct zip_maker zip;
	struct buffer archive;
	char name[12];

	(void)state;
	zip_begin(&zip);
	for (int i = 0; i <= LIMIT_ARCHIVE_MEMBERS; i++) {
		snprintf(name, sizeof name, "%d", i);
		zip_add(&zip, name, "");
	}
	zip_end(&zip, &archive);
	assert_archive_refused(&archive, "zip", NAMES("0"), STATUS_LIMIT,
			       "more than 65536 members");
	buffer_free(&archive);
}

static void put(struct buffer *archive, size_t offset, uint64_t value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		archive->bytes[offset + i] = (char)(value >> (8 * i));
}

/* The offset of the last place of four bytes. */
static size_t last(const struct buffer *archive, const char *bytes)
{
	for (size_t at = archive->length - 4;; at--)
		if (memcmp(archive->bytes + at, bytes, 4) == 0)
			return at;
}

static void zip_end_records(void **state)
{
	static const struct {
		size_t offset;
		uint64_t value;
		size_t count;
		const char *reason;
	} rows[] = {
		{ 0, 'p', 1, "it is truncated or not a ZIP archive" },
		{ 12, LIMIT_ZIP_DIRECTORY_BYTES + 1, 4, "its central directory is too large" },
		{ 12, 0, 4, "its central directory is not before its end record" },
		{ 16, 1, 4, "its central directory is not before its end record" },
		{ 16, 0xffffffff, 4, "its central directory is not before its end record" },
		{ 20, 1, 2, "something follows its end record" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer archive = good_zip();

		put(&archive, last(&archive, "PK\5\6") + rows[i].offset, rows[i].value,
		    rows[i].count);
		assert_archive_refused(&archive, "zip", NAMES("d/a"), STATUS_ARCHIVE,
				       rows[i].reason);
		buffer_free(&archive);
	}
}

static void zip_with_a_comment(void **state)
{
	struct buffer archive = good_zip();
	struct error err;

	(void)state;
	put(&archive, last(&archive, "PK\5\6") + 20, 7, 2);
	add_bytes(&archive, "comment", 7);
	assert_int_equal(read_archive(&archive, "zip", NAMES("d/a"), &err), 0);
	assert_member(0, "hello");
	free_members();
	add_bytes(&archive, "x", 1);
	assert_archive_refused(&archive, "zip", NAMES("d/a"), STATUS_ARCHIVE,
			       "something follows its end record");
	buffer_free(&archive);
}

static void zip64(void **state)
{
	struct buffer archive = good_zip(), made;
	size_t end = last(&archive, "PK\5\6");

	(void)state;
	archive_init(&made);
	add_bytes(&made, archive.bytes, end);
	add_bytes(&made, "PK\6\7", 4);
	add_number(&made, 0, 16);
	add_bytes(&made, archive.bytes + end, archive.length - end);
	assert_archive_refused(&made, "zip", NAMES("d/a"), STATUS_ARCHIVE, "it is a ZIP64 archive");
	buffer_free(&made);
	buffer_free(&archive);
}

/* What directory and member say of it does not agree with what is there. */
static void zips_that_lie(void **state)
{
	static const struct {
		const char *record;
		size_t offset;
		uint64_t value;
		size_t count;
	} rows[] = {
		{ "PK\1\2", 16, 0x12345678, 4 },	/* CRC-32 */
		{ "PK\1\2", 20, 4, 4 },			/* packed size */
		{ "PK\1\2", 20, 0xffffff, 4 },
		{ "PK\1\2", 24, 4, 4 },			/* size */
		{ "PK\1\2", 24, 0xffffff, 4 },
		{ "PK\1\2", 42, 0xffffff, 4 },		/* where the member is */
		{ "PK\1\2", 42, 1, 4 },
		{ "PK\3\4", 8, 99, 2 },			/* method */
		{ "PK\3\4", 6, 1, 2 },			/* encrypted */
		{ "PK\3\4", 0, 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct zip_maker zip;
		struct buffer archive;
		struct error err;

		zip_begin(&zip);
		zip_add(&zip, "a", "hello");
		zip_end(&zip, &archive);
		put(&archive, last(&archive, rows[i].record) + rows[i].offset, rows[i].value,
		    rows[i].count);
		if (read_archive(&archive, "zip", NAMES("a"), &err) == 0)
			fail_msg("row %zu is taken", i);
		assert_int_equal(err.status, STATUS_ARCHIVE);
		buffer_free(&archive);
	}
}

/* A store that has no room: told as that, and not as a damaged archive. */
static void nowhere_to_store(void **state)
{
	char *text = test_calloc(200001, 1);
	struct buffer tar, archive;
	struct error err;
	int fd;

	(void)state;
	for (size_t i = 0; i < 200000; i++)
		text[i] = (char)('a' + i * i % 23);
	archive_init(&tar);
	tar_add(&tar, "a", text);
	archive = pack(&tar);
	scratch_write("archive", "");
	fd = openat(scratch, "archive", O_RDWR);
	assert_int_equal(write(fd, archive.bytes, archive.length), archive.length);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	free_members();
	members_want(&members, "a", false);
	assert_refused(release_read(fd, archive.length, format_find("tar.gz"), "a.x", -1, &members,
				    &err), err,
		       STATUS_FILE, "cannot store a member of 'a.x': Bad file descriptor");
	close(fd);
	assert_refused(release_read(scratch, 100, format_find("tar.gz"), "a.x", -1, &members, &err),
		       err,
		       STATUS_FILE,
		       "cannot read 'a.x': Is a directory");
	free_members();
	buffer_free(&archive);
	test_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(takes_what_is_wanted),
		scratch_test(large_members),
		scratch_test(names_are_exact),
		scratch_test(members_of_other_types),
		scratch_test(zip_members_of_other_types),
		scratch_test(directories),
		scratch_test(directories_without_files),
		scratch_test(near_names),
		scratch_test(what_a_directory_must_not_have),
		scratch_test(long_names_below_a_directory),
		scratch_test(too_many_below_a_directory),
		scratch_test(links_that_are_followed),
		scratch_test(links_that_lead_elsewhere),
		scratch_test(a_member_twice),
		scratch_test(other_members_do_not_matter),
		scratch_test(names_that_are_not_ascii),
		scratch_test(pax_and_gnu_names),
		scratch_test(sparse_members),
		scratch_test(cut_anywhere),
		scratch_test(cut_before_it_was_packed),
		scratch_test(ends),
		scratch_test(damaged_headers),
		scratch_test(other_formats),
		scratch_test(bombs),
		scratch_test(small_archives_may_grow),
		scratch_test(too_many_members),
		scratch_test(zip_end_records),
		scratch_test(zip_with_a_comment),
		scratch_test(zip64),
		scratch_test(zips_that_lie),
		scratch_test(nowhere_to_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
