// SPDX-License-Identifier: Apache-2.0

package ams

import (
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kakehashi-pay/kakehashi/store"
)

// callable are addresses that may be called, and forbiddens some that may not, each for its own reason.
//
// Source: reference/reliability.md S-26.
var (
	callable = []string{
		"https://shop.example", "https://shop.example/notify?shop=1", "https://shop.example.:8443/n",
		"https://shop.example:443/", "https://shop.example:1024/", "https://93.184.216.34/",
		"https://[2606:2800:220:1:248:1893:25c8:1]/", "https://xn--fiqs8s.example/", "https://7eleven.example/",
	}
	forbiddens = []string{
		"http://shop.example/", "ftp://shop.example/", "file:///etc/passwd", "unix:/run/socket",
		"gopher://shop.example/", "https:shop.example", "https:///path", "//shop.example/", "",
		"https://user@shop.example/", "https://user:word@shop.example/", "https://shop.example@127.0.0.1/",
		"https://shop.example/#part", "https://shop.example:22/", "https://shop.example:25/",
		"https://shop.example:80/", "https://shop.example:0/", "https://shop.example:99999/",
		"https://shop.example:https/", "https://shop.example\\@127.0.0.1/", "https://shop.example/a b",
		"https://中国.example/", "https://127.0.0.1/", "https://127.1.2.3/", "https://0.0.0.0/", "https://10.1.2.3/",
		"https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/",
		"https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://192.0.2.1/",
		"https://198.18.0.1/", "https://224.0.0.1/", "https://255.255.255.255/", "https://[::]/", "https://[::1]/",
		"https://[fd00::1]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[ff02::1]/",
		"https://[::ffff:127.0.0.1]/", "https://[::ffff:8.8.8.8]/", "https://[64:ff9b::7f00:1]/",
		"https://[64:ff9b:1::7f00:1]/", "https://[2002:7f00:1::]/", "https://[2001:0:7f00:1::]/",
		"https://[2001:db8::1]/", "https://[100::1]/", "https://2130706433/", "https://0x7f000001/",
		"https://0x7f.1/", "https://017700000001/", "https://0177.0.0.1/", "https://127.1/", "https://127.0.0.1./",
		"https://999.1.1.1/", "https://99999999999999999999999/", "https://shop.example.1/",
		"https://" + strings.Repeat("1", 300) + "/", "https://shop.example:" + "\x00" + "443/",
		"https://[2606:2800:220:1:248:1893:25c8:1%1]",
	}
)

func TestWhichAddressesMayBeCalled(t *testing.T) {
	t.Parallel()
	for may, addresses := range map[bool][]string{true: callable, false: forbiddens} {
		for _, address := range addresses {
			if _, err := newReach(false).target(address); (err == nil) != may {
				t.Errorf("%q: %v", address, err)
			}
		}
	}
	for address, may := range map[string]bool{"http://127.0.0.1:22/": true, "https://[::1]/": true, "http://localhost/": true,
		"http://user@localhost/": false, "file:///x": false, "http://0x7f.1/": false} {
		if _, err := newReach(true).target(address); (err == nil) != may {
			t.Errorf("in a trial %q: %v", address, err)
		}
	}
}

// The last look is at what the name was resolved to, whatever the text was.
func TestWhatIsConnectedToIsJudgedAgain(t *testing.T) {
	t.Parallel()
	for address, may := range map[string]bool{"93.184.216.34:443": true, "[2606:2800:220:1:248:1893:25c8:1]:8443": true,
		"93.184.216.34:22": false, "127.0.0.1:443": false, "[::1]:443": false, "[::ffff:10.0.0.1]:443": false,
		"10.0.0.1:8443": false, "[fd00::1]:443": false, "[64:ff9b::a00:1]:443": false, "[fe80::1%lo]:443": false,
		"/run/socket": false, "": false} {
		network := "tcp4"
		if strings.HasPrefix(address, "[") {
			network = "tcp6"
		}
		if err := newReach(false).control(network, address, nil); (err == nil) != may {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, network := range []string{"udp4", "unix", "tcp", ""} {
		if newReach(true).control(network, "93.184.216.34:443", nil) == nil {
			t.Errorf("%s is called", network)
		}
	}
}

// No IPv4 address is let through in the clothes of an IPv6 one.
func TestNoAddressIsCalledInAnothersClothes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v4 := netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "address")))
		bytes := v4.As4()
		r := newReach(false)
		for _, prefix := range []string{"::ffff:0:0", "64:ff9b::", "64:ff9b:1::", "::"} {
			v6 := netip.MustParseAddr(prefix).As16()
			copy(v6[12:], bytes[:])
			if r.address(netip.AddrFrom16(v6)) == nil {
				t.Fatalf("%v is called", netip.AddrFrom16(v6))
			}
		}
		v6 := netip.MustParseAddr("2002::").As16()
		copy(v6[2:], bytes[:])
		if r.address(netip.AddrFrom16(v6)) == nil {
			t.Fatalf("%v is called", netip.AddrFrom16(v6))
		}
		if (v4.IsPrivate() || v4.IsLoopback() || v4.IsLinkLocalUnicast() || v4.IsMulticast() || v4.IsUnspecified()) &&
			r.address(v4) == nil {
			t.Fatalf("%v is called", v4)
		}
	})
}

