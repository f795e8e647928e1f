// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// liveView is the live page.
type liveView struct {
	Page    look.Page
	Now     time.Time
	Events  string // address of the stream that goes on from here
	Strip   stripView
	Doubts  doubtsView
	Rows    []rowView // newest first
	Most    int
	Wallets []walletView
	SDK     *SDKBox
}

// stripView is the day in numbers.
type stripView struct {
	Now                                       time.Time
	Since                                     time.Time // zero: since midnight
	Taken                                     money.Amount
	Others                                    []money.Amount
	Returned                                  []money.Amount
	Begun, Paid, Declined, Cancelled, Unknown int
	Bars                                      []barView
	Sum, Peak                                 int // of the minutes
	Counts                                    string
}

// barView is one minute, in the units of the drawing.
type barView struct {
	X, Y, Height, N int
	Present         bool
}

// The drawing of the minutes.
const (
	barStep  = 12
	barsHigh = 48
)

// shopView is a shop as far as it is known.
type shopView struct {
	Name       string
	Region     string
	Prefecture int
}

// brandView is a wallet as people know it.
type brandView struct {
	Name, Region string
}

// rowView is one payment in the list.
type rowView struct {
	*payment.Payment
	Key    int64 // orders rows: microseconds since 1970
	Shop   shopView
	Wallet brandView
	State  look.State
	Word   string // key of the state's word
	Took   time.Duration
	Final  bool // Took says how long it was not known
}

func (s *console) live(w http.ResponseWriter, r *http.Request) error {
	if s.board.behind() {
		s.catchUp(r.Context())
	}
	l, now := look.Chosen(r), s.Network.Now()
	n := s.board.news(0)
	g := s.board.look(now)
	v := liveView{Page: s.kit.Page(r, s.kit.Say(l, "live")), Now: now, Most: recentMax, Strip: s.strip(&g),
		Doubts: s.doubts(r.Context(), l, &g), Wallets: s.wallets(l, &g)}
	v.Page.Styles, v.Page.Script = []string{"console.css"}, "console.js"
	v.Page.Links = s.links(l, "/")
	v.Page.Live = s.kit.Say(l, "live.still", s.kit.Clock(l).Time(now))
	v.Events = "/events?after=" + s.position(n.version) + "&lang=" + string(l)
	for i := len(n.rows) - 1; i >= 0; i-- {
		v.Rows = append(v.Rows, s.row(r.Context(), n.rows[i]))
	}
	if s.Demo != nil {
		box := s.Demo.SDK()
		v.SDK = &box
	}
	return s.kit.Show(w, r, "live", v)
}

func (s *console) strip(g *glance) stripView {
	d, taken := &g.day, sums(g.day.taken)
	v := stripView{Now: g.now, Since: d.since, Taken: taken[0], Others: taken[1:], Begun: d.begun, Paid: d.paid,
		Declined: d.declined, Cancelled: d.cancelled, Unknown: g.unknown}
	for _, a := range sums(d.returned) {
		if a.Positive() {
			v.Returned = append(v.Returned, a)
		}
	}
	counts := make([]string, 0, windowMinutes)
	for _, n := range g.minutes {
		v.Sum, v.Peak = v.Sum+n, max(v.Peak, n)
		counts = append(counts, strconv.Itoa(n))
	}
	v.Counts = strings.Join(counts, ", ")
	for i, n := range g.minutes {
		height := 1
		if n > 0 {
			height = max(3, n*barsHigh/v.Peak)
		}
		v.Bars = append(v.Bars, barView{X: i * barStep, Y: barsHigh - height, Height: height, N: n,
			Present: i == windowMinutes-1})
	}
	return v
}

func (s *console) row(ctx context.Context, p *payment.Payment) rowView {
	v := rowView{Payment: p, Key: p.At.UnixMicro(), Shop: s.shop(ctx, p.Merchant), Wallet: s.brand(p.Wallet)}
	v.State, v.Word = standing(p)
	switch p.State {
	case payment.Success:
		v.Took, v.Final = p.BookedAt.Sub(p.At), v.State == look.Paid
	case payment.Failed, payment.Cancelled:
		v.Took, v.Final = p.ChangedAt.Sub(p.At), true
	}
	return v
}

// shop is what is known of a merchant; one that is not in memory is read.
func (s *console) shop(ctx context.Context, id merchant.ID) shopView {
	m, ok := s.Network.Facts().Merchant(id)
	if !ok {
		keys := store.Keys{Merchants: []merchant.ID{id}}
		if err := s.Network.Facts().Keep(ctx, s.Network.Now(), keys); err != nil {
			return shopView{}
		}
		m, ok = s.Network.Facts().Merchant(id)
	}
	if !ok {
		return shopView{}
	}
	return shopView{Name: m.Name, Region: m.Region, Prefecture: m.Prefecture}
}

func (s *console) brand(id wallet.ID) brandView {
	w, ok := s.Network.Facts().Wallet(id)
	if !ok {
		return brandView{Name: string(id)}
	}
	return brandView{Name: w.Brand, Region: w.Region}
}

// standing is a payment's state as people say it: a sign, and the key of a word.
func standing(p *payment.Payment) (look.State, string) {
	switch p.State {
	case payment.Success:
		return refunded(p)
	case payment.Failed, payment.Cancelled:
		if p.Stray != "" {
			return look.Waiting, "state.returning"
		}
		if p.State == payment.Failed {
			return look.Declined, "state.declined"
		}
		return look.Cancelled, "state.cancelled"
	case payment.Unknown:
		return look.Waiting, "state.unknown"
	case payment.Cancelling:
		return look.Waiting, "state.cancelling"
	case payment.Refunding:
		return look.Waiting, "state.returning"
	case payment.Tombstone:
		return look.Cancelled, "state.tombstone"
	case payment.Issued:
		return look.Waiting, "state.issued"
	}
	return look.Waiting, "state.sent"
}

// refunded is the state of a payment that succeeded, of which something may have been given back.
func refunded(p *payment.Payment) (look.State, string) {
	done := int64(0)
	for i := range p.Refunds {
		switch f := &p.Refunds[i]; f.State {
		case payment.RefundSuccess:
			done += f.Amounts.Price.Minor()
		case payment.RefundSent, payment.RefundUnknown:
			return look.Waiting, "state.refunding"
		}
	}
	switch {
	case done == 0:
		return look.Paid, "state.paid"
	case done < p.Price.Minor():
		return look.Paid, "state.part"
	}
	return look.Cancelled, "state.refunded"
}
