// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"encoding/binary"
	"fmt"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/money"
)

// CodeTransfersMalformed is the code of a transfers column that cannot be read.
const CodeTransfersMalformed fault.Code = "transfers_malformed"

// Code says why money moved. The values are stored: they are never renumbered or reused.
type Code uint8

// The reasons for a transfer.
const (
	Sale           Code = 1  // a payment in the wallet's own currency
	FXSell         Code = 2  // the wallet owes the base part of the payer's amount
	FXSpread       Code = 3  // the wallet owes what the customer rate brings above the base rate
	FXBuy          Code = 4  // the merchant is owed its price
	MerchantFee    Code = 5  // our fee out of the merchant's credit
	Hold           Code = 6  // a merchant's net credit waits while its cancel or refund is under way
	HoldFee        Code = 7  // our fee joins the hold: it goes back with the payment
	Unhold         Code = 8  // the cancel or refund failed: the credit goes back to the merchant
	RefundSale     Code = 9  // money back in the wallet's own currency
	RefundFXSell   Code = 10 // the base part goes back to the wallet
	RefundFXSpread Code = 11 // the spread goes back to the wallet
	RefundFXBuy    Code = 12 // the price leaves the hold into our position
	StrayCharge    Code = 13 // a wallet took money that no payment of ours stands for
	StrayReversal  Code = 14 // and gave it back
)

var codeNames = [...]string{"", "sale", "fx_sell", "fx_spread", "fx_buy", "merchant_fee", "hold", "hold_fee", "unhold",
	"refund_sale", "refund_fx_sell", "refund_fx_spread", "refund_fx_buy", "stray_charge", "stray_reversal"}

// String is the code's name in lower snake case.
func (c Code) String() string {
	if c.Valid() {
		return codeNames[c]
	}
	return fmt.Sprintf("code_%d", uint8(c))
}

// Valid reports whether c is one of the codes.
func (c Code) Valid() bool { return c >= Sale && int(c) < len(codeNames) }

// Posting is a transfer as a noun writes it: with the accounts' full names.
//
// Invariant: the amount is above zero, both accounts are in its currency, and they differ.
type Posting struct {
	Debit, Credit Account
	Amount        money.Amount
	Code          Code
}

// Post is a posting of a positive amount between two accounts of its currency; an amount of nothing gives no posting.
func Post(code Code, debit, credit Account, amount money.Amount) []Posting {
	invariant.Check(!amount.Negative(), "ledger: posting %v", amount)
	if amount.IsZero() {
		return nil
	}
	p := Posting{Debit: debit, Credit: credit, Amount: amount, Code: code}
	p.check()
	return []Posting{p}
}

func (p Posting) check() {
	invariant.Check(p.Amount.Positive(), "ledger: posting %v", p.Amount)
	invariant.Check(p.Code.Valid() && p.Debit.Purpose.Valid() && p.Credit.Purpose.Valid(), "ledger: posting %v", p.Code)
	invariant.Check(p.Debit.Currency == p.Amount.Currency() && p.Credit.Currency == p.Amount.Currency(),
		"ledger: posting %v between %v and %v", p.Amount, p.Debit, p.Credit)
	invariant.Check(p.Debit != p.Credit, "ledger: posting from %v to itself", p.Debit)
}

// Transfer is a posting as the journal keeps it: with the accounts' numbers in their lane.
//
// Units: minor units of the accounts' currency.
type Transfer struct {
	Debit, Credit Number
	Minor         int64
	Code          Code
}

// transfersFormat is the first byte of every transfers column written today: a count, then for each transfer its code, debit
// number, credit number and minor units, all as unsigned varints. A format once written is read for ever.
const transfersFormat = 1

// transfersMax bounds what one change can move.
const transfersMax = 64

// AppendTransfers appends the column that holds the transfers; no transfers are an empty column.
func AppendTransfers(column []byte, transfers []Transfer) []byte {
	if len(transfers) == 0 {
		return column
	}
	invariant.Check(len(transfers) <= transfersMax, "ledger: %d transfers in one change", len(transfers))
	column = append(column, transfersFormat)
	column = binary.AppendUvarint(column, uint64(len(transfers)))
	for _, t := range transfers {
		invariant.Check(t.Minor > 0 && t.Debit != t.Credit && t.Debit > 0 && t.Credit > 0 && t.Code.Valid(),
			"ledger: transfer of %d from %d to %d", t.Minor, t.Debit, t.Credit)
		column = binary.AppendUvarint(column, uint64(t.Code))
		column = binary.AppendUvarint(column, uint64(t.Debit))
		column = binary.AppendUvarint(column, uint64(t.Credit))
		column = binary.AppendUvarint(column, uint64(t.Minor))
	}
	return column
}

// ParseTransfers reads a transfers column of any format ever written.
//
// Errors: Internal transfers_malformed: the column is damaged, or newer than this program.
func ParseTransfers(column []byte) ([]Transfer, error) {
	if len(column) == 0 {
		return nil, nil
	}
	if column[0] != transfersFormat {
		return nil, malformedTransfers("format %d is not known", column[0])
	}
	rest := column[1:]
	count, rest, ok := uvarint(rest)
	if !ok || count == 0 || count > transfersMax {
		return nil, malformedTransfers("the count cannot be read")
	}
	transfers := make([]Transfer, count)
	for i := range transfers {
		var fields [4]uint64
		for f := range fields {
			if fields[f], rest, ok = uvarint(rest); !ok {
				return nil, malformedTransfers("transfer %d is cut off", i+1)
			}
		}
		t := Transfer{Code: Code(fields[0]), Debit: Number(fields[1]), Credit: Number(fields[2]), Minor: int64(fields[3])}
		if fields[0] > 255 || !t.Code.Valid() || fields[1] > 1<<32-1 || fields[2] > 1<<32-1 || t.Debit == 0 ||
			t.Credit == 0 || t.Debit == t.Credit || fields[3] > 1<<63-1 || t.Minor == 0 {
			return nil, malformedTransfers("transfer %d is not a transfer", i+1)
		}
		transfers[i] = t
	}
	if len(rest) != 0 {
		return nil, malformedTransfers("%d bytes follow the last transfer", len(rest))
	}
	return transfers, nil
}

// uvarint reads one unsigned varint in its shortest form.
func uvarint(b []byte) (value uint64, rest []byte, ok bool) {
	value, n := binary.Uvarint(b)
	if n <= 0 || (n > 1 && b[n-1] == 0) {
		return 0, b, false
	}
	return value, b[n:], true
}

func malformedTransfers(format string, args ...any) error {
	return &fault.Error{Op: "ledger.ParseTransfers", Kind: fault.Internal, Code: CodeTransfersMalformed,
		Err: fmt.Errorf(format, args...)}
}
