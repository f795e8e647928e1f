// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"time"

	"github.com/kakehashi-pay/kakehashi/console"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/tabi"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// controls are what only a demo has: wallets that misbehave when they are told to, and keys that are nobody's secret.
type controls struct{ demo *demo }

// behaviours are what each choice means for a sample wallet.
var behaviours = map[console.Choice]tabi.Behaviour{
	console.Silent:       {Down: true},
	console.DropsAnswers: {DropAnswer: 700},
	console.Slow:         {Slow: 1000, SlowFor: 6 * time.Second},
	console.Lies: {Contradicts: 300, CancelLies: 500, WrongAmount: 200, WrongSignature: 200, Late: 200,
		LateFor: 20 * time.Second},
	console.Normal: tabi.Normal(),
}

// Misbehave makes a sample wallet behave as chosen until it is told otherwise.
func (c *controls) Misbehave(id wallet.ID, choice console.Choice) error {
	b, ok := behaviours[choice]
	if !ok {
		return &fault.Error{Op: "demo.Misbehave", Kind: fault.NotFound, Code: "choice_unknown", Subject: string(choice),
			Detail: "there is no such way to behave"}
	}
	return c.demo.issuer.Misbehave(string(id), b)
}

// Behaviour is how a sample wallet behaves at present.
func (c *controls) Behaviour(id wallet.ID) console.Choice {
	present, err := c.demo.issuer.Behaviour(string(id))
	if err != nil {
		return ""
	}
	for _, choice := range console.Choices() {
		if behaviours[choice] == present {
			return choice
		}
	}
	return ""
}

// SDK is what an SDK needs to speak with the network.
func (c *controls) SDK() console.SDKBox {
	d := c.demo
	key, err := d.keys.key(string(sdkClient), 0)
	if err != nil {
		return console.SDKBox{}
	}
	pkcs1, _ := key.PKCS1()
	box := console.SDKBox{ClientID: string(sdkClient), KeyPKCS8: key.PKCS8(), KeyPKCS1: pkcs1, Gateways: []console.Gateway{
		{For: "SDKs that speak http", URL: "http://" + d.at.gateway},
		{For: "SDKs that insist on https; trust the authority in " + d.authority, URL: "https://" + d.at.secure}}}
	if public, ok := d.houseKey(1); ok {
		box.PublicKey = public.SPKI()
	}
	return box
}
