// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/store"
)

// meter says on standard error how far something long is: on a terminal in one line that is written over, else in a plain
// line every few seconds.
type meter struct {
	out      io.Writer
	terminal bool
	began    time.Time
	last     time.Time
	width    int // of the line that stands on the terminal
}

// The pauses between two lines.
const (
	meterTerminal = 200 * time.Millisecond
	meterPlain    = 2 * time.Second
)

func newMeter(out *os.File) *meter {
	m := &meter{out: out, began: time.Now(), last: time.Now()}
	if info, err := out.Stat(); err == nil {
		m.terminal = info.Mode()&os.ModeCharDevice != 0
	}
	return m
}

// due reports whether another line is.
func (m *meter) due() bool {
	pause := meterPlain
	if m.terminal {
		pause = meterTerminal
	}
	if time.Since(m.last) < pause {
		return false
	}
	m.last = time.Now()
	return true
}

func (m *meter) say(line string) {
	if !m.terminal {
		fmt.Fprintln(m.out, line)
		return
	}
	fmt.Fprintf(m.out, "\r%-*s", m.width, line)
	m.width = len(line)
}

// end leaves the line that stands on the terminal.
func (m *meter) end() {
	if m.width > 0 {
		fmt.Fprintln(m.out)
		m.width = 0
	}
}

// copied says how far a copy is.
func (m *meter) copied(what string) func(store.CopyProgress) {
	return func(p store.CopyProgress) {
		if m.due() {
			m.say(what + ": " + copyLine(p, time.Since(m.began)))
		}
	}
}

// copyLine is a copy's progress in words.
func copyLine(p store.CopyProgress, took time.Duration) string {
	line := fmt.Sprintf("%d rows, %.0f rows/s", p.Written, float64(p.Written)/max(took.Seconds(), 1e-3))
	if p.N == 0 || p.Of == 0 {
		return line + ", reading " + p.Table
	}
	return line + fmt.Sprintf(", %d of %d journal rows, about %v left", p.N, p.Of, remaining(p.N, p.Of, took))
}

// remaining is how long the rest takes at the pace so far.
func remaining(done, all int64, took time.Duration) time.Duration {
	return time.Duration(float64(took) / float64(done) * float64(all-done)).Round(time.Second)
}

// audited says how far an audit is.
func (m *meter) audited(p audit.Progress) {
	if m.due() {
		m.say(fmt.Sprintf("checking: lane %d, %d of %d journal rows", p.Lane, p.N, p.Of))
	}
}
