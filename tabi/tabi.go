// SPDX-License-Identifier: Apache-2.0

// Package tabi is a complete small wallet issuer run as several brands, each in one currency: accounts, top-ups, payment
// codes, payments, refunds, limits and history, with books of its own. It stands for every foreign wallet: of the platform
// it knows the wallet API (wire/aps) and nothing else.
//
// The platform calls Handler; the issuer calls the platform for codes (Code), scanned codes (Scan) and messages about
// payments (Step). Each brand can be told to misbehave, by Misbehave. Nothing here has a goroutine or a clock of its own:
// whoever runs it calls Step every now and then, at the latest when Step says.
//
// To add a brand: append a Brand to the list given to Open, with an ID that is new, the client id and key that the
// platform has registered for it, and the platform's public keys; give the platform the address that BasePath names. Its
// accounts are made when the books are next opened. A brand that is in the books must stay in the list.
// Read brand.go, then server.go and pay.go, then platform.go; the books are in tabi/book.
package tabi

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/tabi/book"
)

// Codes of the errors of this package, beside those of the books.
const (
	CodeBrandMalformed      fault.Code = "brand_malformed"
	CodeBehaviourMalformed  fault.Code = "behaviour_malformed"
	CodeWalletDown          fault.Code = "wallet_down"
	CodePlatformUnreachable fault.Code = "platform_unreachable"
	CodePlatformAnswer      fault.Code = "platform_answer_untrusted"
	CodePlatformRefused     fault.Code = "platform_refused"
)

// callTimeout ends a call to the platform that nothing else ended.
const callTimeout = 10 * time.Second

// Outside is how the issuer reaches what is outside of it. The zero Outside is the machine's own network and clock.
type Outside struct {
	Client *http.Client                                            // calls the platform
	Wait   func(ctx context.Context, duration time.Duration) error // returns early with the context's error
}

// Issuer is the wallet issuer: all brands, and their books.
//
// Concurrency: safe for any number of callers.
type Issuer struct {
	books    *book.Book
	brands   map[string]*brand
	list     []Brand
	clock    func() time.Time
	client   *http.Client
	wait     func(ctx context.Context, duration time.Duration) error
	stepping sync.Mutex
}

// brand is a brand with its mood.
type brand struct {
	Brand
	mood *mood
}

// Open opens the issuer's books in a file and makes them when the file is new; under a path "memory:NAME" they live until
// the issuer is closed. Entropy gives each brand 32 bytes, in the
// order of the list, from which its misbehaviour is drawn: the same bytes give the same misbehaviour.
//
// Errors: Invalid brand_malformed, naming the brand and the field; those of book.Open.
func Open(path string, brands []Brand, clock func() time.Time, entropy io.Reader, out Outside) (*Issuer, error) {
	s := &Issuer{brands: map[string]*brand{}, list: brands, clock: clock, client: out.Client, wait: out.Wait}
	if s.client == nil {
		s.client = &http.Client{}
	}
	if s.wait == nil {
		s.wait = waitOnTimer
	}
	s.client = withoutRedirects(s.client)
	var booked []book.Brand
	for _, b := range brands {
		if err := b.check(); err != nil {
			return nil, err
		}
		if s.brands[b.ID] != nil {
			return nil, malformed(b.ID, "ID", "is used twice")
		}
		var seed [32]byte
		if _, err := io.ReadFull(entropy, seed[:]); err != nil {
			return nil, &fault.Error{Op: "tabi.Open", Kind: fault.Internal, Code: CodeBehaviourMalformed, Err: err}
		}
		s.brands[b.ID] = &brand{Brand: b.filled(), mood: newMood(seed)}
		booked = append(booked, book.Brand{ID: b.ID, Currency: b.Currency})
	}
	books, err := book.Open(path, booked)
	if err != nil {
		return nil, err
	}
	s.books = books
	return s, nil
}

// Close ends the issuer after what is being written is written. Requests that come later are answered U.
func (s *Issuer) Close() error { return s.books.Close() }

// Brands are the brands as they were given to Open.
func (s *Issuer) Brands() []Brand { return append([]Brand(nil), s.list...) }

// Check recomputes the books and says the first thing that is wrong with them.
//
// Errors: Internal book_wrong.
func (s *Issuer) Check() (book.Count, error) { return s.books.Check() }

// now is the time as the books keep it.
func (s *Issuer) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

func (s *Issuer) brand(op, id string) (*brand, error) {
	if b := s.brands[id]; b != nil {
		return b, nil
	}
	return nil, &fault.Error{Op: op, Kind: fault.NotFound, Code: book.CodeBrandUnknown, Subject: id,
		Detail: "there is no such brand"}
}

func waitOnTimer(ctx context.Context, duration time.Duration) error {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// withoutRedirects is a client that takes a redirect for an answer: what we sign is meant for one address.
func withoutRedirects(client *http.Client) *http.Client {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}
