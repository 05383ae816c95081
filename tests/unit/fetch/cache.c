/* SPDX-License-Identifier: Apache-2.0 */
/* The store and its partials, as fetch uses them: hits, misses, poison, locks, threads. */
#include "unit.h"

#include <errno.h>
#include <pthread.h>

#include "base/file.h"
#include "base/memory.h"
#include "fetch/cache.h"
#include "fetch/partial.h"

#define CONTENT "an archive, if a short one\n"
#define LENGTH (sizeof CONTENT - 1)

static struct digest wanted(void)
{
	return digest_of(CONTENT, LENGTH);
}

static void open_cache(struct cache *cache)
{
	static char path[128];
	struct error err;

	snprintf(path, sizeof path, "%s/deep/er/cache", scratch_path);
	if (cache_open(cache, path, true, &err) < 0)
		fail_msg("%s", err.message);
}

static int look(const struct cache *cache, struct error *err)
{
	struct digest digest = wanted();
	uint64_t size;
	int fd, state = cache_find(cache, &digest, &fd, &size, err);

	if (state == CACHE_HIT) {
		char text[LENGTH + 1] = "";

		assert_int_equal(size, LENGTH);
		assert_int_equal(read(fd, text, LENGTH), LENGTH);
		assert_string_equal(text, CONTENT);
		assert_int_equal(write(fd, "x", 1), -1);
		close(fd);
	} else {
		assert_int_equal(fd, -1);
	}
	return state;
}

static void take(struct partial *partial, const struct cache *cache, uint64_t maximum)
{
	struct digest digest = wanted();
	struct error err;

	assert_int_equal(partial_open(partial, cache, &digest, NULL, false, maximum, &err), 0);
}

static void add(struct partial *partial, const char *text)
{
	struct error err;

	assert_int_equal(partial_add(partial, text, strlen(text), &err), 0);
}

static void store_whole(const struct cache *cache)
{
	struct partial partial;
	struct error err;
	int fd;

	take(&partial, cache, LENGTH);
	add(&partial, CONTENT);
	assert_int_equal(partial_settle(&partial, &err), 0);
	assert_int_equal(partial_publish(&partial, &fd, &err), 0);
	close(fd);
	partial_close(&partial);
}

static void miss_and_hit(void **state)
{
	struct cache cache;
	struct error err;

	(void)state;
	open_cache(&cache);
	assert_int_equal(look(&cache, &err), CACHE_MISS);
	store_whole(&cache);
	assert_int_equal(look(&cache, &err), CACHE_HIT);
	cache_close(&cache);
}

static void none(void **state)
{
	struct cache cache;
	struct error err;

	(void)state;
	assert_int_equal(cache_open(&cache, "/nonexistent/cache", false, &err), 0);
	assert_int_equal(look(&cache, &err), CACHE_MISS);
	cache_close(&cache);
}

static void poison(void **state)
{
	struct digest digest = wanted();
	char hex[DIGEST_HEX_BYTES], path[256];
	struct cache cache;
	struct error err;

	(void)state;
	open_cache(&cache);
	store_whole(&cache);
	snprintf(path, sizeof path, "deep/er/cache/sha256/%s", digest_write_hex(&digest, hex));
	assert_int_equal(fchmodat(scratch, path, 0644, 0), 0);
	scratch_write(path, "something else");
	assert_int_equal(look(&cache, &err), CACHE_BAD);
	assert_int_equal(err.status, STATUS_DIGEST);
	assert_int_equal(cache_discard(&cache, &digest, &err), 0);
	assert_int_equal(look(&cache, &err), CACHE_MISS);
	assert_int_equal(cache_discard(&cache, &digest, &err), 0);
	cache_close(&cache);
}

static void wrong_content_has_no_name(void **state)
{
	struct partial partial;
	struct cache cache;
	struct error err;
	int fd;

	(void)state;
	open_cache(&cache);
	take(&partial, &cache, 100);
	add(&partial, "not what was meant");
	assert_int_equal(partial_settle(&partial, &err), 0);
	assert_false(partial_is_right(&partial));
	assert_int_equal(partial_publish(&partial, &fd, &err), -1);
	assert_int_equal(err.status, STATUS_DIGEST);
	assert_int_equal(fd, -1);
	assert_int_equal(partial_reset(&partial, &err), 0);
	assert_int_equal(partial.length, 0);
	partial_close(&partial);
	assert_int_equal(look(&cache, &err), CACHE_MISS);
	cache_close(&cache);
}

