package dev.weft.xdsmodel;

import dev.weft.xdsschema.FieldType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which fields a parser asked for, of those a message holds. */
final class Asked {
    private Asked() {}

    static Set<String> in(MessageView view) {
        Set<String> asked = new TreeSet<>();
        collect(view, asked);
        return asked;
    }

    private static void collect(Object value, Set<String> asked) {
        switch (value) {
            case List<?> items -> items.forEach(item -> collect(item, asked));
            case Map<?, ?> entries -> entries.values().forEach(item -> collect(item, asked));
            case MessageView view -> {
                if (view.payload() != null) {
                    collect(view.payload(), asked);
                } else if (!WellKnown.hasOwnJson(view.type())
                        || view.type().fullName().equals(WellKnown.EMPTY)) {
                    for (FieldType field : view.type().fields()) {
                        Object content = view.value(field);
                        if (content != null && view.isAsked(field)) {
                            asked.add(field.toString());
                            collect(content, asked);
                        }
                    }
                }
            }
            default -> {}
        }
    }
}
