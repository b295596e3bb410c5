//go:build soak

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// brokerName is the host that the broker advertises to workers.
const brokerName = "broker.test"

// hostsMax is how long a program may go by what the names file said before.
const hostsMax = 5 * time.Second

// namedWorker is a worker that sees a file of host names of its own, and no name server.
func namedWorker(t *testing.T, hosts string) harness.WorkerConfig {
	t.Helper()
	worker := counterWorker(t, harness.Millrace)
	dir := t.TempDir()
	resolver, script := filepath.Join(dir, "resolv.conf"), filepath.Join(dir, "worker")
	root := ""
	if os.Geteuid() != 0 {
		root = " --map-root-user"
	}
	for file, text := range map[string]string{
		resolver: "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
		script: fmt.Sprintf("#!/bin/sh\nexec unshare --mount%s sh -c 'mount --bind %q /etc/hosts && mount --bind %q /etc/resolv.conf && exec %q \"$@\"' worker \"$@\"\n",
			root, hosts, resolver, worker.Program),
	} {
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	worker.Program = script
	return worker
}

// TestNames lets the name of the brokers stop to resolve, and resolve to another address, while a source counts: records
// flow again as soon as it resolves, and millrace verify finds what it finds otherwise.
func TestNames(t *testing.T) {
	hosts := filepath.Join(t.TempDir(), "hosts")
	name := func(address string) {
		text := "127.0.0.1 localhost\n"
		if address != "" {
			text += address + " " + brokerName + "\n"
		}
		if err := os.WriteFile(hosts, []byte(text), 0o644); err != nil { // in its place: workers have mounted it
			t.Fatal(err)
		}
	}
	const here, there = "127.0.0.1", "127.0.0.2"
	name(here)
	worker := namedWorker(t, hosts)
	port, err := suite.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	inner, err := suite.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	broker := suite.StartBroker(t, harness.Properties{
		"listeners":                      fmt.Sprintf("PLAINTEXT://$client,NAMED://127.0.0.1:%d,CONTROLLER://$controller", inner),
		"advertised.listeners":           fmt.Sprintf("PLAINTEXT://$client,NAMED://%s:%d", brokerName, port),
		"listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,NAMED:PLAINTEXT,CONTROLLER:PLAINTEXT",
		"inter.broker.listener.name":     "PLAINTEXT", "broker.session.timeout.ms": "6000",
	}, "that names of brokers may come and go")
	target := fmt.Sprintf("127.0.0.1:%d", inner)
	old, moved := harness.StartProxyAt(t, fmt.Sprintf("%s:%d", here, port), target), harness.StartProxyAt(t, fmt.Sprintf("%s:%d", there, port), target)
	old.Address = fmt.Sprintf("%s:%d", brokerName, port)
	brokers := &laneBrokers{Brokers: &harness.Brokers{Each: []*harness.Broker{broker}, Bootstrap: broker.Bootstrap, Links: []harness.Proxies{{old}}}}
	const again = 30 * time.Second
	faults := []laneFault{
		{name: "the name of the brokers does not resolve", inject: func(r *laneRun) {
			name("")
			hold(hostsMax)
			old.Reset()
			hold(laneSession + time.Second)
			name(here)
			r.flows(again)
		}},
		{name: "the name of the brokers resolves to another address", inject: func(r *laneRun) {
			name(there)
			old.Blackhole()
			r.flows(2 * again) // requests to the old address time out first
			name(here)
			old.Heal()
			moved.Blackhole()
			r.flows(2 * again)
			moved.Heal()
		}},
		{name: "the name of the brokers does not resolve when a worker starts", inject: func(r *laneRun) {
			w := r.cluster.Workers[0]
			w.Stop(r.t)
			name("")
			w.Start(r.t)
			ctx, cancel := context.WithTimeout(r.t.Context(), again)
			defer cancel()
			if code, err := w.Wait(ctx); code == 0 || err != nil || !strings.Contains(w.Output(), "No resolvable bootstrap urls given in bootstrap.servers") {
				r.t.Errorf("exit code %d, %v:\n%s", code, err, w.Tail(20))
			}
			name(here)
			r.startAgain(w)
			r.flows(again)
		}},
	}
	tally := newLaneTally(t, "")
	for i, class := range []string{"alo", "eos"} {
		l := newLane(t, "names-"+class, class, harness.Millrace, worker, brokers, brokers.Links, tally)
		t.Run(class, func(t *testing.T) {
			next := 0
			l.run(t, "TestNames", uint64(i), len(faults), func(*laneRun) laneFault {
				next++
				return faults[next-1]
			})
		})
	}
	tally.log(t)
}

// flows waits until some more records are there.
func (r *laneRun) flows(within time.Duration) {
	r.t.Helper()
	before, err := r.kafka.Count(r.t.Context(), r.topic)
	if err != nil {
		r.t.Fatal(err)
	}
	harness.Eventually(r.t, within, "records flow", func(ctx context.Context) (bool, error) {
		n, err := r.kafka.Count(ctx, r.topic)
		return n >= before+20, fmt.Errorf("%d records, %d before: %w", n, before, err)
	})
}
