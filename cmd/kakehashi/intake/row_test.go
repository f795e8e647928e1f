// SPDX-License-Identifier: Apache-2.0

package intake_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/kakehashi-pay/kakehashi/access"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/store"
)

// bads are rows that must be refused, each behind a good one, with what must be said of it.
var bads = []struct {
	name, rows string
	row        int64
	column     string
	code       fault.Code
}{
	{"no reference", ",見本,5812,13,1000001,,,,\n", 3, "merchant_reference", intake.CodeCellMissing},
	{"long reference", strings.Repeat("m", 65) + ",見本,5812,13,1000001,,,,\n", 3, "merchant_reference",
		intake.CodeCellMalformed},
	{"no name", "m-3,　,5812,13,1000001,,,,\n", 3, "name", intake.CodeCellMissing},
	{"tab in a name", "m-3,見\t本,5812,13,1000001,,,,\n", 3, "name", intake.CodeCellMalformed},
	{"line end in a name", "m-3,\"見\n本\",5812,13,1000001,,,,\n", 3, "name", intake.CodeCellMalformed},
	{"no category", "m-3,見本,,13,1000001,,,,\n", 3, "mcc", intake.CodeCellMissing},
	{"category of letters", "m-3,見本,58A2,13,1000001,,,,\n", 3, "mcc", intake.CodeCellMalformed},
	{"gambling", "m-3,見本,7995,13,1000001,,,,\n", 3, "mcc", intake.CodeFindingBlocks},
	{"no prefecture", "m-3,見本,5812,,1000001,,,,\n", 3, "prefecture", intake.CodeCellMissing},
	{"48th prefecture", "m-3,見本,5812,48,1000001,,,,\n", 3, "prefecture", intake.CodeCellMalformed},
	{"short postal code", "m-3,見本,5812,13,100-000,,,,\n", 3, "postal_code", intake.CodeFindingBlocks},
	{"check digit", "m-3,見本,5812,13,1000001,8123456789012,ミホン,,\n", 3, "corporate_number", intake.CodeFindingBlocks},
	{"personal number", "m-3,見本,5812,13,1000001,123456789012,ミホン,,\n", 3, "corporate_number", intake.CodeFindingBlocks},
	{"store without reference", "m-3,見本,5812,13,1000001,,,,見本店\n", 3, "store_reference", intake.CodeCellMissing},
	{"store without name", "m-3,見本,5812,13,1000001,,,s-1,\n", 3, "store_name", intake.CodeCellMissing},
	{"merchant twice", goodAlone, 3, "merchant_reference", intake.CodeRowTwice},
	{"store twice", goodStore + goodStore, 4, "store_reference", intake.CodeRowTwice},
	{"other name", goodStore + "m-2,見本商会,5411,27,5300001,7123456789012,ミホンショウジ,s-2,店\n", 4, "name",
		intake.CodeRowsDisagree},
	{"too few cells", "m-3,見本,5812\n", 3, "", intake.CodeCellsMiscount},
	{"one cell", "m-3\n", 3, "", intake.CodeCellsMiscount},
	{"too many cells", "m-3,見本,5812,13,1000001,,,,,,\n", 3, "", intake.CodeCellsMiscount},
	{"stray quote", "m-3,見\"本,5812,13,1000001,,,,\n", 3, "name", intake.CodeQuoteStray},
	{"text behind a quote", "m-3,\"見\"本,5812,13,1000001,,,,\n", 3, "name", intake.CodeQuoteStray},
	{"open quote", "m-3,\"見本,5812,13,1000001,,,,\n" + goodStore, 3, "name", intake.CodeQuoteOpen},
	{"open quote at the end", "m-3,見本,\"5812,13,1000001,,,,", 3, "mcc", intake.CodeQuoteOpen},
	{"open quote before another", "m-3,\"見本,5812,13,1000001,,,,\nm-4,\"見本\",5812,13,1000001,,,,\n", 3, "name",
		intake.CodeQuoteStray},
	{"long row", "m-3," + strings.Repeat("長", 1<<16) + ",5812,13,1000001,,,,\n" + goodStore, 3, "",
		intake.CodeRowTooLong},
	{"invalid bytes", "m-3,見本\xff,5812,13,1000001,,,,\n", 3, "name", intake.CodeBytesInvalid},
	{"behind empty lines", "\n\r\n,,,,,,,,\nm-3,見本,58,13,1000001,,,,\n", 6, "mcc", intake.CodeCellMalformed},
}

func TestEachBadRowIsNamedWithRowAndColumn(t *testing.T) {
	t.Parallel()
	for _, b := range bads {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tally, bad := w.bring(lines(header, goodAlone, b.rows))
			if tally.Bad != 1 || len(tally.Flaws) != 1 {
				t.Fatalf("%+v", tally)
			}
			f := tally.Flaws[0]
			if f.Row != b.row || f.Column != b.column || f.Code != b.code || f.Reason == "" {
				t.Errorf("%+v", f)
			}
			if got := len(w.merchants()); int64(got) != int64(tally.Merchants.New) || got == 0 {
				t.Errorf("%d merchants, %+v", got, tally)
			}
			rows := readAll(t, bad)
			if len(rows) != 2 || !slices.Equal(rows[0][9:], []string{"row", "column", "reason", "text"}) ||
				rows[1][10] != b.column || rows[1][11] == "" {
				t.Errorf("%q", rows)
			}
		})
	}
}

