// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

// traced is one disk call of the undisturbed story.
type traced struct {
	call string
	n    int // which of these calls it is
	file string
	told bool // something had been acknowledged before
}

// straceMissing says why strace cannot be used here, or nothing.
func straceMissing(ctx context.Context) string {
	if _, err := exec.LookPath("strace"); err != nil {
		return "strace is not installed"
	}
	said, err := exec.CommandContext(ctx, "strace", "-qq", "-o", os.DevNull, "-e", "trace=write", "true").CombinedOutput()
	if err != nil {
		return "strace may not trace here: " + strings.TrimSpace(string(said))
	}
	return ""
}

// strace is a command whose processes, the traced one too, end together: by themselves or with the context.
func strace(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, "strace", args...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	return command
}

// trace tells the story once undisturbed and notes its disk calls. What strace counts it counts for each thread, so all of
// them must come from one.
func (d *disk) trace(ctx context.Context) ([]traced, error) {
	path := filepath.Join(d.Folder, "trace")
	command := strace(ctx, "-f", "-qq", "-y", "-o", path, "-e", "trace="+strings.Join(diskCalls, ","), d.binary, "crash-child",
		filepath.Join(d.Folder, "traced", "books.db"))
	if err := os.MkdirAll(filepath.Join(d.Folder, "traced"), 0o700); err != nil {
		return nil, err
	}
	if said, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the story cannot be told under strace: %w: %s", err, said)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return parseTrace(file)
}

// traceLine is a call as strace -f -y shows it: the thread, the call, and its first argument with the file's path.
var traceLine = regexp.MustCompile(`^(\d+) +([a-z0-9]+)\((?:\d+<([^>]*)>|"([^"]*)"|AT_FDCWD(?:<[^>]*>)?, "([^"]*)")`)

// parseTrace reads what strace wrote. Calls on what is no file of the story are left out but counted.
func parseTrace(from io.Reader) ([]traced, error) {
	var all []traced
	counts, threads, told := map[string]int{}, map[string]bool{}, false
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		found := traceLine.FindStringSubmatch(lines.Text())
		if found == nil {
			continue
		}
		name := filepath.Base(found[3] + found[4] + found[5])
		counts[found[2]]++
		if !strings.HasPrefix(name, "books.db") && name != "traced" {
			if found[2] == "write" {
				told = true // the acknowledgements themselves
				continue
			}
		}
		threads[found[1]] = true
		all = append(all, traced{call: found[2], n: counts[found[2]], file: name, told: told})
	}
	if len(threads) > 1 {
		return nil, errors.New("the story's disk calls come from more than one thread")
	}
	return all, lines.Err()
}

// countCalls says how many there are of each call.
func countCalls(all []traced) string {
	counts := map[string]int{}
	for _, t := range all {
		counts[t.call]++
	}
	var parts []string
	for _, call := range slices.Sorted(keysOf(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[call], call))
	}
	return fmt.Sprintf("%d disk calls (%s)", len(all), strings.Join(parts, ", "))
}
