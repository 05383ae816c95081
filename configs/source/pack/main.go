// SPDX-License-Identifier: Apache-2.0

// Command pack writes the regular files below a directory, under their names
// there, as a release archive, the same bytes for the same files whoever packs
// them, wherever and when.
//
//	pack EPOCH DIR FILE.tar.gz|FILE.zip...
//
// It is a Go program because the pinned tool chain then pins the compressors
// too; gzip and zip of the host would not be the same everywhere.
package main

import (
	"archive/tar"
	"archive/zip"
	"compress/flate"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

type member struct {
	name string
	mode fs.FileMode
	data []byte
}

// readMembers returns the files below dir in the order of their names.
func readMembers(dir string) ([]member, error) {
	var members []member
	tree := os.DirFS(dir)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		// The owner's execute bit is all of a mode that may depend on neither umask nor packer.
		mode := fs.FileMode(0o644)
		if info.Mode()&0o100 != 0 {
			mode = 0o755
		}
		members = append(members, member{name, mode, data})
		return nil
	})
	return members, err
}

func writeTarGz(out io.Writer, members []member, when time.Time) error {
	compressor, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressor)
	for _, m := range members {
		header := &tar.Header{
			Name: m.name, Mode: int64(m.mode), Size: int64(len(m.data)), ModTime: when,
			Uname: "root", Gname: "root", Format: tar.FormatUSTAR,
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(m.data); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return compressor.Close()
}

func writeZip(out io.Writer, members []member, when time.Time) error {
	archive := zip.NewWriter(out)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, m := range members {
		header := &zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: when}
		header.SetMode(m.mode)
		w, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := w.Write(m.data); err != nil {
			return err
		}
	}
	return archive.Close()
}

func writeArchive(name string, members []member, when time.Time) error {
	write := writeTarGz
	if strings.HasSuffix(name, ".zip") {
		write = writeZip
	}
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := write(out, members, when); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

func pack(epoch, dir string, archives []string) error {
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return err
	}
	members, err := readMembers(dir)
	if err != nil {
		return err
	}
	for _, name := range archives {
		if err := writeArchive(name, members, time.Unix(seconds, 0).UTC()); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: pack EPOCH DIR ARCHIVE...")
		os.Exit(2)
	}
	if err := pack(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintf(os.Stderr, "pack: cannot pack '%s': %v\n", os.Args[2], err)
		os.Exit(1)
	}
}
