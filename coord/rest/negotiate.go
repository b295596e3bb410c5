package rest

import (
	"errors"
	"mime"
	"net/http"
	"strings"
)

const (
	mediaJSON = "application/json"
	mediaText = "text/plain"
)

// accepts reports whether a client takes an answer of the given media type. Weights count for nothing, as
// in Jersey, where q=0 does not exclude a type.
func accepts(h http.Header, media string) bool {
	any := true
	for _, line := range h.Values("Accept") {
		for one := range strings.SplitSeq(line, ",") {
			if one = mediaOnly(one); one == "" {
				continue
			}
			if mediaCompatible(strings.ToLower(one), media) {
				return true
			}
			any = false
		}
	}
	return any
}

// mediaOnly cuts the parameters off a media type.
func mediaOnly(s string) string {
	s, _, _ = strings.Cut(s, ";")
	return strings.TrimSpace(s)
}

// firstAccepted is the first media type that a client names, */* when it names none.
func firstAccepted(h http.Header) string {
	first, _, _ := strings.Cut(h.Get("Accept"), ",")
	if first = strings.TrimSpace(first); first == "" {
		return "*/*"
	}
	return first
}

// mediaCompatible says whether a, which may have wildcards, stands for b.
func mediaCompatible(a, b string) bool {
	if a == "*" || a == "*/*" || a == b {
		return true
	}
	kind, sub, ok := strings.Cut(a, "/")
	return ok && sub == "*" && strings.HasPrefix(b, kind+"/")
}

// bodyMedia is the media type of a request's body in lower case, "" where none is named; ok is false when
// the header cannot be read.
func bodyMedia(h http.Header) (media string, ok bool) {
	text := h.Get("Content-Type")
	if strings.TrimSpace(text) == "" {
		return "", true
	}
	media, _, err := mime.ParseMediaType(text)
	if media == "" || !strings.Contains(media, "/") || err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return "", false
	}
	return media, true
}
