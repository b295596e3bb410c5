package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/engine/deadletter"
	"github.com/millrace/millrace/engine/explain"
)

func (p *program) dlqShowCommand() *cobra.Command {
	f := &dlqFlags{}
	c := &cobra.Command{
		Use:   "show CONNECTOR PARTITION@OFFSET",
		Short: "Show one dead letter",
		Long: "Shows a letter: where its record came from, why it died, with the stack trace, and its key, value and headers, decoded with the connector's converters where these can, as text or hexadecimal digits where not. " +
			"Nothing is written.",
		Args: f.args(1),
		RunE: func(c *cobra.Command, args []string) error {
			desk, err := p.openDesk(c.Context(), args, f)
			if err != nil {
				return err
			}
			defer desk.close(c.Context())
			shown, err := desk.show(c.Context(), args[len(args)-1])
			switch {
			case err != nil:
				return err
			case f.output == outputJSON:
				shown.Text = ""
				return writeJSON(p.stdout, shown)
			}
			_, err = io.WriteString(p.stdout, shown.Text)
			return err
		},
	}
	f.add(c)
	return c
}

func (p *program) dlqExplainCommand() *cobra.Command {
	f := &dlqFlags{}
	c := &cobra.Command{
		Use:   "explain CONNECTOR PARTITION@OFFSET",
		Short: "Take one dead letter through the connector's present config",
		Long: "Takes the record of a letter through the converters and transforms of the connector, transform by transform as preview does, and says where it fails now, or that it passes. " +
			"The sink itself is not asked. The exit code is 1 if it fails. Nothing is written.",
		Args: f.args(1),
		RunE: func(c *cobra.Command, args []string) error {
			desk, err := p.openDesk(c.Context(), args, f)
			if err != nil {
				return err
			}
			defer desk.close(c.Context())
			said, err := desk.explain(c.Context(), args[len(args)-1])
			if err != nil {
				return err
			}
			text := said.Text
			if f.output == outputJSON {
				text = string(said.Trace) + "\n"
			}
			if _, err = io.WriteString(p.stdout, text); err == nil && !said.Passes {
				err = &ended{code: exitUsage}
			}
			return err
		},
	}
	f.add(c)
	return c
}

// explainedLetter is a letter taken through the connector's config.
type explainedLetter struct {
	Topic  string          `json:"topic"`
	Place  string          `json:"place"`
	Died   string          `json:"died"` // stage
	Passes bool            `json:"passes"`
	Trace  json.RawMessage `json:"trace"` // as preview prints it
	Text   string          `json:"text"`  // as the command prints it
}

func (l *letters) explain(ctx context.Context, place string) (*explainedLetter, error) {
	letter, err := l.at(ctx, place)
	if err != nil {
		return nil, err
	}
	r, err := l.runner(ctx)
	if err != nil {
		return nil, err
	}
	out, err := l.explained(ctx, letter, r)
	return out, errors.Join(err, r.Close())
}

func (l *letters) explained(ctx context.Context, letter *deadletter.Letter, r *explain.Runner) (*explainedLetter, error) {
	if why := letter.Refusal(l.name); why != "" {
		return nil, fmt.Errorf("letter %s of topic %s cannot go through %s again: %s", letter.Place(), letter.Topic, l.subject.File.Name, why)
	}
	t, err := r.Run(ctx, letter.Record())
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	if err := t.WriteText(&b, 1); err != nil {
		return nil, err
	}
	b.WriteString(verdict(letter, t))
	return &explainedLetter{Topic: letter.Topic, Place: letter.Place(), Died: letter.Stage, Passes: t.Failure == nil, Trace: t.AppendJSON(nil, 1), Text: b.String()}, nil
}

// verdict says what the letter's end is now, beside what it died of.
func verdict(letter *deadletter.Letter, t *explain.Trace) string {
	now := "passes the converters and transforms"
	switch {
	case t.Failure != nil:
		now = "fails in " + t.Failure.Stage
	case t.Final() == nil:
		now = "is dropped by a transform"
	}
	return fmt.Sprintf("\ndied in %s; with this config it %s\n", inLine(letter.Stage), now)
}

