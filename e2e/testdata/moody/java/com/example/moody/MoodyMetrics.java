package com.example.moody;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.lang.management.ManagementFactory;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.connect.rest.ConnectRestExtension;
import org.apache.kafka.connect.rest.ConnectRestExtensionContext;

/** Serves what JMX says of errors: lines of connector, attribute and number. */
public final class MoodyMetrics implements ConnectRestExtension {
    @Override
    public void register(ConnectRestExtensionContext context) {
        context.configurable().register(new Resource());
    }

    /** GET /moody/metrics. */
    @Path("/moody")
    public static final class Resource {
        @GET
        @Path("/metrics")
        @Produces("text/plain")
        public String metrics() throws JMException {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            StringBuilder text = new StringBuilder();
            for (ObjectName name : server.queryNames(new ObjectName("kafka.connect:type=task-error-metrics,*"), null)) {
                for (MBeanAttributeInfo a : server.getMBeanInfo(name).getAttributes()) {
                    text.append(name.getKeyProperty("connector")).append(' ').append(a.getName()).append(' ')
                        .append(server.getAttribute(name, a.getName())).append('\n');
                }
            }
            return text.toString();
        }
    }

    @Override
    public String version() {
        return Moody.VERSION;
    }

    @Override
    public void configure(Map<String, ?> configs) {
    }

    @Override
    public void close() {
    }
}
