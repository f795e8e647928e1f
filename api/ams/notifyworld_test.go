// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/vault"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/worker"
)

// acknowledgement is what the documents ask a merchant to reply.
const acknowledgement = `{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}`

// receiver is a merchant's server: what it was sent, and how it answers.
type receiver struct {
	*httptest.Server
	answer func(w http.ResponseWriter, r *http.Request, nth int)

	mutex sync.Mutex
	got   []message
}

// message is what a receiver was sent, as it came.
type message struct {
	target string
	header http.Header
	body   string
}

func acknowledge(w http.ResponseWriter, _ *http.Request, _ int) {
	_, _ = io.WriteString(w, acknowledgement)
}

func receive(t testing.TB, answer func(w http.ResponseWriter, r *http.Request, nth int)) *receiver {
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// ServeHTTP notes a message and answers it.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mutex.Lock()
	r.got = append(r.got, message{request.RequestURI, request.Header, string(body)})
	nth := len(r.got)
	r.mutex.Unlock()
	r.answer(w, request, nth)
}

func (r *receiver) messages() []message {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return append([]message(nil), r.got...)
}

// telling is the world with a notifier, and a shelf that a projector fills.
type telling struct {
	*world
	shelf     *store.Shelf
	projector *worker.Projector
	settings  ams.NotifierConfig
	notifier  *ams.Notifier
	told      []string // alarms
}

func tell(t testing.TB, change ...func(*ams.NotifierConfig)) *telling {
	t.Helper()
	w := &telling{world: setup(t)}
	shelf, err := store.OpenShelf(context.Background(), w.house.Books)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(shelf.Close)
	w.shelf = shelf
	w.settings = ams.NotifierConfig{House: w.house, Shelf: shelf, Keys: houseKeys, Ring: w.config.Live.Ring, Private: true,
		Alarm: func(name, about string) { w.told = append(w.told, name+": "+about) }}
	for _, c := range change {
		c(&w.settings)
	}
	w.restart()
	return w
}

// restart forgets what the notifier and the projector remember, as a process that was killed.
func (w *telling) restart() {
	w.projector = worker.NewProjector(0, w.house.Reader(), w.shelf)
	w.notifier = ams.NewNotifier(w.settings)
}

// client changes where a client is told.
func (w *telling) client(id ident.Client, change func(*access.Client)) {
	w.t.Helper()
	c, _, ok, err := w.house.Facts().Client(context.Background(), w.house.Now(), id)
	if err != nil || !ok {
		w.t.Fatal(id, err)
	}
	change(&c)
	w.house.Put(store.Facts{Clients: []access.Client{c}})
}

// notify names where a client is told.
func (w *telling) notify(id ident.Client, url string) {
	w.t.Helper()
	w.client(id, func(c *access.Client) { c.NotifyURL = url })
}

// bulk makes payments of a client without the API in front, and gives the id of the last.
func (w *telling) bulk(client ident.Client, name string, count int) (id ident.ID) {
	w.t.Helper()
	holder := ident.Holder("acq-1")
	if client == "SHOP_2" {
		holder = "acq-2"
	}
	for i := range count {
		request := fmt.Sprint(name, "-", i)
		id = ident.Name(0, ident.Payment, string(client), "", request)
		m := flow.Pay{ID: id, Client: client, Holder: holder, RequestID: request, Order: request, Reference: "m-1",
			Store: "s-1", Price: money.New(1000, money.JPY), Wallet: "jp", Tell: payment.TellOutcome}
		digest := ident.DigestOf("code", string(client), request)
		copy(m.Marks[0][:], digest[:])
		copy(m.Marks[1][:], digest[:])
		p, err := w.house.Pay(context.Background(), m, wallet.Charge{Payment: id, Code: "00", Price: m.Price, Payer: m.Price})
		if err != nil || p.State != payment.Success {
			w.t.Fatalf("%+v, %v", p, err)
		}
	}
	return id
}

