package settings

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/config"
)

// lines returns the lines of a file of vectors, cut at tabs.
func lines(t *testing.T, file string) [][]string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for l := range strings.Lines(string(data)) {
		if !strings.HasPrefix(l, "#") {
			out = append(out, strings.Split(strings.TrimRight(l, "\n"), "\t"))
		}
	}
	return out
}

// TestDefinitions_EqualJava: what REST clients see of every key.
func TestDefinitions_EqualJava(t *testing.T) {
	defs := map[string]*config.Def{
		"connector": Connector(Defaults{}, Validators{}), "sink": Sink(Defaults{}, Validators{}), "source": Source(Defaults{}, Validators{}),
	}
	seen := map[string]int{}
	for _, f := range lines(t, "definitions.txt") {
		d := defs[f[0]]
		seen[f[0]]++
		k, ok := d.Key(f[1])
		if !ok {
			t.Errorf("%s: %s is missing", f[0], f[1])
			continue
		}
		def := "REQUIRED"
		if k.HasDefault() {
			if text, ok := config.ConvertToString(k.Default); ok {
				def = text
			} else {
				def = "null"
			}
		}
		group, display := k.Group, k.DisplayName
		if display == "" {
			display = k.Name
		}
		escape := strings.NewReplacer("\\", "\\\\", "\t", "\\t", "\n", "\\n")
		got := []string{f[0], k.Name, k.Type.String(), escape.Replace(def), k.Importance.String(), escape.Replace(group), strconv.Itoa(k.Order), k.Width.String(), escape.Replace(display), escape.Replace(k.Doc)}
		if !slices.Equal(got, f) {
			t.Errorf("got  %q\nwant %q", got, f)
		}
	}
	for name, d := range defs {
		if n := len(d.Keys()); n != seen[name] || n == 0 {
			t.Errorf("%s has %d keys, Java %d", name, n, seen[name])
		}
	}
}

// TestVersionRequirement_JavaVectors: version ranges as Maven reads them.
func TestVersionRequirement_JavaVectors(t *testing.T) {
	for _, f := range lines(t, "versions.txt") {
		got := "ok"
		if err := pluginVersion.Validate("k", f[0]); err != nil {
			got = err.Error()
		}
		want := f[1]
		if want != "ok" {
			want = config.InvalidValue("k", f[0], want).Error()
		}
		if got != want {
			t.Errorf("%q:\n got %s\nwant %s", f[0], got, want)
		}
	}
}

