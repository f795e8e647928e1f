// SPDX-License-Identifier: Apache-2.0

package aps_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/internal/script"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// TestTranscripts plays testdata/*.txt. Commands move the world:
//
//	run 90s               let time pass
//	sent REQUEST WALLET   a payment of 1,000 yen that the wallet has not answered; its id
//	state PAYMENT         where a payment stands, its wallet's id, and what contradicts it or must go back
//	known CODE            whose a minted code is, as the merchants' API finds it
func TestTranscripts(t *testing.T) {
	t.Parallel()
	script.Run(t, "testdata/*.txt", func(t *testing.T) script.World {
		w := setup(t)
		return script.World{Handler: w.handler, Command: w.command,
			Sign: func(name, _, path string, body []byte) [][2]string { return w.headers(name, path, body) },
			Verify: func(name, method, path string, answer script.Answer) error {
				if echo := raw(answer.Header, "client-id"); echo != name {
					return fmt.Errorf("the answer is for %q", echo)
				}
				return verified(method, path, answer.Header, answer.Body)
			}}
	})
}

func (w *world) command(args []string) (string, int) {
	switch args[0] {
	case "run":
		d, err := time.ParseDuration(args[1])
		if err != nil {
			return err.Error(), 1
		}
		w.house.Run(d)
		return "", 0
	case "sent":
		return w.sent(args[1], wallet.ID(args[2])).String(), 0
	case "state":
		id, err := ident.Parse(args[1])
		if err != nil {
			return err.Error(), 1
		}
		p := w.house.Payment(id)
		said := strings.Join(p.Contradictions, "; ")
		if p.Stray != "" {
			said = "stray " + p.Stray
		}
		return strings.TrimSpace(fmt.Sprintln(p.State, p.Partner, said)), 0
	case "known":
		m, ok := w.codes.Find(args[1], w.house.Now())
		return fmt.Sprint(ok, " ", m.Wallet, " ", m.Customer, " ", m.Expired(w.house.Now())), 0
	}
	return "no such command", 2
}
