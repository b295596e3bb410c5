package protobuf

import (
	"embed"
	"path"
)

// knownFiles are the files that schemas may import without a reference, as the original prints them; descriptor.proto, meta.proto
// and variant.proto hold what later versions added. Source: ProtobufSchema.KNOWN_DEPENDENCIES.
//
//go:embed known
var knownFiles embed.FS

// known returns a file that the original knows, nil for others.
func known(name string) *File {
	text, ok := knownText(name)
	if !ok {
		return nil
	}
	f, err := ParseFile(text)
	if err != nil {
		panic("protobuf: " + name + ": " + err.Error()) // a test reads them all
	}
	return f
}

// knownText returns the text of a file that the original knows.
func knownText(name string) (string, bool) {
	if path.Ext(name) != ".proto" {
		return "", false
	}
	text, err := knownFiles.ReadFile(path.Join("known", name))
	return string(text), err == nil
}
