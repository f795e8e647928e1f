// SPDX-License-Identifier: Apache-2.0

package japan

import (
	"fmt"
	"slices"
	"strings"
)

// Prefecture is one of the 47.
type Prefecture struct {
	Code   int    // JIS X 0401, 1 to 47
	Name   string // 東京都
	Romaji string // Tokyo
}

// ISO is the code of ISO 3166-2: JP-13.
func (p Prefecture) ISO() string { return fmt.Sprintf("JP-%02d", p.Code) }

// prefectures is in the order of the codes.
//
// Source: JIS X 0401; reference/japan.md 4.3.
var prefectures = [...]Prefecture{
	{1, "北海道", "Hokkaido"}, {2, "青森県", "Aomori"}, {3, "岩手県", "Iwate"}, {4, "宮城県", "Miyagi"},
	{5, "秋田県", "Akita"}, {6, "山形県", "Yamagata"}, {7, "福島県", "Fukushima"}, {8, "茨城県", "Ibaraki"},
	{9, "栃木県", "Tochigi"}, {10, "群馬県", "Gunma"}, {11, "埼玉県", "Saitama"}, {12, "千葉県", "Chiba"},
	{13, "東京都", "Tokyo"}, {14, "神奈川県", "Kanagawa"}, {15, "新潟県", "Niigata"}, {16, "富山県", "Toyama"},
	{17, "石川県", "Ishikawa"}, {18, "福井県", "Fukui"}, {19, "山梨県", "Yamanashi"}, {20, "長野県", "Nagano"},
	{21, "岐阜県", "Gifu"}, {22, "静岡県", "Shizuoka"}, {23, "愛知県", "Aichi"}, {24, "三重県", "Mie"},
	{25, "滋賀県", "Shiga"}, {26, "京都府", "Kyoto"}, {27, "大阪府", "Osaka"}, {28, "兵庫県", "Hyogo"},
	{29, "奈良県", "Nara"}, {30, "和歌山県", "Wakayama"}, {31, "鳥取県", "Tottori"}, {32, "島根県", "Shimane"},
	{33, "岡山県", "Okayama"}, {34, "広島県", "Hiroshima"}, {35, "山口県", "Yamaguchi"}, {36, "徳島県", "Tokushima"},
	{37, "香川県", "Kagawa"}, {38, "愛媛県", "Ehime"}, {39, "高知県", "Kochi"}, {40, "福岡県", "Fukuoka"},
	{41, "佐賀県", "Saga"}, {42, "長崎県", "Nagasaki"}, {43, "熊本県", "Kumamoto"}, {44, "大分県", "Oita"},
	{45, "宮崎県", "Miyazaki"}, {46, "鹿児島県", "Kagoshima"}, {47, "沖縄県", "Okinawa"},
}

// Prefectures are all 47 in the order of their codes.
func Prefectures() []Prefecture { return slices.Clone(prefectures[:]) }

// PrefectureOf is the prefecture with a code; ok is false outside 1 to 47.
func PrefectureOf(code int) (p Prefecture, ok bool) {
	if code < 1 || code > len(prefectures) {
		return Prefecture{}, false
	}
	return prefectures[code-1], true
}

// PrefectureIn is the prefecture that an address begins with; ok is false when it begins with none, as many do.
func PrefectureIn(address string) (p Prefecture, ok bool) {
	address = strings.TrimSpace(address)
	for _, p := range prefectures {
		if strings.HasPrefix(address, p.Name) {
			return p, true
		}
	}
	return Prefecture{}, false
}
