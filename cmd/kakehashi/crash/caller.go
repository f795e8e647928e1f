// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/till"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// How often a caller does something else than pay, in hundredths.
const (
	repeatsAfter   = 12 // the same pay again
	altersAfter    = 3  // a pay under the same name with another amount
	cancelsAfter   = 10
	refundsAfter   = 15
	doubleClicks   = 4
	openMax        = 6 // payments without a last word, before a caller asks about those first
	pauseDown      = 8 * time.Millisecond
	revisitCancels = 6
	revisitAsks    = 65
	impatient      = 10
	freshFor       = 2 * time.Second
)

// caller is one till. It follows the caller's rules of the dialect: what was not answered is unknown, and is asked again
// under the same name.
//
// Concurrency: one owner.
type caller struct {
	r    *run
	id   int
	dice *rand.Rand
	made int
	open []*sale // without a last word

	last   string // the request that was given its last word last
	lastAt time.Time
}

// sale is a payment as its caller sees it.
type sale struct {
	till.Sale
	paymentID  string
	cancelling bool // the cancel must be repeated until it is answered
	refund     string
	back       int64 // what the refund is of
}

func (r *run) newCaller(id int) *caller {
	return &caller{r: r, id: id, dice: rand.New(rand.NewChaCha8(r.seed("caller " + strconv.Itoa(id))))}
}

// run sells until the context ends.
func (c *caller) run(ctx context.Context) {
	for ctx.Err() == nil {
		if len(c.open) > 0 && (len(c.open) >= openMax || c.dice.IntN(3) == 0) {
			c.revisit(ctx)
			continue
		}
		c.sell(ctx)
	}
}

// settle asks about what is still open until everything has its last word.
func (c *caller) settle(ctx context.Context) {
	for len(c.open) > 0 && ctx.Err() == nil {
		c.revisit(ctx)
		rest(ctx, 20*time.Millisecond)
	}
}

func (c *caller) sell(ctx context.Context) {
	brand := c.r.brands[c.dice.IntN(len(c.r.brands))]
	user := fmt.Sprintf("%s-%06d", brand.ID, 1+c.dice.IntN(usersEach))
	code, _, err := c.r.wallets.issuer.Code(ctx, user)
	if err != nil {
		c.pause(ctx)
		return
	}
	c.made++
	name := fmt.Sprintf("%d-%d", c.id, c.made)
	shop := shopName(c.dice.IntN(shopsCount))
	s := &sale{Sale: till.Sale{RequestID: "p-" + name, Order: "o-" + name, About: "Sample goods", Currency: "JPY",
		Minor: 100 + c.dice.Int64N(20_000), Code: code, Merchant: shop, MerchantName: "Sample shop", MCC: "5812",
		Store: shop + "-1", Terminal: "t-1"}}
	if c.chance(doubleClicks) {
		c.clickTwice(ctx, s)
		return
	}
	c.weigh(ctx, s, c.pay(ctx, s))
}

// pause is what a caller does after something went wrong: most wait until the network is back, some try again at once. The
// word that it was given last is the one that a kill may have taken back, and what the wallets know would bring it back
// soon: so it is asked for at once.
func (c *caller) pause(ctx context.Context) {
	rest(ctx, pauseDown)
	if c.chance(impatient) {
		return
	}
	c.r.gate.wait(ctx)
	if c.last != "" && ctx.Err() == nil && time.Since(c.lastAt) < freshFor {
		c.r.journal.ask(actInquire, c.last, 0)
		c.r.journal.told(actInquire, c.last, c.r.inquire(context.WithoutCancel(ctx), c.last))
	}
	c.last = ""
}

// hold remembers the word that was given last.
func (c *caller) hold(s *sale) { c.last, c.lastAt = s.RequestID, time.Now() }

func (c *caller) chance(hundredths int) bool { return c.dice.IntN(100) < hundredths }

// pay asks once.
func (c *caller) pay(ctx context.Context, s *sale) answer {
	c.r.journal.ask(actPay, s.RequestID, s.Minor)
	a := c.send(ctx, s)
	c.r.journal.told(actPay, s.RequestID, a)
	return a
}

func (c *caller) send(ctx context.Context, s *sale) answer {
	c.r.paying.Add(1)
	defer c.r.paying.Add(-1)
	told, err := c.r.till.Pay(context.WithoutCancel(ctx), s.Sale)
	a := answerOf(told.Result, string(told.PaymentID), err)
	if a.definite() {
		c.r.see(acknowledged)
	}
	return a
}

// clickTwice sends the same pay twice at once. What is less certain is written down first: nobody can say which was told
// first.
func (c *caller) clickTwice(ctx context.Context, s *sale) {
	c.r.journal.ask(actPay, s.RequestID, s.Minor)
	c.r.journal.ask(actPay, s.RequestID, s.Minor)
	var answers [2]answer
	var both sync.WaitGroup
	for i := range answers {
		both.Go(func() { answers[i] = c.send(ctx, s) })
	}
	both.Wait()
	if answers[0].definite() {
		answers[0], answers[1] = answers[1], answers[0]
	}
	for _, a := range answers {
		c.r.journal.told(actPay, s.RequestID, a)
	}
	c.weigh(ctx, s, answers[1])
}

