package connectors

import "time"

// MetricSet is the metrics that tasks of a class export beside those that the worker counts. The class declares it, which
// documents it; a task that is Metered gives the values. Series carry the labels connector and task, which the worker
// sets, then Labels.
type MetricSet struct {
	Prefix  string // of the exported names: debezium_metrics makes debezium_metrics_Connected
	Doc     string // a sentence or two for the reference
	Labels  []string
	Metrics []Metric
}

// Metric is one of a set.
type Metric struct {
	Name    string
	Counter bool   // it only grows while the task lives; otherwise it is a gauge
	By      string // a label that tells several series apart, such as table; "" = there is one. Its values must be bounded
	Doc     string
}

type (
	// Metered is implemented by source tasks of a class with Metrics.
	Metered interface {
		// ReadMetrics gives the values of now: name is one of the set's, labels are the values of the set's Labels
		// and then of the metric's By. It is called at every export, from Start until Stop are called and beside
		// both, by any goroutine; it must not wait. Other names are left out.
		ReadMetrics(emit EmitMetric)
	}

	// EmitMetric takes one value. It keeps none of labels.
	EmitMetric func(name string, value float64, labels ...string)
)

// Progressing is implemented by source tasks that have work with an end, such as a snapshot.
type Progressing interface {
	// Progress says how far it is; nil: there is none now. It is called as ReadMetrics is.
	Progress() *Progress
}

// Progress is how far a task is with work that has an end.
type Progress struct {
	Task          int // set by the worker
	Of            string
	Rows          int64
	RowsEstimated int64 // of all; 0: not known
	RowsPerSecond float64
	Parts, Done   int           // such as tables: all, and those that are complete
	Took          time.Duration // so far
	Left          time.Duration // estimated; negative: not known
}
