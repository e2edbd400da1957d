package dev.weft.meshmodel;

import java.util.List;

/** A change to request or response, made by a rule or on the way to one of its backends. */
public sealed interface RouteFilter {
    /** Edits headers on the way to the backend. */
    record RequestHeaders(HeaderEdit edit) implements RouteFilter {}

    /** Edits headers on the way back. */
    record ResponseHeaders(HeaderEdit edit) implements RouteFilter {}

    /** One this version does not have. Never skipped: its requests get 500 (Gateway API). */
    record Unsupported(String type) implements RouteFilter {}

    /** First {@code set}, then {@code add}, then {@code remove}. */
    record HeaderEdit(List<Header> set, List<Header> add, List<String> remove) {
        public HeaderEdit {
            set = List.copyOf(set);
            add = List.copyOf(add);
            remove = List.copyOf(remove);
        }
    }

    /** A header field. */
    record Header(String name, String value) {}
}
