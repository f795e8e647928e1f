// SPDX-License-Identifier: Apache-2.0

package powercut_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/powercut"
)

const length = 4096

// page is a page of one letter.
func page(letter string) []byte { return bytes.Repeat([]byte(letter), length) }

// images are many of the disks that may be found at the end of a recording.
func images(r *powercut.Recording) []map[string][]byte {
	dice := rand.New(rand.NewPCG(7, 7))
	var all []map[string][]byte
	for range 200 {
		all = append(all, r.Image(r.Count(), dice))
	}
	return all
}

func TestWhatWasSyncedIsOnEveryDisk(t *testing.T) {
	t.Parallel()
	r := &powercut.Recording{}
	r.Make("a")
	r.Write("a", 0, page("x"))
	r.Write("a", length, page("y"))
	r.Cut("a", length)
	r.Sync("a")
	for _, image := range images(r) {
		if !bytes.Equal(image["a"], page("x")) {
			t.Fatalf("%d bytes", len(image["a"]))
		}
	}
}

func TestWhatWasNotSyncedIsThereWhollyInPartOrNot(t *testing.T) {
	t.Parallel()
	r := &powercut.Recording{}
	r.Make("a")
	r.Write("a", 0, page("x"))
	r.Sync("a")
	r.Write("a", 0, page("y"))
	r.Write("a", length, page("z"))
	seen := map[string]bool{}
	for _, image := range images(r) {
		data := image["a"]
		first := bytes.Count(data[:length], []byte("y"))
		if first%512 != 0 || bytes.Count(data[:length], []byte("x"))+first != length {
			t.Fatal("a sector is torn")
		}
		switch {
		case first == 0 && len(data) == length:
			seen["nothing"] = true
		case first == length && len(data) == 2*length && bytes.Equal(data[length:], page("z")):
			seen["everything"] = true
		case first == 0 && len(data) > length:
			seen["the second without the first"] = true
		case first > 0 && first < length:
			seen["part of a write"] = true
		case first == length && len(data) == length:
			seen["the first without the second"] = true
		}
	}
	if len(seen) != 5 {
		t.Fatalf("only %v", seen)
	}
}

func TestAFileThatIsGoneStaysGoneOnceItsFolderIsSynced(t *testing.T) {
	t.Parallel()
	r := &powercut.Recording{}
	r.Make("a")
	r.Write("a", 0, page("x"))
	r.Sync("a")
	r.Remove("a")
	back, gone := 0, 0
	for _, image := range images(r) {
		if image["a"] == nil {
			gone++
		} else {
			back++
		}
	}
	if back == 0 || gone == 0 {
		t.Fatalf("before: %d times there, %d times gone", back, gone)
	}
	r.Make("a")
	r.SyncFolder()
	for _, image := range images(r) {
		if data, there := image["a"]; !there || len(data) != 0 {
			t.Fatalf("after: %v, %d bytes", there, len(data))
		}
	}
}

func TestAcknowledgementsAreCountedUpToTheCut(t *testing.T) {
	t.Parallel()
	r := &powercut.Recording{}
	r.Acknowledge()
	r.Make("a")
	r.Sync("a")
	r.Acknowledge()
	r.Write("a", 0, page("x"))
	for cut, want := range []int{1, 1, 2, 2} {
		if got := r.Acknowledged(cut); got != want {
			t.Errorf("%d acknowledgements before the cut after %d, want %d", got, cut, want)
		}
	}
}
