package config

import (
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// Hidden is what a secret prints as.
const Hidden = "[hidden]"

// Secret holds a password. It prints as [hidden] through every fmt verb, JSON, text encoders and slog,
// also inside unexported fields of other structs, where fmt may not call methods. Two secrets with
// the same text are ==. The zero value is the empty secret. Source: config.types.Password.
type Secret struct {
	// A pointer, so that printers which walk over fields meet an address and no text.
	text unique.Handle[string]
}

var (
	_ fmt.Formatter  = Secret{}
	_ slog.LogValuer = Secret{}
)

// NewSecret wraps text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{text: unique.Make(text)}
}

// Reveal is the text. Its result must not reach a log, an error or an answer.
func (s Secret) Reveal() string {
	if s == (Secret{}) {
		return ""
	}
	return s.text.Value()
}

// String is [hidden].
func (s Secret) String() string { return Hidden }

// Format writes [hidden] for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Hidden) }

// MarshalText is [hidden]; JSON, XML and YAML encoders use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Hidden), nil }

// LogValue is [hidden].
func (s Secret) LogValue() slog.Value { return slog.StringValue(Hidden) }
