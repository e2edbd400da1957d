package dev.weft.xdsserver;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * One resource, serialised once and shared by all streams that carry it. Immutable; equal when name and version are.
 */
public final class XdsResource {
    private final String name;
    private final String version;
    private final byte[] any;
    private final byte[] deltaHead;
    private final byte[] sotwHead;

    /**
     * @param version hash of the content: same version, same bytes
     * @param any a serialised {@code google.protobuf.Any}; not copied, must not change
     */
    public XdsResource(String name, String version, byte[] any) {
        this.name = name;
        this.version = version;
        this.any = any;
        this.deltaHead = deltaHead(name, version, any.length);
        this.sotwHead = fieldHead(2, any.length);
    }

    public String name() {
        return name;
    }

    public String version() {
        return version;
    }

    /** A serialised {@code google.protobuf.Any}; shared, not to be changed. */
    public byte[] any() {
        return any;
    }

    /** What precedes {@link #any} as an entry of DeltaDiscoveryResponse.resources. */
    byte[] deltaHead() {
        return deltaHead;
    }

    /** What precedes {@link #any} as an entry of DiscoveryResponse.resources. */
    byte[] sotwHead() {
        return sotwHead;
    }

    // DeltaDiscoveryResponse.resources = 2; Resource: version = 1, resource = 2, name = 3. The Any comes last, so that
    // everything else is one piece.
    private static byte[] deltaHead(String name, String version, int anyLength) {
        int body = CodedOutputStream.computeStringSize(1, version)
                + CodedOutputStream.computeStringSize(3, name)
                + CodedOutputStream.computeTagSize(2)
                + CodedOutputStream.computeUInt32SizeNoTag(anyLength);
        int size =
                CodedOutputStream.computeTagSize(2) + CodedOutputStream.computeUInt32SizeNoTag(body + anyLength) + body;
        byte[] head = new byte[size];
        CodedOutputStream out = CodedOutputStream.newInstance(head);
        try {
            out.writeTag(2, 2);
            out.writeUInt32NoTag(body + anyLength);
            out.writeString(1, version);
            out.writeString(3, name);
            out.writeTag(2, 2);
            out.writeUInt32NoTag(anyLength);
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new IllegalStateException(e); // the array has the computed size
        }
        return head;
    }

    private static byte[] fieldHead(int field, int length) {
        byte[] head =
                new byte[CodedOutputStream.computeTagSize(field) + CodedOutputStream.computeUInt32SizeNoTag(length)];
        CodedOutputStream out = CodedOutputStream.newInstance(head);
        try {
            out.writeTag(field, 2);
            out.writeUInt32NoTag(length);
        } catch (IOException e) {
            throw new IllegalStateException(e); // the array has the computed size
        }
        return head;
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        return other instanceof XdsResource that && version.equals(that.version) && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode() * 31 + version.hashCode();
    }

    @Override
    public String toString() {
        return name + "@" + version;
    }
}
