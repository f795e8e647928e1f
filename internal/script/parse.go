// SPDX-License-Identifier: Apache-2.0

package script

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A transcript is a script that has been read.
type transcript struct {
	file  string
	lines []line
	files []section
}

// A section is a file that the script brings along.
type section struct {
	name, text string
}

// A line is one line of the script with the indented lines below it.
type line struct {
	number int
	verb   verb
	words  []string // what the verb takes, by position
	value  string   // the rest
	block  *string  // the indented lines, if there are any
}

// A verb is what a line does.
type verb string

const (
	withHeader   verb = "with"
	sendRequest  verb = "request" // words: method, path, name
	runCommand   verb = "cmd"
	expectStatus verb = "status"
	expectCode   verb = "code"
	expectHeader verb = "header" // words: name, operator
	expectJSON   verb = "json"   // words: path, operator
	expectBody   verb = "body"   // words: operator
	keepValue    verb = "set"    // words: name, source
)

var (
	requestLine = regexp.MustCompile(`^([A-Z]+) (/\S*)(?: as (\S+))?$`)
	withLine    = regexp.MustCompile(`^with ([!#$%&'*+.^_|~0-9A-Za-z-]+):\s*(.*)$`)
	setLine     = regexp.MustCompile(`^set (\w+) = (json|header|body|output|text)(?: (.*))?$`)
	sectionLine = regexp.MustCompile(`(?m)^-- (\S+) --\n`)
	operators   = []string{"==", "!=", "=~", "!~", "contains", "exists", "absent"}
)

// sends reports whether the line asks for an answer.
func (l line) sends() bool { return l.verb == sendRequest || l.verb == runCommand }

// at puts the place in front of an error.
func (s *transcript) at(number int, err error) error {
	return fmt.Errorf("%s:%d: %w", s.file, number, err)
}

// parse reads a whole script, so that a mistake in its last line is found before its first is played.
func parse(file, text string) (*transcript, error) {
	s := &transcript{file: file}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if places := sectionLine.FindAllStringSubmatchIndex(text, -1); len(places) > 0 {
		for i, at := range places {
			end := len(text)
			if i+1 < len(places) {
				end = places[i+1][0]
			}
			s.files = append(s.files, section{text[at[2]:at[3]], text[at[1]:end]})
		}
		text = text[:places[0][0]]
	}
	raw := strings.Split(text, "\n")
	for i := 0; i < len(raw); {
		number, content := i+1, strings.TrimRight(raw[i], " \t")
		i++
		if content == "" || content[0] == '#' {
			continue
		}
		if content[0] == ' ' || content[0] == '\t' {
			return nil, s.at(number, errors.New("indented lines with nothing above them to belong to"))
		}
		l, err := parseLine(content)
		if err != nil {
			return nil, s.at(number, err)
		}
		l.number = number
		l.block, i = indented(raw, i)
		if err := l.complete(); err != nil {
			return nil, s.at(number, err)
		}
		s.lines = append(s.lines, l)
	}
	return s, s.ordered()
}

// indented takes the indented lines from i on and answers where they end. Empty lines between them belong to them.
func indented(raw []string, i int) (*string, int) {
	end := i
	for j := i; j < len(raw); j++ {
		if strings.TrimSpace(raw[j]) == "" {
			continue
		}
		if raw[j][0] != ' ' && raw[j][0] != '\t' {
			break
		}
		end = j + 1
	}
	if end == i {
		return nil, i
	}
	block := slices.Clone(raw[i:end])
	margin := ""
	for n, text := range block {
		if strings.TrimSpace(text) == "" {
			block[n] = ""
			continue
		}
		indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
		if margin == "" {
			margin = indent
		}
		for !strings.HasPrefix(indent, margin) {
			margin = margin[:len(margin)-1]
		}
	}
	for n := range block {
		block[n] = strings.TrimPrefix(block[n], margin)
	}
	text := strings.Join(block, "\n")
	return &text, end
}

