// Package group makes a worker a member of its Connect cluster.
//
// Bytes: Metadata and Assignment are what workers tell one another through the group coordinator, in
// the versions 0, 1 and 2 of Connect's protocol (Protocol). Their readers take any bytes, allocate no
// more than the bytes can hold, and accept what Java accepts.
//
// Member joins, heartbeats, rejoins and leaves over the classic group protocol, protocol type "connect".
// What to do is decided by a pure step function (machine: state, event -> state, effects) that a
// simulation drives from a seed; Member.Run is the loop that sends its requests and keeps its timers.
// A member holds its assignment; its owner, the herder, is told by events and answers by calls:
//
//	Joining  stop the revoked work, then Member.Join with the current config offset
//	Elected  lead: Leader.Assign, then Member.Assign
//	Joined   stop what is revoked, start what is assigned
//	Lost     stop everything: the coordinator cannot be reached
//	Expired  the owner did not call Poll in time, and the member left
//	Failed   the member cannot go on
//
// Leader computes assignments (coord/assign) from the members' bytes, which say behind their last field whether a
// member is ours: work of classes that we lack goes to Java's workers. SessionKey, Signer and KeyPolicy
// are how workers trust each other's internal requests.
//
// Not here: configs, statuses, what starts and stops, and who reads the config topic: the herder.
//
// Source: ConnectProtocol, IncrementalCooperativeConnectProtocol, WorkerCoordinator, AbstractCoordinator,
// Heartbeat, WorkerGroupMember, InternalRequestSignature.
package group
