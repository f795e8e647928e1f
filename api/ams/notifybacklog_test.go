// SPDX-License-Identifier: Apache-2.0

package ams_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/api/ams"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// of a thousand events that are due at once most go to an endpoint that is down, and those that were there before
// all others at that. The others are told within the first rounds.
func TestADeadEndpointKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, acknowledge)
	w.notify("SHOP_1", "http://127.0.0.1:9/down")
	w.notify("SHOP_2", shop.URL)
	w.bulk("SHOP_1", "a", 900)
	w.bulk("SHOP_2", "b", 100)
	rounds := 0
	for len(shop.messages()) < 100 && rounds < 100 {
		w.round()
		rounds++
	}
	if rounds > 4 {
		t.Errorf("100 events were told after %d rounds", rounds)
	}
}

// What has just happened is told at once, though thousands that are older have not been looked at yet.
func TestWhatIsNewIsToldBeforeALongBacklog(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, acknowledge)
	w.notify("SHOP_1", "http://127.0.0.1:9/down")
	w.notify("SHOP_2", shop.URL)
	w.bulk("SHOP_1", "a", 3000)
	w.house.Run(10 * time.Second)
	for i := range 3 {
		w.bulk("SHOP_2", fmt.Sprint(i), 5)
		w.round()
		if n := len(shop.messages()); n != 5*(i+1) {
			t.Errorf("of 5 new events %d were told at once", n-5*i)
		}
	}
	due, err := w.shelf.Due(context.Background(), w.house.Now(), store.Event{}, 3000)
	if err != nil || len(due) < 2800 {
		t.Errorf("%d events are due, %v: the backlog was not long", len(due), err)
	}
}

// An endpoint that takes connections and never answers holds its own few runs and nothing else.
func TestAHangingEndpointHoldsItsOwnRunsOnly(t *testing.T) {
	t.Parallel()
	w := tell(t, func(c *ams.NotifierConfig) { c.Limits.AnswerWithin = time.Hour })
	release := make(chan struct{})
	var hanging, sent atomic.Int64
	hang := receive(t, func(w http.ResponseWriter, r *http.Request, nth int) {
		hanging.Add(1)
		<-release
		acknowledge(w, r, nth)
	})
	shop := receive(t, acknowledge)
	w.notify("SHOP_1", hang.URL)
	w.notify("SHOP_2", shop.URL)
	w.bulk("SHOP_1", "a", 300)
	w.bulk("SHOP_2", "b", 100)
	var runs sync.WaitGroup
	ended := make(chan struct{}, 1000)
	rounds := 0
	for ; len(shop.messages()) < 100 && rounds < 20; rounds++ {
		for _, s := range w.step() {
			sent.Add(1)
			runs.Add(1)
			go func() {
				defer runs.Done()
				s.Send(context.Background())
				sent.Add(-1)
				ended <- struct{}{}
			}()
		}
		for sent.Load() > 4 { // all but those that hang
			<-ended
		}
		w.record()
	}
	if rounds > 10 || len(shop.messages()) != 100 || hanging.Load() > 4 {
		t.Errorf("%d messages after %d rounds, %d runs hang", len(shop.messages()), rounds, hanging.Load())
	}
	close(release)
	runs.Wait()
	if w.notifier.Load().Runs != 0 {
		t.Errorf("%+v", w.notifier.Load())
	}
}

// The caps, and that what is under way is not begun again.
func TestWhatIsUnderWayIsBounded(t *testing.T) {
	t.Parallel()
	w := tell(t, func(c *ams.NotifierConfig) {
		c.Limits = ams.NotifyLimits{RunsMax: 20, ClientMax: 7}
		c.Resolver = resolver(func() []net.IP { return []net.IP{net.IPv4(127, 0, 0, 1)} })
	})
	shop := receive(t, acknowledge)
	w.notify("SHOP_1", shop.URL)
	w.bulk("SHOP_1", "a", 200)
	var first []ams.Sending
	for range 10 {
		first = append(first, w.step()...)
	}
	if len(first) != 4 {
		t.Errorf("%d runs to one endpoint", len(first))
	}
	port := shop.URL[strings.LastIndexByte(shop.URL, ':'):]
	for i := range 10 {
		w.pay("SHOP_1", fmt.Sprint("n-", i), fmt.Sprintf("28300000000000%02d00", i),
			fmt.Sprintf(`"paymentNotifyUrl":"http://shop%d.test%s/",`, i, port))
	}
	for range 10 {
		first = append(first, w.step()...)
	}
	if len(first) != 7 {
		t.Errorf("%d runs for one client", len(first))
	}
	if load := w.notifier.Load(); load.Runs != 7 || load.Events > 300 {
		t.Errorf("%+v", load)
	}
	for _, s := range first {
		s.Send(context.Background())
	}
	w.record()
	w.pass(time.Minute)
	if n := len(shop.messages()); n != 210 || w.notifier.Load() != (ams.Load{}) {
		t.Errorf("%d messages, %+v", n, w.notifier.Load())
	}
}

