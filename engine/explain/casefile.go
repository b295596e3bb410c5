package explain

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/millrace/millrace/batch/tagged"
)

// Case is one test of a connector config: records in, and what is to come out.
type Case struct {
	Name      string
	Connector string // path
	Worker    string // path; "": none beside the case
	Input     []*Record
	Expected  []tagged.Node // a record each, or {"error": …}
	Error     string        // part of the error that is expected instead; "": none

	rewrite string // where expectations may be written anew; "": nowhere
}

// The files of a case that is a folder.
const (
	inputFile    = "input.jsonl"
	expectedFile = "expected.jsonl"
	errorFile    = "expected.error"
	caseSuffix   = ".test.json"
	workerFile   = "worker.properties"
)

// FindCases finds the cases below a folder: files *.test.json beside a connector's file, and folders with
// input.jsonl.
//
// Errors: a case cannot be read; they name the file.
func FindCases(dir string) ([]*Case, error) {
	var out []*Case
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		var cases []*Case
		switch {
		case d.Name() == inputFile:
			cases, err = folderCase(dir, filepath.Dir(path))
		case strings.HasSuffix(d.Name(), caseSuffix):
			cases, err = fileCases(dir, path)
		}
		out = append(out, cases...)
		return err
	})
	return out, err
}

// folderCase reads a folder. Its connector is the one connector file in it, or else in a folder above it.
func folderCase(root, dir string) ([]*Case, error) {
	c := &Case{Name: relative(root, dir), Worker: workerOf(root, dir), rewrite: filepath.Join(dir, expectedFile)}
	var err error
	for at := dir; ; at = filepath.Dir(at) {
		if c.Connector, err = connectorIn(at); err != nil || c.Connector != "" {
			break
		}
		if at == root || at == filepath.Dir(at) {
			return nil, fmt.Errorf("%s: no connector file is in the folder or above it", dir)
		}
	}
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, inputFile))
	if err != nil {
		return nil, err
	}
	if c.Input, err = ReadRecords(bytes.NewReader(text), filepath.Join(dir, inputFile)); err != nil {
		return nil, err
	}
	text, err = os.ReadFile(filepath.Join(dir, errorFile))
	if err == nil {
		c.Error = strings.TrimSpace(string(text))
		return []*Case{c}, nil
	}
	if text, err = os.ReadFile(filepath.Join(dir, expectedFile)); errors.Is(err, fs.ErrNotExist) {
		return []*Case{c}, nil
	} else if err != nil {
		return nil, err
	}
	for i, l := range bytes.Split(text, []byte("\n")) {
		if len(trimSpace(l)) == 0 {
			continue
		}
		n, err := tagged.Parse(l)
		if err == nil {
			err = checkExpected(n)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", filepath.Join(dir, expectedFile), i+1, err)
		}
		c.Expected = append(c.Expected, n)
	}
	return []*Case{c}, nil
}

// connectorIn is the one connector file of a folder, "" if there is none.
func connectorIn(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var found []string
	for _, e := range entries {
		n := e.Name()
		if !e.IsDir() && (strings.HasSuffix(n, ".json") && !strings.HasSuffix(n, caseSuffix) || strings.HasSuffix(n, ".properties") && n != workerFile) {
			found = append(found, n)
		}
	}
	for _, n := range found {
		if strings.TrimSuffix(n, filepath.Ext(n)) == "connector" {
			return filepath.Join(dir, n), nil
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return filepath.Join(dir, found[0]), nil
	}
	return "", fmt.Errorf("%s holds several connector files (%s): name the one for these cases connector.json, or give it a folder of its own", dir, strings.Join(found, ", "))
}

// workerOf is the worker file in a folder or above it, "" if there is none.
func workerOf(root, dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		path := filepath.Join(at, workerFile)
		if _, err := os.Stat(path); err == nil {
			return path
		}
		if at == root || at == filepath.Dir(at) {
			return ""
		}
	}
}

// fileCases reads NAME.test.json: one case, or several in its member cases. The connector is its member
// connector, else NAME.json or NAME.properties beside it.
func fileCases(root, path string) ([]*Case, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	n, err := tagged.Parse(trimSpace(text))
	if err != nil {
		return nil, fmt.Errorf("%s: not JSON: %w", path, err)
	}
	connector, err := connectorBeside(path, n.Get("connector").Text)
	if err != nil {
		return nil, err
	}
	list := []tagged.Node{n}
	if many := n.Get("cases"); !many.Missing {
		list = many.Items
	}
	var out []*Case
	for i, item := range list {
		c := &Case{Name: relative(root, path), Connector: connector, Worker: workerOf(root, filepath.Dir(path))}
		if name := item.Get("name").Text; name != "" {
			c.Name += " " + name
		} else if len(list) > 1 {
			c.Name += fmt.Sprintf(" case %d", i+1)
		}
		if err := c.read(item, len(list) == 1); err != nil {
			return nil, fmt.Errorf("%s: case %d: %w", path, i+1, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func (c *Case) read(n tagged.Node, alone bool) error {
	for i, name := range n.Names {
		item := n.Items[i]
		switch name {
		case "name":
		case "connector", "cases":
			if !alone {
				return fmt.Errorf("%s stands outside of cases", name)
			}
		case "input":
			for k, r := range item.Items {
				rec, err := recordOf(r, int64(k))
				if err != nil {
					return fmt.Errorf("input %d: %w", k+1, err)
				}
				c.Input = append(c.Input, rec)
			}
		case "expected":
			for k, e := range item.Items {
				if err := checkExpected(e); err != nil {
					return fmt.Errorf("expected %d: %w", k+1, err)
				}
			}
			c.Expected = item.Items
		case "error":
			c.Error = item.Text
		default:
			return fmt.Errorf("a case has no member %q; it has name, input, expected, error", name)
		}
	}
	return nil
}

// expectedMembers are what an expected record may say.
var expectedMembers = []string{"topic", "partition", "timestamp", "key", "value", "headers", "error"}

func checkExpected(n tagged.Node) error {
	if n.Kind != '{' {
		return fmt.Errorf(`an expected record is a JSON object, or {"error": "part of its text"}`)
	}
	for _, name := range n.Names {
		if !slices.Contains(expectedMembers, name) {
			return fmt.Errorf("an expected record has no member %q; it has %s", name, strings.Join(expectedMembers, ", "))
		}
	}
	return nil
}

func connectorBeside(path, name string) (string, error) {
	if name != "" {
		return filepath.Join(filepath.Dir(path), name), nil
	}
	base := strings.TrimSuffix(path, caseSuffix)
	for _, ext := range []string{".json", ".properties"} {
		if _, err := os.Stat(base + ext); err == nil {
			return base + ext, nil
		}
	}
	return "", fmt.Errorf("%s: neither %s.json nor %s.properties is beside it, and it names no connector", path, filepath.Base(base), filepath.Base(base))
}

func relative(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}
