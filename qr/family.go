// SPDX-License-Identifier: Apache-2.0

package qr

import (
	"net/url"
	"strings"
)

// Family says what a scanned text looks like. It is a guess from its outside: only who issued a code can say that it
// is one.
type Family uint8

// The families.
const (
	_              Family = iota
	MerchantText          // merchant-presented text of EMVCo: Decode reads it
	PayerEMV              // payer-presented Base64 of EMVCo: DecodePayer reads it
	PayerJPQR             // payer-presented Base64 of JPQR: DecodePayer reads it
	EntryURL              // an address that a shop shows
	AlipayPlus19          // 19 digits: 289, with a 6 as the 14th
	AlipayPlus24          // 24 digits: issuer, business type 02, number
	AlipayPlusCGCP        // 24 digits: prefix, agreement, routing number, number
	Alipay                // 16 to 24 digits from 25 to 30: Alipay in China; 17 to 19 of them also AlipayHK
	WeChatPay             // 18 digits from 10 to 15
	UnionPay              // 19 or 20 digits from 62
	JPQRBarcode           // 16 to 24 digits that begin with the code of a provider in Japan
)

var familyNames = [...]string{"unknown", "merchant_text", "payer_emv", "payer_jpqr", "entry_url", "alipay_plus_19",
	"alipay_plus_24", "alipay_plus_cgcp", "alipay", "wechat_pay", "unionpay", "jpqr_barcode"}

// String is the family's name in lower snake case.
func (f Family) String() string {
	if int(f) < len(familyNames) {
		return familyNames[f]
	}
	return familyNames[0]
}

// Candidate is one family that a scanned text may belong to.
type Candidate struct {
	Family  Family
	Issuer  string // the leading digits that name whoever issued it, or the host of an address; may be empty
	Service string // the service that was seen to use those digits; may be empty
}

// ScanMax is the longest text that Recognise looks at.
//
// Units: bytes.
const ScanMax = 2048

// Recognise says what a scanned text may be, best guess first, and gives the text in the form in which it is read on:
// without what the scanner put around it, and digits without spaces, hyphens and full width. There is no candidate
// for a text that no family describes.
//
// Digits of 25 to 30 belong to several networks at once. Whoever asks the first must not ask the next before the
// first has said that the code is not its own: a code is spent by the attempt.
//
// Source: reference/japan.md 1.9, 1.10, 2.1 and 2.2.
func Recognise(text string) (normal string, candidates []Candidate) {
	normal = strings.Trim(text, " \t\r\n\u3000")
	if len(normal) > ScanMax {
		return normal, nil
	}
	switch {
	case strings.HasPrefix(normal, "hQVDUFY"):
		return normal, []Candidate{{Family: PayerEMV}}
	case strings.HasPrefix(normal, "hQVKUFFS"):
		return normal, []Candidate{{Family: PayerJPQR}}
	case strings.HasPrefix(normal, idFormat.String()+"02"+formatVersion):
		return normal, []Candidate{{Family: MerchantText}}
	}
	if number, ok := plainDigits(normal); ok {
		return number, recogniseDigits(number)
	}
	if host, ok := entryHost(normal); ok {
		return normal, []Candidate{{Family: EntryURL, Issuer: host}}
	}
	return normal, nil
}

// entryHost is the host of an address that may be opened: encrypted, and with no name before the host that could be
// taken for it.
func entryHost(text string) (string, bool) {
	address, err := url.Parse(text)
	if err != nil || address.Scheme != "https" || address.Hostname() == "" || address.User != nil {
		return "", false
	}
	return strings.ToLower(address.Hostname()), true
}

// plainDigits is a number as a till sends it, without spaces and hyphens and with its full-width digits made plain.
func plainDigits(text string) (string, bool) {
	if digits.holds(text) {
		return text, text != ""
	}
	number := make([]byte, 0, len(text))
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			number = append(number, byte(r))
		case r >= '０' && r <= '９':
			number = append(number, byte('0'+r-'０'))
		case r == ' ' || r == '\u3000' || r == '-' || r == '\uff0d':
		default:
			return "", false
		}
	}
	return string(number), len(number) > 0
}

// The shortest and longest codes of digits.
const (
	digitsMin = 16
	digitsMax = 24
)

func recogniseDigits(number string) []Candidate {
	if len(number) < digitsMin || len(number) > digitsMax {
		return nil
	}
	switch prefix := number[:2]; {
	case prefix >= "25" && prefix <= "30":
		return recogniseAlipay(number)
	case prefix >= "10" && prefix <= "15" && len(number) == 18:
		return []Candidate{{Family: WeChatPay}}
	case prefix == "62" && (len(number) == 19 || len(number) == 20):
		return []Candidate{{Family: UnionPay}}
	case strings.HasPrefix(number, councilPrefix) || strings.HasPrefix(number, ownPrefix):
		return []Candidate{recogniseProvider(number)}
	}
	return nil
}

// recogniseAlipay puts the exact forms before the broad rule, since codes of the exact forms also fit that one.
func recogniseAlipay(number string) []Candidate {
	const issuerLen, businessType = 6, "02"
	var candidates []Candidate
	switch {
	case len(number) == 19 && strings.HasPrefix(number, "289") && number[13] == '6':
		candidates = append(candidates, Candidate{Family: AlipayPlus19})
	case len(number) == 24:
		issuer := number[:issuerLen]
		if strings.HasPrefix(number[issuerLen:], businessType) {
			candidates = append(candidates, Candidate{Family: AlipayPlus24, Issuer: issuer})
		}
		candidates = append(candidates, Candidate{Family: AlipayPlusCGCP, Issuer: issuer})
	}
	return append(candidates, Candidate{Family: Alipay})
}

// The beginnings of provider codes: those that the council issues, and those of one provider's own range.
const (
	councilPrefix = "9000"
	ownPrefix     = "315899"
)

// provider is what a service's barcodes were seen to begin with, and how long they were.
type provider struct {
	first, last string // provider codes of one length, inclusive
	length      int
	service     string
}

// providers is what was observed in February 2020. A provider code has no fixed length.
//
// Source: reference/japan.md 1.10.
var providers = [...]provider{
	{"9000818188", "9000818188", 24, "PayPay"},
	{"9000000000", "9000000000", 19, "LINE Pay"},
	{"900001", "900001", 16, "楽天ペイ"},
	{"90000002", "90000002", 22, "d払い"},
	{"90000001", "90000001", 22, "Origami"},
	{"31589900", "31589900", 19, "メルペイ"},
	{"31589921", "31589921", 19, "au PAY"},
	{"31589931", "31589940", 19, "ゆうちょPay"},
	{"31589995", "31589995", 19, "pring"},
}

// recogniseProvider names the service whose provider code is the longest that the number begins with.
func recogniseProvider(number string) Candidate {
	best := Candidate{Family: JPQRBarcode}
	for _, p := range providers {
		prefix := number[:len(p.first)]
		if len(number) == p.length && prefix >= p.first && prefix <= p.last && len(prefix) > len(best.Issuer) {
			best.Issuer, best.Service = prefix, p.service
		}
	}
	return best
}
