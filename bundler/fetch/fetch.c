/* SPDX-License-Identifier: Apache-2.0 */
/* Looks for an asset in the cache, then at each source in turn. */
#include "fetch/fetch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/confine.h"
#include "base/file.h"
#include "base/jobs.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/url.h"
#include "fetch/cache.h"
#include "fetch/download.h"
#include "fetch/github.h"
#include "fetch/mirror.h"
#include "fetch/partial.h"

#define LOCK_INTERVAL 100	/* milliseconds between two looks at another process's download */

/* An archive that was opened ahead of its use. */
struct fetch_archive {
	const struct fetch_asset *asset;
	struct digest digest;
	uint64_t size;
	atomic_int fd;		/* -1 once it was handed out */
};

/* One asset being fetched. */
struct job {
	struct fetch *fetch;
	const struct fetch_asset *asset;
	const struct digest_sha512 *sha512;	/* or NULL: the asset's digest decides */
	struct mirror_source *sources;	/* the mirrors in their order, then the origin */
	size_t source_count;
	struct cache cache;
	uint64_t maximum;	/* bytes of the archive */
	const char *witness;
	struct digest found;	/* of the archive that was downloaded */
};

/* ---- options ---- */

static int check_proxy(const char *proxy, struct error *err)
{
	const char *fault = proxy ? proxy_fault(proxy) : NULL;
	const char *at = proxy ? strrchr(proxy, '@') : NULL;

	if (!fault)
		return 0;
	/* User and password come before the @ and are not shown. */
	return error_set(err, STATUS_USAGE, "cannot use proxy '%s': %s", at ? at + 1 : proxy,
			 fault);
}

int fetch_init(struct fetch *fetch, const struct fetch_options *options, struct error *err)
{
	if (options->mirror_count > LIMIT_MIRRORS)
		return error_set(err, STATUS_LIMIT, "cannot use %zu mirrors: the limit is %d",
				 options->mirror_count, LIMIT_MIRRORS);
	for (size_t i = 0; i < options->mirror_count; i++) {
		struct mirror_source source;
		const char *fault = mirror_find(&source, options->mirrors[i], "asset");

		mirror_source_free(&source);
		if (!fault)
			continue;
		error_set(err, STATUS_USAGE, "cannot use mirror '%s': %s", options->mirrors[i],
			  fault);
		return error_hint(err, "a directory is /DIR, or file:///DIR with %%20 for a space");
	}
	if (check_proxy(options->proxies.https, err) < 0
	    || check_proxy(options->proxies.http, err) < 0)
		return -1;
	*fetch = (struct fetch){ .options = *options };
	if (fetch->options.stall_seconds == 0)
		fetch->options.stall_seconds = LIMIT_STALL_SECONDS;
	if (fetch->options.total_seconds == 0)
		fetch->options.total_seconds = LIMIT_TOTAL_SECONDS;
	redirect_init(&fetch->client, options->ca_directory, options->ca_file, options->ca_origin,
		      &options->proxies, &options->events);
	return 0;
}

void fetch_free(struct fetch *fetch)
{
	for (size_t i = 0; i < fetch->ahead_count; i++)
		if (fetch->ahead[i].fd >= 0)
			close(fetch->ahead[i].fd);
	free(fetch->ahead);
	redirect_free(&fetch->client);
}

/* ---- confinement ---- */

/* Lists what a source needs; whether it is one, which offline only files are. */
static bool list_source(const struct fetch *fetch, const struct mirror_source *source)
{
	struct confine *confine = fetch->options.confine;
	const struct url *url = &source->url;
	const char *proxy;
	char *path;

	if (url->scheme == URL_FILE) {
		path = source->directory ? memory_string(source->directory) : url_file_path(url);
		if (path)
			confine_network_read(confine, path);
		free(path);
		return true;
	}
	if (fetch->options.offline)
		return false;
	proxy = proxy_find(&fetch->options.proxies, url);
	confine_connect(confine, proxy ? proxy_port(proxy) : url->port);
	if (grant_is_local(url))	/* what is granted goes by no proxy */
		confine_connect(confine, url->port);
	return true;
}

