// SPDX-License-Identifier: Apache-2.0

package process

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/flow"
	"github.com/kakehashi-pay/kakehashi/store"
)

// CodeControlUnreachable is the code of a running process that did not answer a command.
const CodeControlUnreachable fault.Code = "control_unreachable"

// controlMax bounds a movement that a command hands over.
const controlMax = 4 << 20

// answered is what the running process answers a command.
type answered struct {
	Fresh  bool
	Kind   string     `json:",omitempty"`
	Code   fault.Code `json:",omitempty"`
	Detail string     `json:",omitempty"`
}

// Doer is a network in the hands of a command.
type Doer interface {
	// Do serves a movement and waits for what it comes to.
	Do(ctx context.Context, m flow.Movement) (flow.Outcome, error)
	// Again lets events be told once more, now, as ams.Notifier.Again.
	Again(ctx context.Context, events ...store.Event) error
}

// serveControl listens on a socket in the data folder that only the owner may open. Commands hand movements over and hear
// what they came to.
func serveControl(path string, houses map[string]Doer, status http.HandlerFunc) (*http.Server, net.Listener, error) {
	_ = os.Remove(path) // a socket that a killed process left behind; the lock says that none is running
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, nil, fault.Wrap("process.Control", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, nil, errors.Join(fault.Wrap("process.Control", err), listener.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", status)
	for name, house := range houses {
		mux.HandleFunc("POST /"+name+"/movement", controlled(func(ctx context.Context, data []byte) (bool, error) {
			m, err := act(data)
			if err != nil {
				return false, err
			}
			o, err := house.Do(ctx, m)
			return o.Fresh, err
		}))
		mux.HandleFunc("POST /"+name+"/again", controlled(func(ctx context.Context, data []byte) (bool, error) {
			var events []store.Event
			if err := json.Unmarshal(data, &events); err != nil {
				return false, fault.Wrap("process.Control", err)
			}
			return true, house.Again(ctx, events...)
		}))
	}
	return &http.Server{Handler: mux, ReadTimeout: 30 * time.Second}, listener, nil
}

// controlled reads what a command hands over, and answers what it comes to.
func controlled(serve func(ctx context.Context, data []byte) (fresh bool, err error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var a answered
		data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, controlMax))
		if err == nil {
			a.Fresh, err = serve(r.Context(), data)
		}
		if err != nil {
			a.Kind, a.Code, a.Detail = fault.KindOf(err).String(), fault.CodeOf(err), fault.DetailOf(err)
			if a.Detail == "" {
				a.Detail = err.Error()
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(a) // the command has gone: it asks again
	}
}

// act reads a movement that a command may hand over: acts of an operator, and no movement of money.
func act(data []byte) (flow.Movement, error) {
	m, err := flow.Decode(data)
	if err != nil {
		return nil, err
	}
	switch m.(type) {
	case flow.Put, flow.Revoke:
		return m, nil
	}
	return nil, &fault.Error{Op: "process.Control", Kind: fault.Denied, Code: "not_an_act", Subject: m.Name(),
		Detail: m.Name() + " is no act of an operator"}
}

// remote hands movements to a running process.
type remote struct {
	client *http.Client
	house  string
}

// Do hands a movement over and gives what it came to. The outcome holds no payment.
func (c remote) Do(ctx context.Context, m flow.Movement) (flow.Outcome, error) {
	data, err := flow.Encode(m)
	if err != nil {
		return flow.Outcome{}, err
	}
	fresh, err := c.post(ctx, "movement", data)
	return flow.Outcome{Fresh: fresh}, err
}

// Again hands over which events are to be told once more.
func (c remote) Again(ctx context.Context, events ...store.Event) error {
	data, err := json.Marshal(events)
	if err == nil {
		_, err = c.post(ctx, "again", data)
	}
	return err
}

func (c remote) post(ctx context.Context, what string, data []byte) (fresh bool, err error) {
	at := "http://control/" + c.house + "/" + what
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(data))
	if err != nil {
		return false, err
	}
	response, err := c.client.Do(request)
	if err != nil {
		return false, &fault.Error{Op: "process.Remote", Kind: fault.Unknown, Code: CodeControlUnreachable, Err: err,
			Detail: "the running process did not answer: see whether it happened before you ask again"}
	}
	defer response.Body.Close()
	var a answered
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		return false, fault.Wrap("process.Remote", err)
	}
	if a.Kind != "" {
		return false, &fault.Error{Op: "process.Remote", Kind: kindOf(a.Kind), Code: a.Code, Detail: a.Detail}
	}
	return a.Fresh, nil
}

func kindOf(name string) fault.Kind {
	for k := fault.Internal; k <= fault.Unknown; k++ {
		if k.String() == name {
			return k
		}
	}
	return fault.Internal
}

// dialControl connects to a running process; ok is false when there is none.
func dialControl(path, house string) (remote, bool) {
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err != nil {
		return remote{}, false
	}
	conn.Close()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}}
	return remote{client: &http.Client{Transport: transport, Timeout: time.Minute}, house: house}, true
}
