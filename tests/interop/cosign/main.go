// SPDX-License-Identifier: Apache-2.0

// What cosign's own code says of an image in a registry, as "cosign verify --key --insecure-ignore-tlog"
// and "cosign verify-attestation" do offline:
//
//	cosign bundles|classic PUBLIC-KEY IMAGE
//
// The types of the predicates that the key has signed, sorted; or the number of classic signatures.
package main

import (
	"context"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"sort"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/sigstore/cosign/v3/pkg/cosign"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// The type of the predicate of a statement in an envelope.
func predicate(envelope []byte) string {
	var outer struct{ Payload string }
	var statement struct{ PredicateType string }
	check(json.Unmarshal(envelope, &outer))
	payload, err := base64.StdEncoding.DecodeString(outer.Payload)
	check(err)
	check(json.Unmarshal(payload, &statement))
	return statement.PredicateType
}

func main() {
	log.SetFlags(0)
	ctx := context.Background()
	text, err := os.ReadFile(os.Args[2])
	check(err)
	key, err := cryptoutils.UnmarshalPEMToPublicKey(text)
	check(err)
	verifier, err := signature.LoadVerifier(key, crypto.SHA256)
	check(err)
	image, err := name.ParseReference(os.Args[3], name.Insecure)
	check(err)
	options := &cosign.CheckOpts{SigVerifier: verifier, IgnoreTlog: true, Offline: true}
	if os.Args[1] == "classic" {
		options.ClaimVerifier = cosign.SimpleClaimVerifier
		signatures, _, err := cosign.VerifyImageSignatures(ctx, image, options)
		check(err)
		fmt.Println(len(signatures))
		return
	}
	options.NewBundleFormat = true
	options.ClaimVerifier = cosign.IntotoSubjectClaimVerifier
	attestations, _, err := cosign.VerifyImageAttestations(ctx, image, options, name.Insecure)
	check(err)
	var types []string
	for _, attestation := range attestations {
		payload, err := attestation.Payload()
		check(err)
		types = append(types, predicate(payload))
	}
	sort.Strings(types)
	for _, line := range types {
		fmt.Println(line)
	}
}
