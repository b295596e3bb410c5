package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/engine/deadletter"
)

func (p *program) dlqListCommand() *cobra.Command {
	f := &dlqFlags{}
	c := &cobra.Command{
		Use:   "list CONNECTOR",
		Short: "Count dead letters by cause",
		Long: "Reads the dead letter topic of a connector and counts its letters by connector, task, stage, class and exception, the most frequent first, with the place of an example. " +
			"Nothing is written and no group joined.",
		Args: f.args(0),
		RunE: func(c *cobra.Command, args []string) error {
			desk, err := p.openDesk(c.Context(), args, f)
			if err != nil {
				return err
			}
			defer desk.close(c.Context())
			list, err := desk.list(c.Context(), optionTexts(c))
			switch {
			case err != nil:
				return err
			case f.output == outputJSON:
				return writeJSON(p.stdout, list)
			}
			return list.writeText(p.stdout)
		},
	}
	f.add(c)
	addFilterFlags(c)
	return c
}

// letterList is the letters of a topic by cause.
type letterList struct {
	Topic   string              `json:"topic"`
	Letters int                 `json:"letters"`
	Causes  []*deadletter.Group `json:"causes"`
}

func (l *letters) list(ctx context.Context, texts map[string]string) (*letterList, error) {
	o, err := parseLetterOptions(texts, false)
	if err != nil {
		return nil, err
	}
	var groups deadletter.Groups
	list := &letterList{Topic: l.topic.Name}
	err = l.topic.Each(ctx, func(letter *deadletter.Letter) error {
		if o.Match(letter) {
			groups.Add(letter)
			list.Letters++
		}
		return nil
	})
	list.Causes = groups.List()
	return list, err
}

func (l *letterList) writeText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "topic %s: %d letters, %d causes\n", l.Topic, l.Letters, len(l.Causes))
	for _, g := range l.Causes {
		fmt.Fprintf(&b, "\n%d x %s\n", g.Count, causeText(g.Cause))
		if g.Message != "" {
			fmt.Fprintf(&b, "    %s\n", oneLine(g.Message))
		}
		if g.Root != "" {
			fmt.Fprintf(&b, "    caused by %s\n", oneLine(g.Root))
		}
		fmt.Fprintf(&b, "    records of %s to %s, for example %s\n", timeText(g.First), timeText(g.Last), g.Example)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func causeText(c deadletter.Cause) string {
	if c == (deadletter.Cause{}) {
		return "no cause is said: errors.deadletterqueue.context.headers.enable was not true"
	}
	return inLine(fmt.Sprintf("%s-%s %s in %s: %s", c.Connector, c.Task, c.Stage, c.Class, c.Exception))
}

func timeText(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// oneLine is the first line of a message, as inLine has it.
func oneLine(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return inLine(text)
}

// inLine is text that whoever writes dead letters chose, without what leaves a line or moves a terminal's cursor.
func inLine(text string) string {
	return strings.NewReplacer("\n", "?", "\t", "?").Replace(printable(text))
}

// printable replaces what does not print, but line feeds and tabs: controls, marks of direction, separators.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
