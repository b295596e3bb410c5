// Package migrate finds what of the configs of Java workers cannot run here: classes that are no part of this
// program, and values that it refuses.
//
// Two depths: Classes looks at names and at settings of Kafka clients, and runs nothing of a plugin; Config also
// validates as the REST API does and makes converters and transforms, which may ask other systems. Neither
// starts anything.
package migrate
