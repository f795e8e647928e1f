// SPDX-License-Identifier: Apache-2.0

package wire

// The lengths of the specification. Where it names none, the common ones are used.
const (
	IDLen      = 64
	NameLen    = 256
	URLLen     = 2048
	ExtendLen  = 2048
	CodeLen    = 128
	AccountLen = 32
	GoodsMax   = 100
)

// Order is what is bought, and where.
//
// Source: reference/alipay-wire-api.md 2.1.1, as are the shapes below it.
type Order struct {
	ReferenceOrderID    Text      `json:"referenceOrderId,omitempty"`
	OrderDescription    Text      `json:"orderDescription,omitempty"`
	OrderAmount         *Amount   `json:"orderAmount,omitempty"`
	OrderDiscountAmount *Amount   `json:"orderDiscountAmount,omitempty"`
	SubTotalOrderAmount *Amount   `json:"subTotalOrderAmount,omitempty"`
	Merchant            *Merchant `json:"merchant,omitempty"`
	Goods               []Goods   `json:"goods,omitempty"`
	Env                 *Env      `json:"env,omitempty"`
	Buyer               *Buyer    `json:"buyer,omitempty"`
	Shipping            *Shipping `json:"shipping,omitempty"`
	ExtendInfo          Text      `json:"extendInfo,omitempty"`
}

// OrderRules say which parts of an order a scenario cannot do without.
type OrderRules struct {
	Merchant     Presence // with id, name and category
	Store        Presence // with id, name and category
	Env          Presence
	Terminal     Presence // the till and its clock, inside Env
	UserAgent    Presence // inside Env
	TerminalType Presence // inside Env
}

// Inspect checks the order under the rules of a scenario.
func (o *Order) Inspect(in *Inspection, rules OrderRules) {
	in.Identifier("referenceOrderId", o.ReferenceOrderID, IDLen, Required)
	in.Text("orderDescription", o.OrderDescription, NameLen, Required)
	in.Amount("orderAmount", o.OrderAmount, Required)
	in.Figure("orderDiscountAmount", o.OrderDiscountAmount)
	in.Figure("subTotalOrderAmount", o.SubTotalOrderAmount)
	o.Merchant.inspect(in, rules)
	in.Items("goods", len(o.Goods), GoodsMax)
	for i := range o.Goods {
		in.EnterItem("goods", i)
		o.Goods[i].inspect(in)
		in.Leave()
	}
	o.Env.Inspect(in, rules)
	o.Buyer.Inspect(in)
	o.Shipping.inspect(in)
	in.Text("extendInfo", o.ExtendInfo, ExtendLen, Optional)
}

// Merchant is who sells.
type Merchant struct {
	ReferenceMerchantID  Text     `json:"referenceMerchantId,omitempty"`
	MerchantMCC          Text     `json:"merchantMCC,omitempty"`
	MerchantName         Text     `json:"merchantName,omitempty"`
	MerchantDisplayName  Text     `json:"merchantDisplayName,omitempty"`
	MerchantAddress      *Address `json:"merchantAddress,omitempty"`
	MerchantRegisterDate Text     `json:"merchantRegisterDate,omitempty"`
	Store                *Store   `json:"store,omitempty"`
	MerchantType         Text     `json:"merchantType,omitempty"`
}

// Inspect checks a merchant that is not part of an order. A nil merchant is one that was not sent.
func (m *Merchant) Inspect(in *Inspection) { m.inspect(in, OrderRules{}) }

func (m *Merchant) inspect(in *Inspection, rules OrderRules) {
	if m == nil {
		if rules.Merchant == Required {
			in.Missing("merchant")
		}
		return
	}
	in.Enter("merchant")
	defer in.Leave()
	in.Identifier("referenceMerchantId", m.ReferenceMerchantID, IDLen, rules.Merchant)
	in.Category("merchantMCC", m.MerchantMCC, rules.Merchant)
	in.Text("merchantName", m.MerchantName, NameLen, rules.Merchant)
	in.Text("merchantDisplayName", m.MerchantDisplayName, IDLen, Optional)
	m.MerchantAddress.inspect(in, "merchantAddress")
	in.Date("merchantRegisterDate", m.MerchantRegisterDate, Optional)
	m.Store.inspect(in, rules.Store)
	in.OneOf("merchantType", m.MerchantType, Optional, "INDIVIDUAL", "ENTERPRISE")
}

