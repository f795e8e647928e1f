// SPDX-License-Identifier: Apache-2.0

package japan

import "slices"

// Category is a merchant category that shops in Japan commonly have.
type Category struct {
	MCC      string // ISO 18245
	Name     string
	Japanese string
}

// categories is in the order of the codes.
//
// Source: ISO 18245; reference/japan.md 4.2. 7298 for day baths is that section's reading, not the standard's.
var categories = [...]Category{
	{"4111", "local railway or bus", "近郊鉄道・バス"}, {"4112", "passenger railway", "鉄道"}, {"4121", "taxi", "タクシー"},
	{"4131", "bus", "バス"}, {"4511", "airline", "航空会社"}, {"4582", "airport", "空港"},
	{"4722", "travel agency", "旅行代理店"}, {"5309", "duty-free store", "免税店"},
	{"5310", "discount store", "ディスカウントストア"}, {"5311", "department store", "百貨店"},
	{"5331", "variety store", "バラエティストア"}, {"5399", "general store", "雑貨店"},
	{"5411", "supermarket", "スーパーマーケット"}, {"5441", "sweets", "菓子店"}, {"5462", "bakery", "パン店"},
	{"5499", "convenience store", "コンビニエンスストア"}, {"5541", "fuel station", "ガソリンスタンド"},
	{"5651", "family clothing", "衣料品店"}, {"5661", "shoes", "靴店"}, {"5691", "clothing", "紳士・婦人服店"},
	{"5699", "other clothing", "その他衣料品店"}, {"5732", "electronics", "家電量販店"},
	{"5812", "restaurant", "レストラン"}, {"5813", "bar, izakaya", "居酒屋・バー"},
	{"5814", "fast food, café", "ファストフード・カフェ"}, {"5912", "drugstore", "ドラッグストア"},
	{"5921", "liquor shop", "酒店"}, {"5942", "bookshop", "書店"}, {"5944", "watches, jewellery", "時計・宝飾店"},
	{"5945", "toys, hobby", "玩具・ホビー店"}, {"5947", "souvenirs", "土産物店"}, {"5948", "luggage", "かばん店"},
	{"5977", "cosmetics", "化粧品店"}, {"7011", "hotel, ryokan", "ホテル・旅館"},
	{"7298", "spa, day bath", "温泉・スパ"}, {"7299", "other personal services", "その他個人向けサービス"},
	{"7512", "car rental", "レンタカー"}, {"7832", "cinema", "映画館"}, {"7991", "attraction", "観光施設"},
	{"7994", "game arcade", "ゲームセンター"}, {"7996", "theme park", "テーマパーク"},
	{"7999", "recreation", "レジャー施設"},
}

// Categories are all of them in the order of their codes.
func Categories() []Category { return slices.Clone(categories[:]) }

// CategoryOf is the category with a code; ok is false for a code that is not common here.
func CategoryOf(mcc string) (c Category, ok bool) {
	for _, c := range categories {
		if c.MCC == mcc {
			return c, true
		}
	}
	return Category{}, false
}
