package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/deadletter"
)

// replayToldEvery is how often a replay says how far it is.
const replayToldEvery = 5 * time.Second

// replayFlags are those of dlq replay.
type replayFlags struct {
	dlqFlags
	filterFlags
	rate   int
	to     string
	dryRun bool
}

// Where letters are replayed to.
const (
	toTopic = "topic"
	toSink  = "sink"
)

func (p *program) dlqReplayCommand() *cobra.Command {
	f := &replayFlags{}
	c := &cobra.Command{
		Use:   "replay CONNECTOR",
		Short: "Take dead letters back to the topic they came from, each once, or to the sink",
		Long: "Takes the selected letters of a sink through the converters and transforms of the connector file, and writes those that pass back to the partition that they were consumed from, with their original bytes and without the headers about the error, in the order in which they died. " +
			"The running connector then reads them. Letters that would fail again stay. What was replayed is remembered in the topic NAME.replayed, NAME being the dead letter topic, in the same transaction: a second call, or one after a crash, repeats nothing. " +
			"With --to sink they go to the sink itself, in a task of this process that does not join the connector's group, and are remembered once the sink says that they are durable: a crash repeats at most what the sink had in hand. " +
			"The exit code is 1 for an error, and 4 if selected letters are left.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if f.rate < 0 {
				return errors.New("--rate must not be negative")
			}
			if f.to != toTopic && f.to != toSink {
				return fmt.Errorf("--to %q is neither topic nor sink", f.to)
			}
			filter, err := f.filter(c)
			if err != nil {
				return err
			}
			return p.replayLetters(c.Context(), args[0], f, filter)
		},
	}
	f.dlqFlags.add(c)
	f.filterFlags.add(c)
	c.Flags().IntVar(&f.rate, "rate", 0, "Letters a second. Default 0: as fast as it goes.")
	c.Flags().StringVar(&f.to, "to", toTopic, "topic: back to the topic that they were consumed from; sink: to the connector's sink alone.")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "Only count what would pass, and where the others fail.")
	return c
}

func (p *program) replayLetters(ctx context.Context, file string, f *replayFlags, filter deadletter.Filter) error {
	l, err := p.openLetters(ctx, file, &f.dlqFlags)
	if err != nil {
		return err
	}
	defer l.subject.Worker.Close(ctx)
	r, err := openRunner(ctx, l.subject)
	if err != nil {
		return p.refused(ctx, l.subject, err)
	}
	if !r.Sink() {
		return errors.Join(errors.New("letters of a source cannot be replayed: no topic holds what it polled; let the source read its position again"), r.Close())
	}
	if !f.dryRun && f.to == toTopic && !l.committed {
		fmt.Fprintln(p.stderr, "note: the connector's consumer does not set isolation.level=read_committed: if this replay is cut, it may read records of the transaction that is aborted then, and the next replay writes them again")
	}
	next := time.Now().Add(replayToldEvery)
	replayer := &deadletter.Replayer{
		Connector: l.name, Letters: l.topic, Filter: filter, Runner: r, Producer: l.producers(), Rate: f.rate, DryRun: f.dryRun, Wait: waitFor,
		Told: func(t deadletter.Tally) {
			if now := time.Now(); now.After(next) {
				next = now.Add(replayToldEvery)
				fmt.Fprintf(p.stderr, "%d of at most %d letters read, %d %s\n", t.Read, l.topic.Len(), t.Pass, passed(f.dryRun))
			}
		},
	}
	if f.to == toSink && !f.dryRun {
		replayer.Sink, err = deadletter.OpenSink(ctx, deadletter.SinkOptions{Worker: l.subject.Worker, Pool: batch.NewPool(mem.NewPool()), Config: l.subject.File.Map(),
			Logger: slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), Wait: waitFor})
		if err != nil {
			return errors.Join(err, r.Close())
		}
	}
	tally, err := replayer.Run(ctx)
	if replayer.Sink != nil {
		err = errors.Join(err, replayer.Sink.Close(context.WithoutCancel(ctx)))
	}
	if err != nil && !f.dryRun {
		err = fmt.Errorf("%w; %d letters were replayed before, and the same call goes on behind them", err, tally.Pass)
	}
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	if err = p.writeTally(tally, f); err == nil && len(tally.Fail)+len(tally.Refused) > 0 {
		return &ended{code: exitLeft}
	}
	return err
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

func (p *program) writeTally(t deadletter.Tally, f *replayFlags) error {
	if f.output == outputJSON {
		return writeJSON(p.stdout, t)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d letters read, %d not selected, %d replayed before\n", t.Read, t.Others, t.Before)
	if t.Again > 0 {
		fmt.Fprintf(&b, "%d of records that died twice, which come back once\n", t.Again)
	}
	fmt.Fprintf(&b, "%d %s", t.Pass, passed(f.dryRun))
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
