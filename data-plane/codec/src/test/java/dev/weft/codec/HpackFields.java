package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import java.util.ArrayList;
import java.util.List;

/** Decodes blocks and keeps what it was given as spans, so that decoding alone can be measured, too. */
final class HpackFields implements HpackDecoder.Fields {
    private final HeaderBlock block = new HeaderBlock(1024);

    HeaderBlock block() {
        return block;
    }

    boolean decode(HpackDecoder decoder, byte[] in, int start, int end, int maxListBytes, int maxFields) {
        block.clear();
        return decoder.decode(in, start, end, block, maxListBytes, maxFields, this);
    }

    @Override
    public boolean field(HeaderBlock to, int nameStart, int nameEnd, int valueStart, int valueEnd) {
        to.addSpan(nameStart, nameEnd, valueStart, valueEnd);
        return true;
    }

    /** All fields as {@code name: value}. */
    List<String> list() {
        List<String> list = new ArrayList<>();
        for (int i = 0; i < block.count(); i++) {
            list.add(Ascii.text(block.bytes(), block.nameStart(i), block.nameEnd(i)) + ": "
                    + Ascii.text(block.bytes(), block.valueStart(i), block.valueEnd(i)));
        }
        return list;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        list().forEach(field -> text.append(field).append('|'));
        return text.toString();
    }
}
