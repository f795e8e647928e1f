// SPDX-License-Identifier: Apache-2.0

package screening

import "slices"

// Weights of words, in thousandths: how much of a name a word is.
const (
	weightMax     = 1_000 // a word that the list knows nowhere
	weightMin     = 250   // one that stands in every other entry
	weightInitial = 300   // a single letter
	weightPlain   = 400   // at most, for an ordinary word that many shops are called by
	weightCommon  = 120   // a common word that the other name lacks, or shares
	weightApart   = 260   // a common word where the other name has another one instead: trading against shipping
)

// Shares of the better-covered name in the score: of John Michael Smith and John Smith the second is covered whole. One
// word in common proves little, so there the name that is covered less decides.
const (
	shareOfMany = 60 // of a hundred, with two terms and more in common
	shareOfOne  = 30
)

// genericScore is what two names without a term of their own score when all their words are the same.
const genericScore = 8_800

// weigh answers the weight of a term.
type weigh func(t *term) int

// weightOf is the inverse document frequency as a weight: known entries of so many hold the word.
//
// A list of a few entries can't say what is frequent: it's taken as one of 10,000.
func weightOf(known, entries int) int {
	entries = max(entries, 10_000)
	whole := log2(entries + 1)
	return max(weightMin, weightMax*log2((entries+1)/(known+1))/whole)
}

// log2 is the binary logarithm in thousandths, straight between powers: whole numbers give all machines the same.
func log2(n int) int {
	power, rest := 0, max(n, 1)
	for rest > 1 {
		rest >>= 1
		power++
	}
	return power*1000 + (max(n, 1)-1<<power)*1000>>power
}

// pairing is how the terms of two names were matched.
type pairing struct {
	score int
	pairs []pair
}

// pair is one term of each name that were taken for the same.
type pair struct {
	a, b  *term
	alike int
}

// compare scores two names, 0 to full. It is symmetric.
func compare(a, b *name, weight weigh) pairing {
	if a.generic() || b.generic() {
		if a.generic() && b.generic() && a.key == b.key {
			return pairing{score: genericScore}
		}
		return pairing{}
	}
	left, right := joined(a.terms, b.terms), joined(b.terms, a.terms)
	gains := make([][]int, len(left))
	for i := range left {
		gains[i] = make([]int, len(right))
		for j := range right {
			if alike := similarity(&left[i], &right[j]); alike > 0 {
				both := weight(&left[i]) + weight(&right[j])
				gains[i][j] = alike*both<<pairBits + telling(&left[i], &right[j])
			}
		}
	}
	total, match := assign(gains)
	sumA, sumB := weightsOf(left, weight), weightsOf(right, weight)
	shared, onlyA, onlyB := sharedCommon(a.common, b.common)
	apart := weightCommon
	if onlyA > 0 && onlyB > 0 {
		apart = weightApart
	}
	sumA += shared*weightCommon + onlyA*apart
	sumB += shared*weightCommon + onlyB*apart
	matched := total>>pairBits/2 + full*shared*weightCommon
	high, low := min(full, matched/min(sumA, sumB)), min(full, matched/max(sumA, sumB))
	p := pairing{score: blend(high, low, total&(1<<pairBits-1))}
	for i, j := range match {
		if j >= 0 && gains[i][j] > 0 {
			p.pairs = append(p.pairs, pair{a: &left[i], b: &right[j], alike: similarity(&left[i], &right[j])})
		}
	}
	return p
}

// pairBits hold the number of telling pairs below the gain, so that of two ways to match with one gain the same is
// taken whichever name comes first.
const pairBits = 8

// telling is 1 for a pair that tells something: an initial does not, nor does an ordinary word.
func telling(t, u *term) int {
	if initial(t) || initial(u) || t.plain || u.plain {
		return 0
	}
	return 1
}

// initial reports whether a term is a single letter.
func initial(t *term) bool { return len(t.letters) == 1 && t.script != han }

// blend weighs how far the better-covered and the other name are covered.
func blend(high, low, pairs int) int {
	share := shareOfOne
	if pairs >= 2 {
		share = shareOfMany
	}
	return (high*share + low*(100-share)) / 100
}

func weightsOf(list []term, weight weigh) int {
	sum := 0
	for i := range list {
		sum += weight(&list[i])
	}
	return max(sum, 1)
}

// sharedCommon counts the meanings that two sorted lists share, and those that only one has.
func sharedCommon(a, b []int) (shared, onlyA, onlyB int) {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			shared, i, j = shared+1, i+1, j+1
		case a[i] < b[j]:
			i, onlyA = i+1, onlyA+1
		default:
			j, onlyB = j+1, onlyB+1
		}
	}
	return shared, onlyA + len(a) - i, onlyB + len(b) - j
}

// joined is a list in which neighbours are one term where the other name writes them as one, in either order:
// Xiao Ming for Xiaoming, 太郎 山田 for 山田太郎.
func joined(list, against []term) []term {
	var out []term
	for i := 0; i < len(list); i++ {
		if i+1 < len(list) && len(against) > 0 {
			if whole, ok := joinedAs(&list[i], &list[i+1], against); ok {
				out = append(out, whole)
				i++
				continue
			}
		}
		out = append(out, list[i])
	}
	return out
}

func joinedAs(first, second *term, against []term) (term, bool) {
	size := len(first.text) + len(second.text)
	for i := range against {
		text := against[i].text
		if len(text) == size && (text == first.text+second.text || text == second.text+first.text) {
			return against[i], true
		}
		if against[i].spell != "" && first.spell != "" && second.spell != "" && len(first.letters) > 1 &&
			(against[i].spell == spellingKey(first.spell+second.spell) ||
				against[i].spell == spellingKey(second.spell+first.spell)) {
			return newTerm(first.text + second.text), true
		}
	}
	return term{}, false
}

// assign matches rows with columns, each once, so that the sum of gains is greatest (the Hungarian method). It
// answers the sum and the column of each row, −1 for none.
func assign(gains [][]int) (total int, match []int) {
	rows, columns := len(gains), 0
	if rows > 0 {
		columns = len(gains[0])
	}
	size := max(rows, columns)
	costs := func(i, j int) int {
		if i < rows && j < columns {
			return -gains[i][j]
		}
		return 0
	}
	u, v, owner := make([]int, size+1), make([]int, size+1), make([]int, size+1)
	way, least, used := make([]int, size+1), make([]int, size+1), make([]bool, size+1)
	for i := 1; i <= size; i++ {
		owner[0] = i
		at := 0
		for j := range least {
			least[j], used[j] = 1<<62, false
		}
		for owner[at] != 0 {
			used[at] = true
			row, delta, next := owner[at], 1<<62, 0
			for j := 1; j <= size; j++ {
				if used[j] {
					continue
				}
				if cost := costs(row-1, j-1) - u[row] - v[j]; cost < least[j] {
					least[j], way[j] = cost, at
				}
				if least[j] < delta {
					delta, next = least[j], j
				}
			}
			for j := 0; j <= size; j++ {
				if used[j] {
					u[owner[j]] += delta
					v[j] -= delta
				} else {
					least[j] -= delta
				}
			}
			at = next
		}
		for at != 0 {
			owner[at] = owner[way[at]]
			at = way[at]
		}
	}
	match = slices.Repeat([]int{-1}, rows)
	for j := 1; j <= columns; j++ {
		if i := owner[j] - 1; i >= 0 && i < rows {
			match[i] = j - 1
			total += gains[i][j-1]
		}
	}
	return total, match
}
