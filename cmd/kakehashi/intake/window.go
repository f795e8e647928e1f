// SPDX-License-Identifier: Apache-2.0

package intake

import "io"

// rowMax is how long a row may be.
//
// Units: bytes.
const rowMax = 64 << 10

// window is the part of a file that is being looked at: never the whole.
type window struct {
	file io.Reader
	data []byte
	from int
	end  error // why there is no more; io.EOF at the end of the file
	done int64 // bytes that were taken
}

func newWindow(file io.Reader) *window {
	return &window{file: file, data: make([]byte, 0, 4*rowMax)}
}

// rest is what was read and not yet taken.
func (w *window) rest() []byte { return w.data[w.from:] }

// more reads on. It reports false when there is nothing more to read, or the window is full. Either way the rest may
// have moved: it is to be asked for again.
func (w *window) more() bool {
	if w.end != nil {
		return false
	}
	if w.from > 0 {
		w.data = w.data[:copy(w.data[:cap(w.data)], w.data[w.from:])]
		w.from = 0
	}
	if len(w.data) == cap(w.data) {
		return false
	}
	for range 100 { // as bufio: a reader that gives nothing and no error is broken
		n, err := w.file.Read(w.data[len(w.data):cap(w.data)])
		w.data, w.end = w.data[:len(w.data)+n], err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	w.end = io.ErrNoProgress
	return false
}

// hold is the rest once whole says that a row stands at its beginning, or it is too long for one, or nothing more comes.
//
// Errors: io.EOF where nothing is left; what the reader answers.
func (w *window) hold(whole func(data []byte) bool) ([]byte, error) {
	for !whole(w.rest()) && len(w.rest()) <= rowMax && w.more() {
	}
	if err := w.broken(); err != nil {
		return nil, err
	}
	if len(w.rest()) == 0 {
		return nil, io.EOF
	}
	return w.rest(), nil
}

// take passes over the first bytes of the rest.
func (w *window) take(n int) {
	w.from += n
	w.done += int64(n)
}

// broken is what reading answered, unless it was the end of the file.
func (w *window) broken() error {
	if w.end == nil || w.end == io.EOF {
		return nil
	}
	return w.end
}
