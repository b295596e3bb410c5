package cmd

import "github.com/millrace/millrace/config"

// clientKeys are the keys that every Kafka client reads, security aside: in a worker file for the worker's own
// clients, behind producer., consumer. and admin. for those of connectors. internal/kafka reads them.
// Source: AdminClientConfig, CommonClientConfigs.
func clientKeys() []config.Key {
	return []config.Key{
		{Name: "client.id", Type: config.String, Default: "", Importance: config.Medium,
			Doc: "An id string to pass to the server when making requests. The purpose of this is to be able to track the source of requests beyond just ip/port by allowing a logical application name to be included in server-side request logging."},
		{Name: "default.api.timeout.ms", Type: config.Int, Default: "60000", Validator: config.AtLeast(0), Importance: config.Medium,
			Doc: "Specifies the timeout (in milliseconds) for client APIs. This configuration is used as the default timeout for all client operations that do not specify a <code>timeout</code> parameter."},
		{Name: "request.timeout.ms", Type: config.Int, Default: "30000", Validator: config.AtLeast(0), Importance: config.Medium,
			Doc: "The configuration controls the maximum amount of time the client will wait for the response of a request. If the response is not received before the timeout elapses the client will resend the request if necessary or fail the request if retries are exhausted."},
		{Name: "retries", Type: config.Int, Default: "2147483647", Validator: config.AtLeast(0), Importance: config.Low,
			Doc: "It is recommended to set the value to either <code>MAX_VALUE</code> or zero, and use corresponding timeout parameters to control how long a client should retry a request. Setting a value greater than zero will cause the client to resend any request that fails with a potentially transient error. Setting a value of zero will lead to transient errors not being retried, and they will be propagated to the application to be handled."},
		{Name: "retry.backoff.ms", Type: config.Long, Default: "100", Validator: config.AtLeast(0), Importance: config.Low,
			Doc: "The amount of time to wait before attempting to retry a failed request to a given topic partition. This avoids repeatedly sending requests in a tight loop under some failure scenarios. This value is the initial backoff value and will increase exponentially for each failed request, up to the <code>retry.backoff.max.ms</code> value."},
		{Name: "retry.backoff.max.ms", Type: config.Long, Default: "1000", Validator: config.AtLeast(0), Importance: config.Low,
			Doc: "The maximum amount of time in milliseconds to wait when retrying a request to the broker that has repeatedly failed. If provided, the backoff per client will increase exponentially for each failed request, up to this maximum. To prevent all clients from being synchronized upon retry, a randomized jitter with a factor of 0.2 will be applied to the backoff, resulting in the backoff falling within a range between 20% below and 20% above the computed value. If <code>retry.backoff.ms</code> is set to be higher than <code>retry.backoff.max.ms</code>, then <code>retry.backoff.max.ms</code> will be used as a constant backoff from the beginning without any exponential increase"},
		{Name: "reconnect.backoff.ms", Type: config.Long, Default: "50", Validator: config.AtLeast(0), Importance: config.Low,
			Doc: "The base amount of time to wait before attempting to reconnect to a given host. This avoids repeatedly connecting to a host in a tight loop. This backoff applies to all connection attempts by the client to a broker. This value is the initial backoff value and will increase exponentially for each consecutive connection failure, up to the <code>reconnect.backoff.max.ms</code> value."},
		{Name: "reconnect.backoff.max.ms", Type: config.Long, Default: "1000", Validator: config.AtLeast(0), Importance: config.Low,
			Doc: "The maximum amount of time in milliseconds to wait when reconnecting to a broker that has repeatedly failed to connect. If provided, the backoff per host will increase exponentially for each consecutive connection failure, up to this maximum. After calculating the backoff increase, 20% random jitter is added to avoid connection storms."},
		{Name: "socket.connection.setup.timeout.ms", Type: config.Long, Default: "10000", Importance: config.Medium,
			Doc: "The amount of time the client will wait for the socket connection to be established. If the connection is not built before the timeout elapses, clients will close the socket channel. This value is the initial backoff value and will increase exponentially for each consecutive connection failure, up to the <code>socket.connection.setup.timeout.max.ms</code> value."},
		{Name: "socket.connection.setup.timeout.max.ms", Type: config.Long, Default: "30000", Importance: config.Medium,
			Doc: "The maximum amount of time the client will wait for the socket connection to be established. The connection setup timeout will increase exponentially for each consecutive connection failure up to this maximum. To avoid connection storms, a randomization factor of 0.2 will be applied to the timeout resulting in a random range between 20% below and 20% above the computed value."},
		{Name: "connections.max.idle.ms", Type: config.Long, Default: "300000", Importance: config.Medium,
			Doc: "Close idle connections after the number of milliseconds specified by this config."},
		{Name: "metadata.max.age.ms", Type: config.Long, Default: "300000", Validator: config.AtLeast(0), Importance: config.Low,
			Doc: "The period of time in milliseconds after which we force a refresh of metadata even if we haven't seen any partition leadership changes to proactively discover any new brokers or partitions."},
		{Name: "send.buffer.bytes", Type: config.Int, Default: "-1", Validator: config.AtLeast(-1), Importance: config.Medium,
			Doc: "The size of the TCP send buffer (SO_SNDBUF) to use when sending data. If the value is -1, the OS default will be used. The default leaves the size to the system, which tunes it."},
		{Name: "receive.buffer.bytes", Type: config.Int, Default: "-1", Validator: config.AtLeast(-1), Importance: config.Medium,
			Doc: "The size of the TCP receive buffer (SO_RCVBUF) to use when reading data. If the value is -1, the OS default will be used. The default leaves the size to the system, which tunes it."},
		{Name: "enable.metrics.push", Type: config.Boolean, Default: "false", Importance: config.Low,
			Doc: "Whether to enable pushing of client metrics to the cluster, if the cluster has a client metrics subscription which matches this client."},
	}
}
