// SPDX-License-Identifier: Apache-2.0

package process

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// Status is how a running process stands.
type Status struct {
	Holder   string // where it listens, and its pid
	Started  time.Time
	NotReady string `json:",omitempty"` // why it is not ready; empty: it is
	Networks []NetworkStatus
	Alarms   []Raised
}

// NetworkStatus is how one network stands.
type NetworkStatus struct {
	Name    string
	Open    int       // payments about which a wallet must still be asked
	Oldest  time.Time // of them; zero: there is none
	Telling int       // notifications that are due, waited for or being told
	Lanes   []LaneStatus
	Wallets []WalletStatus
}

// LaneStatus is how one lane stands.
type LaneStatus struct {
	Lane    ident.Lane
	Rows    int64
	Lag     int64 // rows that its projections are behind
	Waiting int   // movements in its queues
}

// WalletStatus is how one wallet stands.
type WalletStatus struct {
	ID      wallet.ID
	Status  wallet.Status
	Resting bool // its breaker is open
}

// status is how the process stands now.
func (p *Process) status() Status {
	p.Look()
	s := Status{Holder: p.Config.holder(), Started: p.started, NotReady: p.notReady(), Alarms: p.Alarms.Up()}
	for _, n := range p.networks() {
		s.Networks = append(s.Networks, n.status())
	}
	return s
}

// notReady is why the process should be sent nothing; empty while it should.
func (p *Process) notReady() string {
	if !p.opened.Load() {
		if holder := p.waits.Load(); holder != nil {
			return "standing by: " + *holder + " holds the lanes"
		}
		return "starting"
	}
	switch err := p.Failed(); {
	case err != nil:
		return err.Error()
	case p.clock.Stopped():
		return "the clock has jumped"
	case p.Live.House.Closed():
		return "closed after a restore"
	}
	return ""
}

func (n *Network) status() NetworkStatus {
	s := NetworkStatus{Name: n.name, Telling: n.notifier.Load().Events}
	s.Open, s.Oldest = n.House.Relay().Open()
	for i, t := range n.House.Desk().Tellers() {
		first, second, low := t.Waiting()
		rows := n.rows(i)
		s.Lanes = append(s.Lanes, LaneStatus{Lane: t.Lane(), Rows: rows, Lag: n.lag(i),
			Waiting: first + second + low})
	}
	for _, w := range n.House.Facts().Wallets() {
		s.Wallets = append(s.Wallets, WalletStatus{ID: w.ID, Status: w.Status, Resting: n.House.Relay().Resting(w.ID)})
	}
	return s
}

// serveStatus answers how the process stands.
func (p *Process) serveStatus(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(p.status()) // who asked has gone
}

// AskStatus asks the process that runs on a data folder how it stands; ok is false when none runs.
//
// Errors: Unavailable control_unreachable.
func AskStatus(ctx context.Context, c Config) (s Status, ok bool, err error) {
	running, ok := dialControl(c.ControlSocket(), liveName)
	if !ok {
		return s, false, nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://control/status", nil)
	if err != nil {
		return s, true, err
	}
	response, err := running.client.Do(request)
	if err == nil {
		defer response.Body.Close()
		err = json.NewDecoder(response.Body).Decode(&s)
	}
	if err != nil {
		return s, true, &fault.Error{Op: "process.Status", Kind: fault.Unavailable, Code: CodeControlUnreachable, Err: err,
			Detail: "the running process did not answer"}
	}
	return s, true, nil
}
