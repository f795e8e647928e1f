// SPDX-License-Identifier: Apache-2.0

package ams

import "github.com/kakehashi-pay/kakehashi/wire"

// The product codes.
const (
	ProductInStore   wire.Text = "IN_STORE_PAYMENT"
	ProductCashier   wire.Text = "CASHIER_PAYMENT"
	ProductAgreement wire.Text = "AGREEMENT_PAYMENT"
)

// PayRequest asks for a payment, or for a code or page to pay with.
//
// Source: reference/alipay-wire-api.md 2.1.
type PayRequest struct {
	ProductCode        wire.Text                `json:"productCode,omitempty"`
	PaymentRequestID   wire.Text                `json:"paymentRequestId,omitempty"`
	Order              *wire.Order              `json:"order,omitempty"`
	PaymentAmount      *wire.Amount             `json:"paymentAmount,omitempty"`
	PaymentMethod      *wire.PaymentMethod      `json:"paymentMethod,omitempty"`
	PaymentFactor      *PaymentFactor           `json:"paymentFactor,omitempty"`
	PaymentExpiryTime  wire.Text                `json:"paymentExpiryTime,omitempty"`
	PaymentNotifyURL   wire.Text                `json:"paymentNotifyUrl,omitempty"`
	PaymentRedirectURL wire.Text                `json:"paymentRedirectUrl,omitempty"`
	SettlementStrategy *wire.SettlementStrategy `json:"settlementStrategy,omitempty"`
	MerchantRegion     wire.Text                `json:"merchantRegion,omitempty"`
	UserRegion         wire.Text                `json:"userRegion,omitempty"`
	Env                *wire.Env                `json:"env,omitempty"`
	Merchant           *wire.Merchant           `json:"merchant,omitempty"`
	ExtendInfo         wire.Text                `json:"extendInfo,omitempty"`
	MerchantAccountID  wire.Text                `json:"merchantAccountId,omitempty"`
	Metadata           wire.Text                `json:"metadata,omitempty"`
	CustomizedInfo     *CustomizedInfo          `json:"customizedInfo,omitempty"`
	PaymentQuote       *wire.Quote              `json:"paymentQuote,omitempty"`
	ProcessingAmount   *wire.Amount             `json:"processingAmount,omitempty"`
	AppID              wire.Text                `json:"appId,omitempty"`

	// Refused when set: each would make the payment another one than the caller asked for.
	DualOfflinePayment wire.Flag    `json:"dualOfflinePayment,omitempty"`
	IsAuthorization    wire.Flag    `json:"isAuthorization,omitempty"`
	CreditPayPlan      wire.Present `json:"creditPayPlan,omitempty"`
	AgreementInfo      wire.Present `json:"agreementInfo,omitempty"`
	SubscriptionInfo   wire.Present `json:"subscriptionInfo,omitempty"`
}

// PaymentFactor says how the payment is made.
//
// Source: reference/alipay-wire-api.md 2.1.3.
type PaymentFactor struct {
	InStorePaymentScenario wire.Text `json:"inStorePaymentScenario,omitempty"`
	PresentmentMode        wire.Text `json:"presentmentMode,omitempty"`
	CaptureMode            wire.Text `json:"captureMode,omitempty"`
	IsAuthorization        wire.Flag `json:"isAuthorization,omitempty"`
	IsPaymentEvaluation    wire.Flag `json:"isPaymentEvaluation,omitempty"`
}

// CustomizedInfo is what a merchant wants to find again in reports.
type CustomizedInfo struct {
	CustomizedField1 wire.Text `json:"customizedField1,omitempty"`
	CustomizedField2 wire.Text `json:"customizedField2,omitempty"`
	CustomizedField3 wire.Text `json:"customizedField3,omitempty"`
	CustomizedField4 wire.Text `json:"customizedField4,omitempty"`
	CustomizedField5 wire.Text `json:"customizedField5,omitempty"`
}

// Scenario is how payer and merchant meet. The zero Scenario is none.
type Scenario uint8

// The scenarios.
const (
	_           Scenario = iota
	PaymentCode          // the merchant scans the payer's code
	OrderCode            // the payer scans a code made for this order
	EntryCode            // the payer scans a printed code and pays on a page
	Cashier              // online, on a page
)

// Scenario is the scenario of a request, from its product code and payment factor.
func (r *PayRequest) Scenario() Scenario {
	if r.ProductCode == ProductCashier {
		return Cashier
	}
	if r.ProductCode != ProductInStore || r.PaymentFactor == nil {
		return 0
	}
	switch r.PaymentFactor.InStorePaymentScenario {
	case wire.ScenarioPaymentCode:
		return PaymentCode
	case wire.ScenarioOrderCode:
		return OrderCode
	case wire.ScenarioEntryCode:
		return EntryCode
	}
	return 0
}

// orderRules are what each scenario cannot do without.
//
// Source: reference/alipay-wire-api.md 2.1.1 and 2.1.4.
var orderRules = [...]wire.OrderRules{
	PaymentCode: {Merchant: wire.Required, Store: wire.Required, Env: wire.Required, Terminal: wire.Required},
	OrderCode:   {Merchant: wire.Required, Store: wire.Required, Env: wire.Required},
	EntryCode: {Merchant: wire.Required, Store: wire.Required, Env: wire.Required,
		UserAgent: wire.Required},
	Cashier: {},
}

