package schemaregistry

import (
	"errors"
	"fmt"

	"github.com/millrace/millrace/codec"
)

// Classes of failures. Source: AbstractKafkaSchemaSerDe.toKafkaException, RestClientException.
const (
	restException           = "io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException"
	authenticationException = "org.apache.kafka.common.errors.AuthenticationException"
	authorizationException  = "org.apache.kafka.common.errors.AuthorizationException"
	timeoutException        = "org.apache.kafka.common.errors.TimeoutException"
	throttlingException     = "org.apache.kafka.common.errors.ThrottlingQuotaExceededException"
	disconnectException     = "org.apache.kafka.common.errors.DisconnectException"
	networkException        = "org.apache.kafka.common.errors.NetworkException"
	configException         = "org.apache.kafka.common.config.ConfigException"
	invalidConfiguration    = "org.apache.kafka.common.errors.InvalidConfigurationException"
	ioException             = "java.io.IOException"
)

// answer is a registry that said no. Source: RestClientException.
type answer struct {
	status, code int
	text         string
}

func (e *answer) Error() string       { return fmt.Sprintf("%s; error code: %d", e.text, e.code) }
func (e *answer) JavaClass() string   { return restException }
func (e *answer) JavaMessage() string { return e.Error() }

// retriable is RestService.isRestClientExceptionRetriable.
func (e *answer) retriable() bool {
	switch e.status {
	case 408, 429, 500, 502, 503, 504:
		return true
	}
	return false
}

// conflicts reports whether the answer may be about another registration at the same time, not about the schema.
func (e *answer) conflicts() bool { return e.status == 409 && e.code != codeIncompatible }

// codeIncompatible says that the versions before do not allow a schema.
const codeIncompatible = 40901

// Codes of answers that say: there is no such thing.
const (
	codeNoSubject = 40401
	codeNoVersion = 40402
	codeNoSchema  = 40403
)

func (e *answer) missing() bool {
	return e.status == 404 && (e.code == codeNoSubject || e.code == codeNoVersion || e.code == codeNoSchema)
}

// note remembers an answer that there is no k; other errors it leaves alone.
func note[K comparable](absent *cache[K, *answer], k K, err error) {
	var no *answer
	if errors.As(err, &no) && no.missing() {
		absent.put(k, no)
	}
}

// ioError is an exchange that came to no answer.
type ioError struct {
	class, text string
	network     bool // ExceptionUtils.isNetworkConnectionException
	timeout     bool // InterruptedIOException
	err         error
}

func (e *ioError) Error() string       { return e.text }
func (e *ioError) JavaClass() string   { return e.class }
func (e *ioError) JavaMessage() string { return e.text }
func (e *ioError) Unwrap() error       { return e.err }

// ioText is an IOException that is no trouble of the network.
func ioText(format string, args ...any) *ioError {
	return &ioError{class: ioException, text: fmt.Sprintf(format, args...)}
}

// Serialization returns a SerializationException: the error inside which converters of this family keep what went wrong
// with one record.
func Serialization(text string, cause error) *codec.Error {
	return &codec.Error{Class: codec.SerializationException, Text: text, Pos: -1, Err: cause}
}

// failed is what a serializer makes of a call that failed: err in text, or in io where there was no answer.
// Source: the catch clauses of AbstractKafkaAvroSerializer.serializeImpl, toKafkaException.
func failed(err error, text, io string) *codec.Error {
	var own *codec.Error
	if errors.As(err, &own) {
		return own
	}
	var no *answer
	if !errors.As(err, &no) {
		e := Serialization(io, err)
		var cut *ioError
		if errors.As(err, &cut) {
			e.Outage = cut.class != incompatible
			if cut.timeout {
				e.Class = timeoutException
			}
		}
		return e
	}
	e := Serialization(text, no)
	e.Outage = no.retriable()
	switch no.status {
	case 401:
		e.Class = authenticationException
	case 403:
		e.Class = authorizationException
	case 429:
		e.Class, e.Text, e.Err = throttlingException, no.Error(), nil
	case 408, 500, 503, 504:
		e.Class = timeoutException
	case 502:
		e.Class = disconnectException
	}
	return e
}

// incompatible marks the ioError of schemas that do not fit: the registry is there.
const incompatible = ioException + " "

