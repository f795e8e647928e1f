// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// summary is the run in a few lines.
func (r *run) summary(v *verdict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "crash: %s\n", v.word("0 lost, 0 duplicated, books balanced"))
	fmt.Fprintf(&b, "  %d kills under load (%s payments under way), %d before ready, %d light; %.0f s, seed %d\n",
		len(r.inFlight), spread(r.inFlight), r.early, r.light, time.Since(r.began).Seconds(), r.options.Seed)
	success, failure, cancelled := v.history.ends()
	fmt.Fprintf(&b, "  %d payments and %d refunds in %d questions; %d definite answers: %d S, %d F, %d cancelled\n",
		len(v.history.order), len(v.history.refunds), v.history.asked, v.history.told, success, failure, cancelled)
	fmt.Fprintf(&b, "  ready after %s; %d orderly ends, longest %v\n", quantiles(r.readyAfter()), len(r.drains),
		longest(r.drains))
	fmt.Fprintf(&b, "  open at a start: %d payments, %d unknown; first question %s after ready (bar %v); "+
		"%d ended before, %d cut short by the next kill\n", v.asked.open, v.asked.unknown, quantiles(v.asked.after),
		questionMax, v.asked.ended, v.asked.short)
	fmt.Fprintf(&b, "  audited: %d journal rows, %d transfers, %d payments, %d refunds", v.audited.Rows, v.audited.Transfers,
		v.audited.Payments, v.audited.Refunds)
	return b.String()
}

// readyAfter is how long each start after the first took, sorted. Units: microseconds.
func (r *run) readyAfter() (took []int64) {
	for _, s := range r.starts[1:] {
		if s.ready > 0 {
			took = append(took, s.ready-s.began)
		}
	}
	slices.Sort(took)
	return took
}

// ends counts the payments by what the callers were told of them.
func (h *history) ends() (success, failure, cancelled int) {
	for _, p := range h.order {
		switch {
		case p.cancelled || p.taken:
			cancelled++
		case p.success:
			success++
		case p.failure != "":
			failure++
		}
	}
	return success, failure, cancelled
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
