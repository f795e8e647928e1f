// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The acts that callers write down.
const (
	actPay     = "pay"
	actAlter   = "alter" // a pay under a name that was used, with another amount
	actInquire = "inquire"
	actCancel  = "cancel"
	actRefund  = "refund"
)

// The answers that callers write down. An answer that did not come is noAnswer.
const (
	succeeded = "S"
	failed    = "F"
	unknown   = "U"
	noAnswer  = "-"
)

// nothing stands for a field that is empty.
const nothing = "-"

// journal is what the callers wrote down themselves, in a file and a form of its own: a line for each question before it
// leaves, and a line for each answer before anything else is asked because of it.
//
//	MICROSECONDS ask  pay     REQUEST AMOUNT
//	MICROSECONDS ask  refund  REQUEST AMOUNT PAYMENT-REQUEST
//	MICROSECONDS told pay     REQUEST S CODE PAYMENT-ID
//
// Concurrency: safe for any number of callers.
type journal struct {
	mutex sync.Mutex
	file  *os.File
	err   error
}

func openJournal(path string) (*journal, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	return &journal{file: file}, err
}

func (j *journal) write(fields ...string) {
	for i, f := range fields {
		if f == "" {
			fields[i] = nothing
		}
	}
	j.mutex.Lock()
	defer j.mutex.Unlock()
	line := strconv.FormatInt(time.Now().UnixMicro(), 10) + " " + strings.Join(fields, " ") + "\n"
	if _, err := io.WriteString(j.file, line); err != nil && j.err == nil {
		j.err = err
	}
}

// ask writes a question down.
func (j *journal) ask(act, request string, minor int64, more ...string) {
	j.write(append([]string{"ask", act, request, strconv.FormatInt(minor, 10)}, more...)...)
}

// told writes an answer down.
func (j *journal) told(act, request string, a answer) {
	j.write("told", act, request, a.status, a.code, a.id)
}

// answer is what a caller was told.
type answer struct {
	status string // S, F, U or -
	code   string
	id     string // of the payment or refund, as the network names it
}

// definite reports whether the answer is the last word.
func (a answer) definite() bool { return a.status == succeeded || a.status == failed }

// entry is one line of the journal.
type entry struct {
	told    bool
	act     string
	request string
	minor   int64
	payment string // of a refund: the request of the payment
	answer
}

// readJournal hands every line to each.
func readJournal(from io.Reader, each func(entry) error) error {
	lines := bufio.NewScanner(from)
	for n := 1; lines.Scan(); n++ {
		e, err := parseEntry(lines.Text())
		if err == nil {
			err = each(e)
		}
		if err != nil {
			return fmt.Errorf("line %d of the callers' journal: %w", n, err)
		}
	}
	return lines.Err()
}

func parseEntry(line string) (entry, error) {
	_, line, _ = strings.Cut(line, " ") // when it was: for people
	fields := strings.Split(line, " ")
	for i, f := range fields {
		if f == nothing && i > 3 {
			fields[i] = ""
		}
	}
	switch {
	case len(fields) == 6 && fields[0] == "told":
		return entry{told: true, act: fields[1], request: fields[2],
			answer: answer{status: fields[3], code: fields[4], id: fields[5]}}, nil
	case (len(fields) == 4 || len(fields) == 5) && fields[0] == "ask":
		minor, err := strconv.ParseInt(fields[3], 10, 64)
		e := entry{act: fields[1], request: fields[2], minor: minor}
		if len(fields) == 5 {
			e.payment = fields[4]
		}
		return e, err
	}
	return entry{}, fmt.Errorf("%q is no line of it", line)
}
