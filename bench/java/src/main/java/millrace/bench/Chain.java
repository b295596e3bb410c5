package millrace.bench;

import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.Cast;
import org.apache.kafka.connect.transforms.InsertField;
import org.apache.kafka.connect.transforms.MaskField;
import org.apache.kafka.connect.transforms.ReplaceField;
import org.apache.kafka.connect.transforms.TimestampConverter;
import org.apache.kafka.connect.transforms.Transformation;

import java.util.List;
import java.util.Map;

/** The five transforms of the benchmark, configured the same in Go: rename and drop, mask, cast, convert a time, insert. */
final class Chain {
    private Chain() {}

    static List<Transformation<SinkRecord>> five() {
        return List.of(
            configured(new ReplaceField.Value<>(), Map.of("exclude", "note", "renames", "customer:client")),
            configured(new MaskField.Value<>(), Map.of("fields", "zip")),
            configured(new Cast.Value<>(), Map.of("spec", "qty:int64,amount:string")),
            configured(new TimestampConverter.Value<>(), Map.of("field", "created", "target.type", "string", "format", "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")),
            configured(new InsertField.Value<>(), Map.of("topic.field", "source_topic", "static.field", "site", "static.value", "eu-1")));
    }

    private static Transformation<SinkRecord> configured(Transformation<SinkRecord> transform, Map<String, String> config) {
        transform.configure(config);
        return transform;
    }
}
