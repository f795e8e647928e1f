// SPDX-License-Identifier: Apache-2.0

package ams

import "github.com/kakehashi-pay/kakehashi/qr"

// networks are the names by which cashiers know the families of payers' codes.
var networks = map[qr.Family]string{
	qr.AlipayPlus19: "Alipay+", qr.AlipayPlus24: "Alipay+", qr.AlipayPlusCGCP: "Alipay+", qr.Alipay: "Alipay",
	qr.WeChatPay: "WeChat Pay", qr.UnionPay: "UnionPay", qr.JPQRBarcode: "a wallet of Japan (JPQR)",
	qr.PayerEMV: "a card network (EMVCo)", qr.PayerJPQR: "a wallet of Japan (JPQR)",
}

// foreign says whose a scanned text seems to be that no wallet here knows, so that the cashier knows what to do; why where it
// seems to be nobody's. The text itself is not in it: it is a bearer token.
//
// Source: reference/japan.md 2.2.
func foreign(scanned, why string) string {
	_, candidates := qr.Recognise(scanned)
	if len(candidates) == 0 {
		return why
	}
	c := candidates[0]
	switch c.Family {
	case qr.MerchantText, qr.EntryURL:
		return "paymentMethod.paymentMethodId is a code that a shop shows: scan the code on the payer's phone"
	}
	name := networks[c.Family]
	if c.Service != "" {
		name = c.Service
	}
	if name == "" {
		return why
	}
	return "the payment code looks like one of " + name + ", which is not connected to this network: ask for another way to pay"
}
