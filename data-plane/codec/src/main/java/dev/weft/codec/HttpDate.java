package dev.weft.codec;

import dev.weft.http.Ascii;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The value of the {@code date} field (RFC 9110 §5.6.7), written once a second. Confined to a loop. */
final class HttpDate {
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private long second = -1;
    private byte[] text = {};

    HttpDate(InstantSource clock) {
        this.clock = clock;
    }

    @SuppressWarnings("MutableMethodReturnType")
    byte[] now() {
        long now = clock.millis() / 1000;
        if (now != second) {
            second = now;
            text = Ascii.bytes(FORMAT.format(Instant.ofEpochSecond(now)));
        }
        return text;
    }
}
