package dev.weft.xdsmodel;

import dev.weft.xdsschema.MessageType;
import dev.weft.xdsschema.Schema;
import org.jspecify.annotations.Nullable;

/** {@code TypedStruct}: an extension's configuration as JSON, for senders that do not have its message. */
final class TypedStructs {
    private TypedStructs() {}

    /** The message it stands for, read as JSON; null (and a report) if that type is unknown. */
    static @Nullable MessageView unwrap(MessageView any, MessageView typedStruct) {
        String url = typedStruct.string("type_url");
        String name = url.substring(url.lastIndexOf('/') + 1);
        MessageType type = Schema.shared().message(name);
        if (type == null) {
            FieldTable.unsupportedExtension(any, name);
            return null;
        }
        MessageView view = new MessageView(any.reading(), type, any, "");
        if (!JsonReader.fill(any.reading(), view, typedStruct.struct("value"), 0)) {
            return null;
        }
        any.payload(view); // from here on this is what the Any holds
        return view;
    }
}
