// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake"
	"github.com/kakehashi-pay/kakehashi/cmd/kakehashi/intake/sample"
)

type merchantSample struct {
	File      string  `arg:"" help:"Where to write it: NAME.csv or NAME.jsonl." type:"path"`
	Merchants int     `default:"300000" help:"How many merchants."`
	Stores    int     `default:"400000" help:"How many stores they have together."`
	Seed      uint64  `default:"1" help:"The same seed makes the same file."`
	Format    string  `default:"auto" enum:"auto,csv,jsonl" help:"csv or jsonl; else as the file's name ends."`
	Encoding  string  `default:"utf-8" help:"utf-8 or shift_jis."`
	Bad       float64 `default:"0" help:"Share of rows that cannot be imported: 0.01 is one in a hundred."`
	Plan      string  `help:"Fee plan of all of them; without it the file names none, and the import must."`
}

// Run makes the file.
func (m *merchantSample) Run() (err error) {
	o := sample.Order{Merchants: m.Merchants, Stores: m.Stores, Seed: m.Seed, Bad: m.Bad, Plan: m.Plan}
	if o.Format, err = intake.FormatOf(m.File, m.Format); err != nil {
		return err
	}
	if o.Encoding, err = intake.ParseEncoding(m.Encoding); err != nil {
		return err
	}
	if o.Encoding == "" {
		o.Encoding = intake.UTF8
	}
	if o.Merchants < 1 || o.Stores < 0 || o.Bad < 0 || o.Bad > 1 {
		return errors.New("there must be a merchant, no fewer than 0 stores, and 0 to 1 of the rows bad")
	}
	file, err := os.Create(m.File)
	if err != nil {
		return err
	}
	made, err := sample.Write(file, o)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	fmt.Printf("%s: %d rows, of them %d bad; the good ones are %d merchants and %d stores\n", m.File, made.Rows,
		made.Bad,
		made.Merchants, made.Stores)
	return nil
}
