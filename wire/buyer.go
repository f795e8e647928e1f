// SPDX-License-Identifier: Apache-2.0

package wire

// Buyer is what a merchant says about who buys. It is personal data.
//
// Source: reference/alipay-wire-api.md 2.1.1. One name is misspelled there, and so on the wire.
type Buyer struct {
	ReferenceBuyerID        Text      `json:"referenceBuyerId,omitempty"`
	BuyerName               *UserName `json:"buyerName,omitempty"`
	BuyerPhoneNo            Text      `json:"buyerPhoneNo,omitempty"`
	BuyerPhoneNoCountryCode Text      `json:"buyerPhoneNoContryCode,omitempty"`
	BuyerEmail              Text      `json:"buyerEmail,omitempty"`
	BuyerRegistrationTime   Text      `json:"buyerRegistrationTime,omitempty"`
	IsAccountVerified       Flag      `json:"isAccountVerified,omitempty"`
	SuccessfulOrderCount    Count     `json:"successfulOrderCount,omitempty"`
}

// Inspect checks the buyer. A nil buyer is one that was not sent.
func (b *Buyer) Inspect(in *Inspection) {
	if b == nil {
		return
	}
	in.Enter("buyer")
	defer in.Leave()
	in.Identifier("referenceBuyerId", b.ReferenceBuyerID, IDLen, Optional)
	b.BuyerName.inspect(in, "buyerName")
	in.Text("buyerPhoneNo", b.BuyerPhoneNo, 24, Optional)
	in.Text("buyerPhoneNoContryCode", b.BuyerPhoneNoCountryCode, AccountLen, Optional)
	in.Text("buyerEmail", b.BuyerEmail, 64, Optional)
	in.Text("buyerRegistrationTime", b.BuyerRegistrationTime, 64, Optional)
}

// UserName is the name of a person.
type UserName struct {
	FirstName  Text `json:"firstName,omitempty"`
	MiddleName Text `json:"middleName,omitempty"`
	LastName   Text `json:"lastName,omitempty"`
	FullName   Text `json:"fullName,omitempty"`
}

func (u *UserName) inspect(in *Inspection, name string) {
	if u == nil {
		return
	}
	in.Enter(name)
	defer in.Leave()
	in.Text("firstName", u.FirstName, 32, Optional)
	in.Text("middleName", u.MiddleName, 32, Optional)
	in.Text("lastName", u.LastName, 32, Optional)
	in.Text("fullName", u.FullName, 128, Optional)
}

// Shipping is where the order is sent.
type Shipping struct {
	ShippingName        *UserName `json:"shippingName,omitempty"`
	ShippingAddress     *Address  `json:"shippingAddress,omitempty"`
	ShippingCarrier     Text      `json:"shippingCarrier,omitempty"`
	ShippingPhoneNo     Text      `json:"shippingPhoneNo,omitempty"`
	ShipToEmail         Text      `json:"shipToEmail,omitempty"`
	ShippingFeeID       Text      `json:"shippingFeeId,omitempty"`
	ShippingFee         *Amount   `json:"shippingFee,omitempty"`
	ShippingDescription Text      `json:"shippingDescription,omitempty"`
	ShippingNumber      Text      `json:"shippingNumber,omitempty"`
	Notes               Text      `json:"notes,omitempty"`
}

func (s *Shipping) inspect(in *Inspection) {
	if s == nil {
		return
	}
	in.Enter("shipping")
	defer in.Leave()
	s.ShippingName.inspect(in, "shippingName")
	s.ShippingAddress.inspect(in, "shippingAddress")
	in.Text("shippingCarrier", s.ShippingCarrier, 128, Optional)
	in.Text("shippingPhoneNo", s.ShippingPhoneNo, 16, Optional)
	in.Text("shipToEmail", s.ShipToEmail, 64, Optional)
	in.Text("shippingFeeId", s.ShippingFeeID, 64, Optional)
	in.Figure("shippingFee", s.ShippingFee)
	in.Text("shippingDescription", s.ShippingDescription, 64, Optional)
	in.Text("shippingNumber", s.ShippingNumber, IDLen, Optional)
	in.Text("notes", s.Notes, NameLen, Optional)
}