// An endpoint that does not answer rests as a whole: others of its events are not tried, and none is lost.
func TestAnEndpointThatDoesNotAnswerRests(t *testing.T) {
	t.Parallel()
	w := tell(t)
	down := true
	shop := receive(t, func(w http.ResponseWriter, r *http.Request, nth int) {
		if down {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		acknowledge(w, r, nth)
	})
	w.notify("SHOP_1", shop.URL)
	w.bulk("SHOP_1", "a", 50)
	w.pass(time.Minute)
	if n := len(shop.messages()); n != 4 {
		t.Errorf("an endpoint that is down was sent %d messages", n)
	}
	w.house.Run(time.Minute)
	if runs := w.step(); len(runs) != 1 {
		t.Errorf("%d runs ask whether it is up again", len(runs))
	} else {
		runs[0].Send(context.Background())
	}
	w.pass(3 * 24 * time.Hour)
	if n := len(shop.messages()); n > 200 {
		t.Errorf("an endpoint that was down for three days was sent %d messages", n)
	}
	down = false
	before := len(shop.messages())
	w.pass(26 * time.Hour)
	if n := len(shop.messages()) - before; n != 50 {
		t.Errorf("of 50 events %d were told when it was up again", n)
	}
	if _, ok, err := w.notifier.Next(context.Background()); ok || err != nil {
		t.Errorf("something is left to tell, %v", err)
	}
}

// Decisions A16: the list may be emptied; what was told is not told again, and what was not goes on where it was.
func TestAnEmptiedListRepeatsNothing(t *testing.T) {
	t.Parallel()
	w := tell(t)
	answers := map[string]int{"/good": 200, "/gone": 410, "/down": 503}
	shop := receive(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		says(answers[r.URL.Path], acknowledgement)(w, r, 0)
	})
	ids := map[string]ident.ID{}
	for i, path := range []string{"good", "gone", "down"} {
		ids[path] = w.pay("SHOP_1", path, fmt.Sprintf("28300000000000%02d00", i),
			`"paymentNotifyUrl":"`+shop.URL+"/"+path+`",`)
	}
	w.pass(15 * time.Minute)
	states := func() (all string) {
		for _, path := range []string{"good", "gone", "down"} {
			n := w.only(ids[path])
			all += fmt.Sprintf("%s: %s, %d at %v, %s\n", path, state(n), n.Event.Attempt,
				n.Event.Due.Equal(n.Event.At.Add(22*time.Minute)), n.Event.Detail)
		}
		return all
	}
	before, sent := states(), len(shop.messages())
	if err := w.shelf.Reset(context.Background()); err != nil {
		t.Fatal(err)
	}
	known := states() // from the books alone
	w.restart()
	w.project()
	w.round()
	if after := states(); after != before || len(shop.messages()) != sent || len(w.told) != 1 {
		t.Errorf("%sbefore; after:\n%s%d messages more, %v", before, after, len(shop.messages())-sent, w.told)
	}
	if !strings.Contains(known, "gone: dead abandoned") || !strings.Contains(known, "good: delivered delivered") {
		t.Error(known)
	}
	answers["/down"] = 200
	w.pass(10 * time.Minute)
	if got := state(w.only(ids["down"])); got != "delivered postponed postponed postponed delivered" {
		t.Error(got)
	}
	w.pass(30 * 24 * time.Hour)
	if n := len(shop.messages()); n != sent+1 {
		t.Errorf("%d messages, and then %d", sent, n)
	}
}

