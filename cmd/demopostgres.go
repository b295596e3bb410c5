package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	postgresReadyMax = 30 * time.Second
	postgresStopMax  = 20 * time.Second
)

// postgresPlaces are where packages put the programs of each version: Debian's and Ubuntu's, Red Hat's, Homebrew's.
var postgresPlaces = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin"}

// devPostgres is a PostgreSQL server of dev: a process on a free port of loopback, whose superuser postgres needs no
// password.
type devPostgres struct {
	bin   string // folder of its programs
	port  int
	log   string
	cmd   *exec.Cmd
	ended chan struct{} // closed with err
	err   error
}

// findPostgres returns the folder with the programs of the newest server, in places or else where the system looks for
// programs.
func findPostgres(places []string) (string, error) {
	var all []string
	for _, p := range places {
		found, err := filepath.Glob(filepath.Join(p, "postgres"))
		if err != nil {
			return "", err
		}
		all = append(all, found...)
	}
	if len(all) > 0 {
		newest := slices.MaxFunc(all, func(a, b string) int { return postgresVersion(a) - postgresVersion(b) })
		return filepath.Dir(newest), nil
	}
	path, err := exec.LookPath("postgres")
	if err != nil {
		return "", errors.New("no PostgreSQL server is installed here: install one (Debian, Ubuntu: apt-get install postgresql), or name one that runs with --postgres postgres://user:password@host:5432/database")
	}
	return filepath.Dir(path), nil
}

// postgresVersion reads the major version in a path of postgresPlaces, 0 where there is none.
func postgresVersion(path string) int {
	dir := filepath.Base(filepath.Dir(filepath.Dir(path)))
	digits := strings.TrimLeft(dir, "abcdefghijklmnopqrstuvwxyz-@")
	major, _, _ := strings.Cut(digits, ".")
	n, err := strconv.Atoi(major)
	if err != nil {
		return 0
	}
	return n
}

// startPostgres starts a server on the data in dir, which it makes where there is none. Data that is not kept need not
// survive a crash of the machine.
func startPostgres(ctx context.Context, dir string, temporary bool) (*devPostgres, error) {
	bin, err := findPostgres(postgresPlaces)
	if err != nil {
		return nil, err
	}
	s := &devPostgres{bin: bin, log: filepath.Join(filepath.Dir(dir), "postgres.log"), ended: make(chan struct{})}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	attr, err := s.become(dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, "PG_VERSION")); err != nil {
		cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", dir, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
		cmd.Dir, cmd.SysProcAttr = "/", attr
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("initdb: %w\n%s", err, bytes.TrimSpace(out))
		}
	}
	if s.port, err = anyPort(ctx); err != nil {
		return nil, err
	}
	args := []string{"-D", dir, "-p", strconv.Itoa(s.port)}
	set := []string{"listen_addresses=127.0.0.1", "unix_socket_directories=", "wal_level=logical", "max_wal_senders=4", "max_replication_slots=4"}
	if temporary {
		set = append(set, "fsync=off")
	}
	for _, v := range set {
		args = append(args, "-c", v)
	}
	s.cmd = exec.CommandContext(context.Background(), filepath.Join(bin, "postgres"), args...) // stop ends it
	s.cmd.Dir, s.cmd.SysProcAttr = "/", attr
	if err := s.run(); err != nil {
		return nil, err
	}
	if err := s.await(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// become gives dir to the user that the server runs as, which cannot be root.
func (s *devPostgres) become(dir string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return asUser(-1, -1), nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		who, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL refuses to run as root: %w", err)
	}
	uid, err1 := strconv.Atoi(who.Uid)
	gid, err2 := strconv.Atoi(who.Gid)
	above, err := os.Stat(filepath.Dir(dir))
	if err := errors.Join(err1, err2, err); err != nil {
		return nil, err
	}
	// It has to get through the folder above, but need not see what is there.
	if err := errors.Join(os.Chown(dir, uid, gid), os.Chmod(filepath.Dir(dir), above.Mode().Perm()|0o011)); err != nil {
		return nil, err
	}
	return asUser(uid, gid), nil
}

// run starts the process. The thread that started it stays until its end: on Linux the server ends with it.
func (s *devPostgres) run() error {
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	s.cmd.Stdout, s.cmd.Stderr = log, log
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := errors.Join(s.cmd.Start(), log.Close())
		started <- err
		if err == nil {
			s.err = s.cmd.Wait()
			close(s.ended)
		}
	}()
	return <-started
}

// await waits until the server takes connections.
func (s *devPostgres) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, postgresReadyMax)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		c, err := pgconn.Connect(ctx, s.url())
		if err == nil {
			return c.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-s.ended:
			return fmt.Errorf("the PostgreSQL server ended (%w): see %s", s.err, s.log)
		case <-ctx.Done():
			return fmt.Errorf("the PostgreSQL server takes no connections (%w): see %s", err, s.log)
		}
	}
}

// url is the address of its database.
func (s *devPostgres) url() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", s.port)
}

// about says which process it is.
func (s *devPostgres) about() string {
	return fmt.Sprintf("PostgreSQL of %s, process %d", s.bin, s.cmd.Process.Pid)
}

// stop ends the server and waits for its end.
func (s *devPostgres) stop() error {
	err := s.cmd.Process.Signal(os.Interrupt) // a fast shutdown: connections are cut, data is written
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	limit := time.NewTimer(postgresStopMax)
	defer limit.Stop()
	select {
	case <-s.ended:
		return err
	case <-limit.C:
	}
	err = errors.Join(fmt.Errorf("the PostgreSQL server (process %d) did not end in %v and was killed", s.cmd.Process.Pid, postgresStopMax), s.cmd.Process.Kill())
	<-s.ended
	return err
}

// anyPort returns a port of loopback where nobody listens.
func anyPort(ctx context.Context) (int, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	_, text, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return 0, errors.Join(err, l.Close())
	}
	port, err := strconv.Atoi(text)
	return port, errors.Join(err, l.Close())
}
