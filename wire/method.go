// SPDX-License-Identifier: Apache-2.0

package wire

// ConnectWallet is the payment method type of every in-store payment: the platform finds the wallet.
const ConnectWallet Text = "CONNECT_WALLET"

// The in-store scenarios, in the mixed case they have on the wire.
const (
	ScenarioPaymentCode Text = "PaymentCode" // the merchant scans the payer's code
	ScenarioOrderCode   Text = "OrderCode"   // the payer scans a code made for one order
	ScenarioEntryCode   Text = "EntryCode"   // the payer scans a printed code
)

// PaymentMethod is what is paid with. Under PaymentCode its id is the code that was scanned, which spends money.
//
// Source: reference/alipay-wire-api.md 2.1.2 and 3.2.
type PaymentMethod struct {
	PaymentMethodType     Text                   `json:"paymentMethodType,omitempty"`
	PaymentMethodID       Secret                 `json:"paymentMethodId,omitempty"`
	CustomerID            Text                   `json:"customerId,omitempty"`
	ExtendInfo            Text                   `json:"extendInfo,omitempty"`
	PaymentMethodMetaData *PaymentMethodMetaData `json:"paymentMethodMetaData,omitempty"`
}

// PaymentMethodMetaData is the part of this free map that concerns codes.
type PaymentMethodMetaData struct {
	PaymentCodeRegion Text `json:"paymentCodeRegion,omitempty"`
}

// SettlementStrategy names the currency a payment is settled in, where a contract has several.
type SettlementStrategy struct {
	SettlementCurrency Text `json:"settlementCurrency,omitempty"`
}

// Inspect checks the strategy. A nil strategy is one that was not sent.
func (s *SettlementStrategy) Inspect(in *Inspection) {
	if s == nil {
		return
	}
	in.Enter("settlementStrategy")
	defer in.Leave()
	in.Currency("settlementCurrency", s.SettlementCurrency, Optional)
}

// Inspect checks a quote that was sent as part of a request. A nil quote is one that was not sent.
func (q *Quote) Inspect(in *Inspection, name string) {
	if q == nil {
		return
	}
	in.Enter(name)
	defer in.Leave()
	in.Identifier("quoteId", q.QuoteID, IDLen, Optional)
	in.Text("quoteCurrencyPair", q.QuoteCurrencyPair, 16, Optional)
	in.Time("quoteStartTime", q.QuoteStartTime, Optional)
	in.Time("quoteExpiryTime", q.QuoteExpiryTime, Optional)
}

// Inspect checks the result a message begins with: a status of the three and a code.
func (r Result) Inspect(in *Inspection, name string) {
	in.Enter(name)
	defer in.Leave()
	in.OneOf("resultStatus", Text(r.ResultStatus), Required, Text(Succeeded), Text(Failed), Text(Unknown))
	in.Identifier("resultCode", Text(r.ResultCode), IDLen, Required)
}

// OrderCodeForm is the code of one order, for the payer to scan.
//
// Source: reference/alipay-wire-api.md 2.2.
type OrderCodeForm struct {
	PaymentMethodType Text         `json:"paymentMethodType,omitempty"`
	ExpireTime        Text         `json:"expireTime,omitempty"`
	CodeDetails       []CodeDetail `json:"codeDetails,omitempty"`
	ExtendInfo        Text         `json:"extendInfo,omitempty"`
}

// CodeDetail is one way to show a code.
type CodeDetail struct {
	CodeValueType Text `json:"codeValueType,omitempty"` // BARCODE or QRCODE
	CodeValue     Text `json:"codeValue,omitempty"`
	DisplayType   Text `json:"displayType,omitempty"` // TEXT, or an image in one of its sizes
}

// RedirectActionForm is where the payer is sent: under EntryCode the method is SCAN.
type RedirectActionForm struct {
	Method         Text `json:"method,omitempty"`
	Parameters     Text `json:"parameters,omitempty"`
	RedirectURL    Text `json:"redirectUrl,omitempty"`
	ActionFormType Text `json:"actionFormType,omitempty"`
}