// Validate is the first problem in the order of the specification. Whether a notify address is needed depends on the
// caller's configuration and is not judged here.
//
// Errors: Invalid field_missing, field_malformed, field_too_long, not_supported.
func (r *PayRequest) Validate() error {
	in := wire.Inspect("ams.PayRequest")
	scenario := r.Scenario()
	in.OneOf("productCode", r.ProductCode, wire.Required, ProductInStore, ProductCashier, ProductAgreement)
	in.Unsupported("productCode", r.ProductCode == ProductAgreement)
	in.Identifier("paymentRequestId", r.PaymentRequestID, wire.IDLen, wire.Required)
	inspectOrder(in, r.Order, orderRules[scenario])
	in.Amount("paymentAmount", r.PaymentAmount, wire.Required)
	inspectMethod(in, r.PaymentMethod, scenario)
	r.inspectFactor(in)
	in.Time("paymentExpiryTime", r.PaymentExpiryTime, wire.Optional)
	in.Address("paymentNotifyUrl", r.PaymentNotifyURL, wire.URLLen, wire.Optional)
	in.Link("paymentRedirectUrl", r.PaymentRedirectURL, wire.URLLen, requiredIn(scenario, EntryCode, Cashier))
	r.SettlementStrategy.Inspect(in)
	in.Region("merchantRegion", r.MerchantRegion, wire.Optional)
	in.Region("userRegion", r.UserRegion, wire.Optional)
	online := requiredIn(scenario, Cashier)
	r.Env.Inspect(in, wire.OrderRules{Env: online, TerminalType: online})
	r.Merchant.Inspect(in)
	in.Text("extendInfo", r.ExtendInfo, wire.ExtendLen, wire.Optional)
	in.Identifier("merchantAccountId", r.MerchantAccountID, wire.AccountLen, wire.Optional)
	in.Text("metadata", r.Metadata, wire.ExtendLen, wire.Optional)
	r.CustomizedInfo.inspect(in)
	r.PaymentQuote.Inspect(in, "paymentQuote")
	in.Amount("processingAmount", r.ProcessingAmount, wire.Optional)
	in.Identifier("appId", r.AppID, wire.AccountLen, wire.Optional)
	in.Unsupported("dualOfflinePayment", bool(r.DualOfflinePayment))
	in.Unsupported("isAuthorization", bool(r.IsAuthorization))
	in.Unsupported("creditPayPlan", bool(r.CreditPayPlan))
	in.Unsupported("agreementInfo", bool(r.AgreementInfo))
	in.Unsupported("subscriptionInfo", bool(r.SubscriptionInfo))
	return in.Err()
}

func (r *PayRequest) inspectFactor(in *wire.Inspection) {
	inStore := r.ProductCode == ProductInStore
	f := r.PaymentFactor
	if f == nil {
		if inStore {
			in.Missing("paymentFactor")
		}
		return
	}
	in.Enter("paymentFactor")
	defer in.Leave()
	if inStore {
		in.OneOf("inStorePaymentScenario", f.InStorePaymentScenario, wire.Required,
			wire.ScenarioPaymentCode, wire.ScenarioOrderCode, wire.ScenarioEntryCode)
	}
	f.inspect(in)
	in.Unsupported("isPaymentEvaluation", bool(f.IsPaymentEvaluation))
}

// inspect checks what a payment and a consultation have in common.
func (f *PaymentFactor) inspect(in *wire.Inspection) {
	in.OneOf("presentmentMode", f.PresentmentMode, wire.Optional, "BUNDLE", "TILE", "UNIFIED")
	in.OneOf("captureMode", f.CaptureMode, wire.Optional, "AUTOMATIC", "MANUAL")
	in.Unsupported("captureMode", f.CaptureMode == "MANUAL")
	in.Unsupported("isAuthorization", bool(f.IsAuthorization))
}

func (c *CustomizedInfo) inspect(in *wire.Inspection) {
	if c == nil {
		return
	}
	in.Enter("customizedInfo")
	defer in.Leave()
	in.Text("customizedField1", c.CustomizedField1, wire.NameLen, wire.Optional)
	in.Text("customizedField2", c.CustomizedField2, wire.NameLen, wire.Optional)
	in.Text("customizedField3", c.CustomizedField3, wire.NameLen, wire.Optional)
	in.Text("customizedField4", c.CustomizedField4, wire.NameLen, wire.Optional)
	in.Text("customizedField5", c.CustomizedField5, wire.NameLen, wire.Optional)
}

func inspectOrder(in *wire.Inspection, order *wire.Order, rules wire.OrderRules) {
	if order == nil {
		in.Missing("order")
		return
	}
	in.Enter("order")
	defer in.Leave()
	order.Inspect(in, rules)
}

func inspectMethod(in *wire.Inspection, method *wire.PaymentMethod, scenario Scenario) {
	if method == nil {
		in.Missing("paymentMethod")
		return
	}
	in.Enter("paymentMethod")
	defer in.Leave()
	if requiredIn(scenario, PaymentCode, OrderCode, EntryCode) == wire.Required {
		in.OneOf("paymentMethodType", method.PaymentMethodType, wire.Required, wire.ConnectWallet)
	} else {
		in.Identifier("paymentMethodType", method.PaymentMethodType, wire.IDLen, wire.Required)
	}
	in.Secret("paymentMethodId", method.PaymentMethodID, wire.CodeLen, requiredIn(scenario, PaymentCode))
	in.Identifier("customerId", method.CustomerID, wire.IDLen, wire.Optional)
	in.Text("extendInfo", method.ExtendInfo, wire.ExtendLen, wire.Optional)
}

func requiredIn(scenario Scenario, those ...Scenario) wire.Presence {
	for _, s := range those {
		if scenario == s {
			return wire.Required
		}
	}
	return wire.Optional
}
