// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"net/http"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
)

// forgeries are answers that this wallet did not sign, or not for this call, or not now.
func forgeries() []act {
	stranger := func(k keys) wire.PrivateKey { return k.stranger }
	return append([]act{
		{"an answer without a signature is none", without(wire.HeaderSignature)},
		{"an empty signature is none", signature(func(string) string { return "" })},
		{"a text instead of a signature is none", signature(func(string) string { return "signed, " + canary })},
		{"a signature that was cut is none", signature(func(h string) string { return h[:len(h)/2] })},
		{"a signature with one bit turned is none", signature(flipped)},
		{"a signature of nothing is none", signature(part("signature", ""))},
		{"algorithm none is no signature", signature(part("algorithm", "none"))},
		{"algorithm HS256 is no signature", signature(part("algorithm", "HS256"))},
		{"the other algorithm's name is no signature", signature(func(h string) string {
			if part("algorithm", "RSA256")(h) == h {
				return part("algorithm", "Ed25519")(h)
			}
			return part("algorithm", "RSA256")(h)
		})},
		{"two signatures are none", twice(wire.HeaderSignature)},
		{"a signature that says two things is none", signature(func(h string) string {
			return h + ",signature=" + valueOf(h)
		})},
		{"a stranger's signature is none", keyed(stranger, walletVersion)},
		{"a stranger's signature under a version of its own is none", keyed(stranger, walletNever)},
		{"a keyVersion nobody registered is none", signature(part("keyVersion", "9"))},
		{"the keyVersion of the older key is none for the newer", signature(part("keyVersion", "1"))},
		{"a keyVersion that is no number is none", signature(part("keyVersion", "two"))},
		{"the older key under the newer version is none",
			keyed(func(k keys) wire.PrivateKey { return k.older }, walletVersion)},
		{"our own signature is none", keyed(func(k keys) wire.PrivateKey { return k.ours }, walletVersion)},
		{"our own request is no answer", reflects},
	}, displacements()...)
}

// displacements are honest signatures over something else.
func displacements() []act {
	return []act{
		{"an answer to another path is none", moves(otherPath)},
		{"an answer to a path without its front is none", moves(func(e *wire.Envelope) {
			e.Path = e.Path[len(prefix):]
		})},
		{"an answer to another client is none", moves(func(e *wire.Envelope) { e.ClientID = "SAMPLE_OTHER" })},
		{"an answer to another method is none", moves(func(e *wire.Envelope) { e.Method = http.MethodGet })},
		{"another body's signature is none", moves(func(e *wire.Envelope) { e.Body = []byte(result("S", "SUCCESS")) })},
		{"a body that was changed is none", tampers(`"S"`, `"F"`)},
		{"a body that was changed by one space is none", tampers(`{`, `{ `)},
		{"a time that was changed is none", header(func(h http.Header) {
			h[wire.HeaderResponseTime] = []string{wire.FormatTime(now.Add(time.Second), nil)}
		})},
		{"an answer without a time is none", without(wire.HeaderResponseTime)},
		{"two times are none", twice(wire.HeaderResponseTime)},
		{"a time that is none is no answer", timed("yesterday")},
		{"a time without an offset is no answer", timed("2026-11-24T03:00:00")},
		{"an answer of yesterday is none", dated(now.AddDate(0, 0, -1))},
		{"an answer of tomorrow is none", dated(now.AddDate(0, 0, 1))},
		{"an answer eleven minutes old is none", dated(now.Add(-11 * time.Minute))},
	}
}

