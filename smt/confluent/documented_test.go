package confluent

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt"
)

//go:embed testdata/documented.txt
var documented string

func TestApply_DoesWhatIsDocumented(t *testing.T) {
	_, cases, _ := strings.Cut(documented, "\n\n")
	n := 0
	for c := range strings.SplitSeq(cases, "\n\n") {
		n++
		head, body, _ := strings.Cut(strings.TrimSpace(c), "\n")
		in, want, _ := strings.Cut(body+"\n", "----\n")
		class, props, _ := strings.Cut(head, " ")
		for _, columnar := range []bool{true, false} {
			tr := made(t, class, props)
			if !columnar {
				tr.Columns = nil
			}
			b := batchtest.Parse(t, mem.Checked(t), in)
			more, err := tr.Apply(b)
			if err != nil || len(more) > 0 {
				t.Fatal(err, more)
			}
			expected := batchtest.Parse(t, mem.Checked(t), want)
			if got, w := visible(b), visible(expected); got != w {
				t.Errorf("%s, columnar %v:\n%s\nwant\n%s", head, columnar, got, w)
			}
			expected.Release()
			b.Release()
		}
	}
	if n < 18 {
		t.Fatalf("%d cases", n)
	}
}

// visible is what the stages behind see: live rows and failures.
func visible(b *batch.Batch) string {
	var s strings.Builder
	for r := range b.Rows() {
		s.WriteString(rowText(r) + "\n")
	}
	for _, e := range b.Status.Errors() {
		s.WriteString(e.Err.Error() + "\n")
	}
	return s.String()
}

// What matches and replaceFirst of the original's regular expressions do.
//
//go:embed testdata/topicregexrouter.jsonl
var routed []byte

func TestTopicRegexRouter_ReplacesAsTheOriginal(t *testing.T) {
	lines := bufio.NewScanner(bytes.NewReader(routed))
	lines.Scan()
	for lines.Scan() {
		var v struct {
			Regex, Replacement, Topic, To, Error, Message string
			Refused                                       bool
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		c, err := smt.NewSet(Classes()...).Find(cloudClassPrefix + "TopicRegexRouter")
		if err != nil {
			t.Fatal(err)
		}
		tr, err := c.New(map[string]string{"regex": v.Regex, "replacement": v.Replacement}, smt.Context{})
		if (err != nil) != v.Refused {
			t.Errorf("%q: %v, want refused %v", v.Regex, err, v.Refused)
		}
		if err != nil {
			continue
		}
		b := batchtest.Parse(t, mem.Checked(t), "id int64\n1\n")
		b.Topics = batch.OneTopic(v.Topic)
		if _, err := tr.Apply(b); err != nil {
			t.Fatal(err)
		}
		if errs := b.Status.Errors(); len(errs) > 0 {
			if javaClass(errs[0].Err) != v.Error || errs[0].Err.Error() != v.Message {
				t.Errorf("%s: %s: %v, want %s: %s", lines.Text(), javaClass(errs[0].Err), errs[0].Err, v.Error, v.Message)
			}
		} else if got := b.Row(0).Topic(); got != v.To || v.Error != "" {
			t.Errorf("%s: got %q", lines.Text(), got)
		}
		b.Release()
	}
}

func TestGzipDecompress_ReadsAllMembersWithinItsBound(t *testing.T) {
	bomb := compressed(strings.Repeat("x", 1<<20))
	for _, c := range []struct {
		data []byte
		want string
		bad  string
	}{
		{compressed("hello"), "hello", ""},
		{compressed("hello ", "world"), "hello world", ""},
		{append(compressed("hello"), "garbage behind"...), "hello", ""},
		{compressed(""), "", ""},
		{[]byte("no gzip at all"), "", "is not in gzip format"},
		{[]byte{}, "", "is not in gzip format"},
		{compressed("hello")[:20], "", "is not in gzip format"},
		{bomb, "", "has more than 1000 bytes after decompression; raise millrace.decompressed.bytes.max"},
		{compressed(strings.Repeat("a", 600), strings.Repeat("b", 600)), "", "has more than 1000 bytes"},
		{compressed(strings.Repeat("a", 1000)), strings.Repeat("a", 1000), ""},
	} {
		for _, columnar := range []bool{true, false} {
			tr := made(t, "GzipDecompress$Value", "millrace.decompressed.bytes.max=1000")
			if !columnar {
				tr.Columns = nil
			}
			b := batchtest.Parse(t, mem.Checked(t), "@value bytes?\n0x00\nnull\n")
			cb := batch.NewColumnBuilder(b.Value.Schema(), false)
			if err := cb.Append(batch.BytesValue(c.data)); err != nil {
				t.Fatal(err)
			}
			cb.AppendNulls(1)
			b.Value = cb.Finish(b)
			if _, err := tr.Apply(b); err != nil {
				t.Fatal(err)
			}
			if errs := b.Status.Errors(); c.bad != "" {
				if len(errs) != 1 || !strings.Contains(errs[0].Err.Error(), c.bad) || javaClass(errs[0].Err) != batch.DataException {
					t.Errorf("%.10x: %v, want %s", c.data, errs, c.bad)
				}
			} else if len(errs) > 0 || string(b.Row(0).Value().Bytes()) != c.want || !b.Row(1).Value().IsNull() {
				t.Errorf("%.10x: %v, got %.40s", c.data, errs, b)
			}
			b.Release()
		}
	}
}

func TestClasses_RefuseBadConfigs(t *testing.T) {
	for _, c := range []struct{ class, props, want string }{
		{"Drop$Key", "schema.behavior=x", "Invalid value x for configuration schema.behavior: String must be one of: nullify, retain, validate, force_optional"},
		{"TombstoneHandler", "behavior=x", "Invalid value x for configuration behavior: String must be one of: ignore, warn, fail"},
		{"Filter$Key", "filter.type=include", `Missing required configuration "filter.condition" which has no default value.`},
		{"Filter$Key", "filter.condition=$[ filter.type=include", "Invalid value $[ for configuration filter.condition: Invalid json path defined. Please refer to https://github.com/json-path/JsonPath README for correct use of json path."},
		{"Filter$Key", "filter.condition=$ filter.type=x", "Invalid value x for configuration filter.type: "},
		{"ExtractTopic$Key", "field=$[ field.format=JSON_PATH", "Invalid value $[ for configuration field: Invalid json path"},
		{"ExtractTopic$Header", "field=", "Invalid value  for configuration field: String must be non-empty"},
		{"ExtractTopic$Header", "", `Missing required configuration "field" which has no default value.`},
		{"TopicRegexRouter", "regex=( replacement=x", "Invalid value ( for configuration regex: Invalid regex: "},
		{"MessageTimestampRouter", "", `Missing required configuration "message.timestamp.keys" which has no default value.`},
		{"MessageTimestampRouter", "message.timestamp.keys=a topic.timestamp.format=bb", "Illegal pattern character 'b'"},
		{"GzipDecompress$Key", "millrace.decompressed.bytes.max=0", "Value must be at least 1"},
	} {
		m := map[string]string{}
		for kv := range strings.FieldsSeq(c.props) {
			k, v, _ := strings.Cut(kv, "=")
			m[k] = v
		}
		class, err := smt.NewSet(Classes()...).Find(classPrefix + c.class)
		if err != nil {
			t.Fatal(err)
		}
		_, err = class.New(m, smt.Context{})
		if err == nil || !strings.Contains(err.Error(), c.want) || javaClass(err) != "org.apache.kafka.common.config.ConfigException" {
			t.Errorf("%s %s: %v, want %s", c.class, c.props, err, c.want)
		}
	}
}
