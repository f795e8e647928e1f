// SPDX-License-Identifier: Apache-2.0

package onboarding

import (
	"slices"

	"github.com/kakehashi-pay/kakehashi/calendar"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ident"
)

// Codes of the refusals around documents.
const (
	CodeDocumentMalformed fault.Code = "document_malformed"    // a document that cannot be kept as it is
	CodeDocumentsLate     fault.Code = "documents_late"        // brought after the last day
	CodeDocumentsMissing  fault.Code = "documents_missing"     // a review that has nothing to look at
	CodeDocumentsNotLate  fault.Code = "documents_not_late"    // lapsing an application that is in time
	CodeDocumentsUnnamed  fault.Code = "documents_unnamed"     // asking for nothing, or for what there is not
	CodeExtractOld        fault.Code = "register_extract_old"  // the register extract is older than three months
	CodeIdentityFixed     fault.Code = "holder_or_name_fixed"  // a change of whose application it is
	CodeFormTooLarge      fault.Code = "form_holds_no_further" // as many documents as a form may hold
)

// Open begins an application.
//
// Errors: Invalid actor_unnamed, form_incomplete; Denied actor_may_not, when neither applicant nor staff opens it.
func Open(lane ident.Lane, f Form, act Act) (Application, error) {
	const op Step = "open"
	switch {
	case act.By == "":
		return Application{}, refuse(op, fault.Invalid, CodeActorUnnamed, "the actor must be named")
	case act.Side != Applicant && act.Side != Staff:
		return Application{}, refuse(op, fault.Denied, CodeActorMayNot, "the actor's side may not open an application")
	case act.At.IsZero() || ident.CheckName("holder", string(f.Holder)) != nil || !written(f.Reference):
		return Application{}, refuse(op, fault.Invalid, CodeFormIncomplete, "holder and reference must be written")
	}
	a := Application{ID: NameOf(lane, f.Holder, f.Reference), State: Draft, At: act.At, Form: f.clone()}
	a.Form.Documents = nil // they come through Bring, which looks at them
	a.touch(act.By)
	return a, nil
}

func (f Form) clone() Form {
	f.People, f.Stores, f.Documents = slices.Clone(f.People), slices.Clone(f.Stores), slices.Clone(f.Documents)
	return f
}

// Edit puts another form in the place of the present one. Documents stay, but for those of stores that are gone. An
// application that one had approved goes back to review.
//
// Errors: those of every step; Invalid form_incomplete once it was submitted, holder_or_name_fixed.
func (a Application) Edit(f Form, act Act) (Application, error) {
	next, err := a.take(StepEdit, act)
	if err != nil {
		return Application{}, err
	}
	if f.Holder != a.Form.Holder || f.Reference != a.Form.Reference {
		return Application{}, refuse(StepEdit, fault.Invalid, CodeIdentityFixed,
			"holder and reference are the application's name and must stay")
	}
	f = f.clone()
	f.Documents = slices.DeleteFunc(slices.Clone(a.Form.Documents), func(d Document) bool {
		return d.Store != "" && !slices.ContainsFunc(f.Stores, func(s Store) bool { return s.Reference == d.Store })
	})
	if a.State != Draft {
		if err := f.check(); err != nil {
			return Application{}, err
		}
	}
	next.Form, next.First = f, Approval{}
	next.Wanted = slices.DeleteFunc(next.Wanted, func(w Want) bool { return !f.knows(w) })
	next.touch(act.By)
	return next, nil
}

// knows reports whether a document could be about something in the form.
func (f Form) knows(w Want) bool {
	return w.Kind.Valid() && (w.Store == "" ||
		slices.ContainsFunc(f.Stores, func(s Store) bool { return s.Reference == w.Store }))
}

