// SPDX-License-Identifier: Apache-2.0

package look

// Place is where a shop is: its prefecture in Japan, elsewhere its region. Empty where nothing is known.
func Place(region string, prefecture int, l Lang) string {
	if prefecture >= 1 && prefecture <= len(prefectures) {
		return prefectures[prefecture-1].in(l)
	}
	return Region(region, l)
}

// Region is the name of a region of ISO 3166-1 alpha-2; one that is not in the table is its code.
func Region(code string, l Lang) string {
	if name, ok := regions[code]; ok {
		return name.in(l)
	}
	return code
}

// name is a place's name in English and Japanese.
type name [2]string

func (n name) in(l Lang) string {
	if l == Japanese {
		return n[1]
	}
	return n[0]
}

// prefectures are in the order of their codes.
//
// Source: JIS X 0401.
var prefectures = [47]name{
	{"Hokkaido", "北海道"}, {"Aomori", "青森県"}, {"Iwate", "岩手県"}, {"Miyagi", "宮城県"}, {"Akita", "秋田県"},
	{"Yamagata", "山形県"}, {"Fukushima", "福島県"}, {"Ibaraki", "茨城県"}, {"Tochigi", "栃木県"},
	{"Gunma", "群馬県"}, {"Saitama", "埼玉県"}, {"Chiba", "千葉県"}, {"Tokyo", "東京都"}, {"Kanagawa", "神奈川県"},
	{"Niigata", "新潟県"}, {"Toyama", "富山県"}, {"Ishikawa", "石川県"}, {"Fukui", "福井県"},
	{"Yamanashi", "山梨県"}, {"Nagano", "長野県"}, {"Gifu", "岐阜県"}, {"Shizuoka", "静岡県"}, {"Aichi", "愛知県"},
	{"Mie", "三重県"}, {"Shiga", "滋賀県"}, {"Kyoto", "京都府"}, {"Osaka", "大阪府"}, {"Hyogo", "兵庫県"},
	{"Nara", "奈良県"}, {"Wakayama", "和歌山県"}, {"Tottori", "鳥取県"}, {"Shimane", "島根県"},
	{"Okayama", "岡山県"}, {"Hiroshima", "広島県"}, {"Yamaguchi", "山口県"}, {"Tokushima", "徳島県"},
	{"Kagawa", "香川県"}, {"Ehime", "愛媛県"}, {"Kochi", "高知県"}, {"Fukuoka", "福岡県"}, {"Saga", "佐賀県"},
	{"Nagasaki", "長崎県"}, {"Kumamoto", "熊本県"}, {"Oita", "大分県"}, {"Miyazaki", "宮崎県"},
	{"Kagoshima", "鹿児島県"}, {"Okinawa", "沖縄県"},
}

// regions are those from which people travel to Japan and where wallets of the network are at home, as most
// people call them.
var regions = map[string]name{
	"AE": {"United Arab Emirates", "アラブ首長国連邦"}, "AU": {"Australia", "オーストラリア"},
	"BD": {"Bangladesh", "バングラデシュ"}, "BN": {"Brunei", "ブルネイ"}, "BR": {"Brazil", "ブラジル"},
	"CA": {"Canada", "カナダ"}, "CH": {"Switzerland", "スイス"}, "CN": {"China", "中国"},
	"DE": {"Germany", "ドイツ"}, "ES": {"Spain", "スペイン"}, "FR": {"France", "フランス"},
	"GB": {"United Kingdom", "イギリス"}, "HK": {"Hong Kong", "香港"}, "ID": {"Indonesia", "インドネシア"},
	"IN": {"India", "インド"}, "IT": {"Italy", "イタリア"}, "JP": {"Japan", "日本"},
	"KH": {"Cambodia", "カンボジア"}, "KR": {"South Korea", "韓国"}, "KZ": {"Kazakhstan", "カザフスタン"},
	"LA": {"Laos", "ラオス"}, "LK": {"Sri Lanka", "スリランカ"}, "MM": {"Myanmar", "ミャンマー"},
	"MN": {"Mongolia", "モンゴル"}, "MO": {"Macao", "マカオ"}, "MX": {"Mexico", "メキシコ"},
	"MY": {"Malaysia", "マレーシア"}, "NP": {"Nepal", "ネパール"}, "NZ": {"New Zealand", "ニュージーランド"},
	"PH": {"Philippines", "フィリピン"}, "PK": {"Pakistan", "パキスタン"}, "QA": {"Qatar", "カタール"},
	"SA": {"Saudi Arabia", "サウジアラビア"}, "SG": {"Singapore", "シンガポール"}, "TH": {"Thailand", "タイ"},
	"TR": {"Türkiye", "トルコ"}, "TW": {"Taiwan", "台湾"}, "US": {"United States", "アメリカ"},
	"UZ": {"Uzbekistan", "ウズベキスタン"}, "VN": {"Vietnam", "ベトナム"},
}
