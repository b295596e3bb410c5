package postgres

import (
	"strings"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
	"github.com/millrace/millrace/connectors/cdc/signal"
)

// settings is a checked config.
type settings struct {
	address address
	naming  cdc.Naming
	modes   typemap.Modes

	converting, processing failing // of values, of events
	fields                 cdc.Adjustment

	slot            string
	slotDrop        bool
	slotFailover    bool
	slotRetries     int
	slotRetryDelay  time.Duration
	slotParams      []string // name=value
	confirms        bool     // the slot is told what was committed
	lock            bool     // snapshot.locking.mode shared
	lockTimeout     time.Duration
	snapshotDelay   time.Duration
	streamDelay     time.Duration
	publication     string
	autocreate      string
	viaRoot         bool
	statusInterval  time.Duration
	snapshotMode    string
	snapshotThreads int
	isolation       string

	schemas, tables, columns cdc.Lists
	keyColumns               cdc.KeyColumns
	maskings                 cdc.Maskings
	snapshotTables           cdc.Patterns
	overrides                map[string]string // select statements of snapshots, by table
	byConfig                 configurationBased

	prefixes         cdc.Lists // of logical decoding messages
	beat             time.Duration
	beatTopic        string
	beatQuery        string
	tombstones       bool
	skip             operationSet
	unchanged        bool // skip.messages.without.change
	transactions     bool
	transactionTopic string
	headers          bool
	streamed         streamedSettings
	rowsMax          int
	pollInterval     time.Duration
	retriesMax       int
	retryWait        time.Duration

	signals         *signal.Settings
	readOnly        bool // watermarks are LSNs
	deleteWatermark bool // incremental.snapshot.watermarking.strategy insert_delete
	chunkRows       int

	queueSize      int
	watchInterval  time.Duration // of the slot; 0: never
	xminInterval   time.Duration
	queryMax       time.Duration // 0: without limit
	notifyLog      bool
	notifyTopic    string // "": none
	tablesMax      int    // 0: without limit
	tablesMaxFails bool
	identities     []identity
	order          rowOrder
	sourceTypes    sourceTypes
}

// address is where the database is and who connects.
type address struct {
	host, user, database, sslMode string
	port                          int32
	password                      config.Secret
	sslCert, sslKey, sslRoot      string
	sslPassword                   config.Secret
	statements                    string // database.initial.statements
	keepAlive                     bool
}

