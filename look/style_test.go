// SPDX-License-Identifier: Apache-2.0

package look_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var token = regexp.MustCompile(`--([a-z-]+): (#[0-9A-F]{6});`)

// luminance is the relative luminance of a colour.
//
// Source: WCAG 2.2.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 24)
	if err != nil {
		t.Fatal(err)
	}
	linear := func(c uint64) float64 {
		v := float64(c&255) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestTokensAreLegibleInBothLights(t *testing.T) {
	t.Parallel()
	sheet, err := os.ReadFile("assets/look.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark, ok := strings.Cut(string(sheet), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("there is no dark scheme")
	}
	dark, _, _ = strings.Cut(dark, "\n}\n")
	for name, scheme := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]string{}
		for _, m := range token.FindAllStringSubmatch(scheme, -1) {
			colours[m[1]] = m[2]
		}
		if len(colours) != 9 {
			t.Fatalf("%s has %d tokens: %v", name, len(colours), colours)
		}
		for _, ground := range []string{"paper", "surface"} {
			for ink, least := range map[string]float64{"ink": 12, "ink-soft": 4.5, "ai": 4.5, "matsu": 4.5,
				"yamabuki": 4.5,
				"shu":      4.5} {
				if got := contrast(t, colours[ink], colours[ground]); got < least {
					t.Errorf("%s: %s on %s has a contrast of %.2f, less than %.1f", name, ink, ground, got, least)
				}
			}
		}
	}
}
