// SPDX-License-Identifier: Apache-2.0

package jpqr

import "github.com/kakehashi-pay/kakehashi/qr"

// GUID is the name of the profile's template among the merchant accounts of a code. It is found by this name under
// any identifier from 26 to 51.
const GUID = "jp.or.paymentsjapan"

// storeLen is the length of a store identifier; levelLens are those of its four levels.
const storeLen = 29

var levelLens = [4]int{13, 4, 6, 6}

// StoreID is the unified store identifier of the council: four levels of 13, 4, 6 and 6 characters, one after another.
type StoreID string

// ParseStoreID reads the 29 characters of a store identifier: digits, or letters of ASCII, since no source says that
// there can be none.
//
// Errors: Invalid jpqr_store_malformed.
func ParseStoreID(text string) (StoreID, error) {
	if len(text) != storeLen || !alphanumeric(text) {
		return "", refuse("jpqr.ParseStoreID", CodeStoreMalformed, "store", "must be 29 digits or letters")
	}
	return StoreID(text), nil
}

// Levels are the four levels of management, widest first; empty for a StoreID that is none.
func (s StoreID) Levels() (levels [4]string) {
	if len(s) != storeLen {
		return levels
	}
	at := 0
	for i, length := range levelLens {
		levels[i] = string(s[at : at+length])
		at += length
	}
	return levels
}

// template is the store as a merchant account.
func (s StoreID) template() (qr.Template, error) {
	objects := []qr.Object{{ID: 0, Value: GUID}}
	for i, level := range s.Levels() {
		objects = append(objects, qr.Object{ID: qr.ID(i + 1), Value: level})
	}
	return qr.NewTemplate(objects...)
}

// storeOf reads the store from the one template of the profile.
func storeOf(accounts []qr.Object) (StoreID, *breach) {
	var own qr.Object
	for _, account := range accounts {
		if account.ID < firstTemplate || account.Template().GUID() != GUID {
			continue
		}
		if own.Value != "" {
			return "", &breach{CodeTemplateRepeated, account.ID.String(), "is a second template of " + GUID}
		}
		own = account
	}
	if own.Value == "" {
		return "", &breach{CodeTemplateMissing, "26-51", "must hold a template of " + GUID}
	}
	path := own.ID.String()
	room := [storeLen]byte{}
	text := room[:0]
	for i, length := range levelLens {
		level, _ := own.Template().Lookup(qr.ID(i + 1))
		if len(level) != length || !alphanumeric(level) {
			return "", &breach{CodeStoreMalformed, path + "." + qr.ID(i+1).String(),
				"must be " + [...]string{"13", "4", "6", "6"}[i] + " digits or letters"}
		}
		text = append(text, level...)
	}
	if len(own.Value) != templateLen {
		return "", &breach{CodeTemplateMalformed, path, "must hold the four levels of the store and nothing else"}
	}
	return StoreID(text), nil
}

// firstTemplate is the first merchant account that is a template; those before it are plain texts.
const firstTemplate qr.ID = 26

// templateLen is the length of the profile's template: its name and the four levels, each with its head.
const templateLen = 68

func alphanumeric(text string) bool {
	for i := range len(text) {
		b := text[i]
		if (b < '0' || b > '9') && (b < 'A' || b > 'Z') && (b < 'a' || b > 'z') {
			return false
		}
	}
	return true
}
