package settings

import (
	"slices"
	"strings"
	"unicode"

	"github.com/millrace/millrace/connectors"
)

// InvalidVersion is the class of what Java throws for text that is no version range.
const InvalidVersion = "org.apache.maven.artifact.versioning.InvalidVersionSpecificationException"

// VersionRange is one interval of versions; an empty bound is none. Source: Restriction.
type VersionRange struct {
	low, high           string
	lowClosed, hiClosed bool
}

// VersionRequirement reads what a config asks for: a version, which stands for itself alone, or Maven
// ranges such as [1.0,2.0). "" and latest ask for nothing.
// Source: PluginUtils.connectorVersionRequirement, VersionRange.createFromVersionSpec.
func VersionRequirement(text string) (VersionRanges, error) {
	if text == "" || text == "latest" {
		return nil, nil
	}
	spec := strings.TrimSpace(text)
	bad := func(what string) error { return &connectors.Error{Class: InvalidVersion, Text: what} }
	var out VersionRanges
	rest := spec
	for strings.HasPrefix(rest, "[") || strings.HasPrefix(rest, "(") {
		end := strings.IndexAny(rest, ")]")
		if end < 0 {
			return nil, bad("Unbounded range: " + spec)
		}
		r, err := parseRange(rest[:end+1])
		if err != "" {
			return nil, bad(err)
		}
		if n := len(out); n > 0 && out[n-1].high != "" && (r.low == "" || CompareVersions(r.low, out[n-1].high) < 0) {
			return nil, bad("Ranges overlap: " + spec)
		}
		out = append(out, r)
		rest = strings.TrimSpace(rest[end+1:])
		rest = strings.TrimSpace(strings.TrimPrefix(rest, ","))
	}
	switch {
	case rest == "":
		return out, nil
	case len(out) > 0:
		return nil, bad("Only fully-qualified sets allowed in multiple set scenario: " + spec)
	}
	// Java puts brackets around it and reads it again.
	return VersionRequirement("[" + spec + "]")
}

// parseRange reads one interval, or says what is wrong with it. Source: VersionRange.parseRestriction.
func parseRange(spec string) (VersionRange, string) {
	r := VersionRange{lowClosed: strings.HasPrefix(spec, "["), hiClosed: strings.HasSuffix(spec, "]")}
	low, high, two := strings.Cut(strings.TrimSpace(spec[1:len(spec)-1]), ",")
	r.low, r.high = strings.TrimSpace(low), strings.TrimSpace(high)
	switch {
	case !two && (!r.lowClosed || !r.hiClosed):
		return r, "Single version must be surrounded by []: " + spec
	case !two:
		r.high = r.low
	case r.low == "" || r.high == "":
	case CompareVersions(r.high, r.low) < 0, CompareVersions(r.high, r.low) == 0 && !(r.lowClosed && r.hiClosed):
		return r, "Range defies version ordering: " + spec
	}
	return r, ""
}

// VersionRanges are intervals, any of which a version may be in; nil asks for nothing.
type VersionRanges []VersionRange

// String returns what Java's VersionRange.toString gives.
func (list VersionRanges) String() string {
	var b strings.Builder
	for i, r := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte("(["[index(r.lowClosed)])
		b.WriteString(r.low + "," + r.high)
		b.WriteByte(")]"[index(r.hiClosed)])
	}
	return b.String()
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Contains reports whether a version is in one of the ranges.
func (list VersionRanges) Contains(v string) bool {
	return list == nil || slices.ContainsFunc(list, func(r VersionRange) bool { return r.contains(v) })
}

func (r VersionRange) contains(v string) bool {
	if r.low != "" {
		if c := CompareVersions(v, r.low); c < 0 || c == 0 && !r.lowClosed {
			return false
		}
	}
	if r.high != "" {
		if c := CompareVersions(v, r.high); c > 0 || c == 0 && !r.hiClosed {
			return false
		}
	}
	return true
}

// CompareVersions orders versions as Maven does: part by part, numbers above words, words by their
// meaning. Source: ComparableVersion.
func CompareVersions(a, b string) int {
	x, y := versionParts(a), versionParts(b)
	for i := range max(len(x), len(y)) {
		p, q := versionPart{}, versionPart{}
		if i < len(x) {
			p = x[i]
		}
		if i < len(y) {
			q = y[i]
		}
		if c := p.compare(q); c != 0 {
			return c
		}
	}
	return 0
}

// versionPart is a run of digits without leading zeros, or a word. The zero value is what is left out:
// equal to the number 0 and to a final release.
type versionPart struct {
	digits bool
	text   string
}

// versionParts cuts a version at dots, hyphens and between digits and letters. Zeros before a hyphen, a
// word or the end say nothing.
func versionParts(v string) []versionPart {
	var out []versionPart
	trim := func() {
		for n := len(out); n > 0 && out[n-1] == (versionPart{digits: true}); n-- {
			out = out[:n-1]
		}
	}
	runes := []rune(strings.ToLower(v))
	for i := 0; i < len(runes); {
		digit := unicode.IsDigit(runes[i])
		j := i
		for j < len(runes) && !strings.ContainsRune(".-_", runes[j]) && unicode.IsDigit(runes[j]) == digit {
			j++
		}
		text := string(runes[i:j])
		switch {
		case j == i:
			if runes[i] == '-' {
				trim()
			}
			j++
		case digit:
			out = append(out, versionPart{true, strings.TrimLeft(text, "0")})
		default:
			trim()
			out = append(out, versionPart{false, text})
		}
		i = j
	}
	trim()
	return out
}

func (p versionPart) compare(q versionPart) int {
	if p.digits || q.digits {
		switch {
		case !p.digits && p.text != "":
			return -1
		case !q.digits && q.text != "":
			return 1
		case len(p.text) != len(q.text):
			return len(p.text) - len(q.text)
		}
		return strings.Compare(p.text, q.text)
	}
	if c := wordRank(p.text) - wordRank(q.text); c != 0 {
		return c
	}
	if wordRank(p.text) == unknownWord {
		return strings.Compare(p.text, q.text)
	}
	return 0
}

const unknownWord = 7

// wordRank is the order of qualifiers. Source: ComparableVersion.StringItem.QUALIFIERS.
func wordRank(w string) int {
	switch w {
	case "alpha", "a":
		return 0
	case "beta", "b":
		return 1
	case "milestone", "m":
		return 2
	case "rc", "cr":
		return 3
	case "snapshot":
		return 4
	case "", "ga", "final", "release":
		return 5
	case "sp":
		return 6
	}
	return unknownWord
}