func parseLine(content string) (line, error) {
	if m := requestLine.FindStringSubmatch(content); m != nil {
		return line{verb: sendRequest, words: m[1:]}, nil
	}
	first, rest, _ := strings.Cut(content, " ")
	rest = strings.TrimSpace(rest)
	switch verb(first) {
	case withHeader:
		if m := withLine.FindStringSubmatch(content); m != nil {
			return line{verb: withHeader, words: m[1:2], value: m[2]}, nil
		}
		return line{}, errors.New("a header is written: with NAME: VALUE")
	case runCommand:
		words, err := splitArguments(rest)
		if err == nil && len(words) == 0 {
			err = errors.New("cmd needs a command")
		}
		return line{verb: runCommand, words: words}, err
	case expectStatus, expectCode:
		if _, err := strconv.Atoi(rest); err != nil {
			return line{}, fmt.Errorf("%s needs a number, not %q", first, rest)
		}
		return line{verb: verb(first), value: rest}, nil
	case expectHeader, expectJSON:
		subject, comparison, _ := strings.Cut(rest, " ")
		return comparing(verb(first), []string{subject}, comparison)
	case expectBody, "output":
		return comparing(expectBody, nil, rest)
	case keepValue:
		if m := setLine.FindStringSubmatch(content); m != nil {
			return line{verb: keepValue, words: m[1:3], value: m[3]}, nil
		}
		return line{}, errors.New("a value is kept with: set NAME = json PATH, header NAME, body REGEXP or text VALUE")
	}
	return line{}, fmt.Errorf("no line begins with %q", first)
}

// comparing is a line that compares: its words are the subject and the operator.
func comparing(v verb, subject []string, comparison string) (line, error) {
	operator, value, _ := strings.Cut(strings.TrimSpace(comparison), " ")
	if len(subject) == 1 && subject[0] == "" {
		return line{}, fmt.Errorf("%s needs to say of what", v)
	}
	if !slices.Contains(operators, operator) {
		return line{}, fmt.Errorf("%q is not one of %s", operator, strings.Join(operators, " "))
	}
	return line{verb: v, words: append(subject, operator), value: strings.TrimSpace(value)}, nil
}

// operator is the last word of a line that compares.
func (l line) operator() string { return l.words[len(l.words)-1] }

// complete checks that a line has the value its form needs, once, and not what it cannot use.
func (l line) complete() error {
	switch l.verb {
	case sendRequest:
		return nil
	case withHeader, runCommand, expectStatus, expectCode, keepValue:
		if l.block != nil {
			return fmt.Errorf("%s takes no indented lines", l.verb)
		}
		if l.verb == keepValue && l.value == "" && l.words[1] != "text" {
			return fmt.Errorf("set needs to say which %s", l.words[1])
		}
		return nil
	}
	lonely := l.operator() == "exists" || l.operator() == "absent"
	given := l.value != "" || l.block != nil
	switch {
	case lonely && given:
		return fmt.Errorf("%s takes no value", l.operator())
	case lonely && l.verb == expectBody:
		return errors.New("there is always a body; compare it with == and nothing")
	case l.value != "" && l.block != nil:
		return errors.New("the value stands in the line or below it, not both")
	case !given && !lonely && l.operator() != "==" && l.operator() != "!=":
		return fmt.Errorf("%s needs a value", l.operator())
	}
	return nil
}

// ordered checks that each request is followed by its status and each command by its code, so that none goes unchecked,
// and that each header has a request to go with.
func (s *transcript) ordered() error {
	if len(s.lines) == 0 {
		return s.at(1, errors.New("the script is empty"))
	}
	var last line // the last that sent
	checked, dangling := true, 0
	for _, l := range append(slices.Clone(s.lines), line{}) {
		switch {
		case dangling > 0 && l.verb != withHeader && l.verb != sendRequest:
			return s.at(dangling, errors.New("no request follows the header"))
		case l.verb == withHeader:
			dangling = l.number
		case l.verb == expectStatus && last.verb != sendRequest:
			return s.at(l.number, errors.New("no request has been sent that could have a status"))
		case l.verb == expectCode && last.verb != runCommand:
			return s.at(l.number, errors.New("no command has been run that could have a code"))
		case l.verb == expectStatus || l.verb == expectCode:
			checked = true
		case !checked && (l.sends() || l.verb == ""):
			return s.at(last.number, fmt.Errorf("the %s goes unchecked: it needs its status or code", last.verb))
		case l.sends():
			last, checked, dangling = l, false, 0
		}
	}
	return nil
}

// splitArguments splits at spaces outside quotes. Inside '…' nothing is special, inside "…" a backslash takes the next
// letter as it is.
func splitArguments(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	quote, started := rune(0), false
	escaped := false
	for _, r := range text {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case quote == '"' && r == '\\':
			escaped = true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, started = r, true
		case r == ' ' || r == '\t':
			if started {
				words = append(words, word.String())
			}
			word.Reset()
			started = false
		default:
			word.WriteRune(r)
			started = true
		}
	}
	if quote != 0 || escaped {
		return nil, errors.New("a quote is not closed")
	}
	if started {
		words = append(words, word.String())
	}
	return words, nil
}
