// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"debug/elf"
	"debug/gosym"
	"debug/pe"
	"fmt"
	"sort"
)

const symbolsMax = 10 // named of those that differ; the rest is a number

type field struct {
	name  string
	value uint64
}

type section struct {
	name   string
	addr   uint64
	offset uint64 // in the file
	size   uint64 // in memory
	data   []byte
}

type symbol struct {
	name       string
	addr, size uint64
}

// An object is a program as its headers describe it.
type object struct {
	format   string
	header   []field
	sections []section
	symbols  []symbol // by address
}

func readObject(data []byte) (*object, error) {
	o := &object{}
	var err error
	switch {
	case bytes.HasPrefix(data, []byte(elf.ELFMAG)):
		err = o.readELF(data)
	case bytes.HasPrefix(data, []byte("MZ")):
		err = o.readPE(data)
	default:
		err = fmt.Errorf("it is neither ELF nor PE")
	}
	sort.SliceStable(o.symbols, func(i, j int) bool { return o.symbols[i].addr < o.symbols[j].addr })
	return o, err
}

func (o *object) readELF(data []byte) error {
	file, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	o.format = "ELF"
	o.header = []field{{"class", uint64(file.Class)}, {"machine", uint64(file.Machine)},
		{"type", uint64(file.Type)}, {"entry", file.Entry}}
	for _, from := range file.Sections {
		s := section{from.Name, from.Addr, from.Offset, from.Size, nil}
		if from.Type != elf.SHT_NOBITS && from.Type != elf.SHT_NULL {
			if s.data, err = from.Data(); err != nil {
				return err
			}
		}
		o.sections = append(o.sections, s)
	}
	symbols, err := file.Symbols()
	if err != nil {
		o.readLineTable(file)
		return nil
	}
	for _, from := range symbols {
		if from.Name != "" {
			o.symbols = append(o.symbols, symbol{from.Name, from.Value, from.Size})
		}
	}
	return nil
}

// readLineTable takes the functions of a stripped program from what Go needs for its stack traces.
func (o *object) readLineTable(file *elf.File) {
	lines, text := file.Section(".gopclntab"), file.Section(".text")
	if lines == nil || text == nil {
		return
	}
	data, err := lines.Data()
	if err != nil {
		return
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(data, text.Addr))
	if err != nil {
		return
	}
	for _, function := range table.Funcs {
		o.symbols = append(o.symbols, symbol{function.Name, function.Entry, function.End - function.Entry})
	}
}

func (o *object) readPE(data []byte) error {
	file, err := pe.NewFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	o.format = "PE"
	o.header = []field{{"Machine", uint64(file.Machine)}, {"TimeDateStamp", uint64(file.TimeDateStamp)},
		{"Characteristics", uint64(file.Characteristics)}}
	if optional, ok := file.OptionalHeader.(*pe.OptionalHeader64); ok {
		o.header = append(o.header, field{"Subsystem", uint64(optional.Subsystem)},
			field{"AddressOfEntryPoint", uint64(optional.AddressOfEntryPoint)})
	}
	for _, from := range file.Sections {
		s := section{from.Name, uint64(from.VirtualAddress), uint64(from.Offset), uint64(from.VirtualSize), nil}
		if s.data, err = from.Data(); err != nil {
			return err
		}
		o.sections = append(o.sections, s)
	}
	// Its symbols have no sizes: one ends where the next one of the section begins.
	for _, from := range file.Symbols {
		if n := int(from.SectionNumber); n > 0 && n <= len(o.sections) && from.Name != o.sections[n-1].name {
			o.symbols = append(o.symbols, symbol{from.Name, o.sections[n-1].addr + uint64(from.Value), 0})
		}
	}
	return nil
}

// at names the symbol that an address belongs to.
func (o *object) at(addr uint64) string {
	i := sort.Search(len(o.symbols), func(i int) bool { return o.symbols[i].addr > addr })
	for i--; i >= 0; i-- {
		s := o.symbols[i]
		if s.size == 0 && o.format == "ELF" {
			continue // a mark
		}
		if s.size != 0 && addr >= s.addr+s.size {
			return ""
		}
		return fmt.Sprintf("%s+%#x", s.name, addr-s.addr)
	}
	return ""
}