// shownLetter is a letter for machines, and for readers.
type shownLetter struct {
	Topic     string `json:"topic"`
	Place     string `json:"place"`
	Timestamp string `json:"timestamp"`
	deadletter.Cause
	Message         string            `json:"message"`
	Trace           string            `json:"trace"`
	Origin          string            `json:"origin,omitempty"`
	Source          bool              `json:"source"`
	SourcePartition string            `json:"sourcePartition,omitempty"`
	SourceOffset    string            `json:"sourceOffset,omitempty"`
	Key             *string           `json:"key"` // as text, or hex: and digits
	Value           *string           `json:"value"`
	Headers         map[string]string `json:"headers,omitempty"`
	Decoded         json.RawMessage   `json:"decoded,omitempty"` // as preview prints it
	Text            string            `json:"text,omitempty"`    // as the command prints it
}

func (l *letters) show(ctx context.Context, place string) (*shownLetter, error) {
	letter, err := l.at(ctx, place)
	if err != nil {
		return nil, err
	}
	r, err := l.runner(ctx)
	if err != nil {
		return nil, err
	}
	decoded, read := decode(ctx, letter, r)
	out := machineLetter(letter, decoded)
	out.Text, err = letterText(letter, decoded, read)
	return out, errors.Join(err, r.Close())
}

// letterText is what the command prints of a letter.
func letterText(letter *deadletter.Letter, decoded *explain.Trace, read string) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "letter %s of topic %s, record of %s\n", letter.Place(), letter.Topic, timeText(letter.Timestamp))
	switch {
	case letter.HasOrigin:
		fmt.Fprintf(&b, "consumed at %s\n", inLine(letter.Origin.String()))
	case letter.FromSource:
		fmt.Fprintf(&b, "polled by a source for topic %s, partition %s, offset %s\n",
			inLine(letter.DestinationTopic), inLine(letter.SourcePartition), inLine(letter.SourceOffset))
	}
	fmt.Fprintf(&b, "%s\n", causeText(letter.Cause))
	if letter.Trace != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimRight(printable(letter.Trace), "\n"))
	}
	fmt.Fprintf(&b, "\nkey   (%d bytes): %s\nvalue (%d bytes): %s\n", len(letter.Key), bytesText(letter.Key), len(letter.Value), bytesText(letter.Value))
	for _, h := range letter.Headers {
		fmt.Fprintf(&b, "header %s: %s\n", inLine(h.Key), bytesText(h.Value))
	}
	fmt.Fprintf(&b, "\nthe connector's converters %s\n", read)
	if decoded == nil {
		return b.String(), nil
	}
	err := decoded.WriteText(&b, 1)
	return b.String(), err
}

// decode takes a letter through the converters, whole, or else its key or its value alone, and says which; nil where
// none of it can be read, and for sources, whose converters only write.
func decode(ctx context.Context, letter *deadletter.Letter, r *explain.Runner) (decoded *explain.Trace, read string) {
	if !r.Sink() {
		return nil, "only write: it is a source"
	}
	whole := letter.Record()
	key, value := *whole, *whole
	key.Value, value.Key = explain.Datum{}, explain.Datum{}
	for _, side := range []struct {
		record *explain.Record
		read   string
	}{{whole, "read it"}, {&value, "read its value, and refuse its key"}, {&key, "read its key, and refuse its value"}} {
		t, err := r.Run(ctx, side.record)
		if err == nil && t.Start != nil {
			return &explain.Trace{Record: side.record, Start: t.Start}, side.read
		}
	}
	return nil, "refuse its key and its value"
}

func machineLetter(letter *deadletter.Letter, decoded *explain.Trace) *shownLetter {
	out := &shownLetter{Topic: letter.Topic, Place: letter.Place(), Timestamp: timeText(letter.Timestamp), Cause: letter.Cause,
		Message: letter.Message, Trace: letter.Trace, Source: letter.FromSource, SourcePartition: letter.SourcePartition, SourceOffset: letter.SourceOffset}
	if letter.HasOrigin {
		out.Origin = letter.Origin.String()
	}
	out.Key, out.Value = machineBytes(letter.Key), machineBytes(letter.Value)
	for _, h := range letter.Headers {
		if out.Headers == nil {
			out.Headers = map[string]string{}
		}
		out.Headers[h.Key] = bytesText(h.Value)
	}
	if decoded != nil {
		out.Decoded = decoded.AppendJSON(nil, 1)
	}
	return out
}

func machineBytes(b []byte) *string {
	if b == nil {
		return nil
	}
	text := bytesText(b)
	return &text
}

// bytesText is bytes as text where they are some that a terminal shows, else in hexadecimal digits.
func bytesText(b []byte) string {
	switch text := string(b); {
	case b == nil:
		return "null"
	case utf8.ValidString(text) && printable(text) == text:
		return text
	}
	return fmt.Sprintf("hex:%x", b)
}
