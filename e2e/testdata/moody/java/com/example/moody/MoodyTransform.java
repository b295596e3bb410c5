package com.example.moody;

import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.transforms.Transformation;

public final class MoodyTransform<R extends ConnectRecord<R>> implements Transformation<R>, Versioned {
    private final Moody moody = new Moody();

    @Override
    public R apply(R record) {
        moody.check(record.value());
        return record;
    }

    @Override
    public ConfigDef config() {
        return new ConfigDef();
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
