package dev.weft.translate;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.meshmodel.SessionPersistence;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSession;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute;
import io.envoyproxy.envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState;
import io.envoyproxy.envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState;
import io.envoyproxy.envoy.type.http.v3.Cookie;

/** A rule's sessions, as the proxies' filter takes them. */
final class Sessions {
    private Sessions() {}

    static Any of(SessionPersistence session) {
        return Protos.pack(StatefulSessionPerRoute.newBuilder()
                .setStatefulSession(StatefulSession.newBuilder().setSessionState(state(session)))
                .build());
    }

    private static TypedExtensionConfig state(SessionPersistence session) {
        return session.type() == SessionPersistence.Type.HEADER
                ? state(
                        "header",
                        HeaderBasedSessionState.newBuilder()
                                .setName(session.name())
                                .build())
                : state(
                        "cookie",
                        CookieBasedSessionState.newBuilder()
                                .setCookie(Cookie.newBuilder()
                                        .setName(session.name())
                                        .setTtl(Protos.duration(session.lifetime()))
                                        .setPath("/"))
                                .build());
    }

    private static TypedExtensionConfig state(String kind, Message config) {
        return TypedExtensionConfig.newBuilder()
                .setName("envoy.http.stateful_session." + kind)
                .setTypedConfig(Protos.pack(config))
                .build();
    }
}
