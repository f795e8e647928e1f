// SPDX-License-Identifier: Apache-2.0

package screening

// full is what two equal things score; every score and share counts in ten-thousandths of it.
const full = 10_000

const (
	spelledAlike = 9_700 // other spelling of the same word: satoh and sato
	slipAlike    = 9_000 // at most, with one slip
	slipsAlike   = 8_500 // at most, with two
	vowelsAlike  = 9_000 // same consonants: yusuf and yosef
	vowelsMax    = 2     // vowels that may differ
	initialAlike = 7_000 // j. and john
	similarMin   = 7_500 // below it two terms have nothing to do with each other
)

// similarity says how alike two terms are, 0 or similarMin to full. It is symmetric.
func similarity(t, u *term) int {
	switch {
	case t.text == u.text:
		return full
	case t.soundsLike(u):
		return spelledAlike
	case t.script == han || u.script == han:
		if t.script != u.script {
			return 0
		}
		return hanAlike(t.letters, u.letters)
	case t.known && u.known || t.pinyin && u.pinyin:
		return 0
	case t.script == other || u.script == other:
		if t.script != u.script {
			return 0
		}
		return lettersAlike(t.letters, u.letters)
	case t.script == latin && u.script == latin:
		if t.bones != "" && t.bones == u.bones && distance([]rune(t.spell), []rune(u.spell), vowelsMax) <= vowelsMax {
			return max(vowelsAlike, lettersAlike(t.letters, u.letters))
		}
		return lettersAlike(t.letters, u.letters)
	}
	return lettersAlike([]rune(t.spell), []rune(u.spell))
}

// twoSlipsMin is how long the shorter word is when two slips may be in it.
const twoSlipsMin = 7

// lettersAlike allows one slip or two, and counts by Jaro and Winkler how much of the word is left; alone that
// measure takes Martin for Martinez.
func lettersAlike(a, b []rune) int {
	if len(a) > len(b) || len(a) == len(b) && compareRunes(a, b) > 0 {
		a, b = b, a
	}
	if len(a) == 1 {
		if len(b) > 1 && a[0] == b[0] && (a[0] < '0' || a[0] > '9') {
			return initialAlike
		}
		return 0
	}
	if len(a) < 3 || len(b) < 4 || len(b)-len(a) > 2 || anyDigit(a) || anyDigit(b) {
		return 0
	}
	slips := 1
	if len(a) >= twoSlipsMin {
		slips = 2
	}
	made := distance(a, b, slips)
	if made > slips {
		return 0
	}
	score := jaroWinkler(a, b)
	switch {
	case score < similarMin:
		return 0
	case made == 1:
		return min(score, slipAlike)
	}
	return min(score, slipsAlike)
}

func anyDigit(letters []rune) bool {
	for _, letter := range letters {
		if letter >= '0' && letter <= '9' {
			return true
		}
	}
	return false
}

func compareRunes(a, b []rune) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return len(a) - len(b)
}

// hanAlike compares Han writing of four characters and more: the share left after slips, or of bigrams in common where
// that is greater. Shorter ones are alike only when equal: 山田 and 山本 are two families.
func hanAlike(a, b []rune) int {
	short, long := min(len(a), len(b)), max(len(a), len(b))
	if short < 4 {
		return 0
	}
	score := full - full*distance(a, b, long)/long
	if short >= 5 {
		score = max(score, 2*full*bigramsShared(a, b)/(short+long-2))
	}
	if score < similarMin {
		return 0
	}
	return min(score, spelledAlike)
}

func bigramsShared(a, b []rune) int {
	used := make([]bool, len(b))
	shared := 0
	for i := 1; i < len(a); i++ {
		for j := 1; j < len(b); j++ {
			if !used[j] && a[i-1] == b[j-1] && a[i] == b[j] {
				used[j] = true
				shared++
				break
			}
		}
	}
	return shared
}

// distance is the number of insertions, deletions, replacements and swaps of neighbours between two words, or any
// number above most as soon as it can't be less.
func distance(a, b []rune, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	var space [3 * 32]int
	width := len(b) + 1
	rows := space[:]
	if 3*width > len(space) {
		rows = make([]int, 3*width)
	}
	two, one, here := rows[:width], rows[width:2*width], rows[2*width:3*width]
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(a); i++ {
		here[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			same := 1
			if a[i-1] == b[j-1] {
				same = 0
			}
			here[j] = min(one[j]+1, here[j-1]+1, one[j-1]+same)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				here[j] = min(here[j], two[j-2]+1)
			}
			least = min(least, here[j])
		}
		if least > most {
			return most + 1
		}
		two, one, here = one, here, two
	}
	return one[len(b)]
}

// jaroWinkler is Winkler's measure of two words in ten-thousandths.
//
// Source: W. E. Winkler, String Comparator Metrics and Enhanced Decision Rules, 1990; prefix of up to four, weight 0.1.
func jaroWinkler(a, b []rune) int {
	reach := max(len(a), len(b))/2 - 1
	var spaceA, spaceB [64]bool
	if len(a) > len(spaceA) || len(b) > len(spaceB) {
		return 0
	}
	matches := 0
	for i := range a {
		for j := max(0, i-reach); j < min(len(b), i+reach+1); j++ {
			if !spaceB[j] && a[i] == b[j] {
				spaceA[i], spaceB[j] = true, true
				matches++
				break
			}
		}
	}
	if matches == 0 {
		return 0
	}
	crossed, j := 0, 0
	for i := range a {
		if !spaceA[i] {
			continue
		}
		for !spaceB[j] {
			j++
		}
		if a[i] != b[j] {
			crossed++
		}
		j++
	}
	jaro := (full*matches/len(a) + full*matches/len(b) + full*(2*matches-crossed)/(2*matches)) / 3
	prefix := 0
	for prefix < min(4, len(a), len(b)) && a[prefix] == b[prefix] {
		prefix++
	}
	return jaro + (full-jaro)*prefix/10
}
