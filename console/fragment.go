// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"sync"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/look"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// fragmentsMax bounds how many rows are kept rendered: what the list shows, in each language, and as much again.
const fragmentsMax = 256

// fragments are pieces of the live page as they were rendered last, so that many watchers cost little more than one.
//
// Concurrency: safe for any number of callers.
type fragments struct {
	mutex   sync.Mutex
	edition int64 // of the facts that are in them
	rows    map[rowName]string
	panels  map[look.Lang]panels
}

// rowName names a rendered row: a payment after one of its changes, in a language.
type rowName struct {
	payment ident.ID
	last    int64
	lang    look.Lang
}

// panels are the parts of the page beside the list, by their names.
type panels struct {
	at      time.Time
	version int64
	html    map[string]string
}

// rowHTML is a payment's row in a language.
func (s *console) rowHTML(ctx context.Context, l look.Lang, p *payment.Payment) (string, error) {
	f, name := &s.fragments, rowName{payment: p.ID, last: p.Last, lang: l}
	edition := s.Network.Facts().Editions()
	f.mutex.Lock()
	if f.edition != edition || len(f.rows) >= fragmentsMax || f.rows == nil {
		f.edition, f.rows = edition, map[rowName]string{}
	}
	html, known := f.rows[name]
	f.mutex.Unlock()
	if known {
		return html, nil
	}
	page, err := s.kit.Render(l, "row", s.row(ctx, p))
	if err != nil {
		return "", err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.edition == edition {
		f.rows[name] = string(page)
	}
	return string(page), nil
}

// panelsHTML are the panels in a language, at a version of the board or later, and no older than their pace.
func (s *console) panelsHTML(ctx context.Context, l look.Lang, version int64) (map[string]string, error) {
	f := &s.fragments
	f.mutex.Lock()
	seen := f.panels[l]
	f.mutex.Unlock()
	if seen.version >= version && time.Since(seen.at) < panelsPace {
		return seen.html, nil
	}
	g := s.board.look(s.Network.Now())
	fresh := panels{at: time.Now(), version: g.version, html: map[string]string{}}
	for name, data := range map[string]any{"strip": s.strip(&g), "doubts": s.doubts(ctx, l, &g),
		"wallets": s.wallets(l, &g)} {
		page, err := s.kit.Render(l, name, data)
		if err != nil {
			return nil, err
		}
		fresh.html[name] = string(page)
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.panels == nil {
		f.panels = map[look.Lang]panels{}
	}
	f.panels[l] = fresh
	return fresh.html, nil
}