/* The same for a URL. Whoever fetches it reports a fault. */
static bool list_url(const struct fetch *fetch, const char *text)
{
	struct mirror_source source = { .directory = NULL };
	bool used = !url_parse(&source.url, text) && list_source(fetch, &source);

	mirror_source_free(&source);
	return used;
}

/* The same for all mirrors that may have an asset. */
static bool list_mirrors(const struct fetch *fetch, const char *asset)
{
	bool any = false;

	for (size_t i = 0; i < fetch->options.mirror_count; i++) {
		struct mirror_source source;

		if (!mirror_find(&source, fetch->options.mirrors[i], asset))
			any |= list_source(fetch, &source);
		mirror_source_free(&source);
	}
	return any;
}

int fetch_begin(struct fetch *fetch, const struct fetch_asset *assets, size_t count, bool maybe,
		const char *const *documents, size_t document_count, struct error *err)
{
	const struct fetch_options *options = &fetch->options;
	struct confine *confine = options->confine;
	struct cache cache;
	bool any = false;

	if (!confine)
		return 0;
	for (size_t i = 0; i < count; i++) {
		any |= list_mirrors(fetch, assets[i].name);
		any |= list_url(fetch, assets[i].url);
	}
	for (size_t i = 0; i < document_count; i++)
		list_url(fetch, documents[i]);
	/* Servers may lead to others by https only; musl asks for long answers of DNS over TCP. */
	if (!options->offline) {
		confine_connect(confine, 443);
		confine_connect(confine, 53);
	}
	if (count > 0 && options->cache) {
		if (cache_open(&cache, options->cache, any, err) == 0) {
			cache_close(&cache);
			confine_network_write(confine, options->cache);
		} else if (!maybe) {
			return -1;
		}
	}
	return confine_network(confine, err);
}

/* ---- events ---- */

static void notify(const struct job *job, enum event_kind kind, const struct url *source,
		   uint64_t done, const char *message)
{
	const struct event_sink *events = &job->fetch->options.events;
	struct event event = {
		.kind = kind, .asset = job->asset->name, .url = source ? source->shown : NULL,
		.message = message, .done = done, .total = job->asset->size,
	};

	if (events->notify)
		events->notify(events->context, &event);
}

/* ---- sources ---- */

/* Adds the source that was found, or reports its fault. Offline, only files are sources. */
static int add_source(struct job *job, const char *fault, const char *text, struct error *err)
{
	struct mirror_source *source = &job->sources[job->source_count];

	if (fault)
		return error_set(err, STATUS_CONFIG, "cannot use URL '%s' of '%s': %s", text,
				 job->asset->name, fault);
	if (job->fetch->options.offline && source->url.scheme != URL_FILE)
		mirror_source_free(source);
	else
		job->source_count++;
	return 0;
}

/* The mirrors in their order, then the origin. */
static int add_sources(struct job *job, struct error *err)
{
	const struct fetch_options *options = &job->fetch->options;
	const char *fault;

	job->sources = memory_new(options->mirror_count + 1, sizeof *job->sources);
	for (size_t i = 0; i < options->mirror_count; i++) {
		fault = mirror_find(&job->sources[job->source_count], options->mirrors[i],
				    job->asset->name);
		if (add_source(job, fault, options->mirrors[i], err) < 0)
			return -1;
	}
	fault = url_parse(&job->sources[job->source_count].url, job->asset->url);
	return add_source(job, fault, job->asset->url, err);
}

/* How much a failure matters when several sources failed in different ways (fetch.h). */
static int gravity(enum status status)
{
	switch (status) {
	case STATUS_DIGEST: return 6;
	case STATUS_TLS: return 5;
	case STATUS_LIMIT: return 4;
	case STATUS_HTTP: return 3;
	case STATUS_FILE: return 2;
	default: return 1;
	}
}

