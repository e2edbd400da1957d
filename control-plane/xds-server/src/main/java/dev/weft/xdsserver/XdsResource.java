package dev.weft.xdsserver;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * One resource, serialised once and shared by all streams that carry it. Immutable; equal when name and version are.
 */
public final class XdsResource {
    private final String name;
    private final String version;
    private final byte[] entry;
    private final int sotwStart;

    /**
     * @param version hash of the content: same version, same bytes
     * @param any a serialised {@code google.protobuf.Any}
     */
    public XdsResource(String name, String version, byte[] any) {
        this.name = name;
        this.version = version;
        int sotw = CodedOutputStream.computeByteArraySize(2, any);
        int body =
                CodedOutputStream.computeStringSize(1, version) + CodedOutputStream.computeStringSize(3, name) + sotw;
        int size = CodedOutputStream.computeTagSize(2) + CodedOutputStream.computeUInt32SizeNoTag(body) + body;
        this.entry = new byte[size];
        this.sotwStart = size - sotw;
        CodedOutputStream out = CodedOutputStream.newInstance(entry);
        try {
            out.writeTag(2, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(body);
            out.writeString(1, version);
            out.writeString(3, name);
            out.writeByteArray(2, any);
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new IllegalStateException(e); // the array has the computed size
        }
    }

    public String name() {
        return name;
    }

    public String version() {
        return version;
    }

    /**
     * An entry of {@code DeltaDiscoveryResponse.resources} (field 2: a {@code Resource} of version = 1, name = 3, resource =
     * 2), and in its last bytes one of {@code DiscoveryResponse.resources} (field 2, too: the {@code Any} alone). Shared, not
     * to be changed.
     */
    byte[] entry() {
        return entry;
    }

    /** Where {@link #entry} starts in a response of either protocol. */
    int entryStart(boolean delta) {
        return delta ? 0 : sotwStart;
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
