package config

import "strings"

// LooksSecret says whether the name of a key speaks of a secret: a part of it is password, secret,
// token, credential, jaas and their like. Keys of unknown meaning are shown or hidden by it.
func LooksSecret(key string) bool {
	k := strings.ToLower(key)
	for _, word := range [...]string{
		"password", "passwd", "passphrase", "secret", "token", "credential", "jaas",
		"private.key", "private_key", "privatekey", "api.key", "api_key", "apikey",
		"access.key", "access_key", "accesskey", "keystore.key", "auth.user.info", "sas.key", "account.key",
	} {
		if strings.Contains(k, word) {
			return true
		}
	}
	return strings.HasSuffix(k, ".pwd") || strings.HasSuffix(k, "_pwd") || k == "pwd"
}

// MaskProps returns a copy of texts fit for logs: values of keys that LooksSecret are [hidden], the
// rest goes through MaskText. Variables such as ${file:a:b} name no secret and stay.
func MaskProps(props map[string]string) map[string]string {
	out := make(map[string]string, len(props))
	for k, text := range props {
		if LooksSecret(k) && text != "" && !onlyVariable(text) {
			out[k] = Hidden
		} else {
			out[k] = MaskText(text)
		}
	}
	return out
}

func onlyVariable(text string) bool {
	v, ok := nextVariable(text, 0)
	return ok && v.start == 0 && v.end == len(text)
}

// MaskText hides what URLs in text may carry: the user information before @ and the parameters that
// LooksSecret, as in jdbc:postgresql://u:p@h/db?password=p and jdbc:sqlserver://h;password=p.
// Text without :// and parameters is returned as it is.
func MaskText(text string) string {
	text = maskUserInfo(text)
	if !strings.ContainsAny(text, "?;&") {
		return text
	}
	return maskParameters(text)
}

func maskUserInfo(text string) string {
	from := 0
	for {
		at := strings.Index(text[from:], "://")
		if at < 0 {
			return text
		}
		start := from + at + len("://")
		from = start
		end := start + urlEnd(text[start:])
		info := strings.LastIndexByte(text[start:start+authorityEnd(text[start:end])], '@')
		if info < 0 {
			continue
		}
		text = text[:start] + Hidden + text[start+info:]
		from = start + len(Hidden)
	}
}

// urlEnd is where a URL inside running text ends.
func urlEnd(s string) int {
	if i := strings.IndexAny(s, " \t\r\n\"'<>,"); i >= 0 {
		return i
	}
	return len(s)
}

// authorityEnd is where host and port end. A password may hold an unescaped slash: where the part
// after the colon is no port, the authority reaches to the last @.
func authorityEnd(s string) int {
	end := strings.IndexAny(s, "/?#;")
	if end < 0 {
		return len(s)
	}
	if colon := strings.LastIndexByte(s[:end], ':'); colon >= 0 && !strings.Contains(s[:end], "@") {
		port := s[colon+1 : end]
		if strings.Trim(port, "0123456789]") != "" {
			if at := strings.LastIndexByte(s, '@'); at > end {
				return at + 1
			}
		}
	}
	return end
}

func maskParameters(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		n := strings.IndexAny(text[i:], "?;&")
		if n < 0 {
			b.WriteString(text[i:])
			break
		}
		b.WriteString(text[i : i+n+1])
		i += n + 1
		end := i
		for end < len(text) && strings.IndexByte("?;& \t\r\n\"'", text[end]) < 0 {
			end++
		}
		if eq := strings.IndexByte(text[i:end], '='); eq > 0 && LooksSecret(text[i:i+eq]) {
			b.WriteString(text[i:i+eq+1] + Hidden)
			i = end
		}
	}
	return b.String()
}
