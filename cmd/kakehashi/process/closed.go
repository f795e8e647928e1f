// SPDX-License-Identifier: Apache-2.0

package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Codes of what restored books keep from happening.
const (
	CodeRestoring fault.Code = "restore_unfinished"
	CodeNotClosed fault.Code = "not_closed"
)

// The names of the alarms about restored books.
const (
	alarmClosed    = "closed"           // a condition: new payments and refunds are refused
	alarmUnsettled = "opened_unsettled" // the house was opened although wallets had not said what became of open payments
)

// openAct is what the audit log calls the opening of a house whose books were restored.
const openAct = "open after restore"

// Closed is what a data folder says of a network whose books were restored: a start on them takes no new payments and
// refunds before the wallets were asked about whatever is open. It is a file that people may read.
type Closed struct {
	Reason     string
	At         time.Time
	OpenAfter  string // how long the wallets are waited for, at most, after a start
	Unfinished bool   `json:",omitempty"` // the copying was broken off, or goes on: nothing starts on these books
	Lanes      []ClosedLane
}

// ClosedLane is where a lane of the restored books stands.
type ClosedLane struct {
	Lane ident.Lane
	N    int64
	At   time.Time
}

// openAfter is how long wallets are waited for where the file does not say.
const openAfter = 5 * time.Minute

// patience is how long the wallets are waited for.
func (c *Closed) patience() time.Duration {
	if d, err := time.ParseDuration(c.OpenAfter); err == nil && d > 0 {
		return d
	}
	return openAfter
}

// cut says in a few words where the books were cut.
func (c *Closed) cut() string {
	lanes := make([]string, len(c.Lanes))
	for i, l := range c.Lanes {
		lanes[i] = fmt.Sprintf("%d/%d", l.Lane, l.N)
	}
	return strings.Join(lanes, " ")
}

func closedLanes(rows []store.LaneRow) []ClosedLane {
	lanes := make([]ClosedLane, len(rows))
	for i := range rows {
		lanes[i] = ClosedLane{Lane: rows[i].Lane, N: rows[i].N, At: time.UnixMicro(rows[i].At).UTC()}
	}
	return lanes
}

// closedPath is where a data folder says that a network is closed.
func (c *Config) closedPath(network string) string {
	if network == liveName {
		return filepath.Join(c.Data, "closed")
	}
	return filepath.Join(c.Data, "closed."+network)
}

// readClosed reads the file; nil where there is none.
func readClosed(path string) (*Closed, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var c Closed
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		return nil, &fault.Error{Op: "process.Closed", Kind: fault.Invalid, Code: CodeConfig, Subject: path, Err: err,
			Detail: path + " cannot be read: it says that the books were restored"}
	}
	return &c, nil
}

// write writes the file, whole or not at all.
func (c *Closed) write(path string) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fault.Wrap("process.Closed", err)
	}
	next := path + ".next"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fault.Wrap("process.Closed", err)
	}
	_, err = f.Write(append(text, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(next, path)
	}
	if err == nil {
		err = SyncFolder(path)
	}
	return fault.Wrap("process.Closed", err)
}

// SyncFolder makes what was renamed or removed in a file's folder durable.
func SyncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// lookForCopy says whether books are a copy that nobody has opened yet, by the file and by the books themselves: a second
// machine that is pointed at the same server has no file. Books that are half a copy are refused.
//
// Errors: Conflict restore_unfinished; Invalid configuration_invalid.
func lookForCopy(ctx context.Context, books store.Location, path string, now time.Time) (*Closed, error) {
	closed, err := readClosed(path)
	if err != nil {
		return nil, err
	}
	lanes := lanesOf(ctx, books)
	copied := len(lanes) > 0
	for i := range lanes {
		if lanes[i].Unfinished() {
			return nil, unfinished(path)
		}
		copied = copied && lanes[i].Copied()
	}
	switch {
	case closed != nil && closed.Unfinished && !copied:
		return nil, unfinished(path)
	case !copied || closed != nil && !closed.Unfinished:
		return closed, nil
	case closed == nil:
		closed = &Closed{Reason: "the books are a copy that was not opened since"}
	}
	closed.At, closed.Unfinished, closed.Lanes = now.UTC(), false, closedLanes(lanes)
	return closed, closed.write(path)
}

