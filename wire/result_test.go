// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kakehashi-pay/kakehashi/fault"
	"github.com/kakehashi-pay/kakehashi/invariant"
	"github.com/kakehashi-pay/kakehashi/wire"
)

// The statuses of reference/alipay-wire-api.md 1.8, written out a second time.
const (
	codesS = "SUCCESS"
	codesU = "REQUEST_TRAFFIC_EXCEED_LIMIT UNKNOWN_EXCEPTION PAYMENT_IN_PROCESS REFUND_IN_PROCESS"
	codesF = `PARAM_ILLEGAL PROCESS_FAIL ACCESS_DENIED INVALID_API NO_INTERFACE_DEF INVALID_CLIENT INVALID_CLIENT_STATUS
		INVALID_SIGNATURE KEY_NOT_FOUND METHOD_NOT_SUPPORTED MEDIA_TYPE_NOT_ACCEPTABLE OAUTH_FAILED BUSINESS_NOT_SUPPORT
		CURRENCY_NOT_SUPPORT REPEAT_REQ_INCONSISTENT SYSTEM_ERROR ORDER_NOT_EXIST ORDER_STATUS_INVALID ORDER_IS_CLOSED
		ORDER_IS_CANCELED EXPIRED_CODE INVALID_PAYMENT_CODE INVALID_CODE NO_PAY_OPTIONS UNAVAILABLE_PAYMENT_METHOD
		PAYMENT_METHOD_NOT_SUPPORTED PAYMENT_AMOUNT_EXCEED_LIMIT PAYMENT_COUNT_EXCEED_LIMIT USER_AMOUNT_EXCEED_LIMIT
		USER_BALANCE_NOT_ENOUGH USER_NOT_EXIST USER_STATUS_ABNORMAL USER_KYC_NOT_QUALIFIED
		USER_PAYMENT_VERIFICATION_FAILED VERIFY_TIMES_EXCEED_LIMIT VERIFY_UNMATCHED AUTHENTICATION_REQUIRED
		PAYMENT_NOT_QUALIFIED PAYMENT_PROHIBITED REGULATION_RESTRICTION RISK_REJECT FRAUD_REJECT INVALID_MERCHANT_STATUS
		MERCHANT_NOT_REGISTERED MERCHANT_KYB_NOT_QUALIFIED INVALID_CONTRACT SETTLE_CONTRACT_NOT_MATCH
		MERCHANT_BALANCE_NOT_ENOUGH CANCEL_WINDOW_EXCEED REFUND_WINDOW_EXCEED REFUND_AMOUNT_EXCEED REFUND_NOT_SUPPORTED
		PARTIAL_REFUND_NOT_SUPPORTED INVALID_TOKEN INVALID_ACCESS_TOKEN EXPIRED_ACCESS_TOKEN
		INVALID_PAYMENT_METHOD_META_DATA SELECTED_CARD_BRAND_NOT_AVAILABLE`
)

