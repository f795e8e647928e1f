// SPDX-License-Identifier: Apache-2.0

package look

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/kakehashi-pay/kakehashi/invariant"
)

// Phrase is one thing to say, in every language.
type Phrase map[Lang]string

// Words are the phrases of some pages by their keys. A phrase may hold fmt's verbs, each with its place
// (%[1]s), because languages differ in their order. The key of a phrase that counts ends in .one where a
// language says one thing differently.
type Words map[string]Phrase

// Say is a phrase in a language.
//
// Invariant: the key is one of the words.
func (w Words) Say(l Lang, key string, args ...any) string {
	phrase, ok := w[key]
	invariant.Check(ok, "look: no phrase %q", key)
	text, ok := phrase[l]
	if !ok {
		text = phrase[Langs()[0]]
	}
	return said(text, args)
}

// said puts what is spoken of into a phrase. One that names none of it stays as it is.
func said(text string, args []any) string {
	if len(args) == 0 || !strings.Contains(text, "%") {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// Count is a phrase about a number of things: the phrase key.one for a single one, where the language has it,
// else key. The number is the phrase's first argument, with its thousands marked.
func (w Words) Count(l Lang, key string, n int, args ...any) string {
	args = append([]any{Grouped(n)}, args...)
	if single, ok := w[key+".one"]; ok && n == 1 && single[l] != "" {
		return said(single[l], args)
	}
	return w.Say(l, key, args...)
}

// With is these words and more.
//
// Invariant: no key is in both.
func (w Words) With(more Words) Words {
	all := maps.Clone(w)
	for key, phrase := range more {
		_, twice := all[key]
		invariant.Check(!twice, "look: the phrase %q is there twice", key)
		all[key] = phrase
	}
	return all
}

var verb = regexp.MustCompile(`%(\[\d+\])?[a-zA-Z%]`)

// Faults are the phrases that lack a language, or whose languages differ in their verbs; none when all is
// well. Phrases that end in .one may lack a language.
func (w Words) Faults() []string {
	var list []string
	for _, key := range slices.Sorted(maps.Keys(w)) {
		phrase := w[key]
		want := verbs(phrase[Langs()[0]])
		for _, l := range Langs() {
			text, ok := phrase[l]
			switch {
			case !ok && strings.HasSuffix(key, ".one"):
			case strings.TrimSpace(text) == "":
				list = append(list, fmt.Sprintf("%s has no %s", key, l))
			case !slices.Equal(verbs(text), want):
				list = append(list, fmt.Sprintf("%s says other things in %s", key, l))
			}
		}
	}
	return list
}

func verbs(text string) []string {
	found := verb.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// ownWords are what the shell, the chips and the error pages say.
var ownWords = Words{
	"look.skip":     {English: "Skip to the content", Japanese: "本文へ移動"},
	"look.language": {English: "Language", Japanese: "言語"},
	"look.home":     {English: "Back to the start", Japanese: "最初のページへ戻る"},
	"look.copy":     {English: "Copy", Japanese: "コピー"},
	"look.copied":   {English: "Copied", Japanese: "コピーしました"},

	"look.404.title": {English: "There is nothing at this address", Japanese: "このアドレスには何もありません"},
	"look.404.text": {English: "The address may be mistyped, or what it named may belong to another network.",
		Japanese: "アドレスの入力をご確認ください。別のネットワークのものかもしれません。"},
	"look.403.title": {English: "This request came from another site", Japanese: "別のサイトからの操作です"},
	"look.403.text": {English: "Nothing was changed. Open the page here and do it again.",
		Japanese: "何も変更していません。このページを開いて、もう一度操作してください。"},
	"look.400.title": {English: "This request cannot be read", Japanese: "この操作は受け付けられません"},
	"look.500.title": {English: "The page cannot be shown at the moment", Japanese: "ただいまページを表示できません"},
	"look.500.text": {English: "The operator has been told. No payment is affected. Reload the page in a moment.",
		Japanese: "運用担当者に通知しました。支払いには影響ありません。しばらくしてから再読み込みしてください。"},
	"look.503.title": {English: "Too many people are watching", Japanese: "接続数が上限に達しています"},
	"look.503.text": {English: "The page shows what it knew when it was loaded. Reload it to see more.",
		Japanese: "読み込んだ時点の内容を表示しています。再読み込みすると更新されます。"},

	"look.paid":      {English: "Paid", Japanese: "支払い済み"},
	"look.waiting":   {English: "Waiting", Japanese: "応答待ち"},
	"look.declined":  {English: "Declined", Japanese: "不成立"},
	"look.cancelled": {English: "Cancelled", Japanese: "取消済み"},

	"look.days":         {English: "%[1]d d %[2]d h", Japanese: "%[1]d日%[2]d時間"},
	"look.hours":        {English: "%[1]d h %[2]d min", Japanese: "%[1]d時間%[2]d分"},
	"look.minutes":      {English: "%[1]d min %[2]d s", Japanese: "%[1]d分%[2]d秒"},
	"look.milliseconds": {English: "%[1]d ms", Japanese: "%[1]dミリ秒"},
	"look.seconds":      {English: "%[1]s s", Japanese: "%[1]s秒"},
}
