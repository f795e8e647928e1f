// SPDX-License-Identifier: Apache-2.0

package tabi_test

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/internal/script"
	"github.com/kakehashi-pay/kakehashi/money"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// TestTranscripts plays what the platform says to a wallet and what the wallet answers. Requests go out as PLATFORM; the
// commands are what the wallet's own people and users do.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	script.Run(t, "testdata/*.txt", func(t *testing.T) script.World {
		w := newWorld(t, nil)
		return script.World{URL: w.url, Sign: w.signScript, Verify: w.verifyScript, Command: w.command}
	})
}

func (w *world) signScript(_, method, path string, body []byte) (pairs [][2]string) {
	headers, err := wire.SealRequest(w.platform.key, 7, wire.Envelope{Method: method, Path: path, ClientID: w.brand.ClientID,
		Time: wire.FormatTime(w.clock.now(), nil), Body: body})
	if err != nil {
		w.t.Error(err)
	}
	for _, h := range headers {
		pairs = append(pairs, [2]string{h.Name, h.Value})
	}
	return pairs
}

func (w *world) verifyScript(_, method, path string, a script.Answer) error {
	return wire.Open(wire.Envelope{Method: method, Path: path, ClientID: a.Header.Get(wire.HeaderClientID),
		Time: a.Header.Get(wire.HeaderResponseTime), Body: a.Body}, a.Header.Get(wire.HeaderSignature),
		func(v int) (wire.PublicKey, bool) { return w.brand.Key.Public(), v == w.brand.KeyVersion })
}

// command is one act of the wallet's own side.
func (w *world) command(args []string) (string, int) {
	out, err := w.act(args[0], args[1:])
	if err != nil {
		return err.Error(), 1
	}
	return out, 0
}

func (w *world) act(name string, args []string) (string, error) {
	switch name {
	case "user": // NUMBER FEN
		number, err := strconv.Atoi(args[0])
		if err != nil {
			return "", err
		}
		amount, err := money.ParseMinor(args[1], w.brand.Currency)
		if err != nil {
			return "", err
		}
		return w.user(number, amount.Minor()), nil
	case "code": // USER
		code, _, err := w.issuer.Code(w.t.Context(), args[0])
		return code, err
	case "balance": // USER
		b, err := w.issuer.Balance(args[0])
		return b.String(), err
	case "wait": // DURATION
		d, err := time.ParseDuration(args[0])
		w.clock.move(d)
		return w.clock.now().Format(time.RFC3339), err
	case "misbehave": // KNOB=VALUE ...
		b, err := behaviourOf(args)
		if err != nil {
			return "", err
		}
		return "", w.issuer.Misbehave(w.brand.ID, b)
	case "step":
		w.step()
		return fmt.Sprint(len(w.platform.heard()), " messages heard"), nil
	case "check":
		_, err := w.issuer.Check()
		return "", err
	}
	return "", fmt.Errorf("no such command: %s", name)
}

// behaviourOf reads knobs by their names.
func behaviourOf(knobs []string) (b tabi.Behaviour, err error) {
	for _, knob := range knobs {
		name, value, _ := strings.Cut(knob, "=")
		field := reflect.ValueOf(&b).Elem().FieldByName(name)
		if !field.IsValid() {
			return b, fmt.Errorf("no such knob: %s", name)
		}
		switch field.Interface().(type) {
		case time.Duration:
			d, err := time.ParseDuration(value)
			if err != nil {
				return b, err
			}
			field.SetInt(int64(d))
		case bool:
			field.SetBool(value == "true")
		default:
			n, err := strconv.Atoi(value)
			if err != nil {
				return b, err
			}
			field.SetInt(int64(n))
		}
	}
	return b, nil
}
