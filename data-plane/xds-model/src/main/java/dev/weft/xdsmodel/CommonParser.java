package dev.weft.xdsmodel;

import dev.weft.base.Address;
import dev.weft.base.Cidr;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages of {@code envoy.config.core.v3} and {@code envoy.type} that several resources use. */
final class CommonParser {
    private static final Address NOWHERE = new Address("0.0.0.0", 0);

    /** RFC 9110 §5.6.2: delimiters, which no name may hold. */
    private static final String NO_TOKEN = "\"(),/:;<=>?@[\\]{}";

    private CommonParser() {}

    /** An {@code Address}: a TCP socket address; something in its place after an error. */
    static Address address(MessageView view) {
        String kind = view.which("address");
        if (kind == null) {
            return NOWHERE; // a rule of the schema says so already
        }
        if (!kind.equals("socket_address")) {
            unsupported(view, kind);
            return NOWHERE;
        }
        return socketAddress(view.messageOrEmpty(kind));
    }

    static Address socketAddress(MessageView view) {
        if (!view.enumName("protocol").equals("TCP")) {
            unsupported(view, "protocol");
        }
        String host = view.string("address");
        String port = view.which("port_specifier");
        if (port != null && !port.equals("port_value")) {
            unsupported(view, port);
        }
        long number = view.number("port_value");
        view.bool("ipv4_compat"); // a listener at :: takes IPv4 with and without it
        return host.isEmpty() || number > 65535 ? NOWHERE : new Address(host, (int) number);
    }

    static List<Cidr> cidrs(MessageView view, String field) {
        List<Cidr> cidrs = new ArrayList<>();
        for (MessageView range : view.messages(field)) {
            String prefix = range.string("address_prefix");
            byte[] address = Cidr.literal(prefix);
            long bits = range.number("prefix_len", 0);
            if (address == null) {
                range.error("address_prefix", "invalid-value", "not an IP address: '" + prefix + "'", "");
            } else if (bits > address.length * 8L) {
                range.error("prefix_len", "out-of-range", "at most " + address.length * 8 + ", not " + bits, "");
            } else {
                cidrs.add(Cidr.of(address, (int) bits));
            }
        }
        return cidrs;
    }

    /** A {@code Metadata}; none where it is absent. */
    static Metadata metadata(MessageView view, String field) {
        MessageView metadata = view.message(field);
        if (metadata == null) {
            return Metadata.NONE;
        }
        Map<String, Map<String, @Nullable Object>> byName = new LinkedHashMap<>();
        metadata.messageMap("filter_metadata").forEach((name, struct) -> byName.put(name, WellKnown.struct(struct)));
        return byName.isEmpty() ? Metadata.NONE : new Metadata(byName);
    }

    static DataSource dataSource(MessageView view) {
        String kind = view.which("specifier");
        if (kind == null) {
            return DataSource.EMPTY;
        }
        return switch (kind) {
            case "filename" -> new DataSource.File(view.string(kind));
            case "inline_string" -> new DataSource.Inline(view.string(kind));
            case "inline_bytes" -> new DataSource.Inline(new String(view.bytes(kind), StandardCharsets.UTF_8));
            default -> new DataSource.EnvironmentVariable(view.string(kind));
        };
    }

    static @Nullable DataSource dataSourceOrNull(MessageView view, String field) {
        MessageView source = view.message(field);
        return source == null ? null : dataSource(source);
    }

    static StringMatcher stringMatcher(MessageView view) {
        boolean ignoreCase = view.bool("ignore_case");
        String kind = view.which("match_pattern");
        if (kind == null) {
            return new StringMatcher.Exact("", false);
        }
        return switch (kind) {
            case "exact" -> new StringMatcher.Exact(view.string(kind), ignoreCase);
            case "prefix" -> new StringMatcher.Prefix(view.string(kind), ignoreCase);
            case "suffix" -> new StringMatcher.Suffix(view.string(kind), ignoreCase);
            case "contains" -> new StringMatcher.Contains(view.string(kind), ignoreCase);
            case "safe_regex" -> new StringMatcher.Regex(regex(view.messageOrEmpty(kind)));
            default -> {
                unsupported(view, kind);
                yield new StringMatcher.Exact("", false);
            }
        };
    }

    static HeaderMatcher headerMatcher(MessageView view) {
        String kind = view.which("header_match_specifier");
        HeaderMatcher.Check check = kind == null
                ? new HeaderMatcher.Check.Present(true)
                : switch (kind) {
                    case "exact_match" -> value(new StringMatcher.Exact(view.string(kind), false));
                    case "prefix_match" -> value(new StringMatcher.Prefix(view.string(kind), false));
                    case "suffix_match" -> value(new StringMatcher.Suffix(view.string(kind), false));
                    case "contains_match" -> value(new StringMatcher.Contains(view.string(kind), false));
                    case "safe_regex_match" -> value(new StringMatcher.Regex(regex(view.messageOrEmpty(kind))));
                    case "string_match" -> value(stringMatcher(view.messageOrEmpty(kind)));
                    case "present_match" -> new HeaderMatcher.Check.Present(view.bool(kind));
                    default -> {
                        MessageView range = view.messageOrEmpty(kind);
                        yield new HeaderMatcher.Check.Range(range.number("start"), range.number("end"));
                    }
                };
        return new HeaderMatcher(
                view.string("name").toLowerCase(Locale.ROOT),
                check,
                view.bool("invert_match"),
                view.bool("treat_missing_header_as_empty"));
    }

    private static HeaderMatcher.Check value(StringMatcher matcher) {
        return new HeaderMatcher.Check.Value(matcher);
    }

