// SPDX-License-Identifier: Apache-2.0

package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// expect compares the last answer with what a line says.
func (p *player) expect(l line) error {
	if p.answer == nil {
		return errors.New("nothing has come back yet")
	}
	switch l.verb {
	case expectStatus, expectCode:
		if strconv.Itoa(p.answer.Status) != l.value {
			return fmt.Errorf("%s is %d, want %s", l.verb, p.answer.Status, l.value)
		}
		return nil
	}
	escape := plain
	if strings.HasSuffix(l.operator(), "~") {
		escape = regexp.QuoteMeta
	}
	want := l.value
	if l.block != nil {
		want = *l.block
	}
	want, err := p.expand(want, escape)
	if err != nil {
		return err
	}
	subject, name := "", string(l.verb)
	if l.verb != expectBody {
		subject = l.words[0]
		name += " " + subject
	}
	if l.verb == expectJSON && (l.operator() == "==" || l.operator() == "!=") && (l.block != nil || strictly(want)) {
		return p.answer.sameJSON(subject, l.operator(), want)
	}
	got, found, err := p.answer.value(string(l.verb), subject)
	if err != nil {
		return err
	}
	return compare(name, l.operator(), operand{got, found}, want)
}

// strictly reports whether a value is written as JSON and is to be compared as JSON.
func strictly(want string) bool { return want != "" && strings.ContainsRune(`"{[`, rune(want[0])) }

// An operand is what the answer has, if it has it.
type operand struct {
	text  string
	found bool
}

func compare(name, operator string, got operand, want string) error {
	switch operator {
	case "exists":
		return holds(got.found, "%s is missing", name)
	case "absent":
		return holds(!got.found, "%s is %q, want none", name, got.text)
	}
	if !got.found {
		return fmt.Errorf("%s is missing, want %s %q", name, operator, want)
	}
	switch operator {
	case "==":
		return holds(got.text == want, "%s is %q, want %q", name, got.text, want)
	case "!=":
		return holds(got.text != want, "%s is %q, want another", name, got.text)
	case "contains":
		return holds(strings.Contains(got.text, want), "%s is %q, want it to contain %q", name, got.text, want)
	}
	pattern, err := regexp.Compile(want)
	if err != nil {
		return err
	}
	fits := pattern.MatchString(got.text)
	return holds(fits == (operator == "=~"), "%s is %q, want %s %s", name, got.text, operator, want)
}

func holds(condition bool, format string, args ...any) error {
	if condition {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// value finds a part of the answer as text, and whether it is there.
func (a *Answer) value(source, subject string) (text string, found bool, err error) {
	switch source {
	case "header":
		values := a.Header.Values(subject)
		return strings.Join(values, ", "), len(values) > 0, nil
	case "json":
		value, found, err := a.lookUp(subject)
		if err != nil || !found {
			return "", false, err
		}
		return asText(value), true, nil
	}
	if subject == "" {
		return strings.TrimSuffix(string(a.Body), "\n"), true, nil
	}
	pattern, err := regexp.Compile(subject)
	if err != nil {
		return "", false, err
	}
	groups := pattern.FindSubmatch(a.Body)
	if groups == nil {
		return "", false, nil
	}
	return string(groups[min(1, len(groups)-1)]), true, nil
}

func (a *Answer) sameJSON(path, operator, want string) error {
	wanted, err := decode([]byte(want))
	if err != nil {
		return fmt.Errorf("the value of the line is not JSON: %w", err)
	}
	got, found, err := a.lookUp(path)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("json %s is missing, want %s %s", path, operator, want)
	}
	same := reflect.DeepEqual(got, wanted)
	return holds(same == (operator == "=="), "json %s is %s, want %s %s", path, asJSON(got), operator, asJSON(wanted))
}

// lookUp walks the path through the JSON of the answer.
func (a *Answer) lookUp(path string) (value any, found bool, err error) {
	value, err = decode(a.Body)
	if err != nil {
		return nil, false, fmt.Errorf("the answer is not JSON: %w", err)
	}
	if path == "." {
		return value, true, nil
	}
	for part := range strings.SplitSeq(path, ".") {
		value, found = child(value, part)
		if !found {
			return nil, false, nil
		}
	}
	return value, true, nil
}

func child(parent any, part string) (any, bool) {
	switch parent := parent.(type) {
	case map[string]any:
		if value, ok := parent[part]; ok {
			return value, true
		}
		if part == "#" {
			return json.Number(strconv.Itoa(len(parent))), true
		}
	case []any:
		if part == "#" {
			return json.Number(strconv.Itoa(len(parent))), true
		}
		if i, err := strconv.Atoi(part); err == nil && i >= 0 && i < len(parent) {
			return parent[i], true
		}
	}
	return nil, false
}

// decode keeps numbers as they are written, and refuses anything after the value.
func decode(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the value")
	}
	return value, nil
}

// asText is a string without its quotes, and everything else as JSON.
func asText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return asJSON(value)
}

func asJSON(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(text.String(), "\n")
}
