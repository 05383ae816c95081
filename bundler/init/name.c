/* SPDX-License-Identifier: Apache-2.0 */
/* The words in the names of releases' files. */
#include "init/name.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"

/* A hyphen stands for a separator or nothing. */
struct word {
	const char *text;
	const char *os;			/* NULL: it says nothing of it; "" is a foreign one */
	const char *architecture;	/* the same, with the variant */
	enum init_linking linking;
};

#define OS(text, os) { text, os, NULL, INIT_UNKNOWN }
#define ARCH(text, architecture) { text, NULL, architecture, INIT_UNKNOWN }
#define LINKING(text, linking) { text, NULL, NULL, linking }

/* A weak word: another one for the same platform is believed before it. */
#define ARM "arm"

static const struct word words[] = {
	OS("linux", "linux"), OS("windows", "windows"), OS("win", "windows"),
	{ "linux-64", "linux", "amd64", INIT_UNKNOWN },
	{ "linux-32", "linux", "386", INIT_UNKNOWN },
	{ "linux-64-bit", "linux", "amd64", INIT_UNKNOWN },
	{ "linux-32-bit", "linux", "386", INIT_UNKNOWN },
	{ "win-64", "windows", "amd64", INIT_UNKNOWN },
	{ "win-32", "windows", "386", INIT_UNKNOWN },
	{ "ubuntu", "linux", NULL, INIT_GNU }, { "debian", "linux", NULL, INIT_GNU },
	{ "alpine", "linux", NULL, INIT_MUSL },
	OS("darwin", ""), OS("macos", ""), OS("mac", ""), OS("osx", ""), OS("apple", ""),
	OS("ios", ""), OS("freebsd", ""), OS("netbsd", ""), OS("openbsd", ""),
	OS("dragonfly", ""), OS("dragonflybsd", ""), OS("solaris", ""), OS("sunos", ""),
	OS("illumos", ""), OS("android", ""), OS("aix", ""), OS("plan9", ""), OS("js", ""),
	OS("wasm", ""), OS("wasm32", ""), OS("wasi", ""), OS("haiku", ""),

	ARCH("amd64", "amd64"), ARCH("x86-64", "amd64"), ARCH("x64", "amd64"),
	ARCH("64-bit", "amd64"), ARCH("amd64-v1", "amd64"), ARCH("x86-64-v1", "amd64"),
	ARCH("amd64-v2", ""), ARCH("amd64-v3", ""), ARCH("amd64-v4", ""),
	ARCH("x86-64-v2", ""), ARCH("x86-64-v3", ""), ARCH("x86-64-v4", ""),
	ARCH("386", "386"), ARCH("i386", "386"), ARCH("i586", "386"), ARCH("i686", "386"),
	ARCH("x86", "386"), ARCH("32-bit", "386"), ARCH("ia32", "386"),
	ARCH("arm64", "arm64"), ARCH("aarch64", "arm64"), ARCH("arm64-v8", "arm64"),
	ARCH("arm-v8", "arm64"),
	ARCH("arm-v7", "arm/v7"), ARCH("arm-7", "arm/v7"), ARCH("arm-v7-l", "arm/v7"),
	ARCH("arm-v7-a", "arm/v7"), ARCH("arm-v7-hf", "arm/v7"), ARCH("arm-hf", "arm/v7"),
	ARCH("arm32-v7", "arm/v7"),
	ARCH("arm-v6", "arm/v6"), ARCH("arm-6", "arm/v6"), ARCH("arm-v6-l", "arm/v6"),
	ARCH("arm-v6-hf", "arm/v6"), ARCH("arm32-v6", "arm/v6"),
	ARCH("arm-v5", "arm/v5"), ARCH("arm-5", "arm/v5"), ARCH("arm32-v5", "arm/v5"),
	ARCH("arm-el", "arm/v5"),
	ARCH(ARM, ARM), ARCH("arm32", ARM),
	ARCH("ppc64le", "ppc64le"), ARCH("ppc64el", "ppc64le"), ARCH("powerpc64le", "ppc64le"),
	ARCH("ppc64", ""), ARCH("powerpc64", ""), ARCH("ppc", ""), ARCH("powerpc", ""),
	ARCH("s390x", "s390x"), ARCH("riscv64", "riscv64"), ARCH("riscv64gc", "riscv64"),
	ARCH("loong64", "loong64"), ARCH("loongarch64", "loong64"),
	ARCH("mips64le", "mips64le"), ARCH("mips64el", "mips64le"), ARCH("mips64", ""),
	ARCH("mips", ""), ARCH("mipsle", ""), ARCH("mipsel", ""), ARCH("sparc64", ""),
	ARCH("universal", ""), ARCH("all", ""),

	LINKING("static", INIT_STATIC), LINKING("musl", INIT_MUSL), LINKING("muslc", INIT_MUSL),
	LINKING("musleabi", INIT_MUSL), LINKING("musleabihf", INIT_MUSL),
	LINKING("gnu", INIT_GNU), LINKING("glibc", INIT_GNU), LINKING("gnueabi", INIT_GNU),
	LINKING("gnueabihf", INIT_GNU),
	LINKING("unknown", INIT_UNKNOWN), LINKING("pc", INIT_UNKNOWN),
	LINKING("msvc", INIT_UNKNOWN), LINKING("eabihf", INIT_UNKNOWN),
	LINKING("hardfloat", INIT_UNKNOWN),
};

