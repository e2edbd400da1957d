package dev.weft.control;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads members of a {@code google.protobuf.Struct} that a peer sent. */
final class Structs {
    private Structs() {}

    /** A string member; empty when it is absent or something else. */
    static String text(Struct struct, String name) {
        Value value = struct.getFieldsMap().get(name);
        return value == null ? "" : value.getStringValue();
    }

    static boolean isTrue(Struct struct, String name) {
        Value value = struct.getFieldsMap().get(name);
        return value != null && value.getBoolValue();
    }

    /** A whole number of 0 to 65535; -1 when it is absent or something else. Numbers as strings are read too. */
    static int port(Struct struct, String name) {
        Value value = struct.getFieldsMap().get(name);
        if (value == null) {
            return -1;
        }
        double number = value.getNumberValue();
        if (value.hasStringValue() && value.getStringValue().matches("[0-9]{1,5}")) {
            number = Integer.parseInt(value.getStringValue());
        }
        return number == Math.rint(number) && number > 0 && number <= 65535 ? (int) number : -1;
    }

    /** A member that maps strings to strings; others are left out. */
    static Map<String, String> texts(Struct struct, String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        Value value = struct.getFieldsMap().get(name);
        if (value != null) {
            value.getStructValue().getFieldsMap().forEach((key, member) -> {
                if (member.hasStringValue()) {
                    texts.put(key, member.getStringValue());
                }
            });
        }
        return texts;
    }
}
