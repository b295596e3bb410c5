package com.example.moody;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;

/** Words as UTF-8. */
public final class MoodyConverter implements Converter, HeaderConverter, Versioned {
    private final Moody moody = new Moody();

    @Override
    public byte[] fromConnectData(String topic, Schema schema, Object value) {
        moody.check(value);
        return value == null ? null : value.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public SchemaAndValue toConnectData(String topic, byte[] value) {
        String word = value == null ? null : new String(value, StandardCharsets.UTF_8);
        moody.check(word);
        return new SchemaAndValue(Schema.OPTIONAL_STRING_SCHEMA, word);
    }

    @Override
    public byte[] fromConnectHeader(String topic, String key, Schema schema, Object value) {
        return fromConnectData(topic, schema, value);
    }

    @Override
    public SchemaAndValue toConnectHeader(String topic, String key, byte[] value) {
        return toConnectData(topic, value);
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
    public void configure(Map<String, ?> configs, boolean isKey) {
    }

    @Override
    public void configure(Map<String, ?> configs) {
    }

    @Override
    public void close() {
    }
}
