// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"math"
	"math/rand/v2"
	"time"
)

// chance draws everything that is left to chance, from a seed.
type chance struct{ *rand.Rand }

// newChance is one stream of a seed: what one part of the world draws moves no other part's.
func newChance(seed, stream uint64) chance { return chance{rand.New(rand.NewPCG(seed, stream))} }

// hit is true with a probability.
func (c chance) hit(probability float64) bool {
	return probability > 0 && c.Float64() < probability
}

// between is a whole number from least to most.
func (c chance) between(least, most int) int { return least + c.IntN(most-least+1) }

// lasting is a duration between two, all alike.
func (c chance) lasting(least, most time.Duration) time.Duration {
	return least + time.Duration(c.Int64N(int64(most-least)+1))
}

// spread is a duration between two, each order of magnitude alike.
func (c chance) spread(least, most time.Duration) time.Duration {
	low, high := math.Log(float64(least)), math.Log(float64(most))
	return min(max(time.Duration(math.Exp(low+(high-low)*c.Float64())), least), most)
}

// lognormal is exp of a normal variable: most are near the median, few are far above it.
func (c chance) lognormal(median, sigma float64) float64 {
	return median * math.Exp(sigma*c.NormFloat64())
}

// weighted is an index, each with its weight.
func (c chance) weighted(weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	at := c.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// oneOf is one element of a list.
func oneOf[T any](c chance, list []T) T { return list[c.IntN(len(list))] }

// fill fills bytes.
func (c chance) fill(b []byte) {
	for i := range b {
		b[i] = byte(c.Uint32())
	}
}
