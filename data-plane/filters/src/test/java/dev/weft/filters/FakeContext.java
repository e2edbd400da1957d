package dev.weft.filters;

import dev.weft.base.Address;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpStream;
import dev.weft.http.ResponseHead;
import dev.weft.http.StreamContext;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A connection manager whose time a test turns. Replies are written to the stream as they are. */
final class FakeContext implements StreamContext {
    private final class Task implements Timeout {
        private final long due;
        private final Runnable run;

        Task(long due, Runnable run) {
            this.due = due;
            this.run = run;
        }

        @Override
        public void cancel() {
            tasks.remove(this);
        }
    }

    final List<String> replies = new ArrayList<>();
    final List<String> overrides = new ArrayList<>();
    final List<Task> tasks = new ArrayList<>();

    @Nullable
    String cluster = "backend";

    @Nullable
    Address endpoint;

    RandomGenerator random = new SplittableRandom(1);
    private @Nullable HttpStream stream;
    private long now;

    void bind(HttpStream of) {
        stream = of;
    }

    /** Time passes; what is due runs. */
    void pass(long nanos) {
        now += nanos;
        for (Task task : List.copyOf(tasks)) {
            if (task.due <= now && tasks.remove(task)) {
                task.run.run();
            }
        }
    }

    private void reply(ResponseHead head, String body, String details) {
        replies.add(details);
        Objects.requireNonNull(stream).reply(head, Unpooled.copiedBuffer(body, StandardCharsets.UTF_8), details);
    }

    @Override
    public void reply(int status, String body, String details) {
        ResponseHead head = new ResponseHead(256);
        head.status(status);
        reply(head, body, details);
    }

    @Override
    public void replyGrpc(int grpcStatus, String message, String details) {
        reply(200, "grpc " + grpcStatus + " " + message, details);
    }

    @Override
    public void reply(int status, Consumer<HeaderBlock> headers, String details) {
        ResponseHead head = new ResponseHead(256);
        head.status(status);
        headers.accept(head.headers());
        reply(head, "", details);
    }

    @Override
    public Timeout after(long nanos, Runnable task) {
        Task made = new Task(now + nanos, task);
        tasks.add(made);
        return made;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public int cell() {
        return 0;
    }

    @Override
    public @Nullable String cluster() {
        return cluster;
    }

    @Override
    public void overrideHost(Address address, boolean strict) {
        overrides.add(address + (strict ? " strictly" : ""));
    }

    @Override
    public @Nullable Address endpoint() {
        return endpoint;
    }
}
