// SPDX-License-Identifier: Apache-2.0

// Prints the packages that trivy finds in an SBOM: name and version, sorted.
package main

import (
	"context"
	"fmt"
	"os"
	"sort"

	"github.com/aquasecurity/trivy/pkg/sbom"
)

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	format, err := sbom.DetectFormat(file)
	if err != nil {
		panic(err)
	}
	if _, err = file.Seek(0, 0); err != nil {
		panic(err)
	}
	document, err := sbom.Decode(context.Background(), file, format)
	if err != nil {
		panic(err)
	}
	var lines []string
	for _, system := range document.Packages {
		for _, p := range system.Packages {
			lines = append(lines, fmt.Sprintf("%s %s", p.Name, p.Version))
		}
	}
	for _, application := range document.Applications {
		for _, p := range application.Packages {
			lines = append(lines, fmt.Sprintf("%s %s", p.Name, p.Version))
		}
	}
	sort.Strings(lines)
	for _, line := range lines {
		fmt.Println(line)
	}
}
