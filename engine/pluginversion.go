package engine

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/millrace/millrace/connectors"
)

// checkVersion refuses a plugin whose version is not in the range that a config asks for.
//
// Errors: VersionedPluginLoadingException; InvalidVersionSpecificationException for text that is no range.
// Source: DelegatingClassLoader.loadPlugin.
func checkVersion(class, have, want string) error {
	ranges, err := parseRequirement(want)
	if err != nil || ranges == nil {
		return err
	}
	for _, r := range ranges {
		if r.contains(version(have)) {
			return nil
		}
	}
	return &connectors.Error{Class: versionedPluginLoading, Text: fmt.Sprintf(
		"Plugin %s not found that matches the version range %s, available versions: [%s]", class, rangesText(ranges), version(have))}
}

const (
	versionedPluginLoading = "org.apache.kafka.connect.runtime.isolation.VersionedPluginLoadingException"
	invalidVersion         = "org.apache.maven.artifact.versioning.InvalidVersionSpecificationException"
)

// versionRange is one interval of versions; an empty bound is none. Source: Restriction.
type versionRange struct {
	low, high           string
	lowClosed, hiClosed bool
}

// parseRequirement reads what a config asks for: a version, which stands for itself alone, or Maven
// ranges such as [1.0,2.0). "" and latest ask for nothing.
// Source: PluginUtils.connectorVersionRequirement, VersionRange.createFromVersionSpec.
func parseRequirement(text string) ([]versionRange, error) {
	if text == "" || text == "latest" {
		return nil, nil
	}
	spec := strings.TrimSpace(text)
	bad := func(what string) error { return &connectors.Error{Class: invalidVersion, Text: what} }
	var out []versionRange
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
		if n := len(out); n > 0 && (out[n-1].high == "" || r.low == "" || compareVersions(r.low, out[n-1].high) < 0) {
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
	return []versionRange{{low: spec, high: spec, lowClosed: true, hiClosed: true}}, nil
}

// parseRange reads one interval, or says what is wrong with it. Source: VersionRange.parseRestriction.
func parseRange(spec string) (versionRange, string) {
	r := versionRange{lowClosed: strings.HasPrefix(spec, "["), hiClosed: strings.HasSuffix(spec, "]")}
	low, high, two := strings.Cut(strings.TrimSpace(spec[1:len(spec)-1]), ",")
	r.low, r.high = strings.TrimSpace(low), strings.TrimSpace(high)
	switch {
	case !two && (!r.lowClosed || !r.hiClosed):
		return r, "Single version must be surrounded by []: " + spec
	case !two:
		r.high = r.low
	case r.low == "" || r.high == "":
	case compareVersions(r.high, r.low) < 0, compareVersions(r.high, r.low) == 0 && !(r.lowClosed && r.hiClosed):
		return r, "Range defies version ordering: " + spec
	}
	return r, ""
}

func rangesText(list []versionRange) string {
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

func (r versionRange) contains(v string) bool {
	if r.low != "" {
		if c := compareVersions(v, r.low); c < 0 || c == 0 && !r.lowClosed {
			return false
		}
	}
	if r.high != "" {
		if c := compareVersions(v, r.high); c > 0 || c == 0 && !r.hiClosed {
			return false
		}
	}
	return true
}

// compareVersions orders versions as Maven does: part by part, numbers above words, words by their
// meaning. Source: ComparableVersion.
func compareVersions(a, b string) int {
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
