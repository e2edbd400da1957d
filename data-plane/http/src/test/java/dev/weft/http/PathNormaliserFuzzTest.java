package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.http.PathNormaliser.EscapedSlashes;
import dev.weft.http.PathNormaliser.Outcome;

/** Any target has one form, and what is in its form stays as it is. */
class PathNormaliserFuzzTest {
    /** The first byte says what is switched on; what codecs do not let into a target is left out of the rest. */
    @FuzzTest
    void aPathHasOneForm(byte[] input) {
        int ways = input.length == 0 ? 0 : input[0];
        StringBuilder target = new StringBuilder("/");
        for (int i = 1; i < input.length; i++) {
            if (input[i] > 0x20 && input[i] < 0x7f && input[i] != '#') {
                target.append((char) input[i]);
            }
        }
        boolean canonical = (ways & 1) != 0;
        boolean merge = (ways & 2) != 0;
        EscapedSlashes slashes = EscapedSlashes.values()[ways >> 2 & 3];
        PathNormaliser normaliser = new PathNormaliser(canonical, merge, slashes);
        RequestHead head = head(target.toString());
        Outcome outcome = normaliser.normalise(head);
        String wanted = NaivePath.normalised(target.toString(), canonical, merge, slashes);
        switch (outcome) {
            case REJECT -> assertThat(wanted).isEqualTo("reject");
            case REDIRECT -> assertThat("redirect " + head.targetText()).isEqualTo(wanted);
            case FORWARD -> assertThat(head.targetText()).isEqualTo(wanted);
        }
        if (canonical && outcome != Outcome.REJECT) {
            String once = head.targetText();
            assertThat(normaliser.normalise(head)).isEqualTo(Outcome.FORWARD);
            assertThat(head.targetText()).isEqualTo(once);
        }
    }

    private static RequestHead head(String target) {
        RequestHead head = new RequestHead(16);
        head.target(Ascii.bytes(target));
        return head;
    }
}