// parse checks a config. Errors: *config.ConfigException.
func parse(d *config.Def, props map[string]string) (*settings, error) {
	v, err := d.Parse(props)
	if err != nil {
		return nil, err
	}
	if err := refuse(d, props); err != nil {
		return nil, err
	}
	s := &settings{}
	for _, key := range []string{"topic.prefix", "database.hostname", "database.user", "database.dbname"} {
		if v.String(key) == "" {
			return nil, config.InvalidValue(key, nil, "A value is required")
		}
	}
	extra := v.Originals()
	or := func(key, otherwise string) string {
		if t, ok := extra[key]; ok {
			return t
		}
		return otherwise
	}
	s.address = address{host: v.String("database.hostname"), user: v.String("database.user"), database: v.String("database.dbname"), sslMode: v.String("database.sslmode"),
		port: v.Int32("database.port"), password: v.Password("database.password"), sslCert: v.String("database.sslcert"), sslKey: v.String("database.sslkey"),
		sslRoot: v.String("database.sslrootcert"), sslPassword: v.Password("database.sslpassword"), statements: v.String("database.initial.statements"),
		keepAlive: v.Bool("database.tcpKeepAlive")}
	s.naming = cdc.Naming{Prefix: v.String("topic.prefix"), Delimiter: or("topic.delimiter", "."), Adjust: cdc.Adjustment(v.String("schema.name.adjustment.mode"))}
	s.fields = cdc.Adjustment(or("field.name.adjustment.mode", "none"))
	money := or("money.fraction.digits", "2")
	digits, err := config.ParseText("money.fraction.digits", money, config.Short)
	if err != nil {
		return nil, err
	}
	n, _ := digits.(int16)
	s.modes = typemap.Modes{Decimal: lower(v, "decimal.handling.mode"), Temporal: lower(v, "time.precision.mode"), Binary: lower(v, "binary.handling.mode"),
		Hstore: lower(v, "hstore.handling.mode"), Interval: lower(v, "interval.handling.mode"), MoneyDigits: int32(n),
		Placeholder: placeholder(v.String("unavailable.value.placeholder")), Unknown: v.Bool("include.unknown.datatypes")}
	s.converting, s.processing = failingOf(or(convertingKey, "warn")), failingOf(v.String(processingKey))
	s.slot, s.slotDrop, s.slotFailover = v.String("slot.name"), v.Bool("slot.drop.on.stop"), v.Bool("slot.failover")
	s.slotRetries, s.slotRetryDelay = int(v.Int32("slot.max.retries")), time.Duration(v.Int64("slot.retry.delay.ms"))*time.Millisecond
	for param := range strings.SplitSeq(v.String("slot.stream.params"), ";") {
		if param = strings.TrimSpace(param); param != "" {
			if !strings.Contains(param, "=") {
				return nil, config.InvalidValue("slot.stream.params", v.String("slot.stream.params"), "write name=value;name=value")
			}
			s.slotParams = append(s.slotParams, param)
		}
	}
	s.confirms = v.Bool("flush.lsn.source") && !strings.EqualFold(v.String("lsn.flush.mode"), "manual")
	s.lock, s.lockTimeout = lower(v, "snapshot.locking.mode") == "shared", time.Duration(v.Int64("snapshot.lock.timeout.ms"))*time.Millisecond
	s.snapshotDelay, s.streamDelay = time.Duration(v.Int64("snapshot.delay.ms"))*time.Millisecond, time.Duration(v.Int64("streaming.delay.ms"))*time.Millisecond
	s.publication, s.autocreate, s.viaRoot = v.String("publication.name"), lower(v, "publication.autocreate.mode"), v.Bool("publish.via.partition.root")
	s.statusInterval = time.Duration(v.Int32("status.update.interval.ms")) * time.Millisecond
	s.snapshotMode, s.isolation = lower(v, "snapshot.mode"), lower(v, "snapshot.isolation.mode")
	if s.snapshotMode == "never" {
		s.snapshotMode = "no_data"
	}
	const based = "snapshot.mode.configuration.based."
	s.byConfig = configurationBased{data: v.Bool(based + "snapshot.data"), stream: v.Bool(based + "start.stream"), onDataError: v.Bool(based + "snapshot.on.data.error")}
	if s.overrides, err = overridesOf(v, extra); err != nil {
		return nil, err
	}
	s.snapshotThreads = max(1, int(v.Int32("snapshot.max.threads")))
	s.tombstones, s.unchanged = v.Bool("tombstones.on.delete"), strings.EqualFold(or("skip.messages.without.change", "false"), "true")
	if s.skip, err = operationsOf(v.List("skipped.operations")); err != nil {
		return nil, err
	}
	s.transactions, s.headers = v.Bool("provide.transaction.metadata"), v.Bool("extended.headers.enabled")
	s.rowsMax = max(1, int(v.Int32("max.batch.size")))
	s.pollInterval = time.Duration(v.Int64("poll.interval.ms")) * time.Millisecond
	s.retriesMax, s.retryWait = int(v.Int32("errors.max.retries")), time.Duration(v.Int64("retriable.restart.connector.wait.ms"))*time.Millisecond
	s.beat, s.beatQuery = time.Duration(v.Int32("heartbeat.interval.ms"))*time.Millisecond, v.String("heartbeat.action.query")
	s.beatTopic = or("topic.heartbeat.prefix", v.String("heartbeat.topics.prefix"))
	s.transactionTopic = or("topic.transaction", "transaction")
	if s.streamed, err = parseStreamed(or); err != nil {
		return nil, err
	}
	if s.maskings, err = cdc.ParseMaskings(props); err != nil {
		return nil, config.NewException("column.mask.", err.Error())
	}
	if err := s.surroundings(v, or); err != nil {
		return nil, err
	}
	if s.signals, err = signal.Parse(v, s.naming.Prefix); err != nil {
		return nil, err
	}
	s.readOnly, s.chunkRows = strings.EqualFold(or("read.only", "false"), "true"), max(1, int(v.Int32("incremental.snapshot.chunk.size")))
	s.deleteWatermark = lower(v, "incremental.snapshot.watermarking.strategy") == "insert_delete"
	return s, s.filters(v)
}

