package conformance

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/tagged"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/plugin"
)

// lineBytesMax bounds a request.
const lineBytesMax = 256 << 20

// Options are what the answers come from.
type Options struct {
	Plugins plugin.Set
	Pool    *batch.Pool // of the batches
	// Validate returns the body of PUT /connector-plugins/{class}/config/validate.
	Validate func(ctx context.Context, class string, config map[string]string) ([]byte, error)
}

// invalidRequest is about a request that does not follow the protocol.
type invalidRequest struct{ text string }

func (e *invalidRequest) Error() string     { return e.text }
func (e *invalidRequest) JavaClass() string { return "InvalidRequest" }

func invalid(format string, args ...any) error {
	return &invalidRequest{fmt.Sprintf(format, args...)}
}

// server holds the plugins that a client has configured.
type server struct {
	opt     Options
	pool    *batch.Pool
	handles map[string]*handle
}

// Serve answers the lines of in on out, in order, until in ends. No request ends it.
//
// Errors: of in and out.
func Serve(ctx context.Context, in io.Reader, out io.Writer, opt Options) error {
	s := &server{opt: opt, pool: opt.Pool, handles: map[string]*handle{}}
	defer s.closeAll()
	w := bufio.NewWriterSize(out, 1<<16)
	r := bufio.NewReaderSize(in, 1<<16)
	var answer []byte
	for {
		line, err := readLine(r)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(line) > 0 {
			answer = append(s.answer(ctx, answer[:0], line), '\n')
			if _, err := w.Write(answer); err != nil {
				return err
			}
		}
		// The client may wait for this answer before it asks again.
		if r.Buffered() == 0 || err != nil {
			if ferr := w.Flush(); ferr != nil {
				return ferr
			}
		}
		if err != nil {
			return nil
		}
	}
}

// readLine returns the next line without its end; the last one may have none.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > lineBytesMax:
			return nil, fmt.Errorf("conformance: a request of more than %d bytes", lineBytesMax)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == nil:
			return line[:len(line)-1], nil
		}
		return line, err
	}
}

// answer appends the response to one line.
func (s *server) answer(ctx context.Context, dst, line []byte) []byte {
	request, err := tagged.Parse(line)
	if err != nil {
		return appendError(append(dst, `{"id":null,"error":`...), invalid("unreadable line: %v", err), "}")
	}
	dst = append(dst, `{"id":`...)
	switch id := request.Get("id"); id.Kind {
	case '0':
		dst = append(dst, id.Text...)
	case '"':
		dst = tagged.AppendString(dst, id.Text)
	default:
		dst = append(dst, "null"...)
	}
	ok, err := s.run(ctx, request)
	if err != nil {
		return appendError(append(dst, `,"error":`...), err, "}")
	}
	return append(append(append(dst, `,"ok":`...), ok...), '}')
}

// run returns the body of a good answer. A panic becomes an error of this request alone.
func (s *server) run(ctx context.Context, r tagged.Node) (ok []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &connectors.Error{Class: "java.lang.RuntimeException", Text: fmt.Sprintf("panic: %v\n%s", p, debug.Stack())}
		}
	}()
	switch op := r.Get("op").Text; op {
	case "configure":
		return []byte("{}"), s.configure(r)
	case "close":
		return []byte("{}"), s.close(r.Get("handle").Text)
	case "toConnect", "toConnectBatch":
		return s.toConnect(r, op == "toConnectBatch")
	case "fromConnect", "fromConnectBatch":
		return s.fromConnect(r, op == "fromConnectBatch")
	case "toConnectHeader":
		return s.toConnectHeader(r)
	case "fromConnectHeader":
		return s.fromConnectHeader(r)
	case "parseValue":
		return parseValue(r)
	case "apply":
		return s.apply(r)
	case "applyBatch":
		return s.applyBatch(r)
	case "test":
		return s.test(r)
	case "validate":
		return s.validate(ctx, r)
	default:
		return nil, invalid("unknown op %s", strconv.Quote(op))
	}
}

func (s *server) validate(ctx context.Context, r tagged.Node) ([]byte, error) {
	props, err := configOf(r)
	if err != nil {
		return nil, err
	}
	return s.opt.Validate(ctx, r.Get("class").Text, props)
}

// appendError appends an error and then end.
func appendError(dst []byte, err error, end string) []byte {
	class := errant.Class(err)
	for i := len(class) - 1; i >= 0; i-- {
		if class[i] == '.' || class[i] == '$' {
			class = class[i+1:]
			break
		}
	}
	dst = tagged.AppendString(append(dst, `{"type":`...), class)
	dst = tagged.AppendString(append(dst, `,"message":`...), errant.Message(err))
	return append(append(dst, '}'), end...)
}

// appendFailed appends an item that failed.
func appendFailed(dst []byte, err error) []byte {
	return appendError(append(dst, `{"error":`...), err, "}")
}
