// SPDX-License-Identifier: Apache-2.0

package process_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake/sample"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/process"
	"github.com/kakehashi-pay/kakehashi/merchant"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// A running network takes a file of merchants while it is paid through: the one waits for the other no longer than an
// act.
func TestARunningNetworkTakesAnImportWhileItIsPaidThrough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var file bytes.Buffer
	made, err := sample.Write(&file, sample.Order{Merchants: 3000, Stores: 4000, Seed: 1, Bad: 0.01, Plan: "std",
		Format: intake.CSV, Encoding: intake.UTF8})
	if err != nil {
		t.Fatal(err)
	}
	bring := func(o *process.Operator) (*intake.Tally, error) {
		holder, _, err := o.Reader.Holder(context.Background(), "acq")
		if err != nil {
			return nil, err
		}
		f, err := intake.Open(bytes.NewReader(file.Bytes()), intake.CSV, "")
		if err != nil {
			return nil, err
		}
		i := intake.Import{File: f, Reader: o.Reader, Person: o.Person, Do: o.Do, Terms: intake.Terms{Holder: holder,
			Plans: func(id merchant.PlanID) bool { return id == "std" }}}
		return i.Run(context.Background())
	}
	imported := make(chan error, 1)
	var first *intake.Tally
	go func() {
		o, err := process.Operate(context.Background(), w.config, false)
		if err == nil {
			first, err = bring(o)
			o.Close()
		}
		imported <- err
	}()
	paid := 0
	for open := true; open || paid == 0; paid++ {
		w.pay(w.sale(100), wire.Success)
		select {
		case err := <-imported:
			if open = false; err != nil {
				t.Fatal(err)
			}
		default:
		}
	}
	if first.Merchants.New != made.Merchants || first.Stores.New != made.Stores || first.Bad != int64(made.Bad) {
		t.Errorf("%+v of %+v", first, made)
	}
	w.operate(func(o *process.Operator) error {
		again, err := bring(o)
		if err == nil && (again.Written() || again.Merchants.Same != made.Merchants ||
			again.Stores.Same != made.Stores) {
			t.Errorf("%+v", again)
		}
		return err
	})
	w.stop()
	w.inOrder()
	t.Logf("%d payments beside %d rows", paid, made.Rows)
}
