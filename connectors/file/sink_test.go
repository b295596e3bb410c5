package file_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/connectortest"
	"github.com/millrace/millrace/connectors/file"
)

// startSink returns a started task, stopped at cleanup.
func startSink(t testing.TB, name string) connectors.SinkTask {
	t.Helper()
	task := file.Classes()[1].NewSink().NewTask()
	if err := task.Start(t.Context(), &connectortest.SinkContext{}, map[string]string{"file": name}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := task.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return task
}

func TestSink_LinesAreToStringOfValues(t *testing.T) {
	for _, c := range []struct{ rows, want string }{
		{"@offset, @value string?\n1, plain\n2, null\n3, \"a \\\"b\\\"\"\n~ 4, out\n5, bad ! failed\n6, last\n", "plain\nnull\na \"b\"\nlast\n"},
		{"@offset, id int64, zip string?, tags [string]\n1, 5, 0123, [a, \"b,c\"]\n2, 6, null, []\n3, @null\n4, @none\n",
			"Struct{id=5,zip=0123,tags=[a, b,c]}\nStruct{id=6,tags=[]}\nnull\nnull\n"},
		{"@offset, @value any\n1, 5i32\n2, 1.5f\n3, {\"zip\": \"1\", \"note\": null, \"id\": 7}\n4, true\n", "5\n1.5\n{zip=1, note=null, id=7}\ntrue\n"},
		{"@offset, @value float64\n1, 1e21\n2, 0.1\n", "1.0E21\n0.1\n"},
		{"@offset, @value decimal(2)\n1, 12.30\n", "12.30\n"},
	} {
		name := filepath.Join(t.TempDir(), "out")
		writeTo(t, name, "before\n")
		b := batchtest.Parse(t, mem.Checked(t), c.rows)
		err := startSink(t, name).Put(t.Context(), []*batch.Batch{b})
		b.Release()
		if err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(name); err != nil || string(text) != "before\n"+c.want {
			t.Errorf("%q, %v\nwant %q", text, err, c.want)
		}
	}
}

func TestSink_ErrorsNameTheFile(t *testing.T) {
	task := file.Classes()[1].NewSink().NewTask()
	name := filepath.Join(t.TempDir(), "absent", "out")
	err := task.Start(t.Context(), &connectortest.SinkContext{}, map[string]string{"file": name})
	if want := "Couldn't find or create file '" + name + "' for FileStreamSinkTask: no such file or directory"; err == nil || err.Error() != want {
		t.Fatal(err)
	}
	if err := task.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		return // no such device here
	}
	b := batchtest.Parse(t, mem.Checked(t), "@offset, @value string\n1, hello\n")
	defer b.Release()
	err = startSink(t, "/dev/full").Put(t.Context(), []*batch.Batch{b})
	if err == nil || err.Error() != `file "/dev/full": write: no space left on device` || connectors.IsRetriable(err) {
		t.Fatal(err)
	}
}

func TestSink_AgreesToOffsets(t *testing.T) {
	ok, err := file.Classes()[1].NewSink().(connectors.SinkOffsetAlterer).AlterOffsets(t.Context(), nil, nil)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
}

// texts returns a batch of n rows of 100 bytes.
func texts(t testing.TB, pool *mem.Pool, n int) *batch.Batch {
	return batchtest.Parse(t, pool, "@value string\n"+strings.Repeat(strings.Repeat("x", 99)+"\n", n))
}

func BenchmarkSink(b *testing.B) {
	task := startSink(b, filepath.Join(b.TempDir(), "out"))
	rows := texts(b, mem.NewPool(), 2000)
	defer rows.Release()
	b.SetBytes(2000 * 100)
	b.ReportAllocs()
	for b.Loop() {
		if err := task.Put(context.Background(), []*batch.Batch{rows}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2000, "ns/row")
}
