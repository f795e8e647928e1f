// SPDX-License-Identifier: Apache-2.0

package console

import "github.com/kakehashi-pay/kakehashi/look"

// merchantWords are what the pages about merchants say.
var merchantWords = look.Words{
	"merchants":           phrase("Merchants", "加盟店"),
	"merchants.look":      phrase("Name, reference or id", "名称・番号・ID"),
	"merchants.find":      phrase("Find", "検索"),
	"merchants.clear":     phrase("Clear", "条件をクリア"),
	"merchants.narrow":    phrase("Narrow down", "絞り込み"),
	"merchants.any":       phrase("Any", "すべて"),
	"merchants.next":      phrase("Next page", "次のページ"),
	"merchants.first":     phrase("First page", "最初のページ"),
	"merchants.none":      phrase("No merchant is called that.", "該当する加盟店はありません。"),
	"merchants.by":        phrase("by its store %[1]s", "店舗 %[1]s による一致"),
	"merchants.found":     phrase("%[1]s merchants", "%[1]s件の加盟店"),
	"merchants.found.one": phrase("1 merchant", "1件の加盟店"),
	"merchants.of":        phrase("of %[1]s, with %[2]s stores", "全%[1]s件・%[2]s店舗中"),
	"merchants.lag": phrase("Names as of %[1]s, %[2]s ago. A merchant written since may not be found yet.",
		"%[1]s時点（%[2]s前）の名称です。その後の登録や変更は、まだ検索できないことがあります。"),
	"merchants.filling": phrase("The names are still being read: not every merchant is found yet.",
		"名称を読み込み中です。まだ見つからない加盟店があります。"),
	"merchants.about": phrase("Any part of a name, in kanji, kana or Latin letters; several words must all match. Kanji are "+
		"not found by how they are read. Digits find references and the digits of names; telephone numbers are not kept.",
		"名称の一部を漢字・かな・ローマ字で入力してください。複数の語はすべてに一致するものを探します。漢字は読みでは検索できません。"+
			"数字は加盟店番号と名称中の数字に一致します。電話番号は検索できません。"),

	"merchants.bad.query": phrase("Name, reference or id: at most 200 characters in 8 words.",
		"名称・番号・ID：200文字、8語までで入力してください。"),
	"merchants.bad.holder": phrase("Holder: 1 to 64 characters of A-Z, a-z, 0-9, _ and -.",
		"口座名義：英数字と _ - の1〜64文字で入力してください。"),
	"merchants.bad.mcc":        phrase("MCC: four digits.", "MCC：4桁の数字で入力してください。"),
	"merchants.bad.region":     phrase("Region: two letters, such as JP.", "国・地域：JPのような英字2文字で入力してください。"),
	"merchants.bad.prefecture": phrase("Prefecture: 1 to 47.", "都道府県：1〜47で指定してください。"),
	"merchants.bad.status": phrase("Status: live, suspended or terminated.",
		"状態：live、suspended、terminated のいずれかです。"),
	"merchants.bad.after": phrase("Page: this address is not whole. Search again.",
		"ページ：アドレスが正しくありません。もう一度検索してください。"),

	"merchant.name":       phrase("Name", "名称"),
	"merchant.reference":  phrase("Reference", "加盟店番号"),
	"merchant.id":         phrase("Id", "ID"),
	"merchant.holder":     phrase("Holder", "口座名義"),
	"merchant.region":     phrase("Region", "国・地域"),
	"merchant.prefecture": phrase("Prefecture", "都道府県"),
	"merchant.mcc":        phrase("MCC", "MCC"),
	"merchant.status":     phrase("Status", "状態"),
	"merchant.currency":   phrase("Currency", "通貨"),
	"merchant.live":       phrase("Live", "稼働中"),
	"merchant.suspended":  phrase("Suspended", "停止中"),
	"merchant.ended":      phrase("Terminated", "解約済み"),
	"merchant.facts":      phrase("Facts", "基本情報"),

	"plan":          phrase("What it pays us", "手数料プラン"),
	"plan.id":       phrase("Plan", "プラン"),
	"plan.percent":  phrase("Of the price", "料率"),
	"plan.fixed":    phrase("Each payment", "1件あたり"),
	"plan.back":     phrase("With a refund", "返金時の手数料"),
	"plan.back.yes": phrase("the fee goes back in proportion", "按分で返戻"),
	"plan.back.no":  phrase("we keep the fee", "返戻なし"),
	"plan.credit":   phrase("Credit for refunds", "返金の与信枠"),
	"plan.since":    phrase("Since", "適用開始"),
	"plan.none":     phrase("Its plan %[1]s is not known.", "プラン %[1]s は登録されていません。"),

	"stores":           phrase("Stores", "店舗"),
	"stores.none":      phrase("No order has named a store yet.", "店舗を示す注文はまだありません。"),
	"stores.reference": phrase("Reference", "店舗番号"),
	"stores.terminals": phrase("Tills seen", "端末数"),
}
