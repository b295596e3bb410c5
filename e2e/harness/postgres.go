package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// postgresReadyMax is how long a server may take to answer.
const postgresReadyMax = 60 * time.Second

// Postgres is a PostgreSQL server on a loopback port with a data folder of its own, prepared for logical
// decoding. The superuser is postgres, without password.
type Postgres struct {
	*Process
	Port int

	t       testing.TB
	bin     string // of its programs
	dir     string // that holds its data and socket
	command Command
	as      []string // how to become the user that it runs as
}

// postgresSettings suit tests: the data is lost with the machine. synchronous_commit stays on, as logical
// decoding sees flushed records only.
var postgresSettings = []string{
	"listen_addresses=127.0.0.1", "wal_level=logical", "max_wal_senders=20", "max_replication_slots=20",
	"shared_buffers=64MB", "fsync=off", "full_page_writes=off", "max_prepared_transactions=10", "timezone=UTC",
}

// StartPostgres starts a server for t alone, with settings (name=value) on top; its cleanup stops it. t is left
// out where none is installed (Need).
func (s *Suite) StartPostgres(t testing.TB, checks string, settings ...string) *Postgres {
	t.Helper()
	p := s.newPostgres(t, checks)
	p.run("initdb", "-D", p.data(), "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8")
	p.launch(settings)
	return p
}

// StartStandby starts a server that follows another one, which it reaches at port (a Proxy's, say), until Promote.
func (s *Suite) StartStandby(t testing.TB, checks string, port int, settings ...string) *Postgres {
	t.Helper()
	p := s.newPostgres(t, checks)
	p.run("pg_basebackup", "-D", p.data(), "-R", "-X", "stream", "--no-sync", "-c", "fast", "-d", fmt.Sprintf("host=127.0.0.1 port=%d user=postgres sslmode=disable", port))
	p.launch(settings)
	return p
}

// Promote makes a standby a server of its own.
func (p *Postgres) Promote() {
	p.t.Helper()
	p.Exec("postgres", "select pg_promote()")
}

