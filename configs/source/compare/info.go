// SPDX-License-Identifier: Apache-2.0

package main

import (
	"debug/buildinfo"
	"fmt"
	"regexp"
	"runtime/debug"
	"sort"
	"strings"
)

// A difference of two programs. Kind and Name say what of them differs; what a program lacks is "".
type difference struct {
	Kind    string `json:"kind"`
	Name    string `json:"name,omitempty"`
	Program string `json:"program"`
	Rebuilt string `json:"rebuilt"`
	Symbol  string `json:"symbol,omitempty"`
}

func (d difference) String() string {
	side := func(text string) string {
		if text == "" {
			return "nothing"
		}
		return text
	}
	subject := d.Kind
	if d.Name != "" {
		subject += " " + d.Name
	}
	text := fmt.Sprintf("%s: %s, rebuilt %s", subject, side(d.Program), side(d.Rebuilt))
	if d.Symbol != "" {
		text += ", in " + d.Symbol
	}
	return text
}

// facts returns what decides how a program is to be rebuilt, as lines of a name and a value; a value
// that is not what Go writes is an error.
func facts(info *buildinfo.BuildInfo) ([]string, error) {
	settings := settingsOf(info)
	wanted := []struct{ name, value, form string }{
		{"go", info.GoVersion, `^go1\.[0-9]+(\.[0-9]+)?((rc|beta)[0-9]+)?$`},
		{"version", info.Main.Version, `^(v[0-9A-Za-z.+-]+|\(devel\))?$`},
		{"sum", info.Main.Sum, `^(h1:[0-9A-Za-z+/]{43}=)?$`},
		{"vcs", settings["vcs"], `^(git)?$`},
		{"revision", settings["vcs.revision"], `^([0-9a-f]{40}|[0-9a-f]{64})?$`},
		{"time", settings["vcs.time"], `^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$`},
		{"modified", settings["vcs.modified"], `^(true|false)?$`},
	}
	var lines []string
	for _, fact := range wanted {
		if !regexp.MustCompile(fact.form).MatchString(fact.value) {
			return nil, fmt.Errorf("its build information has %s %q", fact.name, fact.value)
		}
		lines = append(lines, fact.name+" "+fact.value)
	}
	return lines, nil
}

func settingsOf(info *buildinfo.BuildInfo) map[string]string {
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	return settings
}

func version(module *debug.Module) string {
	if module == nil {
		return ""
	}
	text := module.Version
	if module.Replace != nil {
		text += " => " + strings.TrimSpace(module.Replace.Path+" "+module.Replace.Version)
	}
	return text
}

func sum(module *debug.Module) string {
	switch {
	case module == nil:
		return ""
	case module.Replace != nil:
		return module.Replace.Sum
	}
	return module.Sum
}

// compareModules adds what two records of one module say differently.
func compareModules(differences []difference, kind, name string, a, b *debug.Module) []difference {
	if version(a) != version(b) {
		differences = append(differences, difference{Kind: kind, Name: name, Program: version(a), Rebuilt: version(b)})
	} else if sum(a) != sum(b) {
		differences = append(differences, difference{Kind: kind + " sum", Name: name, Program: sum(a), Rebuilt: sum(b)})
	}
	return differences
}

// compareInfo compares what Go records in its programs: versions, modules, settings.
func compareInfo(a, b *buildinfo.BuildInfo) []difference {
	var differences []difference
	if a.GoVersion != b.GoVersion {
		differences = append(differences, difference{Kind: "Go version", Program: a.GoVersion, Rebuilt: b.GoVersion})
	}
	if a.Path != b.Path {
		differences = append(differences, difference{Kind: "package", Program: a.Path, Rebuilt: b.Path})
	}
	if a.Main.Path != b.Main.Path {
		differences = append(differences, difference{Kind: "module", Program: a.Main.Path, Rebuilt: b.Main.Path})
	}
	differences = compareModules(differences, "module", a.Main.Path, &a.Main, &b.Main)

	modules := [2]map[string]*debug.Module{{}, {}}
	names := map[string]bool{}
	for i, info := range []*buildinfo.BuildInfo{a, b} {
		for _, module := range info.Deps {
			modules[i][module.Path] = module
			names[module.Path] = true
		}
	}
	for _, name := range sorted(names) {
		differences = compareModules(differences, "dependency", name, modules[0][name], modules[1][name])
	}

	settings := [2]map[string]string{settingsOf(a), settingsOf(b)}
	names = map[string]bool{}
	for _, of := range settings {
		for name := range of {
			names[name] = true
		}
	}
	for _, name := range sorted(names) {
		if settings[0][name] != settings[1][name] {
			differences = append(differences, difference{Kind: "build setting", Name: name,
				Program: settings[0][name], Rebuilt: settings[1][name]})
		}
	}
	return differences
}

func sorted(names map[string]bool) []string {
	var list []string
	for name := range names {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}
