// SPDX-License-Identifier: Apache-2.0

package sim

import "fmt"

// Summary is what many runs came to.
type Summary struct {
	Runs, Events, Payments, Rows int
	Days                         int
	Quiet                        []Result // runs without a violation in which a day had too few payments
	Unknown, Slow                int
	Failed                       []Result
	Coverage                     Coverage
}

// Many plays seeds one after another, from one to another inclusive, and gives each result to tell, which may be nil.
//
// Errors: as Run; the seeds after it are not played.
func Many(o Options, from, to uint64, tell func(Result)) (Summary, error) {
	var s Summary
	for seed := from; seed <= to; seed++ {
		o.Seed = seed
		r, err := Run(o)
		if err != nil {
			return s, fmt.Errorf("sim: seed %d: %w", seed, err)
		}
		s.Count(r)
		if tell != nil {
			tell(r)
		}
	}
	return s, nil
}

// Count adds a run.
func (s *Summary) Count(r Result) {
	s.Runs++
	s.Events, s.Payments, s.Rows = s.Events+r.Events, s.Payments+r.Payments, s.Rows+r.Rows
	s.Days, s.Unknown, s.Slow = s.Days+r.Days, s.Unknown+r.Unknown, s.Slow+r.Slow
	switch {
	case !r.OK():
		s.Failed = append(s.Failed, r)
	case r.Fewest < PaymentsLeast:
		s.Quiet = append(s.Quiet, r)
	}
	s.Coverage.Add(&r.Coverage)
}

// Add adds another summary: of the seeds that were played beside these.
func (s *Summary) Add(o Summary) {
	s.Runs += o.Runs
	s.Events, s.Payments, s.Rows = s.Events+o.Events, s.Payments+o.Payments, s.Rows+o.Rows
	s.Days, s.Unknown, s.Slow = s.Days+o.Days, s.Unknown+o.Unknown, s.Slow+o.Slow
	s.Failed, s.Quiet = append(s.Failed, o.Failed...), append(s.Quiet, o.Quiet...)
	s.Coverage.Add(&o.Coverage)
}

// PaymentsLeast is how many payments each day must have: a house that refuses its callers breaks no other promise.
const PaymentsLeast = 300

// CoverageDays is after how many simulated days everything that can be met must have been met.
const CoverageDays = 1000

// Red names what makes the runs red: each violation; each run with a day of too few payments; unknown payments that were slow
// to end; where enough days were played, each cell of the legal table that was never met, and each thing that must happen
// sometimes and did not.
func (s *Summary) Red() []string {
	var all []string
	for i := range s.Failed {
		all = append(all, fmt.Sprintf("seed %d: %s", s.Failed[i].Seed, s.Failed[i].Violation))
	}
	for i := range s.Quiet {
		all = append(all, fmt.Sprintf("seed %d: a day of %d payments, and %d are the least", s.Quiet[i].Seed,
			s.Quiet[i].Fewest, PaymentsLeast))
	}
	if s.Slow > max(1, s.Unknown/1000) {
		all = append(all, fmt.Sprintf("%d of %d unknown payments took more than %v: one of 1,000 may", s.Slow, s.Unknown,
			resolveMax))
	}
	if s.Days >= CoverageDays {
		for _, cell := range s.Coverage.Missing() {
			all = append(all, "never met: "+cell)
		}
	}
	return all
}

// String is the table of faults and states, and how much was played.
func (s *Summary) String() string {
	return fmt.Sprintf("%s%d runs, %d days, %d payments, %d journal rows, %d events\n"+
		"%d payments were unknown with nothing in the way, %d of them for more than %v\n"+
		"%d runs failed, and %d had a day of fewer than %d payments\n", s.Coverage.String(), s.Runs, s.Days, s.Payments,
		s.Rows, s.Events, s.Unknown, s.Slow, resolveMax, len(s.Failed), len(s.Quiet), PaymentsLeast)
}
