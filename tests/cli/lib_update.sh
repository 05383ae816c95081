# SPDX-License-Identifier: Apache-2.0
# What the tests of bundler update share: a product at version 1.0 that nothing can be fetched for, and
# the sums of its later releases. Bash, sourced after product.sh.

digest() { printf '%064d' "$1"; }

# The sums of a release: digests 1 to 3, of the product's platforms, and a file that nobody wants.
sums() { # VERSION [FORMAT]
	local target n=0
	for target in linux-amd64 linux-arm64 linux-arm7; do
		n=$((n + 1))
		echo "$(digest $n)  tiny-$1-$target.${2:-tar.gz}"
	done
	echo "$(digest 9)  tiny-$1-amd64.deb"
}

make_product "$scratch/product"

product() { cp -r "$scratch/product/." .; }

# A recipe of the product with its lock, and the sums of 1.1.0 in ./sums; nothing can be fetched.
start() {
	cp "$scratch/product/"tiny.{yaml,lock.json,conf} .
	sums 1.1.0 >sums
	mkdir before
	cp tiny.yaml tiny.lock.json before
}

untouched() {
	check cmp before/tiny.yaml tiny.yaml
	check cmp before/tiny.lock.json tiny.lock.json
	no_litter
}

no_litter() { check test -z "$(find . -name '.bundler-*')"; }

update() { SOURCE_DATE_EPOCH=1300000000 run bundler update "$@"; }

# The change from 1.0 to 1.1.0 as it is printed; $old is the filter for what 1.0 had.
patch_lock="--- a/tiny.lock.json
+++ b/tiny.lock.json
@@ -2,27 +2,24 @@
   \"schema\": 2,
   \"compat\": 1,
   \"name\": \"tiny\",
-  \"version\": \"1.0\",
+  \"version\": \"1.1.0\",
   \"release\": \"official\",
-  \"epoch\": 1234567890,
+  \"epoch\": 1300000000,
   \"platforms\": [
     {
       \"platform\": \"linux/amd64\",
-      \"url\": \"https://tiny.example/1.0/tiny-1.0-linux-amd64.tar.gz\",
-      \"sha256\": \"OLD\",
-      \"size\": SIZE
+      \"url\": \"https://tiny.example/1.1.0/tiny-1.1.0-linux-amd64.tar.gz\",
+      \"sha256\": \"$(digest 1)\"
     },
     {
       \"platform\": \"linux/arm/v7\",
-      \"url\": \"https://tiny.example/1.0/tiny-1.0-linux-arm7.tar.gz\",
-      \"sha256\": \"OLD\",
-      \"size\": SIZE
+      \"url\": \"https://tiny.example/1.1.0/tiny-1.1.0-linux-arm7.tar.gz\",
+      \"sha256\": \"$(digest 3)\"
     },
     {
       \"platform\": \"linux/arm64\",
-      \"url\": \"https://tiny.example/1.0/tiny-1.0-linux-arm64.tar.gz\",
-      \"sha256\": \"OLD\",
-      \"size\": SIZE
+      \"url\": \"https://tiny.example/1.1.0/tiny-1.1.0-linux-arm64.tar.gz\",
+      \"sha256\": \"$(digest 2)\"
     }
   ]
 }"
patch_recipe='--- a/tiny.yaml
+++ b/tiny.yaml
@@ -1,5 +1,5 @@
 name: tiny
-version: "1.0"
+version: "1.1.0"
 release:
   asset: "tiny-{version}-{target}.{format}"
   url: "https://tiny.example/{version}/{asset}"'
old='s/^(-.*"sha256": ")[0-9a-f]{64}/\1OLD/; s/^(-.*"size": )[0-9]+/\1SIZE/'
