package dev.weft.xdsschema;

/** Types of a field, numbered as in {@code google.protobuf.FieldDescriptorProto.Type}. */
public enum Kind {
    DOUBLE(1, 1),
    FLOAT(2, 5),
    INT64(3, 0),
    UINT64(4, 0),
    INT32(5, 0),
    FIXED64(6, 1),
    FIXED32(7, 5),
    BOOL(8, 0),
    STRING(9, 2),
    GROUP(10, 3),
    MESSAGE(11, 2),
    BYTES(12, 2),
    UINT32(13, 0),
    ENUM(14, 0),
    SFIXED32(15, 5),
    SFIXED64(16, 1),
    SINT32(17, 0),
    SINT64(18, 0);

    private static final Kind[] BY_NUMBER = values();

    private final int number;
    private final int wireType;

    Kind(int number, int wireType) {
        this.number = number;
        this.wireType = wireType;
    }

    /** Wire type of a single, unpacked value. */
    public int wireType() {
        return wireType;
    }

    /** Whether several values may be packed into one length-delimited field. */
    public boolean packable() {
        return wireType != 2 && this != GROUP;
    }

    static Kind of(int number) {
        Kind kind = BY_NUMBER[number - 1];
        assert kind.number == number;
        return kind;
    }
}
