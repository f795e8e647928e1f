// SPDX-License-Identifier: Apache-2.0

package onboarding_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/merchant/onboarding"
)

// allowed is what may follow a state, written down again from the plan of the states and not from the code.
var allowed = map[onboarding.State][]onboarding.State{
	onboarding.Draft:     {onboarding.Submitted, onboarding.Withdrawn},
	onboarding.Submitted: {onboarding.DocumentsWanted, onboarding.InReview, onboarding.Rejected, onboarding.Withdrawn},
	onboarding.DocumentsWanted: {onboarding.InReview, onboarding.Rejected, onboarding.Withdrawn,
		onboarding.Lapsed},
	onboarding.InReview: {onboarding.DocumentsWanted, onboarding.Approved, onboarding.Rejected,
		onboarding.Withdrawn},
	onboarding.Approved: {onboarding.InReview, onboarding.ContractSent, onboarding.Rejected,
		onboarding.Withdrawn},
	onboarding.ContractSent: {onboarding.Live, onboarding.Rejected, onboarding.Withdrawn},
	onboarding.Live:         {onboarding.Suspended, onboarding.Terminated},
	onboarding.Suspended:    {onboarding.Live, onboarding.Terminated},
}

// move draws one step of one actor and tries it.
func move(t *rapid.T, a onboarding.Application, step onboarding.Step, act onboarding.Act) (onboarding.Application,
	error) {
	reasons := rapid.SampledFrom([][]string{why, why, why, nil}).Draw(t, "reasons")
	given := onboarding.Consent{Digest: a.Digest(), At: act.At.Add(-rapid.SampledFrom([]time.Duration{0, 0, 0,
		25 * time.Hour}).Draw(t, "age"))}
	if rapid.IntRange(0, 9).Draw(t, "other digest") == 0 {
		given.Digest[0] ^= 1
	}
	severity := onboarding.Severity(rapid.IntRange(1, 3).Draw(t, "severity"))
	finding := onboarding.Finding{Check: "walk", Severity: severity, Field: "f", Text: "Something was found."}
	switch step {
	case onboarding.StepEdit:
		f := a.Form
		f.TradeName = rapid.SampledFrom([]string{"サンプル書店", "サンプル文具店"}).Draw(t, "name")
		return a.Edit(f, act)
	case onboarding.StepBring:
		wants := slices.Concat(a.Form.Missing(calendar.TokyoDay(act.At)), a.Wanted, a.Form.Needed())
		w := wants[rapid.SampledFrom([]int{0, 0, 0, len(wants) - 1}).Draw(t, "document")]
		return a.Bring(paper(w.Kind, w.Store, calendar.TokyoDay(act.At)), act)
	case onboarding.StepSubmit:
		return a.Submit(act)
	case onboarding.StepWant:
		return a.Want([]onboarding.Want{{Kind: onboarding.BankProof}}, act)
	case onboarding.StepReview:
		return a.Review(act)
	case onboarding.StepExamine:
		return a.Examine(rapid.SampledFrom([][]onboarding.Finding{nil, nil, nil, {finding}}).Draw(t, "found"), act)
	case onboarding.StepClear:
		return a.Clear("walk", "f", "It was looked at.", act)
	case onboarding.StepApprove:
		return a.Approve(given, reasons, act)
	case onboarding.StepReturn:
		return a.Return(reasons, act)
	case onboarding.StepConfirm:
		return a.Confirm(given, "contract-1", reasons, act)
	case onboarding.StepAccept:
		return a.Accept("contract-1", act)
	case onboarding.StepReject:
		return a.Reject(reasons, act)
	case onboarding.StepWithdraw:
		return a.Withdraw(act)
	case onboarding.StepLapse:
		return a.Lapse(act)
	case onboarding.StepVerify:
		return a.Verify(reasons, act)
	case onboarding.StepSuspend:
		return a.Suspend(reasons, act)
	case onboarding.StepResume:
		return a.Resume(reasons, act)
	case onboarding.StepTerminate:
		return a.Terminate(reasons, act)
	}
	t.Fatalf("unknown step %q", step)
	return a, nil
}

func allSteps() []onboarding.Step {
	var steps []onboarding.Step
	for _, m := range onboarding.Transitions() {
		if !slices.Contains(steps, m.Step) {
			steps = append(steps, m.Step)
		}
	}
	return steps
}

