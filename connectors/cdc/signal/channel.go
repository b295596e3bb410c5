package signal

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Channel is where signals come from beside the stream of changes. It belongs to one goroutine.
type Channel interface {
	// Read returns the signals that have come. It does not wait for any.
	Read(ctx context.Context) ([]Signal, error)
	// Commit takes note that what Read has returned was done.
	Commit(ctx context.Context) error
	// Close commits, and ends the channel.
	Close(ctx context.Context) error
}

// Channels are those that a connector asks, every signal.poll.interval.ms. They belong to one goroutine.
type Channels struct {
	all   []Channel
	every time.Duration
	due   time.Time
	log   *slog.Logger
}

// Open opens the channels of settings.
func (s *Settings) Open(log *slog.Logger) (*Channels, error) {
	c := &Channels{every: s.Every, log: log}
	if s.Topic != "" {
		k, err := openKafka(s, log)
		if err != nil {
			return nil, err
		}
		c.all = append(c.all, k)
	}
	if s.File != "" {
		c.all = append(c.all, &file{path: s.File, log: log})
	}
	return c, nil
}

// Read returns the signals of all channels, if it is time to ask. A channel that cannot be read is warned of, and asked
// again the next time.
func (c *Channels) Read(ctx context.Context, now time.Time) (out []Signal) {
	if len(c.all) == 0 || now.Before(c.due) {
		return nil
	}
	c.due = now.Add(c.every)
	for _, one := range c.all {
		signals, err := one.Read(ctx)
		if err != nil {
			c.log.Warn("signals cannot be read, trying again", "next_in", c.every, "err", err)
		}
		out = append(out, signals...)
	}
	return out
}

// Commit takes note that the signals were done.
func (c *Channels) Commit(ctx context.Context) {
	for _, one := range c.all {
		if err := one.Commit(ctx); err != nil {
			c.log.Warn("what was read of signals is not committed, they may come again", "err", err)
		}
	}
}

// Close ends the channels.
func (c *Channels) Close(ctx context.Context) error {
	var err error
	for _, one := range c.all {
		err = errors.Join(err, one.Close(ctx))
	}
	c.all = nil
	return err
}