/* How long a source took: "https://...: 34100000 bytes after 2.50 s". */
static void tell_time(const struct job *job, const struct url *source,
		      const struct partial *partial, int64_t milliseconds, bool failed)
{
	char *message = memory_format("%s: %s%" PRIu64 " bytes after %.2f s", source->shown,
				      failed ? "failed with " : "", partial->length,
				      (double)milliseconds / 1000);

	notify(job, EVENT_DETAIL, source, 0, message);
	free(message);
}

static int try_sources(struct job *job, struct partial *partial, struct error *err)
{
	const struct fetch_options *options = &job->fetch->options;
	struct granted granted = { &job->fetch->client, options->grants };
	struct download download = {
		.get = grant_get, .context = &granted, .witness = job->witness,
		.size = job->asset->size, .maximum = job->maximum,
		.stall_seconds = options->stall_seconds, .total_seconds = options->total_seconds,
		.events = &options->events, .asset = job->asset->name,
	};
	struct error failure;
	bool local;

	if (job->asset->get) {
		download.get = job->asset->get;
		download.context = job->asset->context;
	}
	for (size_t i = 0; i < job->source_count; i++) {
		const int64_t begun = clock_now();
		int result;

		download.source = &job->sources[i].url;
		download.directory = job->sources[i].directory;
		result = download_archive(&download, partial, &local, &failure);
		tell_time(job, download.source, partial, clock_now() - begun, result < 0);
		if (result == 0)
			return 0;
		if (i == 0 || local || gravity(failure.status) > gravity(err->status))
			*err = failure;
		if (local)
			return -1;
		if (job->source_count > 1)	/* the error is enough for a single one */
			notify(job, EVENT_SOURCE_FAILED, download.source, 0, failure.message);
	}
	if (job->source_count > 1 && err->hint[0] == '\0')
		error_hint(err, "all %zu sources failed; this is the most serious "
			   "failure", job->source_count);
	return -1;
}

/* ---- the cache ---- */

/* Whether the archive that was found has the wanted SHA-512: as cache_find. */
static int check_sha512(const struct job *job, int fd, uint64_t size, struct error *err)
{
	struct digest_state state;
	struct digest_sha512 found;

	digest_init_sha512(&state);
	if (cache_hash(fd, size, &state, job->asset->name, err) < 0)
		return -1;
	if (lseek(fd, 0, SEEK_SET) != 0)
		return error_errno(err, STATUS_FILE, "cannot read '%s'", job->asset->name);
	found = digest_read_sha512(&state);
	return digest_equal_sha512(&found, job->sha512) ? CACHE_HIT : CACHE_MISS;
}

/*
 * As cache_find, but an entry of another size than the lock's is an error. A guess that is wrong
 * finds nothing.
 */
static int find(struct job *job, int *fd, uint64_t *size, struct error *err)
{
	const struct fetch_asset *asset = job->asset;
	int state = cache_find(&job->cache, &asset->digest, fd, size, err);

	if (state == CACHE_HIT && job->sha512) {
		state = check_sha512(job, *fd, *size, err);
		if (state != CACHE_HIT)
			close(*fd);
	}
	if (state != CACHE_HIT)
		return state == CACHE_BAD && job->sha512 ? CACHE_MISS : state;
	job->found = asset->digest;
	if (asset->size == 0 || asset->size == *size) {
		notify(job, EVENT_CACHED, NULL, *size, NULL);
		return CACHE_HIT;
	}
	close(*fd);
	*fd = -1;
	return error_set(err, STATUS_DIGEST, "cannot use '%s': it has %" PRIu64 " bytes, %s says "
			 "%" PRIu64, asset->name, *size, job->witness, asset->size);
}

