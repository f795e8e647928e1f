// SPDX-License-Identifier: Apache-2.0

package vault_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/vault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

func keyOf(version vault.Version) [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "sample key %d", version))
}

// ring holds the sample keys of some versions; the last one is current.
func ring(t testing.TB, versions ...vault.Version) vault.Ring {
	t.Helper()
	keys := map[vault.Version][32]byte{}
	for _, v := range versions {
		keys[v] = keyOf(v)
	}
	r, err := vault.NewRing(versions[len(versions)-1], keys)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// entropy is an endless stream that depends on its seed alone.
type entropy struct {
	seed  string
	count int
	rest  []byte
}

func (e *entropy) Read(into []byte) (int, error) {
	if len(e.rest) == 0 {
		e.count++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", e.seed, e.count))
		e.rest = sum[:]
	}
	n := copy(into, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

var (
	name = []byte("payment 4711")
	text = []byte(`{"orderDescription":"two bowls of ramen"}`)
)

func sealed(t testing.TB, r vault.Ring) (record []byte, commitment [32]byte) {
	t.Helper()
	record, commitment, err := vault.Seal(&entropy{seed: "sample"}, r, name, text)
	if err != nil {
		t.Fatal(err)
	}
	return record, commitment
}

func code(t testing.TB, what string, err error, want fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != want {
		t.Errorf("%s: %v, not %s", what, err, want)
	}
	if err != nil && (strings.Contains(err.Error(), "ramen") || strings.Contains(err.Error(), string(name))) {
		t.Errorf("%s: the error tells what was sealed: %v", what, err)
	}
}

func TestSealedTextComesBackWithItsCommitment(t *testing.T) {
	t.Parallel()
	r := ring(t, 1)
	rapid.Check(t, func(t *rapid.T) {
		e := &entropy{seed: rapid.String().Draw(t, "entropy")}
		name := rapid.SliceOfN(rapid.Byte(), 1, 255).Draw(t, "name")
		text := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "text")
		record, promised, err := vault.Seal(e, r, name, text)
		if err != nil {
			t.Fatal(err)
		}
		got, commitment, err := vault.Open(r, name, record)
		if err != nil || !bytes.Equal(got, text) || commitment != promised {
			t.Fatalf("%q came back as %q with %x, not %x: %v", text, got, commitment, promised, err)
		}
		if len(text) > 8 && bytes.Contains(record, text) {
			t.Fatal("the record shows the text")
		}
	})
}

// decrypt opens a record by the description of its format alone.
func decrypt(t *testing.T, record []byte, purpose string) (salt, text []byte) {
	t.Helper()
	gcm := func(key []byte) cipher.AEAD {
		block, err := aes.NewCipher(key)
		if err != nil {
			t.Fatal(err)
		}
		s, err := cipher.NewGCM(block)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	key := keyOf(vault.Version(record[4]))
	bound := fmt.Sprintf("%c%s%s", len(purpose), purpose, name)
	dataKey, err := gcm(key[:]).Open(nil, record[5:17], record[17:65], []byte(string(record[:5])+bound))
	if err != nil {
		t.Fatalf("the wrapped key: %v", err)
	}
	salted, err := gcm(dataKey).Open(nil, record[65:77], record[77:], []byte("\x01"+bound))
	if err != nil {
		t.Fatalf("the text: %v", err)
	}
	return salted[:16], salted[16:]
}

// The bytes of format 1. They are in stores and backups: they never change.
func TestRecordOfFormatOneIsReadForEver(t *testing.T) {
	t.Parallel()
	r := ring(t, 1)
	record, commitment := sealed(t, r)
	const want = "0100000001320714266802b34d37d5120a4b2ea86bf58ec5b95eb487179e21e3d4d750db3c7b02a6fcb5d097d3" +
		"e319c14ef35c2f9bbdcb12e71b4fea04abf21b2676c7b7040df1797a11fafb687e7f548fa54c44fbd10eb0c470" +
		"9f21df1f5dfe80274d1d3561dea750ab6192cf22e0dec51e40d99a8fae0135f0c4850b46b925d5553b34b5813c" +
		"ffc89dadf2a15be648dec6c201b405"
	if got := hex.EncodeToString(record); got != want {
		t.Errorf("the record is %s", got)
	}
	if got := hex.EncodeToString(commitment[:]); got != "2f7faea645d983e9ebecfb85cd226bea7a04100224fea989b4ac51f78c384fc3" {
		t.Errorf("the commitment is %s", got)
	}
	salt, got := decrypt(t, record, "kakehashi caller's text")
	if !bytes.Equal(got, text) || sha256.Sum256(append(salt, text...)) != commitment {
		t.Errorf("by its description it holds %q with the salt %x", got, salt)
	}
	key, err := vault.SealKey(&entropy{seed: "sample"}, r, name, text)
	if err != nil {
		t.Fatal(err)
	}
	if _, got := decrypt(t, key, "kakehashi private key"); !bytes.Equal(got, text) {
		t.Errorf("a private key is %q", got)
	}
}

// Every record has a key, nonces and a salt of its own: the same text twice is two records and two commitments.
func TestSameTextIsNeverSealedTheSame(t *testing.T) {
	t.Parallel()
	r, e := ring(t, 1), &entropy{seed: "sample"}
	parts := map[string]bool{}
	for range 100 {
		record, commitment, err := vault.Seal(e, r, name, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range [][]byte{record[5:17], record[17:65], record[65:77], record[77:], commitment[:]} {
			if parts[string(part)] {
				t.Fatalf("%x comes twice", part)
			}
			parts[string(part)] = true
		}
	}
}

func TestChangedRecordDoesNotOpen(t *testing.T) {
	t.Parallel()
	r := ring(t, 1)
	record, _ := sealed(t, r)
	for i := range record {
		for _, bit := range []byte{0x01, 0x80} {
			changed := bytes.Clone(record)
			changed[i] ^= bit
			want := vault.CodeRecordForged
			switch {
			case i == 0:
				want = vault.CodeRecordMalformed
			case i < 5:
				want = vault.CodeKeyMissing
			}
			got, _, err := vault.Open(r, name, changed)
			code(t, fmt.Sprintf("byte %d", i), err, want)
			if got != nil {
				t.Fatalf("byte %d: a text came with the error", i)
			}
		}
	}
	for length := range record {
		_, _, err := vault.Open(r, name, record[:length])
		want := vault.CodeRecordMalformed
		if length >= 109 {
			want = vault.CodeRecordForged
		}
		code(t, fmt.Sprintf("%d bytes", length), err, want)
	}
	_, _, err := vault.Open(r, name, append(bytes.Clone(record), 0))
	code(t, "a byte too many", err, vault.CodeRecordForged)
	_, _, err = vault.Open(r, name, make([]byte, 1<<20))
	code(t, "a record of a megabyte", err, vault.CodeRecordMalformed)
}

// Parts of two records, though each is genuine, are no record.
func TestPartsOfTwoRecordsDoNotOpen(t *testing.T) {
	t.Parallel()
	r, e := ring(t, 1), &entropy{seed: "sample"}
	one, _, err1 := vault.Seal(e, r, name, text)
	two, _, err2 := vault.Seal(e, r, name, text)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	for _, cut := range []int{17, 65, 77} {
		_, _, err := vault.Open(r, name, append(bytes.Clone(one[:cut]), two[cut:]...))
		code(t, fmt.Sprintf("cut at %d", cut), err, vault.CodeRecordForged)
	}
}

func TestRecordOpensOnlyForItsNameAndPurpose(t *testing.T) {
	t.Parallel()
	r := ring(t, 1)
	record, _ := sealed(t, r)
	for _, other := range []string{"payment 4712", "payment 471", "payment 47111", "4711"} {
		_, _, err := vault.Open(r, []byte(other), record)
		code(t, other, err, vault.CodeRecordForged)
	}
	_, err := vault.OpenKey(r, name, record)
	code(t, "a text as a private key", err, vault.CodeRecordForged)
	_, err = vault.RewrapKey(&entropy{}, ring(t, 1, 2), name, record)
	code(t, "a text rewrapped as a private key", err, vault.CodeRecordForged)
	key, err := vault.SealKey(&entropy{seed: "sample"}, r, name, text)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = vault.Open(r, name, key)
	code(t, "a private key as a text", err, vault.CodeRecordForged)
	if got, err := vault.OpenKey(r, name, key); err != nil || !bytes.Equal(got, text) {
		t.Errorf("a private key: %q, %v", got, err)
	}
}

func TestRecordNeedsTheKeyOfItsVersion(t *testing.T) {
	t.Parallel()
	record, _ := sealed(t, ring(t, 1))
	_, _, err := vault.Open(ring(t, 2), name, record)
	code(t, "another version", err, vault.CodeKeyMissing)
	_, _, err = vault.Open(vault.Ring{}, name, record)
	code(t, "no ring", err, vault.CodeKeyMissing)
	_, _, err = vault.Seal(&entropy{}, vault.Ring{}, name, text)
	code(t, "sealing without a ring", err, vault.CodeKeyMissing)
	impostor, err := vault.NewRing(1, map[vault.Version][32]byte{1: keyOf(2)})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = vault.Open(impostor, name, record)
	code(t, "another key of that version", err, vault.CodeRecordForged)
	if got, _, err := vault.Open(ring(t, 1, 2, 3), name, record); err != nil || !bytes.Equal(got, text) {
		t.Errorf("with newer keys beside its own: %q, %v", got, err)
	}
}

// Rewrapping changes which key opens the record and nothing else; afterwards the old key may be destroyed.
func TestRewrapLeavesTextAndCommitmentAlone(t *testing.T) {
	t.Parallel()
	record, commitment := sealed(t, ring(t, 1))
	both := ring(t, 1, 2)
	renewed, err := vault.Rewrap(&entropy{seed: "later"}, both, name, record)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(renewed[65:], record[65:]) || bytes.Equal(renewed[5:65], record[5:65]) || len(renewed) != len(record) {
		t.Error("more than the wrapping is new, or less")
	}
	for _, c := range []struct {
		what    string
		record  []byte
		version vault.Version
	}{{"before", record, 1}, {"after", renewed, 2}} {
		if v, err := vault.VersionOf(c.record); err != nil || v != c.version {
			t.Errorf("%s it needs %v, %v", c.what, v, err)
		}
	}
	got, again, err := vault.Open(ring(t, 2), name, renewed)
	if err != nil || !bytes.Equal(got, text) || again != commitment {
		t.Errorf("without the old key: %q, %x, %v", got, again, err)
	}
	_, _, err = vault.Open(ring(t, 2), name, record) // a backup from before, once the old key is destroyed
	code(t, "the old record without the old key", err, vault.CodeKeyMissing)
	same, err := vault.Rewrap(dry{}, both, name, renewed)
	if err != nil || !bytes.Equal(same, renewed) {
		t.Errorf("rewrapped again: %x, %v", same, err)
	}
}

func TestRewrapRefusesWhatDoesNotOpen(t *testing.T) {
	t.Parallel()
	record, _ := sealed(t, ring(t, 1))
	both := ring(t, 1, 2)
	_, err := vault.Rewrap(&entropy{}, both, name, record[:20])
	code(t, "a piece", err, vault.CodeRecordMalformed)
	_, err = vault.Rewrap(&entropy{}, ring(t, 2), name, record)
	code(t, "without its key", err, vault.CodeKeyMissing)
	_, err = vault.Rewrap(&entropy{}, both, []byte("another"), record)
	code(t, "under another name", err, vault.CodeRecordForged)
	_, err = vault.Rewrap(dry{}, both, name, record)
	code(t, "without entropy", err, vault.CodeEntropyFailed)
	key, err := vault.SealKey(&entropy{seed: "sample"}, ring(t, 1), name, text)
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := vault.RewrapKey(&entropy{seed: "later"}, both, name, key)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := vault.OpenKey(ring(t, 2), name, renewed); err != nil || !bytes.Equal(got, text) {
		t.Errorf("a private key rewrapped: %q, %v", got, err)
	}
	_, err = vault.VersionOf(key[:108])
	code(t, "the version of a piece", err, vault.CodeRecordMalformed)
}

// dry is a source that has nothing.
type dry struct{}

func (dry) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Sealing takes 32 bytes of key, 12 of nonce, 16 of salt and 12 of nonce: with a byte less there is no record.
func TestSealWithoutEnoughEntropyMakesNothing(t *testing.T) {
	t.Parallel()
	r := ring(t, 1)
	for length := range 72 {
		record, commitment, err := vault.Seal(io.LimitReader(&entropy{seed: "sample"}, int64(length)), r, name, text)
		code(t, fmt.Sprintf("%d bytes", length), err, vault.CodeEntropyFailed)
		if record != nil || commitment != [32]byte{} || fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("%d bytes: %x, %v", length, record, err)
		}
	}
	if _, _, err := vault.Seal(io.LimitReader(&entropy{seed: "sample"}, 72), r, name, text); err != nil {
		t.Error(err)
	}
}

func TestTextIsAtMostABody(t *testing.T) {
	t.Parallel()
	if vault.TextMax < wire.BodyMax {
		t.Errorf("a body of %d bytes cannot be sealed", wire.BodyMax)
	}
	r := ring(t, 1)
	longest := bytes.Repeat([]byte{'x'}, vault.TextMax)
	record, _, err := vault.Seal(&entropy{}, r, name, longest)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := vault.Open(r, name, record); err != nil || !bytes.Equal(got, longest) {
		t.Errorf("the longest text: %d bytes, %v", len(got), err)
	}
	_, _, err = vault.Seal(&entropy{}, r, name, append(longest, 'x'))
	code(t, "one byte more", err, vault.CodeTextTooLong)
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("one byte more: %v", err)
	}
	for _, bad := range [][]byte{nil, bytes.Repeat([]byte{'n'}, 256)} {
		func() {
			defer func() {
				if _, ok := recover().(invariant.Violation); !ok {
					t.Errorf("a name of %d bytes", len(bad))
				}
			}()
			_, _, _ = vault.Seal(&entropy{}, r, bad, text)
		}()
	}
}

func TestRingNeedsProperKeys(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		current vault.Version
		keys    map[vault.Version][32]byte
		want    fault.Code
	}{
		"no keys":           {1, nil, vault.CodeKeyMissing},
		"no current key":    {2, map[vault.Version][32]byte{1: keyOf(1)}, vault.CodeKeyMissing},
		"version 0":         {0, map[vault.Version][32]byte{0: keyOf(1)}, vault.CodeKeyMalformed},
		"a key of zeros":    {1, map[vault.Version][32]byte{1: {}}, vault.CodeKeyMalformed},
		"one key for two":   {1, map[vault.Version][32]byte{1: keyOf(1), 2: keyOf(1)}, vault.CodeKeyMalformed},
		"a forgotten older": {2, map[vault.Version][32]byte{1: {}, 2: keyOf(2)}, vault.CodeKeyMalformed},
	} {
		_, err := vault.NewRing(c.current, c.keys)
		if fault.CodeOf(err) != c.want || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if r := ring(t, 1, 7); r.Current() != 7 {
		t.Errorf("%v seals", r.Current())
	}
}

// A ring keeps its keys though the map it was made from is changed.
func TestRingIsItsOwn(t *testing.T) {
	t.Parallel()
	keys := map[vault.Version][32]byte{1: keyOf(1)}
	r, err := vault.NewRing(1, keys)
	if err != nil {
		t.Fatal(err)
	}
	record, _ := sealed(t, r)
	delete(keys, 1)
	if _, _, err := vault.Open(r, name, record); err != nil {
		t.Error(err)
	}
}

func TestRingIsNeverShown(t *testing.T) {
	t.Parallel()
	r, raw := ring(t, 1), keyOf(1)
	encoded, err := json.Marshal(map[string]any{"ring": r, "pointer": &r})
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{string(encoded), r.String(), r.GoString()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		texts = append(texts, fmt.Sprintf(verb, r), fmt.Sprintf(verb, &r), fmt.Sprintf(verb, []vault.Ring{r}),
			fmt.Sprintf(verb, struct{ hidden vault.Ring }{r}))
	}
	for _, shown := range texts {
		for _, form := range []string{"%x", "%X", "%d", "%s"} {
			if strings.Contains(shown, strings.Trim(fmt.Sprintf(form, raw[:4]), "[]")) {
				t.Errorf("%q shows the key", shown)
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	r := ring(f, 1, 2)
	record, _ := sealed(f, r)
	old, _ := sealed(f, ring(f, 1))
	f.Add(name, record)
	f.Add(name, old)
	f.Add([]byte("another"), record)
	f.Add(name, record[:109])
	f.Add(name, []byte{1})
	f.Add(name, []byte{})
	genuine := map[string]bool{string(record): true, string(old): true}
	f.Fuzz(func(t *testing.T, name, data []byte) {
		if len(name) < 1 || len(name) > 255 {
			return
		}
		got, _, err := vault.Open(r, name, data)
		switch {
		case err == nil && !genuine[string(data)]:
			t.Fatalf("%x opens", data)
		case err == nil && !bytes.Equal(got, text):
			t.Fatalf("it opens as %q", got)
		case err != nil && got != nil:
			t.Fatalf("a text came with %v", err)
		}
		if err != nil {
			switch fault.CodeOf(err) {
			case vault.CodeRecordMalformed, vault.CodeKeyMissing, vault.CodeRecordForged:
			default:
				t.Fatalf("%v", err)
			}
		}
		if _, keyErr := vault.OpenKey(r, name, data); keyErr == nil {
			t.Fatalf("%x opens as a private key", data)
		}
	})
}