// configurationBased is what snapshot.mode=configuration_based does, by the keys snapshot.mode.configuration.based.*.
type configurationBased struct{ data, stream, onDataError bool }

// overridePrefix begins the keys with the statements of snapshot.select.statement.overrides.
const overridePrefix = "snapshot.select.statement.overrides."

// overridesOf reads which statements take the place of whole tables in snapshots.
func overridesOf(v *config.Values, extra map[string]string) (map[string]string, error) {
	out := map[string]string{}
	for table := range strings.SplitSeq(v.String("snapshot.select.statement.overrides"), ",") {
		if table = strings.TrimSpace(table); table == "" {
			continue
		}
		statement := strings.TrimSuffix(strings.TrimSpace(extra[overridePrefix+table]), ";")
		if statement == "" {
			return nil, config.NewException(overridePrefix+table, overridePrefix+table+" is missing: it is the statement for table "+table)
		}
		out[table] = statement
	}
	return out, nil
}

// operationSet is skipped.operations.
type operationSet struct{ create, update, remove, truncate bool }

func operationsOf(letters []string) (o operationSet, err error) {
	for _, l := range letters {
		switch strings.ToLower(strings.TrimSpace(l)) {
		case "c":
			o.create = true
		case "u":
			o.update = true
		case "d":
			o.remove = true
		case "t":
			o.truncate = true
		case "none":
		default:
			return o, config.InvalidValue("skipped.operations", strings.Join(letters, ","), "Invalid operation: "+l)
		}
	}
	return o, nil
}

func (s *settings) filters(v *config.Values) (err error) {
	lists := func(what string) cdc.Lists {
		if err != nil {
			return cdc.Lists{}
		}
		include, exclude := what+".include.list", what+".exclude.list"
		var l cdc.Lists
		if l, err = cdc.ParseLists(include, strings.Join(v.List(include), ","), exclude, strings.Join(v.List(exclude), ",")); err != nil {
			err = config.NewException(include, err.Error())
		}
		if len(l.Include) > 0 && len(l.Exclude) > 0 {
			err = config.InvalidValue(exclude, strings.Join(v.List(exclude), ","), `"`+include+`" is already specified`)
		}
		return l
	}
	s.schemas, s.tables, s.columns = lists("schema"), lists("table"), lists("column")
	s.prefixes = lists("message.prefix")
	if err != nil {
		return err
	}
	if s.keyColumns, err = cdc.ParseKeyColumns("message.key.columns", v.String("message.key.columns")); err != nil {
		return config.NewException("message.key.columns", err.Error())
	}
	s.snapshotTables, err = cdc.ParsePatterns("snapshot.include.collection.list", strings.Join(v.List("snapshot.include.collection.list"), ","))
	return err
}

func lower(v *config.Values, key string) string { return strings.ToLower(v.String(key)) }

// placeholder reads unavailable.value.placeholder: with the prefix hex: it is bytes.
func placeholder(text string) []byte {
	if digits, ok := strings.CutPrefix(text, "hex:"); ok {
		if b, err := unhex(digits); err == nil {
			return b
		}
	}
	return []byte(text)
}

// streams reports whether the stream follows the snapshot.
func (s *settings) streams() bool {
	return s.snapshotMode != "initial_only" && (s.snapshotMode != "configuration_based" || s.byConfig.stream)
}

// captured reports whether a table is: builtin schemas, and PostGIS's table of reference systems, never are.
// Source: PostgresConnectorConfig.SystemTablesPredicate.
func (s *settings) captured(schema, table string) (bool, error) {
	if schema == "information_schema" || strings.HasPrefix(schema, "pg_") || strings.EqualFold(table, "spatial_ref_sys") {
		return false, nil
	}
	if schema+"."+table == s.signals.Table {
		return true, nil
	}
	ok, err := s.schemas.Match(schema)
	if !ok || err != nil {
		return false, err
	}
	return s.tables.Match(schema + "." + table)
}

// partition is the source partition: {"server": topic.prefix}.
func (s *settings) partition() []batch.Value {
	return []batch.Value{batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue("server")}, Values: []batch.Value{batch.StringValue(s.naming.Prefix)}})}
}
