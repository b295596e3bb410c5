package millrace.oracle;

import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

import java.util.List;

/** A transform with its condition (null: always), applied as the worker's TransformationStage applies it. */
@SuppressWarnings({"rawtypes", "unchecked"})
record Stage(Transformation transform, Predicate predicate, boolean negate) implements AutoCloseable {

    ConnectRecord<?> apply(ConnectRecord<?> record) {
        if (predicate != null && predicate.test(record) == negate) {
            return record;
        }
        return transform.apply(record);
    }

    /** Runs a chain; null as soon as a stage drops the record. */
    static ConnectRecord<?> applyAll(List<Stage> chain, ConnectRecord<?> record) {
        ConnectRecord<?> current = record;
        for (Stage stage : chain) {
            if (current == null) {
                return null;
            }
            current = stage.apply(current);
        }
        return current;
    }

    @Override
    public void close() {
        transform.close();
    }
}
