// SPDX-License-Identifier: Apache-2.0

package sim

// anywhere is every column: what strikes the house strikes whatever there is. inside are those of a payment that a wallet
// was asked about.
var (
	anywhere = []column{inNone, inSent, inUnknown, inSuccess, inFailed, inCancelling, inCancelled, inRefunding, inTombstone,
		inStray, refundSent, refundUnknown, refundSuccess, refundFailed}
	inside = []column{inSent, inUnknown, inSuccess, inFailed, inCancelling, inCancelled, inRefunding, inStray}
)

// legal are the cells that must be met: what a fault can meet at all. A commit that is lost is counted where the payment
// stood before it, a kill after a commit where it stands after it.
var legal = [mishaps][]column{
	f01: anywhere,
	f02: {inSent, inUnknown, inSuccess, inFailed, inCancelling, inCancelled, inRefunding, inTombstone, inStray, refundSent,
		refundUnknown, refundSuccess, refundFailed},
	f07: {inNone, inSent, inUnknown, inSuccess, inFailed, inCancelling, inCancelled, inRefunding, inStray, refundSent,
		refundUnknown, refundSuccess, refundFailed},
	f08: anywhere,
	f12: {inSent, inUnknown, inSuccess, inFailed, inCancelling, inCancelled, inRefunding, inStray, refundSent,
		refundUnknown},
	f13: {inSent, inUnknown, inCancelling, inStray},
	f14: {inSent, inUnknown, inSuccess, inFailed, inCancelling, inCancelled, inRefunding, inStray, refundSent,
		refundUnknown},
	f15: {inSuccess, inCancelling},
	f16: inside,
	f17: inside,
	f18: anywhere,
	f19: {inNone},
	f22: {inNone, inSent, inUnknown, inSuccess, inFailed, inCancelling, inCancelled, inRefunding, inTombstone},
	f23: {inNone, inSent, inUnknown, inSuccess, inFailed, inCancelling, inCancelled},
	f25: {inNone, inSent, inUnknown, inSuccess, inFailed, inCancelling, inCancelled, inRefunding, inTombstone, refundSent,
		refundUnknown, refundSuccess, refundFailed},
}
