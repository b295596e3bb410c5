// Package cmd is the program: its commands, their flags, and how a worker is put together of the data plane
// (engine), the control plane (coord) and the plugins that the caller brings.
//
// Main runs one command and returns the exit code:
//
//	0    done, or stopped by a signal
//	1    usage: no arguments, --help of a worker command, an unknown flag
//	2    a worker could not start
//	3    a worker started, and a connector file could not be created
//	130  a second signal cut the stop short
//
// Source: AbstractConnectCli, ConnectStandalone, Connect of Kafka 4.3.1.
package cmd
