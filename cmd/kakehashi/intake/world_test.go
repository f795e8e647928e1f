// SPDX-License-Identifier: Apache-2.0

package intake_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake/sample"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/stage"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
)

var noon = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

var holder = access.Holder{ID: "acq", Kind: access.AcquirerHolder, Name: "Sample acquirer", Status: access.Active}

// world is the books of a holder without merchants.
type world struct {
	*stage.House
}

func newWorld(t *testing.T) world {
	t.Helper()
	h := stage.Open(t, noon)
	h.Put(store.Facts{Holders: []access.Holder{holder}, Plans: []merchant.Plan{{ID: "std",
		Percent: money.BasisPoints(198), Rounding: money.Down, FeeBack: true, From: noon}}})
	return world{h}
}

// bringing is an import of a file as it is now.
func (w world) bringing(file []byte, format intake.Format, bad *bytes.Buffer) *intake.Import {
	w.T.Helper()
	f, err := intake.Open(bytes.NewReader(file), format, "")
	if err != nil {
		w.T.Fatal(err)
	}
	i := &intake.Import{File: f, Reader: w.Reader(), Person: "a test", Do: w.Do, Pause: func(context.Context,
		time.Duration) {
	},
		Terms: intake.Terms{Holder: holder, Plan: "std", Plans: func(id merchant.PlanID) bool { return id == "std" }}}
	if bad != nil {
		i.Bad = bad
	}
	return i
}

// bring imports a file of CSV and gives what came of it, with the file of bad rows.
func (w world) bring(file string) (*intake.Tally, string) {
	w.T.Helper()
	var bad bytes.Buffer
	tally, err := w.bringing([]byte(file), intake.CSV, &bad).Run(context.Background())
	if err != nil {
		w.T.Fatal(err)
	}
	return tally, bad.String()
}

// merchants are all merchants of the books.
func (w world) merchants() (all []merchant.Merchant) {
	w.T.Helper()
	for after := (ident.Digest{}); ; {
		page, err := w.Reader().Merchants(context.Background(), after)
		if err != nil {
			w.T.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
		after = page[len(page)-1].ID.Digest
	}
}

func (w world) store(m, reference string) (merchant.Store, bool) {
	w.T.Helper()
	s, ok, err := store.NewCatalogue(w.Reader()).Store(context.Background(), merchant.NameOf(0, holder.ID, m),
		reference)
	if err != nil {
		w.T.Fatal(err)
	}
	return s, ok
}

// acts is how many acts imports have written.
func (w world) acts() (count int) {
	w.T.Helper()
	for after := int64(0); ; {
		page, err := w.Reader().Acts(context.Background(), ident.House, after)
		if err != nil {
			w.T.Fatal(err)
		}
		if len(page) == 0 {
			return count
		}
		for _, a := range page {
			if a.What == "import merchants" {
				count++
			}
			after = a.N
		}
	}
}

// sampled is a sample file, and what is in it.
func sampled(t *testing.T, o sample.Order) ([]byte, sample.Made) {
	t.Helper()
	var file bytes.Buffer
	made, err := sample.Write(&file, o)
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), made
}

// holds checks that the books hold what a file of good rows in UTF-8 says, and nothing else, by another reader of CSV.
func (w world) holds(file []byte) {
	w.T.Helper()
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		w.T.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	want := map[merchant.ID]merchant.Merchant{}
	for _, r := range rows[1:] {
		prefecture, _ := strconv.Atoi(r[at["prefecture"]])
		id := merchant.NameOf(0, holder.ID, r[at["merchant_reference"]])
		want[id] = merchant.Merchant{ID: id, Holder: holder.ID, Reference: r[at["merchant_reference"]],
			Name: r[at["name"]],
			MCC:  r[at["mcc"]], Region: r[at["region"]], Prefecture: prefecture, Currency: money.JPY,
			Status: merchant.Live,
			Plan:   "std"}
		if reference := r[at["store_reference"]]; reference != "" {
			s, ok := w.store(r[at["merchant_reference"]], reference)
			said := merchant.Store{Merchant: id, Reference: reference, Name: r[at["store_name"]],
				MCC: r[at["store_mcc"]]}
			if !ok || s != said {
				w.T.Errorf("store %s of %s is %+v, %v", reference, r[at["merchant_reference"]], s, ok)
			}
		}
	}
	got := w.merchants()
	if len(got) != len(want) {
		w.T.Errorf("the books hold %d merchants, the file %d", len(got), len(want))
	}
	for _, m := range got {
		if m != want[m.ID] {
			w.T.Errorf("the books hold %+v, the file %+v", m, want[m.ID])
		}
	}
}

// The columns that the files of these tests have, and a good row of each sort.
const (
	header = "merchant_reference,name,mcc,prefecture,postal_code,corporate_number,name_kana," +
		"store_reference,store_name\r\n"
	goodAlone = "m-1,見本さくら食堂,5812,13,100-0001,,,,\r\n"
	goodStore = "m-2,見本商事,5411,27,530-0001,7123456789012,ミホンショウジ,s-1,見本マート 梅田店\r\n"
)

func lines(rows ...string) string { return strings.Join(rows, "") }
