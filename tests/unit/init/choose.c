/* SPDX-License-Identifier: Apache-2.0 */
/* What the names of real releases, and of hostile ones, make of a recipe. */
#include "init/init.h"

#include <string.h>

#include "init/licence.h"
#include "init/name.h"
#include "unit.h"

/* The names of a release, separated by blanks, and what is to come of them. */
static const struct row {
	const char *product, *version, *names;
	const char *name, *asset, *target, *format;	/* target: NULL for words */
	const char *platforms;				/* with their words, where these are no template */
} rows[] = {
	{ "prometheus", "3.14.0", "prometheus-3.14.0.linux-amd64.tar.gz "
	  "prometheus-3.14.0.linux-armv7.tar.gz prometheus-3.14.0.darwin-arm64.tar.gz "
	  "prometheus-web-ui-3.14.0.tar.gz sha256sums.txt",
	  "prometheus", "{name}-{version}.{target}.{format}", "{os}-{arch}", "tar.gz",
	  "linux/amd64 linux/arm/v7" },
	{ "coredns", "1.14.7", "coredns_1.14.7_linux_amd64.tgz coredns_1.14.7_linux_arm.tgz "
	  "coredns_1.14.7_linux_amd64.tgz.sha256 coredns_1.14.7_linux_mips.tgz",
	  "coredns", "{name}_{version}_{target}.tgz", NULL, "tar.gz",
	  "linux/amd64=linux_amd64 linux/arm/v7=linux_arm" },
	{ "certificates", "0.29.0", "step-ca_linux_0.29.0_amd64.tar.gz "
	  "step-ca_linux_0.29.0_armv6.tar.gz step-ca_linux_amd64.tar.gz step-ca_amd64.deb",
	  "step-ca", "{name}_{target}.{format}", "{os}_{version}_{arch}", "tar.gz",
	  "linux/amd64 linux/arm/v6" },
	{ "mermaid-ascii", "1.5.0", "mermaid-ascii_Linux_x86_64.tar.gz "
	  "mermaid-ascii_Linux_arm64.tar.gz mermaid-ascii_Windows_x86_64.zip",
	  "mermaid-ascii", "{name}_{target}.{format}", NULL, "tar.gz",
	  "linux/amd64=Linux_x86_64 linux/arm64=Linux_arm64" },
	{ "git-cliff", "2.13.1", "git-cliff-2.13.1-x86_64-unknown-linux-gnu.tar.gz "
	  "git-cliff-2.13.1-x86_64-unknown-linux-musl.tar.gz "
	  "git-cliff-2.13.1-aarch64-unknown-linux-musl.tar.gz",
	  "git-cliff", "{name}-{version}-{target}.{format}", NULL, "tar.gz",
	  "linux/amd64=x86_64-unknown-linux-musl linux/arm64=aarch64-unknown-linux-musl" },
	{ "wasm-pack", "0.15.0", "wasm-pack-v0.15.0-x86_64-unknown-linux-musl.tar.gz",
	  "wasm-pack", "{name}-v{version}-{target}.{format}", NULL, "tar.gz",
	  "linux/amd64=x86_64-unknown-linux-musl" },
	{ "syncthing", "2.1.3", "syncthing-linux-amd64-v2.1.3.tar.gz "
	  "syncthing-source-v2.1.3.tar.gz syncthing-macos-arm64-v2.1.3.zip",
	  "syncthing", "{name}-{target}-v{version}.{format}", "{os}-{arch}", "tar.gz",
	  "linux/amd64" },
	{ "VictoriaMetrics", "1.150.0", "victoria-metrics-linux-amd64-v1.150.0-cluster.tar.gz "
	  "victoria-metrics-linux-amd64-v1.150.0.tar.gz vmutils-linux-amd64-v1.150.0.tar.gz",
	  "victoria-metrics", "{name}-{target}-v{version}.{format}", "{os}-{arch}", "tar.gz",
	  "linux/amd64" },
	{ "hugo", "0.165.0", "hugo_extended_0.165.0_linux-amd64.tar.gz "
	  "hugo_0.165.0_Linux-64bit.tar.gz hugo_0.165.0_linux-amd64.tar.gz",
	  "hugo", "{name}_{version}_{target}.{format}", "{os}-{arch}", "tar.gz", "linux/amd64" },
	{ "tini", "0.19.0", "tini tini-amd64 tini-static tini-static-amd64 tini-static-arm64 "
	  "tini-static-muslc-amd64",
	  "tini", "{name}-static-{target}", "{arch}", "program", "linux/amd64 linux/arm64" },
	{ "gitea", "1.26.0", "gitea-1.26.0-linux-arm-6 gitea-1.26.0-linux-amd64 "
	  "gitea-1.26.0-linux-amd64.xz gitea-1.26.0-darwin-10.12-arm64",
	  "gitea", "{name}-{version}-{target}", NULL, "program",
	  "linux/amd64=linux-amd64 linux/arm/v6=linux-arm-6" },
	{ "loki", "3.7.6", "logcli-linux-amd64.zip loki-canary-linux-amd64.zip "
	  "loki-linux-amd64.zip loki-3.7.6.x86_64.rpm promtail-linux-amd64.zip",
	  "loki", "{name}-{target}.{format}", "{os}-{arch}", "zip", "linux/amd64" },
	{ "mimir", "3.2.0", "mimir-linux-amd64 mimir-linux-amd64-sha-256 mimirtool-linux-amd64",
	  "mimir", "{name}-{target}", "{os}-{arch}", "program", "linux/amd64" },
	{ "minio", "RELEASE.2025-09-07T16-13-09Z", "minio.RELEASE.2025-09-07T16-13-09Z",
	  "minio", "{name}.{version}", NULL, "program", "linux/amd64=" },
	{ "opentelemetry-collector-releases", "0.159.0",
	  "otelcol-contrib_0.159.0_linux_amd64.tar.gz otelcol_0.159.0_linux_amd64.tar.gz "
	  "otelcol_0.159.0_linux_amd64.deb otelcol_0.159.0_linux_amd64.tar.gz.sbom.json",
	  "otelcol", "{name}_{version}_{target}.{format}", "{os}_{arch}", "tar.gz", "linux/amd64" },
	{ "fsql", "0.5.2", "fsql-0.5.2-fsql-linux-amd64.tar.gz",
	  "fsql", "{name}-{version}-fsql-{target}.{format}", "{os}-{arch}", "tar.gz",
	  "linux/amd64" },
	{ "kcli", "1.8.3", "kcli_1.8.3_linuxamd64.tar.gz kcli_1.8.3_linux64.zip",
	  "kcli", "{name}_{version}_{target}.{format}", NULL, "tar.gz",
	  "linux/amd64=linuxamd64" },
	{ "slack-cli", "4.6.0", "slack_cli_4.6.0_linux_64-bit.tar.gz",
	  "slack_cli", "{name}_{version}_{target}.{format}", NULL, "tar.gz",
	  "linux/amd64=linux_64-bit" },
};

