// SPDX-License-Identifier: Apache-2.0

package payment

import (
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// SentBy is the first row of a payment whose wallet may be asked once the row is durable.
func (r *Request) SentBy() Change {
	return Change{Kind: ledger.PaymentSent, Subject: r.ID.Digest, Cause: ByCaller, Bound: r.CommitmentOf(), Sealed: r.Sealed,
		Client: r.Client}
}

// RefusedFor is the only row of a payment that failed before anything was sent: the same answer for ever.
func (r *Request) RefusedFor(code wire.ResultCode, detail string) Change {
	return Change{Kind: ledger.PaymentRefused, Subject: r.ID.Digest, Result: code, Detail: detail, Cause: ByCaller,
		Bound: r.CommitmentOf(), Sealed: r.Sealed, Client: r.Client}
}

// Buried is the only row of a tombstone: a cancel came for a request that was never seen, and a pay that comes later under
// the same name is refused.
func (r *Request) Buried() Change {
	return Change{Kind: ledger.PaymentTombstone, Subject: r.ID.Digest, Result: wire.OrderIsCanceled, Cause: ByCaller,
		Bound: r.CommitmentOf(), Client: r.Client}
}
