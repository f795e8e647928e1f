// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

func TestEveryPathOfTheSDKsIsKnown(t *testing.T) {
	t.Parallel()
	paths := ams.Paths()
	if len(paths) != 139+13 {
		t.Fatalf("%d paths", len(paths))
	}
	served := map[ams.Operation]bool{}
	seen := map[string]bool{}
	marks := map[ams.Mark]int{}
	for _, path := range paths {
		if seen[path.Path] {
			t.Errorf("%s is listed twice", path.Path)
		}
		seen[path.Path] = true
		marks[path.Mark]++
		operation, sandbox, known := ams.Lookup(path.Path)
		if !known || sandbox || operation != path.Operation {
			t.Errorf("%s: %v %v %v", path.Path, operation, sandbox, known)
		}
		if operation != ams.NotSupported {
			served[operation] = true
			if operation.Path(false) != path.Path {
				t.Errorf("%v is at %s, not at %s", operation, operation.Path(false), path.Path)
			}
		}
		rewritten := strings.Replace(path.Path, "/ams/api", "/ams/sandbox/api", 1)
		if rewritten == path.Path {
			continue
		}
		inSandbox, sandbox, known := ams.Lookup(rewritten)
		if !known || !sandbox || inSandbox != operation {
			t.Errorf("%s: %v %v %v", rewritten, inSandbox, sandbox, known)
		}
		if operation != ams.NotSupported && operation.Path(true) != rewritten {
			t.Errorf("%v in the sandbox is at %s", operation, operation.Path(true))
		}
	}
	if len(served) != 7 || marks[ams.Core] != 5 || marks[ams.Useful] != 3+3 || marks[ams.UsefulLow] != 10 {
		t.Errorf("served %v, marks %v", served, marks)
	}
}

func TestLookupComparesThePathByteForByte(t *testing.T) {
	t.Parallel()
	type answer struct {
		operation      ams.Operation
		sandbox, known bool
	}
	for path, want := range map[string]answer{
		"/ams/api/v1/payments/pay":                             {ams.Pay, false, true},
		"/ams/sandbox/api/v1/payments/pay":                     {ams.Pay, true, true},
		"/ams/api/v1/payments/inquiryPayment":                  {ams.InquiryPayment, false, true},
		"/ams/api/v1/payments/cancel":                          {ams.Cancel, false, true},
		"/ams/api/v1/payments/refund":                          {ams.Refund, false, true},
		"/ams/api/v1/payments/inquiryRefund":                   {ams.InquiryRefund, false, true},
		"/ams/api/v1/payments/inquireExchangeRate":             {ams.InquireExchangeRate, false, true},
		"/ams/sandbox/api/v1/payments/consult":                 {ams.Consult, true, true},
		"/ams/api//v1/payments/retrievePaymentSession":         {ams.NotSupported, false, true}, // trap 10
		"/ams/sandbox/api//v1/payments/retrievePaymentSession": {ams.NotSupported, true, true},
		"/ams/api/v1/payments/retrievePaymentSession":          {},
		"/ams/v1/aba/funds/createExchange":                     {ams.NotSupported, false, true}, // trap 11
		"/ams/sandbox/v1/aba/funds/createExchange":             {},
		"/ams/api/v1/payments/createPaymentSession":            {ams.NotSupported, false, true},
		"/ams/api/v1/merchants/registration":                   {ams.NotSupported, false, true},
		"//ams/api/v1/payments/pay":                            {},
		"/ams/api/v1/payments//pay":                            {},
		"/ams/api/v1/payments/pay/":                            {},
		"/ams/api/v1/payments/Pay":                             {},
		"/ams/api/v1/payments/pay?x=1":                         {},
		"/ams/sandbox/sandbox/api/v1/payments/pay":             {},
		"/gateway/ams/api/v1/payments/pay":                     {}, // trap 14
		"https://gate.example/ams/api/v1/payments/pay":         {}, // trap 12: the caller hands in the path only
		"/ams/api/v1/payments/../payments/pay":                 {},
		"/ams/sandbox/api":                                     {},
		"":                                                     {},
	} {
		operation, sandbox, known := ams.Lookup(path)
		if got := (answer{operation, sandbox, known}); got != want {
			t.Errorf("%q: got %+v, want %+v", path, got, want)
		}
	}
}

func TestOnlyServedOperationsHaveAPath(t *testing.T) {
	t.Parallel()
	for _, operation := range []ams.Operation{ams.Undefined, ams.NotSupported, 200} {
		if path := operation.Path(false); path != "" || operation.String() == "" {
			t.Errorf("%v has the path %q", operation, path)
		}
	}
}
