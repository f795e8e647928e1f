// SPDX-License-Identifier: Apache-2.0

package sample

// word is a word in the three ways in which names are written.
type word struct{ written, kana, latin string }

// mark begins every name, so that nobody takes a sample for a shop.
var mark = word{"見本", "ミホン", "Mihon"}

// words are what samples are called after the mark: plants, beasts, weather, colours, numbers.
var words = [...]word{
	{"さくら", "サクラ", "Sakura"}, {"もみじ", "モミジ", "Momiji"}, {"うめ", "ウメ", "Ume"}, {"ふじ", "フジ", "Fuji"},
	{"つばき", "ツバキ", "Tsubaki"}, {"すみれ", "スミレ", "Sumire"}, {"ひまわり", "ヒマワリ", "Himawari"}, {"竹", "タケ", "Take"},
	{"松", "マツ", "Matsu"}, {"杉", "スギ", "Sugi"}, {"若葉", "ワカバ", "Wakaba"}, {"青葉", "アオバ", "Aoba"}, {"菊", "キク", "Kiku"},
	{"あやめ", "アヤメ", "Ayame"}, {"ゆり", "ユリ", "Yuri"}, {"鶴", "ツル", "Tsuru"}, {"亀", "カメ", "Kame"}, {"すずめ", "スズメ", "Suzume"},
	{"つばめ", "ツバメ", "Tsubame"}, {"うさぎ", "ウサギ", "Usagi"}, {"きつね", "キツネ", "Kitsune"}, {"たぬき", "タヌキ", "Tanuki"},
	{"くま", "クマ", "Kuma"}, {"しか", "シカ", "Shika"}, {"こい", "コイ", "Koi"}, {"ほたる", "ホタル", "Hotaru"}, {"月", "ツキ", "Tsuki"},
	{"星", "ホシ", "Hoshi"}, {"朝日", "アサヒ", "Asahi"}, {"夕日", "ユウヒ", "Yuhi"}, {"雲", "クモ", "Kumo"}, {"雪", "ユキ", "Yuki"},
	{"虹", "ニジ", "Niji"}, {"風", "カゼ", "Kaze"},
	{"海", "ウミ", "Umi"}, {"山", "ヤマ", "Yama"}, {"川", "カワ", "Kawa"},
	{"森", "モリ", "Mori"},
	{"泉", "イズミ", "Izumi"}, {"谷", "タニ", "Tani"}, {"石", "イシ", "Ishi"}, {"赤", "アカ", "Aka"}, {"青", "アオ", "Ao"}, {"白",
		"シロ", "Shiro"},
	{"緑", "ミドリ", "Midori"}, {"金", "キン", "Kin"}, {"銀", "ギン", "Gin"}, {"一", "イチ", "Ichi"}, {"三", "サン", "San"}, {"五",
		"ゴ", "Go"},
	{"七", "ナナ", "Nana"}, {"八", "ハチ", "Hachi"}, {"百", "ヒャク", "Hyaku"}, {"千", "セン", "Sen"}, {"ミルク", "ミルク", "Milk"},
	{"ライト", "ライト", "Light"}, {"ブルー", "ブルー", "Blue"}, {"グリーン", "グリーン", "Green"}, {"サニー", "サニー", "Sunny"},
	{"スター", "スター", "Star"},
}

// trade is what a sample sells.
type trade struct {
	mcc    string
	name   word
	share  int // of the merchants, in thousandths
	chains int // of the chains, in hundredths
}

// trades are the categories that shops here commonly have.
//
// Source: reference/japan.md 4.2 for the codes, 8.4 for which of them visitors meet most; the shares are a modelling
// choice.
var trades = [...]trade{
	{"5812", word{"食堂", "ショクドウ", "Shokudo"}, 235, 14}, {"5814", word{"喫茶", "キッサ", "Kissa"}, 120, 12},
	{"5813", word{"酒場", "サカバ", "Sakaba"}, 95, 6}, {"5499", word{"コンビニ", "コンビニ", "Konbini"}, 85, 20},
	{"5411", word{"マート", "マート", "Mart"}, 40, 8}, {"5912", word{"薬局", "ヤッキョク", "Yakkyoku"}, 60, 16},
	{"5462", word{"ベーカリー", "ベーカリー", "Bakery"}, 35, 3}, {"5441", word{"菓子店", "カシテン", "Kashiten"}, 30, 2},
	{"5947", word{"土産店", "ミヤゲテン", "Miyageten"}, 55, 1}, {"7011", word{"旅館", "リョカン", "Ryokan"}, 55, 4},
	{"7298", word{"温泉", "オンセン", "Onsen"}, 18, 1}, {"5651", word{"衣料", "イリョウ", "Iryo"}, 38, 4},
	{"5661", word{"靴店", "クツテン", "Kutsuten"}, 10, 1}, {"5732", word{"電器", "デンキ", "Denki"}, 18, 3},
	{"5977", word{"化粧品", "ケショウヒン", "Keshohin"}, 20, 1}, {"5331", word{"雑貨", "ザッカ", "Zakka"}, 22, 3},
	{"5311", word{"百貨店", "ヒャッカテン", "Hyakkaten"}, 3, 1}, {"5921", word{"酒店", "サケテン", "Saketen"}, 14, 0},
	{"5942", word{"書店", "ショテン", "Shoten"}, 10, 0}, {"5944", word{"時計店", "トケイテン", "Tokeiten"}, 8, 0},
	{"5945", word{"玩具店", "ガングテン", "Ganguten"}, 8, 0}, {"4121", word{"タクシー", "タクシー", "Taxi"}, 9, 0},
	{"7512", word{"レンタカー", "レンタカー", "Rentacar"}, 5, 0}, {"7991", word{"観光館", "カンコウカン", "Kankokan"}, 7, 0},
}

// branches are what the stores of a chain are called, with a number behind.
var branches = [...]word{
	{"駅前", "エキマエ", "Ekimae"}, {"中央", "チュウオウ", "Chuo"}, {"本町", "ホンマチ", "Honmachi"}, {"北", "キタ", "Kita"},
	{"南", "ミナミ", "Minami"}, {"東", "ヒガシ", "Higashi"}, {"西", "ニシ", "Nishi"}, {"港", "ミナト", "Minato"},
}

// store is what stands behind a store's name.
var store = word{"店", "テン", ""}

// place is a prefecture as samples need it.
type place struct {
	people int    // in tens of thousands
	area   string // an area code of it
}

// places is in the order of JIS X 0401.
//
// Source: population census of 2020, rounded; the area codes are those of the prefectures' capitals, but for
// Osaka, where 06 and a local part that begins with 0 would be a mobile number.
var places = [47]place{
	{522, "011"}, {124, "017"}, {121, "019"}, {230, "022"}, {96, "018"}, {107, "023"}, {183, "024"}, {287, "029"},
	{193, "028"}, {194, "027"}, {734, "048"}, {628, "043"}, {1405, "03"}, {924, "045"}, {220, "025"}, {103, "076"},
	{113, "076"}, {77, "0776"}, {81, "055"}, {205, "026"}, {198, "058"}, {363, "054"}, {754, "052"}, {177, "059"},
	{141, "077"}, {258, "075"}, {884, "072"}, {547, "078"}, {132, "0742"}, {92, "073"}, {55, "0857"}, {67, "0852"},
	{189, "086"}, {280, "082"}, {134, "083"}, {72, "088"}, {95, "087"}, {133, "089"}, {69, "088"}, {514, "092"},
	{81, "0952"}, {131, "095"}, {174, "096"}, {112, "097"}, {107, "0985"}, {159, "099"}, {147, "098"},
}
