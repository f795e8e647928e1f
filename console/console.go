// SPDX-License-Identifier: Apache-2.0

// Package console is the operator's pages: payments as they happen, and the story of each.
//
// It only reads. A Board follows what is committed and keeps the last payments, the day's counts and what is
// not known yet in memory, bounded; it is rebuilt from the journal's tail at the start. Pages are rendered on
// the server and complete without script; with it, the first page changes in place by server-sent events,
// each client at its own pace. In a demo, and only there, the operator can make a wallet misbehave and is
// shown how to point an SDK at the network.
//
// Read console.go, board.go, live.go, stream.go, then story.go and merchants.go.
package console

import (
	"context"
	"embed"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

//go:embed assets
var assetFiles embed.FS

//go:embed page
var pageFiles embed.FS

// Network is what the pages read. The running house keeps it.
//
// Concurrency: safe for any number of callers.
type Network interface {
	// Facts is the catalogue.
	Facts() *store.Catalogue
	// Reader is the store's reading half.
	Reader() *store.Reader
	// Follow calls tell with every batch that is committed from now on. tell does not wait.
	Follow(tell func(rows []ledger.Row, changed []*payment.Payment))
	// Now is the network's time.
	Now() time.Time
}

// Config says what the console shows.
type Config struct {
	Network Network
	Zone    *time.Location // in which days begin and times are told
	Title   string         // what the network is called, beside the product's name; may be empty
	Demo    Demo           // nil outside a demo
	Names   Names          // by what merchants are found; nil: there are no pages about merchants

	// Watchers is how many may watch the live page at once; 0: 256.
	Watchers int

	// Resting reports whether new payments are kept from a wallet because it does not answer; nil: the
	// console cannot know.
	Resting func(id wallet.ID) bool
	// Asked is how often a wallet was asked about an open payment since its state changed last; nil: the
	// console cannot know.
	Asked func(id ident.ID) int
	// Open gives every payment that is open at the start; nil: those that the journal's tail tells of.
	Open func() []*payment.Payment
	// Told is what the caller was told of a payment and its refunds, in the order of what happened; nil: the console
	// cannot know.
	Told func(ctx context.Context, id ident.ID) ([]Told, error)
	// Alarm is told what an operator must know: a name and what it is about; nil: nobody is.
	Alarm func(name, about string)
}

// Told is a notification: an event, and each attempt to tell it.
type Told struct {
	Event    store.Event
	Attempts []store.Delivery
}

// The names of the console's alarms.
const (
	AlarmPage  = "console_page" // a page could not be shown
	AlarmBoard = "console_board"
)

// console is the handler of all pages.
type console struct {
	Config
	kit       *look.Kit
	board     *Board
	fragments fragments
	watching  atomic.Int64 // event streams that are open
}

// New follows the network and answers requests for its pages. It reads the journal's tail before it returns;
// what cannot be read then is read when a page is asked for.
func New(c Config) http.Handler {
	name := "Kakehashi"
	if c.Title != "" {
		name += " · " + c.Title
	}
	if c.Alarm == nil {
		c.Alarm = func(string, string) {}
	}
	if c.Watchers <= 0 {
		c.Watchers = watchersMax
	}
	s := &console{Config: c, board: NewBoard(c.Zone, c.Network.Now()),
		kit: look.NewKit(look.Site{Name: name, Pages: pageFiles, Words: words.With(storyWords).With(merchantWords),
			Assets: assetFiles,
			Zone:   c.Zone})}
	c.Network.Follow(s.board.Follow)
	s.catchUp(context.Background())
	if c.Open != nil {
		s.board.Take(c.Open())
	}
	return s.routes()
}

// catchUp reads what the board has not been told.
func (s *console) catchUp(ctx context.Context) {
	if err := s.board.CatchUp(ctx, s.Network.Reader(), s.Network.Now()); err != nil {
		s.Alarm(AlarmBoard, err.Error())
	}
}

func (s *console) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page(s.live))
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("GET /payment/{id}", s.page(s.story))
	if s.Names != nil {
		mux.HandleFunc("GET /merchants", s.page(s.merchants))
		mux.HandleFunc("GET /merchant/{id}", s.page(s.merchant))
	}
	if s.Demo != nil {
		mux.HandleFunc("POST /wallet/{id}/behaviour", s.page(s.misbehave))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if !s.kit.Assets().Serve(w, r) {
			s.kit.Refuse(w, r, http.StatusNotFound, "")
		}
	})
	return look.Secure(mux, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.kit.Refuse(w, r, http.StatusForbidden, "")
	}))
}
