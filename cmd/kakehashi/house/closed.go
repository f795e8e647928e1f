// SPDX-License-Identifier: Apache-2.0

package house

import (
	"cmp"
	"slices"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// CodeClosed is the code of what is refused while the house is closed: nothing has happened.
const CodeClosed fault.Code = "closed_after_restore"

// closing is a house that does not take new payments and refunds yet: its books were restored, and do not know what
// happened after their cut. Cancels, inquiries and what wallets say are served; the wallets are asked about whatever the
// books have open.
type closing struct {
	closed    bool
	unsettled map[ident.ID]*payment.Payment // open at the start, and since
}

// close begins a house's life closed.
func (c *closing) close(found []*payment.Payment) {
	c.closed, c.unsettled = true, map[ident.ID]*payment.Payment{}
	for _, p := range found {
		c.unsettled[p.ID] = p
	}
}

// Closed reports whether new payments and refunds are refused.
func (h *House) Closed() bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.closing.closed
}

// Reopen ends the closed time: new payments and refunds are served from here on.
func (h *House) Reopen() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.closing = closing{}
}

// Unsettled are the payments that were open when a closed house was opened and are still, oldest first: their wallets have
// not said yet what became of them.
func (h *House) Unsettled() []*payment.Payment {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	all := make([]*payment.Payment, 0, len(h.closing.unsettled))
	for _, p := range h.closing.unsettled {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *payment.Payment) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	return all
}

// settle follows the payments that a closed house waits for.
func (h *House) settle(changed []*payment.Payment) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, p := range changed {
		switch _, waited := h.closing.unsettled[p.ID]; {
		case waited && p.Open():
			h.closing.unsettled[p.ID] = p
		case waited:
			delete(h.closing.unsettled, p.ID)
		}
	}
}

// admits refuses what begins something new while the house is closed.
//
// Errors: Unavailable closed_after_restore.
func (h *House) admits(m flow.Movement) error {
	switch m.(type) {
	case flow.Pay, flow.Claim, flow.Refund:
	default:
		return nil
	}
	if !h.Closed() {
		return nil
	}
	return &fault.Error{Op: "house.Do", Kind: fault.Unavailable, Code: CodeClosed,
		Detail: "the books were restored, and the wallets are asked first what became of open payments: try again"}
}
