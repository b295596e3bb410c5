package harness

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// echo is a server that sends everything back.
func echo(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c) // the tests look at their own end
				c.Close()
			}()
		}
	}()
	return l.Addr().String()
}

func dial(t *testing.T, p *Proxy) net.Conn {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", p.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// exchange sends a line and reads its echo.
func exchange(c net.Conn, line string) error {
	if _, err := c.Write([]byte(line + "\n")); err != nil {
		return err
	}
	back, err := bufio.NewReader(c).ReadString('\n')
	if err == nil && back != line+"\n" {
		err = errors.New("another line: " + back)
	}
	return err
}

func TestProxy_Forwards(t *testing.T) {
	p := StartProxy(t, echo(t))
	c := dial(t, p)
	for _, line := range []string{"one", strings.Repeat("long", 100_000), "two"} {
		if err := exchange(c, line); err != nil {
			t.Fatal(err)
		}
	}
}

func TestProxy_NobodyBehindIt(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", StartProxy(t, l.Addr().String()).Address)
	if err != nil {
		return // already reset
	}
	defer c.Close()
	if err := exchange(c, "x"); err == nil {
		t.Error("no error")
	}
}

func TestProxy_Reset(t *testing.T) {
	p := StartProxy(t, echo(t))
	c := dial(t, p)
	if err := exchange(c, "one"); err != nil {
		t.Fatal(err)
	}
	p.Reset()
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("error %v, want a reset", err)
	}
	if err := exchange(dial(t, p), "two"); err != nil {
		t.Errorf("a new connection: %v", err)
	}
}

func TestProxy_ResetAfterIsOnce(t *testing.T) {
	p := StartProxy(t, echo(t))
	p.ResetAfter(1000)
	c := dial(t, p)
	if err := exchange(c, "below"); err != nil {
		t.Fatal(err)
	}
	if err := exchange(c, strings.Repeat("x", 2000)); err == nil {
		t.Error("no error past the limit")
	}
	if err := exchange(dial(t, p), strings.Repeat("x", 2000)); err != nil {
		t.Errorf("the second time: %v", err)
	}
}

func TestProxy_BlackholeSwallowsAndHealBreaks(t *testing.T) {
	p := StartProxy(t, echo(t))
	c := dial(t, p)
	p.Blackhole()
	late := dial(t, p)
	for _, one := range []net.Conn{c, late} {
		if _, err := one.Write([]byte("gone\n")); err != nil {
			t.Fatal(err)
		}
		if err := one.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := one.Read(make([]byte, 1)); !isTimeout(err) {
			t.Errorf("read: %v, want a timeout", err)
		}
	}
	p.Heal()
	for _, one := range []net.Conn{c, late} {
		if err := one.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := one.Read(make([]byte, 1)); err == nil || isTimeout(err) {
			t.Errorf("read: %v, want a broken connection", err)
		}
	}
	if err := exchange(dial(t, p), "again"); err != nil {
		t.Error(err)
	}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

func TestProxy_DelayAndRate(t *testing.T) {
	p := StartProxy(t, echo(t))
	c := dial(t, p)
	p.Delay(30 * time.Millisecond)
	began := time.Now()
	if err := exchange(c, "x"); err != nil || time.Since(began) < 60*time.Millisecond {
		t.Errorf("delayed there and back: %v, %v", time.Since(began), err)
	}
	p.Heal()
	p.Rate(1 << 20)
	began = time.Now()
	if err := exchange(c, strings.Repeat("x", 200_000)); err != nil || time.Since(began) < 150*time.Millisecond {
		t.Errorf("200 kB of 1 MiB/s: %v, %v", time.Since(began), err)
	}
}
