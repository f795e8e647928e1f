// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"strings"
	"testing"
)

// journalOf is a callers' journal from lines without their times.
func journalOf(lines ...string) *strings.Reader {
	return strings.NewReader("1 " + strings.Join(lines, "\n2 ") + "\n")
}

// heard reads a journal and gives what is wrong in it.
func heard(t *testing.T, lines ...string) (*history, *findings) {
	t.Helper()
	f := &findings{}
	h, err := readHistory(journalOf(lines...), f)
	if err != nil {
		t.Fatal(err)
	}
	return h, f
}

// honest is a journal of a network that keeps every promise.
var honest = []string{
	"ask pay p-1 1000", "told pay p-1 - - -", "ask inquire p-1 1000", "told inquire p-1 U PAYMENT_IN_PROCESS ID1",
	"ask pay p-1 1000", "told pay p-1 S SUCCESS ID1",
	"ask alter p-1 1001", "told alter p-1 F REPEAT_REQ_INCONSISTENT -",
	"ask refund r-1 400 p-1", "told refund r-1 U PAYMENT_IN_PROCESS -", "told refund r-1 S SUCCESS RID1",
	"ask pay p-2 700", "told pay p-2 F RISK_REJECT ID2", "ask pay p-2 700", "told pay p-2 F RISK_REJECT ID2",
	"ask pay p-3 600", "told pay p-3 S SUCCESS ID3", "ask cancel p-3 600", "told cancel p-3 U PAYMENT_IN_PROCESS ID3",
	"told cancel p-3 S SUCCESS ID3", "ask inquire p-3 600", "told inquire p-3 F ORDER_IS_CANCELED ID3",
	"ask pay p-4 500", "told pay p-4 - - -", "ask cancel p-4 500", "told cancel p-4 F ORDER_NOT_EXIST -",
	"ask inquire p-4 500", "told inquire p-4 F ORDER_IS_CANCELED ID4",
}

func TestAnHonestJournalIsOneStory(t *testing.T) {
	t.Parallel()
	h, f := heard(t, honest...)
	if !f.empty() {
		t.Fatal(f.text())
	}
	success, failure, cancelled := h.ends()
	if success != 1 || failure != 1 || cancelled != 2 || len(h.order) != 4 || len(h.refunds) != 1 {
		t.Fatalf("%d S, %d F, %d cancelled of %d, %d refunds", success, failure, cancelled, len(h.order), len(h.refunds))
	}
}

func TestEveryBrokenWordIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		lines []string
		want  promise
	}{
		{"S, then nothing is known", []string{"told inquire p-1 F ORDER_NOT_EXIST -"}, missing},
		{"S, then nobody knows", []string{"told inquire p-1 U PAYMENT_IN_PROCESS ID1"}, missing},
		{"S, then F", []string{"told inquire p-1 F PROCESS_FAIL ID1"}, changed},
		{"S, then cancelled, which nobody asked for", []string{"told inquire p-1 F ORDER_IS_CANCELED ID1"}, changed},
		{"one name, two payments", []string{"told pay p-1 S SUCCESS ID9"}, duplicated},
		{"S under another amount", []string{"told alter p-1 S SUCCESS ID1"}, changed},
		{"F, then S", []string{"told pay p-2 S SUCCESS ID2"}, changed},
		{"F, then another F", []string{"told pay p-2 F PROCESS_FAIL ID2"}, changed},
		{"F, then nobody knows", []string{"told pay p-2 U PAYMENT_IN_PROCESS ID2"}, missing},
		{"cancelled, then S", []string{"told pay p-3 S SUCCESS ID3"}, changed},
		{"the cancel is confirmed, then open", []string{"told cancel p-3 U PAYMENT_IN_PROCESS ID3"}, missing},
		{"the cancelled payment is not there", []string{"told cancel p-3 F ORDER_NOT_EXIST -"}, missing},
		{"the buried name is not there", []string{"told inquire p-4 F ORDER_NOT_EXIST -"}, missing},
		{"the cancel is refused", []string{"told cancel p-3 F PROCESS_FAIL ID3"}, changed},
		{"the refund is S, then F", []string{"told refund r-1 F PROCESS_FAIL RID1"}, changed},
		{"the refund is S, then open", []string{"told refund r-1 U PAYMENT_IN_PROCESS RID1"}, missing},
		{"the refunded payment is not there", []string{"told refund r-1 F ORDER_NOT_EXIST -"}, missing},
		{"the refund is F, then S", []string{"ask refund r-2 1 p-1", "told refund r-2 F REFUND_AMOUNT_EXCEED -",
			"told refund r-2 S SUCCESS RID2"}, changed},
		{"the refund is F, then another F", []string{"ask refund r-2 1 p-1", "told refund r-2 F REFUND_AMOUNT_EXCEED -",
			"told refund r-2 F PROCESS_FAIL -"}, changed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, f := heard(t, append(append([]string{}, honest...), c.lines...)...)
			if f.count(c.want) != 1 || len(f.lines) != 1 {
				t.Fatalf("want one %q:\n%s", c.want, f.text())
			}
		})
	}
}

func TestAJournalThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"", "ask pay", "ask pay p-9 ten", "told pay p-9 S SUCCESS", "asked pay p-9 10",
		"told pay p-9 S SUCCESS ID9", "ask cancel p-9 10", "ask refund r-9 10 p-9", "told refund r-9 S SUCCESS RID9"} {
		if _, err := readHistory(journalOf("ask pay p-1 1000", line), &findings{}); err == nil ||
			!strings.Contains(err.Error(), "line 2 ") {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestWhatCallersWriteDownIsReadAsItWas(t *testing.T) {
	t.Parallel()
	j, err := openJournal(t.TempDir() + "/callers.journal")
	if err != nil {
		t.Fatal(err)
	}
	j.ask(actPay, "p-1", 1000)
	j.told(actPay, "p-1", answer{status: noAnswer})
	j.told(actPay, "p-1", answer{status: succeeded, code: "SUCCESS", id: "ID1"})
	j.ask(actRefund, "r-1", 400, "p-1")
	if j.err != nil {
		t.Fatal(j.err)
	}
	r := run{journal: j}
	h, err := r.history(&findings{})
	if err != nil {
		t.Fatal(err)
	}
	p, back := h.payments["p-1"], h.refunds["r-1"]
	if p == nil || p.minor != 1000 || p.id != "ID1" || !p.success || back == nil || back.minor != 400 || back.payment != "p-1" {
		t.Fatalf("%+v, %+v", p, back)
	}
	if h.asked != 2 || h.told != 1 {
		t.Fatalf("%d questions, %d definite answers", h.asked, h.told)
	}
}
