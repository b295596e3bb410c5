package batchtest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// TB is the part of testing.TB that this package needs.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Parse returns the batch that text describes, in memory of pool. The caller owns it.
//
//	b := batchtest.Parse(t, pool, "id int64, zip string?\n1, null\n2, 0123\n")
//	defer b.Release()
func Parse(t TB, pool *mem.Pool, text string) *batch.Batch {
	t.Helper()
	b, err := Read(batch.NewPool(pool), text)
	if err != nil {
		t.Fatalf("batchtest: %v", err)
	}
	return b
}

// Read is Parse with an error. Errors name the line and what was expected there.
func Read(p *batch.Pool, text string) (*batch.Batch, error) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	r := reader{p: p, n: len(lines) - 1}
	if err := r.header(lines[0]); err != nil {
		return nil, fmt.Errorf("line 1: %w", err)
	}
	for i, l := range lines[1:] {
		if err := r.row(int32(i), l); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+2, err)
		}
	}
	return r.finish(), nil
}

// Format returns b as the text that Parse reads.
func Format(b *batch.Batch) string { return b.String() }

// reader builds one batch.
type reader struct {
	p     *batch.Pool
	n     int
	heads []string // "@topic", …, "@key", "@value", or "" for the members of the value

	key, value *batch.ColumnBuilder

	topics                []string
	partitions            []int32
	offsets, timestamps   []int64
	unselected, selection []int32
	failed                []batch.RowError
}

func (r *reader) header(line string) (err error) {
	defer recoverSyntax(&err)
	s := &scanner{text: line}
	members := batch.NewSchema(batch.KindStruct)
	some := false
	for !s.end() {
		if s.at('@') {
			s.pos++
			name := s.word()
			switch name {
			case "topic", "partition", "offset", "timestamp":
			case "key":
				r.key = batch.NewColumnBuilder(s.schema(), false)
			case "value":
				r.value = batch.NewColumnBuilder(s.schema(), false)
			default:
				s.fail("unknown column @%s", name)
			}
			r.heads = append(r.heads, name)
		} else {
			members.Field(s.name(), s.schema())
			some = true
		}
		if !s.end() {
			s.expect(',')
		}
	}
	if !some && r.heads == nil && r.n > 0 {
		s.fail("column expected")
	}
	if some {
		if r.value != nil {
			s.fail("members beside @value")
		}
		r.value = batch.NewColumnBuilder(members.Build(), false)
		r.heads = append(r.heads, "")
	}
	return nil
}

func (r *reader) row(i int32, line string) (err error) {
	defer recoverSyntax(&err)
	s := &scanner{text: line}
	if s.at('~') {
		s.pos++
		r.unselected = append(r.unselected, i)
	} else {
		r.selection = append(r.selection, i)
	}
	for k, h := range r.heads {
		if k > 0 {
			s.expect(',')
		}
		switch h {
		case "topic":
			r.topics = append(r.topics, s.text1())
		case "partition":
			r.partitions = append(r.partitions, int32(s.integer(32)))
		case "offset":
			r.offsets = append(r.offsets, s.integer(64))
		case "timestamp":
			r.timestamps = append(r.timestamps, s.integer(64))
		case "key":
			s.cell(r.key)
		case "value":
			s.cell(r.value)
		default:
			s.members(r.value)
		}
	}
	if s.at('!') {
		r.failed = append(r.failed, batch.RowError{Row: i, Err: errors.New(strings.TrimSpace(s.text[s.pos+1:]))})
		return nil
	}
	if !s.end() {
		s.fail("end of line expected")
	}
	return nil
}

func (r *reader) finish() *batch.Batch {
	b := r.p.New(r.n)
	if r.topics != nil {
		index := map[string]int32{}
		for _, t := range r.topics {
			if _, ok := index[t]; !ok {
				index[t] = int32(len(b.Topics.Names))
				b.Topics.Names = append(b.Topics.Names, t)
			}
			b.Topics.Index = append(b.Topics.Index, index[t])
		}
		if len(b.Topics.Names) == 1 {
			b.Topics.Index = nil
		}
	}
	b.Offsets, b.Timestamps = r.offsets, r.timestamps
	if len(r.partitions) > 0 {
		b.Partition, b.Partitions = r.partitions[0], r.partitions
		if same(r.partitions) {
			b.Partitions = nil
		}
	}
	if r.offsets != nil && len(b.Topics.Names) == 1 {
		b.Origin = batch.Origin{Topic: b.Topics.Names[0], Partition: b.Partition}
	}
	if r.key != nil {
		b.Key = r.key.Finish(b)
	}
	if r.value != nil {
		b.Value = r.value.Finish(b)
	}
	if r.unselected != nil {
		b.Sel = append(batch.Selection{}, r.selection...)
	}
	for _, e := range r.failed {
		b.Status.Fail(e.Row, r.n, e.Err)
	}
	return b
}

