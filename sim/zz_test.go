// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"os"
	"strconv"
	"testing"
	"time"
)

func env(n string, d int) int {
	if v, err := strconv.Atoi(os.Getenv(n)); err == nil {
		return v
	}
	return d
}

func TestZZ(t *testing.T) {
	from, to, days := env("FROM", 1), env("TO", 1), env("DAYS", 10)
	var s Summary
	for seed := from; seed <= to; seed++ {
		o := Options{Seed: uint64(seed), Days: days, Bug: Bug(os.Getenv("BUG"))}
		if f := os.Getenv("TRACE"); f != "" {
			out, _ := os.Create(f)
			defer out.Close()
			o.Trace = out
		}
		began := time.Now()
		r, err := Run(o)
		if err != nil {
			t.Fatal(seed, err)
		}
		s.Count(r)
		if !r.OK() || os.Getenv("V") != "" {
			t.Log(time.Since(began).Round(time.Millisecond), r.String())
		}
		if !r.OK() && os.Getenv("STOP") != "" {
			break
		}
	}
	t.Log("\n"+s.Coverage.String(), len(s.Failed), s.Payments, s.Rows, s.Events, s.Unknown, s.Slow)
}