// Store is where it is sold.
type Store struct {
	ReferenceStoreID Text     `json:"referenceStoreId,omitempty"`
	StoreName        Text     `json:"storeName,omitempty"`
	StoreMCC         Text     `json:"storeMCC,omitempty"`
	StoreDisplayName Text     `json:"storeDisplayName,omitempty"`
	StoreTerminalID  Text     `json:"storeTerminalId,omitempty"`
	StoreOperatorID  Text     `json:"storeOperatorId,omitempty"`
	StoreAddress     *Address `json:"storeAddress,omitempty"`
	StorePhoneNo     Text     `json:"storePhoneNo,omitempty"`
}

func (s *Store) inspect(in *Inspection, presence Presence) {
	if s == nil {
		if presence == Required {
			in.Missing("store")
		}
		return
	}
	in.Enter("store")
	defer in.Leave()
	in.Identifier("referenceStoreId", s.ReferenceStoreID, IDLen, presence)
	in.Text("storeName", s.StoreName, NameLen, presence)
	in.Category("storeMCC", s.StoreMCC, presence)
	in.Text("storeDisplayName", s.StoreDisplayName, IDLen, Optional)
	in.Identifier("storeTerminalId", s.StoreTerminalID, IDLen, Optional)
	in.Identifier("storeOperatorId", s.StoreOperatorID, IDLen, Optional)
	s.StoreAddress.inspect(in, "storeAddress")
	in.Text("storePhoneNo", s.StorePhoneNo, 16, Optional)
}

// Address is a postal address.
type Address struct {
	Region   Text `json:"region,omitempty"`
	State    Text `json:"state,omitempty"`
	City     Text `json:"city,omitempty"`
	Address1 Text `json:"address1,omitempty"`
	Address2 Text `json:"address2,omitempty"`
	Address3 Text `json:"address3,omitempty"`
	ZipCode  Text `json:"zipCode,omitempty"`
	Label    Text `json:"label,omitempty"`
}

func (a *Address) inspect(in *Inspection, name string) {
	if a == nil {
		return
	}
	in.Enter(name)
	defer in.Leave()
	in.Region("region", a.Region, Required)
	in.Text("state", a.State, 8, Optional)
	in.Text("city", a.City, 32, Optional)
	in.Text("address1", a.Address1, NameLen, Optional)
	in.Text("address2", a.Address2, NameLen, Optional)
	in.Text("address3", a.Address3, NameLen, Optional)
	in.Text("zipCode", a.ZipCode, 32, Optional)
	in.Text("label", a.Label, IDLen, Optional)
}

// Goods is one article of an order.
type Goods struct {
	ReferenceGoodsID    Text    `json:"referenceGoodsId,omitempty"`
	GoodsName           Text    `json:"goodsName,omitempty"`
	GoodsCategory       Text    `json:"goodsCategory,omitempty"`
	GoodsBrand          Text    `json:"goodsBrand,omitempty"`
	GoodsUnitAmount     *Amount `json:"goodsUnitAmount,omitempty"`
	GoodsQuantity       Text    `json:"goodsQuantity,omitempty"`
	GoodsSkuName        Text    `json:"goodsSkuName,omitempty"`
	GoodsURL            Text    `json:"goodsUrl,omitempty"`
	DeliveryMethodType  Text    `json:"deliveryMethodType,omitempty"`
	GoodsImageURL       Text    `json:"goodsImageUrl,omitempty"`
	PriceID             Text    `json:"priceId,omitempty"`
	GoodsDiscountAmount *Amount `json:"goodsDiscountAmount,omitempty"`
	GoodsEndsOnTime     Text    `json:"goodsEndsOnTime,omitempty"`
}

func (g *Goods) inspect(in *Inspection) {
	in.Identifier("referenceGoodsId", g.ReferenceGoodsID, IDLen, Required)
	in.Text("goodsName", g.GoodsName, NameLen, Required)
	in.Text("goodsCategory", g.GoodsCategory, IDLen, Optional)
	in.Text("goodsBrand", g.GoodsBrand, NameLen, Optional)
	in.Figure("goodsUnitAmount", g.GoodsUnitAmount)
	in.Text("goodsQuantity", g.GoodsQuantity, IDLen, Optional)
	in.Text("goodsSkuName", g.GoodsSkuName, NameLen, Optional)
	in.Text("goodsUrl", g.GoodsURL, URLLen, Optional)
	in.OneOf("deliveryMethodType", g.DeliveryMethodType, Optional, "PHYSICAL", "DIGITAL")
	in.Text("goodsImageUrl", g.GoodsImageURL, URLLen, Optional)
	in.Text("priceId", g.PriceID, IDLen, Optional)
	in.Figure("goodsDiscountAmount", g.GoodsDiscountAmount)
	in.Time("goodsEndsOnTime", g.GoodsEndsOnTime, Optional)
}
