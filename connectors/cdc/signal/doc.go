// Package signal is how a running connector that captures changes is told what to do: the channels that signals come on,
// and what they say. Connectors act on them.
//
//	signal.go    a signal, and the kinds of them
//	request.go   what a signal asks for, in its data
//	settings.go  the keys signal.*
//	channel.go   channels that are asked at an interval: a topic, a file
//	kafka.go     the topic
//	file.go      the file
//
// The table signal.data.collection, which a connector sees among its changes, is the channel named source.
//
// Source: io.debezium.pipeline.signal of debezium-core 3.5.0.Final.
package signal
