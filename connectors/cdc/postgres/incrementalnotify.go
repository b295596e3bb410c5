package postgres

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/incremental"
	"github.com/millrace/millrace/internal/java/javaser"
)

// How an incremental snapshot of a table ends. Source: IncrementalSnapshotNotificationService.TableScanCompletionStatus.
const (
	statusSucceeded = "SUCCEEDED"
	statusEmpty     = "EMPTY"
	statusNoKey     = "NO_PRIMARY_KEY"
	statusRefused   = "SQL_EXCEPTION"
	statusUnknown   = "UNKNOWN_SCHEMA"
)

func (i *incrementalSnapshot) names() string { return strings.Join(i.context.Tables(), ",") }

// tellBegan tells of a snapshot that begins.
func (i *incrementalSnapshot) tellBegan() {
	var all []cdc.TableProgress
	for _, name := range i.context.Tables() {
		all = append(all, cdc.TableProgress{Table: name, Estimated: -1})
	}
	i.t.meter.SnapshotStarted(all)
	i.t.notify.Incremental(cdc.NotifyStarted, i.context.Correlation(), cdc.NotifyTables, i.names())
}

// tellPaused tells of one that pauses or goes on.
func (i *incrementalSnapshot) tellPaused(kind string) {
	i.t.meter.SnapshotPaused(kind == cdc.NotifyPaused)
	i.t.notify.Incremental(kind, i.context.Correlation(), cdc.NotifyTables, i.names())
}

// tellProgress tells of a chunk that was read.
func (i *incrementalSnapshot) tellProgress() {
	i.t.notify.Incremental(cdc.NotifyInProgress, i.context.Correlation(), cdc.NotifyTables, i.names(), cdc.NotifyTable, i.context.Current().ID,
		cdc.NotifyMaximumKey, shownKey(i.context.Maximum()), cdc.NotifyLastKey, shownKey(i.context.End()))
}

// ending is how a table ends that has no more rows.
func (i *incrementalSnapshot) ending() string {
	if i.context.Maximum() == nil {
		return statusEmpty
	}
	return statusSucceeded
}

// tellTable tells of a table that ends.
func (i *incrementalSnapshot) tellTable(status string) {
	table := i.context.Current().ID
	i.t.meter.SnapshotTable(table)
	i.t.notify.Incremental(cdc.NotifyTableComplete, i.context.Correlation(), cdc.NotifyTables, i.names(), cdc.NotifyScanned, table,
		cdc.NotifyRows, strconv.FormatInt(i.scanned, 10), cdc.NotifyStatus, status)
}

// tellEnded tells of a snapshot that is complete; id is that of the signal which began it.
func (i *incrementalSnapshot) tellEnded(id string) {
	i.t.meter.SnapshotEnded(cdc.SnapshotCompleted)
	i.t.notify.Incremental(cdc.NotifyCompleted, id)
}

// tellStopped tells of tables that were left out.
func (i *incrementalSnapshot) tellStopped(id string, tables []string) {
	if !i.context.Running() {
		i.t.meter.SnapshotEnded(cdc.SnapshotAborted)
	}
	i.t.notify.Incremental(cdc.NotifyAborted, id, cdc.NotifyTables, strings.Join(tables, ","))
}

// shownKey is a key as Java's toString shows it.
func shownKey(k incremental.Key) string {
	texts := make([]string, len(k))
	for i, v := range k {
		switch v := v.(type) {
		case nil:
			texts[i] = "<null>"
		case javaser.UUID:
			h := hex.EncodeToString(v[:])
			texts[i] = h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
		case javaser.Date:
			texts[i] = time.UnixMilli(int64(v)).UTC().Format(dateLayout)
		case javaser.Timestamp:
			texts[i] = time.Unix(v.Seconds, int64(v.Nanos)).UTC().Format(timestampLayout)
			if v.Nanos == 0 {
				texts[i] += ".0"
			}
		case javaser.Typed:
			texts[i] = v.Value
		case []byte: // Java shows where it lies
			texts[i] = hex.EncodeToString(v)
		default:
			texts[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(texts, ",")
}
