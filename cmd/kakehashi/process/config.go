// SPDX-License-Identifier: Apache-2.0

// Package process is a running kakehashi: its houses, its listeners, its workers, its alarms and its control socket, wired
// from one configuration.
package process

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/store"
)

// CodeConfig is the code of a configuration that cannot be run.
const CodeConfig fault.Code = "configuration_invalid"

// Config is what an operator decides. Every field has a good zero value but Data.
type Config struct {
	// Data is the folder of everything that is kept: books, projections, locks, witness. Required.
	Data string `toml:"data"`
	// Books is where the books are: empty for SQLite in the data folder, or a postgres:// URL.
	Books string `toml:"books"`
	// SandboxBooks is where the books of SANDBOX_ clients are; empty for SQLite in the data folder, "none" for no sandbox.
	SandboxBooks string `toml:"sandbox_books"`
	// Lanes is how many lanes are open on PostgreSQL; the embedded store has one. Zero: 1.
	Lanes int `toml:"lanes"`
	// Listen is where merchants and wallets call; empty: 127.0.0.1:8080.
	Listen string `toml:"listen"`
	// ListenTLS is where they call over TLS, with a certificate and its key; empty: nowhere.
	ListenTLS string `toml:"listen_tls"`
	// Certificate is the file of the certificate, in PEM.
	Certificate string `toml:"certificate"`
	// Key is the file of the certificate's private key, in PEM.
	Key string `toml:"key"`
	// Operate is where /livez, /readyz and /metrics are served; empty: 127.0.0.1:8081.
	Operate string `toml:"operate"`
	// MasterKey is the file of the keys that seal whatever is secret; empty: the environment's KAKEHASHI_MASTER_KEY.
	MasterKey string `toml:"master_key"`
	// Witness is the file to which signed heads of the journals are appended at every quarter hour. It should lie where whoever
	// can write the store cannot. Empty: the data folder.
	Witness string `toml:"witness"`
	// QuoteSeconds is how long a line of a price list lives. Zero: 60.
	QuoteSeconds int `toml:"quote_seconds"`
	// InFlightMax is how many requests are served at once; beyond it a bare 503 is the answer. Zero: 1024.
	InFlightMax int `toml:"in_flight_max"`
	// NotifyPrivate lets notifications go to private and loopback addresses. Only for trials.
	NotifyPrivate bool `toml:"notify_private"`

	Unbounded bool `toml:"-"` // no bound on what is taken on: for benches that show what the bounds are for
}

// ReadConfig reads a configuration file in TOML.
//
// Errors: Invalid configuration_invalid, naming the field.
func ReadConfig(path string) (Config, error) {
	var c Config
	meta, err := toml.DecodeFile(path, &c)
	if err != nil {
		return c, &fault.Error{Op: "process.ReadConfig", Kind: fault.Invalid, Code: CodeConfig, Subject: path,
			Detail: err.Error()}
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return c, badConfig(unknown[0].String(), "is no field of the configuration")
	}
	return c, c.Check()
}

func badConfig(field, why string) error {
	return &fault.Error{Op: "process.Config", Kind: fault.Invalid, Code: CodeConfig, Subject: field, Detail: field + " " + why}
}

// Check refuses what cannot be run, and fills in what was left out.
//
// Errors: Invalid configuration_invalid, naming the field.
func (c *Config) Check() error {
	if c.Data == "" {
		return badConfig("data", "is missing: name the folder of the store")
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8080"
	}
	if c.Operate == "" {
		c.Operate = "127.0.0.1:8081"
	}
	if c.Books == "" {
		c.Books = filepath.Join(c.Data, "books.db")
	}
	if c.SandboxBooks == "" {
		c.SandboxBooks = filepath.Join(c.Data, "sandbox.db")
	}
	if c.Witness == "" {
		c.Witness = filepath.Join(c.Data, "witness")
	}
	if c.Lanes == 0 {
		c.Lanes = 1
	}
	if c.QuoteSeconds == 0 {
		c.QuoteSeconds = 60
	}
	if c.InFlightMax == 0 {
		c.InFlightMax = 1024
	}
	for _, address := range [...][2]string{{"listen", c.Listen}, {"operate", c.Operate}, {"listen_tls", c.ListenTLS}} {
		if _, _, err := net.SplitHostPort(address[1]); address[1] != "" && err != nil {
			return badConfig(address[0], "must be host:port")
		}
	}
	switch {
	case c.Lanes < 1 || c.Lanes > 64:
		return badConfig("lanes", "must lie between 1 and 64")
	case c.Lanes > 1 && store.Location(c.Books).Engine() == "sqlite":
		return badConfig("lanes", "must be 1 on the embedded store")
	case c.ListenTLS != "" && (c.Certificate == "" || c.Key == ""):
		return badConfig("listen_tls", "needs certificate and key")
	case c.QuoteSeconds < 5 || c.QuoteSeconds > 86_400:
		return badConfig("quote_seconds", "must lie between 5 and 86400")
	case c.InFlightMax < 1:
		return badConfig("in_flight_max", "must be at least 1")
	}
	return os.MkdirAll(c.Data, 0o700)
}

// quoteLife is how long a line of a price list lives.
func (c *Config) quoteLife() time.Duration { return time.Duration(c.QuoteSeconds) * time.Second }

// NetworkName is the name of the live network, or of the sandbox.
func NetworkName(inSandbox bool) string {
	if inSandbox {
		return sandboxName
	}
	return liveName
}

// BooksOf is where the books of the live network are, or the sandbox's.
func (c *Config) BooksOf(inSandbox bool) store.Location {
	if inSandbox {
		return store.Location(c.SandboxBooks)
	}
	return store.Location(c.Books)
}

// WitnessOf is the witness file of the live network, or the sandbox's.
func (c *Config) WitnessOf(inSandbox bool) string {
	if inSandbox {
		return c.Witness + ".sandbox"
	}
	return c.Witness
}

// lanesOf is how many lanes the live network opens, or the sandbox.
func (c *Config) lanesOf(inSandbox bool) int {
	if inSandbox {
		return 1
	}
	return c.Lanes
}

// ControlSocket is where commands reach the running process.
func (c *Config) ControlSocket() string { return filepath.Join(c.Data, "control.sock") }

// ShelfOf is where the projections of books are: beside them.
func ShelfOf(books string) string {
	if store.Location(books).Engine() == "postgres" {
		return books
	}
	return books + ".shelf"
}

// holder names this process to others: where it listens, and its pid.
func (c *Config) holder() string { return fmt.Sprintf("%s pid %d", c.Listen, os.Getpid()) }
