// SPDX-License-Identifier: Apache-2.0

package crash_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash"
	"github.com/kakehashi-pay/kakehashi/internal/postgres"
)

// trialsVariable lets the tests run that build the program and kill it for half a minute each.
const trialsVariable = "KAKEHASHI_TRIALS"

const (
	killsUntilFound = 30 // of a network that answers before it commits
	killsOnPostgres = 25
)

// program builds the program with the tags.
func program(t *testing.T, tags string) string {
	t.Helper()
	if os.Getenv(trialsVariable) != "1" {
		t.Skipf("it builds the program and kills it for half a minute: set %s=1", trialsVariable)
	}
	path := filepath.Join(t.TempDir(), "kakehashi")
	said, err := exec.Command("go", "build", "-tags", tags, "-o", path, "..").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return path
}

// torment kills a program under load and gives what was printed.
func torment(t *testing.T, o crash.Options) (printed string, err error) {
	t.Helper()
	var out bytes.Buffer
	o.Callers, o.Seed, o.Folder, o.Out = 64, rand.Uint64(), t.TempDir(), &out
	err = crash.Run(t.Context(), o)
	return out.String(), err
}

func TestKillsLoseNothingOnPostgreSQL(t *testing.T) {
	binary := program(t, "")
	var server postgres.Shared
	printed, err := torment(t, crash.Options{Kills: killsOnPostgres, Binary: binary, Books: server.Database(t)})
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	t.Log("\n" + printed)
}

// The control: it shows that kills find what they are there to find.
func TestAnAnswerBeforeItsCommitIsFoundOutByKills(t *testing.T) {
	printed, err := torment(t, crash.Options{Kills: killsUntilFound, Binary: program(t, "answer_before_commit")})
	if !errors.Is(err, crash.ErrViolation) || !strings.Contains(printed, "VIOLATION acknowledged but missing: ") {
		t.Fatalf("%d kills have not found it: %v\n%s", killsUntilFound, err, printed)
	}
	t.Log("\n" + printed)
}
