package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much of each resource is taken, from files as kernels of either kind write them. */
class PressureTest {
    private static final String NO_LIMIT_V1 = "9223372036854771712\n";

    @TempDir
    Path directory;

    private Path file(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private void v1(String group, String limit, long usage, long inactive) throws IOException {
        file("memory" + group + "/memory.limit_in_bytes", limit);
        file("memory" + group + "/memory.usage_in_bytes", usage + "\n");
        file(
                "memory" + group + "/memory.stat",
                "cache 5\ninactive_file 1\ntotal_cache 5\ntotal_inactive_file " + inactive + "\n");
    }

    private void v2(String group, String limit, long usage, long inactive) throws IOException {
        file(group + "memory.max", limit);
        file(group + "memory.current", usage + "\n");
        file(group + "memory.stat", "anon 7\nfile 5\ninactive_file " + inactive + "\nactive_file 3\n");
    }

    private Pressure cgroup(String self) throws IOException {
        return new CgroupPressure(file("self", self), directory);
    }

    @Test
    void version1WithoutTheCacheThatCanBeHadBack() throws IOException {
        v1("/mesh/a", "1000\n", 900, 300);
        Pressure pressure = cgroup("5:cpu:/x\n4:devices,memory:/mesh/a\n0::/\n");
        assertThat(pressure.sample()).isEqualTo(0.6);
        v1("/mesh/a", "1000\n", 990, 10);
        assertThat(pressure.sample()).isEqualTo(0.98);
    }

    @Test
    void version2WithoutTheCacheThatCanBeHadBack() throws IOException {
        v2("mesh/b/", "2000\n", 1500, 500);
        assertThat(cgroup("0::/mesh/b\n").sample()).isEqualTo(0.5);
    }

    @Test
    void withoutLimitThereIsNoPressure() throws IOException {
        v1("/a", NO_LIMIT_V1, 900, 0);
        assertThat(cgroup("4:memory:/a\n").sample()).isZero();
        v2("b/", "max\n", 900, 0);
        assertThat(cgroup("0::/b\n").sample()).isZero();
        assertThat(cgroup("0::/\n").sample())
                .as("the root of version 2 has no such file")
                .isZero();
        assertThat(cgroup("").sample()).as("a kernel without control groups").isZero();
    }

    @Test
    void theLimitOfAGroupAroundCountsToo() throws IOException {
        v1("/pod", "1000\n", 950, 0);
        v1("/pod/proxy", NO_LIMIT_V1, 100, 0);
        assertThat(cgroup("4:memory:/pod/proxy\n").sample()).isEqualTo(0.95);
        v2("pod/", "1000\n", 100, 0);
        v2("pod/proxy/", "200\n", 100, 0);
        assertThat(cgroup("0::/pod/proxy\n").sample()).isEqualTo(0.5);
    }

    @Test
    void inAContainerTheGroupIsMountedAsTheRoot() throws IOException {
        v1("", "1000\n", 700, 0);
        assertThat(cgroup("4:memory:/docker/0123\n").sample()).isEqualTo(0.7);
        assertThat(cgroup("4:memory:/../../else\n").sample()).isEqualTo(0.7);
    }

    @Test
    void version2BesideControllersOfVersion1IsLookedAtWhereMemoryIsNot() throws IOException {
        v2("c/", "1000\n", 400, 0);
        assertThat(cgroup("3:cpu:/c\n0::/c\n").sample()).isEqualTo(0.4);
    }

    @Test
    void aFileThatMakesNoSenseIsSaidSo() throws IOException {
        v2("d/", "lots\n", 1, 0);
        Pressure pressure = cgroup("0::/d\n");
        assertThatThrownBy(pressure::sample).isInstanceOf(IOException.class).hasMessageContaining("memory.max");
    }

    private OpenFiles files(String soft) throws IOException {
        return new OpenFiles(file("limits", """
                        Limit                     Soft Limit           Hard Limit           Units
                        Max cpu time              unlimited            unlimited            seconds
                        Max open files            %s                 20000                files
                        """.formatted(soft)), Path.of("/proc/self/fd"));
    }

    @Test
    void openFilesAgainstTheSoftLimit() throws IOException {
        List<InputStream> more = new ArrayList<>();
        double before = files("1000").sample();
        assertThat(before * 1000).isCloseTo(OpenFiles.listed(Path.of("/proc/self/fd")), within(5.0));
        for (int i = 0; i < 100; i++) {
            more.add(Files.newInputStream(directory.resolve("limits")));
        }
        assertThat(files("1000").sample() - before).isCloseTo(0.1, within(0.005));
        for (InputStream one : more) {
            one.close();
        }
        assertThat(files("unlimited").sample()).isCloseTo(0, within(1e-9));
    }

    @Test
    void connectionsMayHaveHalfOfTheFilesButForAFew() throws IOException {
        assertThat(files("20000").maxConnections()).isEqualTo(9936);
        assertThat(files("1024").maxConnections()).isEqualTo(448);
        assertThat(files("256").maxConnections()).isEqualTo(64);
        assertThat(files("100").maxConnections()).isEqualTo(25);
        assertThat(files("unlimited").maxConnections()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void upstreamConnectionsLeaveTheLastFiles() throws IOException {
        assertThat(files("20000").maxDescriptor()).isEqualTo(19935);
        assertThat(files("256").maxDescriptor()).isEqualTo(223);
        assertThat(files("unlimited").maxDescriptor()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void theHeapIsWhatTheLastCollectionLeft() {
        AtomicLong nanos = new AtomicLong();
        AtomicLong live = new AtomicLong(50);
        AtomicLong seen = new AtomicLong(50); // by the last collection
        AtomicLong collections = new AtomicLong();
        HeapPressure heap = new HeapPressure(
                () -> new MemoryUsage(0, seen.get(), 100, 100),
                () -> {
                    collections.incrementAndGet();
                    seen.set(live.get());
                },
                nanos::get);
        assertThat(heap.sample()).isEqualTo(0.5);
        seen.set(96);
        assertThat(heap.sample()).isEqualTo(0.96);
        nanos.addAndGet(Duration.ofMillis(4999).toNanos());
        assertThat(heap.sample()).isEqualTo(0.96);
        assertThat(collections).hasValue(0);
        nanos.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(heap.sample()).as("what is gone by now is noticed").isEqualTo(0.5);
        assertThat(collections).hasValue(1);
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(heap.sample()).isEqualTo(0.5);
        assertThat(collections).as("no collection without need").hasValue(1);
    }

    @Test
    void garbageInThisHeapIsNoPressure() {
        HeapPressure heap = HeapPressure.ofThisProcess();
        System.gc();
        double before = heap.sample();
        assertThat(before).isBetween(0.0, 1.0);
        for (int i = 0; i < 1000; i++) {
            assertThat(new byte[100_000]).hasSize(100_000);
        }
        assertThat(heap.sample()).isCloseTo(before, within(0.2));
        assertThat(new HeapPressure(() -> null, () -> {}, () -> 0).sample()).isZero();
    }

    @Test
    void buffersCountWhileTheyBecomeMore() {
        AtomicLong nanos = new AtomicLong();
        AdaptiveByteBufAllocator allocator = new AdaptiveByteBufAllocator(true);
        DirectMemoryPressure pressure =
                new DirectMemoryPressure(allocator.metric()::usedDirectMemory, 128 << 20, nanos::get);
        assertThat(pressure.sample()).isZero();
        List<ByteBuf> held = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            held.add(allocator.directBuffer(64 << 10, 64 << 10));
        }
        assertThat(pressure.sample()).isBetween(0.97, 1.3);
        nanos.addAndGet(Duration.ofMillis(4999).toNanos());
        assertThat(pressure.sample()).isGreaterThan(0.97);
        nanos.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(pressure.sample()).as("those there are suffice").isEqualTo(0.85);
        for (int i = 0; i < 500; i++) {
            held.add(allocator.directBuffer(64 << 10, 64 << 10));
        }
        assertThat(pressure.sample()).as("they do not any more").isGreaterThan(0.97);
        held.forEach(ByteBuf::release);
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(pressure.sample())
                .as("what the allocator keeps for the next buffers is no pressure")
                .isLessThanOrEqualTo(0.85);
        assertThat(new DirectMemoryPressure(allocator.metric()::usedDirectMemory, 0, nanos::get).sample())
                .isZero();
    }
}
