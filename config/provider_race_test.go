package config

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// swapping exchanges what is at a path, without a moment in which nothing is there, until the returned function is
// called: turn makes one of two things at a path beside it.
func swapping(t *testing.T, at string, turn func(beside string, n int) error) (stop func()) {
	t.Helper()
	done, ended := make(chan struct{}), sync.WaitGroup{}
	ended.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			default:
			}
			beside := at + ".next"
			if err := errors.Join(turn(beside, n), os.Rename(beside, at)); err != nil {
				t.Error(err)
				return
			}
		}
	})
	return func() {
		close(done)
		ended.Wait()
	}
}

// Somebody exchanges a file, or a folder on the way to it, for a link that leads out, while it is read: what is read is
// what is inside, or nothing.
func TestFileProvider_LinksThatChangeWhileItReads(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	write(t, out+"/a.properties", "k=OUT\n")
	write(t, in+"/real/a.properties", "k=in")
	link(t, in+"/real", in+"/folder")
	write(t, in+"/file", "k=in")
	provider := makeProvider(t, "FileConfigProvider", "allowed.paths", in, ProviderOptions{})
	folder := makeProvider(t, "DirectoryConfigProvider", "allowed.paths", in, ProviderOptions{})
	for _, c := range []struct {
		name, at, read string
		turn           func(beside string, n int) error
	}{
		{"a file", in + "/file", in + "/file", func(beside string, n int) error {
			if n%2 == 0 {
				return os.Symlink(out+"/a.properties", beside)
			}
			return os.WriteFile(beside, []byte("k=in"), 0o600)
		}},
		{"a folder", in + "/folder", in + "/folder/a.properties", func(beside string, n int) error {
			return os.Symlink([]string{out, in + "/real"}[n%2], beside)
		}},
	} {
		stop := swapping(t, c.at, c.turn)
		found := map[string]int{}
		for n := 0; n < 500 || found["in"] == 0 || found[""] == 0; n++ {
			d, err := provider.Get(c.read, []string{"k"})
			if err != nil {
				found["error"]++
				continue
			}
			found[d.Values["k"]]++
			if d, err = folder.Get(filepath.Dir(c.read), []string{filepath.Base(c.read)}); err == nil && d.Values[filepath.Base(c.read)] == "k=OUT\n" {
				found["OUT"]++
			}
		}
		stop()
		if found["OUT"] > 0 {
			t.Errorf("%s: %v", c.name, found)
		}
	}
}

// What has no end, or is too large to be a config, is an error and no memory.
func TestProviders_ReadNoMoreThanAConfig(t *testing.T) {
	large := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(large, []byte("k=v\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, fileBytesMax+1); err != nil { // most of it is a hole
		t.Fatal(err)
	}
	file := makeProvider(t, "FileConfigProvider", "x", "", ProviderOptions{})
	for _, path := range []string{"/dev/zero", large} {
		if _, err := os.Stat(path); err != nil {
			continue // not on this system
		}
		if d, err := file.Get(path, []string{"k"}); err == nil || err.Error() != "Could not read properties from file "+path {
			t.Errorf("%s: %d values, %v", path, len(d.Values), err)
		}
	}
	folder := makeProvider(t, "DirectoryConfigProvider", "x", "", ProviderOptions{})
	if _, err := folder.Get(filepath.Dir(large), []string{"large"}); err == nil || err.Error() != "Could not read file "+large+" for property large" {
		t.Errorf("a folder: %v", err)
	}
}
