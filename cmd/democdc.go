package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/connectors"
)

// Names of the demonstration of change data capture: its connector, and on the server the schema, and slot and
// publication, which have one name.
const (
	cdcConnector = "demo-cdc"
	cdcSchema    = "millrace_demo"
	cdcSlot      = "millrace_demo"
	cdcTopic     = "demo." + cdcSchema + ".orders"
)

// cdcTable makes the table and fills it where it is empty.
const cdcTable = `create schema if not exists ` + cdcSchema + `;
create table if not exists ` + cdcSchema + `.orders (id bigint generated always as identity primary key, customer text not null, amount numeric(10,2) not null,
	state text not null default 'placed', placed timestamptz not null default now());
insert into ` + cdcSchema + `.orders (customer, amount) select 'customer ' || i % 1000, i % 10000 / 7.0 from generate_series(1, 20000) i
	where not exists (select 1 from ` + cdcSchema + `.orders)`

// cdcChanges is one transaction: the oldest orders go, others are paid, and new ones come.
const cdcChanges = `begin;
delete from ` + cdcSchema + `.orders where id in (select id from ` + cdcSchema + `.orders order by id limit 20);
update ` + cdcSchema + `.orders set state = 'paid' where id in (select id from ` + cdcSchema + `.orders where state = 'placed' order by id desc limit 10);
insert into ` + cdcSchema + `.orders (customer, amount) select 'customer ' || (random() * 1000)::int, (random() * 1000)::numeric(10,2) from generate_series(1, 20);
commit`

// capture is the demonstration of change data capture: it follows a table of a PostgreSQL server that changes all the time: a server of its own, or one that --postgres
// names, where it leaves nothing behind.
type capture struct {
	address string // as libpq has it
	server  *devPostgres
	watcher *pgconn.PgConn // asks how far the server is
	relay   *relay
	cancel  context.CancelFunc
	written chan error
}

// newCapture starts the server, or connects to the one at address. What it returns is to be closed also after an error.
func newCapture(ctx context.Context, g *playground, address string) (*capture, error) {
	d := &capture{address: address}
	switch {
	case address == "":
		var err error
		if d.server, err = startPostgres(ctx, filepath.Join(g.dir, "postgres"), !g.kept); err != nil {
			return d, err
		}
		d.address = d.server.url()
	case g.kept:
		return d, errors.New("--postgres with --data: slot and table are removed from that server at the end, and what is kept here would need them")
	}
	var err error
	if d.watcher, err = pgconn.Connect(ctx, d.address); err != nil {
		return d, fmt.Errorf("the database of --demo cdc: %w", err)
	}
	if level := d.ask(ctx, "show wal_level"); level != "logical" {
		return d, fmt.Errorf("the database of --demo cdc has wal_level = %s, and its changes are readable with logical: set it in postgresql.conf and start the server anew", level)
	}
	return d, nil
}

// start makes the table, the connector, and changes.
func (d *capture) start(ctx context.Context, g *playground) error {
	writer, err := pgconn.Connect(ctx, d.address)
	if err != nil {
		return err
	}
	if _, err := writer.Exec(ctx, cdcTable).ReadAll(); err != nil {
		return errors.Join(fmt.Errorf("the table of --demo cdc: %w", err), writer.Close(ctx))
	}
	if err := g.broker.EnsureTopic(cdcTopic, 1, map[string]string{"retention.bytes": loadKept, "segment.bytes": loadSegment}); err != nil {
		return errors.Join(err, writer.Close(ctx))
	}
	if d.relay, err = watchRelay(g.broker.Bootstrap(), cdcTopic); err != nil {
		return errors.Join(err, writer.Close(ctx))
	}
	changing, cancel := context.WithCancel(ctx)
	d.cancel, d.written = cancel, make(chan error, 1)
	go func() {
		err := writeChanges(changing, writer)
		hangUp(writer)
		d.written <- err
	}()
	config, err := cdcConfig(d.address)
	if err != nil {
		return err
	}
	if err := g.crew.create(ctx, &connectorFile{name: cdcConnector, config: config}); err != nil {
		return fmt.Errorf("%s: %w", cdcConnector, err)
	}
	return nil
}

// cdcConfig is the connector's, for a database as libpq names it.
func cdcConfig(address string) (map[string]string, error) {
	c, err := pgconn.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	config := map[string]string{
		"name": cdcConnector, "connector.class": "io.debezium.connector.postgresql.PostgresConnector", "topic.prefix": "demo", "plugin.name": "pgoutput",
		"database.hostname": c.Host, "database.port": strconv.Itoa(int(c.Port)), "database.user": c.User, "database.dbname": c.Database,
		"slot.name": cdcSlot, "publication.name": cdcSlot, "publication.autocreate.mode": "filtered", "table.include.list": cdcSchema + ".orders",
	}
	if c.Password != "" {
		config["database.password"] = c.Password
	}
	if u, err := url.Parse(address); err == nil && u.Query().Get("sslmode") != "" {
		config["database.sslmode"] = u.Query().Get("sslmode")
	}
	return config, nil
}

