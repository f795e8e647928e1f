// SPDX-License-Identifier: Apache-2.0

package screening

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/kakehashi-pay/kakehashi/fault"
)

const header = "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset," +
	"first_seen,last_seen,last_change\n"

func TestReaderReadsEveryColumn(t *testing.T) {
	t.Parallel()
	text := "\ufeff" + header + `"s-1","Person","Sample, Taro","見本 太郎; ミホン タロウ;","1970-01-31;1971",` +
		`"jp;cn","1 Sample Street","X-1234567","listed","+81","a@example.org","sample",` +
		`"2026-01-01","2026-11-01","2026-02-01"` + "\n"
	list, defects, err := Read(strings.NewReader(text))
	if err != nil || len(defects) != 0 {
		t.Fatalf("%v %v", defects, err)
	}
	want := Entry{ID: "s-1", Schema: "Person", Name: "Sample, Taro", Aliases: []string{"見本 太郎", "ミホン タロウ"},
		Births: []string{"1970-01-31", "1971"}, Countries: []string{"jp", "cn"}, Addresses: []string{"1 Sample Street"},
		Identifiers: []string{"X-1234567"}, Sanctions: []string{"listed"}, Phones: []string{"+81"},
		Emails: []string{"a@example.org"}, Dataset: "sample", FirstSeen: "2026-01-01", LastSeen: "2026-11-01",
		LastChange: "2026-02-01"}
	if got, ok := list.Entry("s-1"); !ok || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v", got)
	}
}

func TestReaderTakesColumnsInAnyOrderAndPassesOverUnknownOnes(t *testing.T) {
	t.Parallel()
	list, defects, err := Read(strings.NewReader("name,colour,ID,schema\nSample One,red,s-1,Company\n"))
	e, ok := list.Entry("s-1")
	if err != nil || len(defects) != 0 || !ok || e.Name != "Sample One" || e.Schema != "Company" {
		t.Fatalf("%+v %v %v", list, defects, err)
	}
}

func TestReaderReportsBadRowsAndKeepsTheOthers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, row string
		want      Defect
	}{
		{"too few values", "s-2,Person\n",
			Defect{Line: 3, Reason: "the row has 2 values where the first line has 5", Dropped: true}},
		{"no identifier", ",Person,Sample,,\n",
			Defect{Line: 3, Column: "id", Reason: "the identifier is missing", Dropped: true}},
		{"identifier twice", "s-1,Person,Sample,,\n",
			Defect{Line: 3, Column: "id", Reason: "the identifier is on line 2 already", Dropped: true}},
		{"no schema", "s-2,,Sample,,\n",
			Defect{Line: 3, Column: "schema", Reason: "the schema is missing", Dropped: true}},
		{"no letter", "s-2,Person,--,,\n",
			Defect{Line: 3, Column: "name", Reason: "the name has no letter", Dropped: true}},
		{"not UTF-8", "s-2,Person,\xff\xfe,,\n",
			Defect{Line: 3, Column: "name", Reason: "the value is not UTF-8", Dropped: true}},
		{"broken quotes", "s-2,Person,Sam\"ple,,\n",
			Defect{Line: 3, Reason: "the quotes are broken at character 15 of line 3", Dropped: true}},
		{"alias without letter", "s-2,Person,Sample,A;--,\n",
			Defect{Line: 3, Column: "aliases", Reason: "an alias has no letter or too many"}},
		{"no such day", "s-2,Person,Sample,,1970-02-31\n", Defect{Line: 3, Column: "birth_date",
			Reason: "a date of birth must be written like 1970-01-31, 1970-01 or 1970"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := "id,schema,name,aliases,birth_date\ns-1,Person,First,,\n" + c.row + "s-9,Company,Last,,\n"
			list, defects, err := Read(strings.NewReader(text))
			if err != nil || len(defects) != 1 || defects[0] != c.want {
				t.Fatalf("%+v %v", defects, err)
			}
			want := 3
			if c.want.Dropped {
				want = 2
			}
			if _, last := list.Entry("s-9"); list.Len() != want || !last {
				t.Errorf("%d entries", list.Len())
			}
		})
	}
}

