package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/millrace/millrace/internal/crash"
)

// replace puts data in the place of the file: written beside it, synced, renamed over it. A file that
// cannot be replaced (a device, a file mounted alone, a folder without permission) is overwritten, as
// Java does with every file.
func (f *File) replace(data []byte) error {
	info, err := os.Stat(f.path)
	exists := err == nil
	if exists && !info.Mode().IsRegular() {
		return f.overwrite(data)
	}
	err = f.renameOver(data, info)
	if exists && irreplaceable(err) {
		return f.overwrite(data)
	}
	return err
}

// irreplaceable is an error of creating or renaming that says nothing about writing.
func irreplaceable(err error) bool {
	var link *os.LinkError
	var at *fs.PathError
	switch {
	case errors.As(err, &link):
		return true
	case errors.As(err, &at):
		return at.Op == "open" && (errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.EROFS))
	}
	return false
}

// renameOver writes a new file and gives it the name of the old one, whose mode it keeps.
func (f *File) renameOver(data []byte, old fs.FileInfo) (err error) {
	name := f.path + ".tmp"
	out, err := f.create(name)
	if errors.Is(err, fs.ErrExist) { // left by a process that was killed
		if err = os.Remove(name); err == nil {
			out, err = f.create(name)
		}
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(name)
		}
	}()
	crash.At(crash.FileWrite)
	if old != nil {
		err = out.Chmod(old.Mode().Perm())
	}
	if err = errors.Join(err, fill(out, data)); err != nil {
		return err
	}
	crash.At(crash.FileRename)
	if err = os.Rename(name, f.path); err != nil {
		return err
	}
	crash.At(crash.FileRenamed)
	return syncFolder(filepath.Dir(f.path))
}

// createNew creates a file that was not there, also not as a link.
func createNew(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

func (f *File) overwrite(data []byte) error {
	out, err := os.OpenFile(f.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return fill(out, data)
}

// fill makes data the content of a file, syncs and closes it.
func fill(out *os.File, data []byte) error {
	_, err := out.Write(data)
	if err == nil {
		err = unlessNotAFile(out.Truncate(int64(len(data))))
	}
	crash.At(crash.FileSync)
	if err == nil {
		err = unlessNotAFile(out.Sync())
	}
	return errors.Join(err, out.Close())
}

// unlessNotAFile drops the error of devices, which have no length and nothing to sync.
func unlessNotAFile(err error) error {
	if errors.Is(err, syscall.EINVAL) {
		return nil
	}
	return err
}

// syncFolder makes a rename durable, where the folder may be opened and synced.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err == nil {
		err = errors.Join(unlessNotAFile(d.Sync()), d.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("folder of the offset file: %w", err)
	}
	return nil
}
