// SPDX-License-Identifier: Apache-2.0

package people_test

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access/people"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const shop, otherShop ident.Holder = "sample-shop", "other-sample-shop"

// entropyOf is a stream of bytes that looks random and is the same each time.
func entropyOf(seed uint64) io.Reader {
	var key [32]byte
	binary.BigEndian.PutUint64(key[:], seed)
	return rand.NewChaCha8(key)
}

func digest(text string) people.Digest { return sha256.Sum256([]byte(text)) }

// account is an active person with both ways to sign in and one place.
func account(name string, holder ident.Holder, roles ...people.Role) people.Account {
	d := digest(name)
	a := people.Account{Person: people.Person{ID: people.NameOf(0, d), Handle: d, Status: people.Active, Created: noon}}
	a.Password = people.Password{Hash: people.NewSecret("$argon2id$sample"), Changed: noon}
	a.TOTP = people.TOTP{Sealed: []byte("sealed"), Confirmed: noon, LastStep: 1}
	if len(roles) > 0 {
		a.Memberships = []people.Membership{{Holder: holder, Roles: roles, Since: noon}}
	}
	return a
}

// in narrows the first place of an account to stores.
func in(a people.Account, stores ...string) people.Account {
	a.Memberships[0].Stores = stores
	return a
}

func must[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// refused fails the test unless the error has the code.
func refused(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if got := fault.CodeOf(err); got != code {
		t.Fatalf("%v: want %s", err, code)
	}
	if fault.DetailOf(err) == "" || fault.KindOf(err) == fault.Internal {
		t.Fatalf("%v says nothing to its reader", err)
	}
}
