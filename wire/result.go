// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"strings"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
)

// resultMessageMax is the length of resultMessage in characters.
const resultMessageMax = 256

// Status says what became of a call.
type Status string

// The statuses. There are exactly three; a receiver takes every other text for Unknown.
const (
	Succeeded Status = "S" // the call did what it was asked; of an inquiry: the question was answered
	Failed    Status = "F" // definite, nothing happened
	Unknown   Status = "U" // not known yet, or still going: inquire, or repeat under the same id
)

// Result is the object every answer and notification begins with.
type Result struct {
	ResultStatus  Status     `json:"resultStatus"`
	ResultCode    ResultCode `json:"resultCode"`
	ResultMessage Text       `json:"resultMessage"`
}

// NewResult is the result of a code, with the status that belongs to it. An empty message is the code's own sentence; a
// longer one than 256 characters is cut between characters.
//
// Invariant: code is one of the constants of this package.
func NewResult(code ResultCode, message string) Result {
	entry, ok := resultTable[code]
	invariant.Check(ok, "wire: %q is not a result code", string(code))
	if message == "" {
		message = entry.message
	}
	return Result{ResultStatus: entry.status, ResultCode: code, ResultMessage: Text(truncate(message))}
}

// Status is S or F only where the sender wrote exactly that; everything else, an absent result included, is Unknown.
func (r Result) Status() Status {
	if r.ResultStatus == Succeeded || r.ResultStatus == Failed {
		return r.ResultStatus
	}
	return Unknown
}

// ResultCodeOf is the result code that answers an error of this package or of its dialects; ok is false for every other
// error.
func ResultCodeOf(err error) (code ResultCode, ok bool) {
	switch fault.CodeOf(err) {
	case CodeSignatureMissing, CodeSignatureMalformed, CodeSignatureInvalid:
		return InvalidSignature, true
	case CodeKeyNotFound:
		return KeyNotFound, true
	case CodeContentType:
		return MediaTypeNotAcceptable, true
	case CodeNotSupported:
		return BusinessNotSupport, true
	case CodeEnvelopeMalformed, CodeTimeMalformed, CodeClockSkew, CodeBodyTooLarge, CodeBodyTooDeep, CodeBodyMalformed,
		CodeBodyEncoding, CodeBodyNumber, CodeKeyRepeated, CodeKeyCase, CodeFieldMissing, CodeFieldMalformed,
		CodeFieldTooLong:
		return ParamIllegal, true
	}
	return "", false
}

func truncate(message string) string {
	if !utf8.ValidString(message) {
		message = strings.ToValidUTF8(message, string(utf8.RuneError))
	}
	count := 0
	for i := range message {
		if count == resultMessageMax {
			return message[:i]
		}
		count++
	}
	return message
}
