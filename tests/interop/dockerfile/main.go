// SPDX-License-Identifier: Apache-2.0

// Command dockerfile prints a Dockerfile as BuildKit understands it: an instruction or value a line,
// continued lines joined, quotes and escapes taken away.
//
//	dockerfile FILE		status 1 where BuildKit refuses it or has a warning
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// variables are those that the instructions so far have set or declared.
type variables map[string]string

func (v variables) Get(name string) (string, bool) {
	value, ok := v[name]
	return value, ok
}

func (v variables) Keys() []string { return slices.Collect(maps.Keys(v)) }

func (v variables) learn(command instructions.Command) {
	switch c := command.(type) {
	case *instructions.ArgCommand:
		for _, arg := range c.Args {
			v[arg.Key] = arg.ValueString()
		}
	case *instructions.EnvCommand:
		for _, pair := range c.Env {
			v[pair.Key] = pair.Value
		}
	}
}

// warnings counts what it prints to stderr.
type warnings struct {
	file  string
	count int
}

func (w *warnings) note(text string, line int) {
	w.count++
	fmt.Fprintf(os.Stderr, "%s:%d: %s\n", w.file, line, text)
}

func (w *warnings) lint(rule, _, _, text string, location []parser.Range) {
	line := 0
	if len(location) > 0 {
		line = location[0].Start.Line
	}
	w.note(rule+": "+text, line)
}

// commandLine is a shell's line, or the words of the other form as JSON.
func commandLine(c instructions.ShellDependantCmdLine) string {
	if c.PrependShell {
		return strings.Join(c.CmdLine, " ")
	}
	return words(c.CmdLine)
}

func words(list []string) string {
	text, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func copied(from string, c instructions.SourcesAndDest) string {
	if from != "" {
		from = "--from=" + from + " "
	}
	return from + strings.Join(append(c.SourcePaths, c.DestPath), " ")
}

func pairs(out io.Writer, name string, list instructions.KeyValuePairs) {
	for _, pair := range list {
		fmt.Fprintln(out, name, pair.String())
	}
}

func show(out io.Writer, command instructions.Command) {
	switch c := command.(type) {
	case *instructions.EnvCommand:
		pairs(out, "ENV", c.Env)
	case *instructions.LabelCommand:
		pairs(out, "LABEL", c.Labels)
	case *instructions.RunCommand:
		fmt.Fprintln(out, "RUN", commandLine(c.ShellDependantCmdLine))
	case *instructions.CmdCommand:
		fmt.Fprintln(out, "CMD", commandLine(c.ShellDependantCmdLine))
	case *instructions.EntrypointCommand:
		fmt.Fprintln(out, "ENTRYPOINT", commandLine(c.ShellDependantCmdLine))
	case *instructions.ShellCommand:
		fmt.Fprintln(out, "SHELL", words(c.Shell))
	case *instructions.AddCommand:
		fmt.Fprintln(out, "ADD", copied("", c.SourcesAndDest))
	case *instructions.CopyCommand:
		fmt.Fprintln(out, "COPY", copied(c.From, c.SourcesAndDest))
	case *instructions.ExposeCommand:
		fmt.Fprintln(out, "EXPOSE", strings.Join(c.Ports, " "))
	default:
		fmt.Fprintln(out, command)
	}
}

// expand does what BuildKit does to the words of an instruction before it carries it out.
func expand(command instructions.Command, lex *shell.Lex, known variables) error {
	c, ok := command.(instructions.SupportsSingleWordExpansion)
	if !ok {
		return nil
	}
	return c.Expand(func(word string) (string, error) {
		text, unknown, err := lex.ProcessWord(word, known)
		if err == nil && len(unknown) > 0 {
			err = fmt.Errorf("'%s' has variables that nothing sets", word)
		}
		return text, err
	})
}

func stage(s instructions.Stage, lex *shell.Lex) error {
	known := variables{}
	fmt.Println("FROM", s.BaseName)
	for _, command := range s.Commands {
		if err := expand(command, lex, known); err != nil {
			return err
		}
		known.learn(command)
		show(os.Stdout, command)
	}
	return nil
}

func understand(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	parsed, err := parser.Parse(file)
	if err != nil {
		return err
	}
	seen := warnings{file: path}
	for _, warning := range parsed.Warnings {
		seen.lint("parser", "", "", warning.Short, []parser.Range{*warning.Location})
	}
	stages, _, err := instructions.Parse(parsed.AST, linter.New(&linter.Config{Warn: seen.lint}))
	if err != nil {
		return err
	}
	for _, s := range stages {
		if err := stage(s, shell.NewLex(parsed.EscapeToken)); err != nil {
			return err
		}
	}
	if seen.count > 0 {
		return fmt.Errorf("%d warnings", seen.count)
	}
	return nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: dockerfile FILE")
		os.Exit(2)
	}
	if err := understand(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "dockerfile: cannot use '%s': %v\n", os.Args[1], err)
		os.Exit(1)
	}
}
