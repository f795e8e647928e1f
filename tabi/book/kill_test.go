// SPDX-License-Identifier: Apache-2.0

package book

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/kakehashi-pay/kakehashi/money"
)

// killedFile names the file in the process that is going to be killed.
const killedFile = "BOOK_OF_A_KILLED_PROCESS"

// TestPayUntilKilled is the process that is going to be killed: it says of each payment that it was acknowledged.
func TestPayUntilKilled(t *testing.T) {
	file := os.Getenv(killedFile)
	if file == "" {
		t.Skip("this is the other half of TestAKilledProcessForgetsNothingItAcknowledged")
	}
	d := &desk{TB: t, file: file}
	d.open()
	user := d.user(1, 1<<30)
	var asked []Pay
	for i := range 20_000 {
		asked = append(asked, pay(fmt.Sprintf("p-%d", i), fmt.Sprintf("281001%018d", i), 100, 10, noon))
	}
	var codes []Code
	for _, in := range asked {
		codes = append(codes, Code{Value: in.Code, Begins: noon, Ends: noon.Add(Life)})
	}
	d.must(d.Stock(user, codes))
	var mutex sync.Mutex
	var group sync.WaitGroup
	for till := range 8 {
		group.Go(func() {
			for i := till; i < len(asked); i += 8 {
				p, err := d.Pay(asked[i])
				mutex.Lock()
				fmt.Println("acknowledged", asked[i].Request, p.State, err)
				mutex.Unlock()
			}
		})
	}
	group.Wait()
}

func TestAKilledProcessForgetsNothingItAcknowledged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.must(d.Close())
	process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPayUntilKilled$", "-test.count=1")
	process.Env = append(os.Environ(), killedFile+"="+d.file)
	out, err := process.StdoutPipe()
	d.must(err)
	d.must(process.Start())
	var told []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var request, state, failed string
		if _, err := fmt.Sscanf(lines.Text(), "acknowledged %s %s %s", &request, &state, &failed); err != nil {
			continue // the process was killed in the middle of a line
		}
		if state != string(Debited) || failed != "<nil>" {
			t.Errorf("the process says %q", lines.Text())
		}
		if told = append(told, request); len(told) == 200 {
			d.must(process.Process.Kill())
		}
	}
	if err := process.Wait(); err == nil || len(told) < 200 {
		t.Fatalf("the process ended by itself after %d payments", len(told))
	}
	d.open()
	for _, request := range told {
		if p, err := d.Payment("cny", request); err != nil || p.State != Debited {
			t.Errorf("%s is %s, %v", request, p.State, err)
		}
	}
	count, err := d.Check()
	if err != nil || count.Payments < len(told) {
		t.Errorf("%+v, %v", count, err)
	}
	u, err := d.User("cny-000001")
	if want := money.New(1<<30-int64(count.Payments)*10, money.CNY); err != nil || u.Balance != want {
		t.Errorf("the balance is %v, want %v, %v", u.Balance, want, err)
	}
}

func TestAFileIsWrittenThroughToTheDisk(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var mode string
	var synchronous int
	d.must(d.write(func(x *tx) error {
		if _, err := x.row(`PRAGMA journal_mode`, nil, &mode); err != nil {
			return err
		}
		_, err := x.row(`PRAGMA synchronous`, nil, &synchronous)
		return err
	}))
	if mode != "wal" || synchronous != 2 {
		t.Errorf("journal_mode %s, synchronous %d", mode, synchronous)
	}
}
