package dev.weft.xdsmodel;

import dev.weft.base.Diagnostic;
import dev.weft.base.Json;
import dev.weft.xdsschema.MessageType;
import dev.weft.xdsschema.Schema;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns xDS resources, as wire bytes or as Envoy's JSON, into records, and tells everything that is wrong with one at once.
 * Stateless; any thread. Nothing is thrown, whatever the input.
 */
public final class XdsReader {
    private XdsReader() {}

    /** What came over xDS: {@code envoy.config.listener.v3.Listener}. */
    public static Parsed<Listener> listener(byte[] wire) {
        return wire(ResourceType.LISTENER, wire, ListenerParser::parse);
    }

    public static Parsed<RouteConfiguration> routeConfiguration(byte[] wire) {
        return wire(ResourceType.ROUTE, wire, RouteParser::parse);
    }

    public static Parsed<Cluster> cluster(byte[] wire) {
        return wire(ResourceType.CLUSTER, wire, ClusterParser::parse);
    }

    public static Parsed<ClusterLoadAssignment> clusterLoadAssignment(byte[] wire) {
        return wire(ResourceType.ENDPOINT, wire, view -> EndpointParser.parse(view, true));
    }

    public static Parsed<Secret> secret(byte[] wire) {
        return wire(ResourceType.SECRET, wire, TlsParser::secret);
    }

    /** The same in Envoy's JSON, with the rules of xDS: advisory fields are told, not refused. */
    public static Parsed<Listener> listenerJson(String json) {
        return json(ResourceType.LISTENER, json, ListenerParser::parse);
    }

    public static Parsed<RouteConfiguration> routeConfigurationJson(String json) {
        return json(ResourceType.ROUTE, json, RouteParser::parse);
    }

    public static Parsed<Cluster> clusterJson(String json) {
        return json(ResourceType.CLUSTER, json, ClusterParser::parse);
    }

    public static Parsed<ClusterLoadAssignment> clusterLoadAssignmentJson(String json) {
        return json(ResourceType.ENDPOINT, json, view -> EndpointParser.parse(view, true));
    }

    public static Parsed<Secret> secretJson(String json) {
        return json(ResourceType.SECRET, json, TlsParser::secret);
    }

    /** Envoy's bootstrap in JSON. Anything that is not supported is refused by its full path. */
    public static Parsed<Bootstrap> bootstrap(String json) {
        return json(Reading.Mode.STATIC, BootstrapParser.MESSAGE, json, "", BootstrapParser::parse);
    }

    private static <T> Parsed<T> json(
            ResourceType type, String json, Function<MessageView, ? extends @Nullable T> parser) {
        return json(Reading.Mode.DYNAMIC, type.messageName(), json, "", parser);
    }

    private static <T> Parsed<T> wire(
            ResourceType type, byte[] wire, Function<MessageView, ? extends @Nullable T> parser) {
        Reading reading = new Reading(Reading.Mode.DYNAMIC);
        MessageType message = Schema.shared().require(type.messageName());
        return finish(reading, WireReader.read(reading, message, wire, ""), parser);
    }

    static <T> Parsed<T> json(
            Reading.Mode mode,
            String messageName,
            String text,
            String path,
            Function<MessageView, ? extends @Nullable T> parser) {
        Object json;
        try {
            json = Json.parse(text);
        } catch (Json.JsonException e) {
            return new Parsed.Rejected<>(List.of(Diagnostic.error(
                    "not-json",
                    path,
                    "not JSON: " + e.getMessage(),
                    "Weft reads Envoy's configuration as JSON, not YAML")));
        }
        if (!(json instanceof Map)) {
            return new Parsed.Rejected<>(List.of(Diagnostic.error("wrong-type", path, "must be a JSON object", "")));
        }
        Reading reading = new Reading(mode);
        return finish(reading, JsonReader.read(reading, Schema.shared().require(messageName), json, path), parser);
    }

    private static <T> Parsed<T> finish(
            Reading reading, @Nullable MessageView view, Function<MessageView, ? extends @Nullable T> parser) {
        if (view == null) {
            return reading.result(null);
        }
        T value = parser.apply(view);
        RuleChecker.check(view);
        FieldTable.reportUnasked(view);
        return reading.result(value);
    }
}
