// Package coord is the control plane: who runs what, and what is durable. The root holds its contract;
// herders, stores, the group protocol and the REST API live in the subfolders. It never touches a record.
package coord
