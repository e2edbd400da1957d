package dev.weft.xdsschema;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** One enum of the schema. Immutable; any thread. */
public final class EnumType {
    private final String fullName;
    private final String[] names;
    private final int[] numbers;

    EnumType(Schema schema, String fullName, SchemaReader in) {
        this.fullName = fullName;
        int count = (int) in.varint();
        names = new String[count];
        numbers = new int[count];
        for (int i = 0; i < count; i++) {
            names[i] = schema.string((int) in.varint());
            numbers[i] = (int) in.signed();
        }
    }

    public String fullName() {
        return fullName;
    }

    /** Null for a number the enum does not define. */
    public @Nullable String name(int number) {
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] == number) {
                return names[i];
            }
        }
        return null;
    }

    public OptionalInt number(String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return OptionalInt.of(numbers[i]);
            }
        }
        return OptionalInt.empty();
    }

    @Override
    public String toString() {
        return fullName;
    }
}
