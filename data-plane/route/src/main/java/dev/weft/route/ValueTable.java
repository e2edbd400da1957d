package dev.weft.route;

import dev.weft.http.RequestHead;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Routes by the value that they ask of one header or query parameter. */
final class ValueTable {
    private final @Nullable HeaderField header;
    private final @Nullable QueryField parameter; // where there is no header
    private final ByteTable<RouteList> lists;

    ValueTable(ValueKey key, Map<String, RouteList> byValue) {
        header = key.isQuery() ? null : new HeaderField(key.name());
        parameter = key.isQuery() ? new QueryField(key.name()) : null;
        lists = new ByteTable<>(byValue, false);
    }

    /** As {@link RouteList#first}. Of a header in several lines any may have the value. */
    int first(RequestHead head, RandomGenerator random, int best) {
        if (parameter != null) {
            long span = parameter.find(head);
            return span < 0
                    ? best
                    : first(head, head.bytes(), QueryField.start(span), QueryField.end(span), random, best);
        }
        int first = best;
        HeaderField field = Objects.requireNonNull(header);
        for (int line = field.first(head); line >= 0; line = field.next(head, line)) {
            first = first(head, field.bytes(head, line), field.start(head, line), field.end(head, line), random, first);
        }
        return first;
    }

    private int first(RequestHead head, byte[] bytes, int start, int end, RandomGenerator random, int best) {
        RouteList list = lists.find(bytes, start, end);
        return list == null ? best : list.first(head, random, best);
    }
}
