// SPDX-License-Identifier: Apache-2.0

package partnertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"
)

// reach is how a server is reached.
type reach uint8

const (
	plainly          reach = iota
	securely               // with a good certificate
	expired                // with a certificate of the past
	misnamed               // with a certificate of another name
	untrusted              // with a certificate of an authority that nobody trusts
	outdated               // with TLS 1.1
	plainBehindHTTPS       // the address says https, the server does not know
	nobodyListens
)

// secured is the server's side of TLS, with the authority that a connector is told to trust.
func (r reach) secured(t testing.TB) (*tls.Config, *x509.CertPool) {
	t.Helper()
	trusted := authority(t)
	issuer := trusted
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "sample wallet"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	switch r {
	case expired:
		leaf.NotAfter = time.Now().Add(-24 * time.Hour)
	case misnamed:
		leaf.IPAddresses, leaf.DNSNames = nil, []string{"another.example"}
	case untrusted:
		issuer = authority(t)
	case outdated:
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	}
	config.Certificates = []tls.Certificate{issuer.issue(t, leaf)}
	pool := x509.NewCertPool()
	pool.AddCert(trusted.certificate)
	return config, pool
}

// issuer is an authority of one test.
type issuer struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func authority(t testing.TB) issuer {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sample authority"},
		NotBefore: time.Now().Add(-72 * time.Hour), NotAfter: time.Now().Add(72 * time.Hour), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	self := issuer{certificate: template, key: newKey(t)}
	signed := self.issueWith(t, template, self.key)
	certificate, err := x509.ParseCertificate(signed.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return issuer{certificate: certificate, key: self.key}
}

func (i issuer) issue(t testing.TB, template *x509.Certificate) tls.Certificate {
	t.Helper()
	return i.issueWith(t, template, newKey(t))
}

func (i issuer) issueWith(t testing.TB, template *x509.Certificate, key *ecdsa.PrivateKey) tls.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, i.certificate, key.Public(), i.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
