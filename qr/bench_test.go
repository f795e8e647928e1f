// SPDX-License-Identifier: Apache-2.0

package qr_test

import (
	"testing"

	"github.com/kakehashi-pay/kakehashi/qr"
)

func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"static JPQR", vector11}, {"dynamic JPQR", vector10}, {"sample out of order", vector1}, {"two templates",
			vector5},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := qr.Decode(c.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecodeOfADamagedCode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := qr.Decode(vector8); err == nil {
			b.Fatal("accepted")
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, c := range []struct{ name, text string }{{"static JPQR", vector11}, {"dynamic JPQR", vector10}} {
		code, err := qr.Decode(c.text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := code.Encode(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecodePayer(b *testing.B) {
	for _, c := range []struct{ name, text string }{{"one application", payerOfCardRange}, {"sample", payerSample}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := qr.DecodePayer(c.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncodePayer(b *testing.B) {
	code, err := qr.DecodePayer(payerSample)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := code.Encode(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkChecksum(b *testing.B) {
	b.SetBytes(int64(len(vector11)))
	for b.Loop() {
		qr.Checksum(vector11)
	}
}

func BenchmarkRecognise(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"alipay plus", "281010897274821897274821"}, {"jpqr", "900081818812345678901234"}, {"text", vector11},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, found := qr.Recognise(c.text); found == nil {
					b.Fatal("not recognised")
				}
			}
		})
	}
}
