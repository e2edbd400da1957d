package dev.weft.xdsschema;

import org.jspecify.annotations.Nullable;

/** One field of a message. Immutable but for what is looked up lazily; any thread. */
public final class FieldType {
    private static final int REPEATED = 1;
    private static final int OPTIONAL = 2;
    private static final int DEPRECATED = 4;
    private static final int SENSITIVE = 8;
    private static final int RULES = 16;
    private static final int ONEOF = 32;

    private final MessageType owner;
    private final int index;
    private final String name;
    private final int number;
    private final Kind kind;
    private final int flags;
    private final int oneof;
    private final int typeIndex;
    private final @Nullable Rules rules;

    FieldType(MessageType owner, int index, SchemaReader in, Schema schema) {
        this.owner = owner;
        this.index = index;
        this.name = schema.string((int) in.varint());
        this.number = (int) in.varint();
        this.kind = Kind.of((int) in.varint());
        this.flags = (int) in.varint();
        this.oneof = (flags & ONEOF) != 0 ? (int) in.varint() : -1;
        this.typeIndex = kind == Kind.MESSAGE || kind == Kind.ENUM ? (int) in.varint() : -1;
        this.rules = (flags & RULES) != 0 ? Rules.read(in) : null;
    }

    /** The message it is a field of. */
    public MessageType owner() {
        return owner;
    }

    /** Position in {@link MessageType#fields()}. */
    public int index() {
        return index;
    }

    /** Name in the .proto file: {@code connect_timeout}. */
    public String name() {
        return name;
    }

    /** Name in proto3 JSON: {@code connectTimeout}. */
    public String jsonName() {
        StringBuilder out = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_' && i + 1 < name.length()) {
                out.append(Character.toUpperCase(name.charAt(++i)));
            } else if (c != '_') {
                out.append(c);
            }
        }
        return out.toString();
    }

    public int number() {
        return number;
    }

    public Kind kind() {
        return kind;
    }

    /** A list or a map. */
    public boolean repeated() {
        return (flags & REPEATED) != 0;
    }

    /** A map: a list of messages with {@code key} and {@code value}. */
    public boolean map() {
        return repeated() && kind == Kind.MESSAGE && message().isMapEntry();
    }

    /** Whether a value equal to the default differs from no value. */
    public boolean hasPresence() {
        return !repeated() && (kind == Kind.MESSAGE || oneof >= 0 || (flags & OPTIONAL) != 0);
    }

    public boolean deprecated() {
        return (flags & DEPRECATED) != 0;
    }

    /** Must not be shown ({@code udpa.annotations.sensitive}). */
    public boolean sensitive() {
        return (flags & SENSITIVE) != 0;
    }

    /** Index of its oneof in {@link MessageType#oneofs()}; −1 = none. */
    public int oneof() {
        return oneof;
    }

    public @Nullable Rules rules() {
        return rules;
    }

    /** The type of a MESSAGE field; {@link IllegalStateException} for others. */
    public MessageType message() {
        if (kind != Kind.MESSAGE) {
            throw new IllegalStateException(this + " is no message");
        }
        return owner.schema().messageAt(typeIndex);
    }

    /** The type of an ENUM field; {@link IllegalStateException} for others. */
    public EnumType enumeration() {
        if (kind != Kind.ENUM) {
            throw new IllegalStateException(this + " is no enum");
        }
        return owner.schema().enumAt(typeIndex);
    }

    /** {@code envoy.config.cluster.v3.Cluster.name}. */
    @Override
    public String toString() {
        return owner.fullName() + "." + name;
    }
}