// texts are how a format names itself in errors.
type texts struct {
	name                     string // in SerializationException
	register, lookup, latest string // the schema's text follows
	write, writeAgain        string // the converter's fromConnectData, and in a RetriableException; %s = topic
	read, readAgain          string // toConnectData's
	network, access          string
	sided                    bool // reading tells keys from values, and what failed
}

var textsOf = map[string]texts{
	Avro: {
		name: "Avro", register: "Error registering Avro schema", lookup: "Error retrieving Avro schema", latest: "Error retrieving latest version of Avro schema",
		write: "Failed to serialize Avro data from topic %s:", writeAgain: "Failed to serialize Avro data from topic %s :",
		read: "Failed to deserialize data for topic %s to Avro:", readAgain: "Failed to deserialize data for topic %s to Avro: ",
		network: "Avro", access: "Avro data", sided: true,
	},
	Protobuf: {
		name: "Protobuf", register: "Error registering Protobuf schema: ", lookup: "Error retrieving Protobuf schema: ", latest: "Error retrieving latest version: ",
		write: "Failed to serialize Protobuf data from topic %s:", writeAgain: "Failed to serialize Protobuf data from topic %s :",
		read: "Failed to deserialize data for topic %s to Protobuf:", readAgain: "Failed to deserialize data for topic %s to Protobuf: ",
		network: "Protobuf", access: "Protobuf data",
	},
	JSON: {
		name: "JSON", register: "Error registering JSON schema: ", lookup: "Error retrieving JSON schema: ", latest: "Error retrieving latest version: ",
		write: jsonWrite, writeAgain: jsonWrite, read: jsonRead, readAgain: jsonRead, network: "Json", access: "JSON Schema data",
	},
}

const (
	jsonWrite = "Converting Kafka Connect data to byte[] failed due to serialization error of topic %s: "
	jsonRead  = "Converting byte[] to Kafka Connect data failed due to serialization error of topic %s: "
)

// retrieving is the text of a failure to get a schema, or its version, for an id.
func (r *Registry) retrieving(id ID, what string) (text, io string) {
	t := textsOf[r.opt.Format]
	if !t.sided {
		return "Error retrieving " + t.name + " schema for id " + id.text(r.opt.Format),
			"Error deserializing " + t.name + " message for id " + id.text(r.opt.Format)
	}
	side := "value"
	if r.opt.Key {
		side = "key"
	}
	text = "Error retrieving " + t.name + " " + side + " " + what + " for id " + id.text(r.opt.Format)
	return text, text
}

// WriteError returns what the converter's fromConnectData throws for a failure inside it: of Write, or of Serialization.
// Other errors stay as they are. Source: AvroConverter.fromConnectData.
func (r *Registry) WriteError(topic string, err error) error {
	t := textsOf[r.opt.Format]
	return wrap(err, topic, t.write, t.writeAgain, "Network connection error while serializing "+t.network+" data for topic %s: %s", t.access)
}

// ReadError is WriteError for toConnectData: of Read, Version, or of Serialization. Source: AvroConverter.toConnectData.
func (r *Registry) ReadError(topic string, err error) error {
	t := textsOf[r.opt.Format]
	return wrap(err, topic, t.read, t.readAgain, "Network connection error while deserializing data for topic %s: %s", t.access)
}

func wrap(err error, topic, text, again, network, access string) error {
	var e *codec.Error
	if !errors.As(err, &e) {
		return err
	}
	out := &codec.Error{Class: codec.DataException, Text: fmt.Sprintf(text, topic), Pos: -1, Err: e, Outage: e.Outage}
	switch e.Class {
	case timeoutException:
		out.Class, out.Text = codec.RetriableException, fmt.Sprintf(again, topic)
	case codec.SerializationException:
		var cut *ioError
		if errors.As(e.Err, &cut) && cut.network {
			out.Class, out.Text = networkException, fmt.Sprintf(network, topic, cut.text)
		}
	case invalidConfiguration:
		return &codec.Error{Class: configException, Text: fmt.Sprintf("Failed to access %s from topic %s : %s", access, topic, e.Text), Pos: -1}
	default:
		return err
	}
	return out
}

// AllRows reports whether no row is at fault for err: the registry is away, or lets nobody in, or the config or the
// schema asks for what is not there. A decoder or encoder returns such an error and fails no row.
func AllRows(err error) bool {
	var e *codec.Error
	for ; errors.As(err, &e); err = e.Err {
		switch e.Class {
		case authenticationException, authorizationException, configException, invalidConfiguration:
			return true
		}
		if e.Outage {
			return true
		}
	}
	return false
}
