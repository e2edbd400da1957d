package dev.weft.translate;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** One resource, serialised once for everyone. The translator gives the same object for as long as its bytes are the same. */
public final class XdsResource {
    private static final String TYPE_PREFIX = "type.googleapis.com/";
    private static final int TYPE_URL = 1; // fields of google.protobuf.Any
    private static final int VALUE = 2;

    private final String name;
    private final String version;
    private final byte[] any;

    private XdsResource(String name, String version, byte[] any) {
        this.name = name;
        this.version = version;
        this.any = any;
    }

    /** Serialises in one fixed order of fields and map entries. */
    static XdsResource of(String name, Message message) {
        String typeUrl = TYPE_PREFIX + message.getDescriptorForType().getFullName();
        int valueSize = message.getSerializedSize();
        byte[] any = new byte
                [CodedOutputStream.computeStringSize(TYPE_URL, typeUrl)
                        + CodedOutputStream.computeTagSize(VALUE)
                        + CodedOutputStream.computeUInt32SizeNoTag(valueSize)
                        + valueSize];
        CodedOutputStream out = CodedOutputStream.newInstance(any);
        out.useDeterministicSerialization();
        try {
            out.writeString(TYPE_URL, typeUrl);
            out.writeMessage(VALUE, message); // bytes and messages look alike on the wire
            out.checkNoSpaceLeft();
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(any);
            return new XdsResource(name, HexFormat.of().formatHex(hash, 0, 8), any);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // writing to an array
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    public String name() {
        return name;
    }

    /** Hash of the content: equal bytes, equal version. */
    public String version() {
        return version;
    }

    /** The resource as a serialised {@code google.protobuf.Any}. Not copied: must not be changed. */
    public byte[] any() {
        return any;
    }

    @Override
    public String toString() {
        return name + "@" + version;
    }
}
