package cmd

import (
	"strings"
	"testing"
	"unicode"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/engine/deadletter"
	"github.com/millrace/millrace/engine/explain"
)

// Whoever may write to a dead letter topic chooses all texts of a letter: none drives a terminal, and none but the
// trace and the record's own bytes has lines of its own.
func TestLetterText_StaysInItsLines(t *testing.T) {
	const evil = "\x1b[2J\u009b31m\r\nFORGED\u202e\u2028"
	cause := deadletter.Cause{Connector: evil, Task: evil, Stage: evil, Class: evil, Exception: evil}
	for _, letter := range []*deadletter.Letter{
		{Topic: "dead", Cause: cause, Trace: "E: " + evil, HasOrigin: true, Origin: deadletter.Place{Topic: evil}, Key: []byte(evil), Value: []byte(evil), Headers: []kgo.RecordHeader{{Key: evil, Value: []byte(evil)}}},
		{Topic: "dead", Cause: cause, FromSource: true, SourcePartition: evil, SourceOffset: evil, DestinationTopic: evil},
	} {
		text, err := letterText(letter, nil, "refuse it")
		if err != nil {
			t.Fatal(err)
		}
		list := letterList{Topic: "dead", Letters: 1, Causes: []*deadletter.Group{{Cause: cause, Count: 1, Message: evil, Root: evil, Example: "0@0"}}}
		var b strings.Builder
		if err := list.writeText(&b); err != nil {
			t.Fatal(err)
		}
		text += b.String() + verdict(letter, &explain.Trace{})
		if strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
			t.Errorf("%q", text)
		}
		if n := strings.Count(text, "\nFORGED"); n > 1 || n == 1 && letter.Trace == "" {
			t.Errorf("%d lines are forged: %s", n, text)
		}
	}
}
