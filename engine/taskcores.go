package engine

import (
	"context"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/stage"
	"github.com/millrace/millrace/engine/stage/ordered"
)

// newStages makes the stages of a task: its own, and one for each further core that it may have. made is a stage with
// the given transforms and operator.
func newStages(ctx context.Context, p *taskParts, made func(c stage.Transforms, o *errant.Operator) ordered.Stage) (*ordered.Stages, error) {
	own := made(&p.chain.Chain, p.operator)
	var helpers []ordered.Helper
	for range p.cores() - 1 {
		trial := p.operator.Trial()
		chain, err := p.w.newChain(p.connector, p.attempts(ctx, func() *errant.Operator { return trial }), p.t.log)
		if err != nil {
			return nil, err
		}
		p.closers = append(p.closers, chain.Close)
		helpers = append(helpers, ordered.Helper{Stage: made(&chain.Chain, trial), Trial: trial})
	}
	return ordered.New(own, (*batch.Batch).Release, helpers...), nil
}

// cores is how many cores the task converts and transforms on. Transforms that may remember what came before see all
// records, in order.
func (p *taskParts) cores() int {
	if p.tuning.cores > 1 && len(p.chain.remembers) > 0 {
		p.t.log.Info("task stays on one core: not every transform is known to treat each record by itself", "key", taskCores,
			"classes", strings.Join(p.chain.remembers, ", "))
		return 1
	}
	return p.tuning.cores
}
