import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Build step: runs protoc over the .proto files and writes the one table {@code dev.weft.xdsschema.Schema} reads.
 *
 * <p>Run as a single source file ({@code java SchemaCompiler.java PROTOC PROTO_DIR ROOTS OUTPUT SELF}) by the JVM Maven runs
 * on, so it keeps to Java 17 and to the JDK. Does nothing when the output is newer than its inputs. The format is described
 * in {@code Schema}.
 */
public final class SchemaCompiler {
    static final int MAGIC = 0x57585332; // "WXS2"

    // FieldOptions extensions, by number: validate.rules, udpa.annotations.sensitive.
    private static final int VALIDATE = 1071;
    private static final int SENSITIVE = 76569463;

    private final Map<String, Proto> messages = new TreeMap<>();
    private final Map<String, Proto> enums = new TreeMap<>();
    private final Map<String, Integer> strings = new LinkedHashMap<>();

    public static void main(String[] args) throws Exception {
        Path protoc = Path.of(args[0]);
        Path protos = Path.of(args[1]);
        Path rootsFile = Path.of(args[2]);
        Path output = Path.of(args[3]);
        Path self = Path.of(args[4]);
        if (Files.exists(output)
                && newer(output, protoc)
                && newer(output, rootsFile)
                && newer(output, self)) {
            return;
        }
        List<String> files = new ArrayList<>();
        List<String> roots = new ArrayList<>();
        for (String line : Files.readAllLines(rootsFile)) {
            String text = line.strip();
            if (text.endsWith(".proto")) {
                files.add(text);
            } else if (!text.isEmpty() && !text.startsWith("#")) {
                roots.add(text);
            }
        }
        Files.createDirectories(output.getParent());
        Path descriptors = Files.createTempFile("descriptors", null);
        byte[] set;
        try {
            runProtoc(protoc, protos, files, descriptors);
            set = Files.readAllBytes(descriptors);
        } finally {
            Files.deleteIfExists(descriptors);
        }
        SchemaCompiler compiler = new SchemaCompiler();
        for (Proto file : new Proto(set).messages(1)) {
            compiler.collect(file, file.string(2), 4, 5);
        }
        byte[] table = compiler.table(compiler.closure(roots));
        Path temporary = output.resolveSibling(output.getFileName() + ".tmp");
        Files.write(temporary, table);
        Files.move(temporary, output, StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean newer(Path output, Path input) throws IOException {
        return Files.getLastModifiedTime(output).compareTo(Files.getLastModifiedTime(input)) > 0;
    }

    private static void runProtoc(Path protoc, Path protos, List<String> files, Path descriptors) throws Exception {
        if (!protoc.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + protoc + " executable");
        }
        List<String> command = new ArrayList<>(List.of(
                protoc.toAbsolutePath().toString(),
                "-I" + protos,
                "--include_imports",
                "--descriptor_set_out=" + descriptors));
        command.addAll(files);
        Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("protoc failed:\n" + said);
        }
    }

    private void collect(Proto container, String scope, int messageField, int enumField) {
        for (Proto message : container.messages(messageField)) {
            String name = scope + "." + message.string(1);
            messages.put(name, message);
            collect(message, name, 3, 4);
        }
        for (Proto enumeration : container.messages(enumField)) {
            enums.put(scope + "." + enumeration.string(1), enumeration);
        }
    }

    /** Names of all messages the roots can hold, sorted. */
    private List<String> closure(List<String> roots) {
        Map<String, Boolean> seen = new TreeMap<>();
        Deque<String> todo = new ArrayDeque<>(roots);
        while (!todo.isEmpty()) {
            String name = todo.poll();
            Proto message = messages.get(name);
            if (message == null) {
                throw new IllegalStateException("no message " + name);
            }
            if (seen.put(name, true) == null) {
                for (Proto field : message.messages(2)) {
                    if (field.number(5) == 11) {
                        todo.add(field.string(6).substring(1));
                    }
                }
            }
        }
        return new ArrayList<>(seen.keySet());
    }

