package verifiable

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/millrace/millrace/connectors"
)

// output is a file in place of standard output.
func output(t testing.TB) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// written returns what was written to an output.
func written(t testing.TB, f *os.File) string {
	t.Helper()
	text, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// named returns the class of the given name, writing to f where it writes.
func named(t testing.TB, name string, f *os.File) *connectors.Class {
	t.Helper()
	switch name {
	case "VerifiableSource":
		return class(name, func() connectors.SourceConnector {
			return &sourceConnector{task: func() connectors.SourceTask { return &sourceTask{stdout: f} }}
		}, nil)
	case "VerifiableSink":
		return class(name, nil, func() connectors.SinkConnector { return &sinkConnector{stdout: f} })
	case "SchemaSource":
		return class(name, func() connectors.SourceConnector {
			return &sourceConnector{task: func() connectors.SourceTask { return &schemaTask{stdout: f} }}
		}, nil)
	}
	for _, c := range Classes() {
		if c.Name == "org.apache.kafka.connect.tools."+name+"Connector" {
			return c
		}
	}
	t.Fatalf("no class %q", name)
	return nil
}
