//go:build e2e

package e2e

import (
	"errors"
	"os"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/millrace/millrace/e2e/harness"
	"github.com/millrace/millrace/e2e/restscript"
)

// brokers returns the address of the suite's broker or, where there is no Java to run it, of a stand-in
// in this process: enough to compare REST answers with the recorded ones, under rules of its own.
func (m restMode) brokers(t *testing.T) (bootstrap string, rules restscript.Rules) {
	t.Helper()
	broker, err := suite.Broker()
	var missing *harness.MissingError
	switch {
	case err == nil:
		return broker.Bootstrap, nil
	case !errors.As(err, &missing) || os.Getenv("CI") == "true":
		t.Fatal(err)
	}
	t.Logf("a stand-in for the broker: %v", missing)
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.AllowAutoTopicCreation(), kfake.DefaultNumPartitions(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster.ListenAddrs()[0], restRules(t, "standin")
}
