// SPDX-License-Identifier: Apache-2.0

package screening

import "slices"

// Each key is hashed with a letter that says of what sort it is.
const (
	keyWhole  = 'w' // a word, and each word with a letter dropped
	keySound  = 's'
	keyBones  = 'c'
	keyHead   = 'h' // the first letters of a long word
	keyTail   = 't'
	keyBigram = 'b'
	keyJoint  = 'j'
)

const (
	longWord = 7 // letters from which head and tail are keys
	headSize = 4
)

func hashOf(sort byte, letters ...[]rune) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	h := (uint64(offset) ^ uint64(sort)) * prime
	for _, part := range letters {
		for _, letter := range part {
			h = (h ^ uint64(letter)) * prime
		}
	}
	h ^= h >> 32
	return h << 32
}

// heard are the letters by which slips are looked for: kana by sound, everything else as written.
func heard(t *term) []rune {
	if t.script == katakana {
		return []rune(t.spell)
	}
	return t.letters
}

// appendKeys adds the keys of a term, each with the place in its lower half.
func appendKeys(keys []uint64, t *term, place uint64) []uint64 {
	letters := heard(t)
	keys = append(keys, hashOf(keyWhole, letters)|place)
	for _, spell := range []string{t.spell, t.spell2} {
		if spell != "" {
			keys = append(keys, hashOf(keySound, []rune(spell))|place)
		}
	}
	if t.bones != "" {
		keys = append(keys, hashOf(keyBones, []rune(t.bones))|place)
	}
	if len(letters) < 4 || len(letters) > wordKeysMax {
		return keys
	}
	for i := range letters {
		if i == 0 || letters[i] != letters[i-1] { // dropping either of a double letter leaves the same
			keys = append(keys, hashOf(keyWhole, letters[:i], letters[i+1:])|place)
		}
	}
	if t.script == han {
		for i := 1; i < len(letters); i++ {
			keys = append(keys, hashOf(keyBigram, letters[i-1:i+1])|place)
		}
	} else if len(letters) >= longWord {
		tail := letters[len(letters)-headSize:]
		keys = append(keys, hashOf(keyHead, letters[:headSize])|place, hashOf(keyTail, tail)|place)
	}
	return keys
}

// wordKeysMax bounds the keys of one term.
const wordKeysMax = 48

// jointKeys are two neighbours written as one, in both orders, as written and by sound.
func jointKeys(a, b *term, place int32) []uint64 {
	keys := []uint64{hashOf(keyJoint, a.letters, b.letters) | uint64(place),
		hashOf(keyJoint, b.letters, a.letters) | uint64(place)}
	if a.spell != "" && b.spell != "" {
		keys = append(keys, hashOf(keyJoint, []rune(spellingKey(a.spell+b.spell)))|uint64(place),
			hashOf(keyJoint, []rune(spellingKey(b.spell+a.spell)))|uint64(place))
	}
	return keys
}

// each calls visit for the places that share a key's hash.
func each(keys []uint64, hash uint64, visit func(place int32)) {
	i, _ := slices.BinarySearch(keys, hash)
	for ; i < len(keys) && keys[i]>>32 == hash>>32; i++ {
		visit(int32(keys[i] & (1<<32 - 1)))
	}
}
