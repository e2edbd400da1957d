package dev.weft.adminapi;

import dev.weft.base.Json;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Public records to JSON and back: a component is a member of the same name. Components may be records, enums (written
 * in lower case), strings, booleans, {@code int}, {@code long}, {@code double}, lists, maps from strings, and
 * {@code Object} (plain JSON). Null components are left out. Members without a component are ignored, so that a newer
 * server can answer an older client; an absent list or map is empty, an absent number zero, anything else null.
 *
 * <p>Any thread. Reflective: for status and administration, not for request paths.
 */
public final class RecordJson {
    private RecordJson() {}

    /** Compact text of a record. */
    public static String write(Record value) {
        return Json.write(tree(value));
    }

    /** The same with line breaks. */
    public static String writePretty(Record value) {
        return Json.writePretty(tree(value));
    }

    /** A record as plain maps and lists, in component order. */
    public static Map<String, @Nullable Object> tree(Record value) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        try {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                Object member = component.getAccessor().invoke(value);
                if (member != null) {
                    members.put(component.getName(), toTree(member));
                }
            }
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalArgumentException("cannot read " + value.getClass(), e);
        }
        return members;
    }

    private static @Nullable Object toTree(@Nullable Object value) {
        if (value instanceof Record nested) {
            return tree(nested);
        }
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(java.util.Locale.ROOT);
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            for (Map.Entry<?, ?> member : map.entrySet()) {
                copy.put(String.valueOf(member.getKey()), toTree(member.getValue()));
            }
            return copy;
        }
        if (value instanceof Iterable<?> items) {
            List<@Nullable Object> copy = new ArrayList<>();
            for (Object item : items) {
                copy.add(toTree(item));
            }
            return copy;
        }
        return value;
    }

    /** Reads one record; {@link IllegalArgumentException} when the text is not JSON or a member has the wrong type. */
    public static <T extends Record> T read(Class<T> type, String text) {
        try {
            return type.cast(record(type, expect(Map.class, Json.parse(text), "$"), "$"));
        } catch (Json.JsonException e) {
            throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
        }
    }

    private static @Nullable Object fromTree(Type type, @Nullable Object value, String path) {
        if (type instanceof ParameterizedType generic) {
            Type element = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            return generic.getRawType() == List.class ? list(element, value, path) : map(element, value, path);
        }
        Class<?> raw = (Class<?>) type;
        if (raw == Object.class) {
            return value;
        }
        if (raw == int.class || raw == long.class || raw == double.class) {
            return number(raw, value, path);
        }
        if (raw == boolean.class) {
            return value == null ? Boolean.FALSE : expect(Boolean.class, value, path);
        }
        if (value == null) {
            return null;
        }
        if (raw == Integer.class) {
            return number(int.class, value, path);
        }
        if (raw == String.class) {
            return expect(String.class, value, path);
        }
        if (raw.isEnum()) {
            return constant(raw, expect(String.class, value, path), path);
        }
        return record(raw, expect(Map.class, value, path), path);
    }

    private static Object record(Class<?> type, Map<?, ?> members, String path) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] arguments = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            String name = components[i].getName();
            arguments[i] = fromTree(components[i].getGenericType(), members.get(name), path + "." + name);
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(path + ": refused by " + type.getSimpleName(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("cannot make " + type, e);
        }
    }

    private static List<@Nullable Object> list(Type element, @Nullable Object value, String path) {
        List<@Nullable Object> items = new ArrayList<>();
        if (value != null) {
            int i = 0;
            for (Object item : expect(List.class, value, path)) {
                items.add(fromTree(element, item, path + "[" + i++ + "]"));
            }
        }
        return items;
    }

    private static Map<String, @Nullable Object> map(Type element, @Nullable Object value, String path) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        if (value != null) {
            for (Map.Entry<?, ?> member : ((Map<?, ?>) expect(Map.class, value, path)).entrySet()) {
                String name = String.valueOf(member.getKey());
                members.put(name, fromTree(element, member.getValue(), path + "." + name));
            }
        }
        return members;
    }

    private static Object number(Class<?> type, @Nullable Object value, String path) {
        Number number = value == null ? 0L : expect(Number.class, value, path);
        if (type == int.class) {
            return Math.toIntExact(number.longValue());
        }
        return type == long.class ? (Object) number.longValue() : (Object) number.doubleValue();
    }

    private static Object constant(Class<?> type, String name, String path) {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equalsIgnoreCase(name)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(path + ": unknown value '" + name + "'");
    }

    private static <T> T expect(Class<T> type, @Nullable Object value, String path) {
        if (!type.isInstance(value)) {
            String got = value == null ? "null" : value.getClass().getSimpleName();
            throw new IllegalArgumentException(path + ": expected "
                    + type.getSimpleName().toLowerCase(java.util.Locale.ROOT)
                    + ", got "
                    + got.toLowerCase(java.util.Locale.ROOT));
        }
        return type.cast(value);
    }
}
