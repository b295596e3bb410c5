package kerberos

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write makes files below a temporary folder, whose path replaces $D in them.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "$D", dir)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Distributions ship a krb5.conf that includes a folder, into which each domain puts its realm.
func TestReadConfig_Includes(t *testing.T) {
	dir := write(t, map[string]string{
		"krb5.conf":       "# start\nincludedir $D/conf.d/\ninclude $D/more\n[libdefaults]\n default_realm = ONE.TEST\n\n[logging]\n kdc = FILE:/x\n",
		"more":            "[libdefaults]\n udp_preference_limit = 1\n",
		"conf.d/one":      "[realms]\nONE.TEST = {\n kdc = 127.0.0.1:1088\n}\n[domain_realm]\n .one.test = ONE.TEST\n",
		"conf.d/two.conf": "[realms]\nTWO.TEST = {\n kdc = two.test\n}\n",
		"conf.d/no.bak":   "[realms\n",
		"conf.d/.hidden":  "[realms\n",
	})
	c, err := readConfig(filepath.Join(dir, "krb5.conf"))
	if err != nil {
		t.Fatal(err)
	}
	if c.LibDefaults.DefaultRealm != "ONE.TEST" || c.LibDefaults.UDPPreferenceLimit != 1 || c.ResolveRealm("a.one.test") != "ONE.TEST" {
		t.Errorf("%+v", c.LibDefaults)
	}
	for realm, kdc := range map[string]string{"ONE.TEST": "127.0.0.1:1088", "TWO.TEST": "two.test:88"} {
		if _, have, err := c.GetKDCs(realm, true); err != nil || have[1] != kdc {
			t.Errorf("%s: %v, %v, want %s", realm, have, err, kdc)
		}
	}
}

func TestReadConfig_Faults(t *testing.T) {
	dir := write(t, map[string]string{
		"loop":    "include $D/loop\n",
		"early":   "default_realm = X\n",
		"open":    "[libdefaults\n",
		"missing": "include $D/none\n",
		"value":   "[libdefaults]\n clockskew = long\n",
	})
	for name, want := range map[string]string{
		"loop":    "krb5.conf: $D/loop: files include each other more than 10 deep",
		"early":   `krb5.conf: $D/early: the line "default_realm = X" stands in no section`,
		"open":    `krb5.conf: $D/open: the line "[libdefaults" opens no section`,
		"missing": "krb5.conf: open $D/none: no such file",
		"value":   "krb5.conf: $D/value: error processing libdefaults section",
	} {
		_, err := readConfig(filepath.Join(dir, name))
		if want = strings.ReplaceAll(want, "$D", dir); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}
