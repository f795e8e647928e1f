// SPDX-License-Identifier: Apache-2.0

package tabi

import (
	"strings"

	"github.com/kakehashi-pay/kakehashi/money"
)

// SampleBrands are ten brands for trials, one per currency, plainly samples. Their keys and the platform's address and keys
// are missing: whoever wires them fills these in.
func SampleBrands() []Brand {
	list := []Brand{
		sample("CN", money.CNY, Limits{PaymentMax: 50_000_00, DayMax: 50_000_00, DayCount: 200}, 0),
		sample("HK", money.HKD, Limits{PaymentMax: 50_000_00, DayMax: 60_000_00, DayCount: 200}, 50),
		sample("KR", money.KRW, Limits{PaymentMax: 5_000_000, DayMax: 10_000_000, DayCount: 100}, 80),
		sample("TW", money.TWD, Limits{PaymentMax: 50_000_00, DayMax: 100_000_00, DayCount: 100}, 0),
		sample("TH", money.THB, Limits{PaymentMax: 200_000_00, DayMax: 500_000_00, DayCount: 100}, 100),
		sample("MY", money.MYR, Limits{PaymentMax: 10_000_00, DayMax: 20_000_00, DayCount: 100}, 100),
		sample("PH", money.PHP, Limits{PaymentMax: 100_000_00, DayMax: 200_000_00, DayCount: 100}, 150),
		sample("SG", money.SGD, Limits{PaymentMax: 5_000_00, DayMax: 10_000_00, DayCount: 100}, 75),
		sample("ID", money.IDR, Limits{PaymentMax: 20_000_000_00, DayMax: 40_000_000_00, DayCount: 100}, 150),
		sample("JP", money.JPY, Limits{PaymentMax: 500_000, DayMax: 1_000_000, DayCount: 200}, 0),
	}
	for i := range list {
		list[i].Routing = i + 1
	}
	return list
}

func sample(region string, currency money.Currency, limits Limits, markup int64) Brand {
	code := currency.String()
	return Brand{ID: "tabi-" + strings.ToLower(code), Name: "Tabi " + code + " (sample)", Region: region,
		Currency: currency, ClientID: "TABI_" + code, Limits: limits, MarkupBasisPoints: markup}
}
