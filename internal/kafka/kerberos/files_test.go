package kerberos

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/types"
)

// The files in testdata are of MIT's kadmin and kinit: principal w of the realm T.T, which nobody has any more.
func testFile(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestFromCache(t *testing.T) {
	g, err := fromCache("testdata/w.cache")
	if err != nil {
		t.Fatal(err)
	}
	if g.name.PrincipalNameString() != "w" || g.realm != "T.T" || g.end.Sub(g.start) != time.Second || len(g.ticket) == 0 || len(g.key.KeyValue) != 32 {
		t.Errorf("%+v", g)
	}
}

func TestKeyTypes(t *testing.T) {
	keys, err := loadKeytab("testdata/w.keytab")
	if err != nil {
		t.Fatal(err)
	}
	w, _ := types.ParseSPNString("w")
	other, _ := types.ParseSPNString("other")
	permitted := []int32{18, 20, 17, 23} // AES-256, one that the keytab lacks, AES-128, RC4
	if have := keyTypes(keys, w, "T.T", permitted); len(have) != 2 || have[0] != 18 || have[1] != 17 {
		t.Errorf("%v", have)
	}
	if have := keyTypes(keys, other, "T.T", permitted); have != nil {
		t.Errorf("another's keys: %v", have)
	}
}

// Files that are cut short, or none at all, are errors.
func TestFiles_Cut(t *testing.T) {
	cache, keys := testFile(t, "w.cache"), testFile(t, "w.keytab")
	for n := range cache[:100] {
		if _, err := parseCache("c", cache[:n]); err == nil || !strings.HasPrefix(err.Error(), "c ") {
			t.Errorf("cache of %d bytes: %v", n, err)
		}
	}
	for n := range keys[:20] {
		if k, err := parseKeytab("k", keys[:n]); err == nil && len(k.Entries) > 0 {
			t.Errorf("keytab of %d bytes: %v", n, k)
		}
	}
}

func FuzzFiles(f *testing.F) {
	f.Add(testFile(f, "w.cache"))
	f.Add(testFile(f, "w.keytab"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if g, err := parseCache("c", text); (g == nil) == (err == nil) {
			t.Errorf("cache: %v, %v", g, err)
		}
		if k, err := parseKeytab("k", text); (k == nil) == (err == nil) {
			t.Errorf("keytab: %v, %v", k, err)
		}
	})
}
