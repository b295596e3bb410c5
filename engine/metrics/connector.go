package metrics

import "sync"

// Connector is the state of a connector. Source: WorkerConnector.ConnectorMetricsGroup.
type Connector struct {
	r    *Registry
	name string
	info ConnectorInfo

	mu    sync.Mutex
	state State
}

// ConnectorInfo is what does not change of a connector.
type ConnectorInfo struct {
	Type    string // source or sink
	Class   string // Java class name
	Version string
}

// Connector registers a connector, instead of one of the same name.
func (r *Registry) Connector(name string, info ConnectorInfo) *Connector {
	if r == nil {
		return nil
	}
	c := &Connector{r: r, name: name, info: info}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.connectors[name] = c
	return c
}

// State says what the connector is doing now.
func (c *Connector) State(s State) {
	if c == nil {
		return
	}
	c.mu.Lock()
	c.state = s
	c.mu.Unlock()
}

// Close takes the connector out of the registry.
func (c *Connector) Close() {
	if c == nil {
		return
	}
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	if c.r.connectors[c.name] == c {
		delete(c.r.connectors, c.name)
	}
}

func (c *Connector) current() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

func (c *Connector) read(out emit) {
	tags := []string{c.name}
	put := func(name, s string) { out(groupConnector, tags, name, Label(s)) }
	put("status", c.current().String())
	put("connector-type", c.info.Type)
	put("connector-class", c.info.Class)
	put("connector-version", c.info.Version)
}
