package cmd

import "github.com/millrace/millrace/config"

// securityKeys are the keys by which Kafka clients prove who they are; those of encryption are the REST
// server's too. Source: SaslConfigs.
func securityKeys() []config.Key {
	return []config.Key{
		{Name: "security.protocol", Type: config.String, Default: "PLAINTEXT", Validator: config.InIgnoreCase("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"), Importance: config.Medium,
			Doc: "Protocol used to communicate with brokers."},
		{Name: "sasl.mechanism", Type: config.String, Default: "GSSAPI", Importance: config.Medium,
			Doc: "SASL mechanism used for client connections. This may be any mechanism for which a security provider is available. GSSAPI is the default mechanism."},
		{Name: "sasl.jaas.config", Type: config.Password, Importance: config.Medium,
			Doc: "JAAS login context parameters for SASL connections in the format used by JAAS configuration files. JAAS configuration file format is described <a href=\"https://docs.oracle.com/javase/8/docs/technotes/guides/security/jgss/tutorials/LoginConfigFile.html\">here</a>. The format for the value is: <code>loginModuleClass controlFlag (optionName=optionValue)*;</code>. For brokers, the config must be prefixed with listener prefix and SASL mechanism name in lower-case. For example, listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=com.example.ScramLoginModule required;"},
		{Name: "sasl.login.callback.handler.class", Type: config.Class, Importance: config.Medium,
			Doc: "The fully qualified name of a SASL login callback handler class that implements the AuthenticateCallbackHandler interface. For brokers, login callback handler config must be prefixed with listener prefix and SASL mechanism name in lower-case. For example, listener.name.sasl_ssl.scram-sha-256.sasl.login.callback.handler.class=com.example.CustomScramLoginCallbackHandler"},
		{Name: "sasl.login.connect.timeout.ms", Type: config.Int, Importance: config.Low,
			Doc: "The (optional) value in milliseconds for the external authentication provider connection timeout. Currently applies only to OAUTHBEARER."},
		{Name: "sasl.login.read.timeout.ms", Type: config.Int, Importance: config.Low,
			Doc: "The (optional) value in milliseconds for the external authentication provider read timeout. Currently applies only to OAUTHBEARER."},
		{Name: "sasl.login.retry.backoff.ms", Type: config.Long, Default: "100", Importance: config.Low,
			Doc: "The (optional) value in milliseconds for the initial wait between login attempts to the external authentication provider. Login uses an exponential backoff algorithm with an initial wait based on the sasl.login.retry.backoff.ms setting and will double in wait length between attempts up to a maximum wait length specified by the sasl.login.retry.backoff.max.ms setting. Currently applies only to OAUTHBEARER."},
		{Name: "sasl.login.retry.backoff.max.ms", Type: config.Long, Default: "10000", Importance: config.Low,
			Doc: "The (optional) value in milliseconds for the maximum wait between login attempts to the external authentication provider. Login uses an exponential backoff algorithm with an initial wait based on the sasl.login.retry.backoff.ms setting and will double in wait length between attempts up to a maximum wait length specified by the sasl.login.retry.backoff.max.ms setting. Currently applies only to OAUTHBEARER."},
		{Name: "sasl.oauthbearer.token.endpoint.url", Type: config.String, Importance: config.Medium,
			Doc: "The URL for the OAuth/OIDC identity provider. If the URL is HTTP(S)-based, it is the issuer's token endpoint URL to which requests will be made to login based on the configuration in <code>sasl.oauthbearer.jwt.retriever.class</code>. If the URL is file-based, it specifies a file containing an access token (in JWT serialized form) issued by the OAuth/OIDC identity provider to use for authorization."},
		{Name: "sasl.oauthbearer.client.credentials.client.id", Type: config.String, Importance: config.Medium,
			Doc: "<p>The ID (defined in/by the OAuth identity provider) to identify the client requesting the token.</p><p>The client ID was previously stored as part of the <code>sasl.jaas.config</code> configuration with the key <code>clientId</code>. For backward compatibility, the <code>clientId</code> JAAS option can still be used, but it is deprecated and will be removed in a future version.</p><p>Order of precedence:</p><ul><li><code>sasl.oauthbearer.client.credentials.client.id</code> from configuration</li><li><code>clientId</code> from JAAS</li></ul>"},
		{Name: "sasl.oauthbearer.client.credentials.client.secret", Type: config.Password, Importance: config.Medium,
			Doc: "<p>The secret (defined by either the user or preassigned, depending on the identity provider) of the client requesting the token.</p><p>The client secret was previously stored as part of the <code>sasl.jaas.config</code> configuration with the key <code>clientSecret</code>. For backward compatibility, the <code>clientSecret</code> JAAS option can still be used, but it is deprecated and will be removed in a future version.</p><p>Order of precedence:</p><ul><li><code>sasl.oauthbearer.client.credentials.client.secret</code> from configuration</li><li><code>clientSecret</code> from JAAS</li></ul>"},
		{Name: "sasl.oauthbearer.scope", Type: config.String, Importance: config.Medium,
			Doc: "<p>This is the level of access a client application is granted to a resource or API which is included in the token request. If provided, it should match one or more scopes configured in the identity provider.</p><p>The scope was previously stored as part of the <code>sasl.jaas.config</code> configuration with the key <code>scope</code>. For backward compatibility, the <code>scope</code> JAAS option can still be used, but it is deprecated and will be removed in a future version.</p><p>Order of precedence:</p><ul><li><code>sasl.oauthbearer.scope</code> from configuration</li><li><code>scope</code> from JAAS</li></ul>"},
		{Name: "sasl.oauthbearer.header.urlencode", Type: config.Boolean, Default: "false", Importance: config.Low,
			Doc: "The (optional) setting to enable the OAuth client to URL-encode the client_id and client_secret in the authorization header in accordance with RFC6749, see <a href=\"https://datatracker.ietf.org/doc/html/rfc6749#section-2.3.1\">here</a> for more details. The default value is set to 'false' for backward compatibility"},
	}
}
