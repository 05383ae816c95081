/* SPDX-License-Identifier: Apache-2.0 */
/* git.c: commits out of the files of a repository. */
#include "unit.h"

#include "library/git.h"
#include "recipe/library.h"

#define COMMIT "0123456789abcdef0123456789abcdef01234567"
#define OTHER "fedcba9876543210fedcba9876543210fedcba98"

static void make(const char *path)
{
	assert_int_equal(mkdirat(scratch, path, 0755), 0);
}

/* A repository on branch main, which has no commit yet. */
static void make_repository(void)
{
	make(".git");
	make(".git/refs");
	make(".git/refs/heads");
	make(".git/refs/remotes");
	make(".git/refs/remotes/origin");
	scratch_write(".git/HEAD", "ref: refs/heads/main\n");
}

static void assert_head(const char *commit, const char *branch)
{
	char found[GIT_COMMIT_BYTES], name[256];
	struct error err;
	struct git git;

	assert_int_equal(git_open(&git, scratch, "here", &err), 0);
	if (git_head(&git, found, name, sizeof name, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(found, commit);
	assert_string_equal(name, branch);
	git_close(&git);
}

static void assert_no_head(const char *message)
{
	char found[GIT_COMMIT_BYTES], name[256];
	struct error err;
	struct git git;

	assert_int_equal(git_open(&git, scratch, "here", &err), 0);
	assert_refused(git_head(&git, found, name, sizeof name, &err), err, STATUS_FILE, message);
	git_close(&git);
}

static void head(void **state)
{
	(void)state;
	make_repository();
	assert_no_head("cannot find the commit: 'main' has none");
	scratch_write(".git/refs/heads/main", COMMIT "\n");
	assert_head(COMMIT, "main");
	scratch_write(".git/HEAD", OTHER "\n");
	assert_head(OTHER, "");
	scratch_write(".git/HEAD", OTHER "fedcba9876543210fedcba98\n");
	assert_head(OTHER "fedcba9876543210fedcba98", "");
}

static void what_is_no_head(void **state)
{
	static const char *const texts[] = {
		"", "\n", "ref: \n", "ref: HEAD\n", "ref: refs/../HEAD\n", "ref: /etc/passwd\n",
		"0123\n", "0123456789ABCDEF0123456789ABCDEF01234567\n",
	};

	(void)state;
	make_repository();
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		scratch_write(".git/HEAD", texts[i]);
		assert_no_head("cannot find the commit: 'HEAD' has none");
	}
	scratch_write(".git/HEAD", "ref: refs/heads/loop\n");
	scratch_write(".git/refs/heads/loop", "ref: refs/heads/loop\n");
	assert_no_head("cannot find the commit: 'loop' has none");
}

static void packed(void **state)
{
	(void)state;
	make_repository();
	scratch_write(".git/packed-refs",
		      "# pack-refs with: peeled fully-peeled sorted \n"
		      OTHER " refs/heads/main2\n"
		      OTHER " refs/heads/mai\n"
		      COMMIT " refs/heads/main\n"
		      "^" OTHER "\n");
	assert_head(COMMIT, "main");
	/* What is loose is newer. */
	scratch_write(".git/refs/heads/main", OTHER "\n");
	assert_head(OTHER, "main");
}

static void linked_work_tree(void **state)
{
	(void)state;
	make("real");
	make("real/worktrees");
	make("real/worktrees/here");
	make("real/refs");
	make("real/refs/heads");
	scratch_write(".git", "gitdir: real/worktrees/here\n");
	scratch_write("real/HEAD", OTHER "\n");
	scratch_write("real/worktrees/here/HEAD", "ref: refs/heads/side\n");
	scratch_write("real/worktrees/here/commondir", "../..\n");
	scratch_write("real/refs/heads/side", COMMIT "\n");
	assert_head(COMMIT, "side");
}

static void branches(void **state)
{
	char commit[GIT_COMMIT_BYTES];
	struct error err;
	struct git git;

	(void)state;
	make_repository();
	assert_int_equal(git_open(&git, scratch, "here", &err), 0);
	assert_refused(git_branch(&git, "dist", commit, &err), err, STATUS_FILE,
		       "cannot find the commit of 'dist': no such branch");
	scratch_write(".git/refs/remotes/origin/dist", OTHER "\n");
	assert_int_equal(git_branch(&git, "dist", commit, &err), 0);
	assert_string_equal(commit, OTHER);
	scratch_write(".git/refs/heads/dist", COMMIT "\n");
	assert_int_equal(git_branch(&git, "dist", commit, &err), 0);
	assert_string_equal(commit, COMMIT);
	git_close(&git);
}

static void what_is_no_repository(void **state)
{
	static const char message[] =
		"cannot find the commit: 'here' is not the top of a git repository";
	struct error err;
	struct git git;

	(void)state;
	assert_refused(git_open(&git, scratch, "here", &err), err, STATUS_FILE, message);
	scratch_write(".git", "gitdir: nowhere\n");
	assert_refused(git_open(&git, scratch, "here", &err), err, STATUS_FILE, message);
	scratch_write(".git", "something else\n");
	assert_refused(git_open(&git, scratch, "here", &err), err, STATUS_FILE, message);
}

static void names(void **state)
{
	static const char *const good[] = { "main", "a/b.c-d_e", "_a", "0" };
	static const char *const bad[] = {
		"", "/a", "a/", "a//b", ".a", "a/.b", "a..b", "a.", "-a", "a b", "a~", "a:b", "a*",
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (recipe_library_branch_fault(good[i]))
			fail_msg("'%s': %s", good[i], recipe_library_branch_fault(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!recipe_library_branch_fault(bad[i]))
			fail_msg("'%s'", bad[i]);
	assert_null(git_commit_fault(COMMIT));
	assert_non_null(git_commit_fault(COMMIT "0"));
	assert_non_null(git_commit_fault("main"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(head),
		scratch_test(what_is_no_head),
		scratch_test(packed),
		scratch_test(linked_work_tree),
		scratch_test(branches),
		scratch_test(what_is_no_repository),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