// pay makes one payment through the API, with more fields than it needs.
func (w *telling) pay(as, request, code, more string) ident.ID {
	w.t.Helper()
	body := strings.NewReplacer(`"n-1"`, `"`+request+`"`, `"o-1"`, `"o-`+request+`"`, "281000000000000100", code).
		Replace(good["pay"])
	id, err := ident.Parse(value(w.t, w.post(as, payPath, `{`+more+body[1:]), "paymentId"))
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// project folds what is committed into the shelf.
func (w *telling) project() {
	w.t.Helper()
	for worked := true; worked; {
		var err error
		if worked, err = w.projector.Step(context.Background(), 8); err != nil {
			w.t.Fatal(err)
		}
	}
}

// step gives the runs that are due.
func (w *telling) step() []ams.Sending {
	w.t.Helper()
	w.project()
	runs, err := w.notifier.Step(context.Background(), w.house.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return runs
}

// round makes the runs that are due, one after another, and records how they ended.
func (w *telling) round() (runs int) {
	w.t.Helper()
	all := w.step()
	for _, s := range all {
		s.Send(context.Background())
	}
	w.record()
	return len(all)
}

func (w *telling) record() {
	w.t.Helper()
	if err := w.notifier.Record(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// pass lets time pass, and has everything told when it is due.
func (w *telling) pass(d time.Duration) {
	w.t.Helper()
	end := w.house.Now().Add(d)
	w.project()
	for {
		for w.round() > 0 {
			continue
		}
		due, ok, err := w.notifier.Next(context.Background())
		if err != nil {
			w.t.Fatal(err)
		}
		if !ok || due.After(end) {
			break
		}
		w.house.Run(max(due.Sub(w.house.Now()), 0))
	}
	w.house.Run(end.Sub(w.house.Now()))
}

// only is the one notice of a payment or refund.
func (w *telling) only(id ident.ID) ams.Notice {
	w.t.Helper()
	notices, err := w.log().Of(context.Background(), id)
	if err != nil || len(notices) != 1 {
		w.t.Fatalf("%d notices of %v, %v", len(notices), id, err)
	}
	return notices[0]
}

func (w *telling) log() ams.NotifyLog {
	return ams.NotifyLog{Reader: w.house.Reader(), Shelf: w.shelf.ShelfReader}
}

// state is an event and its attempts in short: its state, then how each attempt ended.
func state(n ams.Notice) string {
	text := [...]string{1: "pending", 2: "delivered", 3: "dead"}[n.Event.State]
	for _, a := range n.Attempts {
		text += " " + [...]string{1: "delivered", 2: "postponed", 3: "abandoned"}[a.Outcome]
	}
	return text
}

// resolver answers every name with some addresses, and with none that it does not exist.
func resolver(addresses func() []net.IP) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			for answerName(theirs, addresses) == nil {
				continue
			}
		}()
		return ours, nil
	}}
}

// answerName answers one question of a resolver over a stream.
//
// Source: RFC 1035 4.1 and 4.2.2.
func answerName(c net.Conn, addresses func() []net.IP) error {
	size := make([]byte, 2)
	if _, err := io.ReadFull(c, size); err != nil {
		return err
	}
	question := make([]byte, binary.BigEndian.Uint16(size))
	if _, err := io.ReadFull(c, question); err != nil {
		return err
	}
	end := 12
	for question[end] != 0 {
		end += 1 + int(question[end])
	}
	kind := binary.BigEndian.Uint16(question[end+1:])
	var records []byte
	count, all := 0, addresses()
	for _, ip := range all {
		data, record := ip.To4(), uint16(1)
		if data == nil {
			data, record = ip.To16(), 28
		}
		if record != kind {
			continue
		}
		count++
		records = append(records, 0xc0, 12) // the name of the question
		records = binary.BigEndian.AppendUint16(records, record)
		records = append(records, 0, 1, 0, 0, 0, 0, 0, byte(len(data))) // class IN, kept for no time
		records = append(records, data...)
	}
	answer := append([]byte{question[0], question[1], 0x81, 0x80, 0, 1, 0, byte(count), 0, 0, 0, 0}, question[12:end+5]...)
	if len(all) == 0 {
		answer[3] |= 3 // there is no such name
	}
	answer = append(answer, records...)
	_, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	return err
}

// otherRing is a ring that opens nothing of the world's.
func otherRing(t *testing.T) vault.Ring {
	t.Helper()
	ring, err := vault.NewRing(2, map[vault.Version][32]byte{2: {8}})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}
