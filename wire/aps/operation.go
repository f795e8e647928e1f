// SPDX-License-Identifier: Apache-2.0

// Package aps holds the messages the platform and the wallets exchange, and the paths they use: the Alipay+ dialect as a
// wallet sees it. It knows forms only.
//
// Both sides are servers and both are clients, and both check what they get: requests and responses have Validate, to be
// called after wire.Decode. A response that does not pass is no answer: its outcome is Unknown.
// Read operation.go first, then pay.go (the wallet serves) and code.go (the platform serves).
package aps

// Operation is what a path asks for. The zero Operation is a path that was never defined.
type Operation uint8

// The operations: first those a wallet serves, then those the platform serves. NotSupported is every path that is defined
// and not served.
const (
	Undefined Operation = iota
	Pay
	InquiryPayment
	CancelPayment
	Refund
	GetPaymentCode
	UserInitiatedPay
	NotifyPayment
	NotSupported
)

// The paths. They are the same in the sandbox.
//
// Source: reference/alipay-wire-api.md 3.1. The paths of a wallet are its own choice; these are the customary ones.
const (
	PathPay              = "/aps/api/v1/payments/pay"
	PathInquiryPayment   = "/aps/api/v1/payments/inquiryPayment"
	PathCancelPayment    = "/aps/api/v1/payments/cancelPayment"
	PathRefund           = "/aps/api/v1/payments/refund"
	PathGetPaymentCode   = "/aps/api/v1/codes/getPaymentCode"
	PathUserInitiatedPay = "/aps/api/v1/payments/userInitiatedPay"
	PathNotifyPayment    = "/aps/api/v1/payments/notifyPayment"
)

// Lookup is what a path asks for. The path is compared as it was sent, byte for byte: it was signed like this, so it is
// neither cleaned nor redirected.
func Lookup(rawPath string) (operation Operation, known bool) {
	switch rawPath {
	case PathPay:
		return Pay, true
	case PathInquiryPayment:
		return InquiryPayment, true
	case PathCancelPayment:
		return CancelPayment, true
	case PathRefund:
		return Refund, true
	case PathGetPaymentCode:
		return GetPaymentCode, true
	case PathUserInitiatedPay:
		return UserInitiatedPay, true
	case PathNotifyPayment:
		return NotifyPayment, true
	case "/aps/api/v1/payments/consultPayment", "/aps/api/v1/merchants/registration",
		"/aps/api/v1/merchants/inquiryRegistrationStatus", "/aps/api/v1/disputes/responseRetrieval",
		"/aps/api/v1/disputes/responseEscalation", "/aps/api/v1/customs/declare",
		"/aps/api/v1/customs/inquireDeclarationRequests":
		return NotSupported, true
	}
	return Undefined, false
}

var operationNames = [...]string{"undefined", "pay", "inquiryPayment", "cancelPayment", "refund", "getPaymentCode",
	"userInitiatedPay", "notifyPayment", "notSupported"}

// String is the last part of the operation's path.
func (o Operation) String() string {
	if int(o) < len(operationNames) {
		return operationNames[o]
	}
	return "undefined"
}

// ServedByWallet reports whether the operation is one the platform asks of a wallet.
func (o Operation) ServedByWallet() bool { return o >= Pay && o <= Refund }

// ServedByPlatform reports whether the operation is one a wallet asks of the platform.
func (o Operation) ServedByPlatform() bool { return o >= GetPaymentCode && o <= NotifyPayment }
