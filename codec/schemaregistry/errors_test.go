package schemaregistry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/codec"
)

// chain prints an error and its causes as a Java trace names them.
func chain(err error) string {
	var parts []string
	for ; err != nil; err = errors.Unwrap(err) {
		j, ok := err.(interface {
			JavaClass() string
			JavaMessage() string
		})
		if !ok {
			break
		}
		parts = append(parts, strings.TrimSpace(j.JavaClass())+": "+j.JavaMessage())
	}
	return strings.Join(parts, " < ")
}

// TestErrors_ByStatus is the table of classes, and which of them are an outage.
func TestErrors_ByStatus(t *testing.T) {
	const rest = " < " + restException + ": no; error code: 1"
	const texts = "Error registering Avro schema\"int\""
	for _, c := range []struct {
		status      int
		serde, conv string
		outage, all bool
	}{
		{401, authenticationException + ": " + texts + rest, "", false, true},
		{403, authorizationException + ": " + texts + rest, "", false, true},
		{404, codec.SerializationException + ": " + texts + rest, codec.DataException + ": Failed to serialize Avro data from topic t: < ", false, false},
		{409, codec.SerializationException + ": " + texts + rest, codec.DataException + ": Failed to serialize Avro data from topic t: < ", false, false},
		{422, codec.SerializationException + ": " + texts + rest, codec.DataException + ": Failed to serialize Avro data from topic t: < ", false, false},
		{408, timeoutException + ": " + texts + rest, codec.RetriableException + ": Failed to serialize Avro data from topic t : < ", true, true},
		{500, timeoutException + ": " + texts + rest, codec.RetriableException + ": Failed to serialize Avro data from topic t : < ", true, true},
		{503, timeoutException + ": " + texts + rest, codec.RetriableException + ": Failed to serialize Avro data from topic t : < ", true, true},
		{504, timeoutException + ": " + texts + rest, codec.RetriableException + ": Failed to serialize Avro data from topic t : < ", true, true},
		{429, throttlingException + ": no; error code: 1", "", true, true},
		{502, disconnectException + ": " + texts + rest, "", true, true},
	} {
		s := newServer(t)
		s.wrong = always(c.status, `{"error_code":1,"message":"no"}`)
		r := open(t, s.URL, Options{})
		_, err := r.Write("t", schema(`"int"`))
		if got := chain(err); got != c.serde {
			t.Errorf("%d: %s", c.status, got)
		}
		wrapped := r.WriteError("t", err)
		if got := chain(wrapped); got != c.conv+c.serde {
			t.Errorf("%d in the converter: %s", c.status, got)
		}
		var e *codec.Error
		if !errors.As(wrapped, &e) || e.Outage != c.outage || e.Retriable() != c.outage || AllRows(wrapped) != c.all {
			t.Errorf("%d: %+v", c.status, e)
		}
		want := 1
		switch {
		case c.outage:
			want = 4 // max.retries
		case c.status == 409:
			want = registerTries
		}
		if got := len(s.take()); got != want {
			t.Errorf("%d: %d attempts", c.status, got)
		}
	}
}

// TestRegister_AtTheSameTime: a registry that refuses one of two registrations at a time is asked again, one that says why is not.
func TestRegister_AtTheSameTime(t *testing.T) {
	for _, c := range []struct {
		answer string
		calls  int
		fails  bool
	}{
		{`{"error_code":409,"message":"An artifact with ID 't-value' in group 'null' already exists."}`, 2, false},
		{`{"error_code":0,"message":"An artifact version 'null' for artifact ID 't-value' in group 'null' already exists."}`, 2, false},
		{`{"error_code":40901,"message":"incompatible"}`, 1, true},
	} {
		s := newServer(t)
		s.wrong = func(n int, w http.ResponseWriter, r *http.Request) bool {
			return n == 0 && always(409, c.answer)(n, w, r)
		}
		r := open(t, s.URL, Options{})
		if _, err := r.Write("t", schema(`"int"`)); (err != nil) != c.fails {
			t.Errorf("%s: %v", c.answer, err)
		}
		if got := len(s.take()); got != c.calls {
			t.Errorf("%s: %d calls", c.answer, got)
		}
	}
}

// TestErrors_Network is what cuts exchanges short; all of it is an outage.
func TestErrors_Network(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := "http://" + closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	cut := newServer(t)
	cut.wrong = func(_ int, w http.ResponseWriter, _ *http.Request) bool { panic(http.ErrAbortHandler) }
	slow := newServer(t)
	stop := make(chan struct{})
	defer close(stop)
	slow.wrong = func(_ int, _ http.ResponseWriter, r *http.Request) bool {
		select {
		case <-stop:
		case <-r.Context().Done():
		}
		return true
	}
	garbage := newServer(t)
	garbage.wrong = always(200, `<html>login</html>`)
	for _, c := range []struct{ name, url, want string }{
		{"refused", gone, networkException + ": Network connection error while deserializing data for topic t: Connection refused < " + codec.SerializationException + ": ERR < java.net.ConnectException: Connection refused"},
		{"cut", cut.URL, networkException + ": Network connection error while deserializing data for topic t: Unexpected end of file from server < " + codec.SerializationException + ": ERR < java.net.SocketException: Unexpected end of file from server"},
		{"slow", slow.URL, codec.RetriableException + ": Failed to deserialize data for topic t to Avro:  < " + timeoutException + ": ERR < java.net.SocketTimeoutException: Read timed out"},
		{"no TLS", strings.Replace(cut.URL, "http:", "https:", 1), networkException},
		{"garbage", garbage.URL, codec.DataException + ": Failed to deserialize data for topic t to Avro: < " + codec.SerializationException + ": ERR < java.io.IOException: the registry's answer is not what GET /schemas/ids/1 gives"},
	} {
		r := open(t, c.url, Options{}, keyMaxRetries, "0", keyReadTimeout, "50", keyConnectTimeout, "1000")
		_, err := r.Read("t", ID{Number: 1, HasNumber: true})
		wrapped := r.ReadError("t", err)
		want := strings.ReplaceAll(c.want, "ERR", "Error retrieving Avro value schema for id SchemaId{schemaType='AVRO', id=1, guid='null', messageIndexes=null}")
		if got := chain(wrapped); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", c.name, got)
		}
		var e *codec.Error
		if !errors.As(wrapped, &e) || !e.Retriable() || !AllRows(wrapped) {
			t.Errorf("%s: no outage: %+v", c.name, e)
		}
	}
}

