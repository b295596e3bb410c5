package config

import (
	"strings"

	"github.com/millrace/millrace/internal/java"
)

// Validator refuses parsed values. Source: ConfigDef.Validator.
type Validator interface {
	// Validate returns a *ConfigException with Java's text; value is nil for null.
	Validate(name string, value any) error
	// String is the text of "Valid Values" in generated docs.
	String() string
}

// Number is what bounds of a Range may be.
type Number interface {
	~int | ~int16 | ~int32 | ~int64 | ~float64
}

// Range bounds numbers; null is refused. Source: ConfigDef.Range.
type Range struct {
	min, max float64
	minText  string // as Java prints the bound
	maxText  string // empty: no upper bound
}

// AtLeast is a range without upper bound.
func AtLeast[N Number](least N) *Range {
	return &Range{min: float64(least), minText: boundText(least)}
}

// Between is the range of both bounds, inclusive.
func Between[N Number](least, most N) *Range {
	return &Range{min: float64(least), minText: boundText(least), max: float64(most), maxText: boundText(most)}
}

func boundText[N Number](n N) string {
	if half := 0.5; N(half) != 0 {
		return string(java.AppendDouble(nil, float64(n)))
	}
	return string(java.AppendInt(nil, int64(n)))
}

// Validate implements Validator.
func (r *Range) Validate(name string, value any) error {
	n, ok := asFloat(value)
	switch {
	case value == nil:
		return InvalidValue(name, nil, "Value must be non-null")
	case !ok:
		return InvalidValue(name, value, "Expected value to be a number, use a range only for numbers")
	case n < r.min:
		return InvalidValue(name, value, "Value must be at least "+r.minText)
	case r.maxText != "" && n > r.max:
		return InvalidValue(name, value, "Value must be no more than "+r.maxText)
	}
	return nil
}

func (r *Range) String() string {
	if r.maxText == "" {
		return "[" + r.minText + ",...]"
	}
	return "[" + r.minText + ",...," + r.maxText + "]"
}

func asFloat(value any) (float64, bool) {
	switch v := value.(type) {
	case int16:
		return float64(v), true
	case int32:
		return float64(v), true
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// asText is the text of a STRING value; ok is false for null.
func asText(value any) (text string, ok bool) {
	if s, secret := value.(Secret); secret {
		return s.Reveal(), true
	}
	return ConvertToString(value)
}

// ValidString accepts a fixed set of texts; null is refused. Source: ConfigDef.ValidString.
type ValidString struct {
	valid []string
	null  bool
}

// In accepts the given texts.
func In(valid ...string) *ValidString { return &ValidString{valid: valid} }

// InOrNull accepts the given texts and null. Source: ValidString.in("a", null).
func InOrNull(valid ...string) *ValidString { return &ValidString{valid: valid, null: true} }

// Values are the accepted texts.
func (v *ValidString) Values() []string { return v.valid }

func (v *ValidString) names() []string {
	if v.null {
		return append(append([]string{}, v.valid...), "null")
	}
	return v.valid
}

// Validate implements Validator.
func (v *ValidString) Validate(name string, value any) error {
	text, ok := asText(value)
	if !ok && v.null {
		return nil
	}
	if ok {
		for _, s := range v.valid {
			if s == text {
				return nil
			}
		}
	}
	return InvalidValue(name, value, "String must be one of: "+strings.Join(v.names(), ", "))
}

func (v *ValidString) String() string { return "[" + strings.Join(v.names(), ", ") + "]" }

// CaseInsensitiveValidString accepts a fixed set of texts in any case; null is refused. Messages list
// them in upper case and in HashSet order. Source: ConfigDef.CaseInsensitiveValidString.
type CaseInsensitiveValidString struct {
	upper []string
}

// InIgnoreCase accepts the given texts in any case.
func InIgnoreCase(valid ...string) *CaseInsensitiveValidString {
	upper := make([]string, len(valid))
	for i, s := range valid {
		upper[i] = strings.ToUpper(s)
	}
	return &CaseInsensitiveValidString{upper: inHashOrder(upper)}
}

// Validate implements Validator.
func (v *CaseInsensitiveValidString) Validate(name string, value any) error {
	if text, ok := asText(value); ok {
		text = strings.ToUpper(text)
		for _, s := range v.upper {
			if s == text {
				return nil
			}
		}
	}
	return InvalidValue(name, value, "String must be one of (case insensitive): "+strings.Join(v.upper, ", "))
}

func (v *CaseInsensitiveValidString) String() string {
	return "(case insensitive) [" + strings.Join(v.upper, ", ") + "]"
}

// NonNullValidator refuses null. Source: ConfigDef.NonNullValidator.
type NonNullValidator struct{}

// Validate implements Validator.
func (NonNullValidator) Validate(name string, value any) error {
	if value == nil {
		return InvalidValue(name, nil, "entry must be non null")
	}
	return nil
}

func (NonNullValidator) String() string { return "non-null string" }

// NonEmptyString refuses the empty text, not null. Source: ConfigDef.NonEmptyString.
type NonEmptyString struct{}

// Validate implements Validator.
func (NonEmptyString) Validate(name string, value any) error {
	if s, ok := asText(value); ok && s == "" {
		return InvalidValue(name, value, "String must be non-empty")
	}
	return nil
}

func (NonEmptyString) String() string { return "non-empty string" }

// NonEmptyStringWithoutControlChars refuses the empty text and ISO control characters, not null.
// Source: ConfigDef.NonEmptyStringWithoutControlChars.
type NonEmptyStringWithoutControlChars struct{}

// Validate implements Validator.
func (NonEmptyStringWithoutControlChars) Validate(name string, value any) error {
	s, ok := asText(value)
	if !ok {
		return nil
	}
	if s == "" {
		return InvalidValue(name, value, "String may not be empty")
	}
	var found []byte
	for _, r := range s {
		if r < 0x20 || r >= 0x7F && r < 0xA0 {
			if found != nil {
				found = append(found, ", "...)
			}
			found = java.AppendInt(found, int64(r))
		}
	}
	if found != nil {
		return InvalidValue(name, value, "String may not contain control sequences but had the following ASCII chars: "+string(found))
	}
	return nil
}

func (NonEmptyStringWithoutControlChars) String() string {
	return "non-empty string without ISO control characters"
}

// LambdaValidator is a validator made of two functions. Source: ConfigDef.LambdaValidator.
type LambdaValidator struct {
	validate func(name string, value any) error
	text     string
}

// Lambda makes a validator of a function and the text of "Valid Values".
func Lambda(validate func(name string, value any) error, text string) *LambdaValidator {
	return &LambdaValidator{validate: validate, text: text}
}

// Validate implements Validator.
func (v *LambdaValidator) Validate(name string, value any) error { return v.validate(name, value) }

func (v *LambdaValidator) String() string { return v.text }

// CompositeValidator asks several validators; the first refusal counts. Source: ConfigDef.CompositeValidator.
type CompositeValidator struct {
	validators []Validator
}

// Composite joins validators.
func Composite(validators ...Validator) *CompositeValidator {
	return &CompositeValidator{validators: validators}
}

// Validate implements Validator.
func (v *CompositeValidator) Validate(name string, value any) error {
	for _, one := range v.validators {
		if err := one.Validate(name, value); err != nil {
			return err
		}
	}
	return nil
}

func (v *CompositeValidator) String() string {
	texts := ""
	for _, one := range v.validators {
		if texts != "" {
			texts += ", "
		}
		texts += one.String()
	}
	return texts
}
