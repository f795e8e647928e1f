// SPDX-License-Identifier: Apache-2.0

package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
)

// Restoring says how books are filled from a copy.
type Restoring struct {
	Name      string // what the copy is called
	Sandbox   bool
	OpenAfter time.Duration // how long the wallets are waited for after a start
	Now       time.Time
	Progress  func(store.CopyProgress)
}

// Restored is what came of it.
type Restored struct {
	Cut  store.Cut
	Lost []LostRows // what the witness knows of beyond the cut
	Kept string     // where the witness file with these heads lies now; empty: there are none
}

// LostRows are rows of a lane that were written after the cut: a signed head tells of them.
type LostRows struct {
	Lane     ident.Lane
	From, To int64
	Until    time.Time // time of the last of them
}

// Restore fills the books of a configuration, which must hold nothing, from a copy. A start on them begins closed. The
// shelf is emptied, and the witness's heads beyond the cut are put aside: other rows will have their numbers.
//
// Errors: Unavailable data_folder_held; Conflict store_not_empty; as store.Copy. After an error an embedded store is as
// empty as before; on a server what was copied stays, marked as unfinished.
func Restore(ctx context.Context, c Config, from *store.Reader, o Restoring) (Restored, error) {
	if err := c.Check(); err != nil {
		return Restored{}, err
	}
	held, err := hold(c.Data, "a restore, "+c.holder())
	if err != nil {
		return Restored{}, err
	}
	defer held.release()
	r := &restore{Restoring: o, books: c.BooksOf(o.Sandbox), witness: c.WitnessOf(o.Sandbox),
		path: c.closedPath(NetworkName(o.Sandbox))}
	if err := store.Vacant(ctx, r.books); err != nil {
		return Restored{}, err
	}
	done, err := r.run(ctx, from)
	return done, fault.Wrap("process.Restore", err)
}

// restore is one under way.
type restore struct {
	Restoring
	books   store.Location
	witness string
	path    string // of the file that says so
}

func (r *restore) embedded() bool { return r.books.Engine() == "sqlite" }

// run copies beside the books and puts the copy in their place at the end, so that a start never finds half of it.
func (r *restore) run(ctx context.Context, from *store.Reader) (done Restored, err error) {
	closed := Closed{Reason: "restored from " + r.Name, At: r.Now.UTC(), OpenAfter: r.OpenAfter.String(), Unfinished: true}
	if err := closed.write(r.path); err != nil {
		return done, err
	}
	into := r.books
	if r.embedded() {
		into += ".restoring"
		if err := removeStore(into); err != nil {
			return done, err
		}
	}
	done.Cut, err = store.Copy(ctx, from, into, store.Copying{Raise: true, Progress: r.Progress})
	if err == nil {
		err = r.clearShelf(ctx)
	}
	if err == nil {
		done.Lost, done.Kept, err = putAside(r.witness, done.Cut.Lanes, r.Now)
	}
	if err != nil {
		if r.embedded() {
			err = errors.Join(err, removeStore(into), removeClosed(r.path))
		}
		return done, err
	}
	if err := r.install(into); err != nil {
		return done, err
	}
	closed.Unfinished, closed.Lanes = false, closedLanes(done.Cut.Lanes)
	return done, closed.write(r.path)
}

// install puts the copy in the place of the books. Those are vacant.
func (r *restore) install(from store.Location) error {
	if !r.embedded() {
		return nil
	}
	if err := removeStore(r.books); err != nil {
		return err
	}
	if err := os.Rename(string(from), string(r.books)); err != nil {
		return err
	}
	return SyncFolder(string(r.books))
}

// clearShelf empties the shelf: it may be of a later row than the books.
func (r *restore) clearShelf(ctx context.Context) error {
	if r.embedded() {
		return removeStore(store.Location(ShelfOf(string(r.books))))
	}
	s, err := store.OpenShelf(ctx, r.books)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Reset(ctx)
}

// removeStore removes a store in a file with what SQLite keeps beside it.
func removeStore(file store.Location) error {
	var failed error
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(string(file) + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// putAside renames a witness file that tells of rows beyond a cut, and leaves one with the heads that still hold.
func putAside(path string, cut []store.LaneRow, now time.Time) (lost []LostRows, kept string, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	var holds bytes.Buffer
	beyond := map[ident.Lane]*LostRows{}
	for line := range strings.Lines(string(text)) {
		var lane ident.Lane
		var n, at int64
		var hash string
		if _, err := fmt.Sscanf(line, "%d %d %s %d", &lane, &n, &hash, &at); err != nil || n <= cutOf(cut, lane) {
			holds.WriteString(line)
			continue
		}
		if l := beyond[lane]; l == nil {
			beyond[lane] = &LostRows{Lane: lane, From: cutOf(cut, lane) + 1, To: n, Until: time.UnixMicro(at).UTC()}
		} else if n > l.To {
			l.To, l.Until = n, time.UnixMicro(at).UTC()
		}
	}
	if len(beyond) == 0 {
		return nil, "", nil
	}
	for l := range ident.Lane(ident.LanesMax) {
		if beyond[l] != nil {
			lost = append(lost, *beyond[l])
		}
	}
	kept = path + ".before-" + now.UTC().Format("20060102T150405Z")
	next := path + ".next"
	if err := os.WriteFile(next, holds.Bytes(), 0o600); err != nil {
		return nil, "", err
	}
	if err := errors.Join(os.Rename(path, kept), os.Rename(next, path)); err != nil {
		return nil, "", err
	}
	return lost, kept, SyncFolder(path)
}

// cutOf is the last row of a lane before a cut; 0 where the lane is not in it.
func cutOf(cut []store.LaneRow, l ident.Lane) int64 {
	for i := range cut {
		if cut[i].Lane == l {
			return cut[i].N
		}
	}
	return 0
}

// SignCopy signs what a copy says of itself with the key that signs heads.
//
// Errors: Invalid configuration_invalid: there is no master key.
func SignCopy(c Config, inSandbox bool, body string) ([]byte, error) {
	master, err := ReadMaster(c.MasterKey)
	if err != nil {
		return nil, err
	}
	key, err := master.witnessKey(NetworkName(inSandbox))
	if err != nil {
		return nil, err
	}
	return key.Sign([]byte(body))
}
