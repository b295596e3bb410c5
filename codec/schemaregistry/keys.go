package schemaregistry

import "github.com/millrace/millrace/config"

// Keys.
const (
	keyURL                = "schema.registry.url"
	keyRandomize          = "schema.registry.url.randomize"
	keyMaxSchemas         = "max.schemas.per.subject"
	keyNormalize          = "normalize.schemas"
	keyAutoRegister       = "auto.register.schemas"
	keyPropagateTags      = "propagate.schema.tags"
	keyUseID              = "use.schema.id"
	keyUseGUID            = "use.schema.guid"
	keyUseIndexes         = "use.message.indexes"
	keyIDStrict           = "id.compatibility.strict"
	keyUseLatest          = "use.latest.version"
	keyLatestStrict       = "latest.compatibility.strict"
	keyLatestCacheSize    = "latest.cache.size"
	keyLatestCacheTTL     = "latest.cache.ttl.sec"
	keyUseMetadata        = "use.latest.with.metadata"
	keyFormat             = "schema.format"
	keyEnvironment        = "execution.environment"
	keyExecutors          = "rule.executors"
	keyActions            = "rule.actions"
	keyRuleLoader         = "rule.service.loader.enable"
	keyRuleMetrics        = "rule.metrics.enable"
	keyValidatorClass     = "validation.rules.executor.class"
	keyValidationFast     = "validation.rules.fail.fast"
	keyValidation         = "validation.rules.execution"
	keyBasicSource        = "basic.auth.credentials.source"
	keyUserInfo           = "basic.auth.user.info"
	keyOldUserInfo        = "schema.registry.basic.auth.user.info"
	keyBearerSource       = "bearer.auth.credentials.source"
	keyBearerToken        = "bearer.auth.token"
	keyBearerIssuer       = "bearer.auth.issuer.endpoint.url"
	keyBearerID           = "bearer.auth.client.id"
	keyBearerSecret       = "bearer.auth.client.secret"
	keyBearerScope        = "bearer.auth.scope"
	keyBearerScopeClaim   = "bearer.auth.scope.claim.name"
	keyBearerSubClaim     = "bearer.auth.sub.claim.name"
	keyBearerPool         = "bearer.auth.identity.pool.id"
	keyBearerCluster      = "bearer.auth.logical.cluster"
	keyBearerBuffer       = "bearer.auth.cache.expiry.buffer.seconds"
	keyBearerClass        = "bearer.auth.custom.provider.class"
	keyContext            = "context.name.strategy"
	keySubjectStrategy    = ".subject.name.strategy"
	keyIDSerializer       = ".schema.id.serializer"
	keyIDDeserializer     = ".schema.id.deserializer"
	keyReference          = "reference.subject.name.strategy"
	keyReflection         = "schema.reflection"
	keyProxyHost          = "proxy.host"
	keyProxyPort          = "proxy.port"
	keyConnectTimeout     = "http.connect.timeout.ms"
	keyReadTimeout        = "http.read.timeout.ms"
	keyMaxRetries         = "max.retries"
	keyRetryWait          = "retries.wait.ms"
	keyRetryMaxWait       = "retries.max.wait.ms"
	keyMissingID          = "missing.id.cache.ttl.sec"
	keyMissingVersion     = "missing.version.cache.ttl.sec"
	keyMissingSchema      = "missing.schema.cache.ttl.sec"
	keyMissingSize        = "missing.cache.size"
	keyAssociationSize    = "subject.name.strategy.cache.size"
	keyAssociationExpiry  = "subject.name.strategy.cache.expiry.secs"
	keyAssociationCluster = "subject.name.strategy.kafka.cluster.id"
	keyAssociationElse    = "subject.name.strategy.fallback.type"

	clientPrefix = "schema.registry."
	headerPrefix = "request.header."
)

const idPackage = "io.confluent.kafka.serializers.schema.id."

