// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/kakehashi-pay/kakehashi/store"
)

// resources are what this process, and a PostgreSQL on the same machine, have used.
type resources struct {
	cpu     time.Duration
	written int64 // bytes handed to the disk
	peak    int64 // bytes of memory of this process
}

func (r resources) since(before resources) resources {
	return resources{cpu: r.cpu - before.cpu, written: r.written - before.written, peak: r.peak}
}

// and adds what was used at another time.
func (r resources) and(o resources) resources {
	return resources{cpu: r.cpu + o.cpu, written: r.written + o.written, peak: max(r.peak, o.peak)}
}

func usage(books store.Location) resources {
	var own syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &own) // cannot fail with these arguments
	r := resources{cpu: time.Duration(own.Utime.Nano() + own.Stime.Nano()), written: field("/proc/self/io", "write_bytes:"),
		peak: field("/proc/self/status", "VmHWM:") << 10}
	if books.Engine() == "postgres" {
		for _, pid := range postgresProcesses() {
			r.cpu += processorTime(pid)
			r.written += field("/proc/"+pid+"/io", "write_bytes:")
		}
	}
	return r
}

// field is the number after a name in one of the kernel's tables; 0 where there is none.
func field(path, name string) int64 {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), name); ok {
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n
		}
	}
	return 0
}

// postgresProcesses are the server processes of this machine.
func postgresProcesses() []string {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []string
	for _, e := range entries {
		comm, err := os.ReadFile("/proc/" + e.Name() + "/comm")
		if err == nil && strings.TrimSpace(string(comm)) == "postgres" {
			pids = append(pids, e.Name())
		}
	}
	return pids
}

// processorTime is what a process has used. Source: proc(5), stat, fields 14 and 15, in hundredths of a second.
func processorTime(pid string) time.Duration {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond
}
