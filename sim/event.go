// SPDX-License-Identifier: Apache-2.0

package sim

// event is something that happens at a virtual time. Of two at one time the one that was planned first happens first.
//
// Units: at is nanoseconds since 1970 UTC.
type event struct {
	at       int64
	sequence uint64
	run      func()
}

func (e *event) before(o *event) bool {
	return e.at < o.at || e.at == o.at && e.sequence < o.sequence
}

// events is a heap, the next event first.
type events struct {
	heap     []event
	sequence uint64
}

// plan adds an event.
func (q *events) plan(at int64, run func()) {
	q.sequence++
	q.heap = append(q.heap, event{at: at, sequence: q.sequence, run: run})
	for i := len(q.heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !q.heap[i].before(&q.heap[parent]) {
			break
		}
		q.heap[i], q.heap[parent] = q.heap[parent], q.heap[i]
		i = parent
	}
}

// next takes out the next event that is due by a time; ok is false when there is none.
func (q *events) next(until int64) (e event, ok bool) {
	if len(q.heap) == 0 || q.heap[0].at > until {
		return event{}, false
	}
	e = q.heap[0]
	last := len(q.heap) - 1
	q.heap[0] = q.heap[last]
	q.heap[last] = event{}
	q.heap = q.heap[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if q.heap[child].before(&q.heap[least]) {
				least = child
			}
		}
		if least == i {
			return e, true
		}
		q.heap[i], q.heap[least] = q.heap[least], q.heap[i]
		i = least
	}
}
