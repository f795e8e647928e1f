// SPDX-License-Identifier: Apache-2.0

package audit

import "testing"

func TestADigestSpeaksOfNoFactsWhateverItsFirstBytesAre(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"{}", "{ }", " {}", "null", "[]", "7", "{}}", "\x00"} {
		digest := make([]byte, 32)
		for i := range digest {
			digest[i] = byte(0x80 + i)
		}
		copy(digest, first)
		if facts := factsIn(digest); facts != nil {
			t.Errorf("%q: %v", first, facts)
		}
	}
	facts := factsIn([]byte(`{"Plans":[{"ID":"std","Fixed":9007199254740993}]}`))
	if len(facts["Plans"]) != 1 || texted(facts["Plans"][0]["Fixed"]) != "9007199254740993" {
		t.Errorf("%v", facts)
	}
}
