// SPDX-License-Identifier: Apache-2.0

package ratefeed_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/fx"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/partner/ratefeed"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// feed is a server with a sheet to change, and a source that asks it. Its own clock and the source's are one.
type feed struct {
	key    wire.PrivateKey
	now    time.Time
	sheet  ratefeed.Sheet
	mangle func(http.Handler) http.Handler
	source *ratefeed.Source
	server *httptest.Server
}

// key is one of two keys that differ.
func key(t *testing.T, seed string) wire.PrivateKey {
	t.Helper()
	k, err := wire.GenerateEd25519(strings.NewReader(strings.Repeat(seed, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func setup(t *testing.T, signing wire.PrivateKey) *feed {
	t.Helper()
	f := &feed{key: signing, now: noon, sheet: sheet(1, noon, "0.0511", "0.0513")}
	publish := ratefeed.Publish(ratefeed.Publisher{Key: f.key, KeyVersion: 3, Now: func() time.Time { return f.now },
		Sheet: func() (ratefeed.Sheet, error) { return f.sheet, nil }})
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.mangle != nil {
			f.mangle(publish).ServeHTTP(w, r)
			return
		}
		publish.ServeHTTP(w, r)
	}))
	t.Cleanup(f.server.Close)
	f.source = f.asked(func(version int) (wire.PublicKey, bool) { return signing.Public(), version == 3 })
	return f
}

// asked is a source of the feed that knows other keys.
func (f *feed) asked(keys func(int) (wire.PublicKey, bool)) *ratefeed.Source {
	return ratefeed.New(f.server.Client(), ratefeed.Terms{ID: "sample", URL: f.server.URL + "/rates?group=asia",
		ClientID: "kakehashi", Keys: keys}, func() time.Time { return f.now })
}

func sheet(sequence int64, at time.Time, bid, ask string) ratefeed.Sheet {
	return ratefeed.Sheet{Source: "sample", At: at, Sequence: sequence, Lines: []ratefeed.Line{
		{Pair: "JPY/HKD", Bid: bid, Ask: ask}, {Pair: "JPY/CNY", Bid: "0.047", Ask: "0.0471"}}}
}

func terms() fx.SourceTerms {
	return fx.SourceTerms{ID: "sample", AgeMax: time.Minute, Calendar: calendar.EveryDay, Band: money.BasisPoints(500),
		Tolerance: money.BasisPoints(100)}
}

func TestASignedSheetReachesTheBoard(t *testing.T) {
	t.Parallel()
	rsa, err := wire.GenerateRSA(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, signing := range []wire.PrivateKey{key(t, "a"), rsa} {
		f := setup(t, signing)
		var contract fx.Source = f.source
		readings, err := contract.Fetch(t.Context())
		if err != nil || len(readings) != 2 {
			t.Fatalf("%v: %v, %v", signing.Algorithm(), readings, err)
		}
		board := fx.Board{}
		for _, r := range readings {
			if changed, err := board.Accept(terms(), r, f.now); err != nil || !changed {
				t.Fatal(err)
			}
		}
		rate, p, err := board.Rate(money.JPY, money.HKD, f.now)
		if err != nil || rate.String() != "JPY/HKD 32/625" || p.Source != "sample" {
			t.Errorf("%v: %v from %+v, %v", signing.Algorithm(), rate, p, err)
		}
	}
}

func TestASheetIsFollowedOnlyByALaterOne(t *testing.T) {
	t.Parallel()
	f := setup(t, key(t, "a"))
	for i, c := range []struct {
		sheet ratefeed.Sheet
		code  fault.Code
	}{
		{sheet(5, noon, "0.0511", "0.0513"), ""},
		{sheet(5, noon, "0.0511", "0.0513"), ""}, // asked again before there was a new one
		{sheet(5, noon, "0.0512", "0.0514"), ratefeed.CodeSheetOrder},
		{sheet(4, noon.Add(time.Second), "0.0511", "0.0513"), ratefeed.CodeSheetOrder},
		{sheet(6, noon.Add(-time.Second), "0.0511", "0.0513"), ratefeed.CodeSheetOrder},
		{sheet(7, noon.Add(time.Second), "0.0511", "0.0513"), ""},
		{sheet(6, noon.Add(2*time.Second), "0.0511", "0.0513"), ratefeed.CodeSheetOrder},
		{sheet(5, noon, "0.0511", "0.0513"), ratefeed.CodeSheetOrder}, // a recording
	} {
		f.sheet = c.sheet
		readings, err := f.source.Fetch(t.Context())
		if fault.CodeOf(err) != c.code || (err == nil) != (len(readings) == 2) {
			t.Errorf("%d: %v, %v", i, readings, err)
		}
	}
}

func TestASheetOfAnotherSourceIsRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, key(t, "a"))
	f.sheet.Source = "other"
	if readings, err := f.source.Fetch(t.Context()); readings != nil || fault.CodeOf(err) != ratefeed.CodeSheetMalformed {
		t.Errorf("%v, %v", readings, err)
	}
}

