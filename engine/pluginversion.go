package engine

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/millrace/millrace/connectors"
)

// checkVersion refuses a plugin whose version is not in the range that a config asks for: "", latest,
// a version, or Maven ranges such as [1.0,2.0).
//
// Errors: VersionedPluginLoadingException.
// Source: PluginUtils.connectorVersionRequirement, DelegatingClassLoader.loadPlugin.
func checkVersion(class, have, want string) error {
	if want == "" || want == "latest" {
		return nil
	}
	ranges := parseRanges(strings.TrimSpace(want))
	for _, r := range ranges {
		if r.contains(version(have)) {
			return nil
		}
	}
	return &connectors.Error{Class: versionedPluginLoading, Text: fmt.Sprintf(
		"Plugin %s not found that matches the version range %s, available versions: [%s]", class, rangesText(ranges), version(have))}
}

const versionedPluginLoading = "org.apache.kafka.connect.runtime.isolation.VersionedPluginLoadingException"

// versionRange is one interval of versions; an empty bound is none. Source: Restriction.
type versionRange struct {
	low, high           string
	lowClosed, hiClosed bool
}

// parseRanges reads a version, which stands for itself alone, or a list of intervals. Brackets that do
// not match were refused when the config was checked; what is left of such text counts as a version.
// Source: VersionRange.createFromVersionSpec.
func parseRanges(spec string) []versionRange {
	var out []versionRange
	rest := spec
	for strings.HasPrefix(rest, "[") || strings.HasPrefix(rest, "(") {
		end := strings.IndexAny(rest, ")]")
		if end < 0 {
			break
		}
		low, high, two := strings.Cut(rest[1:end], ",")
		r := versionRange{low: strings.TrimSpace(low), high: strings.TrimSpace(high), lowClosed: rest[0] == '[', hiClosed: rest[end] == ']'}
		if !two {
			r.high = r.low
		}
		out = append(out, r)
		rest = strings.TrimPrefix(strings.TrimSpace(rest[end+1:]), ",")
		rest = strings.TrimSpace(rest)
	}
	if len(out) == 0 {
		return []versionRange{{low: spec, high: spec, lowClosed: true, hiClosed: true}}
	}
	return out
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
	number string
	word   string
}

func versionParts(v string) []versionPart {
	var out []versionPart
	runes := []rune(strings.ToLower(v))
	for i := 0; i < len(runes); {
		digit := unicode.IsDigit(runes[i])
		j := i
		for j < len(runes) && runes[j] != '.' && runes[j] != '-' && runes[j] != '_' && unicode.IsDigit(runes[j]) == digit {
			j++
		}
		if j == i {
			i++
			continue
		}
		if text := string(runes[i:j]); digit {
			out = append(out, versionPart{number: strings.TrimLeft(text, "0")})
		} else {
			out = append(out, versionPart{word: text})
		}
		i = j
	}
	return out
}

func (p versionPart) compare(q versionPart) int {
	if p.number != "" || q.number != "" {
		if len(p.number) != len(q.number) {
			return len(p.number) - len(q.number)
		}
		return strings.Compare(p.number, q.number)
	}
	if c := wordRank(p.word) - wordRank(q.word); c != 0 {
		return c
	}
	if wordRank(p.word) == unknownWord {
		return strings.Compare(p.word, q.word)
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
