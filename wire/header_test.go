// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

func TestCheckContentTypeAcceptsJSONInUTF8(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"": true, " ": true, "application/json": true, "application/json; charset=UTF-8": true,
		"application/json;charset=utf-8": true, `application/json; charset="utf-8"`: true, "Application/JSON": true,
		"application/json; version=1; charset=UTF8": true, "application/json;": true,
		"text/plain": false, "application/json; charset=Shift_JIS": false, "application/jsonp": false,
		"multipart/form-data; boundary=x": false, "; charset=UTF-8": false, "application/json, text/plain": false,
	} {
		err := wire.CheckContentType(value)
		if (err == nil) != want || (err != nil && fault.CodeOf(err) != wire.CodeContentType) {
			t.Errorf("%q: got %v", value, err)
		}
	}
}

func TestSignedPathIsThePathAndQueryAsWritten(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/ams/api/v1/payments/pay":                     "/ams/api/v1/payments/pay",
		"https://gate.example/ams/api/v1/payments/pay": "/ams/api/v1/payments/pay",
		"https://gate.example:8443/ams//api":           "/ams//api",
		"https://shop.example/notify?shop=1&x=%2F":     "/notify?shop=1&x=%2F",
		"https://shop.example":                         "/",
		"https://shop.example?x=1":                     "/?x=1",
		"https://shop.example/a#top":                   "/a",
		"https://shop.example#top":                     "/",
		"/a/../b":                                      "/a/../b",
		"":                                             "/",
		"*":                                            "/",
		"https://shop.example/%E6%8A%B9":               "/%E6%8A%B9",
		"/ams/api//v1/payments/retrievePaymentSession":                "/ams/api//v1/payments/retrievePaymentSession",
		"https://shop.example/return?to=https://other.example/a?b=c#": "/return?to=https://other.example/a?b=c",
	} {
		if got := wire.SignedPath(target); got != want {
			t.Errorf("%q: got %q, want %q", target, got, want)
		}
	}
}

func TestTheSandboxIsKnownByTheClientID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{"SANDBOX_5Y": true, "5Y": false, "sandbox_5Y": false, "": false,
		"XSANDBOX_": false} {
		if wire.Sandbox(id) != want {
			t.Errorf("%q: want %v", id, want)
		}
	}
}
