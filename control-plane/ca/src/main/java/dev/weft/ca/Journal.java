package dev.weft.ca;

import dev.weft.base.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An append-only file of JSON objects, one per line, mode 0600. A process killed while it wrote leaves at most one torn
 * last line, which the next start cuts off; a bad line before that is damage and refused.
 *
 * <p>Any thread; writers take turns. I/O errors are thrown as {@link UncheckedIOException}: what could not be written did
 * not happen.
 */
public final class Journal implements AutoCloseable {
    private final Path file;
    private FileChannel out; // guarded by this
    private long size; // guarded by this; bytes of whole lines

    private Journal(Path file, FileChannel out) throws IOException {
        this.file = file;
        this.out = out;
        this.size = out.size();
    }

    /** What a journal held when it was opened. */
    public record Opened(Journal journal, List<Map<String, @Nullable Object>> entries) {}

    /** Opens or makes a journal and returns its entries in order. */
    public static Opened open(Path file) throws IOException {
        List<Map<String, @Nullable Object>> entries = new ArrayList<>();
        if (Files.exists(file)) {
            byte[] content = Files.readAllBytes(file);
            int whole = wholeLines(content);
            int number = 0;
            for (String line : new String(content, 0, whole, StandardCharsets.UTF_8).split("\n")) {
                number++;
                if (!line.isBlank()) {
                    entries.add(entry(file, number, line));
                }
            }
            if (whole < content.length) {
                try (FileChannel channel = FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
                    channel.truncate(whole);
                    channel.force(true);
                }
            }
        }
        return new Opened(new Journal(file, Durable.append(file)), entries);
    }

    private static int wholeLines(byte[] content) {
        int end = content.length;
        while (end > 0 && content[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> entry(Path file, int number, String line) throws IOException {
        try {
            if (Json.parse(line) instanceof Map<?, ?> map) {
                return (Map<String, @Nullable Object>) map;
            }
        } catch (Json.JsonException e) {
            throw new IOException(file + ":" + number + ": damaged entry: " + e.getMessage(), e);
        }
        throw new IOException(file + ":" + number + ": damaged entry: not an object");
    }

    /** Appends one entry and waits until it is on disk. */
    public void appendSynced(Map<String, ? extends @Nullable Object> entry) {
        append(entry, true);
    }

    /** Appends one entry; it survives the end of this process, not that of the machine. */
    public void append(Map<String, ? extends @Nullable Object> entry) {
        append(entry, false);
    }

    private synchronized void append(Map<String, ? extends @Nullable Object> entry, boolean sync) {
        byte[] line = (Json.write(entry) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            ByteBuffer bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            if (sync) {
                out.force(false);
            }
            size += line.length;
        } catch (IOException e) {
            cutTornLine();
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** After a failed write (disk full) the next entry must not be glued to half of this one. */
    private void cutTornLine() {
        try {
            out.truncate(size);
        } catch (IOException e) {
            // The next open cuts it; until then appending would damage the file.
            try {
                out.close();
            } catch (IOException ignored) {
                // Closing is all that is wanted.
            }
        }
    }

    /** Replaces the content by these entries, atomically. */
    public synchronized void rewrite(List<? extends Map<String, ? extends @Nullable Object>> entries) {
        StringBuilder text = new StringBuilder();
        for (Map<String, ? extends @Nullable Object> entry : entries) {
            text.append(Json.write(entry)).append('\n');
        }
        try {
            byte[] content = text.toString().getBytes(StandardCharsets.UTF_8);
            Durable.write(file, content, true);
            out.close();
            out = Durable.append(file);
            size = content.length;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot rewrite " + file, e);
        }
    }

    /** Bytes in the file. */
    public synchronized long size() {
        return size;
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
