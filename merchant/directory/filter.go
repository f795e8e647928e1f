// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
)

// Filter is what a merchant must be to be found; the zero Filter lets everyone through.
type Filter struct {
	Holder     ident.Holder
	MCC        string // four digits
	Region     string // ISO 3166-1 alpha-2
	Prefecture int    // JIS X 0401; 0: any
	Status     merchant.Status
}

// Check says whether every field could be one of a merchant.
//
// Errors: Invalid merchant_filter_malformed, name_malformed, naming the field.
func (f Filter) Check() error {
	switch {
	case f.MCC != "" && !every(f.MCC, 4, '0', '9'):
		return badFilter("mcc", "must be four digits")
	case f.Region != "" && !every(f.Region, 2, 'A', 'Z'):
		return badFilter("region", "must be two letters from A to Z: a code of ISO 3166-1")
	case f.Prefecture < 0 || f.Prefecture > 47:
		return badFilter("prefecture", "must be 1 to 47: a code of JIS X 0401")
	case f.Status != "" && !f.Status.Valid():
		return badFilter("status", "must be live, suspended or terminated")
	case f.Holder != "":
		return ident.CheckName("holder", string(f.Holder))
	}
	return nil
}

func badFilter(field, why string) error {
	return &fault.Error{Op: "directory.Search", Kind: fault.Invalid, Code: CodeFilter, Subject: field,
		Detail: field + ": " + why}
}

func every(text string, length int, first, last byte) bool {
	ok := len(text) == length
	for i := 0; ok && i < len(text); i++ {
		ok = text[i] >= first && text[i] <= last
	}
	return ok
}

// sieve is a filter as records are compared with it.
type sieve struct {
	holder     uint32
	mcc        [4]byte
	region     [2]byte
	prefecture uint8
	status     uint8

	byHolder bool
}

// sieve is a filter for this directory; ok is false where it lets nobody through.
func (d *Directory) sieve(f Filter) (s sieve, ok bool) {
	s = sieve{mcc: code[[4]byte](f.MCC), region: code[[2]byte](f.Region), prefecture: uint8(f.Prefecture)}
	if f.Status != "" {
		s.status = statusOf(f.Status)
	}
	if f.Holder != "" {
		s.holder, ok = d.numbers[f.Holder]
		s.byHolder = true
		return s, ok
	}
	return s, true
}

// lets reports whether a merchant passes.
func (s *sieve) lets(e *entry) bool {
	return e.status != 0 && (s.prefecture == 0 || s.prefecture == e.prefecture) &&
		(s.status == 0 || s.status == e.status) && (!s.byHolder || s.holder == e.holder) &&
		(s.mcc == [4]byte{} || s.mcc == e.mcc) && (s.region == [2]byte{} || s.region == e.region)
}
