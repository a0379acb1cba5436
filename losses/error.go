package losses

import "fmt"

// Error says what is wrong with an input: Code is one of the codes below,
// Field the input or option at fault, Detail the value and the rule.
type Error struct {
	Code, Field, Detail string
}

// The codes of an Error.
const (
	CodeShape  = "shape"  // sizes that cannot be, or do not belong together
	CodeLength = "length" // data that is longer or shorter than its shape
	CodeLabel  = "label"  // a class id that is no class
	CodeDomain = "domain" // a number outside what its form allows
	CodeOption = "option" // an option that is unknown, out of range or impossible here
	CodeValue  = "value"  // NaN or infinity
	CodeLoss   = "loss"   // a name that is no loss or metric
)

func (e *Error) Error() string { return e.Field + ": " + e.Detail }

// fail is called from everywhere and never in a hurry: inlined it would be a
// fifth of this package.
//
//go:noinline
func fail(code, field, format string, args ...any) error {
	return &Error{Code: code, Field: field, Detail: fmt.Sprintf(format, args...)}
}