/* Files about a release, and other builds of it. */
static const char *const others[] = {
	"sha256", "sha512", "sha1", "sha", "md5", "checksum", "checksums", "sha256sum",
	"sha256sums", "sig", "signature", "sbom", "spdx", "cyclonedx", "provenance",
	"attestation", "debug", "dbg", "symbols", "src", "source", "sources", "vendor",
};

static const struct {
	const char *extension, *format;
} formats[] = {
	{ ".tar.gz", "tar.gz" }, { ".tgz", "tar.gz" }, { ".tar.xz", "tar.xz" },
	{ ".txz", "tar.xz" }, { ".tar.zst", "tar.zst" }, { ".tzst", "tar.zst" },
	{ ".tar.bz2", "tar.bz2" }, { ".tbz", "tar.bz2" }, { ".tbz2", "tar.bz2" },
	{ ".tar", "tar" }, { ".zip", "zip" }, { ".gz", "gz" }, { ".xz", "xz" },
	{ ".zst", "zst" }, { ".bz2", "bz2" }, { ".exe", "program" },
};

static bool is_inside(char byte)
{
	return isalnum((unsigned char)byte);
}

/* Bytes of the word at the beginning of text, 0 when it is another one. */
static size_t match(const struct word *word, const char *text)
{
	const char *next = text;

	for (const char *wanted = word->text; *wanted; wanted++) {
		if (*wanted == '-') {
			next += *next == '-' || *next == '_' || *next == '.';
			continue;
		}
		if (tolower((unsigned char)*next) != *wanted)
			return 0;
		next++;
	}
	/* macos11, freebsd12 */
	if (word->os && *word->os == '\0')
		next += strspn(next, "0123456789");
	return (size_t)(next - text);
}

/* The longest word at text that ends where a word can end: linuxamd64 is two. */
static const struct word *find(const char *text, size_t *length, bool glued)
{
	const struct word *found = NULL;
	size_t other;

	*length = 0;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		const size_t bytes = match(&words[i], text);

		if (bytes > *length && (!is_inside(text[bytes])
					|| (!glued && find(text + bytes, &other, true)))) {
			found = &words[i];
			*length = bytes;
		}
	}
	return found;
}

char *init_name_plain(const char *text, size_t length, struct pool *pool)
{
	char *plain = pool_copy(pool, text, length);
	size_t used = 0;

	for (size_t i = 0; i < length; i++)
		if (is_inside(text[i]))
			plain[used++] = (char)tolower((unsigned char)text[i]);
	plain[used] = '\0';
	return plain;
}

size_t init_name_product(const char *text, const char *plain)
{
	const char *next = text;

	while (*next && *plain) {
		if (is_inside(*next) && tolower((unsigned char)*next) != *plain++)
			return 0;
		next++;
	}
	return *plain == '\0' && next > text && !is_inside(*next) ? (size_t)(next - text) : 0;
}

const char *init_name_version(const char *text, const char *version)
{
	const size_t length = strlen(version);

	for (const char *place = text; length > 0 && (place = strstr(place, version)); place++) {
		const bool has_v = place > text && (place[-1] == 'v' || place[-1] == 'V');
		const char *start = place - has_v;

		if ((start == text || !is_inside(start[-1])) && !is_inside(place[length]))
			return place;
	}
	return NULL;
}

