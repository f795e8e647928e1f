// SPDX-License-Identifier: Apache-2.0

package process_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/till"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/wallet"
	"github.com/kakehashi-pay/kakehashi/wire"
	"github.com/kakehashi-pay/kakehashi/wire/ams"
)

// world is a network as an operator runs it, on real sockets: a shop's till, a wallet with users who have money, and the
// network between them. It is furnished with commands.
type world struct {
	t       *testing.T
	config  process.Config
	network *process.Process
	till    *till.Till
	issuer  *tabi.Issuer
	brand   tabi.Brand
	user    string
	wallets *httptest.Server
	sales   int
}

// The shop, as an API client.
const shopClient ident.Client = "SHOP"

// patience is how long a test waits for what must come by itself: it ends a test that is broken, and no other.
const patience = 30 * time.Second

func newWorld(t *testing.T) *world { return newWorldOn(t, "") }

// newWorldOn is a world whose books are elsewhere than in the data folder.
func newWorldOn(t *testing.T, books string) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, config: process.Config{Data: filepath.Join(dir, "data"), Books: books, SandboxBooks: "none",
		Listen: "127.0.0.1:0", Operate: "127.0.0.1:0", MasterKey: filepath.Join(dir, "master.key"), NotifyPrivate: true}}
	if err := process.CreateMaster(w.config.MasterKey); err != nil {
		t.Fatal(err)
	}
	w.wallets = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.issuer.Handler().ServeHTTP(out, r)
	}))
	t.Cleanup(w.wallets.Close)
	w.start()
	t.Cleanup(func() { w.stop() })
	w.openIssuer(filepath.Join(dir, "wallet.db"))
	w.furnish()
	return w
}

// start starts the network, where it was before when it ran before.
func (w *world) start() {
	w.t.Helper()
	p, err := process.Start(context.Background(), w.config, slog.New(slog.DiscardHandler))
	if err != nil {
		w.t.Fatal(err)
	}
	w.network, w.config.Listen, w.config.Operate = p, p.Config.Listen, p.Config.Operate
}

func (w *world) stop() {
	if w.network != nil {
		w.network.Stop(context.Background())
		w.network = nil
	}
}

