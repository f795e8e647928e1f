// SPDX-License-Identifier: Apache-2.0

package book

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// TestAnErrorUndoesItsOwnActAlone: acts that fail, and acts that break an invariant, share their commits with good ones.
func TestAnErrorUndoesItsOwnActAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	refused := errors.New("refused")
	var group sync.WaitGroup
	for i := range 300 {
		group.Go(func() {
			err := d.write(func(x *tx) error {
				if _, err := x.account("cny", kindUser, int64(1000+i)); err != nil {
					return err
				}
				if i%3 == 1 {
					return refused
				}
				invariant.Check(i%3 != 2, "act %d breaks a rule", i)
				return nil
			})
			switch {
			case i%3 == 0 && err != nil, i%3 == 1 && !errors.Is(err, refused), i%3 == 2 && fault.CodeOf(err) != CodeWrong:
				t.Errorf("act %d: %v", i, err)
			}
		})
	}
	group.Wait()
	var kept, wrong int
	d.must(d.reads.QueryRow(`SELECT COUNT(*), COALESCE(SUM(number % 3 <> 1000 % 3), 0) FROM account WHERE number >= 1000`).
		Scan(&kept, &wrong))
	if kept != 100 || wrong != 0 {
		t.Errorf("%d accounts, of which %d are of acts that failed", kept, wrong)
	}
}

func TestWhatIsAcknowledgedIsThereAfterTheEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	user := d.user(1, 10_000)
	var mutex sync.Mutex
	told := map[string]wire.ResultCode{}
	var group sync.WaitGroup
	var asked []Pay
	for i := range 200 {
		asked = append(asked, pay(fmt.Sprintf("p-%d", i), d.code(user, noon), 100, 10, noon))
	}
	for i, in := range asked {
		group.Go(func() {
			if i == 100 {
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			}
			p, err := d.Pay(in)
			if err != nil {
				if fault.CodeOf(err) != CodeClosed {
					t.Error(err)
				}
				return
			}
			mutex.Lock()
			defer mutex.Unlock()
			told[in.Request] = p.Answer()
		})
	}
	group.Wait()
	d.open()
	for request, want := range told {
		if p, err := d.Payment("cny", request); err != nil || p.Answer() != want {
			t.Errorf("%s was %s, is %s, %v", request, want, p.Answer(), err)
		}
	}
	count, err := d.Check()
	if err != nil || count.Payments < len(told) {
		t.Errorf("%+v, %v", count, err)
	}
}

func BenchmarkPayAlone(b *testing.B) {
	d := newDesk(b)
	user := d.user(1, 1<<30)
	for i := range b.N {
		if _, err := d.Pay(pay(fmt.Sprintf("p-%d", i), d.code(user, noon), 100, 10, noon)); err != nil {
			b.Fatal(err)
		}
	}
}
