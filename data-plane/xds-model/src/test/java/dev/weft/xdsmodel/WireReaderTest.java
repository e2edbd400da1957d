package dev.weft.xdsmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.base.Json;
import dev.weft.xdsschema.MessageType;
import dev.weft.xdsschema.Schema;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WireReaderTest {
    private static final String CLUSTER = ResourceType.CLUSTER.messageName();

    @Test
    void readsWhatProtocWrote() throws Exception {
        byte[] wire;
        try (var in = getClass().getResourceAsStream("listener.binpb")) {
            wire = in.readAllBytes();
        }
        Listener listener = ok(XdsReader.listener(wire));
        assertThat(listener.name()).isEqualTo("0.0.0.0_80");
        assertThat(listener.bindToPort()).isFalse();
        assertThat(listener.listenerFiltersTimeout()).isEqualTo(Duration.ofMillis(200));
        assertThat(listener.metadata().of("weft").toString()).isEqualTo("{n=1.5, l=[true, null]}");
        assertThat(listener.filterChains().get(0).match().sourcePorts()).containsExactly(1, 300, 65535);
        HttpConnectionManager http =
                (HttpConnectionManager) listener.filterChains().get(0).filters().get(0);
        assertThat(http.timeouts().streamIdleTimeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(http.httpFilters())
                .containsExactly(new HttpFilterEntry("router", false, new HttpFilterConfig.Router(true)));
        Route route = ((RouteSource.Inline) http.routes())
                .routes()
                .virtualHosts()
                .get(0)
                .routes()
                .get(0);
        assertThat(route.match().headers().get(0).check()).isEqualTo(new HeaderMatcher.Check.Range(-5, 9_000_000_000L));
        assertThat(route.headers().responseAdd().get(0).value())
                .as("the bytes of its UTF-8")
                .isEqualTo("gr\u00c3\u00bc\u00c3\u009f");
        RouteAction.Forward forward = (RouteAction.Forward) route.action();
        assertThat(forward.timeout()).isEqualTo(Duration.ofMillis(3005));
        assertThat(forward.cluster())
                .isEqualTo(new ClusterSpecifier.Weighted(List.of(
                        ClusterSpecifier.ClusterWeight.of("a", 0xffff_ffffL),
                        ClusterSpecifier.ClusterWeight.of("b", 0))));
    }

    @Test
    void wireAndJsonGiveTheSameMessage() throws Exception {
        MessageView json = FieldTableTest.everyField(new Reading(Reading.Mode.STATIC));
        MessageView wire = parse(BootstrapParser.MESSAGE, WireWriter.write(json));
        assertThat(Json.write(wire.toJson())).isEqualTo(Json.write(json.toJson()));
        assertThat(BootstrapParser.parse(wire)).isEqualTo(BootstrapParser.parse(json));
    }

    @Test
    void laterOccurrencesWinOrAreMerged() {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        wire.writeBytes(WireWriter.field(1, utf8("first")));
        wire.writeBytes(WireWriter.field(1, utf8("second")));
        wire.writeBytes(WireWriter.field(4, new byte[] {8, 7})); // connect_timeout.seconds
        wire.writeBytes(WireWriter.field(4, new byte[] {16, 9})); // connect_timeout.nanos
        wire.writeBytes(new byte[] {2 << 3, 1}); // type: STRICT_DNS
        Cluster cluster = ok(XdsReader.cluster(wire.toByteArray()));
        assertThat(cluster.name()).isEqualTo("second");
        assertThat(cluster.connectTimeout()).isEqualTo(Duration.ofSeconds(7, 9));
        assertThat(cluster.type()).isEqualTo(Cluster.DiscoveryType.STRICT_DNS);
    }

    @Test
    void unknownFieldNumbersAreToldAndSkipped() {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        wire.writeBytes(WireWriter.field(1, utf8("c")));
        wire.writeBytes(WireWriter.field(9999, utf8("new")));
        Parsed.Ok<Cluster> parsed = (Parsed.Ok<Cluster>) XdsReader.cluster(wire.toByteArray());
        assertThat(parsed.warnings()).extracting(Diagnostic::path).containsExactly("#9999");
    }

    @Test
    void notEvenProtobufIsOneDiagnostic() {
        assertThat(problem(new byte[] {10, 100, 1})).contains("a length beyond its end");
        assertThat(problem(new byte[] {0})).contains("field number 0");
        assertThat(problem(new byte[] {10, 1, (byte) 0xff})).contains("not UTF-8");
        assertThat(problem(new byte[] {(byte) 0x80})).contains("ends within a number");
        assertThat(problem(new byte[] {15})).contains("wire type 7");
        assertThat(problem(new byte[] {11, 19})).contains("group");
        assertThat(problem(new byte[Reading.MAX_BYTES + 1])).contains("larger than");
    }

    @Test
    void nestingHasALimit() {
        byte[] struct = {};
        for (int i = 0; i < 200; i++) {
            // Value.list_value.values
            struct = WireWriter.field(6, WireWriter.field(1, struct));
        }
        byte[] metadata = WireWriter.field(
                25,
                WireWriter.field(
                        1,
                        concat(
                                WireWriter.field(1, utf8("k")),
                                WireWriter.field(2, WireWriter.field(1, WireWriter.field(2, struct))))));
        assertThat(problem(metadata)).contains("nested deeper than 100");
    }

    @Test
    void aMillionEmptyMessagesAreRefused() {
        // transport_socket_matches, two bytes of tag and one of length each
        byte[] wire = new byte[3 * (Reading.MAX_NODES + 10)];
        for (int i = 0; i < wire.length; i += 3) {
            wire[i] = (byte) 0xda;
            wire[i + 1] = 2;
        }
        assertThat(problem(wire)).contains("more than 2000000 messages");
    }

    /** Truncated and bit-flipped resources: always a value or diagnostics, never an exception. */
    @Test
    void damagedBytesNeverThrow() {
        MessageView json = FieldTableTest.everyField(new Reading(Reading.Mode.STATIC));
        byte[] whole = WireWriter.write(json);
        Random random = new Random(42);
        for (int i = 0; i < whole.length; i += 3) {
            read(Arrays.copyOf(whole, i));
        }
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = whole.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            read(damaged);
        }
    }

    @Test
    void randomBytesNeverThrow() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            XdsReader.listener(bytes);
            XdsReader.routeConfiguration(bytes);
            XdsReader.cluster(bytes);
            XdsReader.clusterLoadAssignment(bytes);
            XdsReader.secret(bytes);
        }
    }

    /** Every message of the schema, filled at random, survives wire → view → wire and view → JSON → view. */
    @Test
    void randomMessagesSurviveTheRoundTrip() {
        Random random = new Random(1);
        for (String name : Schema.shared().messageNamesSorted()) {
            MessageType type = Schema.shared().require(name);
            for (int i = 0; i < 3; i++) {
                MessageView view = new RandomMessages(random).message(type);
                MessageView again = parse(name, WireWriter.write(view));
                assertThat(Json.write(again.toJson())).as(name).isEqualTo(Json.write(view.toJson()));
                Reading reading = new Reading(Reading.Mode.DYNAMIC);
                Object json = Json.parse(Json.write(JsonWriter.unredacted(view)));
                MessageView fromJson = JsonReader.read(reading, type, json, "");
                assertThat(reading.result(fromJson)).as(name).isInstanceOf(Parsed.Ok.class);
                assertThat(WireWriter.write(fromJson)).as(name).isEqualTo(WireWriter.write(view));
            }
        }
    }

    private static void read(byte[] bootstrap) {
        Reading reading = new Reading(Reading.Mode.DYNAMIC);
        MessageView view = WireReader.read(reading, Schema.shared().require(BootstrapParser.MESSAGE), bootstrap, "");
        if (view != null) {
            BootstrapParser.parse(view);
            RuleChecker.check(view);
            FieldTable.reportUnasked(view);
            Json.write(view.toJson());
        }
        assertThat(reading.result(view)).isNotNull();
    }

    private static MessageView parse(String name, byte[] wire) {
        return ok(MessageView.parse(name, wire));
    }

    private static String problem(byte[] cluster) {
        Parsed<MessageView> parsed = MessageView.parse(CLUSTER, cluster);
        assertThat(parsed).isInstanceOf(Parsed.Rejected.class);
        return ((Parsed.Rejected<MessageView>) parsed).diagnostics().toString();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(a);
        out.writeBytes(b);
        return out.toByteArray();
    }

    static <T> T ok(Parsed<T> parsed) {
        assertThat(parsed).isInstanceOf(Parsed.Ok.class);
        return ((Parsed.Ok<T>) parsed).value();
    }
}
