package kerberos

import (
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/credentials"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// grant is a ticket-granting ticket and whom it is for.
type grant struct {
	realm              string
	name               types.PrincipalName
	ticket             []byte
	key                types.EncryptionKey
	start, end, renews time.Time // renews: until when a KDC would renew it
}

// client returns a client that has the ticket and nothing else: one with a key would renew it on a goroutine.
func (g *grant) client(conf *config.Config) (*client.Client, error) {
	cache := &credentials.CCache{}
	cache.DefaultPrincipal.Realm, cache.DefaultPrincipal.PrincipalName = g.realm, g.name
	entry := &credentials.Credential{Key: g.key, AuthTime: g.start, StartTime: g.start, EndTime: g.end, RenewTill: g.renews, Ticket: g.ticket}
	entry.Server.Realm, entry.Server.PrincipalName = g.realm, granting(g.realm)
	cache.Credentials = []*credentials.Credential{entry}
	return client.NewFromCCache(cache, conf)
}

// granting is the principal of the service that gives tickets.
func granting(realm string) types.PrincipalName {
	return types.PrincipalName{NameType: nametype.KRB_NT_SRV_INST, NameString: []string{"krbtgt", realm}}
}

// fromRep is the ticket that a KDC has answered with.
func fromRep(realm string, name types.PrincipalName, ticket messages.Ticket, part messages.EncKDCRepPart) (*grant, error) {
	raw, err := ticket.Marshal()
	if err != nil {
		return nil, err
	}
	start := part.StartTime
	if start.IsZero() {
		start = part.AuthTime
	}
	return &grant{realm: realm, name: name, ticket: raw, key: part.Key, start: start, end: part.EndTime, renews: part.RenewTill}, nil
}

// fromKeytab asks the KDC for a ticket, proving that the key of the principal is there.
func fromKeytab(conf *config.Config, keys *keytab.Keytab, name types.PrincipalName, realm string) (*grant, error) {
	mine := *conf
	if types := keyTypes(keys, name, realm, conf.LibDefaults.DefaultTktEnctypeIDs); len(types) > 0 {
		mine.LibDefaults.DefaultTktEnctypeIDs = types
	}
	c := client.NewWithKeytab(name.PrincipalNameString(), realm, keys, &mine)
	req, err := messages.NewASReqForTGT(realm, &mine, name)
	if err != nil {
		return nil, err
	}
	rep, err := c.ASExchange(realm, req, 0)
	if err != nil {
		return nil, err
	}
	return fromRep(realm, name, rep.Ticket, rep.DecryptedEncPart)
}

// keyTypes are those of the permitted types of encryption that a principal has keys of. Only they are offered: a KDC
// chooses its own favourite of what is offered. Source: EncryptionKey.getDefaults.
func keyTypes(keys *keytab.Keytab, name types.PrincipalName, realm string, permitted []int32) []int32 {
	var have []int32
	for _, t := range permitted {
		if _, _, err := keys.GetEncryptionKey(name, realm, 0, t); err == nil {
			have = append(have, t)
		}
	}
	return have
}

// renewed asks the KDC for the same ticket with a later end.
func (g *grant) renewed(conf *config.Config) (*grant, error) {
	c, err := g.client(conf)
	if err != nil {
		return nil, err
	}
	defer c.Destroy()
	var ticket messages.Ticket
	if err := ticket.Unmarshal(g.ticket); err != nil {
		return nil, err
	}
	_, rep, err := c.TGSREQGenerateAndExchange(granting(g.realm), g.realm, ticket, g.key, true)
	if err != nil {
		return nil, err
	}
	return fromRep(g.realm, g.name, rep.Ticket, rep.DecryptedEncPart)
}
