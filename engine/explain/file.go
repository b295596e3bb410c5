package explain

import (
	"bytes"
	"os"
	"strings"
)

// Entry is one key of a connector file.
type Entry struct {
	Key, Value string
	At         Position // of the key
	ValueAt    Position
}

// File is a connector config with positions.
type File struct {
	Name     string // as the user gave it
	Entries  []Entry
	Findings []Finding // of the form of the file
	Broken   bool      // the file could not be read to its end

	index map[string]int
}

// ReadFile reads a connector file: a flat JSON object, a JSON create request (name, config), or Java
// properties. What starts with a brace is taken for JSON.
//
// Errors: of reading; what is wrong in the file is in Findings.
func ReadFile(name string) (*File, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return ParseFile(name, text), nil
}

// ParseFile is ReadFile of text that was read already.
func ParseFile(name string, text []byte) *File {
	f := &File{Name: name, index: map[string]int{}}
	if isJSON(name, text) {
		f.readJSON(text)
	} else {
		f.readProperties(text)
	}
	return f
}

// Get returns the entry of a key.
func (f *File) Get(key string) (Entry, bool) {
	i, ok := f.index[key]
	if !ok {
		return Entry{}, false
	}
	return f.Entries[i], true
}

// Map returns a new map of all values.
func (f *File) Map() map[string]string {
	out := make(map[string]string, len(f.Entries))
	for _, e := range f.Entries {
		out[e.Key] = e.Value
	}
	return out
}

// put adds an entry; a key that is there already gets the later value.
func (f *File) put(e Entry) {
	if i, again := f.index[e.Key]; again {
		f.Entries[i] = e
		return
	}
	f.index[e.Key] = len(f.Entries)
	f.Entries = append(f.Entries, e)
}

func (f *File) drop(key string) {
	i, ok := f.index[key]
	if !ok {
		return
	}
	f.Entries = append(f.Entries[:i], f.Entries[i+1:]...)
	delete(f.index, key)
	for k, at := range f.index {
		if at > i {
			f.index[k] = at - 1
		}
	}
}

func (f *File) find(s Severity, key string, at Position, text, nearest string) {
	f.Findings = append(f.Findings, Finding{Severity: s, Key: key, Position: at, Text: text, Nearest: nearest})
}

func isJSON(name string, text []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n\ufeff"), []byte("{")) || strings.HasSuffix(name, ".json")
}