// How ids travel. Source: SchemaIdSerializer, SchemaIdDeserializer.
const (
	prefixWriter = idPackage + "PrefixSchemaIdSerializer"
	headerWriter = idPackage + "HeaderSchemaIdSerializer"
	dualReader   = idPackage + "DualSchemaIdDeserializer"
	prefixReader = idPackage + "PrefixSchemaIdDeserializer"
	configReader = idPackage + "ConfigSchemaIdDeserializer"
)

// Define adds the keys of a converter of this family to def, which has its own beside them.
// Source: AbstractKafkaSchemaSerDeConfig.baseConfigDef, SchemaRegistryClientConfig, AssociatedNameStrategy.
func Define(def *config.Def) *config.Def {
	key := func(name string, t config.Type, byDefault any, i config.Importance, doc string) {
		def.Define(config.Key{Name: name, Type: t, Default: byDefault, Importance: i, Doc: doc})
	}
	def.Define(config.Key{
		Name: keyURL, Type: config.List, Required: true, Importance: config.High,
		Doc: "Comma-separated list of URLs for schema registry instances that can be used to register or look up schemas. If you wish to get a connection to a mocked schema registry for testing, you can specify a scope using the 'mock://' pseudo-protocol. For example, 'mock://my-scope-name' corresponds to 'MockSchemaRegistry.getClientForScope(\"my-scope-name\")'.",
	})
	key(keyRandomize, config.Boolean, false, config.Low, "Whether to randomize the starting index of the schema registry URL list. This can help with load balancing if many schema registry clients are using a shared configuration.")
	key(keyMaxSchemas, config.Int, 1000, config.Low, "Maximum number of schemas to create or cache locally.")
	key(keyNormalize, config.Boolean, false, config.Medium, "Whether to normalize schemas, which generally ignores ordering when it is not significant")
	key(keyAutoRegister, config.Boolean, true, config.Medium, "Specify if the Serializer should attempt to register the Schema with Schema Registry")
	key(keyPropagateTags, config.Boolean, false, config.Low, "Whether to propagate schema tags from a previous schema version during registration")
	key(keyUseID, config.Int, -1, config.Low, "Schema ID to use for serialization")
	key(keyUseGUID, config.String, nil, config.Low, "Schema GUID to use for serialization")
	key(keyUseIndexes, config.List, nil, config.Low, "Message indexes of Protobuf records whose schema id is configured")
	key(keyIDStrict, config.Boolean, true, config.Low, "Whether to check for backward compatibility between the schema with the given ID and  the schema of the object to be serialized")
	key(keyUseLatest, config.Boolean, false, config.Low, "Specify if the Serializer should use the latest subject version for serialization")
	key(keyLatestStrict, config.Boolean, true, config.Low, "Whether to check for backward compatibility between the latest subject version and  the Schema of the object to be serialized")
	key(keyLatestCacheSize, config.Int, 1000, config.Low, "The maximum size for caches holding latest schemas")
	key(keyLatestCacheTTL, config.Int, -1, config.Low, "The TTL for caches holding latest schemas, or -1 for no TTL")
	key(keyUseMetadata, config.String, nil, config.Low, "Specify if the Serializer or Deserializer should use the latest subject version with the given metadata property and value, for example, 'application.version=v1'")
	key(keyFormat, config.String, nil, config.Low, "The schema format to use when registering or looking up schemas.")
	defineRules(key)
	defineCredentials(def, key)
	defineNames(key)
	defineConnection(key)
	return def
}

type defineKey func(name string, t config.Type, byDefault any, i config.Importance, doc string)