/* Takes the partial, and waits for another process that has it: 0 with it, or -1. */
static int wait_for_partial(struct job *job, struct partial *partial, struct error *err)
{
	int64_t deadline = clock_now() + 1000 * (int64_t)job->fetch->options.total_seconds;
	bool reported = false;
	int result;

	while ((result = partial_open(partial, &job->cache, &job->asset->digest, job->sha512,
				      job->asset->reread, job->maximum, err)) == 1) {
		if (clock_now() > deadline)
			return error_set(err, STATUS_NETWORK, "cannot fetch '%s': another process "
					 "did not finish its download", job->asset->name);
		if (!reported)
			notify(job, EVENT_WAITING, NULL, 0, NULL);
		reported = true;
		if (clock_sleep(LOCK_INTERVAL, err) < 0)
			return -1;
	}
	return result;
}

/* Finds the asset in the cache, or downloads it. */
static int find_or_download(struct job *job, int *fd, uint64_t *size, struct error *err)
{
	struct partial partial;
	int state = find(job, fd, size, err), result = -1;

	if (state < 0 || state == CACHE_HIT)
		return state < 0 ? -1 : 0;
	if (job->source_count == 0) {
		if (state != CACHE_BAD)
			error_set(err, STATUS_NETWORK, "cannot fetch '%s': it is not in the cache",
				  job->asset->name);
		return error_hint(err, "run once without --offline");
	}
	if (wait_for_partial(job, &partial, err) < 0)
		return -1;
	/*
	 * Nobody else publishes while we hold the partial: an entry that is in the cache now stays,
	 * and a bad one can be removed.
	 */
	state = find(job, fd, size, err);
	if (state == CACHE_HIT)
		result = 0;
	if (state == CACHE_BAD)
		notify(job, EVENT_DISCARDED, NULL, 0, err->message);
	if (state == CACHE_MISS
	    || (state == CACHE_BAD && cache_discard(&job->cache, &job->asset->digest, err) == 0)) {
		result = try_sources(job, &partial, err);
		if (result == 0)
			result = partial_publish(&partial, fd, err);
		if (result == 0) {
			*size = partial.length;
			job->found = digest_read(&partial.state);
			notify(job, EVENT_DONE, NULL, *size, NULL);
		}
	}
	partial_close(&partial);
	return result;
}

static bool take_ahead(struct fetch *fetch, const struct fetch_asset *asset, int *fd,
		       uint64_t *size)
{
	for (size_t i = 0; i < fetch->ahead_count; i++) {
		struct fetch_archive *archive = &fetch->ahead[i];

		if (!digest_equal(&archive->digest, &asset->digest))
			continue;
		*size = archive->size;
		*fd = atomic_exchange(&archive->fd, -1);
		if (*fd >= 0)
			return true;
	}
	return false;
}

static int run_job(struct job *job, int *fd, uint64_t *size, struct error *err)
{
	const struct fetch_options *options = &job->fetch->options;
	const struct fetch_asset *asset = job->asset;
	const uint64_t limit = asset->maximum ? asset->maximum : LIMIT_ARCHIVE_BYTES;
	int result;

	*fd = -1;
	if (!options->cache)
		return cache_refuse(err);
	if (asset->size > limit)
		return error_set(err, STATUS_LIMIT, "cannot fetch '%s': its %" PRIu64 " bytes are "
				 "more than %" PRIu64, asset->name, asset->size, limit);
	job->maximum = asset->size ? asset->size : limit;
	job->witness = asset->witness ? asset->witness : "the lock";
	result = add_sources(job, err);
	if (result == 0)
		result = cache_open(&job->cache, options->cache, job->source_count > 0, err);
	if (result == 0) {
		result = find_or_download(job, fd, size, err);
		cache_close(&job->cache);
	}
	for (size_t i = 0; i < job->source_count; i++)
		mirror_source_free(&job->sources[i]);
	free(job->sources);
	return result;
}

int fetch_open(struct fetch *fetch, const struct fetch_asset *asset, int *fd, uint64_t *size,
	       struct error *err)
{
	struct job job = { .fetch = fetch, .asset = asset };

