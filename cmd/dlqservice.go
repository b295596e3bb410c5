package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/rest"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/deadletter"
	"github.com/millrace/millrace/engine/explain"
	"github.com/millrace/millrace/engine/plugin"
	"github.com/millrace/millrace/internal/kafka"
)

// dlqLogger has the name of what writes letters in Java, where nothing replays them.
const dlqLogger = "org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter"

// Where replays of a running worker stand.
const (
	replayRunning   = "RUNNING"
	replayDone      = "DONE"
	replayFailed    = "FAILED"
	replayCancelled = "CANCELLED"
)

// replayStanding is how a replay of a running worker stands.
type replayStanding struct {
	Connector string           `json:"connector"`
	Worker    string           `json:"worker"` // that it runs on
	State     string           `json:"state"`
	To        string           `json:"to"`
	DryRun    bool             `json:"dry_run"`
	Letters   int64            `json:"letters"` // in the topic, at most
	Started   time.Time        `json:"started"`
	Ended     *time.Time       `json:"ended,omitempty"`
	Tally     deadletter.Tally `json:"tally"`
	Error     string           `json:"error,omitempty"`
}

// letterService looks at the dead letters of a running worker's connectors, for its REST API.
type letterService struct {
	engine   *engine.Worker
	plugins  plugin.Set
	settings map[string]string // the worker's properties in force
	clients  kafka.Clients
	log      *slog.Logger
	worker   func() string // how the worker calls itself

	running sync.WaitGroup // replays

	mu      sync.Mutex
	closed  bool
	replays map[string]*replayJob // the last of each connector
}

var _ rest.Letters = (*letterService)(nil)

// replayJob is a replay behind an answer.
type replayJob struct {
	cancel context.CancelFunc

	mu       sync.Mutex
	standing replayStanding
}

// newLetterService returns the service of a node, whose REST server need not be there yet.
func newLetterService(n *node, plugins plugin.Set) *letterService {
	return &letterService{engine: n.engine, plugins: plugins, settings: n.config.props, clients: n.clients, log: n.logs.Logger(dlqLogger),
		worker: func() string { return n.rest.WorkerID() }, replays: map[string]*replayJob{}}
}

// close ends all replays.
func (s *letterService) close() {
	s.mu.Lock()
	s.closed = true
	for _, job := range s.replays {
		job.cancel()
	}
	s.mu.Unlock()
	s.running.Wait()
}

// open opens the dead letter topic of a connector.
func (s *letterService) open(ctx context.Context, config map[string]string) (*letters, error) {
	text, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	name := config["name"]
	l := &letters{clients: s.clients, log: s.log, subject: &explain.Subject{
		File: explain.ParseFile("connector "+name+".json", text), Worker: s.engine, Plugins: s.plugins, Settings: s.settings,
	}}
	l.subject.File.Name = "connector " + name
	switch err := l.open(ctx, ""); {
	case errors.Is(err, errNoLetters), errors.Is(err, kerr.UnknownTopicOrPartition):
		return nil, &coord.RequestError{Status: http.StatusNotFound, Text: err.Error(), Err: err}
	case err != nil:
		return nil, err
	}
	return l, nil
}

// List implements rest.Letters.
func (s *letterService) List(ctx context.Context, config, options map[string]string) (any, error) {
	if _, err := parseLetterOptions(options, false); err != nil {
		return nil, asked(err)
	}
	l, err := s.open(ctx, config)
	if err != nil {
		return nil, err
	}
	return l.list(ctx, options)
}

// Show implements rest.Letters.
func (s *letterService) Show(ctx context.Context, config map[string]string, place string, options map[string]string) (any, error) {
	l, err := s.openAt(ctx, config, place, options)
	if err != nil {
		return nil, err
	}
	shown, err := l.show(ctx, place)
	return shown, missing(err)
}

// Explain implements rest.Letters.
func (s *letterService) Explain(ctx context.Context, config map[string]string, place string, options map[string]string) (any, error) {
	l, err := s.openAt(ctx, config, place, options)
	if err != nil {
		return nil, err
	}
	said, err := l.explain(ctx, place)
	return said, missing(err)
}

