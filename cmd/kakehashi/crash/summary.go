// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"fmt"
	"slices"
	"time"
)

// summary is the run in a few lines.
func (r *run) summary(v *verdict) string {
	var ready []int64
	for _, s := range r.starts[1:] {
		if s.ready > 0 {
			ready = append(ready, s.ready-s.began)
		}
	}
	slices.Sort(ready)
	success, failure, cancelled := 0, 0, 0
	for _, p := range v.history.order {
		switch {
		case p.cancelled || p.taken:
			cancelled++
		case p.success:
			success++
		case p.failure != "":
			failure++
		}
	}
	word := "0 lost, 0 duplicated, books balanced"
	if !v.empty() {
		word = fmt.Sprintf("%d VIOLATIONS", len(v.lines)+v.more)
	}
	return fmt.Sprintf("crash: %d kills under load (%s payments under way), %d before ready, %d light, "+
		"%d orderly ends (longest %v) in %.0f s, seed %d: %s\n"+
		"  %d payments and %d refunds asked for in %d questions; %d definite answers: %d S, %d F, %d cancelled\n"+
		"  ready after %s; first question about %d open payments (%d unknown) %s after ready, %d ended before, %d cut short\n"+
		"  audited: %d journal rows, %d transfers, %d payments, %d refunds",
		len(r.inFlight), spread(r.inFlight), r.early, r.light, len(r.drains), longest(r.drains), time.Since(r.began).Seconds(),
		r.options.Seed, word, len(v.history.order), len(v.history.refunds), v.history.asked, v.history.told, success, failure,
		cancelled, quantiles(ready), v.asked.open, v.asked.unknown, quantiles(v.asked.after), v.asked.ended, v.asked.short,
		v.audited.Rows, v.audited.Transfers, v.audited.Payments, v.audited.Refunds)
}

// quantiles says p50, p99 and the longest of sorted microseconds.
func quantiles(sorted []int64) string {
	if len(sorted) == 0 {
		return "(none)"
	}
	at := func(hundredths int) time.Duration {
		i := min(len(sorted)-1, len(sorted)*hundredths/100)
		return (time.Duration(sorted[i]) * time.Microsecond).Round(100 * time.Microsecond)
	}
	return fmt.Sprintf("p50 %v, p99 %v, max %v", at(50), at(99), at(100))
}

func spread(counts []int) string {
	if len(counts) == 0 {
		return "no"
	}
	return fmt.Sprintf("%d to %d", slices.Min(counts), slices.Max(counts))
}

func longest(times []time.Duration) time.Duration {
	if len(times) == 0 {
		return 0
	}
	return slices.Max(times).Round(10 * time.Millisecond)
}
