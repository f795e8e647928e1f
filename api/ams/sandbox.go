// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"github.com/kakehashi-pay/kakehashi/api/envelope"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// The amounts that make the sandbox misbehave: the payment itself is made, and its answer is lost. Outside the sandbox
// they are amounts.
//
// Units: minor units of the payment's currency. Source: reference/alipay-wire-api.md 1.10; decisions B30.
const (
	payUnknown     = 9901
	paySilent      = 9902
	inquiryUnknown = 9903
	inquirySilent  = 9904
)

func mockedPay(price money.Amount, a envelope.Answer) envelope.Answer {
	switch price.Minor() {
	case payUnknown:
		return envelope.Refuse(wire.UnknownException, "")
	case paySilent:
		return envelope.Answer{Silent: true}
	}
	return a
}

func mockedInquiry(price money.Amount, a envelope.Answer) envelope.Answer {
	switch price.Minor() {
	case inquiryUnknown:
		return envelope.Refuse(wire.UnknownException, "")
	case inquirySilent:
		return envelope.Answer{Silent: true}
	}
	return a
}
