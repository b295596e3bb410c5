// Package migrate finds what of the configs of Java workers cannot run here: classes that are no part of this
// program, and values that it refuses.
//
// Two depths: Classes looks at names, for a worker that is about to join a cluster: what its own kind would refuse as
// well is no reason to stay away. Config also looks at settings of Kafka clients, validates as the REST API does, and
// makes converters and transforms, which may ask other systems. Neither starts anything.
package migrate