func defineRules(key defineKey) {
	key(keyEnvironment, config.String, nil, config.Medium, "The execution environment, one of ALL, CLIENT, GATEWAY, SERVER, or NONE")
	key(keyExecutors, config.List, "", config.Low, "A comma-separated list of rule executor names.")
	key(keyActions, config.List, "", config.Low, "A comma-separated list of rule action names.")
	key(keyRuleLoader, config.Boolean, true, config.Low, "Whether to enable the ServiceLoader for rule executors, defaults to true.")
	key(keyRuleMetrics, config.Boolean, true, config.Low, "Whether to register and emit rule-execution metrics from the schema-registry serializer/deserializer. Defaults to true. Set to false to skip metric registration entirely (no local registration, no JMX, no KIP-714 push).")
	key(keyValidatorClass, config.String, "io.confluent.kafka.schemaregistry.rules.cel.CelValidator", config.Low, "Fully-qualified class name of the ValidationRuleExecutor used to evaluate inline validation rules. Loaded reflectively when validation.rules.execution is not DISABLED. The default expects kafka-schema-rules to be on the classpath.")
	key(keyValidationFast, config.Boolean, false, config.Low, "When true, validation stops at the first failed rule and reports only that violation. When false (default), the walker visits every node and reports the full set of violations.")
	key(keyValidation, config.String, "DISABLED", config.Low, "When to execute inline validation rules: DISABLED, BEFORE_DOMAIN_RULES or AFTER_DOMAIN_RULES.")
}

func defineCredentials(def *config.Def, key defineKey) {
	const user = "Specify the user info for Basic Auth in the form of {username}:{password}"
	key(keyBasicSource, config.String, "URL", config.Medium, "Specify how to pick the credentials for Basic Auth header. The supported values are URL, USER_INFO and SASL_INHERIT")
	key(keyBearerSource, config.String, "STATIC_TOKEN", config.Medium, "Specify how to pick the credentials for Bearer Auth header. ")
	key(keyOldUserInfo, config.Password, "", config.Medium, user)
	key(keyUserInfo, config.Password, "", config.Medium, user)
	key(keyBearerToken, config.Password, "", config.Medium, "Specify the Bearer token to be used for authentication")
	key(keyBearerIssuer, config.String, nil, config.Medium, "The HTTP(S)-based URL for the OAuth/OIDC identity provider which issues access token")
	key(keyBearerID, config.String, nil, config.Medium, "Client Id used to obtain Client Credentials Grant from OAuth/OIDC identity provider <a href=\"rfc-editor.org/rfc/rfc6749.html#section-4.4\"> ")
	key(keyBearerSecret, config.Password, nil, config.Medium, "Client secret used to obtain Client Credentials Grant from OAuth/OIDC identity provider <a href=\"rfc-editor.org/rfc/rfc6749.html#section-4.4\"> ")
	key(keyBearerScope, config.String, nil, config.Medium, "Access Token Scope used to obtain Client Credentials Grant OAuth/OIDC identity provider <a href=\"rfc-editor.org/rfc/rfc6749.html#section-3.3\"> ")
	key(keyBearerScopeClaim, config.String, "scope", config.Low, "The OAuth claim for the scope is often named \"scope\", but this (optional) setting can provide a different name to use for the scope included in the JWT payload's claims if the OAuth/OIDC provider uses a different name for that claim.")
	key(keyBearerSubClaim, config.String, "sub", config.Low, "The OAuth claim for the subject is often named \"sub\", but this (optional) setting can provide a different name to use for the subject included in the JWT payload's claims if the OAuth/OIDC provider uses a different name for that claim.")
	key(keyBearerPool, config.String, nil, config.Medium, "Additional property which can added in Request header to Schema Registry. This maybe used as Principal Id for Authorization")
	key(keyBearerCluster, config.String, nil, config.Medium, "Additional property which can added in Request header to Schema Registry")
	def.Define(config.Key{
		Name: keyBearerBuffer, Type: config.Short, Default: 300, Validator: config.Between(0, 3600), Importance: config.Low,
		Doc: "The amount of buffer time between expiration times of the OAuth Token and corresponding cache which hold the token. Ideally we would want to get a new token before the current one expires. Legal values are between 0 and 3600 (1 hour); a default value of  300 (5 minutes) is used if no value is specified. This value is ignored if it exceeds the remaining lifetime of a token from the moment it is retrieved into schema registry.",
	})
	key(keyBearerClass, config.String, nil, config.Medium, "Custom class which will provide the token credential. Needs to implement io.confluent.kafka.schemaregistry.client.security.bearerauth.BearerAuthCredentialProvider interface")
}

