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
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return p.oneLetter(c, args, f, p.showLetter) },
	}
	f.add(c)
	return c
}

func (p *program) dlqExplainCommand() *cobra.Command {
	f := &dlqFlags{}
	c := &cobra.Command{
		Use:   "explain CONNECTOR PARTITION@OFFSET",
		Short: "Take one dead letter through the connector's present config",
		Long: "Takes the record of a letter through the converters and transforms of the connector file, transform by transform as preview does, and says where it fails now, or that it passes. " +
			"The sink itself is not asked. The exit code is 1 if it fails. Nothing is written.",
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return p.oneLetter(c, args, f, p.explainLetter) },
	}
	f.add(c)
	return c
}

// oneLetter finds a letter and has it shown, with what runs it through the connector's config.
func (p *program) oneLetter(c *cobra.Command, args []string, f *dlqFlags, show func(context.Context, *letters, *deadletter.Letter, *explain.Runner, string) error) error {
	partition, offset, err := parsePlace(args[1])
	if err != nil {
		return err
	}
	l, err := p.openLetters(c.Context(), args[0], f)
	if err != nil {
		return err
	}
	defer l.subject.Worker.Close(c.Context())
	letter, err := l.topic.At(c.Context(), partition, offset)
	if err != nil {
		return err
	}
	r, err := openRunner(c.Context(), l.subject)
	if err != nil {
		return p.refused(c.Context(), l.subject, err)
	}
	return errors.Join(show(c.Context(), l, letter, r, f.output), r.Close())
}

func (p *program) explainLetter(ctx context.Context, l *letters, letter *deadletter.Letter, r *explain.Runner, output string) error {
	if why := letter.Refusal(l.name); why != "" {
		return fmt.Errorf("letter %s of topic %s cannot go through %s again: %s", letter.Place(), letter.Topic, l.subject.File.Name, why)
	}
	t, err := r.Run(ctx, letter.Record())
	if err != nil {
		return err
	}
	if output == outputJSON {
		_, err = p.stdout.Write(append(t.AppendJSON(nil, 1), '\n'))
	} else {
		err = errors.Join(t.WriteText(p.stdout, 1), p.verdict(letter, t))
	}
	if err == nil && t.Failure != nil {
		return &ended{code: exitUsage}
	}
	return err
}

// verdict says what the letter's end is now, beside what it died of.
func (p *program) verdict(letter *deadletter.Letter, t *explain.Trace) error {
	now := "passes the converters and transforms"
	switch {
	case t.Failure != nil:
		now = "fails in " + t.Failure.Stage
	case t.Final() == nil:
		now = "is dropped by a transform"
	}
	_, err := fmt.Fprintf(p.stdout, "\ndied in %s; with this config it %s\n", letter.Stage, now)
	return err
}

// shownLetter is a letter for machines.
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
}

func (p *program) showLetter(ctx context.Context, _ *letters, letter *deadletter.Letter, r *explain.Runner, output string) error {
	decoded, read := decode(ctx, letter, r)
	if output == outputJSON {
		return writeJSON(p.stdout, machineLetter(letter, decoded))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "letter %s of topic %s, record of %s\n", letter.Place(), letter.Topic, timeText(letter.Timestamp))
	switch {
	case letter.HasOrigin:
		fmt.Fprintf(&b, "consumed at %s\n", letter.Origin)
	case letter.FromSource:
		fmt.Fprintf(&b, "polled by a source for topic %s, partition %s, offset %s\n", letter.DestinationTopic, letter.SourcePartition, letter.SourceOffset)
	}
	fmt.Fprintf(&b, "%s\n", causeText(letter.Cause))
	if letter.Trace != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimRight(printable(letter.Trace), "\n"))
	}
	fmt.Fprintf(&b, "\nkey   (%d bytes): %s\nvalue (%d bytes): %s\n", len(letter.Key), bytesText(letter.Key), len(letter.Value), bytesText(letter.Value))
	for _, h := range letter.Headers {
		fmt.Fprintf(&b, "header %s: %s\n", printable(h.Key), bytesText(h.Value))
	}
	fmt.Fprintf(&b, "\nthe connector's converters %s\n", read)
	if decoded != nil {
		if err := decoded.WriteText(&b, 1); err != nil {
			return err
		}
	}
	_, err := io.WriteString(p.stdout, b.String())
	return err
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
