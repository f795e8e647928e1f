// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/internal/postgres"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/store/storetest"
)

// shared is the server that the tests of this package share.
var shared postgres.Shared

// The places where a store may live. Each gives a new one.
var places = []struct {
	name string
	open func(t testing.TB) store.Location
}{
	{"file", inFile}, {"memory", inMemory}, {"postgres", onServer},
}

func inFile(t testing.TB) store.Location {
	return store.Location(filepath.Join(t.TempDir(), "books 100%?#.db"))
}

func inMemory(t testing.TB) store.Location {
	return store.Location("memory:" + strings.NewReplacer("/", "-", "#", "-", " ", "-").Replace(t.Name()))
}

func onServer(t testing.TB) store.Location {
	if testing.Short() {
		t.Skip("a server takes too long for the inner loop")
	}
	return store.Location(shared.Prepared(t, prepare))
}

// prepare makes the schemas of the books and the shelf.
func prepare(url string) error {
	db, err := store.Open(context.Background(), store.Location(url))
	if err != nil {
		return err
	}
	db.Close()
	shelf, err := store.OpenShelf(context.Background(), store.Location(url))
	if err != nil {
		return err
	}
	shelf.Close()
	return nil
}

func TestAReaderMakesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none.db")
	for _, open := range []func() error{
		func() error { _, err := store.OpenReader(context.Background(), store.Location(path)); return err },
		func() error { _, err := store.OpenShelfReader(context.Background(), store.Location(path)); return err },
	} {
		if err := open(); fault.CodeOf(err) != store.CodeOpen || fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("%v", err)
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("a reader made a store: %v", err)
	}
}

func TestALocationThatNamesNothingIsRefused(t *testing.T) {
	t.Parallel()
	for _, location := range []store.Location{"", "memory:"} {
		_, err1 := store.Open(context.Background(), location)
		_, err2 := store.OpenReader(context.Background(), location)
		_, err3 := store.OpenShelf(context.Background(), location)
		_, err4 := store.OpenShelfReader(context.Background(), location)
		for _, err := range []error{err1, err2, err3, err4} {
			if fault.CodeOf(err) != store.CodeLocation || fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%q: %v", location, err)
			}
		}
	}
	if _, err := store.Open(context.Background(), "postgres://nobody@127.0.0.1:1/none?sslmode=disable"); fault.KindOf(err) !=
		fault.Unavailable {
		t.Fatalf("a server that is not there: %v", err)
	}
	for location, engine := range map[store.Location]string{"a.db": "sqlite", "memory:a": "sqlite",
		"postgres://a/b": "postgres", "postgresql://a/b": "postgres"} {
		if got := location.Engine(); got != engine {
			t.Errorf("%s is on %s", location, got)
		}
	}
}

// TestProcessesThatStartTogetherMakeOneSchema starts them on an empty database of a server.
func TestProcessesThatStartTogetherMakeOneSchema(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a server takes too long for the inner loop")
	}
	storetest.OpenTogether(t, store.Location(shared.Database(t)))
}

// everywhere runs a test on a new store in each place.
func everywhere(t *testing.T, test func(t *testing.T, location store.Location)) {
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			test(t, p.open(t))
		})
	}
}

func TestEveryEngineKeepsTheStoresPromises(t *testing.T) {
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, p.open)
		})
	}
}
