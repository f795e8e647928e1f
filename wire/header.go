// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"strings"

	"github.com/kakehashi-pay/kakehashi/fault"
)

// CodeContentType is the code of a media type that is not JSON in UTF-8.
const CodeContentType fault.Code = "content_type_not_supported"

// The headers of the protocol. They travel in lower case: two of the official SDKs find them in no other spelling.
//
// Source: reference/alipay-wire-api.md 1.2 and 1.5.
const (
	HeaderClientID     = "client-id"
	HeaderRequestTime  = "request-time"
	HeaderResponseTime = "response-time"
	HeaderSignature    = "signature"
	HeaderAgentToken   = "agent-token"
)

// HeaderContentType keeps its canonical spelling: under any other one net/http would add a second header of its own.
const HeaderContentType = "Content-Type"

// ContentType is the media type of every message. Its charset is the one that is signed.
const ContentType = "application/json; charset=UTF-8"

// SandboxPrefix begins the id of a client whose messages act on the sandbox only.
const SandboxPrefix = "SANDBOX_"

// Header is one header to send. A sender sets it under exactly this name, without canonicalising: h[Name] = {Value}.
type Header struct {
	Name  string
	Value string
}

// Sandbox reports whether a client id belongs to the sandbox.
func Sandbox(clientID string) bool { return strings.HasPrefix(clientID, SandboxPrefix) }

// CheckContentType refuses a media type that is not JSON in UTF-8. Absent is JSON.
//
// Errors: Invalid content_type_not_supported.
func CheckContentType(value string) error {
	media, parameters, _ := strings.Cut(value, ";")
	media = strings.TrimSpace(media)
	accepted := strings.EqualFold(media, "application/json") || (media == "" && parameters == "")
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, charset, _ := strings.Cut(parameter, "=")
		if strings.EqualFold(strings.TrimSpace(name), "charset") {
			charset = strings.Trim(strings.TrimSpace(charset), `"`)
			accepted = accepted && (strings.EqualFold(charset, "UTF-8") || strings.EqualFold(charset, "UTF8"))
		}
	}
	if accepted {
		return nil
	}
	return &fault.Error{Op: "wire.CheckContentType", Kind: fault.Invalid, Code: CodeContentType,
		Subject: HeaderContentType, Detail: "Content-Type must be " + ContentType}
}

// SignedPath is the part of a request target that is signed: path and query exactly as written, "/" when there is
// neither. The target may be a path or an absolute address; one official SDK sends the absolute form in its request line.
func SignedPath(target string) string {
	if !strings.HasPrefix(target, "/") {
		_, rest, absolute := strings.Cut(target, "://")
		if !absolute {
			return "/"
		}
		start := strings.IndexAny(rest, "/?#")
		if start < 0 {
			return "/"
		}
		target = rest[start:]
	}
	target, _, _ = strings.Cut(target, "#")
	if !strings.HasPrefix(target, "/") {
		return "/" + target
	}
	return target
}
