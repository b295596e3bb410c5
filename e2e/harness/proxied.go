package harness

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// Brokers are brokers of one cluster, behind proxies.
type Brokers struct {
	Each      []*Broker
	Bootstrap string    // leads straight to them, for the test itself
	Links     []Proxies // by worker: a proxy to each broker
}

// Proxies are those between one worker and all brokers.
type Proxies []*Proxy

// Bootstrap is what the worker gets: clients that start there are told that the proxies are the brokers.
func (p Proxies) Bootstrap() string {
	all := make([]string, len(p))
	for i := range p {
		all[i] = p[i].Address
	}
	return strings.Join(all, ",")
}

// Each calls do for every proxy.
func (p Proxies) Each(do func(*Proxy)) {
	for _, one := range p {
		do(one)
	}
}

// StartProxied is StartBroker with a proxy between workers and the broker.
func (s *Suite) StartProxied(t testing.TB, checks string) (*Broker, *Proxy) {
	t.Helper()
	b := s.StartBrokers(t, 1, 1, nil, checks)
	return b.Each[0], b.Links[0][0]
}

// StartBrokers starts n brokers for t alone, with proxies for some workers and more as properties on top. Topics are on
// all of them unless told otherwise. The cleanup of t stops them.
func (s *Suite) StartBrokers(t testing.TB, n, workers int, more Properties, checks string) *Brokers {
	t.Helper()
	nodes, voters := make([]node, n), make([]string, n)
	all := &Brokers{Links: make([]Proxies, workers)}
	for i := range nodes {
		var err error
		if nodes[i], err = s.newNode(); err != nil {
			t.Fatal(err)
		}
		voters[i] = fmt.Sprintf("%d@%s", i+1, nodes[i].controller)
	}
	ctx, cancel := brokerContext(n)
	defer cancel()
	for i, at := range nodes {
		b, err := s.newBroker(ctx, t.TempDir(), at, s.proxiedListeners(t, all.Links).With(Properties{
			"node.id":                                  strconv.Itoa(i + 1),
			"controller.quorum.voters":                 strings.Join(voters, ","),
			"default.replication.factor":               strconv.Itoa(n),
			"min.insync.replicas":                      strconv.Itoa(n/2 + 1),
			"offsets.topic.replication.factor":         strconv.Itoa(n),
			"transaction.state.log.replication.factor": strconv.Itoa(n),
			"transaction.state.log.min.isr":            strconv.Itoa(n/2 + 1),
			"initial.broker.registration.timeout.ms":   strconv.FormatInt(brokerReadyMax.Milliseconds(), 10),
			"controller.quorum.election.timeout.ms":    "4000", // busy controllers would go on voting
			"controller.quorum.fetch.timeout.ms":       "6000",
			"controller.quorum.request.timeout.ms":     "4000",
		}).With(more))
		Need(t, err, checks)
		all.Each = append(all.Each, b)
	}
	for _, b := range all.Each { // which wait for each other
		var err error
		if b.Process, err = Start(b.command); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.end(t) })
	}
	for i, b := range all.Each {
		if err := b.waitReady(ctx); err != nil {
			t.Fatalf("%v\nits log ends so:\n%s", err, b.Tail(40))
		}
		if all.Bootstrap += nodes[i].client; i < n-1 {
			all.Bootstrap += ","
		}
	}
	return all
}

// proxiedListeners starts another proxy for each worker and returns the listeners of a broker that is told to be there.
func (s *Suite) proxiedListeners(t testing.TB, workers []Proxies) Properties {
	t.Helper()
	listeners, advertised, protocols := "PLAINTEXT://$client", "PLAINTEXT://$client", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"
	for i := range workers {
		port, err := s.ports.free()
		if err != nil {
			t.Fatal(err)
		}
		inner := "127.0.0.1:" + strconv.Itoa(port)
		p := StartProxy(t, inner)
		workers[i] = append(workers[i], p)
		name := "PROXIED" + strconv.Itoa(i)
		listeners += "," + name + "://" + inner
		advertised += "," + name + "://" + p.Address
		protocols += "," + name + ":PLAINTEXT"
	}
	return Properties{
		"listeners":                      listeners + ",CONTROLLER://$controller",
		"advertised.listeners":           advertised,
		"listener.security.protocol.map": protocols,
		"inter.broker.listener.name":     "PLAINTEXT",
	}
}