func readAll(t *testing.T, file string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// What is wrong with a line of JSON is named as well.
func TestEachBadLineOfJSONIsNamed(t *testing.T) {
	t.Parallel()
	good := `"name":"見本","mcc":5812,"prefecture":13,"postal_code":"100-0001"`
	for _, b := range []struct {
		name, line, column string
		code               fault.Code
	}{
		{"no JSON", "merchant", "", intake.CodeRowMalformed},
		{"cut", `{"merchant_reference":"m-1",`, "", intake.CodeRowMalformed},
		{"two", `{"merchant_reference":"m-1"}{}`, "", intake.CodeRowMalformed},
		{"list", `{"merchant_reference":["m-1"]}`, "merchant_reference", intake.CodeRowMalformed},
		{"unknown", `{"merchant_reference":"m-1","colour":"red",` + good + `}`, "colour", intake.CodeColumnUnknown},
		{"twice", `{"merchant_reference":"m-1","name":"見",` + good + `}`, "name", intake.CodeColumnTwice},
		{"missing", `{` + good + `}`, "merchant_reference", intake.CodeCellMissing},
		{"bytes", "{\"merchant_reference\":\"m-1\",\"name_kana\":\"\xff\"," + good + `}`, "name_kana",
			intake.CodeBytesInvalid},
	} {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var bad bytes.Buffer
			tally, err := w.bringing([]byte("\n"+b.line+"\n{\"merchant_reference\":\"m-2\","+good+"}"), intake.JSONL,
				&bad).
				Run(context.Background())
			if err != nil || tally.Bad != 1 || tally.Merchants.New != 1 {
				t.Fatalf("%v %+v", err, tally)
			}
			if f := tally.Flaws[0]; f.Row != 2 || f.Column != b.column || f.Code != b.code {
				t.Errorf("%+v", f)
			}
			rows, text := readAll(t, bad.String()), b.line
			if b.code == intake.CodeCellMissing {
				text = "" // the cells hold all of it
			}
			if rows[1][len(rows[1])-1] != text {
				t.Errorf("%q", rows)
			}
		})
	}
}

func TestAFileThatIsWrongAsAWholeIsRefused(t *testing.T) {
	t.Parallel()
	for _, f := range []struct {
		name, file, says string
		code             fault.Code
	}{
		{"empty", "", "empty", intake.CodeFileEmpty},
		{"mark alone", "\ufeff", "empty", intake.CodeFileEmpty},
		{"empty lines", "\n\r\n\n", "empty lines", intake.CodeFileEmpty},
		{"unknown column", "merchant_reference,name,mcc,colour\n", `4 "colour"`, intake.CodeColumnUnknown},
		{"column twice", "merchant_reference,name,mcc,name\n", "name", intake.CodeColumnTwice},
		{"missing columns", "merchant_reference,plan\n", "name, mcc", intake.CodeColumnMissing},
		{"open quote", "merchant_reference,\"name,mcc\n", "row 1", intake.CodeQuoteOpen},
		{"invalid bytes", "merchant_reference,見本\xff\n", "column 2", intake.CodeBytesInvalid},
		{"UTF-16", "\xff\xfem\x00", "UTF-16", intake.CodeEncodingUnknown},
	} {
		_, err := intake.Open(strings.NewReader(f.file), intake.CSV, "")
		if fault.CodeOf(err) != f.code || !strings.Contains(fault.DetailOf(err), f.says) {
			t.Errorf("%s: %v", f.name, err)
		}
	}
}

func TestWhatAPersonMustLookAtIsRefusedOnlyWhenStrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := lines(header, "m-1,見本,5812,13,530-0001,,,,\r\n") // a postal code of Osaka
	i := w.bringing([]byte(file), intake.CSV, nil)
	i.Strict = true
	tally, err := i.Run(context.Background())
	if err != nil || tally.Bad != 1 || tally.Flaws[0].Code != intake.CodeFindingStrict ||
		tally.Flaws[0].Column != "postal_code" {
		t.Errorf("%v %+v", err, tally)
	}
	i = w.bringing([]byte(file), intake.CSV, nil)
	var noticed []intake.Finding
	i.Notice = func(f intake.Finding) error {
		noticed = append(noticed, f)
		return nil
	}
	if tally, err = i.Run(context.Background()); err != nil || tally.Bad != 0 || tally.Merchants.New != 1 {
		t.Errorf("%v %+v", err, tally)
	}
	look := slices.IndexFunc(noticed, func(f intake.Finding) bool {
		return f.Column == intake.PostalCode &&
			f.Row == 2
	})
	if look < 0 || len(tally.Findings()) != len(noticed) || tally.Findings()[0].Severity.String() != "review" {
		t.Errorf("%+v, %+v", noticed, tally.Findings())
	}
}

