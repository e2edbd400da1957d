package dev.weft.xdsschema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The messages and enums of the xDS subset, read from one table that the build makes of Envoy's .proto files.
 *
 * <p>Loading reads the bytes only; a message is decoded when it is first asked for. Any thread; two threads may decode the
 * same message, and one of the equal results stays.
 *
 * <p>The table: {@code magic, strings, messages, enums} (counts); then offsets of the strings, names (string numbers,
 * sorted by text) and offsets of the messages, names and offsets of the enums, all four bytes big endian, each list of
 * offsets with its end; then the strings (ISO 8859-1), the messages and the enums themselves. A message is {@code map
 * entry?, oneofs (name, required?), fields (name, number, type, flags, oneof?, type index?, rules?)} in base 128.
 */
public final class Schema {
    private static final int MAGIC = 0x57585332;
    private static final int HEADER = 16;

    private final byte[] table;
    private final int stringCount;
    private final int messageCount;
    private final int enumCount;
    private final AtomicReferenceArray<@Nullable String> strings;
    private final AtomicReferenceArray<@Nullable MessageType> messages;
    private final AtomicReferenceArray<@Nullable EnumType> enums;

    private Schema(byte[] table) {
        this.table = table;
        if (intAt(0) != MAGIC) {
            throw new IllegalStateException("not a schema table");
        }
        stringCount = intAt(4);
        messageCount = intAt(8);
        enumCount = intAt(12);
        strings = new AtomicReferenceArray<>(stringCount);
        messages = new AtomicReferenceArray<>(messageCount);
        enums = new AtomicReferenceArray<>(enumCount);
    }

    private static final class Holder {
        static final Schema SHARED = load();
    }

    /** The one of this process, loaded at the first call. */
    public static Schema shared() {
        return Holder.SHARED;
    }

    /** Reads the table from the class path. */
    static Schema load() {
        try (InputStream in = Schema.class.getResourceAsStream("schema.bin")) {
            if (in == null) {
                throw new IllegalStateException("schema.bin is missing: the build makes it of Envoy's .proto files");
            }
            return new Schema(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By full name; null for a message that is not in the subset. */
    public @Nullable MessageType message(String fullName) {
        int low = 0;
        int high = messageCount - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = string(intAt(messageNames() + 4 * middle)).compareTo(fullName);
            if (order == 0) {
                return messageAt(middle);
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    /** By full name; {@link IllegalArgumentException} for a message that is not in the subset. */
    public MessageType require(String fullName) {
        MessageType type = message(fullName);
        if (type == null) {
            throw new IllegalArgumentException("no message " + fullName + " in the schema");
        }
        return type;
    }

    /** Full names of all messages, sorted. */
    public List<String> messageNamesSorted() {
        String[] names = new String[messageCount];
        Arrays.setAll(names, i -> string(intAt(messageNames() + 4 * i)));
        return Collections.unmodifiableList(Arrays.asList(names));
    }

    MessageType messageAt(int index) {
        MessageType known = messages.get(index);
        if (known == null) {
            String name = string(intAt(messageNames() + 4 * index));
            int offset = intAt(messageNames() + 4 * (messageCount + index));
            messages.compareAndSet(index, null, new MessageType(this, name, reader(messageBytes() + offset)));
            known = messages.get(index);
        }
        return java.util.Objects.requireNonNull(known);
    }

    EnumType enumAt(int index) {
        EnumType known = enums.get(index);
        if (known == null) {
            String name = string(intAt(enumNames() + 4 * index));
            int offset = intAt(enumNames() + 4 * (enumCount + index));
            known = new EnumType(this, name, reader(enumBytes() + offset));
            enums.set(index, known);
        }
        return known;
    }

    String string(int index) {
        String known = strings.get(index);
        if (known == null) {
            int start = intAt(HEADER + 4 * index);
            int end = intAt(HEADER + 4 * (index + 1));
            known = new String(table, stringBytes() + start, end - start, StandardCharsets.ISO_8859_1);
            strings.set(index, known);
        }
        return known;
    }

    private SchemaReader reader(int at) {
        return new SchemaReader(table, at);
    }

    private int messageNames() {
        return HEADER + 4 * (stringCount + 1);
    }

    private int enumNames() {
        return messageNames() + 4 * (2 * messageCount + 1);
    }

    private int stringBytes() {
        return enumNames() + 4 * (2 * enumCount + 1);
    }

    private int messageBytes() {
        return stringBytes() + intAt(HEADER + 4 * stringCount);
    }

    private int enumBytes() {
        return messageBytes() + intAt(messageNames() + 4 * (2 * messageCount));
    }

    private int intAt(int at) {
        return new SchemaReader(table, at).fixed();
    }
}