	return take_ahead(fetch, asset, fd, size) ? 0 : run_job(&job, fd, size, err);
}

int fetch_learn(struct fetch *fetch, struct fetch_asset *asset, const struct digest_sha512 *sha512,
		struct error *err)
{
	struct job job = { .fetch = fetch, .asset = asset, .sha512 = sha512 };
	uint64_t size;
	int fd;

	if (run_job(&job, &fd, &size, err) < 0)
		return -1;
	close(fd);
	asset->digest = job.found;
	asset->size = size;
	return 0;
}

/* A job. */
static int open_ahead(void *context, size_t number, struct error *err)
{
	struct fetch *fetch = context;
	struct fetch_archive *archive = &fetch->ahead[number];
	int fd;

	if (fetch_open(fetch, archive->asset, &fd, &archive->size, err) < 0)
		return -1;
	archive->digest = archive->asset->digest;
	archive->fd = fd;
	return 0;
}

int fetch_ahead(struct fetch *fetch, const struct fetch_asset *assets, size_t count,
		struct error *err)
{
	int result;

	fetch->ahead = memory_new(count, sizeof *fetch->ahead);
	for (size_t i = 0; i < count; i++) {
		fetch->ahead[i].asset = &assets[i];
		fetch->ahead[i].fd = -1;
	}
	/* Nothing is handed out yet: the number says what fetch_open finds, too. */
	result = jobs_run_all(open_ahead, fetch, count, err);
	fetch->ahead_count = count;
	return result;
}

int fetch_end(struct fetch *fetch, struct error *err)
{
	/* What is read next is not to find them. */
	if (fetch->options.grants)
		grant_free(fetch->options.grants);
	return fetch->options.confine ? confine_reading(fetch->options.confine, err) : 0;
}

void fetch_adopt(struct fetch *fetch, const struct fetch_asset *assets, const int *fds,
		 const uint64_t *sizes, size_t count)
{
	fetch->ahead = memory_new(count, sizeof *fetch->ahead);
	for (size_t i = 0; i < count; i++) {
		fetch->ahead[i].asset = &assets[i];
		fetch->ahead[i].digest = assets[i].digest;
		fetch->ahead[i].size = sizes[i];
		fetch->ahead[i].fd = fds[i];
	}
	fetch->ahead_count = count;
}

uint64_t fetch_size(const struct fetch *fetch, size_t number)
{
	return fetch->ahead[number].size;
}

int fetch_document(struct fetch *fetch, const char *url, struct buffer *buffer, bool *absent,
		   struct error *err)
{
	struct url source;
	struct github github = { { &fetch->client, fetch->options.grants },
				 fetch->options.github_token };
	struct download download = {
		.get = github_get, .context = &github, .source = &source,
		.stall_seconds = fetch->options.stall_seconds,
		.total_seconds = fetch->options.total_seconds,
	};
	const char *fault = url_parse(&source, url);
	char *path;
	int result;

	*absent = false;
	if (fault)
		return error_set(err, STATUS_CONFIG, "cannot use URL '%s': %s", url, fault);
	if (source.scheme == URL_FILE) {
		path = url_file_path(&source);
		result = path ? file_read(buffer, -1, path, err)
			      : error_set(err, STATUS_FILE, "cannot use '%s': not a file "
					  "URL", source.shown);
		*absent = path && result < 0 && errno == ENOENT;
		free(path);
	} else if (source.scheme == URL_HTTP) {
		result = error_set(err, STATUS_HTTP, "cannot fetch '%s': without a digest, https "
				   "is required", source.shown);
	} else if (fetch->options.offline) {
		result = error_set(err, STATUS_NETWORK, "cannot fetch '%s': --offline forbids the "
				   "network", source.shown);
	} else {
		result = download_document(&download, buffer, absent, err);
	}
	url_free(&source);
	return result;
}