// lanesOf are the lanes of books; none where they cannot be read, which whoever opens them finds out.
func lanesOf(ctx context.Context, books store.Location) []store.LaneRow {
	r, err := store.OpenReader(ctx, books)
	if err != nil {
		return nil
	}
	defer r.Close()
	lanes, err := r.Lanes(ctx)
	if err != nil {
		return nil
	}
	return lanes
}

func unfinished(path string) error {
	return &fault.Error{Op: "process.Start", Kind: fault.Conflict, Code: CodeRestoring, Subject: path,
		Detail: "a restore of these books was broken off: restore again into an empty store, or remove " + path}
}

// opening is how a network whose books were restored comes to be open.
type opening struct {
	path   string
	closed *Closed
	since  time.Time

	mutex sync.Mutex // one opens at a time
}

// watchOver opens the network by itself: once every wallet has said what became of whatever was open, or when the time that
// was set for it is over.
func (n *Network) watchOver(ctx context.Context, now time.Time) {
	if n.opening.closed == nil || !n.House.Closed() {
		return
	}
	left, waited := len(n.House.Unsettled()), now.Sub(n.opening.since)
	if left > 0 && waited < n.opening.closed.patience() {
		n.alarms.Condition(n.label(alarmClosed), true, fmt.Sprintf(
			"%s: %d open payments are asked about, for %v at most", n.opening.closed.Reason, left, n.opening.closed.patience()))
		return
	}
	if err := n.openBy(ctx, "clock"); err != nil && fault.CodeOf(err) != CodeNotClosed && ctx.Err() == nil {
		n.alarm(alarmClosed, "it cannot be opened: "+err.Error())
	}
}

// openBy opens the network: the act is in the books before the first payment.
//
// Errors: Conflict not_closed; whatever the act's movement answers.
func (n *Network) openBy(ctx context.Context, person string) error {
	n.opening.mutex.Lock()
	defer n.opening.mutex.Unlock()
	if !n.House.Closed() {
		return notClosed()
	}
	left := n.House.Unsettled()
	if _, err := n.House.Do(ctx, openedBy(person, n.opening.closed)); err != nil {
		return err
	}
	if err := removeClosed(n.opening.path); err != nil {
		return err
	}
	n.House.Reopen()
	n.alarms.Condition(n.label(alarmClosed), false, "")
	if len(left) > 0 {
		names := make([]string, len(left))
		for i, p := range left {
			names[i] = fmt.Sprintf("%v (%v at %s)", p.ID, p.State, p.Wallet)
		}
		n.alarm(alarmUnsettled, fmt.Sprintf("%d payments were open, and their wallets had not said what became of them: %s",
			len(left), strings.Join(names, ", ")))
	}
	return nil
}

func notClosed() error {
	return &fault.Error{Op: "process.Open", Kind: fault.Conflict, Code: CodeNotClosed, Detail: "the network is not closed"}
}

// openedBy is the act of opening.
func openedBy(person string, closed *Closed) flow.Put {
	return flow.Put{Person: person, What: openAct, Subject: closed.cut()}
}

func removeClosed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap("process.Open", err)
	}
	return fault.Wrap("process.Open", SyncFolder(path))
}

// openable is a network for commands: the act that opens it opens it.
type openable struct{ *Network }

// Do serves a movement of a command.
func (o openable) Do(ctx context.Context, m flow.Movement) (flow.Outcome, error) {
	if put, ok := m.(flow.Put); ok && put.What == openAct {
		return flow.Outcome{Fresh: true}, o.openBy(ctx, put.Person)
	}
	return o.House.Do(ctx, m)
}

// OpenByHand opens a network whose books were restored: through the running process, or on books that nobody serves.
//
// Errors: Conflict not_closed, restore_unfinished; as Operate.
func OpenByHand(ctx context.Context, c Config, inSandbox bool) error {
	if err := c.Check(); err != nil {
		return err
	}
	path := c.closedPath(NetworkName(inSandbox))
	closed, err := readClosed(path)
	switch {
	case err != nil:
		return err
	case closed == nil:
		return notClosed()
	case closed.Unfinished:
		return unfinished(path)
	}
	o, err := Operate(ctx, c, inSandbox)
	if err != nil {
		return err
	}
	defer o.Close()
	if _, err := o.Do(ctx, openedBy(o.Person, closed)); err != nil {
		return err
	}
	return removeClosed(path) // which a running process has done
}