func TestEveryResultCodeHasItsStatusAndASentence(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for status, codes := range map[wire.Status]string{wire.Succeeded: codesS, wire.Unknown: codesU, wire.Failed: codesF} {
		for _, code := range strings.Fields(codes) {
			listed[code] = true
			if !wire.ResultCode(code).Known() || wire.ResultCode(code).Status() != status {
				t.Errorf("%s: known %v, status %s, want %s", code, wire.ResultCode(code).Known(),
					wire.ResultCode(code).Status(), status)
				continue
			}
			result := wire.NewResult(wire.ResultCode(code), "")
			if result.ResultStatus != status || string(result.ResultCode) != code || len(code) > 64 ||
				!strings.HasSuffix(string(result.ResultMessage), ".") {
				t.Errorf("%s: got %+v", code, result)
			}
		}
	}
	source, err := os.ReadFile("resultcode.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := regexp.MustCompile(`ResultCode = "([A-Z_]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(constants) != len(listed) {
		t.Errorf("%d constants, %d codes listed here", len(constants), len(listed))
	}
	for _, constant := range constants {
		if !listed[constant[1]] {
			t.Errorf("%s is not in the specification", constant[1])
		}
	}
}

func TestACodeNobodyKnowsIsUnknown(t *testing.T) {
	t.Parallel()
	if wire.ResultCode("WALLET_ON_HOLIDAY").Status() != wire.Unknown || wire.ResultCode("WALLET_ON_HOLIDAY").Known() {
		t.Error("an unknown code must be Unknown")
	}
	defer func() {
		if _, ok := recover().(invariant.Violation); !ok {
			t.Error("sending an unknown code is a programmer's error")
		}
	}()
	wire.NewResult("WALLET_ON_HOLIDAY", "")
}

func TestOnlySAndFAreDefinite(t *testing.T) {
	t.Parallel()
	for status, want := range map[wire.Status]wire.Status{"S": wire.Succeeded, "F": wire.Failed, "U": wire.Unknown,
		"": wire.Unknown, "A": wire.Unknown, "s": wire.Unknown, "SUCCESS": wire.Unknown, " S": wire.Unknown} {
		if got := (wire.Result{ResultStatus: status}).Status(); got != want {
			t.Errorf("%q is %s", status, got)
		}
	}
}

func TestTheMessageIsCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	for name, message := range map[string]string{
		"short": "order.goods is too long", "256 characters": strings.Repeat("円", 256),
		"257 characters": strings.Repeat("円", 257),
		"invalid UTF-8":  "caf\xe9" + strings.Repeat("é", 300), "four bytes each": strings.Repeat("😀", 1000),
	} {
		got := string(wire.NewResult(wire.ParamIllegal, message).ResultMessage)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > 256 {
			t.Errorf("%s: %d characters, valid %v", name, utf8.RuneCountInString(got), utf8.ValidString(got))
		}
		if utf8.ValidString(message) && utf8.RuneCountInString(message) <= 256 && got != message {
			t.Errorf("%s: changed", name)
		}
		if utf8.ValidString(message) && !strings.HasPrefix(message, got) {
			t.Errorf("%s: not a beginning of the message", name)
		}
	}
}

func TestEveryErrorOfThePackageHasAResultCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[fault.Code]wire.ResultCode{
		wire.CodeSignatureMissing: wire.InvalidSignature, wire.CodeSignatureMalformed: wire.InvalidSignature,
		wire.CodeSignatureInvalid: wire.InvalidSignature, wire.CodeKeyNotFound: wire.KeyNotFound,
		wire.CodeContentType: wire.MediaTypeNotAcceptable, wire.CodeNotSupported: wire.BusinessNotSupport,
		wire.CodeEnvelopeMalformed: wire.ParamIllegal, wire.CodeTimeMalformed: wire.ParamIllegal,
		wire.CodeClockSkew: wire.ParamIllegal, wire.CodeBodyTooLarge: wire.ParamIllegal,
		wire.CodeBodyTooDeep: wire.ParamIllegal, wire.CodeBodyMalformed: wire.ParamIllegal,
		wire.CodeBodyEncoding: wire.ParamIllegal, wire.CodeBodyNumber: wire.ParamIllegal,
		wire.CodeKeyRepeated: wire.ParamIllegal, wire.CodeKeyCase: wire.ParamIllegal,
		wire.CodeFieldMissing: wire.ParamIllegal, wire.CodeFieldMalformed: wire.ParamIllegal,
		wire.CodeFieldTooLong: wire.ParamIllegal,
	} {
		got, ok := wire.ResultCodeOf(fault.Wrap("api.Pay", &fault.Error{Op: "wire.Open", Kind: fault.Invalid, Code: code}))
		if !ok || got != want {
			t.Errorf("%s: got %s, want %s", code, got, want)
		}
	}
	if _, ok := wire.ResultCodeOf(errors.New("disk")); ok {
		t.Error("an error of another package has no result code here")
	}
}
