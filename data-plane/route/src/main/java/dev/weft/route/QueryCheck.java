package dev.weft.route;

import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.QueryParameterMatcher;
import org.jspecify.annotations.Nullable;

/** A {@link QueryParameterMatcher} over a request head. */
final class QueryCheck {
    private final QueryField field;
    private final @Nullable TextMatcher value;

    /** {@link IllegalArgumentException} when its regex is broken. */
    QueryCheck(QueryParameterMatcher config) {
        field = new QueryField(config.name());
        value = config.matcher() == null ? null : TextMatcher.of(config.matcher());
    }

    boolean matches(RequestHead head) {
        long span = field.find(head);
        return span >= 0
                && (value == null || value.matches(head.bytes(), QueryField.start(span), QueryField.end(span)));
    }
}