    /** A {@code RuntimeFractionalPercent}; null without it. There is no runtime layer that could change it. */
    static RouteMatch.@Nullable Fraction fraction(@Nullable MessageView view) {
        MessageView value = view == null ? null : view.message("default_value");
        if (view == null || value == null) {
            return null;
        }
        view.string("runtime_key");
        return share(value);
    }

    /** A {@code FractionalPercent}; nothing without it. */
    static RouteMatch.Fraction share(@Nullable MessageView view) {
        if (view == null) {
            return new RouteMatch.Fraction(0, 100);
        }
        int denominator = switch (view.enumName("denominator")) {
            case "TEN_THOUSAND" -> 10_000;
            case "MILLION" -> 1_000_000;
            default -> 100;
        };
        return new RouteMatch.Fraction((int) Math.min(view.number("numerator"), denominator), denominator);
    }

    /** A {@code RegexMatcher}. Its {@code google_re2} is the only engine there is. */
    static String regex(MessageView view) {
        view.which("engine_type");
        MessageView engine = view.message("google_re2");
        if (engine != null) {
            engine.has("max_program_size");
        }
        return view.string("regex");
    }

    static HeaderMutations headers(MessageView view) {
        List<HeaderValueOption> requestAdd = headerOptions(view, "request_headers_to_add");
        List<String> requestRemove = removed(view, "request_headers_to_remove");
        List<HeaderValueOption> responseAdd = headerOptions(view, "response_headers_to_add");
        List<String> responseRemove = removed(view, "response_headers_to_remove");
        return requestAdd.isEmpty() && requestRemove.isEmpty() && responseAdd.isEmpty() && responseRemove.isEmpty()
                ? HeaderMutations.NONE
                : new HeaderMutations(requestAdd, requestRemove, responseAdd, responseRemove);
    }

    static List<HeaderValueOption> headerOptions(MessageView view, String field) {
        List<HeaderValueOption> options = new ArrayList<>();
        for (MessageView option : view.messages(field)) {
            MessageView header = option.messageOrEmpty("header");
            byte[] raw = header.bytes("raw_value");
            byte[] bytes = raw.length > 0 ? raw : header.string("value").getBytes(StandardCharsets.UTF_8);
            String value = new String(bytes, StandardCharsets.ISO_8859_1); // a character for each byte
            if (value.replace("%%", "").indexOf('%') >= 0) {
                // Envoy puts in what it stands for, so sending it as it is would be another value.
                header.error(
                        raw.length > 0 ? "raw_value" : "value",
                        "unsupported-value",
                        "operators of formats (%REQ(X)%) are not supported here",
                        "%% stands for a percent sign");
            }
            String name = header.string("key").toLowerCase(Locale.ROOT);
            checkEdited(header, "key", name);
            HeaderValueOption.AppendAction action =
                    option.choice("append_action", HeaderValueOption.AppendAction.values());
            if (option.has("append")) {
                // The older way to say it: false overwrites.
                action = option.bool("append", true)
                        ? HeaderValueOption.AppendAction.APPEND_IF_EXISTS_OR_ADD
                        : HeaderValueOption.AppendAction.OVERWRITE_IF_EXISTS_OR_ADD;
            }
            options.add(new HeaderValueOption(name, value, action, option.bool("keep_empty_value")));
        }
        return options;
    }

    static List<String> removed(MessageView view, String field) {
        List<String> names = lower(view.strings(field));
        names.forEach(name -> checkEdited(view, field, name));
        return names;
    }

    /** Envoy refuses the first two, too; a second content-length would make two messages of one for some (RFC 9112 §6.3). */
    private static void checkEdited(MessageView view, String field, String name) {
        if (name.startsWith(":") || name.equals("host")) {
            view.error(
                    field, "invalid-value", name + " is no header field to be changed", "a route has host_rewrite_*");
        } else if (name.equals("content-length") || name.equals("transfer-encoding")) {
            view.error(field, "invalid-value", name + " is the codec's to write", "");
        } else if (name.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || NO_TOKEN.indexOf(c) >= 0)) {
            view.error(field, "invalid-value", "is not a header field's name", "RFC 9110 §5.6.2");
        }
    }

    static List<String> lower(List<String> names) {
        List<String> lower = new ArrayList<>(names.size());
        names.forEach(name -> lower.add(name.toLowerCase(Locale.ROOT)));
        return lower;
    }

    /** What a TypedExtensionConfig, Filter, TransportSocket or AccessLog holds; null (and an error) without it. */
    static @Nullable MessageView typed(MessageView view, String field) {
        MessageView any = view.message(field);
        if (any == null) {
            view.error(field, "required", "must say what is wanted", "give its @type");
            return null;
        }
        return payload(any);
    }

    /** The message in an Any, unwrapped from a TypedStruct; null (and a report) if it is of an unknown type. */
    static @Nullable MessageView payload(MessageView any) {
        String type = any.anyType();
        MessageView payload = any.payload();
        if (payload == null) {
            FieldTable.unsupportedExtension(any, type);
            return null;
        }
        if (type.equals("xds.type.v3.TypedStruct") || type.equals("udpa.type.v1.TypedStruct")) {
            return TypedStructs.unwrap(any, payload);
        }
        return payload;
    }

    static void unsupported(MessageView view, String field) {
        view.error(field, "unsupported-field", "not supported", FieldTable.HINT);
    }

    /** {@code ads} is the only source over which anything is fetched. */
    static void requireAds(MessageView view, String field) {
        MessageView source = view.message(field);
        if (source == null) {
            return;
        }
        String kind = source.which("config_source_specifier");
        if (kind != null && !kind.equals("ads")) {
            unsupported(source, kind);
        }
        source.enumName("resource_api_version");
        source.durationOrNull("initial_fetch_timeout");
    }
}
