package schemaregistry

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const record = `{"type":"record","name":"R","namespace":"n","fields":[]}`

func recordNameOf(s *Schema) string {
	if s != nil && strings.Contains(s.Text, `"record"`) {
		return "n.R"
	}
	return ""
}

// TestWrite_FirstRuleThatApplies asks what converters.md lists, in the original's words.
func TestWrite_FirstRuleThatApplies(t *testing.T) {
	guid := "8e8a9b4e-27a7-4a2c-8d54-3c79bd2a3a3c"
	for _, c := range []struct {
		name  string
		pairs []string
		calls []string
		body  string // of the last call
	}{
		{"register", nil,
			[]string{"POST /subjects/t%20a:b-value/versions?normalize=false"}, `{"schemaType":"AVRO","schema":"\"string\""}`},
		{"normalize and tags", []string{keyNormalize, "true", keyPropagateTags, "true", keyUseLatest, "true"},
			[]string{"POST /subjects/t%20a:b-value/versions?normalize=true"}, `{"schemaType":"AVRO","schema":"\"string\"","propagateSchemaTags":true}`},
		{"id", []string{keyAutoRegister, "false", keyUseID, "1", keyUseLatest, "true"},
			[]string{"GET /schemas/ids/1?fetchMaxId=false&subject=t%20a%3Ab-value"}, ""},
		{"guid", []string{keyAutoRegister, "false", keyUseGUID, guid},
			[]string{"GET /schemas/guids/" + guid, "POST /subjects/t%20a:b-value?normalize=false&deleted=false"}, `{"schemaType":"AVRO","schema":"\"string\""}`},
		{"metadata", []string{keyAutoRegister, "false", keyUseMetadata, "b=2 3,a=1", keyUseLatest, "true"},
			[]string{"GET /subjects/t%20a:b-value/metadata?key=a&value=1&key=b&value=2%203&deleted=true"}, ""},
		{"latest", []string{keyAutoRegister, "false", keyUseLatest, "true"},
			[]string{"GET /subjects/t%20a:b-value/versions/latest"}, ""},
		{"lookup", []string{keyAutoRegister, "false", keyNormalize, "true"},
			[]string{"POST /subjects/t%20a:b-value?normalize=true&deleted=false"}, `{"schemaType":"AVRO","schema":"\"string\""}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t)
			s.wrong = always(200, `{"subject":"t a:b-value","version":3,"id":7,"guid":"`+guid+`","schemaType":"AVRO","schema":"\"string\""}`)
			r := open(t, s.URL, Options{}, c.pairs...)
			given := schema(`"string"`)
			w, err := r.Write("t a:b", given)
			if err != nil {
				t.Fatal(err)
			}
			wantID := int32(7)
			if c.name == "id" {
				wantID = 1
			}
			if w.Subject != "t a:b-value" || w.ID.Number != wantID || w.ID.GUID.String() != guid || w.Schema.Text != given.Text {
				t.Errorf("%+v", w)
			}
			seen := s.take()
			var calls []string
			for _, e := range seen {
				calls = append(calls, e.call)
			}
			if !slices.Equal(calls, c.calls) || seen[len(seen)-1].body != c.body {
				t.Errorf("asked %q, the last with %s", calls, seen[len(seen)-1].body)
			}
			h := seen[0].header
			if h.Get("Content-Type") != contentType || h.Get("Confluent-Accept-Unknown-Properties") != "true" || h.Get("Confluent-Client-Version") == "" {
				t.Errorf("headers %v", h)
			}
			if again, err := r.Write("t a:b", schema(`"string"`)); err != nil || again != w || len(s.take()) > 0 {
				t.Errorf("a warm registry asks again: %v, %v", again, err)
			}
		})
	}
}

func TestRequest_MembersInOrder(t *testing.T) {
	s := &Schema{Type: Protobuf, Text: "syntax = \"proto3\"; // é\U0001F600", References: []Reference{{Name: "a.proto", Subject: "a", Version: 2}},
		Metadata: &Metadata{Properties: map[string]string{"k": "<v>"}}, Rules: []byte(`{"domainRules":[]}`)}
	const want = `{"schemaType":"PROTOBUF","references":[{"name":"a.proto","subject":"a","version":2}],"metadata":{"properties":{"k":"<v>"}},"ruleSet":{"domainRules":[]},"schema":"syntax = \"proto3\"; // é\uD83D\uDE00"}`
	if got := string(request(s, false)); got != want {
		t.Errorf("%s", got)
	}
}

// TestWrite_LatestAges: latest.cache.ttl.sec is how long the newest version counts.
func TestWrite_LatestAges(t *testing.T) {
	s := newServer(t)
	s.wrong = always(200, `{"id":7,"schema":"\"string\""}`)
	r := open(t, s.URL, Options{}, keyAutoRegister, "false", keyUseLatest, "true", keyLatestCacheTTL, "60")
	now := time.Unix(1000, 0)
	r.now = func() time.Time { return now }
	w, err := r.Write("t", schema(`"string"`))
	if err != nil || !w.Fresh(now.Add(59*time.Second)) || w.Fresh(now.Add(time.Minute)) {
		t.Fatalf("%+v, %v", w, err)
	}
	now = now.Add(time.Minute)
	if _, err := r.Write("t", schema(`"string"`)); err != nil || len(s.take()) != 2 {
		t.Errorf("not asked again: %v", err)
	}
}

// TestWrite_PinnedSchemaMustFit: id.compatibility.strict and latest.compatibility.strict.
func TestWrite_PinnedSchemaMustFit(t *testing.T) {
	s := newServer(t)
	s.wrong = always(200, `{"id":7,"schema":"\"string\""}`)
	never := Options{Compatible: func(_ *Registry, reader, writer *Schema) ([]string, error) {
		if reader.Text != `"string"` || writer.Text != `"int"` {
			t.Errorf("reader %s, writer %s", reader.Text, writer.Text)
		}
		return []string{"types differ"}, nil
	}}
	for _, c := range []struct {
		want, strict string
		pairs        []string
	}{
		{"Incompatible schema of type 'AVRO'. Set latest.compatibility.strict=false to disable this check. See log file for more details.", keyLatestStrict, []string{keyUseLatest, "true"}},
		{"Incompatible schema of type 'AVRO'. Set id.compatibility.strict=false to disable this check", keyIDStrict, []string{keyUseID, "7"}},
	} {
		pairs := append([]string{keyAutoRegister, "false"}, c.pairs...)
		_, err := open(t, s.URL, never, pairs...).Write("t", schema(`"int"`))
		if got := chain(err); got != "org.apache.kafka.common.errors.SerializationException: Error serializing Avro message < java.io.IOException: "+c.want || AllRows(err) {
			t.Errorf("%s", got)
		}
		w, err := open(t, s.URL, never, append(pairs, c.strict, "false")...).Write("t", schema(`"int"`))
		if err != nil || w.Schema.Text != `"string"` {
			t.Errorf("%+v, %v", w, err)
		}
	}
}

// TestRead_AsksOnce what an id is, and later which version it has.
func TestRead_AsksOnce(t *testing.T) {
	s := newServer(t)
	r := open(t, s.URL, Options{RecordName: recordNameOf})
	w, err := r.Write("t", schema(record))
	if err != nil {
		t.Fatal(err)
	}
	s.take()
	for range 2 {
		d, err := r.Read("t", ID{Number: w.ID.Number, HasNumber: true})
		if err != nil || d.Schema.Text != record || d.Subject != "t-value" || d.Latest != nil {
			t.Fatalf("%+v, %v", d, err)
		}
		if v, err := r.Version(d); err != nil || v != 1 {
			t.Fatalf("version %d, %v", v, err)
		}
	}
	if got := s.calls(); !slices.Equal(got, []string{"GET /schemas/ids/1?fetchMaxId=false&subject=t-value", "POST /subjects/t-value?normalize=false&deleted=true"}) {
		t.Errorf("asked %q", got)
	}
}

// TestRead_RecordNames: a subject that the schema names costs a call without it.
func TestRead_RecordNames(t *testing.T) {
	for strategy, subject := range map[string]string{"RecordNameStrategy": "n.R", topicRecordName: "t-n.R"} {
		s := newServer(t)
		r := open(t, s.URL, Options{RecordName: recordNameOf}, "value"+keySubjectStrategy, strategy)
		w, err := r.Write("t", schema(record))
		if err != nil || w.Subject != subject {
			t.Fatalf("%+v, %v", w, err)
		}
		s.take()
		d, err := r.Read("t", w.ID)
		if err != nil || d.Subject != subject {
			t.Fatalf("%+v, %v", d, err)
		}
		if got := s.calls(); !slices.Equal(got, []string{"GET /schemas/ids/1?fetchMaxId=false&subject=", "GET /schemas/ids/1?fetchMaxId=false&subject=" + subject}) {
			t.Errorf("asked %q", got)
		}
		_, err = r.Write("t", schema(`"string"`))
		if got := chain(err); !strings.HasPrefix(got, "org.apache.kafka.common.errors.SerializationException: In configuration value.subject.name.strategy = "+subjectPackage) ||
			!strings.HasSuffix(got, ", the message value must only be a record schema") {
			t.Errorf("%s", got)
		}
	}
}

// TestRead_Latest: use.latest.version names what to read records as.
func TestRead_Latest(t *testing.T) {
	s := newServer(t)
	writer := open(t, s.URL, Options{})
	for _, text := range []string{`"int"`, `"long"`} {
		if _, err := writer.Write("t", schema(text)); err != nil {
			t.Fatal(err)
		}
	}
	d, err := open(t, s.URL, Options{}, keyUseLatest, "true").Read("t", ID{Number: 1, HasNumber: true})
	if err != nil || d.Schema.Text != `"int"` || d.Latest == nil || d.Latest.Text != `"long"` {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestRead_GUID(t *testing.T) {
	s := newServer(t)
	r := open(t, s.URL, Options{})
	w, err := r.Write("t", schema(`"int"`))
	if err != nil || !w.ID.HasGUID {
		t.Fatalf("%+v, %v", w, err)
	}
	s.take()
	d, err := r.Read("t", ID{GUID: w.ID.GUID, HasGUID: true})
	if err != nil || d.Schema.Text != `"int"` {
		t.Fatalf("%+v, %v", d, err)
	}
	if got := s.calls(); !slices.Equal(got, []string{"GET /schemas/guids/" + w.ID.GUID.String()}) {
		t.Errorf("asked %q", got)
	}
}

// TestMissing_Remembered: missing.id.cache.ttl.sec keeps an unknown id from being asked for again.
func TestMissing_Remembered(t *testing.T) {
	s := newServer(t)
	id := ID{Number: 9, HasNumber: true}
	for ttl, calls := range map[string]int{"0": 2, "60": 1} {
		r := open(t, s.URL, Options{}, keyMissingID, ttl)
		for range 2 {
			if _, err := r.Read("t", id); chain(err) != "org.apache.kafka.common.errors.SerializationException: Error retrieving Avro value schema for id SchemaId{schemaType='AVRO', id=9, guid='null', messageIndexes=null} < "+restException+": Schema 9 not found; error code: 40403" {
				t.Fatalf("%s", chain(err))
			}
		}
		if got := len(s.take()); got != calls {
			t.Errorf("ttl %s: %d calls", ttl, got)
		}
	}
}

// TestRules_Refused: records whose fields must be encrypted are neither written nor read in the clear.
func TestRules_Refused(t *testing.T) {
	s := newServer(t)
	s.wrong = always(200, `{"id":7,"schema":"\"string\"","ruleSet":{"domainRules":[{"name":"e","type":"ENCRYPT"}]}}`)
	r := open(t, s.URL, Options{}, keyAutoRegister, "false", keyUseLatest, "true")
	_, err := r.Write("t", schema(`"string"`))
	_, err2 := r.Read("t", ID{Number: 7, HasNumber: true})
	for _, err := range []error{err, err2} {
		if err == nil || !AllRows(err) || !strings.Contains(err.Error(), `schema of subject "t-value" carries rules`) {
			t.Errorf("%v", err)
		}
	}
	s.wrong = always(200, `{"id":7,"schema":"\"string\"","ruleSet":{"migrationRules":[],"domainRules":[]}}`)
	if _, err := r.Write("t", schema(`"string"`)); err != nil {
		t.Errorf("an empty set: %v", err)
	}
}

func TestResolve(t *testing.T) {
	s := newServer(t)
	r := open(t, s.URL, Options{})
	if _, err := r.Write("a", schema(`"int"`)); err != nil {
		t.Fatal(err)
	}
	b := &Schema{Type: Avro, Text: `"long"`, References: []Reference{{Name: "A", Subject: "a-value", Version: 1}}}
	if _, err := r.Write("b", b); err != nil {
		t.Fatal(err)
	}
	s.take()
	top := &Schema{Type: Avro, Text: `"x"`, References: []Reference{{Name: "B", Subject: "b-value", Version: 1}, {Name: "A", Subject: "a-value", Version: 1}}}
	for range 2 {
		list, err := r.Resolve(top)
		if err != nil || len(list) != 2 || list[0].Name != "A" || list[1].Name != "B" || list[1].Text != `"long"` {
			t.Fatalf("%+v, %v", list, err)
		}
	}
	if got := s.calls(); !slices.Equal(got, []string{"GET /subjects/b-value/versions/1?deleted=true", "GET /subjects/a-value/versions/1?deleted=true"}) {
		t.Errorf("asked %q", got)
	}
}

func TestSubject_Associated(t *testing.T) {
	s := newServer(t)
	r := open(t, s.URL, Options{Key: true}, "key"+keySubjectStrategy, associatedName)
	if name, err := r.Subject("t", nil); err != nil || name != "t-key" {
		t.Errorf("%q, %v", name, err)
	}
	if got := s.calls(); !slices.Equal(got, []string{"GET /associations/resources/-/t?resourceType=topic&associationType=key"}) {
		t.Errorf("asked %q", got)
	}
	s.wrong = always(200, `[{"subject":"other"}]`)
	if name, err := r.Subject("u", nil); err != nil || name != "other" {
		t.Errorf("%q, %v", name, err)
	}
	if name, err := r.Subject("u", nil); err != nil || name != "other" || len(s.take()) != 1 {
		t.Errorf("asked again: %q, %v", name, err)
	}
	s.wrong = always(200, `[{"subject":"a"},{"subject":"b"}]`)
	if _, err := r.Subject("v", nil); chain(err) != "org.apache.kafka.common.errors.SerializationException: Multiple associated subjects found for topic v" {
		t.Errorf("%s", chain(err))
	}
	s.wrong = always(200, `[]`)
	r = open(t, s.URL, Options{}, "value"+keySubjectStrategy, "AssociatedNameStrategy", keyAssociationElse, "none", keyAssociationCluster, "c")
	if _, err := r.Subject("w", nil); chain(err) != "org.apache.kafka.common.errors.SerializationException: No associated subject found for topic w" {
		t.Errorf("%s", chain(err))
	}
}

func TestReferenceSubject(t *testing.T) {
	s := newServer(t)
	if got := open(t, s.URL, Options{}).ReferenceSubject("a/b.proto"); got != "a/b.proto" {
		t.Error(got)
	}
	if got := open(t, s.URL, Options{}, keyReference, "QualifiedReferenceSubjectNameStrategy").ReferenceSubject("a/b.proto"); got != "a.b" {
		t.Error(got)
	}
}

func TestMock_ScopesAreShared(t *testing.T) {
	mocks := NewMocks()
	a, b, other := open(t, "mock://x", Options{Mocks: mocks}), open(t, "mock://x", Options{Mocks: mocks, Key: true}), open(t, "mock://y", Options{Mocks: mocks})
	w, err := a.Write("t", schema(`"int"`))
	if err != nil {
		t.Fatal(err)
	}
	if d, err := b.Read("t", w.ID); err != nil || d.Schema.Text != `"int"` {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := other.Read("t", w.ID); err == nil {
		t.Error("another scope knows the schema")
	}
}