/* What is behind the last dot, and before it for a tar; a name of a platform is no extension. */
static void read_extension(struct init_name *name)
{
	const char *dot = strrchr(name->text, '.'), *end = name->text + strlen(name->text);
	const size_t length = (size_t)(end - name->text);
	size_t word;

	name->extension = end;
	name->format = "program";
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		const size_t bytes = strlen(formats[i].extension);

		if (length > bytes && strcasecmp(end - bytes, formats[i].extension) == 0) {
			name->extension = end - bytes;
			name->format = formats[i].format;
			return;
		}
	}
	if (dot && strspn(dot + 1, "0123456789") == 0 && dot[1] != '\0'
	    && strpbrk(dot, "-_") == NULL && !find(dot + 1, &word, false)) {
		name->extension = dot;
		name->format = NULL;
	}
}

static bool is_other(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strlen(others[i]) == length && strncasecmp(others[i], word, length) == 0)
			return true;
	return false;
}

/* The platform with an architecture and its variant; a system that is not named is Linux. */
static void find_platform(struct init_name *name, const char *os, const char *architecture,
			  struct pool *pool)
{
	struct error ignored;

	name->exotic = (os && *os == '\0') || (architecture && *architecture == '\0');
	if (name->exotic || (!os && !architecture))
		return;
	name->has_os = os;
	name->has_architecture = architecture && strcmp(architecture, ARM) != 0;
	name->platform = platform_find(pool_format(pool, "%s/%s", os ? os : "linux",
						   architecture ? architecture : "amd64"),
				       &ignored);
	name->exotic = !name->platform;
}

/* The text with blanks in the place of its version, so that amd64-v2.1.3 is not amd64-v2. */
static char *mask_version(const char *text, const char *version, struct pool *pool)
{
	char *masked = pool_string(pool, text);
	const char *place;

	while (version && (place = init_name_version(masked, version))) {
		char *start = masked + (place - masked);

		memset(start, ' ', strlen(version));
		if (start > masked && tolower((unsigned char)start[-1]) == 'v')
			start[-1] = ' ';
	}
	return masked;
}

/* Takes the words one after the other; what is none of them is the stem. */
struct init_name init_name_parse(const char *text, const char *product, const char *version,
				 struct pool *pool)
{
	struct init_name name = { .text = text, .linking = INIT_UNKNOWN };
	const size_t named = product ? init_name_product(text, product) : 0;
	const char *masked = mask_version(text, version, pool), *next = masked + named, *last;
	const char *os = NULL, *architecture = NULL;
	char *stem = pool_format(pool, "%s%s", named > 0 ? product : "", text);
	char *end = stem + (named > 0 ? strlen(product) : 0);
	bool other = path_name_fault(text);

	read_extension(&name);
	name.has_version = strcmp(masked, text) != 0;
	last = masked + (name.extension - text);
	while (next < last) {
		const struct word *word;
		size_t length;

		if (!is_inside(*next)) {
			next++;
			continue;
		}
		word = find(next, &length, false);
		if (!word) {
			for (length = 0; is_inside(next[length]); length++)
				*end++ = (char)tolower((unsigned char)next[length]);
			other |= is_other(next, length);
			next += length;
			continue;
		}
		/* The first word counts: apple-darwin, darwin-10.12-amd64. */
		if (word->os && (!os || *word->os == '\0'))
			os = word->os;
		if (word->architecture && !architecture)
			architecture = word->architecture;
		if (word->linking != INIT_UNKNOWN)
			name.linking = word->linking;
		if (word->os || word->architecture) {
			if (name.end == 0)
				name.begin = (size_t)(next - masked);
			name.end = (size_t)(next - masked) + length;
		} else if (name.end > 0 && word->linking != INIT_STATIC) {
			name.end = (size_t)(next - masked) + length;
		}
		next += length;
	}
	*end = '\0';
	name.stem = stem;
	if (name.end == 0)
		name.begin = name.end = (size_t)(name.extension - text);
	if (other)
		name.format = NULL;
	find_platform(&name, os, architecture, pool);
	return name;
}
