package predicate

import (
	"errors"
	"slices"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
)

func made(t *testing.T, class string, props map[string]string) smt.Predicate {
	t.Helper()
	c, err := smt.NewPredicateSet(Classes()...).Find(class)
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.NewPredicate(props, smt.Context{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func test(t *testing.T, p smt.Predicate, b *batch.Batch, yes, no []int32) {
	t.Helper()
	gotYes, gotNo, err := p.Test(b, nil, nil)
	if err != nil || !slices.Equal(gotYes, yes) || !slices.Equal(gotNo, no) {
		t.Errorf("%T: yes %v, no %v, error %v; want %v and %v", p, gotYes, gotNo, err, yes, no)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestTopicNameMatches_WholeTopic(t *testing.T) {
	b := batchtest.Parse(t, mem.Checked(t), "@topic, id int64\nmy, 1\nmy-prefix, 2\n~ my, 3\nmy, 4 ! bad\nother, 5\nmy, 6\n")
	defer b.Release()
	test(t, made(t, "TopicNameMatches", map[string]string{"pattern": "my"}), b, []int32{0, 5}, []int32{1, 4})
	test(t, made(t, "TopicNameMatches", map[string]string{"pattern": "my.*"}), b, []int32{0, 1, 5}, []int32{4})
}

func TestTopicNameMatches_RowsFailWhereTheMatchDoesNotEnd(t *testing.T) {
	b := batchtest.Parse(t, mem.Checked(t), "@topic, id int64\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, 1\nb, 2\n")
	defer b.Release()
	test(t, made(t, "TopicNameMatches", map[string]string{"pattern": "(a*)*(a*)*(a*)*b"}), b, []int32{1}, nil)
	if !b.Status.Failed(0) {
		t.Error("row 0 has not failed")
	}
}

func TestRecordIsTombstone_SchemaDoesNotMatter(t *testing.T) {
	b := batchtest.Parse(t, mem.Checked(t), "@value string?\nnull\n@none\na\n~ null\n")
	defer b.Release()
	p := made(t, "RecordIsTombstone", nil)
	test(t, p, b, []int32{0, 1}, []int32{2})
	b.Value = nil
	test(t, p, b, []int32{0, 1, 2}, nil)
}

func TestHasHeaderKey(t *testing.T) {
	b := batchtest.Parse(t, mem.Checked(t), "id int64\n1\n2\n3\n")
	defer b.Release()
	p := made(t, "HasHeaderKey", map[string]string{"name": "h"})
	test(t, p, b, nil, []int32{0, 1, 2})
	b.Headers = batch.Headers{Offsets: []int32{0, 2, 2, 3}, Entries: []batch.Header{{Key: "a"}, {Key: "h"}, {Key: "H"}}}
	test(t, p, b, []int32{0}, []int32{1, 2})
}

func TestConfig_RefusedAsTheOriginalDoes(t *testing.T) {
	for _, c := range []struct{ class, key, value, want string }{
		{"HasHeaderKey", "name", "", "Invalid value  for configuration name: String must be non-empty"},
		{"TopicNameMatches", "pattern", "", "Invalid value  for configuration pattern: String must be non-empty"},
		{"TopicNameMatches", "pattern", "[", "Invalid value [ for configuration pattern: Invalid regex: Unclosed character class near index 0\n[\n^"},
		{"TopicNameMatches", "", "", `Missing required configuration "pattern" which has no default value.`},
	} {
		class, err := smt.NewPredicateSet(Classes()...).Find(c.class)
		if err != nil {
			t.Fatal(err)
		}
		_, err = class.NewPredicate(map[string]string{c.key: c.value}, smt.Context{})
		var e *config.ConfigException
		if !errors.As(err, &e) || e.Message != c.want {
			t.Errorf("%s %s=%q: %v, want %s", c.class, c.key, c.value, err, c.want)
		}
	}
}

// TestRecordIsTombstone_EveryFormOfColumn compares with a look at each row.
func TestRecordIsTombstone_EveryFormOfColumn(t *testing.T) {
	p := made(t, "RecordIsTombstone", nil)
	for seed := range uint64(300) {
		b := batchtest.NewRandom(seed).Batch(mem.Checked(t), 70)
		var yes, no []int32
		for r := range b.Rows() {
			if r.Value().IsNull() {
				yes = append(yes, r.Index())
			} else {
				no = append(no, r.Index())
			}
		}
		test(t, p, b, yes, no)
		b.Release()
	}
}
