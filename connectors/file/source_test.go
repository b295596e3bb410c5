package file_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/connectortest"
	"github.com/millrace/millrace/connectors/file"
)

// start returns a started task, stopped at cleanup, whose store holds a position (negative: none).
func start(t testing.TB, pool *batch.Pool, position int64, props map[string]string) connectors.SourceTask {
	t.Helper()
	tc := &connectortest.SourceContext{Store: &connectortest.Offsets{}}
	tc.Batches = pool
	if position >= 0 {
		if err := tc.Store.Set(one("filename", batch.StringValue(props["file"])), one("position", batch.Int64Value(position))); err != nil {
			t.Fatal(err)
		}
	}
	return startWith(t, tc, props)
}

func startWith(t testing.TB, tc *connectortest.SourceContext, props map[string]string) connectors.SourceTask {
	t.Helper()
	if props["topic"] == "" {
		props["topic"] = "lines"
	}
	task := file.Classes()[0].NewSource()
	if err := task.Start(t.Context(), &connectortest.ConnectorContext{}, props); err != nil {
		t.Fatal(err)
	}
	s := task.NewTask()
	if err := s.Start(t.Context(), tc, props); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func one(name string, v batch.Value) batch.Value {
	return batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue(name)}, Values: []batch.Value{v}})
}

// poll returns the rows of a poll as "position text".
func poll(t testing.TB, s connectors.SourceTask) []string {
	t.Helper()
	batches, err := s.Poll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, b := range batches {
		if err := b.Check(); err != nil {
			t.Fatal(err)
		}
		for r := range b.Rows() {
			out = append(out, string(batch.AppendLiteral(nil, nil, r.SourceOffset().Map().Values[0]))+" "+r.Value().Str())
		}
		b.Release()
	}
	return out
}

// drain polls until there is nothing more.
func drain(t testing.TB, s connectors.SourceTask) (out []string) {
	t.Helper()
	for rows := poll(t, s); rows != nil; rows = poll(t, s) {
		out = append(out, rows...)
	}
	return out
}

func equal(t testing.TB, what string, got, want []string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s:\n%q\nwant\n%q", what, got, want)
	}
}

func TestSource_LinesAndPositionsAreJavas(t *testing.T) {
	f, err := os.Open("testdata/source.vectors")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	type vector struct {
		start int64
		text  []byte
		want  []string
	}
	var vectors []vector
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		line := s.Text()
		if in, ok := strings.CutPrefix(line, "# "); ok {
			at, text, _ := strings.Cut(in, " ")
			v := vector{start: -1}
			if at != "-" {
				if v.start, err = strconv.ParseInt(at, 10, 64); err != nil {
					t.Fatal(err)
				}
			}
			if v.text, err = hex.DecodeString(text); err != nil {
				t.Fatal(err)
			}
			vectors = append(vectors, v)
		} else if at, text, ok := strings.Cut(line, " "); ok && len(vectors) > 0 {
			b, err := hex.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			v := &vectors[len(vectors)-1]
			v.want = append(v.want, at+" "+string(b))
		}
	}
	if len(vectors) != 84 {
		t.Fatalf("%d vectors", len(vectors))
	}
	pool := batch.NewPool(mem.Checked(t))
	name := filepath.Join(t.TempDir(), "in")
	for i, v := range vectors {
		synctest.Test(t, func(t *testing.T) { // so that the last poll, which waits, takes no time
			writeTo(t, name, string(v.text))
			tc := &connectortest.SourceContext{Store: &connectortest.Offsets{}}
			tc.Batches = pool
			if v.start != -1 {
				if err := tc.Store.Set(one("filename", batch.StringValue(name)), one("position", batch.Int64Value(v.start))); err != nil {
					t.Fatal(err)
				}
			}
			equal(t, fmt.Sprintf("vector %d", i), drain(t, startWith(t, tc, map[string]string{"file": name})), v.want)
		})
	}
}

func TestSource_WaitsForTheFileAndFollowsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "in")
		s := start(t, batch.NewPool(mem.Checked(t)), -1, map[string]string{"file": name, "batch.size": "2"})
		began := time.Now()
		equal(t, "no file", poll(t, s), nil)
		if waited := time.Since(began); waited != time.Second {
			t.Errorf("waited %v", waited)
		}
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		add := func(text string) {
			t.Helper()
			if _, err := f.WriteString(text); err != nil {
				t.Fatal(err)
			}
		}
		equal(t, "empty file", poll(t, s), nil)
		add("a\nb\nc\nd\r")
		equal(t, "first two", poll(t, s), []string{"2 a", "4 b"})
		equal(t, "the third; \\r waits", poll(t, s), []string{"6 c"})
		equal(t, "nothing new", poll(t, s), nil)
		add("\nGr\xc3")
		equal(t, "\\r\\n", poll(t, s), []string{"9 d"})
		equal(t, "cut character", poll(t, s), nil)
		add("\xbcn\n")
		equal(t, "its rest", poll(t, s), []string{"14 Grün"})

		go func() {
			time.Sleep(300 * time.Millisecond)
			add("late\n")
		}()
		began = time.Now()
		equal(t, "while it waits", poll(t, s), []string{"19 late"})
		if waited := time.Since(began); waited > 350*time.Millisecond {
			t.Errorf("waited %v", waited)
		}

		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			time.Sleep(10 * time.Millisecond)
			cancel()
		}()
		began = time.Now()
		if out, err := s.Poll(ctx); out != nil || err != nil {
			t.Fatal(out, err)
		}
		if waited := time.Since(began); waited != 10*time.Millisecond {
			t.Errorf("waited %v after the context ended", waited)
		}
	})
}

