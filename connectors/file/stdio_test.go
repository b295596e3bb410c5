//go:build unix

package file

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors/connectortest"
)

// startSource starts a task that reads stdin, or the file of props.
func startSource(t *testing.T, stdin *os.File, props map[string]string) *sourceTask {
	t.Helper()
	tc := &connectortest.SourceContext{Store: &connectortest.Offsets{}}
	tc.Batches = batch.NewPool(mem.Checked(t))
	props["topic"] = "lines"
	s := (&sourceConnector{stdin: stdin, def: sourceDef()}).NewTask().(*sourceTask)
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

// firstRow polls until a row comes, and shows it with its place.
func firstRow(t *testing.T, s *sourceTask) string {
	t.Helper()
	for {
		batches, err := s.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(batches) > 0 {
			r := batches[0].Row(0)
			text := string(batch.AppendLiteral(nil, nil, r.SourcePartition())) + " " +
				string(batch.AppendLiteral(nil, nil, r.SourceOffset())) + " " + r.Value().Str()
			batches[0].Release()
			return text
		}
	}
}

func TestSource_StandardInputHasNoPositionAndDoesNotBlock(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	s := startSource(t, in, map[string]string{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if batches, err := s.Poll(ctx); batches != nil || err != nil {
		t.Fatal(batches, err)
	}
	if _, err := out.WriteString("hello\nwor"); err != nil {
		t.Fatal(err)
	}
	if got := firstRow(t, s); got != `{"filename": null} {"position": null} hello` {
		t.Fatal(got)
	}
	if _, err := out.WriteString("ld\n"); err != nil {
		t.Fatal(err)
	}
	if got := firstRow(t, s); got != `{"filename": null} {"position": null} world` {
		t.Fatal(got)
	}
	out.Close()
	if batches, err := s.Poll(ctx); batches != nil || err != nil {
		t.Fatal("at the end of input", batches, err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Stat(); err != nil {
		t.Fatal("stop closed standard input")
	}
}

func TestSource_NamedPipeDoesNotBlock(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	s := startSource(t, nil, map[string]string{"file": name})
	ctx, cancel := context.WithTimeout(t.Context(), lookEvery)
	defer cancel()
	if batches, err := s.Poll(ctx); batches != nil || err != nil {
		t.Fatal(batches, err)
	}
	out, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := out.WriteString("hello\n"); err != nil {
		t.Fatal(err)
	}
	if got := firstRow(t, s); !strings.HasSuffix(got, ` {"position": 6} hello`) {
		t.Fatal(got)
	}
}

func TestSink_StandardOutputStaysOpen(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	task := (&sinkConnector{stdout: out, def: sinkDef()}).NewTask().(*sinkTask)
	if err := task.Start(t.Context(), &connectortest.SinkContext{}, map[string]string{"file": ""}); err != nil {
		t.Fatal(err)
	}
	b := batchtest.Parse(t, mem.Checked(t), "@offset, @value string\n1, hello\n")
	defer b.Release()
	for _, err := range []error{task.Put(t.Context(), []*batch.Batch{b}), task.Flush(t.Context(), nil), task.Stop(t.Context())} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := out.WriteString("still open\n"); err != nil {
		t.Fatal(err)
	}
	out.Close()
	if text, err := io.ReadAll(in); string(text) != "hello\nstill open\n" || err != nil {
		t.Fatalf("%q %v", text, err)
	}
}