    private byte[] table(List<String> names) {
        Map<String, Integer> messageIndex = new LinkedHashMap<>();
        names.forEach(name -> messageIndex.put(name, messageIndex.size()));
        Map<String, Integer> enumIndex = new LinkedHashMap<>();
        List<byte[]> bodies = new ArrayList<>();
        for (String name : names) {
            bodies.add(body(messages.get(name), messageIndex, enumIndex));
        }
        List<byte[]> enumBodies = new ArrayList<>();
        for (String name : enumIndex.keySet()) {
            enumBodies.add(enumBody(enums.get(name)));
        }
        int[] messageNames = names.stream().mapToInt(this::string).toArray();
        int[] enumNames = enumIndex.keySet().stream().mapToInt(this::string).toArray();

        Bytes out = new Bytes();
        out.fixed(MAGIC);
        out.fixed(strings.size());
        out.fixed(names.size());
        out.fixed(enumIndex.size());
        List<byte[]> pool = strings.keySet().stream()
                .map(s -> s.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
        offsets(out, pool);
        names(out, messageNames);
        offsets(out, bodies);
        names(out, enumNames);
        offsets(out, enumBodies);
        pool.forEach(out::bytes);
        bodies.forEach(out::bytes);
        enumBodies.forEach(out::bytes);
        return out.toByteArray();
    }

    private static void offsets(Bytes out, List<byte[]> parts) {
        int at = 0;
        for (byte[] part : parts) {
            out.fixed(at);
            at += part.length;
        }
        out.fixed(at);
    }

    private static void names(Bytes out, int[] names) {
        for (int name : names) {
            out.fixed(name);
        }
    }

    private int string(String text) {
        return strings.computeIfAbsent(text, t -> strings.size());
    }

    private byte[] enumBody(Proto enumeration) {
        Bytes out = new Bytes();
        List<Proto> values = enumeration.messages(2);
        out.varint(values.size());
        for (Proto value : values) {
            out.varint(string(value.string(1)));
            out.signed((int) value.number(2));
        }
        return out.toByteArray();
    }

    private byte[] body(Proto message, Map<String, Integer> messageIndex, Map<String, Integer> enumIndex) {
        Bytes out = new Bytes();
        out.varint(message.message(7).number(7) != 0 ? 1 : 0); // map_entry
        // A proto3 optional field has a oneof of its own, which is no oneof for anybody else.
        List<Proto> fields = new ArrayList<>(message.messages(2));
        fields.sort(Comparator.comparingLong(f -> f.number(3)));
        List<Proto> oneofs = new ArrayList<>();
        int synthetic = (int) fields.stream().filter(f -> f.number(17) != 0).count();
        oneofs.addAll(message.messages(8).subList(0, message.messages(8).size() - synthetic));
        out.varint(oneofs.size());
        for (Proto oneof : oneofs) {
            out.varint(string(oneof.string(1)));
            out.varint(oneof.message(2).number(VALIDATE) != 0 ? 1 : 0);
        }
        out.varint(fields.size());
        for (Proto field : fields) {
            field(out, field, messageIndex, enumIndex);
        }
        return out.toByteArray();
    }

    private void field(Bytes out, Proto field, Map<String, Integer> messageIndex, Map<String, Integer> enumIndex) {
        String name = field.string(1);
        if (!field.string(10).equals(lowerCamel(name))) {
            throw new IllegalStateException("unusual JSON name: " + field.string(10));
        }
        Proto options = field.message(8);
        int type = (int) field.number(5);
        boolean repeated = field.number(4) == 3;
        boolean optional = field.number(17) != 0;
        boolean inOneof = field.has(9) && !optional;
        byte[] rules = rules(options.message(VALIDATE));
        out.varint(string(name));
        out.varint(field.number(3));
        out.varint(type);
        out.varint((repeated ? 1 : 0)
                | (optional ? 2 : 0)
                | (options.number(3) != 0 ? 4 : 0)
                | (options.number(SENSITIVE) != 0 ? 8 : 0)
                | (rules.length > 0 ? 16 : 0)
                | (inOneof ? 32 : 0));
        if (inOneof) {
            out.varint(field.number(9));
        }
        if (type == 11) {
            out.varint(messageIndex.get(field.string(6).substring(1)));
        } else if (type == 14) {
            out.varint(enumIndex.computeIfAbsent(field.string(6).substring(1), n -> enumIndex.size()));
        }
        if (rules.length > 0) {
            out.bytes(rules);
        }
    }

    /** The rules of protoc-gen-validate that can be checked without a regular expression. */
    private byte[] rules(Proto rules) {
        long mask = 0;
        Bytes values = new Bytes();
        if (rules.message(17).number(2) != 0
                || rules.message(20).number(1) != 0
                || rules.message(21).number(1) != 0
                || rules.message(22).number(1) != 0) {
            mask |= 1;
        }
        Proto text = rules.has(14) ? rules.message(14) : rules.message(15);
        long minLength = rules.has(14) ? Math.max(text.number(2), text.number(4)) : text.number(2);
        if (minLength > 0) {
            mask |= 2;
            values.varint(minLength);
        }
        if (rules.has(14) && text.number(3) + text.number(5) > 0) {
            mask |= 4;
            values.varint(Math.max(text.number(3), text.number(5)));
        }
        mask |= range(rules, values);
        Proto list = rules.has(18) ? rules.message(18) : rules.message(19);
        if (list.number(1) > 0) {
            mask |= 128;
            values.varint(list.number(1));
        }
        if (list.number(2) > 0) {
            mask |= 256;
            values.varint(list.number(2));
        }
        if (rules.message(16).number(2) != 0) {
            mask |= 512;
        }
        if (text.number(rules.has(14) ? 26 : 14) != 0 || ignoresEmptyNumber(rules)) {
            mask |= 1024;
        }
        if (rules.message(14).number(24) == 1) {
            mask |= 2048;
        }
        if (rules.message(14).number(24) == 2) {
            mask |= 4096;
        }
        byte[] items = rules.has(18) && list.has(4) ? rules(list.message(4)) : new byte[0];
        if (items.length > 0) {
            mask |= 8192;
            values.bytes(items);
        }
        if (mask == 0) {
            return new byte[0];
        }
        Bytes out = new Bytes();
        out.varint(mask);
        out.bytes(values.toByteArray());
        return out.toByteArray();
    }

    private static boolean ignoresEmptyNumber(Proto rules) {
        for (int kind = 1; kind <= 12; kind++) {
            if (rules.message(kind).number(8) != 0) {
                return true;
            }
        }
        return false;
    }

    /** gt, gte, lt, lte of whichever number or duration type is there; floating point as bits, durations in ns. */
    private static long range(Proto rules, Bytes values) {
        long mask = 0;
        for (int kind = 1; kind <= 12; kind++) {
            Proto rule = rules.message(kind);
            int[] numbers = {4, 5, 2, 3}; // gt, gte, lt, lte in FloatRules … SFixed64Rules
            for (int i = 0; i < 4; i++) {
                if (rule.has(numbers[i])) {
                    mask |= 8L << i;
                    long bits = rule.number(numbers[i]);
                    double floating = kind == 1 ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits);
                    values.signed(kind <= 2 ? Math.round(floating * 1e6) : kind == 7 || kind == 8 ? zigzag(bits) : bits);
                }
            }
        }
        Proto duration = rules.message(21);
        int[] numbers = {5, 6, 3, 4};
        for (int i = 0; i < 4; i++) {
            if (duration.has(numbers[i])) {
                mask |= 8L << i;
                Proto bound = duration.message(numbers[i]);
                values.signed(Math.addExact(Math.multiplyExact(bound.number(1), 1_000_000_000L), bound.number(2)));
            }
        }
        return mask;
    }

