#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether an SPDX 2.3 document is well formed and says what is in a release archive.

    spdx.py DOCUMENT ARCHIVE VERSIONS COMMIT

The form is that of the specification, chapters 6, 7, 10 and 11, for the fields that are used.
"""

import hashlib
import json
import os
import re
import sys
import urllib.parse

ID = re.compile(r"SPDXRef-[A-Za-z0-9.-]+")
# Of the licence list, those that are expected.
LICENCES = {"Apache-2.0", "MIT", "bzip2-1.0.6", "curl", "BSD-2-Clause", "BSD-3-Clause", "ISC",
            "LGPL-3.0-or-later", "Zlib", "GPL-3.0-or-later WITH GCC-exception-3.1"}
DOCUMENT = {"spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo",
            "packages", "hasExtractedLicensingInfos", "relationships"}
PACKAGE = {"SPDXID", "name", "versionInfo", "downloadLocation", "filesAnalyzed",
           "licenseConcluded", "licenseDeclared", "copyrightText"}


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found!r}, expected {wanted!r}")


def match(what, pattern, text):
    if not re.fullmatch(pattern, text):
        sys.exit(f"{what}: {text!r} is not like {pattern}")


def no_duplicates(pairs):
    expect("keys", len(dict(pairs)), len(pairs))
    return dict(pairs)


path, archive, versions, commit = sys.argv[1:]
with open(path, encoding="ascii") as f:
    document = json.load(f, object_pairs_hook=no_duplicates)
with open(archive, "rb") as f:
    digest = hashlib.sha256(f.read()).hexdigest()
with open(versions, encoding="ascii") as f:
    libraries = dict(line.split() for line in f)
with open("/etc/os-release", encoding="utf-8") as f:
    distribution = re.search(r"^ID=(\w+)$", f.read(), re.M).group(1)

expect("keys of the document", set(document), DOCUMENT)
expect("spdxVersion", document["spdxVersion"], "SPDX-2.3")
expect("dataLicense", document["dataLicense"], "CC0-1.0")
expect("SPDXID", document["SPDXID"], "SPDXRef-DOCUMENT")
stem = os.path.basename(archive).removesuffix(".tar.gz")
expect("name", document["name"], stem)
expect("documentNamespace", document["documentNamespace"],
       f"https://spdx.org/spdxdocs/{stem}-{digest}")
expect("created", document["creationInfo"]["created"], "2001-02-03T04:05:06Z")
for creator in document["creationInfo"]["creators"]:
    match("creator", r"Tool: [\w.-]+-\d+\.\d+\.\d+", creator)

own = {info["licenseId"] for info in document["hasExtractedLicensingInfos"]}
expect("licences of its own", own, {"LicenseRef-public-domain"})
packages = {package["name"]: package for package in document["packages"]}
expect("packages", len(packages), len(document["packages"]))
expect("names of packages", set(packages), {"bundler", *libraries})
used = set()
for name, package in packages.items():
    expect(f"keys of {name}", PACKAGE - set(package), set())
    match("SPDXID", ID, package["SPDXID"])
    terms = set(package["licenseDeclared"].split(" AND "))
    expect(f"unknown licences of {name}", terms - LICENCES - own, set())
    used |= terms & own
    expect(f"files of {name}", package["filesAnalyzed"], False)
expect("own licences that are used", used, own)

program = packages.pop("bundler")
expect("file of the program", program["packageFileName"], os.path.basename(archive))
expect("digest", program["checksums"], [{"algorithm": "SHA256", "checksumValue": digest}])
expect("commit", program["sourceInfo"], f"commit {commit}")
for name, package in packages.items():
    expect(f"version of {name}", package["versionInfo"], libraries[name])
    [reference] = package["externalRefs"]
    expect("category", reference["referenceCategory"], "PACKAGE-MANAGER")
    expect("type", reference["referenceType"], "purl")
    quoted = urllib.parse.quote(libraries[name], safe="~")
    expect("purl", reference["referenceLocator"], f"pkg:generic/gcc@{quoted}" if name == "gcc" else
           f"pkg:deb/{distribution}/{name}@{quoted}?arch=source")

relations = {(x["spdxElementId"], x["relationshipType"], x["relatedSpdxElement"])
             for x in document["relationships"]}
expect("relationships", relations,
       {("SPDXRef-DOCUMENT", "DESCRIBES", program["SPDXID"])} |
       {(program["SPDXID"], "STATIC_LINK", p["SPDXID"]) for p in packages.values()})
