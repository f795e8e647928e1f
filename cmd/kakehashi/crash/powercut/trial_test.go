// SPDX-License-Identifier: Apache-2.0

package powercut_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/powercut"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/sequence"
)

// Where trialsVariable is not "1" nothing is cut off; imagesVariable says how many disks are looked at, where it is set.
const (
	trialsVariable = "KAKEHASHI_TRIALS"
	imagesVariable = "KAKEHASHI_POWER_CUTS"
)

const (
	imagesCount = 1000
	goesOn      = 10 // one disk in so many is not only opened: the rest of the story is told to it
)

func imagesMax(t *testing.T) int {
	t.Helper()
	if os.Getenv(trialsVariable) != "1" {
		t.Skipf("it cuts the power a thousand times: set %s=1", trialsVariable)
	}
	text := os.Getenv(imagesVariable)
	if text == "" {
		return imagesCount
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", imagesVariable, err)
	}
	return n
}

// told is the story as it was told to files that were recorded.
func told(t *testing.T, synchronous string) (*crash.Reference, *powercut.Recording) {
	t.Helper()
	folder := t.TempDir()
	reference, err := crash.NewReference(t.Context(), filepath.Join(folder, "reference.db"))
	if err != nil {
		t.Fatal(err)
	}
	location, recording := record(t, filepath.Join(folder, "books.db"), synchronous)
	r, err := sequence.Open(t.Context(), location, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var all []sequence.Told
	for i := range sequence.Count() {
		told, _, err := r.Run(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		recording.Acknowledge()
		all = append(all, told)
	}
	if _, err := reference.Acknowledged(all); err != nil {
		t.Fatalf("another driver of SQLite tells another story: %v", err)
	}
	return reference, recording
}

// found is one of the disks that a cut may leave behind.
type found struct {
	files map[string][]byte
	last  int // the last step that was acknowledged
}

// look opens the books on such a disk; whole tells the rest of the story to them, too.
func (f found) look(ctx context.Context, reference *crash.Reference, folder string, whole bool) error {
	for name, data := range f.files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			return err
		}
	}
	file := filepath.Join(folder, "books.db")
	if whole {
		return reference.Continues(ctx, file, f.last)
	}
	return reference.Opens(ctx, file, f.last)
}

// cuts looks at disks until so many were seen, or one is as bad as enough says; it gives the first bad one.
func cuts(t *testing.T, synchronous string, seed uint64, enough func(error) bool) (looked int, bad error) {
	t.Helper()
	most, dice := imagesMax(t), rand.New(rand.NewPCG(seed, 1))
	reference, recording := told(t, synchronous)
	for looked < most {
		cut := dice.IntN(recording.Count() + 1)
		folder := t.TempDir()
		f := found{files: recording.Image(cut, dice), last: recording.Acknowledged(cut) - 1}
		err := f.look(t.Context(), reference, folder, looked%goesOn == 0)
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if looked++; err != nil && enough(err) {
			return looked, fmt.Errorf("cut after %d of %d: %w", cut, recording.Count(), err)
		}
	}
	return looked, nil
}

func TestNoPowerCutLosesWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	looked, bad := cuts(t, "full", seed, func(error) bool { return true })
	if bad != nil {
		t.Fatalf("synchronous=FULL: image %d, seed %d: %v", looked, seed, bad)
	}
	t.Logf("synchronous=FULL: %d images, 0 lost, 0 damaged, seed %d", looked, seed)
}

// The control: it shows that power cuts find what they are there to find.
func TestAPowerCutIsFoundOutWhereTooLittleIsSynced(t *testing.T) {
	t.Parallel()
	for _, synchronous := range []string{"off", "normal"} {
		t.Run(synchronous, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			looked, bad := cuts(t, synchronous, seed, func(err error) bool { return errors.Is(err, crash.ErrMissing) })
			if bad == nil {
				t.Fatalf("synchronous=%s: %d images, and none has lost anything, seed %d", synchronous, looked, seed)
			}
			t.Logf("synchronous=%s: image %d, seed %d: %v", synchronous, looked, seed, bad)
		})
	}
}
