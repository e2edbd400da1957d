package dev.weft.xdsschema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class SchemaTest {
    private final Schema schema = Schema.load();

    @Test
    void knowsNamesNumbersAndTypesOfFields() {
        MessageType cluster = schema.require("envoy.config.cluster.v3.Cluster");
        FieldType timeout = field(cluster, "connect_timeout");
        assertThat(timeout.number()).isEqualTo(4);
        assertThat(timeout.jsonName()).isEqualTo("connectTimeout");
        assertThat(timeout.message().fullName()).isEqualTo("google.protobuf.Duration");
        assertThat(cluster.field(4)).isSameAs(timeout);
        assertThat(cluster.fieldByJsonName("connectTimeout")).isSameAs(timeout);
        assertThat(cluster.fieldByJsonName("connect_timeout")).isSameAs(timeout);
        assertThat(cluster.field(4711)).isNull();
        assertThat(cluster.field("timeout")).isNull();
        assertThat(schema.message("envoy.api.v2.Cluster")).isNull();
    }

    @Test
    void knowsEnumsOneofsListsAndMaps() {
        MessageType cluster = schema.require("envoy.config.cluster.v3.Cluster");
        EnumType policy = field(cluster, "lb_policy").enumeration();
        assertThat(policy.name(1)).isEqualTo("LEAST_REQUEST");
        assertThat(policy.number("RANDOM")).hasValue(3);
        assertThat(policy.name(99)).isNull();
        FieldType type = field(cluster, "type");
        assertThat(cluster.oneofs().get(type.oneof()).name()).isEqualTo("cluster_discovery_type");
        assertThat(type.hasPresence()).isTrue();
        assertThat(field(cluster, "name").hasPresence()).isFalse();
        assertThat(field(cluster, "transport_socket_matches").repeated()).isTrue();
        assertThat(field(cluster, "typed_extension_protocol_options").map()).isTrue();
    }

    @Test
    void carriesTheRulesEnvoyChecks() {
        Rules name = rules("envoy.config.cluster.v3.Cluster", "name");
        assertThat(name.minLength()).isEqualTo(1);
        Rules timeout = rules("envoy.config.cluster.v3.Cluster", "connect_timeout");
        assertThat(timeout.hasGreaterThan()).isTrue();
        assertThat(timeout.greaterThan()).isZero();
        assertThat(timeout.hasAtMost()).isFalse();
        Rules port = rules("envoy.config.core.v3.SocketAddress", "port_value");
        assertThat(port.atMost()).isEqualTo(65535);
        assertThat(rules("envoy.config.route.v3.Route", "match").required()).isTrue();
        Rules domains = rules("envoy.config.route.v3.VirtualHost", "domains");
        assertThat(domains.minItems()).isEqualTo(1);
        assertThat(domains.items()).isNotNull();
        assertThat(rules("envoy.type.v3.Percent", "value").atMost()).isEqualTo(100_000_000);
        assertThat(schema.require("envoy.config.core.v3.Address")
                        .oneofs()
                        .get(0)
                        .required())
                .isTrue();
        assertThat(field(schema.require("envoy.extensions.transport_sockets.tls.v3.TlsCertificate"), "private_key")
                        .sensitive())
                .isTrue();
    }

    @Test
    void everyReferenceLeadsToAMessageOfTheTable() {
        Set<String> seen = new HashSet<>();
        Deque<String> todo = new ArrayDeque<>(schema.messageNamesSorted());
        while (!todo.isEmpty()) {
            MessageType type = schema.require(todo.poll());
            for (FieldType field : type.fields()) {
                assertThat(type.field(field.number())).isSameAs(field);
                assertThat(type.fieldByJsonName(field.jsonName())).isSameAs(field);
                if (field.kind() == Kind.MESSAGE && seen.add(field.message().fullName())) {
                    todo.add(field.message().fullName());
                } else if (field.kind() == Kind.ENUM) {
                    assertThat(field.enumeration().name(0)).isNotNull();
                }
            }
        }
        assertThat(seen).contains("google.protobuf.Struct", "envoy.config.route.v3.RouteMatch");
    }

    @Test
    void aMessageOutsideTheSubsetIsRefusedByName() {
        assertThatThrownBy(() -> schema.require("envoy.Nothing")).hasMessageContaining("envoy.Nothing");
    }

    /** Budget: 300 KB in the jar, 30 ms to load with cold code. */
    @Test
    void staysSmallAndLoadsFast() throws Exception {
        byte[] table;
        try (InputStream in = Schema.class.getResourceAsStream("schema.bin")) {
            table = in.readAllBytes();
        }
        Deflater deflater = new Deflater();
        deflater.setInput(table);
        deflater.finish();
        int packed = deflater.deflate(new byte[table.length]);
        deflater.end();
        long start = System.nanoTime();
        Schema.load().require("envoy.config.bootstrap.v3.Bootstrap");
        long micros = (System.nanoTime() - start) / 1000;
        System.out.println(
                "schema.bin: " + table.length + " bytes, " + packed + " packed, loaded in " + micros + " µs");
        assertThat(packed).isLessThan(300 * 1024);
        assertThat(micros).isLessThan(30_000);
    }

    private Rules rules(String message, String name) {
        Rules rules = field(schema.require(message), name).rules();
        assertThat(rules).as(message + "." + name).isNotNull();
        return rules;
    }

    private static FieldType field(MessageType type, String name) {
        FieldType field = type.field(name);
        assertThat(field).as(name).isNotNull();
        return field;
    }
}
