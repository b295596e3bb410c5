package rest

import "github.com/millrace/millrace/config"

// Keys that Java does not have.
const (
	securityKey      = "millrace.rest.security"
	rebalanceWaitKey = "millrace.rest.rebalance.wait.ms"
)

// The values of millrace.rest.security.
const (
	compatible = "compatible"
	strict     = "strict"
)

// Strict says whether a worker's properties want its doors closed: millrace.rest.security.
func Strict(props map[string]string) bool { return props[securityKey] == strict }

// ownKeys are the keys that Java does not have.
func ownKeys() []config.Key {
	key := func(name string, t config.Type, def any, v config.Validator, doc string) config.Key {
		return config.Key{Name: name, Type: t, Default: def, Validator: v, Importance: config.Low, Doc: doc}
	}
	grants := config.Lambda(validGrants, "grants of the form: somebody connectors")
	const grantDoc = " A list of grants, each somebody and connectors: <code>ann orders-*</code>, <code>user:bob *</code>, <code>cert:worker-1 *</code>, <code>token:ci test-*</code>, " +
		"<code>group:ops *</code>, <code>* *</code>. Somebody is the user of a password, the common name of a client certificate, the user of a token, or a group that a token names; " +
		"without the word before the colon any but a group. Connectors is a name, or with a star the beginning of names. When any role is given, nobody may do more than the roles say."
	return []config.Key{
		key(securityKey, config.String, compatible, config.In(compatible, strict),
			"Whether the REST API may be open. compatible, as Connect is: whoever reaches a listener may do everything, and the log warns once where that "+
				"is not the own host alone. strict: the worker does not start with a listener that other hosts reach, unless it is https and asks for client "+
				"certificates (ssl.client.auth=required), passwords (BasicAuthSecurityRestExtension) or tokens (millrace.rest.oidc.issuer); pages of all sites (access.control.allow.origin=*) are refused, "+
				"what workers ask each other must be signed, neither keys of tokens nor tokens for brokers are fetched from addresses of the link and of clouds' metadata, "+
				"and connectors may override only what connector.client.config.override.allowlist names, unless connector.client.config.override.policy says otherwise."),
		key(roleKeys[roleView], config.List, "", grants,
			"Who may read configs and states of which connectors. Secrets in configs are hidden from those who may not change them."+grantDoc),
		key(roleKeys[roleOperate], config.List, "", grants,
			"Who may also pause, resume, stop and restart which connectors. Grants as in millrace.rest.role.view."),
		key(roleKeys[roleEdit], config.List, "", grants,
			"Who may also create, change and remove which connectors and their offsets. Who may edit <code>*</code> may set levels of loggers. In a cluster whose workers know each other by client certificates, "+
				"these need the role for all connectors. Grants as in millrace.rest.role.view."),
		key(issuerKey, config.String, "", nil,
			"Issuer of the tokens (OpenID Connect) that are taken as <code>Authorization: Bearer</code>, exactly as their claim iss has it. Empty: no tokens. Signatures are RS256 or ES256."),
		key(jwksKey, config.String, "", nil,
			"Where the issuer's public keys are: a URL or a file of a JSON Web Key Set. Empty: the issuer's /.well-known/openid-configuration says it. https, or http on localhost."),
		key(audienceKey, config.List, "", config.AnyNonDuplicateValues(true, false),
			"Audiences, one of which a token must have in its claim aud. Required with millrace.rest.oidc.issuer."),
		key(userClaimKey, config.String, "sub", config.NonEmptyString{},
			"Claim that names the user of a token; dots lead into objects."),
		key(groupsKey, config.String, "groups", config.NonEmptyString{},
			"Claim that names the groups of a token: a list, or words; dots lead into objects, as in realm_access.roles."),
		key(skewKey, config.Long, int64(30_000), config.Between(0, 600_000),
			"How far the clocks of issuer and worker may be apart, in milliseconds."),
		key(refreshKey, config.Long, int64(300_000), config.AtLeast(1000),
			"After how many milliseconds the issuer's keys are fetched again. A token with a key that is not known makes it sooner, at most every 10 s. While the issuer cannot be reached the last keys are good for a day."),
		key(caKey, config.String, "", nil,
			"File with the certificates (PEM) that the issuer's server is trusted by. Empty: the system's."),
		key(rebalanceWaitKey, config.Long, int64(0), config.Between(0, 60_000),
			"How many milliseconds a request may wait for a rebalance of the cluster to end, where Connect answers 409 at once. 0 is as Connect."),
	}
}

func validGrants(name string, value any) error {
	items, _ := value.([]string)
	for _, item := range items {
		if _, ok := parseGrant(item); !ok {
			return config.InvalidValue(name, item, "a grant is somebody and connectors, as in: ann orders-*, group:ops *")
		}
	}
	return nil
}
