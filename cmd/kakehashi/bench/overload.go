// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"fmt"
	"time"
)

// OverloadOptions say how the network is overloaded.
type OverloadOptions struct {
	NetworkOptions
	Tills     int   // at once, while the peak is measured
	Times     []int // of the peak, one after another
	Seconds   int   // of each
	Tries     int   // how often a multiple is measured at most, where a bar is missed; 0 as 1
	Allowance int   // hundredths of the peak, off its bars: for machines that others use too
	Unbounded bool  // the control: without the bounds of the queues, of their age and of what is under way
}

// The lengths of what is measured beside the overloads, in seconds.
const (
	peakSeconds  = 10
	calmSeconds  = 5
	afterSeconds = 10
)

// The bars. Source: decisions A13, reference/reliability.md R-22.
const (
	cancelsMin      = 99 // served, of all that were sent
	recoverySeconds = 5
	calmP99         = 100 * time.Millisecond
)

// goodputMin is the part of the peak, in hundredths, that must be left at so many times the peak.
func goodputMin(times int) float64 {
	switch {
	case times <= 2:
		return 95
	case times <= 5:
		return 90
	}
	return 85
}

// Overload measures the peak, then asks for several times as much, as tills that keep the dialect's rules do, and looks how
// much of the peak is left, whether cancels are served, and how soon everything is normal again.
//
// Errors: Missed, naming the bars.
func Overload(ctx context.Context, o OverloadOptions) error {
	// The wallets sign cheaply: they are not what is measured.
	n, err := openNetwork(ctx, o.NetworkOptions, kind{unbounded: o.Unbounded, walletKey: ed25519Key})
	if err != nil {
		return err
	}
	defer n.close(ctx)
	letters, err := newLetters(n.world, n.till[ed25519Key], time.Now())
	if err != nil {
		return err
	}
	v := &overload{options: o, load: &load{letters: letters, counter: counter{n.process.Handler()},
		agenda: newAgenda(time.Now()), signed: n.process.Signatures}}
	ctx, cancel := context.WithCancel(ctx)
	go v.load.tend(ctx)
	missed, err := v.run(ctx)
	cancel()
	v.load.underWay.Wait()
	fmt.Fprintf(o.Out, "peak memory of this process, the load's own included: %.0f MiB\n",
		float64(usage(n.books()).peak)/(1<<20))
	if err != nil {
		return err
	}
	return missed.verdict()
}

// overload is a measurement under way.
type overload struct {
	options OverloadOptions
	load    *load
	calm    time.Duration // within it 99 of 100 payments are made when nothing is wrong
}

func (v *overload) run(ctx context.Context) (Missed, error) {
	stop, err := profile(v.options.Profile)
	if err != nil {
		return nil, err
	}
	defer stop()
	peak, err := v.peak(ctx)
	if err != nil {
		return nil, err
	}
	calm := v.load.stretch(ctx, peak.goodput()/2, calmSeconds*time.Second)
	v.calm = max(calmP99, 2*calm.p(99))
	fmt.Fprintf(v.options.Out, "half of the peak: %.0f payments/s paid, p50 %v, p99 %v\n", calm.goodput(), round(calm.p(50)),
		round(calm.p(99)))
	var missed Missed
	for _, times := range v.options.Times {
		var more Missed
		for try := 1; try == 1 || len(more) > 0 && try <= v.options.Tries; try++ {
			if try > 1 {
				fmt.Fprintf(v.options.Out, "×%d is measured again: try %d of %d\n", times, try, v.options.Tries)
			}
			if more, peak, err = v.times(ctx, times, peak); err != nil {
				return nil, err
			}
		}
		missed = append(missed, more...)
	}
	return missed, nil
}

// peak is how many payments a second are made when nobody asks for more than is answered.
func (v *overload) peak(ctx context.Context) (*tally, error) {
	const guess = 2000 // a second: what is not signed before is signed then
	if err := v.load.prepare(guess * peakSeconds); err != nil {
		return nil, err
	}
	t := v.load.peak(ctx, v.options.Tills, peakSeconds*time.Second)
	fmt.Fprintf(v.options.Out, "peak, %d tills at once: %.0f payments/s, p50 %v, p99 %v\n", v.options.Tills, t.goodput(),
		round(t.p(50)), round(t.p(99)))
	return t, v.brokenLoad()
}

// times asks for so many times the peak, and measures the peak once more afterwards: what is left is compared with the mean
// of both, since the machine's speed is not the same all the time. A network that has not recovered has no peak.
func (v *overload) times(ctx context.Context, times int, before *tally) (Missed, *tally, error) {
	o, rate := &v.options, float64(times)*before.goodput()
	length := time.Duration(o.Seconds) * time.Second
	if err := v.load.prepare(int(rate*1.05)*o.Seconds + 1000); err != nil {
		return nil, nil, err
	}
	t := v.load.stretch(ctx, rate, length)
	seconds := v.load.seconds(ctx, before.goodput()/2, afterSeconds)
	lost, after := recovery(seconds, v.calm), before
	if lost < len(seconds) {
		var err error
		if after, err = v.peak(ctx); err != nil {
			return nil, nil, err
		}
	}
	v.print(t, times, rate)
	what, out := fmt.Sprintf("×%d ", times), o.Out
	fmt.Fprintf(out, "  for each second of processor time, %.0f paid: %.1f %% of the peak's\n", t.each(),
		200*t.each()/(before.each()+after.each()))
	fmt.Fprintf(out, "  for each of them %.2f signatures: %.2f at the peak\n", t.signatures(), before.signatures())
	for i, second := range seconds {
		if i > lost {
			break
		}
		fmt.Fprintf(out, "  second %d afterwards: %d sales, %.1f %% paid by the first answer, p99 %v\n", i+1,
			second.begun.Load(), per(second.atOnce.Load(), second.begun.Load()), round(second.p(99)))
	}
	missed := bar(out, what+"per cent of the peak", 200*t.goodput()/(before.goodput()+after.goodput()),
		goodputMin(times)-float64(o.Allowance))
	missed = append(missed, bar(out, what+"per cent of the cancels served",
		per(t.cancels.served.Load(), t.cancels.sent.Load()), cancelsMin)...)
	missed = append(missed, bar(out, what+"seconds left of five to be normal again",
		float64(recoverySeconds-lost), 0)...)
	return missed, after, nil
}

// print says what became of an overload's sales. Those that had not ended when it was printed are not listed.
func (v *overload) print(t *tally, times int, rate float64) {
	out := v.options.Out
	fmt.Fprintf(out, "×%d: %.0f sales/s for %v, %d in all:\n", times, rate, t.until.Sub(t.began), t.begun.Load())
	fmt.Fprintf(out, "  paid in time %d (%.0f/s; by the first answer %d, p50 %v, p99 %v), paid later %d, declined %d\n",
		t.inTime.Load(), t.goodput(), t.atOnce.Load(), round(t.p(50)), round(t.p(99)), t.late.Load(), t.ends[declined].Load())
	fmt.Fprintf(out, "  turned away %d, cancelled %d, in doubt %d; answers 503 %d, inquiries %d, cancels %d of %d served\n",
		t.ends[turned].Load(), t.ends[cancelled].Load(), t.ends[doubtful].Load(), t.busy.Load(), t.inquiries.Load(),
		t.cancels.served.Load(), t.cancels.sent.Load())
}

func (v *overload) brokenLoad() error {
	if err := v.load.broken.Load(); err != nil {
		return *err
	}
	return nil
}

func round(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
