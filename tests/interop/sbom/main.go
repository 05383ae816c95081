// SPDX-License-Identifier: Apache-2.0

// Reads SBOMs with the libraries of both formats, and prints what they found: for each file a line
// with its format, then the package URLs, sorted.
//
//	sbom FILE...
package main

import (
	"bytes"
	"fmt"
	"os"
	"sort"

	"github.com/CycloneDX/cyclonedx-go"
	"github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/spdxlib"
)

func readSPDX(data []byte) ([]string, error) {
	var document v2_3.Document
	if err := json.ReadInto(bytes.NewReader(data), &document); err != nil {
		return nil, err
	}
	if err := spdxlib.ValidateDocument(&document); err != nil {
		return nil, err
	}
	described, err := spdxlib.GetDescribedPackageIDs(&document)
	if err != nil {
		return nil, err
	}
	if len(described) != 1 {
		return nil, fmt.Errorf("it describes %d packages", len(described))
	}
	var purls []string
	for _, p := range document.Packages {
		for _, reference := range p.PackageExternalReferences {
			if reference.Category == "PACKAGE-MANAGER" && reference.RefType == "purl" {
				purls = append(purls, reference.Locator)
			}
		}
	}
	return purls, nil
}

func readCycloneDX(data []byte) ([]string, error) {
	var document cyclonedx.BOM
	decoder := cyclonedx.NewBOMDecoder(bytes.NewReader(data), cyclonedx.BOMFileFormatJSON)
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	known := map[string]bool{document.Metadata.Component.BOMRef: true}
	purls := []string{document.Metadata.Component.PackageURL}
	for _, c := range *document.Components {
		if known[c.BOMRef] {
			return nil, fmt.Errorf("%s is there twice", c.BOMRef)
		}
		known[c.BOMRef] = true
		if c.PackageURL != "" {
			purls = append(purls, c.PackageURL)
		}
	}
	for _, d := range *document.Dependencies {
		for _, ref := range append(*d.Dependencies, d.Ref) {
			if !known[ref] {
				return nil, fmt.Errorf("%s is no component", ref)
			}
		}
	}
	return purls, nil
}

func read(name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	format, reader := "SPDX", readSPDX
	if bytes.Contains(data, []byte(`"bomFormat"`)) {
		format, reader = "CycloneDX", readCycloneDX
	}
	purls, err := reader(data)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	sort.Strings(purls)
	fmt.Println(format)
	for _, purl := range purls {
		fmt.Println(purl)
	}
	return nil
}

func main() {
	for _, name := range os.Args[1:] {
		if err := read(name); err != nil {
			fmt.Fprintln(os.Stderr, "sbom:", err)
			os.Exit(1)
		}
	}
}
