package dev.weft.translate;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import dev.weft.meshmodel.ResourceKey;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;
import java.util.List;

/** Small pieces every resource is made of. */
final class Protos {
    /** Everything else comes over the stream this came over. */
    static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .setResourceApiVersion(ApiVersion.V3)
            .build();

    /** Header names go out as they came in: Envoy's default writes them in lower case, and some applications care. */
    static final Http1ProtocolOptions.HeaderKeyFormat PRESERVE_CASE = Http1ProtocolOptions.HeaderKeyFormat.newBuilder()
            .setStatefulFormatter(TypedExtensionConfig.newBuilder()
                    .setName("preserve_case")
                    .setTypedConfig(pack(PreserveCaseFormatterConfig.getDefaultInstance())))
            .build();

    /** Istio's text format since 1.9, which people's tools read: Envoy's with the reason, addresses and the route. */
    private static final String LOG_FORMAT =
            "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE%"
                    + " %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS%"
                    + " \"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %BYTES_RECEIVED% %BYTES_SENT% %DURATION%"
                    + " %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\""
                    + " \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\" %UPSTREAM_CLUSTER%"
                    + " %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS%"
                    + " %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n";

    static final AccessLog STDOUT_LOG = AccessLog.newBuilder()
            .setName("envoy.access_loggers.stdout")
            .setTypedConfig(pack(StdoutAccessLog.newBuilder()
                    .setLogFormat(SubstitutionFormatString.newBuilder()
                            .setTextFormatSource(DataSource.newBuilder().setInlineString(LOG_FORMAT)))
                    .build()))
            .build();

    private Protos() {}

    static Any pack(Message message) {
        return Any.newBuilder()
                .setTypeUrl(
                        "type.googleapis.com/" + message.getDescriptorForType().getFullName())
                .setValue(message.toByteString())
                .build();
    }

    static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    static Duration millis(long millis) {
        return duration(java.time.Duration.ofMillis(millis));
    }

    static UInt32Value number(int number) {
        return UInt32Value.of(number);
    }

    static Address address(String host, int port) {
        return Address.newBuilder()
                .setSocketAddress(SocketAddress.newBuilder().setAddress(host).setPortValue(port))
                .build();
    }

    /** All addresses of the machine, of both families. */
    static Address anyAddress(int port) {
        return Address.newBuilder()
                .setSocketAddress(SocketAddress.newBuilder()
                        .setAddress("::")
                        .setPortValue(port)
                        .setIpv4Compat(true))
                .build();
    }

    static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    /** {@code istio: {services: [{host, name, namespace}]}}: what metrics call the destination. */
    static Metadata servicesMetadata(List<ResourceKey> services, String domainSuffix) {
        com.google.protobuf.ListValue.Builder list = com.google.protobuf.ListValue.newBuilder();
        for (ResourceKey service : services) {
            list.addValues(Value.newBuilder()
                    .setStructValue(Struct.newBuilder()
                            .putFields(
                                    "host", text(service.name() + "." + service.namespace() + ".svc." + domainSuffix))
                            .putFields("name", text(service.name()))
                            .putFields("namespace", text(service.namespace()))));
        }
        return Metadata.newBuilder()
                .putFilterMetadata(
                        "istio",
                        Struct.newBuilder()
                                .putFields(
                                        "services",
                                        Value.newBuilder().setListValue(list).build())
                                .build())
                .build();
    }
}
