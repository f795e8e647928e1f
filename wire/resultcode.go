// SPDX-License-Identifier: Apache-2.0

package wire

// ResultCode is the reason of a result, in upper snake case. Each has one status for ever.
//
// Source: reference/alipay-wire-api.md 1.8.
type ResultCode string

// The result codes of both dialects.
const (
	Success ResultCode = "SUCCESS"

	ParamIllegal           ResultCode = "PARAM_ILLEGAL"
	ProcessFail            ResultCode = "PROCESS_FAIL"
	AccessDenied           ResultCode = "ACCESS_DENIED"
	InvalidAPI             ResultCode = "INVALID_API"
	NoInterfaceDef         ResultCode = "NO_INTERFACE_DEF"
	InvalidClient          ResultCode = "INVALID_CLIENT"
	InvalidClientStatus    ResultCode = "INVALID_CLIENT_STATUS"
	InvalidSignature       ResultCode = "INVALID_SIGNATURE"
	KeyNotFound            ResultCode = "KEY_NOT_FOUND"
	MethodNotSupported     ResultCode = "METHOD_NOT_SUPPORTED"
	MediaTypeNotAcceptable ResultCode = "MEDIA_TYPE_NOT_ACCEPTABLE"
	OAuthFailed            ResultCode = "OAUTH_FAILED"
	BusinessNotSupport     ResultCode = "BUSINESS_NOT_SUPPORT"
	CurrencyNotSupport     ResultCode = "CURRENCY_NOT_SUPPORT"
	RepeatReqInconsistent  ResultCode = "REPEAT_REQ_INCONSISTENT"

	RequestTrafficExceedLimit ResultCode = "REQUEST_TRAFFIC_EXCEED_LIMIT"
	UnknownException          ResultCode = "UNKNOWN_EXCEPTION"
	SystemError               ResultCode = "SYSTEM_ERROR"
	PaymentInProcess          ResultCode = "PAYMENT_IN_PROCESS"

	OrderNotExist      ResultCode = "ORDER_NOT_EXIST"
	OrderStatusInvalid ResultCode = "ORDER_STATUS_INVALID"
	OrderIsClosed      ResultCode = "ORDER_IS_CLOSED"
	OrderIsCanceled    ResultCode = "ORDER_IS_CANCELED"

	ExpiredCode               ResultCode = "EXPIRED_CODE"
	InvalidPaymentCode        ResultCode = "INVALID_PAYMENT_CODE"
	InvalidCode               ResultCode = "INVALID_CODE"
	NoPayOptions              ResultCode = "NO_PAY_OPTIONS"
	UnavailablePaymentMethod  ResultCode = "UNAVAILABLE_PAYMENT_METHOD"
	PaymentMethodNotSupported ResultCode = "PAYMENT_METHOD_NOT_SUPPORTED"

	PaymentAmountExceedLimit ResultCode = "PAYMENT_AMOUNT_EXCEED_LIMIT"
	PaymentCountExceedLimit  ResultCode = "PAYMENT_COUNT_EXCEED_LIMIT"
	UserAmountExceedLimit    ResultCode = "USER_AMOUNT_EXCEED_LIMIT"
	UserBalanceNotEnough     ResultCode = "USER_BALANCE_NOT_ENOUGH"

	UserNotExist                  ResultCode = "USER_NOT_EXIST"
	UserStatusAbnormal            ResultCode = "USER_STATUS_ABNORMAL"
	UserKycNotQualified           ResultCode = "USER_KYC_NOT_QUALIFIED"
	UserPaymentVerificationFailed ResultCode = "USER_PAYMENT_VERIFICATION_FAILED"
	VerifyTimesExceedLimit        ResultCode = "VERIFY_TIMES_EXCEED_LIMIT"
	VerifyUnmatched               ResultCode = "VERIFY_UNMATCHED"
	AuthenticationRequired        ResultCode = "AUTHENTICATION_REQUIRED"

	PaymentNotQualified   ResultCode = "PAYMENT_NOT_QUALIFIED"
	PaymentProhibited     ResultCode = "PAYMENT_PROHIBITED"
	RegulationRestriction ResultCode = "REGULATION_RESTRICTION"
	RiskReject            ResultCode = "RISK_REJECT"
	FraudReject           ResultCode = "FRAUD_REJECT"

	InvalidMerchantStatus    ResultCode = "INVALID_MERCHANT_STATUS"
	MerchantNotRegistered    ResultCode = "MERCHANT_NOT_REGISTERED"
	MerchantKybNotQualified  ResultCode = "MERCHANT_KYB_NOT_QUALIFIED"
	InvalidContract          ResultCode = "INVALID_CONTRACT"
	SettleContractNotMatch   ResultCode = "SETTLE_CONTRACT_NOT_MATCH"
	MerchantBalanceNotEnough ResultCode = "MERCHANT_BALANCE_NOT_ENOUGH"

	CancelWindowExceed        ResultCode = "CANCEL_WINDOW_EXCEED"
	RefundWindowExceed        ResultCode = "REFUND_WINDOW_EXCEED"
	RefundAmountExceed        ResultCode = "REFUND_AMOUNT_EXCEED"
	RefundNotSupported        ResultCode = "REFUND_NOT_SUPPORTED"
	PartialRefundNotSupported ResultCode = "PARTIAL_REFUND_NOT_SUPPORTED"
	RefundInProcess           ResultCode = "REFUND_IN_PROCESS"

	InvalidToken                 ResultCode = "INVALID_TOKEN"
	InvalidAccessToken           ResultCode = "INVALID_ACCESS_TOKEN"
	ExpiredAccessToken           ResultCode = "EXPIRED_ACCESS_TOKEN"
	InvalidPaymentMethodMetaData ResultCode = "INVALID_PAYMENT_METHOD_META_DATA"
	SelectedCardBrandUnavailable ResultCode = "SELECTED_CARD_BRAND_NOT_AVAILABLE"
)