// malformedBodies are signed, and are no message that every reader reads alike.
func malformedBodies() []act {
	const s = `{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"success"}`
	const f = `{"resultStatus":"F","resultCode":"RISK_REJECT","resultMessage":"no"}`
	return []act{
		{"half an answer is none", func(x *exchange) { b := x.act(); x.reply(b[:len(b)/2], nil) }},
		{"an answer without its last brace is none", func(x *exchange) { b := x.act(); x.reply(b[:len(b)-1], nil) }},
		{"two answers are none", func(x *exchange) { b := x.act(); x.reply(append(b, b...), nil) }},
		{"a byte order mark is no answer", func(x *exchange) { x.reply(append([]byte("\ufeff"), x.act()...), nil) }},
		{"two results are no answer", answers(`{"result":` + f + `,"result":` + s + `,"paymentId":"w","refundId":"w"}`)},
		{"two statuses are no answer", answers(`{"result":{"resultStatus":"F","resultStatus":"S","resultCode":"SUCCESS"},` +
			`"paymentId":"w","refundId":"w"}`)},
		{"a key given twice that nobody knows is no answer",
			says(edit{"more", `{"` + canary + `":1,"` + canary + `":2}`})},
		{"a signed page is no answer", answers("<html><body>" + canary + "</body></html>")},
		{"a signed empty body is no answer", answers("")},
		{"null is no answer", answers("null")},
		{"a list is no answer", answers(`[{"result":` + s + `}]`)},
		{"a text is no answer", answers(`"S"`)},
		{"a number is no answer", answers("1")},
		{"an empty object is no answer", answers("{}")},
		{"an answer in XML is none", answers("<result><resultStatus>S</resultStatus></result>")},
		{"a form is no answer", answers("resultStatus=S&resultCode=SUCCESS")},
		{"a result in capitals is no answer", answers(`{"RESULT":` + s + `,"paymentId":"w","refundId":"w"}`)},
		{"a result and its twin are no answer", answers(`{"result":` + f + `,"Result":` + s +
			`,"paymentId":"w","refundId":"w"}`)},
		{"a NUL is no answer", answers(`{"result":` + s + `,"x":"\u0000"}`)},
		{"bytes that are no text are no answer", answers(`{"result":` + s + `,"x":"` + "\xff\xfe" + `"}`)},
		{"half a character is no answer", answers(`{"result":` + s + `,"x":"\ud800"}`)},
		{"a comment is no answer", answers(`{"result":` + s + `/* ` + canary + ` */}`)},
		{"a last comma is no answer", answers(`{"result":` + s + `,}`)},
	}
}

// malformedResults are signed and readable, and say neither S nor F nor U about anything.
func malformedResults() []act {
	all := []act{
		{"an answer without a result is none", says(edit{"result", ""})},
		{"an answer without a status is none", says(edit{"result.resultStatus", ""})},
		{"an answer without a code is none", says(edit{"result.resultCode", ""})},
		{"an F without a code is no answer", answers(`{"result":{"resultStatus":"F","resultMessage":"no"}}`)},
		{"S with a refusal's code is no answer", says(edit{"result", bare("S", "RISK_REJECT")})},
		{"S with an open question's code is no answer", says(edit{"result", bare("S", "UNKNOWN_EXCEPTION")})},
		{"S with ORDER_NOT_EXIST is no answer", says(edit{"result", bare("S", "ORDER_NOT_EXIST")})},
		{"F with SUCCESS is no answer", answers(result("F", "SUCCESS"))},
		{"F with an open question's code is no answer", answers(result("F", "UNKNOWN_EXCEPTION"))},
		{"F with PAYMENT_IN_PROCESS is no answer", answers(result("F", "PAYMENT_IN_PROCESS"))},
		{"F with REQUEST_TRAFFIC_EXCEED_LIMIT is no answer", answers(result("F", "REQUEST_TRAFFIC_EXCEED_LIMIT"))},
		{"U with SUCCESS is no answer", answers(result("U", "SUCCESS"))},
		{"a code that is too long is no answer", answers(result("F", long(65)))},
	}
	for _, value := range []string{`"A"`, `"s"`, `"S "`, `" S"`, `"success"`, `""`, `null`, `true`, `1`, `{}`, `["S"]`,
		`"Ｓ"`} {
		all = append(all, act{"the status " + value + " is no answer", says(edit{"result.resultStatus", value})})
	}
	for _, value := range []string{`null`, `"S"`, `[]`, `{}`, `[{"resultStatus":"S","resultCode":"SUCCESS"}]`} {
		all = append(all, act{"the result " + value + " is no answer", says(edit{"result", value})})
	}
	return all
}

func long(count int) string {
	letters := make([]byte, count)
	for i := range letters {
		letters[i] = 'X'
	}
	return string(letters)
}
