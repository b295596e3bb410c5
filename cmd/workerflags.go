package cmd

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/logs"
)

// workerFlags are the flags of commands that run a worker. Values win over the worker file.
type workerFlags struct {
	set    map[string]string // worker keys by --set and by flags of their own
	levels map[string]slog.Level
}

// addWorkerFlags defines --set, --log-level and a flag for each key that Java does not have: millrace.stage.rows.max
// is --stage-rows-max. def has the worker's keys.
func addWorkerFlags(c *cobra.Command, def *config.Def) *workerFlags {
	f := &workerFlags{set: map[string]string{}, levels: map[string]slog.Level{}}
	c.Flags().SortFlags = false
	c.Flags().Var(&pairFlag{put: f.setKey}, "set", "Set a worker key, in place of the worker file's value. May be given again.")
	c.Flags().Var(&pairFlag{put: f.setLevel, single: logs.Root}, "log-level", "Level of all loggers, or of one as NAME=LEVEL: TRACE, DEBUG, INFO, WARN, ERROR, OFF. May be given again.")
	for _, k := range def.Keys() {
		if tuning(k.Name) {
			flag := c.Flags().VarPF(&keyFlag{key: k, set: f.set}, flagName(k.Name), "", flagUsage(k))
			if k.Type == config.Boolean {
				flag.NoOptDefVal = "true"
			}
		}
	}
	return f
}

func flagName(key string) string {
	return strings.ReplaceAll(strings.TrimPrefix(key, ownPrefix), ".", "-")
}

func flagUsage(k config.Key) string {
	usage := strings.TrimSuffix(k.Doc, ".") + "."
	if s := k.DefaultText(); s != "" && s != `""` {
		usage += " Default " + s
		if k.Validator != nil {
			usage += "; valid " + k.Validator.String()
		}
		usage += "."
	}
	return usage
}

func (f *workerFlags) setKey(key, value string) error {
	f.set[key] = value
	return nil
}

func (f *workerFlags) setLevel(name, level string) error {
	l, ok := logs.ParseLevel(level)
	if !ok {
		return fmt.Errorf("%q is no level: TRACE, DEBUG, INFO, WARN, ERROR and OFF are", level)
	}
	f.levels[name] = l
	return nil
}

// pairFlag takes key=value, any number of times.
type pairFlag struct {
	put    func(key, value string) error
	single string // the key of a value that stands alone; empty: a key must be given
}

var _ pflag.Value = (*pairFlag)(nil)

// Set takes one pair.
func (f *pairFlag) Set(s string) error {
	key, value, ok := strings.Cut(s, "=")
	switch {
	case !ok && f.single != "":
		return f.put(f.single, s)
	case !ok || strings.TrimSpace(key) == "":
		return fmt.Errorf("%q has no key: write key=value", key)
	}
	return f.put(strings.TrimSpace(key), value)
}

// String is empty: there is no default to show.
func (f *pairFlag) String() string { return "" }

// Type is what help shows in place of the value.
func (f *pairFlag) Type() string {
	if f.single != "" {
		return "[NAME=]LEVEL"
	}
	return "key=value"
}

// keyFlag sets one worker key, which is checked when the flag is read.
type keyFlag struct {
	key config.Key
	set map[string]string
}

var _ pflag.Value = (*keyFlag)(nil)

// Set checks and keeps a value.
func (f *keyFlag) Set(s string) error {
	v, err := config.ParseText(f.key.Name, s, f.key.Type)
	if err == nil && f.key.Validator != nil {
		err = f.key.Validator.Validate(f.key.Name, v)
	}
	if err != nil {
		return err
	}
	f.set[f.key.Name] = s
	return nil
}

// String is empty: the usage names the default.
func (f *keyFlag) String() string { return "" }

// Type is what help shows in place of the value.
func (f *keyFlag) Type() string { return strings.ToLower(f.key.Type.String()) }

// args are arguments that give these flags again.
func (f *workerFlags) args() []string {
	var out []string
	for _, k := range sortedKeys(f.set) {
		out = append(out, "--set="+k+"="+f.set[k])
	}
	for _, name := range slices.Sorted(maps.Keys(f.levels)) {
		out = append(out, "--log-level="+name+"="+logs.LevelName(f.levels[name]))
	}
	return out
}
