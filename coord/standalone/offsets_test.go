package standalone

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connectors"
)

const notStopped = "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/c/stop' endpoint"

func TestOffsets_OfASource(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		list := func() string {
			t.Helper()
			offsets, err := k.Offsets(t.Context(), "c")
			must(t, err)
			return offsetText(t, offsets)
		}
		alter := func(pairs ...string) (string, error) {
			return k.AlterOffsets(t.Context(), "c", offsetList(t, pairs...))
		}
		k.create("c")
		equal(t, list(), "")
		must(t, k.offsets.Set(t.Context(), "c", offsetList(t, `{"f":"a"}`, `{"p":5}`)))
		equal(t, list(), `{"f":"a"}={"p":5}`)
		_, err := alter(`{"f":"a"}`, `{"p":1}`)
		refused(t, err, 400, notStopped)
		_, err = k.ResetOffsets(t.Context(), "c")
		refused(t, err, 400, notStopped)
		must(t, k.PauseConnector(t.Context(), "c"))
		_, err = alter(`{"f":"a"}`, `{"p":1}`)
		refused(t, err, 400, notStopped)
		must(t, k.StopConnector(t.Context(), "c"))
		k.worker.trace()

		message, err := alter(`{"f":"a"}`, `{"p":1}`, `{"f":"b"}`, `{"p":2}`, `{"f":"a"}`, `{"p":3}`)
		must(t, err)
		equal(t, message, "The offsets for this connector have been altered successfully")
		equal(t, list(), `{"f":"a"}={"p":3} {"f":"b"}={"p":2}`)
		equal(t, k.worker.trace(), "alter c")
		_, err = alter(`{"f":"b"}`, `null`)
		must(t, err)
		equal(t, list(), `{"f":"a"}={"p":3}`)

		_, err = k.AlterOffsets(t.Context(), "c", nil)
		refused(t, err, 400, "Partitions / offsets need to be provided for an alter offsets request")
		k.worker.trace()
		_, err = alter(`{"f":"a"}`, `{"p":[1]}`)
		refused(t, err, 500, "Offsets may only contain primitive types as values, but field p contains ARRAY")
		_, err = alter(`{"f":{}}`, `{"p":1}`)
		refused(t, err, 500, "Offsets may only contain primitive types as values, but field f contains MAP")
		equal(t, k.worker.trace(), "")
		k.worker.setPlugin(failing("alter", connectors.Errorf("Partition objects cannot be null")))
		_, err = alter(`null`, `{"p":1}`)
		refused(t, err, 500, "Partition objects cannot be null")
		equal(t, list(), `{"f":"a"}={"p":3}`)

		k.worker.setPlugin(nil)
		for range 2 {
			message, err = k.ResetOffsets(t.Context(), "c")
			must(t, err)
			equal(t, message, "The offsets for this connector have been reset successfully")
			equal(t, list(), "")
		}
		for _, call := range []func() error{
			func() error { _, err := k.Offsets(t.Context(), "x"); return err },
			func() error { _, err := k.ResetOffsets(t.Context(), "x"); return err },
			func() error { _, err := k.AlterOffsets(t.Context(), "x", offsetList(t, `{}`, `null`)); return err },
		} {
			refused(t, call(), 404, "Connector x not found")
		}
	})
}

func TestOffsets_OfASink(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c", "connector.class", "FileSink")
		must(t, k.StopConnector(t.Context(), "c"))
		message, err := k.AlterOffsets(t.Context(), "c", offsetList(t,
			`{"kafka_topic":"t","kafka_partition":10}`, `{"kafka_offset":2}`, `{"kafka_topic":"t","kafka_partition":"9"}`, `{"kafka_offset":"3"}`,
			`{"kafka_topic":"s","kafka_partition":9}`, `{"kafka_offset":4}`))
		must(t, err)
		if !strings.HasPrefix(message, "The Connect framework-managed offsets for this connector have been altered successfully. However, ") ||
			!strings.HasSuffix(message, " they will need to be manually altered in the system that the connector uses.") {
			t.Error(message)
		}
		offsets, err := k.Offsets(t.Context(), "c")
		must(t, err)
		equal(t, offsetText(t, offsets), `{"kafka_partition":9,"kafka_topic":"s"}={"kafka_offset":4} {"kafka_partition":9,"kafka_topic":"t"}={"kafka_offset":3} {"kafka_partition":10,"kafka_topic":"t"}={"kafka_offset":2}`)
		_, err = k.AlterOffsets(t.Context(), "c", offsetList(t, `{}`, `null`))
		refused(t, err, 400, "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'")
		message, err = k.ResetOffsets(t.Context(), "c")
		must(t, err)
		equal(t, message, "The offsets for this connector have been reset successfully")
		k.worker.setPlugin(failing("offsets", connectors.Errorf("Failed to retrieve consumer group offsets for sink connector c")))
		_, err = k.Offsets(t.Context(), "c")
		refused(t, err, 500, "Failed to retrieve consumer group offsets for sink connector c")
	})
}

// Whoever resumes a connector whose offsets are being changed waits for that.
func TestOffsets_ResumeWaitsForTheChange(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		must(t, k.StopConnector(t.Context(), "c"))
		plugin, release := blocking("alter c")
		k.worker.setPlugin(plugin)
		altered, resumed := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := k.AlterOffsets(t.Context(), "c", offsetList(t, `{"f":"a"}`, `{"p":1}`))
			altered <- err
		}()
		synctest.Wait()
		go func() { resumed <- k.ResumeConnector(t.Context(), "c") }()
		equal(t, k.status("c"), "STOPPED")
		release()
		must(t, errors.Join(<-altered, <-resumed))
		equal(t, k.status("c"), "RUNNING 0:RUNNING")
		offsets, err := k.Offsets(t.Context(), "c")
		must(t, err)
		equal(t, offsetText(t, offsets), `{"f":"a"}={"p":1}`)
	})
}

// A plugin that hangs in alterOffsets is given up after Java's time, and what it was asked for is not
// stored.
func TestOffsets_PluginThatHangsTimesOut(t *testing.T) {
	run(t, func(t *testing.T, k *kit) {
		k.create("c")
		must(t, k.StopConnector(t.Context(), "c"))
		plugin, release := blocking("alter c")
		k.worker.setPlugin(plugin)
		start := time.Now()
		_, err := k.AlterOffsets(context.Background(), "c", offsetList(t, `{"f":"a"}`, `{"p":1}`))
		refused(t, err, 500, "Timed out while calling the 'alterOffsets' method for source connector c")
		if d := time.Since(start); d != 90*time.Second {
			t.Error(d)
		}
		release()
		synctest.Wait()
		offsets, err := k.Offsets(t.Context(), "c")
		must(t, err)
		equal(t, offsetText(t, offsets), "")
		must(t, k.DeleteConnector(t.Context(), "c"))
	})
}