func TestAnAnswerThatIsNotTheFeedsIsRefused(t *testing.T) {
	t.Parallel()
	header := func(name, value string) func(http.Handler) http.Handler {
		return rewritten(func(h http.Header, body []byte) []byte {
			delete(h, name)
			if value != "" {
				h[name] = []string{value}
			}
			return body
		})
	}
	for name, c := range map[string]struct {
		mangle func(http.Handler) http.Handler
		code   fault.Code
	}{
		"unsigned": {header(wire.HeaderSignature, ""), wire.CodeSignatureMissing},
		"no signature": {header(wire.HeaderSignature, "algorithm=Ed25519,keyVersion=3,signature=AAAA"),
			wire.CodeSignatureInvalid},
		"garbage":          {header(wire.HeaderSignature, "trust me"), wire.CodeSignatureMalformed},
		"no response time": {header(wire.HeaderResponseTime, ""), wire.CodeEnvelopeMalformed},
		"another time":     {header(wire.HeaderResponseTime, "2026-11-20T12:00:01+00:00"), wire.CodeSignatureInvalid},
		"a changed rate":   {rewritten(changed("0.0513", "0.0519")), wire.CodeSignatureInvalid},
		"a space more":     {rewritten(changed(",", ", ")), wire.CodeSignatureInvalid},
		"cut off":          {rewritten(changed("}]}", "}]")), wire.CodeSignatureInvalid},
		"too large":        {rewritten(changed("}]}", "}]}"+strings.Repeat(" ", 1<<17))), wire.CodeSignatureInvalid},
		"signed for others": {asking(func(r *http.Request) { r.Header.Set(wire.HeaderClientID, "another") }),
			wire.CodeSignatureInvalid},
		"of another path": {asking(func(r *http.Request) { r.RequestURI = "/rates?group=europe" }),
			wire.CodeSignatureInvalid},
	} {
		f := setup(t, key(t, "a"))
		f.mangle = c.mangle
		readings, err := f.source.Fetch(t.Context())
		if readings != nil || fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, %v", name, readings, err)
		}
	}
}

func TestOnlyTheKeysOfTheFeedAreBelieved(t *testing.T) {
	t.Parallel()
	f := setup(t, key(t, "a"))
	for name, c := range map[string]struct {
		keys func(int) (wire.PublicKey, bool)
		code fault.Code
	}{
		"another key":  {func(int) (wire.PublicKey, bool) { return key(t, "b").Public(), true }, wire.CodeSignatureInvalid},
		"no such key":  {func(v int) (wire.PublicKey, bool) { return key(t, "a").Public(), v == 2 }, wire.CodeKeyNotFound},
		"the zero key": {func(int) (wire.PublicKey, bool) { return wire.PublicKey{}, true }, wire.CodeSignatureInvalid},
	} {
		readings, err := f.asked(c.keys).Fetch(t.Context())
		if readings != nil || fault.CodeOf(err) != c.code || fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("%s: %v, %v", name, readings, err)
		}
	}
}

func TestARecordedAnswerIsOfNoUseLater(t *testing.T) {
	t.Parallel()
	f := setup(t, key(t, "a"))
	recorded := httptest.NewRecorder()
	f.mangle = func(publish http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if recorded.Body.Len() == 0 {
				publish.ServeHTTP(recorded, r)
			}
			for name, values := range recorded.Header() {
				w.Header()[name] = values
			}
			_, _ = w.Write(recorded.Body.Bytes())
		})
	}
	for after, code := range map[time.Duration]fault.Code{time.Minute: "", time.Minute + time.Second: wire.CodeClockSkew,
		-time.Minute - time.Second: wire.CodeClockSkew} {
		recorded = httptest.NewRecorder()
		f.now = noon
		if _, err := f.source.Fetch(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.now = noon.Add(after)
		if _, err := f.source.Fetch(t.Context()); fault.CodeOf(err) != code {
			t.Errorf("after %v: %v", after, err)
		}
	}
}

func TestWhatCannotBeFetchedIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"not found":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"overloaded": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"half": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(sample))
		},
	} {
		f := setup(t, key(t, "a"))
		f.mangle = func(http.Handler) http.Handler { return answer }
		readings, err := f.source.Fetch(t.Context())
		if readings != nil || fault.CodeOf(err) != ratefeed.CodeUnreachable || !fault.KindOf(err).Retryable() {
			t.Errorf("%s: %v, %v", name, readings, err)
		}
	}
	f := setup(t, key(t, "a"))
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.source.Fetch(cancelled); fault.CodeOf(err) != ratefeed.CodeUnreachable {
		t.Errorf("cancelled: %v", err)
	}
	nowhere := ratefeed.New(http.DefaultClient, ratefeed.Terms{URL: "://", Keys: func(int) (wire.PublicKey, bool) {
		return wire.PublicKey{}, false
	}}, func() time.Time { return noon })
	if _, err := nowhere.Fetch(t.Context()); fault.CodeOf(err) != ratefeed.CodeUnreachable {
		t.Errorf("no address: %v", err)
	}
}

