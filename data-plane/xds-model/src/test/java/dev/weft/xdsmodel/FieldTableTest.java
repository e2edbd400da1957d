package dev.weft.xdsmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Json;
import dev.weft.xdsschema.Schema;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FieldTableTest {
    static String resource(String name) throws Exception {
        try (var in = FieldTableTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The bootstrap with every supported field, after its parser has been through it. */
    private static MessageView everyField(Reading reading) throws Exception {
        MessageView view = JsonReader.read(
                reading,
                Schema.shared().require(BootstrapParser.MESSAGE),
                Json.parse(resource("every-field.json")),
                "");
        BootstrapParser.parse(view);
        RuleChecker.check(view);
        FieldTable.reportUnasked(view);
        return view;
    }

    @Test
    void everySupportedFieldIsReadWithoutAComplaint() throws Exception {
        Reading reading = new Reading(Reading.Mode.STATIC);
        MessageView view = everyField(reading);
        assertThat(reading.result(view)).isInstanceOf(Parsed.Ok.class);
    }
}
