package mirror

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// topicACLs returns the ACLs of topics. Errors: kerr.SecurityDisabled where the cluster has no authorizer.
func (a *admin) topicACLs(ctx context.Context) ([]kmsg.CreateACLsRequestCreation, error) {
	req := kmsg.NewPtrDescribeACLsRequest()
	req.ResourceType, req.ResourcePatternType = kmsg.ACLResourceTypeTopic, kmsg.ACLResourcePatternTypeAny
	req.Operation, req.PermissionType = kmsg.ACLOperationAny, kmsg.ACLPermissionTypeAny
	resp, err := req.RequestWith(ctx, a.client)
	if err == nil {
		err = answer(resp.ErrorCode, resp.ErrorMessage)
	}
	if err != nil {
		return nil, fmt.Errorf("cluster %q: describe ACLs: %w", a.alias, err)
	}
	var out []kmsg.CreateACLsRequestCreation
	for _, r := range resp.Resources {
		for _, e := range r.ACLs {
			c := kmsg.NewCreateACLsRequestCreation()
			c.ResourceType, c.ResourceName, c.ResourcePatternType = r.ResourceType, r.ResourceName, r.ResourcePatternType
			c.Principal, c.Host, c.Operation, c.PermissionType = e.Principal, e.Host, e.Operation, e.PermissionType
			out = append(out, c)
		}
	}
	return out, nil
}

// copiedACL returns the ACL that a copy of its topic gets; ok is false for one that is not copied: only rights on topics by their
// literal names are, none to write, and of all rights that to read.
// Source: MirrorSourceConnector.syncTopicAcls, shouldReplicateAcl, targetAclBinding.
func copiedACL(a kmsg.CreateACLsRequestCreation, remote func(topic string) string) (kmsg.CreateACLsRequestCreation, bool) {
	allow := a.PermissionType == kmsg.ACLPermissionTypeAllow
	if a.ResourceType != kmsg.ACLResourceTypeTopic || a.ResourcePatternType != kmsg.ACLResourcePatternTypeLiteral || allow && a.Operation == kmsg.ACLOperationWrite {
		return a, false
	}
	if allow && a.Operation == kmsg.ACLOperationAll {
		a.Operation = kmsg.ACLOperationRead
	}
	a.ResourceName = remote(a.ResourceName)
	return a, true
}

// syncACLs gives the copies the ACLs of their topics.
func (c *sourceConnector) syncACLs(ctx context.Context) error {
	all, err := c.from.topicACLs(ctx)
	if errors.Is(err, kerr.SecurityDisabled) {
		if !c.noACLs {
			c.log.Info("source cluster has no authorizer, ACLs are not copied", "key", syncACLs+".enabled")
		}
		c.noACLs = true
		return nil
	}
	if err != nil {
		return err
	}
	req := kmsg.NewPtrCreateACLsRequest()
	for _, a := range all {
		takes, err := c.filter.takes(a.ResourceName)
		if err != nil {
			return err
		}
		if b, ok := copiedACL(a, c.remote); ok && takes {
			req.Creations = append(req.Creations, b)
		}
	}
	if len(req.Creations) == 0 {
		return nil
	}
	resp, err := req.RequestWith(ctx, c.to.client)
	if err != nil {
		return fmt.Errorf("cluster %q: create ACLs: %w", c.set.target, err)
	}
	for i, r := range resp.Results {
		if err := answer(r.ErrorCode, r.ErrorMessage); err != nil && i < len(req.Creations) {
			c.log.Warn("ACL could not be copied", "topic", req.Creations[i].ResourceName, "err", err)
		}
	}
	return nil
}
