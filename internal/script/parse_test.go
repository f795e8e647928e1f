// SPDX-License-Identifier: Apache-2.0

package script

import (
	"slices"
	"strings"
	"testing"
)

func TestMistakesAreFoundBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, script, want string }{
		{"nothing", "# only a comment\n", "a.txt:1: the script is empty"},
		{"an unknown word", "\nSTATUS 200", `a.txt:2: no line begins with "STATUS"`},
		{"a method without a path", "GET", `a.txt:1: no line begins with "GET"`},
		{"an unchecked request", "GET /a\nbody == x\nGET /b\nstatus 200", "a.txt:1: the request goes unchecked"},
		{"an unchecked last request", "GET /a\nstatus 200\nGET /b", "a.txt:3: the request goes unchecked"},
		{"an unchecked command", "cmd a", "a.txt:1: the cmd goes unchecked"},
		{"a code of a request", "GET /a\ncode 0", "a.txt:2: no command has been run"},
		{"a status of a command", "cmd a\nstatus 0", "a.txt:2: no request has been sent"},
		{"a status that is no number", "GET /a\nstatus OK", `a.txt:2: status needs a number, not "OK"`},
		{"an unknown operator", "GET /a\nstatus 200\njson a is b", `a.txt:3: "is" is not one of`},
		{"no subject", "GET /a\nstatus 200\nheader", "a.txt:3: header needs to say of what"},
		{"no value", "GET /a\nstatus 200\nbody =~", "a.txt:3: =~ needs a value"},
		{"a value too many", "GET /a\nstatus 200\njson a exists b", "a.txt:3: exists takes no value"},
		{"two values", "GET /a\nstatus 200\nbody == a\n  b", "a.txt:3: the value stands in the line or below it"},
		{"a body that exists", "GET /a\nstatus 200\nbody exists", "a.txt:3: there is always a body"},
		{"a block of a status", "GET /a\nstatus 200\n  x", "a.txt:2: status takes no indented lines"},
		{"a block of nothing", "  x\nGET /a\nstatus 200", "a.txt:1: indented lines with nothing above"},
		{"a header without a request", "with a: b\ncmd x\ncode 0", "a.txt:1: no request follows the header"},
		{"a header at the end", "cmd x\ncode 0\nwith a: b", "a.txt:3: no request follows the header"},
		{"a header without a colon", "with a b\nGET /a\nstatus 200", "a.txt:1: a header is written: with NAME: VALUE"},
		{"a set of nothing", "set a = json", "a.txt:1: set needs to say which json"},
		{"a set of something else", "set a = cookie b", "a.txt:1: a value is kept with"},
		{"an empty command", "cmd", "a.txt:1: cmd needs a command"},
		{"an open quote", "cmd a 'b", "a.txt:1: a quote is not closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := parse("a.txt", c.script)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestIndentedLinesLoseTheirCommonIndentation(t *testing.T) {
	t.Parallel()
	s, err := parse("a.txt", "POST /a\r\n    one\r\n\r\n      two\r\n    three\r\n\r\n\r\nstatus 200\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := *s.lines[0].block; got != "one\n\n  two\nthree" {
		t.Errorf("got %q", got)
	}
	if s.lines[1].number != 8 || s.lines[1].block != nil {
		t.Errorf("the next line is %+v", s.lines[1])
	}
}

func TestArgumentsSplitAtSpacesOutsideQuotes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		`a b  c`: {"a", "b", "c"}, `"a b" c`: {"a b", "c"}, `'a "b"' ''`: {`a "b"`, ""}, `"a\"b\\"`: {`a"b\`},
		`a"b c"d`: {"ab cd"}, `'a\b'`: {`a\b`}, ``: nil,
	} {
		got, err := splitArguments(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v, want %q", text, got, err, want)
		}
	}
}

// FuzzParse holds that no text stops the reader, and that what it accepts leaves no request unchecked.
func FuzzParse(f *testing.F) {
	f.Add("GET /a as B\n  {}\nstatus 200\njson a.b == \"c\"\n")
	f.Add("cmd a 'b c' \"\\\"\"\ncode 0\noutput =~ ^x\n-- f --\ntext\n")
	f.Add("with a:\nPOST /\n\t\n\tx\nstatus 200\nset y = body (z)\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parse("a.txt", text)
		if err != nil {
			return
		}
		sent, checked := 0, 0
		for _, l := range s.lines {
			switch {
			case l.sends():
				sent++
			case l.verb == expectStatus, l.verb == expectCode:
				checked++
			}
		}
		if len(s.lines) == 0 || checked < sent {
			t.Errorf("%d of %d answers are checked", checked, sent)
		}
	})
}
