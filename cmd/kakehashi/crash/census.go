// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// censusMax is how many payments are asked about over the wire at the end; all of them are looked up in the books.
const censusMax = 2000

// awaitClosed returns once the network says that nobody needs to be asked about anything.
func (r *run) awaitClosed(ctx context.Context) error {
	metrics := strings.TrimSuffix(r.child.ready, "readyz") + "metrics"
	for {
		open, err := r.gauge(metrics, `kakehashi_open_payments{network="live"}`)
		if err == nil && open == "0" {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s payments are still open %v after the last kill", open, settleMax)
		}
		rest(ctx, 100*time.Millisecond)
	}
}

// gauge reads one value of the network's metrics.
func (r *run) gauge(url, name string) (string, error) {
	response, err := r.child.client.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answers %s", url, response.Status)
	}
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return value, nil
		}
	}
	return "", fmt.Errorf("%s does not tell %s", url, name)
}

// census asks over the wire what became of the callers' payments, evenly spread over the run, and writes the answers into
// their journal: they are promises like all others.
func (r *run) census(ctx context.Context) error {
	h, err := r.history(&findings{})
	if err != nil {
		return err
	}
	step := max(1, len(h.order)/censusMax)
	ask := make(chan string)
	var busy sync.WaitGroup
	for range min(16, r.options.Callers) {
		busy.Go(func() {
			for request := range ask {
				r.journal.ask(actInquire, request, 0)
				r.journal.told(actInquire, request, r.inquire(ctx, request))
			}
		})
	}
	for i := 0; i < len(h.order) && ctx.Err() == nil; i += step {
		ask <- h.order[i].request
	}
	close(ask)
	busy.Wait()
	return ctx.Err()
}

// history reads the callers' journal from its file.
func (r *run) history(f *findings) (*history, error) {
	file, err := os.Open(r.journal.file.Name())
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readHistory(file, f)
}
