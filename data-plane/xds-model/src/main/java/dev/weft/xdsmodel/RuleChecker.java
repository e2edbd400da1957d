package dev.weft.xdsmodel;

import dev.weft.xdsschema.FieldType;
import dev.weft.xdsschema.Kind;
import dev.weft.xdsschema.MessageType;
import dev.weft.xdsschema.Rules;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks a message and all below it against the rules Envoy's own .proto files carry. Reports every breach. */
final class RuleChecker {
    private RuleChecker() {}

    static void check(MessageView view) {
        if (view.payload() != null) {
            check(view.payload());
            return;
        }
        MessageType type = view.type();
        if (WellKnown.hasOwnJson(type)) {
            return;
        }
        for (int i = 0; i < type.oneofs().size(); i++) {
            if (type.oneofs().get(i).required() && !isSet(view, i)) {
                view.error("", "required", "one of " + names(type, i) + " must be set", "");
            }
        }
        for (FieldType field : type.fields()) {
            Object value = view.value(field);
            Rules rules = field.rules();
            if (rules != null) {
                check(view, field, rules, value);
            }
            if (value instanceof MessageView child) {
                check(child);
            } else if (value instanceof List<?> items) {
                items.forEach(RuleChecker::checkItem);
            } else if (value instanceof Map<?, ?> entries) {
                entries.values().forEach(RuleChecker::checkItem);
            }
        }
    }

    private static void checkItem(Object item) {
        if (item instanceof MessageView view) {
            check(view);
        }
    }

    private static boolean isSet(MessageView view, int oneof) {
        for (FieldType field : view.type().fields()) {
            if (field.oneof() == oneof && view.value(field) != null) {
                return true;
            }
        }
        return false;
    }

    private static String names(MessageType type, int oneof) {
        StringBuilder names = new StringBuilder();
        for (FieldType field : type.fields()) {
            if (field.oneof() == oneof && !field.deprecated()) {
                names.append(names.isEmpty() ? "" : ", ").append(field.name());
            }
        }
        return names.toString();
    }

    private static void check(MessageView view, FieldType field, Rules rules, @Nullable Object value) {
        String name = field.name();
        if (value == null) {
            if (field.oneof() >= 0) {
                return; // its rules hold only where it is the one that is set
            }
            if (rules.required() || rules.minItems() > 0) {
                view.error(name, "required", "must be set", "");
            } else if (!field.hasPresence() && !field.repeated() && !rules.ignoreEmpty()) {
                value(view, name, field, rules, WellKnown.defaultOf(field));
            }
            return;
        }
        if (value instanceof List<?> items) {
            size(view, name, rules, items.size());
            Rules itemRules = rules.items();
            if (itemRules != null) {
                for (int i = 0; i < items.size(); i++) {
                    value(view, name + "[" + i + "]", field, itemRules, items.get(i));
                }
            }
        } else if (value instanceof Map<?, ?> entries) {
            size(view, name, rules, entries.size());
        } else {
            value(view, name, field, rules, value);
        }
    }

    private static void size(MessageView view, String name, Rules rules, int size) {
        if (size < rules.minItems() || size > rules.maxItems()) {
            String limit = size < rules.minItems() ? "at least " + rules.minItems() : "at most " + rules.maxItems();
            view.error(name, "out-of-range", "needs " + limit + " entries, has " + size, "");
        }
    }

    private static void value(MessageView view, String name, FieldType field, Rules rules, @Nullable Object value) {
        if (value instanceof String text) {
            text(view, name, rules, text);
        } else if (value instanceof byte[] bytes) {
            length(view, name, rules, bytes.length);
        } else if (value instanceof Long number) {
            number(view, name, field, rules, number);
        } else if (value instanceof Double number) {
            range(view, name, rules, Math.round(number * 1e6), number.toString(), 1e6);
        } else if (value instanceof MessageView message) {
            message(view, name, rules, message);
        }
    }

    private static void message(MessageView view, String name, Rules rules, MessageView message) {
        if (message.isMalformed()) {
            return;
        }
        if (message.isMessageOf(WellKnown.DURATION)) {
            if (rules.hasRange()) {
                long nanos;
                try {
                    nanos = WellKnown.duration(message).toNanos();
                } catch (ArithmeticException e) {
                    nanos = Long.MAX_VALUE;
                }
                range(view, name, rules, nanos, JsonWriter.write(message) + "", 1e9);
            }
        } else if (WellKnown.isWrapper(message.type())) {
            FieldType inner = message.type().fields().get(0);
            Object value = message.value(inner);
            value(view, name, inner, rules, value == null ? WellKnown.defaultOf(inner) : value);
        }
    }

    private static void number(MessageView view, String name, FieldType field, Rules rules, long number) {
        if (field.kind() == Kind.ENUM) {
            if (rules.definedOnly() && field.enumeration().name((int) number) == null) {
                view.error(name, "out-of-range", number + " is no value of " + field.enumeration(), "");
            }
        } else {
            range(view, name, rules, number, Long.toString(number), 1);
        }
    }

    private static void range(MessageView view, String name, Rules rules, long number, String shown, double unit) {
        String wanted = null;
        if (rules.hasGreaterThan() && number <= rules.greaterThan()) {
            wanted = "more than " + bound(rules.greaterThan(), unit);
        } else if (rules.hasAtLeast() && number < rules.atLeast()) {
            wanted = "at least " + bound(rules.atLeast(), unit);
        } else if (rules.hasLessThan() && number >= rules.lessThan()) {
            wanted = "less than " + bound(rules.lessThan(), unit);
        } else if (rules.hasAtMost() && number > rules.atMost()) {
            wanted = "at most " + bound(rules.atMost(), unit);
        }
        if (wanted != null) {
            view.error(name, "out-of-range", "must be " + wanted + ", not " + shown, "");
        }
    }

    private static String bound(long bound, double unit) {
        double value = bound / unit;
        return (value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value))
                + (unit == 1e9 ? "s" : "");
    }

    private static void text(MessageView view, String name, Rules rules, String text) {
        if (text.isEmpty() && rules.ignoreEmpty()) {
            return;
        }
        length(view, name, rules, text.length());
        if (rules.headerName() || rules.headerValue()) {
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == 0 || c == '\n' || c == '\r') {
                    view.error(name, "invalid-value", "holds a line break or NUL", "");
                    return;
                }
            }
        }
    }

    private static void length(MessageView view, String name, Rules rules, int length) {
        if (length < rules.minLength()) {
            view.error(name, "required", length == 0 ? "must not be empty" : "is too short", "");
        } else if (length > rules.maxLength()) {
            view.error(name, "out-of-range", "is longer than " + rules.maxLength(), "");
        }
    }
}