func TestOpenQuoteTakesNoMoreThanTheRowsUpToTheNextQuote(t *testing.T) {
	t.Parallel()
	text := "id,schema,name\n\"1\",\"Person\",\"One\"\n\"2\",\"Person\",\"Two\n\"3\",\"Person\",\"Three\"\n" +
		"\"4\",\"Person\",\"Four\"\n"
	list, defects, err := Read(strings.NewReader(text))
	_, one := list.Entry("1")
	_, four := list.Entry("4")
	if err != nil || !one || !four || len(defects) != 1 || defects[0].Line != 3 || !defects[0].Dropped {
		t.Fatalf("%d entries, %+v %v", list.Len(), defects, err)
	}
}

func TestReaderRefusesAListWithoutItsColumns(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "id,name\n", "id,schema,name,name\n", "\"id,schema,name\n"} {
		_, _, err := Read(strings.NewReader(text))
		if fault.CodeOf(err) != CodeListHeader || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestReaderSaysWhenTheBytesBreakOff(t *testing.T) {
	t.Parallel()
	broken := iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(header)))
	_, _, err := Read(broken)
	if fault.CodeOf(err) != CodeListUnreadable || fault.KindOf(err) != fault.Unavailable ||
		!errors.Is(err, iotest.ErrTimeout) {
		t.Fatalf("%v", err)
	}
}

func TestDigestOfAnEntryIgnoresWhenItWasSeen(t *testing.T) {
	t.Parallel()
	a := Entry{ID: "s-1", Schema: "Person", Name: "Sample", Aliases: []string{"A", "B"}, LastSeen: "2026-11-01"}
	b := a
	b.LastSeen, b.Aliases = "2026-11-02", []string{"B", "A"}
	if a.Digest() != b.Digest() {
		t.Error("the day it was seen or the order of aliases changed the digest")
	}
	for name, change := range map[string]func(*Entry){
		"name":    func(e *Entry) { e.Name = "Sampler" },
		"alias":   func(e *Entry) { e.Aliases = []string{"AB"} },
		"birth":   func(e *Entry) { e.Births = []string{"1970"} },
		"country": func(e *Entry) { e.Countries = []string{"jp"} },
		"dataset": func(e *Entry) { e.Dataset = "other" },
		"reason":  func(e *Entry) { e.Sanctions = []string{"new"} },
	} {
		c := a
		change(&c)
		if c.Digest() == a.Digest() {
			t.Errorf("another %s left the digest", name)
		}
	}
}

func TestDiffSaysWhatChanged(t *testing.T) {
	t.Parallel()
	entry := func(id, name string) Entry { return Entry{ID: id, Schema: "Person", Name: name} }
	a := NewList([]Entry{entry("1", "One"), entry("2", "Two"), entry("3", "Three"), entry("5", "Five")})
	b := NewList([]Entry{entry("5", "Five"), entry("3", "Third"), entry("2", "Two"), entry("4", "Four"),
		entry("6", "Six")})
	got := Diff(a, b)
	want := Change{Added: []string{"4", "6"}, Changed: []string{"3"}, Removed: []string{"1"}}
	if !reflect.DeepEqual(got, want) || got.None() || !Diff(a, a).None() || a.Digest() == b.Digest() {
		t.Errorf("got %+v", got)
	}
	back := Diff(b, a)
	if !reflect.DeepEqual(back.Added, want.Removed) || !reflect.DeepEqual(back.Removed, want.Added) {
		t.Errorf("back %+v", back)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(header + "s-1,Person,Sample,a;b,1970,jp,,,,,,sample,,,\n"))
	f.Add([]byte("id,schema,name\n\"s-1\",\"Person\",\"Sample\ns-2,Company,\"\"x\"\n"))
	f.Add([]byte("\ufeffid,schema,name,birth_date\r\n1,Person,\xff,0000-00-00\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, defects, err := Read(bytes.NewReader(data))
		if err != nil {
			if list.Len() != 0 || fault.CodeOf(err) != CodeListHeader {
				t.Fatalf("%d entries and %v", list.Len(), err)
			}
			return
		}
		for _, d := range defects {
			if d.Line < 1 || d.Reason == "" {
				t.Fatalf("%+v", d)
			}
		}
		x := NewIndex(list)
		for i := range list.entries {
			e := list.entries[i]
			v, err := x.Screen(Subject{Names: []string{e.Name}}, Standard())
			if err != nil || v.Level < Review && entryKind(e.Schema) != Anything {
				t.Fatalf("%q does not hit itself: %+v %v", e.Name, v, err)
			}
		}
	})
}
