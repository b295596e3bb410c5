package config

import (
	"slices"

	"github.com/millrace/millrace/internal/java"
)

// ValidList checks lists: no duplicates, no empty element, and, where texts are given, only those.
// Parse drops duplicates with a warning before it asks; Validate reports them. Source: ConfigDef.ValidList.
type ValidList struct {
	valid        []string
	emptyAllowed bool
	nullAllowed  bool
}

// AnyNonDuplicateValues accepts every list without duplicates and empty elements.
func AnyNonDuplicateValues(emptyAllowed, nullAllowed bool) *ValidList {
	return &ValidList{emptyAllowed: emptyAllowed, nullAllowed: nullAllowed}
}

// ListIn accepts lists, empty ones too, of the given texts.
func ListIn(valid ...string) *ValidList { return &ValidList{valid: valid, emptyAllowed: true} }

// NonEmptyListIn accepts lists of at least one of the given texts, of which there must be one.
func NonEmptyListIn(valid ...string) *ValidList {
	if len(valid) == 0 {
		panic("config: NonEmptyListIn: at least one valid string must be provided when empty values are not allowed")
	}
	return &ValidList{valid: valid}
}

// Validate implements Validator.
func (v *ValidList) Validate(name string, value any) error {
	if value == nil {
		if v.nullAllowed {
			return nil
		}
		return v.refuse(name, "values must not be null.")
	}
	list, ok := value.([]string)
	if !ok {
		return InvalidValue(name, value, "Expected a comma separated list.")
	}
	if len(list) == 0 && !v.emptyAllowed {
		what := "any non-empty value"
		if len(v.valid) > 0 {
			what = In(v.valid...).String()
		}
		return v.refuse(name, "must not be empty. Valid values include: "+what)
	}
	if len(distinct(list)) != len(list) {
		return v.refuse(name, "values must not be duplicated.")
	}
	for _, s := range list {
		if s == "" {
			return v.refuse(name, "values must not be empty.")
		}
		if len(v.valid) > 0 && !slices.Contains(v.valid, s) {
			return In(v.valid...).Validate(name, s)
		}
	}
	return nil
}

func (v *ValidList) refuse(name, text string) error {
	return NewException(name, "Configuration '"+name+"' "+text)
}

func (v *ValidList) String() string {
	if len(v.valid) == 0 {
		return ""
	}
	return In(v.valid...).String()
}

// ListSize bounds the length of lists. Source: ConfigDef.ListSize.
type ListSize struct {
	most int
}

// AtMostOfSize accepts lists of up to most elements.
func AtMostOfSize(most int) *ListSize { return &ListSize{most: most} }

// Validate implements Validator.
func (v *ListSize) Validate(name string, value any) error {
	if list, ok := value.([]string); ok && len(list) > v.most {
		return InvalidValue(name, value, "exceeds maximum list size of ["+v.text()+"].")
	}
	return nil
}

func (v *ListSize) String() string { return "List containing maximum of " + v.text() + " elements" }

func (v *ListSize) text() string { return string(java.AppendInt(nil, int64(v.most))) }
