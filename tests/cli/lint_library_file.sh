#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundler lint: each rule for library files on a tree that breaks it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib_lint.sh"

begin 'library: the name is the given file'\''s'
make_tree
mv tree/library/thing thing
rmdir tree/library
run bundler lint --library thing tree
run bundler lint --library ./thing tree

broken 'syntax of a library file'
change library/thing 's/^Directory: 0.25.6.scratch/Directory 0.25.6\/scratch/'
finds <<'END'
library/thing:14: syntax: it is not 'Name: value'
END
change library/thing 's/^Directory 0.25.6.scratch/SharedTags: a/'
finds <<'END'
library/thing:14: syntax: this field occurs twice in its paragraph
END
echo ' x' >tree/library/thing
finds <<'END'
library/thing:1: syntax: it continues no field
END

broken 'field: missing, unknown, empty, misplaced'
change library/thing 's/^Maintainers/amd64-Directory/; s/^GitRepo.*/Tag: x/; s/^(Constraints: w).*/Constraints:/; 14s/^/amd64-File: Dockerfile\n/'
finds --ignore constraints <<'END'
library/thing:1: field: the first paragraph has no 'Maintainers'
library/thing:3: field: no field is called 'Tag'
library/thing:7: field: the entry has no 'GitRepo'
library/thing:11: field: the entry has no 'GitRepo'
library/thing:17: field: the entry has no 'GitRepo'
library/thing:21: field: 'Constraints' has no value
library/thing:23: field: the entry has no 'GitRepo'
END
make_library
change library/thing 's/^GitCommit/Tags: a\nGitCommit/; s/^Tags: 0.25.6-a/amd64-Builder: x\nSharedTags: 0.25.6-a/'
finds --ignore order,naming <<'END'
library/thing:5: field: the first paragraph has 'Tags'
library/thing:8: field: the entry has no 'Tags'
END
echo 'Maintainers: A' >tree/library/thing
finds <<'END'
library/thing: field: it has no entry
END

broken 'tag: form, and -latest'
change library/thing "s/, alpine3.18,/, $(printf '%0129d' 0 | tr 0 x),/; s/, linux$/, scratch-latest, .linux/; s/, windowsservercore$/,\n  windows server/"
finds --ignore naming <<END
library/thing:7: tag: '$(printf '%0129d' 0 | tr 0 x)' is not a tag: it does not have 1 to 128 characters
library/thing:11: tag: '.linux' is not a tag: it does not consist of letters, digits, '_', '.' and '-'
library/thing:11: tag: 'scratch-latest' is not a tag: it ends with '-latest'
library/thing:18: tag: 'windows server' is not a tag: it does not consist of letters, digits, '_', '.' and '-'
END

broken 'naming and version: order of tags, and of which version they are'
change library/thing 's/0.25.6-alpine, 0.25-alpine/0.25-alpine, 0.25.6-alpine/; s/0.25.6, 0.25, latest$/0.25.5, latest, 0.25/'
finds --ignore order <<'END'
library/thing:7: naming: '0.25.6-alpine' is after the less specific '0.25-alpine'
library/thing:12: naming: '0.25' is after the less specific 'latest'
library/thing:12: version: '0.25.5' is not of version 0.25.6
library/thing:23: naming: '0.25' is after the less specific 'latest'
library/thing:23: version: '0.25.5' is not of version 0.25.6
END

broken 'unique and shared: the same tag twice'
change library/thing 's/, alpine$/, scratch/; s/^(SharedTags: .*windowsservercore)$/\1, latest/; s/^SharedTags: 0.25.6,/SharedTags: 0.25.6, 0.25.6,/'
finds --ignore naming <<'END'
library/thing:11: unique: 'scratch' is also in line 7
library/thing:12: unique: '0.25.6' is also in line 12
library/thing:23: shared: 'latest' is shared with line 17 for the same platform
END

