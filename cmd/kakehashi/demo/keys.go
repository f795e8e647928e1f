// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/kakehashi-pay/kakehashi/wire"
)

// keychain is the private keys of everybody who takes part in the demo and is not the network: they are samples, and lie in
// the data folder in the open.
type keychain struct {
	path string
	keys map[string]wire.PrivateKey
}

// openKeychain reads the keys that an earlier start made.
func openKeychain(data string) (*keychain, error) {
	k := &keychain{path: filepath.Join(data, "demo-keys.json"), keys: map[string]wire.PrivateKey{}}
	raw, err := os.ReadFile(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return nil, err
	}
	var texts map[string]string
	if err := json.Unmarshal(raw, &texts); err != nil {
		return nil, err
	}
	for name, text := range texts {
		key, err := wire.ParsePrivateKey(text)
		if err != nil {
			return nil, err
		}
		k.keys[name] = key
	}
	return k, nil
}

// key is somebody's key, made the first time.
func (k *keychain) key(name string, algorithm wire.Algorithm) (wire.PrivateKey, error) {
	if key, ok := k.keys[name]; ok {
		return key, nil
	}
	generate := wire.GenerateRSA
	if algorithm == wire.Ed25519 {
		generate = wire.GenerateEd25519
	}
	key, err := generate(rand.Reader)
	if err != nil {
		return key, err
	}
	k.keys[name] = key
	texts := map[string]string{}
	for name, key := range k.keys {
		texts[name] = key.PKCS8()
	}
	raw, err := json.MarshalIndent(texts, "", "  ")
	if err != nil {
		return key, err
	}
	return key, os.WriteFile(k.path, raw, 0o600)
}

// certificates makes a certification authority of the demo's own and a certificate for this machine, where they are not there
// yet, and gives the files.
func certificates(data string, now time.Time) (authority, certificate, key string, err error) {
	folder := filepath.Join(data, "ca")
	authority, key = filepath.Join(folder, "ca.crt"), filepath.Join(folder, "gateway.key")
	certificate = filepath.Join(folder, "gateway.crt")
	if _, err := os.Stat(key); err == nil {
		return authority, certificate, key, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", "", "", err
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", "", err
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Kakehashi demo authority"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(2, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign}
	ownKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", "", err
	}
	own := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(2, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	caBytes, err1 := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	ownBytes, err2 := x509.CreateCertificate(rand.Reader, own, ca, &ownKey.PublicKey, caKey)
	keyBytes, err3 := x509.MarshalPKCS8PrivateKey(ownKey)
	if err := errors.Join(err1, err2, err3); err != nil {
		return "", "", "", err
	}
	err = errors.Join(writePEM(authority, "CERTIFICATE", caBytes), writePEM(certificate, "CERTIFICATE", ownBytes),
		writePEM(key, "PRIVATE KEY", keyBytes))
	return authority, certificate, key, err
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
