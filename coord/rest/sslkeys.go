package rest

import "github.com/millrace/millrace/config"

// sslKeys are the keys of a TLS listener. They stand in a worker file as ssl.*, as listeners.https.ssl.* and
// as admin.listeners.https.ssl.*. Source: SslConfigs.addClientSslSupport, BrokerSecurityConfigs.
func sslKeys() []config.Key {
	key := func(name string, t config.Type, def any, v config.Validator, i config.Importance, doc string) config.Key {
		return config.Key{Name: name, Type: t, Default: def, Validator: v, Importance: i, Doc: doc}
	}
	return []config.Key{
		key("ssl.protocol", config.String, "TLSv1.3", nil, config.Medium,
			"The SSL protocol used to generate the SSLContext. The default is 'TLSv1.3', which should be fine for most use cases. A typical alternative to the default is 'TLSv1.2'. Allowed values for this config are dependent on the JVM. Clients using the defaults for this config and 'ssl.enabled.protocols' will downgrade to 'TLSv1.2' if the server does not support 'TLSv1.3'. If this config is set to 'TLSv1.2', however, clients will not use 'TLSv1.3' even if it is one of the values in <code>ssl.enabled.protocols</code> and the server only supports 'TLSv1.3'."),
		key("ssl.provider", config.String, nil, nil, config.Medium,
			"The name of the security provider used for SSL connections. Default value is the default security provider of the JVM."),
		key("ssl.cipher.suites", config.List, "", config.AnyNonDuplicateValues(true, false), config.Low,
			"A list of cipher suites. This is a named combination of authentication, encryption, MAC and key exchange algorithm used to negotiate the security settings for a network connection using TLS or SSL network protocol. By default all the available cipher suites are supported."),
		key("ssl.enabled.protocols", config.List, "TLSv1.2,TLSv1.3", config.AnyNonDuplicateValues(true, false), config.Medium,
			"The list of protocols enabled for SSL connections. The default is 'TLSv1.2,TLSv1.3'. This means that clients and servers will prefer TLSv1.3 if both support it and fallback to TLSv1.2 otherwise (assuming both support at least TLSv1.2). This default should be fine for most use cases. If this configuration is set to an empty list, Kafka will use the protocols enabled by default in the underlying SSLEngine, which may include additional protocols depending on the JVM version. Also see the config documentation for <code>ssl.protocol</code> to understand how it can impact the TLS version negotiation behavior."),
		key("ssl.keystore.type", config.String, "JKS", nil, config.Medium,
			"The file format of the key store file. This is optional for client. The values currently supported by the default <code>ssl.engine.factory.class</code> are [JKS, PKCS12, PEM]."),
		key("ssl.keystore.location", config.String, nil, nil, config.High,
			"The location of the key store file. This is optional for client and can be used for two-way authentication for client."),
		key("ssl.keystore.password", config.Password, nil, nil, config.High,
			"The store password for the key store file. This is optional for client and only needed if 'ssl.keystore.location' is configured. Key store password is not supported for PEM format."),
		key("ssl.key.password", config.Password, nil, nil, config.High,
			"The password of the private key in the key store file or the PEM key specified in 'ssl.keystore.key'."),
		key("ssl.keystore.key", config.Password, nil, nil, config.High,
			"Private key in the format specified by 'ssl.keystore.type'. Default SSL engine factory supports only PEM format with PKCS#8 keys. If the key is encrypted, key password must be specified using 'ssl.key.password'"),
		key("ssl.keystore.certificate.chain", config.Password, nil, nil, config.High,
			"Certificate chain in the format specified by 'ssl.keystore.type'. Default SSL engine factory supports only PEM format with a list of X.509 certificates"),
		key("ssl.truststore.certificates", config.Password, nil, nil, config.High,
			"Trusted certificates in the format specified by 'ssl.truststore.type'. Default SSL engine factory supports only PEM format with X.509 certificates."),
		key("ssl.truststore.type", config.String, "JKS", nil, config.Medium,
			"The file format of the trust store file. The values currently supported by the default <code>ssl.engine.factory.class</code> are [JKS, PKCS12, PEM]."),
		key("ssl.truststore.location", config.String, nil, nil, config.High,
			"The location of the trust store file."),
		key("ssl.truststore.password", config.Password, nil, nil, config.High,
			"The password for the trust store file. If a password is not set, trust store file configured will still be used, but integrity checking is disabled. Trust store password is not supported for PEM format."),
		key("ssl.keymanager.algorithm", config.String, "SunX509", nil, config.Low,
			"The algorithm used by key manager factory for SSL connections. Default value is the key manager factory algorithm configured for the Java Virtual Machine."),
		key("ssl.trustmanager.algorithm", config.String, "PKIX", nil, config.Low,
			"The algorithm used by trust manager factory for SSL connections. Default value is the trust manager factory algorithm configured for the Java Virtual Machine."),
		key("ssl.endpoint.identification.algorithm", config.String, "https", nil, config.Low,
			"The endpoint identification algorithm to validate server hostname using server certificate. "),
		key("ssl.secure.random.implementation", config.String, nil, nil, config.Low,
			"The SecureRandom PRNG implementation to use for SSL cryptography operations. "),
		key("ssl.engine.factory.class", config.Class, nil, nil, config.Low,
			"The class of type org.apache.kafka.common.security.auth.SslEngineFactory to provide SSLEngine objects. Default value is org.apache.kafka.common.security.ssl.DefaultSslEngineFactory. Alternatively, setting this to org.apache.kafka.common.security.ssl.CommonNameLoggingSslEngineFactory will log the common name of expired SSL certificates used by clients to authenticate at any of the brokers with log level INFO. Note that this will cause a tiny delay during establishment of new connections from mTLS clients to brokers due to the extra code for examining the certificate chain provided by the client. Note further that the implementation uses a custom truststore based on the standard Java truststore and thus might be considered a security risk due to not being as mature as the standard one."),
		key("ssl.client.auth", config.String, "none", config.In("required", "requested", "none"), config.Low,
			"Configures kafka broker to request client authentication. The following settings are common:  <ul> <li><code>ssl.client.auth=required</code> If set to required client authentication is required. <li><code>ssl.client.auth=requested</code> This means client authentication is optional. unlike required, if this option is set client can choose not to provide authentication information about itself <li><code>ssl.client.auth=none</code> This means client authentication is not needed.</ul>"),
	}
}
