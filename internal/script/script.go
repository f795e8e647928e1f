// SPDX-License-Identifier: Apache-2.0

// Package script plays transcripts: text files that say what is sent to a handler, a server or a command, and what must
// come back. They are the tests of the edges that a reader can check against the specification without reading Go.
//
// The package knows no keys and no formats of its own: whoever runs a script hands in how a request is signed, how an
// answer is verified and how a command is run. Each file gets a world of its own and runs beside the others.
// The language is described at Run. Read run.go for what happens, parse.go for how it is written.
package script

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A World is what one script talks to. Requests need Handler or URL, commands need Command; the rest may be nil.
type World struct {
	Handler http.Handler // answers requests without a socket
	URL     string       // where a running server answers, when Handler is nil: "http://127.0.0.1:8080"

	Sign    Signer
	Verify  Verifier
	Command func(args []string) (output string, code int)
	Vars    map[string]string // variables a script starts with
}

// A Signer is asked before a request goes out under a name, and answers the headers that prove the name. The path is as
// written, with its query.
type Signer func(name, method, path string, body []byte) (headers [][2]string)

// A Verifier is asked after each answer to a request that went out under a name. Its error fails the script.
type Verifier func(name, method, path string, answer Answer) error

// An Answer is what came back, to the byte.
type Answer struct {
	Status int // of HTTP, or the exit code of a command
	Header http.Header
	Body   []byte
}

// Run plays each file that matches the pattern as a parallel test of its own, in a world that build makes for it. A
// failed expectation names file and line. A pattern that matches nothing fails too.
//
// A script is read line by line. Lines that begin with # and empty lines are skipped. Indented lines belong to the line
// above them, as its body or as the value it expects; their common indentation is taken off. Lines say:
//
//	with NAME: VALUE           a header of the next request, stronger than the signer's; without VALUE it is left out
//	GET /path?query            send a request without a name
//	POST /path as SHOP_1       send it under a name: it is signed, its answer is verified, its cookies are kept
//	    {"body": "indented"}   the body; content-type is JSON when it begins with { or [ and no other is given
//	cmd NAME ARG "AN ARG"      run a command
//
//	status 200                 what came back; each request needs this line
//	code 0                     how the command ended; each command needs this line
//	header NAME OP VALUE       a header of the answer
//	json PATH OP VALUE         a value in the JSON of the answer or of the output
//	body OP VALUE              the whole answer, or the output; output is another word for it
//	set ID = json PATH         keep a value under a name; also header NAME, body REGEXP (its first group)
//	set ID = text VALUE
//
// OP is == or != (the whole), =~ or !~ (a regular expression), contains, or exists or absent without a value. A missing
// value of == and its like is in the indented lines. A PATH has its parts between dots: keys, indexes from 0, # for the
// number of elements, and . alone for everything. A value is compared as text, so that == 1000 fits the number and the
// string; a value that begins with ", { or [, or is indented, is JSON and fits only the same JSON. A newline that ends
// the whole answer is not compared.
//
// ${ID} stands for the value kept under that name, everywhere but in names and operators; inside a regular expression
// it stands for itself, letter by letter. Lines of the form -- NAME -- at the end begin files, as in a txtar archive;
// they are written into a temporary folder whose path is ${dir}.
func Run(t *testing.T, pattern string, build func(t *testing.T) World) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("script: %q matches %d files, %v", pattern, len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			s, err := parse(name, string(data))
			if err != nil {
				t.Fatal(err)
			}
			for _, err := range play(s, build(t), t.TempDir()) {
				t.Error(err)
			}
		})
	}
}

// play answers everything that went wrong in the first request or command that went wrong.
func play(s *transcript, w World, dir string) []error {
	p, err := newPlayer(s, w, dir)
	if err != nil {
		return []error{err}
	}
	var failed []error
	for _, l := range s.lines {
		if len(failed) > 0 && l.sends() {
			break
		}
		err := p.do(l)
		if err == nil {
			continue
		}
		failed = append(failed, s.at(l.number, err))
		if l.sends() {
			break // what should have come back did not
		}
	}
	if len(failed) > 0 && p.answer != nil {
		failed = append(failed, errors.New(p.answer.shown()))
	}
	return failed
}