// likely are the steps out of a state towards live, drawn more often so that walks get far.
func likely(s onboarding.State) []onboarding.Step {
	switch s {
	case onboarding.Draft:
		return []onboarding.Step{onboarding.StepBring, onboarding.StepBring, onboarding.StepSubmit}
	case onboarding.Submitted, onboarding.DocumentsWanted:
		return []onboarding.Step{onboarding.StepBring, onboarding.StepReview}
	case onboarding.InReview:
		return []onboarding.Step{onboarding.StepExamine, onboarding.StepClear, onboarding.StepApprove}
	case onboarding.Approved:
		return []onboarding.Step{onboarding.StepConfirm}
	case onboarding.ContractSent:
		return []onboarding.Step{onboarding.StepAccept}
	}
	return []onboarding.Step{onboarding.StepExamine, onboarding.StepVerify, onboarding.StepSuspend,
		onboarding.StepResume}
}

func walk(t *rapid.T, after func(before, a onboarding.Application, step onboarding.Step, act onboarding.Act),
) onboarding.State {
	a, err := onboarding.Open(3, sampleForm(), shop(noon))
	if err != nil {
		t.Fatal(err)
	}
	at, steps := noon, allSteps()
	// Numbers near 0 are drawn more often than others, so the rare one lies in the middle.
	rare := func(label string) bool {
		return rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}).Draw(t, label) == 1
	}
	for range rapid.IntRange(10, 80).Draw(t, "length") {
		step := rapid.SampledFrom(likely(a.State)).Draw(t, "likely step")
		if rare("stray") {
			step = rapid.SampledFrom(steps).Draw(t, "step")
		}
		at = at.Add(rapid.SampledFrom([]time.Duration{0, time.Minute, time.Hour}).Draw(t, "wait"))
		if rare("long wait") {
			at = at.Add(rapid.SampledFrom([]time.Duration{26 * time.Hour, 40 * 24 * time.Hour}).Draw(t, "days"))
		}
		people := []onboarding.PersonID{"shop", "first", "last", "other"}
		act := onboarding.Act{By: rapid.SampledFrom(people).Draw(t, "who"), Side: sideFor(step), At: at}
		if !rare("stranger") {
			act.By = usual(step)
		}
		if rare("wrong side") {
			act.Side = onboarding.Side(rapid.IntRange(0, 3).Draw(t, "side"))
		}
		before := snapshot(a)
		next, err := move(t, a, step, act)
		if !reflect.DeepEqual(before, a) {
			t.Fatalf("%s changed the application it was given", step)
		}
		if err != nil {
			if fault.CodeOf(err) == "" || fault.DetailOf(err) == "" || next.State != "" {
				t.Fatalf("%s of %q: %v with %q", step, a.State, err, next.State)
			}
			continue
		}
		after(a, next, step, act)
		a = next
	}
	return a.State
}

// usual is who takes a step when nothing goes wrong.
func usual(step onboarding.Step) onboarding.PersonID {
	switch step {
	case onboarding.StepConfirm, onboarding.StepResume:
		return "last"
	case onboarding.StepExamine, onboarding.StepApprove, onboarding.StepReview, onboarding.StepClear,
		onboarding.StepVerify, onboarding.StepSuspend:
		return "first"
	}
	return "shop"
}

func sideFor(step onboarding.Step) onboarding.Side {
	for _, m := range onboarding.Transitions() {
		if m.Step == step {
			return m.By[0]
		}
	}
	return 0
}

// snapshot copies the lists that a careless step could change in place.
func snapshot(a onboarding.Application) onboarding.Application {
	a.Hands, a.Wanted, a.Decisions = slices.Clone(a.Hands), slices.Clone(a.Wanted), slices.Clone(a.Decisions)
	a.Examination.Findings = slices.Clone(a.Examination.Findings)
	a.Form.Documents, a.Form.Stores = slices.Clone(a.Form.Documents), slices.Clone(a.Form.Stores)
	a.Form.People = slices.Clone(a.Form.People)
	return a
}

func TestRandomWalksNeverReachAnIllegalState(t *testing.T) {
	t.Parallel()
	reached := map[onboarding.State]int{}
	rapid.Check(t, func(t *rapid.T) {
		reached[walk(t, func(before, a onboarding.Application, step onboarding.Step, act onboarding.Act) {
			if !a.State.Valid() || before.State.Final() {
				t.Fatalf("%s led from %q to %q", step, before.State, a.State)
			}
			if a.State != before.State && !slices.Contains(allowed[before.State], a.State) {
				t.Fatalf("%s led from %q to %q", step, before.State, a.State)
			}
			if a.At.Before(before.At) || len(a.Decisions) < len(before.Decisions) {
				t.Fatalf("%s lost time or decisions", step)
			}
			if !reflect.DeepEqual(a.Decisions[:len(before.Decisions)], before.Decisions) &&
				len(before.Decisions) > 0 {
				t.Fatalf("%s changed an earlier decision", step)
			}
		})]++
	})
	if len(reached) < 5 {
		t.Errorf("all walks ended in %v", reached)
	}
	t.Log(reached)
}

