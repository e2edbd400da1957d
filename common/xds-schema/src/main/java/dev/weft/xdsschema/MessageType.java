package dev.weft.xdsschema;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One message of the schema. Immutable; any thread. */
public final class MessageType {
    private final Schema schema;
    private final String fullName;
    private final boolean mapEntry;
    private final List<Oneof> oneofs;
    private final List<FieldType> fields;
    private final Map<String, FieldType> byName;

    /** A group of fields of which at most one is set; exactly one if {@code required}. */
    public record Oneof(String name, boolean required) {}

    MessageType(Schema schema, String fullName, SchemaReader in) {
        this.schema = schema;
        this.fullName = fullName;
        this.mapEntry = in.varint() != 0;
        int oneofCount = (int) in.varint();
        List<Oneof> groups = new ArrayList<>(oneofCount);
        for (int i = 0; i < oneofCount; i++) {
            groups.add(new Oneof(schema.string((int) in.varint()), in.varint() != 0));
        }
        this.oneofs = List.copyOf(groups);
        int count = (int) in.varint();
        List<FieldType> list = new ArrayList<>(count);
        this.byName = new HashMap<>(count * 2);
        for (int i = 0; i < count; i++) {
            FieldType field = new FieldType(this, i, in, schema);
            list.add(field);
            byName.put(field.name(), field);
        }
        this.fields = List.copyOf(list);
    }

    Schema schema() {
        return schema;
    }

    /** {@code envoy.config.cluster.v3.Cluster}. */
    public String fullName() {
        return fullName;
    }

    /** In the order of their numbers. */
    public List<FieldType> fields() {
        return fields;
    }

    public List<Oneof> oneofs() {
        return oneofs;
    }

    /** Whether this is the type of a map's entries: {@code key} = 1, {@code value} = 2. */
    public boolean isMapEntry() {
        return mapEntry;
    }

    /** Null for a number this schema does not know. */
    public @Nullable FieldType field(int number) {
        int low = 0;
        int high = fields.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int found = fields.get(middle).number();
            if (found == number) {
                return fields.get(middle);
            }
            if (found < number) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    /** By its name in the .proto file; null when there is none. */
    public @Nullable FieldType field(String name) {
        return byName.get(name);
    }

    /** By either name proto3 JSON allows: the one in the .proto file or the lowerCamel one. Null when there is none. */
    public @Nullable FieldType fieldByJsonName(String name) {
        FieldType field = byName.get(name);
        if (field != null) {
            return field;
        }
        for (FieldType candidate : fields) {
            if (candidate.jsonName().equals(name)) {
                return candidate;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return fullName;
    }
}
