// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/partner/ratefeed"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// levels are about what a yen costs, in units of each currency. They are sample figures and move at random.
var levels = []struct {
	pair string
	yen  float64
}{
	{"JPY/CNY", 0.0462}, {"JPY/HKD", 0.0512}, {"JPY/KRW", 9.41}, {"JPY/TWD", 0.2083}, {"JPY/THB", 0.2101},
	{"JPY/MYR", 0.0271}, {"JPY/PHP", 0.3772}, {"JPY/SGD", 0.0084}, {"JPY/IDR", 107.3},
}

// market is a sample market: levels that walk a little with every sheet.
type market struct {
	mutex    sync.Mutex
	drift    []float64
	sequence int64
	at       time.Time
	sheet    ratefeed.Sheet
}

// now is the sheet of the moment; a new one every ten seconds.
func (m *market) now() (ratefeed.Sheet, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	now := time.Now().UTC()
	if now.Sub(m.at) < 10*time.Second {
		return m.sheet, nil
	}
	if m.drift == nil {
		m.drift = make([]float64, len(levels))
		m.sequence = now.Unix() // later than that of any earlier start
	}
	m.at, m.sequence = now, m.sequence+1
	m.sheet = ratefeed.Sheet{Source: feedTerms().ID, At: now, Sequence: m.sequence}
	for i, l := range levels {
		m.drift[i] = min(max(m.drift[i]+rand.NormFloat64()*0.0003, -0.02), 0.02)
		middle := l.yen * (1 + m.drift[i])
		m.sheet.Lines = append(m.sheet.Lines, ratefeed.Line{Pair: l.pair, Bid: digits(middle * 0.9995),
			Ask: digits(middle * 1.0005)})
	}
	return m.sheet, nil
}

// digits is a price as a plain decimal with five significant digits: longer ones cannot be crossed exactly.
func digits(price float64) string {
	places := 4 - int(math.Floor(math.Log10(price)))
	return strconv.FormatFloat(price, 'f', max(places, 0), 64)
}

// openFeed serves the sample rates, signed, and beside them what the sample shops' system hears.
func (d *demo) openFeed() error {
	key, err := d.keys.key(string(feedClient), wire.RSA256)
	if err != nil {
		return err
	}
	m := &market{}
	mux := http.NewServeMux()
	mux.Handle("/rates", ratefeed.Publish(ratefeed.Publisher{Key: key, KeyVersion: 1, Sheet: m.now, Now: time.Now}))
	mux.HandleFunc("POST "+shopsPath, d.hear)
	return d.serve(d.at.feed, mux)
}
