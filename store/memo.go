// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// memo remembers facts by their keys in two generations: when the younger one is full the older one is forgotten, so what
// is used stays and memory is bounded. Absence is remembered too.
type memo[K comparable, V any] struct {
	young, old map[K]memorized[V]
}

type memorized[V any] struct {
	value   V
	present bool
	edition int64 // of the kind, when it was read
}

func (m *memo[K, V]) get(key K) (memorized[V], bool) {
	if e, ok := m.young[key]; ok {
		return e, true
	}
	e, ok := m.old[key]
	return e, ok
}

func (m *memo[K, V]) put(key K, e memorized[V]) {
	if m.young == nil || len(m.young) >= factsMax/2 {
		m.old, m.young = m.young, map[K]memorized[V]{}
	}
	m.young[key] = e
}

// remember gives a fact from memory when its kind has not changed since it was read, else reads it.
func remember[K comparable, V any](c *Catalogue, m *memo[K, V], kind int, key K, read func() (V, bool, error)) (
	V, bool, error) {
	c.mutex.RLock()
	e, known := m.get(key)
	edition := c.editions[kind]
	c.mutex.RUnlock()
	if known && e.edition == edition {
		return e.value, e.present, nil
	}
	value, present, err := read()
	if err != nil {
		return value, false, err
	}
	c.mutex.Lock()
	m.put(key, memorized[V]{value: value, present: present, edition: edition})
	c.mutex.Unlock()
	return value, present, nil
}

// list is every row of a statement.
func list[T any](ctx context.Context, r reads, s *statement, args []cell, read func([]cell) (T, error)) ([]T, error) {
	var all []T
	err := r.query(ctx, s, args, func(c []cell) error {
		one, err := read(c)
		all = append(all, one)
		return err
	})
	return all, err
}

// one is the only row of a statement; ok is false when there is none.
func one[T any](ctx context.Context, r reads, s *statement, args []cell, read func([]cell) (T, error)) (
	found T, ok bool, err error) {
	err = r.query(ctx, s, args, func(c []cell) error {
		var readErr error
		if found, readErr = read(c); readErr != nil {
			return readErr
		}
		ok = true
		return nil
	})
	if err != nil {
		return found, false, fault.Wrap("store.read", err)
	}
	return found, ok, nil
}