func (w *world) key() (wire.PrivateKey, wire.PublicKey) {
	w.t.Helper()
	key, err := wire.GenerateEd25519(rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	return key, key.Public()
}

// house is the key with which the network signs.
func (w *world) house() wire.PublicKey { return w.network.Live.House.Facts().HouseKeys()[0].Public }

// openIssuer opens a brand that settles in yen, with one user.
func (w *world) openIssuer(file string) {
	w.t.Helper()
	w.brand = tabi.SampleBrands()[9]
	w.brand.Key, _ = w.key()
	w.brand.KeyVersion, w.brand.PlatformURL, w.brand.Limits = 1, "http://"+w.config.Listen, tabi.Limits{}
	w.brand.PlatformKeys = map[int]wire.PublicKey{1: w.house()}
	var err error
	w.issuer, err = tabi.Open(file, []tabi.Brand{w.brand}, time.Now, rand.Reader, tabi.Outside{Client: http.DefaultClient})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { w.issuer.Close() })
	user, err := w.issuer.AddUser(w.brand.ID, 1)
	if err == nil {
		_, err = w.issuer.TopUp(user.ID, money.New(1_000_000, money.JPY), "welcome")
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.user = user.ID
}

// put writes facts as a command does.
func (w *world) put(facts store.Facts) {
	w.t.Helper()
	w.operate(func(o *process.Operator) error {
		_, err := o.Do(context.Background(), flow.Put{Person: o.Person, What: "furnish", Facts: facts})
		return err
	})
}

// operate runs what a command runs, through the running network where there is one.
func (w *world) operate(run func(o *process.Operator) error) {
	w.t.Helper()
	o, err := process.Operate(context.Background(), w.config, false)
	if err != nil {
		w.t.Fatal(err)
	}
	defer o.Close()
	if err := run(o); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) furnish() {
	w.t.Helper()
	from := time.Now().Add(-time.Minute).UTC()
	key, public := w.key()
	w.till = &till.Till{Gateway: "http://" + w.config.Listen, ClientID: string(shopClient), Key: key,
		Client: http.DefaultClient, Now: time.Now,
		House: func(version int) (wire.PublicKey, bool) { return w.house(), version == 1 }}
	holder := ident.Holder(w.brand.ID)
	client := func(id ident.Client, holder ident.Holder) access.Client {
		return access.Client{ID: id, Holder: holder, Status: access.Active, ResponseKey: 1}
	}
	w.put(store.Facts{
		Holders: []access.Holder{{ID: "acq", Kind: access.AcquirerHolder, Name: "Sample acquirer", Status: access.Active},
			{ID: holder, Kind: access.WalletHolder, Name: w.brand.Name, Status: access.Active}},
		Clients: []access.Client{client(shopClient, "acq"), client(ident.Client(w.brand.ClientID), holder)},
		Keys: []access.Key{{Client: shopClient, Version: 1, Public: public, From: from},
			{Client: ident.Client(w.brand.ClientID), Version: 1, Public: w.brand.Key.Public(), From: from}},
		Plans: []merchant.Plan{{ID: "std", Percent: money.BasisPoints(198), Rounding: money.Down, FeeBack: true, From: from}},
		Merchants: []merchant.Merchant{{ID: merchant.NameOf(0, "acq", "m-1"), Holder: "acq", Reference: "m-1",
			Name: "Sample Shop", MCC: "5812", Region: "JP", Prefecture: 13, Currency: money.JPY, Status: merchant.Live,
			Plan: "std"}},
		Wallets: []wallet.Wallet{{ID: wallet.ID(w.brand.ID), Client: ident.Client(w.brand.ClientID), Holder: holder,
			Brand: w.brand.Name, Region: "JP", Currency: money.JPY, URL: w.wallets.URL + w.brand.BasePath(), OurKey: 1,
			Status: wallet.Live, Rounding: money.HalfEven, PartialRefunds: true, Routing: w.brand.Routing,
			Timers: wallet.Timers{Deadline: time.Second, InquiryEvery: 100 * time.Millisecond, InquiryMax: 1000,
				CancelBackoff: 100 * time.Millisecond, CancelMax: time.Second, InFlightMax: 64}}},
		Routes: []wallet.Route{{ID: w.brand.ID, Prefix: fmt.Sprintf("281%03d", w.brand.Routing), LengthMin: 24, LengthMax: 24,
			Wallet: wallet.ID(w.brand.ID), From: from}}})
	if err := w.network.Live.House.Facts().Refresh(context.Background(), time.Now()); err != nil {
		w.t.Fatal(err)
	}
}

// sale is a sale of so many yen to the user, with a fresh code.
func (w *world) sale(yen int64) till.Sale {
	w.t.Helper()
	code, _, err := w.issuer.Code(context.Background(), w.user)
	if err != nil {
		w.t.Fatal(err)
	}
	w.sales++
	return till.Sale{RequestID: fmt.Sprint("p-", w.sales), Order: fmt.Sprint("o-", w.sales), About: "tea", Currency: "JPY",
		Minor: yen, Code: code, Merchant: "m-1", MerchantName: "Sample Shop", MCC: "5812", Store: "s-1", Terminal: "t-1"}
}

// pay asks for a sale once, and gives the payment's id.
func (w *world) pay(s till.Sale, want wire.ResultCode) ident.ID {
	w.t.Helper()
	answer, err := w.till.Pay(context.Background(), s)
	if err != nil || answer.Result.ResultCode != want {
		w.t.Fatalf("%s: %v %+v", s.RequestID, err, answer.Result)
	}
	id, err := ident.Parse(string(answer.PaymentID))
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// misbehave makes the wallet do what it must not.
func (w *world) misbehave(b tabi.Behaviour) {
	w.t.Helper()
	if err := w.issuer.Misbehave(w.brand.ID, b); err != nil {
		w.t.Fatal(err)
	}
}

// until waits until something holds.
func (w *world) until(what string, holds func() bool) {
	w.t.Helper()
	for end := time.Now().Add(patience); !holds(); {
		if time.Now().After(end) {
			w.t.Fatalf("%s: not within %v", what, patience)
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-w.t.Context().Done():
			w.t.Fatal("the test was stopped")
		}
	}
}

// state is what the network says of a sale, by its request.
func (w *world) state(request string) string {
	w.t.Helper()
	var answer ams.InquiryPaymentResponse
	err := w.till.Call(context.Background(), ams.InquiryPayment,
		&ams.InquiryPaymentRequest{PaymentRequestID: wire.Text(request)}, &answer)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(answer.PaymentStatus)
}

// inOrder audits the books, which nobody serves now.
func (w *world) inOrder() {
	w.t.Helper()
	b, err := audit.Open(context.Background(), w.books())
	if err != nil {
		w.t.Fatal(err)
	}
	defer b.Close()
	report, err := b.Full(context.Background(), audit.Options{Shelf: process.ShelfOf(w.books())})
	if err != nil || !report.OK() {
		w.t.Errorf("%v\n%s", err, report.String())
	}
}

func (w *world) books() string {
	c := w.config
	if err := c.Check(); err != nil {
		w.t.Fatal(err)
	}
	return c.Books
}

// balance is what the user has. Units: yen.
func (w *world) balance() int64 {
	w.t.Helper()
	has, err := w.issuer.Balance(w.user)
	if err != nil {
		w.t.Fatal(err)
	}
	return has.Minor()
}
