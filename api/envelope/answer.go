// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// Answer is what comes back. The zero Answer is a bare 503.
type Answer struct {
	// Result is the result that the message begins with, for whoever counts answers.
	Result wire.Result
	// Message makes the message that is encoded and signed; nil: there is none, and the status is a bare 503.
	Message func(ctx context.Context) (any, error)
	// Once names the message's content: the same content for the same caller and path is signed once a second. Empty:
	// the answer is signed by itself.
	Once string
	// Refused says that there is nothing in the answer but a result: it is signed once in refusalSpan.
	Refused bool
	// Silent keeps the caller waiting, and gives no answer. Only the sandbox does so.
	Silent bool
	// After runs when the answer has left. May be nil.
	After func(ctx context.Context)
}

// Say is an answer of one message.
func Say(result wire.Result, message any) Answer {
	return Answer{Result: result, Message: func(context.Context) (any, error) { return message, nil }}
}

// refusal is a message of nothing but a result.
type refusal struct {
	Result wire.Result `json:"result"`
}

// Refuse is an answer that holds nothing but a result. An empty detail is the code's own sentence. Whatever is refused in
// the same words is signed once in a while: those who ask again and again about what is not there cost no signatures.
func Refuse(code wire.ResultCode, detail string) Answer {
	r := refusal{Result: wire.NewResult(code, detail)}
	a := Say(r.Result, r)
	a.Once, a.Refused = onceOf(r.Result), true
	return a
}

// onceOf names the content of an answer that is nothing but a result.
func onceOf(r wire.Result) string { return string(r.ResultCode) + " " + string(r.ResultMessage) }

// Busy is the bare 503: nothing was done, and the same request may come again.
func Busy() Answer { return Answer{} }

// Failed answers an error that no dialect has a word for: what the wire calls illegal is F and names the field, what
// may be tried again is a bare 503, and everything else is U, since it may have happened.
func Failed(err error) Answer {
	if code, ok := wire.ResultCodeOf(err); ok {
		return Refuse(code, fault.DetailOf(err))
	}
	if fault.KindOf(err) == fault.Unavailable {
		return Busy()
	}
	return Refuse(wire.UnknownException, "")
}