// A process that ends before it records what it told, tells it once more; nothing else is repeated, and nothing is lost.
func TestWhatWasNotRecordedIsToldAgain(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, acknowledge)
	w.notify("SHOP_1", shop.URL)
	id := w.bulk("SHOP_1", "a", 3)
	for _, s := range w.step() {
		s.Send(context.Background())
	}
	if again := w.step(); len(again) != 0 {
		t.Errorf("%d runs for what is told and not recorded", len(again))
	}
	w.restart()
	w.round()
	w.round()
	if n := len(shop.messages()); n != 6 || state(w.only(id)) != "delivered delivered" {
		t.Errorf("%d messages, %s", n, state(w.only(id)))
	}
}

// A list that missed what the books know, as after a crash between the two, follows the books.
func TestTheBooksAreAskedBeforeTheListIsBelieved(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, says(503, ""))
	w.notify("SHOP_1", shop.URL)
	id := w.bulk("SHOP_1", "a", 1)
	w.round()
	stale := w.only(id).Event
	w.house.Run(2 * time.Minute)
	w.round()
	stale.Attempt = 1
	if err := w.shelf.Told(context.Background(), stale); err != nil {
		t.Fatal(err)
	}
	w.restart()
	w.round()
	due := w.house.Now().Add(10 * time.Minute)
	if n := w.only(id); len(shop.messages()) != 2 || n.Event.Attempt != 2 || !n.Event.Due.Equal(due) {
		t.Errorf("%d messages, %+v", len(shop.messages()), n.Event)
	}
}

// A run whose process stops counts as if it had not been made.
func TestARunThatIsStoppedIsNoAttempt(t *testing.T) {
	t.Parallel()
	w := tell(t)
	stopping, stop := context.WithCancel(context.Background())
	shop := receive(t, func(w http.ResponseWriter, r *http.Request, nth int) {
		if nth > 1 {
			acknowledge(w, r, nth)
			return
		}
		stop()
		<-r.Context().Done()
	})
	w.notify("SHOP_1", shop.URL)
	id := w.bulk("SHOP_1", "a", 1)
	for _, s := range w.step() {
		s.Send(stopping)
	}
	w.record()
	if got := state(w.only(id)); got != "pending" {
		t.Fatal(got)
	}
	w.round()
	if got := state(w.only(id)); got != "delivered delivered" {
		t.Error(got)
	}
}

// counting is a house that counts what is recorded, and may refuse to.
type counting struct {
	ams.NotifierHouse
	err   error
	sizes []int
}

// Do refuses, or counts and does.
func (c *counting) Do(ctx context.Context, m flow.Movement) (flow.Outcome, error) {
	if c.err != nil {
		return flow.Outcome{}, c.err
	}
	c.sizes = append(c.sizes, len(m.(flow.Tell).Attempts))
	return c.NotifierHouse.Do(ctx, m)
}

func TestAttemptsAreRecordedInBatchesAndKeptUntilTheyAre(t *testing.T) {
	t.Parallel()
	house := &counting{}
	w := tell(t, func(c *ams.NotifierConfig) { house.NotifierHouse, c.House = c.House, house })
	shop := receive(t, acknowledge)
	w.notify("SHOP_1", shop.URL)
	id := w.bulk("SHOP_1", "a", 150)
	house.err = context.DeadlineExceeded
	for range 10 {
		for _, s := range w.step() {
			s.Send(context.Background())
		}
		if err := w.notifier.Record(context.Background()); err == nil {
			t.Fatal("recorded by nobody")
		}
	}
	if len(shop.messages()) != 150 || w.notifier.Load().Events != 150 {
		t.Fatalf("%d messages, %+v", len(shop.messages()), w.notifier.Load())
	}
	house.err = nil
	w.record()
	if fmt.Sprint(house.sizes) != "[64 64 22]" || w.notifier.Load().Events != 0 {
		t.Errorf("%v, %+v", house.sizes, w.notifier.Load())
	}
	if w.round(); len(shop.messages()) != 150 || state(w.only(id)) != "delivered delivered" {
		t.Errorf("%d messages, %s", len(shop.messages()), state(w.only(id)))
	}
}

