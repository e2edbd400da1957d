package dev.weft.proxycore;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.xdsmodel.HeaderValueOption;
import java.util.List;
import java.util.Locale;

/** Headers to remove and add, compiled. Immutable. Values are literal text; {@code %%} stands for a percent sign. */
final class HeaderEdits {
    static final HeaderEdits NONE = new HeaderEdits(List.of(), List.of());

    private record Addition(byte[] name, byte[] lowerName, byte[] value, HeaderValueOption.AppendAction action) {}

    private final byte[][] removals;
    private final Addition[] additions;

    HeaderEdits(List<HeaderValueOption> add, List<String> remove) {
        removals = remove.stream()
                .map(name -> Ascii.bytes(name.toLowerCase(Locale.ROOT)))
                .toArray(byte[][]::new);
        additions = add.stream()
                .filter(option -> !option.value().isEmpty() || option.keepEmptyValue())
                .map(option -> new Addition(
                        Ascii.bytes(option.name()),
                        Ascii.bytes(option.name().toLowerCase(Locale.ROOT)),
                        Ascii.bytes(option.value().replace("%%", "%")),
                        option.appendAction()))
                .toArray(Addition[]::new);
    }

    boolean isEmpty() {
        return removals.length == 0 && additions.length == 0;
    }

    /** Removes first, then adds, as Envoy does. */
    void apply(HeaderBlock headers) {
        for (byte[] name : removals) {
            removeAll(headers, name);
        }
        for (Addition addition : additions) {
            boolean there = headers.find(addition.lowerName(), 0) >= 0;
            switch (addition.action()) {
                case APPEND_IF_EXISTS_OR_ADD -> headers.add(addition.name(), addition.value());
                case ADD_IF_ABSENT -> {
                    if (!there) {
                        headers.add(addition.name(), addition.value());
                    }
                }
                case OVERWRITE_IF_EXISTS_OR_ADD -> {
                    removeAll(headers, addition.lowerName());
                    headers.add(addition.name(), addition.value());
                }
                case OVERWRITE_IF_EXISTS -> {
                    if (there) {
                        removeAll(headers, addition.lowerName());
                        headers.add(addition.name(), addition.value());
                    }
                }
            }
        }
    }

    private static void removeAll(HeaderBlock headers, byte[] lowerName) {
        for (int i = headers.find(lowerName, 0); i >= 0; i = headers.find(lowerName, i + 1)) {
            headers.removeAt(i);
        }
    }
}
