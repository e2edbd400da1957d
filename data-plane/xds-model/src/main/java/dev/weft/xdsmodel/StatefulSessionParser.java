package dev.weft.xdsmodel;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code envoy.extensions.filters.http.stateful_session.v3} to {@link StatefulSession}. */
final class StatefulSessionParser {
    static final String FILTER = "envoy.extensions.filters.http.stateful_session.v3.StatefulSession";
    static final String PER_ROUTE = "envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute";
    private static final String COOKIE = "envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState";
    private static final String HEADER = "envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState";

    private StatefulSessionParser() {}

    static StatefulSession filter(MessageView view) {
        MessageView extension = view.message("session_state");
        return new StatefulSession(extension == null ? null : state(extension), view.bool("strict"));
    }

    /** What a route says; null (and a report) if it says nothing. */
    static @Nullable HttpFilterOverride override(MessageView view) {
        String kind = view.which("override");
        if (kind == null) {
            return null; // a rule of the schema says so already
        }
        return kind.equals("disabled")
                ? new HttpFilterOverride(view.bool(kind), null)
                : new HttpFilterOverride(false, filter(view.messageOrEmpty(kind)));
    }

    private static StatefulSession.@Nullable State state(MessageView extension) {
        extension.string("name");
        MessageView config = CommonParser.typed(extension, "typed_config");
        if (config == null) {
            return null;
        }
        if (config.isMessageOf(COOKIE)) {
            MessageView cookie = config.messageOrEmpty("cookie");
            return new StatefulSession.State.Cookie(
                    cookie.string("name"), cookie.duration("ttl", Duration.ZERO), cookie.string("path"));
        }
        if (config.isMessageOf(HEADER)) {
            return new StatefulSession.State.Header(config.string("name").toLowerCase(Locale.ROOT));
        }
        FieldTable.unsupportedExtension(
                extension.messageOrEmpty("typed_config"), config.type().fullName());
        return null;
    }
}
