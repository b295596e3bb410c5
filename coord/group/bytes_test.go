package group_test

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/assign"
	"github.com/millrace/millrace/coord/group"
)

const (
	goldenV0Metadata   = "0000000e687474703a2f2f683a383038332f0000000000000005"
	goldenV2Metadata   = "0002000e687474703a2f2f683a383038332f0000000000000005"
	goldenV0Assignment = "0000000000026d31000e687474703a2f2f683a383038332f0000000000000005000000020002633100000002ffffffff00000000000263320000000100000001"
	goldenV2Assignment = "0002000000026d31000e687474703a2f2f683a383038332f0000000000000005000000010002633100000002ffffffff000000000000000100026332000000010000000100001b58"
)

func task(connector string, n int) connectors.TaskID {
	return connectors.TaskID{Connector: connector, Task: n}
}

func TestBytes_Golden(t *testing.T) {
	v0 := &group.Assignment{Leader: "m1", LeaderURL: "http://h:8083/", Offset: 5,
		Assigned: assign.Work{Connectors: []string{"c1"}, Tasks: []connectors.TaskID{task("c1", 0), task("c2", 1)}}}
	v2 := &group.Assignment{Leader: "m1", LeaderURL: "http://h:8083/", Offset: 5, Delay: 7 * time.Second,
		Assigned: assign.Work{Connectors: []string{"c1"}, Tasks: []connectors.TaskID{task("c1", 0)}},
		Revoked:  assign.Work{Tasks: []connectors.TaskID{task("c2", 1)}}}
	m := group.Metadata{URL: "http://h:8083/", Offset: 5}
	held := m
	held.Allocation = v2
	for _, c := range []struct {
		name   string
		append func([]byte, group.Protocol) ([]byte, error)
		as     group.Protocol
		want   string
	}{
		{"v0 metadata", m.Append, group.Eager, goldenV0Metadata},
		{"v0 metadata never carries an allocation", held.Append, group.Eager, goldenV0Metadata},
		{"v2 metadata none", m.Append, group.Sessioned, goldenV2Metadata + "ffffffff"},
		{"v0 assignment", v0.Append, group.Eager, goldenV0Assignment},
		{"v2 assignment", v2.Append, group.Sessioned, goldenV2Assignment},
		{"v1 assignment", v2.Append, group.Compatible, "0001" + goldenV2Assignment[4:]},
		{"v2 metadata with an allocation", held.Append, group.Sessioned, goldenV2Metadata + "00000048" + goldenV2Assignment},
		{"v1 metadata with an allocation", held.Append, group.Compatible, "0001" + goldenV2Metadata[4:] + "00000048" + "0001" + goldenV2Assignment[4:]},
	} {
		b, err := c.append([]byte{7}, c.as)
		if err != nil || hex.EncodeToString(b[1:]) != c.want {
			t.Errorf("%s: %x, %v\nwant %s", c.name, b[1:], err, c.want)
		}
	}
}

func TestBytes_TextTooLong(t *testing.T) {
	m := group.Metadata{URL: strings.Repeat("u", 32768)}
	if _, err := m.Append(nil, group.Eager); err == nil || !strings.Contains(err.Error(), `metadata: field "url": a text of 32768 bytes`) {
		t.Errorf("error %v", err)
	}
}

