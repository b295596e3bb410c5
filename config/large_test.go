package config

import (
	"strings"
	"testing"
)

// Each of these texts takes minutes where a scan starts again from every candidate.
func TestLargeHostileTexts_TakeLinearTime(t *testing.T) {
	const n = 1 << 20
	if _, err := ParseProperties(strings.NewReader(strings.Repeat("a", n) + strings.Repeat("\\\n", n) + strings.Repeat("\\ ", n))); err != nil {
		t.Error(err)
	}
	for _, text := range []string{
		strings.Repeat("${", n) + "}", strings.Repeat("${a:b", n), strings.Repeat("${a}", n), strings.Repeat("${p:k}", n/8),
	} {
		if _, _, err := newMapTransformer().Transform(map[string]string{"x": text}); err != nil {
			t.Error(err)
		}
	}
	for _, text := range []string{
		strings.Repeat("://", n), strings.Repeat("://a@", n), strings.Repeat("://a:b/", n) + "@", strings.Repeat("://a:b/", n),
		"@" + strings.Repeat("://a:b/", n), strings.Repeat("?a=b&password=", n/8), strings.Repeat("?", n),
	} {
		if MaskText(text) == "" {
			t.Error("empty")
		}
	}
}
