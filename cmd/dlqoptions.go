package cmd

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/engine/deadletter"
)

// Where letters are replayed to.
const (
	toTopic = "topic"
	toSink  = "sink"
)

// letterOptions say which letters are meant, and what becomes of them: as flags of dlq, or in a request.
type letterOptions struct {
	deadletter.Filter
	to     string
	rate   int
	dryRun bool
}

// filterOptions are the names of options that select letters, which are those of flags; the others are a replay's.
var filterOptions = []string{"stage", "class", "exception", "key", "since", "until", "origin"}

const (
	optionRate   = "rate"
	optionTo     = "to"
	optionDryRun = "dry_run"
)

// parseLetterOptions reads options, of a replay or of a list.
func parseLetterOptions(texts map[string]string, replay bool) (o letterOptions, err error) {
	o.to = toTopic
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		text := texts[name]
		switch {
		case slices.Contains(filterOptions, name):
			err = o.filter(name, text)
		case name == optionRate && replay:
			if o.rate, err = strconv.Atoi(text); err != nil || o.rate < 0 {
				err = fmt.Errorf("rate %q is no number of letters a second", text)
			}
		case name == optionTo && replay:
			if o.to = text; text != toTopic && text != toSink {
				err = fmt.Errorf("to %q is neither topic nor sink", text)
			}
		case name == optionDryRun && replay:
			if o.dryRun, err = strconv.ParseBool(text); err != nil {
				err = fmt.Errorf("dry_run %q is neither true nor false", text)
			}
		default:
			err = fmt.Errorf("%q is no option here", name)
		}
		if err != nil {
			return o, err
		}
	}
	return o, nil
}

func (o *letterOptions) filter(name, text string) (err error) {
	switch name {
	case "stage":
		o.Stage = text
	case "class":
		o.Class = text
	case "exception":
		o.Exception = text
	case "key":
		o.Key, o.HasKey = text, true
	case "since":
		o.Since, err = parseSince(name, text)
	case "until":
		o.Until, err = parseSince(name, text)
	case "origin":
		o.Origin, err = parseOrigin(text)
	}
	return err
}

func parseSince(name, text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("%s %q is no time as 2006-01-02T15:04:05Z", name, text)
	}
	return at, nil
}

// addFilterFlags adds the flags that select letters.
func addFilterFlags(c *cobra.Command) {
	c.Flags().String("stage", "", "Letters that died in this stage, such as VALUE_CONVERTER.")
	c.Flags().String("class", "", "Letters that died in this converter, transform or connector: full or simple class name.")
	c.Flags().String("exception", "", "Letters that died of this exception: full or simple class name.")
	c.Flags().String("key", "", "Letters whose key has these bytes.")
	c.Flags().String("since", "", "Letters whose record has this timestamp or a later one, as 2006-01-02T15:04:05Z.")
	c.Flags().String("until", "", "Letters whose record has an earlier timestamp.")
	c.Flags().String("origin", "", "Letters consumed at TOPIC/PARTITION, TOPIC/PARTITION@OFFSET or TOPIC/PARTITION@FIRST-LAST.")
}

// addReplayFlags adds those that say how letters are replayed.
func addReplayFlags(c *cobra.Command) {
	c.Flags().Int("rate", 0, "Letters a second. Default 0: as fast as it goes.")
	c.Flags().String("to", toTopic, "topic: back to the topic that they were consumed from; sink: to the connector's sink alone.")
	c.Flags().Bool("dry-run", false, "Only count what would pass, and where the others fail.")
}

// optionTexts are the flags that were given, as options.
func optionTexts(c *cobra.Command) map[string]string {
	texts := map[string]string{}
	for _, name := range append([]string{optionRate, optionTo, optionDryRun}, filterOptions...) {
		if f := c.Flags().Lookup(strings.ReplaceAll(name, "_", "-")); f != nil && f.Changed {
			texts[name] = f.Value.String()
		}
	}
	return texts
}

// parseOrigin reads TOPIC/PARTITION, with an offset or two behind it.
func parseOrigin(text string) (*deadletter.Range, error) {
	wrong := fmt.Errorf("origin %q is none of TOPIC/PARTITION, TOPIC/PARTITION@OFFSET and TOPIC/PARTITION@FIRST-LAST", text)
	topic, rest, ok := strings.Cut(text, "/")
	place, offsets, some := strings.Cut(rest, "@")
	partition, err := strconv.ParseUint(place, 10, 31)
	if !ok || topic == "" || err != nil {
		return nil, wrong
	}
	r := &deadletter.Range{Topic: topic, Partition: int32(partition), To: math.MaxInt64}
	if !some {
		return r, nil
	}
	first, last, ranged := strings.Cut(offsets, "-")
	if !ranged {
		last = first
	}
	from, err1 := strconv.ParseUint(first, 10, 63)
	to, err2 := strconv.ParseUint(last, 10, 63)
	if errors.Join(err1, err2) != nil || to < from {
		return nil, wrong
	}
	r.From, r.To = int64(from), int64(to)
	return r, nil
}

// parsePlace reads PARTITION@OFFSET.
func parsePlace(text string) (partition int32, offset int64, err error) {
	p, o, _ := strings.Cut(text, "@")
	at, err1 := strconv.ParseUint(p, 10, 31)
	pos, err2 := strconv.ParseUint(o, 10, 63)
	if errors.Join(err1, err2) != nil {
		return 0, 0, fmt.Errorf("%q is no PARTITION@OFFSET of the dead letter topic, such as 0@17, as list prints them", text)
	}
	return int32(at), int64(pos), nil
}