func FuzzTarget(f *testing.F) {
	for _, seed := range []string{"https://shop.example/n", "https://127.0.0.1:8443", "https://[::ffff:1.2.3.4]/",
		"https://0x7f.1", "https://a@b:1@c/", "https://%31%32%37.0.0.1/", "https://a:65536", "http:\\\\x",
		"https://[::1%25]/"} {
		f.Add(seed)
	}
	r := newReach(false)
	f.Fuzz(func(t *testing.T, text string) {
		u, err := r.target(text)
		if err != nil {
			return
		}
		if u.Scheme != "https" || u.User != nil || u.Hostname() == "" || u.Fragment != "" {
			t.Errorf("%q is called as %v", text, u)
		}
		if ip, err := netip.ParseAddr(u.Hostname()); err == nil && r.address(ip) != nil {
			t.Errorf("%q is called at %v", text, ip)
		}
	})
}

func FuzzAcknowledgement(f *testing.F) {
	for _, seed := range []string{`{"result":{"resultStatus":"S"}}`, `{"result":{"resultStatus":"s"}}`,
		`{"result":null}`, `[]`, `{"RESULT":{"resultStatus":"S"}}`, "", "S", `{"result":{"resultStatus":"F"}}`,
		"\xef\xbb\xbf{}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		text := strings.ToLower(string(body))
		said := strings.Contains(text, "esultstatus") || strings.Contains(text, `\u00`)
		if acknowledges(body) && !said {
			t.Errorf("%q acknowledges", body)
		}
	})
}

// After each send there is a later one up to day 30, and none after it; whatever the attempts cost.
func TestThePlanOfAnEventEndsAfterThirtyDays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := store.Event{At: time.UnixMicro(rapid.Int64Range(0, math.MaxInt32*1_000_000).Draw(t, "at"))}
		at, sends := e.At, 0
		for {
			at = at.Add(time.Duration(rapid.Int64Range(0, int64(5*time.Minute)).Draw(t, "late")))
			sends++
			due, ok := resend(&e, sends, at)
			if !ok {
				break
			}
			if !due.After(at) || due.After(lastSend(&e)) || due.Sub(at) > resendDaily {
				t.Fatalf("after send %d at %v: %v", sends, at, due)
			}
			at = due
		}
		if at.Before(lastSend(&e)) || sends < 36 || sends > 37 {
			t.Fatalf("%d sends, the last at %v", sends, at.Sub(e.At))
		}
	})
}

// An event that is moved on without an attempt keeps the times that it would have had.
func TestAnEventIsMovedOnToTheTimesOfItsPlan(t *testing.T) {
	t.Parallel()
	e := store.Event{At: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)}
	planned := map[time.Duration]bool{}
	at := e.At
	for sends := 1; ; sends++ {
		due, ok := resend(&e, sends, at)
		if !ok {
			break
		}
		planned[due.Sub(e.At)], at = true, due
	}
	rapid.Check(t, func(t *rapid.T) {
		after := e.At.Add(time.Duration(rapid.Int64Range(0, int64(resendUntil+time.Hour)).Draw(t, "after")))
		due, ok := nextTime(&e, after)
		if ok != after.Before(lastSend(&e)) {
			t.Fatalf("after %v: %v", after.Sub(e.At), ok)
		}
		if ok && (!due.After(after) || !planned[due.Sub(e.At)]) {
			t.Fatalf("after %v: %v", after.Sub(e.At), due.Sub(e.At))
		}
	})
}
