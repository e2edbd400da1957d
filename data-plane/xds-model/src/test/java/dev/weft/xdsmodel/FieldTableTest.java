package dev.weft.xdsmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Json;
import dev.weft.xdsschema.MessageType;
import dev.weft.xdsschema.Schema;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The table of fields says what the parsers do. */
class FieldTableTest {
    /** Supported, but with one value only, or with what a bootstrap cannot hold. */
    private static final Set<String> NOT_IN_SAMPLE = Set.of(
            "envoy.config.core.v3.SocketAddress.protocol", // TCP is 0, the default
            "envoy.config.cluster.v3.Cluster.filters"); // only advisory ones, which a bootstrap must not have

    @Test
    void everySupportedFieldIsReadWithoutAComplaint() throws Exception {
        Reading reading = new Reading(Reading.Mode.STATIC);
        MessageView view = everyField(reading);
        assertThat(reading.result(view)).isEqualTo(new Parsed.Ok<>(view, List.of()));
    }

    @Test
    void parsersAskForExactlyWhatTheTableCallsSupported() throws Exception {
        Set<String> asked = Asked.in(everyField(new Reading(Reading.Mode.STATIC)));
        asked.addAll(NOT_IN_SAMPLE);
        Set<String> supported = new TreeSet<>();
        for (FieldTable.Entry entry : FieldTable.entries()) {
            if (entry.treatment() == FieldTable.Treatment.SUPPORTED
                    && !entry.name().isEmpty()) {
                supported.add(entry.key());
            }
        }
        assertThat(asked).isEqualTo(supported);
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

    /** The bootstrap with every supported field, after its parser has been through it. */
    static MessageView everyField(Reading reading) throws Exception {
        MessageView view = JsonReader.read(
                reading,
                Schema.shared().require(BootstrapParser.MESSAGE),
                Json.parse(Samples.text("every-field.json")),
                "");
        BootstrapParser.parse(view);
        RuleChecker.check(view);
        FieldTable.reportUnasked(view);
        return view;
    }
}
