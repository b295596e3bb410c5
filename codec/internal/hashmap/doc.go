// Package hashmap says where a java.util.HashMap keeps its keys: their hash codes, and their order in a bucket.
package hashmap