// TestBytes_ReadAsJava reads whole and damaged bytes as Java's classes do, and writes the whole ones back.
func TestBytes_ReadAsJava(t *testing.T) {
	f, err := os.Open("testdata/bytes.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, n := bufio.NewScanner(f), 0
	for lines.Scan() {
		parts := strings.SplitN(lines.Text(), " ", 4)
		if parts[0] == "#" {
			continue
		}
		n++
		var b []byte
		if parts[2] != "-" {
			if b, err = hex.DecodeString(parts[2]); err != nil {
				t.Fatal(err)
			}
		}
		got := "error"
		var again func([]byte, group.Protocol) ([]byte, error)
		switch parts[0] {
		case "metadata":
			if m, err := group.ParseMetadata(b); err == nil {
				got = fmt.Sprintf("%s %d -", m.URL, m.Offset)
				if a := m.Allocation; a != nil {
					got = fmt.Sprintf("%s %d %d %s", m.URL, m.Offset, int16(a.Protocol), a)
				}
				again = m.Append
			}
		case "assignment":
			if a, err := group.ParseAssignment(b); err == nil {
				got = fmt.Sprintf("%d %s", int16(a.Protocol), a)
				again = a.Append
			}
		}
		if got = escape(got); got != parts[3] {
			t.Errorf("%s %s\n got %s\nwant %s", parts[0], parts[2], got, parts[3])
			continue
		}
		if parts[1] != "-" && again != nil {
			out, err := again(nil, group.Protocol(parts[1][0]-'0'))
			if err != nil || hex.EncodeToString(out) != parts[2] {
				t.Errorf("%s written again: %x, %v\nwant %s", parts[0], out, err, parts[2])
			}
		}
	}
	if n < 900 {
		t.Errorf("%d vectors", n)
	}
}

func escape(s string) string {
	var b strings.Builder
	for _, c := range s {
		if c < 32 || c == '\\' || c == 127 {
			fmt.Fprintf(&b, `\u%04x`, c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func FuzzMetadata(f *testing.F) {
	f.Add([]byte{})
	for _, text := range []string{goldenV0Metadata, goldenV2Metadata + "ffffffff", goldenV2Metadata + "00000048" + goldenV2Assignment} {
		b, _ := hex.DecodeString(text)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := group.ParseMetadata(b)
		if err != nil {
			return
		}
		for _, p := range group.Sessioned.Offers() {
			once, err := m.Append(nil, p)
			if err != nil {
				continue // malformed UTF-8 may grow past what a text can be
			}
			read, err := group.ParseMetadata(once)
			if err != nil {
				t.Fatalf("%v: %x: %v", p, once, err)
			}
			if twice, err := read.Append(nil, p); err != nil || len(twice) != len(once) {
				t.Fatalf("%v: %x, then %x, %v", p, once, twice, err)
			}
		}
	})
}

func FuzzAssignment(f *testing.F) {
	f.Add([]byte{})
	for _, text := range []string{goldenV0Assignment, goldenV2Assignment} {
		b, _ := hex.DecodeString(text)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := group.ParseAssignment(b)
		if err != nil {
			return
		}
		if n := a.Assigned.Len() + a.Revoked.Len(); 4*n > len(b) {
			t.Fatalf("%d items of %d bytes", n, len(b))
		}
		once, err := a.Append(nil, group.Sessioned)
		if err != nil {
			return
		}
		read, err := group.ParseAssignment(once)
		if err != nil {
			t.Fatalf("%x: %v", once, err)
		}
		if read.Offset != a.Offset || read.Delay != a.Delay || read.Error != a.Error || read.Leader != a.Leader {
			t.Fatalf("%v became %v", a, read)
		}
	})
}

// TestMetadata_SaysWhoseItIs: a mark behind all fields, also where version 0 has fewer of them.
func TestMetadata_SaysWhoseItIs(t *testing.T) {
	for p := group.Eager; p <= group.Sessioned; p++ {
		for _, held := range []*group.Assignment{nil, {Leader: "m", LeaderURL: "http://m:1/", Offset: 3, Assigned: plan(1, 2)}} {
			for _, ours := range []bool{false, true} {
				b, err := group.Metadata{URL: "http://h:8083/", Offset: 5, Allocation: held, Ours: ours}.Append(nil, p)
				if err != nil {
					t.Fatal(err)
				}
				m, err := group.ParseMetadata(b)
				if err != nil || m.Ours != ours || m.URL != "http://h:8083/" || m.Offset != 5 || (m.Allocation != nil) != (held != nil && p.Incremental()) {
					t.Errorf("%v, held %v, ours %t: %+v, %v", p, held, ours, m, err)
				}
			}
		}
	}
}
