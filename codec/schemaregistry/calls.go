package schemaregistry

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// entity is a schema in an answer. Source: rest.entities.Schema, SchemaString, RegisterSchemaResponse.
type entity struct {
	Subject    string          `json:"subject"`
	Version    int             `json:"version"`
	ID         int32           `json:"id"`
	GUID       string          `json:"guid"`
	Type       string          `json:"schemaType"`
	References []Reference     `json:"references"`
	Metadata   *Metadata       `json:"metadata"`
	Rules      json.RawMessage `json:"ruleSet"`
	Text       string          `json:"schema"`
}

func (e *entity) schema() *Schema {
	s := &Schema{Type: e.Type, Text: e.Text, References: e.References, Metadata: e.Metadata, Rules: e.Rules, GUID: e.GUID, Version: e.Version}
	if s.Type == "" {
		s.Type = Avro
	}
	return s
}

// escape escapes a parameter: URLEncoder.encode with %20 for a space. Source: UriBuilder.encodeQueryParameter.
func escape(s string) string {
	return strings.NewReplacer("+", "%20", "~", "%7E", "%2A", "*").Replace(url.QueryEscape(s))
}

// segment escapes a part of a path: RFC 3986's pchar stay. Source: UriBuilder.UriPercentEncoder.
func segment(s string) string {
	const plain = "-._~@:!$&'()*+,;="
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte("0123456789ABCDEF"[c>>4])
			b.WriteByte("0123456789ABCDEF"[c&15])
		}
	}
	return b.String()
}

// request is the body that registers or looks up a schema, members in the original's order.
// Source: RegisterSchemaRequest.
func request(s *Schema, propagateTags bool) []byte {
	b := []byte(`{`)
	if s.Type != "" {
		b = append(append(b, `"schemaType":`...), quoted(s.Type)...)
		b = append(b, ',')
	}
	if len(s.References) > 0 {
		b = append(b, `"references":[`...)
		for i, r := range s.References {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(b, `{"name":`...), quoted(r.Name)...)
			b = append(append(b, `,"subject":`...), quoted(r.Subject)...)
			b = append(strconv.AppendInt(append(b, `,"version":`...), int64(r.Version), 10), '}')
		}
		b = append(b, `],`...)
	}
	if m := s.Metadata; m != nil {
		b = append(append(append(b, `"metadata":`...), plainJSON(m)...), ',')
	}
	if len(s.Rules) > 0 && string(s.Rules) != "null" {
		b = append(append(append(b, `"ruleSet":`...), s.Rules...), ',')
	}
	b = append(append(b, `"schema":`...), quoted(s.Text)...)
	if propagateTags {
		b = append(b, `,"propagateSchemaTags":true`...)
	}
	return append(b, '}')
}

func quoted(s string) []byte { return jsonscan.AppendString(nil, s) }

func plainJSON(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return []byte("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// registerTries bounds how often a schema is registered that others register at the same time.
const registerTries = 3

// register registers a schema. Some registries (Apicurio) refuse one of two that come at the same moment, as from two tasks, or from an attempt that had
// no answer in time; tried again they find it there. The original fails the record.
func (c *client) register(subject string, s *Schema, normalize, propagateTags bool) (*entity, error) {
	var e entity
	path, body := "/subjects/"+segment(subject)+"/versions?normalize="+strconv.FormatBool(normalize), request(s, propagateTags)
	for try := 1; ; try++ {
		err := c.call(http.MethodPost, path, body, &e)
		var no *answer
		if try == registerTries || !errors.As(err, &no) || !no.conflicts() {
			return &e, err
		}
	}
}

func (c *client) lookup(subject string, s *Schema, normalize, deleted bool) (*entity, error) {
	var e entity
	path := "/subjects/" + segment(subject) + "?normalize=" + strconv.FormatBool(normalize) + "&deleted=" + strconv.FormatBool(deleted)
	err := c.call(http.MethodPost, path, request(s, false), &e)
	return &e, err
}

// byNumber asks for a schema by id; an empty subject is sent too, as the original does.
func (c *client) byNumber(number int32, subject string) (*entity, error) {
	var e entity
	err := c.call(http.MethodGet, "/schemas/ids/"+strconv.Itoa(int(number))+"?fetchMaxId=false&subject="+escape(subject), nil, &e)
	return &e, err
}

func (c *client) byGUID(g GUID) (*entity, error) {
	var e entity
	err := c.call(http.MethodGet, "/schemas/guids/"+g.String(), nil, &e)
	return &e, err
}

func (c *client) latest(subject string) (*entity, error) {
	var e entity
	err := c.call(http.MethodGet, "/subjects/"+segment(subject)+"/versions/latest", nil, &e)
	return &e, err
}

func (c *client) latestWithMetadata(subject string, metadata map[string]string) (*entity, error) {
	var e entity
	path := "/subjects/" + segment(subject) + "/metadata?"
	for _, k := range slices.Sorted(maps.Keys(metadata)) {
		path += "key=" + escape(k) + "&value=" + escape(metadata[k]) + "&"
	}
	err := c.call(http.MethodGet, path+"deleted=true", nil, &e)
	return &e, err
}

func (c *client) version(subject string, version int) (*entity, error) {
	var e entity
	err := c.call(http.MethodGet, "/subjects/"+segment(subject)+"/versions/"+strconv.Itoa(version)+"?deleted=true", nil, &e)
	return &e, err
}

// association says which subject belongs to a topic. Source: rest.entities.Association.
type association struct {
	Subject string `json:"subject"`
}

func (c *client) associations(topic, cluster string, key bool) ([]association, error) {
	var list []association
	kind := "value"
	if key {
		kind = "key"
	}
	err := c.call(http.MethodGet, "/associations/resources/"+segment(cluster)+"/"+segment(topic)+"?resourceType=topic&associationType="+kind, nil, &list)
	return list, err
}