// TestErrors_NoName is a host that nobody knows.
func TestErrors_NoName(t *testing.T) {
	err := network(&net.OpError{Op: "dial", Err: &net.DNSError{Name: "registry", Err: "no such host", IsNotFound: true}})
	if got := chain(err); got != "java.net.UnknownHostException: registry" || !err.network {
		t.Errorf("%s", got)
	}
}

// TestErrors_Texts of the other formats.
func TestErrors_Texts(t *testing.T) {
	s := newServer(t)
	s.wrong = always(404, `{"error_code":40403,"message":"Schema not found"}`)
	for format, want := range map[string]string{
		Protobuf: codec.DataException + ": Failed to deserialize data for topic t to Protobuf: < " + codec.SerializationException + ": Error retrieving Protobuf schema for id SchemaId{schemaType='PROTOBUF', id=1, guid='null', messageIndexes=null}",
		JSON:     codec.DataException + ": Converting byte[] to Kafka Connect data failed due to serialization error of topic t:  < " + codec.SerializationException + ": Error retrieving JSON schema for id SchemaId{schemaType='JSON', id=1, guid='null', messageIndexes=null}",
	} {
		r := open(t, s.URL, Options{Format: format})
		_, err := r.Read("t", ID{Number: 1, HasNumber: true})
		if got := chain(r.ReadError("t", err)); !strings.HasPrefix(got, want) {
			t.Errorf("%s", got)
		}
	}
	s.wrong = always(404, "<html>")
	_, err := open(t, s.URL, Options{}).Read("t", ID{Number: 1, HasNumber: true})
	if got := chain(err); !strings.HasSuffix(got, "Unable to parse error message from schema registry: '(<html>)'; error code: 50005") {
		t.Errorf("%s", got)
	}
}

// TestRetry_FullJitter: waits lie between 1 ms and a ceiling that doubles up to retries.max.wait.ms.
func TestRetry_FullJitter(t *testing.T) {
	s := newServer(t)
	s.wrong = always(503, "")
	r := open(t, s.URL, Options{}, keyMaxRetries, "6", keyRetryWait, "100", keyRetryMaxWait, "1000")
	var waits []time.Duration
	r.client.wait = func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }
	if _, err := r.Write("t", schema(`"int"`)); err == nil {
		t.Fatal("no error")
	}
	ceilings := []time.Duration{100, 200, 400, 800, 1000, 1000}
	if len(waits) != len(ceilings) {
		t.Fatalf("%v", waits)
	}
	for i, d := range waits {
		if d < time.Millisecond || d > ceilings[i]*time.Millisecond {
			t.Errorf("wait %d: %v", i, d)
		}
	}
}

// TestFailover keeps the last server that answered.
func TestFailover(t *testing.T) {
	down, up := newServer(t), newServer(t)
	down.wrong = always(500, `{"error_code":50001,"message":"store"}`)
	r := open(t, down.URL+","+up.URL, Options{}, keyMaxRetries, "1")
	for i, text := range []string{`"int"`, `"long"`} {
		if _, err := r.Write("t", schema(text)); err != nil {
			t.Fatal(err)
		}
		if got, want := len(down.take()), 2-2*i; got != want {
			t.Errorf("call %d asked the broken server %d times", i, got)
		}
		if got := len(up.take()); got != 1 {
			t.Errorf("call %d asked the other %d times", i, got)
		}
	}
	up.wrong = always(422, `{"error_code":42201,"message":"bad"}`)
	if _, err := r.Write("t", schema(`"x"`)); err == nil || len(down.take()) != 0 {
		t.Errorf("a refusal is final: %v", err)
	}
	up.wrong = always(503, "")
	if _, err := r.Write("t", schema(`"y"`)); err == nil || len(down.take()) != 2 || len(up.take()) != 3 {
		t.Errorf("both were to be asked twice: %v", err)
	}
}

// TestClose ends what waits for a registry.
func TestClose_EndsWaits(t *testing.T) {
	s := newServer(t)
	asked := make(chan struct{})
	s.wrong = func(n int, _ http.ResponseWriter, r *http.Request) bool {
		if n == 0 {
			close(asked)
		}
		<-r.Context().Done()
		return true
	}
	r := open(t, s.URL, Options{})
	done := make(chan error)
	go func() { _, err := r.Write("t", schema(`"int"`)); done <- err }()
	<-asked
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil {
		t.Error("no error")
	}
}

func ExampleID() {
	fmt.Println(ID{Number: 7, HasNumber: true}.text(Avro))
	// Output: SchemaId{schemaType='AVRO', id=7, guid='null', messageIndexes=null}
}
