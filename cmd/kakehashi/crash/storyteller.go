// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/sequence"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/store"
)

// TellStory is the child of DiskCalls: it tells the fixed sequence to a file and writes a line for each step that is done.
// It stays on one thread, since that is how strace counts.
//
// Errors: whatever ended the story early; nothing is tried again.
func TellStory(ctx context.Context, file string, out io.Writer) error {
	runtime.LockOSThread()
	r, err := sequence.Open(ctx, store.Location(file), 0)
	if err != nil {
		return err
	}
	for i := range sequence.Count() {
		told, _, err := r.Run(ctx, i)
		if err != nil {
			fmt.Fprintf(out, "stopped %d %s\n", i, fault.CodeOf(err))
			return err
		}
		if _, err := io.WriteString(out, ackOf(told)); err != nil {
			return err
		}
	}
	r.Close()
	return nil
}

// ackOf is the line by which a step is acknowledged.
func ackOf(t sequence.Told) string {
	return fmt.Sprintf("done %d %d %x %s\n", t.Step, t.Mark.N, t.Mark.Head, t.Outcome)
}

// parseAck reads such a line; ok is false for any other, and for one that was cut off.
func parseAck(line string) (t sequence.Told, ok bool) {
	fields := strings.SplitN(line, " ", 5)
	if len(fields) != 5 || fields[0] != "done" {
		return t, false
	}
	step, err1 := strconv.Atoi(fields[1])
	n, err2 := strconv.ParseInt(fields[2], 10, 64)
	head, err3 := hex.DecodeString(fields[3])
	if err1 != nil || err2 != nil || err3 != nil || len(head) != len(ledger.Hash{}) {
		return t, false
	}
	return sequence.Told{Step: step, Outcome: fields[4], Mark: sequence.Mark{N: n, Head: ledger.Hash(head)}}, true
}
