// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/wire"
)

func TestOnlyAWitnessShowsThatTheEndWasCutOff(t *testing.T) {
	t.Parallel()
	b := write(t)
	f := b.forge(t)
	f.exec("DELETE FROM journal WHERE n = $1", f.last)
	f.exec("DELETE FROM act WHERE n = $1", f.last)
	f.exec("UPDATE client_key SET revoked = 0, version = 1 WHERE number = 1")
	f.rechain()
	f.exec("UPDATE lane SET at = $1", b.heads[b.last-2].At)
	f.db.Close()
	if r := full(t, f.copy, audit.Options{}); !r.OK() {
		t.Fatalf("the forgery shows without a witness:\n%s", r.String())
	}
	r := full(t, f.copy, audit.Options{Witness: b.heads})
	want := audit.Finding{Invariant: audit.Accountable, Table: "lane", Row: "0"}
	if len(r.Findings) != 1 || r.Findings[0].Invariant != want.Invariant || r.Findings[0].Table != want.Table ||
		r.Findings[0].Row != want.Row {
		t.Fatalf("found:\n%s", r.String())
	}
}

func TestOnlyAWitnessShowsThatAllWasWrittenAnew(t *testing.T) {
	t.Parallel()
	b := write(t)
	f := b.forge(t)
	f.body(f.n("hk succeeded"), text(ledger.TagPartner, "X"))
	f.rechain()
	f.db.Close()
	if r := full(t, f.copy, audit.Options{}); !r.OK() {
		t.Fatalf("the forgery shows without a witness:\n%s", r.String())
	}
	heads := []audit.Head{b.heads[f.n("hk sent")-1], b.heads[f.last-1]}
	r := full(t, f.copy, audit.Options{Witness: heads})
	if len(r.Findings) != 1 || r.Findings[0].Table != "journal" || r.Findings[0].Row != row(f.last) ||
		r.Lanes[0].Proven.N != f.n("hk sent") {
		t.Fatalf("found:\n%s", r.String())
	}
	if r := full(t, b.file, audit.Options{Witness: heads}); !r.OK() || r.Lanes[0].Proven.N != b.last {
		t.Fatalf("of the unaltered book:\n%s", r.String())
	}
}

func TestNothingIsWrittenByAnAudit(t *testing.T) {
	t.Parallel()
	b := write(t)
	f := b.forge(t)
	books := opened(t, f.copy)
	before := f.value("SELECT head FROM lane")
	if _, err := books.Full(context.Background(), audit.Options{}); err != nil {
		t.Fatal(err)
	}
	if after := f.value("SELECT head FROM lane"); string(after) != string(before) {
		t.Fatal("the lane's row changed")
	}
}

func keyOf(t testing.TB, seed string) wire.PrivateKey {
	t.Helper()
	key, err := wire.GenerateEd25519(strings.NewReader(strings.Repeat(seed, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestWitnessIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	first, second := keyOf(t, "a"), keyOf(t, "b")
	want := []audit.Head{
		{Lane: 0, N: 1, Hash: ledger.Hash{1}, At: 1_764_000_000_000_000},
		{Lane: 1023, N: 1<<63 - 1, Hash: ledger.Hash{0xff, 31: 7}, At: 0},
	}
	var text bytes.Buffer
	text.WriteString("# heads of a sample house\n\n")
	for i, key := range []wire.PrivateKey{first, second} {
		if err := audit.WriteHead(&text, key, want[i]); err != nil {
			t.Fatal(err)
		}
	}
	text.WriteString("0 2 00") // cut off while it was written
	got, err := audit.ReadWitness(&text, first.Public(), second.Public())
	if err != nil || len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Fatalf("%v %v", got, err)
	}
}

func TestWitnessRefusesWhatNoKeySigned(t *testing.T) {
	t.Parallel()
	key := keyOf(t, "a")
	var line bytes.Buffer
	if err := audit.WriteHead(&line, key, audit.Head{N: 7, Hash: ledger.Hash{1}, At: 3}); err != nil {
		t.Fatal(err)
	}
	good := line.String()
	signature := good[strings.LastIndex(good, " "):]
	other := strings.TrimSuffix(good, signature)
	for name, text := range map[string]string{
		"another key":            good,
		"another number":         strings.Replace(good, "0 7", "0 8", 1),
		"another lane":           strings.Replace(good, "0 7", "1 7", 1),
		"another time":           strings.Replace(good, " 3 ", " 4 ", 1),
		"another hash":           strings.Replace(good, " 01", " 02", 1),
		"a hash in capitals":     strings.ToUpper(other) + signature,
		"a number with a zero":   strings.Replace(good, "0 7", "0 07", 1),
		"no signature":           other + "\n",
		"a lane beyond the last": strings.Replace(good, "0 7", "1024 7", 1),
		"words":                  "once upon a time there\n",
		"a long line":            strings.Repeat("x", 5000) + "\n",
	} {
		keys := []wire.PublicKey{key.Public()}
		if name == "another key" {
			keys[0] = keyOf(t, "b").Public()
		}
		heads, err := audit.ReadWitness(strings.NewReader("#\n"+text), keys...)
		if fault.CodeOf(err) != audit.CodeWitnessBad || !strings.Contains(fault.DetailOf(err), "line 2") {
			if name == "a hash in capitals" && text == good {
				continue // digits only
			}
			t.Errorf("%s: %v %v", name, heads, err)
		}
	}
}

func FuzzReadWitnessAcceptsOnlyWhatIsWritten(f *testing.F) {
	key := keyOf(f, "a")
	var line bytes.Buffer
	for n := range int64(3) {
		if err := audit.WriteHead(&line, key, audit.Head{Lane: ident.Lane(n), N: n + 1, At: n}); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(line.String())
	f.Add("#\n\n0 1 00 0 AA==\n")
	f.Add("0 1")
	f.Fuzz(func(t *testing.T, text string) {
		heads, err := audit.ReadWitness(strings.NewReader(text), key.Public())
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		var again bytes.Buffer
		for _, h := range heads {
			if err := audit.WriteHead(&again, key, h); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(text, again.String()[strings.LastIndex(strings.TrimSuffix(again.String(), "\n"), "\n")+1:]) {
				t.Fatalf("%v was read from %q", h, text)
			}
		}
	})
}
