// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/store"
)

// resendAfter are the pauses after the first sends of an event; after the last of them it is sent once a day.
//
// Source: reference/alipay-wire-api.md 2.7: 8 sends in a day; decisions E: then daily to day 30.
var resendAfter = [...]time.Duration{2 * time.Minute, 10 * time.Minute, 10 * time.Minute, time.Hour, 2 * time.Hour,
	6 * time.Hour, 15 * time.Hour}

const (
	resendDaily = 24 * time.Hour
	resendUntil = 30 * resendDaily // after the event itself: then it is dead
	retrySoon   = time.Minute      // after what is no fault of the endpoint
)

// lastSend is when an event is sent for the last time.
func lastSend(e *store.Event) time.Time { return e.At.Add(resendUntil) }

// resend is when an event is sent again after so many attempts, the last one at a time; ok is false when that
// was the last.
func resend(e *store.Event, attempts int, at time.Time) (due time.Time, ok bool) {
	pause := resendDaily
	if attempts >= 1 && attempts <= len(resendAfter) {
		pause = resendAfter[attempts-1]
	}
	return upTo(lastSend(e), at, at.Add(pause))
}

// nextTime is the first time of an event's plan after a time, had every send of it come at its hour; ok is
// false when there is none.
func nextTime(e *store.Event, after time.Time) (due time.Time, ok bool) {
	due = e.At
	for i := 0; !due.After(after); i++ {
		if i < len(resendAfter) {
			due = due.Add(resendAfter[i])
			continue
		}
		due = due.Add((after.Sub(due)/resendDaily + 1) * resendDaily)
	}
	return upTo(lastSend(e), after, due)
}

// upTo is the next time, or the last one where the next would be later than that.
func upTo(last, now, next time.Time) (due time.Time, ok bool) {
	if !now.Before(last) {
		return time.Time{}, false
	}
	if next.After(last) {
		return last, true
	}
	return next, true
}