// Bring adds a document, which also answers a wish for its kind.
//
// Errors: those of every step; Invalid document_malformed; Conflict documents_late; Exhausted form_holds_no_further.
func (a Application) Bring(d Document, act Act) (Application, error) {
	next, err := a.take(StepBring, act)
	if err != nil {
		return Application{}, err
	}
	today := calendar.TokyoDay(act.At)
	if rule := a.Form.wrongDocument(d); rule != "" {
		return Application{}, refuse(StepBring, fault.Invalid, CodeDocumentMalformed, "document "+rule)
	}
	if !d.good(today) {
		return Application{}, refuse(StepBring, fault.Invalid, CodeDocumentMalformed,
			"document must be issued by today and not have expired")
	}
	if a.late(today) {
		return Application{}, refuse(StepBring, fault.Conflict, CodeDocumentsLate,
			"the last day to bring documents was "+a.Due.String())
	}
	if len(a.Form.Documents) >= documentsMax {
		return Application{}, refuse(StepBring, fault.Exhausted, CodeFormTooLarge, "documents are as many as may be")
	}
	next.Form = a.Form.clone()
	next.Form.Documents = append(next.Form.Documents, d)
	next.Wanted = slices.DeleteFunc(next.Wanted, func(w Want) bool { return w == Want{d.Kind, d.Store} })
	next.touch(act.By)
	return next, nil
}

// late reports whether documents that were asked for are overdue.
func (a Application) late(today calendar.Date) bool {
	return a.State == DocumentsWanted && len(a.Wanted) > 0 && today.Compare(a.Due) > 0
}

// Submit hands the application in. Documents may still be missing.
//
// Errors: those of every step; Invalid form_incomplete.
func (a Application) Submit(act Act) (Application, error) {
	next, err := a.take(StepSubmit, act)
	if err != nil {
		return Application{}, err
	}
	if err := a.Form.check(); err != nil {
		return Application{}, err
	}
	next.touch(act.By)
	return next, nil
}

// Want asks for documents, to be brought within one month: those named and those the form cannot do without.
//
// Errors: those of every step; Invalid documents_unnamed.
func (a Application) Want(list []Want, act Act) (Application, error) {
	next, err := a.take(StepWant, act)
	if err != nil {
		return Application{}, err
	}
	today := calendar.TokyoDay(act.At)
	next.Wanted = a.Form.Missing(today)
	for _, w := range list {
		if !a.Form.knows(w) {
			return Application{}, refuse(StepWant, fault.Invalid, CodeDocumentsUnnamed,
				"documents must be of a known kind and about the entity or a store of the form")
		}
		if !slices.Contains(next.Wanted, w) {
			next.Wanted = append(next.Wanted, w)
		}
	}
	if len(next.Wanted) == 0 {
		return Application{}, refuse(StepWant, fault.Invalid, CodeDocumentsUnnamed, "documents must be named")
	}
	next.Due = DocumentsDue(today)
	next.touch(act.By)
	next.decide(StepWant, a.State, act, wishes(next.Wanted)...)
	return next, nil
}

func wishes(list []Want) []string {
	var texts []string
	for _, w := range list {
		texts = append(texts, fieldOf(w.Store, string(w.Kind)))
	}
	return texts
}

// Withdraw ends the application at the applicant's wish.
//
// Errors: those of every step.
func (a Application) Withdraw(act Act) (Application, error) {
	next, err := a.take(StepWithdraw, act)
	if err != nil {
		return Application{}, err
	}
	next.decide(StepWithdraw, a.State, act)
	return next, nil
}

// Lapse ends an application whose documents were not brought in time.
//
// Errors: those of every step; Conflict documents_not_late.
func (a Application) Lapse(act Act) (Application, error) {
	next, err := a.take(StepLapse, act)
	if err != nil {
		return Application{}, err
	}
	if !a.late(calendar.TokyoDay(act.At)) {
		return Application{}, refuse(StepLapse, fault.Conflict, CodeDocumentsNotLate,
			"documents are not late: the last day is "+a.Due.String())
	}
	next.decide(StepLapse, a.State, act, wishes(a.Wanted)...)
	return next, nil
}