func compareObjects(a, b *object) []difference {
	if a.format != b.format {
		return []difference{{Kind: "format", Program: a.format, Rebuilt: b.format}}
	}
	var differences []difference
	for i := range a.header {
		if x, y := a.header[i], b.header[i]; x.value != y.value {
			differences = append(differences, difference{Kind: a.format + " header", Name: x.name,
				Program: fmt.Sprintf("%#x", x.value), Rebuilt: fmt.Sprintf("%#x", y.value)})
		}
	}
	differences = append(differences, compareSections(a, b)...)
	return append(differences, compareSymbols(a, b)...)
}

func compareSections(a, b *object) []difference {
	var differences []difference
	others := map[string]section{}
	for _, s := range b.sections {
		others[s.name] = s
	}
	for _, s := range a.sections {
		other, ok := others[s.name]
		delete(others, s.name)
		d := difference{Kind: "section", Name: s.name, Program: fmt.Sprintf("%d bytes", s.size)}
		switch {
		case !ok:
		case s.size != other.size:
			d.Rebuilt = fmt.Sprintf("%d bytes", other.size)
		case !bytes.Equal(s.data, other.data):
			d.Program, d.Rebuilt, d.Symbol = firstByte(a, s, other)
		case s.addr != other.addr:
			d.Program, d.Rebuilt = fmt.Sprintf("at %#x", s.addr), fmt.Sprintf("at %#x", other.addr)
		default:
			continue
		}
		differences = append(differences, d)
	}
	for _, s := range b.sections {
		if _, left := others[s.name]; left {
			differences = append(differences, difference{Kind: "section", Name: s.name,
				Rebuilt: fmt.Sprintf("%d bytes", s.size)})
		}
	}
	return differences
}

// firstByte describes where two sections of one size differ for the first time.
func firstByte(o *object, a, b section) (program, rebuilt, where string) {
	if len(a.data) != len(b.data) {
		return fmt.Sprintf("%d bytes in the file", len(a.data)), fmt.Sprintf("%d bytes in the file", len(b.data)), ""
	}
	first, count := -1, 0
	for i := range a.data {
		if a.data[i] != b.data[i] {
			if first < 0 {
				first = i
			}
			count++
		}
	}
	program = fmt.Sprintf("%#02x at offset %#x of the file, the first of %d bytes", a.data[first],
		a.offset+uint64(first), count)
	return program, fmt.Sprintf("%#02x", b.data[first]), o.at(a.addr + uint64(first))
}

func compareSymbols(a, b *object) []difference {
	sizes := [2]map[string]symbol{{}, {}}
	names := map[string]bool{}
	for i, o := range []*object{a, b} {
		for _, s := range o.symbols {
			sizes[i][s.name] = s
			names[s.name] = true
		}
	}
	if len(sizes[0]) == 0 || len(sizes[1]) == 0 {
		return nil // stripped, which the sections say
	}
	var differences []difference
	more := 0
	for _, name := range sorted(names) {
		x, inA := sizes[0][name]
		y, inB := sizes[1][name]
		if inA && inB && x.size == y.size {
			continue
		}
		if len(differences) == symbolsMax {
			more++
			continue
		}
		d := difference{Kind: "symbol", Name: name}
		if inA {
			d.Program = fmt.Sprintf("%d bytes", x.size)
		}
		if inB {
			d.Rebuilt = fmt.Sprintf("%d bytes", y.size)
		}
		differences = append(differences, d)
	}
	if more > 0 {
		differences = append(differences, difference{Kind: "symbols", Name: "not named here",
			Program: fmt.Sprint(more), Rebuilt: fmt.Sprint(more)})
	}
	return differences
}

// compareBytes is for what no section has.
func compareBytes(a, b []byte) []difference {
	if len(a) != len(b) {
		return []difference{{Kind: "file", Program: fmt.Sprintf("%d bytes", len(a)), Rebuilt: fmt.Sprintf("%d bytes", len(b))}}
	}
	for i := range a {
		if a[i] != b[i] {
			return []difference{{Kind: "offset", Name: fmt.Sprintf("%#x", i), Program: fmt.Sprintf("%#02x", a[i]),
				Rebuilt: fmt.Sprintf("%#02x", b[i])}}
		}
	}
	return nil
}
