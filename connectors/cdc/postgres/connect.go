package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/connectors"
)

// connectMax is how long connecting may take.
const connectMax = 30 * time.Second

// connect opens a connection: for queries, or for the commands of replication.
//
// Its session writes values as the decoders read them. Errors: Retriable but for refused logins.
func (a *address) connect(ctx context.Context, replication bool) (*pgconn.PgConn, error) {
	var dsn strings.Builder
	set := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&dsn, "%s='%s' ", key, strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value))
		}
	}
	set("host", a.host)
	set("port", fmt.Sprint(a.port))
	set("user", a.user)
	set("password", a.password.Reveal())
	set("dbname", a.database)
	set("sslmode", a.sslMode)
	set("sslrootcert", a.sslRoot)
	certificate, err := a.clientKey()
	if err != nil {
		return nil, err
	}
	if certificate == nil {
		set("sslcert", a.sslCert)
		set("sslkey", a.sslKey)
		set("sslpassword", a.sslPassword.Reveal())
	}
	config, err := pgconn.ParseConfig(dsn.String())
	if err != nil {
		return nil, connectors.Errorf("postgres: %s:%d: the address is not valid: %v", a.host, a.port, maskedCause(err))
	}
	if certificate != nil {
		identified(config, certificate)
	}
	config.RuntimeParams = map[string]string{
		"application_name": "millrace", "client_encoding": "UTF8", "datestyle": "ISO", "timezone": "UTC",
		"intervalstyle": "postgres", "extra_float_digits": "3", "bytea_output": "hex",
	}
	if replication {
		config.RuntimeParams["replication"] = "database"
	}
	if !a.keepAlive {
		config.DialFunc = (&net.Dialer{KeepAlive: -1}).DialContext
	}
	config.ConnectTimeout = connectMax
	c, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		err = connectors.Errorf("postgres: connect to %s:%d, database %q: %w", a.host, a.port, a.database, maskedCause(err))
		var refused *pgconn.PgError
		if errors.As(err, &refused) && strings.HasPrefix(refused.Code, "28") {
			return nil, err
		}
		return nil, connectors.Retriable(err)
	}
	if a.statements != "" && !replication {
		if _, err := c.Exec(ctx, strings.ReplaceAll(a.statements, ";;", ";")).ReadAll(); err != nil {
			return nil, errors.Join(connectors.Errorf("postgres: database.initial.statements: %w", err), c.Close(ctx))
		}
	}
	return c, nil
}

// takeOver takes an idle connection from its driver. The driver reads on a goroutine of its own where a write takes long,
// on a busy machine, say; that must have ended, or it takes what the server sends next.
func takeOver(ctx context.Context, c *pgconn.PgConn) (net.Conn, error) {
	err := c.SyncConn(ctx)
	if err == nil {
		var h *pgconn.HijackedConn
		if h, err = c.Hijack(); err == nil {
			return h.Conn, nil
		}
	}
	_ = c.Close(ctx) // broken
	return nil, connectors.Retriable(connectors.Errorf("postgres: take a connection over: %w", err))
}

// maskedCause returns what went wrong without the address, which may hold a password.
func maskedCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		var known *pgconn.PgError
		if errors.As(err, &known) {
			return known
		}
		err = next
	}
}

// query returns the rows of one statement; NULL is nil.
func query(ctx context.Context, c *pgconn.PgConn, sql string) ([][][]byte, error) {
	results, err := c.Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, nil
	}
	return results[len(results)-1].Rows, nil
}

// quoteName quotes an identifier.
func quoteName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// quoteText quotes a string literal.
func quoteText(s string) string {
	quoted := `'` + strings.ReplaceAll(s, `'`, `''`) + `'`
	if strings.Contains(s, `\`) {
		return `E` + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}
