// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"fmt"
	"io"
	"slices"
)

// canceled is the code under which a payment says that it was taken back.
const canceled = "ORDER_IS_CANCELED"

// notThere is the code of a name that the network does not know.
const notThere = "ORDER_NOT_EXIST"

// passing are the refusals that no payment remembers: they say nothing about it.
var passing = []string{notThere, "REPEAT_REQ_INCONSISTENT", "CANCEL_WINDOW_EXCEED"}

// history is the callers' journal by name.
type history struct {
	payments map[string]*paymentStory
	refunds  map[string]*refundStory
	order    []*paymentStory
	asked    int // questions
	told     int // definite answers
}

// paymentStory is what the callers were promised about one payment.
type paymentStory struct {
	request   string
	minor     int64
	id        string // the network's name of it
	known     bool   // the network has spoken of it as of something that is there
	success   bool   // S was told
	failure   string // the code of the F that was told
	asked     bool   // a cancel was asked for
	cancelled bool   // and confirmed
	taken     bool   // the network said by itself that it is cancelled
	refunds   bool   // a refund was asked for
}

// refundStory is the same about a refund.
type refundStory struct {
	request string
	payment string
	minor   int64
	success bool
	failure string
}

// readHistory reads the journal; what the callers were told must be one story in itself.
//
// Errors: a line that is none, or that speaks of something that nobody had asked for.
func readHistory(from io.Reader, f *findings) (*history, error) {
	h := &history{payments: map[string]*paymentStory{}, refunds: map[string]*refundStory{}}
	return h, readJournal(from, func(e entry) error { return h.take(e, f) })
}

func (h *history) take(e entry, f *findings) error {
	if !e.told {
		h.asked++
		return h.ask(e)
	}
	if e.definite() {
		h.told++
	}
	if e.act == actRefund {
		if r := h.refunds[e.request]; r != nil {
			r.hear(e.answer, f)
			return nil
		}
		return fmt.Errorf("an answer about the refund %s, for which nobody had asked", e.request)
	}
	p, err := h.payment(e.request)
	if err == nil {
		p.hear(e.act, e.answer, f)
	}
	return err
}

func (h *history) payment(request string) (*paymentStory, error) {
	if p := h.payments[request]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("the payment %s, for which nobody had asked", request)
}

func (h *history) ask(e entry) error {
	switch e.act {
	case actPay:
		if h.payments[e.request] == nil {
			p := &paymentStory{request: e.request, minor: e.minor}
			h.payments[e.request], h.order = p, append(h.order, p)
		}
	case actCancel:
		p, err := h.payment(e.request)
		if err != nil {
			return err
		}
		p.asked = true
	case actRefund:
		p, err := h.payment(e.payment)
		if err != nil {
			return err
		}
		p.refunds = true
		if h.refunds[e.request] == nil {
			h.refunds[e.request] = &refundStory{request: e.request, payment: e.payment, minor: e.minor}
		}
	}
	return nil
}

// hear takes one answer about a payment.
func (p *paymentStory) hear(act string, a answer, f *findings) {
	if a.id != "" && act != actAlter {
		if p.id != "" && p.id != a.id {
			f.add(duplicated, "payment %s is called %s, and was called %s", p.request, a.id, p.id)
		}
		p.id = a.id
	}
	switch {
	case a.status == noAnswer:
	case act == actAlter:
		if a.status == succeeded {
			f.add(changed, "payment %s succeeded under another amount", p.request)
		}
	case act == actCancel:
		p.hearCancel(a, f)
	case a.code == notThere:
		if p.known {
			f.add(missing, "payment %s was known and is not there any more", p.request)
		}
	case a.code == canceled:
		if p.failure != "" || p.success && !p.asked {
			f.add(changed, "payment %s is cancelled after it was F %s, or S and nobody asked for it", p.request, p.failure)
		}
		p.known, p.taken = true, true
	default:
		p.hearPay(a, f)
	}
}

func (p *paymentStory) hearPay(a answer, f *findings) {
	gone := p.cancelled || p.taken
	switch a.status {
	case succeeded:
		if p.failure != "" || gone {
			f.add(changed, "payment %s is S after it was F %s or cancelled", p.request, p.failure)
		}
		p.success = true
	case failed:
		switch {
		case slices.Contains(passing, a.code):
			return
		case p.success || p.taken: // a cancel of what has failed is confirmed too
			f.add(changed, "payment %s is F %s after it was S or cancelled", p.request, a.code)
		case p.failure != "" && p.failure != a.code:
			f.add(changed, "payment %s is F %s, and was F %s", p.request, a.code, p.failure)
		}
		p.failure = a.code
	case unknown:
		if p.failure != "" || gone || p.success && !p.asked {
			f.add(missing, "payment %s is U %s after it had ended", p.request, a.code)
		}
	}
	p.known = p.known || a.id != "" || a.definite()
}

func (p *paymentStory) hearCancel(a answer, f *findings) {
	switch {
	case a.status == succeeded:
		p.known, p.cancelled = true, true
	case a.code == notThere:
		if p.known {
			f.add(missing, "payment %s was known and is not there to be cancelled", p.request)
		}
		p.known, p.cancelled = true, true // its name is buried: a pay that comes later finds it cancelled
	case a.status == unknown && p.cancelled:
		f.add(missing, "the cancel of payment %s was confirmed and is U", p.request)
	case a.status == failed && !slices.Contains(passing, a.code) && !p.refunds:
		f.add(changed, "the cancel of payment %s is refused with %s", p.request, a.code)
	}
}

// hear takes one answer about a refund.
func (r *refundStory) hear(a answer, f *findings) {
	switch a.status {
	case succeeded:
		if r.failure != "" {
			f.add(changed, "refund %s is S after it was F %s", r.request, r.failure)
		}
		r.success = true
	case failed:
		switch {
		case slices.Contains(passing, a.code):
			f.add(missing, "refund %s of a payment that is there is refused with %s", r.request, a.code)
		case r.success:
			f.add(changed, "refund %s is F %s after it was S", r.request, a.code)
		case r.failure != "" && r.failure != a.code:
			f.add(changed, "refund %s is F %s, and was F %s", r.request, a.code, r.failure)
		}
		r.failure = a.code
	case unknown:
		if r.success || r.failure != "" {
			f.add(missing, "refund %s is U after it had ended", r.request)
		}
	}
}
