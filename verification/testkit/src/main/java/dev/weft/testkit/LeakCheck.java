package dev.weft.testkit;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails the test class after which a buffer was found that nobody released. Netty by itself only logs it. JUnit finds this
 * extension by itself wherever this module is on a test's class path; the detector's level (paranoid) is set by the build.
 *
 * <p>A leak is noticed when its buffer has been collected, so a class may have to answer for the one before it.
 */
public final class LeakCheck implements AfterAllCallback {
    private static final ConcurrentLinkedQueue<String> FOUND = new ConcurrentLinkedQueue<>();
    private static final int GC_MILLIS = 10_000;

    static {
        // Before the first buffer: Netty asks for its detectors when its buffer classes are loaded.
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Recording());
    }

    /** Whether leaks are being recorded in this JVM. */
    public static boolean isOn() {
        return ResourceLeakDetectorFactory.instance() instanceof Recording
                && ResourceLeakDetector.getLevel() == ResourceLeakDetector.Level.PARANOID;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (ResourceLeakDetector.isEnabled() && context.getRequiredTestClass().getEnclosingClass() == null) {
            check();
        }
    }

    /** Throws when buffers were leaked since the last call; says where they were made. */
    public static void check() {
        // Twice: the references found by one collection are queued in any order, but all before the next one's.
        collectGarbage();
        collectGarbage();
        UnpooledByteBufAllocator.DEFAULT.directBuffer(1).release(); // the detector reports when a buffer is made
        List<String> leaks = new ArrayList<>();
        for (String leak = FOUND.poll(); leak != null; leak = FOUND.poll()) {
            leaks.add(leak);
        }
        if (!leaks.isEmpty()) {
            throw new AssertionError(leaks.size() + " leaked: " + String.join("\n\n", leaks));
        }
    }

    /** Returns once an object made here is known to have been collected; it is the sign that a collection was run. */
    private static void collectGarbage() {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        PhantomReference<Object> canary = new PhantomReference<>(new Object(), queue);
        System.gc();
        try {
            if (queue.remove(GC_MILLIS) == null) {
                throw new AssertionError("no garbage collection within " + GC_MILLIS + " ms");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Reference.reachabilityFence(canary);
    }

    private static final class Recording extends ResourceLeakDetectorFactory {
        @Override
        @SuppressWarnings("deprecation") // the one method a factory has to have
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long maxActive) {
            return new RecordingDetector<>(resource, interval);
        }
    }

    private static final class RecordingDetector<T> extends ResourceLeakDetector<T> {
        RecordingDetector(Class<?> resource, int interval) {
            super(resource, interval);
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            FOUND.add(resourceType + records);
            super.reportTracedLeak(resourceType, records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            FOUND.add(resourceType);
            super.reportUntracedLeak(resourceType);
        }
    }
}
