package config

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}

func makeProvider(t *testing.T, class, param, value string, o ProviderOptions) Provider {
	t.Helper()
	p, err := Providers(map[string]string{
		"config.providers": "p", "config.providers.p.class": class, "config.providers.p.param." + param: value,
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	return p["p"]
}

func ask(t *testing.T, p Provider, path string, keys ...string) map[string]string {
	t.Helper()
	d, err := p.Get(path, keys)
	if err != nil {
		t.Fatal(err)
	}
	return d.Values
}

func TestProviders_ByClassNameAndSimpleName(t *testing.T) {
	got, err := Providers(map[string]string{
		"config.providers":             "a, b,c,,noclass",
		"config.providers.a.class":     "org.apache.kafka.common.config.provider.FileConfigProvider",
		"config.providers.b.class":     "DirectoryConfigProvider",
		"config.providers.c.class":     " EnvVarConfigProvider ",
		"config.providers.other.class": "x.Y",
	}, ProviderOptions{})
	if err != nil || len(got) != 3 || got["a"] == nil || got["b"] == nil || got["c"] == nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestProviders_RefusesOtherClassesByName(t *testing.T) {
	_, err := Providers(map[string]string{"config.providers": "v", "config.providers.v.class": "com.example.VaultConfigProvider"}, ProviderOptions{})
	const want = "Invalid value com.example.VaultConfigProvider for configuration config.providers.v.class: Could not load config provider class or one of its dependencies"
	var ce *ConfigException
	if !errors.As(err, &ce) || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "provider.FileConfigProvider") {
		t.Errorf("got %v", err)
	}
}

func TestTransformer_AsksOncePerPathAndReportsTTL(t *testing.T) {
	out, ttls, err := newMapTransformer().Transform(map[string]string{"a": "${p:t:k}${p:t:k}", "b": "x${p:t:k}", "c": "plain"})
	if err != nil || out["a"] != "TVTV" || out["b"] != "xTV" || out["c"] != "plain" || len(out) != 3 {
		t.Errorf("got %v, %v", out, err)
	}
	if len(ttls) != 1 || ttls["t"] != 5*time.Millisecond {
		t.Errorf("ttls %v", ttls)
	}
}

type brokenProvider struct{}

func (brokenProvider) Get(string, []string) (Data, error) { return Data{}, NewException("", "broken") }

func TestTransformer_ErrorOfProviderKeepsItsClass(t *testing.T) {
	_, _, err := NewTransformer(map[string]Provider{"b": brokenProvider{}}).Transform(map[string]string{"a": "${b:k}"})
	var ce *ConfigException
	if !errors.As(err, &ce) || ce.Message != "broken" {
		t.Errorf("got %v", err)
	}
}

func TestFileProvider_ReadsUTF8Properties(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "s.properties"), "user=jos\u00e9\npass=a\\u003db\n")
	p := makeProvider(t, "FileConfigProvider", "x", "", ProviderOptions{})
	got := ask(t, p, file, "user", "pass", "none")
	if len(got) != 2 || got["user"] != "jos\u00e9" || got["pass"] != "a=b" {
		t.Errorf("got %v", got)
	}
	if got := ask(t, p, "", "user"); len(got) != 0 {
		t.Errorf("no path: %v", got)
	}
	for _, bad := range []string{file + ".none", write(t, file+".latin1", "a=\xe9"), write(t, file+".esc", `a=\u12`), t.TempDir()} {
		if _, err := p.Get(bad, []string{"a"}); err == nil || err.Error() != "Could not read properties from file "+bad {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestFileProvider_StaysBelowAllowedPaths(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	write(t, in+"/a.properties", "k=in")
	write(t, in+"/sub/b.properties", "k=sub")
	write(t, out+"/c.properties", "k=OUT")
	write(t, dir+"/in-beside/d.properties", "k=OUT")
	single := write(t, dir+"/single.properties", "k=single")
	link(t, out+"/c.properties", in+"/file-out")
	link(t, out, in+"/dir-out")
	link(t, "sub/b.properties", in+"/file-in")
	link(t, in+"/sub", in+"/dir-in")
	link(t, in, dir+"/door")

	var log bytes.Buffer
	p := makeProvider(t, "FileConfigProvider", "allowed.paths", in+","+single, ProviderOptions{Log: slog.New(slog.NewTextHandler(&log, nil))})
	for path, want := range map[string]string{
		in + "/a.properties":            "in",
		in + "/sub/../a.properties":     "in",
		in + "/sub/b.properties":        "sub",
		in + "/file-in":                 "sub",
		in + "/dir-in/b.properties":     "sub",
		single:                          "single",
		in + "/../out/c.properties":     "",
		out + "/c.properties":           "",
		dir + "/in-beside/d.properties": "",
		in + "/file-out":                "",
		in + "/dir-out/c.properties":    "",
		dir + "/door/a.properties":      "",
		"in/a.properties":               "",
		"../in/a.properties":            "",
	} {
		if got := ask(t, p, path, "k")["k"]; got != want {
			t.Errorf("%s: got %q, want %q", strings.TrimPrefix(path, dir), got, want)
		}
	}
	if !strings.Contains(log.String(), "not allowed to be accessed") {
		t.Errorf("log %s", log.String())
	}
	tr := NewTransformer(map[string]Provider{"f": p})
	text := "${f:" + in + "/file-out:k}"
	if data, _, err := tr.Transform(map[string]string{"x": text}); err != nil || data["x"] != text {
		t.Errorf("a refused variable became %v, %v", data, err)
	}
	// An allowed path that is itself a link allows what is behind it, under that name.
	p = makeProvider(t, "FileConfigProvider", "allowed.paths", dir+"/door", ProviderOptions{})
	if got := ask(t, p, dir+"/door/a.properties", "k")["k"]; got != "in" {
		t.Errorf("through the door: %q", got)
	}
}

func TestAllowedPaths_MustBeAbsoluteAndExist(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	for text, want := range map[string]string{
		"relative/x": "Path relative/x is not absolute",
		none:         "Path " + none + " does not exist",
	} {
		_, err := Providers(map[string]string{"config.providers": "f", "config.providers.f.class": "FileConfigProvider", "config.providers.f.param.allowed.paths": text}, ProviderOptions{})
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestDirectoryProvider_GivesFiles(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	in := filepath.Join(dir, "in")
	// The layout of a mounted Kubernetes secret.
	write(t, in+"/..2024/user", "u\n")
	link(t, "..2024", in+"/..data")
	link(t, "..data/user", in+"/user")
	write(t, in+"/plain", "p")
	write(t, in+"/sub/x", "no key")
	write(t, in+"/latin1", "\xe9")
	write(t, dir+"/out/secret", "OUT")
	link(t, dir+"/out/secret", in+"/escape")

	p := makeProvider(t, "DirectoryConfigProvider", "allowed.paths", in, ProviderOptions{})
	got := ask(t, p, in, "user", "plain", "sub", "sub/x", "../out/secret", "escape", "none", "", ".", "..")
	if len(got) != 2 || got["user"] != "u\n" || got["plain"] != "p" {
		t.Errorf("got %q", got)
	}
	for _, path := range []string{"", dir, dir + "/out", in + "/../out", in + "/plain", in + "/none"} {
		if got := ask(t, p, path, "secret", "user"); len(got) != 0 {
			t.Errorf("%s: %q", path, got)
		}
	}
	if _, err := p.Get(in, []string{"latin1"}); err == nil || err.Error() != "Could not read file "+in+"/latin1 for property latin1" {
		t.Errorf("got %v", err)
	}
	open := makeProvider(t, "DirectoryConfigProvider", "x", "", ProviderOptions{})
	if got := ask(t, open, in, "escape"); got["escape"] != "OUT" {
		t.Errorf("without allowed.paths: %q", got)
	}
}

func TestEnvVarProvider_MatchesWholeNames(t *testing.T) {
	env := ProviderOptions{Env: []string{"DB_USER=u", "DB_PASS=a=b", "MY_DB_X=x", "HOME=h", "DB_EMPTY="}}
	p := makeProvider(t, "EnvVarConfigProvider", "allowlist.pattern", "DB_.*|HO", env)
	got := ask(t, p, "", "DB_USER", "DB_PASS", "MY_DB_X", "HOME", "DB_EMPTY")
	if len(got) != 3 || got["DB_PASS"] != "a=b" || got["DB_USER"] != "u" {
		t.Errorf("got %q", got)
	}
	if got := ask(t, makeProvider(t, "EnvVarConfigProvider", "x", "", env), "", "HOME"); got["HOME"] != "h" {
		t.Errorf("no pattern: %q", got)
	}
	if _, err := p.Get("path", nil); err == nil || err.Error() != "Path is not supported for EnvVarConfigProvider, invalid value 'path'" {
		t.Errorf("got %v", err)
	}
	_, err := Providers(map[string]string{"config.providers": "e", "config.providers.e.class": "EnvVarConfigProvider", "config.providers.e.param.allowlist.pattern": "(?=x)"}, ProviderOptions{})
	if err == nil || !strings.Contains(err.Error(), "allowlist.pattern") {
		t.Errorf("got %v", err)
	}
}

func FuzzTransformer(f *testing.F) {
	for _, s := range []string{"${p:k}", "${p:a:k}}", "${${p:k}", "${q:k}${p::k}", "a${p:r}b"} {
		f.Add(s)
	}
	tr := newMapTransformer()
	f.Fuzz(func(t *testing.T, text string) {
		out, _, err := tr.Transform(map[string]string{"x": text})
		if err != nil {
			t.Fatal(err)
		}
		if !HasVariable(text) && out["x"] != text {
			t.Fatalf("%q became %q without a variable", text, out["x"])
		}
	})
}
