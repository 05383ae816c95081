// SPDX 2.3's schema is among the files of this module, which is fetched for that alone.
module bundler.invalid/schemas

go 1.25

require github.com/anchore/syft v1.57.1
