// SPDX-License-Identifier: Apache-2.0

// Command statements decodes in-toto statements strictly with in-toto's own library, validates them and
// their predicates, and prints their type and what it knows of them.
//
//	statements FILE...	status 1 if anything is wrong
package main

import (
	"fmt"
	"os"
	"strings"

	provenance "github.com/in-toto/attestation/go/predicates/provenance/v1"
	summary "github.com/in-toto/attestation/go/predicates/vsa/v1"
	statement "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// decode reads a predicate again, into the message that is made for it; unknown members are refused.
func decode(of *statement.Statement, into proto.Message) error {
	text, err := protojson.Marshal(of.GetPredicate())
	if err != nil {
		return err
	}
	return protojson.Unmarshal(text, into)
}

func check(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	read := &statement.Statement{}
	if err := protojson.Unmarshal(text, read); err != nil {
		return err
	}
	if err := read.Validate(); err != nil {
		return err
	}
	fmt.Println(read.GetPredicateType(), len(read.GetSubject()))
	switch read.GetPredicateType() {
	case "https://slsa.dev/verification_summary/v1":
		predicate := &summary.VerificationSummary{}
		if err := decode(read, predicate); err != nil {
			return err
		}
		fmt.Println(predicate.GetVerificationResult(), strings.Join(predicate.GetVerifiedLevels(), " "))
		fmt.Println(predicate.GetVerifier().GetId(), predicate.GetPolicy().GetUri())
		return nil // the library has no rules for its members
	case "https://slsa.dev/provenance/v1":
		predicate := &provenance.Provenance{}
		if err := decode(read, predicate); err != nil {
			return err
		}
		fmt.Println(predicate.GetBuildDefinition().GetBuildType(), predicate.GetRunDetails().GetBuilder().GetId())
		return predicate.Validate()
	}
	return nil
}

func main() {
	status := 0
	for _, path := range os.Args[1:] {
		if err := check(path); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			status = 1
		}
	}
	os.Exit(status)
}
