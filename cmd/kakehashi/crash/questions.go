// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"fmt"
	"slices"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/crash/books"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// questions are what the network asked about the payments that a kill had left open.
type questions struct {
	open    int     // payments that were open at a start
	unknown int     // of them those of which nobody knew whether they were charged
	short   int     // not asked about in the time that was left before the next kill
	ended   int     // had ended before they were asked about
	after   []int64 // microseconds from ready to the first question; 0: it was asked before
	never   []string
}

// questionsOf follows every start: which payments the books say were open when it began, and when its first question about
// each of them came to a wallet.
func questionsOf(b *books.Books, starts []start, arrived []arrival) questions {
	first := make([]map[ident.Digest]int64, len(starts)+1)
	for i := range first {
		first[i] = map[ident.Digest]int64{}
	}
	for _, a := range arrived {
		if _, asked := first[a.start][a.payment]; !asked {
			first[a.start][a.payment] = a.at
		}
	}
	var q questions
	open, next := map[*books.Payment]bool{}, 0 // true: unknown
	for i := range starts {
		s := &starts[i]
		for ; next < len(b.Steps) && b.Steps[next].At < s.began; next++ {
			step := b.Steps[next]
			delete(open, step.Payment)
			if step.Open {
				open[step.Payment] = step.Unknown
			}
		}
		if s.ready > 0 {
			q.follow(b.Steps[next:], s, open, first[i+1])
		}
	}
	slices.Sort(q.after)
	return q
}

// follow looks at one start.
func (q *questions) follow(later []books.Step, s *start, open map[*books.Payment]bool, first map[ident.Digest]int64) {
	until := s.ready + questionMax.Microseconds()
	cut := s.ended > 0 && s.ended < until
	closed := map[*books.Payment]bool{}
	for _, step := range later {
		if step.At > min(until, s.ended) {
			break
		}
		closed[step.Payment] = !step.Open
	}
	for p, unknown := range open {
		q.open++
		if unknown {
			q.unknown++
		}
		at, asked := first[p.ID.Digest]
		switch {
		case asked && at <= until:
			q.after = append(q.after, max(0, at-s.ready))
		case closed[p]:
			q.ended++
		case cut:
			q.short++
		default:
			q.never = append(q.never, fmt.Sprintf("payment %s (%v) was open at the start, and no question about it came in %v",
				p.Request, p.ID, questionMax))
		}
	}
}