func TestBadRowsAreCorrectedAndImportedAsTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const columns = "store_name,merchant_reference,name,mcc,prefecture,postal_code,store_reference,plan"
	tally, bad := w.bring("\ufeff" + columns + "\r\n" +
		",m-1,見本,5812,13,1000001,,\r\n" +
		"=1+1,m-2,\"@見\"\"本, \",58,13,1000001,s-1,nope\r\n" +
		",m-3,\"見本,5812,13,1000001,,\r\n")
	want := "\ufeff" + columns + ",row,column,reason,text\r\n" +
		"=1+1,m-2,\"@見\"\"本, \",58,13,1000001,s-1,nope,3,mcc,must be four digits of ISO 18245; " +
		"plan: there is no plan of this name: see kakehashi merchants plan,\r\n" +
		",,,,,,,,4,name,a quote is opened and never closed,\",m-3,\"\"見本,5812,13,1000001,,\"\r\n"
	if bad != want || tally.Bad != 2 || tally.Merchants.New != 1 {
		t.Fatalf("%+v\n%s\n%s", tally, bad, want)
	}
	mended := strings.NewReplacer(",58,", ",5812,", "nope", "std", ",,,,,,,,4,",
		",m-3,見本,5812,13,1000001,,,4,").Replace(bad)
	tally, bad = w.bring(mended)
	if tally.Bad != 0 || bad != "" || tally.Merchants.New != 2 || tally.Stores.New != 1 {
		t.Errorf("%+v\n%s", tally, bad)
	}
	if s, _ := w.store("m-2", "s-1"); s.Name != "=1+1" {
		t.Errorf("the store is called %s", s.Name)
	}
}

// The bytes of a row are passed on as they are, valid or not, in the encoding of the file.
func TestBadRowsKeepTheirBytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	raw := "m-1,\x8c\xa9\x96{\x81\x60\x87\x40,58,13,1000001,,,,\r\n" // 見本～① in CP932; the category is wrong
	broken := "m-2,\x8c\xa9\xff\x85,5812,13,1000001,,,,\r\n"
	tally, bad := w.bring(lines(header, raw, broken))
	if tally.Bad != 2 || tally.Flaws[0].Column != "mcc" || tally.Flaws[1].Code != intake.CodeBytesInvalid {
		t.Errorf("%+v", tally)
	}
	for _, row := range []string{raw, broken} {
		if !strings.Contains(bad, strings.TrimSuffix(row, "\r\n")) {
			t.Errorf("%q is not in %q", row, bad)
		}
	}
	tally, _ = w.bring(strings.Replace(bad, ",58,", ",5812,", 1))
	if all := w.merchants(); tally.Merchants.New != 1 || all[0].Name != "見本～①" {
		t.Errorf("%+v %+v", tally, all)
	}
}

func TestCellsAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tally, bad := w.bring("Merchant_Reference, NAME ,mcc,prefecture,postal_code,address,region,currency\n" +
		" m-1 ,　見本　,５８１２,東京都,〒１００－０００１,\"東京都\n千代田区\",ｊｐ,jpy\n" +
		"m-2,Sample,5812,,,,KR,KRW\n" +
		"m-3,見本,5812,JP-13,1000001,,,")
	if tally.Bad != 0 || tally.Rows != 3 {
		t.Fatalf("%+v\n%s", tally, bad)
	}
	got := map[string]string{}
	for _, m := range w.merchants() {
		got[m.Reference] = m.Name + m.MCC + m.Region + m.Currency.String()
	}
	if len(got) != 3 || got["m-1"] != "見本5812JPJPY" || got["m-2"] != "Sample5812KRKRW" || got["m-3"] != "見本5812JPJPY" {
		t.Errorf("%v", got)
	}
}

func TestTheCurrencyOfAMerchantIsNotChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bring(lines(header, goodAlone))
	m := w.merchants()[0]
	tally, bad := w.bring("merchant_reference,name,mcc,prefecture,postal_code,currency\n" +
		"m-1,見本さくら食堂,5812,13,1000001,USD\n")
	if tally.Bad != 1 || tally.Flaws[0].Code != intake.CodeCurrencyFrozen || tally.Flaws[0].Column != "currency" ||
		bad == "" {
		t.Errorf("%+v\n%s", tally, bad)
	}
	if got := w.merchants()[0]; got != m || m.Currency != money.JPY {
		t.Errorf("%+v", got)
	}
}

// Two holders may call different merchants by the same reference.
func TestMerchantsOfOtherHoldersAreOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := holder
	other.ID = "other"
	w.Put(store.Facts{Holders: []access.Holder{other}})
	w.bring(lines(header, goodAlone))
	i := w.bringing([]byte(lines(header, goodAlone)), intake.CSV, nil)
	i.Holder = other
	if tally, err := i.Run(context.Background()); err != nil || tally.Merchants.New != 1 || len(w.merchants()) != 2 {
		t.Errorf("%v %+v", err, tally)
	}
}
