// SPDX-License-Identifier: Apache-2.0

package invariant_test

import (
	"testing"

	"github.com/kakehashi-pay/kakehashi/invariant"
)

func TestCheckPanicsWithViolationOnlyWhenBroken(t *testing.T) {
	t.Parallel()
	invariant.Check(true, "never")
	defer func() {
		v, ok := recover().(invariant.Violation)
		if !ok || v.Error() != "invariant: 3 is not 4" {
			t.Fatalf("recovered %v", v)
		}
	}()
	invariant.Check(false, "%d is not %d", 3, 4)
}
