// SPDX-License-Identifier: Apache-2.0

// Command compare says what differs between a program of Go and one that was rebuilt to be the same,
// by name: what Go records of their making, sections, symbols, bytes. For bundler/make/prove.sh.
//
//	compare facts PROGRAM			what decides how it is rebuilt, as lines "name value"
//	compare row ROW KEY=VALUE... PROGRAM [REBUILT]
//						writes the row of a proof into ROW and prints the differences
//	compare proof REPORT LOCK ROW...	prints the proof: the rows, and of what they are: REPORT is
//						that of `bundler rootfs --json`
//
// The KEYs of a row: platform, path, package, module, version, sum, toolchain; reason, if it could not
// be rebuilt; stamps, if it has what nobody but itself says; and difference=KIND|NAME|PROGRAM|REBUILT.
package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// The results, and what audit makes of the first two.
const (
	proved     = "proved"
	butStamps  = "proved but for the vcs stamps"
	different  = "different"
	notRebuilt = "not rebuilt"
)

var levels = map[string]string{
	proved:    "BUNDLER_SOURCE_REPRODUCED",
	butStamps: "BUNDLER_SOURCE_REPRODUCED_BUT_VCS",
}

type archive struct {
	URL    string `json:"url"`
	SHA256 string `json:"sha256"`
}

type row struct {
	Platform    string            `json:"platform"`
	Path        string            `json:"path"`
	SHA256      string            `json:"sha256"`
	Size        int               `json:"size"`
	Archive     *archive          `json:"archive"`
	Result      string            `json:"result"`
	Level       string            `json:"level,omitempty"`
	Reason      string            `json:"reason,omitempty"`
	Module      map[string]string `json:"module"`
	Toolchain   string            `json:"toolchain,omitempty"`
	Settings    map[string]string `json:"settings"`
	Stamps      map[string]string `json:"stamps,omitempty"`
	Differences []difference      `json:"differences"`
}

type proof struct {
	Schema   int    `json:"schema"`
	Name     string `json:"name"`
	Version  string `json:"version"`
	Release  string `json:"release"`
	Lock     string `json:"lock"` // its SHA-256
	Programs []row  `json:"programs"`
}

func readInfo(path string) ([]byte, *buildinfo.BuildInfo, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := buildinfo.Read(bytes.NewReader(data))
	return data, info, err
}

// compareFiles returns in what two programs differ: nothing only if they have the same bytes.
func compareFiles(a, b []byte, of [2]*buildinfo.BuildInfo) ([]difference, error) {
	if bytes.Equal(a, b) {
		return nil, nil
	}
	differences := compareInfo(of[0], of[1])
	x, err := readObject(a)
	if err != nil {
		return nil, err
	}
	y, err := readObject(b)
	if err != nil {
		return nil, err
	}
	if differences = append(differences, compareObjects(x, y)...); len(differences) == 0 {
		differences = compareBytes(a, b)
	}
	return differences, nil
}

// set takes over one KEY=VALUE of the command line.
func (r *row) set(word string) error {
	key, value, _ := strings.Cut(word, "=")
	switch key {
	case "platform":
		r.Platform = value
	case "path":
		r.Path = value
	case "package", "module", "version", "sum":
		if key == "module" {
			key = "path"
		}
		r.Module[key] = value
	case "toolchain":
		r.Toolchain = value
	case "reason":
		r.Reason = value
	case "stamps":
		r.Stamps = map[string]string{}
	case "difference":
		part := strings.SplitN(value, "|", 4)
		if len(part) != 4 {
			return fmt.Errorf("a difference has four parts: %s", value)
		}
		r.Differences = append(r.Differences, difference{Kind: part[0], Name: part[1], Program: part[2], Rebuilt: part[3]})
	default:
		return fmt.Errorf("unknown key: %s", word)
	}
	return nil
}

func (r *row) judge() {
	switch {
	case r.Reason != "":
		r.Result = notRebuilt
	case len(r.Differences) > 0:
		r.Result = different
	case r.Stamps != nil:
		r.Result = butStamps
	default:
		r.Result = proved
	}
	r.Level = levels[r.Result]
}

func writeRow(output string, words []string) error {
	r := row{Module: map[string]string{}, Settings: map[string]string{}, Differences: []difference{}}
	for len(words) > 0 && strings.Contains(words[0], "=") {
		if err := r.set(words[0]); err != nil {
			return err
		}
		words = words[1:]
	}
	if len(words) == 0 || len(words) > 2 {
		return fmt.Errorf("a row is of a program and the rebuilt one")
	}
	data, info, err := readInfo(words[0])
	if data == nil || (err != nil && len(words) == 2) {
		return err
	}
	r.SHA256, r.Size = fmt.Sprintf("%x", sha256.Sum256(data)), len(data)
	if info != nil {
		r.Settings = settingsOf(info)
	}
	for key, value := range r.Settings {
		if r.Stamps != nil && strings.HasPrefix(key, "vcs") {
			r.Stamps[key] = value
		}
	}
	if len(words) == 2 {
		again, other, err := readInfo(words[1])
		if err != nil {
			return err
		}
		differences, err := compareFiles(data, again, [2]*buildinfo.BuildInfo{info, other})
		if err != nil {
			return err
		}
		r.Differences = append(r.Differences, differences...)
	}
	r.judge()
	printRow(os.Stdout, &r)
	text, err := json.Marshal(&r)
	if err != nil {
		return err
	}
	return os.WriteFile(output, text, 0o644)
}

// printable escapes what a program's names might do to a terminal.
func printable(text string) string {
	quoted := strconv.QuoteToASCII(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

func printRow(out io.Writer, r *row) {
	fmt.Fprintf(out, "%s %s: %s\n", r.Platform, r.Path, r.Result)
	if r.Reason != "" {
		fmt.Fprintf(out, "  %s\n", printable(r.Reason))
	}
	for _, d := range r.Differences {
		fmt.Fprintf(out, "  %s\n", printable(d.String()))
	}
}

func readJSON(path string, into any) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	return data, err
}

func printProof(report, lock string, rows []string) error {
	p := proof{Schema: 1, Programs: []row{}}
	if _, err := readJSON(report, &p); err != nil {
		return err
	}
	var locked struct {
		Platforms []struct {
			Platform string
			archive
		}
	}
	data, err := readJSON(lock, &locked)
	if err != nil {
		return err
	}
	p.Lock = fmt.Sprintf("%x", sha256.Sum256(data))
	for _, path := range rows {
		var r row
		if _, err := readJSON(path, &r); err != nil {
			return err
		}
		for _, one := range locked.Platforms {
			if one.Platform == r.Platform {
				from := one.archive
				r.Archive = &from
			}
		}
		p.Programs = append(p.Programs, r)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(&p)
}

func run(words []string) error {
	switch {
	case len(words) == 2 && words[0] == "facts":
		_, info, err := readInfo(words[1])
		if err != nil {
			return err
		}
		lines, err := facts(info)
		if err == nil {
			fmt.Println(strings.Join(lines, "\n"))
		}
		return err
	case len(words) > 2 && words[0] == "row":
		return writeRow(words[1], words[2:])
	case len(words) > 3 && words[0] == "proof":
		return printProof(words[1], words[2], words[3:])
	}
	return fmt.Errorf("usage: compare facts|row|proof ...")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}
