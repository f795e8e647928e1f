// SPDX-License-Identifier: Apache-2.0

package look

import (
	"strconv"
	"time"
)

// Clock writes times for people: in one zone, in one language.
type Clock struct {
	Zone *time.Location
	Lang Lang
}

// Time is the time of day to the second: "14:05:09".
func (c Clock) Time(t time.Time) string { return t.In(c.Zone).Format("15:04:05") }

// Minute is the time of day to the minute: "14:05".
func (c Clock) Minute(t time.Time) string { return t.In(c.Zone).Format("15:04") }

// Instant is the time of day to the millisecond, for what must be compared: "14:05:09.120".
func (c Clock) Instant(t time.Time) string { return t.In(c.Zone).Format("15:04:05.000") }

// Date is the day: "22 November 2026", "2026年11月22日".
func (c Clock) Date(t time.Time) string {
	if c.Lang == Japanese {
		return t.In(c.Zone).Format("2006年1月2日")
	}
	return t.In(c.Zone).Format("2 January 2006")
}

// ZoneName is the zone as clocks call it at a time: "JST".
func (c Clock) ZoneName(t time.Time) string { return t.In(c.Zone).Format("MST") }

// Machine is a time as the attribute datetime takes it.
func (c Clock) Machine(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Span is how long something took or takes: "420 ms", "1.4 s", "12 s", "2 min 5 s". A negative one is shown as none.
func Span(d time.Duration, l Lang) string {
	d = max(0, d)
	switch {
	case d < time.Second:
		return ownWords.Say(l, "look.milliseconds", int(d/time.Millisecond))
	case d < 10*time.Second:
		tenths := int(d / (100 * time.Millisecond))
		return ownWords.Say(l, "look.seconds", strconv.Itoa(tenths/10)+"."+strconv.Itoa(tenths%10))
	}
	return Age(d, l)
}

// Age is how old something is, in whole seconds and more: "0 s", "12 s", "2 min 5 s", "3 h 12 min", "2 d 3 h".
func Age(d time.Duration, l Lang) string {
	s := int(max(0, d) / time.Second)
	switch {
	case s < 60:
		return ownWords.Say(l, "look.seconds", strconv.Itoa(s))
	case s < 60*60:
		return ownWords.Say(l, "look.minutes", s/60, s%60)
	case s < 24*60*60:
		return ownWords.Say(l, "look.hours", s/3600, s/60%60)
	}
	return ownWords.Say(l, "look.days", s/86400, s/3600%24)
}

// Nth is an ordinal number: "1st", "22nd"; in Japanese "22回目", for what is counted in times.
func Nth(n int, l Lang) string {
	text := strconv.Itoa(n)
	if l == Japanese {
		return text + "回目"
	}
	switch {
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		return text + "st"
	case n%10 == 2:
		return text + "nd"
	case n%10 == 3:
		return text + "rd"
	}
	return text + "th"
}
