package logs

import (
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Root is the name under which the root logger is shown.
const Root = "root"

// Options are what lines need beside the place they go to. The zero value logs from INFO and hides nothing.
type Options struct {
	// Levels are the levels that loggers have from the start, by name; Root, or "", for all others.
	Levels map[string]slog.Level
	// Secret says that the value of a key must not be shown; nil shows all.
	Secret func(key string) bool
	// Mask hides what text may carry, such as passwords in URLs; nil leaves text as it is.
	Mask func(text string) string
	// Now is the time of lines and of changes; nil is the clock of this computer.
	Now func() time.Time
}

// LoggerLevel is a logger's level, and when it was last changed (zero: never). Source: LoggerLevel.
type LoggerLevel struct {
	Name, Level  string
	LastModified time.Time
}

// Registry hands out loggers and keeps their levels. Make one with New.
//
// Invariant: every logger's level is that of the nearest name in set, from its own name upwards; set
// always has the root, under "".
type Registry struct {
	out     output
	secret  func(string) bool
	mask    func(string) string
	now     func() time.Time
	buffers sync.Pool

	mu       sync.Mutex // guards the maps; a logger's level is read without it
	set      map[string]slog.Level
	loggers  map[string]*logger
	modified map[string]time.Time
}

// logger is what all handlers of one name share.
type logger struct {
	name  string
	level atomic.Int64
}

// output lets one line out at a time.
type output struct {
	mu sync.Mutex
	w  io.Writer
}

func (o *output) write(line []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, err := o.w.Write(line)
	return err
}

// New returns a registry whose lines go to w.
func New(w io.Writer, o Options) *Registry {
	r := &Registry{
		out: output{w: w}, secret: o.Secret, mask: o.Mask, now: o.Now,
		set:      map[string]slog.Level{"": slog.LevelInfo},
		loggers:  map[string]*logger{},
		modified: map[string]time.Time{},
	}
	if r.now == nil {
		r.now = time.Now
	}
	r.buffers.New = func() any { return new([]byte) }
	for name, level := range o.Levels {
		r.set[inner(name)] = level
	}
	for name := range r.set {
		r.lookupLocked(name)
	}
	return r
}

// inner is the name under which the maps hold a logger. Source: Loggers.isValidRootLoggerName.
func inner(name string) string {
	if strings.EqualFold(name, Root) {
		return ""
	}
	return name
}

// shown is the inverse of inner.
func shown(name string) string {
	if name == "" {
		return Root
	}
	return name
}

// Logger returns the logger of a name; "" and Root are the root logger.
func (r *Registry) Logger(name string) *slog.Logger {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slog.New(&handler{registry: r, logger: r.lookupLocked(inner(name))})
}

// lookupLocked returns the logger of an inner name, made where there is none.
func (r *Registry) lookupLocked(name string) *logger {
	l, ok := r.loggers[name]
	if !ok {
		l = &logger{name: name}
		l.level.Store(int64(r.effectiveLocked(name)))
		r.loggers[name] = l
	}
	return l
}

// effectiveLocked is the level that a logger has by the nearest name above it.
func (r *Registry) effectiveLocked(name string) slog.Level {
	for {
		if level, ok := r.set[name]; ok {
			return level
		}
		name = name[:max(0, strings.LastIndexByte(name, '.'))]
	}
}

// Levels returns every logger, sorted by name. Source: Loggers.allLevels.
func (r *Registry) Levels() []LoggerLevel {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]LoggerLevel, 0, len(r.loggers))
	for _, l := range r.loggers {
		all = append(all, r.describeLocked(l))
	}
	slices.SortFunc(all, func(a, b LoggerLevel) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Level returns one logger, if it is there. Source: Loggers.level.
func (r *Registry) Level(name string) (LoggerLevel, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l, ok := r.loggers[inner(name)]
	if !ok {
		return LoggerLevel{}, false
	}
	return r.describeLocked(l), true
}

func (r *Registry) describeLocked(l *logger) LoggerLevel {
	return LoggerLevel{Name: shown(l.name), Level: LevelName(slog.Level(l.level.Load())), LastModified: r.modified[l.name]}
}

// SetLevel sets the level of a logger, which need not be there yet, and of those below it, also where they
// have levels of their own. It returns the names of the loggers whose level is another now, sorted; ok is
// false when level is none.
//
// A level of its own is also lost by a name that merely starts with the given one: setting org.foo changes
// org.foobar if that was set before. Source: Loggers.setLevel, log4j's Configurator.setAllLevels.
func (r *Registry) SetLevel(name, level string) (changed []string, ok bool) {
	to, ok := ParseLevel(level)
	if !ok {
		return nil, false
	}
	name = inner(name)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lookupLocked(name)
	r.set[name] = to
	for other := range maps.Keys(r.set) {
		if strings.HasPrefix(other, name) {
			r.set[other] = to
		}
	}
	now := r.now()
	changed = []string{}
	for _, l := range r.loggers {
		next := int64(r.effectiveLocked(l.name))
		if l.level.Swap(next) != next {
			r.modified[l.name] = now
			changed = append(changed, shown(l.name))
		}
	}
	slices.Sort(changed)
	return changed, true
}
