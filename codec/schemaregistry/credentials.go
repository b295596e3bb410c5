package schemaregistry

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/kafka/jaas"
)

// credentials say who asks: one of basic, bearer, or nobody.
type credentials struct {
	fromURL bool // user and password of the URL
	user    string
	bearer  func(ctx context.Context) (string, error) // nil: none
	cluster string                                    // target-sr-cluster
	pool    string                                    // Confluent-Identity-Pool-Id
}

// add writes the headers. Source: RestService.setAuthRequestHeaders.
func (c *credentials) add(ctx context.Context, req *http.Request, info *url.Userinfo) error {
	user := c.user
	if c.fromURL && info != nil {
		password, _ := info.Password()
		user = info.Username() + ":" + password
	}
	if user != "" {
		req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user)))
	}
	if c.bearer == nil {
		return nil
	}
	token, err := c.bearer(ctx)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if c.pool != "" {
		req.Header.Set("Confluent-Identity-Pool-Id", c.pool)
	}
	if c.cluster != "" {
		req.Header.Set("target-sr-cluster", c.cluster)
	}
	return nil
}

// newCredentials reads the keys of who asks. get returns the value of a client key.
// Source: BasicAuthCredentialProviderFactory, BearerAuthCredentialProviderFactory.
func newCredentials(props clientProps, o *oauth) (credentials, error) {
	basic, bearer := props.get(keyBasicSource), props.get(keyBearerSource)
	switch {
	case basic != "" && bearer != "":
		return credentials{}, &config.ConfigException{Message: "Only one of '" + keyBasicSource + "' and '" + keyBearerSource + "' may be specified"}
	case bearer != "":
		return bearerCredentials(props, bearer, o)
	}
	switch basic {
	case "", "URL":
		return credentials{fromURL: true}, nil
	case "USER_INFO":
		user := props.raw(keyUserInfo)
		if user == "" {
			return credentials{}, config.NewException(keyUserInfo, "UserInfo must be provided when basic.auth.credentials.source is set to USER_INFO")
		}
		return credentials{user: user}, nil
	case "SASL_INHERIT":
		return inherited(props.raw("sasl.jaas.config"))
	}
	return credentials{}, config.InvalidValue(keyBasicSource, basic, "URL, USER_INFO and SASL_INHERIT are known")
}

// inherited takes user and password of sasl.jaas.config. Source: SaslBasicAuthCredentialProvider.
func inherited(text string) (credentials, error) {
	entry, err := jaas.Parse(text)
	if err != nil {
		return credentials{}, config.NewException("sasl.jaas.config", err.Error())
	}
	user, ok := entry.Options["username"]
	if !ok || user == "" {
		return credentials{}, config.NewException("sasl.jaas.config",
			"Provided SASL Login module doesn't provide username and password options and can't be inherited")
	}
	return credentials{user: user + ":" + entry.Options["password"]}, nil
}

func bearerCredentials(props clientProps, source string, o *oauth) (credentials, error) {
	c := credentials{cluster: props.get(keyBearerCluster), pool: props.get(keyBearerPool)}
	switch source {
	case "STATIC_TOKEN":
		token := strings.TrimSpace(props.raw(keyBearerToken))
		if token == "" {
			return c, config.NewException(keyBearerToken, "Token must be provided via "+keyBearerToken+" config when "+keyBearerSource+" is set to STATIC_TOKEN")
		}
		c.bearer = func(context.Context) (string, error) { return token, nil }
		return c, nil
	case "OAUTHBEARER":
		if err := o.configure(props); err != nil {
			return c, err
		}
		c.bearer = o.get
		return c, nil
	case "SASL_OAUTHBEARER_INHERIT", "CUSTOM", "UAMI":
		return c, config.InvalidValue(keyBearerSource, source, "tokens of this source are not known here; STATIC_TOKEN and OAUTHBEARER are")
	}
	return c, config.InvalidValue(keyBearerSource, source, "STATIC_TOKEN and OAUTHBEARER are known")
}
