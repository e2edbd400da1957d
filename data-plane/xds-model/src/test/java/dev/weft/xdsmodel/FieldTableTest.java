package dev.weft.xdsmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.base.Json;
import dev.weft.xdsschema.FieldType;
import dev.weft.xdsschema.MessageType;
import dev.weft.xdsschema.Schema;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The table of fields says what the parsers do. */
class FieldTableTest {
    private static final String MANAGER =
            "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

    /** Supported, but with one value only, or with what a bootstrap cannot hold. */
    private static final Set<String> NOT_IN_SAMPLE = Set.of(
            "envoy.config.core.v3.SocketAddress.protocol", // TCP is 0, the default
            "envoy.config.cluster.v3.Cluster.filters"); // only advisory ones, which a bootstrap must not have

    @Test
    void parsersAskForAllTheTableCallsSupported() {
        Set<String> asked = Asked.in(everyField(new Reading(Reading.Mode.STATIC)));
        asked.addAll(NOT_IN_SAMPLE);
        assertThat(asked).containsAll(keys(FieldTable.Treatment.SUPPORTED));
    }

    /** A field that is read but not called supported is refused or told, whatever the parsers do with it. */
    @Test
    void whatIsReadButNotSupportedIsReported() {
        Reading reading = new Reading(Reading.Mode.STATIC);
        MessageView view = everyField(reading);
        assertThat(reading.failed()).isFalse();
        Set<String> unsupported = Asked.in(view);
        unsupported.removeAll(keys(FieldTable.Treatment.SUPPORTED));
        FieldTable.reportUnasked(view);
        Set<String> reported = new TreeSet<>();
        List<Diagnostic> diagnostics = ((Parsed.Rejected<MessageView>) reading.result(view)).diagnostics();
        for (Diagnostic diagnostic : diagnostics) {
            assertThat(diagnostic.code()).isEqualTo("unsupported-field");
            reported.add(diagnostic.path().substring(diagnostic.path().lastIndexOf('.') + 1));
        }
        for (String field : unsupported) {
            // What lies below a refused field is not reported again.
            assertThat(reported.contains(field.substring(field.lastIndexOf('.') + 1))
                            || field.startsWith("envoy.config.route.v3.RetryPolicy"))
                    .as(field)
                    .isTrue();
        }
    }

    @Test
    void everyLineNamesAFieldOfTheSchemaOnce() {
        Set<String> seen = new HashSet<>();
        Set<String> wrong = new TreeSet<>();
        for (FieldTable.Entry entry : FieldTable.entries()) {
            if (!seen.add(entry.key())) {
                wrong.add(entry.key() + " is there twice");
            }
            if (!entry.name().isEmpty()) {
                MessageType type = Schema.shared().require(entry.message());
                if (type.field(entry.name()) == null) {
                    wrong.add(entry.key() + " is no field");
                }
            } else if (entry.treatment() == FieldTable.Treatment.SUPPORTED) {
                Schema.shared().require(entry.message());
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(seen).hasSizeGreaterThan(500);
    }

    /** What a newer schema adds is somebody's decision, not what happens to be refused. */
    @Test
    void everyFieldOfAConnectionManagerHasALine() {
        Set<String> lines = new HashSet<>();
        FieldTable.entries().forEach(entry -> lines.add(entry.key()));
        Set<String> missing = new TreeSet<>();
        for (String name : Schema.shared().messageNamesSorted()) {
            if (name.startsWith(MANAGER) && lines.stream().anyMatch(line -> line.startsWith(name + "."))) {
                for (FieldType field : Schema.shared().require(name).fields()) {
                    if (!lines.contains(name + "." + field.name())) {
                        missing.add(name + "." + field.name());
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(lines).contains(MANAGER + ".SetCurrentClientCertDetails.subject");
    }

    private static Set<String> keys(FieldTable.Treatment treatment) {
        Set<String> keys = new TreeSet<>();
        for (FieldTable.Entry entry : FieldTable.entries()) {
            if (entry.treatment() == treatment && !entry.name().isEmpty()) {
                keys.add(entry.key());
            }
        }
        // Read, but only below fields that are not supported yet.
        keys.removeIf(key -> key.startsWith("envoy.config.route.v3.RetryPolicy"));
        return keys;
    }

    /** The bootstrap with every field a parser knows, after it has been through it and its rules were checked. */
    static MessageView everyField(Reading reading) {
        MessageView view = JsonReader.read(
                reading,
                Schema.shared().require(BootstrapParser.MESSAGE),
                Json.parse(Samples.text("every-field.json")),
                "");
        BootstrapParser.parse(view);
        RuleChecker.check(view);
        return view;
    }
}
