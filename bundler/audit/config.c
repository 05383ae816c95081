/* SPDX-License-Identifier: Apache-2.0 */
/* Compares how two images are run. */
#include "audit/config.h"

#include <stdlib.h>
#include <string.h>

#include "audit/json.h"
#include "base/memory.h"
#include "base/pool.h"
#include "image/image.h"

/* What becomes of members, by their pointers; others decide how the image is run. */
static const struct {
	const char *pointer;
	enum audit_field field;
	enum audit_class class;
} keys[] = {
	{ "/architecture", AUDIT_PLATFORM, AUDIT_CLASS_PLATFORM },
	{ "/os", AUDIT_PLATFORM, AUDIT_CLASS_PLATFORM },
	{ "/os.features", AUDIT_PLATFORM, AUDIT_CLASS_PLATFORM },
	{ "/os.version", AUDIT_PLATFORM, AUDIT_CLASS_PLATFORM },
	{ "/variant", AUDIT_PLATFORM, AUDIT_CLASS_PLATFORM },
	{ "/rootfs/diff_ids", AUDIT_LAYER, AUDIT_CLASS_LAYERS },
	/* How it was built. Docker's own members come with its builder. */
	{ "/author", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/created", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/container", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/docker_version", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/id", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/parent", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/moby.buildkit.buildinfo.v1", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/moby.buildkit.cache.v0", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	/*
	 * Of the container in which it was built: docker run takes none of them from an image
	 * (moby daemon/commit.go, merge).
	 */
	{ "/config/AttachStderr", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/config/AttachStdin", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/config/AttachStdout", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/config/Domainname", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/config/Hostname", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/config/Image", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/config/OpenStdin", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/config/StdinOnce", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
	{ "/config/Tty", AUDIT_HISTORY, AUDIT_CLASS_BUILD },
};

/* What engines take when a member is not there. */
static const struct {
	const char *pointer, *value;
} defaults[] = {
	{ "/config/Env/PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
	{ "/config/StopSignal", "SIGTERM" },
	{ "/config/WorkingDir", "/" },
};

/* Labels that builders add; that of a release is a hint for audit, which looks at the files. */
static const char *const stamps[] = { "bundler.release", "io.buildah.version" };

static const char label_prefix[] = "/config/Labels/";

struct comparison {
	struct audit *audit;
	const json_t *labels;
	bool windows;
	bool same_platform;	/* the variant may be said by one of them only */
};

struct taker {
	struct audit *audit;
	enum audit_field field;
	enum audit_class class;
	const char *prefix;
};

static struct audit_finding *add(struct audit *audit, enum audit_field field,
				 enum audit_class class, const char *subject,
				 const json_t *expected, const json_t *found)
{
	char *e = audit_json_text(expected), *f = audit_json_text(found);
	struct audit_finding *finding = audit_add(audit, field, class, subject, e, f);

	free(e);
	free(f);
	return finding;
}

static void take(void *context, const char *pointer, const json_t *expected, const json_t *found)
{
	const struct taker *taker = context;
	char *subject = memory_format("%s%s", taker->prefix, pointer);

	add(taker->audit, taker->field, taker->class, subject, expected, found);
	free(subject);
}

void audit_config_json(struct audit *audit, enum audit_field field, enum audit_class class,
		       const char *prefix, const json_t *expected, const json_t *found)
{
	struct taker taker = { audit, field, class, prefix };

	audit_json_compare(expected, found, take, &taker);
}

/* Whether a value says no more than a key that is not there. */
static bool is_empty(const json_t *value)
{
	return !value || json_is_null(value) || json_is_false(value)
	       || (json_is_string(value) && json_string_length(value) == 0)
	       || (json_is_array(value) && json_array_size(value) == 0)
	       || (json_is_object(value) && json_object_size(value) == 0);
}

/* Whether a member is only on one side, with what engines take when it is not there. */
static bool is_default(const char *pointer, const json_t *expected, const json_t *found)
{
	const json_t *value = expected ? expected : found;

	for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
		if ((!expected || !found) && strcmp(pointer, defaults[i].pointer) == 0
		    && json_is_string(value)
		    && strcmp(json_string_value(value), defaults[i].value) == 0)
			return true;
	return false;
}

static bool label_counts(const json_t *labels, const char *key)
{
	if (labels)
		return json_object_get(labels, key) != NULL;
	for (size_t i = 0; i < sizeof stamps / sizeof stamps[0]; i++)
		if (strcmp(key, stamps[i]) == 0)
			return false;
	return true;
}

static void take_member(void *context, const char *pointer, const json_t *expected,
			const json_t *found)
{
	const struct comparison *comparison = context;
	enum audit_field field = AUDIT_CONFIG;
	enum audit_class class = AUDIT_CLASS_RUN;

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const size_t length = strlen(keys[i].pointer);

		if (strncmp(pointer, keys[i].pointer, length) == 0
		    && (pointer[length] == '\0' || pointer[length] == '/')) {
			field = keys[i].field;
			class = keys[i].class;
		}
	}
	/* Windows alone splits a command line. */
	if (strcmp(pointer, "/config/ArgsEscaped") == 0 && !comparison->windows) {
		field = AUDIT_HISTORY;
		class = AUDIT_CLASS_BUILD;
	}
	if (is_default(pointer, expected, found)
	    || (comparison->same_platform && strcmp(pointer, "/variant") == 0))
		class = AUDIT_CLASS_DEFAULT;
	else if (strncmp(pointer, label_prefix, strlen(label_prefix)) == 0
		 && !label_counts(comparison->labels, pointer + strlen(label_prefix)))
		class = AUDIT_CLASS_LABEL;
	add(comparison->audit, field, class, pointer, expected, found);
}

/* Removes the members of an object that say no more than their absence. */
static void remove_empty(json_t *object)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, key, value)
		/* For Docker a command that is a text is a list of it, which has a word. */
		if (is_empty(value) && !(json_is_string(value) && (strcmp(key, "Cmd") == 0
				       || strcmp(key, "Entrypoint") == 0)))
			json_object_del(object, key);
}

