#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Print what a release archive has in it, as SPDX 2.3 JSON: the program and what is linked into it.
#
#	sbom.sh ARCHIVE VERSIONS
#
# Names and versions are those of VERSIONS (build/sysroot/versions), the licences on standard input:
# rows of `bundler --license`. SOURCE_DATE_EPOCH is the time of the document, COMMIT that of the sources.
set -eu
export LC_ALL=C

archive=$1 versions=$2
# Whose source packages these are: debian or ubuntu.
distribution=$(sed -n 's/^ID=//p' /etc/os-release)
digest=$(sha256sum <"$archive" | cut -d ' ' -f 1)

awk -v file="${archive##*/}" -v digest="$digest" -v commit="$COMMIT" -v distribution="$distribution" \
	-v created="$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" '
# The characters of versions that a package URL cannot have.
function escaped(text) {
	gsub(/:/, "%3A", text)
	gsub(/\+/, "%2B", text)
	return text
}
function package(id, name, version, licence, rest) {
	printf "%s\n    {\n", packages++ ? "," : ""
	printf "      \"SPDXID\": \"SPDXRef-%s\",\n      \"name\": \"%s\",\n", id, name
	printf "      \"versionInfo\": \"%s\",\n", version
	printf "      \"downloadLocation\": \"NOASSERTION\",\n      \"filesAnalyzed\": false,\n"
	printf "%s", rest
	printf "      \"licenseConcluded\": \"NOASSERTION\",\n      \"licenseDeclared\": \"%s\",\n", licence
	printf "      \"copyrightText\": \"NOASSERTION\"\n    }"
}
# gcc counts its own releases here; everything else is a source package.
function reference(name, version) {
	return sprintf("      \"externalRefs\": [\n        {\n" \
		"          \"referenceCategory\": \"PACKAGE-MANAGER\",\n" \
		"          \"referenceType\": \"purl\",\n          \"referenceLocator\": \"%s\"\n" \
		"        }\n      ],\n", name == "gcc" ? "pkg:generic/gcc@" version : \
		"pkg:deb/" distribution "/" name "@" escaped(version) "?arch=source")
}
function relation(from, type, to) {
	printf "%s\n    {\n      \"spdxElementId\": \"SPDXRef-%s\",\n", relations++ ? "," : "", from
	printf "      \"relationshipType\": \"%s\",\n", type
	printf "      \"relatedSpdxElement\": \"SPDXRef-%s\"\n    }", to
}
FNR == NR {
	if (match($0, /^[^ ]+ [^ ]+: /))
		licence[substr($0, 1, RLENGTH - 2)] = substr($0, RLENGTH + 1)
	if ($1 == "bundler")
		version = substr($2, 1, length($2) - 1)
	next
}
{
	if (!($0 in licence)) {
		print "sbom: no licence of " $0 >"/dev/stderr"
		exit failed = 1
	}
	name[++count] = $1
	of[count] = $2
}
END {
	if (failed)
		exit 1
	sub(/\.tar\.gz$/, "", file)
	print "{"
	print "  \"spdxVersion\": \"SPDX-2.3\","
	print "  \"dataLicense\": \"CC0-1.0\","
	print "  \"SPDXID\": \"SPDXRef-DOCUMENT\","
	printf "  \"name\": \"%s\",\n", file
	printf "  \"documentNamespace\": \"https://spdx.org/spdxdocs/%s-%s\",\n", file, digest
	print "  \"creationInfo\": {"
	printf "    \"created\": \"%s\",\n", created
	printf "    \"creators\": [\"Tool: bundler-sbom.sh-%s\"]\n  },\n", version
	printf "  \"packages\": ["
	package("bundler", "bundler", version, licence["bundler " version], \
		sprintf("      \"packageFileName\": \"%s.tar.gz\",\n" \
		"      \"primaryPackagePurpose\": \"APPLICATION\",\n" \
		"      \"sourceInfo\": \"commit %s\",\n" \
		"      \"checksums\": [\n        {\n          \"algorithm\": \"SHA256\",\n" \
		"          \"checksumValue\": \"%s\"\n        }\n      ],\n", file, commit, digest))
	for (i = 1; i <= count; i++)
		package(name[i], name[i], of[i], licence[name[i] " " of[i]], reference(name[i], of[i]))
	print "\n  ],"
	print "  \"hasExtractedLicensingInfos\": ["
	print "    {"
	print "      \"licenseId\": \"LicenseRef-public-domain\","
	print "      \"name\": \"public domain\","
	print "      \"extractedText\": \"The authors have put this into the public domain.\""
	print "    }"
	print "  ],"
	printf "  \"relationships\": ["
	relation("DOCUMENT", "DESCRIBES", "bundler")
	for (i = 1; i <= count; i++)
		relation("bundler", "STATIC_LINK", name[i])
	print "\n  ]"
	print "}"
}' - "$versions"
