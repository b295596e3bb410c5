package store

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/millrace/millrace/connectors"
)

func offset(t *testing.T, position string) []connectors.PartitionOffset {
	t.Helper()
	v, err := connectors.ParseOffsetMap([]byte(position))
	if err != nil {
		t.Fatal(err)
	}
	return []connectors.PartitionOffset{{Partition: v, Offset: v}}
}

func openTest(t *testing.T, path string) *File {
	t.Helper()
	f, err := OpenFile(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func count(t *testing.T, f *File) int {
	t.Helper()
	list, err := f.All(t.Context(), "c")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// full creates a file on a disk without room.
func full(string) (*os.File, error) { return os.OpenFile("/dev/full", os.O_WRONLY, 0) }

func TestFile_DiskFullLeavesFileAndOffsets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "offsets")
	f := openTest(t, path)
	if err := f.Set(t.Context(), "c", offset(t, `{"p":1}`)); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f.create = full
	err = f.Set(t.Context(), "c", offset(t, `{"p":2}`))
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), path) {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) || count(t, f) != 1 {
		t.Fatalf("the old file or the offsets changed: %v", err)
	}
	f.create = createNew
	if err := f.Set(t.Context(), "c", offset(t, `{"p":3}`)); err != nil {
		t.Fatal(err)
	}
	if n := count(t, openTest(t, path)); n != 2 {
		t.Fatalf("%d offsets", n)
	}
}

func TestFile_WithoutRoomForANewFileOverwrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "offsets")
	f := openTest(t, path)
	if err := f.Set(t.Context(), "c", append(offset(t, `{"p":1}`), offset(t, `{"a long name, so that the file gets shorter":1}`)...)); err != nil {
		t.Fatal(err)
	}
	f.create = func(path string) (*os.File, error) {
		return nil, &os.PathError{Op: "open", Path: path, Err: syscall.EROFS}
	}
	gone := offset(t, `{"p":1}`)
	gone[0].Offset = connectors.OffsetMap{}
	if err := f.Set(t.Context(), "c", gone); err != nil {
		t.Fatal(err)
	}
	if n := count(t, openTest(t, path)); n != 1 {
		t.Fatalf("%d offsets", n)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := f.Set(t.Context(), "c", offset(t, `{"p":2}`)); !errors.Is(err, syscall.EROFS) {
		t.Fatal(err)
	}
}

func TestFile_LeftoverAndLinks(t *testing.T) {
	folder := t.TempDir()
	real, link := filepath.Join(folder, "real"), filepath.Join(folder, "link")
	f := openTest(t, real)
	if err := f.Set(t.Context(), "c", offset(t, `{"p":1}`)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Symlink(real, link), os.Symlink("/dev/full", real+".tmp")); err != nil {
		t.Fatal(err)
	}
	if err := openTest(t, link).Set(t.Context(), "c", offset(t, `{"p":2}`)); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Fatalf("the link is gone: %v", err)
	}
	if n := count(t, openTest(t, real)); n != 2 {
		t.Fatalf("%d offsets", n)
	}
}

func TestFile_Devices(t *testing.T) {
	if err := openTest(t, "/dev/null").Set(t.Context(), "c", offset(t, `{"p":1}`)); err != nil {
		t.Fatal(err)
	}
	if err := openTest(t, "/dev/full").Set(t.Context(), "c", offset(t, `{"p":1}`)); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	missing := openTest(t, filepath.Join(t.TempDir(), "no", "folder"))
	if err := missing.Set(t.Context(), "c", offset(t, `{"p":1}`)); !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
}

func TestFile_WaitingEndsWithItsContext(t *testing.T) {
	f := openTest(t, filepath.Join(t.TempDir(), "offsets"))
	f.writer <- struct{}{} // somebody writes
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Set(ctx, "c", offset(t, `{"p":1}`)); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	<-f.writer
	if err := f.Set(t.Context(), "c", offset(t, `{"p":2}`)); err != nil {
		t.Fatal(err)
	}
	if n := count(t, f); n != 1 {
		t.Fatalf("%d offsets: what was withdrawn was written", n)
	}
}