// TestCheckSink_JavaVectors: what the keys of a sink say against one another.
func TestCheckSink_JavaVectors(t *testing.T) {
	for _, f := range lines(t, "sink.txt") {
		props := map[string]string{}
		for i, k := range []string{"topics", "topics.regex", "errors.deadletterqueue.topic.name"} {
			if f[i] != "-" {
				props[k] = f[i]
			}
		}
		var got []string
		CheckSink(props, func(key, value, message string) {
			if value != props[key] {
				t.Errorf("%v: value of %s is %q", f, key, value)
			}
			got = append(got, key+": "+message)
		})
		slices.SortStableFunc(got, func(a, b string) int { // Java's errors by key
			x, _, _ := strings.Cut(a, ":")
			y, _, _ := strings.Cut(b, ":")
			return strings.Compare(x, y)
		})
		if want := f[3:]; !slices.Equal(got, want) {
			t.Errorf("%q:\n got %q\nwant %q", f[:3], got, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	got, err := ParseErrors(map[string]string{})
	if want := (Errors{RetryDelayMax: time.Minute}); err != nil || got != want {
		t.Errorf("%+v %v", got, err)
	}
	got, err = ParseErrors(map[string]string{"errors.retry.timeout": "-1", "errors.retry.delay.max.ms": "5", "errors.tolerance": "all", "errors.log.enable": "TRUE",
		"errors.log.include.messages": "true", "name": "not looked at", "tasks.max": "zero"})
	if want := (Errors{RetryTimeout: -time.Millisecond, RetryDelayMax: 5 * time.Millisecond, TolerateAll: true, Log: true, LogMessages: true}); err != nil || got != want {
		t.Errorf("%+v %v", got, err)
	}
	if got, err = ParseErrors(map[string]string{"errors.retry.timeout": "9223372036854775807"}); err != nil || got.RetryTimeout < 290*365*24*time.Hour {
		t.Errorf("for ever is %v %v", got.RetryTimeout, err)
	}
	for key, value := range map[string]string{"errors.tolerance": "some", "errors.retry.timeout": "soon", "errors.log.enable": "yes"} {
		if _, err := ParseErrors(map[string]string{key: value}); err == nil || !strings.HasPrefix(err.Error(), "Invalid value "+value+" for configuration "+key+": ") {
			t.Errorf("%s=%s: %v", key, value, err)
		}
	}
}

func TestParseDeadLetters(t *testing.T) {
	got, err := ParseDeadLetters(map[string]string{})
	if want := (DeadLetters{ReplicationFactor: 3}); err != nil || got != want || HasDeadLetters(nil) {
		t.Errorf("%+v %v", got, err)
	}
	props := map[string]string{"errors.deadletterqueue.topic.name": " d ", "errors.deadletterqueue.topic.replication.factor": "1", "errors.deadletterqueue.context.headers.enable": "true"}
	got, err = ParseDeadLetters(props)
	if want := (DeadLetters{Topic: "d", ReplicationFactor: 1, Headers: true}); err != nil || got != want || !HasDeadLetters(props) {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := ParseDeadLetters(map[string]string{"errors.deadletterqueue.topic.replication.factor": "many"}); err == nil {
		t.Error("no error")
	}
}

func TestTasksMax(t *testing.T) {
	if n, enforce, err := TasksMax(map[string]string{}); n != 1 || !enforce || err != nil {
		t.Errorf("%d %v %v", n, enforce, err)
	}
	if n, enforce, err := TasksMax(map[string]string{"tasks.max": "7", "tasks.max.enforce": "false"}); n != 7 || enforce || err != nil {
		t.Errorf("%d %v %v", n, enforce, err)
	}
	if _, _, err := TasksMax(map[string]string{"tasks.max": "0"}); err == nil || err.Error() != "Invalid value 0 for configuration tasks.max: Value must be at least 1" {
		t.Errorf("%v", err)
	}
}

func TestTopics(t *testing.T) {
	if list, pattern, err := Topics(map[string]string{"topics": " a ,b,,a, c "}); !slices.Equal(list, []string{"a", "b", "c"}) || pattern != nil || err != nil {
		t.Errorf("%v %q %v", list, pattern, err)
	}
	list, pattern, err := Topics(map[string]string{"topics.regex": "a|b.*"})
	if list != nil || err != nil {
		t.Fatalf("%v %v", list, err)
	}
	for name, want := range map[string]bool{"a": true, "ab": false, "b": true, "bcd": true, "cb": false} {
		if got, err := pattern.Matches(name); got != want || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, _, err := Topics(map[string]string{"topics.regex": "("}); err == nil || !strings.HasPrefix(err.Error(), "Invalid value ( for configuration topics.regex: Invalid regex") {
		t.Errorf("%v", err)
	}
}

// TestParseTopicGroups: declared order, the default group last; its settings are those that others
// leave out. Source: TopicCreationConfig.
func TestParseTopicGroups(t *testing.T) {
	props := map[string]string{
		"topic.creation.groups":                     "b, a",
		"topic.creation.default.partitions":         "5",
		"topic.creation.default.replication.factor": "-1",
		"topic.creation.default.include":            "ignored",
		"topic.creation.default.cleanup.policy":     "delete",
		"topic.creation.a.include":                  "x.*, y",
		"topic.creation.a.exclude":                  "xx",
		"topic.creation.a.partitions":               "2",
		"topic.creation.a.retention.ms":             "7",
		"topic.creation.b.include":                  "z",
		"topic.creation.b.replication.factor":       "3",
	}
	if !UsesTopicCreation(props) || UsesTopicCreation(map[string]string{"topics": "a"}) {
		t.Error("UsesTopicCreation")
	}
	groups, err := ParseTopicGroups(props)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range groups {
		got = append(got, fmt.Sprintf("%s %v %v %d %d %v", g.Name, g.Include, g.Exclude, g.Partitions, g.ReplicationFactor, g.Configs))
	}
	want := []string{
		"b [z] [] 5 3 map[]",
		"a [x.* y] [xx] 2 -1 map[retention.ms:7]",
		"default [] [] 5 -1 map[cleanup.policy:delete]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	// Validators see the key without what stands before it, as in Java; types do not.
	for _, c := range []struct{ key, value, want string }{
		{"topic.creation.default.partitions", "0", "Invalid value 0 for configuration partitions: Number of partitions must be positive, or -1 to use the broker's default"},
		{"topic.creation.a.replication.factor", "0", "Invalid value 0 for configuration replication.factor: Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default"},
		{"topic.creation.a.include", "(", "Invalid value [(] for configuration include: Syntax error in regular expression: "},
		{"topic.creation.a.partitions", "x", "Invalid value x for configuration topic.creation.a.partitions: Not a number of type INT"},
	} {
		bad := maps.Clone(props)
		bad[c.key] = c.value
		if _, err := ParseTopicGroups(bad); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s=%s:\n got %v\nwant %s", c.key, c.value, err, c.want)
		}
	}
	delete(props, "topic.creation.default.partitions")
	if _, err := ParseTopicGroups(props); err == nil || err.Error() != `Missing required configuration "topic.creation.default.partitions" which has no default value.` {
		t.Errorf("%v", err)
	}
}

// FuzzVersionRequirement: any text is read or refused, and a range that is read has its own text read
// the same.
func FuzzVersionRequirement(f *testing.F) {
	for _, s := range []string{"1.0", "[1.0,2.0),(3,]", "latest", "(", "[1.0-rc,1.0]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := VersionRequirement(s)
		if err != nil || r == nil {
			return
		}
		again, err := VersionRequirement(r.String())
		if err != nil || again.String() != r.String() {
			t.Fatalf("%q is %s, read again %s, %v", s, r, again, err)
		}
	})
}
