package millrace.oracle;

import org.apache.kafka.common.utils.AppInfoParser;

/** Names the versions behind the answers: Kafka's jars and the JDK (the text of doubles and the order of some maps depend on it). */
final class About {
    private About() {}

    static String line() {
        return "{\"kafka\":\"" + AppInfoParser.getVersion() + "\",\"jdk\":\"" + System.getProperty("java.runtime.version") + "\"}";
    }
}
