package rest

import (
	"errors"
	"fmt"
	"strings"
)

// loginEntry is the login module of an entry of a JAAS file.
type loginEntry struct {
	module  string
	options map[string]string
}

// jaasEntry returns the one login module of the named entry of a JAAS file:
//
//	Name { class flag option="value" … ; };
//
// Errors name the entry, never what stands in it: it may be a password.
// Source: sun.security.provider.ConfigFile.
func jaasEntry(text, name string) (loginEntry, error) {
	tokens, err := jaasTokens(text)
	if err != nil {
		return loginEntry{}, err
	}
	for len(tokens) > 0 {
		body := jaasEnd(tokens)
		if len(tokens) < 3 || tokens[1] != "{" || body < 0 {
			return loginEntry{}, errors.New(`an entry must be of the form name { class flag option="value"; };`)
		}
		if tokens[0] == name {
			return loginModule(name, tokens[2:body])
		}
		tokens = tokens[body+2:]
	}
	return loginEntry{}, fmt.Errorf("there is no entry %s", name)
}

// jaasEnd is where the first "};" of tokens stands.
func jaasEnd(tokens []string) int {
	for i := range len(tokens) - 1 {
		if tokens[i] == "}" && tokens[i+1] == ";" {
			return i
		}
	}
	return -1
}

// loginModule reads what stands between the braces of an entry.
func loginModule(name string, tokens []string) (loginEntry, error) {
	e := loginEntry{options: map[string]string{}}
	if len(tokens) < 3 || tokens[len(tokens)-1] != ";" {
		return e, fmt.Errorf("entry %s: a login module must be of the form class flag option=\"value\";", name)
	}
	e.module = tokens[0]
	if flag := strings.ToLower(tokens[1]); flag != "required" && flag != "requisite" && flag != "sufficient" && flag != "optional" {
		return e, fmt.Errorf("entry %s: after the class must stand required, requisite, sufficient or optional", name)
	}
	options := tokens[2 : len(tokens)-1]
	for len(options) > 0 {
		if len(options) < 3 || options[1] != "=" || options[0] == ";" || options[2] == ";" {
			return e, fmt.Errorf("entry %s: one login module with options of the form name=\"value\" is expected", name)
		}
		e.options[options[0]] = options[2]
		options = options[3:]
	}
	return e, nil
}

// jaasTokens splits at blanks and around { } ; =. Quoted text is one token without its quotes; comments are
// passed over.
func jaasTokens(text string) ([]string, error) {
	var tokens []string
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c <= ' ':
			i++
		case strings.HasPrefix(text[i:], "//") || c == '#':
			i = after(text, i, "\n")
		case strings.HasPrefix(text[i:], "/*"):
			i = after(text, i+2, "*/")
		case strings.IndexByte("{};=", c) >= 0:
			tokens = append(tokens, string(c))
			i++
		case c == '"' || c == '\'':
			end := strings.IndexByte(text[i+1:], c)
			if end < 0 {
				return nil, errors.New("a quoted text does not end")
			}
			tokens = append(tokens, text[i+1:i+1+end])
			i += end + 2
		default:
			end := i
			for end < len(text) && text[end] > ' ' && strings.IndexByte("{};=\"'", text[end]) < 0 {
				end++
			}
			tokens = append(tokens, text[i:end])
			i = end
		}
	}
	return tokens, nil
}

// after is the position behind the next end, which may be missing.
func after(text string, from int, end string) int {
	if n := strings.Index(text[min(from, len(text)):], end); n >= 0 {
		return from + n + len(end)
	}
	return len(text)
}
