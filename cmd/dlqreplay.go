package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/deadletter"
)

// replayToldEvery is how often a replay says how far it is.
const replayToldEvery = 5 * time.Second

func (p *program) dlqReplayCommand() *cobra.Command {
	f := &dlqFlags{}
	c := &cobra.Command{
		Use:   "replay CONNECTOR",
		Short: "Take dead letters back to the topic they came from, each once, or to the sink",
		Long: "Takes the selected letters of a sink through the converters and transforms of the connector file, and writes those that pass back to the partition that they were consumed from, with their original bytes and without the headers about the error, in the order in which they died. " +
			"The running connector then reads them. Letters that would fail again stay. What was replayed is remembered in the topic NAME.replayed, NAME being the dead letter topic, in the same transaction: a second call, or one after a crash, repeats nothing. " +
			"With --to sink they go to the sink itself, in a task of this process that does not join the connector's group, and are remembered once the sink says that they are durable: a crash repeats at most what the sink had in hand. " +
			"The exit code is 1 for an error, and 4 if selected letters are left.",
		Args: f.args(0),
		RunE: func(c *cobra.Command, args []string) error {
			texts := optionTexts(c)
			o, err := parseLetterOptions(texts, true)
			if err != nil {
				return err
			}
			desk, err := p.openDesk(c.Context(), args, f)
			if err != nil {
				return err
			}
			defer desk.close(c.Context())
			return p.replayLetters(c.Context(), desk, texts, o.dryRun, f.output)
		},
	}
	f.add(c)
	addFilterFlags(c)
	addReplayFlags(c)
	return c
}

func (p *program) replayLetters(ctx context.Context, desk letterDesk, texts map[string]string, dryRun bool, output string) error {
	next := time.Now().Add(replayToldEvery)
	tally, err := desk.replay(ctx, texts, func(t deadletter.Tally, of int64) {
		if now := time.Now(); now.After(next) {
			next = now.Add(replayToldEvery)
			fmt.Fprintf(p.stderr, "%d of at most %d letters read, %d %s\n", t.Read, of, t.Pass, passed(dryRun))
		}
	})
	if err != nil && !dryRun {
		err = fmt.Errorf("%w; %d letters were replayed before, and the same call goes on behind them", err, tally.Pass)
	}
	if err != nil {
		return err
	}
	if err = p.writeTally(tally, dryRun, output); err == nil && len(tally.Fail)+len(tally.Refused) > 0 {
		return &ended{code: exitLeft}
	}
	return err
}

const uncommittedNote = "the connector's consumer does not set isolation.level=read_committed: if this replay is cut, it may read records of the transaction that is aborted then, and the next replay writes them again"

func (l *letters) replay(ctx context.Context, texts map[string]string, told func(deadletter.Tally, int64)) (t deadletter.Tally, err error) {
	o, err := parseLetterOptions(texts, true)
	if err != nil {
		return t, err
	}
	r, err := l.runner(ctx)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if !r.Sink() {
		return t, errors.New("letters of a source cannot be replayed: no topic holds what it polled; let the source read its position again")
	}
	replayer := &deadletter.Replayer{
		Connector: l.name, Letters: l.topic, Filter: o.Filter, Runner: r, Producer: l.producers(), Rate: o.rate, DryRun: o.dryRun, Wait: waitFor,
		Told: func(t deadletter.Tally) { told(t, l.topic.Len()) },
	}
	switch {
	case o.dryRun:
	case o.to == toSink:
		if replayer.Sink, err = l.sink(ctx); err != nil {
			return t, err
		}
		defer func() { err = errors.Join(err, replayer.Sink.Close(context.WithoutCancel(ctx))) }()
	case !l.committed:
		l.note(uncommittedNote)
	}
	return replayer.Run(ctx)
}

func waitFor(ctx context.Context, d time.Duration) error {
	if !connectors.Wait(ctx, d) {
		return ctx.Err()
	}
	return nil
}

func passed(dryRun bool) string {
	if dryRun {
		return "would be replayed"
	}
	return "replayed"
}

func (p *program) writeTally(t deadletter.Tally, dryRun bool, output string) error {
	if output == outputJSON {
		return writeJSON(p.stdout, t)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d letters read, %d not selected, %d replayed before\n", t.Read, t.Others, t.Before)
	if t.Again > 0 {
		fmt.Fprintf(&b, "%d of records that died twice, which come back once\n", t.Again)
	}
	fmt.Fprintf(&b, "%d %s", t.Pass, passed(dryRun))
	if t.Dropped > 0 {
		fmt.Fprintf(&b, ", of which a transform drops %d", t.Dropped)
	}
	b.WriteByte('\n')
	for _, where := range slices.Sorted(maps.Keys(t.Fail)) {
		fmt.Fprintf(&b, "%d left: still fail in %s\n", t.Fail[where], where)
	}
	for _, why := range slices.Sorted(maps.Keys(t.Refused)) {
		fmt.Fprintf(&b, "%d left: %s\n", t.Refused[why], why)
	}
	_, err := io.WriteString(p.stdout, b.String())
	return err
}
