// SPDX-License-Identifier: Apache-2.0

package onboarding

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/calendar"
)

// How long things are good for.
//
// Source: one month to bring documents and three months for a register extract, reference/japan.md 4.5; a yearly look
// at every merchant, 4.6; 24 hours for an approval, decisions D 34.
const (
	documentsMonths = 1
	extractMonths   = 3
	verifyMonths    = 12
	approvalLife    = 24 * time.Hour
)

// MonthsAfter is the same day so many months after d, or before it when the number is negative; where that month has no
// such day, its last day.
//
// Invariant: d is valid.
func MonthsAfter(d calendar.Date, months int) calendar.Date {
	first := calendar.Date{Year: d.Year, Month: d.Month, Day: 1}.Midnight().AddDate(0, months, 0)
	last := first.AddDate(0, 1, -1).Day()
	return calendar.Date{Year: first.Year(), Month: first.Month(), Day: min(d.Day, last)}
}

// DocumentsDue is the last day on which documents asked for on a day may be brought.
func DocumentsDue(asked calendar.Date) calendar.Date { return MonthsAfter(asked, documentsMonths) }

// VerificationDue is the last day on which a merchant is as good as when it was verified. After it, it is suspended
// until it has been looked at again. The zero Date when it was never verified.
func (a Application) VerificationDue() calendar.Date {
	if a.VerifiedOn == (calendar.Date{}) {
		return calendar.Date{}
	}
	return MonthsAfter(a.VerifiedOn, verifyMonths)
}

// overdue reports whether a verification was due before a day, or never was.
func (a Application) overdue(today calendar.Date) bool {
	due := a.VerificationDue()
	return due == (calendar.Date{}) || today.Compare(due) > 0
}

// fresh reports whether something from a time is still good at another: not from the future, and at most 24 hours old.
func fresh(at, now time.Time) bool {
	return !at.IsZero() && !at.After(now) && now.Sub(at) <= approvalLife
}

// extractFresh reports whether a register extract may be used on a day.
func extractFresh(issued, today calendar.Date) bool {
	return issued.Valid() && issued.Compare(today) <= 0 && today.Compare(MonthsAfter(issued, extractMonths)) <= 0
}
