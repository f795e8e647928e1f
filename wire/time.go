// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// Codes of the errors about times.
const (
	CodeTimeMalformed fault.Code = "time_malformed"
	CodeClockSkew     fault.Code = "clock_skew"
)

// timeTextMax is more than the longest known form; more digits of a second than anyone measures are refused.
const timeTextMax = 40

// ParseTime reads a time as any known sender writes it: 13 digits of milliseconds since 1970, or an ISO 8601 date and
// time with any number of decimals and the offset written Z, +09:00, +0900 or +09. A time without an offset is refused.
//
// Units: the result is in UTC, cut to the microsecond, as the books keep it.
// Errors: Invalid time_malformed.
// Source: reference/alipay-wire-api.md 1.4.
func ParseTime(text string) (time.Time, error) {
	if len(text) == 13 && allDigits(text) {
		return time.UnixMilli(int64(number(text))).UTC(), nil
	}
	return parseCalendarTime(text)
}

// FormatTime writes a time as ISO 8601 to the second with a numeric offset, never Z. A nil zone is UTC.
//
// Source: reference/alipay-wire-api.md 1.4.
func FormatTime(t time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02T15:04:05-07:00")
}

// CheckClock refuses a request whose time is further from now than allowed, in either direction, and tells the offset.
//
// Errors: Invalid clock_skew.
func CheckClock(requestTime, now time.Time, allowed time.Duration) error {
	behind := now.Sub(requestTime)
	offset, direction := behind, "behind"
	if behind < 0 {
		offset, direction = requestTime.Sub(now), "ahead"
	}
	if offset <= allowed {
		return nil
	}
	return &fault.Error{Op: "wire.CheckClock", Kind: fault.Invalid, Code: CodeClockSkew, Subject: HeaderRequestTime,
		Detail: "your clock is " + offset.Round(time.Second).String() + " " + direction + "; at most " +
			allowed.String() + " is allowed"}
}

// parseCalendarTime reads the ISO 8601 forms by position: 2025-02-20T08:51:49.09Z.
func parseCalendarTime(text string) (time.Time, error) {
	if len(text) < len("2006-01-02T15:04:05Z") || len(text) > timeTextMax || !separated(text) {
		return time.Time{}, timeMalformed()
	}
	micros, rest, ok := parseFraction(text[19:])
	if !ok {
		return time.Time{}, timeMalformed()
	}
	offset, ok := parseOffset(rest)
	if !ok {
		return time.Time{}, timeMalformed()
	}
	month, day := number(text[5:7]), number(text[8:10])
	hour, minute, second := number(text[11:13]), number(text[14:16]), number(text[17:19])
	t := time.Date(number(text[:4]), time.Month(month), day, hour, minute, second, micros*1000, time.UTC)
	// time.Date carries what is too large into the next field; a day or hour that moved was never one.
	if int(t.Month()) != month || t.Day() != day || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, timeMalformed()
	}
	return t.Add(-offset), nil
}

// separated reports whether the first 19 characters are digits and separators of a date and time.
func separated(text string) bool {
	const form = "dddd-dd-ddTdd:dd:dd"
	for i := range len(form) {
		c := text[i]
		switch form[i] {
		case 'd':
			if c < '0' || c > '9' {
				return false
			}
		case 'T':
			if c != 'T' && c != 't' {
				return false
			}
		default:
			if c != form[i] {
				return false
			}
		}
	}
	return true
}

// parseFraction reads the decimals of the second, if there are any, and gives back what follows.
func parseFraction(text string) (micros int, rest string, ok bool) {
	if text[0] != '.' {
		return 0, text, true
	}
	end := 1
	for scale := 100_000; end < len(text) && text[end] >= '0' && text[end] <= '9'; end++ {
		micros += int(text[end]-'0') * scale
		scale /= 10
	}
	return micros, text[end:], end > 1
}

func parseOffset(text string) (time.Duration, bool) {
	if text == "Z" || text == "z" {
		return 0, true
	}
	if text == "" || (text[0] != '+' && text[0] != '-') {
		return 0, false
	}
	hours, minutes := text[1:], "00"
	switch {
	case len(hours) == 5 && hours[2] == ':':
		hours, minutes = hours[:2], hours[3:]
	case len(hours) == 4:
		hours, minutes = hours[:2], hours[2:]
	}
	if len(hours) != 2 || !allDigits(hours) || !allDigits(minutes) || number(hours) > 23 || number(minutes) > 59 {
		return 0, false
	}
	offset := time.Duration(number(hours))*time.Hour + time.Duration(number(minutes))*time.Minute
	if text[0] == '-' {
		return -offset, true
	}
	return offset, true
}

// number is the value of a text of at most 18 digits.
func number(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

func timeMalformed() error {
	return &fault.Error{Op: "wire.ParseTime", Kind: fault.Invalid, Code: CodeTimeMalformed,
		Detail: "a time must be ISO 8601 with an offset, such as 2025-06-01T12:00:00+09:00, or milliseconds since 1970"}
}
