// SPDX-License-Identifier: Apache-2.0

package japan

// hepburn is each katakana from ァ to ヺ in Hepburn, in the order of Unicode; ッ has none of its own.
var hepburn = [...]string{
	"a", "a", "i", "i", "u", "u", "e", "e", "o", "o", // ァア ィイ ゥウ ェエ ォオ
	"ka", "ga", "ki", "gi", "ku", "gu", "ke", "ge", "ko", "go", // カガ to コゴ
	"sa", "za", "shi", "ji", "su", "zu", "se", "ze", "so", "zo", // サザ to ソゾ
	"ta", "da", "chi", "ji", "", "tsu", "zu", "te", "de", "to", "do", // タダ チヂ ッツヅ テデ トド
	"na", "ni", "nu", "ne", "no", // ナ to ノ
	"ha", "ba", "pa", "hi", "bi", "pi", "fu", "bu", "pu", "he", "be", "pe", "ho", "bo", "po", // ハバパ to ホボポ
	"ma", "mi", "mu", "me", "mo", // マ to モ
	"ya", "ya", "yu", "yu", "yo", "yo", // ャヤ ュユ ョヨ
	"ra", "ri", "ru", "re", "ro", // ラ to ロ
	"wa", "wa", "i", "e", "o", "n", // ヮワ ヰヱヲ ン
	"vu", "ka", "ke", // ヴ ヵヶ
	"ba", "bi", "be", "bo", // ヷヸヹヺ
}