// answerOf is what a caller makes of what came back.
func answerOf(r wire.Result, id string, err error) answer {
	if err != nil {
		return answer{status: noAnswer}
	}
	return answer{status: string(r.ResultStatus), code: string(r.ResultCode), id: id}
}

// weigh decides what comes after an answer to a pay.
func (c *caller) weigh(ctx context.Context, s *sale, a answer) {
	if !a.definite() {
		c.open = append(c.open, s)
		if a.status == noAnswer {
			c.pause(ctx)
		}
		return
	}
	s.paymentID = a.id
	c.hold(s)
	if c.chance(altersAfter) {
		c.alter(ctx, s)
	}
	if c.chance(repeatsAfter) {
		c.pay(ctx, s)
	}
	if a.status != succeeded {
		return
	}
	switch {
	case c.chance(refundsAfter):
		s.refund, s.back = "r-"+s.RequestID[2:], 1+c.dice.Int64N(s.Minor)
		c.giveBack(ctx, s)
	case c.chance(cancelsAfter):
		c.cancel(ctx, s)
	}
}

// alter asks for another amount under the same name, which must have no effect.
func (c *caller) alter(ctx context.Context, s *sale) {
	other := s.Sale
	other.Minor++
	c.r.journal.ask(actAlter, s.RequestID, other.Minor)
	told, err := c.r.till.Pay(context.WithoutCancel(ctx), other)
	c.r.journal.told(actAlter, s.RequestID, answerOf(told.Result, string(told.PaymentID), err))
}

// revisit does the next thing about one open sale.
func (c *caller) revisit(ctx context.Context) {
	s := c.open[0]
	c.open = c.open[1:]
	switch {
	case s.refund != "":
		c.giveBack(ctx, s)
	case s.cancelling || c.chance(revisitCancels):
		c.cancel(ctx, s)
	case c.chance(revisitAsks):
		c.inquire(ctx, s)
	default:
		c.weigh(ctx, s, c.pay(ctx, s))
	}
}

func (c *caller) cancel(ctx context.Context, s *sale) {
	s.cancelling = true
	c.r.journal.ask(actCancel, s.RequestID, s.Minor)
	var told ams.CancelResponse
	err := c.r.till.Call(context.WithoutCancel(ctx), ams.Cancel,
		&ams.CancelRequest{PaymentRequestID: wire.Text(s.RequestID)}, &told)
	a := answerOf(told.Result, string(told.PaymentID), err)
	c.r.journal.told(actCancel, s.RequestID, a)
	if !a.definite() {
		c.open = append(c.open, s)
		c.pause(ctx)
		return
	}
	c.hold(s)
	c.r.see(cancelTold)
	if c.chance(repeatsAfter) {
		c.pay(ctx, s)
	}
}

func (c *caller) inquire(ctx context.Context, s *sale) {
	c.r.journal.ask(actInquire, s.RequestID, s.Minor)
	a := c.r.inquire(context.WithoutCancel(ctx), s.RequestID)
	c.r.journal.told(actInquire, s.RequestID, a)
	switch {
	case a.code == notThere || !a.definite():
		c.open = append(c.open, s)
		c.pause(ctx)
	case a.status == succeeded:
		s.paymentID = a.id
		c.weigh(ctx, s, a)
	}
}

// inquire asks what became of a payment, and says it as the answer to its pay would.
func (r *run) inquire(ctx context.Context, request string) answer {
	var told ams.InquiryPaymentResponse
	err := r.till.Call(ctx, ams.InquiryPayment, &ams.InquiryPaymentRequest{PaymentRequestID: wire.Text(request)}, &told)
	a := answerOf(told.Result, string(told.PaymentID), err)
	if a.status != succeeded {
		return a
	}
	a.code = string(told.PaymentResultCode)
	switch told.PaymentStatus {
	case ams.PaymentSuccess:
	case ams.PaymentFail, ams.PaymentCancelled:
		a.status = failed
	default:
		a.status = unknown
	}
	return a
}

// giveBack asks for the sale's refund, new or again.
func (c *caller) giveBack(ctx context.Context, s *sale) {
	c.r.journal.ask(actRefund, s.refund, s.back, s.RequestID)
	told, err := c.r.till.Refund(context.WithoutCancel(ctx), s.refund, s.paymentID, s.Currency, s.back)
	a := answerOf(told.Result, string(told.RefundID), err)
	c.r.journal.told(actRefund, s.refund, a)
	if !a.definite() {
		c.open = append(c.open, s)
		c.pause(ctx)
		return
	}
	c.r.see(refundTold)
	if c.chance(repeatsAfter) {
		c.giveBack(ctx, s)
	}
}
