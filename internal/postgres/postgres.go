// SPDX-License-Identifier: Apache-2.0

// Package postgres starts throw-away PostgreSQL servers for tests: real ones, with fsync on, on loopback ports of their own.
//
// A package's tests hold one Shared and ask it for databases; the server starts with the first and ends with the test
// binary, however that ends: a watcher that holds its standard input stops it and removes its files. Pair starts a primary
// with a synchronous standby, to be stopped, killed and promoted.
//
// It is test equipment and is imported by tests only.
package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Role is the role that tests connect as: it owns the databases made for them and is no superuser.
const Role = "kakehashi"

// requireVariable makes tests fail, rather than skip, where PostgreSQL is not installed.
const requireVariable = "KAKEHASHI_REQUIRE_POSTGRES"

// versionMin is the oldest major version that the store is made for.
const versionMin = 15

// Available reports whether a server of PostgreSQL 15 or later is installed.
func Available() bool {
	_, err := programs()
	return err == nil
}

// Need skips a test where PostgreSQL is not installed, or fails it where KAKEHASHI_REQUIRE_POSTGRES is 1.
func Need(t testing.TB) {
	t.Helper()
	_, err := programs()
	switch {
	case err == nil:
	case os.Getenv(requireVariable) == "1":
		t.Fatalf("%s is 1, and %v", requireVariable, err)
	default:
		t.Skipf("skipped: %v; %s=1 makes this a failure", err, requireVariable)
	}
}

// programs is the folder of the server's programs: the newest version found.
func programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is well formed
	slices.SortFunc(found, func(a, b string) int { return versionOf(b) - versionOf(a) })
	if len(found) > 0 && versionOf(found[0]) >= versionMin {
		return filepath.Dir(found[0]), nil
	}
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("PostgreSQL %d or later is not installed", versionMin)
	}
	text, err := exec.Command(initdb, "--version").Output()
	if err != nil {
		return "", err
	}
	fields := strings.Fields(string(text)) // initdb (PostgreSQL) 17.2
	if len(fields) < 3 || leading(fields[2]) < versionMin {
		return "", fmt.Errorf("%s is older than PostgreSQL %d", initdb, versionMin)
	}
	return filepath.Dir(initdb), nil
}

// versionOf is the version in a path like /usr/lib/postgresql/15/bin/initdb.
func versionOf(path string) int { return leading(filepath.Base(filepath.Dir(filepath.Dir(path)))) }

// leading is the number that a text begins with, or 0.
func leading(text string) int {
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(text[:end])
	if err != nil {
		return 0
	}
	return n
}

// An account is the system account that runs the servers: the caller, or postgres where the caller is root, which the
// server refuses to run as.
type account struct {
	prefix   []string // what comes before every command
	uid, gid int
}

func serverAccount() (account, error) {
	if os.Getuid() != 0 {
		return account{uid: os.Getuid(), gid: os.Getgid()}, nil
	}
	runuser, err := exec.LookPath("runuser")
	if err != nil {
		return account{}, errors.New("the tests run as root, and there is no runuser to start PostgreSQL as another")
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return account{}, err
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	return account{prefix: []string{runuser, "-u", u.Username, "--"}, uid: uid, gid: gid}, errors.Join(err1, err2)
}

// command is a command under the account.
func (a account) command(name string, args ...string) *exec.Cmd {
	all := append(slices.Clone(a.prefix), name)
	all = append(all, args...)
	cmd := exec.Command(all[0], all[1:]...)
	cmd.Dir = "/" // the account may not enter the tests' folder
	return cmd
}

// run runs a command under the account and gives its output in the error.
func (a account) run(name string, args ...string) error {
	output, err := a.command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, output)
	}
	return nil
}
