// SPDX-License-Identifier: Apache-2.0

package calendar

import "time"

// The network's clock and its cut-offs after the midnight that ends a clearing day.
//
// Source: reference/alipay-wire-api.md 2.5 and 2.9.
const (
	clearingOffset = 8 * time.Hour // UTC+8, no daylight saving
	cancelWindow   = 15 * time.Minute
	networkWindow  = 30 * time.Minute
)

// tokyoOffset is Japan's: no daylight saving since 1951.
const tokyoOffset = 9 * time.Hour

// quarter is the distance between two seals of a lane.
const quarter = 15 * time.Minute

// ClearingDay is the network's day at t: the date in UTC+8.
func ClearingDay(t time.Time) Date { return DateOf(t.Add(clearingOffset), time.UTC) }

// TokyoDay is the date in Japan at t: the business date of a shop, and what its receipts show.
func TokyoDay(t time.Time) Date { return DateOf(t.Add(tokyoOffset), time.UTC) }

// CancelWindowEnds is the first instant at which a merchant may no longer cancel what was paid at paidAt: 00:15
// UTC+8 (01:15 in Japan) on the day after its clearing day. From then on it is refunded.
func CancelWindowEnds(paidAt time.Time) time.Time { return clearingDayEnds(paidAt).Add(cancelWindow) }

// NetworkWindowEnds is the first instant at which a wallet may no longer be asked to cancel what was paid at
// paidAt: 00:30 UTC+8 (01:30 in Japan) on the day after its clearing day. It lies behind CancelWindowEnds, so a
// cancel that was accepted in time can still be carried through.
func NetworkWindowEnds(paidAt time.Time) time.Time { return clearingDayEnds(paidAt).Add(networkWindow) }

// Quarter is the start of the quarter of an hour, in UTC, that t lies in.
func Quarter(t time.Time) time.Time { return t.UTC().Truncate(quarter) }

func clearingDayEnds(t time.Time) time.Time {
	return ClearingDay(t).Plus(1).Midnight().Add(-clearingOffset)
}
