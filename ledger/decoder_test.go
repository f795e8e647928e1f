// SPDX-License-Identifier: Apache-2.0

package ledger_test

import (
	"maps"
	"math/big"
	"slices"

	"github.com/kakehashi-pay/kakehashi/ledger"
)

// The decoders of this file know nothing of the package but the names of its results. They read a column the other way
// round: first all its numbers, then what they mean. A column must mean the same to both.

// numbers splits bytes into base-128 numbers, low digits first; ok is false when the last one does not end or one is longer
// than it need be.
func numbers(data []byte) (list []*big.Int, ok bool) {
	digits, place := new(big.Int), uint(0)
	for _, b := range data {
		digits.Or(digits, new(big.Int).Lsh(big.NewInt(int64(b%128)), place))
		place += 7
		if b >= 128 {
			continue
		}
		if b == 0 && place > 7 {
			return nil, false
		}
		list, digits, place = append(list, digits), new(big.Int), 0
	}
	return list, place == 0
}

// between reports whether a number lies in a range, both ends included, the upper one a power of two less one.
func between(n *big.Int, low int64, bits int) bool {
	return n.Cmp(big.NewInt(low)) >= 0 && n.BitLen() <= bits
}

// secondTransfers decodes a transfers column of format 1.
func secondTransfers(column []byte) (transfers []ledger.Transfer, ok bool) {
	if len(column) == 0 {
		return nil, true
	}
	list, ok := numbers(column[1:])
	if !ok || column[0] != 1 || len(list) < 5 || len(list) > 1+4*64 || list[0].Cmp(big.NewInt(int64(len(list)/4))) != 0 ||
		len(list)%4 != 1 {
		return nil, false
	}
	for t := range slices.Chunk(list[1:], 4) {
		code, debit, credit, minor := t[0], t[1], t[2], t[3]
		if code.Cmp(big.NewInt(14)) > 0 || !between(code, 1, 8) || !between(debit, 1, 32) || !between(credit, 1, 32) ||
			!between(minor, 1, 63) || debit.Cmp(credit) == 0 {
			return nil, false
		}
		transfers = append(transfers, ledger.Transfer{Code: ledger.Code(code.Uint64()), Minor: minor.Int64(),
			Debit: ledger.Number(debit.Uint64()), Credit: ledger.Number(credit.Uint64())})
	}
	return transfers, true
}

// secondFields decodes a body of format 1 by positions into a map, and gives the fields in the order of their tags.
func secondFields(body []byte) (fields []ledger.Field, ok bool) {
	if len(body) == 0 {
		return nil, true
	}
	if body[0] != 1 {
		return nil, false
	}
	found := map[ledger.Tag]ledger.Field{}
	last := 0
	for at := 1; at < len(body); {
		if at+3 > len(body) || int(body[at]) <= last || body[at+1] > 1 {
			return nil, false
		}
		tag, isText := ledger.Tag(body[at]), body[at+1] == 1
		end := at + 2
		for end < len(body) && body[end] >= 128 {
			end++
		}
		if end == len(body) {
			return nil, false
		}
		list, proper := numbers(body[at+2 : end+1])
		if !proper || !between(list[0], 0, 63) {
			return nil, false
		}
		field, next := ledger.Field{Tag: tag, Number: list[0].Int64()}, end+1
		if isText {
			if field.Number < 1 || field.Number > int64(len(body)-next) {
				return nil, false
			}
			from := next
			next += int(field.Number)
			field = ledger.Field{Tag: tag, Text: string(body[from:next])}
		}
		found[tag], last, at = field, int(tag), next
	}
	for _, tag := range slices.Sorted(maps.Keys(found)) {
		fields = append(fields, found[tag])
	}
	return fields, len(fields) > 0
}
