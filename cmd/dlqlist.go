package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/engine/deadletter"
)

func (p *program) dlqListCommand() *cobra.Command {
	f, chosen := &dlqFlags{}, &filterFlags{}
	c := &cobra.Command{
		Use:   "list CONNECTOR",
		Short: "Count dead letters by cause",
		Long: "Reads the dead letter topic of a connector file and counts its letters by connector, task, stage, class and exception, the most frequent first, with the place of an example. " +
			"Nothing is written and no group joined.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			filter, err := chosen.filter(c)
			if err != nil {
				return err
			}
			l, err := p.openLetters(c.Context(), args[0], f)
			if err != nil {
				return err
			}
			defer l.subject.Worker.Close(c.Context())
			return p.listLetters(c, l, &filter, f.output)
		},
	}
	f.add(c)
	chosen.add(c)
	return c
}

func (p *program) listLetters(c *cobra.Command, l *letters, filter *deadletter.Filter, output string) error {
	var groups deadletter.Groups
	n := 0
	err := l.topic.Each(c.Context(), func(letter *deadletter.Letter) error {
		if filter.Match(letter) {
			groups.Add(letter)
			n++
		}
		return nil
	})
	if err != nil {
		return err
	}
	list := groups.List()
	if output == outputJSON {
		return writeJSON(p.stdout, struct {
			Topic   string              `json:"topic"`
			Letters int                 `json:"letters"`
			Causes  []*deadletter.Group `json:"causes"`
		}{l.topic.Name, n, list})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "topic %s: %d letters, %d causes\n", l.topic.Name, n, len(list))
	for _, g := range list {
		fmt.Fprintf(&b, "\n%d x %s\n", g.Count, causeText(g.Cause))
		if g.Message != "" {
			fmt.Fprintf(&b, "    %s\n", oneLine(g.Message))
		}
		if g.Root != "" {
			fmt.Fprintf(&b, "    caused by %s\n", oneLine(g.Root))
		}
		fmt.Fprintf(&b, "    records of %s to %s, for example %s\n", timeText(g.First), timeText(g.Last), g.Example)
	}
	_, err = io.WriteString(p.stdout, b.String())
	return err
}

func causeText(c deadletter.Cause) string {
	if c == (deadletter.Cause{}) {
		return "no cause is said: errors.deadletterqueue.context.headers.enable was not true"
	}
	return fmt.Sprintf("%s-%s %s in %s: %s", c.Connector, c.Task, c.Stage, c.Class, c.Exception)
}

func timeText(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// oneLine is the first line of a message, without what could move a terminal's cursor.
func oneLine(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return printable(text)
}

// printable replaces control characters but line feeds and tabs.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
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
