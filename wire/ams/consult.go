// SPDX-License-Identifier: Apache-2.0

package ams

import "github.com/kakehashi-pay/kakehashi/wire"

const (
	allowedRegionsMax = 6
	allowedMethodsMax = 100
)

// ConsultRequest asks which wallets could pay an amount.
//
// Source: reference/alipay-wire-api.md 2.11.
type ConsultRequest struct {
	ProductCode                 wire.Text                `json:"productCode,omitempty"`
	PaymentAmount               *wire.Amount             `json:"paymentAmount,omitempty"`
	MerchantRegion              wire.Text                `json:"merchantRegion,omitempty"`
	AllowedPaymentMethodRegions []wire.Text              `json:"allowedPaymentMethodRegions,omitempty"`
	AllowedPaymentMethods       []wire.Text              `json:"allowedPaymentMethods,omitempty"`
	BlockedPaymentMethods       []wire.Text              `json:"blockedPaymentMethods,omitempty"`
	AllowedPspRegions           []wire.Text              `json:"allowedPspRegions,omitempty"`
	UserRegion                  wire.Text                `json:"userRegion,omitempty"`
	Env                         *wire.Env                `json:"env,omitempty"`
	SettlementStrategy          *wire.SettlementStrategy `json:"settlementStrategy,omitempty"`
	PaymentFactor               *PaymentFactor           `json:"paymentFactor,omitempty"`
	Merchant                    *wire.Merchant           `json:"merchant,omitempty"`
	Buyer                       *wire.Buyer              `json:"buyer,omitempty"`
	CustomerID                  wire.Text                `json:"customerId,omitempty"`
	ReferenceUserID             wire.Text                `json:"referenceUserId,omitempty"`
	ExtendInfo                  wire.Text                `json:"extendInfo,omitempty"`
	MerchantAccountID           wire.Text                `json:"merchantAccountId,omitempty"`
}

// Validate is the first problem in the order of the specification.
//
// Errors: Invalid field_missing, field_malformed, field_too_long, not_supported.
func (r *ConsultRequest) Validate() error {
	in := wire.Inspect("ams.ConsultRequest")
	in.OneOf("productCode", r.ProductCode, wire.Required, ProductInStore, ProductCashier, ProductAgreement)
	in.Unsupported("productCode", r.ProductCode == ProductAgreement)
	in.Amount("paymentAmount", r.PaymentAmount, wire.Required)
	in.Region("merchantRegion", r.MerchantRegion, wire.Optional)
	in.Region("userRegion", r.UserRegion, wire.Optional)
	r.Env.Inspect(in, wire.OrderRules{Env: wire.Required, TerminalType: wire.Required})
	r.SettlementStrategy.Inspect(in)
	if r.PaymentFactor != nil {
		in.Enter("paymentFactor")
		in.OneOf("inStorePaymentScenario", r.PaymentFactor.InStorePaymentScenario, wire.Optional,
			wire.ScenarioPaymentCode, wire.ScenarioOrderCode, wire.ScenarioEntryCode)
		r.PaymentFactor.inspect(in)
		in.Leave()
	}
	r.Merchant.Inspect(in)
	r.Buyer.Inspect(in)
	inspectRegions(in, "allowedPaymentMethodRegions", r.AllowedPaymentMethodRegions)
	inspectMethods(in, "allowedPaymentMethods", r.AllowedPaymentMethods)
	inspectMethods(in, "blockedPaymentMethods", r.BlockedPaymentMethods)
	inspectRegions(in, "allowedPspRegions", r.AllowedPspRegions)
	in.Identifier("customerId", r.CustomerID, wire.IDLen, wire.Optional)
	in.Identifier("referenceUserId", r.ReferenceUserID, wire.IDLen, wire.Optional)
	in.Text("extendInfo", r.ExtendInfo, wire.ExtendLen, wire.Optional)
	in.Identifier("merchantAccountId", r.MerchantAccountID, wire.AccountLen, wire.Optional)
	return in.Err()
}

func inspectRegions(in *wire.Inspection, name string, regions []wire.Text) {
	in.Items(name, len(regions), allowedRegionsMax)
	for _, region := range regions {
		if region != "GLOBAL" {
			in.Region(name, region, wire.Required)
		}
	}
}

func inspectMethods(in *wire.Inspection, name string, methods []wire.Text) {
	in.Items(name, len(methods), allowedMethodsMax)
	for _, method := range methods {
		in.Identifier(name, method, wire.IDLen, wire.Required)
	}
}

// ConsultResponse answers a ConsultRequest.
type ConsultResponse struct {
	Result         wire.Result     `json:"result"`
	PaymentOptions []PaymentOption `json:"paymentOptions,omitempty"`
	ExtendInfo     wire.Text       `json:"extendInfo,omitempty"`
}

// PaymentOption is one wallet that could pay, or why it could not.
type PaymentOption struct {
	PaymentMethodType     wire.Text                     `json:"paymentMethodType,omitempty"`
	PaymentMethodCategory wire.Text                     `json:"paymentMethodCategory,omitempty"`
	PaymentMethodRegion   []wire.Text                   `json:"paymentMethodRegion,omitempty"`
	Enabled               wire.Flag                     `json:"enabled"`
	Preferred             wire.Flag                     `json:"preferred,omitempty"`
	DisableReason         wire.Text                     `json:"disableReason,omitempty"`
	SupportedCurrencies   []wire.Text                   `json:"supportedCurrencies,omitempty"`
	Logo                  *Logo                         `json:"logo,omitempty"`
	PromoNames            []wire.Text                   `json:"promoNames,omitempty"`
	InteractionType       wire.Text                     `json:"interactionType,omitempty"`
	AmountLimitInfoMap    map[wire.Text]AmountLimitInfo `json:"amountLimitInfoMap,omitempty"`
	ExtendInfo            wire.Text                     `json:"extendInfo,omitempty"`
}

// Logo is how a wallet looks.
type Logo struct {
	LogoName wire.Text `json:"logoName,omitempty"`
	LogoURL  wire.Text `json:"logoUrl,omitempty"`
}

// AmountLimitInfo are the limits of a wallet in one currency.
type AmountLimitInfo struct {
	SingleLimit *AmountLimit `json:"singleLimit,omitempty"`
	DayLimit    *AmountLimit `json:"dayLimit,omitempty"`
	MonthLimit  *AmountLimit `json:"monthLimit,omitempty"`
}

// AmountLimit is one limit. Units: minor units of the currency it is listed under.
type AmountLimit struct {
	MaxAmount    wire.Text `json:"maxAmount,omitempty"`
	MinAmount    wire.Text `json:"minAmount,omitempty"`
	RemainAmount wire.Text `json:"remainAmount,omitempty"`
}
