// SPDX-License-Identifier: Apache-2.0

package onboarding

import (
	"slices"

	"github.com/kakehashi-pay/kakehashi/calendar"
)

// DocumentKind says what a paper proves.
type DocumentKind string

// The kinds of documents.
//
// Source: reference/japan.md 4.5. Whether a trade needs one depends on what it sells; see Needed.
const (
	RegisterExtract    DocumentKind = "register_extract"    // 履歴事項全部証明書 or 現在事項全部証明書, all pages
	IdentityDocument   DocumentKind = "identity_document"   // of a sole proprietor; what must be hidden is hidden
	BankProof          DocumentKind = "bank_proof"          // the account is in the applicant's name
	StorePhotos        DocumentKind = "store_photos"        // outside and inside
	LegalNotice        DocumentKind = "legal_notice"        // the page that 特定商取引法 asks of online shops
	RestaurantPermit   DocumentKind = "restaurant_permit"   // 飲食店営業許可
	LiquorLicence      DocumentKind = "liquor_licence"      // 酒類販売業免許
	LateLiquorNotice   DocumentKind = "late_liquor_notice"  // 深夜酒類提供飲食店営業の届出
	PharmacyPermit     DocumentKind = "pharmacy_permit"     // 薬局開設許可 or 医薬品販売業許可
	LodgingPermit      DocumentKind = "lodging_permit"      // 旅館業許可
	TravelRegistration DocumentKind = "travel_registration" // 旅行業登録
	TaxiPermit         DocumentKind = "taxi_permit"         // 一般乗用旅客自動車運送事業許可
	UsedGoodsPermit    DocumentKind = "used_goods_permit"   // 古物商許可
	EstateLicence      DocumentKind = "estate_licence"      // 宅地建物取引業免許
	TaxFreePermit      DocumentKind = "tax_free_permit"     // 輸出物品販売場許可
)

var documentKinds = []DocumentKind{RegisterExtract, IdentityDocument, BankProof, StorePhotos, LegalNotice,
	RestaurantPermit, LiquorLicence, LateLiquorNotice, PharmacyPermit, LodgingPermit, TravelRegistration, TaxiPermit,
	UsedGoodsPermit, EstateLicence, TaxFreePermit}

// Valid reports whether k is one of the kinds.
func (k DocumentKind) Valid() bool { return slices.Contains(documentKinds, k) }

// Trade is a business that needs papers of its own, for each store that carries it on.
type Trade struct {
	MCC  string
	Name string
	Need []DocumentKind // without them there is no business
	Ask  []DocumentKind // depends on hours or goods: a reviewer decides
}

// trades is in the order of their codes.
//
// Source: reference/japan.md 4.5 for the licences, 4.2 for the codes; 5931, 5932, 5933 and 6513 as ISO 18245 has them.
var trades = [...]Trade{
	{"4121", "taxi", []DocumentKind{TaxiPermit}, nil},
	{"4722", "travel agency", []DocumentKind{TravelRegistration}, nil},
	{"5309", "duty-free store", []DocumentKind{TaxFreePermit}, nil},
	{"5812", "restaurant", []DocumentKind{RestaurantPermit}, nil},
	{"5813", "bar", []DocumentKind{RestaurantPermit}, []DocumentKind{LateLiquorNotice}},
	{"5814", "fast food", []DocumentKind{RestaurantPermit}, nil},
	{"5912", "drugstore", []DocumentKind{PharmacyPermit}, nil},
	{"5921", "liquor shop", []DocumentKind{LiquorLicence}, nil},
	{"5931", "used goods", []DocumentKind{UsedGoodsPermit}, nil},
	{"5932", "antiques", []DocumentKind{UsedGoodsPermit}, nil},
	{"5933", "pawn shop", []DocumentKind{UsedGoodsPermit}, nil},
	{"6513", "real-estate agent", []DocumentKind{EstateLicence}, nil},
	{"7011", "hotel or ryokan", []DocumentKind{LodgingPermit}, nil},
}

// TradeOf is the licensed trade with a merchant category code; ok is false when the code needs no papers of its own.
func TradeOf(mcc string) (trade Trade, ok bool) {
	for _, t := range trades {
		if t.MCC == mcc {
			t.Need, t.Ask = slices.Clone(t.Need), slices.Clone(t.Ask)
			return t, true
		}
	}
	return Trade{}, false
}

// Restriction is a category that is not taken, or only after a closer look.
type Restriction struct {
	MCC        string
	Name       string
	OnlineOnly bool // the shop counter is free
	Severity   Severity
}

// restrictions is in the order of their codes.
//
// Source: reference/japan.md 4.2, restricted by default.
var restrictions = [...]Restriction{
	{"5122", "medicines online", true, Block},
	{"5912", "medicines online", true, Block},
	{"5967", "inbound teleservices", false, Block},
	{"5993", "tobacco", false, Review}, // a shop that sells nothing else is refused; the code does not tell
	{"6051", "quasi-cash and crypto-assets", false, Block},
	{"7995", "gambling", false, Block},
}

// RestrictionOf is what is held against a merchant category code in a channel; ok is false when nothing is.
func RestrictionOf(mcc string, channel Channel) (r Restriction, ok bool) {
	for _, r := range restrictions {
		if r.MCC == mcc && (!r.OnlineOnly || channel != FaceToFace) {
			return r, true
		}
	}
	return Restriction{}, false
}

// Want is a document that must be brought.
type Want struct {
	Kind  DocumentKind
	Store string // empty: about the entity
}

// Needed are the documents without which a form is not reviewed, in the order of the form.
func (f Form) Needed() []Want {
	list := []Want{{IdentityDocument, ""}}
	if f.Entity.Kind == Corporation {
		list[0].Kind = RegisterExtract
	}
	list = append(list, Want{BankProof, ""})
	if f.Channel != FaceToFace {
		list = append(list, Want{LegalNotice, ""})
	}
	for _, s := range f.Stores {
		if f.Channel != Online {
			list = append(list, Want{StorePhotos, s.Reference})
		}
		trade, _ := TradeOf(f.category(s))
		for _, k := range trade.Need {
			list = append(list, Want{k, s.Reference})
		}
	}
	return list
}

// Missing are the needed documents that the form does not hold in a form that is good on a day.
func (f Form) Missing(today calendar.Date) []Want {
	held := map[Want]bool{}
	for _, d := range f.Documents {
		if d.good(today) {
			held[Want{d.Kind, d.Store}] = true
		}
	}
	return slices.DeleteFunc(f.Needed(), func(w Want) bool { return held[w] })
}

// good reports whether a document counts on a day. How old an extract may be is judged apart, so that the refusal
// says so.
func (d Document) good(today calendar.Date) bool {
	return d.IssuedOn.Compare(today) <= 0 && (d.ExpiresOn == (calendar.Date{}) || today.Compare(d.ExpiresOn) <= 0)
}

// extractGood reports whether the form needs no register extract, or has one that is not too old on a day.
func (f Form) extractGood(today calendar.Date) bool {
	return f.Entity.Kind != Corporation || slices.ContainsFunc(f.Documents, func(d Document) bool {
		return d.Kind == RegisterExtract && d.good(today) && extractFresh(d.IssuedOn, today)
	})
}

// category is the code under which a store's payments go.
func (f Form) category(s Store) string {
	if s.MCC != "" {
		return s.MCC
	}
	return f.MCC
}