func TestOneBadLineStopsOneSheetOfItsPairOnly(t *testing.T) {
	t.Parallel()
	f := setup(t, key(t, "a"))
	f.mangle = func(http.Handler) http.Handler {
		return signed(t, f.key, strings.Replace(sample, "0.0511", "0.0514", 1))
	}
	readings, err := f.source.Fetch(t.Context())
	if len(readings) != 1 || readings[0].Rate.String() != "USD/JPY 1551/10" || fault.CodeOf(err) != ratefeed.CodeLineRefused {
		t.Errorf("%v, %v", readings, err)
	}
}

func TestThePublisherServesOnlySheetsThatAreBelieved(t *testing.T) {
	t.Parallel()
	get := func(p ratefeed.Publisher, method, client string) *http.Response {
		p.Now = func() time.Time { return noon }
		request := httptest.NewRequest(method, "/rates", nil)
		if client != "" {
			request.Header.Set(wire.HeaderClientID, client)
		}
		recorder := httptest.NewRecorder()
		ratefeed.Publish(p).ServeHTTP(recorder, request)
		return recorder.Result()
	}
	good := func() (ratefeed.Sheet, error) { return sheet(1, noon, "0.0511", "0.0513"), nil }
	crossed := func() (ratefeed.Sheet, error) { return sheet(1, noon, "0.0513", "0.0511"), nil }
	signed := wire.HeaderSignature // in lower case, as it travels
	none := func() (ratefeed.Sheet, error) { return ratefeed.Sheet{}, errors.New("no rates yet") }
	for name, c := range map[string]struct {
		publisher      ratefeed.Publisher
		method, client string
		status         int
	}{
		"a sheet":         {ratefeed.Publisher{Key: key(t, "a"), KeyVersion: 1, Sheet: good}, "GET", "kakehashi", 200},
		"no client":       {ratefeed.Publisher{Key: key(t, "a"), KeyVersion: 1, Sheet: good}, "GET", "", 400},
		"an unfit client": {ratefeed.Publisher{Key: key(t, "a"), KeyVersion: 1, Sheet: good}, "GET", "a.b", 400},
		"a post":          {ratefeed.Publisher{Key: key(t, "a"), KeyVersion: 1, Sheet: good}, "POST", "kakehashi", 405},
		"a crossed sheet": {ratefeed.Publisher{Key: key(t, "a"), KeyVersion: 1, Sheet: crossed}, "GET", "kakehashi", 503},
		"no sheet":        {ratefeed.Publisher{Key: key(t, "a"), KeyVersion: 1, Sheet: none}, "GET", "kakehashi", 503},
		"no key":          {ratefeed.Publisher{Sheet: good}, "GET", "kakehashi", 503},
	} {
		response := get(c.publisher, c.method, c.client)
		signature := strings.Join(response.Header[signed], "")
		if response.StatusCode != c.status || (signature != "") != (c.status == http.StatusOK) {
			t.Errorf("%s: %d, signature %q", name, response.StatusCode, signature)
		}
	}
}

// rewritten lets change rewrite an answer on its way.
func rewritten(change func(h http.Header, body []byte) []byte) func(http.Handler) http.Handler {
	return func(publish http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recorder := httptest.NewRecorder()
			publish.ServeHTTP(recorder, r)
			body := change(recorder.Header(), recorder.Body.Bytes())
			for name, values := range recorder.Header() {
				w.Header()[name] = values
			}
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = w.Write(body)
		})
	}
}

func changed(old, new string) func(http.Header, []byte) []byte {
	return func(_ http.Header, body []byte) []byte { return []byte(strings.Replace(string(body), old, new, 1)) }
}

// asking lets change rewrite a request on its way.
func asking(change func(r *http.Request)) func(http.Handler) http.Handler {
	return func(publish http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			change(r)
			publish.ServeHTTP(w, r)
		})
	}
}

// signed answers with any body at all, under the feed's signature.
func signed(t *testing.T, key wire.PrivateKey, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers, err := wire.SealResponse(key, 3, wire.Envelope{Method: http.MethodGet, Path: r.RequestURI,
			ClientID: r.Header.Get(wire.HeaderClientID), Time: wire.FormatTime(noon, nil), Body: []byte(body)})
		if err != nil {
			t.Error(err)
			return
		}
		for _, h := range headers {
			w.Header()[h.Name] = []string{h.Value}
		}
		_, _ = w.Write([]byte(body))
	})
}
