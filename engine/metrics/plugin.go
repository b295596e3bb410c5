package metrics

import (
	"slices"

	"github.com/millrace/millrace/connectors"
)

// pluginMetrics is what the plugin of a task counts itself.
type pluginMetrics struct {
	set  *connectors.MetricSet
	read func(connectors.EmitMetric)
}

// Plugin exports what the plugin of the task counts, from now until the result is called or the task is closed.
func (t *SourceTask) Plugin(set *connectors.MetricSet, read func(connectors.EmitMetric)) (remove func()) {
	if t == nil || set == nil {
		return func() {}
	}
	p := &pluginMetrics{set, read}
	t.mu.Lock()
	t.plugin = p
	t.mu.Unlock()
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.plugin == p {
			t.plugin = nil
		}
	}
}

// PluginName returns the name under which a metric of a set is exported.
func PluginName(s *connectors.MetricSet, m *connectors.Metric) string { return s.Prefix + "_" + m.Name }

// PluginLabels are the labels of a metric's series, in their order.
func PluginLabels(s *connectors.MetricSet, m *connectors.Metric) []string {
	labels := slices.Concat([]string{"connector", "task"}, s.Labels)
	if m.By != "" {
		labels = append(labels, m.By)
	}
	return labels
}

// pluginFamily is the series of one name. Sets of several classes may have it.
type pluginFamily struct {
	name   string
	metric *connectors.Metric
	lines  []byte
}

// appendPlugins writes what plugins count in the text format: the series of a name together, in the order in which sets
// have them.
func (r *Registry) appendPlugins(b []byte) []byte {
	var families []*pluginFamily
	byName := map[string]*pluginFamily{}
	for _, member := range r.contents().tasks {
		p, tags := member.counted()
		if p == nil {
			continue
		}
		byMetric := map[string]*pluginFamily{}
		for i := range p.set.Metrics {
			m := &p.set.Metrics[i]
			name := PluginName(p.set, m)
			f := byName[name]
			if f == nil {
				f = &pluginFamily{name: name, metric: m}
				byName[name], families = f, append(families, f)
			}
			byMetric[m.Name] = f
		}
		p.read(func(name string, value float64, labels ...string) {
			f := byMetric[name]
			if f == nil {
				return
			}
			f.lines = appendPlugin(f.lines, f.name, PluginLabels(p.set, f.metric), slices.Concat(tags, labels), value)
		})
	}
	for _, f := range families {
		if len(f.lines) > 0 {
			b = append(appendHead(b, f.name, f.metric.Doc, f.metric.Counter), f.lines...)
		}
	}
	return b
}

// appendPlugin writes one series; labels without a value are left out.
func appendPlugin(b []byte, name string, labels, values []string, v float64) []byte {
	b = append(b, name...)
	open := byte('{')
	for i := range min(len(labels), len(values)) {
		b = appendLabel(b, open, labels[i], values[i])
		open = ','
	}
	return append(appendNumber(append(b, '}', ' '), v), '\n')
}