func writeChanges(ctx context.Context, c *pgconn.PgConn) error {
	tick := time.NewTicker(writeEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		if _, err := c.Exec(ctx, cdcChanges).ReadAll(); err != nil && ctx.Err() == nil {
			return fmt.Errorf("changes of --demo cdc: %w", err)
		}
	}
}

// hangUp closes a connection.
func hangUp(c *pgconn.PgConn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.Close(ctx) // it may be broken already
}

// ask returns the only value that a query has, or what went wrong.
func (d *capture) ask(ctx context.Context, sql string) string {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if d.watcher.IsClosed() { // as after an answer that did not come in time
		c, err := pgconn.Connect(ctx, d.address)
		if err != nil {
			return err.Error()
		}
		d.watcher = c
	}
	results, err := d.watcher.Exec(ctx, sql).ReadAll()
	switch {
	case err != nil:
		return err.Error()
	case len(results) != 1 || len(results[0].Rows) != 1:
		return "unknown"
	}
	return string(results[0].Rows[0][0])
}

// hints says where the database is and what to try.
func (d *capture) hints(at, _ string) string {
	where := "a server of yours"
	if d.server != nil {
		where = d.server.about()
	}
	return fmt.Sprintf("  psql '%s'   # %s\n  curl '%sconnectors/%s/offsets'\n", withoutPassword(d.address), where, at, cdcConnector)
}

func withoutPassword(address string) string {
	if u, err := url.Parse(address); err == nil && u.Scheme != "" {
		return u.Redacted()
	}
	return "..."
}

// notes say how far behind the relay is, in bytes of WAL and in time, and show a record.
func (d *capture) notes(ctx context.Context) []string {
	s := d.relay.take()
	bytes := d.ask(ctx, fmt.Sprintf("select pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '%X/%X')", s.lsn>>32, uint32(s.lsn)))
	if s.lsn == 0 {
		bytes = "-"
	}
	kept := d.ask(ctx, "select pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn) from pg_catalog.pg_replication_slots where slot_name = '"+cdcSlot+"'")
	out := []string{fmt.Sprintf("relay=%s lag_bytes=%s lag_ms=%d wal_kept_bytes=%s", cdcConnector, bytes, s.lag.Milliseconds(), kept)}
	if s.value != "" {
		out = append(out, fmt.Sprintf("record key=%s value=%s", s.key, s.value))
	}
	return out
}

// stop ends the changes. Its error is that they could not be made.
func (d *capture) stop() error {
	if d.cancel == nil {
		return nil
	}
	d.cancel()
	return <-d.written
}

// close ends what is left once the workers have ended: the server, or on another's what was made there.
func (d *capture) close() error {
	var errs []error
	if d.relay != nil {
		d.relay.close()
	}
	if d.server == nil && d.cancel != nil {
		errs = append(errs, d.remove())
	}
	if d.watcher != nil {
		hangUp(d.watcher)
	}
	if d.server != nil {
		errs = append(errs, d.server.stop())
	}
	return errors.Join(errs...)
}

// remove removes from a server that is not ours what was made there.
func (d *capture) remove() error {
	ctx, cancel := context.WithTimeout(context.Background(), removeMax)
	defer cancel()
	c, err := pgconn.Connect(ctx, d.address)
	if err != nil {
		return fmt.Errorf("slot, publication and schema %s are left on the server: %w", cdcSlot, err)
	}
	const slot = "select pg_catalog.pg_drop_replication_slot(slot_name) from pg_catalog.pg_replication_slots where slot_name = '" + cdcSlot + "'"
	_, err = c.Exec(ctx, slot).ReadAll()
	for err != nil && connectors.Wait(ctx, askAgain) { // the server takes a moment to see that nobody reads it any more
		_, err = c.Exec(ctx, slot).ReadAll()
	}
	_, failed := c.Exec(ctx, "drop publication if exists "+cdcSlot+"; drop schema if exists "+cdcSchema+" cascade").ReadAll()
	if err = errors.Join(err, failed); err != nil {
		err = fmt.Errorf("remove slot, publication and schema %s: %w", cdcSlot, err)
	}
	hangUp(c)
	return err
}

// removeMax is how long it may take to remove things from a server.
const removeMax = 10 * time.Second
