package rest

import (
	"fmt"
	"html"
	"net/http"
	"strings"
)

// serveStarting answers every path with 404 while the worker starts and has no herder yet: a page, or JSON
// for who asks for it. Source: Jetty's ErrorHandler, in a server without contexts.
func serveStarting(w http.ResponseWriter, r *http.Request) {
	status := fmt.Sprintf("%d", http.StatusNotFound)
	url := location(r, r.URL.EscapedPath())
	h := w.Header()
	h.Set("Cache-Control", "must-revalidate,no-cache,no-store")
	if strings.Contains(strings.ToLower(r.Header.Get("Accept")), mediaJSON) {
		body, err := encode(struct {
			Message string `json:"message"`
			URL     string `json:"url"`
			Status  string `json:"status"`
		}{"Not Found", url, status})
		if err == nil {
			h.Set("Content-Type", mediaJSON)
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write(body) // a client that is gone needs no page
			return
		}
	}
	h.Set("Content-Type", "text/html;charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprintf(w, `<html>
<head>
<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>
<title>Error 404 Not Found</title>
</head>
<body>
<h2>HTTP ERROR 404 Not Found</h2>
<table>
<tr><th>URI:</th><td>%s</td></tr>
<tr><th>STATUS:</th><td>404</td></tr>
<tr><th>MESSAGE:</th><td>Not Found</td></tr>
</table>
</body>
</html>
`, html.EscapeString(url))
}
