// SPDX-License-Identifier: Apache-2.0

package wire

// Env is the device or the till a request comes from.
//
// Source: reference/alipay-wire-api.md 2.1.1.
type Env struct {
	TerminalType             Text         `json:"terminalType,omitempty"`
	OSType                   Text         `json:"osType,omitempty"`
	UserAgent                Text         `json:"userAgent,omitempty"`
	DeviceTokenID            Text         `json:"deviceTokenId,omitempty"`
	ClientIP                 Text         `json:"clientIp,omitempty"`
	CookieID                 Text         `json:"cookieId,omitempty"`
	StoreTerminalID          Text         `json:"storeTerminalId,omitempty"`
	StoreTerminalRequestTime Text         `json:"storeTerminalRequestTime,omitempty"`
	BrowserInfo              *BrowserInfo `json:"browserInfo,omitempty"`
	ColorDepth               Text         `json:"colorDepth,omitempty"`
	ScreenHeight             Text         `json:"screenHeight,omitempty"`
	ScreenWidth              Text         `json:"screenWidth,omitempty"`
	TimeZoneOffset           Count        `json:"timeZoneOffset,omitempty"`
	DeviceBrand              Text         `json:"deviceBrand,omitempty"`
	DeviceModel              Text         `json:"deviceModel,omitempty"`
	DeviceLanguage           Text         `json:"deviceLanguage,omitempty"`
	DeviceID                 Text         `json:"deviceId,omitempty"`
	OSVersion                Text         `json:"osVersion,omitempty"`
	ExtendInfo               Text         `json:"extendInfo,omitempty"`
}

// BrowserInfo is what a browser says of itself.
type BrowserInfo struct {
	AcceptHeader      Text `json:"acceptHeader,omitempty"`
	JavaEnabled       Flag `json:"javaEnabled,omitempty"`
	JavaScriptEnabled Flag `json:"javaScriptEnabled,omitempty"`
	Language          Text `json:"language,omitempty"`
	UserAgent         Text `json:"userAgent,omitempty"`
}

// Inspect checks the device under the rules of a scenario. A nil Env is one that was not sent.
func (e *Env) Inspect(in *Inspection, rules OrderRules) {
	if e == nil {
		if rules.Env == Required {
			in.Missing("env")
		}
		return
	}
	in.Enter("env")
	defer in.Leave()
	in.OneOf("terminalType", e.TerminalType, rules.TerminalType, "WEB", "WAP", "APP", "MINI_APP")
	in.OneOf("osType", e.OSType, Optional, "IOS", "ANDROID")
	in.Text("userAgent", e.UserAgent, ExtendLen, rules.UserAgent)
	in.Text("deviceTokenId", e.DeviceTokenID, IDLen, Optional)
	in.Text("clientIp", e.ClientIP, IDLen, Optional)
	in.Text("cookieId", e.CookieID, NameLen, Optional)
	in.Identifier("storeTerminalId", e.StoreTerminalID, IDLen, rules.Terminal)
	in.Time("storeTerminalRequestTime", e.StoreTerminalRequestTime, rules.Terminal)
	e.BrowserInfo.inspect(in)
	in.Text("colorDepth", e.ColorDepth, AccountLen, Optional)
	in.Text("screenHeight", e.ScreenHeight, AccountLen, Optional)
	in.Text("screenWidth", e.ScreenWidth, AccountLen, Optional)
	in.Range("timeZoneOffset", e.TimeZoneOffset, Bounds{Min: -720, Max: 720})
	in.Text("deviceBrand", e.DeviceBrand, 64, Optional)
	in.Text("deviceModel", e.DeviceModel, 128, Optional)
	in.Text("deviceLanguage", e.DeviceLanguage, IDLen, Optional)
	in.Text("deviceId", e.DeviceID, NameLen, Optional)
	in.Text("osVersion", e.OSVersion, IDLen, Optional)
	in.Text("extendInfo", e.ExtendInfo, ExtendLen, Optional)
}

func (b *BrowserInfo) inspect(in *Inspection) {
	if b == nil {
		return
	}
	in.Enter("browserInfo")
	defer in.Leave()
	in.Text("acceptHeader", b.AcceptHeader, URLLen, Optional)
	in.Text("language", b.Language, IDLen, Optional)
	in.Text("userAgent", b.UserAgent, URLLen, Optional)
}