    private static long zigzag(long bits) {
        return (bits >>> 1) ^ -(bits & 1);
    }

    static String lowerCamel(String name) {
        StringBuilder out = new StringBuilder(name.length());
        boolean up = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_') {
                up = true;
            } else {
                out.append(up ? Character.toUpperCase(c) : c);
                up = false;
            }
        }
        return out.toString();
    }

    /** A message on the wire, read without its type. */
    private static final class Proto {
        private final Map<Integer, List<Object>> fields = new LinkedHashMap<>();

        Proto(byte[] bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            while (in.hasRemaining()) {
                long tag = varint(in);
                Object value =
                        switch ((int) tag & 7) {
                            case 0 -> varint(in);
                            case 1 -> in.getLong();
                            case 2 -> {
                                byte[] content = new byte[(int) varint(in)];
                                in.get(content);
                                yield content;
                            }
                            case 5 -> (long) in.getInt();
                            default -> throw new IllegalStateException("wire type of tag " + tag);
                        };
                fields.computeIfAbsent((int) (tag >>> 3), n -> new ArrayList<>()).add(value);
            }
        }

        private static long varint(ByteBuffer in) {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = in.get();
                value |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    return value;
                }
            }
        }

        boolean has(int number) {
            return fields.containsKey(number);
        }

        long number(int number) {
            List<Object> values = fields.get(number);
            return values == null ? 0 : (Long) values.get(values.size() - 1);
        }

        String string(int number) {
            List<Object> values = fields.get(number);
            return values == null ? "" : new String((byte[]) values.get(0), StandardCharsets.UTF_8);
        }

        List<Proto> messages(int number) {
            return fields.getOrDefault(number, List.of()).stream()
                    .map(value -> new Proto((byte[]) value))
                    .toList();
        }

        Proto message(int number) {
            List<Proto> all = messages(number);
            return all.isEmpty() ? new Proto(new byte[0]) : all.get(0);
        }
    }

    /** Output of numbers: four bytes big endian, base 128, or zigzag base 128. */
    private static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        void fixed(int value) {
            out.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
        }

        void varint(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                out.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }

        void signed(long value) {
            varint(value << 1 ^ value >> 63);
        }

        void bytes(byte[] content) {
            out.writeBytes(content);
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }
    }
}
