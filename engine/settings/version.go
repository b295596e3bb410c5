package settings

import (
	"errors"
	"strings"
)

// checkRange checks the brackets of a Maven version range; a bare version is one.
// Source: VersionRange.createFromVersionSpec.
func checkRange(spec string) error {
	rest := spec
	for strings.HasPrefix(rest, "[") || strings.HasPrefix(rest, "(") {
		end := strings.IndexAny(rest, ")]")
		if end < 0 {
			return errors.New("Unbounded range: " + spec)
		}
		inner := strings.TrimSpace(rest[1:end])
		low, high, two := strings.Cut(inner, ",")
		switch {
		case !two && (rest[0] != '[' || rest[end] != ']'):
			return errors.New("Single version must be surrounded by []: " + rest[:end+1])
		case two && strings.TrimSpace(low) == strings.TrimSpace(high) && low != "":
			return errors.New("Range cannot have identical boundaries: " + rest[:end+1])
		}
		rest = strings.TrimSpace(rest[end+1:])
		if strings.HasPrefix(rest, ",") {
			rest = strings.TrimSpace(rest[1:])
		}
	}
	if rest != "" && rest != spec {
		return errors.New("Only fully-qualified sets allowed in multiple set scenario: " + spec)
	}
	return nil
}
