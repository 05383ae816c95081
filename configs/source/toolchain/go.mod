// The Go tool chain that compiles the release: build.sh reads its version
// here, and go.sum holds the digest of its module for an amd64 host (Go's
// checksum database vouches for other hosts' copies).  The go line is low
// so that Debian 12's Go 1.19 can fetch it.
module bundler.invalid/toolchain

go 1.19

require golang.org/toolchain v0.0.1-go1.27.4.linux-amd64
