package harness

import (
	"os"
	"path/filepath"
	"testing"
)

func TestProperties_TextIsWhatJavaReads(t *testing.T) {
	p := Properties{"a": "1"}.With(Properties{"b c": " x=y ", "d": "\\ü\n😀", "e:=": "#!:"})
	want := "a=1\n" + `b\ c=\ x=y ` + "\n" + `d=\\\u00fc\n\ud83d\ude00` + "\n" + `e\:\==#!:` + "\n"
	path, err := p.WriteFile(filepath.Join(t.TempDir(), "p.properties"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != want {
		t.Errorf("got  %q\nwant %q (%v)", text, want, err)
	}
}
