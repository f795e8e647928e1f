// SPDX-License-Identifier: Apache-2.0

package process

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/vault"
	"github.com/kakehashi-pay/kakehashi/wallet"
)

// masterVariable is the environment's name for the master key.
const masterVariable = "KAKEHASHI_MASTER_KEY"

// Master is the operator's keys by version. What is secret in the store is sealed under the newest; older ones still open
// what they sealed, and are destroyed once everything that stays is sealed anew.
type Master struct {
	keys   map[int][32]byte
	newest int
	codes  [32]byte // keys the marks of payers' codes: it must outlive every version, or a repeated payment is not known again
}

// String hides the keys.
func (Master) String() string { return "[master key]" }

// GoString hides the keys.
func (Master) GoString() string { return "[master key]" }

// codesLine begins the line that keys the marks of payers' codes.
const codesLine = "codes"

// ReadMaster reads the master key from a file or, without one, from the environment: a line for each version, "1:" and 64
// hexadecimal digits, and one that begins with "codes:".
//
// Errors: Invalid configuration_invalid. No part of the text is in an error.
func ReadMaster(path string) (Master, error) {
	text := os.Getenv(masterVariable)
	if path != "" {
		info, err := os.Stat(path)
		if err != nil {
			return Master{}, badConfig("master_key", "cannot be read: "+err.Error())
		}
		if info.Mode().Perm()&0o077 != 0 {
			return Master{}, badConfig("master_key", "may be read by others than its owner: chmod 600 "+path)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return Master{}, badConfig("master_key", "cannot be read: "+err.Error())
		}
		text = string(raw)
	}
	return parseMaster(text)
}

func parseMaster(text string) (Master, error) {
	m := Master{keys: map[int][32]byte{}}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		before, after, _ := strings.Cut(line, ":")
		key, keyErr := hex.DecodeString(after)
		if keyErr == nil && len(key) == 32 && before == codesLine {
			m.codes = [32]byte(key)
			continue
		}
		version, err := strconv.Atoi(before)
		if err != nil || keyErr != nil || len(key) != 32 || version < 1 || version > 255 {
			return Master{}, badConfig("master_key",
				"must hold lines of a version or the word codes, a colon and 64 hexadecimal digits")
		}
		m.keys[version] = [32]byte(key)
		m.newest = max(m.newest, version)
	}
	if m.newest == 0 || m.codes == [32]byte{} {
		return Master{}, badConfig("master_key", "is missing: run kakehashi keys master, or set "+masterVariable)
	}
	return m, nil
}

// CreateMaster writes a new master key to a file that must not be there yet.
//
// Errors: Conflict when the file is there.
func CreateMaster(path string) error {
	var key, codes [32]byte
	if _, err := rand.Read(key[:]); err != nil {
		return fault.Wrap("process.CreateMaster", err)
	}
	if _, err := rand.Read(codes[:]); err != nil {
		return fault.Wrap("process.CreateMaster", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return &fault.Error{Op: "process.CreateMaster", Kind: fault.Conflict, Code: CodeConfig, Subject: path,
			Detail: "the file is there already: a master key is never overwritten"}
	}
	if err != nil {
		return fault.Wrap("process.CreateMaster", err)
	}
	_, err = fmt.Fprintf(f, "# Whoever has this file can open whatever is sealed in the store. Keep it apart from backups.\n"+
		"1:%x\n%s:%x\n", key, codesLine, codes)
	return errors.Join(err, f.Close())
}

// derive is 32 bytes for one purpose from a version of the master key.
func (m Master) derive(version int, purpose string) ([32]byte, error) {
	key, ok := m.keys[version]
	if !ok {
		return [32]byte{}, badConfig("master_key", fmt.Sprintf("has no version %d", version))
	}
	return derive(key, purpose)
}

func derive(key [32]byte, purpose string) ([32]byte, error) {
	out, err := hkdf.Key(sha256.New, key[:], nil, "kakehashi "+purpose, 32)
	if err != nil {
		return [32]byte{}, fault.Wrap("process.derive", err)
	}
	return [32]byte(out), nil
}

// secrets are what one network keeps its free text, private keys and payment codes with.
func (m Master) secrets(network string) (vault.Ring, wallet.Secret, error) {
	keys := map[vault.Version][32]byte{}
	for version := range m.keys {
		key, err := m.derive(version, network+" vault")
		if err != nil {
			return vault.Ring{}, wallet.Secret{}, err
		}
		keys[vault.Version(version)] = key
	}
	ring, err := vault.NewRing(vault.Version(m.newest), keys)
	if err != nil {
		return vault.Ring{}, wallet.Secret{}, err
	}
	codes, err := derive(m.codes, network+" codes")
	if err != nil {
		return vault.Ring{}, wallet.Secret{}, err
	}
	return ring, wallet.NewSecret(codes), nil
}