broken 'published: architectures that Official Images do not have'
change library/thing 's/arm64v8$/arm64v8, aarch64, arm32v5/; s/: windows-amd64$/: windows-amd64, amd64/'
finds --ignore coverage,shared <<'END'
library/thing:8: published: 'aarch64' is not an architecture of Official Images
library/thing:13: published: 'aarch64' is not an architecture of Official Images
library/thing:18: published: 'amd64' is for linux, but 'windowsservercore-1809' is for windows
library/thing:24: published: 'amd64' is for linux, but 'nanoserver-1809' is for windows
END

broken 'coverage: an architecture without a download'
change library/thing 's/arm64v8$/arm64v8, s390x/'
finds <<END
library/thing:7: coverage: 's390x' is published, but '$alpine' has nothing for it
END
change library/thing '8s/, s390x//'
finds <<END
library/thing:11: coverage: it copies from 'thing:0.25.6-alpine3.18', which is not published for 's390x'
END

broken 'directory: none, and without its file'
change library/thing 's,0.25.6/scratch,0.25.5/scratch,; s/^(Directory: .*nanoserver.*)/\1\nFile: Dockerfile.other/'
finds <<'END'
library/thing:14: directory: '0.25.5/scratch' is not a directory of a version and variant
library/thing:25: directory: '0.25.6/nanoserver-1809' has no 'Dockerfile.other'
END

begin 'directory: what is imported stands elsewhere'
make_tree
rm -r tree/0.25.6/scratch
change library/thing 's,^Directory: 0.25.6/scratch,Builder: oci-import\nFile: index.json\namd64-GitFetch: refs/heads/dist-amd64\nDirectory: linux-amd64,'
run bundler lint tree

broken 'constraints: incomplete, and needless'
change library/thing 's/^Constraints: nano.*/Constraints: nanoserver-1809/; s/^Constraints: windows.*/Constraints: other/; 14s/$/\nConstraints: nanoserver-1809/'
finds <<'END'
library/thing:15: constraints: 'scratch' does not need the constraint 'nanoserver-1809'
library/thing:21: constraints: 'windowsservercore-1809' needs the constraint 'windowsservercore-1809'
library/thing:27: constraints: 'nanoserver-1809' needs the constraint 'windowsservercore-1809'
END

broken 'order: an entry before the one that it copies from'
awk -v RS= -v ORS='\n\n' '{ part[NR] = $0 } END { print part[1]; print part[3]; print part[2]; print part[4]; print part[5] }' tree/library/thing >moved
mv moved tree/library/thing
finds <<'END'
library/thing:7: order: it copies from 'thing:0.25.6-alpine3.18': that entry must be before this one
END

begin 'order: the name of an image may begin with that of another'
make_tree
write tree/library/thing-box <<-'END'
	Maintainers: Some Body <some@example.com> (@some)
	GitRepo: https://example.com/thing-docker.git
	GitCommit: 0123456789abcdef0123456789abcdef01234567

	Tags: 0.25.6-windowsservercore-1809
	Architectures: windows-amd64
	Directory: 0.25.6/windowsservercore-1809
	Constraints: windowsservercore-1809
END
change $scratchfile 's|^EXPOSE|COPY --from=thing-box:0.25.6-windowsservercore-1809 /b /b\n&|'
run bundler lint tree

broken 'commit'
change library/thing 's/^GitCommit: .*/GitCommit: HEAD/; 14s/$/\namd64-GitCommit: 0123456789ABCDEF0123456789ABCDEF01234567/'
finds <<'END'
library/thing:5: commit: 'HEAD' is not 40 or 64 lower-case hexadecimal digits
library/thing:15: commit: '0123456789ABCDEF0123456789ABCDEF01234567' is not 40 or 64 lower-case hexadecimal digits
END

broken 'fetch: not stated, another, and no reference'
run bundler lint --branch master tree
finds --branch main <<'END'
library/thing:1: fetch: the branch is 'main', but GitFetch is missing and defaults to 'refs/heads/master'
END
change library/thing 's,^GitCommit,GitFetch: refs/heads/other\n&,'
finds --branch main <<'END'
library/thing:5: fetch: the branch is 'main', but GitFetch is 'refs/heads/other'
END
change library/thing 's,^GitFetch: .*,GitFetch: main,'
finds <<'END'
library/thing:5: fetch: 'main' is not 'refs/heads/...' or 'refs/tags/...'
END

finish