func defineNames(key defineKey) {
	key(keyContext, config.Class, nullContext, config.Medium, "A class used to determine the schema registry context.")
	for _, side := range []string{"key", "value"} {
		key(side+keySubjectStrategy, config.Class, topicName, config.Medium, "Determines how to construct the subject name under which the "+side+" schema is registered with the schema registry. By default, <topic>-"+side+" is used as subject.")
		key(side+keyIDSerializer, config.Class, prefixWriter, config.Medium, "Determines how to serialize the ID for the "+side+" schema.")
		key(side+keyIDDeserializer, config.Class, dualReader, config.Medium, "Determines how to deserialize the ID for the "+side+" schema.")
	}
	key(keyReference, config.Class, defaultReference, config.Low, "Determines how to construct the subject name for referenced schemas. By default, the reference name is used as subject.")
	key(keyReflection, config.Boolean, false, config.Low, "If true, uses the reflection API when serializing/deserializing ")
	key(keyAssociationSize, config.Int, 1000, config.Low, "Subjects that AssociatedNameStrategy remembers.")
	key(keyAssociationExpiry, config.Int, -1, config.Low, "Seconds for which AssociatedNameStrategy remembers a subject, or -1 for ever.")
	key(keyAssociationCluster, config.String, nil, config.Low, "Kafka cluster whose topics AssociatedNameStrategy asks about.")
	key(keyAssociationElse, config.String, "TOPIC", config.Low, "What AssociatedNameStrategy does for a topic without an association: TOPIC, RECORD, TOPIC_RECORD or NONE.")
}

func defineConnection(key defineKey) {
	key(keyProxyHost, config.String, "", config.Low, "The hostname, or address, of the proxy server that will be used to connect to the schema registry instances.")
	key(keyProxyPort, config.Int, -1, config.Low, "The port number of the proxy server that will be used to connect to the schema registry instances.")
	key(keyConnectTimeout, config.Int, 60000, config.Low, "Specify the http connection timeout in milliseconds for schema registry client")
	key(keyReadTimeout, config.Int, 60000, config.Low, "Specify the http read timeout in milliseconds for schema registry client")
	key(keyMaxRetries, config.Int, 3, config.Low, "The maximum number of retries for a request")
	key(keyRetryWait, config.Int, 1000, config.Low, "The maximum time to wait for the first retry. When jitter is applied, the actual wait may be less.")
	key(keyRetryMaxWait, config.Int, 20000, config.Low, "The maximum time to wait for any retry.")
	key(keyMissingID, config.Long, 0, config.Low, "Seconds for which an unknown id is remembered; 0: not at all.")
	key(keyMissingVersion, config.Long, 0, config.Low, "Seconds for which an unknown version is remembered; 0: not at all.")
	key(keyMissingSchema, config.Long, 0, config.Low, "Seconds for which a schema that was not found is remembered; 0: not at all.")
	key(keyMissingSize, config.Int, 10000, config.Low, "The maximum size of the caches of what was not found.")
	for _, name := range []string{
		"ssl.protocol", "ssl.provider", "ssl.cipher.suites", "ssl.enabled.protocols", "ssl.keystore.type", "ssl.keystore.location",
		"ssl.truststore.type", "ssl.truststore.location", "ssl.keymanager.algorithm", "ssl.trustmanager.algorithm",
		"ssl.endpoint.identification.algorithm", "ssl.secure.random.implementation", "ssl.engine.factory.class",
	} {
		key(clientPrefix+name, config.String, nil, config.Low, "The key "+name+" of Kafka's clients, for connections to the registry.")
	}
	for _, name := range []string{"ssl.keystore.password", "ssl.key.password", "ssl.keystore.key", "ssl.keystore.certificate.chain", "ssl.truststore.certificates", "ssl.truststore.password"} {
		key(clientPrefix+name, config.Password, nil, config.Low, "The key "+name+" of Kafka's clients, for connections to the registry.")
	}
}
