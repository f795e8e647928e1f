// SPDX-License-Identifier: Apache-2.0

// Package golden compares what a test made with a file that a person has read.
//
// The files lie in testdata/ beside the test, byte for byte as they go out: bank files, partner messages, pages. When
// they differ, the test shows the first line that does. With the flag -update the test writes the file instead, and the
// diff of the change is what a reviewer reads:
//
//	go test ./settlement/zengin/ -update
//
// It is test equipment and is imported by tests only.
package golden

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"
)

const folder = "testdata"

// update is read once the flags are parsed, that is, inside a test. A test binary that has a flag of that name already
// keeps it, since a flag that is declared twice stops the program.
var update = declared()

func declared() func() bool {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "write the golden files instead of comparing with them")
	}
	return func() bool { return flag.Lookup("update").Value.String() == "true" }
}

// Equal fails the test when got is not what the file testdata/name holds, to the byte. With -update it writes the file,
// and folders that are missing, instead.
func Equal[T ~string | ~[]byte](t testing.TB, name string, got T) {
	t.Helper()
	if err := equal(name, []byte(got), update()); err != nil {
		t.Error(err)
	}
}

func equal(name string, got []byte, write bool) error {
	if !filepath.IsLocal(name) {
		return fmt.Errorf("golden: %q does not lie in %s", name, folder)
	}
	return check(filepath.Join(folder, filepath.FromSlash(name)), got, write)
}

// check compares or writes one file, and says in the error what to do.
func check(path string, got []byte, write bool) error {
	want, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	missing := err != nil
	switch {
	case !missing && bytes.Equal(want, got):
		return nil
	case write:
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, got, 0o644)
	case missing:
		return fmt.Errorf("%s does not exist; -update writes it. Got:\n%s", path, visible(got))
	}
	return fmt.Errorf("%s differs; -update rewrites it\n%s", path, difference(want, got))
}

// difference shows the first line that differs, with its number and the line before it.
func difference(want, got []byte) string {
	wanted, gotten := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
	n := 0
	for n < len(wanted) && n < len(gotten) && bytes.Equal(wanted[n], gotten[n]) {
		n++
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "line %d of %d (the file has %d):\n", n+1, len(gotten), len(wanted))
	if n > 0 {
		fmt.Fprintf(&text, "      %s\n", visible(wanted[n-1]))
	}
	for _, side := range []struct {
		label string
		lines [][]byte
	}{{"file: ", wanted}, {"got:  ", gotten}} {
		if n < len(side.lines) {
			fmt.Fprintf(&text, "%s%s\n", side.label, visible(side.lines[n]))
		} else {
			fmt.Fprintf(&text, "%s(ends here)\n", side.label)
		}
	}
	return text.String()
}

// visible is text as it is, and quoted where it holds bytes that a terminal would hide or change.
func visible(line []byte) string {
	for _, r := range string(line) {
		if r == utf8.RuneError || r < ' ' && r != '\t' && r != '\n' || r == 0x7f {
			return fmt.Sprintf("%q", line)
		}
	}
	return string(line)
}
