package errant

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// counts is Metrics that tests look at.
type counts struct {
	failures, errors, skipped, retries, logged, letters, letterFailures int
	last                                                                time.Time
}

var _ Metrics = (*counts)(nil)

func (c *counts) Failures(n int)           { c.failures += n }
func (c *counts) Errors(n int)             { c.errors += n }
func (c *counts) Skipped(n int)            { c.skipped += n }
func (c *counts) Retries(n int)            { c.retries += n }
func (c *counts) Logged(n int)             { c.logged += n }
func (c *counts) DeadLetters(n int)        { c.letters += n }
func (c *counts) DeadLetterFailures(n int) { c.letterFailures += n }
func (c *counts) LastError(t time.Time)    { c.last = t }

// keeper is a Reporter that keeps what it is told.
type keeper struct {
	rows   []int32
	answer connectors.Report
	closed int
	err    error // of Close
}

func (k *keeper) Report(_ context.Context, _ *batch.Batch, e *RowError) connectors.Report {
	k.rows = append(k.rows, e.Row)
	return k.answer
}

func (k *keeper) Close() error {
	k.closed++
	return k.err
}

func fixedRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }
