// SPDX-License-Identifier: Apache-2.0

package process

import (
	"bytes"
	"errors"
	"io/fs"
	"os"

	"github.com/kakehashi-pay/kakehashi/audit"
	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/ledger"
	"github.com/kakehashi-pay/kakehashi/payment"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// witness appends the signed head of each lane to a file at every seal. The file should lie where whoever can write the
// store cannot: what it holds cannot be rewritten unseen any more.
type witness struct {
	file   *os.File
	key    wire.PrivateKey
	alarms *Alarms
	heads  chan audit.Head
	done   chan struct{}
}

// openWitness opens the file and begins to write what is noted.
func openWitness(path string, key wire.PrivateKey, alarms *Alarms) (*witness, error) {
	if err := mend(path); err != nil {
		return nil, fault.Wrap("process.Witness", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.Wrap("process.Witness", err)
	}
	w := &witness{file: file, key: key, alarms: alarms, heads: make(chan audit.Head, 4096), done: make(chan struct{})}
	go w.write()
	return w, nil
}

// mend takes the beginning of a line away that a killed process did not finish.
func mend(path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.Truncate(path, int64(bytes.LastIndexByte(text, '\n')+1))
}

// note takes the heads of the seals among some rows. It does not wait.
func (w *witness) note(rows []ledger.Row, _ []*payment.Payment) {
	for i := range rows {
		if r := &rows[i]; r.Kind == ledger.Seal {
			select {
			case w.heads <- audit.Head{Lane: r.Lane, N: r.N, Hash: r.Hash, At: r.At}:
			default:
				w.alarms.Raise("witness", "the witness file cannot keep up with the seals")
			}
		}
	}
}

func (w *witness) write() {
	defer close(w.done)
	for head := range w.heads {
		var line bytes.Buffer
		err := audit.WriteHead(&line, w.key, head)
		if err == nil {
			_, err = w.file.Write(line.Bytes())
		}
		if err == nil {
			err = w.file.Sync()
		}
		if err != nil {
			w.alarms.Raise("witness", "a head could not be written: "+err.Error())
		}
	}
}

func (w *witness) close() {
	close(w.heads)
	<-w.done
	w.file.Close()
}

// witnessKey is the key that signs heads: derived from the operator's keys, which whoever owns the
// database does not have, and from the part of them that is never renewed.
func (m Master) witnessKey(network string) (wire.PrivateKey, error) {
	seed, err := derive(m.codes, network+" witness")
	if err != nil {
		return wire.PrivateKey{}, err
	}
	return wire.GenerateEd25519(bytes.NewReader(seed[:]))
}

// WitnessKey is the public key that proves the heads of a configuration's witness file.
//
// Errors: Invalid configuration_invalid.
func WitnessKey(c Config, inSandbox bool) (wire.PublicKey, error) {
	master, err := ReadMaster(c.MasterKey)
	if err != nil {
		return wire.PublicKey{}, err
	}
	key, err := master.witnessKey(NetworkName(inSandbox))
	return key.Public(), err
}
