package settings

import (
	"strings"
	"time"

	"github.com/millrace/millrace/config"
)

// Boundary says when a source task that delivers exactly once ends its transactions.
// Source: SourceTask.TransactionBoundary.
type Boundary string

// The boundaries: after each poll, by time, or where the connector says.
const (
	BoundaryPoll      Boundary = "poll"
	BoundaryInterval  Boundary = "interval"
	BoundaryConnector Boundary = "connector"
)

// ParseBoundary reads transaction.boundary and transaction.boundary.interval.ms of a source config; without
// an interval, the one given counts. Source: SourceConnectorConfig.
func ParseBoundary(props map[string]string, interval time.Duration) (Boundary, time.Duration, error) {
	v, err := define(config.NewDef(), sourceKeys()).Parse(props)
	if err != nil {
		return "", 0, err
	}
	if ms, set := v.OptInt64("transaction.boundary.interval.ms"); set {
		interval = Millis(ms)
	}
	return Boundary(strings.ToLower(v.String("transaction.boundary"))), interval, nil
}
