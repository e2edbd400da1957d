package dev.weft.xdsclient;

import dev.weft.base.ProtoReader;
import dev.weft.base.ProtoWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code google.protobuf.Struct} on the wire to and from the values of {@link dev.weft.base.Json}: maps, lists, strings,
 * numbers, booleans and null.
 */
public final class Structs {
    private static final int MAX_DEPTH = 64; // a peer's message must not decide how deep our stack goes

    private Structs() {}

    /** The bytes of a Struct message. Throws {@link IllegalArgumentException} for a value JSON has no word for. */
    public static byte[] write(Map<String, ?> struct) {
        return struct(struct).toBytes();
    }

    /** The map a Struct message holds; throws {@link IllegalArgumentException} when the bytes are not one. */
    public static Map<String, @Nullable Object> read(byte[] bytes) {
        try {
            return struct(new ProtoReader(bytes), 0);
        } catch (ProtoReader.ProtoException e) {
            throw new IllegalArgumentException("not a google.protobuf.Struct: " + e.getMessage(), e);
        }
    }

    static ProtoWriter struct(Map<String, ?> map) {
        ProtoWriter out = new ProtoWriter();
        map.forEach((name, value) ->
                out.message(1, new ProtoWriter().string(1, name).message(2, value(value))));
        return out;
    }

    private static ProtoWriter value(@Nullable Object value) {
        ProtoWriter out = new ProtoWriter();
        return switch (value) {
            case null -> out.required(1, 0);
            case Number number -> out.fixed64(2, Double.doubleToRawLongBits(number.doubleValue()));
            case String text -> out.bytes(3, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            case Boolean bool -> out.required(4, bool ? 1 : 0);
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> named = new LinkedHashMap<>();
                map.forEach((k, v) -> named.put(String.valueOf(k), v));
                yield out.message(5, struct(named));
            }
            case Iterable<?> items -> {
                ProtoWriter list = new ProtoWriter();
                items.forEach(item -> list.message(1, value(item)));
                yield out.message(6, list);
            }
            default -> throw new IllegalArgumentException("not a JSON value: " + value.getClass());
        };
    }

    private static Map<String, @Nullable Object> struct(ProtoReader in, int depth) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (in.next()) {
            if (in.field() == 1) {
                ProtoReader entry = in.message();
                String name = "";
                Object value = null;
                while (entry.next()) {
                    switch (entry.field()) {
                        case 1 -> name = entry.string();
                        case 2 -> value = value(entry.message(), depth + 1);
                        default -> {}
                    }
                }
                map.put(name, value);
            }
        }
        return map;
    }

    private static @Nullable Object value(ProtoReader in, int depth) {
        if (depth > MAX_DEPTH) {
            throw new ProtoReader.ProtoException("nested deeper than " + MAX_DEPTH);
        }
        Object value = null;
        while (in.next()) {
            switch (in.field()) {
                case 2 -> value = in.real();
                case 3 -> value = in.string();
                case 4 -> value = in.bool();
                case 5 -> value = struct(in.message(), depth + 1);
                case 6 -> {
                    List<@Nullable Object> list = new ArrayList<>();
                    ProtoReader items = in.message();
                    while (items.next()) {
                        if (items.field() == 1) {
                            list.add(value(items.message(), depth + 1));
                        }
                    }
                    value = list;
                }
                default -> {}
            }
        }
        return value;
    }
}
