package errant

import "github.com/twmb/franz-go/pkg/kerr"

// kafkaClass returns the class of Java's exception for a code with which brokers refuse records for good, "" for
// others. Source: org.apache.kafka.common.protocol.Errors.
func kafkaClass(code int16) string {
	const errors = "org.apache.kafka.common.errors."
	switch code {
	case kerr.MessageTooLarge.Code:
		return errors + "RecordTooLargeException"
	case kerr.RecordListTooLarge.Code:
		return errors + "RecordBatchTooLargeException"
	case kerr.InvalidTopicException.Code:
		return errors + "InvalidTopicException"
	case kerr.InvalidRecord.Code:
		return "org.apache.kafka.common.InvalidRecordException"
	case kerr.InvalidTimestamp.Code:
		return errors + "InvalidTimestampException"
	case kerr.CorruptMessage.Code:
		return errors + "CorruptRecordException"
	case kerr.UnknownTopicOrPartition.Code:
		return errors + "UnknownTopicOrPartitionException"
	case kerr.TopicAuthorizationFailed.Code:
		return errors + "TopicAuthorizationException"
	case kerr.ClusterAuthorizationFailed.Code:
		return errors + "ClusterAuthorizationException"
	case kerr.UnsupportedForMessageFormat.Code:
		return errors + "UnsupportedForMessageFormatException"
	case kerr.UnsupportedCompressionType.Code:
		return errors + "UnsupportedCompressionTypeException"
	case kerr.PolicyViolation.Code:
		return errors + "PolicyViolationException"
	}
	return ""
}
