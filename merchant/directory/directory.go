// SPDX-License-Identifier: Apache-2.0

// Package directory finds merchants by part of what they are called, in memory.
//
// It keeps of every merchant and store the folded name and the reference in one arena of bytes with small fixed records,
// and scans them: there is no index of words, so any part of a name is found, in kanji, kana of either width, or romaji.
// Kanji have no readings: 桜 is not found by sakura. Telephone numbers are not kept, so digits find references and the
// digits of names only. It is derived from the catalogue: it may lag, it may be rebuilt, and it decides nothing.
//
// Read directory.go, word.go, search.go.
package directory

import (
	"github.com/kakehashi-pay/kakehashi/ident"
	"github.com/kakehashi-pay/kakehashi/merchant"
)

// Directory is merchants with their stores, by what they are called.
//
// Concurrency: any number may search while nobody changes it.
type Directory struct {
	texts     arena
	merchants rows[entry]
	shops     rows[shop]
	ids       table // of merchants
	places    table // of shops
	holders   []ident.Holder
	numbers   map[ident.Holder]uint32 // of holders: their places in holders
	live      int                     // merchants that are not removed
	liveShops int
	fresh     laid // what is being put
}

// entry is one merchant.
type entry struct {
	key        ident.Digest
	text       span
	holder     uint32
	shops      uint32 // 1 + the number of the first of its shops; 0: it has none
	mcc        [4]byte
	lane       ident.Lane
	region     [2]byte
	prefecture uint8
	status     uint8 // 1 + the place in statuses; 0: removed, or only its stores are known yet
}

// shop is one store of a merchant.
type shop struct {
	text  span
	owner uint32
	next  uint32 // as entry.shops
	gone  bool
}

// statuses are those a merchant may have.
var statuses = [...]merchant.Status{merchant.Live, merchant.Suspended, merchant.Ended}

// New is a directory of nobody.
func New() *Directory {
	return &Directory{numbers: map[ident.Holder]uint32{}}
}

// Merchants is how many merchants can be found.
func (d *Directory) Merchants() int { return d.live }

// Stores is how many stores can be found.
func (d *Directory) Stores() int { return d.liveShops }

// Put makes a merchant findable as it now is, and no longer as it was.
func (d *Directory) Put(m *merchant.Merchant) {
	e := d.merchants.at(d.owner(m.ID.Digest))
	if e.status == 0 {
		d.live++
	}
	e.holder, e.lane = d.holder(m.Holder), m.ID.Lane
	e.mcc, e.region, e.prefecture = code[[4]byte](m.MCC), code[[2]byte](m.Region), uint8(m.Prefecture)
	e.status = statusOf(m.Status)
	d.fresh.lay(m.Name, m.Reference)
	d.texts.put(&e.text, &d.fresh)
	d.tidy()
}

// PutStore makes a merchant findable by one of its stores as that now is. The lane of the store's merchant is not looked at.
func (d *Directory) PutStore(s *merchant.Store) {
	owner := d.owner(s.Merchant.Digest)
	n, known := d.shop(owner, s.Merchant.Digest, s.Reference)
	if !known {
		e := d.merchants.at(owner)
		n = d.shops.add(shop{owner: owner, next: e.shops, gone: true})
		e.shops = n + 1
		d.places.add(placeHash(s.Merchant.Digest, s.Reference), n, d.hashOfShop)
	}
	one := d.shops.at(n)
	if one.gone {
		one.gone = false
		d.liveShops++
	}
	d.fresh.lay(s.Name, s.Reference)
	d.fresh.layExact(s.Reference)
	d.texts.put(&one.text, &d.fresh)
	d.tidy()
}

// Remove makes a merchant and its stores unfindable. Their records are kept for when they come again.
func (d *Directory) Remove(id merchant.ID) {
	n, known := d.ids.find(idHash(id.Digest), func(n uint32) bool { return d.merchants.at(n).key == id.Digest })
	if !known {
		return
	}
	e := d.merchants.at(n)
	if e.status != 0 {
		d.live--
	}
	e.status = 0
	for next := e.shops; next != 0; {
		one := d.shops.at(next - 1)
		if !one.gone {
			d.liveShops--
		}
		one.gone, next = true, one.next
	}
}

// owner is the number of a merchant's record, which is made where there is none.
func (d *Directory) owner(key ident.Digest) uint32 {
	hash := idHash(key)
	if n, ok := d.ids.find(hash, func(n uint32) bool { return d.merchants.at(n).key == key }); ok {
		return n
	}
	n := d.merchants.add(entry{key: key})
	d.ids.add(hash, n, d.hashOfMerchant)
	return n
}

// shop is the number of a store's record; ok is false where there is none.
func (d *Directory) shop(owner uint32, key ident.Digest, reference string) (uint32, bool) {
	return d.places.find(placeHash(key, reference), func(n uint32) bool {
		one := d.shops.at(n)
		return one.owner == owner && string(d.texts.of(one.text).exact()) == reference
	})
}

func (d *Directory) hashOfMerchant(n uint32) uint64 { return idHash(d.merchants.at(n).key) }

func (d *Directory) hashOfShop(n uint32) uint64 {
	one := d.shops.at(n)
	return placeHash(d.merchants.at(one.owner).key, string(d.texts.of(one.text).exact()))
}

// holder is the number of an account holder.
func (d *Directory) holder(id ident.Holder) uint32 {
	if n, ok := d.numbers[id]; ok {
		return n
	}
	n := uint32(len(d.holders))
	d.holders, d.numbers[id] = append(d.holders, id), n
	return n
}

// tidy lays the texts anew when most of what the arena holds is old.
func (d *Directory) tidy() {
	if !d.texts.wasteful() {
		return
	}
	var laid arena
	for n := range d.merchants.len() {
		laid.move(&d.merchants.at(n).text, &d.texts)
	}
	for n := range d.shops.len() {
		laid.move(&d.shops.at(n).text, &d.texts)
	}
	d.texts = laid
}

// code is a code of fixed length; what is longer is cut.
func code[T [2]byte | [4]byte](text string) (c T) {
	for i := range min(len(c), len(text)) {
		c[i] = text[i]
	}
	return c
}

// statusOf is how a status is kept. One that is not known is kept as ended: it is found, and by no filter for the living.
func statusOf(s merchant.Status) uint8 {
	for i, known := range statuses {
		if known == s {
			return uint8(1 + i)
		}
	}
	return uint8(len(statuses))
}
