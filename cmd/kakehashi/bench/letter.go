// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// letter is one signed request, ready to be sent as often as it takes.
type letter struct {
	path   string
	header http.Header // nobody writes to it
	body   []byte
}

// letters writes the requests of a run. What a pay says follows from its number alone, so that many can be signed before
// they are sent: a signature is all that is kept of each, and the load costs the measured machine little.
//
// Concurrency: safe for any number of callers.
type letters struct {
	world *world
	key   wire.PrivateKey // Ed25519: thirty times cheaper to sign with than RSA
	stamp uint64          // of the run
	form  []byte
	gaps  []gap
	ready atomic.Pointer[stock]
}

// stock are pays that were signed before they are sent, from a number on.
type stock struct {
	time       string // of every request that leaves now
	first      uint64
	signatures [][]byte
}

// gap is a place in the form that each pay fills in its own way.
type gap struct {
	at, width int
	fill      func(l *letters, number uint64) uint64
}

// The digits of a number, and of the stamp that goes before it in every name.
const (
	stampDigits  = 8
	numberDigits = 10
)

// gapFills are the gaps: a letter that stands in the form as often as the gap is wide, and what goes there.
var gapFills = []struct {
	letter byte
	width  int
	fill   func(l *letters, number uint64) uint64
}{
	{'A', stampDigits, func(l *letters, _ uint64) uint64 { return l.stamp }}, // of the request and the order
	{'B', numberDigits, func(_ *letters, number uint64) uint64 { return number }},
	{'C', stampDigits, func(l *letters, _ uint64) uint64 { return l.stamp }},
	{'D', numberDigits, func(_ *letters, number uint64) uint64 { return number }},
	{'E', 3, func(l *letters, number uint64) uint64 {
		return uint64(routing(int(mixed(number) % uint64(len(l.world.wallets)))))
	}},
	{'F', stampDigits, func(l *letters, _ uint64) uint64 { return l.stamp }}, // of the code
	{'G', numberDigits, func(_ *letters, number uint64) uint64 { return number }},
	{'H', 6, func(l *letters, number uint64) uint64 { return uint64(l.shop(number)) }},
	{'I', 4, func(_ *letters, number uint64) uint64 { return 1000 + mixed(number)%9000 }},
	{'J', 4, func(_ *letters, number uint64) uint64 { return 1000 + mixed(number)%9000 }},
}

func newLetters(w *world, key wire.PrivateKey, now time.Time) (*letters, error) {
	l := &letters{world: w, key: key, stamp: uint64(now.Unix()) % 100_000_000}
	l.ready.Store(&stock{time: wire.FormatTime(now, time.UTC)})
	of := func(letter string, width int) string { return string(bytes.Repeat([]byte(letter), width)) }
	amount := func(letter string) *wire.Amount {
		return &wire.Amount{Currency: "JPY", Value: wire.Text(of(letter, 4))}
	}
	var err error
	l.form, err = wire.Encode(&ams.PayRequest{ProductCode: "IN_STORE_PAYMENT",
		PaymentRequestID: wire.Text(of("A", stampDigits) + "-" + of("B", numberDigits)), PaymentAmount: amount("I"),
		PaymentMethod: &wire.PaymentMethod{PaymentMethodType: "CONNECT_WALLET",
			PaymentMethodID: wire.Secret("281" + of("E", 3) + of("F", stampDigits) + of("G", numberDigits))},
		PaymentFactor: &ams.PaymentFactor{InStorePaymentScenario: "PaymentCode"},
		Order: &wire.Order{ReferenceOrderID: wire.Text(of("C", stampDigits) + "-" + of("D", numberDigits)),
			OrderDescription: "sample goods", OrderAmount: amount("J"),
			Merchant: &wire.Merchant{ReferenceMerchantID: wire.Text("m-" + of("H", 6)), MerchantName: "sample shop",
				MerchantMCC: "5812", Store: &wire.Store{ReferenceStoreID: "s-1", StoreName: "sample shop", StoreMCC: "5812"}},
			Env: &wire.Env{StoreTerminalID: "t-1", StoreTerminalRequestTime: wire.Text(wire.FormatTime(now, time.UTC))}}})
	if err != nil {
		return nil, err
	}
	for _, g := range gapFills {
		at := bytes.Index(l.form, bytes.Repeat([]byte{g.letter}, g.width))
		if at < 0 {
			return nil, fmt.Errorf("the form has no gap %c", g.letter)
		}
		l.gaps = append(l.gaps, gap{at, g.width, g.fill})
	}
	return l, nil
}

