package dev.weft.filters;

import dev.weft.http.Ascii;
import dev.weft.route.TextMatcher;
import dev.weft.xdsmodel.Cors;
import dev.weft.xdsmodel.HttpFilterConfig;
import dev.weft.xdsmodel.RouteMatch.Fraction;
import dev.weft.xdsmodel.StringMatcher;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What pages of other origins may do on one route: each thing as the most specific level says that speaks of it, but for
 * whether the filter works at all, which the most specific level alone says (as Envoy). Immutable.
 */
final class CorsPolicy {
    private final TextMatcher[] origins;
    private final @Nullable Fraction enabled;
    private final @Nullable Fraction shadowEnabled;

    /** As headers say them; empty = not said. */
    final byte[] methods;

    final byte[] headers;
    final byte[] exposed;
    final byte[] maxAge;
    final boolean credentials;
    final boolean privateNetwork;
    final boolean forwardsOthers;

    private CorsPolicy(List<Cors.Policy> levels) {
        origins =
                levels.stream()
                        .map(Cors.Policy::allowOrigins)
                        .filter(list -> !list.isEmpty())
                        .findFirst()
                        .orElse(List.of())
                        .stream()
                        .map(CorsPolicy::origin)
                        .toArray(TextMatcher[]::new);
        enabled = levels.get(0).enabled();
        shadowEnabled = levels.get(0).shadowEnabled();
        methods = text(levels, Cors.Policy::allowMethods);
        headers = text(levels, Cors.Policy::allowHeaders);
        exposed = text(levels, Cors.Policy::exposeHeaders);
        maxAge = text(levels, Cors.Policy::maxAge);
        credentials = said(levels, Cors.Policy::allowCredentials, false);
        privateNetwork = said(levels, Cors.Policy::allowPrivateNetworkAccess, false);
        forwardsOthers = said(levels, Cors.Policy::forwardNotMatchingPreflights, true);
    }

    /** @param said the most specific first; null when there is no policy among them */
    static @Nullable CorsPolicy of(List<HttpFilterConfig> said) {
        List<Cors.Policy> levels = said.stream()
                .filter(Cors.Policy.class::isInstance)
                .map(Cors.Policy.class::cast)
                .toList();
        return levels.isEmpty() ? null : new CorsPolicy(levels);
    }

    static void check(Cors.Policy policy) {
        policy.allowOrigins().forEach(TextMatcher::of);
    }

    /** A matcher that would take the text {@code *} stands for all (as Envoy). */
    private static TextMatcher origin(StringMatcher matcher) {
        TextMatcher compiled = TextMatcher.of(matcher);
        byte[] any = Ascii.bytes("*");
        return compiled.matches(any, 0, any.length) ? new TextMatcher.Prefix(new byte[0], false) : compiled;
    }

    private static byte[] text(List<Cors.Policy> levels, Function<Cors.Policy, String> what) {
        return Ascii.bytes(levels.stream()
                .map(what)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse(""));
    }

    private static boolean said(
            List<Cors.Policy> levels, Function<Cors.Policy, @Nullable Boolean> what, boolean otherwise) {
        return levels.stream().map(what).filter(Objects::nonNull).findFirst().orElse(otherwise);
    }

    boolean isEnabled(RandomGenerator random) {
        return enabled == null || random.nextInt(enabled.denominator()) < enabled.numerator();
    }

    boolean isShadowed(RandomGenerator random) {
        return shadowEnabled != null && random.nextInt(shadowEnabled.denominator()) < shadowEnabled.numerator();
    }

    boolean allows(byte[] bytes, int start, int end) {
        for (TextMatcher origin : origins) {
            if (origin.matches(bytes, start, end)) {
                return true;
            }
        }
        return false;
    }
}