// endsOf are six ways in which an attempt may end, by letter.
var endsOf = map[byte]func(http.ResponseWriter, *http.Request, int){'S': acknowledge, '5': says(503, ""),
	'4': says(404, ""), 'F': says(200, `{"result":{"resultStatus":"F"}}`), '3': says(302, ""), 'G': says(410, "")}

// Every order of endings, up to three and then an acknowledgement: attempts are made until one ends the sending, at the
// times of the plan, and the books hold each.
func TestEveryOrderOfEndings(t *testing.T) {
	t.Parallel()
	w := tell(t, func(c *ams.NotifierConfig) {
		c.Resolver = resolver(func() []net.IP { return []net.IP{net.IPv4(127, 0, 0, 1)} })
	})
	var mutex sync.Mutex
	seen := map[string]int{}
	shop := receive(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		mutex.Lock()
		nth := seen[r.URL.Path]
		seen[r.URL.Path]++
		mutex.Unlock()
		endsOf[(r.URL.Path + "SSSS")[1+nth]](w, r, 0)
	})
	port := shop.URL[strings.LastIndexByte(shop.URL, ':'):]
	ids := map[string]ident.ID{}
	orders := []string{""}
	for at := 0; at < len(orders); at++ {
		if len(orders[at]) < 3 {
			for _, letter := range "S54F3G" {
				orders = append(orders, orders[at]+string(letter))
			}
		}
	}
	for i, order := range orders { // each at a host of its own: none shall rest for another's silence
		ids[order] = w.pay("SHOP_1", fmt.Sprint("n-", i), fmt.Sprintf("2830000000000%03d00", i),
			fmt.Sprintf(`"paymentNotifyUrl":"http://h%d.test%s/%s",`, i, port, order))
	}
	w.pass(30 * time.Minute)
	for _, order := range orders {
		want := "delivered"
		made := order + "S"
		if i := strings.IndexAny(made, "SG"); i >= 0 {
			if made[i] == 'G' {
				want = "dead"
			}
			made = made[:i+1]
		}
		want += strings.Repeat(" postponed", len(made)-1) +
			map[byte]string{'S': " delivered", 'G': " abandoned"}[made[len(made)-1]]
		if got := state(w.only(ids[order])); got != want || seen["/"+order] != len(made) {
			t.Errorf("%q: %s, want %s; %d messages", order, got, want, seen["/"+order])
		}
	}
}

// The key or the record that is missing is ours to mend: nothing is sent, no attempt is counted, and somebody is told.
func TestWhatCannotBeWrittenWaitsForUs(t *testing.T) {
	t.Parallel()
	broken := true
	w := tell(t)
	keys := w.settings.Keys
	w.settings.Keys = func(version int) (key wire.PrivateKey, ok bool) {
		if broken {
			return key, false
		}
		return keys(version)
	}
	w.restart()
	shop := receive(t, acknowledge)
	w.notify("SHOP_1", shop.URL)
	id := w.bulk("SHOP_1", "a", 1)
	w.pass(10 * time.Minute)
	if n := w.only(id); state(n) != "pending" || n.Event.Detail != "it cannot be written: key_not_found" {
		t.Errorf("%s, %q", state(n), n.Event.Detail)
	}
	if len(w.told) == 0 || !strings.HasPrefix(w.told[0], ams.AlarmNotifyUnsent+": SHOP_1: ") {
		t.Errorf("%v", w.told)
	}
	broken = false
	w.pass(10 * time.Minute)
	if got := state(w.only(id)); got != "delivered delivered" {
		t.Error(got)
	}
}

func TestWhatCannotBeOpenedIsNotSentElsewhere(t *testing.T) {
	t.Parallel()
	w := tell(t)
	all, own := receive(t, acknowledge), receive(t, acknowledge)
	w.notify("SHOP_1", all.URL)
	id := w.pay("SHOP_1", "n-1", "283000000000000100", `"paymentNotifyUrl":"`+own.URL+`",`)
	ring := w.settings.Ring
	w.settings.Ring = otherRing(t)
	w.restart()
	w.pass(10 * time.Minute)
	if n := w.only(id); state(n) != "pending" || len(all.messages())+len(own.messages()) != 0 {
		t.Errorf("%s, %d messages", state(n), len(all.messages())+len(own.messages()))
	}
	if len(w.told) == 0 || !strings.HasPrefix(w.told[0], ams.AlarmNotifyUnsent) {
		t.Errorf("%v", w.told)
	}
	w.settings.Ring = ring
	w.restart()
	w.pass(time.Hour)
	if got := state(w.only(id)); got != "delivered delivered" || len(own.messages()) != 1 || len(all.messages()) != 0 {
		t.Errorf("%s, %d and %d messages", got, len(own.messages()), len(all.messages()))
	}
}

