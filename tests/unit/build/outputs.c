/* SPDX-License-Identifier: Apache-2.0 */
/* outputs.c: what may be replaced, all or nothing, and what a run that was killed leaves. */
#include "unit.h"

#include <sys/file.h>
#include <sys/wait.h>

#include "base/limits.h"
#include "build/outputs.h"
#include "tree/mtree.h"

#define HINT "move it away, or choose another output directory"

static struct staging staging;

static int set_up(void **state)
{
	struct error err;

	return scratch_set_up(state) < 0 ? -1 : staging_open(&staging, scratch, "out", &err);
}

static int tear_down(void **state)
{
	if (staging.fd >= 0)
		staging_close(&staging);
	return scratch_tear_down(state);
}

/* Writes outputs called name, with these files, to the private directory. */
static struct digest write_outputs(const char *name, const char *const *files)
{
	struct buffer manifest;
	struct digest digest;
	struct tree tree;
	struct error err;

	tree_init(&tree, 1700258601);
	buffer_init(&manifest, LIMIT_MANIFEST_BYTES);
	for (; *files; files++)
		assert_int_equal(tree_add_file(&tree, *files, 0644, 0, 0,
					       content_of(*files, strlen(*files)), &err), 0);
	assert_int_equal(mtree_write(&tree, "a test", &manifest), 0);
	if (outputs_write(&tree, &manifest, staging.fd, name, &err) < 0)
		fail_msg("%s", err.message);
	digest = digest_of_output(manifest.bytes, manifest.length);
	buffer_free(&manifest);
	tree_free(&tree);
	return digest;
}

#define FILES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void publish(const char *name)
{
	struct error err;

	if (outputs_publish(&staging, &name, 1, NULL, NULL, &err) < 0)
		fail_msg("%s", err.message);
}

/* Publishes one of an output's three names alone. */
static int publish_name(const char *name)
{
	const struct staging_move move = { .staging = &staging, .name = name };
	struct error err;

	return staging_publish(&move, 1, NULL, NULL, &err);
}

/* Makes the outputs called "p" with these files, as a run does, and begins the next run. */
static void make(const char *const *files)
{
	struct error err;

	write_outputs("p", files);
	publish("p");
	staging_close(&staging);
	assert_int_equal(staging_open(&staging, scratch, "out", &err), 0);
}

