// SPDX-License-Identifier: Apache-2.0

package intake

import "github.com/kakehashi-pay/kakehashi/fault"

// Codes of a file that is refused whole.
const (
	CodeFileEmpty       fault.Code = "file_empty"
	CodeFormatUnknown   fault.Code = "format_unknown"
	CodeEncodingUnknown fault.Code = "encoding_unknown"
	CodeColumnUnknown   fault.Code = "column_unknown" // of one row, where rows name their columns themselves
	CodeColumnTwice     fault.Code = "column_twice"
	CodeColumnMissing   fault.Code = "column_missing"
)

// Codes of a row that is not written.
const (
	CodeQuoteOpen      fault.Code = "quote_open"
	CodeQuoteStray     fault.Code = "quote_stray"
	CodeRowTooLong     fault.Code = "row_too_long"
	CodeRowMalformed   fault.Code = "row_malformed"
	CodeCellsMiscount  fault.Code = "cells_miscount"
	CodeBytesInvalid   fault.Code = "bytes_invalid"
	CodeCellMissing    fault.Code = "cell_missing"
	CodeCellMalformed  fault.Code = "cell_malformed"
	CodePlanUnknown    fault.Code = "plan_unknown"
	CodeRowTwice       fault.Code = "row_twice"
	CodeRowsDisagree   fault.Code = "rows_disagree"
	CodeFindingBlocks  fault.Code = "finding_blocks"
	CodeFindingStrict  fault.Code = "finding_not_clear"
	CodeCurrencyFrozen fault.Code = "currency_not_changeable"
)

// Flaw is why a row is not written.
//
// Invariant: Reason does not repeat what the row holds, but for names of columns and of fee plans.
type Flaw struct {
	Row    int64  // as a spreadsheet counts: the header is row 1; in JSON Lines the line
	Column string // empty: the row as a whole
	Code   fault.Code
	Reason string
}