// mixed spreads numbers evenly over all others. Source: splitmix64, the finalizer of Java's SplittableRandom.
func mixed(number uint64) uint64 {
	number += 0x9e3779b97f4a7c15
	number = (number ^ number>>30) * 0xbf58476d1ce4e5b9
	number = (number ^ number>>27) * 0x94d049bb133111eb
	return number ^ number>>31
}

// shop is whose sale a number is.
func (l *letters) shop(number uint64) int { return int(mixed(number^1) % uint64(l.world.merchants)) }

// name is the request id of a pay.
func (l *letters) name(number uint64) wire.Text {
	return wire.Text(fmt.Sprintf("%0*d-%0*d", stampDigits, l.stamp, numberDigits, number))
}

// body is what a pay says.
func (l *letters) body(number uint64) []byte {
	body := bytes.Clone(l.form)
	for _, g := range l.gaps {
		left := g.fill(l, number)
		for i := g.at + g.width - 1; i >= g.at; i-- {
			body[i] = byte('0' + left%10)
			left /= 10
		}
	}
	return body
}

// sign signs pays before they are sent: so many from a number on. What was signed before is forgotten. The time of the
// requests is the present: the network takes them for ten minutes.
func (l *letters) sign(first uint64, count, workers int, now time.Time) error {
	next := &stock{time: wire.FormatTime(now, time.UTC), first: first, signatures: make([][]byte, count)}
	var wait sync.WaitGroup
	failed := make([]error, workers)
	for w := range workers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := w; i < count && failed[w] == nil; i += workers {
				number := first + uint64(i)
				next.signatures[i], failed[w] = l.seal(ams.Pay, l.client(number), next.time, l.body(number))
			}
		}()
	}
	wait.Wait()
	l.ready.Store(next)
	return errors.Join(failed...)
}

func (l *letters) client(number uint64) string { return string(client(l.shop(number) % acquirers)) }

func (l *letters) seal(o ams.Operation, client, at string, body []byte) ([]byte, error) {
	return l.key.Sign(wire.SignedText(wire.Envelope{Method: "POST", Path: o.Path(false), ClientID: client, Time: at,
		Body: body}))
}

// pay is the request of a number that was signed before, or is signed now.
func (l *letters) pay(number uint64) (letter, error) {
	client, body, s := l.client(number), l.body(number), l.ready.Load()
	if number >= s.first && number-s.first < uint64(len(s.signatures)) {
		return sealed(ams.Pay, client, s.time, body, s.signatures[number-s.first]), nil
	}
	return l.fresh(ams.Pay, client, body)
}

// about asks something about a pay.
func (l *letters) about(o ams.Operation, number uint64) (letter, error) {
	body := append(strconv.AppendQuote([]byte(`{"paymentRequestId":`), string(l.name(number))), '}')
	return l.fresh(o, l.client(number), body)
}

func (l *letters) fresh(o ams.Operation, client string, body []byte) (letter, error) {
	at := l.ready.Load().time
	signature, err := l.seal(o, client, at, body)
	return sealed(o, client, at, body, signature), err
}

func sealed(o ams.Operation, client, at string, body, signature []byte) letter {
	s := wire.Signature{Algorithm: wire.Ed25519, KeyVersion: ed25519Key + 1, Value: signature}
	return letter{path: o.Path(false), body: body, header: http.Header{"Content-Type": {wire.ContentType},
		"Client-Id": {client}, "Request-Time": {at}, "Signature": {s.Header()}}}
}