func TestSource_LinesLongerThanTheBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		long := strings.Repeat("0123456789", 200_000)
		name := writeTo(t, filepath.Join(t.TempDir(), "in"), "a\n"+long+"\r\n"+long+"é\nz\n")
		s := start(t, batch.NewPool(mem.Checked(t)), -1, map[string]string{"file": name})
		equal(t, "lines", drain(t, s), []string{"2 a", "2000004 " + long, "4000006 " + long + "é", "4000008 z"})
	})
}

func TestSource_PositionPastTheEndWaitsForTheFileToGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := writeTo(t, filepath.Join(t.TempDir(), "in"), "short\n")
		s := start(t, batch.NewPool(mem.Checked(t)), 10, map[string]string{"file": name})
		equal(t, "short file", poll(t, s), nil)
		writeTo(t, name, "short\nlonger\nnow\n")
		equal(t, "grown file", poll(t, s), []string{"13 er", "17 now"})
	})
}

func TestSource_StoredPositionOfTheWrongTypeIsRefused(t *testing.T) {
	name := writeTo(t, filepath.Join(t.TempDir(), "in"), "a\n")
	tc := &connectortest.SourceContext{Store: &connectortest.Offsets{}}
	tc.Batches = batch.NewPool(mem.Checked(t))
	if err := tc.Store.Set(one("filename", batch.StringValue(name)), one("position", batch.StringValue("3"))); err != nil {
		t.Fatal(err)
	}
	s := startWith(t, tc, map[string]string{"file": name})
	if _, err := s.Poll(t.Context()); err == nil || err.Error() != "Offset position is the incorrect type" {
		t.Fatal(err)
	}
}

func TestSource_FolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := start(t, batch.NewPool(mem.Checked(t)), -1, map[string]string{"file": dir})
	_, err := s.Poll(t.Context())
	if want := fmt.Sprintf("file %q: is a directory: name a file", dir); err == nil || err.Error() != want || connectors.IsRetriable(err) {
		t.Fatal(err)
	}
}

func TestSource_BatchSizeBelowOneGivesOneLine(t *testing.T) {
	name := writeTo(t, filepath.Join(t.TempDir(), "in"), "a\nb\n")
	s := start(t, batch.NewPool(mem.Checked(t)), -1, map[string]string{"file": name, "batch.size": "-1"})
	equal(t, "first", poll(t, s), []string{"2 a"})
	equal(t, "second", poll(t, s), []string{"4 b"})
}

func TestSource_AlterOffsetsSpeaksJavasWords(t *testing.T) {
	alter := func(file1 string, partition, offset batch.Value) string {
		c := file.Classes()[0].NewSource().(connectors.SourceOffsetAlterer)
		ok, err := c.AlterOffsets(t.Context(), map[string]string{"file": file1, "topic": "t"}, []connectors.PartitionOffset{{Partition: partition, Offset: offset}})
		if err == nil {
			return fmt.Sprint(ok)
		}
		return err.Error()
	}
	name := one("filename", batch.StringValue("f"))
	for _, c := range []struct {
		file              string
		partition, offset batch.Value
		want              string
	}{
		{"f", name, one("position", batch.Int64Value(0)), "true"},
		{"f", batch.Null(), batch.Null(), "true"},
		{"f", one("else", batch.Null()), batch.Null(), "true"},
		{"", name, batch.Null(), "Offsets cannot be modified if the 'file' configuration is unspecified. This is because stdin is used for input and offsets are not tracked."},
		{"f", name, one("pos", batch.Int64Value(0)), "Offset objects should either be null or contain the key 'position'"},
		{"f", name, one("position", batch.StringValue("0")), "The value for the 'position' key in the offset is expected to be a Long value"},
		{"f", name, one("position", batch.Null()), "The value for the 'position' key in the offset is expected to be a Long value"},
		{"f", name, one("position", batch.Int64Value(-1)), "The value for the 'position' key in the offset should be a non-negative value"},
		{"f", batch.Null(), one("position", batch.Int64Value(1)), "Partition objects cannot be null"},
		{"f", one("name", batch.Null()), one("position", batch.Int64Value(1)), "Partition objects should contain the key 'filename'"},
	} {
		if got := alter(c.file, c.partition, c.offset); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestSource_ExactlyOnceOnlyWithAFile(t *testing.T) {
	c := file.Classes()[0].NewSource().(connectors.ExactlyOnceSupporter)
	if !c.ExactlyOnceSupport(map[string]string{"file": "f", "topic": "t"}) || c.ExactlyOnceSupport(map[string]string{"topic": "t"}) ||
		c.ExactlyOnceSupport(map[string]string{"file": "", "topic": "t"}) {
		t.Fatal("support follows file alone")
	}
}

func BenchmarkSource(b *testing.B) {
	for _, c := range []struct{ name, line string }{
		{"text=ascii/line=100B", strings.Repeat("x", 99) + "\n"},
		{"text=utf8/line=100B", strings.Repeat("x", 79) + "Grüße, Grüße!\n"},
	} {
		b.Run(c.name, func(b *testing.B) {
			const lines = 200_000
			name := writeTo(b, filepath.Join(b.TempDir(), "in"), strings.Repeat(c.line, lines))
			pool := batch.NewPool(mem.NewPool())
			b.SetBytes(int64(len(c.line)) * lines)
			b.ReportAllocs()
			for b.Loop() {
				s := start(b, pool, -1, map[string]string{"file": name})
				for n := 0; n < lines; {
					batches, err := s.Poll(context.Background())
					if err != nil {
						b.Fatal(err)
					}
					n += batches[0].Len()
					batches[0].Release()
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/lines, "ns/line")
		})
	}
}
