package avro

import (
	"strings"
	"unicode"
)

// checkName reports what Java says of a name that is none. Source: Schema.validateName.
func checkName(name string) error {
	if name == "" {
		return parseError("Empty name")
	}
	for i, c := range name {
		switch {
		case i == 0 && c != '_' && !isLetter(c):
			return parseError("Illegal initial character: " + name)
		case i > 0 && c != '_' && !isLetter(c) && !unicode.IsDigit(c):
			return parseError("Illegal character in: " + name)
		}
	}
	return nil
}

// isLetter is Character.isLetter of a char: characters of two chars are none.
func isLetter(c rune) bool { return c < 0x10000 && unicode.IsLetter(c) }

// newName splits and checks a name that may bring its own namespace. Source: Schema.Name.
func newName(name, space string) (Name, error) {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name, space = name[i+1:], name[:i]
	}
	return Name{name, space}, checkName(name)
}

// splitName splits a Connect name into namespace and name, scrubbed where scrub is set. Source: AvroData.splitName.
func splitName(full string, scrub bool) (space, name string) {
	if full == "" {
		return "", full
	}
	parts := strings.Split(full, ".")
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1] // as String.split drops them
	}
	if len(parts) == 0 {
		return "", ""
	}
	for i := range parts {
		if scrub {
			parts[i] = scrubbed(parts[i])
		}
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], "."), parts[last]
}

// scrubbedFull returns a name with each of its parts scrubbed.
func scrubbedFull(name string, scrub bool) string {
	if !scrub {
		return name
	}
	space, short := splitName(name, true)
	if space == "" {
		return short
	}
	return space + "." + short
}

// scrubbed returns a name that Avro takes. Source: AvroData.doScrubName.
func scrubbed(name string) string {
	if name == "" || checkPlain(name) {
		return name
	}
	const hex = "0123456789ABCDEF"
	var out []byte
	for _, c := range []byte(name) {
		switch {
		case plainByte(c):
			out = append(out, c)
		case c == ' ' || c == '.' || c == '-' || c == '*':
			out = append(out, '_') // URLEncoder leaves these one character
		default:
			out = append(out, '_', hex[c>>4], hex[c&15])
		}
	}
	if out[0] >= '0' && out[0] <= '9' {
		out = append([]byte{'x'}, out...)
	}
	return string(out)
}

func plainByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// checkPlain reports whether a name may stay as it is.
func checkPlain(name string) bool {
	for i := range len(name) {
		if !plainByte(name[i]) {
			return false
		}
	}
	return name[0] < '0' || name[0] > '9'
}
