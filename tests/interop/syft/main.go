// SPDX-License-Identifier: Apache-2.0

// Prints the packages that syft, and so grype, finds in an SBOM: name and version, sorted.
package main

import (
	"fmt"
	"os"
	"sort"

	"github.com/anchore/syft/syft/format"
)

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	document, _, _, err := format.Decode(file)
	if err != nil {
		panic(err)
	}
	var lines []string
	for p := range document.Artifacts.Packages.Enumerate() {
		lines = append(lines, fmt.Sprintf("%s %s", p.Name, p.Version))
	}
	sort.Strings(lines)
	for _, line := range lines {
		fmt.Println(line)
	}
}
