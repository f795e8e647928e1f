// SPDX-License-Identifier: Apache-2.0

package payment_test

import (
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/payment"
)

// The whole machine, as reliability.md 2.1 and decisions B21 draw it: a row for each state, an x where an arrow leads.
// The last line stands for a state without a name.
const machine = `
            none issued sent unknown success failed cancelling cancelled refunding tombstone
none         .     x     x     .       .       x        .          .         .         x
issued       .     .     x     .       .       x        .          x         .         .
sent         .     .     .     x       x       x        x          .         .         .
unknown      .     .     .     .       x       x        x          .         .         .
success      .     .     .     .       .       .        x          .         .         .
failed       .     .     .     .       .       .        .          .         .         .
cancelling   .     .     .     .       .       .        .          x         x         .
cancelled    .     .     .     .       .       .        .          .         .         .
refunding    .     .     .     .       .       .        .          x         .         .
tombstone    .     .     .     .       .       .        .          .         .         .
state_10     .     .     .     .       .       .        .          .         .         .
`

// refundMachine is the same for refunds.
const refundMachine = `
               none sent unknown success failed
none            .    x      .       .      x
sent            .    .      x       x      x
unknown         .    .      .       x      x
success         .    .      .       .      .
failed          .    .      .       .      .
refund_state_5  .    .      .       .      .
`

// arrows reads a machine: the columns' names, and from each row's name what it leads to.
func arrows(text string) (names []string, leads [][]bool) {
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		words := strings.Fields(line)
		if names == nil {
			names = words
			continue
		}
		row := make([]bool, len(words)-1)
		for i, mark := range words[1:] {
			row[i] = mark == "x"
		}
		leads = append(leads, row)
	}
	return names, leads
}

func TestPaymentGoesOnlyWhereAnArrowLeads(t *testing.T) {
	t.Parallel()
	names, leads := arrows(machine)
	if len(names) != 10 || len(leads) != 11 {
		t.Fatalf("%d states, %d rows", len(names), len(leads))
	}
	for from, row := range leads {
		leaves := false
		for to, legal := range row {
			leaves = leaves || legal
			if payment.Legal(payment.State(from), payment.State(to)) != legal {
				t.Errorf("from %v to %v is legal: %v", payment.State(from), payment.State(to), !legal)
			}
		}
		if payment.Legal(payment.State(from), payment.State(10)) {
			t.Errorf("from %v leads an arrow to nowhere", payment.State(from))
		}
		if from < len(names) && payment.State(from).String() != names[from] {
			t.Errorf("state %d is %v", from, payment.State(from))
		}
		if from < len(names) && payment.State(from).Final() == leaves {
			t.Errorf("%v is final: %v", payment.State(from), !leaves)
		}
	}
	if got := payment.State(10).String(); got != "state 10" {
		t.Errorf("state 10 is %q", got)
	}
}

func TestRefundGoesOnlyWhereAnArrowLeads(t *testing.T) {
	t.Parallel()
	names, leads := arrows(refundMachine)
	if len(names) != 5 || len(leads) != 6 {
		t.Fatalf("%d states, %d rows", len(names), len(leads))
	}
	live, open := []bool{false, true, true, true, false, false}, []bool{false, true, true, false, false, false}
	for from, row := range leads {
		state := payment.RefundState(from)
		for to, legal := range row {
			if payment.LegalRefund(state, payment.RefundState(to)) != legal {
				t.Errorf("from %v to %v is legal: %v", state, payment.RefundState(to), !legal)
			}
		}
		if state.Live() != live[from] || state.Open() != open[from] {
			t.Errorf("%v is live %v, open %v", state, state.Live(), state.Open())
		}
		if from < len(names) && state.String() != names[from] {
			t.Errorf("state %d is %v", from, state)
		}
	}
	if got := payment.RefundState(5).String(); got != "refund state 5" {
		t.Errorf("state 5 is %q", got)
	}
}
