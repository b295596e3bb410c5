package group

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/millrace/millrace/coord/assign"
)

// Options of a member. Source: GroupRebalanceConfig, DistributedConfig.
type Options struct {
	Group             string        // group.id
	URL               string        // advertised URL, ending in a slash
	Protocol          Protocol      // connect.protocol
	SessionTimeout    time.Duration // session.timeout.ms
	HeartbeatInterval time.Duration // heartbeat.interval.ms, less than SessionTimeout
	RebalanceTimeout  time.Duration // rebalance.timeout.ms: for joining, and between two calls of Poll
	RetryBackoff      time.Duration // retry.backoff.ms
	RetryBackoffMax   time.Duration // retry.backoff.max.ms
	MaxDelay          time.Duration // scheduled.rebalance.max.delay.ms

	// Configs gives the newest snapshot of the config topic that was read. Called from the member's
	// goroutine; it does not wait.
	Configs func() Configs
	// Stopped gives work whose last owner reported that it ended; see assign.Round.Stopped. nil where
	// millrace.rebalance.clean.leave is off.
	Stopped func() assign.Work
	// Notify takes the member's events, in order. Called from the member's goroutine; it does not wait,
	// and may call methods of the member.
	Notify func(Event)
	// needs is what stands behind a refusal by the group: who needs which right.
	needs string
	// Timings measures; nil: nobody does.
	Timings Timings
	Log     *slog.Logger
}

// validate says what is wrong with the options.
func (o *Options) validate() error {
	switch {
	case o.Group == "":
		return errors.New("group: group.id is empty")
	case o.HeartbeatInterval <= 0 || o.HeartbeatInterval >= o.SessionTimeout:
		return fmt.Errorf("group: heartbeat.interval.ms (%d) must be set lower than the session timeout (%d)",
			o.HeartbeatInterval.Milliseconds(), o.SessionTimeout.Milliseconds())
	case o.RebalanceTimeout <= 0:
		return fmt.Errorf("group: rebalance.timeout.ms is %d", o.RebalanceTimeout.Milliseconds())
	case o.Configs == nil || o.Notify == nil || o.Log == nil:
		return errors.New("group: Configs, Notify and Log are needed")
	}
	return nil
}