// A person may have anything told once more: what is dead, and what was told.
func TestAnEventIsToldAgainWhenAPersonAsks(t *testing.T) {
	t.Parallel()
	w := tell(t)
	status := 410
	shop := receive(t, func(w http.ResponseWriter, r *http.Request, _ int) { says(status, acknowledgement)(w, r, 0) })
	w.notify("SHOP_1", shop.URL)
	id := w.bulk("SHOP_1", "a", 1)
	w.round()
	again := func() {
		t.Helper()
		if err := w.notifier.Again(context.Background(), w.only(id).Event); err != nil {
			t.Fatal(err)
		}
		w.round()
	}
	again()
	status = 404
	again()
	status = 200
	again()
	again()
	if got := state(w.only(id)); got != "delivered abandoned abandoned postponed delivered delivered" {
		t.Error(got)
	}
	status = 500
	w.house.Run(40 * 24 * time.Hour)
	again()
	if n := w.only(id); n.Event.State != store.EventDead || n.Event.Attempt != 6 {
		t.Errorf("%s", state(n))
	}
	gone := w.only(id).Event
	gone.N += 1000
	if err := w.notifier.Again(context.Background(), gone); fault.CodeOf(err) != ams.CodeEventMissing {
		t.Error(err)
	}
}

// What a person asks for after the list was emptied counts on from what the books know.
func TestAskingAgainBeforeTheListIsBelieved(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, acknowledge)
	w.notify("SHOP_1", shop.URL)
	id := w.bulk("SHOP_1", "a", 1)
	w.round()
	if err := w.shelf.Reset(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.restart()
	w.project()
	if err := w.notifier.Again(context.Background(), w.only(id).Event); err != nil {
		t.Fatal(err)
	}
	w.round()
	if got := state(w.only(id)); got != "delivered delivered delivered" || len(shop.messages()) != 2 {
		t.Errorf("%s, %d messages", got, len(shop.messages()))
	}
}

func TestTheLogShowsAPaymentWithItsRefundsOrOneOfThem(t *testing.T) {
	t.Parallel()
	w := tell(t)
	shop := receive(t, acknowledge)
	w.notify("SHOP_1", shop.URL)
	id := w.pay("SHOP_1", "n-1", "283000000000000100", "")
	var refunds []ident.ID
	for i := range 2 {
		answer := w.post("SHOP_1", refundPath, fmt.Sprintf(
			`{"refundRequestId":"r-%d","paymentId":"%v","refundAmount":{"currency":"JPY","value":"1"}}`, i, id))
		refund, err := ident.Parse(value(t, answer, "refundId"))
		if err != nil {
			t.Fatal(err)
		}
		refunds = append(refunds, refund)
	}
	w.round()
	notices, err := w.log().Of(context.Background(), id)
	if err != nil || len(notices) != 3 {
		t.Fatalf("%d notices, %v", len(notices), err)
	}
	for i, want := range []ident.Digest{id.Digest, refunds[0].Digest, refunds[1].Digest} {
		if n := notices[i]; n.Event.Subject != want || state(n) != "delivered delivered" {
			t.Errorf("%+v", n)
		}
	}
	if got := w.only(refunds[1]); fmt.Sprint(got) != fmt.Sprint(notices[2]) {
		t.Errorf("%+v", got)
	}
	for _, nobody := range []ident.ID{{}, {Lane: 3, Digest: id.Digest}, {Digest: ident.DigestOf(ident.Payment)}} {
		if none, err := w.log().Of(context.Background(), nobody); err != nil || len(none) != 0 {
			t.Errorf("%+v, %v", none, err)
		}
	}
}