func (s *letterService) openAt(ctx context.Context, config map[string]string, place string, options map[string]string) (*letters, error) {
	for name := range options {
		return nil, coord.Errorf(http.StatusBadRequest, "%q is no option here", name)
	}
	if _, _, err := parsePlace(place); err != nil {
		return nil, asked(err)
	}
	return s.open(ctx, config)
}

// StartReplay implements rest.Letters.
func (s *letterService) StartReplay(ctx context.Context, config, options map[string]string) (any, error) {
	o, err := parseLetterOptions(options, true)
	if err != nil {
		return nil, asked(err)
	}
	l, err := s.open(ctx, config)
	if err != nil {
		return nil, err
	}
	name := config["name"]
	replaying, cancel := context.WithCancel(context.WithoutCancel(ctx)) // it goes on behind the answer
	job := &replayJob{cancel: cancel, standing: replayStanding{Connector: name, Worker: s.worker(), State: replayRunning, To: o.to, DryRun: o.dryRun,
		Letters: l.topic.Len(), Started: time.Now().UTC(), Tally: deadletter.NewTally()}}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.replays[name]
	if before != nil && before.stands().State == replayRunning || s.closed {
		cancel()
		if s.closed {
			return nil, coord.Errorf(http.StatusServiceUnavailable, "The worker is stopping.")
		}
		return nil, coord.Errorf(http.StatusConflict, "Letters of connector %s are being replayed on this worker: wait for the end, or DELETE the replay.", name)
	}
	s.replays[name] = job
	s.running.Go(func() { s.replay(replaying, job, l, options) })
	return job.stands(), nil
}

// replay runs a job to its end.
func (s *letterService) replay(ctx context.Context, job *replayJob, l *letters, options map[string]string) {
	defer job.cancel()
	log := s.log.With("connector", l.name, "topic", l.topic.Name)
	log.Info("replay of dead letters started", "options", options)
	tally, err := l.replay(ctx, options, func(t deadletter.Tally, _ int64) { job.update(func(s *replayStanding) { s.Tally = clone(t) }) })
	job.update(func(s *replayStanding) {
		now := time.Now().UTC()
		s.Ended, s.State = &now, replayDone
		if tally.Fail != nil {
			s.Tally = tally
		}
		switch {
		case err != nil && ctx.Err() != nil:
			s.State, s.Error = replayCancelled, err.Error()
		case err != nil:
			s.State, s.Error = replayFailed, err.Error()
		}
	})
	if err != nil {
		log.Warn("replay of dead letters ended early: another one goes on behind it", "replayed", tally.Pass, "err", err)
		return
	}
	log.Info("replay of dead letters done", "replayed", tally.Pass, "fail", tally.Fail, "refused", tally.Refused)
}

func (j *replayJob) update(f func(*replayStanding)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f(&j.standing)
}

func (j *replayJob) stands() replayStanding {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.standing
}

// clone is a tally whose replay goes on.
func clone(t deadletter.Tally) deadletter.Tally {
	t.Fail, t.Refused = maps.Clone(t.Fail), maps.Clone(t.Refused)
	return t
}

// Replay implements rest.Letters.
func (s *letterService) Replay(connector string) (any, bool) {
	if job := s.job(connector); job != nil {
		return job.stands(), true
	}
	return nil, false
}

// CancelReplay implements rest.Letters.
func (s *letterService) CancelReplay(connector string) (any, bool) {
	job := s.job(connector)
	if job == nil || job.stands().State != replayRunning {
		return nil, false
	}
	job.cancel()
	return job.stands(), true
}

func (s *letterService) job(connector string) *replayJob {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.replays[connector]
}

// asked is an error that is the client's fault.
func asked(err error) error {
	return &coord.RequestError{Status: http.StatusBadRequest, Text: err.Error(), Err: err}
}

// missing is the error for a letter that is not there as clients get it; other errors stay.
func missing(err error) error {
	if none := (*deadletter.NoLetterError)(nil); errors.As(err, &none) {
		return &coord.RequestError{Status: http.StatusNotFound, Text: err.Error(), Err: err}
	}
	return err
}
