package millrace.oracle;

import com.fasterxml.jackson.databind.JsonNode;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;

/** The configured plugins, by the handle that the client chose. */
final class Plugins {
    private final Map<String, Object> byHandle = new HashMap<>();

    /** Creates and configures a plugin as the worker would; its exceptions are the answer. */
    void configure(JsonNode request) {
        String handle = Json.required(request, "handle").asText();
        String kind = Json.required(request, "kind").asText();
        Map<String, Object> config = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : request.path("config").properties()) {
            config.put(entry.getKey(), entry.getValue().isNull() ? null : entry.getValue().asText());
        }
        Object plugin = instance(Json.required(request, "class").asText(), switch (kind) {
            case "transform" -> Transformation.class;
            case "predicate" -> Predicate.class;
            case "converter" -> Converter.class;
            case "headerConverter" -> HeaderConverter.class;
            default -> throw new InvalidRequest("unknown plugin kind \"" + kind + "\"");
        });
        boolean isKey = request.path("isKey").asBoolean();
        switch (kind) {
            case "transform" -> plugin = stage(request, (Transformation<?>) plugin, config);
            case "predicate" -> ((Predicate<?>) plugin).configure(config);
            case "converter" -> ((Converter) plugin).configure(config, isKey);
            default -> {
                config.put("converter.type", "header");
                ((HeaderConverter) plugin).configure(config);
            }
        }
        close(byHandle.put(handle, plugin));
    }

    private Stage stage(JsonNode request, Transformation<?> transform, Map<String, Object> config) {
        transform.configure(config);
        String predicate = Json.textOrNull(request, "predicate");
        return new Stage(transform, predicate == null ? null : get(predicate, Predicate.class), request.path("negate").asBoolean());
    }

    <T> T get(String handle, Class<T> type) {
        Object plugin = byHandle.get(handle);
        if (plugin == null) {
            throw new InvalidRequest("no plugin is configured under the handle \"" + handle + "\"");
        }
        if (!type.isInstance(plugin)) {
            throw new InvalidRequest("handle \"" + handle + "\" is a " + plugin.getClass().getName() + ", not a " + type.getSimpleName());
        }
        return type.cast(plugin);
    }

    void close(String handle) {
        close(byHandle.remove(handle));
    }

    private static void close(Object plugin) {
        if (plugin instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static Object instance(String name, Class<?> type) {
        try {
            Class<?> found = Class.forName(name);
            if (!type.isAssignableFrom(found) || Modifier.isAbstract(found.getModifiers())) {
                throw new ConfigException("Class " + name + " is not a concrete " + type.getSimpleName() + ".");
            }
            return found.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new ConfigException("Class " + name + " could not be found.");
        }
    }
}
