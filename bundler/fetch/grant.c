/* SPDX-License-Identifier: Apache-2.0 */
/* Reads what may be sent to private sources, and sends it to them alone. */
#include "fetch/grant.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "fetch/address.h"
#include "fetch/cache.h"
#include "fetch/netrc.h"

#define AUTHORIZATION "Authorization"

/* A field that is granted to an origin. */
struct grant {
	enum url_scheme scheme;
	char *host;		/* lower case; for any port and scheme of it when port is 0 */
	unsigned port;
	char *name, *value;	/* the value is a secret */
	const char *source;	/* where the user has it, for hints */
	char *withheld;		/* why it is not sent, or NULL */
};

static void forget(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

void grant_free(struct grants *grants)
{
	for (size_t i = 0; i < grants->count; i++) {
		free(grants->list[i].host);
		free(grants->list[i].name);
		forget(grants->list[i].value);
		free(grants->list[i].withheld);
	}
	free(grants->list);
	*grants = (struct grants){ 0 };
}

/* ---- origins ---- */

/* Whether a host can only be this machine: what its name leads to is checked once more. */
static bool is_this_machine(const char *host)
{
	char *digits = memory_copy(host, strlen(host));
	struct address address;
	bool result;

	if (digits[0] == '[' && digits[strlen(digits) - 1] == ']') {
		digits[strlen(digits) - 1] = '\0';
		memmove(digits, digits + 1, strlen(digits));
	}
	result = strcmp(host, "localhost") == 0
		 || (address_parse(&address, digits) == 0
		     && address_classify(&address) == ADDRESS_LOOPBACK);
	free(digits);
	return result;
}

bool grant_is_local(const struct url *url)
{
	return url->scheme == URL_HTTP && is_this_machine(url->host);
}

/* Reads "https://host[:port]", and no path; why it is refused, or NULL. */
static const char *parse_origin(struct url *origin, const char *text)
{
	const char *fault = url_parse(origin, text);

	if (fault)
		return fault;
	if (origin->scheme == URL_FILE)
		fault = "an origin is https://HOST or https://HOST:PORT";
	else if (strcmp(origin->target, "/") != 0)
		fault = "an origin has no path";
	else if (origin->scheme == URL_HTTP && !is_this_machine(origin->host))
		fault = "a secret goes over plain http to this machine only";
	if (fault)
		url_free(origin);
	return fault;
}

/* ---- adding ---- */

/* Adds a grant; takes value. */
static struct grant *add(struct grants *grants, const struct url *origin, const char *host,
			 const char *name, char *value, const char *source)
{
	struct grant *grant;

	grants->list = memory_resize(grants->list, grants->count + 1, sizeof *grants->list);
	grant = &grants->list[grants->count++];
	*grant = (struct grant){
		.scheme = origin ? origin->scheme : URL_HTTPS,
		.host = memory_string(origin ? origin->host : host),
		.port = origin ? origin->port : 0,
		.name = memory_string(name), .source = source,
	};
	grant->value = value;
	return grant;
}

static bool is_token(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

/* Takes the word before the first blank; the rest follows it. NULL when there are not both. */
static char *take_word(char **rest)
{
	char *word = *rest;
	size_t length = strcspn(word, " \t");

	if (length == 0 || word[length] == '\0')
		return NULL;
	word[length] = '\0';
	*rest = word + length + 1;
	*rest += strspn(*rest, " \t");
	return word;
}

int grant_token(struct grants *grants, const char *text, const char *name, struct error *err)
{
	char *copy = memory_string(text), *rest = copy, *word = take_word(&rest);
	const char *fault = NULL;
	struct url origin;

	if (!word || !is_token(rest))
		fault = "it is not an origin, a blank and a token: https://HOST[:PORT] TOKEN";
	else
		fault = parse_origin(&origin, word);
	if (!fault) {
		add(grants, &origin, NULL, AUTHORIZATION, memory_format("Bearer %s", rest), name);
		url_free(&origin);
	}
	forget(copy);
	return fault ? error_set(err, STATUS_USAGE, "cannot use %s: %s", name, fault) : 0;
}

/* ---- files ---- */

static const char *file_fault(const struct stat *st)
{
	if (!cache_is_ours(st))
		return "it belongs to another user, or others may write to it";
	return (st->st_mode & (S_IRGRP | S_IROTH)) != 0 ? "others may read it" : NULL;
}

/* Reads the file into text. *fault says why it must not be used, or is NULL. STATUS_FILE. */
static int read_file(struct buffer *text, const char *path, const char **fault, struct error *err)
{
	int fd = file_open(AT_FDCWD, path, err), result = 0;
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		result = error_errno(err, STATUS_FILE, "cannot read '%s'", path);
	else
		*fault = file_fault(&st);
	if (result == 0)
		result = file_read_open(text, fd, path, err);
	if (result == 0 && text->length > 0 && memchr(text->bytes, '\0', text->length))
		result = error_set(err, STATUS_FILE, "cannot use '%s': it has a NUL", path);
	close(fd);
	return result;
}

static void forget_text(struct buffer *text)
{
	if (text->bytes)
		explicit_bzero(text->bytes, text->length);
	buffer_free(text);
}

static int refuse_file(const char *path, const char *fault, struct error *err)
{
	error_set(err, STATUS_FILE, "cannot use secrets in '%s': %s", path, fault);
	return error_hint(err, "make it yours alone: chmod 600");
}

/* ---- fields ---- */

/* RFC 9110 section 5.6.2. */
static bool is_field_name(const char *name)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	if (*name == '\0')
		return false;
	for (; *name; name++)
		if (!(*name >= '0' && *name <= '9') && !(*name >= 'A' && *name <= 'Z')
		    && !(*name >= 'a' && *name <= 'z') && !strchr(others, *name))
			return false;
	return true;
}

/* Fields of the transfer itself. */
static bool is_reserved(const char *name)
{
	static const char *const reserved[] = {
		"accept-encoding", "connection", "content-length", "content-type", "expect", "host",
		"if-range", "keep-alive", "range", "te", "trailer", "transfer-encoding", "upgrade",
	};

	for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
		if (strcasecmp(name, reserved[i]) == 0)
			return true;
	return strncasecmp(name, "proxy-", 6) == 0;
}

/* Visible ASCII, and blanks in between. */
static bool is_value(const char *value)
{
	if (*value == '\0')
		return false;
	for (; *value; value++)
		if ((*value < ' ' && *value != '\t') || *value > '~')
			return false;
	return true;
}

static bool is_same(const struct grant *grant, const struct url *origin)
{
	return grant->port == origin->port && grant->scheme == origin->scheme
	       && strcmp(grant->host, origin->host) == 0;
}

/* Adds a line's grant; why it is refused, or NULL. */
static const char *add_line(struct grants *grants, char *line, const char *path)
{
	char *word = take_word(&line), *value = word ? strchr(line, ':') : NULL;
	const char *fault;
	struct url origin;

	if (!value)
		return "it is not https://HOST[:PORT] NAME: VALUE";
	*value++ = '\0';
	value += strspn(value, " \t");
	if (!is_field_name(line))
		return "the name of the field is none (RFC 9110 section 5.1)";
	if (is_reserved(line))
		return "bundler itself sets this field";
	if (!is_value(value))
		return "the value is empty, or has a byte that is not ASCII or not visible";
	fault = parse_origin(&origin, word);
	if (fault)
		return fault;
	for (size_t i = 0; i < grants->count && !fault; i++)
		if (grants->list[i].source == path && is_same(&grants->list[i], &origin)
		    && strcasecmp(grants->list[i].name, line) == 0)
			fault = "this origin has the field already";
	if (!fault)
		add(grants, &origin, NULL, line, memory_string(value), path);
	url_free(&origin);
	return fault;
}

/* Blanks at the end of a line do not belong to it. */
static void trim(char *line)
{
	size_t length = strlen(line);

	while (length > 0 && strchr(" \t\r", line[length - 1]))
		line[--length] = '\0';
}

int grant_headers(struct grants *grants, const char *path, struct error *err)
{
	const char *fault = NULL;
	struct buffer text;
	unsigned number = 0;
	char *rest, *line;
	int result;

	buffer_init(&text, LIMIT_GRANTS_BYTES);
	result = read_file(&text, path, &fault, err);
	if (result == 0 && fault)
		result = refuse_file(path, fault, err);
	rest = result == 0 && text.bytes ? text.bytes : NULL;
	while (result == 0 && (line = strsep(&rest, "\n"))) {
		number++;
		line += strspn(line, " \t");
		trim(line);
		fault = *line == '\0' || *line == '#' ? NULL : add_line(grants, line, path);
		if (fault)
			result = error_set(err, STATUS_FILE, "cannot use '%s', line %u: %s", path,
					   number, fault);
	}
	forget_text(&text);
	return result;
}

/* ---- netrc ---- */

/* Adds a login; why it is refused, or NULL. RFC 7617 section 2. */
static const char *add_login(struct grants *grants, const struct netrc_entry *entry,
			     const char *path, const char *withheld)
{
	const char *password = entry->password ? entry->password : "";
	char *login = memory_format("%s:%s", entry->login, password), *encoded;
	struct grant *grant;

	for (const char *p = login; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f) {
			forget(login);
			return "a login has a control character";
		}
	if (strchr(entry->login, ':')) {
		forget(login);
		return "the name of a login has a colon";
	}
	encoded = base64_write(login, strlen(login));
	grant = add(grants, NULL, entry->machine, AUTHORIZATION,
		    memory_format("Basic %s", encoded), path);
	grant->withheld = withheld ? memory_string(withheld) : NULL;
	for (char *p = grant->host; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
	forget(encoded);
	forget(login);
	return NULL;
}

/* Why the text is refused, or NULL. "default" is for no origin, and not used. */
static const char *add_logins(struct grants *grants, char *text, const char *path,
			      const char *withheld)
{
	struct netrc_entry entry, last = { 0 };
	struct netrc netrc;
	const char *fault = NULL;

	netrc_begin(&netrc, text);
	while (!fault && netrc_next(&netrc, &entry) > 0) {
		last = entry;
		if (entry.machine && entry.login && entry.password)
			fault = add_login(grants, &entry, path, withheld);
	}
	if (!fault && netrc.fault)
		fault = netrc.fault;
	/* Of a login without a password, the last counts, as with curl. */
	if (!fault && last.machine && last.login && !last.password)
		fault = add_login(grants, &last, path, withheld);
	return fault;
}

int grant_netrc(struct grants *grants, const char *path, bool named, struct error *err)
{
	const char *withheld = NULL, *fault;
	struct error unused;
	struct buffer text;
	int result;

	if (!named && access(path, F_OK) < 0)
		return 0;
	buffer_init(&text, LIMIT_GRANTS_BYTES);
	result = read_file(&text, path, &withheld, named ? err : &unused);
	if (result == 0 && named && withheld)
		result = refuse_file(path, withheld, err);
	if (result == 0 && text.bytes) {
		fault = add_logins(grants, text.bytes, path, withheld);
		if (fault && named)
			result = error_set(err, STATUS_FILE, "cannot use '%s': %s", path, fault);
	}
	forget_text(&text);
	return named ? result : 0;
}

/* ---- sending ---- */

/* Whether a grant is for the origin of a URL; a login of netrc is for any port of the host. */
static bool is_for(const struct grant *grant, const struct url *url)
{
	return grant->port == 0 ? strcmp(grant->host, url->host) == 0 : is_same(grant, url);
}

static bool is_authorization(const struct grant *grant)
{
	return strcasecmp(grant->name, AUTHORIZATION) == 0;
}

/* Why the grant is not sent to this URL, or NULL. */
static const char *withheld_reason(const struct grant *grant, const struct url *url)
{
	if (url->scheme == URL_HTTP && !is_this_machine(url->host))
		return "it goes over plain http to this machine only";
	return grant->withheld;
}

struct choice {
	struct http_field *fields;
	size_t count;
	const struct grant *sent;	/* with Authorization, or the first; NULL for none */
	const struct grant *withheld;	/* NULL if another one was sent instead */
};

static void choose(struct choice *choice, const struct grants *grants, const struct url *url)
{
	bool authorized = false;

	*choice = (struct choice){ 0 };
	choice->fields = memory_new(grants->count + 1, sizeof *choice->fields);
	for (size_t i = 0; i < grants->count; i++) {
		const struct grant *grant = &grants->list[i];

		if (!is_for(grant, url) || (authorized && is_authorization(grant)))
			continue;
		authorized |= is_authorization(grant);
		if (withheld_reason(grant, url)) {
			choice->withheld = grant;
			continue;
		}
		choice->fields[choice->count++] = (struct http_field){ grant->name, grant->value };
		if (!choice->sent || is_authorization(grant))
			choice->sent = grant;
	}
}

/* Adds to a refusal what it may come from. */
static void explain(const struct choice *choice, const struct url *url,
		    const struct http_answer *answer, struct error *err)
{
	if (answer->status != 401 && answer->status != 403 && answer->status != 404)
		return;
	if (answer->redirected || err->hint[0] != '\0')
		return;
	if (choice->withheld)
		error_hint(err, "'%s' has a login for '%s', which was not sent: %s",
			   choice->withheld->source, url->host,
			   withheld_reason(choice->withheld, url));
	else if (choice->sent && answer->status != 404)
		error_hint(err, "the server does not accept what '%s' has for it",
			   choice->sent->source);
}

int grant_get(void *context, const struct url *url, struct http_request *request,
	      struct http_answer *answer, struct error *err)
{
	const struct granted *granted = context;
	struct choice choice;
	int result;

	if (!granted->grants || granted->grants->count == 0)
		return redirect_get(granted->client, url, request, answer, err);
	choose(&choice, granted->grants, url);
	request->fields = choice.fields;
	request->field_count = choice.count;
	/* What the name of this machine leads to is this machine. */
	request->this_machine = choice.count > 0 && url->scheme == URL_HTTP;
	result = redirect_get(granted->client, url, request, answer, err);
	request->fields = NULL;
	request->field_count = 0;
	request->this_machine = false;
	if (result < 0)
		explain(&choice, url, answer, err);
	free(choice.fields);
	return result;
}