static bool is_there(const char *path)
{
	return faccessat(scratch, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void written_and_published(void **state)
{
	struct digest digest = write_outputs("p", FILES("/a", "/d/b")), manifest;
	struct stat st;
	char *text;

	(void)state;
	assert_false(is_there("p"));
	publish("p");
	assert_text_at(scratch, "p/d/b", "/d/b");
	text = text_at(scratch, "p.mtree");
	manifest = digest_of(text, strlen(text));
	assert_memory_equal(digest.bytes, manifest.bytes, DIGEST_BYTES);
	assert_memory_equal(text, "#mtree\n# bundler: a test\n. type=dir", 35);
	test_free(text);
	assert_int_equal(fstatat(scratch, "p.mtree", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	assert_int_equal(fstatat(scratch, "p.tar", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	assert_int_equal(st.st_size, 5 * 512 + 1024);
}

static void assert_check_refused(const char *message)
{
	struct error err;

	assert_refused(outputs_check(scratch, "p", &err), err, STATUS_FILE, message);
	assert_string_equal(err.hint, HINT);
}

static void assert_check_passes(void)
{
	struct error err;

	if (outputs_check(scratch, "p", &err) < 0)
		fail_msg("%s", err.message);
}

static void nothing_is_there(void **state)
{
	(void)state;
	assert_check_passes();
}

static void ours_may_be_replaced(void **state)
{
	(void)state;
	make(FILES("/a", "/d/b", "/c*?"));
	assert_check_passes();
	/* Whatever became of them, as long as nothing was added. */
	assert_int_equal(unlinkat(scratch, "p/a", 0), 0);
	scratch_write("p/d/b", "changed");
	assert_int_equal(unlinkat(scratch, "p.tar", 0), 0);
	assert_check_passes();
	assert_int_equal(unlinkat(scratch, "p/d/b", 0), 0);
	assert_int_equal(unlinkat(scratch, "p/d", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(scratch, "p/c*?", 0), 0);
	assert_int_equal(unlinkat(scratch, "p", AT_REMOVEDIR), 0);
	assert_check_passes();
}

static void others_may_not(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(scratch, "p", 0755), 0);
	assert_check_refused("cannot replace 'p': bundler did not make it");
	scratch_write("p.mtree", "#mtree\n# somebody else\n. type=dir\n");
	assert_check_refused("cannot replace 'p.mtree': bundler did not make it");
	scratch_write("p.mtree", "");
	assert_check_refused("cannot replace 'p.mtree': bundler did not make it");
	assert_int_equal(unlinkat(scratch, "p.mtree", 0), 0);
	assert_int_equal(unlinkat(scratch, "p", AT_REMOVEDIR), 0);
	scratch_write("p.tar", "user's");
	assert_check_refused("cannot replace 'p.tar': bundler did not make it");
	assert_text_at(scratch, "p.tar", "user's");
}

static void of_other_types(void **state)
{
	(void)state;
	scratch_write("p", "user's");
	assert_check_refused("cannot replace 'p': it is not a directory");
	assert_int_equal(unlinkat(scratch, "p", 0), 0);
	assert_int_equal(symlinkat("elsewhere", scratch, "p"), 0);
	assert_check_refused("cannot replace 'p': it is not a directory");
	assert_int_equal(unlinkat(scratch, "p", 0), 0);
	make(FILES("/a"));
	assert_int_equal(unlinkat(scratch, "p.tar", 0), 0);
	assert_int_equal(symlinkat("elsewhere", scratch, "p.tar"), 0);
	assert_check_refused("cannot replace 'p.tar': it is not a regular file");
	assert_int_equal(unlinkat(scratch, "p.tar", 0), 0);
	assert_int_equal(mkfifoat(scratch, "p.tar", 0600), 0);
	assert_check_refused("cannot replace 'p.tar': it is not a regular file");
	assert_int_equal(unlinkat(scratch, "p.tar", 0), 0);
	assert_int_equal(unlinkat(scratch, "p.mtree", 0), 0);
	assert_int_equal(mkdirat(scratch, "p.mtree", 0755), 0);
	assert_check_refused("cannot replace 'p.mtree': it is not a regular file");
	assert_int_equal(unlinkat(scratch, "p.mtree", AT_REMOVEDIR), 0);
	assert_int_equal(mkfifoat(scratch, "p.mtree", 0600), 0);
	assert_check_refused("cannot replace 'p.mtree': it is not a regular file");
}

static void with_something_in_it(void **state)
{
	static const char *const additions[] = { "p/x", "p/d/x", "p/.x", "p/a b" };

	(void)state;
	make(FILES("/a", "/d/b"));
	for (size_t i = 0; i < sizeof additions / sizeof additions[0]; i++) {
		scratch_write(additions[i], "user's");
		assert_check_refused("cannot replace 'p': something in it is not in its manifest");
		assert_int_equal(unlinkat(scratch, additions[i], 0), 0);
		assert_check_passes();
	}
	assert_int_equal(symlinkat("/etc", scratch, "p/l"), 0);
	assert_check_refused("cannot replace 'p': something in it is not in its manifest");
	assert_int_equal(unlinkat(scratch, "p/l", 0), 0);
	/* A file of ours that became a directory with a user's file in it. */
	assert_int_equal(unlinkat(scratch, "p/a", 0), 0);
	assert_int_equal(mkdirat(scratch, "p/a", 0755), 0);
	assert_check_passes();
	scratch_write("p/a/x", "user's");
	assert_check_refused("cannot replace 'p': something in it is not in its manifest");
	/* One that became a link is not followed. */
	assert_int_equal(unlinkat(scratch, "p/a/x", 0), 0);
	assert_int_equal(unlinkat(scratch, "p/a", AT_REMOVEDIR), 0);
	assert_int_equal(symlinkat("/etc", scratch, "p/a"), 0);
	assert_check_passes();
}

/* As an ordinary user: root reads everything. */
static void with_a_directory_that_cannot_be_read(void **state)
{
	int status;
	pid_t child;

	(void)state;
	make(FILES("/a", "/d/b"));
	assert_int_equal(fchmodat(scratch, "p/d", 0, 0), 0);
	assert_int_equal(fchmod(scratch, 0755), 0);
	child = fork();
	if (child == 0) {
		struct error err;

		if (geteuid() == 0 && setuid(65534) < 0)
			_exit(1);
		if (outputs_check(scratch, "p", &err) == 0)
			_exit(2);
		_exit(strcmp(err.message, "cannot replace 'p': a directory in it cannot be "
			     "read") == 0
		      ? 0 : 3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(fchmodat(scratch, "p/d", 0700, 0), 0);
}

/* The moves of a run for two names, of which number fault cannot be done; then nothing was. */
static void all_or_nothing(void **state)
{
	static const char *const names[] = { "p", "q" };
	static const char *const paths[] = { "p.mtree", "p.tar", "p", "q.mtree", "q.tar", "q" };

	for (size_t fault = 0; fault < 6; fault++) {
		struct error err;
		char message[100];
		char *manifest;

		make(FILES("/old"));
		write_outputs("p", FILES("/new"));
		write_outputs("q", FILES("/new"));
		manifest = text_at(scratch, "p.mtree");
		/* What is to be moved is not there. */
		assert_int_equal(renameat(staging.fd, paths[fault], staging.fd, "hidden"), 0);
		snprintf(message, sizeof message, "cannot replace '%s': No such file or directory",
			 paths[fault]);
		assert_refused(outputs_publish(&staging, names, 2, NULL, NULL, &err), err,
			       STATUS_FILE, message);
		assert_text_at(scratch, "p/old", "/old");
		assert_text_at(scratch, "p.mtree", manifest);
		assert_false(is_there("p/new"));
		assert_false(is_there("q"));
		assert_false(is_there("q.mtree"));
		assert_false(is_there("q.tar"));
		test_free(manifest);
		assert_check_passes();
		if (fault < 5) {
			assert_int_equal(tear_down(state), 0);
			assert_int_equal(set_up(state), 0);
		}
	}
}

static int refuse(void *context, struct error *err)
{
	(void)context;
	assert_text_at(scratch, "p/new", "/new");
	assert_text_at(scratch, "q/new", "/new");
	return error_set(err, STATUS_FILE, "refused");
}

static void taken_back(void **state)
{
	static const char *const names[] = { "p", "q" };
	struct error err;

	(void)state;
	make(FILES("/old"));
	write_outputs("p", FILES("/new"));
	write_outputs("q", FILES("/new"));
	assert_refused(outputs_publish(&staging, names, 2, refuse, NULL, &err), err, STATUS_FILE,
		       "refused");
	assert_text_at(scratch, "p/old", "/old");
	assert_false(is_there("p/new"));
	assert_false(is_there("q"));
	assert_false(is_there("q.mtree"));
	staging_close(&staging);
	assert_check_passes();
	assert_text_at(scratch, "p/old", "/old");
}

/*
 * A run that dies after its first, or its first two, of three moves; then one that is to replace
 * it.
 */
static void killed_between_the_moves(void **state)
{
	static const char *const paths[] = { "p.mtree", "p.tar" };

	for (size_t moves = 1; moves <= 2; moves++) {
		struct error err;

		make(FILES("/old", "/both"));
		write_outputs("p", FILES("/new", "/both"));
		for (size_t i = 0; i < moves; i++)
			assert_int_equal(publish_name(paths[i]), 0);
		close(staging.fd);	/* lets go of the lock, as death does */
		assert_check_passes();
		assert_int_equal(staging_open(&staging, scratch, "out", &err), 0);
		/* The next run fails, and the one after that still knows whose the tree is. */
		staging_close(&staging);
		assert_check_passes();
		assert_text_at(scratch, "p/old", "/old");
		assert_int_equal(staging_open(&staging, scratch, "out", &err), 0);
		write_outputs("p", FILES("/newer"));
		publish("p");
		assert_text_at(scratch, "p/newer", "/newer");
		if (moves < 2) {
			assert_int_equal(tear_down(state), 0);
			assert_int_equal(set_up(state), 0);
		}
	}
}

/* The manifest that a dead run has left does not excuse a user's file. */
static void the_dead_do_not_vouch_for_users_files(void **state)
{
	struct error err;

	(void)state;
	make(FILES("/old"));
	write_outputs("p", FILES("/new"));
	assert_int_equal(publish_name("p.mtree"), 0);
	scratch_write("p/mine", "user's");
	close(staging.fd);
	assert_check_refused("cannot replace 'p': something in it is not in its manifest");
	assert_int_equal(staging_open(&staging, scratch, "out", &err), 0);
	assert_text_at(scratch, "p/mine", "user's");
}

static void waits_for_others(void **state)
{
	int status;
	pid_t child;

	(void)state;
	write_outputs("p", FILES("/a"));
	child = fork();
	if (child == 0) {
		flock(openat(scratch, ".", O_RDONLY | O_DIRECTORY), LOCK_EX);
		usleep(200000);
		_exit(faccessat(scratch, "p.mtree", F_OK, 0) == 0 ? 1 : 0);
	}
	usleep(100000);
	publish("p");
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define outputs_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		outputs_test(written_and_published),
		outputs_test(nothing_is_there),
		outputs_test(ours_may_be_replaced),
		outputs_test(others_may_not),
		outputs_test(of_other_types),
		outputs_test(with_something_in_it),
		outputs_test(with_a_directory_that_cannot_be_read),
		outputs_test(all_or_nothing),
		outputs_test(taken_back),
		outputs_test(killed_between_the_moves),
		outputs_test(the_dead_do_not_vouch_for_users_files),
		outputs_test(waits_for_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
