// The release that build.sh rebuilds, and what it is linked with: exactly
// upstream's requirements, so go.sum is upstream's plus the server itself.
// The go line is upstream's too: Go keeps the run-time behaviour (GODEBUG)
// of that version, whatever the age of the compiler.
module bundler.invalid/source

go 1.25.0

tool github.com/nats-io/nats-server/v2

require github.com/nats-io/nats-server/v2 v2.14.5 // indirect

require (
	github.com/antithesishq/antithesis-sdk-go v0.7.2-default-no-op // indirect
	github.com/google/go-tpm v0.9.8 // indirect
	github.com/klauspost/compress v1.19.2 // indirect
	github.com/minio/highwayhash v1.0.4 // indirect
	github.com/nats-io/jwt/v2 v2.8.2 // indirect
	github.com/nats-io/nkeys v0.4.16 // indirect
	github.com/nats-io/nuid v1.0.1 // indirect
	golang.org/x/crypto v0.55.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/time v0.15.0 // indirect
)
