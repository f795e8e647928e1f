// SPDX-License-Identifier: Apache-2.0

package look_test

import (
	"slices"
	"testing"

	"github.com/kakehashi-pay/kakehashi/look"
)

func TestWordsCountInTheirLanguage(t *testing.T) {
	t.Parallel()
	w := look.Words{"rows": {look.English: "%[1]s rows of %[2]s", look.Japanese: "%[2]sの%[1]s行"},
		"rows.one": {look.English: "1 row of %[2]s"}, "all": {look.English: "all of them"}}
	if got := w.Count(look.English, "all", 5, "A"); got != "all of them" {
		t.Errorf("%q", got)
	}
	for _, c := range []struct {
		lang look.Lang
		n    int
		want string
	}{{look.English, 0, "0 rows of A"}, {look.English, 1, "1 row of A"}, {look.English, 1234, "1,234 rows of A"},
		{look.Japanese, 1, "Aの1行"}, {look.Japanese, 1234, "Aの1,234行"}} {
		if got := w.Count(c.lang, "rows", c.n, "A"); got != c.want {
			t.Errorf("%s %d: %q", c.lang, c.n, got)
		}
	}
}

func TestPhraseWithoutALanguageIsAFault(t *testing.T) {
	t.Parallel()
	w := look.Words{
		"fine":     {look.English: "%[1]s of %[2]s", look.Japanese: "%[2]sの%[1]s"},
		"one":      {look.English: "many", look.Japanese: "多数"},
		"one.one":  {look.English: "one"},
		"missing":  {look.English: "only English"},
		"empty":    {look.English: "full", look.Japanese: " "},
		"differs":  {look.English: "%[1]s", look.Japanese: "%[1]d"},
		"forgets":  {look.English: "%[1]s", look.Japanese: "何か"},
		"percents": {look.English: "100 %%", look.Japanese: "100 %%"},
	}
	want := []string{"differs says other things in ja", "empty has no ja", "forgets says other things in ja",
		"missing has no ja"}
	if got := w.Faults(); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