/* A release of these names, all below a directory. */
static struct init_release make_release(const char *product, const char *version, char *names,
					struct pool *pool)
{
	struct init_release release = { .name = product, .version = version, .place = "" };
	char *name;

	release.assets = pool_new(pool, strlen(names) + 1, sizeof *release.assets);
	while ((name = strsep(&names, " ")))
		release.assets[release.asset_count++] = (struct init_asset){
			.name = name, .url = pool_format(pool, "https://h/%s/%s", version, name),
		};
	return release;
}

/* The platforms of a plan, with their words where they have any. */
static char *list_platforms(const struct init_plan *plan)
{
	char *list = pool_string(plan->pool, "");

	for (size_t i = 0; i < plan->choice_count; i++)
		list = pool_format(plan->pool, "%s%s%s%s%s", list, i > 0 ? " " : "",
				   plan->choices[i].platform->name, plan->target ? "" : "=",
				   plan->target ? "" : plan->choices[i].word);
	return list;
}

static void test_releases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct pool pool = { 0 };
		struct init_plan plan = { .pool = &pool };
		struct init_release release = make_release(row->product, row->version,
							   pool_string(&pool, row->names),
							   &pool);
		struct error err;

		assert_int_equal(init_choose(&plan, &release, &err), 0);
		assert_string_equal(plan.name, row->name);
		assert_string_equal(plan.asset, row->asset);
		assert_string_equal(plan.target ? plan.target : "words",
				    row->target ? row->target : "words");
		assert_string_equal(plan.format, row->format);
		assert_string_equal(list_platforms(&plan), row->platforms);
		assert_string_equal(plan.url, "https://h/{version}/{asset}");
		pool_free(&pool);
	}
}

/* Names that are refused, or that are those of nothing to install. */
static void test_nothing(void **state)
{
	static const char *const names[] = {
		"../linux-amd64", "linux-amd64\n", "{x}-linux-amd64", "a b-linux-amd64",
		"hello-linux-amd64.deb", "hello-linux-amd64.sig", "hello-darwin-arm64.zip",
		"hello-windows-amd64.exe", "hello-linux-mips.tar.gz", "hello-linux-amd64-v3.tar.gz",
		"hello-linux-amd64-sha256", "hello-src-linux-amd64.tar.gz", "-linux-amd64", "",
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct pool pool = { 0 };
		struct init_plan plan = { .pool = &pool };
		struct init_asset asset = { .name = names[i], .url = names[i] };
		const struct init_release release = {
			.name = "hello", .version = "1.0", .place = "", .assets = &asset,
			.asset_count = 1,
		};

		assert_int_equal(init_choose(&plan, &release, &err), -1);
		assert_int_equal(err.status, STATUS_CONFIG);
		pool_free(&pool);
	}
}

static void test_licences(void **state)
{
	(void)state;
	assert_string_equal(init_licence("Apache License\n  Version 2.0, January 2004\n"),
			    "Apache-2.0");
	assert_string_equal(init_licence("Redistribution and use in source and binary forms, with or\n"
					 "# without modification, are permitted"), "BSD-2-Clause");
	assert_string_equal(init_licence("Redistribution and use in source and binary forms, with or "
					 "without modification, are permitted. Neither the name of"),
			    "BSD-3-Clause");
	assert_null(init_licence(""));
	assert_null(init_licence("GNU GENERAL PUBLIC LICENSE Version 3"));
	assert_null(init_licence("\"Commons Clause\" Apache License Version 2.0, January 2004"));
	assert_null(init_licence("Apache License Version 2.0, January 2004; Mozilla Public License "
				 "Version 2.0 1. Definitions"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_licences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
