// SPDX-License-Identifier: Apache-2.0

package wallet_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

const code = "281010897274821897274821"

func secret(text string) wallet.Secret { return wallet.NewSecret(sha256.Sum256([]byte(text))) }

// The marks are in journals and claims, and outlive a release: they never change.
func TestMarksAreTheSameForEver(t *testing.T) {
	t.Parallel()
	s, p := secret("sample"), ident.Name(3, ident.Payment, "SHOP", "", "p-1")
	marks := wallet.ClaimMarks(s, code, time.Date(2026, 11, 24, 0, 30, 0, 0, time.UTC))
	fingerprint := wallet.Fingerprint(s, p, code)
	for want, got := range map[string][]byte{
		"4ed64a53875d176f168585d4ce38968a": marks[0][:],
		"89fed3735c7c5f9d862bda157fe68e57": marks[1][:],
		"f544e32fc2836e1c75d61de7474d92fc": fingerprint[:],
	} {
		if hex.EncodeToString(got) != want {
			t.Errorf("%x is not %s", got, want)
		}
	}
}

// A code is looked for under the key of the moment, of an hour before and of an hour later: in the first and the last hour of a
// UTC day they differ.
func TestClaimMarksChangeWithTheDay(t *testing.T) {
	t.Parallel()
	s := secret("sample")
	at := func(day, hour, minute int, zone *time.Location) wallet.Marks {
		return wallet.ClaimMarks(s, code, time.Date(2026, 11, day, hour, minute, 0, 0, zone))
	}
	yesterday, today, tomorrow := at(23, 12, 0, time.UTC)[0], at(24, 12, 0, time.UTC)[0], at(25, 12, 0, time.UTC)[0]
	if yesterday == today || today == tomorrow {
		t.Fatal("two days have one mark")
	}
	tokyo := time.FixedZone("JST", 9*60*60)
	for _, c := range []struct {
		what string
		got  wallet.Marks
		want wallet.Marks
	}{
		{"midnight", at(24, 0, 0, time.UTC), wallet.Marks{today, yesterday, today}},
		{"00:59", at(24, 0, 59, time.UTC), wallet.Marks{today, yesterday, today}},
		{"01:00", at(24, 1, 0, time.UTC), wallet.Marks{today, today, today}},
		{"22:59", at(24, 22, 59, time.UTC), wallet.Marks{today, today, today}},
		{"23:00", at(24, 23, 0, time.UTC), wallet.Marks{today, today, tomorrow}},
		{"the day before, 23:59", at(23, 23, 59, time.UTC), wallet.Marks{yesterday, yesterday, today}},
		{"08:59 in Japan", at(24, 8, 59, tokyo), wallet.Marks{yesterday, yesterday, today}},
		{"09:00 in Japan", at(24, 9, 0, tokyo), wallet.Marks{today, yesterday, today}},
	} {
		if c.got != c.want {
			t.Errorf("at %s: %x", c.what, c.got)
		}
	}
}

// Whenever a code was claimed within the last hour, its claim is found.
func TestClaimIsFoundForAnHour(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := secret("sample")
		claimed := time.UnixMicro(rapid.Int64Range(0, 1<<52).Draw(t, "claimed"))
		sought := claimed.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "after")))
		mark, marks := wallet.ClaimMarks(s, code, claimed)[0], wallet.ClaimMarks(s, code, sought)
		if mark != marks[0] && mark != marks[1] {
			t.Fatalf("claimed at %v, not found at %v", claimed, sought)
		}
	})
}

// No two marks of different secrets, codes, days, payments or purposes are the same, so none can be linked.
func TestMarksCannotBeLinked(t *testing.T) {
	t.Parallel()
	seen := map[wallet.Mark]string{}
	add := func(what string, mark wallet.Mark) {
		if other, there := seen[mark]; there {
			t.Errorf("%s has the mark of %s", what, other)
		}
		seen[mark] = what
	}
	for _, key := range []string{"one", "two"} {
		for _, c := range []string{code, code + "1", code[:23], ""} {
			for day := range 3 {
				add(fmt.Sprint("claim ", key, c, day), wallet.ClaimMarks(secret(key), c, noon.AddDate(0, 0, day))[0])
			}
			for lane := range ident.Lane(2) {
				for _, request := range []string{"p-1", "p-2"} {
					id := ident.Name(lane, ident.Payment, "SHOP", "", request)
					add(fmt.Sprint("print ", key, c, id), wallet.Fingerprint(secret(key), id, c))
				}
			}
		}
	}
}

func TestSecretIsNeverShown(t *testing.T) {
	t.Parallel()
	raw := sha256.Sum256([]byte("sample"))
	s := wallet.NewSecret(raw)
	encoded, err := json.Marshal(map[string]any{"secret": s, "pointer": &s})
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{string(encoded), s.String(), s.GoString()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%p"} {
		texts = append(texts, fmt.Sprintf(verb, s), fmt.Sprintf(verb, &s), fmt.Sprintf(verb, []wallet.Secret{s}),
			fmt.Sprintf(verb, struct{ hidden wallet.Secret }{s}))
	}
	for _, text := range texts {
		for _, form := range []string{"%x", "%X", "%d", "%s"} {
			shown := strings.Trim(fmt.Sprintf(form, raw[:8]), "[]")
			if strings.Contains(text, shown) {
				t.Errorf("%q shows the secret", text)
			}
		}
	}
	defer func() {
		if _, ok := recover().(invariant.Violation); !ok {
			t.Error("a secret that was never set makes marks")
		}
	}()
	wallet.ClaimMarks(wallet.Secret{}, code, noon)
}
