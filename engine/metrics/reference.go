package metrics

// Kind is what a metric's values are.
type Kind uint8

// The kinds.
const (
	Gauge   Kind = iota // a number that goes up and down
	Counter             // a number that only grows while the thing lives
	Text                // a string
)

// Definition describes one metric.
type Definition struct {
	Group string   // Java's, such as sink-task-metrics
	Name  string   // Java's attribute, such as sink-record-read-total
	Tags  []string // in Java's order
	Kind  Kind
	Doc   string
	Own   bool // not in Java
}

// Java's groups, and those of its tags that are ours to set.
const (
	groupConnector = "connector-metrics"
	groupTask      = "connector-task-metrics"
	groupTransform = "connector-transform-metrics"
	groupPredicate = "connector-predicate-metrics"
	groupSource    = "source-task-metrics"
	groupSink      = "sink-task-metrics"
	groupErrors    = "task-error-metrics"
	groupWorker    = "connect-worker-metrics"
	groupRebalance = "connect-worker-rebalance-metrics"
	groupMember    = "connect-coordinator-metrics"
)

// Reference returns all metrics, group by group, in the order in which they are exported.
func Reference() []Definition {
	var out []Definition
	for _, g := range groups() {
		for _, m := range g.metrics {
			m.Group, m.Tags = g.name, g.tags
			out = append(out, m)
		}
	}
	return out
}

// group is the metrics under one group name and one set of tags.
type group struct {
	name    string
	tags    []string
	metrics []Definition
}

func groups() []group {
	connector, task := []string{"connector"}, []string{"connector", "task"}
	return []group{
		{groupWorker, nil, workerMetrics()},
		{groupWorker, connector, connectorTaskCounts()},
		{groupRebalance, nil, rebalanceMetrics()},
		{groupMember, []string{"client-id"}, memberMetrics()},
		{groupConnector, connector, connectorMetrics()},
		{groupTask, task, taskMetrics()},
		{groupTransform, append(task[:2:2], "transform"), transformMetrics()},
		{groupPredicate, append(task[:2:2], "predicate"), predicateMetrics()},
		{groupSource, task, sourceMetrics()},
		{groupSink, task, sinkMetrics()},
		{groupErrors, task, errorMetrics()},
	}
}

func gauge(name, doc string) Definition   { return Definition{Name: name, Kind: Gauge, Doc: doc} }
func counter(name, doc string) Definition { return Definition{Name: name, Kind: Counter, Doc: doc} }
func text(name, doc string) Definition    { return Definition{Name: name, Kind: Text, Doc: doc} }

// own marks a metric that Java does not have.
func own(d Definition) Definition {
	d.Own = true
	return d
}
