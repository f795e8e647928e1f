// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
)

// Encoding is how a file writes its characters.
type Encoding string

// The encodings.
const (
	UTF8     Encoding = "utf-8"
	ShiftJIS Encoding = "shift_jis" // with the additions of CP932, which is what Windows means by it
)

// ParseEncoding reads the name of an encoding; the empty name and "auto" are none: it is to be found out.
//
// Errors: Invalid encoding_unknown.
func ParseEncoding(name string) (Encoding, error) {
	switch strings.ToLower(name) {
	case "", "auto":
		return "", nil
	case "utf-8", "utf8":
		return UTF8, nil
	case "shift_jis", "shift-jis", "sjis", "cp932", "ms932", "windows-31j":
		return ShiftJIS, nil
	}
	return "", wrongFile(CodeEncodingUnknown, "the encoding must be utf-8, shift_jis or cp932")
}

const byteOrderMark = "\ufeff"

// text is what some bytes of a file say; ok is false when they are not all characters of the encoding. What is none
// becomes U+FFFD, which no character of Shift_JIS is.
func (e Encoding) text(raw string) (text string, ok bool) {
	if ascii(raw) {
		return raw, true
	}
	if e == UTF8 {
		if utf8.ValidString(raw) {
			return raw, true
		}
		return strings.ToValidUTF8(raw, "\ufffd"), false
	}
	text, err := japanese.ShiftJIS.NewDecoder().String(raw)
	return text, err == nil && !strings.ContainsRune(text, utf8.RuneError)
}

// Bytes are the bytes of a text in the encoding; ok is false when it has a character that the encoding has not.
func (e Encoding) Bytes(text string) (raw string, ok bool) {
	if e == UTF8 || ascii(text) {
		return text, true
	}
	raw, err := japanese.ShiftJIS.NewEncoder().String(text)
	return raw, err == nil
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// looked is how much of a file is looked at at once to find its encoding out.
const looked = 64 << 10

// detect finds the encoding of a file out from the first part of it that has other characters than ASCII. A broken
// character here and there changes nothing: the encoding is that of most of them.
//
// Errors: Invalid encoding_unknown for UTF-16; what reading answers.
func detect(file io.ReaderAt) (e Encoding, marked bool, err error) {
	part := make([]byte, looked)
	for at := int64(0); ; at += looked - utf8.UTFMax {
		n, err := file.ReadAt(part, at)
		if err != nil && err != io.EOF {
			return "", false, err
		}
		seen := part[:n]
		if at == 0 {
			if bytes.HasPrefix(seen, []byte(byteOrderMark)) {
				return UTF8, true, nil
			}
			if bytes.HasPrefix(seen, []byte("\xff\xfe")) || bytes.HasPrefix(seen, []byte("\xfe\xff")) {
				return "", false, wrongFile(CodeEncodingUnknown, "the file is in UTF-16: save it as UTF-8")
			}
		}
		if e, ok := guess(seen, err == nil); ok {
			return e, false, nil
		}
		if err == io.EOF {
			return UTF8, false, nil
		}
	}
}

// guess is the encoding of a part of a file; ok is false when it is ASCII. A part that is cut may end within a
// character.
func guess(part []byte, cut bool) (e Encoding, ok bool) {
	if cut {
		for i := len(part) - 1; i >= max(0, len(part)-utf8.UTFMax); i-- {
			if utf8.RuneStart(part[i]) {
				part = part[:i]
				break
			}
		}
	}
	foreign, invalid := 0, 0
	for i := 0; i < len(part); {
		if part[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(part[i:])
		foreign += size
		if r == utf8.RuneError && size == 1 {
			invalid++
		}
		i += size
	}
	if invalid*10 > foreign {
		return ShiftJIS, true
	}
	return UTF8, foreign > 0
}
