// SPDX-License-Identifier: Apache-2.0

package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// counter is a small edge: signed calls, a page with a sign-in, and a redirect.
func counter() http.Handler {
	mux := http.NewServeMux()
	paid := map[string]string{}
	mux.HandleFunc("POST /pay", func(w http.ResponseWriter, r *http.Request) {
		var call struct{ ID, Value string }
		body, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(body, &call) != nil {
			http.Error(w, "unreadable", http.StatusBadRequest)
			return
		}
		w.Header().Set("Signature", "of "+r.Header.Get("Client-Id"))
		if r.Header.Get("Signature") != fmt.Sprintf("%s:%d", r.Header.Get("Client-Id"), len(body)) {
			fmt.Fprint(w, `{"result":{"resultCode":"INVALID_SIGNATURE"}}`)
			return
		}
		paid[call.ID] = call.Value
		fmt.Fprintf(w, `{"result":{"resultCode":"SUCCESS"},"paymentId":"P-%s",`, call.ID)
		fmt.Fprint(w, `"list":[1,{"n":"two"}],"n":10,"none":null}`)
	})
	mux.HandleFunc("GET /paid/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "<p>%s paid %s</p>", r.PathValue("id"), paid[strings.TrimPrefix(r.PathValue("id"), "P-")])
	})
	mux.HandleFunc("POST /enter", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "who", Value: r.FormValue("name"), Path: "/", Secure: true})
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie("who")
		if err != nil {
			http.Error(w, "sign in", http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, "good morning, %s (%s)", cookie.Value, r.Header.Get("Accept-Language"))
	})
	return mux
}

func world(handler http.Handler, url string) World {
	return World{
		Handler: handler, URL: url, Vars: map[string]string{"day": "2026-11-22"},
		Sign: func(name, method, path string, body []byte) [][2]string {
			return [][2]string{{"Client-Id", name}, {"Signature", fmt.Sprintf("%s:%d", name, len(body))}}
		},
		Verify: func(name, method, path string, answer Answer) error {
			if method == "POST" && path == "/pay" && answer.Header.Get("Signature") != "of "+name {
				return errors.New("not signed by the counter")
			}
			return nil
		},
		Command: command,
	}
}

// command is a tool with three verbs.
func command(args []string) (string, int) {
	switch args[0] {
	case "echo":
		return strings.Join(args[1:], "|") + "\n", 0
	case "cat":
		data, err := os.ReadFile(args[1])
		if err != nil {
			return err.Error(), 1
		}
		return string(data), 0
	}
	return "no such command: " + args[0], 2
}

func TestScriptsPlayAgainstAHandler(t *testing.T) {
	t.Parallel()
	Run(t, "testdata/*.txt", func(*testing.T) World { return world(counter(), "") })
}

func TestScriptsPlayAgainstAServer(t *testing.T) {
	t.Parallel()
	Run(t, "testdata/*.txt", func(t *testing.T) World {
		server := httptest.NewServer(counter())
		t.Cleanup(server.Close)
		return world(nil, server.URL+"/")
	})
}

// failures plays a script that stands in the test and answers what went wrong.
func failures(t *testing.T, text string, w World) string {
	t.Helper()
	s, err := parse("a.txt", text)
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, err := range play(s, w, t.TempDir()) {
		all = append(all, err.Error())
	}
	return strings.Join(all, "\n")
}

func TestFailuresNameFileLineAndDifference(t *testing.T) {
	t.Parallel()
	const pay = "POST /pay as SHOP_1\n  {\"id\": \"7\", \"value\": \"1000\"}\nstatus 200\n"
	for _, c := range []struct{ name, script, want string }{
		{"status", "GET /\nstatus 200", "a.txt:2: status is 401, want 200"},
		{"header", pay + "header signature == x", `a.txt:4: header signature is "of SHOP_1", want "x"`},
		{"header missing", pay + "header date-of exists", "a.txt:4: header date-of is missing"},
		{"header present", pay + "header signature absent", `a.txt:4: header signature is "of SHOP_1", want none`},
		{"text", pay + "json paymentId == P-8", `a.txt:4: json paymentId is "P-7", want "P-8"`},
		{"other text", pay + "json paymentId != P-7", `a.txt:4: json paymentId is "P-7", want another`},
		{"a missing value", pay + "json a.b == 1", `a.txt:4: json a.b is missing, want == "1"`},
		{"an index too far", pay + "json list.2 exists", "a.txt:4: json list.2 is missing"},
		{"a number is no string", pay + `json n == "10"`, `a.txt:4: json n is 10, want == "10"`},
		{"an object", pay + "json result ==\n  {}", `a.txt:4: json result is {"resultCode":"SUCCESS"}, want == {}`},
		{"null", pay + "json none absent", `a.txt:4: json none is "null", want none`},
		{"pattern", pay + "json paymentId =~ ^Q", `a.txt:4: json paymentId is "P-7", want =~ ^Q`},
		{"no pattern", pay + "json paymentId !~ ^P", `a.txt:4: json paymentId is "P-7", want !~ ^P`},
		{"broken pattern", pay + "json paymentId =~ (", "a.txt:4: error parsing regexp"},
		{"contains", "GET /paid/1\nstatus 200\nbody contains x", `body is "<p>1 paid </p>", want it to contain "x"`},
		{"not JSON", "GET /paid/1\nstatus 200\njson a exists", "a.txt:3: the answer is not JSON"},
		{"not JSON either", pay + "json n == {", "a.txt:4: the value of the line is not JSON"},
		{"verification", "with client-id: SHOP_2\nPOST /pay as SHOP_1\n  {}\nstatus 200",
			"a.txt:2: the answer does not verify: not signed by the counter"},
		{"unknown name", "GET /${who}\nstatus 200", `a.txt:1: nothing is kept under the name "who"`},
		{"set of nothing", pay + "set x = json a.b", "a.txt:4: the answer has no json a.b"},
		{"set before all", "set x = json a", "a.txt:1: nothing has come back yet"},
		{"body before all", "body contains x", "a.txt:1: nothing has come back yet"},
		{"code", "cmd none\ncode 0", "a.txt:2: code is 2, want 0"},
		{"output", "cmd echo a\ncode 0\noutput == b", `a.txt:3: body is "a", want "b"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := failures(t, c.script, world(counter(), "")); !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAFailureShowsTheAnswerAndEndsTheScript(t *testing.T) {
	t.Parallel()
	got := failures(t, "GET /\nstatus 200\nbody == x\nGET /paid/1\nstatus 500\n", world(counter(), ""))
	for _, want := range []string{"a.txt:2: ", "a.txt:3: ", "the answer was 401\n", "\n\nsign in\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	if strings.Contains(got, "a.txt:5") {
		t.Errorf("the script went on: %q", got)
	}
}

func TestAWorldMayLackWhatAScriptNeeds(t *testing.T) {
	t.Parallel()
	if got := failures(t, "GET /\nstatus 200", World{}); got != "a.txt:1: this world has neither a handler nor a URL" {
		t.Error(got)
	}
	if got := failures(t, "cmd echo\ncode 0", World{}); got != "a.txt:1: this world has no commands" {
		t.Error(got)
	}
	got := failures(t, "GET /\nstatus 401\n-- ../a --\nx\n", world(counter(), ""))
	if !strings.Contains(got, "lies outside its folder") {
		t.Error(got)
	}
}
