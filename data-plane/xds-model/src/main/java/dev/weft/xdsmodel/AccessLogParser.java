package dev.weft.xdsmodel;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.accesslog.v3.AccessLog} to {@link AccessLog}. */
final class AccessLogParser {
    private static final String STREAM = "envoy.extensions.access_loggers.stream.v3.";
    private static final AccessLog.Format STANDARD = new AccessLog.Format.Standard();

    private AccessLogParser() {}

    static List<AccessLog> parse(MessageView view, String field) {
        List<AccessLog> logs = new ArrayList<>();
        for (MessageView log : view.messages(field)) {
            AccessLog parsed = accessLog(log);
            if (parsed != null) {
                logs.add(parsed);
            }
        }
        return logs;
    }

    private static @Nullable AccessLog accessLog(MessageView view) {
        view.string("name");
        view.which("config_type");
        MessageView config = CommonParser.typed(view, "typed_config");
        if (config == null) {
            return null;
        }
        AccessLog.Destination destination = switch (config.type().fullName()) {
            case "envoy.extensions.access_loggers.file.v3.FileAccessLog" ->
                new AccessLog.Destination.File(config.string("path"));
            case STREAM + "StdoutAccessLog" -> new AccessLog.Destination.Stdout();
            case STREAM + "StderrAccessLog" -> new AccessLog.Destination.Stderr();
            default -> null;
        };
        if (destination == null) {
            FieldTable.unsupportedExtension(
                    view.messageOrEmpty("typed_config"), config.type().fullName());
            return null;
        }
        return new AccessLog(destination, format(config));
    }

    private static AccessLog.Format format(MessageView view) {
        String kind = view.which("access_log_format");
        if (kind == null) {
            return STANDARD;
        }
        return switch (kind) {
            case "format" -> text(view.string(kind));
            case "json_format", "typed_json_format" -> new AccessLog.Format.Json(view.struct(kind));
            default -> substitution(view.messageOrEmpty(kind));
        };
    }

    private static AccessLog.Format substitution(MessageView view) {
        String kind = view.which("format");
        view.string("content_type"); // of a local reply only
        MessageView options = view.message("json_format_options");
        if (options != null) {
            options.bool("sort_properties"); // order of the properties: theirs is kept
        }
        if (kind == null) {
            return STANDARD;
        }
        return switch (kind) {
            case "text_format" -> text(view.string(kind));
            case "json_format" -> new AccessLog.Format.Json(view.struct(kind));
            default -> {
                if (CommonParser.dataSource(view.messageOrEmpty(kind)) instanceof DataSource.Inline inline) {
                    yield text(inline.text());
                }
                view.error(kind, "unsupported-value", "only inline_string is supported", "write the format here");
                yield STANDARD;
            }
        };
    }

    private static AccessLog.Format text(String format) {
        return format.isEmpty() ? STANDARD : new AccessLog.Format.Text(format);
    }
}