// Status is the status that belongs to the code. A code that is not in the table, such as one a wallet made up, is
// Unknown.
func (c ResultCode) Status() Status {
	if entry, ok := resultTable[c]; ok {
		return entry.status
	}
	return Unknown
}

// Known reports whether the code is one of the constants of this package.
func (c ResultCode) Known() bool {
	_, ok := resultTable[c]
	return ok
}

type resultEntry struct {
	status  Status
	message string
}

var resultTable = map[ResultCode]resultEntry{
	Success: {Succeeded, "Success."},

	ParamIllegal:           {Failed, "A parameter is missing or malformed."},
	ProcessFail:            {Failed, "The request could not be processed."},
	AccessDenied:           {Failed, "The client may not use this interface."},
	InvalidAPI:             {Failed, "The interface is not open to this client."},
	NoInterfaceDef:         {Failed, "The interface is not defined."},
	InvalidClient:          {Failed, "The client is not known."},
	InvalidClientStatus:    {Failed, "The client is disabled."},
	InvalidSignature:       {Failed, "The signature could not be verified."},
	KeyNotFound:            {Failed, "There is no public key of this version."},
	MethodNotSupported:     {Failed, "Only POST is supported."},
	MediaTypeNotAcceptable: {Failed, "The media type must be JSON in UTF-8."},
	OAuthFailed:            {Failed, "The agent token is not valid."},
	BusinessNotSupport:     {Failed, "This feature is not supported."},
	CurrencyNotSupport:     {Failed, "The currency is not supported here."},
	RepeatReqInconsistent:  {Failed, "The same request id was used with other parameters."},

	RequestTrafficExceedLimit: {Unknown, "Too many requests; repeat later under the same request id."},
	UnknownException:          {Unknown, "The outcome is not known; inquire."},
	SystemError:               {Failed, "An internal error; nothing was done."},
	PaymentInProcess:          {Unknown, "The payment is in process; inquire."},

	OrderNotExist:      {Failed, "There is no such payment or refund."},
	OrderStatusInvalid: {Failed, "The payment is in a state that does not allow this."},
	OrderIsClosed:      {Failed, "The payment is closed."},
	OrderIsCanceled:    {Failed, "The payment is cancelled."},

	ExpiredCode:               {Failed, "The code has expired or was used."},
	InvalidPaymentCode:        {Failed, "The payment code is not recognised."},
	InvalidCode:               {Failed, "The code is not recognised."},
	NoPayOptions:              {Failed, "There is no usable payment method."},
	UnavailablePaymentMethod:  {Failed, "The payment method is not available now."},
	PaymentMethodNotSupported: {Failed, "The payment method is not supported."},

	PaymentAmountExceedLimit: {Failed, "The amount is above the limit of one payment."},
	PaymentCountExceedLimit:  {Failed, "The number of payments is above the limit."},
	UserAmountExceedLimit:    {Failed, "The amount is above the limit of the user."},
	UserBalanceNotEnough:     {Failed, "The balance of the user is not enough."},

	UserNotExist:                  {Failed, "The user does not exist."},
	UserStatusAbnormal:            {Failed, "The user's account does not allow this."},
	UserKycNotQualified:           {Failed, "The user has to be identified first."},
	UserPaymentVerificationFailed: {Failed, "The user could not be verified."},
	VerifyTimesExceedLimit:        {Failed, "The verification failed too often."},
	VerifyUnmatched:               {Failed, "The verification does not match."},
	AuthenticationRequired:        {Failed, "The user has to be authenticated."},

	PaymentNotQualified:   {Failed, "The payment does not meet the rules."},
	PaymentProhibited:     {Failed, "The payment is prohibited."},
	RegulationRestriction: {Failed, "The payment is restricted by regulation."},
	RiskReject:            {Failed, "The payment was refused by risk control."},
	FraudReject:           {Failed, "The payment was refused on suspicion of fraud."},

	InvalidMerchantStatus:    {Failed, "The merchant is not active."},
	MerchantNotRegistered:    {Failed, "The merchant is not registered."},
	MerchantKybNotQualified:  {Failed, "The merchant has to be reviewed first."},
	InvalidContract:          {Failed, "There is no valid contract."},
	SettleContractNotMatch:   {Failed, "The settlement contract does not match."},
	MerchantBalanceNotEnough: {Failed, "The merchant's balance is not enough."},

	CancelWindowExceed:        {Failed, "It is too late to cancel; refund instead."},
	RefundWindowExceed:        {Failed, "It is too late to refund."},
	RefundAmountExceed:        {Failed, "The refunds would exceed the payment."},
	RefundNotSupported:        {Failed, "Refunds are not supported."},
	PartialRefundNotSupported: {Failed, "Only a full refund is supported."},
	RefundInProcess:           {Unknown, "The refund is in process; inquire."},

	InvalidToken:                 {Failed, "The token is not valid."},
	InvalidAccessToken:           {Failed, "The access token is not valid."},
	ExpiredAccessToken:           {Failed, "The access token has expired."},
	InvalidPaymentMethodMetaData: {Failed, "The payment method's data is not valid."},
	SelectedCardBrandUnavailable: {Failed, "The card brand is not available."},
}
