// SPDX-License-Identifier: Apache-2.0

package console

import "github.com/kakehashi-pay/kakehashi/look"

// ReadAtMost makes the board read no more than so many journal rows when it catches up.
func (b *Board) ReadAtMost(rows int64) { b.tailMax = rows }

// Counted is how many payments began, were paid, declined and cancelled on the board's day, and from when
// that is known.
func (b *Board) Counted() (begun, paid, declined, cancelled int, sinceMicro int64) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if !b.day.since.IsZero() {
		sinceMicro = b.day.since.UnixMicro()
	}
	return b.day.begun, b.day.paid, b.day.declined, b.day.cancelled, sinceMicro
}

// Words are all phrases of the console.
func Words() look.Words { return words.With(storyWords).With(merchantWords) }
