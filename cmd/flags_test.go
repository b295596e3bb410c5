package cmd

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func parseFlags(t *testing.T, args ...string) (*workerFlags, []string, error) {
	t.Helper()
	c := &cobra.Command{Use: "x", SilenceErrors: true, SilenceUsage: true, RunE: func(*cobra.Command, []string) error { return nil }}
	f := addWorkerFlags(c, standaloneDef())
	err := c.ParseFlags(args)
	return f, c.Flags().Args(), err
}

func TestWorkerFlags(t *testing.T) {
	f, rest, err := parseFlags(t, "--set", "listeners=http://:1,http://:2", "--set=a.b= c=d ", "w.properties", "--stage-rows-max=64", "--log-level", "DEBUG", "--log-level=org.x=off", "c.properties")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"listeners": "http://:1,http://:2", "a.b": " c=d ", "millrace.stage.rows.max": "64"}
	if !maps.Equal(f.set, want) || !slices.Equal(rest, []string{"w.properties", "c.properties"}) {
		t.Errorf("%q, %q", f.set, rest)
	}
	if f.levels["root"] != slog.LevelDebug || len(f.levels) != 2 {
		t.Errorf("levels %v", f.levels)
	}
	again, _, err := parseFlags(t, f.args()...)
	if err != nil || !maps.Equal(again.set, f.set) || !maps.Equal(again.levels, f.levels) {
		t.Errorf("given again: %v, %v, %v", again.set, again.levels, err)
	}
}

func TestWorkerFlags_Refusals(t *testing.T) {
	for _, c := range []struct{ arg, want string }{
		{"--set=x", `"x" has no key: write key=value`},
		{"--set==x", "has no key"},
		{"--stage-rows-max=many", "Invalid value many for configuration millrace.stage.rows.max: Not a number of type INT"},
		{"--stage-rows-max=0", "Invalid value 0 for configuration millrace.stage.rows.max: Value must be at least 1"},
		{"--log-level=LOUD", `"LOUD" is no level`},
		{"--nothing", "unknown flag: --nothing"},
	} {
		if _, _, err := parseFlags(t, c.arg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.arg, err, c.want)
		}
	}
}

// Every key of ours has a flag of its own, whose usage names effect and default.
func TestWorkerFlags_EachOwnKey(t *testing.T) {
	c := &cobra.Command{}
	addWorkerFlags(c, standaloneDef())
	n := 0
	for _, k := range standaloneDef().Keys() {
		if !tuning(k.Name) {
			continue
		}
		n++
		f := c.Flags().Lookup(flagName(k.Name))
		if f == nil || !strings.Contains(f.Usage, k.Doc[:20]) || k.DefaultText() != "" && k.DefaultText() != `""` && !strings.Contains(f.Usage, "Default "+k.DefaultText()) {
			t.Errorf("%s: flag %+v", k.Name, f)
		}
	}
	if n < 4 {
		t.Errorf("%d keys", n)
	}
}

func TestCommandArgs(t *testing.T) {
	for _, c := range []struct{ in, want []string }{
		{nil, nil},
		{[]string{"millrace"}, nil},
		{[]string{"/x/millrace", "standalone", "w"}, []string{"standalone", "w"}},
		{[]string{"/opt/connect-standalone", "w", "c"}, []string{"standalone", "w", "c"}},
		{[]string{"bin/connect-standalone.sh", "-daemon", "w"}, []string{"standalone", "--daemon", "w"}},
		{[]string{"connect-distributed", "w"}, []string{"distributed", "w"}},
		{[]string{"connect-mirror-maker", "w"}, []string{"w"}},
	} {
		if have := commandArgs(c.in); !slices.Equal(have, c.want) {
			t.Errorf("%q: %q, want %q", c.in, have, c.want)
		}
	}
}

func TestParseJavaOptions(t *testing.T) {
	p := parseJavaOptions(`-Xmx1g -Djava.security.auth.login.config="/a b/jaas.conf"  '-Dx=1' -Dflag
		-Durls=a,,b `)
	want := javaProperties{"java.security.auth.login.config": "/a b/jaas.conf", "x": "1", "flag": "", "urls": "a,,b"}
	if !maps.Equal(p, want) {
		t.Errorf("%q", p)
	}
	if l := p.list("urls"); !slices.Equal(l, []string{"a", "b"}) {
		t.Errorf("%q", l)
	}
}

func TestClientVersion(t *testing.T) {
	for in, want := range map[string]string{"unknown": "unknown", "v1.2-3-gab/c": "v1.2-3-gab-c", "-x.": "x", "": ""} {
		if have := clientVersion(in); have != want {
			t.Errorf("%q: %q, want %q", in, have, want)
		}
	}
}