/* The member of an object that is an object, too; made where there is none. */
static json_t *object_in(json_t *object, const char *key)
{
	if (!json_object_get(object, key))
		json_object_set_new(object, key, json_object());
	return json_object_get(object, key);
}

/*
 * Variables by name, or the array itself where readers may take another value than we: a variable
 * twice, or what is not a variable.
 */
static json_t *variables(json_t *array)
{
	json_t *object = json_object(), *value;
	size_t i;

	json_array_foreach(array, i, value)
	{
		const char *text = json_string_value(value), *equals = text ? strchr(text, '=')
									    : NULL;
		char *name = equals ? memory_copy(text, (size_t)(equals - text)) : NULL;
		const bool usable = name && *name && !json_object_get(object, name);

		if (usable)
			json_object_set_new(object, name, json_string(equals + 1));
		free(name);
		if (!usable) {
			json_decref(object);
			return json_incref(array);
		}
	}
	return object;
}

static json_t *ports(json_t *stated)
{
	json_t *object = json_object(), *value;
	const char *key;

	json_object_foreach(stated, key, value)
	{
		char *port = memory_format("%s%s", key, strchr(key, '/') ? "" : "/tcp");

		json_object_set_new(object, port, json_object());
		free(port);
	}
	return object;
}

/* A copy in which the same is said in the same way. */
static json_t *normalize(const json_t *config)
{
	json_t *copy = json_deep_copy(config), *run, *env;

	remove_empty(copy);
	run = object_in(copy, "config");
	if (!json_is_object(run))
		return copy;
	remove_empty(run);
	object_in(run, "Labels");
	/* An object, which engines refuse, may not look like variables by name. */
	env = json_object_get(run, "Env");
	json_object_set_new(run, "Env", !env || json_is_array(env) ? variables(env)
								   : json_pack("[O]", env));
	if (json_is_object(object_in(run, "ExposedPorts")))
		json_object_set_new(run, "ExposedPorts", ports(object_in(run, "ExposedPorts")));
	return copy;
}

/* "3 entries", or NULL. */
static char *describe_size(const json_t *list)
{
	const size_t size = json_array_size(list) + json_object_size(list);

	return list ? memory_format("%zu entr%s", size, size == 1 ? "y" : "ies") : NULL;
}

/* Long lists about the build are one finding; they are removed. */
static void compare_lists(struct audit *audit, json_t *expected, json_t *found)
{
	static const char *const lists[] = { "history", "container_config" };

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		json_t *const sides[] = { json_object_get(expected, lists[i]),
					  json_object_get(found, lists[i]) };
		char *texts[2], *pointer = memory_format("/%s", lists[i]);

		for (size_t j = 0; j < 2; j++)
			texts[j] = describe_size(sides[j]);
		if (sides[0] != sides[1] && !json_equal(sides[0], sides[1]))
			audit_add(audit, AUDIT_HISTORY, AUDIT_CLASS_BUILD, pointer, texts[0],
				  texts[1]);
		for (size_t j = 0; j < 2; j++)
			free(texts[j]);
		free(pointer);
		json_object_del(expected, lists[i]);
		json_object_del(found, lists[i]);
	}
}

static bool is_unix(const json_t *config)
{
	const char *os = json_string_value(json_object_get(config, "os"));

	return os && strcmp(os, "windows") != 0;
}

/* Whether both are for one platform, as containerd understands their words. */
static bool have_one_platform(const json_t *expected, const json_t *found)
{
	const json_t *const configs[] = { expected, found };
	struct pool pool = { 0 };
	const char *names[2];
	bool same;

	for (size_t i = 0; i < 2; i++) {
		const char *os = json_string_value(json_object_get(configs[i], "os"));
		const char *architecture =
			json_string_value(json_object_get(configs[i], "architecture"));
		const char *variant = json_string_value(json_object_get(configs[i], "variant"));

		names[i] = image_platform(&pool, os ? os : "", architecture ? architecture : "",
					  variant ? variant : "");
	}
	same = strcmp(names[0], names[1]) == 0;
	pool_free(&pool);
	return same;
}

void audit_config(struct audit *audit, const json_t *expected, const json_t *found,
		  const json_t *labels)
{
	struct comparison comparison = {
		.audit = audit, .labels = labels,
		.windows = !is_unix(expected) || !is_unix(found),
		.same_platform = have_one_platform(expected, found),
	};
	json_t *e = normalize(expected), *f = normalize(found);

	compare_lists(audit, e, f);
	audit_json_compare(e, f, take_member, &comparison);
	json_decref(e);
	json_decref(f);
}
