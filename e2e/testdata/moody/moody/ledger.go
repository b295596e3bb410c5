package moody

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// Ledger appends the keys of records to a file, a line for each, from as many tasks as it may have. It reports structs whose
// field amount is below zero, and takes every other value.
func Ledger() *connectors.Class {
	return &connectors.Class{Name: "com.example.moody.Ledger", TaskClass: "com.example.moody.LedgerTask", Version: version, Def: config.NewDef(),
		NewSink: func() connectors.SinkConnector { return &ledgerConnector{} }}
}

type ledgerConnector struct{ connector }

func (c *ledgerConnector) TaskConfigs(_ context.Context, tasksMax int) ([]map[string]string, error) {
	return slices.Repeat([]map[string]string{c.props}, tasksMax), nil
}

func (*ledgerConnector) NewTask() connectors.SinkTask { return &ledger{} }

type ledger struct {
	tc   connectors.SinkTaskContext
	file *os.File
	text []byte
}

func (l *ledger) Start(_ context.Context, tc connectors.SinkTaskContext, props map[string]string) (err error) {
	l.tc = tc
	l.file, err = os.OpenFile(props["file"], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	return err
}

func (l *ledger) Put(ctx context.Context, batches []*batch.Batch) error {
	l.text = l.text[:0]
	for _, b := range batches {
		for r := range b.Rows() {
			if overdrawn(r) {
				reporter := l.tc.ErrantReporter()
				if reporter == nil {
					return errors.New("ledger: nobody to report to")
				}
				if _, err := reporter.Report(ctx, b, r.Index(), bad()); err != nil {
					return err
				}
				continue
			}
			l.text = append(append(l.text, r.Key().Str()...), '\n')
		}
	}
	_, err := l.file.Write(l.text)
	return err
}

func overdrawn(r batch.Row) bool {
	if s := r.ValueSchema(); s == nil || s.Kind() != batch.KindStruct {
		return false
	}
	amount, err := r.Value().Struct().Get("amount")
	return err == nil && amount.Int() < 0
}

func (l *ledger) Stop(context.Context) error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
