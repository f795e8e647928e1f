// SPDX-License-Identifier: Apache-2.0

package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEqualFileIsNoError(t *testing.T) {
	t.Parallel()
	Equal(t, "sample.txt", "one\ntwo\n")
	Equal(t, "sample.txt", []byte("one\ntwo\n"))
}

func TestDifferenceNamesTheFirstLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, got, want string }{
		{"another line", "one\nthree\n", "line 2 of 3 (the file has 3):\n      one\nfile: two\ngot:  three\n"},
		{"the first line", "uno\ntwo\n", "line 1 of 3 (the file has 3):\nfile: one\ngot:  uno\n"},
		{"an end too soon", "one", "line 2 of 1 (the file has 3):\n      one\nfile: two\ngot:  (ends here)\n"},
		{"a line too many", "one\ntwo\n\n", "line 4 of 4 (the file has 3):\n      \nfile: (ends here)\ngot:  \n"},
		{"a hidden byte", "one\r\ntwo\n", "line 1 of 3 (the file has 3):\nfile: one\ngot:  \"one\\r\"\n"},
		{"a foreign encoding", "\x83\x4a\ntwo\n", "file: one\ngot:  \"\\x83J\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := check(filepath.Join("testdata", "sample.txt"), []byte(c.got), false)
			if err == nil || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("got %v, want an end of %q", err, c.want)
			}
		})
	}
}

func TestUpdateWritesTheFileAndItsFolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "deep", "new.txt")
	if err := check(path, []byte("first"), false); err == nil || !strings.Contains(err.Error(), "-update writes it") {
		t.Errorf("a missing file: %v", err)
	}
	for _, content := range []string{"first", "second"} {
		if err := check(path, []byte(content), true); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("the file holds %q, %v", got, err)
		}
	}
}

// recorder is a test that only remembers whether it failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()      {}
func (r *recorder) Error(...any) { r.failed = true }

func TestEqualFailsTheTestThatAsks(t *testing.T) {
	t.Parallel()
	r := &recorder{}
	if Equal(r, "../sample.txt", "other"); !r.failed {
		t.Error("a name outside the folder did not fail the test")
	}
}

func TestNamesStayInTheFolder(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../golden.go", "/etc/hosts", "a/../../b", ""} {
		for _, write := range []bool{false, true} {
			if err := equal(name, []byte("x"), write); err == nil || !strings.Contains(err.Error(), "does not lie in") {
				t.Errorf("%q with write %v: %v", name, write, err)
			}
		}
	}
}
