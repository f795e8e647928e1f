// SPDX-License-Identifier: Apache-2.0

package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
)

func TestWrapKeepsKindCodeAndDetail(t *testing.T) {
	t.Parallel()
	inner := &fault.Error{Op: "payment.Refund", Kind: fault.Conflict, Code: "refund_exceeds_capture", Subject: "p1",
		Detail: "refundAmount is above 1000"}
	err := fault.Wrap("flow.Refund", fmt.Errorf("batch: %w", inner))
	if fault.KindOf(err) != fault.Conflict || fault.CodeOf(err) != "refund_exceeds_capture" ||
		fault.DetailOf(err) != "refundAmount is above 1000" {
		t.Fatalf("got %v %v %q", fault.KindOf(err), fault.CodeOf(err), fault.DetailOf(err))
	}
	want := "flow.Refund: batch: payment.Refund: refund_exceeds_capture (p1): refundAmount is above 1000"
	if err.Error() != want {
		t.Fatalf("got %q", err.Error())
	}
}

func TestUnclassifiedErrorIsInternalAndNotRetryable(t *testing.T) {
	t.Parallel()
	err := fault.Wrap("store.Open", errors.New("disk"))
	if fault.KindOf(err) != fault.Internal || fault.KindOf(err).Retryable() {
		t.Fatal("an unclassified error must be internal")
	}
	if fault.Wrap("x", nil) != nil {
		t.Fatal("wrapping nil must be nil")
	}
}

func TestOnlyUnavailableIsRetryable(t *testing.T) {
	t.Parallel()
	for k := fault.Internal; k <= fault.Unknown; k++ {
		if k.Retryable() != (k == fault.Unavailable) {
			t.Errorf("%v: retryable=%v", k, k.Retryable())
		}
	}
}
