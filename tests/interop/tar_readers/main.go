// SPDX-License-Identifier: Apache-2.0

// Lists archives as Go's archive/tar reads them, which unpacks the layers of images in docker,
// containerd, podman and umoci. Standard input is that of list.c.
package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/adler32"
	"io"
	"os"
	"sort"
	"strings"
)

const attribute = "SCHILY.xattr."

var types = map[byte]int{
	tar.TypeReg: 0, tar.TypeLink: 1, tar.TypeSymlink: 2, tar.TypeChar: 3, tar.TypeBlock: 4,
	tar.TypeDir: 5, tar.TypeFifo: 6,
}

func list(archive []byte, out io.Writer) error {
	reader := tar.NewReader(bytes.NewReader(archive))
	for {
		header, err := reader.Next()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if header.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		kind, known := types[header.Typeflag]
		if !known {
			return fmt.Errorf("type %q", header.Typeflag)
		}
		if kind != 1 && kind != 2 {
			header.Linkname = ""
		}
		if kind != 3 && kind != 4 {
			header.Devmajor, header.Devminor = 0, 0
		}
		if kind != 0 {
			header.Size = 0
		}
		fmt.Fprintf(out, "%d %x >%x %o %d:%d %d.%09d %d:%d", kind, header.Name, header.Linkname,
			header.Mode&07777, header.Uid, header.Gid, header.ModTime.Unix(),
			header.ModTime.Nanosecond(), header.Devmajor, header.Devminor)
		var keys []string
		for key := range header.PAXRecords {
			if strings.HasPrefix(key, attribute) {
				keys = append(keys, key)
			}
		}
		sort.Strings(keys)
		for _, key := range keys {
			fmt.Fprintf(out, " %x=%x", key[len(attribute):], header.PAXRecords[key])
		}
		sum := adler32.New()
		if _, err := io.Copy(sum, reader); err != nil {
			return err
		}
		fmt.Fprintf(out, " %d %08x\n", header.Size, sum.Sum32())
	}
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	for number := 0; ; number++ {
		var length uint64
		if binary.Read(in, binary.LittleEndian, &length) != nil {
			break
		}
		archive := make([]byte, length)
		if _, err := io.ReadFull(in, archive); err != nil {
			os.Exit(1)
		}
		fmt.Fprintln(out, "archive", number)
		if err := list(archive, out); err != nil {
			fmt.Fprintln(out, "refused:", err)
		}
	}
	if out.Flush() != nil {
		os.Exit(1)
	}
}