// newPostgres prepares a folder for a server of t alone.
func (s *Suite) newPostgres(t testing.TB, checks string) *Postgres {
	t.Helper()
	bin, err := postgresPrograms()
	Need(t, err, checks)
	port, err := s.ports.free()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "millrace-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	p := &Postgres{t: t, bin: bin, dir: dir, Port: port}
	t.Cleanup(func() {
		p.end()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	p.become(dir)
	return p
}

func (p *Postgres) data() string { return filepath.Join(p.dir, "data") }

// launch starts the server on its data.
func (p *Postgres) launch(settings []string) {
	p.t.Helper()
	args := []string{"-D", p.data(), "-p", strconv.Itoa(p.Port), "-k", p.dir}
	for _, set := range append(postgresSettings[:len(postgresSettings):len(postgresSettings)], settings...) {
		args = append(args, "-c", set)
	}
	line := append(append([]string{}, p.as...), append([]string{filepath.Join(p.bin, "postgres")}, args...)...)
	p.command = Command{Name: "postgres", Path: line[0], Args: line[1:], LogDir: p.t.TempDir()}
	p.Restart()
}

// postgresPrograms is the folder of the newest installed server.
func postgresPrograms() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return "", errors.Join(err, &MissingError{What: "PostgreSQL", Why: "its changes are captured", Install: "apt-get install postgresql-15"})
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// become gives dir to the user that the server runs as: it refuses root.
func (p *Postgres) become(dir string) {
	p.t.Helper()
	if os.Getuid() != 0 {
		return
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		who, err = user.Lookup("nobody")
	}
	if err != nil {
		p.t.Fatal(err)
	}
	uid, err1 := strconv.Atoi(who.Uid)
	gid, err2 := strconv.Atoi(who.Gid)
	if err := errors.Join(err1, err2, os.Chown(dir, uid, gid)); err != nil {
		p.t.Fatal(err)
	}
	// A change of user drops the signal that ends children with the test binary, so it is set anew.
	p.as = []string{"/usr/bin/setpriv", "--reuid=" + who.Uid, "--regid=" + who.Gid, "--clear-groups", "--pdeathsig=QUIT"}
}

func (p *Postgres) run(program string, args ...string) {
	p.t.Helper()
	line := append(append([]string{}, p.as...), append([]string{filepath.Join(p.bin, program)}, args...)...)
	cmd := exec.CommandContext(p.t.Context(), line[0], line[1:]...)
	cmd.Dir = "/"
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

// Restart starts the server on the data that it has and waits until it answers. Processes of one that was killed may
// keep it from starting for a moment.
func (p *Postgres) Restart() {
	p.t.Helper()
	Eventually(p.t, postgresReadyMax, "PostgreSQL answers", func(ctx context.Context) (bool, error) {
		if p.Process == nil || !p.Running() {
			var err error
			if p.Process, err = Start(p.command); err != nil {
				p.t.Fatal(err)
			}
		}
		c, err := pgconn.Connect(ctx, p.Address("postgres"))
		if err != nil {
			return false, fmt.Errorf("%w; its log ends so:\n%s", err, p.Tail(5))
		}
		return true, c.Close(ctx)
	})
}

// Shut ends the server: clients are cut off, nothing is lost.
func (p *Postgres) Shut() {
	p.t.Helper()
	p.Signal(syscall.SIGINT)
	ctx, cancel := context.WithTimeout(context.Background(), stopMax)
	defer cancel()
	if code, err := p.Wait(ctx); err != nil || code != 0 {
		p.t.Errorf("PostgreSQL ended with code %d, %v", code, err)
		p.Kill()
	}
}

func (p *Postgres) end() {
	if p.Process != nil && p.Running() {
		p.Shut()
	}
	if p.Process != nil && p.t.Failed() {
		p.t.Logf("PostgreSQL's log ends so:\n%s", p.Tail(30))
	}
}

// Address is how libpq names a database of the server.
func (p *Postgres) Address(database string) string {
	return fmt.Sprintf("host=127.0.0.1 port=%d user=postgres dbname=%s sslmode=disable", p.Port, database)
}

// Exec runs statements in a database: each for itself, unless they begin a transaction.
func (p *Postgres) Exec(database string, statements ...string) {
	p.t.Helper()
	c := p.Connect(database)
	defer c.Close()
	for _, s := range statements {
		c.Exec(s)
	}
}

// Session is a connection whose statements fail the test.
type Session struct {
	t    testing.TB
	conn *pgconn.PgConn
}

// Connect opens a session.
func (p *Postgres) Connect(database string) *Session {
	p.t.Helper()
	c, err := pgconn.Connect(p.t.Context(), p.Address(database))
	if err != nil {
		p.t.Fatal(err)
	}
	return &Session{p.t, c}
}

// Exec runs statements, separated by semicolons; several in one call are one transaction.
func (s *Session) Exec(sql string) {
	s.t.Helper()
	if _, err := s.conn.Exec(s.t.Context(), sql).ReadAll(); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
}

// Try is Exec of what may fail.
func (s *Session) Try(sql string) error {
	_, err := s.conn.Exec(s.t.Context(), sql).ReadAll()
	return err
}

// Query returns the rows of a statement as text.
func (s *Session) Query(sql string) [][]string {
	s.t.Helper()
	results, err := s.conn.Exec(s.t.Context(), sql).ReadAll()
	if err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
	var rows [][]string
	for _, r := range results {
		for _, row := range r.Rows {
			text := make([]string, len(row))
			for i, v := range row {
				text[i] = string(v)
			}
			rows = append(rows, text)
		}
	}
	return rows
}

// Close ends the session.
func (s *Session) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.conn.Close(ctx); err != nil {
		s.t.Error(err)
	}
}
