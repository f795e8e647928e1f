// SPDX-License-Identifier: Apache-2.0

package relay

import (
	"slices"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/payment"
)

// watcher is somebody who waits for a payment to change.
type watcher struct {
	tell func(*payment.Payment)
}

type told struct {
	watcher *watcher
	payment *payment.Payment
}

// Watch calls tell after every committed change of a payment, until stop is called. tell must not wait.
func (r *Relay) Watch(id ident.ID, tell func(*payment.Payment)) (stop func()) {
	w := &watcher{tell: tell}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.watchers[id] = append(r.watchers[id], w)
	return func() {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		rest := slices.DeleteFunc(r.watchers[id], func(o *watcher) bool { return o == w })
		if len(rest) == 0 {
			delete(r.watchers, id)
			return
		}
		r.watchers[id] = rest
	}
}

func (r *Relay) tell(p *payment.Payment, all []told) []told {
	for _, w := range r.watchers[p.ID] {
		all = append(all, told{watcher: w, payment: p})
	}
	return all
}
