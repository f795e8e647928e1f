// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
)

// act is what is done, by its name.
type act struct {
	name string
	does behaviour
}

// everyCall are the specifications that hold for each of the four calls: nothing but a signed answer of this wallet to
// this call counts, and whatever is one counts.
func everyCall() []spec {
	var all []spec
	for _, q := range questions {
		for _, a := range goodAnswers() {
			all = append(all, one(q, a.name, a.does, fulfilled(q)))
		}
		for _, a := range slices.Concat(silences(), floodsOfBytes(), forgeries(), statuses(), malformedBodies(),
			malformedResults()) {
			all = append(all, one(q, a.name, a.does, doubt))
		}
		for _, code := range []string{"UNKNOWN_EXCEPTION", "REQUEST_TRAFFIC_EXCEED_LIMIT", "PAYMENT_IN_PROCESS"} {
			all = append(all, one(q, "U "+code+" is a wallet that has not decided", answers(result("U", code)),
				openWith(wire.ResultCode(code))))
		}
		for _, code := range []string{"A_CODE_OF_ITS_OWN", "RISK_REJECT", canary, "ORDER_NOT_EXIST"} {
			all = append(all, one(q, "U "+code+" is a wallet that has not decided", answers(result("U", code)),
				openWith(wire.UnknownException)))
		}
	}
	return all
}

// goodAnswers are honest, in one of the forms that wallets write.
func goodAnswers() []act {
	return []act{
		{"an honest answer counts", honest},
		{"an answer with fields nobody knows counts", says(edit{"newField", `{"a":[1,2,{"b":null}]}`},
			edit{"extra", "true"})},
		{"four thousand fields nobody knows count", manyFields(4_000)},
		{"an answer in chunks counts", func(x *exchange) {
			x.reply(x.act(), func(r *reply) {
				r.header = func(h http.Header) { h["Transfer-Encoding"] = []string{"chunked"} }
			})
		}},
		{"an answer on several lines counts", func(x *exchange) {
			x.reply([]byte(strings.ReplaceAll(string(x.act()), `,"`, ",\n  \"")+"\n"), nil)
		}},
		{"an answer without a media type counts", header(func(h http.Header) { h[wire.HeaderContentType] = nil })},
		{"an answer that says it is not compressed counts", header(func(h http.Header) {
			h["Content-Encoding"] = []string{"identity"}
		})},
		{"an answer without a client-id of its own counts", without(wire.HeaderClientID)},
		{"a time in milliseconds counts", timed(strconv.FormatInt(now.UnixMilli(), 10))},
		{"a time with decimals and Z counts", timed("2026-11-24T03:00:00.1234567Z")},
		{"a time of another zone counts", timed("2026-11-24T11:00:05+08:00")},
		{"a clock nine minutes behind counts", dated(now.Add(-9 * time.Minute))},
		{"a clock nine minutes ahead counts", dated(now.Add(9 * time.Minute))},
		{"a signature without a version counts, by the key in use", signature(func(h string) string {
			return strings.Replace(h, "keyVersion=2,", "", 1)
		})},
		{"keyVersion 0 counts, by the key in use", signature(part("keyVersion", "0"))},
		{"the older key counts under its version", keyed(func(k keys) wire.PrivateKey { return k.older }, walletOlder)},
		{"a signature with spaces after its commas counts", signature(func(h string) string {
			return strings.ReplaceAll(h, ",", ", ")
		})},
		{"a signature in base64url counts", signature(urlSafe)},
		{"an S with a code of the wallet's own counts", says(edit{"result.resultCode", text("OK")})},
	}
}

