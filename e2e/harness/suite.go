package harness

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// Suite is what the tests of one package share. The zero value is ready; TestMain calls Main.
type Suite struct {
	folder  shared[string]
	ports   ports
	broker  shared[*Broker]
	jars    shared[KafkaJars]
	java    shared[string]
	program shared[string]
}

// shared is made by the first test that asks, and its error is everybody's.
type shared[T any] struct {
	once  sync.Once
	value T
	err   error
}

func (s *shared[T]) get(create func() (T, error)) (T, error) {
	s.once.Do(func() { s.value, s.err = create() })
	return s.value, s.err
}

// Main runs the tests and then ends and removes what they shared. TestMain hands its result to os.Exit.
func (s *Suite) Main(m *testing.M) int {
	code := m.Run()
	if err := s.close(); err != nil {
		fmt.Fprintln(os.Stderr, "harness:", err)
		code = max(code, 1)
	}
	return code
}

func (s *Suite) close() error {
	var stop error
	if b := s.broker.value; b != nil {
		stop = b.Stop()
	}
	switch dir := s.folder.value; {
	case dir == "":
		return stop
	case os.Getenv("MILLRACE_KEEP") == "1":
		fmt.Fprintln(os.Stderr, "harness: kept", dir)
		return stop
	default:
		return errors.Join(stop, os.RemoveAll(dir))
	}
}

// dir is the temporary folder of the suite.
func (s *Suite) dir() (string, error) {
	return s.folder.get(func() (string, error) { return os.MkdirTemp("", "millrace-e2e-") })
}

// kafka returns the Java command and the jars to run on it.
func (s *Suite) kafka() (java string, jars KafkaJars, err error) {
	if java, err = s.java.get(func() (string, error) { return FindJava(context.Background()) }); err != nil {
		return "", KafkaJars{}, err
	}
	jars, err = s.jars.get(func() (KafkaJars, error) {
		ctx, cancel := context.WithTimeoutCause(context.Background(), 5*time.Minute, errors.New("it took Maven more than five minutes"))
		defer cancel()
		return FetchKafka(ctx)
	})
	return java, jars, err
}

// Unique returns a name that no other test run has used, safe for topics, groups and files.
func Unique(t testing.TB, prefix string) string {
	t.Helper()
	var b [4]byte
	if _, err := rand.Read(b[:]); err != nil {
		t.Fatal(err)
	}
	return strings.ToLower(prefix) + "-" + hex.EncodeToString(b[:])
}
