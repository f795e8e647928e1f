// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kakehashi-pay/kakehashi/sim"
)

// season is many seeds of the simulator, several of them under way at once.
type season struct {
	options sim.Options
	seeds   seedRange
	meter   *meter
	days    atomic.Int64 // that were played so far, of all seeds
	taken   atomic.Uint64
}

// outcome is what one seed came to.
type outcome struct {
	seed   uint64
	result sim.Result
	err    error
}

func newSeason(o sim.Options, seeds seedRange, m *meter) *season {
	s := &season{options: o, seeds: seeds, meter: m}
	s.options.Night = func() { s.days.Add(1) }
	return s
}

// play plays the seeds and gives each result to tell, in the order of the seeds. Once the context has ended no seed begins
// any more, and those under way are played to their end.
//
// Errors: what sim.Run answers; that seeds were left out.
func (s *season) play(ctx context.Context, workers int, tell func(sim.Result)) (total sim.Summary, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	played := s.work(ctx, workers)
	ticker := time.NewTicker(meterTerminal)
	defer ticker.Stop()
	early := map[uint64]sim.Result{} // while a seed before them is under way
	next := s.seeds.from
	for open := true; open; {
		var o outcome
		select {
		case <-ticker.C:
			s.progress(total.Runs + len(early))
			continue
		case o, open = <-played:
		}
		switch {
		case !open:
		case o.err != nil:
			err = fmt.Errorf("seed %d: %w", o.seed, o.err)
			stop()
		default:
			early[o.seed] = o.result
		}
		for r, ok := early[next]; ok; r, ok = early[next] {
			s.clear()
			tell(r)
			total.Count(r)
			delete(early, next)
			next++
		}
	}
	s.clear()
	if left := s.seeds.count() - uint64(total.Runs); err == nil && left > 0 {
		err = fmt.Errorf("stopped when asked to: %d seeds were not played", left)
	}
	return total, err
}

// work starts the workers; what they give is closed when the last one has ended.
func (s *season) work(ctx context.Context, workers int) <-chan outcome {
	played := make(chan outcome)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for ctx.Err() == nil {
				n := s.taken.Add(1) - 1
				if n >= s.seeds.count() {
					return
				}
				o := s.options
				o.Seed = s.seeds.from + n
				r, err := sim.Run(o)
				played <- outcome{seed: o.Seed, result: r, err: err}
			}
		})
	}
	go func() {
		all.Wait()
		close(played)
	}()
	return played
}

// plainPause is how long nothing is said of the progress where there is no terminal.
const plainPause = 15 * time.Second

// progress says how far the seeds are, and how long the rest will take.
func (s *season) progress(seeds int) {
	m, days := s.meter, s.days.Load()
	if days == 0 || !m.terminal && time.Since(m.last) < plainPause || !m.due() {
		return
	}
	all := int64(s.seeds.count()) * int64(s.options.Days)
	m.say(fmt.Sprintf("%d of %d seeds, %d of %d days, about %v left", seeds, s.seeds.count(), days, all,
		remaining(days, all, time.Since(m.began))))
}

// clear takes the progress off a terminal, so that a result can stand there.
func (s *season) clear() {
	if m := s.meter; m.width > 0 {
		fmt.Fprintf(m.out, "\r%*s\r", m.width, "")
		m.width = 0
	}
}