static void resumed(void **state)
{
	struct partial partial;
	struct cache cache;
	struct error err;
	int fd;

	(void)state;
	open_cache(&cache);
	take(&partial, &cache, LENGTH);
	add(&partial, "an archive");
	partial_close(&partial);
	take(&partial, &cache, LENGTH);
	assert_int_equal(partial.length, 10);
	add(&partial, &CONTENT[10]);
	assert_int_equal(partial_settle(&partial, &err), 0);
	assert_true(partial_is_right(&partial));
	assert_int_equal(partial_publish(&partial, &fd, &err), 0);
	close(fd);
	partial_close(&partial);
	assert_int_equal(look(&cache, &err), CACHE_HIT);
	cache_close(&cache);
}

static void too_long(void **state)
{
	struct partial partial;
	struct cache cache;

	(void)state;
	open_cache(&cache);
	take(&partial, &cache, 100);
	add(&partial, "eleven byte");
	partial_close(&partial);
	take(&partial, &cache, 10);
	assert_int_equal(partial.length, 0);
	partial_close(&partial);
	cache_close(&cache);
}

static void locked(void **state)
{
	struct digest digest = wanted();
	struct partial first, second;
	struct cache cache;
	struct error err;
	int fd;

	(void)state;
	open_cache(&cache);
	take(&first, &cache, LENGTH);
	assert_int_equal(partial_open(&second, &cache, &digest, NULL, false, LENGTH, &err), 1);
	add(&first, CONTENT);
	assert_int_equal(partial_settle(&first, &err), 0);
	assert_int_equal(partial_publish(&first, &fd, &err), 0);
	close(fd);
	/* The first still has its lock, but on what has another name now. */
	assert_int_equal(partial_open(&second, &cache, &digest, NULL, false, LENGTH, &err), 0);
	assert_int_equal(second.length, 0);
	partial_close(&first);
	assert_int_equal(partial_open(&first, &cache, &digest, NULL, false, LENGTH, &err), 1);
	partial_close(&second);
	assert_int_equal(look(&cache, &err), CACHE_HIT);
	cache_close(&cache);
}

static void assert_validator(struct partial *partial, const char *source, const char *expected)
{
	char *found = partial_validator(partial, source);

	assert_string_equal(found ? found : "(none)", expected);
	free(found);
}

static void notes(void **state)
{
	static const char *const bad[] = {
		"",
		"https://a/",
		"https://a/\n",
		"https://a/\n\n",
		"https://a/\n\"x\"",
		"https://a/\n\"x\"\ny\n",
		"https://a/x\n\"x\"\n",
		"https://a/\n\"\x01\"\n",
		"\nhttps://a/\n",
	};
	struct partial partial;
	struct cache cache;
	char path[256];

	(void)state;
	open_cache(&cache);
	take(&partial, &cache, LENGTH);
	add(&partial, "x");
	assert_validator(&partial, "https://a/", "(none)");
	partial_note(&partial, "https://a/", "\"tag\"");
	assert_validator(&partial, "https://a/", "\"tag\"");
	assert_validator(&partial, "https://a/b", "(none)");
	assert_validator(&partial, "https://", "(none)");
	snprintf(path, sizeof path, "deep/er/cache/partial/%s.from", partial.name);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		scratch_write(path, bad[i]);
		assert_validator(&partial, "https://a/", "(none)");
	}
	partial_note(&partial, "https://a/", NULL);
	assert_int_equal(faccessat(scratch, path, F_OK, 0), -1);
	partial_close(&partial);
	cache_close(&cache);
}

/* One of several threads that all want to store the same. */
static void *store_once(void *argument)
{
	const struct cache *cache = argument;
	struct digest digest = wanted();
	struct partial partial;
	struct error err;
	int fd, result;

	while ((result = partial_open(&partial, cache, &digest, NULL, false, LENGTH, &err)) == 1)
		usleep(100);
	if (result < 0)
		return memory_string(err.message);
	if (partial_add(&partial, CONTENT, LENGTH, &err) < 0 || partial_settle(&partial, &err) < 0
	    || partial_publish(&partial, &fd, &err) < 0)
		return memory_string(err.message);
	close(fd);
	partial_close(&partial);
	return NULL;
}

static void threads(void **state)
{
	pthread_t ids[8];
	struct cache cache;
	struct error err;

	(void)state;
	open_cache(&cache);
	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
			assert_int_equal(pthread_create(&ids[i], NULL, store_once, &cache), 0);
		for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
			void *fault;

			pthread_join(ids[i], &fault);
			if (fault)
				fail_msg("%s", (char *)fault);
		}
	}
	assert_int_equal(look(&cache, &err), CACHE_HIT);
	cache_close(&cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(miss_and_hit), cmocka_unit_test(none),
		scratch_test(poison),       scratch_test(wrong_content_has_no_name),
		scratch_test(resumed),      scratch_test(too_long),
		scratch_test(locked),       scratch_test(notes),
		scratch_test(threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
