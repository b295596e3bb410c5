package postgres

import (
	"strings"
	"time"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors/cdc"
)

// watchKey is how often the state of the slot is read for metrics; 0: never.
const watchKey = "millrace.slot.metrics.interval.ms"

// watchDefault is about as often as Prometheus asks.
const watchDefault = "10000"

// surroundings reads the keys about tables as a whole, and about whom is told what.
func (s *settings) surroundings(v *config.Values, or func(key, otherwise string) string) (err error) {
	every, err := config.ParseText(watchKey, or(watchKey, watchDefault), config.Long)
	if err != nil {
		return err
	}
	ms, _ := every.(int64)
	s.watchInterval = time.Duration(ms) * time.Millisecond
	s.xminInterval = time.Duration(v.Int64("xmin.fetch.interval.ms")) * time.Millisecond
	s.queryMax = time.Duration(v.Int32("database.query.timeout.ms")) * time.Millisecond
	s.queueSize = int(v.Int32("max.queue.size"))
	s.tablesMax, s.tablesMaxFails = int(v.Int32("guardrail.collections.max")), lower(v, "guardrail.collections.limit.action") == "fail"
	s.order = map[string]rowOrder{"ascending": 1, "descending": -1}[lower(v, "snapshot.tables.order.by.row.count")]
	if s.identities, err = parseIdentities(v.String(identityKey)); err != nil {
		return err
	}
	if s.sourceTypes, err = parseSourceTypes(v); err != nil {
		return err
	}
	return s.notifications(v)
}

// Channels of notifications. Source: SinkNotificationChannel, LogNotificationChannel, JmxNotificationChannel.
const (
	channelsKey     = "notification.enabled.channels"
	notifyTopicKey  = "notification.sink.topic.name"
	channelSink     = "sink"
	channelLog      = "log"
	channelJMX      = "jmx"
	noNotifyTopic   = "Notification topic name must be provided when kafka notification channel is enabled"
	noNotifyChannel = "there is no such channel: take sink or log"
)

func (s *settings) notifications(v *config.Values) error {
	channels := v.List(channelsKey)
	for _, c := range channels {
		switch c {
		case channelSink:
			if s.notifyTopic = v.String(notifyTopicKey); s.notifyTopic == "" {
				return config.InvalidValue(notifyTopicKey, nil, noNotifyTopic)
			}
		case channelLog:
			s.notifyLog = true
		case channelJMX:
			return config.InvalidValue(channelsKey, strings.Join(channels, ","), "there is no JMX here: take sink or log, and /metrics for how far snapshots are")
		default:
			return config.InvalidValue(channelsKey, strings.Join(channels, ","), noNotifyChannel)
		}
	}
	return nil
}

// sourceTypes say which columns carry what they are in the database as parameters of their schemas.
type sourceTypes struct{ columns, types cdc.Patterns }

func parseSourceTypes(v *config.Values) (s sourceTypes, err error) {
	for key, to := range map[string]*cdc.Patterns{"column.propagate.source.type": &s.columns, "datatype.propagate.source.type": &s.types} {
		if *to, err = cdc.ParsePatterns(key, strings.Join(v.List(key), ",")); err != nil {
			return s, config.NewException(key, err.Error())
		}
	}
	return s, nil
}

// of reports whether a column does. typ is the name of its type. Source: ColumnMappers.
func (s *sourceTypes) of(table, column, typ string) (bool, error) {
	ok, err := s.columns.Match(table + "." + column)
	if ok || err != nil {
		return ok, err
	}
	return s.types.Match(table + "." + typ)
}
