package dev.weft.xdsmodel;

import dev.weft.xdsschema.FieldType;
import dev.weft.xdsschema.MessageType;
import java.util.Random;

/** Messages of any type with random content that is valid for their types (not for Envoy's rules). */
final class RandomMessages {
    private static final int MAX_DEPTH = 5;
    private static final String[] TEXTS = {"a", "grüß", "x-y", "\"quoted\\\"", "𝄞", "line\nbreak"};

    private final Random random;
    private final Reading reading = new Reading(Reading.Mode.DYNAMIC);

    RandomMessages(Random random) {
        this.random = random;
    }

    MessageView message(MessageType type) {
        MessageView view = new MessageView(reading, type, null, "");
        fill(view, 0);
        return view;
    }

    private void fill(MessageView view, int depth) {
        switch (view.type().fullName()) {
            case WellKnown.ANY -> {
                return; // its content is other tests' business
            }
            case WellKnown.VALUE -> {
                view.set(view.type().field("string_value"), "v");
                return;
            }
            case WellKnown.DURATION, WellKnown.TIMESTAMP -> {
                view.set(view.type().field("seconds"), 1L + random.nextInt(1_000_000));
                return;
            }
            case WellKnown.FIELD_MASK -> {
                view.listOf(view.type().field("paths")).add("some_field");
                return;
            }
            default -> {}
        }
        for (FieldType field : view.type().fields()) {
            if (random.nextInt(3) == 0 || depth >= MAX_DEPTH) {
                continue;
            }
            if (field.oneof() >= 0 && random.nextBoolean()) {
                continue;
            }
            if (field.map()) {
                FieldType valueType = WellKnown.value(field.message());
                Object value = value(view, valueType, depth);
                if (!MessageView.isDefault(valueType, value)) {
                    view.mapOf(field).put(key(WellKnown.key(field.message())), value);
                }
            } else if (field.repeated()) {
                for (int i = random.nextInt(3); i > 0; i--) {
                    view.listOf(field).add(value(view, field, depth));
                }
            } else {
                Object value = value(view, field, depth);
                if (!MessageView.isDefault(field, value)) {
                    view.set(field, value);
                }
            }
        }
    }

    private Object key(FieldType type) {
        return switch (type.kind()) {
            case STRING -> "key";
            case BOOL -> true;
            default -> 7L;
        };
    }

    private Object value(MessageView view, FieldType field, int depth) {
        return switch (field.kind()) {
            case STRING -> TEXTS[random.nextInt(TEXTS.length)];
            case BOOL -> random.nextBoolean();
            case BYTES -> {
                byte[] bytes = new byte[random.nextInt(10)];
                random.nextBytes(bytes);
                yield bytes;
            }
            case DOUBLE -> random.nextGaussian() * 1e6;
            case FLOAT -> (double) random.nextFloat();
            case INT64, SINT64, SFIXED64, UINT64, FIXED64 -> random.nextLong();
            case INT32, SINT32, SFIXED32 -> (long) random.nextInt();
            case UINT32, FIXED32 -> random.nextLong() & 0xffff_ffffL;
            case ENUM -> (long) random.nextInt(4);
            case MESSAGE -> {
                MessageView child = view.child(field, field.message());
                fill(child, depth + 1);
                yield child;
            }
            case GROUP -> throw new IllegalStateException();
        };
    }
}