// silences are what a network does.
func silences() []act {
	return []act{
		{"a wallet that drops the request is no answer", dropsRequest},
		{"a wallet that drops the answer is no answer", dropsAnswer},
		{"a connection that is reset after the request is no answer", resets},
		{"a wallet that does not answer in time is no answer", never},
		{"an answer after the deadline is none", late},
		{"a status line that does not end is no answer", stalls(func(h, _ string) string { return h[:12] })},
		{"headers that stall are no answer", stalls(func(h, _ string) string { return h[:len(h)-10] })},
		{"a body that does not begin is no answer", stalls(func(h, _ string) string { return h })},
		{"a body that stalls is no answer", stalls(func(h, b string) string { return h + b[:len(b)/2] })},
		{"a body that stalls at its last byte is no answer", stalls(func(h, b string) string { return h + b[:len(b)-1] })},
		{"headers that break off are no answer", breaks(func(h, _ string) string { return h[:len(h)-10] })},
		{"a body that breaks off is no answer", breaks(func(h, b string) string { return h + b[:len(b)/2] })},
		{"a chunk that breaks off is no answer", breaks(func(h, b string) string {
			return chunked(h) + strconv.FormatInt(int64(len(b)), 16) + "\r\n" + b[:len(b)-1]
		})},
		{"chunks that do not end are no answer", breaks(func(h, b string) string {
			return chunked(h) + strconv.FormatInt(int64(len(b)), 16) + "\r\n" + b + "\r\n"
		})},
		{"a greeting of another protocol is no answer", sends("SSH-2.0-sample " + canary + "\r\n")},
		{"a body without a status line is no answer", sends(result("S", "SUCCESS"))},
		{"a status that is no number is no answer", sends("HTTP/1.1 " + canary + " OK\r\n\r\n")},
		{"a header without a colon is no answer", sends("HTTP/1.1 200 OK\r\n" + canary + "\r\n\r\n")},
		{"a negative length is no answer", sends("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")},
		{"two lengths are no answer", sends("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")},
		{"another protocol's version is no answer", sends("HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}")},
		{"a change of protocol is no answer", sends("HTTP/1.1 101 Switching Protocols\r\nUpgrade: sample\r\n\r\n")},
	}
}

func chunked(headers string) string {
	lines := strings.Split(headers, "\r\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "Content-Length: ") {
			lines[i] = "Transfer-Encoding: chunked"
		}
	}
	return strings.Join(lines, "\r\n")
}

// floodsOfBytes are what would fill a careless reader's memory.
func floodsOfBytes() []act {
	return []act{
		{"10 MiB that are signed are no answer", large(floodBytes)},
		{"a byte above 1 MiB is no answer", large(1<<20 + 1)},
		{"1 MiB is no answer, since no message is so long", large(1 << 20)},
		{"a body without end is no answer", endlessBody},
		{"headers without end are no answer", endlessHeader},
		{"interim answers without end are no answer", endlessHints},
		{"a million fields are no answer", millionFields},
		{"sixty thousand fields are no answer", manyFields(60_000)},
		{"a gzip bomb is no answer", bomb(true)},
		{"a gzip bomb that does not say so is no answer", bomb(false)},
		{"an honest answer that was compressed is none", packed},
		{"sixty levels are no answer", says(edit{"deep", strings.Repeat("[", 60) + strings.Repeat("]", 60)})},
		{"a number of a hundred digits is no answer", says(edit{"number", strings.Repeat("9", 100)})},
	}
}

// statuses are answers of HTTP that are none of the wallet's, however well they are signed.
func statuses() []act {
	var all []act
	for _, code := range []int{201, 202, 204, 206, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504} {
		all = append(all, act{"an honest answer under status " + strconv.Itoa(code) + " is none", status(code)})
	}
	for _, code := range []int{301, 302, 303, 307, 308} {
		all = append(all, act{"a redirect " + strconv.Itoa(code) + " is not followed", redirects(code, prefix+"/elsewhere")})
	}
	return append(all,
		act{"a redirect to nowhere is no answer", redirects(302, "http://"+canary+".example:port/%zz")},
		act{"a redirect that names no place is no answer", redirects(302, "")},
		act{"a page of an overloaded proxy is no answer", page(503)},
		act{"a page of a broken proxy is no answer", page(502)},
		act{"a page under status 200 is no answer", page(200)},
	)
}