func same(v []int32) bool {
	for _, x := range v {
		if x != v[0] {
			return false
		}
	}
	return true
}

// syntax is what scanner panics with; Read turns it into its error.
type syntax struct{ err error }

func recoverSyntax(err *error) {
	switch p := recover().(type) {
	case nil:
	case syntax:
		*err = p.err
	default:
		panic(p)
	}
}

// scanner reads one line.
type scanner struct {
	text string
	pos  int
}

func (s *scanner) fail(format string, args ...any) {
	panic(syntax{fmt.Errorf("column %d: %s", s.pos+1, fmt.Sprintf(format, args...))})
}

func (s *scanner) space() {
	for s.pos < len(s.text) && s.text[s.pos] == ' ' {
		s.pos++
	}
}

func (s *scanner) end() bool { s.space(); return s.pos >= len(s.text) }

func (s *scanner) at(c byte) bool { s.space(); return s.pos < len(s.text) && s.text[s.pos] == c }

// take skips c if it is next.
func (s *scanner) take(c byte) bool {
	if s.at(c) {
		s.pos++
		return true
	}
	return false
}

func (s *scanner) expect(c byte) {
	if !s.take(c) {
		s.fail("%q expected", c)
	}
}

// takeWord skips w if it is next.
func (s *scanner) takeWord(w string) bool {
	s.space()
	if rest, ok := strings.CutPrefix(s.text[s.pos:], w); ok && (rest == "" || strings.IndexByte(",])}> :!", rest[0]) >= 0) {
		s.pos += len(w)
		return true
	}
	return false
}

func (s *scanner) while(in func(c byte) bool) string {
	start := s.pos
	for s.pos < len(s.text) && in(s.text[s.pos]) {
		s.pos++
	}
	return s.text[start:s.pos]
}

func (s *scanner) word() string {
	s.space()
	w := s.while(func(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' })
	if w == "" {
		s.fail("word expected")
	}
	return w
}

// quoted reads a string in Go's quotes.
func (s *scanner) quoted() string {
	q, err := strconv.QuotedPrefix(s.text[s.pos:])
	if err != nil {
		s.fail("unfinished string")
	}
	s.pos += len(q)
	v, _ := strconv.Unquote(q)
	return v
}

// name reads a member's name: up to a blank, or quoted.
func (s *scanner) name() string {
	if s.at('"') {
		return s.quoted()
	}
	n := s.while(func(c byte) bool { return c != ' ' && c != ',' })
	if n == "" {
		s.fail("name expected")
	}
	return n
}

// bare reads up to a delimiter.
func (s *scanner) bare() string {
	s.space()
	w := strings.TrimRight(s.while(func(c byte) bool { return strings.IndexByte(`,"[](){}<>:!~@#?=\`, c) < 0 }), " ")
	if w == "" {
		s.fail("value expected")
	}
	return w
}

// text1 reads a string, bare or quoted.
func (s *scanner) text1() string {
	if s.at('"') {
		return s.quoted()
	}
	return s.bare()
}

func (s *scanner) integer(size int) int64 {
	s.space()
	w := s.while(func(c byte) bool { return c == '-' || c >= '0' && c <= '9' })
	v, err := strconv.ParseInt(w, 10, size)
	if err != nil {
		s.fail("int%d expected, found %q", size, w)
	}
	return v
}

// cell reads one value and appends it.
func (s *scanner) cell(cb *batch.ColumnBuilder) {
	if s.takeWord("@none") {
		cb.AppendNoSchema()
		return
	}
	s.append(cb, s.value(cb.Schema()))
}

// members reads the members of a struct, one after the other.
func (s *scanner) members(cb *batch.ColumnBuilder) {
	switch {
	case s.takeWord("@none"):
		cb.AppendNoSchema()
		return
	case s.takeWord("@null"):
		cb.AppendNulls(1)
		return
	}
	st := batch.NewStructValue(cb.Schema())
	for i, f := range cb.Schema().Fields() {
		if i > 0 {
			s.expect(',')
		}
		st.Fields[i] = s.value(f.Schema)
	}
	s.append(cb, batch.StructValueOf(st))
}

func (s *scanner) append(cb *batch.ColumnBuilder, v batch.Value) {
	if err := cb.Append(v); err != nil {
		s.fail("%v", err)
	}
}