func TestLiveIsReachedOnlyByTwoPeopleWithNothingLeftOpen(t *testing.T) {
	t.Parallel()
	lives := 0
	rapid.Check(t, func(t *rapid.T) {
		var hands []onboarding.PersonID
		walk(t, func(before, a onboarding.Application, step onboarding.Step, act onboarding.Act) {
			if step == onboarding.StepConfirm {
				if slices.Contains(hands, act.By) || act.By == before.First.By {
					t.Fatalf("%s had a hand in it and gave the last approval", act.By)
				}
				if open := a.Examination.Open(); len(open) > 0 || a.Examination.Of != a.Digest() {
					t.Fatalf("approved with %v open", open)
				}
				if a.First.Digest != a.Digest() || act.At.Sub(a.First.At) > 24*time.Hour {
					t.Fatal("the first approval was of another form, or old")
				}
			}
			if act.Side != onboarding.Clock && !slices.Contains(hands, act.By) {
				hands = append(hands, act.By)
			}
			if a.State != onboarding.Live || before.State == onboarding.Live {
				return
			}
			lives++
			if a.First.By == "" || a.Last.By == "" || a.First.By == a.Last.By {
				t.Fatalf("live by %q and %q", a.First.By, a.Last.By)
			}
			signed := before.State == onboarding.ContractSent
			if signed && (a.First.Digest != a.Digest() || a.Last.Digest != a.Digest()) {
				t.Fatal("live with another form than was approved")
			}
			if before.State == onboarding.Suspended && act.By == before.SuspendedBy {
				t.Fatalf("%s suspended and resumed", act.By)
			}
			if open := a.Examination.Open(); len(open) > 0 {
				t.Fatalf("live with %v open", open)
			}
		})
	})
	t.Logf("went live %d times", lives)
	if lives == 0 {
		t.Error("no walk went live")
	}
}

func TestTheTableAndTheStepsAgree(t *testing.T) {
	t.Parallel()
	worlds := map[onboarding.State]func(testing.TB) onboarding.Application{onboarding.Draft: papered,
		onboarding.InReview: func(t testing.TB) onboarding.Application { return examined(t) },
		onboarding.Approved: approved, onboarding.ContractSent: confirmed, onboarding.Live: live}
	seen := map[string]bool{}
	for _, m := range onboarding.Transitions() {
		key := fmt.Sprint(m.Step, m.From)
		if seen[key] || len(m.By) == 0 || !m.From.Valid() || !m.To.Valid() || m.From.Final() {
			t.Errorf("%v is no good line", m)
		}
		seen[key] = true
	}
	for _, step := range allSteps() {
		for _, from := range onboarding.States() {
			build, ok := worlds[from]
			if !ok || seen[fmt.Sprint(step, from)] {
				continue
			}
			rapid.Check(t, func(t2 *rapid.T) {
				got, err := move(t2, build(t), step, by("z", sideFor(step), noon))
				if fault.CodeOf(err) != onboarding.CodeStepIllegal {
					t2.Fatalf("%s of %s: %q, %v", step, from, got.State, err)
				}
			})
		}
	}
}

func TestActsComeInOrderAndFromSomebody(t *testing.T) {
	t.Parallel()
	a := papered(t)
	got, err := a.Submit(by("", onboarding.Staff, noon))
	refused(t, got, err, fault.Invalid, onboarding.CodeActorUnnamed)
	got, err = a.Submit(house(noon))
	refused(t, got, err, fault.Denied, onboarding.CodeActorMayNot)
	got, err = a.Submit(by("x", 0, noon))
	refused(t, got, err, fault.Denied, onboarding.CodeActorMayNot)
	got, err = a.Submit(shop(noon.Add(-time.Microsecond)))
	refused(t, got, err, fault.Conflict, onboarding.CodeActOutOfOrder)
	got, err = a.Submit(shop(time.Time{}))
	refused(t, got, err, fault.Conflict, onboarding.CodeActOutOfOrder)
	got, err = onboarding.Application{}.Submit(shop(noon))
	refused(t, got, err, fault.Conflict, onboarding.CodeStepIllegal)
}
